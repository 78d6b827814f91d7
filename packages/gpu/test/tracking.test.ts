import { expect, test } from 'vitest';
import type { Usage } from '../src/access.ts';
import type { BarrierBatch } from '../src/graph/sink.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { Moment, TrackedSubmit } from '../src/tracking/submits.ts';
import { RecordingTracker } from '../src/tracking/recording.ts';
import type { TouchedRange, TrackedResource } from '../src/tracking/tracker.ts';

const buffer = (label: string): TrackedResource => ({ kind: 'buffer', label, byteLength: 256 });
const image = (label: string, mips = 1, layers = 1): TrackedResource => ({ kind: 'image', label, mips, layers });
const [x, y] = [buffer('x'), buffer('y')];

/** A device without a device: what it was told, in words. */
class Bench {
  readonly said: string[] = [];
  readonly inserted: string[] = [];
  readonly seen = new Map<object, number>();
  readonly compute = { label: 'compute' };
  readonly transfer = { label: 'transfer' };
  readonly tracker: SubmitTracker;
  #value = 0;

  constructor(automatic = false) {
    const seen = (timeline: object): number => this.seen.get(timeline) ?? 0;
    this.tracker = new SubmitTracker({
      automatic,
      seen,
      ...(!automatic && { report: ({ rule, message }) => this.said.push(`${rule}: ${message}`) }),
    });
  }

  record(label: string, body: (recording: RecordingTracker) => void) {
    const recording = this.tracker.begin(label, (batch) => this.inserted.push(batchText(batch)));
    body(recording);
    return recording.finish();
  }

  run(
    label: string,
    body: (recording: RecordingTracker) => void,
    wait: Moment[] = [],
    queue: object = this.compute,
  ): Moment {
    return this.submit(this.record(label, body), wait, queue);
  }

