/**
 * @file Trees of OpenVDB, root to leaves. The topology comes first, depth first: each node's child mask, value mask and
 * tile values, each leaf's value mask. The buffers follow, in the same order: each leaf's mask again, then its values.
 * Nothing is allocated on the word of a count that the bytes left could not fulfil.
 */
import { forEachBit } from './bits.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { meets } from './grid.ts';
import type { IndexBox } from './grid.ts';
import { COMPRESS, NODE_MASK_VERSION, readValues, readWholeValue, skipValues } from './openvdb-values.ts';
import type { ValueCoding, ValueRun } from './openvdb-values.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { LeafValues } from './tree-builder.ts';
import type { Tree } from './tree.ts';
import { makeValues } from './types.ts';
import type { Values } from './types.ts';

/** What the descriptor and the header say of a tree; the background stands in the tree itself. */
export type TreeCoding = Omit<ValueCoding, 'background'>;

interface Reading {
  readonly cursor: ByteCursor;
  readonly coding: ValueCoding;
  readonly builder: TreeBuilder;
  readonly box: IndexBox | undefined;
  readonly leaves: TopologyLeaves;
  readonly scratch: Scratch;
}

/** The leaves that the topology names, in its order; those outside of the box that is asked for too. */
interface TopologyLeaves {
  /** Offset of each leaf's mask in the file. */
  readonly maskAt: number[];
  /** 3 numbers a leaf. */
  readonly origins: number[];
  /** 16 words a leaf, and room for more. */
  masks: Uint32Array;
  /** Whether the leaf is wanted. */
  readonly wanted: boolean[];
}

