/** @file Leaves → bytes: head, mask, statistics, and values as their type stores them. */
import { setU64 } from './nvdb-head.ts';
import { deviation } from './nvdb-node-stats.ts';
import { encodeCodes, leafRange } from './nvdb-quantize.ts';
import { leafStart, prefixSums, putStats } from './nvdb-write-grid.ts';
import type { GridWriter, Piece } from './nvdb-write-grid.ts';
import { asBits } from './types.ts';
import type { Values } from './types.ts';

/** Writes leaves `from` … `to − 1` into a piece. */
export function writeLeaves(writer: GridWriter, piece: Piece, from: number, to: number): void {
  const { tree, layout, stats } = writer;
  const { bytes, u32 } = piece;
  const { origins, masks } = tree.leaf;
  const stored = layout.leafKind !== 'mask' && layout.leafKind !== 'index';
  const values = stored ? tree.values.map(asBits) : [];
  for (let leaf = from; leaf < to; leaf++) {
    const start = leafStart(writer, leaf) - piece.base;
    const box = stats.leaf.box.subarray(6 * leaf, 6 * leaf + 6);
    const active = box[0]! <= box[3]!;
    for (let a = 0; a < 3; a++) {
      u32[start / 4 + a] = active ? box[a]! : origins[3 * leaf + a]!;
      bytes[start + 12 + a] = active ? box[3 + a]! - box[a]! : 0;
    }
    bytes[start + 15] = active ? 2 : 0;
    u32.set(masks.subarray(16 * leaf, 16 * leaf + 16), start / 4 + 4);
    if (layout.leafKind === 'values') {
      putStats(writer, piece, start, { offsets: layout.leaf, stats: stats.leaf, n: leaf });
      writePlain(piece, start + layout.leaf.values, values, 512 * leaf);
    } else if (layout.leafKind === 'bool') writeBools(bytes, start + 80, values[0]!, 512 * leaf);
    else if (layout.leafKind === 'index') writeIndex(writer, piece, start, leaf);
    else if (stored) writeCodes(writer, piece, start, leaf);
  }
}

function writePlain(piece: Piece, at: number, values: readonly Values[], from: number): void {
  const { buffer } = piece.bytes;
  const components = values.length;
  const View = values[0]!.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Float64Array;
  const target = new View(buffer, at, 512 * components);
  if (components === 1) {
    target.set((values[0] as Float64Array).subarray(from, from + 512));
    return;
  }
  values.forEach((array, c) => {
    for (let n = 0, to = c; n < 512; n++, to += components) target[to] = array[from + n] as number;
  });
}

function writeBools(bytes: Uint8Array, at: number, values: Values, from: number): void {
  for (let n = 0; n < 512; n++) if (values[from + n] !== 0) bytes[at + (n >> 3)]! |= 1 << (n & 7);
}

function writeIndex({ tree }: GridWriter, { u32, view, bytes }: Piece, start: number, leaf: number): void {
  const offsets = tree.offsets!;
  setU64(view, start + 80, offsets.offsets[leaf]!);
  if (offsets.stats) bytes[start + 15]! |= 16;
  if (tree.type === 'onindex') u32.set(prefixSums(tree.leaf.masks, leaf), start / 4 + 22);
}

/** Quantised values and, as codes too, their statistics. */
function writeCodes(writer: GridWriter, { view, bytes, u32 }: Piece, start: number, leaf: number): void {
  const { layout, stats, tree, quantize, leafEnds } = writer;
  const { leafKind } = layout;
  const size = leafEnds === undefined ? layout.leaf.size : leafEnds[leaf]! - (leafEnds[leaf - 1] ?? 0);
  const bits = leafKind === 'fp4' ? 4 : leafKind === 'fp8' ? 8 : leafKind === 'fp16' ? 16 : (size - 96) / 64;
  if (leafKind === 'fpn') bytes[start + 15]! |= Math.log2(bits) << 5;
  const range = leafRange(tree.values[0] as Float32Array, leaf);
  const codes = encodeCodes(tree.values[0] as Float32Array, leaf, { bits, range, dither: quantize.dither });
  const { min, quantum } = codes;
  view.setFloat32(start + 80, min, true);
  view.setFloat32(start + 84, quantum, true);
  for (let n = 0; n < 512; n++) u32[start / 4 + 24 + ((n * bits) >> 5)]! |= codes.codes[n]! << ((n * bits) & 31);
  if (stats.leaf.size[leaf] === 0 || quantum === 0) return;
  const small = (v: number): number =>
    Math.max(0, Math.min(65535, Math.trunc(Math.fround(Math.fround(v) / quantum) + 0.5)));
  const { min: lows, max: highs, avg } = stats.leaf;
  const told = [Number(lows[0]![leaf]) - min, Number(highs[0]![leaf]) - min, avg[leaf]! - min];
  [...told, deviation(stats.leaf, leaf)].forEach((v, i) => view.setUint16(start + 88 + 2 * i, small(v), true));
}
