/**
 * @file The arena: where structs, arrays and strings stand while a command reads them.
 *
 * Allocation moves a mark up through pinned chunks of memory; the end of a scope moves it back and zeroes what was
 * used, so that fresh memory is always zero and a stale address shows at once as nulls. Chunks never move: when one is
 * full the next begins, and addresses stay valid until their scope ends. Each thread has an arena of its own.
 */
import { addRegion, regionOf, removeRegion, withMemory, type Region } from './region.ts';
import type { Pointer } from './types.ts';

const FIRST_CHUNK_BYTES = 64 * 1024;
/** Chunks beyond this many bytes in all are given back when the outermost scope ends. */
const KEPT_BYTES = 1024 * 1024;

let chunks: Region[] = [];
let chunk: Region | undefined;
let chunkIndex = -1;
let top = 0;
let depth = 0;
let heldBytes = 0;

/** What `reserve` found: the chunk, valid until the next reservation. */
export function reservedIn(): Region {
  return chunk as Region;
}

/** Reserves zeroed bytes, aligned to 8, and returns the offset in `reservedIn()`. */
export function reserve(byteLength: number): number {
  if (depth === 0) {
    throw new Error('Bug in a caller: memory of the arena is asked for outside any arena.scope');
  }
  if (chunk === undefined || top + byteLength > chunk.bytes.byteLength) nextChunk(byteLength);
  const offset = top;
  top = roundUp(offset + byteLength);
  return offset;
}

/** The next multiple of 8; exact to 2⁵³, since the lowest bits stay when 32 are left. */
export function roundUp(byteLength: number): number {
  return byteLength + (-byteLength & 7);
}

/** Moves on to a chunk with this many free bytes, made if there is none. */
function nextChunk(byteLength: number): void {
  let index = chunkIndex + 1;
  while (index < chunks.length && byteLength > (chunks[index] as Region).bytes.byteLength) index++;
  if (index === chunks.length) addChunk(byteLength);
  chunkIndex = index;
  chunk = chunks[index];
  top = 0;
}

function addChunk(byteLength: number): void {
  const doubled = chunks.length === 0 ? FIRST_CHUNK_BYTES : (chunks.at(-1) as Region).bytes.byteLength * 2;
  const size = Math.max(Math.min(doubled, KEPT_BYTES), roundUp(byteLength));
  const added = regionOf(new ArrayBuffer(size));
  chunks.push(added);
  heldBytes += size;
  addRegion(added);
}

/** Zeroes everything from a mark up to the present top, and returns to the mark. */
function rewind(index: number, mark: number): void {
  if (chunkIndex === index && top === mark) return;
  for (let i = Math.max(index, 0); i <= chunkIndex; i++) {
    const { bytes } = chunks[i] as Region;
    bytes.fill(0, i === index ? mark : 0, i === chunkIndex ? top : bytes.byteLength);
  }
  chunkIndex = index;
  chunk = chunks[index];
  top = mark;
  if (depth === 0 && heldBytes > KEPT_BYTES) giveBack();
}

/** Gives back the chunks beyond those that are kept. */
function giveBack(): void {
  let kept = 0;
  const keep = chunks.filter((it) => (kept += it.bytes.byteLength) <= KEPT_BYTES);
  for (const region of chunks) if (!keep.includes(region)) removeRegion(region);
  chunks.splice(0, chunks.length, ...keep);
  heldBytes = keep.reduce((sum, it) => sum + it.bytes.byteLength, 0);
}

function scope<T>(body: () => T): T {
  const index = chunkIndex;
  const mark = top;
  depth++;
  try {
    const result = body();
    if (typeof result === 'object' && typeof (result as { then?: unknown } | null)?.then === 'function') {
      throw new Error(
        'Bug in a caller: the body of an arena.scope is asynchronous, and its memory would be dropped while it waits',
      );
    }
    return result;
  } finally {
    depth--;
    rewind(index, mark);
  }
}

/** What a body gave, and the memory that it allocated, which stays until this is disposed. */
export interface Held<T> extends Disposable {
  readonly value: T;
}

function hold<T>(body: () => T): Held<T> {
  const outer = { chunks, chunk, chunkIndex, top, depth, heldBytes };
  const own: Region[] = [];
  [chunks, chunk, chunkIndex, top, depth, heldBytes] = [own, undefined, -1, 0, 1, 0];
  const release = (): void => own.splice(0).forEach(removeRegion);
  try {
    return { value: body(), [Symbol.dispose]: release };
  } catch (error) {
    release();
    throw error;
  } finally {
    ({ chunks, chunk, chunkIndex, top, depth, heldBytes } = outer);
  }
}

/** Reserves bytes and returns their address. */
function allocate(byteLength: number): bigint {
  if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
    throw new RangeError(
      `Bug in a caller: ${byteLength} bytes of the arena are asked for; ask for a whole number from 0`,
    );
  }
  const offset = reserve(byteLength);
  return BigInt(reservedIn().base + offset);
}