/** A tree whose topology is read, and whose buffers come next in the file. */
export interface Topology {
  readonly coding: ValueCoding;
  readonly builder: TreeBuilder;
  readonly leaves: TopologyLeaves;
  /** Where the topology starts, for errors. */
  readonly start: number;
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

type Triple = [number, number, number];

const leafMaskBytes = 64;

/** Reads topology and buffers, where the cursor stands. With `lazy`, leaf values are passed over now and decoded when asked for. */
export function readTree(cursor: ByteCursor, tree: TreeCoding, lazy = false): Tree {
  const topology = readTopology(cursor, tree);
  checkLeafCount(cursor, topology);
  if (tree.type.type === 'mask' || !lazy) {
    const values = leafArrays(topology);
    const { length } = topology.leaves.maskAt;
    for (let leaf = 0; leaf < length; leaf++) readLeafBuffer(cursor, topology, leaf, { values, at: 512 * leaf });
    return finishTree(cursor, topology, values);
  }
  const starts = Float64Array.from(topology.leaves.maskAt, (_, leaf) => {
    const from = cursor.at;
    readLeafBuffer(cursor, topology, leaf, undefined);
    return from;
  });
  const { end, what } = cursor;
  return finishTree(cursor, topology, () => {
    const values = leafArrays(topology);
    Object.assign(cursor, { end, what });
    starts.forEach((start, leaf) => {
      cursor.at = start;
      readLeafBuffer(cursor, topology, leaf, { values, at: 512 * leaf });
    });
    return values;
  });
}

/** Reads the topology alone. What lies outside of `box`, by whole leaves and tiles, is passed over. */
export function readTopology(cursor: ByteCursor, tree: TreeCoding, box?: IndexBox): Topology {
  const { type } = tree;
  const bufferCount = cursor.i32('buffer count');
  if (bufferCount !== 1) throw cursor.fault(cursor.at - 4, 'a buffer count of 1', `${bufferCount}`);
  const background = readWholeValue(cursor, type, 'background');
  const reading: Reading = {
    cursor,
    coding: { ...tree, background },
    builder: new TreeBuilder(type.type, background),
    box,
    leaves: { maskAt: [], origins: [], masks: new Uint32Array(16 * 64), wanted: [] },
    scratch: {
      leafMask: new Uint32Array(leafMaskBytes / 4),
      lower: nodeScratch(tree, 4096),
      upper: nodeScratch(tree, 32768),
    },
  };
  const { coding, builder, leaves } = reading;
  const start = cursor.at;
  readRoot(reading);
  return { coding, builder, leaves, start };
}

/** Room for the values of all wanted leaves. */
export function leafArrays({ coding, builder }: Topology): Values[] {
  return coding.type.type === 'mask' ? [] : makeValues(coding.type.type, 512 * builder.leafCount);
}

/** Makes the tree of a topology and the values of its wanted leaves. */
export function finishTree(cursor: ByteCursor, { coding, builder, start }: Topology, values: LeafValues): Tree {
  try {
    return builder.build(coding.type.type === 'mask' ? undefined : values);
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
  const { cursor, coding, builder, box } = reading;
  const { type } = coding;
  const valueBytes = type.components * type.componentBytes;
  const tileCount = cursor.count(13 + valueBytes, 'root tiles');
  const childCount = cursor.count(12 + 2 * 4096, 'upper nodes');
  const seen = new Set<string>();
  const readOrigin = (): Triple => {
    const from = cursor.at;
    const origin: Triple = [cursor.i32('origin'), cursor.i32('origin'), cursor.i32('origin')];
    const name = origin.join(', ');
    if (origin.some((v) => v & 4095)) throw cursor.fault(from, 'multiples of 4096 as origin', `(${name})`);
    if (seen.has(name)) throw cursor.fault(from, 'an origin that no other node has', `(${name}) again`);
    seen.add(name);
    return origin;
  };
  for (let i = 0; i < tileCount; i++) {
    const [x, y, z] = readOrigin();
    const value = readWholeValue(cursor, type, 'tile value');
    const active = cursor.u8('tile state') !== 0;
    if (box === undefined || meets(box, x, y, z, 4096)) builder.addTile(4096, x, y, z, value, active);
  }
  for (let i = 0; i < childCount; i++) readUpper(reading, readOrigin());
}

function readUpper(reading: Reading, [x, y, z]: Triple): void {
  const { upper } = reading.scratch;
  readNode(reading, { span: 128, origin: [x, y, z], node: upper });
  forEachBit(upper.childMask, 0, upper.childMask.length, (n) => {
    readLower(reading, [x + ((n >> 10) << 7), y + (((n >> 5) & 31) << 7), z + ((n & 31) << 7)]);
  });
}

function readLower(reading: Reading, [x, y, z]: Triple): void {
  const { cursor, builder, leaves, scratch, box } = reading;
  const { lower, leafMask } = scratch;
  readNode(reading, { span: 8, origin: [x, y, z], node: lower });
  forEachBit(lower.childMask, 0, lower.childMask.length, (n) => {
    const [i, j, k] = [x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3)];
    const count = leaves.maskAt.push(cursor.at);
    leaves.origins.push(i, j, k);
    cursor.words(leafMask, 'mask of a leaf');
    if (16 * count > leaves.masks.length) {
      const bigger = new Uint32Array(2 * leaves.masks.length);
      bigger.set(leaves.masks);
      leaves.masks = bigger;
    }
    leaves.masks.set(leafMask, 16 * (count - 1));
    const wanted = box === undefined || meets(box, i, j, k, 8);
    leaves.wanted.push(wanted);
    if (wanted) builder.addLeaf(i, j, k, leafMask);
  });
}

function readNode(
  reading: Reading,
  { span, origin, node }: { span: 8 | 128; origin: Triple; node: NodeScratch },
): void {
  const { cursor, coding, builder, box } = reading;
  const { childMask, valueMask, values } = node;
  cursor.words(childMask, 'child mask of a node');
  cursor.words(valueMask, 'value mask of a node');
  const slots = childMask.length * 32;
  const old = coding.fileVersion < NODE_MASK_VERSION;
  // A node of inactive background alone, which most are, needs no look at its slots.
  const plain =
    !old && cursor.peek(cursor.at) === 0 && coding.compression & COMPRESS.activeMask && valueMask.every(isZero);
  if (old) readOldTiles(cursor, coding, node);
  else readValues(cursor, coding, { values, at: 0, count: slots, mask: valueMask });
  for (let w = 0; w < valueMask.length; w++) valueMask[w]! &= ~childMask[w]!;
  if (box === undefined) {
    builder.addNode(span, origin, node, plain ? undefined : values);
    return;
  }
  if (!meets(box, ...origin, span === 128 ? 4096 : 128)) return;
  // Slots outside of the box are passed over as if they were children.
  const bits = span === 128 ? 5 : 4;
  const last = (1 << bits) - 1;
  const kept = childMask.slice();
  for (let n = 0; n < slots; n++) {
    const [dx, dy, dz] = [n >> (2 * bits), (n >> bits) & last, n & last];
    if (meets(box, origin[0] + dx * span, origin[1] + dy * span, origin[2] + dz * span, span)) continue;
    kept[n >> 5]! |= 1 << (n & 31);
    valueMask[n >> 5]! &= ~(1 << (n & 31));
  }
  builder.addNode(span, origin, { childMask: kept, valueMask }, plain ? undefined : values);
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

/** Checks that the buffers of all leaves can follow, before room is made for them. */
export function checkLeafCount(cursor: ByteCursor, { coding, leaves }: Topology): void {
  const { length } = leaves.maskAt;
  cursor.checkCount(cursor.at, length, { byteLength: leastLeafBytes(coding), things: 'leaves' });
}

/** Reads the buffer of one leaf into `to`, or passes over it. */
export function readLeafBuffer(
  cursor: ByteCursor,
  { coding, leaves }: Topology,
  leaf: number,
  to: { readonly values: readonly Values[]; readonly at: number } | undefined,
): void {
  const { type } = coding.type;
  const from = cursor.at;
  const mask = leaves.masks.subarray(16 * leaf, 16 * leaf + 16);
  const again = cursor.take(leafMaskBytes, 'mask of a leaf');
  const bytes = new Uint8Array(mask.buffer, mask.byteOffset, leafMaskBytes);
  for (let b = 0; b < leafMaskBytes; b++) {
    if (again[b] !== bytes[b]) {
      throw cursor.fault(from + b, `the mask at byte ${leaves.maskAt[leaf]} again`, 'another mask');
    }
  }
  const origin = leaves.origins.slice(3 * leaf, 3 * leaf + 3);
  if (type === 'mask' || type === 'bool') {
    checkOrigin(cursor, origin);
    if (type === 'mask') return;
    const bits = cursor.take(leafMaskBytes, 'values of a leaf');
    if (to !== undefined) spreadBits(bits, to.values[0]!, to.at);
    return;
  }
  const run = to === undefined ? { count: 512, mask } : { ...to, count: 512, mask };
  if (coding.fileVersion < NODE_MASK_VERSION) readOldLeaf(cursor, coding, { run, origin });
  else if ('values' in run) readValues(cursor, coding, run);
  else skipValues(cursor, coding, run);
}

function checkOrigin(cursor: ByteCursor, origin: readonly number[]): void {
  const from = cursor.at;
  const found = origin.map(() => cursor.i32('origin of a leaf'));
  if (found.join() !== origin.join())
    throw cursor.fault(from, `origin (${origin.join(', ')})`, `(${found.join(', ')})`);
}

function spreadBits(bits: Uint8Array, values: Values, at: number): void {
  for (let n = 0; n < 512; n++) values[at + n] = (bits[n >> 3]! >> (n & 7)) & 1;
}

/** Before version 222 a leaf tells its origin and how many buffers follow, of which only the first counts. */
function readOldLeaf(
  cursor: ByteCursor,
  coding: ValueCoding,
  { run, origin }: { run: Pick<ValueRun, 'count' | 'mask'> | ValueRun; origin: readonly number[] },
): void {
  checkOrigin(cursor, origin);
  const buffers = cursor.u8('buffer count of a leaf');
  for (let b = 0; b < Math.max(1, buffers); b++) {
    if (b === 0 && 'values' in run) readValues(cursor, coding, run);
    else skipValues(cursor, coding, run);
  }
}
