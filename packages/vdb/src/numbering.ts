/**
 * @file From voxels to the numbers of an index grid and back: NanoVDB's Index and OnIndex, and any grid whose leaves carry
 * offsets of their own (`indexGrid`). Going back, a leaf is found by bisection among the offsets, a voxel by selecting in its mask.
 */
import { countBits, popcount } from './bits.ts';
import type { Vec3 } from './map.ts';
import type { Tree } from './tree.ts';

/** Numbers of voxels, both ways. */
export class Numbering {
  readonly #tree: Tree;
  /** Leaves by their first number. */
  readonly #order: Uint32Array;
  readonly #starts: Float64Array;
  readonly #tiles = new Map<number, Vec3>();

  constructor(tree: Tree) {
    const offsets = tree.offsets?.offsets;
    if (offsets === undefined) {
      throw new RangeError(`Cannot number voxels: a ${tree.type} grid has values; number it with toOnIndex first`);
    }
    this.#tree = tree;
    this.#order = Uint32Array.from(offsets, (_, leaf) => leaf);
    if (offsets.some((offset, leaf) => leaf > 0 && offset < offsets[leaf - 1]!)) {
      this.#order.sort((a, b) => offsets[a]! - offsets[b]!);
    }
    this.#starts = Float64Array.from(this.#order, (leaf) => offsets[leaf]!);
    tree.forEachTile((_span, x, y, z, tile) => {
      const number = Number(tree.tileValues[0]![tile]);
      if (number > 0) this.#tiles.set(number, [x, y, z]);
    });
  }

  /** Number of voxel (i, j, k); 0 where it has none. */
  indexOf(i: number, j: number, k: number): number {
    return this.#tree.get(i, j, k);
  }

  /** Numbers of the voxels of a list, 3 integers each; 0 where there is none. */
  indicesOf(coordinates: Int32Array): Float64Array {
    const out = new Float64Array(Math.floor(coordinates.length / 3));
    for (let n = 0; n < out.length; n++) {
      out[n] = this.#tree.get(coordinates[3 * n]!, coordinates[3 * n + 1]!, coordinates[3 * n + 2]!);
    }
    return out;
  }

  /** The voxel of a number (a tile's least voxel); null where the number is nobody's. */
  coordOf(index: number): Vec3 | null {
    const { origins, masks } = this.#tree.leaf;
    let low = 0;
    let high = this.#starts.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= index) low = middle + 1;
      else high = middle - 1;
    }
    if (high >= 0) {
      const leaf = this.#order[high]!;
      const within = index - this.#starts[high]!;
      const n = this.#tree.type === 'index' ? (within < 512 ? within : -1) : select(masks, 16 * leaf, within);
      if (n >= 0 && Number.isInteger(n)) {
        return [
          origins[3 * leaf]! + (n >> 6),
          origins[3 * leaf + 1]! + ((n >> 3) & 7),
          origins[3 * leaf + 2]! + (n & 7),
        ];
      }
    }
    return this.#tiles.get(index) ?? null;
  }

  /** The voxels of a list of numbers, 3 integers each. A number that is nobody's is refused. */
  coordsOf(indices: ArrayLike<number>): Int32Array {
    const out = new Int32Array(3 * indices.length);
    for (let n = 0; n < indices.length; n++) {
      const coord = this.coordOf(indices[n]!);
      if (coord === null) {
        throw new RangeError(
          `Cannot find voxel of number ${indices[n]}: no voxel has it; give numbers that indexOf gave`,
        );
      }
      out[3 * n] = coord[0];
      out[3 * n + 1] = coord[1];
      out[3 * n + 2] = coord[2];
    }
    return out;
  }
}

/** The bit of the leaf mask at word `from` that has `rank` set bits before it, or −1. */
function select(masks: Uint32Array, from: number, rank: number): number {
  if (!Number.isInteger(rank) || rank >= countBits(masks, from, 16)) return -1;
  let left = rank;
  for (let w = 0; w < 16; w++) {
    let word = masks[from + w]!;
    const count = popcount(word);
    if (left >= count) {
      left -= count;
      continue;
    }
    while (left-- > 0) word &= word - 1;
    return (w << 5) + 31 - Math.clz32(word & -word);
  }
  return -1;
}
