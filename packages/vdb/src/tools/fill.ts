/** @file Grids filled from a function or a dense array, dense arrays of grids, and grids of another type. */
import { Accessor } from '../accessor.ts';
import { forEachBit } from '../bits.ts';
import { Grid } from '../grid.ts';
import type { IndexBox } from '../grid.ts';
import { gridFromLeaves } from '../leaf-grid.ts';
import { GridMap } from '../map.ts';
import { denseBoxTopology } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { Tree } from '../tree.ts';
import { makeValues, store, TYPES } from '../types.ts';
import type { GridClass, GridType, Scalar, Values } from '../types.ts';

/** What a new grid is besides its voxels. */
export interface FillOptions {
  readonly name?: string;
  readonly type?: GridType;
  /** One number a component; zero unless told otherwise. */
  readonly background?: readonly Scalar[];
  readonly map?: GridMap;
  readonly gridClass?: GridClass;
}

/** Gives the value of voxel (i, j, k): a number, or one number a component; undefined leaves the voxel inactive background. */
export type VoxelFunction = (i: number, j: number, k: number) => Scalar | readonly Scalar[] | undefined;

/** A grid with the values of a function at every voxel of a box or of a set of voxels. Leaves where it gives nothing are left out. */
export function gridFromFunction(where: IndexBox | Topology, value: VoxelFunction, options: FillOptions = {}): Grid {
  const topology = 'min' in where ? denseBoxTopology(where) : where;
  const { name = 'grid', type = 'float', map = GridMap.scale(1) } = options;
  const components = storedComponents('make', name, type);
  const background = options.background ?? zeros(type);
  const count = topology.origins.length / 3;
  const values = makeValues(type, 512 * count);
  const masks = new Uint32Array(topology.masks.length);
  values.forEach((array, c) => fill(array, background[c] ?? 0));
  const { origins } = topology;
  const kept: number[] = [];
  for (let leaf = 0; leaf < count; leaf++) {
    const [x, y, z] = [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
    let any = false;
    forEachBit(topology.masks, 16 * leaf, 16, (n) => {
      const given = value(x + (n >> 6), y + ((n >> 3) & 7), z + (n & 7));
      if (given === undefined) return;
      any = true;
      masks[16 * leaf + (n >> 5)]! |= 1 << (n & 31);
      if (typeof given === 'number' || typeof given === 'bigint') store(values[0]!, 512 * leaf + n, given);
      else for (let c = 0; c < components; c++) store(values[c]!, 512 * leaf + n, given[c] ?? 0);
    });
    if (any) kept.push(leaf);
  }
  const all = { origins, masks, values };
  const parts = kept.length === count ? { ...all, origins: origins.slice() } : pick(all, kept, type);
  return gridFromLeaves({ name, type, map, background, gridClass: options.gridClass ?? 'unknown', ...parts });
}

function pick(
  all: { readonly origins: Int32Array; readonly masks: Uint32Array; readonly values: readonly Values[] },
  kept: readonly number[],
  type: GridType,
): { origins: Int32Array; masks: Uint32Array; values: Values[] } {
  const origins = new Int32Array(3 * kept.length);
  const masks = new Uint32Array(16 * kept.length);
  const values = makeValues(type, 512 * kept.length);
  kept.forEach((from, to) => {
    origins.set(all.origins.subarray(3 * from, 3 * from + 3), 3 * to);
    masks.set(all.masks.subarray(16 * from, 16 * from + 16), 16 * to);
    all.values.forEach((array, c) => values[c]!.set(array.subarray(512 * from, 512 * from + 512) as never, 512 * to));
  });
  return { origins, masks, values };
}

function fill(array: Values, value: Scalar): void {
  if (array instanceof BigInt64Array) array.fill(BigInt(value));
  else array.fill(Number(value));
}

function zeros(type: GridType): Scalar[] {
  return Array.from({ length: TYPES[type].components }, () => 0);
}

/** Number of components of a type that holds values; index types are refused in words. */
export function storedComponents(verb: string, name: string, type: GridType): number {
  if (TYPES[type].leaf !== 'index') return TYPES[type].components;
  throw new RangeError(
    `Cannot ${verb} grid "${name}": ${type} grids number their voxels and hold no values; make it of another type and use toOnIndex`,
  );
}

/** An array of the values of a box. */
export interface DenseArray {
  readonly box: IndexBox;
  /** One array a component, x slowest and z fastest, as many numbers as the box has voxels. */
  readonly values: readonly ArrayLike<Scalar>[];
}

/** A grid of a dense array. Values within `tolerance` of the background (in every component) stay inactive background. */
export function gridFromDense(dense: DenseArray, options: FillOptions & { readonly tolerance?: number } = {}): Grid {
  const { box, values } = dense;
  const { name = 'grid', type = 'float', tolerance = 0 } = options;
  const size = box.min.map((v, a) => box.max[a]! - v + 1) as [number, number, number];
  const count = size[0] * size[1] * size[2];
  const components = storedComponents('make', name, type);
  if (values.length !== components || values.some((array) => array.length !== count)) {
    const is = `${values.length} arrays of ${values.map((array) => array.length).join(', ')} numbers are given`;
    throw new RangeError(`Cannot make grid "${name}": ${is}; give ${components} of ${count}`);
  }
  const background = options.background ?? zeros(type);
  const value: VoxelFunction = (i, j, k) => {
    const at = ((i - box.min[0]) * size[1] + j - box.min[1]) * size[2] + k - box.min[2];
    let near = true;
    for (let c = 0; c < components && near; c++) {
      const [own, outside] = [values[c]![at]!, background[c] ?? 0];
      near = own === outside || Math.abs(Number(own) - Number(outside)) <= tolerance;
    }
    if (near) return undefined;
    return components === 1 ? values[0]![at]! : values.map((array) => array[at]!);
  };
  return gridFromFunction(box, value, options);
}

/** The values of a box of a grid, one array a component, x slowest and z fastest: inactive voxels and tiles too. */
export function denseFromGrid(grid: Grid, box: IndexBox): Values[] {
  const size = box.min.map((v, a) => box.max[a]! - v + 1) as [number, number, number];
  const out = makeValues(grid.type, size[0] * size[1] * size[2]);
  const accessor = new Accessor(grid.tree);
  let at = 0;
  for (let i = box.min[0]; i <= box.max[0]; i++) {
    for (let j = box.min[1]; j <= box.max[1]; j++) {
      for (let k = box.min[2]; k <= box.max[2]; k++, at++) {
        for (let c = 0; c < out.length; c++) store(out[c]!, at, accessor.exact(i, j, k, c));
      }
    }
  }
  return out;
}

/**
 * The same voxels and tiles with values of another type. Numbers become what the type's array makes of them: integers are cut off
 * towards zero, and a bool is 1 where the value is not 0. A vector becomes a scalar by its length, a scalar a vector of equal
 * components. `mask` keeps the active voxels alone.
 */
export function convertGrid(grid: Grid, type: GridType): Grid {
  const { tree } = grid;
  storedComponents('convert', grid.name, type);
  const turn = (from: readonly Values[]): Values[] => convertValues(from, type);
  const tileValues = turn(tree.tileValues);
  const isMask = TYPES[type].leaf === 'mask';
  return grid.with({
    tree: new Tree({
      type,
      background: tileValues.map((array) => array[0]!),
      root: tree.root,
      upper: tree.upper,
      lower: tree.lower,
      leaf: tree.leaf,
      tileValues: isMask ? [new Uint8Array(tileValues[0]!.length)] : tileValues,
      ...(isMask ? {} : { values: () => turn(tree.values) }),
    }),
  });
}

function convertValues(from: readonly Values[], type: GridType): Values[] {
  const length = from[0]!.length;
  const out = makeValues(type, length);
  const bool = type === 'bool' || type === 'mask';
  for (let n = 0; n < length; n++) {
    const size = from.length > 1 && out.length === 1 ? Math.hypot(...from.map((array) => Number(array[n]))) : undefined;
    for (let c = 0; c < out.length; c++) {
      const value = size ?? (from.length === 1 ? from[0]![n]! : (from[c]?.[n] ?? 0));
      store(out[c]!, n, bool ? Number(Number(value) !== 0) : value);
    }
  }
  return out;
}
