/**
 * @file Builds a tree from leaves and tiles that come in any order, and puts them in the order of the format.
 *
 * A reader that walks a file depth first (OpenVDB's order) adds leaves already in that order: then nothing is sorted and
 * the arrays that it filled are taken over as they are. Values may be given leaf by leaf, or all at once at the end
 * (`build(values)`, 512 a leaf in the order of adding), or as a function that decodes them when they are first read.
 */
import { forEachBit, hasBit, setBit } from './bits.ts';
import { inspectable } from './inspect.ts';
import { EMPTY, Tree } from './tree.ts';
import type { LeafOffsets, NodeLevel } from './tree.ts';
import { makeValues, store, TYPES } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Edge of a tile in voxels: in a lower node, in an upper node, in the root. */
export type TileSpan = 8 | 128 | 4096;

/** Leaf values given to `build`: arrays in the order of adding, or a function that makes them. */
export type LeafValues = readonly Values[] | (() => readonly Values[]);

/** The array itself where it holds `length` elements, else a copy of at least twice its length. */
function grown<T extends Values>(array: T, length: number, make: (length: number) => Values): T {
  if (length <= array.length) return array;
  const bigger = make(Math.max(length, array.length * 2)) as T;
  if (bigger instanceof BigInt64Array) bigger.set(array as BigInt64Array);
  else (bigger as Float64Array).set(array as Float64Array);
  return bigger;
}

const makeInt32 = (length: number): Values => new Int32Array(length);
const makeUint32 = (length: number): Values => new Uint32Array(length);

/** Collects leaves and tiles, then makes the tree. */
export class TreeBuilder {
  readonly type: GridType;
  readonly background: readonly Scalar[];
  #leafCount = 0;
  #origins = new Int32Array(3 * 64);
  #masks = new Uint32Array(16 * 64);
  #values: Values[] | undefined;
  #tileCount = 0;
  /** 5 numbers a tile: x, y, z, span, value·2 + active. A span of −4096 or −128 asks for a node where there is none. */
  #tiles = new Int32Array(5 * 64);
  #valueCount = 1;
  #tileValues: Values[];

