/**
 * @file The value types of grids: their names, how many components a value has, and which typed array holds one component.
 *
 * Names are NanoVDB's, in lower case (`NanoVDB.h`, `enum GridType`), plus OpenVDB's `vec3i`, which NanoVDB has not.
 * The quantised types (`fp4` … `fpn`) hold float32 in memory and remember how they were stored.
 * `mask` has no values of its own: a voxel's value is its active state. An `index` or `onindex` grid stores one number a leaf,
 * and its values are computed from it.
 */

/** Type of a grid's values, by NanoVDB's name in lower case. */
export type GridType =
  | 'float'
  | 'double'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint8'
  | 'bool'
  | 'mask'
  | 'vec3f'
  | 'vec3d'
  | 'vec3i'
  | 'vec4f'
  | 'vec4d'
  | 'rgba8'
  | 'fp4'
  | 'fp8'
  | 'fp16'
  | 'fpn'
  | 'index'
  | 'onindex';

/** What a grid means to the tools that read it. */
export type GridClass =
  | 'unknown'
  | 'level set'
  | 'fog volume'
  | 'staggered'
  | 'point index'
  | 'point data'
  | 'topology'
  | 'voxel volume'
  | 'index grid'
  | 'tensor grid'
  | 'voxel bvh';

/** A typed array that holds one component of values. */
export type Values = Float32Array | Float64Array | Int16Array | Int32Array | Uint32Array | Uint8Array | BigInt64Array;

/** One component of one value; int64 grids take and keep bigints. */
export type Scalar = number | bigint;

/** How one type is held in memory. */
export interface TypeSpec {
  /** Numbers in one value: 1, 3 or 4. */
  readonly components: number;
  /** Makes the zeroed array of `length` elements that holds one component. */
  readonly array: (length: number) => Values;
  /** Bytes of one component in memory. */
  readonly componentBytes: number;
  /** Where leaf values come from: stored, or computed from the mask or from the leaf's offset. */
  readonly leaf: 'stored' | 'mask' | 'index';
}

const float32 = (length: number): Values => new Float32Array(length);
const float64 = (length: number): Values => new Float64Array(length);
const int32 = (length: number): Values => new Int32Array(length);
const uint8 = (length: number): Values => new Uint8Array(length);

function stored(components: number, componentBytes: number, array: (length: number) => Values): TypeSpec {
  return { components, componentBytes, array, leaf: 'stored' };
}

/** How each type is held in memory. */
export const TYPES: Readonly<Record<GridType, TypeSpec>> = {
  float: stored(1, 4, float32),
  double: stored(1, 8, float64),
  int16: stored(1, 2, (length) => new Int16Array(length)),
  int32: stored(1, 4, int32),
  int64: stored(1, 8, (length) => new BigInt64Array(length)),
  uint32: stored(1, 4, (length) => new Uint32Array(length)),
  uint8: stored(1, 1, uint8),
  bool: stored(1, 1, uint8),
  mask: { components: 1, componentBytes: 1, array: uint8, leaf: 'mask' },
  vec3f: stored(3, 4, float32),
  vec3d: stored(3, 8, float64),
  vec3i: stored(3, 4, int32),
  vec4f: stored(4, 4, float32),
  vec4d: stored(4, 8, float64),
  rgba8: stored(4, 1, uint8),
  fp4: stored(1, 4, float32),
  fp8: stored(1, 4, float32),
  fp16: stored(1, 4, float32),
  fpn: stored(1, 4, float32),
  index: { components: 1, componentBytes: 8, array: float64, leaf: 'index' },
  onindex: { components: 1, componentBytes: 8, array: float64, leaf: 'index' },
};

/** Makes the zeroed arrays, one a component, for `length` values of `type`. */
export function makeValues(type: GridType, length: number): Values[] {
  const spec = TYPES[type];
  return Array.from({ length: spec.components }, () => spec.array(length));
}

/**
 * Values to be copied one by one, of which no bit may change: float32 as their bits, since a signalling NaN that is taken as a number
 * becomes a quiet one. The memory is the same.
 */
export function asBits(values: Values): Values {
  return values instanceof Float32Array ? new Int32Array(values.buffer, values.byteOffset, values.length) : values;
}

/** Writes one component, turned into what the array holds; returns nothing. */
export function store(values: Values, at: number, value: Scalar): void {
  if (values instanceof BigInt64Array) values[at] = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  else values[at] = Number(value);
}

/** Reads one component as a number (an int64 beyond ±2⁵³ is rounded). */
export function load(values: Values, at: number): number {
  return Number(values[at] ?? 0);
}

/** Copies `count` values of one component. */
export function copyValues(to: Values, toAt: number, from: Values, fromAt: number, count: number): void {
  if (to instanceof BigInt64Array) to.set((from as BigInt64Array).subarray(fromAt, fromAt + count), toAt);
  else (to as Float64Array).set((from as Float64Array).subarray(fromAt, fromAt + count), toAt);
}