  submit(recorded: ReturnType<Bench['record']>, wait: Moment[] = [], queue: object = this.compute): Moment {
    const place = { timeline: queue, value: ++this.#value };
    const { barriers, wait: more } = this.tracker.submit({ place, wait, signal: [], recordings: [recorded] });
    for (const batch of barriers) if (batch) this.inserted.push(`ahead of ${recorded.label}: ${batchText(batch)}`);
    for (const { timeline, value } of more)
      this.inserted.push(`${recorded.label} waits for ${JSON.stringify(timeline)} ${value}`);
    return place;
  }
}

function batchText({ memory, images = [] }: BarrierBatch<TrackedResource>): string {
  const side = (usages: readonly Usage[] | 'undefined'): string =>
    usages === 'undefined' ? usages : usages.map((each) => (typeof each === 'string' ? each : 'raw')).join('+');
  const texts = memory ? [`${side(memory.before)} → ${side(memory.after)}`] : [];
  for (const each of images) texts.push(`${each.image.label}: ${side(each.before)} → ${side(each.after)}`);
  return texts.join('; ');
}

const does = (access: Usage, resource: TrackedResource, range?: TouchedRange) => (recording: RecordingTracker) => {
  recording.touch(resource, range, access, 'dispatch');
  recording.settle();
};
const write = (resource: TrackedResource, range?: TouchedRange) => does('storage-write', resource, range);
const read = (resource: TrackedResource, range?: TouchedRange) => does('storage-read', resource, range);

function pass(recording: RecordingTracker, name: string, ...acts: ((recording: RecordingTracker) => void)[]): void {
  recording.beginPass(name);
  for (const act of acts) act(recording);
  recording.endPass();
}

test('a missing barrier is named with both passes, the resource and the line that would mend it', () => {
  const bench = new Bench();
  bench.run('step', (recording) => {
    pass(recording, 'a', write(x));
    pass(recording, 'b', read(x));
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "b" read buffer "x" in dispatch: pass "a" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-read']) there",
    ]
  `);
});

test('every kind of hazard is told, and none where a barrier stands', () => {
  const kinds: [string, Usage, Usage][] = [
    ['read after write', 'transfer-target', 'uniform'],
    ['write after read', 'storage-read', 'transfer-target'],
    ['write after write', 'storage-write', 'storage-write'],
    ['read after read', 'storage-read', 'uniform'],
  ];
  const found = kinds.map(([kind, before, after]) => {
    const [bare, good] = [new Bench(), new Bench()];
    bare.tracker.external(x, undefined);
    good.tracker.external(x, undefined);
    bare.run('bare', (recording) => [does(before, x), does(after, x)].forEach((act) => act(recording)));
    good.run('good', (recording) => {
      does(before, x)(recording);
      recording.barrier({ memory: { before: [before], after: [after] } });
      does(after, x)(recording);
    });
    return `${kind}: ${bare.said.length} without, ${good.said.length} with a barrier`;
  });
  expect(found).toEqual([
    'read after write: 1 without, 0 with a barrier',
    'write after read: 1 without, 0 with a barrier',
    'write after write: 1 without, 0 with a barrier',
    'read after read: 0 without, 0 with a barrier',
  ]);
});

test('barriers chain where the second scope of one meets the first of the next', () => {
  const chained = (middle: Usage): string[] => {
    const bench = new Bench();
    bench.run('chain', (recording) => {
      write(x)(recording);
      recording.barrier({ memory: { before: ['storage-write'], after: ['uniform'] } });
      recording.barrier({ memory: { before: [middle], after: ['indirect'] } });
      does('indirect', x)(recording);
    });
    return bench.said;
  };
  expect(chained('uniform')).toEqual([]);
  expect(chained('transfer-source')).toHaveLength(1);
});

test('ranges that do not overlap do not collide', () => {
  const bench = new Bench();
  const [left, right] = [0, 128].map((byteOffset) => ({ byteOffset, byteLength: 128 }));
  bench.run('halves', (recording) => {
    write(x, left)(recording);
    write(x, right)(recording);
    read(x, { byteOffset: 100, byteLength: 8 })(recording);
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "halves" read buffer "x" bytes 100 to 108 in dispatch: pass "halves" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-read']) there",
    ]
  `);
});

test('hazards are followed from submit to submit, also where one recording runs twice', () => {
  const bench = new Bench();
  const step = bench.record('step', write(x));
  bench.submit(step);
  bench.submit(step);
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "step" write buffer "x" in dispatch: pass "step" writes it in dispatch, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-write']) there",
    ]
  `);
  const again = new Bench();
  const ordered = again.record('step', (recording) => {
    recording.barrier({ memory: { before: ['storage-write'], after: ['storage-write'] } });
    write(x)(recording);
  });
  again.submit(ordered);
  again.submit(ordered);
  expect(again.said).toEqual([]);
});

test('what the host waited for collides with nothing', () => {
  const bench = new Bench();
  bench.run('first', write(x));
  bench.seen.set(bench.compute, 1);
  bench.run('second', read(x));
  expect(bench.said).toEqual([]);
});

test('between queues a wait orders, and no barrier does', () => {
  const bench = new Bench();
  const done = bench.run('fill', does('transfer-target', x), [], bench.transfer);
  bench.run('use', (recording) => {
    recording.barrier({ memory: { before: ['transfer-target'], after: ['storage-read'] } });
    read(x)(recording);
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "missing-wait: Cannot let pass "use" read buffer "x" in dispatch: pass "fill" writes it on another queue, and no wait stands between; submit "use" with { wait: [the point of that submit] }",
    ]
  `);
  const waiting = new Bench();
  const point = waiting.run('fill', does('transfer-target', x), [], waiting.transfer);
  waiting.run('use', read(x), [point]);
  waiting.run('use again', read(x));
  expect([done.value, waiting.said]).toEqual([1, []]);
});

test('what one queue’s barriers order, another waits for all the same', () => {
  const [checked, automatic] = [new Bench(), new Bench(true)];
  for (const bench of [checked, automatic]) {
    bench.run('step', (recording) => {
      write(x)(recording);
      recording.barrier({ memory: { before: ['storage-write'], after: ['storage-read'] } });
      read(x)(recording);
    });
    bench.run('other', read(x), [], bench.transfer);
  }
  expect(checked.said.map((each) => each.includes('on another queue, and no wait stands between'))).toEqual([true]);
  expect(automatic.inserted).toEqual(['other waits for {"label":"compute"} 1']);
});

test('waits pass on what they waited for themselves', () => {
  const bench = new Bench();
  const third = { label: 'third' };
  const first = bench.run('first', write(x), [], bench.transfer);
  const second = bench.run('second', write(y), [first], bench.compute);
  bench.run('third', read(x), [second], third);
  expect(bench.said).toEqual([]);
});

