/**
 * @file The map between index and world, level by level, and as the twelve floats that kernels read. Level k + 1 has twice
 * the voxel size; its voxel I covers fine voxels 2I and 2I + 1, so its centre lies half a fine voxel further on each axis.
 */
import { GridMap } from '@halocline/vdb';

/** The map of the level that is coarser by one. */
export function coarserMap(map: GridMap): GridMap {
  const matrix = map.matrix.map((value) => 2 * value);
  const half = map.indexToWorld([0.5, 0.5, 0.5]);
  return new GridMap(matrix, half);
}

/** Three rows m0 m1 m2 t of index → world, rounded to float32. */
export function indexToWorldRows(map: GridMap): number[] {
  return rows(map.matrix, map.translation);
}

/** Three rows m0 m1 m2 t of world → index, rounded to float32. */
export function worldToIndexRows(map: GridMap): number[] {
  return rows(map.inverse, map.worldToIndex([0, 0, 0]));
}

/** Whether a level's axes are those of the world: no row has a number but on the diagonal and at its end, where no −0 is. */
export function isAligned(map: GridMap): boolean {
  const aligned = (all: readonly number[]): boolean =>
    all.every((value, at) => {
      const [row, column] = [Math.floor(at / 4), at % 4];
      return column === 3 ? !Object.is(value, -0) : column === row || value === 0;
    });
  return aligned(indexToWorldRows(map)) && aligned(worldToIndexRows(map));
}

function rows(matrix: readonly number[], translation: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) => [...matrix.slice(3 * row, 3 * row + 3), translation[row]!]).map(Math.fround);
}

/** The edge of a voxel in metres: the mean of the three axes where they differ. */
export function voxelEdge(map: GridMap): number {
  const [x, y, z] = map.voxelSize;
  return x === y && y === z ? x : (x + y + z) / 3;
}
