import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Access, ImageLayout, Usage } from '../src/access.ts';
import { dispatchUsage, writesMemory } from '../src/convert.ts';
import type { ImagePart } from '../src/graph/sink.ts';
import { layoutOf } from '../src/graph/usage.ts';
import { carry, uncarry } from '../src/tracking/carried.ts';
import type { Recorded } from '../src/tracking/local.ts';
import { RecordingTracker } from '../src/tracking/recording.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { ByteRange, TrackedResource } from '../src/tracking/tracker.ts';
import { isOrdered, type Barrier } from './ordering.ts';

const RESOURCES: readonly TrackedResource[] = [
  ...['a', 'b', 'c'].map((label) => ({ kind: 'buffer', label, byteLength: 64 })),
  { kind: 'image', label: 'picture', mips: 2, layers: 1 },
];

interface Touch {
  readonly resource: TrackedResource;
  readonly access: Access;
  readonly part: boolean;
}
type Step =
  | { readonly touches: readonly Touch[] }
  | { readonly before: readonly Access[]; readonly after: readonly Access[] };
/** Steps of one recording, and whether it is a nested one. */
interface Run {
  readonly steps: readonly Step[];
  readonly nested: boolean;
  /** It crosses from another thread. */
  readonly carried: boolean;
}

const buffers: readonly Access[] = ['storage-read', 'indirect', 'transfer-source', 'storage-write', 'transfer-target'];
const images: readonly Access[] = ['sampled', 'transfer-source', 'storage-write', 'transfer-target'];
const part = fc.integer({ min: 0, max: 4 }).map((of) => of === 0);
const touch = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      resource: fc.constantFrom(...RESOURCES.slice(0, 3)),
      access: fc.constantFrom(...buffers),
      part,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ resource: fc.constant(RESOURCES[3]!), access: fc.constantFrom(...images), part }),
  },
);
const side = fc.uniqueArray(fc.constantFrom(...buffers), { minLength: 1, maxLength: 3 });
const touches = fc.record({
  touches: fc.uniqueArray(touch, { minLength: 1, maxLength: 3, selector: ({ resource }) => resource }),
});
const steps = (barriers: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: touches },
      { weight: barriers, arbitrary: fc.record({ before: side, after: side }) },
    ),
    { maxLength: 6 },
  );
const program = (barriers: number): fc.Arbitrary<Run[]> =>
  fc.array(fc.record({ steps: steps(barriers), nested: fc.boolean(), carried: fc.boolean() }), { maxLength: 5 });

function rangeOf({ resource, part: half }: Touch): ByteRange | ImagePart | undefined {
  if (!half) return undefined;
  return resource.kind === 'image' ? { mip: 1, mips: 1 } : { byteOffset: 16, byteLength: 16 };
}

function follow(tracker: RecordingTracker, step: Step, done: () => void = () => undefined): void {
  if ('touches' in step) {
    for (const each of step.touches) tracker.touch(each.resource, rangeOf(each), each.access, 'dispatch');
    tracker.settle();
  } else tracker.barrier({ memory: step });
  done();
}

/** To another thread and back. */
function cross(recorded: Recorded): Recorded {
  const plain = structuredClone(carry(recorded, (resource) => RESOURCES.indexOf(resource)));
  return uncarry(
    plain,
    (id) => RESOURCES[id],
    (text) => ({ text, used: false }),
  );
}

/** Everything that checks find when the runs are recorded and submitted twice: nested ones by themselves, or all in one. */
function found(runs: readonly Run[], apart: boolean): { said: string[]; used: boolean[] } {
  const said = new Set<string>();
  const submits = new SubmitTracker({
    automatic: false,
    seen: () => 0,
    report: ({ rule, message }) => rule !== 'useless-barrier' && said.add(message),
  });
  const report = ({ message }: { message: string }): void => void said.add(message);
  const tracker = new RecordingTracker({ label: 'step', report });
  for (const [index, { steps: list, nested, carried }] of runs.entries()) {
    const body = (into: RecordingTracker): void => {
      into.beginPass(`run ${index}`);
      for (const step of list) follow(into, step);
      into.endPass();
    };
    if (nested && apart) {
      const inner = new RecordingTracker({ label: `nested ${index}`, report, nested: true });
      body(inner);
      const recorded = inner.finish();
      tracker.execute(carried ? cross(recorded) : recorded, () => expect.fail('there is nothing to record'));
    } else body(tracker);
  }
  const recorded = tracker.finish();
  const queue = {};
  for (const value of [1, 2])
    submits.submit({ place: { timeline: queue, value }, wait: [], signal: [], recordings: [recorded] });
  return { said: [...said].sort(), used: recorded.marks.map(({ used }) => used) };
}

