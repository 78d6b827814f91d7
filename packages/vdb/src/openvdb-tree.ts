/**
 * @file Trees of OpenVDB, root to leaves. The topology comes first, depth first: each node's child mask, value mask and
 * tile values, each leaf's value mask. The buffers follow, in the same order: each leaf's mask again, then its values.
 * Nothing is allocated on the word of a count that the bytes left could not fulfil.
 */
import type { LeafValues } from './assemble.ts';
import { countBits, forEachBit } from './bits.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { meets } from './grid.ts';
import type { IndexBox } from './grid.ts';
import { COMPRESS, NODE_MASK_VERSION, readValues, readWholeValue, skipValues } from './openvdb-values.ts';
import type { ValueCoding, ValueRun } from './openvdb-values.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { Tree } from './tree.ts';
import { makeValues } from './types.ts';
import type { Values } from './types.ts';

/** What the descriptor and the header say of a tree; the background stands in the tree itself. */
export type TreeCoding = Omit<ValueCoding, 'background'>;

/** The leaves that the topology names, in its order. */
interface TopologyLeaves {
  /** How many there are, those outside of the box that is asked for too. */
  count: number;
  /** With a box: a byte a leaf and room for more, 1 where the leaf is wanted. Else all are. */
  wanted: Uint8Array | undefined;
  /** Of the wanted ones: offset of each mask in the file. */
  readonly maskAt: number[];
  /** 3 numbers a wanted leaf. */
  readonly origins: number[];
  /** 16 words a wanted leaf, and room for more. */
  masks: Uint32Array;
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
  const reader = new TopologyReader(tree);
  while (!reader.step(cursor));
  const { topology } = reader;
  const { count } = topology.leaves;
  if (tree.type.type === 'mask' || !lazy) {
    const values = leafArrays(topology);
    for (let leaf = 0; leaf < count; leaf++) readLeafBuffer(cursor, topology, leaf, { values, at: 512 * leaf });
    return finishTree(cursor, topology, values);
  }
  const starts = new Float64Array(count);
  for (let leaf = 0; leaf < count; leaf++) {
    starts[leaf] = cursor.at;
    readLeafBuffer(cursor, topology, leaf, undefined);
  }
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

/**
 * Reads a topology step by step: the root, then each upper node, and after each its lower nodes with their leaves' masks. What lies
 * outside of a box, by whole leaves and tiles, is passed over. A step that fails has changed nothing, and can be taken again with more
 * bytes at hand.
 */
export class TopologyReader {
  readonly #tree: TreeCoding;
  readonly #box: IndexBox | undefined;
  readonly #scratch: Scratch;
  readonly #leaves: TopologyLeaves;
  readonly #seen = new Set<string>();
  #root: { readonly coding: ValueCoding; readonly builder: TreeBuilder; readonly start: number } | undefined;
  #uppersLeft = 0;
  /** Origins of the lower nodes that come next, last first. */
  #lowers: Triple[] = [];

  constructor(tree: TreeCoding, box?: IndexBox) {
    this.#tree = tree;
    this.#box = box;
    this.#leaves = {
      count: 0,
      wanted: box === undefined ? undefined : new Uint8Array(1024),
      maskAt: [],
      origins: [],
      masks: new Uint32Array(16 * 64),
    };
    this.#scratch = { lower: nodeScratch(tree, 4096), upper: nodeScratch(tree, 32768) };
  }

