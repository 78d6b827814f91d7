/**
 * @file Between a grid of the host and the arrays of a field. A field's component is `capacity · 512` elements, slot 0 the
 * background; here slot = rank + 1 is not assumed: `slots` says it.
 *
 * Taking a grid in, an active voxel gets what the grid has there, whatever the grid's own state of that voxel. An inactive
 * voxel gets the field's default, unless the grid has, inactive too, something else than its background (the inside of
 * a level set). What the grid has active outside of the topology is counted, for the caller to tell.
 */
import {
  componentsOf,
  componentTypeOf,
  elementBytes,
  isArrayField,
  type FieldType,
  type ScalarType,
} from '@halocline/stencil';
import {
  gridFromLeaves,
  TYPES,
  type Grid,
  type GridClass,
  type GridMap,
  type GridType,
  type Values,
} from '@halocline/vdb';
import type { DomainLevel } from './domain.ts';
import { makeArray, type FieldArray } from './field-type.ts';
import { LeafIndex } from './leaf-index.ts';
import { popCount, type Coordinate, type Topology } from './topology.ts';

/** What a field's values are made for. */
export interface ValuesTarget {
  /** Name for messages. */
  readonly key: string;
  readonly type: FieldType;
  readonly default: readonly number[];
  readonly level: DomainLevel;
  /** Index → world of where the values live: half a voxel lower than the level's for those on one face. */
  readonly map: GridMap;
  /** rank → slot. */
  readonly slots: Uint32Array;
  readonly capacity: number;
}

/** Component arrays, and how many active voxels of the source had no place. */
export interface FieldValues {
  readonly components: readonly FieldArray[];
  readonly lost: number;
}

/** Arrays that hold the default everywhere. */
export function backgroundArrays(target: ValuesTarget): FieldArray[] {
  return target.default.map((value) => makeArray(target.type, 512 * target.capacity).fill(value));
}

/** The values of a grid, brought onto the target's leaves. */
export function valuesFromGrid(grid: Grid, target: ValuesTarget): FieldValues {
  checkGrid(grid, target);
  const components = backgroundArrays(target);
  const { origins, masks } = target.level.topology;
  const index = new LeafIndex(grid.tree.leaf.origins);
  const background = grid.background.map(Number);
  let placed = 0;
  for (let rank = 0; rank < target.level.leafCount; rank++) {
    const [i, j, k] = [origins[3 * rank]!, origins[3 * rank + 1]!, origins[3 * rank + 2]!];
    const mask = masks.subarray(16 * rank, 16 * rank + 16);
    const leaf = index.findVoxel(i, j, k);
    const at = 512 * target.slots[rank]!;
    const source = leaf < 0 ? tileSource(grid, i, j, k) : leafSource(grid, leaf);
    for (let word = 0; word < 16; word++) placed += popCount(mask[word]! & source.mask[word]!);
    const whole = mask.every((word) => word === 0xffffffff);
    components.forEach((array, component) => {
      const values = source.arrays?.[component] ?? Array.from({ length: 512 }, (_, n) => source.value(component, n));
      // All at once, since one by one a signalling NaN becomes a quiet one.
      (array as Float32Array).set(values, at);
      if (whole) return;
      for (let n = 0; n < 512; n++) {
        const untold = bitOf(source.mask, n) || values[n] === background[component];
        if (untold && !bitOf(mask, n)) array[at + n] = target.default[component]!;
      }
    });
  }
  return { components, lost: grid.activeVoxelCount - placed };
}

interface LeafValues {
  readonly mask: Uint32Array;
  /** The 512 numbers of each component, where they stand so in memory. */
  readonly arrays?: readonly ArrayLike<number>[];
  readonly value: (component: number, voxel: number) => number;
}

function bitOf(mask: Uint32Array, n: number): boolean {
  return ((mask[n >> 5]! >>> (n & 31)) & 1) !== 0;
}

function leafSource(grid: Grid, leaf: number): LeafValues {
  const mask = grid.tree.leaf.masks.subarray(16 * leaf, 16 * leaf + 16);
  if (grid.type === 'mask') return { mask, value: (_, voxel) => (bitOf(mask, voxel) ? 1 : 0) };
  const values = grid.tree.values;
  if (!values.some((array) => array instanceof BigInt64Array)) {
    const arrays = values.map((array) => (array as Float32Array).subarray(512 * leaf, 512 * leaf + 512));
    return { mask, arrays, value: (component, voxel) => arrays[component]![voxel]! };
  }
  return { mask, value: (component, voxel) => Number(values[component]![512 * leaf + voxel]) };
}