const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 600;

/**
 * Findings without the ranges, which are cut elsewhere, and without what follows from an image in a wrong layout, which is named
 * first.
 */
function told(said: readonly string[]): string[] {
  const first = said.filter((message) => !message.includes('image') || message.includes('layout'));
  return [...new Set(first.map((message) => message.replace(/ bytes \d+ to \d+| mip \d( and on)?/u, '')))];
}

/** The same, and not whom it collides with: of reads of one kind a recording keeps the last alone, which a barrier for it serves too. */
const whose = (said: readonly string[]): Set<string> =>
  new Set(told(said).map((each) => each.replace(/: pass .*/u, '')));

test('checks find the same whether commands are recorded in one, or in recordings that it executes', () => {
  fc.assert(
    fc.property(program(2), (given) => {
      const [apart, together] = [found(given, true), found(given, false)];
      expect(told(apart.said)).toEqual(expect.arrayContaining(told(together.said)));
      expect(whose(apart.said)).toEqual(whose(together.said));
      // Of two reads of one kind apart a barrier serves each; never is one that serves told to be useless.
      if (together.said.some((message) => message.includes('layout'))) return;
      expect(together.used.filter((used, barrier) => used && !apart.used[barrier])).toEqual([]);
    }),
    { numRuns: runs },
  );
});

test('a barrier that serves a later read of a kind alone is of use, wherever what it ends was recorded', () => {
  const touches = (access: Access): Step => ({ touches: [{ resource: RESOURCES[0]!, access, part: false }] });
  const write = [touches('storage-write')];
  // The first read lacks a barrier; the second has one, which chains on the one before.
  const reads: Step[] = [
    { before: ['storage-write'], after: ['storage-read'] },
    touches('indirect'),
    { before: ['storage-read'], after: ['indirect'] },
    touches('indirect'),
    { before: ['storage-read'], after: ['indirect'] },
  ];
  const useful = [true, true, false];
  const missing = expect.stringMatching(
    /^Cannot let pass "run 1" read buffer "a" in dispatch: pass "run 0" writes it/u,
  );
  for (const lists of [
    [write, reads],
    [write, reads.slice(0, 2), reads.slice(2)],
  ]) {
    for (const [nested, carried] of [
      [false, false],
      [true, false],
      [true, true],
    ] as const) {
      const { said, used } = found(
        lists.map((list) => ({ steps: list, nested, carried })),
        true,
      );
      expect(said).toContainEqual(missing);
      expect(used).toEqual(useful);
    }
  }
  // The same where the write was submitted before.
  const submits = new SubmitTracker({ automatic: false, seen: () => 0, report: () => undefined });
  const queue = {};
  const [, read] = [write, reads].map((list, index) => {
    const tracker = submits.begin(`step ${index}`, undefined);
    for (const step of list) follow(tracker, step);
    const recorded = tracker.finish();
    submits.submit({ place: { timeline: queue, value: index + 1 }, wait: [], signal: [], recordings: [recorded] });
    return recorded;
  });
  expect(read!.marks.map(({ used }) => used)).toEqual(useful);
});

test('a barrier that is told to be useless can be left out: nothing more is found', () => {
  fc.assert(
    fc.property(program(2), fc.boolean(), (given, apart) => {
      const { said, used } = found(given, apart);
      if (said.some((message) => message.includes('layout'))) return;
      for (const [barrier, isUsed] of used.entries()) {
        if (isUsed) continue;
        let at = 0;
        const kept = (step: Step): boolean => 'touches' in step || at++ !== barrier;
        const fewer = given.map((run) => ({ ...run, steps: run.steps.filter(kept) }));
        expect(whose(said)).toEqual(whose(found(fewer, apart).said));
      }
    }),
    { numRuns: runs },
  );
});

