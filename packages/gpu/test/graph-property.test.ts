import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accessMask } from '../src/convert.ts';
import { Graph, use } from '../src/index.ts';
import type { Plan, QueueTable, Usage } from '../src/index.ts';

/** Ways to touch: whether it writes, and the layout that an image must be in (buffers: the same for all). */
const WAYS = {
  'storage-read': { writes: false, layout: 'general' },
  'storage-write': { writes: true, layout: 'general' },
  sampled: { writes: false, layout: 'sampled' },
  'transfer-source': { writes: false, layout: 'transfer-source' },
  'transfer-target': { writes: true, layout: 'transfer-target' },
} as const;
type Way = keyof typeof WAYS;
const IMAGES = new Set(['photo', 'frame']);
const RESOURCES = ['photo', 'frame', 'cells', 'table'] as const;

interface Touch {
  readonly resource: (typeof RESOURCES)[number];
  readonly way: Way;
}
interface Made {
  readonly queue: 'compute' | 'transfer';
  readonly touches: readonly Touch[];
}

const touch = (ways: readonly Way[]): fc.Arbitrary<Touch> =>
  fc.record({ resource: fc.constantFrom(...RESOURCES), way: fc.constantFrom(...ways) });
const touches = (ways: readonly Way[]): fc.Arbitrary<Touch[]> =>
  fc.uniqueArray(touch(ways), { maxLength: 3, selector: (each) => each.resource });
const computePass = fc.record({ queue: fc.constant('compute' as const), touches: touches(Object.keys(WAYS) as Way[]) });
const transferPass = fc.record({
  queue: fc.constant('transfer' as const),
  touches: touches(['transfer-source', 'transfer-target']),
});

/** How a graph is compiled beside its passes. */
interface Setting {
  readonly queues: QueueTable;
  /** The images are left so. */
  readonly leaves: 'sampled' | undefined;
}
const place = (queue: number, family: number) => ({ queue, family });
const APART: Setting = {
  queues: { compute: place(0, 0), graphics: place(0, 0), transfer: place(1, 1) },
  leaves: undefined,
};
const KIN: QueueTable = { compute: place(0, 0), graphics: place(0, 0), transfer: place(1, 0) };
const setting: fc.Arbitrary<Setting> = fc.record({
  queues: fc.constantFrom(APART.queues, KIN),
  leaves: fc.constantFrom(undefined, 'sampled' as const),
});

function compile(passes: readonly Made[], { queues, leaves }: Setting = APART): Plan<never> {
  const graph = new Graph<never>();
  const end = leaves === undefined ? {} : { leaves };
  const image = { size: [8, 8], format: 'rgba8unorm', arrives: 'undefined', ...end } as const;
  const resources = {
    photo: graph.importImage('photo', image),
    frame: graph.importImage('frame', image),
    cells: graph.importBuffer('cells', { byteLength: 64 }),
    table: graph.importBuffer('table', { byteLength: 64 }),
  };
  for (const [index, { queue, touches }] of passes.entries()) {
    const uses = (writes: boolean) =>
      touches
        .filter(({ way }) => WAYS[way].writes === writes)
        .map(({ resource, way }) => use(resources[resource], way));
    graph.pass({ name: `${index}`, queue, reads: uses(false), writes: uses(true), sideEffects: true });
  }
  return graph.compile({ queues });
}

/** Whether two passes must keep their order: told anew, not by the code under test. */
function conflict(a: Made, b: Made): boolean {
  return a.touches.some((one) =>
    b.touches.some((other) => {
      if (one.resource !== other.resource) return false;
      const [first, second] = [WAYS[one.way], WAYS[other.way]];
      return first.writes || second.writes || (IMAGES.has(one.resource) && first.layout !== second.layout);
    }),
  );
}

