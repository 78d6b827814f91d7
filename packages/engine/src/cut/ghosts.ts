/**
 * @file Ghosts: the leaves of others that a subdomain holds since its stencils read them, and which of their voxels. A reach is
 * a box of voxels around the one that is computed; across faces, edges and corners alike.
 *
 * What a leaf needs of one at a given offset depends on the offset alone, so the needed voxels are rows of bits made once
 * for each offset, and ORed:
 *
 *     offset (1, 0, 0), reach 2 towards x        offset (1, 1, 0)
 *     ┌────────┐┌──┬─────┐                       only the 2 × 2 voxels at the edge
 *     │  own   ││xx│     │
 *     └────────┘└──┴─────┘
 */
import { BLOCK_EDGE, LeafIndex } from '../leaf-index.ts';
import type { Coordinate, IndexBox, Topology } from '../topology.ts';

/** Leaves of others, ascending by rank, and of each the voxels that are read: 16 words. */
export interface Ghosts {
  readonly ranks: Uint32Array;
  readonly masks: Uint32Array;
}

/** A leaf offset, and which voxels of a leaf there are within reach of one at the origin. */
interface ReachedLeaf {
  readonly offset: Coordinate;
  readonly mask: Uint32Array;
}

/** The leaves around one at the origin that reach (offsets, inclusive) touches; itself where the reach holds its own voxels. */
function reachedLeaves({ min, max }: IndexBox): ReachedLeaf[] {
  const reached: ReachedLeaf[] = [];
  const [first, last] = [min.map((low) => Math.floor(low / 8)), max.map((high) => (high + 7) >> 3)];
  for (let x = first[0]!; x <= last[0]!; x++) {
    for (let y = first[1]!; y <= last[1]!; y++) {
      for (let z = first[2]!; z <= last[2]!; z++) {
        const mask = reachedVoxels([x, y, z], { min, max });
        if (mask.some((word) => word !== 0)) reached.push({ offset: [x, y, z], mask });
      }
    }
  }
  return reached;
}

function reachedVoxels(offset: Coordinate, { min, max }: IndexBox): Uint32Array {
  const mask = new Uint32Array(16);
  const low = offset.map((leaf, axis) => Math.max(0, min[axis]! - 8 * leaf));
  const high = offset.map((leaf, axis) => Math.min(7, 7 + max[axis]! - 8 * leaf));
  for (let x = low[0]!; x <= high[0]!; x++) {
    for (let y = low[1]!; y <= high[1]!; y++) {
      for (let z = low[2]!; z <= high[2]!; z++) {
        const bit = (x << 6) | (y << 3) | z;
        mask[bit >> 5]! |= 1 << (bit & 31);
      }
    }
  }
  return mask;
}

/** Who reads what of one level. */
export interface GhostRequest {
  readonly topology: Topology;
  readonly owners: Uint32Array;
  readonly owner: number;
  /** Ranks of the leaves from whose voxels is read; default: the owner's own. They need not be the owner's. */
  readonly from?: Uint32Array;
  /** Inclusive offsets in voxels. */
  readonly reach: IndexBox;
  readonly index?: LeafIndex;
}

/** What a subdomain reads of others. Only active voxels are named: the others never change. */
export function findGhosts(request: GhostRequest): Ghosts {
  const { topology, owners, owner, from = ownLeaves(owners, owner), reach } = request;
  const { index = LeafIndex.of(topology.origins) } = request;
  const reached = reachedLeaves(reach);
  const needed = new Map<number, Uint32Array>();
  for (const rank of from) {
    const { origins } = topology;
    const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
    for (const { offset, mask } of reached) {
      const other = index.find(x + offset[0], y + offset[1], z + offset[2]);
      if (other < 0 || owners[other] === owner) continue;
      let words = needed.get(other);
      if (words === undefined) needed.set(other, (words = new Uint32Array(16)));
      for (let word = 0; word < 16; word++) words[word]! |= mask[word]!;
    }
  }
  const ranks = Uint32Array.from(needed.keys()).sort();
  const masks = new Uint32Array(16 * ranks.length);
  ranks.forEach((rank, at) => {
    const words = needed.get(rank)!;
    for (let word = 0; word < 16; word++) masks[16 * at + word] = words[word]! & topology.masks[16 * rank + word]!;
  });
  return { ranks, masks };
}

