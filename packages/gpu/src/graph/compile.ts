/**
 * @file A graph, compiled: all of it is data, and needs no device.
 *
 *     passes ─▶ cells ─▶ culling ─▶ hazards ─▶ levels ─▶ shared memory ─▶ barriers and waits ─▶ submits
 *             model.ts  culling.ts  hazards.ts  schedule.ts  aliasing.ts      barriers.ts          batches.ts
 */

import { GraphError } from '../errors.ts';
import { heirsOf, shareMemory } from './aliasing.ts';
import type { MemoryNeeds, TransientArena } from './aliasing.ts';
import { walkLevels } from './barriers.ts';
import { cutBatches } from './batches.ts';
import type { Batch } from './batches.ts';
import { livingPasses } from './culling.ts';
import { findDependencies } from './hazards.ts';
import type { Edge } from './hazards.ts';
import { estimatedNeeds } from './estimate.ts';
import { buildModel } from './model.ts';
import type { GraphModel, PassNode } from './model.ts';
import type { Pass, SettledUse } from './pass.ts';
import { HOST_LANE, laneOf, queueName, USUAL_QUEUES } from './queues.ts';
import type { QueueTable } from './queues.ts';
import { orderPasses } from './schedule.ts';
import type { StageEdges } from './schedule.ts';
import type { GraphBarrier, Step } from './steps.ts';
import { checkOptions } from '../given.ts';

/** What `compile` may be told. */
export interface GraphOptions {
  /** The plan is submitted again and again on the same resources: a barrier at its start orders it behind its last run. Default false. */
  readonly repeats?: boolean;
  /** Which queues are one. Default: transfers have a queue of their own, all else shares one; at execution the device's. */
  readonly queues?: QueueTable;
  /** Leave out passes whose results nobody uses. Default true. */
  readonly cull?: boolean;
}

/** What a graph declares. */
export interface GraphSource {
  readonly passes: readonly Pass<never>[];
  readonly uses: readonly (readonly SettledUse[])[];
  /** Pairs of passes, by index. */
  readonly wishes: readonly (readonly [before: number, after: number])[];
  /** Named stages, and those that each comes after. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** Names of all imported resources that it declares; passes may use fewer. */
  readonly imports?: ReadonlySet<string>;
  /** For hints: the states in which resources come and go don't matter. */
  readonly loose?: boolean;
}

/** A graph as it will run. */
export interface CompiledGraph {
  readonly model: GraphModel;
  /** Names that may be imported, whether passes use them or not. */
  readonly imports: ReadonlySet<string>;
  readonly queues: QueueTable;
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** Passes in order, level by level. */
  readonly levels: readonly (readonly PassNode[])[];
  readonly culled: readonly PassNode[];
  readonly steps: readonly Step[];
  readonly barriers: readonly GraphBarrier[];
  readonly batches: readonly Batch[];
  readonly batchOf: ReadonlyMap<Step, number>;
  readonly arenas: readonly TransientArena[];
}

/**
 * Compiles a graph; throws GraphError with the cycle if there is one. `needs` tells what transient resources take; default: an
 * estimate.
 */
export function compileGraph(
  source: GraphSource,
  options: GraphOptions = {},
  needs: MemoryNeeds = estimatedNeeds,
): CompiledGraph {
  const { repeats = false, queues = USUAL_QUEUES, cull = true } = options;
  for (const name of ['compute', 'graphics', 'transfer'] as const) {
    const place: unknown = (queues as QueueTable | null)?.[name];
    checkOptions('Cannot compile the graph', place, `queue and family of queue '${name}'`);
  }
  const model = buildModel(source.passes, source.uses, source.loose);
  const alive = cull ? livingPasses(model) : model.passes.map(() => true);
  const living = model.passes.filter(({ index }) => alive[index]);
  if (!source.loose) checkTransients(living, model.cellCount);
  const { edges, initial } = findDependencies(living, queues, model.cellCount);
  const wishes = bridge(source.wishes, alive);
  const asked = wishes.map(([from, to]): Edge => ({ from, to, weight: 1 }));
  const stages = stageEdges(source, living);
  const levels = orderPasses(model.passes, living, [...edges, ...asked], repeats ? new Set() : initial, stages);
  const arenas = shareMemory(model, levels, queues, needs);
  const awaited = awaitedPasses(model, [...edges, ...asked], queues);
  const keepsOrder = stages.edges.length > 0;
  const heirs = heirsOf(arenas);
  const steps = walkLevels(model, levels, { queues, repeats, wishes, heirs, awaited, keepsOrder });
  for (const step of steps) step.finished = finishBarriers(step, queues);
  const { batches, batchOf } = cutBatches(steps, HOST_LANE);
  return {
    model,
    imports: source.imports ?? new Set(),
    queues,
    stages: source.stages,
    levels,
    culled: model.passes.filter(({ index }) => !alive[index]),
    steps,
    barriers: steps.flatMap(({ finished: { before, after } }) => [before, after].filter((each) => each !== undefined)),
    batches,
    batchOf,
    arenas,
  };
}

