/**
 * @file Which activities a stencil asks for. Beyond the leaves around a voxel, and at computed coordinates, they are held within a box
 * around the voxel that runs, as computed reads are: a part that asks so would be held elsewhere, were it run for another voxel.
 */
import { TABLE_REACH } from '../emit/scan.ts';
import type { Expression, Offset, Stencil } from '../ir.ts';
import { offsetOf } from '../language/affine.ts';
import { visitExpressions } from '../walk.ts';
import { keptAnswer } from './kept-answer.ts';
import { further } from './own-reads.ts';

/** The offsets of the voxels whose activity is asked for; undefined for those that are computed. */
const activities = keptAnswer(({ body, functions }) => {
  const offsets: (Offset | undefined)[] = [];
  const look = (node: Expression): void => {
    if (node.op === 'isActive') offsets.push(offsetOf(node.coord, new Map()));
  };
  for (const each of [body, ...functions.map((one) => one.body)]) visitExpressions(each, look);
  return offsets;
});

/** How far away, voxels along an axis, a stencil asks for activities at constant offsets. */
export function farthestActivity(stencil: Stencil): number {
  return Math.max(0, ...activities(stencil).flatMap((offset = [0, 0, 0]) => offset.map(Math.abs)));
}

/** Whether a stencil, run by the voxel `at` away (default: its own), asks for activities that are held within a radius. */
export function asksFar(stencil: Stencil, at: Offset = [0, 0, 0]): boolean {
  return activities(stencil).some(
    (offset) => offset === undefined || further(offset, at).some((distance) => Math.abs(distance) > TABLE_REACH),
  );
}
