/**
 * @file The Blosc-1 container (https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst), as NanoVDB and
 * OpenVDB use it: byte shuffle, then LZ4. All numbers are little-endian.
 *
 *     0 version (2) | 1 codec version | 2 flags | 3 type size | 4 u32 bytes | 8 u32 block size | 12 u32 chunk size
 *     16 i32 start of each block, from the chunk's start
 *     then blocks: 1 or `type size` streams, each i32 size and the bytes (size = what it unfolds to: stored raw)
 *
 * Flags: 1 shuffled, 2 stored whole after the header, 4 bit-shuffled, 16 not split, the three upper bits the codec.
 * A full block is split into a stream a byte of the type where that gives streams of 128 bytes or more.
 */
import { FormatError } from './errors.ts';
import { decodeLz4, encodeLz4 } from './lz4.ts';
import { rebased } from './rebase.ts';
import { bitUnshuffle, shuffle, unshuffle } from './shuffle.ts';
import { unpacker } from './unpacker.ts';
import { decodeZip } from './zip.ts';

const headerBytes = 16;
const shuffled = 1;
const stored = 2;
const bitShuffled = 4;
const notSplit = 16;
const codecNames = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'];
const lz4 = 1;
const zlib = 3;
/** The most bytes that one byte of a stream can unfold to, by codec: bounds what a header may ask for. */
const greatestRatio = { [lz4]: 255, [zlib]: 1032 } as const;
/** Fewer bytes than this are stored whole, and no block is smaller (Blosc's `BLOSC_MIN_BUFFERSIZE`). */
const leastBlock = 128;
/** Blosc's own limit on a chunk: a signed 32-bit size less the header. */
const longestChunk = 0x7fffffff - headerBytes;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly flags: number;
  readonly codec: typeof lz4 | typeof zlib;
  readonly typeSize: number;
  readonly byteLength: number;
  readonly blockSize: number;
}

/** The bytes that a Blosc-1 chunk unfolds to, by its header; 0 to 2³¹. */
export function bloscLength(chunk: Uint8Array): number {
  return readHeader(chunk).byteLength;
}

/**
 * The bytes of a Blosc-1 chunk with inner codec LZ4 or zlib (shuffled, bit-shuffled or neither).
 * Anything that does not fit together, asks for more than its size can hold, or unfolds to another length than
 * `expectedLength` where that is given, is a `FormatError`.
 */
export function decodeBlosc(bytes: Uint8Array, expectedLength?: number): Uint8Array<ArrayBuffer> {
  const chunk = readHeader(bytes);
  if (expectedLength !== undefined && chunk.byteLength !== expectedLength) {
    throw bloscError(4, `a length of ${expectedLength} bytes`, `${chunk.byteLength}`);
  }
  if (chunk.flags & stored) return bytes.slice(headerBytes);
  const out = new Uint8Array(chunk.byteLength);
  for (let block = 0, start = 0; start < out.length; block++, start += chunk.blockSize) {
    const at = blockStart(chunk, block);
    const target = out.subarray(start, Math.min(start + chunk.blockSize, out.length));
    decodeBlock(chunk, { at, bytes: bytes.subarray(at) }, target);
  }
  return out;
}

/** A chunk of which header and table alone are at hand, and whose blocks are unpacked one at a time. */
export class BloscBlocks {
  /** Bytes that the chunk unfolds to. */
  readonly byteLength: number;
  /** Bytes of an unpacked block; the last may have fewer. */
  readonly blockSize: number;
  readonly #chunk: Chunk;
  readonly #size: number;
  /** Where the blocks start, in the order of the chunk's bytes. */
  readonly #starts: number[] = [];