/** Passes that others wait for on other queues. */
function awaitedPasses({ passes }: GraphModel, edges: readonly Edge[], queues: QueueTable): Set<number> {
  const lanes = passes.map(({ queue }) => laneOf(queues, queue));
  if (lanes.every((lane) => lane === lanes[0])) return new Set();
  return new Set(edges.filter(({ from, to }) => lanes[from] !== lanes[to]).map(({ from }) => from));
}

function finishBarriers(step: Step, queues: QueueTable): { before?: GraphBarrier; after?: GraphBarrier } {
  const { level, lane } = step;
  const queue = queueName(queues, lane);
  const before = step.before?.finish(level, queue, 'before');
  const after = step.after?.finish(level, queue, 'after');
  return { ...(before ? { before } : {}), ...(after ? { after } : {}) };
}

/** Wishes among living passes; one that names a culled pass goes on to those that the culled pass had to follow. */
function bridge(
  wishes: GraphSource['wishes'],
  alive: readonly boolean[],
): readonly (readonly [before: number, after: number])[] {
  if (wishes.every(([before, after]) => alive[before] && alive[after])) return wishes;
  const before = new Map<number, number[]>();
  for (const [from, to] of wishes) before.set(to, [...(before.get(to) ?? []), from]);
  const livingBefore = (pass: number, seen: Set<number>): number[] =>
    (before.get(pass) ?? []).flatMap((from) => {
      if (alive[from]) return [from];
      if (seen.has(from)) return [];
      seen.add(from);
      return livingBefore(from, seen);
    });
  return [...before.keys()]
    .filter((to) => alive[to])
    .flatMap((to) => [...new Set(livingBefore(to, new Set()))].map((from) => [from, to] as const));
}

/** A beginning and an end for each stage, ordered among each other and around the stage's passes. */
function stageEdges({ passes, stages }: GraphSource, living: readonly PassNode[]): StageEdges {
  const names = [...stages.keys()];
  const places = new Map(names.map((name, number) => [name, number]));
  const begin = (stage: string): number => passes.length + 2 * places.get(stage)!;
  const edges: Edge[] = [];
  for (const [stage, after] of stages) {
    edges.push({ from: begin(stage), to: begin(stage) + 1, weight: 0 });
    for (const before of after) edges.push({ from: begin(before) + 1, to: begin(stage), weight: 0 });
  }
  for (const { index, pass } of living) {
    if (pass.stage === undefined) continue;
    edges.push(
      { from: begin(pass.stage), to: index, weight: 0 },
      { from: index, to: begin(pass.stage) + 1, weight: 0 },
    );
  }
  const inOrder = names.every((name, number) => stages.get(name)!.every((each) => places.get(each)! < number));
  return {
    names: names.flatMap((name) => [`begin of stage ${name}`, `end of stage ${name}`]),
    edges,
    numbers: inOrder ? places : undefined,
  };
}

/** A transient resource holds nothing before a pass has written it. */
function checkTransients(living: readonly PassNode[], cellCount: number): void {
  const written = new Uint8Array(cellCount);
  for (const { name, touches } of living) {
    for (const { cell, node, reads } of touches) {
      if (!reads || written[cell] === 1 || node.origin !== 'transient') continue;
      throw new GraphError(
        `Cannot compile pass "${name}": it reads transient ${node.kind} "${node.label}", which no pass before it has written; ` +
          `write it first, or import it`,
      );
    }
    for (const { cell, writes } of touches) if (writes) written[cell] = 1;
  }
}