/** The fewest barriers of any order of the passes that keeps conflicting ones in theirs. */
function fewestBarriers(passes: readonly Made[]): number {
  let fewest = Infinity;
  const walk = (done: readonly number[], sinceBarrier: readonly number[], barriers: number): void => {
    if (barriers >= fewest) return;
    if (done.length === passes.length) {
      fewest = barriers;
      return;
    }
    for (const [next, pass] of passes.entries()) {
      if (done.includes(next)) continue;
      if (passes.some((other, index) => index < next && !done.includes(index) && conflict(other, pass))) continue;
      const fresh = pass.touches.some(
        ({ resource }) =>
          IMAGES.has(resource) &&
          !done.some((index) => passes[index]!.touches.some((each) => each.resource === resource)),
      );
      const needs = sinceBarrier.some((index) => conflict(passes[index]!, pass)) || (fresh && barriers === 0);
      walk([...done, next], needs ? [next] : [...sinceBarrier, next], barriers + (needs ? 1 : 0));
    }
  };
  walk([], [], 0);
  return fewest;
}

test('on one queue there are as few barriers as any order of the passes could do with', () => {
  fc.assert(
    fc.property(fc.array(computePass, { maxLength: 6 }), (passes) => {
      expect(compile(passes).counts.barriers).toBe(fewestBarriers(passes));
    }),
    { numRuns: 1500 },
  );
});

interface Event {
  readonly lane: number;
  readonly batch: number;
  /** Within its batch: even for barriers, in order. */
  readonly at: number;
}

/** What a plan does, in order of submission: where each pass stands, and every barrier with its place. */
function simulate(plan: Plan<never>): {
  places: Event[];
  barriers: { event: Event; barrier: Plan['barriers'][number] }[];
} {
  const places: Event[] = [];
  const barriers: { event: Event; barrier: Plan['barriers'][number] }[] = [];
  const { batches } = plan.compiled;
  for (const [batch, { lane, steps }] of batches.entries()) {
    let at = 0;
    for (const step of steps) {
      const { before, after } = step.finished;
      if (before) barriers.push({ event: { lane, batch, at: at++ }, barrier: before });
      for (const pass of step.passes) places[pass.index] = { lane, batch, at };
      at++;
      if (after) barriers.push({ event: { lane, batch, at: at++ }, barrier: after });
    }
  }
  return { places, barriers };
}

/** Whether batch `to` surely begins after batch `from` is done: a chain of waits and of earlier submits to the same queue. */
function isAfter(plan: Plan<never>, from: number, to: number, without?: readonly [number, number]): boolean {
  const { batches } = plan.compiled;
  // What a wait at batch b is good for, batches behind b on the same queue are good for too; and a signal covers all before.
  const reached = new Set<number>();
  const visit = (batch: number): boolean => {
    if (reached.has(batch)) return false;
    reached.add(batch);
    for (const [index, { lane, waits }] of batches.entries()) {
      if (index > batch || lane !== batches[batch]!.lane) continue;
      for (const wait of waits) {
        if (without && without[0] === wait && without[1] === index) continue;
        if (batches[wait]!.lane === batches[from]!.lane && wait >= from) return true;
        if (visit(wait)) return true;
      }
    }
    return false;
  };
  return visit(to);
}

/** Pairs of passes with a hazard that nothing between them takes over. */
function* hazards(
  passes: readonly Made[],
): Generator<{ from: number; to: number; resource: string; before: Way; after: Way }> {
  for (const [to, pass] of passes.entries()) {
    for (const { resource, way } of pass.touches) {
      for (let from = to - 1, stop = false; from >= 0 && !stop; from--) {
        const earlier = passes[from]!.touches.find((each) => each.resource === resource);
        if (!earlier) continue;
        const [first, second] = [WAYS[earlier.way], WAYS[way]];
        stop = first.writes || second.writes || (IMAGES.has(resource) && first.layout !== second.layout);
        if (stop) yield { from, to, resource, before: earlier.way, after: way };
      }
    }
  }
}

const has = (side: readonly Usage[], way: Way): boolean => {
  const [all, one] = [accessMask(side), accessMask([way])];
  return (all.stages & one.stages) !== 0n && (all.accesses & one.accesses) !== 0n;
};

