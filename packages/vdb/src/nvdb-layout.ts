/**
 * @file Where everything stands in a NanoVDB grid (NanoVDB 32.x, `NanoVDB.h`), computed from the size and alignment of a value.
 *
 * ```
 * GridData 672 │ TreeData 64 │ RootData, tiles │ upper nodes │ lower nodes │ leaves │ blind metadata │ blind data
 * ```
 * All numbers are little-endian, every block is a multiple of 32 bytes, and offsets below count from the start of their struct.
 */
import type { GridClass, GridType } from './types.ts';

/** Bytes of `GridData`; `TreeData` follows. */
export const GRID_BYTES = 672;
/** Bytes of `TreeData`; the root follows in the grids that upstream and we write. */
const TREE_BYTES = 64;
/** Offset of the root in the grids that upstream and we write. */
export const ROOT_OFFSET: number = GRID_BYTES + TREE_BYTES;
/** Bytes of one `GridBlindMetaData`. */
export const BLIND_BYTES = 288;

/** The magic numbers as they stand in a file. */
export const MAGIC: {
  readonly old: 'NanoVDB0';
  readonly grid: 'NanoVDB1';
  readonly file: 'NanoVDB2';
} = { old: 'NanoVDB0', grid: 'NanoVDB1', file: 'NanoVDB2' };

/** Version 32.9.2 as it is stored: major << 21 | minor << 10 | patch. */
export const MODERN_VERSION: number = packVersion(32, 9, 2);
/** Version 32.4.2, the newest that Debian 12's tools read. */
export const COMPAT_VERSION: number = packVersion(32, 4, 2);
/** The last version whose checksum was made node by node. */
export const NODE_CHECKSUM_VERSION: number = packVersion(32, 6, 0);

/** A version as it is stored. */
export function packVersion(major: number, minor: number, patch: number): number {
  return ((major << 21) | (minor << 10) | patch) >>> 0;
}

/** A stored version in words: '32.9.2'. */
export function versionName(version: number): string {
  return `${version >>> 21}.${(version >>> 10) & 2047}.${version & 1023}`;
}

/** NanoVDB's names of its grid types, by number, as messages say them. */
export const TYPE_NAMES: readonly string[] =
  'Unknown Float Double Int16 Int32 Int64 Vec3f Vec3d Mask Half UInt32 Boolean RGBA8 Fp4 Fp8 Fp16 FpN Vec4f Vec4d Index OnIndex IndexMask OnIndexMask PointIndex Vec3u8 Vec3u16 UInt8'.split(
    ' ',
  );

/** Our type for each of NanoVDB's numbers; the mask variants of the index types are read as those. */
export const TYPE_OF_ID: ReadonlyMap<number, GridType> = new Map<number, GridType>([
  [1, 'float'],
  [2, 'double'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'vec3f'],
  [7, 'vec3d'],
  [8, 'mask'],
  [10, 'uint32'],
  [11, 'bool'],
  [12, 'rgba8'],
  [13, 'fp4'],
  [14, 'fp8'],
  [15, 'fp16'],
  [16, 'fpn'],
  [17, 'vec4f'],
  [18, 'vec4d'],
  [19, 'index'],
  [20, 'onindex'],
  [26, 'uint8'],
  [21, 'index'],
  [22, 'onindex'],
]);

/** NanoVDB's number for each of our types. `vec3i` has none. */
export const ID_OF_TYPE: ReadonlyMap<GridType, number> = new Map(
  [...TYPE_OF_ID].filter(([id]) => id !== 21 && id !== 22).map(([id, type]) => [type, id]),
);

/** Grid classes in NanoVDB's order. */
export const CLASSES: readonly GridClass[] = [
  'unknown',
  'level set',
  'fog volume',
  'staggered',
  'point index',
  'point data',
  'topology',
  'voxel volume',
  'index grid',
  'tensor grid',
  'voxel bvh',
];

/** What stands in a leaf beyond its 80 bytes of head. */
export type LeafKind = 'values' | 'bool' | 'mask' | 'index' | 'fp4' | 'fp8' | 'fp16' | 'fpn';

/** Offsets of the statistics of one kind of node. */
export interface StatOffsets {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly dev: number;
}

/** Offsets in an internal node. */
export interface NodeLayout extends StatOffsets {
  readonly childMask: number;
  readonly table: number;
  /** Bytes of a table entry. */
  readonly stride: number;
  readonly size: number;
}

