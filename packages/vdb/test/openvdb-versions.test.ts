/** Layouts that no tool writes any more: files made here byte by byte, from `openvdb/io/Archive.cc` and `openvdb/tree`. */
import { expect, test } from 'vitest';

import { readGridFile, readGrids, writeVdb } from '@halocline/vdb';
import { ByteBuilder } from '../src/byte-builder.ts';
import { encodeBlosc, encodeZip } from '../src/codec.ts';
import { floatToHalf } from '../src/half.ts';
import { fixture } from './shared.ts';

interface Shape {
  readonly version: number;
  readonly type: string;
  /** Whether the values are zipped (before 222 the header says so). */
  readonly zipped: boolean;
  readonly hasOffsets: boolean;
  /** Whether they are packed by Blosc instead. */
  readonly blosc?: boolean;
  /** How many buffers each leaf holds; all but the first are left from other times. */
  readonly buffers: number;
}

const active = 77;

function putFloats(out: ByteBuilder, floats: Float32Array, { type, zipped, blosc }: Shape): void {
  const bytes = new Uint8Array(type.includes('alf') ? floatToHalf(floats).buffer : floats.buffer);
  const packed = blosc ? encodeBlosc(bytes) : zipped ? encodeZip(bytes) : bytes;
  if (zipped || blosc) out.i64(packed.length);
  out.put(packed);
}

/** One leaf at (0, 0, 0) with voxel 77 active, under one lower and one upper node; tile 3 of the lower node is active, 2.5. */
function oneLeaf(shape: Shape): Uint8Array {
  const { version, type, hasOffsets } = shape;
  const old = version < 222;
  const out = new ByteBuilder();
  out.i64(0x56444220);
  [version, 1, 0].forEach((word) => out.u32(word));
  out.u8(hasOffsets ? 1 : 0);
  if (old) out.u8(shape.zipped ? 1 : 0);
  out.put(new Uint8Array(36).fill(0x30));
  out.u32(0);
  out.u32(1);
  ['g', type, ''].forEach((text) => out.string(text));
  const offsets = out.reserve(24);
  if (hasOffsets) out.setI64(offsets, out.length);
  if (!old) out.u32(shape.blosc ? 4 : shape.zipped ? 1 : 0);
  out.u32(0);
  out.string('TranslationMap');
  out.doubles([1, 2, 3]);
  out.i32(1);
  const background = Float32Array.of(0.5);
  out.array(type === 'Tree_half_5_4_3' ? floatToHalf(background) : background);
  [0, 1, 0, 0, 0].forEach((word) => out.i32(word));
  const mask = (bytes: number, bit: number): Uint8Array => {
    const words = new Uint8Array(bytes);
    words[bit >> 3] = 1 << (bit & 7);
    return words;
  };
  const tiles = (slots: number, tile?: number): Float32Array => {
    const values = new Float32Array(old ? slots - 1 : slots).fill(0.5);
    if (tile !== undefined) values[old ? tile - 1 : tile] = 2.5;
    return values;
  };
  out.put(mask(4096, 0));
  out.put(new Uint8Array(4096));
  if (!old) out.u8(6);
  putFloats(out, tiles(32768), shape);
  out.put(mask(512, 0));
  out.put(mask(512, 3));
  if (!old) out.u8(6);
  putFloats(out, tiles(4096, 3), shape);
  out.put(mask(64, active));
  if (hasOffsets) out.setI64(offsets + 8, out.length);
  out.put(mask(64, active));
  if (old) {
    [0, 0, 0].forEach((word) => out.i32(word));
    out.u8(shape.buffers);
  } else {
    out.u8(6);
  }
  const values = Float32Array.from({ length: 512 }, (_, n) => n / 4);
  for (let b = 0; b < shape.buffers; b++) putFloats(out, b === 0 ? values : values.map((v) => -v), shape);
  if (hasOffsets) out.setI64(offsets + 16, out.length);
  return out.bytes.slice();
}

const usual: Shape = { version: 222, type: 'Tree_float_5_4_3', zipped: false, hasOffsets: true, buffers: 1 };

