/**
 * @file Trees of OpenVDB, root to leaves. The topology comes first, depth first: each node's child mask, value mask and
 * tile values, each leaf's value mask. The buffers follow, in the same order: each leaf's mask again, then its values.
 * Nothing is allocated on the word of a count that the bytes left could not fulfil.
 */
import { forEachBit } from './bits.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { COMPRESS, NODE_MASK_VERSION, readValues, readWholeValue } from './openvdb-values.ts';
import type { ValueCoding } from './openvdb-values.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { Tree } from './tree.ts';
import { makeValues } from './types.ts';
import type { Values } from './types.ts';

/** What the descriptor and the header say of a tree; the background stands in the tree itself. */
export type TreeCoding = Omit<ValueCoding, 'background'>;

interface Reading {
  readonly cursor: ByteCursor;
  readonly coding: ValueCoding;
  readonly builder: TreeBuilder;
  /** Offset of each leaf's mask in the topology. */
  readonly leafMasks: number[];
  /** 3 numbers a leaf. */
  readonly leafOrigins: number[];
  readonly scratch: Scratch;
}

/** Room for one node, used again and again. */
interface Scratch {
  readonly leafMask: Uint32Array;
  readonly lower: NodeScratch;
  readonly upper: NodeScratch;
}

interface NodeScratch {
  readonly childMask: Uint32Array;
  readonly valueMask: Uint32Array;
  readonly values: Values[];
}

const leafMaskBytes = 64;

/** Reads topology and buffers, where the cursor stands. */
export function readTree(cursor: ByteCursor, tree: TreeCoding): Tree {
  const { type } = tree;
  const bufferCount = cursor.i32('buffer count');
  if (bufferCount !== 1) throw cursor.fault(cursor.at - 4, 'a buffer count of 1', `${bufferCount}`);
  const background = readWholeValue(cursor, type, 'background');
  const reading: Reading = {
    cursor,
    coding: { ...tree, background },
    builder: new TreeBuilder(type.type, background),
    leafMasks: [],
    leafOrigins: [],
    scratch: {
      leafMask: new Uint32Array(leafMaskBytes / 4),
      lower: nodeScratch(tree, 4096),
      upper: nodeScratch(tree, 32768),
    },
  };
  const start = cursor.at;
  readRoot(reading);
  const values = readBuffers(reading);
  try {
    return reading.builder.build(type.type === 'mask' ? undefined : values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [, detail = error.message] = /^[^:]*: (.*?)(?:;|$)/.exec(error.message) ?? [];
    throw cursor.fault(start, 'a tree whose nodes do not overlap', detail);
  }
}

function nodeScratch({ type }: TreeCoding, slots: number): NodeScratch {
  return {
    childMask: new Uint32Array(slots / 32),
    valueMask: new Uint32Array(slots / 32),
    values: makeValues(type.type, slots),
  };
}

function readRoot(reading: Reading): void {
  const { cursor, coding, builder } = reading;
  const { type } = coding;
  const valueBytes = type.components * type.componentBytes;
  const tileCount = cursor.count(13 + valueBytes, 'root tiles');
  const childCount = cursor.count(12 + 2 * 4096, 'upper nodes');
  const seen = new Set<string>();
  const readOrigin = (): [number, number, number] => {
    const from = cursor.at;
    const origin: [number, number, number] = [cursor.i32('origin'), cursor.i32('origin'), cursor.i32('origin')];
    const name = origin.join(', ');
    if (origin.some((v) => v & 4095)) throw cursor.fault(from, 'multiples of 4096 as origin', `(${name})`);
    if (seen.has(name)) throw cursor.fault(from, 'an origin that no other node has', `(${name}) again`);
    seen.add(name);
    return origin;
  };
  for (let i = 0; i < tileCount; i++) {
    const [x, y, z] = readOrigin();
    const value = readWholeValue(cursor, type, 'tile value');
    builder.addTile(4096, x, y, z, value, cursor.u8('tile state') !== 0);
  }
  for (let i = 0; i < childCount; i++) readUpper(reading, readOrigin());
}

function readUpper(reading: Reading, [x, y, z]: [number, number, number]): void {
  const { upper } = reading.scratch;
  readNode(reading, { span: 128, origin: [x, y, z], node: upper });
  forEachBit(upper.childMask, 0, upper.childMask.length, (n) => {
    readLower(reading, [x + ((n >> 10) << 7), y + (((n >> 5) & 31) << 7), z + ((n & 31) << 7)]);
  });
}

function readLower(reading: Reading, [x, y, z]: [number, number, number]): void {
  const { cursor, builder, leafMasks, leafOrigins, scratch } = reading;
  const { lower, leafMask } = scratch;
  readNode(reading, { span: 8, origin: [x, y, z], node: lower });
  forEachBit(lower.childMask, 0, lower.childMask.length, (n) => {
    const [i, j, k] = [x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3)];
    leafMasks.push(cursor.at);
    leafOrigins.push(i, j, k);
    cursor.words(leafMask, 'mask of a leaf');
    builder.addLeaf(i, j, k, leafMask);
  });
}

