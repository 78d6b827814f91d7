/**
 * @file Memory whose address is known, as bytes that JavaScript can write: the arena's chunks, pinned buffers,
 * and, for a moment, whatever else an address points to.
 *
 * Addresses fit a double exactly (user space ends at 2⁴⁷, at most 2⁵²), so arithmetic on them is in plain numbers.
 * All platforms that Node runs Vulkan on are little-endian.
 */
import { addressOf, releaseView, viewMemory } from './ffi.ts';

/** A run of memory: its address in bytes and views of its bytes. */
export interface Region {
  readonly base: number;
  readonly view: DataView<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The region of a buffer that JavaScript owns. */
export function regionOf(buffer: ArrayBuffer, address: bigint = addressOf(buffer)): Region {
  return { base: Number(address), view: new DataView(buffer), bytes: new Uint8Array(buffer) };
}

/** Regions that addresses are looked up in before a view has to be made. */
const known: Region[] = [];

/** Adds a region to those that addresses are looked up in. */
export function addRegion(region: Region): void {
  known.push(region);
}

/** Takes a region away again. */
export function removeRegion(region: Region): void {
  const index = known.indexOf(region);
  if (index >= 0) known.splice(index, 1);
}

/** Calls `body` with the region and the byte offset in it where an address lies. */
export function withMemory<T>(address: bigint, byteLength: number, body: (region: Region, offset: number) => T): T {
  const at = Number(address);
  for (let i = 0; i < known.length; i++) {
    const region = known[i] as Region;
    const offset = at - region.base;
    if (offset >= 0 && offset + byteLength <= region.bytes.byteLength) return body(region, offset);
  }
  if (at === 0) throw new Error('Bug in a caller: a struct is read or written at the null pointer');
  if (byteLength === 0) return body(regionOf(new ArrayBuffer(0)), 0);
  const view = viewMemory(address, byteLength);
  try {
    return body(regionOf(view, address), 0);
  } finally {
    releaseView(view);
  }
}

/** Memory of our own whose address never changes. */
export interface Pinned extends Disposable {
  /** Address of the first byte. */
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
}

/**
 * Zeroed memory of a fixed address that lives until it is disposed. The alignment (bytes, a power of two) is at
 * least 8; a page's (4096) makes the memory fit for VK_EXT_external_memory_host.
 */
export function pinned(byteLength: number, options: { readonly alignment?: number } = {}): Pinned {
  const alignment = options.alignment ?? 8;
  const owner = new ArrayBuffer(alignment > 8 ? byteLength + alignment : Math.max(byteLength, 8));
  const start = addressOf(owner);
  const address = alignment > 8 ? (start + BigInt(alignment - 1)) & ~BigInt(alignment - 1) : start;
  const buffer = alignment > 8 ? viewMemory(address, byteLength) : owner;
  const region = regionOf(buffer, address);
  addRegion(region);
  return {
    address,
    buffer,
    [Symbol.dispose]() {
      if (owner.detached) return;
      removeRegion(region);
      if (buffer !== owner) releaseView(buffer);
      owner.transfer(0);
    },
  };
}