test('a read of what nobody wrote is told', () => {
  const bench = new Bench();
  const mapped = { ...buffer('mapped'), memory: 'upload' };
  bench.tracker.external(y, { byteOffset: 0, byteLength: 16 });
  bench.run('step', (recording) => {
    recording.beginPass('sum');
    for (const each of [x, y, mapped]) read(each)(recording);
    does('transfer-source', y)(recording);
    recording.endPass();
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "read-before-write: Cannot let pass "sum" read buffer "x" in dispatch (['storage-read']): nothing wrote it; upload, fill or write it first",
      "read-before-write: Cannot let pass "sum" read buffer "y" bytes 16 to 256 in dispatch (['transfer-source']): nothing wrote it; upload, fill or write it first",
    ]
  `);
});

test('a use that its pass does not declare is told, whatever orders it', () => {
  const bench = new Bench();
  bench.tracker.external(x, undefined);
  bench.run('step', (recording) => {
    recording.beginPass('advect', [{ resource: 'x', access: 'storage-read' }]);
    read(x)(recording);
    write(y)(recording);
    recording.endPass();
    recording.barrier({ memory: { before: ['storage-read'], after: ['storage-write'] } });
    recording.beginPass('clear', [{ resource: x, access: 'storage-read' }]);
    write(x)(recording);
    recording.endPass();
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "undeclared-use: Cannot let pass "advect" write buffer "y" in dispatch: it declares no use of it; add ['storage-write'] to its writes",
      "undeclared-use: Cannot let pass "clear" write buffer "x" in dispatch: it declares ['storage-read']; add ['storage-write'] to its writes",
    ]
  `);
});

test('what a pass declares and its commands do not show counts as touched: memory that shaders reach by address', () => {
  const bench = new Bench();
  bench.run('step', (recording) => {
    recording.beginPass('a', [{ resource: x, access: 'storage-write' }]);
    recording.byAddress();
    recording.settle();
    recording.endPass();
    recording.beginPass('b', [{ resource: x, access: 'storage-read' }]);
    recording.endPass();
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "b" read buffer "x" in its declaration: pass "a" writes it in its declaration, and no barrier stands between; put encoder.barrier(['storage-write'], ['storage-read']) there",
    ]
  `);
});

test('a barrier that ended no hazard in any submit is told at the end; one that did in one of them is not', () => {
  const bench = new Bench();
  const step = bench.record('step', (recording) => {
    recording.barrier({ memory: { before: ['storage-write'], after: ['storage-write'] } });
    write(x)(recording);
    recording.barrier({ memory: { before: ['transfer-target'], after: ['uniform'] } });
  });
  bench.submit(step);
  bench.submit(step);
  bench.tracker.close();
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "useless-barrier: Cannot find a use of barrier 2 of "step": nothing after it touches what it waits for; leave it out",
    ]
  `);
});

test('layouts are followed, mip by mip', () => {
  const bench = new Bench();
  const picture = image('picture', 2);
  bench.run('blur', (recording) => {
    recording.barrier({ images: [{ image: picture, before: 'undefined', after: ['storage-write'] }] });
    pass(recording, 'draw', write(picture));
    recording.barrier({
      images: [{ image: picture, before: ['storage-write'], after: ['sampled'], range: { mip: 0, mips: 1 } }],
    });
    pass(
      recording,
      'look',
      does('sampled', picture, { mip: 0, mips: 1 }),
      does('sampled', picture, { mip: 1, mips: 1 }),
    );
  });
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "wrong-layout: Cannot use image "picture" mip 1 in dispatch of pass "look": it is in layout 'general', 'sampled' is expected; put encoder.transition between",
    ]
  `);
});

test('a transition over what the image held waits for everything, also for usages that come along later', () => {
  const bench = new Bench();
  const [photo, sketch] = [image('photo'), image('sketch')];
  const late = { stage: 0x80n, access: 0x40n, layout: 'transfer-target' } as const;
  const drop = bench.record('drop', (recording) => {
    for (const each of [photo, sketch])
      recording.barrier({ images: [{ image: each, before: 'undefined', after: ['transfer-target'] }] });
  });
  bench.submit(drop);
  bench.run('use', (recording) => {
    recording.barrier({ images: [{ image: photo, before: ['transfer-target'], after: ['transfer-source'] }] });
    does('transfer-source', photo)(recording);
    recording.barrier({ images: [{ image: photo, before: 'undefined', after: ['transfer-target'] }] });
    does('transfer-target', photo)(recording);
    recording.barrier({ images: [{ image: photo, before: 'undefined', after: ['transfer-target'] }] });
    recording.barrier({ images: [{ image: sketch, before: ['transfer-target'], after: [late] }] });
    does(late, sketch)(recording);
  });
  bench.submit(drop);
  expect(bench.said).toEqual([]);
  // A transition that names what it waits for waits for that alone.
  bench.run('named', (recording) => {
    recording.barrier({ images: [{ image: photo, before: ['storage-read'], after: ['sampled'], discard: true }] });
  });
  expect(bench.said).toEqual([
    `missing-barrier: Cannot change the layout of image "photo" in pass "named": pass "drop" touches it in a layout transition, which the barrier doesn't wait for; name ['transfer-target'] before it`,
  ]);
});

