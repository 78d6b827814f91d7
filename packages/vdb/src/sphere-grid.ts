/**
 * @file Spheres with values: a level set (signed distance in metres, active in a narrow band, tiles inside) and a fog volume
 * (density 1 inside, falling to 0 over the band, active where it is above 0).
 */
import { setBit } from './bits.ts';
import { Grid } from './grid.ts';
import { GridMap } from './map.ts';
import type { Vec3 } from './map.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { TileSpan } from './tree-builder.ts';

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

/** What a voxel at signed distance `d` (voxels) from the surface holds. */
type Fill = (d: number) => { readonly value: number; readonly active: boolean };

/** A sphere's signed distance in metres; `center` and `radius` in metres. Background is half the band's width. */
export function levelSetSphere(center: Vec3, radius: number, options: SphereOptions = {}): Grid {
  const { name, voxelSize, halfWidth } = { ...SPHERE_DEFAULTS, ...options };
  const far = Math.fround(halfWidth * voxelSize);
  const fill: Fill = (d) =>
    Math.abs(d) < halfWidth
      ? { value: Math.fround(d * voxelSize), active: true }
      : { value: d < 0 ? -far : far, active: false };
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
): ReturnType<TreeBuilder['build']> {
  const builder = new TreeBuilder('float', [shape.background]);
  const mask = new Uint32Array(16);
  const values = new Float32Array(512);
  const leaf = (x: number, y: number, z: number): void => {
    mask.fill(0);
    for (let n = 0; n < 512; n++) {
      const d = Math.hypot(x + (n >> 6) - center[0], y + ((n >> 3) & 7) - center[1], z + (n & 7) - center[2]) - radius;
      const { value, active } = shape.fill(d);
      values[n] = value;
      if (active) setBit(mask, 0, n);
    }
    builder.addLeaf(x, y, z, mask, [values]);
  };
  const block = (span: TileSpan, x: number, y: number, z: number): void => {
    const d = Math.hypot(...[x, y, z].map((o, a) => o + (span - 1) / 2 - center[a]!)) - radius;
    const extent = ((span - 1) / 2) * Math.sqrt(3) + 1e-6;
    const { value, active } = shape.fill(d);
    if (d - extent >= shape.halfWidth) return;
    if (d + extent <= -shape.halfWidth) builder.addTile(span, x, y, z, [value], active);
    else if (span === 8) leaf(x, y, z);
    else {
      for (let n = 0; n < 4096; n++) block(8, x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3));
    }
  };
  const reach = radius + shape.halfWidth;
  const low = center.map((v) => Math.floor((v - reach) / 128) * 128) as [number, number, number];
  for (let x = low[0]; x <= center[0] + reach; x += 128) {
    for (let y = low[1]; y <= center[1] + reach; y += 128) {
      for (let z = low[2]; z <= center[2] + reach; z += 128) block(128, x, y, z);
    }
  }
  return builder.build();
}
