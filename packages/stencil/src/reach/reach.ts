/**
 * @file How far a program's reads at computed coordinates go: a box around the voxel for each such read, where there is one.
 * A read whose box is a single offset is a tap that the front end could not see.
 */

import type { Expression, Offset, Reach, Statement } from '../ir.ts';
import { offsetOf } from '../language/affine.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { visitExpressions } from '../walk.ts';
import type { Pass, Program } from '../optimize/program.ts';
import { follow } from './flow.ts';
import { FIRST_AXIS, join } from './range.ts';
import type { Range } from './range.ts';

/** A read at a computed coordinate. */
export type Gather = Expression & { readonly op: 'gather' };

/** Voxels up to which a computed read has a reach: a halo any thicker would be a guess, and not what was meant. */
const REACH_LIMIT = 64;

/** Taps farther than a leaf's width leave the 27 neighbour leaves, and are looked up like computed coordinates. */
export const TAP_LIMIT = 8;

const NO_LOCALS: Parameters<typeof offsetOf>[1] = new Map();

/**
 * The boxes of the reads at computed coordinates; one that is not in the map goes anywhere. On the coarser level they are around
 * `coord >> 1`, on the finer one around `2 * coord`.
 */
export function reachOfGathers(program: Program): ReadonlyMap<Gather, Reach> {
  const boxes = new Map<Gather, Reach>();
  const computed = new Set<Gather>();
  const visit = (node: Expression): void => {
    if (node.op !== 'gather') return;
    const offset = node.level === 'same' ? offsetOf(node.coord, NO_LOCALS) : undefined;
    if (offset === undefined) computed.add(node);
    else boxes.set(node, { low: offset, high: offset });
  };
  for (const body of [program.body, ...program.functions.map((one) => one.body)]) visitExpressions(body, visit);
  if (computed.size === 0) return boxes;
  const known = new Map<Gather, readonly Range[]>();
  const whole = follow(program, (node, coord) => {
    const before = known.get(node);
    known.set(node, before === undefined ? coord : coord.map((one, axis) => join(before[axis]!, one, 'int')));
  });
  if (!whole) return boxes;
  for (const [node, coord] of known) {
    const first = FIRST_AXIS[node.level];
    const bounded = coord.every(
      ({ axis, low, high }, at) => axis === first + at && Math.max(-low, high) <= REACH_LIMIT,
    );
    if (!computed.has(node) || !bounded) continue;
    const ends = (end: 'low' | 'high'): Offset => coord.map((one) => one[end]) as unknown as Offset;
    boxes.set(node, { low: ends('low'), high: ends('high') });
  }
  return boxes;
}

/** Makes taps of computed reads whose coordinate is certainly `coord` and a constant, no farther than `radius` voxels. */
export function settleTaps(radius: number): Pass {
  return (program) => {
    const boxes = reachOfGathers(program);
    if (boxes.size === 0) return program;
    const most = Math.min(radius, TAP_LIMIT);
    const value = (node: Expression): Expression => {
      const box = node.op === 'gather' ? boxes.get(node) : undefined;
      const single = box?.low.every((low, axis) => low === box.high[axis] && Math.abs(low) <= most) === true;
      if (node.op !== 'gather' || node.level !== 'same' || box === undefined || !single)
        return mapOperands(node, value);
      const { type, field, component } = node;
      return { op: 'tap', type, field, component, offset: box.low };
    };
    const block = (body: readonly Statement[]): readonly Statement[] =>
      body.map((node) => mapStatement(node, value, block));
    const functions = program.functions.map((one) => ({ ...one, body: block(one.body) }));
    return { ...program, body: block(program.body), functions };
  };
}