test('a recording that expects another layout than the last one left is told', () => {
  const bench = new Bench();
  const picture = image('picture');
  bench.run('draw', (recording) => {
    recording.barrier({ images: [{ image: picture, before: 'undefined', after: ['color-attachment'] }] });
    does('color-attachment', picture)(recording);
  });
  bench.run('save', does('transfer-source', picture));
  expect(bench.said).toMatchInlineSnapshot(`
    [
      "wrong-layout: Cannot use image "picture" in dispatch of pass "save": it is in layout 'color-attachment', 'transfer-source' is expected; put encoder.transition between",
    ]
  `);
});

test('the two halves of a hand-over change the layout once', () => {
  const picture = image('picture');
  const half = (after: Usage) => (recording: RecordingTracker) =>
    recording.barrier({
      images: [{ image: picture, before: ['transfer-target'], after: [after], handOver: { from: 1, to: 0 } }],
      derived: true,
    });
  const told = (release: Usage, acquire: Usage): string[] => {
    const bench = new Bench();
    const filled = bench.run(
      'fill',
      (recording) => {
        recording.barrier({ images: [{ image: picture, before: 'undefined', after: ['transfer-target'] }] });
        does('transfer-target', picture)(recording);
        half(release)(recording);
      },
      [],
      bench.transfer,
    );
    bench.run('look', (recording) => [half(acquire), does(acquire, picture)].forEach((act) => act(recording)), [
      filled,
    ]);
    return bench.said;
  };
  expect(told('sampled', 'sampled')).toEqual([]);
  expect(told('sampled', 'transfer-source')).toEqual([
    'wrong-layout: Cannot use image "picture" in a layout transition of pass "look": it is in layout \'sampled\', \'transfer-target\' is expected; put encoder.transition between',
  ]);
});

test('automatic barriers: what is missing is inserted before the command, merged, and nothing more', () => {
  const bench = new Bench(true);
  bench.run('step', (recording) => {
    write(x)(recording);
    write(y)(recording);
    recording.touch(x, undefined, 'storage-read', 'dispatch');
    recording.touch(y, undefined, 'storage-read', 'dispatch');
    recording.settle();
    read(x)(recording);
    write(x)(recording);
  });
  expect(bench.inserted).toEqual(['storage-write → storage-read', 'storage-read → storage-write']);
});

test('automatic barriers: a recording that runs again is put behind its last run', () => {
  const bench = new Bench(true);
  const step = bench.record('step', (recording) => {
    read(x)(recording);
    write(y)(recording);
  });
  bench.submit(step);
  bench.submit(step);
  bench.run('reader', read(y));
  bench.run('reader', read(y));
  expect(bench.inserted).toEqual([
    'ahead of step: storage-write → storage-write',
    'ahead of reader: storage-write → storage-read',
  ]);
});

test('automatic barriers: layouts change as commands need them, and queues wait for each other', () => {
  const bench = new Bench(true);
  const picture = image('picture');
  bench.run('draw', (recording) => {
    write(picture)(recording);
    does('transfer-source', picture)(recording);
  });
  bench.run('again', write(picture));
  bench.run('save', does('transfer-source', picture), [], bench.transfer);
  expect(bench.inserted).toMatchInlineSnapshot(`
    [
      "picture: storage-write → transfer-source",
      "ahead of draw: picture: undefined → storage-write",
      "ahead of again: picture: transfer-source → storage-write",
      "ahead of save: picture: raw → transfer-source",
      "save waits for {"label":"compute"} 2",
    ]
  `);
});

test('automatic barriers: a layout changes for all that a command does, its writes too', () => {
  const bench = new Bench(true);
  const picture = image('picture');
  const change = (recording: RecordingTracker): void => {
    recording.touch(picture, undefined, 'storage-read', 'dispatch');
    recording.touch(picture, undefined, 'storage-write', 'dispatch');
    recording.settle();
  };
  bench.run('clear', does('transfer-target', picture));
  bench.run('change', change);
  bench.run('clear and change', (recording) => {
    does('transfer-target', picture)(recording);
    change(recording);
  });
  const nested = new RecordingTracker({ label: 'nested', emit: () => undefined, nested: true });
  change(nested);
  const recorded = nested.finish();
  bench.run('clear and execute', (recording) => {
    does('transfer-target', picture)(recording);
    recording.execute(recorded, () => undefined);
  });
  expect(bench.inserted).toEqual([
    'ahead of clear: picture: undefined → transfer-target',
    'ahead of change: picture: transfer-target → storage-read+storage-write',
    'picture: transfer-target → storage-read+storage-write',
    'ahead of clear and change: picture: storage-write → transfer-target',
    'picture: transfer-target → storage-read+storage-write',
    'ahead of clear and execute: picture: storage-write → transfer-target',
  ]);
});

