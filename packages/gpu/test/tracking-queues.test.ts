/** What one queue waited for, others did not: three queues beside each other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Access } from '../src/access.ts';
import { writesMemory } from '../src/convert.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { Moment, Remedy } from '../src/tracking/submits.ts';
import type { TrackedResource } from '../src/tracking/tracker.ts';
import { isOrdered, type Barrier } from './ordering.ts';

const RESOURCES = ['x', 'y'].map((label): TrackedResource => ({ kind: 'buffer', label, byteLength: 64 }));
const QUEUES = ['A', 'B', 'C'].map((label) => ({ label }));
const [A, B, C] = QUEUES as [object, object, object];

/** Submits of one touch each, to `x` where nothing else is said. */
class Bench {
  readonly said: string[] = [];
  readonly tracker: SubmitTracker;
  readonly #last = new Map<object, number>();

  constructor(automatic: boolean) {
    const report = ({ message }: { message: string }): unknown => this.said.push(message);
    this.tracker = new SubmitTracker({ automatic, longest: 3, seen: () => 0, report: automatic ? undefined : report });
  }

  run(
    queue: object,
    access: Access,
    wait: readonly Moment[] = [],
    resource = RESOURCES[0]!,
  ): Moment & { readonly remedy: Remedy } {
    const value = (this.#last.get(queue) ?? 0) + 1;
    this.#last.set(queue, value);
    const recording = this.tracker.begin(`${access} ${value}`, () => undefined);
    recording.touch(resource, undefined, access, 'dispatch');
    recording.settle();
    const place = { timeline: queue, value };
    return { ...place, remedy: this.tracker.submit({ place, wait, signal: [], recordings: [recording.finish()] }) };
  }
}

test('what one queue waited for, another waits for, too', () => {
  for (const automatic of [false, true]) {
    const bench = new Bench(automatic);
    const written = bench.run(A, 'storage-write');
    expect(bench.run(C, 'storage-read', [written]).remedy.wait).toEqual([]);
    const { wait } = bench.run(B, 'storage-read').remedy;
    expect(wait).toEqual(automatic ? [{ timeline: A, value: 1 }] : []);
    const told = bench.said.map((each) => each.includes('on another queue, and no wait stands between'));
    expect(told).toEqual(automatic ? [] : [true]);
  }
});

for (const waits of [true, false]) {
  test(`a barrier is missing also where another queue waited meanwhile${waits ? '' : ', by a wait that was added'}`, () => {
    for (const automatic of waits ? [false, true] : [true]) {
      const bench = new Bench(automatic);
      const written = bench.run(A, 'storage-write');
      expect(bench.run(B, 'transfer-source', waits ? [written] : []).remedy.wait).toHaveLength(waits ? 0 : 1);
      const { barriers } = bench.run(A, 'storage-read').remedy;
      const memory = { before: ['storage-write'], after: ['storage-read'] };
      if (automatic) expect(barriers).toEqual([{ memory }]);
      else expect(bench.said).toHaveLength(1);
    }
  });
}

test('a read of one queue does not stand for the same read of another', () => {
  const bench = new Bench(true);
  bench.run(A, 'transfer-source');
  bench.run(B, 'transfer-source');
  expect(bench.run(C, 'storage-write').remedy.wait).toEqual([
    { timeline: A, value: 1 },
    { timeline: B, value: 1 },
  ]);
  bench.run(A, 'transfer-source', [], RESOURCES[1]);
  bench.run(B, 'transfer-source', [], RESOURCES[1]);
  const { wait, barriers } = bench.run(A, 'storage-write', [], RESOURCES[1]).remedy;
  expect(wait).toEqual([{ timeline: B, value: 2 }]);
  expect(barriers).toEqual([{ memory: { before: ['transfer-source'], after: ['storage-write'] } }]);
});

const act = fc.record({
  queue: fc.nat(2),
  resource: fc.nat(1),
  access: fc.constantFrom<Access>('storage-read', 'storage-write', 'transfer-source', 'transfer-target'),
  /** Which queue it waits for, and which of its submits, counted back; 0: none. */
  of: fc.nat(2),
  back: fc.nat(3),
});
const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 1000;

test('automatic barriers and waits order every two touches that collide, on any of three queues', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 2, maxLength: 12 }), (acts) => {
      const bench = new Bench(true);
      /** The submits of each queue: what comes before them by waits, and the barriers ahead of them. */
      const made = QUEUES.map((): { barriers: Barrier[]; clock: number[]; index: number }[] => []);
      for (const [index, { queue, resource, access, of, back }] of acts.entries()) {
        const mine = made[queue]!;
        const awaited = made[of]!.length + 1 - back;
        const given = back > 0 && awaited > 0 ? [{ timeline: QUEUES[of]!, value: awaited }] : [];
        const { remedy } = bench.run(QUEUES[queue]!, access, given, RESOURCES[resource]);
        const clock = [...(mine.at(-1)?.clock ?? [0, 0, 0])];
        for (const { timeline, value } of [...given, ...remedy.wait]) {
          const from = QUEUES.indexOf(timeline as { label: string });
          const theirs = made[from]![value - 1]!.clock;
          for (const [each, reached] of theirs.entries()) clock[each] = Math.max(clock[each]!, reached);
          clock[from] = Math.max(clock[from]!, value);
        }
        const barriers = remedy.barriers.flatMap((batch): Barrier[] => (batch?.memory ? [batch.memory] : []));
        mine.push({ barriers, clock, index });
        for (const [from, submits] of made.entries()) {
          for (const [at, { index: before }] of submits.entries()) {
            const earlier = acts[before]!;
            if (before === index || earlier.resource !== resource || clock[from]! > at) continue;
            if (!writesMemory(earlier.access) && !writesMemory(access)) continue;
            const between = submits.slice(at + 1).flatMap((each) => each.barriers);
            const isBehind = from === queue && isOrdered(earlier.access, access, between);
            expect(isBehind, `${earlier.access} of ${from} → ${access} of ${queue}`).toBe(true);
          }
        }
      }
    }),
    { numRuns: runs },
  );
});
