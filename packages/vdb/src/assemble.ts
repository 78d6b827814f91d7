/**
 * @file Leaves and tiles in any order → a tree: leaves are sorted into the order of the format, nodes are numbered, and masks and
 * tables filled. Leaves that come in that order already are taken over with their arrays.
 */
import { setBit } from './bits.ts';
import { EMPTY, Tree } from './tree.ts';
import type { LeafOffsets, NodeLevel } from './tree.ts';
import { copyValues, TYPES } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Leaf values given to `build`: arrays in the order of adding, or a function that makes them. */
export type LeafValues = readonly Values[] | (() => readonly Values[]);

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