test('automatic barriers: none can stand within rendering, so what a draw needs is said before', () => {
  const bench = new Bench(true);
  const draw = (said: boolean) => (recording: RecordingTracker) => {
    write(x)(recording);
    if (said) recording.touch(x, undefined, 'storage-read', 'draw');
    recording.rendering(true);
    recording.touch(x, undefined, 'storage-read', 'draw');
    recording.settle();
    recording.rendering(false);
  };
  expect(() => bench.record('particles', draw(true))).not.toThrow();
  expect(() => bench.record('particles', draw(false))).toThrowErrorMatchingInlineSnapshot(
    `[VulkanError: Cannot draw in "particles": it needs a barrier for buffer "x", and none can stand within rendering; say encoder.touches before the rendering begins]`,
  );
});

test('thousands of submits with every barrier in its place are none too many to follow', () => {
  const bench = new Bench();
  const both: readonly Usage[] = ['storage-read', 'storage-write'];
  const step = bench.record('step', (recording) => {
    recording.barrier({ memory: { before: both, after: both } });
    pass(recording, 'forth', read(x), write(y));
    recording.barrier({ memory: { before: both, after: both } });
    pass(recording, 'back', read(y), write(x));
  });
  for (let at = 0; at < 10_000; at++) bench.submit(step);
  expect(bench.said).toEqual([]);
  bench.run('late', read(x));
  expect(bench.said).toEqual([
    'missing-barrier: Cannot let pass "late" read buffer "x" in dispatch: pass "back" writes it in dispatch, and no barrier stands between; ' +
      "put encoder.barrier(['storage-write'], ['storage-read']) there",
  ]);
});

test('what was written thousands of submits ago is read with the barriers that came since, and with no others', () => {
  const z = buffer('z');
  const late = (barrierAt: number): number => {
    const bench = new Bench();
    bench.run('first', write(x));
    for (let at = 0; at < 2000; at++) {
      bench.run('other', (recording) => {
        recording.barrier({ memory: { before: ['transfer-target'], after: ['transfer-target'] } });
        if (at === barrierAt) recording.barrier({ memory: { before: ['storage-write'], after: ['storage-read'] } });
        does('transfer-target', z)(recording);
      });
    }
    bench.run('last', read(x));
    return bench.said.filter((each) => each.includes('missing-barrier')).length;
  };
  expect([late(-1), late(0), late(700), late(1999)]).toEqual([1, 0, 0, 0]);
});

test('a moment that was promised below another comes before it, whichever was submitted first', () => {
  const waits = (value: number): readonly string[] => {
    const bench = new Bench(true);
    const order = { label: 'order' };
    const third = { label: 'third' };
    const submit = (timeline: object, act: typeof read, resource: TrackedResource, point: Partial<TrackedSubmit>) =>
      bench.tracker.submit({
        place: { timeline, value: 1 },
        wait: [],
        signal: [],
        recordings: [bench.record('one', act(resource))],
        ...point,
      });
    submit(bench.compute, write, x, { signal: [{ timeline: order, value: 5 }] });
    submit(bench.transfer, write, y, { signal: [{ timeline: order, value: 3 }] });
    const [first, second] = [x, y].map((each, at) =>
      submit(third, read, each, { place: { timeline: third, value: at + 1 }, wait: [{ timeline: order, value }] }),
    );
    return [...first!.wait, ...second!.wait].map(({ timeline }) => (timeline as { label: string }).label);
  };
  expect([waits(3), waits(5)]).toEqual([['compute'], []]);
});

test('a submit of which somebody who was told threw leaves no state behind', () => {
  const said: string[] = [];
  const report = ({ rule }: { rule: string }): void => {
    said.push(rule);
    if (said.length === 1) throw new Error('enough');
  };
  const tracker = new SubmitTracker({ automatic: false, seen: () => 0, report });
  const record = (act: typeof read) => {
    const recording = tracker.begin('one', () => undefined);
    act(x)(recording);
    return recording.finish();
  };
  const place = { timeline: { label: 'compute' }, value: 1 };
  const submit = (...recordings: ReturnType<typeof record>[]) =>
    tracker.submit({ place, wait: [], signal: [], recordings });
  expect(() => submit(record(write), record(read))).toThrow('enough');
  submit(record(read));
  expect(said).toEqual(['missing-barrier', 'read-before-write']);
});
