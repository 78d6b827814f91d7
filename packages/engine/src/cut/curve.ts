/**
 * @file Orders of leaves along a space-filling curve, beside Morton's: Hilbert's, whose neighbours on the curve always share a
 * face, and slabs, which walk the longest axis first. A cut into ranges of an order gives each subdomain its leaves.
 *
 * Hilbert's key comes from J. Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707 (2004): coordinates
 * are turned in place into the key's bits, transposed. Their interleaving is the key, so Morton's comparison sorts them.
 */
import { compareMorton } from '../morton.ts';
import { leafCountOf, type Topology } from '../topology.ts';

/** All orders, the default first. */
export const CUT_ORDERS: readonly CutOrder[] = Object.freeze(['morton', 'hilbert', 'slabs']);

/** An order in which leaves are cut: along Morton's curve (the order of ranks), along Hilbert's, or slab by slab. */
export type CutOrder = 'morton' | 'hilbert' | 'slabs';

/** In which order a domain is cut. */
export interface CutChoice {
  /**
   * Along which order of leaves the domain is cut into subdomains: 'morton' (default), 'hilbert', or 'slabs' across the longest axis.
   * The results are the same, bit for bit; the surface between subdomains isn't, and so what they send.
   */
  readonly cutOrder?: CutOrder;
}

/** Sorted once a topology: a cut that follows time is made again and again. */
const known = Object.freeze({
  hilbert: new WeakMap<Topology, Uint32Array>(),
  slabs: new WeakMap<Topology, Uint32Array>(),
});

/** Positions of leaves by place in the order: ranks, rearranged. Nobody writes into them. */
export function orderLeaves(topology: Topology, order: CutOrder): Uint32Array {
  if (order === 'morton') return ranksOf(topology);
  let sorted = known[order].get(topology);
  if (sorted === undefined) {
    const leaf = topology.origins.map((value) => value >> 3);
    sorted = order === 'slabs' ? sortSlabs(ranksOf(topology), leaf) : sortHilbert(ranksOf(topology), leaf);
    known[order].set(topology, sorted);
  }
  return sorted;
}

const ranksOf = (topology: Topology): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: leafCountOf(topology) }, (_, rank) => rank);

function extent(leaf: Int32Array): { min: number[]; size: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  leaf.forEach((value, index) => {
    min[index % 3] = Math.min(min[index % 3]!, value);
    max[index % 3] = Math.max(max[index % 3]!, value);
  });
  return { min, size: min.map((value, axis) => max[axis]! - value + 1) };
}

function sortSlabs(ranks: Uint32Array<ArrayBuffer>, leaf: Int32Array): Uint32Array<ArrayBuffer> {
  const { size } = extent(leaf);
  const axes = [0, 1, 2].sort((a, b) => size[b]! - size[a]! || a - b);
  return ranks.sort((a, b) => {
    for (const axis of axes) {
      const difference = leaf[3 * a + axis]! - leaf[3 * b + axis]!;
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function sortHilbert(ranks: Uint32Array<ArrayBuffer>, leaf: Int32Array): Uint32Array<ArrayBuffer> {
  if (ranks.length === 0) return ranks;
  const { min, size } = extent(leaf);
  const bits = Math.max(1, ...size.map((count) => Math.ceil(Math.log2(count))));
  const key = new Int32Array(leaf.length);
  for (let rank = 0; rank < ranks.length; rank++) {
    const axes = [0, 1, 2].map((axis) => leaf[3 * rank + axis]! - min[axis]!);
    key.set(transposedHilbert(axes as [number, number, number], bits), 3 * rank);
  }
  return ranks.sort((a, b) =>
    compareMorton(key[3 * a]!, key[3 * a + 1]!, key[3 * a + 2]!, key[3 * b]!, key[3 * b + 1]!, key[3 * b + 2]!),
  );
}

/** Coordinates below 2^bits → the bits of their Hilbert key, one third in each word, most significant first. */
function transposedHilbert(axes: [number, number, number], bits: number): [number, number, number] {
  const top = 2 ** (bits - 1);
  for (let bit = top; bit > 1; bit /= 2) {
    const below = bit - 1;
    for (let axis = 0; axis < 3; axis++) {
      if ((axes[axis]! & bit) !== 0) axes[0] ^= below;
      else {
        const swapped = (axes[0] ^ axes[axis]!) & below;
        axes[0] ^= swapped;
        axes[axis]! ^= swapped;
      }
    }
  }
  for (let axis = 1; axis < 3; axis++) axes[axis]! ^= axes[axis - 1]!;
  let flips = 0;
  for (let bit = top; bit > 1; bit /= 2) if ((axes[2] & bit) !== 0) flips ^= bit - 1;
  return [axes[0] ^ flips, axes[1] ^ flips, axes[2] ^ flips];
}
