/**
 * @file Steps → submits. A queue's steps go together in one submit, cut where a step waits (late) and behind one that is waited for
 * (early).
 */

import type { Step } from './steps.ts';

/** What is submitted to a queue at once: the batches that it waits for, and the host passes that must have run. */
export interface Batch {
  readonly lane: number;
  readonly steps: readonly Step[];
  /** Indices of batches, smaller than its own. */
  readonly waits: readonly number[];
  /** Indices of host passes. */
  readonly hostWaits: readonly number[];
}

/** Batches of the device's queues, in order of submission; host passes are left out. */
export function cutBatches(steps: readonly Step[], hostLane: number): { batches: Batch[]; batchOf: Map<Step, number> } {
  const drafts: { lane: number; steps: Step[] }[] = [];
  const open = new Map<number, { lane: number; steps: Step[] }>();
  for (const step of steps) {
    if (step.lane === hostLane) continue;
    const waits = step.waits.length + step.hostWaits.length > 0;
    let draft = waits ? undefined : open.get(step.lane);
    if (!draft) {
      draft = { lane: step.lane, steps: [] };
      drafts.push(draft);
      open.set(step.lane, draft);
    }
    draft.steps.push(step);
    if (step.awaited) open.delete(step.lane);
  }
  const batchOf = new Map<Step, number>();
  for (const [index, draft] of drafts.entries()) for (const step of draft.steps) batchOf.set(step, index);
  const batches = drafts.map(({ lane, steps: own }) => ({
    lane,
    steps: own,
    waits: own[0]!.waits.map((step) => batchOf.get(step)!),
    hostWaits: own[0]!.hostWaits,
  }));
  return { batches, batchOf };
}
