/** @file A compiled graph: its order and barriers, how it explains and draws itself, and how it is recorded. */

import { GraphError } from '../errors.ts';
import { printsItself } from '../printing.ts';
import { bindImports, Bound } from './bindings.ts';
import type { Imports } from './bindings.ts';
import type { CompiledGraph, GraphSource } from './compile.ts';
import { planToDot, planToMermaid } from './drawing.ts';
import { explainPlan } from './explain.ts';
import type { Pass } from './pass.ts';
import type { BarrierBatch, BarrierSink } from './sink.ts';
import type { GraphBarrier, Step } from './steps.ts';
import { planToSvg } from './svg.ts';

/** How much synchronization a plan has. */
export interface PlanCounts {
  /** Calls of vkCmdPipelineBarrier2. */
  readonly barriers: number;
  /** Global memory barriers in them, and image barriers. */
  readonly memoryBarriers: number;
  readonly imageBarriers: number;
  /** Image barriers that hand an image to another queue family: two for each. */
  readonly handOvers: number;
  /** Waits of one queue for another's timeline. */
  readonly waits: number;
  /** Waits of host passes for a queue's timeline. */
  readonly hostWaits: number;
  readonly submits: number;
}

/** The passes in order, with the barriers between their levels. It prints, explains, draws and records itself. */
export class Plan<E extends BarrierSink = BarrierSink> {
  static {
    printsItself(this);
  }

  /** Names in order of execution, with blanks between: "a e b d". */
  readonly order: string;
  /** Names of the passes of each level, in declaration order. */
  readonly levels: readonly (readonly string[])[];
  /** In order of submission; a barrier stands before (or, for other queues and the host, behind) the passes of its level and queue. */
  readonly barriers: readonly GraphBarrier[];
  /** The passes of each level. */
  readonly passes: readonly (readonly Pass<E>[])[];
  /** Names of passes that were left out, since nobody uses what they write. */
  readonly culled: readonly string[];
  readonly compiled: CompiledGraph;
  readonly source: GraphSource;

  /** Use `graph.compile`. */
  constructor(source: GraphSource, compiled: CompiledGraph) {
    this.source = source;
    this.compiled = compiled;
    this.passes = compiled.levels.map((level) => level.map(({ pass }) => pass as Pass<E>));
    this.levels = compiled.levels.map((level) => level.map(({ name }) => name));
    this.order = this.levels.flat().join(' ');
    this.barriers = compiled.barriers;
    this.culled = compiled.culled.map(({ name }) => name);
  }

  /** How many barriers and waits there are. */
  get counts(): PlanCounts {
    const { barriers, steps, batches } = this.compiled;
    const images = barriers.flatMap((each) => each.images);
    const device = steps.filter(({ passes }) => passes[0]?.queue !== 'host');
    const host = steps.filter(({ passes }) => passes[0]?.queue === 'host');
    const waits = (list: readonly Step[]): number => list.reduce((sum, step) => sum + step.waits.length, 0);
    return {
      barriers: barriers.length,
      memoryBarriers: barriers.filter(({ before }) => before.length > 0).length,
      imageBarriers: images.length,
      handOvers: images.filter(({ handOver }) => handOver !== undefined).length,
      waits: waits(device),
      hostWaits: waits(host),
      submits: batches.length,
    };
  }

  /** Records every barrier and pass, in order, for a graph of one queue. `imports` are given where it has imported resources. */
  record(encoder: E, imports: Imports = {}): void {
    const { batches, model, steps } = this.compiled;
    const lanes = new Set(steps.map(({ lane }) => lane));
    if (lanes.size > 1 || (steps.length > 0 && batches.length !== 1)) {
      throw new GraphError(
        'Cannot record the plan: its passes run on several queues, or on the host; call plan.execute',
      );
    }
    const transient = model.nodes.find(({ origin }) => origin === 'transient');
    if (transient) {
      throw new GraphError(
        `Cannot record the plan: ${transient.kind} "${transient.label}" is transient and needs memory; call plan.execute`,
      );
    }
    recordSteps(this.compiled, steps, encoder, new Bound(bindImports(model, imports)));
  }

  /** Says for every pass what it reads and writes, in which stage and access, and for every barrier and wait why it is there. */
  explain(): string {
    return explainPlan(this.compiled);
  }

  /** A Mermaid flow chart: levels as boxes, arrows with the resource that is passed on. */
  toMermaid(): string {
    return planToMermaid(this.compiled);
  }

  /** A Graphviz drawing of the same. */
  toDot(): string {
    return planToDot(this.compiled);
  }

  /** A drawing that stands alone: queues as rows, levels as columns, passes, resources, barriers and waits. */
  toSvg(): string {
    return planToSvg(this.compiled);
  }

  toString(): string {
    return `Plan(${this.order})`;
  }
}

/** Records steps of one queue, barriers and passes. */
export function recordSteps<E extends BarrierSink>(
  compiled: CompiledGraph,
  steps: readonly Step[],
  encoder: E,
  at: Bound,
): void {
  for (const step of steps) {
    const { before, after } = compiled.stepBarriers.get(step)!;
    if (before) recordBarrier(before, encoder, at);
    for (const { name, pass } of step.passes) {
      const { record } = pass as Pass<E>;
      if (!record) continue;
      if (encoder.label) encoder.label(name, () => record(encoder, at));
      else record(encoder, at);
    }
    if (after) recordBarrier(after, encoder, at);
  }
}

function recordBarrier({ before, after, images }: GraphBarrier, encoder: BarrierSink, at: Bound): void {
  if (images.length === 0) {
    encoder.barrier(before, after);
    return;
  }
  const batch: BarrierBatch = {
    ...(before.length > 0 ? { memory: { before, after } } : {}),
    images: images.map(({ node, layouts, before, after, range, handOver }) => ({
      image: at.imageOf(node),
      before,
      after,
      ...(layouts[0] === 'undefined' ? { discard: true } : {}),
      ...(range ? { range } : {}),
      ...(handOver ? { handOver } : {}),
    })),
  };
  if (!encoder.barriers)
    throw new GraphError('Cannot record image barriers: the encoder has no method "barriers"; give one that has');
  encoder.barriers(batch as BarrierBatch<never>);
}
