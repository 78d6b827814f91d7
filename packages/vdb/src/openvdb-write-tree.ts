/** @file Trees written as OpenVDB holds them: topology depth first, then the leaves' buffers in the same order. */
import { forEachBit } from './bits.ts';
import type { ByteBuilder } from './byte-builder.ts';
import { writePlainNode, writeValues, writeWholeValue } from './openvdb-values.ts';
import type { ValueCoding } from './openvdb-values.ts';
import { EMPTY } from './tree.ts';
import type { NodeLevel, Tree } from './tree.ts';
import { makeValues } from './types.ts';
import type { Values } from './types.ts';

/** Writes topology and buffers; returns where the buffers begin. Pauses now and then, so that what is written can be taken away. */
export function* writeTree(out: ByteBuilder, coding: ValueCoding, tree: Tree): Generator<void, number, undefined> {
  out.i32(1);
  writeWholeValue(out, coding.type, coding.background);
  const leaves = yield* writeTopology(out, coding, tree);
  const blocks = out.length;
  for (const leaf of leaves) {
    writeLeaf(out, coding, { tree, leaf });
    yield;
  }
  return blocks;
}

/** The numbers of the bits that are set in `count` words from `from`. */
function bitsOf(words: Uint32Array, from: number, count: number): number[] {
  const bits: number[] = [];
  forEachBit(words, from, count, (bit) => void bits.push(bit));
  return bits;
}

/** Returns the numbers of the leaves in the order of writing, which is that of the tree. */
function* writeTopology(out: ByteBuilder, coding: ValueCoding, tree: Tree): Generator<void, number[], undefined> {
  const { root, upper, lower, leaf } = tree;
  const entries = Array.from({ length: root.count }, (_, r) => r);
  const tiles = entries.filter((r) => root.table[r]! < 0);
  const children = entries.filter((r) => root.table[r]! >= 0);
  out.u32(tiles.length);
  out.u32(children.length);
  const putOrigin = (r: number): void => out.array(root.origins.subarray(3 * r, 3 * r + 3));
  for (const r of tiles) {
    putOrigin(r);
    writeWholeValue(out, coding.type, tileValue(coding, tree, root.table[r]!));
    out.u8(root.active[r]!);
  }
  const leaves: number[] = [];
  for (const r of children) {
    putOrigin(r);
    const u = root.table[r]!;
    writeNode(out, coding, { tree, level: upper, node: u, slots: 32768 });
    for (const n of bitsOf(upper.childMask, u * 1024, 1024)) {
      const l = upper.table[u * 32768 + n]!;
      writeNode(out, coding, { tree, level: lower, node: l, slots: 4096 });
      forEachBit(lower.childMask, l * 128, 128, (m) => {
        const number = lower.table[l * 4096 + m]!;
        leaves.push(number);
        out.array(leaf.masks.subarray(16 * number, 16 * number + 16));
      });
      yield;
    }
  }
  return leaves;
}

/** One number a component, of the kind that the file's type holds. */
function tileValue({ type }: ValueCoding, tree: Tree, entry: number): (number | bigint)[] {
  return tree.tileValues.map((array) => (type.type === 'int64' ? BigInt(array[~entry]!) : array[~entry]!));
}

function writeNode(
  out: ByteBuilder,
  coding: ValueCoding,
  { tree, level, node, slots }: { tree: Tree; level: NodeLevel; node: number; slots: number },
): void {
  const words = slots / 32;
  const childMask = level.childMask.subarray(node * words, (node + 1) * words);
  const mask = level.valueMask.subarray(node * words, (node + 1) * words);
  out.array(childMask);
  out.array(mask);
  const table = level.table.subarray(node * slots, (node + 1) * slots);
  if (table.every(isPlain) && mask.every(isZero)) return writePlainNode(out, coding);
  const values = makeValues(coding.type.type, slots);
  values.forEach((array, c) => array.fill(coding.background[c] as never));
  for (let n = 0; n < slots; n++) {
    const entry = table[n]!;
    if (entry >= EMPTY) continue;
    const value = tileValue(coding, tree, entry);
    values.forEach((array, c) => (array[n] = value[c]!));
  }
  writeValues(out, coding, { values, at: 0, count: slots, mask }, childMask);
}

function isPlain(entry: number): boolean {
  return entry >= EMPTY;
}

function isZero(word: number): boolean {
  return word === 0;
}

function writeLeaf(out: ByteBuilder, coding: ValueCoding, { tree, leaf }: { tree: Tree; leaf: number }): void {
  const { origins, masks } = tree.leaf;
  const { type } = coding.type;
  const mask = masks.subarray(16 * leaf, 16 * leaf + 16);
  out.array(mask);
  if (type === 'mask' || type === 'bool') {
    out.array(origins.subarray(3 * leaf, 3 * leaf + 3));
    if (type === 'bool') out.put(bits(tree.values[0]!, 512 * leaf));
    return;
  }
  const widened = tree.type !== type && type === 'int64';
  const values = widened ? tree.values.map((array) => widen(array, 512 * leaf)) : tree.values;
  writeValues(out, coding, { values, at: widened ? 0 : 512 * leaf, count: 512, mask });
}

function widen(values: Values, at: number): BigInt64Array {
  return BigInt64Array.from({ length: 512 }, (_, n) => BigInt(values[at + n]!));
}

function bits(values: Values, at: number): Uint8Array {
  const packed = new Uint8Array(64);
  for (let n = 0; n < 512; n++) if (values[at + n]) packed[n >> 3]! |= 1 << (n & 7);
  return packed;
}