function readNode(
  reading: Reading,
  { span, origin, node }: { span: 8 | 128; origin: [number, number, number]; node: NodeScratch },
): void {
  const { cursor, coding, builder } = reading;
  const { childMask, valueMask, values } = node;
  cursor.words(childMask, 'child mask of a node');
  cursor.words(valueMask, 'value mask of a node');
  const slots = childMask.length * 32;
  const old = coding.fileVersion < NODE_MASK_VERSION;
  // A node of inactive background alone, which most are, needs no look at its slots.
  const plain =
    !old && cursor.bytes[cursor.at] === 0 && coding.compression & COMPRESS.activeMask && valueMask.every(isZero);
  if (old) readOldTiles(cursor, coding, node);
  else readValues(cursor, coding, { values, at: 0, count: slots, mask: valueMask });
  for (let w = 0; w < valueMask.length; w++) valueMask[w]! &= ~childMask[w]!;
  builder.addNode(span, origin, node, plain ? undefined : values);
}

/** Before version 222 a node stores a value for each slot that is no child, and no others. */
function readOldTiles(cursor: ByteCursor, coding: ValueCoding, { childMask, values }: NodeScratch): void {
  const slots = childMask.length * 32;
  let count = slots;
  forEachBit(childMask, 0, childMask.length, () => count--);
  const tiles = makeValues(coding.type.type, count);
  readValues(cursor, coding, { values: tiles, at: 0, count, mask: new Uint32Array(0) });
  for (let n = 0, k = 0; n < slots; n++) {
    if ((childMask[n >> 5]! >>> (n & 31)) & 1) continue;
    values.forEach((array, c) => (array[n] = tiles[c]![k]!));
    k++;
  }
}

function isZero(word: number): boolean {
  return word === 0;
}

/** The least bytes that a leaf's buffer takes: so many leaves can follow, and no more. */
function leastLeafBytes({ type, fileVersion }: ValueCoding): number {
  if (type.type === 'mask') return leafMaskBytes + 12;
  if (type.type === 'bool') return 2 * leafMaskBytes + 12;
  return leafMaskBytes + (fileVersion < NODE_MASK_VERSION ? 13 : 1);
}

function readBuffers(reading: Reading): readonly Values[] {
  const { cursor, coding, leafMasks, leafOrigins, scratch } = reading;
  const { type } = coding.type;
  const leafCount = leafMasks.length;
  cursor.checkCount(cursor.at, leafCount, { byteLength: leastLeafBytes(coding), things: 'leaves' });
  const values = type === 'mask' ? [] : makeValues(type, 512 * leafCount);
  const run = { values, at: 0, count: 512, mask: scratch.leafMask };
  for (let leaf = 0; leaf < leafCount; leaf++) {
    const from = cursor.skip(leafMaskBytes, 'mask of a leaf');
    for (let b = 0; b < leafMaskBytes; b++) {
      if (cursor.bytes[from + b] !== cursor.bytes[leafMasks[leaf]! + b]) {
        throw cursor.fault(from + b, `the mask at byte ${leafMasks[leaf]} again`, 'another mask');
      }
    }
    const origin = [leafOrigins[3 * leaf]!, leafOrigins[3 * leaf + 1]!, leafOrigins[3 * leaf + 2]!];
    if (type === 'mask' || type === 'bool') {
      checkOrigin(cursor, origin);
      if (type === 'bool') readBits(cursor, values[0]!, 512 * leaf);
      continue;
    }
    new Uint8Array(run.mask.buffer).set(cursor.bytes.subarray(from, from + leafMaskBytes));
    run.at = 512 * leaf;
    if (coding.fileVersion < NODE_MASK_VERSION) readOldLeaf(cursor, coding, { run, origin });
    else readValues(cursor, coding, run);
  }
  return values;
}

function checkOrigin(cursor: ByteCursor, origin: readonly number[]): void {
  const from = cursor.at;
  const found = origin.map(() => cursor.i32('origin of a leaf'));
  if (found.join() !== origin.join())
    throw cursor.fault(from, `origin (${origin.join(', ')})`, `(${found.join(', ')})`);
}

function readBits(cursor: ByteCursor, values: Values, at: number): void {
  const bits = cursor.take(leafMaskBytes, 'values of a leaf');
  for (let n = 0; n < 512; n++) values[at + n] = (bits[n >> 3]! >> (n & 7)) & 1;
}

/** Before version 222 a leaf tells its origin and how many buffers follow, of which only the first counts. */
function readOldLeaf(
  cursor: ByteCursor,
  coding: ValueCoding,
  {
    run,
    origin,
  }: { run: { values: readonly Values[]; at: number; count: number; mask: Uint32Array }; origin: readonly number[] },
): void {
  checkOrigin(cursor, origin);
  const buffers = cursor.u8('buffer count of a leaf');
  readValues(cursor, coding, run);
  const rest = { ...run, values: makeValues(coding.type.type, 512), at: 0 };
  for (let b = 1; b < buffers; b++) readValues(cursor, coding, rest);
}
