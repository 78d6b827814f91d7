/**
 * @file Morton (Z) order of leaves: the order of a topology's ranks, and so of its cuts and of its reductions.
 *
 * The key interleaves the bits of the three leaf coordinates (index coordinate / 8), x the most significant of each
 * triple. Coordinates are biased by 2²⁸, so that the order of two leaves depends on nothing but themselves: leaves that
 * come and go never reorder the others. Keys of 87 bits are never formed: two coordinates are compared by the highest
 * bit in which they differ (T. M. Chan, "A minimalist's implementation of an approximate nearest neighbor algorithm",
 * 2006, gives the test `a < b && a < (a ^ b)`).
 */

const BIAS = 1 << 28;

/** Whether the highest set bit of `a` is below that of `b`. Both are non-negative 31-bit integers. */
function highestBitBelow(a: number, b: number): boolean {
  return a < b && a < (a ^ b);
}

/** Negative, zero or positive as leaf a comes before, at, or after leaf b. Coordinates are leaf coordinates: origin / 8. */
export function compareMorton(ax: number, ay: number, az: number, bx: number, by: number, bz: number): number {
  const dx = (ax + BIAS) ^ (bx + BIAS);
  const dy = (ay + BIAS) ^ (by + BIAS);
  const dz = (az + BIAS) ^ (bz + BIAS);
  if (highestBitBelow(dx, dy)) return highestBitBelow(dy, dz) ? az - bz : ay - by;
  return highestBitBelow(dx, dz) ? az - bz : ax - bx;
}

/** The permutation that sorts leaf origins (n × 3 index coordinates, multiples of 8) into Morton order: rank → position. */
export function mortonOrder(origins: Int32Array): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from({ length: origins.length / 3 }, (_, index) => index);
  const leaf = origins.map((value) => value >> 3);
  return order.sort((a, b) =>
    compareMorton(leaf[3 * a]!, leaf[3 * a + 1]!, leaf[3 * a + 2]!, leaf[3 * b]!, leaf[3 * b + 1]!, leaf[3 * b + 2]!),
  );
}
