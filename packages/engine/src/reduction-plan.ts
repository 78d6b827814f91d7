/**
 * @file A reduction is one fixed tree, so that its bits never depend on the machine: first over the 512 voxels of a leaf (in
 * the stencil's own pass, one partial value a leaf), then over leaf ranks, adjacent pairs first, padded with the
 * identity to a power of two. The second part runs here in stages: a workgroup takes 1,024 values, which are a whole
 * subtree, so the stages together are the same tree.
 */

/** Values that one workgroup of the reduction kernel takes; a power of two. */
export const REDUCTION_CHUNK = 1024;

/** One dispatch of the reduction kernel. */
export interface ReductionStage {
  /** Values that it reads, at the most: from the partials in the first stage, else from the scratch of the stage before. */
  readonly inputs: number;
  /** Workgroups, and values that it writes; the last stage has one, and writes the scalar. */
  readonly groups: number;
}

/** The stages for `capacity` ranks; there is always one, even over none. */
export function reductionStages(capacity: number): ReductionStage[] {
  const stages: ReductionStage[] = [];
  let inputs = Math.max(1, capacity);
  for (;;) {
    const groups = Math.ceil(inputs / REDUCTION_CHUNK);
    stages.push({ inputs, groups });
    if (groups === 1) return stages;
    inputs = groups;
  }
}

/** Values of a scalar's partials and of its stages' scratch behind them, for `capacity` ranks. */
export function partialsLength(capacity: number): number {
  const scratch = reductionStages(capacity).reduce((sum, stage) => sum + stage.groups, 0);
  return Math.max(1, capacity) + scratch;
}

/** Place, in the partials, of what stage `stage` reads. */
export function stageOffset(capacity: number, stage: number): number {
  const before = reductionStages(capacity).slice(0, Math.max(0, stage - 1));
  return stage === 0 ? 0 : Math.max(1, capacity) + before.reduce((sum, { groups }) => sum + groups, 0);
}