  /** What was read; whole once a step has said so. */
  get topology(): Topology {
    return { ...this.#root!, leaves: this.#leaves };
  }

  /** Reads the next node where the cursor stands. True when it was the last; then the leaves are known to fit into what follows. */
  step(cursor: ByteCursor): boolean {
    if (this.#root === undefined) this.#readRoot(cursor);
    else if (this.#lowers.length > 0) this.#readLower(cursor, this.#root, this.#lowers.at(-1)!);
    else this.#readUpper(cursor, this.#root);
    if (this.#uppersLeft > 0 || this.#lowers.length > 0) return false;
    checkLeafCount(cursor, this.topology);
    return true;
  }

  #readRoot(cursor: ByteCursor): void {
    const { type } = this.#tree;
    const bufferCount = cursor.i32('buffer count');
    if (bufferCount !== 1) throw cursor.fault(cursor.at - 4, 'a buffer count of 1', `${bufferCount}`);
    const background = readWholeValue(cursor, type, 'background');
    const start = cursor.at;
    const tileCount = cursor.count(13 + type.components * type.componentBytes, 'root tiles');
    const childCount = cursor.count(12 + 2 * 4096, 'upper nodes');
    const builder = new TreeBuilder(type.type, background);
    const seen = new Set<string>();
    for (let i = 0; i < tileCount; i++) {
      const [x, y, z] = readOrigin(cursor, seen);
      seen.add([x, y, z].join());
      const value = readWholeValue(cursor, type, 'tile value');
      const active = cursor.u8('tile state') !== 0;
      if (this.#wants(x, y, z, 4096)) builder.addTile(4096, x, y, z, value, active);
    }
    for (const name of seen) this.#seen.add(name);
    this.#root = { coding: { ...this.#tree, background }, builder, start };
    this.#uppersLeft = childCount;
  }

  #readUpper(cursor: ByteCursor, { coding, builder }: Pick<Topology, 'coding' | 'builder'>): void {
    const { upper } = this.#scratch;
    const origin = readOrigin(cursor, this.#seen);
    const plain = readNode(cursor, coding, upper);
    this.#seen.add(origin.join());
    this.#uppersLeft--;
    const [x, y, z] = origin;
    forEachBit(upper.childMask, 0, upper.childMask.length, (n) => {
      this.#lowers.push([x + ((n >> 10) << 7), y + (((n >> 5) & 31) << 7), z + ((n & 31) << 7)]);
    });
    this.#lowers.reverse();
    addNode(builder, this.#box, { span: 128, origin, node: upper, plain });
  }

  #readLower(cursor: ByteCursor, { coding, builder }: Pick<Topology, 'coding' | 'builder'>, origin: Triple): void {
    const { lower } = this.#scratch;
    const plain = readNode(cursor, coding, lower);
    const first = cursor.at;
    const masks = new Uint32Array(16 * countBits(lower.childMask));
    cursor.words(masks, 'masks of leaves');
    this.#lowers.pop();
    addNode(builder, this.#box, { span: 8, origin, node: lower, plain });
    const [x, y, z] = origin;
    let leaf = 0;
    forEachBit(lower.childMask, 0, lower.childMask.length, (n) => {
      const mask = masks.subarray(16 * leaf, 16 * leaf + 16);
      const [i, j, k] = [x + ((n >> 8) << 3), y + (((n >> 4) & 15) << 3), z + ((n & 15) << 3)];
      const wanted = this.#wants(i, j, k, 8);
      this.#addLeaf(wanted, [i, j, k], mask, first + leafMaskBytes * leaf);
      if (wanted) builder.addLeaf(i, j, k, mask);
      leaf++;
    });
  }

  #wants(x: number, y: number, z: number, span: number): boolean {
    return this.#box === undefined || meets(this.#box, x, y, z, span);
  }

  #addLeaf(wanted: boolean, origin: Triple, mask: Uint32Array, maskAt: number): void {
    const leaves = this.#leaves;
    if (leaves.wanted !== undefined) {
      if (leaves.count === leaves.wanted.length) {
        const more = new Uint8Array(2 * leaves.count);
        more.set(leaves.wanted);
        leaves.wanted = more;
      }
      leaves.wanted[leaves.count] = wanted ? 1 : 0;
    }
    leaves.count++;
    if (!wanted) return;
    const count = leaves.maskAt.push(maskAt);
    leaves.origins.push(...origin);
    if (16 * count > leaves.masks.length) {
      const more = new Uint32Array(2 * leaves.masks.length);
      more.set(leaves.masks);
      leaves.masks = more;
    }
    leaves.masks.set(mask, 16 * (count - 1));
  }
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

function readOrigin(cursor: ByteCursor, seen: ReadonlySet<string>): Triple {
  const from = cursor.at;
  const origin: Triple = [cursor.i32('origin'), cursor.i32('origin'), cursor.i32('origin')];
  const name = origin.join(', ');
  if (origin.some((v) => v & 4095)) throw cursor.fault(from, 'multiples of 4096 as origin', `(${name})`);
  if (seen.has(origin.join())) throw cursor.fault(from, 'an origin that no other node has', `(${name}) again`);
  return origin;
}

/** Reads masks and tile values of a node; gives whether it is plain: inactive background alone, which needs no look at its slots. */
function readNode(cursor: ByteCursor, coding: ValueCoding, node: NodeScratch): boolean {
  const { childMask, valueMask, values } = node;
  cursor.words(childMask, 'child mask of a node');
  cursor.words(valueMask, 'value mask of a node');
  const old = coding.fileVersion < NODE_MASK_VERSION;
  const plain =
    !old && cursor.peek(cursor.at) === 0 && (coding.compression & COMPRESS.activeMask) !== 0 && valueMask.every(isZero);
  if (old) readOldTiles(cursor, coding, node);
  else readValues(cursor, coding, { values, at: 0, count: childMask.length * 32, mask: valueMask });
  for (let w = 0; w < valueMask.length; w++) valueMask[w]! &= ~childMask[w]!;
  return plain;
}

function addNode(
  builder: TreeBuilder,
  box: IndexBox | undefined,
  of: { readonly span: 8 | 128; readonly origin: Triple; readonly node: NodeScratch; readonly plain: boolean },
): void {
  const { span, origin, node, plain } = of;
  const { childMask, valueMask } = node;
  const values = plain ? undefined : node.values;
  if (box === undefined) {
    builder.addNode(span, origin, node, values);
    return;
  }
  if (!meets(box, ...origin, span === 128 ? 4096 : 128)) return;
  // Slots outside of the box are passed over as if they were children.
  const bits = span === 128 ? 5 : 4;
  const last = (1 << bits) - 1;
  const kept = childMask.slice();
  for (let n = 0; n < childMask.length * 32; n++) {
    const [dx, dy, dz] = [n >> (2 * bits), (n >> bits) & last, n & last];
    if (meets(box, origin[0] + dx * span, origin[1] + dy * span, origin[2] + dz * span, span)) continue;
    kept[n >> 5]! |= 1 << (n & 31);
    valueMask[n >> 5]! &= ~(1 << (n & 31));
  }
  builder.addNode(span, origin, { childMask: kept, valueMask }, values);
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
function checkLeafCount(cursor: ByteCursor, { coding, leaves }: Topology): void {
  cursor.checkCount(cursor.at, leaves.count, { byteLength: leastLeafBytes(coding), things: 'leaves' });
}

/**
 * Reads the buffer of a leaf into `to`, or passes over it. `leaf` is its number among the wanted ones, −1 for one that is not: of that
 * the mask is taken as it stands.
 */
export function readLeafBuffer(
  cursor: ByteCursor,
  { coding, leaves }: Topology,
  leaf: number,
  to: { readonly values: readonly Values[]; readonly at: number } | undefined,
): void {
  const { type } = coding.type;
  const from = cursor.at;
  const bytes = cursor.take(leafMaskBytes, 'mask of a leaf');
  const mask = leaf < 0 ? new Uint32Array(bytes.slice().buffer) : leaves.masks.subarray(16 * leaf, 16 * leaf + 16);
  const origin = leaf < 0 ? undefined : leaves.origins.slice(3 * leaf, 3 * leaf + 3);
  if (leaf >= 0) {
    const said = new Uint8Array(mask.buffer, mask.byteOffset, leafMaskBytes);
    for (let b = 0; b < leafMaskBytes; b++) {
      if (said[b] !== bytes[b]) {
        throw cursor.fault(from + b, `the mask at byte ${leaves.maskAt[leaf]} again`, 'another mask');
      }
    }
  }
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

function checkOrigin(cursor: ByteCursor, origin: readonly number[] | undefined): void {
  const from = cursor.at;
  const found = [0, 1, 2].map(() => cursor.i32('origin of a leaf'));
  if (origin === undefined || found.join() === origin.join()) return;
  throw cursor.fault(from, `origin (${origin.join(', ')})`, `(${found.join(', ')})`);
}

function spreadBits(bits: Uint8Array, values: Values, at: number): void {
  for (let n = 0; n < 512; n++) values[at + n] = (bits[n >> 3]! >> (n & 7)) & 1;
}

/** Before version 222 a leaf tells its origin and how many buffers follow, of which only the first counts. */
function readOldLeaf(
  cursor: ByteCursor,
  coding: ValueCoding,
  { run, origin }: { run: Pick<ValueRun, 'count' | 'mask'> | ValueRun; origin: readonly number[] | undefined },
): void {
  checkOrigin(cursor, origin);
  const buffers = cursor.u8('buffer count of a leaf');
  for (let b = 0; b < Math.max(1, buffers); b++) {
    if (b === 0 && 'values' in run) readValues(cursor, coding, run);
    else skipValues(cursor, coding, run);
  }
}
