/**
 * @file The tables of one level of one subdomain, as the kernels read them. All are arrays of 32-bit words; slot 0 is the
 * leaf of background, so a missing neighbour needs no branch.
 *
 *     leaves     capacity        the slots that passes run over: the subdomain's own leaves, in order of rank
 *     visits     8 × leaf        of the same leaves in the order of their slots: a leaf's slot, 1 where all of its voxels are active
 *                                (3 where those of the 26 leaves around it are too), and the slots of the leaves beyond its faces
 *                                −x, +x, −y, +y, −z, +z: one read tells all that a pass over taps asks. Some rows of zeros behind them
 *     count      4               groups in x, y, z of a leaf pass with two leaves a group, leaf count
 *     leafTable  32 × capacity   per slot: 0–26 slots of the neighbours, (dx+1)·9 + (dy+1)·3 + (dz+1);
 *                                27–29 origin i, j, k; 30 slot of the coarser level's leaf above; 31 rank in
 *                                the whole level
 *     masks      16 × capacity   per slot: active voxels
 *     children   8 × capacity    per slot: slots of the finer level's leaves below, dx·4 + dy·2 + dz; 0 where there is none
 *
 * A leaf keeps its slot for life, whatever its rank becomes.
 */
import { foldGroups } from '@halocline/gpu';
import { GROUP_LEAVES, groupsOf, type GroupLeaves } from '@halocline/stencil';
import { LeafIndex } from './leaf-index.ts';
import type { LocalLevel } from './local-level.ts';
import { freshSlots, type SlotOrder } from './slots.ts';

/** Workgroups in x up to which a dispatch isn't folded into y: what every device can do. */
const MAX_GROUPS_X = 65_535;
/** 32-bit words of the leaf table for each slot. */
const LEAF_TABLE_WORDS = 32;
/** Of the 27 words of a leaf and those around it, its own. */
const OWN_WORD = 13;
/** 32-bit words of a visit, and the words of the leaf table that stand in it. */
const VISIT_WORDS = 8;
const FACES: readonly number[] = [4, 22, 10, 16, 12, 14];

/** The six tables of a level, on the host. Words are u32 (origins: the bits of an i32). */
export interface LevelTables {
  /** Slots, the leaf of background and the ghosts included. */
  readonly capacity: number;
  /** The subdomain's own. */
  readonly leafCount: number;
  /** Place → slot of every leaf that is held, ghosts last. */
  readonly slots: Uint32Array<ArrayBuffer>;
  readonly leaves: Uint32Array<ArrayBuffer>;
  readonly visits: Uint32Array<ArrayBuffer>;
  readonly count: Uint32Array<ArrayBuffer>;
  readonly leafTable: Uint32Array<ArrayBuffer>;
  readonly masks: Uint32Array<ArrayBuffer>;
  readonly children: Uint32Array<ArrayBuffer>;
}

/** Groups in x, y, z and the leaf count: the indirect arguments of a pass over `leafCount` leaves, `groupLeaves` for each workgroup. */
export function leafArguments(leafCount: number, groupLeaves: GroupLeaves): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(...foldGroups(groupsOf(leafCount, groupLeaves), MAX_GROUPS_X), leafCount);
}

/** A level's leaves by their coordinates, and their slots by place. */
interface Placed {
  readonly index: LeafIndex;
  readonly slots: Uint32Array<ArrayBuffer>;
}

/** The tables of `levels` (finest first; each the coarsening of the one before), their leaves in memory in some order. */
export function buildTables(levels: readonly LocalLevel[], order: SlotOrder = 'ranks'): LevelTables[] {
  const placed = levels.map((level): Placed => {
    return { index: new LeafIndex(level.topology.origins), slots: freshSlots(level, order) };
  });
  return levels.map(({ topology, ranks, ownCount }, k) => {
    const capacity = ranks.length + 1;
    const { slots } = placed[k]!;
    const leaves = new Uint32Array(capacity);
    leaves.set(slots.subarray(0, ownCount));
    const masks = new Uint32Array(16 * capacity);
    slots.forEach((slot, place) => {
      for (let word = 0; word < 16; word++) masks[16 * slot + word] = topology.masks[16 * place + word]!;
    });
    const leafTable = new Uint32Array(LEAF_TABLE_WORDS * capacity);
    ranks.forEach((rank, place) => {
      const at = LEAF_TABLE_WORDS * slots[place]!;
      writeNeighbours(leafTable, topology.origins, place, placed[k]!);
      for (let axis = 0; axis < 3; axis++) leafTable[at + 27 + axis] = topology.origins[3 * place + axis]!;
      const coarse = placed[k + 1];
      leafTable[at + 30] = coarse === undefined ? 0 : parentSlot(coarse, topology.origins, place);
      leafTable[at + 31] = rank;
    });
    const children = buildChildren(topology.origins, slots, k === 0 ? null : placed[k - 1]!);
    const visits = visitsOf({ leafTable, masks }, leaves.slice(0, ownCount).sort());
    const count = leafArguments(ownCount, 2);
    return { capacity, leafCount: ownCount, slots, leaves, visits, count, leafTable, masks, children };
  });
}

