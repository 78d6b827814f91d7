/**
 * @file Which voxels of which leaves a reach touches. What a leaf needs of one at a given offset depends on the offset alone, and along
 * an axis it is one of three things: a part of the first leaf that is touched, a part of the last, and all of those between. So a
 * reach is at most 27 boxes of offsets, whatever its size, each with the voxels that are needed at all of them:
 *
 *     offset (1, 0, 0), reach 2 towards x        offset (1, 1, 0)
 *     ┌────────┐┌──┬─────┐                       only the 2 × 2 voxels at the edge
 *     │  own   ││xx│     │
 *     └────────┘└──┴─────┘
 */
import type { Coordinate, IndexBox } from '../topology.ts';

/** Offsets in leaves, inclusive. */
export interface OffsetBox {
  readonly low: Coordinate;
  readonly high: Coordinate;
}

/** Offsets in leaves at which the same voxels of a leaf are within reach of one at the origin. */
export interface ReachBox extends OffsetBox {
  /** 16 words. */
  readonly mask: Uint32Array;
}

/** Offsets along an axis, and the voxels of leaves there; all inclusive. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly low: number;
  readonly high: number;
}

/** The boxes that a reach (offsets in voxels, inclusive) touches, the largest first. */
export function reachBoxes({ min, max }: IndexBox): ReachBox[] {
  const [alongX, alongY, alongZ] = [0, 1, 2].map((axis) => spansOf(min[axis]!, max[axis]!));
  return alongX!
    .flatMap((x) =>
      alongY!.flatMap((y) =>
        alongZ!.map((z) => ({
          low: [x.first, y.first, z.first] as const,
          high: [x.last, y.last, z.last] as const,
          mask: maskOf(x, y, z),
        })),
      ),
    )
    .sort((a, b) => offsetCount(b) - offsetCount(a));
}

/** The offsets in leaves of a reach, all in one box. */
export function reachedOffsets({ min, max }: IndexBox): OffsetBox {
  const ends = [0, 1, 2].map((axis) => endsOf(min[axis]!, max[axis]!)) as [Ends, Ends, Ends];
  return { low: [ends[0][0], ends[1][0], ends[2][0]], high: [ends[0][1], ends[1][1], ends[2][1]] };
}

/** How many offsets a box has. */
export function offsetCount({ low, high }: OffsetBox): number {
  return (high[0] - low[0] + 1) * (high[1] - low[1] + 1) * (high[2] - low[2] + 1);
}

/** Every offset of a box. */
export function offsetsOf({ low, high }: OffsetBox): Coordinate[] {
  const offsets: Coordinate[] = [];
  for (let x = low[0]; x <= high[0]; x++) {
    for (let y = low[1]; y <= high[1]; y++) {
      for (let z = low[2]; z <= high[2]; z++) offsets.push([x, y, z]);
    }
  }
  return offsets;
}

type Ends = readonly [first: number, last: number];

function endsOf(min: number, max: number): Ends {
  return [Math.floor(min / 8), Math.floor((max + 7) / 8)];
}

function spansOf(min: number, max: number): Span[] {
  const [first, last] = endsOf(min, max);
  const at = (leaf: number, until = leaf): Span => ({
    first: leaf,
    last: until,
    low: Math.max(0, min - 8 * leaf),
    high: Math.min(7, 7 + max - 8 * until),
  });
  if (first === last) return [at(first)];
  return first + 1 === last ? [at(first), at(last)] : [at(first), at(first + 1, last - 1), at(last)];
}

function maskOf(x: Span, y: Span, z: Span): Uint32Array {
  const mask = new Uint32Array(16);
  for (let i = x.low; i <= x.high; i++) {
    for (let j = y.low; j <= y.high; j++) {
      for (let k = z.low; k <= z.high; k++) {
        const bit = (i << 6) | (j << 3) | k;
        mask[bit >> 5]! |= 1 << (bit & 31);
      }
    }
  }
  return mask;
}
