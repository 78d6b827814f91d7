/**
 * @file Rays through a tree, by its hierarchy (Museth 2014, "Hierarchical digital differential analyzer for efficient ray-marching
 * in OpenVDB"): a step crosses what the tree holds there, a voxel of a leaf, a tile, or an empty block of up to 4096³.
 *
 * Positions are world positions; the walk is in index space, where voxel (i, j, k) is the cube of edge 1 about its centre (i, j, k).
 * On leaving a block the coordinate of the axis it is left by is set, not reckoned, so a ray never stands still.
 */
import { Accessor } from '../accessor.ts';
import type { Grid } from '../grid.ts';
import type { Vec3 } from '../map.ts';
import { Sampler } from './sampler.ts';

/** A ray in the world: `origin` in metres, `direction` of any length above 0. Parameters t are in lengths of `direction`. */
export interface Ray {
  readonly origin: Vec3;
  readonly direction: Vec3;
  /** Where the ray begins and ends; 0 and ∞ unless told otherwise. */
  readonly from?: number;
  readonly to?: number;
}

/** A stretch of a ray within one block of the tree. */
export interface RayStretch {
  /** Least voxel of the block. */
  readonly origin: Vec3;
  /** Edge in voxels: 1 a voxel, 8, 128 or 4096 a tile. */
  readonly span: number;
  readonly active: boolean;
  /** Number of the leaf, or −1. */
  readonly leaf: number;
  /** Where the ray enters and leaves. */
  readonly from: number;
  readonly to: number;
}

/** Where a ray meets a surface. */
export interface RayHit {
  readonly t: number;
  /** World position in metres. */
  readonly position: Vec3;
  /** Unit vector along the gradient, in the world: outwards for a level set. */
  readonly normal: Vec3;
}

/** The active voxels and tiles that a ray crosses, in order; with `all` the inactive ones within the grid's box too. */
export function* rayStretches(grid: Grid, ray: Ray, options: { readonly all?: boolean } = {}): Generator<RayStretch> {
  const box = grid.indexBounds;
  if (box === null) return;
  const { origin: o, direction: d, from, to } = indexRay(grid, ray, 0.5);
  const clipped = clip(o, d, box.min, box.max, from, to);
  if (clipped === null) return;
  const accessor = new Accessor(grid.tree);
  let t = clipped.from;
  // The cube of voxel i runs from i to i + 1 here: the ray was moved by half a voxel.
  const voxel = o.map((v, a) => Math.min(Math.max(Math.floor(v + t * d[a]!), box.min[a]!), box.max[a]!));
  for (;;) {
    const leaf = accessor.find(voxel[0]!, voxel[1]!, voxel[2]!);
    const span = leaf >= 0 ? 1 : accessor.span;
    const low = voxel.map((v) => v & -span) as [number, number, number];
    let [axis, leave] = [0, Infinity];
    for (let a = 0; a < 3; a++) {
      if (d[a] === 0) continue;
      const at = ((d[a]! > 0 ? low[a]! + span : low[a]!) - o[a]!) / d[a]!;
      if (at < leave) [axis, leave] = [a, at];
    }
    const end = Math.max(t, Math.min(leave, clipped.to));
    const active = leaf >= 0 ? accessor.isActive(voxel[0]!, voxel[1]!, voxel[2]!) : accessor.tileActive;
    if (active || options.all === true) yield { origin: low, span, active, leaf, from: t, to: end };
    if (leave >= clipped.to) return;
    t = end;
    for (let a = 0; a < 3; a++) {
      if (a === axis) voxel[a] = d[a]! > 0 ? low[a]! + span : low[a]! - 1;
      else voxel[a] = Math.min(Math.max(Math.floor(o[a]! + t * d[a]!), low[a]!), low[a]! + span - 1);
    }
    if (voxel[axis]! < box.min[axis]! || voxel[axis]! > box.max[axis]!) return;
  }
}

/** The ray in index space, moved by `shift` voxels along each axis. */
function indexRay(
  grid: Grid,
  ray: Ray,
  shift: number,
): { origin: [number, number, number]; direction: [number, number, number]; from: number; to: number } {
  const [x, y, z] = grid.map.worldToIndex(ray.origin);
  const m = grid.map.inverse;
  const v = ray.direction;
  const along = (r: number): number => m[r]! * v[0] + m[r + 1]! * v[1] + m[r + 2]! * v[2];
  const direction: [number, number, number] = [along(0), along(3), along(6)];
  if (!(Math.hypot(...direction) > 0) || ![x, y, z].every(Number.isFinite)) {
    const is = `its origin is (${ray.origin.join(', ')}), its direction (${v.join(', ')})`;
    throw new RangeError(
      `Cannot cast ray into grid "${grid.name}": ${is}; give finite numbers and a direction other than 0`,
    );
  }
  return { origin: [x + shift, y + shift, z + shift], direction, from: ray.from ?? 0, to: ray.to ?? Infinity };
}

/** The part of a ray within the voxels from `min` to `max`, each from i to i + 1. */
function clip(o: Vec3, d: Vec3, min: Vec3, max: Vec3, from: number, to: number): { from: number; to: number } | null {
  let [low, high] = [from, to];
  for (let a = 0; a < 3; a++) {
    if (d[a] === 0) {
      if (o[a]! < min[a]! || o[a]! > max[a]! + 1) return null;
      continue;
    }
    const [t0, t1] = [(min[a]! - o[a]!) / d[a]!, (max[a]! + 1 - o[a]!) / d[a]!];
    low = Math.max(low, Math.min(t0, t1));
    high = Math.min(high, Math.max(t0, t1));
  }
  return low <= high ? { from: low, to: high } : null;
}

/**
 * Where a ray first crosses the value `level` (0 by default) of a scalar grid from above, as the trilinear interpolant has it;
 * null where it does not. For a level set: where the ray comes into the body from outside.
 */
export function intersectSurface(grid: Grid, ray: Ray, level = 0): RayHit | null {
  const sampler = new Sampler(grid);
  const { origin: o, direction: d } = indexRay(grid, ray, 0);
  const value = (t: number): number => sampler.at(o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]) - level;
  let [lastT, last] = [NaN, NaN];
  for (const stretch of rayStretches(grid, ray)) {
    // A stretch that follows the last one goes on from its value; after a gap it begins anew.
    if (stretch.from !== lastT) last = value(stretch.from);
    const now = value(stretch.to);
    if (last >= 0 && now < 0) {
      const t = bisect(value, stretch.from, stretch.to);
      const position = ray.origin.map((v, a) => v + t * ray.direction[a]!) as unknown as Vec3;
      const g = sampler.gradientAtWorld(position);
      const length = Math.hypot(...g) || 1;
      return { t, position, normal: [g[0] / length, g[1] / length, g[2] / length] };
    }
    [lastT, last] = [stretch.to, now];
  }
  return null;
}

/** Where a function that is not negative at `low` and negative at `high` crosses zero, to the last bits. */
function bisect(value: (t: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 60; i++) {
    const middle = (a + b) / 2;
    if (middle === a || middle === b) break;
    if (value(middle) < 0) b = middle;
    else a = middle;
  }
  return (a + b) / 2;
}