/** A leaf that the grid doesn't have is a part of one tile, or background. */
function tileSource(grid: Grid, i: number, j: number, k: number): LeafValues {
  const value = grid.get(i, j, k);
  const numbers = typeof value === 'number' ? [value] : value;
  const mask = new Uint32Array(16).fill(grid.isActive(i, j, k) ? 0xffffffff : 0);
  return { mask, value: (component) => numbers[component]! };
}

/** Whether the third component is 0 everywhere. */
function isFlat({ background, tree }: Grid): boolean {
  const third = tree.values[2] as Float32Array;
  for (let at = 0; at < third.length; at++) if (third[at] !== 0) return false;
  return background[2] === 0;
}

function checkGrid(grid: Grid, target: ValuesTarget): void {
  const head = `Cannot write field "${target.key}" from grid "${grid.name}"`;
  if (grid.type === 'index' || grid.type === 'onindex') {
    throw new TypeError(
      `${head}: its type is ${grid.type}, which numbers voxels and holds no values; give a grid of values`,
    );
  }
  const components = componentsOf(target.type);
  const given = grid.background.length;
  // Grids have no vectors of two: they come, and are made, with a third component of 0.
  if (given === components || (components === 2 && given === 3 && isFlat(grid))) return;
  const count = (n: number): string => `${n} component${n === 1 ? '' : 's'}`;
  throw new TypeError(
    `${head}: ${grid.type} has ${count(given)}, and ${target.type} has ${components}; give a grid with ${count(components)}`,
  );
}

/** The value of one voxel, from its index coordinates and world metres: of its centre, or of the one face that the field lives on. */
export type VoxelFunction = (
  i: number,
  j: number,
  k: number,
  x: number,
  y: number,
  z: number,
) => number | readonly number[];

/** Calls `visit(i, j, k, element)` for each active voxel; `element` is its place in a component array. */
export function forEachVoxel(
  topology: Topology,
  slots: Uint32Array,
  visit: (i: number, j: number, k: number, element: number) => void,
): void {
  const { origins, masks } = topology;
  for (let rank = 0; rank < origins.length / 3; rank++) {
    const [i, j, k] = [origins[3 * rank]!, origins[3 * rank + 1]!, origins[3 * rank + 2]!];
    for (let n = 0; n < 512; n++) {
      if (((masks[16 * rank + (n >> 5)]! >>> (n & 31)) & 1) === 0) continue;
      visit(i + (n >> 6), j + ((n >> 3) & 7), k + (n & 7), 512 * slots[rank]! + n);
    }
  }
}

/** The values that a function gives for each active voxel. */
export function valuesFromFunction(value: VoxelFunction, target: ValuesTarget): FieldValues {
  const components = backgroundArrays(target);
  const { map } = target;
  const { topology } = target.level;
  const [a, b, c, d, e, f, g, h, l] = map.matrix as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [x, y, z] = map.translation;
  forEachVoxel(topology, target.slots, (i, j, k, element) => {
    // `map.indexToWorld` without an array a voxel: a third of the time.
    const result = value(i, j, k, a * i + b * j + c * k + x, d * i + e * j + f * k + y, g * i + h * j + l * k + z);
    if (typeof result === 'number') for (const array of components) array[element] = result;
    else {
      checkVoxel(target, result, i, j, k);
      components.forEach((array, component) => (array[element] = result[component]!));
    }
  });
  return { components, lost: 0 };
}

function checkVoxel({ key, type }: ValuesTarget, given: unknown, i: number, j: number, k: number): void {
  const count = componentsOf(type);
  const list = typeof given === 'object' && given !== null ? (given as ArrayLike<unknown>) : [];
  let numbers = 0;
  while (numbers < list.length && typeof list[numbers] === 'number') numbers++;
  if (numbers === count && list.length === count) return;
  const wanted = count === 1 ? 'a number' : `a number or ${count} of them`;
  const what = given === undefined ? 'nothing' : JSON.stringify(given);
  throw new TypeError(`Cannot write field "${key}": the function gave ${what} at (${i}, ${j}, ${k}); give ${wanted}`);
}

