/** A submit that is refused leaves nothing behind: what follows is as if it had never been asked for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Access } from '../src/access.ts';
import { Segments } from '../src/tracking/segments.ts';
import type { Segment } from '../src/tracking/segments.ts';
import { SubmitTracker } from '../src/tracking/submits.ts';
import type { Moment, Remedy } from '../src/tracking/submits.ts';
import type { ByteRange, TrackedResource } from '../src/tracking/tracker.ts';

const resources: readonly TrackedResource[] = [
  { kind: 'buffer', label: 'x', byteLength: 64 },
  { kind: 'buffer', label: 'y', byteLength: 64 },
  { kind: 'image', label: 'p', mips: 2, layers: 1 },
];
const parts: readonly (ByteRange | undefined)[] = [
  undefined,
  { byteOffset: 0, byteLength: 32 },
  { byteOffset: 16, byteLength: 24 },
  { byteOffset: 48, byteLength: 16 },
];
const accesses: readonly Access[] = ['storage-read', 'storage-write', 'transfer-source', 'transfer-target'];
const touch = fc.record({
  resource: fc.nat(2),
  part: fc.nat(3),
  access: fc.constantFrom(...accesses),
  barrier: fc.boolean(),
});
const submit = fc.record({
  recordings: fc.array(fc.array(touch, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  queue: fc.nat(2),
  /** How far on the queue is that it waits for, and which of that one’s submits it is, counted back; 0: none. */
  of: fc.integer({ min: 1, max: 2 }),
  waits: fc.nat(3),
  signals: fc.boolean(),
  /** Whether the driver refuses it. */
  refused: fc.boolean(),
  /** Bytes of it come from an upload that goes with it. */
  uploads: fc.boolean(),
});
type Submit = typeof submit extends fc.Arbitrary<infer T> ? T : never;

/** How they are followed; few recordings' barriers are kept, so that they are worked in between. */
const follow = fc.record({ automatic: fc.boolean(), longest: fc.integer({ min: 1, max: 4 }) });
type Follow = typeof follow extends fc.Arbitrary<infer T> ? T : never;

const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 1000;

interface Outcome {
  /** Everything that submits are given, or that is said of them. */
  readonly told: readonly unknown[];
  /** What is said of those that are refused. */
  readonly ofRefused: readonly unknown[];
}

/** Submits that are refused are made only where `also` says so. */
function run(submits: readonly Submit[], { automatic, longest }: Follow, also: boolean): Outcome {
  const told: unknown[] = [];
  const ofRefused: unknown[] = [];
  const names = ['compute', 'transfer', 'third', 'order'].map((label) => ({ label }));
  const say = ({ message }: { message: string }): unknown => told.push(message);
  const tracker = new SubmitTracker({ automatic, longest, seen: () => 0, report: automatic ? undefined : say });
  const last = [0, 0, 0, 0];
  for (const [index, { recordings, queue, of, waits, signals, refused, uploads }] of submits.entries()) {
    const kept = recordings.map((touches, each) => {
      const recording = tracker.begin(`recording ${each} of ${index}`, (batch) => told.push(batch));
      for (const { resource, part, access, barrier } of touches) {
        const range = resource === 2 ? undefined : parts[part];
        if (barrier) recording.barrier({ memory: { before: ['storage-write'], after: [access] } });
        recording.touch(resources[resource]!, range, access, 'dispatch');
        recording.settle();
      }
      return recording.finish();
    });
    const before = told.length;
    const make = (isRefused: boolean): Remedy => {
      const undo = uploads ? tracker.external(resources[0]!, parts[1]) : undefined;
      const other = (queue + of) % 3;
      const wait: Moment[] =
        waits > 0 && last[other]! >= waits ? [{ timeline: names[other]!, value: last[other]! + 1 - waits }] : [];
      const signal: Moment[] = signals ? [{ timeline: names[3]!, value: last[3]! + 1 }] : [];
      const place = { timeline: names[queue]!, value: last[queue]! + 1 };
      const remedy = tracker.submit({ place, wait, signal, recordings: kept });
      if (!isRefused) return remedy;
      remedy.undo();
      undo?.();
      return remedy;
    };
    if (refused) {
      // What it says is said once, by whichever comes first.
      if (also) make(true);
      ofRefused.push(...told.splice(before));
      continue;
    }
    const { barriers, wait } = make(false);
    told.push({ barriers, wait });
    last[queue]!++;
    if (signals) last[3]!++;
  }
  return { told, ofRefused };
}

