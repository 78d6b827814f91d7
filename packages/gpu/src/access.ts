/**
 * @file How a pass touches memory, in the words of this room. The graph reasons about these words alone;
 * `convert.ts` turns them into Vulkan's stages and accesses.
 */

/** One way of touching memory, as seen from the device; `host-*` are the processor's reads and writes of mapped memory. */
export type Access =
  | 'storage-read'
  | 'storage-write'
  | 'uniform'
  | 'indirect'
  | 'conditional'
  | 'vertex'
  | 'index'
  | 'sampled'
  | 'color-attachment'
  | 'depth-attachment'
  | 'transfer-source'
  | 'transfer-target'
  | 'host-read'
  | 'host-write';

/** Every access, in the order in which barriers list them. */
const ACCESSES: readonly Access[] = Object.freeze([
  'storage-read',
  'storage-write',
  'uniform',
  'indirect',
  'conditional',
  'vertex',
  'index',
  'sampled',
  'color-attachment',
  'depth-attachment',
  'transfer-source',
  'transfer-target',
  'host-read',
  'host-write',
]);

/** Accesses as a set of bits, in the order of `ACCESSES`: barriers are merged and compared by them. */
export function accessBits(accesses: readonly Access[]): number {
  let bits = 0;
  for (const access of accesses) bits |= accessBit(access);
  return bits;
}

/** The bit of one access; an unknown word is a TypeError. */
export function accessBit(access: Access): number {
  const index = ACCESSES.indexOf(access);
  if (index < 0) throw new TypeError(`Cannot use access "${access}": it is none of ${ACCESSES.join(', ')}`);
  return 1 << index;
}

/** The accesses of a set of bits, in order. */
export function accessesOf(bits: number): readonly Access[] {
  return ACCESSES.filter((_, index) => (bits & (1 << index)) !== 0);
}