/** The values of a dense array over the box of the active voxels: x slowest, z fastest, the components of a voxel side by side. */
export function valuesFromArray(values: ArrayLike<number>, target: ValuesTarget): FieldValues {
  const { min, max } = target.level.indexBounds;
  const size = [0, 1, 2].map((axis) => max[axis]! - min[axis]! + 1) as unknown as Coordinate;
  const count = componentsOf(target.type);
  const wanted = size[0] * size[1] * size[2] * count;
  if (typeof values !== 'object' || values.length === undefined) {
    throw new TypeError(
      `Cannot write field "${target.key}": ${JSON.stringify(values)} is no source of values; give an array, a grid or a function, or use fill`,
    );
  }
  if (values.length !== wanted) {
    throw new RangeError(
      `Cannot write field "${target.key}": the array has ${values.length} elements, and the box of ${size.join(' × ')} voxels takes ${wanted}; give ${count} for each voxel, z fastest`,
    );
  }
  const components = backgroundArrays(target);
  forEachVoxel(target.level.topology, target.slots, (i, j, k, element) => {
    const voxel = ((i - min[0]) * size[1] + (j - min[1])) * size[2] + (k - min[2]);
    components.forEach((array, component) => (array[element] = values[voxel * count + component]!));
  });
  return { components, lost: 0 };
}

const SCALAR_GRIDS: Readonly<Partial<Record<ScalarType, GridType>>> = {
  float: 'float',
  double: 'double',
  int: 'int32',
  uint: 'uint32',
};

/** The type of a grid that holds every value of a field; vectors of integers of 32 bits stand as doubles. Null for arrays. */
function gridTypeOf(type: FieldType): GridType | null {
  if (isArrayField(type)) return null;
  const components = componentsOf(type);
  const scalar = componentTypeOf(type);
  if (components === 1) return SCALAR_GRIDS[scalar]!;
  return `vec${components < 4 ? 3 : 4}${scalar === 'float' || elementBytes(type) === 1 ? 'f' : 'd'}`;
}

/** A grid of a field's values; a vec2 has a third component of 0. `components` hold `capacity · 512` elements each. */
export function gridFromValues(
  components: readonly FieldArray[],
  target: ValuesTarget,
  names: { name: string; map: GridMap; gridClass: GridClass | null },
): Grid {
  const type = gridTypeOf(target.type);
  if (type === null) {
    throw new TypeError(
      `Cannot read field "${target.key}": it is of arrays, of ${components.length} elements a voxel, and no type of grid holds these; write what is wanted of it into another field`,
    );
  }
  const { topology, leafCount } = target.level;
  const values: Values[] = components.map((array) => gatherLeaves(type, array, target.slots, leafCount));
  const background = [...target.default];
  if (components.length === 2) {
    values.push(TYPES[type].array(512 * leafCount));
    background.push(0);
  }
  const real = type === 'float' || type === 'double';
  const fog = real && background[0] === 0 && noneBelowZero(values[0] as Float32Array);
  return gridFromLeaves({
    name: names.name,
    type,
    gridClass: names.gridClass ?? (fog ? 'fog volume' : 'unknown'),
    map: names.map,
    background,
    origins: topology.origins.slice(),
    masks: topology.masks.slice(),
    values,
  });
}

/** A loop, since `every` takes four times as long. */
function noneBelowZero(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at++) if (!(values[at]! >= 0)) return false;
  return true;
}

/** One component's leaves in order of rank: a view where they stand so already, with the type that grids hold. */
function gatherLeaves(type: GridType, array: FieldArray, slots: Uint32Array, leafCount: number): Values {
  const length = 512 * leafCount;
  const { array: make } = TYPES[type];
  if (
    array.constructor === make(0).constructor &&
    slots.every((slot, rank) => rank >= leafCount || slot === rank + 1)
  ) {
    return (array as Float32Array).subarray(512, 512 + length);
  }
  const target = make(length) as Float32Array;
  for (let rank = 0; rank < leafCount; rank++) {
    const at = 512 * slots[rank]!;
    target.set(array.subarray(at, at + 512), 512 * rank);
  }
  return target;
}