/**
 * Rows of visits, those of zeros behind them too: all that workgroups of a pass over some of the leaves, wherever they begin, may read
 * before they know how many there are. Of a dispatch that is folded, whole workgroups may stand behind the last leaf.
 */
function visitRows(leafCount: number): number {
  const most = Math.max(...GROUP_LEAVES) as GroupLeaves;
  const [, y, z] = foldGroups(groupsOf(leafCount, most), MAX_GROUPS_X);
  return leafCount + most * y * z;
}

/** The visits of some leaves, in their order. */
export function visitsOf(
  { leafTable, masks }: Pick<LevelTables, 'leafTable' | 'masks'>,
  slots: Uint32Array,
): Uint32Array<ArrayBuffer> {
  const visits = new Uint32Array(VISIT_WORDS * visitRows(slots.length));
  const whole = wholeSlots(masks);
  slots.forEach((slot, place) => {
    const row = LEAF_TABLE_WORDS * slot;
    let around = whole[slot]!;
    for (let word = 0; word < 27 && around === 1; word++) around = whole[leafTable[row + word]!]!;
    const at = VISIT_WORDS * place;
    visits[at] = slot;
    visits[at + 1] = whole[slot]! + 2 * around;
    for (let face = 0; face < FACES.length; face++) visits[at + 2 + face] = leafTable[row + FACES[face]!]!;
  });
  return visits;
}

/** 1 for each slot whose voxels are all active. */
function wholeSlots(masks: Uint32Array): Uint8Array {
  const whole = new Uint8Array(masks.length / 16);
  for (let slot = 0; slot < whole.length; slot++) {
    let at = 16 * slot;
    while (at < 16 * slot + 16 && masks[at] === 0xffffffff) at++;
    whole[slot] = at === 16 * slot + 16 ? 1 : 0;
  }
  return whole;
}

/** Writes a leaf into its own row, each of those behind it too, and itself into theirs: every pair is looked for once. */
function writeNeighbours(table: Uint32Array, origins: Int32Array, place: number, { index, slots }: Placed): void {
  const [x, y, z] = [origins[3 * place]! >> 3, origins[3 * place + 1]! >> 3, origins[3 * place + 2]! >> 3];
  const slot = slots[place]!;
  const row = LEAF_TABLE_WORDS * slot;
  table[row + OWN_WORD] = slot;
  for (let word = OWN_WORD + 1; word <= 2 * OWN_WORD; word++) {
    const dx = Math.floor(word / 9) - 1;
    const dy = (Math.floor(word / 3) % 3) - 1;
    const neighbour = index.find(x + dx, y + dy, z + (word % 3) - 1);
    if (neighbour < 0) continue;
    table[row + word] = slots[neighbour]!;
    table[LEAF_TABLE_WORDS * slots[neighbour]! + 2 * OWN_WORD - word] = slot;
  }
}

/** Slot of the coarser level's leaf above; 0 where there is none. */
function parentSlot({ index, slots }: Placed, origins: Int32Array, place: number): number {
  const parent = index.find(origins[3 * place]! >> 4, origins[3 * place + 1]! >> 4, origins[3 * place + 2]! >> 4);
  return parent < 0 ? 0 : slots[parent]!;
}

function buildChildren(origins: Int32Array, slots: Uint32Array, fine: Placed | null): Uint32Array<ArrayBuffer> {
  const children = new Uint32Array(8 * (slots.length + 1));
  if (fine === null) return children;
  for (let place = 0; place < slots.length; place++) {
    const [x, y, z] = [0, 1, 2].map((axis) => (origins[3 * place + axis]! >> 3) * 2);
    for (let octant = 0; octant < 8; octant++) {
      const child = fine.index.find(x! + (octant >> 2), y! + ((octant >> 1) & 1), z! + (octant & 1));
      children[8 * slots[place]! + octant] = child < 0 ? 0 : fine.slots[child]!;
    }
  }
  return children;
}
