/** @file Steps → commands: barriers and passes, in order. */

import { GraphError, VulkanError } from '../errors.ts';
import type { Bound } from './bindings.ts';
import type { DeclaredUse, TrackedResource } from '../tracking/tracker.ts';
import { labelOf } from './pass.ts';
import type { PassNode } from './model.ts';
import type { Pass, SettledUse } from './pass.ts';
import type { BarrierBatch, BarrierSink } from './sink.ts';
import type { GraphBarrier, Step } from './steps.ts';

/** The memory that a resource stands for which is only a name. */
export type NamedMemory = (name: string) => readonly Omit<DeclaredUse, 'access'>[];

/**
 * Records steps of one queue, barriers and passes; of one stage alone, where that is named: a barrier with the first pass that it
 * stands before.
 */
export function recordSteps<E extends BarrierSink>(
  steps: readonly Step[],
  encoder: E,
  at: Bound,
  { memory, stage }: { readonly memory?: NamedMemory | undefined; readonly stage?: string | undefined } = {},
): void {
  for (const { finished, passes } of steps) {
    const { before, after } = finished;
    const isOwn = (each: PassNode | undefined): boolean => stage === undefined || each?.pass.stage === stage;
    if (before && isOwn(passes[0])) recordBarrier(before, encoder, at);
    for (const { name, pass, uses } of stage === undefined ? passes : passes.filter(isOwn)) {
      const { record } = pass as Pass<E>;
      if (!record) continue;
      if (encoder.uses) for (const each of uses) noteUse(each, encoder, at);
      const declared = encoder.tracks === true ? uses.flatMap((use) => declaredUses(use, at, memory)) : undefined;
      const body = (): unknown => {
        try {
          return record(encoder, at);
        } catch (error) {
          throw namingPass(name, error);
        }
      };
      if (encoder.label) encoder.label(name, body, declared);
      else body();
    }
    if (after && isOwn(passes.at(-1))) recordBarrier(after, encoder, at);
  }
}

/** What recording a pass threw, as an error that names the pass. What code reacts to by its class stays what it is. */
function namingPass(name: string, error: unknown): unknown {
  const message = `Cannot record pass "${name}": ${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof VulkanError)) return new GraphError(message, { cause: error });
  if (error.name !== 'VulkanError' || error.labels.includes(name)) return error;
  const { kind, command, result, labels } = error;
  const called = command === undefined || result === undefined ? {} : { command, result };
  return new VulkanError(message, { kind, ...called, labels: [...labels, name], cause: error });
}

/** A pass that reaches a buffer by address is as stale as any other when the buffer goes or moves. */
function noteUse({ resource }: SettledUse, encoder: BarrierSink, at: Bound): void {
  if (typeof resource === 'string' || resource.kind === 'host value') return;
  encoder.uses!(at.behind(resource) as never);
}

function recordBarrier({ before, after, images }: GraphBarrier, encoder: BarrierSink, at: Bound): void {
  if (images.length === 0) {
    encoder.barrier(before, after, true);
    return;
  }
  const batch: BarrierBatch = {
    ...(before.length > 0 ? { memory: { before, after } } : {}),
    images: images.map(({ node, layouts, before, after, range, handOver }) => ({
      image: at.behind(node.object),
      before,
      after,
      ...(layouts[0] === 'undefined' ? { discard: true } : {}),
      ...(range ? { range } : {}),
      ...(handOver ? { handOver } : {}),
    })),
    derived: true,
  };
  if (!encoder.barriers)
    throw new GraphError('Cannot record image barriers: the encoder has no method "barriers"; give one that has');
  encoder.barriers(batch as BarrierBatch<never>);
}

/** A use as a tracker takes it: of the buffer or image that stands behind it this time, or of the memory behind a name. */
function declaredUses(
  { resource, usage, part }: SettledUse,
  at: Bound,
  memory: NamedMemory | undefined,
): DeclaredUse[] {
  if (typeof resource === 'string' || resource.kind === 'host value') {
    const known = typeof resource === 'string' ? (memory?.(resource) ?? []) : [];
    if (known.length === 0) return [{ resource: labelOf(resource), access: usage }];
    return known.map((each) => ({ ...each, access: usage }));
  }
  const declared = { resource: at.behind(resource) as TrackedResource, access: usage };
  if (resource.kind === 'image') return [{ ...declared, range: part }];
  const { byteOffset = 0, byteLength = resource.byteLength - byteOffset } = part;
  return [{ ...declared, range: { byteOffset, byteLength } }];
}
