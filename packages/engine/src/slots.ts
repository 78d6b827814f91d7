/**
 * @file Where the leaves of a fresh subdomain stand in memory, and so in its passes: in bricks, cubes of 64 leaves an edge that are
 * filled row by row along z. A sector of memory lies along z, and of the leaf behind in z a stencil loads one for each single
 * value: beside each other, leaves find it in the caches (README.md of `@halocline/stencil` has the figures). Where caches are what
 * stencils wait for, bricks are filled by boxes of 1×2×4 leaves, which a workgroup takes together. The view of a cut domain
 * (`volume.ts`) and halos of one's own (`halo/`), whose values come and go by rank, have the order of ranks. Nothing else hangs on
 * it, since whoever looks for a leaf asks for its slot.
 */
import type { LocalLevel } from './local-level.ts';

/** The order in which leaves get their slots. */
export type SlotOrder = 'ranks' | 'bricks' | 'boxes';

/** Leaves along an edge of a brick, as a power of two. */
const BRICK_BITS = 6;
const BRICK_MASK = (1 << BRICK_BITS) - 1;

/** Place → slot of every leaf that is held: the subdomain's own first, then the ghosts. Slot 0 is the leaf of background. */
export function freshSlots(
  { topology, ranks, ownCount }: Pick<LocalLevel, 'topology' | 'ranks' | 'ownCount'>,
  order: SlotOrder,
): Uint32Array<ArrayBuffer> {
  const slots = Uint32Array.from(ranks, (_, place) => place + 1);
  if (order !== 'ranks') {
    const numberOf = order === 'boxes' ? byBoxes : byRows;
    placeInBricks(slots, topology.origins, 0, ownCount, numberOf);
    placeInBricks(slots, topology.origins, ownCount, ranks.length, numberOf);
  }
  return slots;
}

type NumberOf = (x: number, y: number, z: number) => number;

/** A leaf's number in its brick, row by row along z. */
const byRows: NumberOf = (x, y, z) => (((x << BRICK_BITS) | y) << BRICK_BITS) | z;

/** The same where each row is of boxes of two leaves along y and four along z. */
const byBoxes: NumberOf = (x, y, z) =>
  (x << (2 * BRICK_BITS)) | ((y >> 1) << (BRICK_BITS + 1)) | ((z >> 2) << 3) | ((y & 1) << 2) | (z & 3);

/** Gives the places from `first` up to `end`, which are in Morton order, the same slots in another order. */
function placeInBricks(slots: Uint32Array, origins: Int32Array, first: number, end: number, numberOf: NumberOf): void {
  const leaf = (place: number, axis: number): number => origins[3 * place + axis]! >> 3;
  const isSame = (a: number, b: number): boolean =>
    [0, 1, 2].every((axis) => leaf(a, axis) >> BRICK_BITS === leaf(b, axis) >> BRICK_BITS);
  // Morton order comes to a brick once.
  for (let start = first; start < end;) {
    let next = start + 1;
    while (next < end && isSame(start, next)) next++;
    const rows = Float64Array.from({ length: next - start }, (_, at) => {
      const [x, y, z] = [0, 1, 2].map((axis) => leaf(start + at, axis) & BRICK_MASK) as [number, number, number];
      return numberOf(x, y, z) * 2 ** (3 * BRICK_BITS) + at;
    }).sort();
    rows.forEach((row, at) => (slots[start + (row % 2 ** (3 * BRICK_BITS))] = start + at + 1));
    start = next;
  }
}
