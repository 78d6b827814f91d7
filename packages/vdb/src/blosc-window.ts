/**
 * @file Parts of a payload that Blosc packed, without the rest: chunks are made of blocks (256 KiB as a rule) that are unpacked each by
 * itself, so a reader of the unpacked bytes is given what it asks for from the blocks that hold it.
 *
 * ```
 * payload = (u64 size, chunk)…        chunk = header 16, table of block starts, blocks
 * ```
 */
import { BloscBlocks, bloscHeadLength } from './codec.ts';
import { FormatError } from './errors.ts';
import type { Payload } from './nvdb-read.ts';
import type { Reading } from './reading.ts';
import { rebased } from './rebase.ts';

/** A chunk, where it stands in the file, and which unpacked bytes it holds. */
interface Placed {
  readonly at: number;
  readonly start: number;
  readonly blocks: BloscBlocks;
}

/** Blocks that are kept unpacked: a node may lie across two. */
const KEPT_BLOCKS = 4;

/** Runs a reader of the unpacked bytes of a payload, reading and unpacking the blocks that it needs. */
export function* throughBlosc<T>(payload: Payload, reading: Reading<T>): Reading<T> {
  const chunks = yield* findChunks(payload);
  const kept = new Map<string, Uint8Array>();
  let next = reading.next();
  while (next.done !== true) {
    const { offset, length } = next.value;
    next = reading.next(
      yield* gather(payload, chunks, { kept, offset, end: Math.min(offset + length, payload.gridSize) }),
    );
  }
  return next.value;
}

function wrong({ entry, at }: Payload, offset: number, expected: string, found: string): FormatError {
  return new FormatError(`Cannot read grid "${entry.name}": its payload`, { offset: at + offset, expected, found });
}

/** Reads the headers of the chunks, and demands that they hold the grid. */
function* findChunks(payload: Payload): Reading<Placed[]> {
  const { at: first, fileSize, gridSize } = payload;
  const chunks: Placed[] = [];
  let start = 0;
  for (let at = 0; at < fileSize;) {
    const head = yield { offset: first + at, length: 24 };
    if (head.length < 24) throw wrong(payload, at, 'a chunk of 24 bytes and more', `${head.length} bytes`);
    const size = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
    const left = fileSize - at - 8;
    if (size > left) throw wrong(payload, at, `a chunk of at most ${left} bytes`, `${size} bytes`);
    const length = Math.min(
      size,
      told(payload, at + 8, () => bloscHeadLength(head.subarray(8))),
    );
    const table = yield { offset: first + at + 8, length };
    const blocks = told(payload, at + 8, () => new BloscBlocks(table, size));
    if (blocks.byteLength === 0) throw wrong(payload, at, 'a chunk that holds something', '0 bytes');
    chunks.push({ at: first + at + 8, start, blocks });
    start += blocks.byteLength;
    at += 8 + size;
  }
  if (start !== gridSize) throw wrong(payload, fileSize, `${gridSize} bytes`, `${start} bytes`);
  return chunks;
}

/** Runs a decoder on what stands at byte `at` of the payload; its errors are told as this payload's. */
function told<T>(payload: Payload, at: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw rebased(error, `Cannot read grid "${payload.entry.name}": its payload`, payload.at + at);
  }
}

/** Unpacked bytes `offset` … `end`. */
function* gather(
  payload: Payload,
  chunks: readonly Placed[],
  want: { readonly kept: Map<string, Uint8Array>; readonly offset: number; readonly end: number },
): Reading<Uint8Array> {
  const { kept, offset, end } = want;
  const out = new Uint8Array(Math.max(0, end - offset));
  for (const chunk of chunks) {
    const { start, blocks } = chunk;
    const { blockSize } = blocks;
    const first = Math.max(0, Math.floor((offset - start) / blockSize));
    for (let block = first; start + block * blockSize < Math.min(end, start + blocks.byteLength); block++) {
      const bytes = yield* unpackBlock(payload, chunk, block, kept);
      const at = start + block * blockSize;
      if (at + bytes.length <= offset) continue;
      out.set(bytes.subarray(Math.max(0, offset - at), end - at), Math.max(0, at - offset));
    }
  }
  return out;
}

function* unpackBlock(
  payload: Payload,
  { at, blocks }: Placed,
  block: number,
  kept: Map<string, Uint8Array>,
): Reading<Uint8Array> {
  const name = `${at} ${block}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const place = blocks.place(block);
  const packed = yield { offset: at + place.at, length: place.length };
  if (packed.length < place.length) {
    throw wrong(
      payload,
      at + place.at - payload.at,
      `${place.length} bytes`,
      `the end of the file after ${packed.length}`,
    );
  }
  const bytes = told(payload, at - payload.at, () => blocks.unpack(block, packed));
  kept.set(name, bytes);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_BLOCKS) break;
    kept.delete(oldest);
  }
  return bytes;
}
