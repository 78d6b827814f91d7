/**
 * @file Grids of float values made from a signed distance: whole blocks that the distance shows to be far from the surface become
 * tiles or nothing, the others leaves. The distance must not change faster than the position does (Lipschitz constant 1).
 */
import { setBit } from './bits.ts';
import type { IndexBox } from './grid.ts';
import type { Vec3 } from './map.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { TileSpan } from './tree-builder.ts';
import type { Tree } from './tree.ts';

/** What a voxel at signed distance `d` (voxels) from the surface holds. */
export type Fill = (d: number) => { readonly value: number; readonly active: boolean };

/** Signed distance in voxels at an index position, negative inside. */
export type Distance = (x: number, y: number, z: number) => number;

/** Leaves where |distance| < `halfWidth` comes near, tiles inside; `box` holds every voxel that may be nearer than that. */
export function fillDistance(
  distance: Distance,
  box: IndexBox,
  shape: { readonly halfWidth: number; readonly background: number; readonly fill: Fill },
): Tree {
  const builder = new TreeBuilder('float', [shape.background]);
  const mask = new Uint32Array(16);
  const values = new Float32Array(512);
  const leaf = (x: number, y: number, z: number): void => {
    mask.fill(0);
    for (let n = 0; n < 512; n++) {
      const { value, active } = shape.fill(distance(x + (n >> 6), y + ((n >> 3) & 7), z + (n & 7)));
      values[n] = value;
      if (active) setBit(mask, 0, n);
    }
    builder.addLeaf(x, y, z, mask, [values]);
  };
  const block = (span: TileSpan, x: number, y: number, z: number): void => {
    const middle = (span - 1) / 2;
    const d = distance(x + middle, y + middle, z + middle);
    const extent = middle * Math.sqrt(3) + 1e-6;
    const { value, active } = shape.fill(d);
    if (d - extent >= shape.halfWidth) return;
    if (d + extent <= -shape.halfWidth) builder.addTile(span, x, y, z, [value], active);
    else if (span === 8) leaf(x, y, z);
    else {
      for (let n = 0; n < 4096; n++) block(8, x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3));
    }
  };
  const low = box.min.map((v) => Math.floor(v / 128) * 128) as [number, number, number];
  for (let x = low[0]; x <= box.max[0]; x += 128) {
    for (let y = low[1]; y <= box.max[1]; y += 128) {
      for (let z = low[2]; z <= box.max[2]; z += 128) block(128, x, y, z);
    }
  }
  return builder.build();
}

/** The fill of a level set: distance in metres, active where |d| < `halfWidth` voxels, ± `background` beyond. */
export function bandFill(halfWidth: number, voxelSize: number, background: number): Fill {
  return (d) =>
    Math.abs(d) < halfWidth
      ? { value: Math.fround(d * voxelSize), active: true }
      : { value: d < 0 ? -background : background, active: false };
}

/** The box of voxels whose centres lie within `reach` voxels of `center`, axis by axis. */
export function boxAbout(center: Vec3, reach: Vec3): IndexBox {
  const end = (side: 1 | -1): Vec3 => [
    center[0] + side * reach[0],
    center[1] + side * reach[1],
    center[2] + side * reach[2],
  ];
  return { min: end(-1), max: end(1) };
}
