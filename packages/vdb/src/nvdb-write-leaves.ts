/** @file Leaves → bytes: head, mask, statistics, and values as their type stores them. */
import { setU64 } from './nvdb-head.ts';
import { deviation } from './nvdb-node-stats.ts';
import { prefixSums, putStats } from './nvdb-write-grid.ts';
import type { GridWriter } from './nvdb-write-grid.ts';
import type { Values } from './types.ts';

/** Writes all leaves. */
export function writeLeaves(writer: GridWriter): void {
  const { tree, layout, bytes, u32, stats, starts } = writer;
  const { count, origins, masks } = tree.leaf;
  const stored = layout.leafKind !== 'mask' && layout.leafKind !== 'index';
  const values = stored ? tree.values : [];
  for (let leaf = 0; leaf < count; leaf++) {
    const start = starts.leaf + leaf * layout.leaf.size;
    const box = stats.leaf.box.subarray(6 * leaf, 6 * leaf + 6);
    const active = box[0]! <= box[3]!;
    for (let a = 0; a < 3; a++) {
      u32[start / 4 + a] = active ? box[a]! : origins[3 * leaf + a]!;
      bytes[start + 12 + a] = active ? box[3 + a]! - box[a]! : 0;
    }
    bytes[start + 15] = active ? 2 : 0;
    u32.set(masks.subarray(16 * leaf, 16 * leaf + 16), start / 4 + 4);
    if (layout.leafKind === 'values') {
      putStats(writer, start, layout.leaf, stats.leaf, leaf);
      writePlain(writer, start + layout.leaf.values, values, 512 * leaf);
    } else if (layout.leafKind === 'bool') writeBools(bytes, start + 80, values[0]!, 512 * leaf);
    else if (layout.leafKind === 'index') writeIndex(writer, start, leaf);
    else if (stored) writeCodes(writer, start, leaf, values[0] as Float32Array);
  }
}

function writePlain(writer: GridWriter, at: number, values: readonly Values[], from: number): void {
  const { buffer } = writer.bytes;
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

function writeIndex(writer: GridWriter, start: number, leaf: number): void {
  const { tree, u32, view, bytes } = writer;
  const offsets = tree.offsets!;
  setU64(view, start + 80, offsets.offsets[leaf]!);
  if (offsets.stats) bytes[start + 15]! |= 16;
  if (tree.type === 'onindex') u32.set(prefixSums(tree.leaf.masks, leaf), start / 4 + 22);
}

/** Quantised values: code = trunc((v − min) · (2ᵇ − 1) / (max − min) + ½) over all 512, no dither. */
function writeCodes(writer: GridWriter, start: number, leaf: number, values: Float32Array): void {
  const { layout, view, bytes, stats } = writer;
  const bits = layout.leafKind === 'fp4' ? 4 : layout.leafKind === 'fp8' ? 8 : 16;
  const from = 512 * leaf;
  let [min, max] = [Infinity, -Infinity];
  for (let n = from; n < from + 512; n++) {
    const v = values[n]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (min > max) [min, max] = [0, 0];
  const levels = 2 ** bits - 1;
  const round = bits === 16 ? (v: number): number => v : Math.fround;
  const quantum = Math.fround(Math.fround(max - min) / levels);
  view.setFloat32(start + 80, min, true);
  view.setFloat32(start + 84, quantum, true);
  const encode = max > min ? round(levels / round(max - min)) : 0;
  const code = (v: number): number => {
    const c = Math.trunc(round(round(encode * round(v - min)) + 0.5));
    return c > 0 ? Math.min(levels, c) : 0;
  };
  for (let n = 0; n < 512; n++) {
    const c = code(values[from + n]!);
    if (bits === 4) bytes[start + 96 + (n >> 1)]! |= c << (4 * (n & 1));
    else if (bits === 8) bytes[start + 96 + n] = c;
    else view.setUint16(start + 96 + 2 * n, c, true);
  }
  if (stats.leaf.size[leaf] === 0 || quantum === 0) return;
  const small = (v: number): number =>
    Math.max(0, Math.min(65535, Math.trunc(Math.fround(Math.fround(v) / quantum) + 0.5)));
  const { min: lows, max: highs, avg } = stats.leaf;
  const codes = [
    Number(lows[0]![leaf]) - min,
    Number(highs[0]![leaf]) - min,
    avg[leaf]! - min,
    deviation(stats.leaf, leaf),
  ];
  codes.forEach((v, i) => view.setUint16(start + 88 + 2 * i, small(v), true));
}
