/**
 * @file The box that a stencil's computed reads are held in: a cube of its radius around the voxel. Shaders clamp to it or tell of what
 * leaves it, the halo holds what lies in it, and reads that never leave it run with others whatever radius these have.
 */
import type { FieldPlace } from '../field-place.ts';
import type { Expression, LevelRelation, Reach, Stencil } from '../ir.ts';
import { reachOfGathers, type Gather } from './reach.ts';

/** Voxels that computed reads may go beyond the radius: values on faces lie half a voxel lower, and a sample of them takes one more. */
export function beyondRadiusAt(at: FieldPlace): 0 | 1 {
  return at === 'center' ? 0 : 1;
}

/**
 * The box that reads of a field are held in, around `coord`, `coord >> 1` or `2 * coord`: the two fine voxels along each axis
 * that belong to one have the radius on either side.
 */
export function heldBox(radius: number, level: LevelRelation, at: FieldPlace): Reach {
  const low = -(radius + beyondRadiusAt(at));
  const high = (level === 'fine' ? 1 : 0) - low;
  return { low: [low, low, low], high: [high, high, high] };
}

/** Whether a box lies within another. */
function isWithin(box: Reach, { low, high }: Reach): boolean {
  return [0, 1, 2].every((axis) => box.low[axis]! >= low[axis]! && box.high[axis]! <= high[axis]!);
}

/** The computed reads that a radius (default: the stencil's own) covers wherever they go. */
export function nearReads(
  stencil: Stencil,
  radius: number = stencil.neighborRadius ?? Infinity,
  boxes: ReadonlyMap<Gather, Reach> = reachOfGathers(stencil),
): ReadonlySet<Expression> {
  const placeOf = ({ field, level }: Gather): FieldPlace =>
    stencil.reads.find((read) => read.field === field && read.level === level)!.at;
  const near = [...boxes].filter(([node, box]) => isWithin(box, heldBox(radius, node.level, placeOf(node))));
  return new Set(near.map(([node]) => node));
}