test('a submit that is refused leaves nothing behind, on any queue', () => {
  fc.assert(
    fc.property(fc.array(submit, { maxLength: 8 }), follow, (submits, how) => {
      const { told, ofRefused } = run(submits, how, true);
      const without = run(submits, how, false).told;
      // Checks say what they say once.
      expect(told).toEqual(how.automatic ? without : without.filter((each) => !ofRefused.includes(each)));
    }),
    { numRuns: runs },
  );
});

/** A device that submits what a queue does to `x`, or what does nothing; what it then says stands in `said`. */
function longAgo(automatic: boolean) {
  const said: string[] = [];
  const report = ({ message }: { message: string }): unknown => said.push(message);
  const tracker = new SubmitTracker({ automatic, seen: () => 0, report: automatic ? undefined : report });
  const submitOne = (
    access: Access | undefined,
    timeline: object,
    value: number,
    wait: readonly Moment[] = [],
  ): readonly Moment[] => {
    const recording = tracker.begin('one', () => undefined);
    if (access !== undefined) recording.touch(resources[0]!, undefined, access, 'dispatch');
    recording.settle();
    return tracker.submit({ place: { timeline, value }, wait, signal: [], recordings: [recording.finish()] }).wait;
  };
  return { submitOne, said };
}

test('what is brought back of segments is what ranges met, and nothing else', () => {
  const copies: string[] = [];
  const cut = (each: Segment & { name: string }): Segment & { name: string } => {
    copies.push(each.name);
    return { ...each };
  };
  const segments = new Segments({ start: 0, end: 40, name: 'a' }, cut);
  for (const [at, name] of ['a', 'b', 'c', 'd'].entries()) segments.within(at * 10, at * 10 + 10)[0]!.name = name;
  const before = structuredClone(segments.list);
  copies.length = 0;
  const undo = segments.save([
    { start: 2, end: 4 },
    { start: 12, end: 13 },
    { start: 15, end: 20 },
  ]);
  expect(copies).toEqual(['a', 'b']);
  for (const each of segments.within(2, 4)) each.name = 'x';
  for (const each of segments.within(15, 20)) each.name = 'y';
  expect(segments.list).toHaveLength(7);
  undo();
  expect(segments.list).toEqual(before);
  expect(segments.list[0]).toBe(segments.first);
});

test('what was submitted so long ago that nobody knows what came before it orders nothing but itself', () => {
  const [compute, transfer] = [{ label: 'compute' }, { label: 'transfer' }];
  const { submitOne } = longAgo(true);
  for (let value = 1; value <= 20; value++) submitOne('storage-write', compute, value);
  for (let value = 21; value <= 200; value++) submitOne(undefined, compute, value);
  expect(submitOne('storage-read', transfer, 1, [{ timeline: compute, value: 1 }])).toEqual([
    { timeline: compute, value: 20 },
  ]);
});

test('checks know that a wait for what was submitted long ago orders nothing that was submitted of late', () => {
  const [compute, transfer] = [{ label: 'compute' }, { label: 'transfer' }];
  const { submitOne, said } = longAgo(false);
  for (let value = 1; value <= 100; value++) submitOne(undefined, compute, value);
  submitOne('storage-write', compute, 101);
  submitOne('storage-read', transfer, 1, [{ timeline: compute, value: 10 }]);
  expect(said.filter((each) => each.includes('on another queue, and no wait stands between'))).toHaveLength(1);
});

test('checks take a wait for what nobody here signals for one for everything', () => {
  const [compute, transfer, other] = [{ label: 'compute' }, { label: 'transfer' }, { label: 'other' }];
  const { submitOne, said } = longAgo(false);
  submitOne('storage-write', compute, 1);
  submitOne('storage-read', transfer, 1, [{ timeline: other, value: 1 }]);
  expect(said).toEqual([]);
});