  /** Takes the type and the background, one number a component. */
  constructor(type: GridType, background: readonly Scalar[]) {
    const spec = TYPES[type];
    if (background.length !== spec.components) {
      throw new RangeError(
        `Cannot build ${type} tree: the background has ${background.length} components; give ${spec.components}`,
      );
    }
    this.type = type;
    this.background = background;
    this.#tileValues = makeValues(type, 16);
    background.forEach((value, c) => store(this.#tileValues[c]!, 0, value));
  }

  /** Number of leaves added so far. */
  get leafCount(): number {
    return this.#leafCount;
  }

  /**
   * Adds the leaf at (x, y, z), multiples of 8, and returns its number in the order of adding.
   * `mask` has 16 words from `maskAt`; `values`, if given, has 512 values a component from `valuesAt`.
   */
  addLeaf(
    x: number,
    y: number,
    z: number,
    mask: Uint32Array,
    values?: readonly Values[],
    maskAt = 0,
    valuesAt = 0,
  ): number {
    const leaf = this.#leafCount++;
    this.#origins = grown(this.#origins, 3 * leaf + 3, makeInt32);
    this.#masks = grown(this.#masks, 16 * leaf + 16, makeUint32);
    this.#origins[3 * leaf] = x;
    this.#origins[3 * leaf + 1] = y;
    this.#origins[3 * leaf + 2] = z;
    this.#masks.set(mask.subarray(maskAt, maskAt + 16), 16 * leaf);
    if (values !== undefined) {
      this.#values ??= makeValues(this.type, 512 * 64);
      const make = TYPES[this.type].array;
      this.#values.forEach((array, c) => {
        const target = (this.#values![c] = grown(array, 512 * leaf + 512, make));
        copyValues(target, 512 * leaf, values[c]!, valuesAt, 512);
      });
    }
    return leaf;
  }

  /** Adds a tile whose edge is `span` voxels at (x, y, z), multiples of `span`. One that is inactive background changes nothing. */
  addTile(span: TileSpan, x: number, y: number, z: number, value: readonly Scalar[], active: boolean): void {
    let same = true;
    for (let c = 0; c < value.length; c++) if (!this.#isLast(c, value[c]!)) same = false;
    let number = this.#valueCount - 1;
    if (value.every((v, c) => v === this.background[c])) number = 0;
    else if (!same || number === 0) {
      number = this.#valueCount++;
      this.#tileValues = this.#tileValues.map((array) => grown(array, number + 1, TYPES[this.type].array));
      value.forEach((v, c) => store(this.#tileValues[c]!, number, v));
    }
    if (number === 0 && !active && span !== 4096) return;
    this.#addEntry(x, y, z, span, number * 2 + (active ? 1 : 0));
  }

  /**
   * Adds the tiles of a whole internal node as files hold them: slot n is a child where `childMask` has bit n (left alone here),
   * else a tile with value n of `values` (the background when absent), active where `valueMask` has bit n.
   * `span` is the tiles' edge: 128 for an upper node, 8 for a lower. The node exists afterwards even when it holds nothing.
   */
  addNode(
    span: 8 | 128,
    origin: readonly [number, number, number],
    masks: { readonly childMask: Uint32Array; readonly valueMask: Uint32Array },
    values?: readonly Values[],
  ): void {
    const bits = span === 128 ? 5 : 4;
    const last = (1 << bits) - 1;
    this.#addEntry(origin[0], origin[1], origin[2], span === 128 ? -4096 : -128, 0);
    const value: Scalar[] = [...this.background];
    const put = (n: number, active: boolean): void => {
      if (values !== undefined) for (let c = 0; c < value.length; c++) value[c] = values[c]![n]!;
      const [dx, dy, dz] = [n >> (2 * bits), (n >> bits) & last, n & last];
      this.addTile(span, origin[0] + dx * span, origin[1] + dy * span, origin[2] + dz * span, value, active);
    };
    if (values === undefined) {
      forEachBit(masks.valueMask, 0, masks.valueMask.length, (n) => put(n, true));
      return;
    }
    for (let n = 0; n < 1 << (3 * bits); n++) {
      if (!hasBit(masks.childMask, 0, n)) put(n, hasBit(masks.valueMask, 0, n));
    }
  }

  /** Makes the tree. `values`: all leaf values, in the order of adding, where `addLeaf` got none; `offsets`: for index types. */
  build(values?: LeafValues, offsets?: LeafOffsets): Tree {
    const count = this.#leafCount;
    const origins = this.#origins.slice(0, 3 * count);
    const masks = this.#masks.slice(0, 16 * count);
    const given = values ?? this.#values?.map((array) => array.slice(0, 512 * count)) ?? this.#backgroundValues(count);
    const tileValues = this.#tileValues.map((array) => array.slice(0, this.#valueCount) as Values);
    return assemble(
      { type: this.type, background: this.background, origins, masks, tileValues, offsets, values: given },
      {
        count: this.#tileCount,
        entries: this.#tiles,
      },
    );
  }

  toString(): string {
    return `TreeBuilder of ${this.type}: ${this.#leafCount} leaves and ${this.#tileCount} tiles and nodes so far`;
  }

  #backgroundValues(count: number): LeafValues | undefined {
    if (TYPES[this.type].leaf !== 'stored') return undefined;
    return () =>
      makeValues(this.type, 512 * count).map((array, c) => {
        const value = this.background[c]!;
        return array instanceof BigInt64Array ? array.fill(BigInt(value)) : array.fill(Number(value));
      });
  }

  #addEntry(x: number, y: number, z: number, span: number, code: number): void {
    const t = 5 * this.#tileCount++;
    this.#tiles = grown(this.#tiles, t + 5, makeInt32);
    this.#tiles[t] = x;
    this.#tiles[t + 1] = y;
    this.#tiles[t + 2] = z;
    this.#tiles[t + 3] = span;
    this.#tiles[t + 4] = code;
  }

  #isLast(c: number, value: Scalar): boolean {
    return Object.is(this.#tileValues[c]![this.#valueCount - 1], value);
  }

  static {
    inspectable(this.prototype);
  }
}

/** Copies `count` values of one component. */
export function copyValues(to: Values, toAt: number, from: Values, fromAt: number, count: number): void {
  if (to instanceof BigInt64Array) to.set((from as BigInt64Array).subarray(fromAt, fromAt + count), toAt);
  else (to as Float64Array).set((from as Float64Array).subarray(fromAt, fromAt + count), toAt);
}

/** Leaves in any order, and what belongs to them. */
export interface LeafParts {
  readonly type: GridType;
  readonly background: readonly Scalar[];
  readonly origins: Int32Array;
  readonly masks: Uint32Array;
  readonly tileValues: readonly Values[];
  readonly values: LeafValues | undefined;
  readonly offsets: LeafOffsets | undefined;
}

/** The keys of the 4096³ blocks in use, ranked by signed x, y, z. */
class Roots {
  readonly #ranks = new Map<number, Map<number, number>>();
  readonly blocks: number[][] = [];

  add(x: number, y: number, z: number): void {
    const [row, depth] = [(x >> 12) * 0x100000 + (y >> 12), z >> 12];
    let line = this.#ranks.get(row);
    if (line === undefined) this.#ranks.set(row, (line = new Map()));
    if (line.has(depth)) return;
    line.set(depth, -1);
    this.blocks.push([x & ~4095, y & ~4095, z & ~4095]);
  }

  sort(): void {
    this.blocks.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
    this.blocks.forEach(([x, y, z], rank) => {
      this.#ranks.get((x! >> 12) * 0x100000 + (y! >> 12))!.set(z! >> 12, rank);
    });
  }

  rank(x: number, y: number, z: number): number {
    return this.#ranks.get((x >> 12) * 0x100000 + (y >> 12))!.get(z >> 12)!;
  }
}

function upperSlot(x: number, y: number, z: number): number {
  return (((x >> 7) & 31) << 10) | (((y >> 7) & 31) << 5) | ((z >> 7) & 31);
}

function lowerSlot(x: number, y: number, z: number): number {
  return (((x >> 3) & 15) << 8) | (((y >> 3) & 15) << 4) | ((z >> 3) & 15);
}

/** Order of the leaves in the format: numbers in the order of adding, or undefined when they are in order already. */
function sortedOrder(keys: Float64Array): Uint32Array | undefined {
  let sorted = true;
  for (let i = 1; i < keys.length && sorted; i++) sorted = keys[i - 1]! < keys[i]!;
  if (sorted) return undefined;
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => keys[a]! - keys[b]!);
}

function gather<T extends Values>(from: T, order: Uint32Array | undefined, width: number, to: T): T {
  if (order === undefined) return from;
  for (let i = 0; i < order.length; i++) copyValues(to, i * width, from, order[i]! * width, width);
  return to;
}

function gatherValues(type: GridType, values: readonly Values[], order: Uint32Array | undefined): readonly Values[] {
  if (order === undefined) return values;
  return values.map((array) => gather(array, order, 512, TYPES[type].array(array.length)));
}

/** Puts leaves, tiles and nodes into the order of the format, and links them. */
export function assemble(parts: LeafParts, tiles: { readonly count: number; readonly entries: Int32Array }): Tree {
  const { type, origins: o, values } = parts;
  const leafCount = o.length / 3;
  const t = tiles.entries;
  const roots = new Roots();
  let [px, py, pz] = [NaN, NaN, NaN];
  for (let i = 0; i < leafCount; i++) {
    const [x, y, z] = [o[3 * i]!, o[3 * i + 1]!, o[3 * i + 2]!];
    if (((x | y | z) & 7) !== 0) {
      throw new RangeError(`Cannot build ${type} tree: a leaf stands at (${x}, ${y}, ${z}); give multiples of 8`);
    }
    if ((x & ~4095) === px && (y & ~4095) === py && (z & ~4095) === pz) continue;
    [px, py, pz] = [x & ~4095, y & ~4095, z & ~4095];
    roots.add(x, y, z);
  }
  for (let i = 0; i < tiles.count; i++) roots.add(t[5 * i]!, t[5 * i + 1]!, t[5 * i + 2]!);
  roots.sort();
  const keys = leafKeys(o, roots);
  const order = sortedOrder(keys);
  const origins = gather(o, order, 3, new Int32Array(o.length));
  const masks = gather(parts.masks, order, 16, new Uint32Array(parts.masks.length));
  const offsets = parts.offsets && {
    ...parts.offsets,
    offsets: gather(parts.offsets.offsets, order, 1, new Float64Array(leafCount)),
  };
  const sorted = order === undefined ? keys : keys.map((_, i) => keys[order[i]!]!);
  const links = link(type, origins, sorted, roots, tiles);
  return new Tree({
    type,
    background: parts.background,
    ...links,
    leaf: { count: leafCount, origins, masks },
    tileValues: parts.tileValues,
    ...(values === undefined
      ? {}
      : {
          values:
            typeof values === 'function'
              ? () => gatherValues(type, values(), order)
              : gatherValues(type, values, order),
        }),
    ...(offsets === undefined ? {} : { offsets }),
  });
}

function leafKeys(o: Int32Array, roots: Roots): Float64Array {
  const keys = new Float64Array(o.length / 3);
  let [px, py, pz, rank] = [NaN, NaN, NaN, 0];
  for (let i = 0; i < keys.length; i++) {
    const [x, y, z] = [o[3 * i]!, o[3 * i + 1]!, o[3 * i + 2]!];
    if ((x & ~4095) !== px || (y & ~4095) !== py || (z & ~4095) !== pz) {
      rank = roots.rank(x, y, z);
      [px, py, pz] = [x & ~4095, y & ~4095, z & ~4095];
    }
    keys[i] = (rank * 32768 + upperSlot(x, y, z)) * 4096 + lowerSlot(x, y, z);
  }
  return keys;
}

/** Numbers the nodes and fills masks and tables. */
function link(
  type: GridType,
  origins: Int32Array,
  keys: Float64Array,
  roots: Roots,
  tiles: { readonly count: number; readonly entries: Int32Array },
): { root: Tree['root']; upper: NodeLevel; lower: NodeLevel } {
  const t = tiles.entries;
  const lowerKeys = new Set<number>();
  const hasUpper = new Uint8Array(roots.blocks.length);
  for (let i = 0, last = -1; i < keys.length; i++) {
    const key = Math.floor(keys[i]! / 4096);
    if (key === last) continue;
    lowerKeys.add((last = key));
    hasUpper[Math.floor(key / 32768)] = 1;
  }
  for (let i = 0; i < tiles.count; i++) {
    const [x, y, z, span] = [t[5 * i]!, t[5 * i + 1]!, t[5 * i + 2]!, t[5 * i + 3]!];
    if (((x | y | z) & (Math.abs(span) - 1)) !== 0) {
      throw new RangeError(
        `Cannot build ${type} tree: a tile of ${Math.abs(span)}³ stands at (${x}, ${y}, ${z}); give multiples of ${Math.abs(span)}`,
      );
    }
    if (span === 4096) continue;
    const rank = roots.rank(x, y, z);
    hasUpper[rank] = 1;
    if (span === 8 || span === -128) lowerKeys.add(rank * 32768 + upperSlot(x, y, z));
  }
  const upperOf = new Int32Array(roots.blocks.length).fill(EMPTY);
  const blocks = roots.blocks.filter((_, rank) => hasUpper[rank] === 1);
  for (let rank = 0, u = 0; rank < upperOf.length; rank++) if (hasUpper[rank] === 1) upperOf[rank] = u++;
  const upper = makeLevel(blocks.length, 32768);
  blocks.forEach((origin, u) => upper.origins.set(origin, 3 * u));
  const sortedLower = Float64Array.from(lowerKeys).sort();
  const lower = makeLevel(sortedLower.length, 4096);
  sortedLower.forEach((key, l) => {
    const [rank, n] = [Math.floor(key / 32768), key % 32768];
    const u = upperOf[rank]!;
    upper.table[u * 32768 + n] = l;
    setBit(upper.childMask, u * 1024, n);
    const [x, y, z] = roots.blocks[rank] as [number, number, number];
    lower.origins.set([x + ((n >> 10) << 7), y + (((n >> 5) & 31) << 7), z + ((n & 31) << 7)], 3 * l);
  });
  for (let i = 0, l = -1, last = -1; i < keys.length; i++) {
    const key = Math.floor(keys[i]! / 4096);
    if (key !== last) {
      last = key;
      do l++;
      while (sortedLower[l] !== key);
    }
    const n = keys[i]! % 4096;
    if (lower.table[l * 4096 + n] !== EMPTY) {
      throw new RangeError(
        `Cannot build ${type} tree: the leaf (${origins[3 * i]}, ${origins[3 * i + 1]}, ${origins[3 * i + 2]}) is given twice; give each once`,
      );
    }
    lower.table[l * 4096 + n] = i;
    setBit(lower.childMask, l * 128, n);
  }
  const root = {
    count: roots.blocks.length,
    origins: Int32Array.from(roots.blocks.flat()),
    table: upperOf,
    active: new Uint8Array(roots.blocks.length),
  };
  placeTiles(type, { root, upper, lower }, roots, tiles);
  return { root, upper, lower };
}

function makeLevel(count: number, slots: number): NodeLevel {
  return {
    count,
    origins: new Int32Array(3 * count),
    childMask: new Uint32Array((count * slots) >> 5),
    valueMask: new Uint32Array((count * slots) >> 5),
    table: new Int32Array(count * slots).fill(EMPTY),
  };
}

function placeTiles(
  type: GridType,
  levels: { root: { table: Int32Array; active: Uint8Array }; upper: NodeLevel; lower: NodeLevel },
  roots: Roots,
  tiles: { readonly count: number; readonly entries: Int32Array },
): void {
  const { root, upper, lower } = levels;
  const t = tiles.entries;
  for (let i = 0; i < tiles.count; i++) {
    const [x, y, z, span, code] = [t[5 * i]!, t[5 * i + 1]!, t[5 * i + 2]!, t[5 * i + 3]!, t[5 * i + 4]!];
    if (span < 0) continue;
    const rank = roots.rank(x, y, z);
    const u = root.table[rank]!;
    const entry = ~(code >> 1);
    let clash: boolean;
    if (span === 4096) {
      clash = u >= 0;
      if (!clash) {
        root.table[rank] = entry;
        root.active[rank] = code & 1;
      }
    } else {
      const l = upper.table[u * 32768 + upperSlot(x, y, z)]!;
      const [level, at, mask, n] =
        span === 128
          ? [upper, u * 32768, u * 1024, upperSlot(x, y, z)]
          : [lower, l * 4096, l * 128, lowerSlot(x, y, z)];
      clash = level.table[at + n]! >= 0;
      if (!clash) {
        level.table[at + n] = entry;
        if ((code & 1) === 1) setBit(level.valueMask, mask, n);
      }
    }
    if (clash) {
      throw new RangeError(
        `Cannot build ${type} tree: the tile of ${span}³ at (${x}, ${y}, ${z}) covers voxels that are given too; give one of the two`,
      );
    }
  }
}
