import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Access, Usage } from '../src/access.ts';
import { writesMemory } from '../src/convert.ts';
import { Graph } from '../src/graph/graph.ts';
import { RecordingTracker } from '../src/tracking/recording.ts';
import type { BindingTouch, ByteRange, TrackedResource } from '../src/tracking/tracker.ts';
import { commandBit } from '../src/tracking/usage-bits.ts';
import { isOrdered, type Barrier } from './ordering.ts';

const RESOURCES = ['a', 'b', 'c', 'd'].map((label): TrackedResource => ({ kind: 'buffer', label, byteLength: 64 }));

interface Touch {
  readonly resource: TrackedResource;
  readonly access: Access;
}
type Event =
  | { readonly touches: readonly Touch[] }
  | { readonly before: readonly Usage[]; readonly after: readonly Usage[] };

const reads: readonly Access[] = ['storage-read', 'indirect', 'transfer-source'];
const writes: readonly Access[] = ['storage-write', 'transfer-target'];
const touch = (accesses: readonly Access[]) =>
  fc.record<Touch>({ resource: fc.constantFrom(...RESOURCES), access: fc.constantFrom(...accesses) });
/** Commands that read up to two resources and write one that they don't read. */
const command = fc
  .record({ read: fc.array(touch(reads), { maxLength: 2 }), write: touch(writes) })
  .map(({ read, write }): Touch[] => [...read.filter((each) => each.resource !== write.resource), write]);
const program = fc.array(command, { minLength: 2, maxLength: 14 });

/** Every command and every barrier that was recorded before it, in order. */
function record(commands: readonly (readonly Touch[])[]): Event[] {
  const events: Event[] = [];
  const tracker = new RecordingTracker({
    label: 'random',
    emit: ({ memory }) => events.push({ before: memory!.before, after: memory!.after }),
  });
  for (const touches of commands) {
    for (const { resource, access } of touches) tracker.touch(resource, undefined, access, 'dispatch');
    tracker.settle();
    events.push({ touches });
  }
  tracker.finish();
  return events;
}

const runs = process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 400;

const barriersOf = (events: readonly Event[]): Barrier[] =>
  events.flatMap((event) => ('before' in event ? [event] : []));

test('automatic barriers order every two touches that collide, whatever the program', () => {
  fc.assert(
    fc.property(program, (commands) => {
      const events = record(commands);
      for (const [at, later] of events.entries()) {
        for (const [from, earlier] of events.slice(0, at).entries()) {
          if (!('touches' in later) || !('touches' in earlier)) continue;
          for (const a of earlier.touches) {
            for (const b of later.touches) {
              if (a.resource !== b.resource || !(writesMemory(a.access) || writesMemory(b.access))) continue;
              expect(
                isOrdered(a.access, b.access, barriersOf(events.slice(from, at))),
                `${a.access} → ${b.access}`,
              ).toBe(true);
            }
          }
        }
      }
    }),
    { numRuns: runs },
  );
});

test('automatic barriers are never fewer than those of a graph of the same passes', () => {
  let [automatic, graphs] = [0, 0];
  fc.assert(
    fc.property(program, (commands) => {
      const graph = new Graph();
      for (const [index, touches] of commands.entries()) {
        const uses = touches.map(({ resource, access }) => ({ resource: resource.label, access }));
        const [read, write] = [
          uses.filter(({ access }) => reads.includes(access)),
          uses.filter(({ access }) => writes.includes(access)),
        ];
        graph.pass({ name: `pass ${index}`, reads: read, writes: write, record: () => undefined });
      }
      const inserted = record(commands).filter((event) => 'before' in event).length;
      const planned = graph.compile({ cull: false }).barriers.length;
      automatic += inserted;
      graphs += planned;
      expect(inserted).toBeGreaterThanOrEqual(planned);
    }),
    { numRuns: runs },
  );
  expect(automatic / graphs).toBeLessThan(2);
});

/** Touches by name or by binding, of the whole or of a part, or a barrier by hand. */
type Step =
  | { readonly touches: readonly (Touch & { readonly part: boolean })[]; readonly bound: boolean }
  | { readonly before: readonly Access[]; readonly after: readonly Access[] };