test.each<[string, Shape]>([
  ['222', usual],
  ['220', { ...usual, version: 220 }],
  ['221, zipped, with a buffer too many', { ...usual, version: 221, zipped: true, buffers: 2 }],
  ['221, half floats', { ...usual, version: 221, type: 'Tree_float_5_4_3_HalfFloat' }],
  ['223, zipped half floats', { ...usual, version: 223, type: 'Tree_float_5_4_3_HalfFloat', zipped: true }],
  ['225, a grid of halves', { ...usual, version: 225, type: 'Tree_half_5_4_3' }],
  ['224, Blosc without active mask', { ...usual, version: 224, blosc: true }],
  ['224, without offsets', { ...usual, version: 224, hasOffsets: false }],
])('version %s is read', (_name, shape) => {
  const [grid] = readGrids(oneLeaf(shape));
  const [i, j, k] = [active >> 6, (active >> 3) & 7, active & 7];
  expect(grid!.activeVoxelCount).toBe(513);
  expect(grid!.map.translation).toEqual([1, 2, 3]);
  expect(grid!.probe(i, j, k)).toEqual({ value: active / 4, active: true });
  expect(grid!.probe(0, 0, 1)).toEqual({ value: 0.25, active: false });
  expect(grid!.probe(3, 4, 25)).toEqual({ value: 2.5, active: true });
  expect(grid!.probe(-1, 0, 0)).toEqual({ value: 0.5, active: false });
});

test.each([219, 226])('version %i is refused', (version) => {
  expect(() => readGrids(oneLeaf({ ...usual, version }))).toThrow(
    `Cannot read .vdb file at byte 8: found ${version}; expected file version 220 to 225`,
  );
});

test('a grid of an unknown type is passed over where offsets say how far, and refused where they do not', () => {
  const { grids, skipped } = readGridFile(oneLeaf({ ...usual, type: 'Tree_string_5_4_3' }));
  expect([grids, skipped]).toEqual([
    [],
    [{ name: 'g', type: 'Tree_string_5_4_3', reason: 'values of type Tree_string_5_4_3 are not read' }],
  ]);
  expect(() => readGridFile(oneLeaf({ ...usual, type: 'Tree_string_5_4_3', hasOffsets: false }))).toThrow(
    'expected a grid that can be read, since the file has no offsets to pass it over',
  );
});

test.each(['Tree_ptdataidx32_5_4_3', 'Tree_ptidx32_5_4_3'])('points, %s, are passed over with a word', (type) => {
  expect(readGridFile(oneLeaf({ ...usual, type })).skipped).toEqual([
    { name: 'g', type, reason: 'it holds points; grids of values are read' },
  ]);
});

/** Replaces the name of a map by one of the same length or shorter, with as many bytes after it. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const at = text.indexOf(from);
  expect(at).toBeGreaterThan(0);
  const out = bytes.slice();
  out.set(Buffer.from(to.padEnd(from.length, '\0')), at);
  new DataView(out.buffer).setUint32(at - 4, to.length, true);
  return out;
}

test('a frustum is passed over while the other grids load; a map of no known name is an error', () => {
  const [velocity] = readGrids(fixture('vel_vec3s_blosc_mask.vdb'));
  const bytes = writeVdb([velocity!.with({ name: 'a' }), velocity!.with({ name: 'b' })]);
  const map = 'UniformScaleTranslateMap';
  const frustum = renamed(bytes, map, 'NonlinearFrustumMap');
  expect(readGridFile(frustum).skipped).toEqual([
    { name: 'a', type: 'Tree_vec3s_5_4_3', reason: 'its map is a frustum; only affine maps are read' },
    { name: 'b', type: 'Tree_vec3s_5_4_3', reason: 'it shares the tree of "a", which was passed over' },
  ]);
  expect(() => readGridFile(renamed(bytes, map, 'BentMap'))).toThrow(
    /^Cannot read grid "a" at byte \d+: found "BentMap"; expected the name of a map of OpenVDB$/,
  );
});