/** All offsets of a grid of one type. */
export interface GridLayout {
  /** How a component of a value (tiles and leaves) is stored. */
  readonly scalar: 'f32' | 'f64' | 'i16' | 'i32' | 'i64' | 'u32' | 'u8' | 'u64' | 'bit';
  readonly components: number;
  readonly componentBytes: number;
  readonly valueBytes: number;
  /** Bytes of average and deviation: 4 or 8; 1 for bool and mask, which have none; a u64 for index types. */
  readonly statBytes: number;
  readonly root: StatOffsets & { readonly background: number; readonly size: number };
  readonly tile: { readonly value: number; readonly size: number };
  readonly upper: NodeLayout;
  readonly lower: NodeLayout;
  readonly leafKind: LeafKind;
  /** `size` is 0 for FpN, whose leaves vary. */
  readonly leaf: StatOffsets & { readonly values: number; readonly size: number };
}

type Row = readonly [scalar: GridLayout['scalar'], components: number, bytes: number, stat: number, leaf: LeafKind];

const ROWS: Readonly<Record<Exclude<GridType, 'vec3i'>, Row>> = {
  float: ['f32', 1, 4, 4, 'values'],
  double: ['f64', 1, 8, 8, 'values'],
  int16: ['i16', 1, 2, 4, 'values'],
  int32: ['i32', 1, 4, 4, 'values'],
  int64: ['i64', 1, 8, 8, 'values'],
  uint32: ['u32', 1, 4, 4, 'values'],
  uint8: ['u8', 1, 1, 4, 'values'],
  bool: ['bit', 1, 1, 1, 'bool'],
  mask: ['bit', 1, 1, 1, 'mask'],
  vec3f: ['f32', 3, 4, 4, 'values'],
  vec3d: ['f64', 3, 8, 8, 'values'],
  vec4f: ['f32', 4, 4, 4, 'values'],
  vec4d: ['f64', 4, 8, 8, 'values'],
  rgba8: ['u8', 4, 1, 4, 'values'],
  fp4: ['f32', 1, 4, 4, 'fp4'],
  fp8: ['f32', 1, 4, 4, 'fp8'],
  fp16: ['f32', 1, 4, 4, 'fp16'],
  fpn: ['f32', 1, 4, 4, 'fpn'],
  index: ['u64', 1, 8, 8, 'index'],
  onindex: ['u64', 1, 8, 8, 'index'],
};

/** Rounds `n` up to a multiple of `to`. */
export function align(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}

const LEAF_SIZES: Readonly<Partial<Record<LeafKind, number>>> = {
  bool: 160,
  mask: 96,
  index: 96,
  fp4: 352,
  fp8: 608,
  fp16: 1120,
  fpn: 0,
};

function makeLayout(row: Row): GridLayout {
  const [scalar, components, componentBytes, statBytes, leafKind] = row;
  const valueBytes = components * componentBytes;
  // RGBA8 is a union with a u32, so it stands on 4 bytes.
  const alignment = scalar === 'u8' && components === 4 ? 4 : componentBytes;
  const stats = (start: number): StatOffsets & { end: number } => {
    const min = align(start, alignment);
    const avg = align(min + 2 * valueBytes, statBytes);
    return { min, max: min + valueBytes, avg, dev: avg + statBytes, end: avg + 2 * statBytes };
  };
  const node = (slots: number): NodeLayout => {
    const { end, ...offsets } = stats(32 + slots / 4);
    const table = align(end, 32);
    const stride = align(Math.max(8, valueBytes), 8);
    return { ...offsets, childMask: 32 + slots / 8, table, stride, size: table + slots * stride };
  };
  const background = align(28, alignment);
  const { end: rootEnd, ...root } = stats(background + valueBytes);
  const value = align(20, alignment);
  const { end: leafEnd, ...leaf } = stats(80);
  const values = leafKind === 'values' ? align(leafEnd, 32) : leafKind.startsWith('fp') ? 96 : 80;
  return {
    scalar,
    components,
    componentBytes,
    valueBytes,
    statBytes,
    root: { ...root, background, size: align(rootEnd, 32) },
    tile: { value, size: align(value + valueBytes, 32) },
    upper: node(32768),
    lower: node(4096),
    leafKind,
    leaf: { ...leaf, values, size: LEAF_SIZES[leafKind] ?? align(values + 512 * valueBytes, 32) },
  };
}

const layouts = new Map<GridType, GridLayout>();

/** The offsets of a grid of `type`. */
export function layoutOf(type: Exclude<GridType, 'vec3i'>): GridLayout {
  let layout = layouts.get(type);
  if (layout === undefined) layouts.set(type, (layout = makeLayout(ROWS[type])));
  return layout;
}