  /** `head`: as many first bytes of a chunk of `size` bytes as `bloscHeadLength` tells. */
  constructor(head: Uint8Array, size: number) {
    this.#chunk = readHeader(head, size);
    this.#size = size;
    this.byteLength = this.#chunk.byteLength;
    this.blockSize = this.#isStored ? defaultBloscOptions.blockSize : this.#chunk.blockSize;
    if (this.#isStored) return;
    const count = Math.ceil(this.byteLength / this.blockSize);
    for (let block = 0; block < count; block++) this.#starts.push(blockStart(this.#chunk, block, size));
    this.#starts.sort((a, b) => a - b);
  }

  get #isStored(): boolean {
    return (this.#chunk.flags & stored) !== 0;
  }

  /** Where in the chunk the packed bytes of a block stand. */
  place(block: number): { readonly at: number; readonly length: number } {
    if (this.#isStored) return { at: headerBytes + block * this.blockSize, length: this.#unpackedLength(block) };
    const at = blockStart(this.#chunk, block, this.#size);
    return { at, length: (this.#starts.find((start) => start > at) ?? this.#size) - at };
  }

  /** The bytes of a block from its packed ones. */
  unpack(block: number, packed: Uint8Array): Uint8Array {
    if (this.#isStored) return packed;
    const out = new Uint8Array(this.#unpackedLength(block));
    decodeBlock(this.#chunk, { at: this.place(block).at, bytes: packed }, out);
    return out;
  }

  #unpackedLength(block: number): number {
    return Math.min(this.blockSize, this.byteLength - block * this.blockSize);
  }
}

/** Bytes of header and table of a chunk, by its first 16 bytes. */
export function bloscHeadLength(start: Uint8Array): number {
  if (start.length < headerBytes) throw bloscError(0, 'a header of 16 bytes', `${start.length} bytes`);
  const view = new DataView(start.buffer, start.byteOffset, headerBytes);
  const [byteLength, blockSize] = [view.getUint32(4, true), view.getUint32(8, true)];
  if ((start[2]! & stored) !== 0 || byteLength === 0 || blockSize === 0) return headerBytes;
  return headerBytes + 4 * Math.ceil(byteLength / blockSize);
}

/** Packed bytes of a chunk from its byte `at` on. */
interface PackedBlock {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Unpacks the streams of a block and puts their bytes in order. */
function decodeBlock(chunk: Chunk, packed: PackedBlock, target: Uint8Array): void {
  const { flags, codec, typeSize } = chunk;
  const streams = findStreams(chunk, packed, target.length);
  const isPlain = (flags & (shuffled | bitShuffled)) === 0;
  const fast = codec === lz4 && (isPlain || (typeSize === 4 && (flags & bitShuffled) === 0)) ? unpacker() : null;
  if (fast?.takes(target.length) === true && fast.unpack(streams, target, !isPlain)) return;
  const inOrder = isPlain ? target : new Uint8Array(target.length);
  const share = target.length / streams.length;
  streams.forEach((source, n) => {
    const out = inOrder.subarray(n * share, (n + 1) * share);
    try {
      if (source.length === share) out.set(source);
      else if (codec === zlib) out.set(decodeZip(source, share));
      else decodeLz4(source, out);
    } catch (error) {
      throw rebased(error, 'Cannot read Blosc chunk', packed.at + source.byteOffset - packed.bytes.byteOffset);
    }
  });
  if (isPlain) return;
  if (flags & bitShuffled) bitUnshuffle(inOrder, target, typeSize);
  else unshuffle(inOrder, target, typeSize);
}

/** Reads the header of a chunk of `size` bytes, of which the first are given. */
function readHeader(bytes: Uint8Array, size: number = bytes.length): Chunk {
  if (bytes.length < headerBytes) throw bloscError(0, 'a header of 16 bytes', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [version, flags, typeSize] = [bytes[0]!, bytes[2]!, bytes[3]!];
  const byteLength = view.getUint32(4, true);
  const blockSize = view.getUint32(8, true);
  const chunkSize = view.getUint32(12, true);
  if (version !== 1 && version !== 2) throw bloscError(0, 'version 2', `${version}`);
  if (chunkSize !== size) throw bloscError(12, `a chunk size of ${size}`, `${chunkSize}`);
  if (typeSize === 0) throw bloscError(3, 'a type size of 1 or more', '0');
  const codec = flags >> 5;
  if (flags & stored || byteLength === 0) {
    const held = byteLength === 0 ? 0 : chunkSize - headerBytes;
    if (byteLength !== held) throw bloscError(4, `a length of ${held} bytes, stored whole`, `${byteLength}`);
    return { bytes, view, flags: flags | (byteLength ? 0 : stored), codec: lz4, typeSize, byteLength, blockSize };
  }
  if (codec !== lz4 && codec !== zlib) {
    throw bloscError(2, 'codec lz4 or zlib', codecNames[codec] ?? `codec ${codec}`);
  }
  if (byteLength > longestChunk || byteLength > chunkSize * greatestRatio[codec]) {
    throw bloscError(4, `a length that ${chunkSize} bytes can unfold to`, `${byteLength}`);
  }
  if (blockSize === 0) throw bloscError(8, 'a block size of 1 or more', '0');
  const blocks = Math.ceil(byteLength / blockSize);
  if (headerBytes + 4 * blocks > chunkSize) {
    throw bloscError(8, `blocks whose table fits into ${chunkSize} bytes`, `${blocks} blocks of ${blockSize} bytes`);
  }
  return { bytes, view, flags, codec, typeSize, byteLength, blockSize };
}

/** Where the packed bytes of a block start in a chunk of `size` bytes, by its table. */
function blockStart({ view, byteLength, blockSize, bytes }: Chunk, block: number, size: number = bytes.length): number {
  const tableEnd = headerBytes + 4 * Math.ceil(byteLength / blockSize);
  const at = view.getInt32(headerBytes + 4 * block, true);
  if (at < tableEnd || at > size) {
    throw bloscError(headerBytes + 4 * block, `a block start from ${tableEnd} to ${size}`, `${at}`);
  }
  return at;
}

/** The packed streams of a block that unfolds to `byteLength` bytes, an equal share each. */
function findStreams(chunk: Chunk, { at: start, bytes }: PackedBlock, byteLength: number): Uint8Array[] {
  const { flags, typeSize, blockSize } = chunk;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const split = !(flags & notSplit) && byteLength === blockSize && splits(typeSize, blockSize);
  const count = split ? typeSize : 1;
  // A type that does not divide its block leaves bytes that no stream holds; Blosc refuses to write such chunks.
  if (byteLength % count !== 0) throw bloscError(8, `a block size that ${typeSize} divides`, `${blockSize}`);
  const streams: Uint8Array[] = [];
  let at = 0;
  for (let stream = 0; stream < count; stream++) {
    if (at + 4 > bytes.length) throw bloscError(start + at, 'a stream size', 'the end of the block');
    const size = view.getInt32(at, true);
    at += 4;
    if (size < 0 || size > bytes.length - at) {
      throw bloscError(start + at - 4, `a stream of at most ${bytes.length - at} bytes`, `${size}`);
    }
    streams.push(bytes.subarray(at, at + size));
    at += size;
  }
  return streams;
}

function splits(typeSize: number, blockSize: number): boolean {
  return typeSize <= 16 && blockSize / typeSize >= leastBlock;
}

/** `typeSize` in bytes (1–255) says what is shuffled; `blockSize` in bytes is what one stream group holds. */
export interface BloscOptions {
  readonly typeSize?: number;
  readonly blockSize?: number;
}

/** Type size and block size of NanoVDB's writer. */
const defaultBloscOptions: Required<BloscOptions> = Object.freeze({ typeSize: 4, blockSize: 1 << 18 });

/** A Blosc-1 chunk of `bytes` (less than 2³¹): shuffled, LZ4; stored whole where that is no gain. */
export function encodeBlosc(bytes: Uint8Array, options: BloscOptions = {}): Uint8Array<ArrayBuffer> {
  const { typeSize, blockSize: wanted } = { ...defaultBloscOptions, ...options };
  const n = bytes.length;
  if (n > longestChunk) {
    throw new RangeError(`Cannot encode Blosc chunk: it has ${n} bytes; cut it into pieces of at most ${longestChunk}`);
  }
  if (!Number.isInteger(typeSize) || typeSize < 1 || typeSize > 255) {
    throw new RangeError(`Cannot encode Blosc chunk: its type size is ${typeSize}; give one from 1 to 255`);
  }
  // A block is a whole number of elements, so that a full one can be split.
  const blockSize = wholeElements(Math.min(Math.max(wanted, leastBlock), n), typeSize);
  const packed = n < leastBlock ? undefined : encodeBlocks(bytes, typeSize, blockSize);
  const out = packed ?? new Uint8Array(headerBytes + n);
  const view = new DataView(out.buffer);
  out[0] = 2;
  out[1] = 1;
  out[2] = (lz4 << 5) | (packed ? shuffled : stored | shuffled);
  out[3] = typeSize;
  view.setUint32(4, n, true);
  view.setUint32(8, blockSize, true);
  view.setUint32(12, out.length, true);
  if (!packed) out.set(bytes, headerBytes);
  return out;
}

function wholeElements(byteLength: number, typeSize: number): number {
  return byteLength > typeSize ? byteLength - (byteLength % typeSize) : byteLength;
}

/** Header space, block table and blocks; undefined where that is not smaller than the bytes stored whole. */
function encodeBlocks(bytes: Uint8Array, typeSize: number, blockSize: number): Uint8Array<ArrayBuffer> | undefined {
  const n = bytes.length;
  const out = new Uint8Array(headerBytes + n);
  const view = new DataView(out.buffer);
  const scratch = new Uint8Array(blockSize);
  let at = headerBytes + 4 * Math.ceil(n / blockSize);
  for (let block = 0, start = 0; start < n; block++, start += blockSize) {
    const source = bytes.subarray(start, Math.min(start + blockSize, n));
    const block8 = scratch.subarray(0, source.length);
    shuffle(source, block8, typeSize);
    view.setInt32(headerBytes + 4 * block, at, true);
    const streams = source.length === blockSize && splits(typeSize, blockSize) ? typeSize : 1;
    const streamLength = source.length / streams;
    for (let stream = 0; stream < streams; stream++) {
      if (at + 4 >= out.length) return undefined;
      const from = block8.subarray(stream * streamLength, (stream + 1) * streamLength);
      let size = encodeLz4(from, out.subarray(at + 4, Math.min(at + 4 + streamLength - 1, out.length)));
      if (size === 0) {
        size = streamLength;
        if (at + 4 + size > out.length) return undefined;
        out.set(from, at + 4);
      }
      view.setInt32(at, size, true);
      at += 4 + size;
    }
  }
  return at < out.length ? out.slice(0, at) : undefined;
}

function bloscError(offset: number, expected: string, found: string): FormatError {
  return new FormatError('Cannot read Blosc chunk', { offset, expected, found });
}
