/** What barriers order one behind the other, and what they don't: of one call, within passes, over changes of layouts, behind waits. */
import { expect, test } from 'vitest';
import type { Usage } from '../src/access.ts';
import type { BarrierBatch } from '../src/graph/sink.ts';
import type { RecordingTracker } from '../src/tracking/recording.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { Moment } from '../src/tracking/submits.ts';
import type { TrackedResource } from '../src/tracking/tracker.ts';

const [x, y] = ['x', 'y'].map((label): TrackedResource => ({ kind: 'buffer', label, byteLength: 64 })) as [
  TrackedResource,
  TrackedResource,
];
const picture: TrackedResource = { kind: 'image', label: 'picture', mips: 1, layers: 1 };
const [A, B, C] = ['A', 'B', 'C'].map((label) => ({ label })) as [object, object, object];
const DRAWN: Usage = { stage: 0x88n, access: 0x20n };

type Act = (recording: RecordingTracker) => void;

/** What is put in and waited for, or what checks say: which pass collides with which. */
class Bench {
  readonly said: string[] = [];
  readonly seen = new Map<object, number>();
  /** How often a timeline was asked what the host has seen of it. */
  asked = 0;
  readonly #tracker: SubmitTracker;
  readonly #last = new Map<object, number>();

  constructor(automatic: boolean) {
    const report = ({ rule, message }: { rule: string; message: string }): void => {
      const [later, earlier] = [...message.matchAll(/pass "([^"]*)"/gu)].map(([, name]) => name);
      if (rule === 'useless-barrier') this.said.push(`${rule}: ${/barrier \d+ of "[^"]*"/u.exec(message)![0]}`);
      if (rule.startsWith('missing')) this.said.push(`${rule}: ${earlier} → ${later}`);
    };
    const seen = (timeline: object): number => {
      this.asked++;
      return this.seen.get(timeline) ?? 0;
    };
    this.#tracker = new SubmitTracker({ automatic, seen, report: automatic ? undefined : report });
  }

  close(): void {
    this.#tracker.close();
  }

