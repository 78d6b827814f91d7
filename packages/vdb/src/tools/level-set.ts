/** @file Level sets of shapes that have a formula: boxes, tori, and whatever gives a signed distance. */
import { bandFill, boxAbout, fillDistance } from '../distance-grid.ts';
import type { Distance } from '../distance-grid.ts';
import { Grid } from '../grid.ts';
import { GridMap } from '../map.ts';
import type { Vec3 } from '../map.ts';
import { SPHERE_DEFAULTS } from '../sphere-grid.ts';
import type { SphereOptions } from '../sphere-grid.ts';

/** Choices for a level set: name, voxel size in metres, half the band's width in voxels. */
export type LevelSetOptions = SphereOptions;

/** A box from `min` to `max` (metres), edges along the axes: signed distance in metres, exact inside and outside. */
export function levelSetBox(min: Vec3, max: Vec3, options: LevelSetOptions = {}): Grid {
  const center = min.map((v, a) => (v + max[a]!) / 2) as unknown as Vec3;
  const half = min.map((v, a) => (max[a]! - v) / 2) as unknown as Vec3;
  const distance: Distance = (x, y, z) => {
    const [qx, qy, qz] = [
      Math.abs(x - center[0]) - half[0],
      Math.abs(y - center[1]) - half[1],
      Math.abs(z - center[2]) - half[2],
    ];
    return Math.hypot(Math.max(qx, 0), Math.max(qy, 0), Math.max(qz, 0)) + Math.min(Math.max(qx, qy, qz), 0);
  };
  return levelSet(distance, { min, max }, { name: 'box', ...options });
}

/** A torus about the z axis through `center`: `ring` the radius of its circle, `tube` that of the tube about it, all in metres. */
export function levelSetTorus(center: Vec3, ring: number, tube: number, options: LevelSetOptions = {}): Grid {
  const distance: Distance = (x, y, z) =>
    Math.hypot(Math.hypot(x - center[0], y - center[1]) - ring, z - center[2]) - tube;
  return levelSet(distance, boxAbout(center, [ring + tube, ring + tube, tube]), { name: 'torus', ...options });
}

/**
 * The level set of a signed distance: `distance(x, y, z)` in metres at a position in metres, negative inside, changing no faster than
 * the position. `box` (metres) holds the whole surface.
 */
export function levelSet(
  distance: Distance,
  box: { readonly min: Vec3; readonly max: Vec3 },
  options: LevelSetOptions = {},
): Grid {
  const { name, voxelSize, halfWidth } = { ...SPHERE_DEFAULTS, name: 'level set', ...options };
  const far = Math.fround(halfWidth * voxelSize);
  const tree = fillDistance(
    (x, y, z) => distance(x * voxelSize, y * voxelSize, z * voxelSize) / voxelSize,
    {
      min: box.min.map((v) => v / voxelSize - halfWidth) as unknown as Vec3,
      max: box.max.map((v) => v / voxelSize + halfWidth) as unknown as Vec3,
    },
    { halfWidth, background: far, fill: bandFill(halfWidth, voxelSize, far) },
  );
  return new Grid({ name, tree, map: GridMap.scale(voxelSize), gridClass: 'level set' });
}
