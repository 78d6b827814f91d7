/**
 * @file The tree in memory: root → upper nodes (32³ children, span 4096³) → lower nodes (16³, span 128³) → leaves (8³ voxels).
 *
 * It is flat: each level is a handful of typed arrays over all its nodes, in the order of the NanoVDB format
 * (root entries by signed x, y, z; the children of a node by ascending slot), so reading and writing are mostly copies.
 * Slots and voxels are numbered x-major, z fastest: `(x << 2b) | (y << b) | z` with b = 5, 4, 3 bits an axis.
 *
 * ```
 * root.table[r]                upper.table[u·32768 + n]       lower.table[l·4096 + n]        leaves
 *   ≥ 0  number of the upper     ≥ 0  number of the lower       ≥ 0  number of the leaf        origins, masks, values
 *   < 0  tile, value ~entry      < 0  tile, value ~entry        < 0  tile, value ~entry
 * ```
 * Value 0 of `tileValues` is the background, so an empty slot is −1. A tile is active when the node's value mask says so.
 */
import { countBits, forEachBit, hasBit, leafBox, popcount } from './bits.ts';
import { formatBytes } from './format-bytes.ts';
import { inspectable } from './inspect.ts';
import { load, makeValues, TYPES } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Table entry of a slot that holds the background, inactive. */
export const EMPTY = -1;

/** Bits an axis below an upper node, below a lower node, below a leaf: spans 4096, 128 and 8. */
const SPAN_BITS: { readonly upper: 12; readonly lower: 7; readonly leaf: 3 } = { upper: 12, lower: 7, leaf: 3 };

/** The entries of the root: one for each 4096³ block that is not background. */
export interface RootTable {
  readonly count: number;
  /** 3 numbers an entry: index coordinates, multiples of 4096, sorted by x, then y, then z. */
  readonly origins: Int32Array;
  /** Number of the upper node, or ~(number of the tile value). */
  readonly table: Int32Array;
  /** 1 where a tile is active. */
  readonly active: Uint8Array;
}

/** All nodes of one internal level. */
export interface NodeLevel {
  readonly count: number;
  /** 3 numbers a node. */
  readonly origins: Int32Array;
  /** 1024 words an upper node, 128 a lower: bit n set where slot n has a child. */
  readonly childMask: Uint32Array;
  /** As many words: bit n set where slot n is an active tile. Never set together with the child's bit. */
  readonly valueMask: Uint32Array;
  /** 32768 entries an upper node, 4096 a lower: number of the child, or ~(number of the tile value). */
  readonly table: Int32Array;
}

/** Where an index grid's leaves keep their numbers. */
export interface LeafOffsets {
  /** One a leaf: the number of its first value. */
  readonly offsets: Float64Array;
  /** Whether four slots for min, max, average and deviation follow each leaf's values. */
  readonly stats: boolean;
  /** The first of each node's own four slots, root first, then upper and lower nodes; absent where there are none. */
  readonly nodeStats?: Float64Array;
  /** Length of a channel that the numbers index, background slot 0 included. */
  readonly valueCount: number;
}

/** All leaves. */
export interface LeafLevel {
  readonly count: number;
  /** 3 numbers a leaf: index coordinates, multiples of 8. */
  readonly origins: Int32Array;
  /** 16 words a leaf: bit n set where voxel n is active. */
  readonly masks: Uint32Array;
}

/** What a tree is made of. `values` may be a function: then they are decoded when first asked for. */
export interface TreeParts {
  readonly type: GridType;
  /** One number a component. */
  readonly background: readonly Scalar[];
  readonly root: RootTable;
  readonly upper: NodeLevel;
  readonly lower: NodeLevel;
  readonly leaf: LeafLevel;
  /** One array a component; entry 0 is the background. */
  readonly tileValues: readonly Values[];
  /** One array a component, 512 values a leaf, inactive voxels too. Absent for mask and index types. */
  readonly values?: readonly Values[] | (() => readonly Values[]);
  /** Where values are still to be decoded but those of a leaf stand in a row already: a view of them, one array a component. */
  readonly leafView?: (leaf: number) => readonly Values[];
  /** For index types. */
  readonly offsets?: LeafOffsets;
}

/** Called for each tile that is active or differs from the background: edge in voxels, origin, number of its value, state. */
export type TileVisitor = (span: number, x: number, y: number, z: number, tile: number, active: boolean) => void;

/** A sparse tree of voxels; see the head of the file for its arrays. Nothing in it is ever changed in place. */
export class Tree {
  readonly type: GridType;
  readonly background: readonly Scalar[];
  readonly root: RootTable;
  readonly upper: NodeLevel;
  readonly lower: NodeLevel;
  readonly leaf: LeafLevel;
  readonly tileValues: readonly Values[];
  readonly offsets: LeafOffsets | undefined;
  #values: readonly Values[] | (() => readonly Values[]) | undefined;
  readonly #leafView: ((leaf: number) => readonly Values[]) | undefined;
  #rootHit = -1;
  #leafHit = -1;
  #leafX = 0;
  #leafY = 0;
  #leafZ = 0;
  #tile = 0;
  #tileActive = false;

