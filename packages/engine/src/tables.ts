/**
 * @file The tables of one level of one subdomain, as the kernels read them. All are arrays of 32-bit words; slot 0 is the
 * leaf of background, so a missing neighbour needs no branch.
 *
 *     leaves     capacity        rank → slot, ranks in Morton order of leaf origin
 *     count      4               groups in x, y, z of a leaf pass (two leaves a group), leaf count
 *     leafTable  32 × capacity   per slot: 0–26 slots of the neighbours, (dx+1)·9 + (dy+1)·3 + (dz+1);
 *                                27–29 origin i, j, k; 30 slot of the coarser level's leaf above; 31 rank
 *     masks      16 × capacity   per slot: active voxels
 *     children   8 × capacity    per slot: slots of the finer level's leaves below, dx·4 + dy·2 + dz; 0 where there is none
 *
 * A leaf keeps its slot for life, whatever its rank becomes.
 */
import { foldGroups } from '@halocline/gpu';
import { LeafIndex } from './leaf-index.ts';
import { leafCountOf, type Topology } from './topology.ts';

/** Leaves that one workgroup of a leaf pass takes. */
const LEAVES_PER_GROUP = 2;
/** Workgroups in x up to which a dispatch isn't folded into y: what every device can do. */
const MAX_GROUPS_X = 65_535;
/** 32-bit words of the leaf table for each slot. */
const LEAF_TABLE_WORDS = 32;

/** The five tables of a level, on the host. Words are u32 (origins: the bits of an i32). */
export interface LevelTables {
  /** Slots, the leaf of background included. */
  readonly capacity: number;
  readonly leafCount: number;
  readonly leaves: Uint32Array<ArrayBuffer>;
  readonly count: Uint32Array<ArrayBuffer>;
  readonly leafTable: Uint32Array<ArrayBuffer>;
  readonly masks: Uint32Array<ArrayBuffer>;
  readonly children: Uint32Array<ArrayBuffer>;
}

/** Groups in x, y, z and the leaf count: the indirect arguments of a pass over `leafCount` leaves. */
export function leafArguments(leafCount: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(...foldGroups(Math.ceil(leafCount / LEAVES_PER_GROUP), MAX_GROUPS_X), leafCount);
}

/** Slot of the leaf at position `rank` of a fresh topology. */
function freshSlot(rank: number): number {
  return rank + 1;
}

/** The tables of `levels` (finest first; each the coarsening of the one before). */
export function buildTables(levels: readonly Topology[]): LevelTables[] {
  const indices = levels.map((level) => new LeafIndex(level.origins));
  return levels.map((level, k) => {
    const leafCount = leafCountOf(level);
    const capacity = leafCount + 1;
    const leaves = new Uint32Array(capacity);
    const masks = new Uint32Array(16 * capacity);
    for (let rank = 0; rank < leafCount; rank++) leaves[rank] = freshSlot(rank);
    masks.set(level.masks, 16);
    const leafTable = new Uint32Array(LEAF_TABLE_WORDS * capacity);
    for (let rank = 0; rank < leafCount; rank++) {
      const at = LEAF_TABLE_WORDS * freshSlot(rank);
      writeNeighbours(leafTable, at, level.origins, rank, indices[k]!);
      leafTable.set(level.origins.subarray(3 * rank, 3 * rank + 3), at + 27);
      const parent = indices[k + 1] === undefined ? -1 : findParent(indices[k + 1]!, level.origins, rank);
      leafTable[at + 30] = parent < 0 ? 0 : freshSlot(parent);
      leafTable[at + 31] = rank;
    }
    const children = buildChildren(level, capacity, k === 0 ? null : indices[k - 1]!);
    return { capacity, leafCount, leaves, count: leafArguments(leafCount), leafTable, masks, children };
  });
}

function writeNeighbours(table: Uint32Array, at: number, origins: Int32Array, rank: number, index: LeafIndex): void {
  const [x, y, z] = [origins[3 * rank]! >> 3, origins[3 * rank + 1]! >> 3, origins[3 * rank + 2]! >> 3];
  let word = at;
  for (let dx = -1; dx <= 1; dx++) {
    for (let dy = -1; dy <= 1; dy++) {
      for (let dz = -1; dz <= 1; dz++) {
        const neighbour = index.find(x + dx, y + dy, z + dz);
        table[word++] = neighbour < 0 ? 0 : freshSlot(neighbour);
      }
    }
  }
}

function findParent(coarse: LeafIndex, origins: Int32Array, rank: number): number {
  return coarse.find(origins[3 * rank]! >> 4, origins[3 * rank + 1]! >> 4, origins[3 * rank + 2]! >> 4);
}

function buildChildren(level: Topology, capacity: number, fine: LeafIndex | null): Uint32Array<ArrayBuffer> {
  const children = new Uint32Array(8 * capacity);
  if (fine === null) return children;
  for (let rank = 0; rank < leafCountOf(level); rank++) {
    const [x, y, z] = [0, 1, 2].map((axis) => (level.origins[3 * rank + axis]! >> 3) * 2);
    for (let octant = 0; octant < 8; octant++) {
      const child = fine.find(x! + (octant >> 2), y! + ((octant >> 1) & 1), z! + (octant & 1));
      children[8 * freshSlot(rank) + octant] = child < 0 ? 0 : freshSlot(child);
    }
  }
  return children;
}
