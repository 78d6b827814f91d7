/** @file Tiles turned into leaves. */
import { Grid } from './grid.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { TileSpan } from './tree-builder.ts';
import { copyValues, makeValues, store } from './types.ts';
import type { Scalar } from './types.ts';

/** How many voxels `voxelizeTiles` makes at most, unless told otherwise: 2²⁸. */
export const VOXELIZE_LIMIT: number = 2 ** 28;

/**
 * The same grid with every active tile turned into leaves. Inactive tiles stay.
 * A grid whose tiles hold more than `limit` voxels (2²⁸ by default) is refused.
 */
export function voxelizeTiles(grid: Grid, limit: number = VOXELIZE_LIMIT): Grid {
  const { tree } = grid;
  const [lower, upper, root] = tree.tileCounts;
  if (lower + upper + root === 0) return grid;
  const voxels = lower * 512 + upper * 2 ** 21 + root * 2 ** 36;
  if (voxels > limit) {
    throw new RangeError(
      `Cannot voxelize tiles of grid "${grid.name}": they hold ${voxels} voxels, more than ${limit}; give a larger limit`,
    );
  }
  if (tree.offsets !== undefined) {
    throw new RangeError(
      `Cannot voxelize tiles of grid "${grid.name}": the leaves of an ${grid.type} grid number their voxels; voxelize the grid that it indexes`,
    );
  }
  const builder = new TreeBuilder(tree.type, tree.background);
  const { count, origins, masks } = tree.leaf;
  const values = tree.values;
  for (let l = 0; l < count; l++) {
    builder.addLeaf(origins[3 * l]!, origins[3 * l + 1]!, origins[3 * l + 2]!, masks, values, 16 * l, 512 * l);
  }
  const full = new Uint32Array(16).fill(0xffffffff);
  const block = makeValues(tree.type, 512);
  tree.forEachTile((span, x, y, z, tile, active) => {
    const value: Scalar[] = tree.tileValues.map((array) => array[tile]!);
    if (!active) return builder.addTile(span as TileSpan, x, y, z, value, false);
    block.forEach((array, c) => {
      store(array, 0, value[c]!);
      for (let n = 1; n < 512; n *= 2) copyValues(array, n, array, 0, n);
    });
    for (let i = 0; i < span; i += 8) {
      for (let j = 0; j < span; j += 8) {
        for (let k = 0; k < span; k += 8) builder.addLeaf(x + i, y + j, z + k, full, block);
      }
    }
  });
  return new Grid({
    name: grid.name,
    gridClass: grid.gridClass,
    map: grid.map,
    metadata: grid.metadata,
    source: grid.source,
    tree: builder.build(),
  });
}