type Event =
  | { readonly touch: Touch }
  | {
      readonly before: readonly Usage[];
      readonly after: readonly Usage[];
      readonly image?: { readonly from: ImageLayout; readonly to: ImageLayout; readonly mips: readonly number[] };
    };

/** Every touch and every barrier as the device meets them. */
function events(given: readonly Run[]): Event[] {
  const outer: Event[] = [];
  const emitTo =
    (list: Event[]) =>
    (batch: Parameters<NonNullable<ConstructorParameters<typeof RecordingTracker>[0]['emit']>>[0]) => {
      const { memory, images: moved = [] } = batch;
      for (const { before, after, range = {} } of moved) {
        const { mip = 0, mips = 2 - mip } = range;
        const sideOf = (usages: typeof before): ImageLayout =>
          usages === 'undefined' ? usages : (layoutOf(usages[0]!) ?? 'general');
        list.push({
          before: before === 'undefined' ? [] : before,
          after,
          image: { from: sideOf(before), to: sideOf(after), mips: Array.from({ length: mips }, (_, i) => mip + i) },
        });
      }
      if (memory) list.push({ before: memory.before, after: memory.after });
    };
  const tracker = new RecordingTracker({ label: 'step', emit: emitTo(outer) });
  const follows = (into: RecordingTracker, list: Event[], step: Step): void =>
    follow(into, step, () => {
      if ('touches' in step) for (const each of step.touches) list.push({ touch: each });
      else list.push(step);
    });
  const waiting: Event[] = [];
  const flush = (): void => void outer.push(...waiting.splice(0));
  for (const { steps: list, nested, carried } of given) {
    if (!nested) {
      flush();
      for (const step of list) follows(tracker, outer, step);
      continue;
    }
    const inner: Event[] = [];
    const tracked = new RecordingTracker({ label: 'nested', emit: emitTo(inner), nested: true });
    for (const step of list) follows(tracked, inner, step);
    const recorded = tracked.finish();
    tracker.execute(carried ? cross(recorded) : recorded, flush);
    waiting.push(...inner);
  }
  flush();
  return outer;
}

/** What a touch means in a pass that dispatches. */
const meant = (access: Access): Usage => dispatchUsage(access) ?? access;

/** The barriers among events; of images those alone that move this mip level. */
const barriersOf = (between: readonly Event[], mip: number | undefined): Barrier[] =>
  between.flatMap((event) =>
    'touch' in event || (event.image && (mip === undefined || !event.image.mips.includes(mip))) ? [] : [event],
  );

const cellsOf = ({ resource, part: half }: Touch): readonly number[] =>
  resource.kind === 'image' ? (half ? [1] : [0, 1]) : half ? [1] : [0, 1, 2];

test('automatic barriers order all that nested recordings touch, whatever they and the recording around them do', () => {
  fc.assert(
    fc.property(program(1), (given) => {
      const all = events(given);
      const layouts: (ImageLayout | undefined)[] = [undefined, undefined];
      for (const [at, later] of all.entries()) {
        if (!('touch' in later)) {
          for (const mip of later.image?.mips ?? []) {
            expect(layouts[mip] ?? later.image!.from).toBe(later.image!.from);
            layouts[mip] = later.image!.to;
          }
          continue;
        }
        const needs = layoutOf(later.touch.access);
        for (const cell of cellsOf(later.touch)) {
          if (later.touch.resource.kind === 'image') {
            expect(layouts[cell] ?? needs).toBe(needs);
            layouts[cell] = needs;
          }
          for (const [from, earlier] of all.slice(0, at).entries()) {
            if (!('touch' in earlier) || earlier.touch.resource !== later.touch.resource) continue;
            if (!cellsOf(earlier.touch).includes(cell)) continue;
            const [a, b] = [earlier.touch.access, later.touch.access];
            if (!writesMemory(a) && !writesMemory(b)) continue;
            const mip = later.touch.resource.kind === 'image' ? cell : undefined;
            const between = barriersOf(all.slice(from + 1, at), mip);
            expect(isOrdered(meant(a), meant(b), between), `${a} → ${b}`).toBe(true);
          }
        }
      }
    }),
    { numRuns: runs },
  );
});
