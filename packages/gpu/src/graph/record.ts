/** @file Steps → commands: barriers and passes, in order. */

import { GraphError } from '../errors.ts';
import type { Bound } from './bindings.ts';
import type { CompiledGraph } from './compile.ts';
import type { Pass } from './pass.ts';
import type { BarrierBatch, BarrierSink } from './sink.ts';
import type { GraphBarrier, Step } from './steps.ts';

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
