/**
 * @file Spheres with values: a level set (signed distance in metres, active in a narrow band, tiles inside) and a fog volume
 * (density 1 inside, falling to 0 over the band, active where it is above 0).
 */
import { bandFill, boxAbout, fillDistance } from './distance-grid.ts';
import type { Fill } from './distance-grid.ts';
import { Grid } from './grid.ts';
import { GridMap } from './map.ts';
import type { Vec3 } from './map.ts';
import type { Tree } from './tree.ts';

/** Choices for a sphere. */
export interface SphereOptions {
  readonly name?: string;
  /** Edge of a voxel in metres. */
  readonly voxelSize?: number;
  /** Half the width of the band in voxels. */
  readonly halfWidth?: number;
}

/** The options' defaults. */
export const SPHERE_DEFAULTS: Required<SphereOptions> = Object.freeze({ name: 'sphere', voxelSize: 1, halfWidth: 3 });

/** A sphere's signed distance in metres; `center` and `radius` in metres. Background is half the band's width. */
export function levelSetSphere(center: Vec3, radius: number, options: SphereOptions = {}): Grid {
  const { name, voxelSize, halfWidth } = { ...SPHERE_DEFAULTS, ...options };
  const far = Math.fround(halfWidth * voxelSize);
  const fill = bandFill(halfWidth, voxelSize, far);
  const tree = fillSphere(center.map((v) => v / voxelSize) as unknown as Vec3, radius / voxelSize, {
    halfWidth,
    background: far,
    fill,
  });
  return new Grid({ name, tree, map: GridMap.scale(voxelSize), gridClass: 'level set' });
}

/** A sphere of fog; `center` and `radius` in metres. Density rises from 0 at the surface to 1 at `halfWidth` voxels below it. */
export function fogSphere(center: Vec3, radius: number, options: SphereOptions = {}): Grid {
  const { name, voxelSize, halfWidth } = { ...SPHERE_DEFAULTS, ...options };
  const fill: Fill = (d) => ({ value: d < 0 ? Math.fround(Math.min(1, -d / halfWidth)) : 0, active: d < 0 });
  const tree = fillSphere(center.map((v) => v / voxelSize) as unknown as Vec3, radius / voxelSize, {
    halfWidth,
    background: 0,
    fill,
  });
  return new Grid({ name, tree, map: GridMap.scale(voxelSize), gridClass: 'fog volume' });
}

function fillSphere(
  center: Vec3,
  radius: number,
  shape: { readonly halfWidth: number; readonly background: number; readonly fill: Fill },
): Tree {
  const reach = radius + shape.halfWidth;
  const [x, y, z] = center;
  return fillDistance(
    (i, j, k) => Math.hypot(i - x, j - y, k - z) - radius,
    boxAbout(center, [reach, reach, reach]),
    shape,
  );
}