const anyTouch = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  access: fc.constantFrom(...reads, ...writes),
  part: fc.integer({ min: 0, max: 9 }).map((of) => of === 0),
});
const side = fc.uniqueArray(fc.constantFrom(...reads, ...writes), { minLength: 1, maxLength: 3 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ touches: fc.array(anyTouch, { minLength: 1, maxLength: 4 }), bound: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ before: side, after: side }) },
  ),
  { maxLength: 24 },
);

const pipelines = new Map<string, readonly BindingTouch[]>();

/** How a pipeline with such bindings touches them: the same list each time. */
function pipeline(touches: readonly Touch[]): readonly BindingTouch[] {
  const key = touches.map(({ access }) => access).join();
  let found = pipelines.get(key);
  if (!found) {
    found = touches.map(({ access }) => ({ usages: [access], bits: [commandBit(access, false)] }));
    pipelines.set(key, found);
  }
  return found;
}

/** Everything that a tracker records for these steps, and what it keeps for its submits. */
function outcome(program: readonly Step[], tells: boolean): unknown {
  const events: unknown[] = [];
  const tracker = new RecordingTracker({
    label: 'random',
    emit: (batch) => events.push(batch),
    ...(tells && { report: () => undefined }),
  });
  for (const step of program) {
    events.push('step');
    if (!('touches' in step)) {
      tracker.barrier({ memory: step });
      continue;
    }
    const whole = (part: boolean): ByteRange => ({ byteOffset: part ? 16 : 0, byteLength: part ? 16 : 64 });
    if (step.bound) {
      const resources = step.touches.map(({ resource, part }) => {
        const local = tracker.local(resource);
        return [undefined, [{ kind: 'range', buffer: resource, ...whole(part), local }]] as const;
      });
      tracker.bound(resources, pipeline(step.touches), 'dispatch');
    } else {
      for (const { resource, access, part } of step.touches) tracker.touch(resource, whole(part), access, 'dispatch');
    }
    tracker.settle();
  }
  const { log, tracks } = tracker.finish();
  const kept = (trace: { bit: number; as: number; visible: number; ordered: number } | undefined): unknown =>
    trace && [trace.bit, trace.as, trace.visible, trace.ordered];
  const left = [...tracks].map(([{ label }, { list }]) => [
    label,
    list.map(({ start, end, written, writer, readers, entries }) => [
      start,
      end,
      written,
      kept(writer),
      readers.map(kept),
      entries.map(({ bit, at }) => [bit, at]),
    ]),
  ]);
  return { events, left, log: log.map(({ before, after }) => [before, after]) };
}

test('commands over whole buffers, looked up by what is known, get the barriers that any command gets', () => {
  fc.assert(
    fc.property(steps, (program) => {
      expect(outcome(program, false)).toEqual(outcome(program, true));
    }),
    { numRuns: runs },
  );
});

/** Chains of a few pipelines over a few buffers, as a solver runs them: states come again and again. */
const chains = fc
  .record({
    pipelines: fc.array(fc.array(fc.constantFrom(...reads, ...writes), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    runs: fc.array(
      fc.record({
        which: fc.nat(2),
        places: fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(...RESOURCES.slice(0, 3)))),
        part: fc.integer({ min: 0, max: 19 }),
        byHand: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 30 },
    ),
  })
  .map(({ pipelines: list, runs: all }) =>
    all.map(({ which, places, part, byHand }): Step => {
      if (byHand === 0) return { before: ['storage-write'], after: ['storage-read', 'transfer-source'] };
      const accesses = list[which % list.length]!;
      const touches = accesses.map((access, at) => ({ access, resource: places[at]!, part: part === at }));
      return { touches, bound: true };
    }),
  );

test('a pipeline that is run again over the same states gets the barriers that any command gets', () => {
  fc.assert(
    fc.property(chains, (program) => {
      expect(outcome(program, false)).toEqual(outcome(program, true));
    }),
    { numRuns: runs },
  );
});