const encoder = new TextEncoder();

/** Reserves a NUL-terminated UTF-8 copy of a string and returns its address as a number. */
export function reserveString(text: string): number {
  const offset = reserve(text.length * 3 + 1);
  const region = reservedIn();
  const { written } = encoder.encodeInto(text, region.bytes.subarray(offset, offset + text.length * 3));
  top = roundUp(offset + written + 1);
  return region.base + offset;
}

/** Reserves a copy of a view's bytes and returns its address as a number. */
export function reserveBytes(data: ArrayBufferView): number {
  const offset = reserve(data.byteLength);
  const region = reservedIn();
  region.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
  return region.base + offset;
}

function values<T extends number | bigint>(
  list: number | ArrayLike<T>,
  byteLength: number,
  put: (view: DataView, offset: number, value: T) => void,
): bigint {
  if (typeof list === 'number') return allocate(list * byteLength);
  const offset = reserve(list.length * byteLength);
  const { base, view } = reservedIn();
  for (let i = 0; i < list.length; i++) put(view, offset + i * byteLength, list[i] as T);
  return BigInt(base + offset);
}

/** Memory for the parameters of commands, dropped at the end of the innermost scope. Addresses are in bytes. */
export interface Arena {
  /** Runs a body; what is allocated in it is dropped at its end. Scopes nest; the body must not be asynchronous. */
  readonly scope: <T>(body: () => T) => T;
  /** Runs a body in memory of its own, for a call that goes on behind it, in another thread. */
  readonly hold: <T>(body: () => T) => Held<T>;
  /** Room for n zeroed uint32_t (VkBool32, enums too), or a copy of the values. */
  readonly u32: (items?: number | ArrayLike<number>) => Pointer<never>;
  /** Room for n zeroed uint64_t (handles, pointers, sizes too), or a copy of the values. */
  readonly u64: (items?: number | ArrayLike<number | bigint>) => Pointer<never>;
  /** Room for n zeroed float, or a copy of the values. */
  readonly f32: (items?: number | ArrayLike<number>) => Pointer<never>;
  /** Room for n zeroed bytes, or a copy of a view's bytes. */
  readonly bytes: (data: number | ArrayBufferView) => Pointer<never>;
  /** A NUL-terminated UTF-8 copy. */
  readonly string: (text: string) => Pointer<string>;
  /** An array of addresses of NUL-terminated UTF-8 copies. */
  readonly strings: (texts: readonly string[]) => Pointer<Pointer<string>>;
  /** The i-th uint32_t from an address on. */
  readonly readU32: (address: bigint, i?: number) => number;
  /** The i-th int32_t from an address on. */
  readonly readI32: (address: bigint, i?: number) => number;
  /** The i-th uint64_t, handle or pointer from an address on. */
  readonly readU64: <T extends bigint = bigint>(address: bigint, i?: number) => T;
  /** The i-th float from an address on. */
  readonly readF32: (address: bigint, i?: number) => number;
  /** A copy of the bytes from an address on. */
  readonly readBytes: (address: bigint, byteLength: number) => Uint8Array<ArrayBuffer>;
}

/** This thread's arena. */
export const arena: Arena = {
  scope,
  hold,
  u32: (items = 1) => values(items, 4, (view, offset, value) => view.setUint32(offset, value, true)) as Pointer<never>,
  u64: (items = 1) =>
    values(items, 8, (view, offset, value) => view.setBigUint64(offset, BigInt(value), true)) as Pointer<never>,
  f32: (items = 1) => values(items, 4, (view, offset, value) => view.setFloat32(offset, value, true)) as Pointer<never>,
  bytes: (data) => (typeof data === 'number' ? allocate(data) : BigInt(reserveBytes(data))) as Pointer<never>,
  string: (text) => BigInt(reserveString(text)) as Pointer<string>,
  strings: (texts) => arena.u64(texts.map((text) => arena.string(text))),
  readU32: (address, i = 0) =>
    withMemory(address + BigInt(i * 4), 4, ({ view }, offset) => view.getUint32(offset, true)),
  readI32: (address, i = 0) =>
    withMemory(address + BigInt(i * 4), 4, ({ view }, offset) => view.getInt32(offset, true)),
  readU64: <T extends bigint>(address: bigint, i = 0) =>
    withMemory(address + BigInt(i * 8), 8, ({ view }, offset) => view.getBigUint64(offset, true) as T),
  readF32: (address, i = 0) =>
    withMemory(address + BigInt(i * 4), 4, ({ view }, offset) => view.getFloat32(offset, true)),
  readBytes: (address, byteLength) =>
    withMemory(address, byteLength, ({ bytes }, offset) => bytes.slice(offset, offset + byteLength)),
};
