/**
 * @file The cut: which subdomain owns each leaf. Leaves stand in an order (Morton's, unless another is asked for), and the
 * order is cut into contiguous ranges of about equal weight. A leaf belongs to exactly one subdomain; a subdomain is a set of
 * leaves and not a box, since the boxes of such ranges overlap.
 *
 *     order    a b c d e f g h i j          weights 4 1 1 2 4 4 1 1 4 2, three subdomains of 8
 *     owner    0 0 0 0 1 1 2 2 2 2
 *
 * A range ends where the sum of the weights before it comes nearest to its share. Nothing depends on the weights of other
 * simulations or on the machine: equal topologies and weights are cut alike everywhere.
 */
import { LeafIndex } from '../leaf-index.ts';
import { leafCountOf, popCount, type Topology } from '../topology.ts';
import { orderLeaves, type CutOrder } from './curve.ts';

/** Who owns what of one level. */
export interface Cut {
  /** Number of subdomains; some may own nothing. */
  readonly count: number;
  /** Leaf rank → subdomain. */
  readonly owners: Uint32Array;
}

/** How a cut is made. */
export interface CutOptions {
  /** Default 'morton'. */
  readonly order?: CutOrder;
  /** What each leaf costs, by rank, at least 0; default: its active voxels. */
  readonly weights?: ArrayLike<number>;
  /** What each subdomain can take in comparison with the others; default: the same. */
  readonly shares?: readonly number[];
}

/** Active voxels of each leaf, by rank. */
export function activeVoxelsByLeaf(topology: Topology): Uint32Array<ArrayBuffer> {
  const voxels = new Uint32Array(leafCountOf(topology));
  topology.masks.forEach((word, index) => (voxels[index >> 4]! += popCount(word)));
  return voxels;
}

/** Subdomains: so many may be asked for of however few leaves, and no more of however many. */
const MOST_SUBDOMAINS = Object.freeze({ ofFew: 64, ofMany: 4096 });

/** Throws RangeError where a domain isn't to be cut into so many: each takes memory and passes of its own, also where it owns nothing. */
export function checkCount(topology: Topology, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot cut the domain into ${count} subdomains; give a whole number, at least 1`);
  }
  const leaves = leafCountOf(topology);
  const most = Math.max(MOST_SUBDOMAINS.ofFew, Math.min(MOST_SUBDOMAINS.ofMany, leaves));
  if (count > most) {
    const has = leaves === 1 ? 'one leaf' : `${leaves} leaves`;
    throw new RangeError(
      `Cannot cut the domain into ${count} subdomains: it has ${has} of 8³ voxels; give at most ${most}`,
    );
  }
}

/** Cuts a level's leaves into `count` subdomains. */
export function cutLeaves(topology: Topology, count: number, options: CutOptions = {}): Cut {
  checkCount(topology, count);
  const { order = 'morton', weights = activeVoxelsByLeaf(topology), shares } = options;
  const share = shares ?? Array.from({ length: count }, () => 1);
  if (share.length !== count || share.some((each) => !(each >= 0)) || !share.some((each) => each > 0)) {
    throw new RangeError(
      `Cannot cut the domain into ${count} subdomains by shares ${share.join(', ')}; give a number for each, at least 0, and one above`,
    );
  }
  const sequence = orderLeaves(topology, order);
  const ends = rangeEnds(sequence, weights, share);
  const owners = new Uint32Array(sequence.length);
  let owner = 0;
  sequence.forEach((rank, place) => {
    while (place >= ends[owner]!) owner++;
    owners[rank] = owner;
  });
  return { count, owners };
}

/** Where each range ends (exclusive), so that the weight before each end is as near to its share of the whole as can be. */
function rangeEnds(sequence: Uint32Array, weights: ArrayLike<number>, shares: readonly number[]): number[] {
  let total = 0;
  for (const rank of sequence) total += weights[rank]!;
  const whole = shares.reduce((sum, each) => sum + each, 0);
  const ends: number[] = [];
  let place = 0;
  let before = 0;
  let upTo = 0;
  for (const share of shares.slice(0, -1)) {
    upTo += share;
    const target = (total * upTo) / whole;
    while (place < sequence.length && before + weights[sequence[place]!]! / 2 <= target) {
      before += weights[sequence[place++]!]!;
    }
    ends.push(place);
  }
  return [...ends, sequence.length];
}

/** The cut of the next coarser level: a leaf goes to the owner of the first, in Morton order, of the leaves below it. */
export function coarsenCut(fine: Topology, cut: Cut, coarse: Topology): Cut {
  const index = LeafIndex.of(coarse.origins);
  const owners = new Uint32Array(leafCountOf(coarse));
  for (let rank = cut.owners.length - 1; rank >= 0; rank--) {
    const [i, j, k] = [0, 1, 2].map((axis) => fine.origins[3 * rank + axis]! >> 4) as [number, number, number];
    const parent = index.find(i, j, k);
    if (parent >= 0) owners[parent] = cut.owners[rank]!;
  }
  return { count: cut.count, owners };
}
