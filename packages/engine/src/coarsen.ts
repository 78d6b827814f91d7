/**
 * @file Coarsening by two: voxel I of the coarse level covers voxels 2I and 2I + 1 of the fine one on each axis, and is
 * active where any of the eight is. A fine leaf of 8³ gives one octant of 4³ of its parent leaf.
 *
 * Masks are halved by words, not by voxels: a leaf's slab x (64 voxels: bit y·8 + z) is two words; OR-ing x with x + 1, y with
 * y + 1 and z with z + 1 leaves the answer in every even bit, which is then squeezed together.
 */
import { LeafIndex } from './leaf-index.ts';
import { sortTopology, type Topology } from './topology.ts';

/** Bits 0, 2, 4, 6 of a byte, moved to bits 0 to 3. */
function evenBits(byte: number): number {
  return (byte & 1) | ((byte >> 1) & 2) | ((byte >> 2) & 4) | ((byte >> 3) & 8);
}

/**
 * Ors the coarse image of a fine leaf's mask (16 words) into its parent's mask: octant dx, dy, dz (0 or 1) of the parent.
 */
function coarsenMask(fine: Uint32Array, parent: Uint32Array, dx: number, dy: number, dz: number): void {
  for (let x = 0; x < 4; x++) {
    for (let half = 0; half < 2; half++) {
      // One word is four rows (y = 4·half … 4·half + 3) of eight voxels along z.
      const word = fine[4 * x + half]! | fine[4 * x + 2 + half]!;
      for (let pair = 0; pair < 2; pair++) {
        const rows = word >>> (16 * pair);
        const row = (rows | (rows >>> 8)) & 255;
        const bits = evenBits(row | (row >> 1));
        const at = ((4 * dx + x) << 6) | ((4 * dy + 2 * half + pair) << 3) | (4 * dz);
        parent[at >> 5]! |= bits << (at & 31);
      }
    }
  }
}

/** The topology of the next coarser level, its leaves in Morton order. */
export function coarsenTopology(fine: Topology): Topology {
  const count = fine.origins.length / 3;
  const candidates = fine.origins.map((value) => (value >> 4) << 3);
  const index = new LeafIndex(candidates);
  const position = new Map<number, number>();
  for (let leaf = 0; leaf < count; leaf++) {
    const first = index.findVoxel(candidates[3 * leaf]!, candidates[3 * leaf + 1]!, candidates[3 * leaf + 2]!);
    if (!position.has(first)) position.set(first, position.size);
  }
  const origins = new Int32Array(3 * position.size);
  const masks = new Uint32Array(16 * position.size);
  for (let leaf = 0; leaf < count; leaf++) {
    const [i, j, k] = [candidates[3 * leaf]!, candidates[3 * leaf + 1]!, candidates[3 * leaf + 2]!];
    const parent = position.get(index.findVoxel(i, j, k))!;
    origins.set([i, j, k], 3 * parent);
    const octant = [0, 1, 2].map((axis) => (fine.origins[3 * leaf + axis]! >> 3) & 1);
    coarsenMask(
      fine.masks.subarray(16 * leaf, 16 * leaf + 16),
      masks.subarray(16 * parent, 16 * parent + 16),
      octant[0]!,
      octant[1]!,
      octant[2]!,
    );
  }
  return sortTopology({ origins, masks });
}
