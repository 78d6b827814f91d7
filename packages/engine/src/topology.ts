/**
 * @file A topology: which leaves a level has, and which of their voxels are active. Leaves stand in Morton order.
 *
 *     origins  n × 3   i, j, k of a leaf's least voxel, multiples of 8
 *     masks    n × 16  bit (b & 31) of word (b >> 5) is voxel b = (i&7)<<6 | (j&7)<<3 | (k&7): z fastest
 */
import { mortonOrder } from './morton.ts';

/** Index coordinates of a voxel: i, j, k. */
export type Coordinate = readonly [number, number, number];

/** A box of index coordinates; whether `max` is inside is said where it is used. */
export interface IndexBox {
  readonly min: Coordinate;
  readonly max: Coordinate;
}

/** Leaves in Morton order with their active voxels. */
export interface Topology {
  readonly origins: Int32Array;
  readonly masks: Uint32Array;
}

/** Number of leaves of a topology. */
export function leafCountOf(topology: Topology): number {
  return topology.origins.length / 3;
}

/** Number of set bits of a 32-bit word. */
export function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Number of active voxels. */
export function activeVoxelsOf(topology: Topology): number {
  let count = 0;
  for (const word of topology.masks) count += popCount(word);
  return count;
}

/** Whether voxel i, j, k is active. */
export function isActive({ origins, masks }: Topology, i: number, j: number, k: number): boolean {
  const [x, y, z] = [i & ~7, j & ~7, k & ~7];
  for (let leaf = 0; 3 * leaf < origins.length; leaf++) {
    if (origins[3 * leaf] !== x || origins[3 * leaf + 1] !== y || origins[3 * leaf + 2] !== z) continue;
    const bit = ((i & 7) << 6) | ((j & 7) << 3) | (k & 7);
    return ((masks[16 * leaf + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
  }
  return false;
}

/** The share of leaves that have inactive voxels; 0 where there is no leaf. */
export function raggedShareOf({ masks }: Topology): number {
  const leaves = masks.length / 16;
  let ragged = 0;
  for (let leaf = 0; leaf < leaves; leaf++) {
    let word = 0;
    while (word < 16 && masks[16 * leaf + word] === 0xffffffff) word++;
    if (word < 16) ragged++;
  }
  return leaves === 0 ? 0 : ragged / leaves;
}

/** The same leaves in Morton order, without those that have no active voxel. */
export function sortTopology(topology: Topology): Topology {
  const order = mortonOrder(topology.origins).filter((leaf) => {
    for (let word = 0; word < 16; word++) if (topology.masks[16 * leaf + word] !== 0) return true;
    return false;
  });
  const origins = new Int32Array(3 * order.length);
  const masks = new Uint32Array(16 * order.length);
  order.forEach((leaf, rank) => {
    origins.set(topology.origins.subarray(3 * leaf, 3 * leaf + 3), 3 * rank);
    masks.set(topology.masks.subarray(16 * leaf, 16 * leaf + 16), 16 * rank);
  });
  return { origins, masks };
}

/** Bits min…max−1 of a row of eight voxels that starts at `origin`. */
function rowBits(origin: number, min: number, max: number): number {
  const low = Math.max(min - origin, 0);
  const high = Math.min(max - origin, 8);
  return high <= low ? 0 : ((1 << high) - 1) & ~((1 << low) - 1);
}

/** Every voxel of the half-open box [min, max) is active. */
export function boxTopology(box: IndexBox): Topology {
  const first = box.min.map((value) => value >> 3);
  const count = box.max.map((value, axis) => Math.max(0, ((value - 1) >> 3) - first[axis]! + 1));
  const leaves = count[0]! * count[1]! * count[2]!;
  const origins = new Int32Array(3 * leaves);
  const masks = new Uint32Array(16 * leaves);
  let leaf = 0;
  for (let x = 0; x < count[0]!; x++) {
    for (let y = 0; y < count[1]!; y++) {
      for (let z = 0; z < count[2]!; z++) {
        const origin = [(first[0]! + x) << 3, (first[1]! + y) << 3, (first[2]! + z) << 3] as const;
        origins.set(origin, 3 * leaf);
        fillMask(masks.subarray(16 * leaf, 16 * leaf + 16), origin, box);
        leaf++;
      }
    }
  }
  return sortTopology({ origins, masks });
}

function fillMask(mask: Uint32Array, origin: Coordinate, box: IndexBox): void {
  const bx = rowBits(origin[0], box.min[0], box.max[0]);
  const by = rowBits(origin[1], box.min[1], box.max[1]);
  const bz = rowBits(origin[2], box.min[2], box.max[2]);
  if ((bx & by & bz) === 0xff) {
    mask.fill(0xffff_ffff);
    return;
  }
  for (let x = 0; x < 8; x++) {
    if ((bx & (1 << x)) === 0) continue;
    for (let y = 0; y < 8; y++) {
      if ((by & (1 << y)) === 0) continue;
      const row = (x << 6) | (y << 3);
      mask[row >> 5]! |= bz << (row & 31);
    }
  }
}

/** Inclusive bounds of the active voxels, or null where there is none. */
export function activeBoundsOf(topology: Topology): IndexBox | null {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let leaf = 0; leaf < leafCountOf(topology); leaf++) {
    const origin = topology.origins.subarray(3 * leaf, 3 * leaf + 3);
    if (inside(origin, min, max)) continue;
    for (let bit = 0; bit < 512; bit++) {
      if (((topology.masks[16 * leaf + (bit >> 5)]! >>> (bit & 31)) & 1) === 0) continue;
      const voxel = [origin[0]! + (bit >> 6), origin[1]! + ((bit >> 3) & 7), origin[2]! + (bit & 7)];
      for (let axis = 0; axis < 3; axis++) {
        min[axis] = Math.min(min[axis]!, voxel[axis]!);
        max[axis] = Math.max(max[axis]!, voxel[axis]!);
      }
    }
  }
  return min[0] === Infinity ? null : { min: triple(min), max: triple(max) };
}

function inside(origin: Int32Array, min: readonly number[], max: readonly number[]): boolean {
  return [0, 1, 2].every((axis) => origin[axis]! >= min[axis]! && origin[axis]! + 7 <= max[axis]!);
}

/** Inclusive bounds of whole leaves, or null where there is none. */
export function leafBoundsOf(topology: Topology): IndexBox | null {
  if (topology.origins.length === 0) return null;
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  topology.origins.forEach((value, index) => {
    const axis = index % 3;
    min[axis] = Math.min(min[axis]!, value);
    max[axis] = Math.max(max[axis]!, value + 7);
  });
  return { min: triple(min), max: triple(max) };
}

function triple(values: readonly number[]): Coordinate {
  return [values[0]!, values[1]!, values[2]!];
}
