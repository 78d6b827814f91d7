/**
 * @file Random access that remembers where it was: the last leaf, lower node and upper node (NanoVDB's `ReadAccessor`).
 * A voxel near the last one is found without starting from the root; each accessor has its own memory, so several may walk at once.
 */
import { hasBit } from './bits.ts';
import { inspectable } from './inspect.ts';
import type { Tree } from './tree.ts';
import type { Scalar, Values } from './types.ts';

/** Reads voxels of one tree. */
export class Accessor {
  readonly tree: Tree;
  /** Edge in voxels of what the last look-up found: 1 a voxel in a leaf, 8, 128 or 4096 a tile or nothing. */
  span = 4096;
  /** Number of the leaf that the last look-up found, or −1. */
  leaf = -1;
  /** Number of the tile's value that the last look-up found where `leaf` is −1; 0 is the background. */
  tile = 0;
  /** Whether what the last look-up found is an active tile; false in a leaf. */
  tileActive = false;
  readonly #values: readonly Values[];
  readonly #first: Values;
  #leafX = 1;
  #leafY = 1;
  #leafZ = 1;
  #lower = -1;
  #lowerX = 1;
  #lowerY = 1;
  #lowerZ = 1;
  #upper = -1;
  #upperX = 1;
  #upperY = 1;
  #upperZ = 1;

  constructor(tree: Tree) {
    this.tree = tree;
    this.#values = tree.offsets === undefined ? tree.values : [];
    this.#first = this.#values[0] ?? tree.tileValues[0]!;
  }

  /** Looks voxel (i, j, k) up: afterwards `span`, `leaf`, `tile` and `tileActive` tell of it. Returns the leaf, or −1. */
  find(i: number, j: number, k: number): number {
    if ((i & ~7) === this.#leafX && (j & ~7) === this.#leafY && (k & ~7) === this.#leafZ) return this.leaf;
    if ((i & ~127) === this.#lowerX && (j & ~127) === this.#lowerY && (k & ~127) === this.#lowerZ) {
      return this.#inLower(i, j, k);
    }
    if ((i & ~4095) === this.#upperX && (j & ~4095) === this.#upperY && (k & ~4095) === this.#upperZ) {
      return this.#inUpper(i, j, k);
    }
    return this.#inRoot(i, j, k);
  }

  /** Component `component` of the value at voxel (i, j, k); an int64 beyond ±2⁵³ is rounded. */
  get(i: number, j: number, k: number, component = 0): number {
    const leaf = this.find(i, j, k);
    const n = ((i & 7) << 6) | ((j & 7) << 3) | (k & 7);
    if (leaf < 0) return Number(this.tree.tileValues[component]![this.tile]);
    if (this.tree.offsets !== undefined) return this.tree.indexInLeaf(leaf, n);
    return Number((component === 0 ? this.#first : this.#values[component]!)[leaf * 512 + n]);
  }

  /** As `get`, but the very number that is stored: a bigint in an int64 grid. */
  exact(i: number, j: number, k: number, component = 0): Scalar {
    const leaf = this.find(i, j, k);
    const n = ((i & 7) << 6) | ((j & 7) << 3) | (k & 7);
    if (leaf < 0) return this.tree.tileValues[component]![this.tile]!;
    if (this.tree.offsets !== undefined) return this.tree.indexInLeaf(leaf, n);
    return this.#values[component]![leaf * 512 + n]!;
  }

  /** Whether voxel (i, j, k) is active. */
  isActive(i: number, j: number, k: number): boolean {
    const leaf = this.find(i, j, k);
    return leaf < 0
      ? this.tileActive
      : hasBit(this.tree.leaf.masks, leaf * 16, ((i & 7) << 6) | ((j & 7) << 3) | (k & 7));
  }

  toString(): string {
    const found =
      this.leaf >= 0
        ? `in leaf ${this.leaf} at (${this.#leafX}, ${this.#leafY}, ${this.#leafZ})`
        : `in ${this.tileActive ? 'an active' : 'an inactive'} tile of ${this.span}³`;
    return `Accessor of a ${this.tree.type} tree, ${found}`;
  }

  #inRoot(i: number, j: number, k: number): number {
    const { origins, count, table, active } = this.tree.root;
    const [x, y, z] = [i & ~4095, j & ~4095, k & ~4095];
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const d = origins[3 * middle]! - x || origins[3 * middle + 1]! - y || origins[3 * middle + 2]! - z;
      if (d === 0) {
        const entry = table[middle]!;
        if (entry < 0) return this.#land(4096, entry, active[middle] === 1);
        this.#upper = entry;
        this.#upperX = x;
        this.#upperY = y;
        this.#upperZ = z;
        return this.#inUpper(i, j, k);
      }
      if (d < 0) low = middle + 1;
      else high = middle - 1;
    }
    return this.#land(4096, -1, false);
  }

  #inUpper(i: number, j: number, k: number): number {
    const n = (((i >> 7) & 31) << 10) | (((j >> 7) & 31) << 5) | ((k >> 7) & 31);
    const { table, valueMask } = this.tree.upper;
    const entry = table[this.#upper * 32768 + n]!;
    if (entry < 0) return this.#land(128, entry, hasBit(valueMask, this.#upper * 1024, n));
    this.#lower = entry;
    this.#lowerX = i & ~127;
    this.#lowerY = j & ~127;
    this.#lowerZ = k & ~127;
    return this.#inLower(i, j, k);
  }

  #inLower(i: number, j: number, k: number): number {
    const n = (((i >> 3) & 15) << 8) | (((j >> 3) & 15) << 4) | ((k >> 3) & 15);
    const { table, valueMask } = this.tree.lower;
    const entry = table[this.#lower * 4096 + n]!;
    if (entry < 0) return this.#land(8, entry, hasBit(valueMask, this.#lower * 128, n));
    this.#leafX = i & ~7;
    this.#leafY = j & ~7;
    this.#leafZ = k & ~7;
    this.span = 1;
    this.tileActive = false;
    return (this.leaf = entry);
  }

  #land(span: number, entry: number, active: boolean): number {
    this.#leafX = 1; // no leaf begins there: the next look-up does not take this for a leaf
    this.span = span;
    this.tile = ~entry;
    this.tileActive = active;
    return (this.leaf = -1);
  }

  static {
    inspectable(this.prototype);
  }
}
