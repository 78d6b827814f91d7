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

/** How an image's memory is arranged: its Vulkan layout. A usage implies one; storage images live in 'general'. */
export type ImageLayout =
  | 'undefined'
  | 'general'
  | 'color-attachment'
  | 'depth-attachment'
  | 'sampled'
  | 'transfer-source'
  | 'transfer-target';

/** A usage in Vulkan's own terms, where no word fits: bits of VkPipelineStageFlags2 and VkAccessFlags2, and the layout of an image. */
export interface RawUsage {
  readonly stage: bigint;
  readonly access: bigint;
  /** For images; default 'general'. */
  readonly layout?: ImageLayout;
}

/** How a pass touches a resource: one of this room's words, or raw. */
export type Usage = Access | RawUsage;

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

/** Whether these usages are all words. */
export function areWords(usages: readonly Usage[]): usages is readonly Access[] {
  for (const usage of usages) if (typeof usage !== 'string') return false;
  return true;
}
