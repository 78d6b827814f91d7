/**
 * @file The stretches of a long pass: parts of a subdomain's leaves that a stencil runs over one after the other while a message
 * is packed, travels and is unpacked. A boundary of a layer of leaves is a fiftieth of a large subdomain and lies strewn over all
 * of its memory: alone it fills no card, and finds nothing in the caches that another leaf has brought. So whole chunks of leaves, which are
 * neighbours on the curve and in memory, go first where any of them is read by others.
 *
 *     leaves on the curve   ──nnnn──nn────nn──…      n: chunks with boundary
 *     in stretches          nnnnnnnn │ packing │ travelling … │ unpacking
 */

/**
 * A part of a long pass: the boundary and what is `near` it; what runs beside the `packing`, while the message is `travelling`, and beside the
 * `unpacking`.
 */
export type Stretch = 'near' | 'packing' | 'travelling' | 'unpacking';

/** In the order in which they run. */
export const STRETCHES: readonly Stretch[] = Object.freeze(['near', 'packing', 'travelling', 'unpacking']);

/** Bytes of fields that a pass must touch on each device to be long: about a millisecond of a card's memory, several times what a hop takes. */
export const LONG_BYTES: number = 4 * 2 ** 30;

/** Leaves of a chunk, where there are so many that the chunks with boundary are no more than `MOST_NEAR` of all. */
const CHUNK = 512;
const MOST_NEAR = 0.3;
/** Share of the leaves beside which is packed, and unpacked: longer than either takes, by far. */
const BESIDE = 1 / 16;

/** Puts leaves, in the order of the curve, in stretches; `isRead` tells of those that others read. */
export function stretchesOf(leaves: Uint32Array, isRead: (slot: number) => boolean): ReadonlyMap<Stretch, Uint32Array> {
  let chunk = CHUNK;
  let near = nearOf(leaves, isRead, chunk);
  while (chunk > 1 && near.size > MOST_NEAR * leaves.length) near = nearOf(leaves, isRead, (chunk /= 2));
  const rest = leaves.filter((slot) => !near.has(slot));
  const beside = Math.min(Math.ceil(BESIDE * leaves.length), Math.floor(rest.length / 3));
  return new Map<Stretch, Uint32Array>([
    ['near', leaves.filter((slot) => near.has(slot))],
    ['packing', rest.subarray(0, beside)],
    ['travelling', rest.subarray(beside, rest.length - beside)],
    ['unpacking', rest.subarray(rest.length - beside)],
  ]);
}

/** The leaves of all chunks with a leaf that others read. */
function nearOf(leaves: Uint32Array, isRead: (slot: number) => boolean, chunk: number): Set<number> {
  const near = new Set<number>();
  for (let first = 0; first < leaves.length; first += chunk) {
    const own = leaves.subarray(first, first + chunk);
    if (own.some(isRead)) for (const slot of own) near.add(slot);
  }
  return near;
}