  constructor(parts: TreeParts) {
    this.type = parts.type;
    this.background = Object.freeze([...parts.background]);
    this.root = parts.root;
    this.upper = parts.upper;
    this.lower = parts.lower;
    this.leaf = parts.leaf;
    this.tileValues = parts.tileValues;
    this.offsets = parts.offsets;
    this.#values = parts.values;
    this.#leafView = parts.leafView;
  }

  /** Values of all leaves: one array a component, 512 values a leaf, z fastest. Decoded at the first call where they came packed. */
  get values(): readonly Values[] {
    if (typeof this.#values === 'function') this.#values = this.#values();
    this.#values ??= this.#computeValues();
    return this.#values;
  }

  /** The 512 values of one leaf, one array a component, z fastest. What is plain in its file is not decoded for it. */
  leafValues(leaf: number): readonly Values[] {
    if (typeof this.#values === 'function' && this.#leafView !== undefined) return this.#leafView(leaf);
    return this.values.map((array) => array.subarray(512 * leaf, 512 * leaf + 512));
  }

  /** Number of the leaf that holds voxel (i, j, k), or −1. */
  leafAt(i: number, j: number, k: number): number {
    if (this.#leafHit >= 0 && (i & ~7) === this.#leafX && (j & ~7) === this.#leafY && (k & ~7) === this.#leafZ) {
      return this.#leafHit;
    }
    const hit = this.#walk(i | 0, j | 0, k | 0);
    if (hit >= 0) {
      this.#leafHit = hit;
      this.#leafX = i & ~7;
      this.#leafY = j & ~7;
      this.#leafZ = k & ~7;
    }
    return hit;
  }

  /** Component `component` of the value at voxel (i, j, k); an int64 beyond ±2⁵³ is rounded. */
  get(i: number, j: number, k: number, component = 0): number {
    const leaf = this.leafAt(i, j, k);
    if (leaf < 0) return load(this.tileValues[component]!, this.#tile);
    const n = ((i & 7) << 6) | ((j & 7) << 3) | (k & 7);
    if (this.offsets !== undefined) return this.indexInLeaf(leaf, n);
    return load(this.values[component]!, leaf * 512 + n);
  }

  /** Whether voxel (i, j, k) is active, by itself or as part of an active tile. */
  isActive(i: number, j: number, k: number): boolean {
    const leaf = this.leafAt(i, j, k);
    if (leaf < 0) return this.#tileActive;
    return hasBit(this.leaf.masks, leaf * 16, ((i & 7) << 6) | ((j & 7) << 3) | (k & 7));
  }

  /** The number that an index grid's leaf gives to its voxel `n`: 0 for an inactive voxel of an `onindex` grid. */
  indexInLeaf(leaf: number, n: number): number {
    const offset = this.offsets?.offsets[leaf] ?? 0;
    if (this.type === 'index') return offset + n;
    const masks = this.leaf.masks;
    if (!hasBit(masks, leaf * 16, n)) return 0;
    const word = leaf * 16 + (n >> 5);
    return offset + countBits(masks, leaf * 16, n >> 5) + popcount(masks[word]! & ((1 << (n & 31)) - 1));
  }

  /** Number of active voxels in leaves. */
  get leafVoxelCount(): number {
    return countBits(this.leaf.masks);
  }

  /** Number of active tiles of 8³, 128³ and 4096³ voxels. */
  get tileCounts(): readonly [lower: number, upper: number, root: number] {
    let root = 0;
    for (let r = 0; r < this.root.count; r++) if (this.root.table[r]! < 0 && this.root.active[r] === 1) root++;
    return [countBits(this.lower.valueMask), countBits(this.upper.valueMask), root];
  }

  /** Calls `visit` for each tile that is active or differs from the background, level by level from the root. */
  forEachTile(visit: TileVisitor): void {
    const { root } = this;
    for (let r = 0; r < root.count; r++) {
      const entry = root.table[r]!;
      if (entry >= 0) continue;
      visit(
        4096,
        root.origins[3 * r]!,
        root.origins[3 * r + 1]!,
        root.origins[3 * r + 2]!,
        ~entry,
        root.active[r] === 1,
      );
    }
    forEachNodeTile(this.upper, 5, SPAN_BITS.lower, visit);
    forEachNodeTile(this.lower, 4, SPAN_BITS.leaf, visit);
  }

  /** Box of all active voxels and tiles, both ends inclusive, or null when nothing is active. */
  bounds(): { min: [number, number, number]; max: [number, number, number] } | null {
    const min: [number, number, number] = [Infinity, Infinity, Infinity];
    const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
    const { origins, masks, count } = this.leaf;
    const box = new Int32Array(6);
    for (let l = 0; l < count; l++) {
      if (!leafBox(masks, l * 16, box)) continue;
      for (let a = 0; a < 3; a++) {
        const o = origins[3 * l + a]!;
        if (o + box[a]! < min[a]!) min[a] = o + box[a]!;
        if (o + box[3 + a]! > max[a]!) max[a] = o + box[3 + a]!;
      }
    }
    this.forEachTile((span, x, y, z, _tile, active) => {
      if (!active) return;
      [x, y, z].forEach((o, a) => {
        if (o < min[a]!) min[a] = o;
        if (o + span - 1 > max[a]!) max[a] = o + span - 1;
      });
    });
    return max[0] === -Infinity ? null : { min, max };
  }

  /** Bytes of all arrays that are in memory now (values not yet decoded are not counted). */
  get byteLength(): number {
    let sum = this.root.origins.byteLength + this.root.table.byteLength + this.root.active.byteLength;
    for (const level of [this.upper, this.lower]) {
      sum +=
        level.origins.byteLength + level.childMask.byteLength + level.valueMask.byteLength + level.table.byteLength;
    }
    sum += this.leaf.origins.byteLength + this.leaf.masks.byteLength + (this.offsets?.offsets.byteLength ?? 0);
    for (const array of this.tileValues) sum += array.byteLength;
    if (Array.isArray(this.#values)) for (const array of this.#values as readonly Values[]) sum += array.byteLength;
    return sum;
  }

  toString(): string {
    const { root, upper, lower, leaf } = this;
    return `Tree of ${this.type}: ${root.count} root entries, ${upper.count} upper and ${lower.count} lower nodes, ${leaf.count} leaves, ${formatBytes(this.byteLength)}`;
  }

  #walk(i: number, j: number, k: number): number {
    const r = this.#findRoot(i & ~4095, j & ~4095, k & ~4095);
    if (r < 0) return this.#land(EMPTY, false);
    const u = this.root.table[r]!;
    if (u < 0) return this.#land(u, this.root.active[r] === 1);
    const un = (((i >> 7) & 31) << 10) | (((j >> 7) & 31) << 5) | ((k >> 7) & 31);
    const l = this.upper.table[u * 32768 + un]!;
    if (l < 0) return this.#land(l, hasBit(this.upper.valueMask, u * 1024, un));
    const ln = (((i >> 3) & 15) << 8) | (((j >> 3) & 15) << 4) | ((k >> 3) & 15);
    const leaf = this.lower.table[l * 4096 + ln]!;
    if (leaf < 0) return this.#land(leaf, hasBit(this.lower.valueMask, l * 128, ln));
    return leaf;
  }

  #land(entry: number, active: boolean): number {
    this.#tile = ~entry;
    this.#tileActive = active;
    return -1;
  }

  #findRoot(x: number, y: number, z: number): number {
    const { origins, count } = this.root;
    const hit = this.#rootHit;
    if (hit >= 0 && origins[3 * hit] === x && origins[3 * hit + 1] === y && origins[3 * hit + 2] === z) return hit;
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const d = origins[3 * middle]! - x || origins[3 * middle + 1]! - y || origins[3 * middle + 2]! - z;
      if (d === 0) return (this.#rootHit = middle);
      if (d < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #computeValues(): readonly Values[] {
    const { count, masks } = this.leaf;
    const [out] = makeValues(this.type, count * 512);
    if (TYPES[this.type].leaf === 'mask') {
      for (let l = 0; l < count; l++) forEachBit(masks, l * 16, 16, (n) => void (out![l * 512 + n] = 1));
    } else {
      for (let l = 0; l < count; l++) {
        for (let n = 0; n < 512; n++) out![l * 512 + n] = this.indexInLeaf(l, n);
      }
    }
    return [out!];
  }

  static {
    inspectable(this.prototype);
  }
}

function forEachNodeTile(level: NodeLevel, bits: number, childBits: number, visit: TileVisitor): void {
  const slots = 1 << (3 * bits);
  const words = slots >> 5;
  const last = (1 << bits) - 1;
  for (let node = 0; node < level.count; node++) {
    const [x, y, z] = [level.origins[3 * node]!, level.origins[3 * node + 1]!, level.origins[3 * node + 2]!];
    for (let n = 0; n < slots; n++) {
      const entry = level.table[node * slots + n]!;
      if (entry >= 0) continue;
      const active = hasBit(level.valueMask, node * words, n);
      if (entry === EMPTY && !active) continue;
      const [dx, dy, dz] = [n >> (2 * bits), (n >> bits) & last, n & last];
      visit(1 << childBits, x + (dx << childBits), y + (dy << childBits), z + (dz << childBits), ~entry, active);
    }
  }
}
