/**
 * @file Coordinates of voxels: whole numbers of 32 bits. Trees and accessors trust them, since they are asked for every voxel; what
 * users call with coordinates of their own refuses others, which would mean another voxel without a word.
 */

/** Whether a voxel may have these coordinates. */
export function isVoxel(i: number, j: number, k: number): boolean {
  return i === (i | 0) && j === (j | 0) && k === (k | 0);
}

/** The error for coordinates that no voxel has; `act` is as in `get`. */
export function noVoxel(act: string, grid: string, i: number, j: number, k: number): RangeError {
  return new RangeError(
    `Cannot ${act} voxel (${i}, ${j}, ${k}) of grid "${grid}": no voxel is there; give whole numbers from -2147483648 to 2147483647`,
  );
}