  submit(
    queue: object,
    name: string,
    acts: readonly Act[],
    wait: readonly Moment[] = [],
    signal: readonly Moment[] = [],
  ): Moment {
    const recording = this.#tracker.begin(name, (batch) => this.said.push(`in ${name}: ${textOf(batch)}`));
    for (const act of acts) act(recording);
    const value = (this.#last.get(queue) ?? 0) + 1;
    this.#last.set(queue, value);
    const place = { timeline: queue, value };
    const remedy = this.#tracker.submit({ place, wait, signal, recordings: [recording.finish()] });
    for (const batch of remedy.barriers) if (batch) this.said.push(`ahead of ${name}: ${textOf(batch)}`);
    for (const each of remedy.wait) {
      this.said.push(`${name} waits for ${(each.timeline as { label: string }).label} ${each.value}`);
    }
    return place;
  }
}

function textOf({ memory, images = [] }: BarrierBatch<TrackedResource>): string {
  const side = (usages: readonly Usage[] | 'undefined'): string =>
    usages === 'undefined' ? usages : usages.map((each) => (typeof each === 'string' ? each : 'drawn')).join('+');
  return [...(memory ? [memory] : []), ...images]
    .map(({ before, after }) => `${side(before)} → ${side(after)}`)
    .join('; ');
}

const does =
  (resource: TrackedResource, ...usages: readonly Usage[]): Act =>
  (recording) => {
    for (const usage of usages) recording.touch(resource, undefined, usage, 'dispatch');
    recording.settle();
  };
const barrier =
  (
    before: readonly Usage[],
    after: readonly Usage[],
    ...images: NonNullable<BarrierBatch<TrackedResource>['images']>
  ): Act =>
  (recording) =>
    recording.barrier({ memory: { before, after }, images });
const move =
  (before: 'undefined' | readonly Usage[], after: readonly Usage[]): Act =>
  (recording) =>
    recording.barrier({ images: [{ image: picture, before, after }] });
const pass =
  (name: string, ...acts: readonly Act[]): Act =>
  (recording) => {
    recording.beginPass(name);
    for (const act of acts) act(recording);
    recording.endPass();
  };

test('a layout that changes within a recording changes behind what others still read before it', () => {
  const bench = new Bench(true);
  bench.submit(A, 'drawn', [does(picture, DRAWN)]);
  bench.submit(B, 'read', [does(picture, 'storage-read')]);
  bench.submit(A, 'save', [does(picture, 'storage-read'), does(picture, 'transfer-source')]);
  expect(bench.said).toEqual([
    'ahead of drawn: undefined → drawn',
    'read waits for A 1',
    'in save: storage-read → transfer-source',
    'ahead of save: drawn → storage-read',
    'save waits for B 1',
  ]);
});

test('a change of layout waits for writes to be available, not for their stage alone', () => {
  for (const before of ['storage-read', 'storage-write'] as const) {
    const isGood = before === 'storage-write';
    const acts = [move([before], ['sampled']), does(picture, 'sampled')];
    const write = [move('undefined', ['storage-write']), pass('write', does(picture, 'storage-write'))];
    const [within, across, automatic] = [new Bench(false), new Bench(false), new Bench(true)];
    within.submit(A, 'all', [...write, ...acts]);
    across.submit(A, 'first', write);
    across.submit(A, 'second', acts);
    automatic.submit(A, 'first', write);
    automatic.submit(A, 'second', acts);
    expect(within.said).toEqual(isGood ? [] : ['missing-barrier: write → all']);
    expect(across.said).toEqual(isGood ? [] : ['missing-barrier: write → second']);
    expect(automatic.said).toEqual(isGood ? [] : ['ahead of second: storage-write → storage-read']);
  }
});

test('barriers of one call do not chain', () => {
  const image = { image: picture, before: ['transfer-target'], after: ['sampled'] } as const;
  const checked = new Bench(false);
  checked.submit(A, 'one', [
    move('undefined', [{ stage: 0x800n, access: 0x40n, layout: 'transfer-target' }]),
    pass('write', does(picture, { stage: 0x800n, access: 0x40n, layout: 'transfer-target' })),
    pass('move', barrier(['storage-write'], ['transfer-target'], image)),
    pass('read', does(picture, 'sampled')),
  ]);
  expect(checked.said).toEqual(['missing-barrier: write → move']);
  const automatic = new Bench(true);
  automatic.submit(A, 'write', [does(x, 'storage-write')]);
  automatic.submit(A, 'first', [does(picture, 'storage-read'), does(x, DRAWN)]);
  automatic.submit(A, 'second', [does(picture, DRAWN)]);
  expect(automatic.said).toEqual([
    'ahead of first: storage-write → drawn; undefined → storage-read',
    'ahead of second: storage-read → drawn',
  ]);
});

test('what a pass reaches by address comes before the barriers within it', () => {
  const bench = new Bench(true);
  bench.submit(A, 'write', [does(x, 'storage-write')]);
  bench.submit(A, 'step', [
    (recording) => {
      recording.beginPass('pass', [{ resource: x, access: 'storage-read' }]);
      recording.byAddress();
      recording.settle();
      for (const act of [does(y, 'storage-write'), does(y, 'storage-read')]) act(recording);
      recording.endPass();
    },
  ]);
  expect(bench.said).toEqual(['in step: storage-write → storage-read', 'ahead of step: storage-write → storage-read']);
});

test('a pass may declare its writes before its reads', () => {
  const bench = new Bench(true);
  const declares = (name: string): Act[] => [
    (recording) => {
      recording.beginPass(name, [
        { resource: x, access: 'storage-write' },
        { resource: x, access: 'storage-read' },
      ]);
      recording.endPass();
    },
  ];
  for (const name of ['first', 'second']) bench.submit(A, name, declares(name));
  expect(bench.said).toEqual(['ahead of second: storage-write → storage-read+storage-write']);
});

test('what is only ordered behind a write does not see it, whatever else does', () => {
  const acts: Act[] = [
    pass('write', does(x, 'transfer-target')),
    barrier(['transfer-source'], ['storage-read']),
    barrier(['transfer-target'], ['indirect']),
    barrier(['storage-read'], ['uniform']),
    pass('read', does(x, 'uniform')),
  ];
  const bench = new Bench(false);
  bench.submit(A, 'chain', acts);
  expect(bench.said).toEqual(['missing-barrier: write → read']);
});

test('several barriers see together what each of them sees, and no more', () => {
  const reads = (usage: Usage): string[] => {
    const bench = new Bench(false);
    const barriers = (['storage-read', 'uniform'] as const).map((each) => barrier(['storage-write'], [each]));
    bench.submit(A, 'step', [pass('write', does(x, 'storage-write')), ...barriers, pass('read', does(x, usage))]);
    return bench.said;
  };
  expect([reads('storage-read'), reads('uniform')]).toEqual([[], []]);
  expect(reads(DRAWN)).toEqual(['missing-barrier: write → read']);
});

test('checks put nothing in: what they told of is told of again where it collides again', () => {
  const bench = new Bench(false);
  bench.submit(A, 'write', [does(x, 'storage-write')]);
  bench.submit(A, 'first', [does(x, 'uniform')]);
  bench.submit(A, 'second', [does(x, 'uniform')]);
  expect(bench.said).toEqual(['missing-barrier: write → first', 'missing-barrier: write → second']);
});

test('what the host saw comes after all that this waited for', () => {
  for (const automatic of [false, true]) {
    const bench = new Bench(automatic);
    const written = bench.submit(A, 'write', [does(x, 'storage-write')]);
    const other = bench.submit(B, 'other', [does(y, 'storage-write')], [written]);
    bench.seen.set(B, other.value);
    bench.submit(C, 'read', [does(x, 'storage-read')]);
    expect(bench.said).toEqual([]);
  }
});

test('no barrier is told to be of no use that a usage, or a change of layout, sees a write by with others alone', () => {
  const useless = (...acts: readonly Act[]): string[] => {
    const bench = new Bench(false);
    bench.submit(A, 'step', acts);
    bench.close();
    return bench.said;
  };
  const COMPUTE: Usage = { stage: 0x800n, access: 0x20n, layout: 'sampled' };
  const read = (usage: Usage): Act => pass('read', does(picture, usage));
  const write = [move('undefined', ['storage-write']), pass('write', does(picture, 'storage-write'))];
  const general: Usage = { stage: 0x888n, access: 0x20n, layout: 'general' };
  const seen = [barrier(['storage-write'], ['storage-read']), barrier(['storage-write'], [DRAWN])];
  expect(useless(...write, ...seen, read(general))).toEqual([]);
  const chain = [move('undefined', [COMPUTE]), read(COMPUTE), barrier([COMPUTE], [DRAWN])];
  const last = move([{ ...DRAWN, layout: 'sampled' }], ['transfer-target']);
  expect(useless(...chain, last, pass('write', does(picture, 'transfer-target')))).toEqual([]);
  expect(useless(...write, barrier(['storage-write'], ['indirect']), ...seen, read(general))).toEqual([
    'useless-barrier: barrier 2 of "step"',
  ]);
});

test('nobody is put behind what waits for it: a wait may be for what is signalled later', () => {
  const order = { label: 'order' };
  const signal = { timeline: order, value: 1 };
  for (const automatic of [true, false]) {
    const bench = new Bench(automatic);
    const read = bench.submit(B, 'read', [does(x, 'storage-read')], [signal]);
    const written = bench.submit(A, 'write', [does(x, 'storage-write')], [], [signal]);
    expect(bench.said).toEqual([]);
    // Whoever comes behind one of them is behind both, or behind the one alone.
    bench.submit(C, 'behind', [does(x, 'storage-write')], [read]);
    expect(bench.said).toEqual([]);
    const beside = new Bench(automatic);
    beside.submit(B, 'read', [does(x, 'storage-read')], [signal]);
    beside.submit(A, 'write', [does(x, 'storage-write')], [], [signal]);
    beside.submit(C, 'beside', [does(x, 'storage-write')], [written]);
    expect(beside.said).toEqual(automatic ? ['beside waits for B 1'] : ['missing-wait: read → beside']);
  }
});

test('who runs ahead of a write that was submitted before comes behind what was before that', () => {
  const order = { label: 'order' };
  const signal = { timeline: order, value: 1 };
  for (const automatic of [true, false]) {
    const bench = new Bench(automatic);
    const first = bench.submit(A, 'first', [does(x, 'storage-write')]);
    bench.submit(B, 'last', [does(x, 'storage-write')], [first, signal]);
    bench.submit(A, 'second', [does(x, 'storage-write')], [], [signal]);
    expect(bench.said).toEqual(
      automatic ? ['ahead of second: storage-write → storage-write'] : ['missing-barrier: first → second'],
    );
  }
});

test('what the host signalled was not signalled by who signals more, later', () => {
  const order = { label: 'order' };
  const [three, six] = [3, 6].map((value) => ({ timeline: order, value })) as [Moment, Moment];
  for (const automatic of [true, false]) {
    const bench = new Bench(automatic);
    bench.submit(B, 'read', [does(x, 'storage-read')], [three]);
    bench.seen.set(order, 3);
    bench.submit(A, 'write', [does(x, 'storage-write')], [], [six]);
    expect(bench.said).toEqual(automatic ? ['write waits for B 1'] : ['missing-wait: read → write']);
  }
  for (const isEarlier of [true, false]) {
    const bench = new Bench(true);
    bench.seen.set(order, isEarlier ? 3 : 0);
    bench.submit(A, 'write', [does(x, 'storage-write')], [three], [six]);
    bench.seen.set(order, 3);
    bench.submit(B, 'read', [does(x, 'storage-read')], [three]);
    expect(bench.said).toEqual(['read waits for A 1']);
  }
});

test('what the host saw comes after what this waited for, and was signalled later', () => {
  const order = { label: 'order' };
  const signal = { timeline: order, value: 1 };
  for (const automatic of [true, false]) {
    const bench = new Bench(automatic);
    const other = bench.submit(B, 'other', [does(y, 'storage-write')], [signal]);
    bench.submit(A, 'write', [does(x, 'storage-write')], [], [signal]);
    bench.seen.set(B, other.value);
    bench.submit(C, 'read', [does(x, 'storage-read')]);
    expect(bench.said).toEqual([]);
  }
});

test('a change of layout forgets no reader that it runs ahead of', () => {
  const signal = { timeline: { label: 'order' }, value: 1 };
  const bench = new Bench(true);
  const first = bench.submit(A, 'first', [does(picture, 'storage-read')]);
  bench.submit(B, 'read', [does(picture, 'storage-read')], [first, signal]);
  const acts = [does(picture, 'transfer-source'), does(picture, 'storage-read')];
  const ahead = bench.submit(A, 'ahead', acts, [], [signal]);
  bench.said.length = 0;
  bench.submit(C, 'write', [does(picture, 'storage-write')], [ahead]);
  expect(bench.said).toEqual(['write waits for B 1']);
});

test('who runs ahead of many meets what was before them all', () => {
  const order = { label: 'order' };
  const bench = new Bench(true);
  const first = bench.submit(A, 'first', [does(x, 'storage-write')]);
  for (let value = 1; value <= 60; value++) {
    bench.submit(B, `held ${value}`, [does(x, 'storage-write')], [first, { timeline: order, value }]);
  }
  bench.said.length = 0;
  bench.submit(A, 'second', [does(x, 'storage-write')], [], [{ timeline: order, value: 1 }]);
  expect(bench.said).toEqual(['ahead of second: storage-write → storage-write']);
});

test('timelines that were signalled, and seen, cost nothing any more, and what came before them stays known', () => {
  for (const automatic of [true, false]) {
    const bench = new Bench(automatic);
    const done = Array.from({ length: 2000 }, (_, index) => ({ timeline: { label: `done ${index}` }, value: 1 }));
    for (const [index, each] of done.entries()) {
      bench.submit(A, 'write', index === 0 ? [does(x, 'storage-write')] : [], [], [each]);
      bench.seen.set(each.timeline, 1);
    }
    bench.submit(B, 'settled', []);
    bench.asked = 0;
    bench.submit(B, 'read', [does(x, 'storage-read')]);
    expect(bench.asked).toBeLessThan(20);
    expect(bench.said).toEqual([]);
    // Who waits for the first moment of one is not behind the second.
    const [once] = done as [Moment];
    bench.submit(A, 'again', [does(y, 'storage-write')], [], [{ ...once, value: 2 }]);
    bench.submit(B, 'behind', [does(y, 'storage-read')], [once]);
    expect(bench.said).toEqual(automatic ? ['behind waits for A 2001'] : ['missing-wait: again → behind']);
  }
});
