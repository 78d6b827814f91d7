/**
 * @file Ghosts: the leaves of others that a subdomain holds since its stencils read them, and which of their voxels. A reach is
 * a box of voxels around the one that is computed; across faces, edges and corners alike (`reach-boxes.ts`).
 *
 * A short reach is walked, offset by offset, from each leaf that reads. A far one, which has thousands of them, is asked for from the
 * other end: whether any leaf that reads lies in the box around another's (`leaf-tree.ts`). Both find the same.
 */
import { BLOCK_EDGE, LeafIndex } from '../leaf-index.ts';
import { leafCountOf, type IndexBox, type Topology } from '../topology.ts';
import { LeafTree } from './leaf-tree.ts';
import { offsetCount, offsetsOf, reachBoxes, reachedOffsets, type OffsetBox, type ReachBox } from './reach-boxes.ts';

/** Leaves of others, ascending by rank, and of each the voxels that are read: 16 words. */
export interface Ghosts {
  readonly ranks: Uint32Array;
  readonly masks: Uint32Array;
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
  /** Whether inactive voxels are named, too. Default: active ones alone, since the others never change. */
  readonly inactive?: boolean;
}

/** What asking a tree costs for a leaf, in look-ups of leaves. */
const TREE_COST = 64;

/** Whether so many look-ups are more than a tree costs that is asked for each leaf. */
const isFar = (lookUps: number, topology: Topology): boolean => lookUps > TREE_COST * leafCountOf(topology);

/** What a subdomain reads of others. */
export function findGhosts(request: GhostRequest): Ghosts {
  const { topology, owners, owner, from = ownLeaves(owners, owner), reach } = request;
  if (from.length === 0) return { ranks: new Uint32Array(), masks: new Uint32Array() };
  const needed = new Needed(owners.length);
  const boxes = reachBoxes(reach);
  const offsets = boxes.reduce((sum, box) => sum + offsetCount(box), 0);
  const walk = isFar(offsets * from.length, topology) ? needFar : needNear;
  walk({ ...request, from }, boxes, needed);
  return needed.among(request.inactive === true ? null : topology.masks);
}

/** Leaves that are needed, and which of their voxels. */
class Needed {
  /** By rank: one more than its place in the lists; 0 where it has none. */
  readonly #places: Int32Array;
  readonly #ranks: number[] = [];
  readonly #masks: Uint32Array[] = [];

  constructor(leafCount: number) {
    this.#places = new Int32Array(leafCount);
  }

  /** Notes voxels of a leaf; tells all that are needed of it by now. */
  add(rank: number, mask: Uint32Array): Uint32Array {
    const place = this.#places[rank]!;
    if (place === 0) {
      this.#places[rank] = this.#ranks.push(rank);
      const words = mask.slice();
      this.#masks.push(words);
      return words;
    }
    const words = this.#masks[place - 1]!;
    for (let word = 0; word < 16; word++) words[word]! |= mask[word]!;
    return words;
  }

  /** All of them, by rank, and what is needed of their active voxels; null: of all. */
  among(active: Uint32Array | null): Ghosts {
    const ranks = Uint32Array.from(this.#ranks).sort();
    const masks = new Uint32Array(16 * ranks.length);
    ranks.forEach((rank, at) => {
      const words = this.#masks[this.#places[rank]! - 1]!;
      for (let word = 0; word < 16; word++) {
        masks[16 * at + word] = words[word]! & (active === null ? 0xffff_ffff : active[16 * rank + word]!);
      }
    });
    return { ranks, masks };
  }
}

/** Who reads, by rank. */
type Readers = GhostRequest & { readonly from: Uint32Array };

/** Walks the offsets from each leaf that reads. */
function needNear({ topology, owners, owner, from, index }: Readers, boxes: readonly ReachBox[], needed: Needed): void {
  const { origins } = topology;
  const leaves = index ?? LeafIndex.of(origins);
  const reached = boxes.flatMap((box) => offsetsOf(box).map((offset) => ({ offset, mask: box.mask })));
  // So those that lie near each other in memory follow each other.
  reached.sort(({ offset: a }, { offset: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  for (const rank of from) {
    const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
    for (const { offset, mask } of reached) {
      const other = leaves.find(x + offset[0], y + offset[1], z + offset[2]);
      if (other >= 0 && owners[other] !== owner) needed.add(other, mask);
    }
  }
}

/** Asks for each leaf of another whether one that reads lies where a box leads from. */
function needFar({ topology, owners, owner, from }: Readers, boxes: readonly ReachBox[], needed: Needed): void {
  const { origins } = topology;
  const readers = new LeafTree(origins, from.toSorted());
  for (let rank = 0; rank < owners.length; rank++) {
    if (owners[rank] === owner) continue;
    const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
    for (const { low, high, mask } of boxes) {
      const reads = readers.any([x - high[0], y - high[1], z - high[2]], [x - low[0], y - low[1], z - low[2]]);
      if (reads && needed.add(rank, mask).every((word) => word === 0xffff_ffff)) break;
    }
  }
}

/** Those of some leaves that have a leaf of another than `owner` within so many leaves: only they look beyond what it owns. */
export function edgeLeaves(
  from: Uint32Array,
  { leaves, ...request }: Omit<GhostRequest, 'from' | 'reach'> & { readonly leaves: number },
): Uint32Array {
  return nearOthers(from, request, { low: [-leaves, -leaves, -leaves], high: [leaves, leaves, leaves] });
}

/** Those of some leaves that have a leaf of another at one of a box of offsets. */
function nearOthers(
  from: Uint32Array,
  { topology, owners, owner, index = LeafIndex.of(topology.origins) }: Omit<GhostRequest, 'from' | 'reach'>,
  box: OffsetBox,
): Uint32Array {
  if (from.length === 0) return from;
  const { origins } = topology;
  const { low, high } = box;
  if (isFar(offsetCount(box) * from.length, topology)) {
    const others = new LeafTree(
      origins,
      Uint32Array.from(owners.keys()).filter((rank) => owners[rank] !== owner),
    );
    return from.filter((rank) => {
      const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
      return others.any([x + low[0], y + low[1], z + low[2]], [x + high[0], y + high[1], z + high[2]]);
    });
  }
  const offsets = offsetsOf(box);
  const farthest = Math.max(...[...low, ...high].map(Math.abs));
  const deep = farthest <= BLOCK_EDGE ? new DeepBlocks(owners, owner, origins, index) : null;
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
  // Another reads within `reach` of its voxels; seen from the leaf that is read, it stands at the opposite offset.
  const opposite = { min: reach.max.map((v) => -v), max: reach.min.map((v) => -v) } as unknown as IndexBox;
  return nearOthers(ownLeaves(owners, owner), { topology, owners, owner }, reachedOffsets(opposite));
}