/** Those of some leaves that have a leaf of another than `owner` within so many leaves: only they look beyond what it owns. */
export function edgeLeaves(
  from: Uint32Array,
  {
    topology,
    owners,
    owner,
    index = LeafIndex.of(topology.origins),
    leaves,
  }: Omit<GhostRequest, 'from' | 'reach'> & {
    readonly leaves: number;
  },
): Uint32Array {
  const most = 8 * leaves;
  const offsets = reachedLeaves({ min: [-most, -most, -most], max: [most, most, most] }).map(({ offset }) => offset);
  const { origins } = topology;
  const deep = leaves <= BLOCK_EDGE ? new DeepBlocks(owners, owner, origins, index) : null;
  return from.filter((rank) => {
    const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
    if (deep?.has(x, y, z) === true) return false;
    for (const [dx, dy, dz] of offsets) {
      const other = index.find(x + dx, y + dy, z + dz);
      if (other >= 0 && owners[other] !== owner) return true;
    }
    return false;
  });
}

/** Offsets of a block and those that touch it. */
const AROUND: readonly (readonly [number, number, number])[] = Object.freeze(
  [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const))),
);
/** In place of an owner: there are several. */
const MIXED = 0xffff_ffff;

/** Blocks of leaves around which, a block far, all is one owner's: most of what it owns. */
class DeepBlocks {
  readonly #index: LeafIndex;
  readonly #owner: number;
  /** By block: the owner of all its leaves, or MIXED. */
  readonly #owners: Uint32Array;
  /** By block: 0 not known yet, 1 deep, 2 not. */
  readonly #known: Uint8Array;

  constructor(owners: Uint32Array, owner: number, origins: Int32Array, index: LeafIndex) {
    this.#index = index;
    this.#owner = owner;
    this.#owners = new Uint32Array(index.blockCount);
    this.#known = new Uint8Array(index.blockCount);
    const seen = new Uint8Array(index.blockCount);
    for (let rank = 0; rank < owners.length; rank++) {
      const block = index.blockAt(origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3);
      if (seen[block] === 0) this.#owners[block] = owners[rank]!;
      else if (this.#owners[block] !== owners[rank]) this.#owners[block] = MIXED;
      seen[block] = 1;
    }
  }

  /** Whether the block of leaf x, y, z is one of them. */
  has(x: number, y: number, z: number): boolean {
    const block = this.#index.blockAt(x, y, z);
    if (block < 0) return false;
    if (this.#known[block] === 0) this.#known[block] = this.#isDeep(x, y, z) ? 1 : 2;
    return this.#known[block] === 1;
  }

  #isDeep(x: number, y: number, z: number): boolean {
    return AROUND.every((offset) => {
      const block = this.#index.blockAt(x, y, z, offset);
      return block < 0 || this.#owners[block] === this.#owner;
    });
  }
}

/** The union of ghosts of one subdomain and level. */
export function mergeGhosts(all: readonly Ghosts[]): Ghosts {
  if (all.length === 1) return all[0]!;
  const ranks = Uint32Array.from(new Set(all.flatMap((ghosts) => [...ghosts.ranks]))).sort();
  const places = new Map(Array.from(ranks, (rank, place) => [rank, place]));
  const masks = new Uint32Array(16 * ranks.length);
  for (const ghosts of all) {
    ghosts.ranks.forEach((rank, at) => {
      const place = places.get(rank)!;
      for (let word = 0; word < 16; word++) masks[16 * place + word]! |= ghosts.masks[16 * at + word]!;
    });
  }
  return { ranks, masks };
}

/** Ranks of a subdomain's own leaves, ascending. */
export function ownLeaves(owners: Uint32Array, owner: number): Uint32Array<ArrayBuffer> {
  const ranks = new Uint32Array(owners.length);
  let count = 0;
  owners.forEach((each, rank) => {
    if (each === owner) ranks[count++] = rank;
  });
  return ranks.slice(0, count);
}

/** Ranks of the subdomain's own leaves that lie within `reach` of a leaf of another: what they compute, others read. */
export function boundaryLeaves(topology: Topology, owners: Uint32Array, owner: number, reach: IndexBox): Uint32Array {
  const index = LeafIndex.of(topology.origins);
  // Another reads within `reach` of its voxels; seen from the leaf that is read, it stands at the opposite offset.
  const opposite = { min: reach.max.map((v) => -v), max: reach.min.map((v) => -v) } as unknown as IndexBox;
  const reached = reachedLeaves(opposite);
  const ranks: number[] = [];
  for (let rank = 0; rank < owners.length; rank++) {
    if (owners[rank] !== owner) continue;
    const [x, y, z] = [0, 1, 2].map((axis) => topology.origins[3 * rank + axis]! >> 3) as [number, number, number];
    const seen = reached.some(({ offset }) => {
      const other = index.find(x + offset[0], y + offset[1], z + offset[2]);
      return other >= 0 && owners[other] !== owner;
    });
    if (seen) ranks.push(rank);
  }
  return Uint32Array.from(ranks);
}
