/** @file The surface of a cut: faces between active voxels that different subdomains own. */
import { LeafIndex } from '../leaf-index.ts';
import { leafCountOf, type Topology } from '../topology.ts';
import type { Cut } from './cut.ts';

/** Faces of each subdomain's voxels whose other side is an active voxel of another. */
export function cutFaces(topology: Topology, { owners, count }: Cut): number[] {
  const faces = Array.from({ length: count }, () => 0);
  if (count === 1) return faces;
  const index = LeafIndex.of(topology.origins);
  for (let rank = 0; rank < leafCountOf(topology); rank++) {
    const [x, y, z] = [0, 1, 2].map((axis) => topology.origins[3 * rank + axis]! >> 3) as [number, number, number];
    for (const axis of [0, 1, 2] as const) {
      const other = index.find(x + (axis === 0 ? 1 : 0), y + (axis === 1 ? 1 : 0), z + (axis === 2 ? 1 : 0));
      if (other < 0 || owners[other] === owners[rank]) continue;
      const pairs = touching(topology.masks, rank, other, axis);
      faces[owners[rank]!]! += pairs;
      faces[owners[other]!]! += pairs;
    }
  }
  return faces;
}

/** Active voxels of the last layer of one leaf along an axis that have an active one before them in the first layer of another. */
function touching(masks: Uint32Array, low: number, high: number, axis: 0 | 1 | 2): number {
  const shift = [6, 3, 0][axis]!;
  const [first, second] = [0, 1, 2].filter((each) => each !== axis).map((each) => [6, 3, 0][each]!) as [number, number];
  const active = (rank: number, voxel: number): number => (masks[16 * rank + (voxel >> 5)]! >>> (voxel & 31)) & 1;
  let pairs = 0;
  for (let a = 0; a < 8; a++) {
    for (let b = 0; b < 8; b++) {
      const voxel = (a << first) | (b << second);
      pairs += active(low, voxel | (7 << shift)) & active(high, voxel);
    }
  }
  return pairs;
}