test('every hazard is ended by a barrier or a wait, and every image is in the layout that its pass needs', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(computePass, transferPass), { maxLength: 9 }), setting, (passes, setting) => {
      const plan = compile(passes, setting);
      const { places, barriers } = simulate(plan);
      for (const { from, to, resource, before, after } of hazards(passes)) {
        const [a, b] = [places[from]!, places[to]!];
        const later = (event: Event, than: Event): boolean =>
          event.batch > than.batch || (event.batch === than.batch && event.at > than.at);
        const barrier = barriers.some(
          ({ event, barrier }) =>
            event.lane === a.lane &&
            a.lane === b.lane &&
            later(event, a) &&
            later(b, event) &&
            [barrier, ...barrier.images.filter(({ node }) => node.label === resource)].some(
              (each) => has(each.before, before) && has(each.after, after),
            ),
        );
        const waited = a.batch !== b.batch && isAfter(plan, a.batch, b.batch);
        expect(`${from} ${to} ${resource}: ${barrier || waited}`).toBe(`${from} ${to} ${resource}: true`);
      }
      checkLayouts(passes, plan, setting);
      checkEnd(passes, plan);
    }),
    { numRuns: 1500 },
  );
});

/** Follows the layouts of images through the plan. */
function checkLayouts(passes: readonly Made[], plan: Plan<never>, { leaves }: Setting): void {
  const layouts = new Map<string, string>();
  const { batches } = plan.compiled;
  const handed: string[] = [];
  for (const { steps } of batches) {
    for (const step of steps) {
      for (const [when, barrier] of Object.entries(step.finished)) {
        if (when === 'after') continue;
        for (const {
          node,
          layouts: [old, next],
          handOver,
        } of barrier.images) {
          if (old !== 'undefined') expect(old).toBe(layouts.get(node.label));
          if (handOver) {
            const released = handed.indexOf(`${node.label} ${old} ${next} ${handOver.from}`);
            expect(released).toBeGreaterThanOrEqual(0);
            handed.splice(released, 1);
          }
          layouts.set(node.label, next);
        }
      }
      for (const { index } of step.passes) {
        for (const { resource, way } of passes[index]!.touches) {
          if (IMAGES.has(resource)) expect(layouts.get(resource)).toBe(WAYS[way].layout);
        }
      }
      for (const {
        node,
        layouts: [old, next],
        handOver,
      } of step.finished.after?.images ?? []) {
        handed.push(`${node.label} ${old} ${next} ${handOver!.from}`);
      }
    }
  }
  expect(handed).toEqual([]);
  if (leaves !== undefined) for (const layout of layouts.values()) expect(layout).toBe(leaves);
}

/** What an image is left as, it becomes when every pass is done with it. */
function checkEnd(passes: readonly Made[], plan: Plan<never>): void {
  const { places, barriers } = simulate(plan);
  for (const { event, barrier } of barriers) {
    for (const { node } of barrier.images) {
      if (barrier.level < plan.levels.length) continue;
      for (const [index, { touches }] of passes.entries()) {
        if (!touches.some(({ resource }) => resource === node.label)) continue;
        const at = places[index]!;
        const sameBatch = at.batch === event.batch && at.at < event.at;
        const sameQueue = at.lane === event.lane && at.batch < event.batch;
        expect(sameBatch || sameQueue || isAfter(plan, at.batch, event.batch)).toBe(true);
      }
    }
  }
}

/** An image belongs to one queue family at a time. */
function sharesImage(a: Made, b: Made): boolean {
  return a.touches.some(
    ({ resource }) => IMAGES.has(resource) && b.touches.some((other) => other.resource === resource),
  );
}

test('no wait for another queue could be left out', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(computePass, transferPass), { maxLength: 9 }), (passes) => {
      const plan = compile(passes);
      const { places } = simulate(plan);
      const crossing: (readonly [number, number])[] = [];
      for (const [to, pass] of passes.entries()) {
        for (let from = 0; from < to; from++) {
          if (places[from]!.lane === places[to]!.lane) continue;
          if (conflict(passes[from]!, pass) || sharesImage(passes[from]!, pass)) crossing.push([from, to]);
        }
      }
      for (const [index, { waits }] of plan.compiled.batches.entries()) {
        for (const wait of waits) {
          const lost = crossing.some(
            ([from, to]) => !isAfter(plan, places[from]!.batch, places[to]!.batch, [wait, index]),
          );
          expect(`wait of ${index} for ${wait}: ${lost}`).toBe(`wait of ${index} for ${wait}: true`);
        }
      }
    }),
    { numRuns: 1500 },
  );
});
