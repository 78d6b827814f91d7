/** @file The leaves of a NanoVDB grid: masks at once, values when they are asked for (offsets and sizes were checked before). */
import type { GridBytes } from './grid-bytes.ts';
import type { GridLayout } from './nvdb-layout.ts';
import type { LeafOffsets } from './tree.ts';
import { asBits, makeValues, TYPES } from './types.ts';
import type { GridType, Values } from './types.ts';

/** The value masks of the leaves that start at `starts`: 16 words each. */
export function readLeafMasks(grid: GridBytes, starts: readonly number[]): Uint32Array {
  const masks = new Uint32Array(16 * starts.length);
  for (let leaf = 0; leaf < starts.length; leaf++) {
    const at = starts[leaf]! / 4 + 4;
    for (let w = 0; w < 16; w++) masks[16 * leaf + w] = grid.u32[at + w]!;
  }
  return masks;
}

/** The first numbers of the leaves of an index grid. */
export function readLeafOffsets(grid: GridBytes, starts: readonly number[], valueCount: number): LeafOffsets {
  const offsets = Float64Array.from(starts, (start) => grid.u64('leaf', start + 80));
  return { offsets, stats: starts.some((start) => (grid.u8[start + 15]! & 16) !== 0), valueCount };
}

/**
 * The same of a grid of before 32.6: a leaf keeps the number of its statistics at byte 80, wherever that is, and of its first value at
 * 88; whether its active voxels alone have numbers is a flag.
 */
export function readOldLeafOffsets(grid: GridBytes, starts: readonly number[], valueCount: number): LeafOffsets {
  return { offsets: Float64Array.from(starts, (start) => grid.u64('leaf', start + 88)), stats: false, valueCount };
}

/** Decodes the values of all leaves: one array a component, 512 values a leaf. */
export function readLeafValues(
  grid: GridBytes,
  type: GridType,
  layout: GridLayout,
  starts: readonly number[],
): Values[] {
  const out = makeValues(type, 512 * starts.length);
  switch (layout.leafKind) {
    case 'bool':
      starts.forEach((start, leaf) => readBits(grid, start + 80, out[0] as Uint8Array, 512 * leaf));
      break;
    case 'fp4':
    case 'fp8':
    case 'fp16':
    case 'fpn':
      starts.forEach((start, leaf) => readCodes(grid, start, layout.leafKind, out[0] as Float32Array, 512 * leaf));
      break;
    default:
      readPlain(grid, layout, starts, out.map(asBits));
  }
  return out;
}

/** Whether the values of a leaf stand in a row, as they do in memory. */
export function isRow({ leafKind, components }: GridLayout): boolean {
  return leafKind === 'values' && components === 1;
}

/** What gives a view of the values of a leaf, by its number. */
export function leafViewer(
  grid: GridBytes,
  type: GridType,
  layout: GridLayout,
  starts: readonly number[],
): (leaf: number) => Values[] {
  const View = TYPES[type].array(0).constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Values;
  const { buffer, byteOffset } = grid.u8;
  const first = byteOffset + layout.leaf.values;
  return (leaf) => [new View(buffer, first + starts[leaf]!, 512)];
}

function readBits(grid: GridBytes, from: number, out: Uint8Array, to: number): void {
  for (let n = 0; n < 512; n++) out[to + n] = (grid.u8[from + (n >> 3)]! >> (n & 7)) & 1;
}

function readCodes(grid: GridBytes, start: number, kind: string, out: Float32Array, to: number): void {
  const minimum = grid.f32[start / 4 + 20]!;
  const quantum = grid.f32[start / 4 + 21]!;
  const log = kind === 'fp4' ? 2 : kind === 'fp8' ? 3 : kind === 'fp16' ? 4 : grid.u8[start + 15]! >> 5;
  const mask = 2 ** (1 << log) - 1;
  const from = start / 4 + 24;
  const { u32 } = grid;
  for (let n = 0; n < 512; n++) {
    const bit = n << log;
    const code = (u32[from + (bit >> 5)]! >>> (bit & 31)) & mask;
    out[to + n] = Math.fround(code * quantum) + minimum;
  }
}

/** Values as they are, the components of a vector apart. */
function readPlain(grid: GridBytes, layout: GridLayout, starts: readonly number[], out: readonly Values[]): void {
  const { components } = layout;
  const { buffer, byteOffset } = grid.u8;
  const View = out[0]!.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Float64Array;
  starts.forEach((start, leaf) => {
    const values = new View(buffer, byteOffset + start + layout.leaf.values, 512 * components);
    if (components === 1) {
      (out[0] as Float64Array).set(values, 512 * leaf);
      return;
    }
    for (let c = 0; c < components; c++) {
      const target = out[c] as Float64Array;
      for (let n = 0, at = c; n < 512; n++, at += components) target[512 * leaf + n] = values[at]!;
    }
  });
}
