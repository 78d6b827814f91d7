/**
 * @file The inner loops of reading Blosc chunks as WebAssembly (`wasm/unpack.wat`), where the engine has it with SIMD and lets it be
 * compiled (a page's security policy may not); elsewhere `lz4.ts` and `shuffle.ts` do the same work.
 *
 * Measured with Node 26 on one core of a server, best of 60, on the 7.0 MB of a real grid (352,000 sequences of 20 bytes): LZ4
 * about 10 ms in TypeScript, 1.7 here; unshuffle 4.5 and 0.4; the chunk with all copies 15 and 3.5. The losers: matches whose bytes
 * repeat copied byte by byte (2.8), a way of its own for short sequences as C's LZ4 has it (1.9), and a memory for each chunk that
 * stays its home and saves the copy out (its pages cost more than the copy, 2.8 to 0.6).
 */
import { unpackModule } from './generated/unpack.ts';

/** What the module exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  lz4(from: number, fromEnd: number, to: number, toEnd: number): number;
  unshuffle(from: number, stride: number, to: number, count: number): void;
}

/** What is needed of the engine's `WebAssembly`, whose types belong to browsers and Node. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Bytes of the module's own at the start of its memory. */
const START = 256;
/** Bytes that the loops may write, and read, past the end. */
const SLACK = 64;
const PAGE = 65536;
/** Values that are put together at a time. */
const STRIP = 16384;
/** Blocks longer than this are not worth the memory that they would keep. */
const LONGEST_BLOCK = 1 << 22;

/** The streams of one block, unpacked one after another in the module's memory. */
export class Unpacker {
  readonly #exports: Exports;
  #bytes: Uint8Array;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  /** Whether a block of so many bytes is taken. */
  takes(byteLength: number): boolean {
    return byteLength <= LONGEST_BLOCK;
  }

  /** Makes room for a block of `byteLength` bytes, and behind it for its longest stream or a strip of its values. */
  #reserve(byteLength: number): void {
    const missing = START + 2 * SLACK + byteLength + Math.max(byteLength, 4 * STRIP) - this.#bytes.length;
    if (missing <= 0) return;
    this.#exports.memory.grow(Math.ceil(missing / PAGE));
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
  }

  /**
   * Fills `target` from the streams of its block; they follow one another, each of them stored as it is or an LZ4 block of an equal
   * share of `target`. With `unshuffled`, values of four bytes are put together of four rows. False, and nothing done that counts,
   * where a stream is none.
   */
  unpack(streams: readonly Uint8Array[], target: Uint8Array, unshuffled: boolean): boolean {
    const { length } = target;
    this.#reserve(length);
    const share = Math.floor(length / streams.length);
    const source = START + length + SLACK;
    let to = START;
    for (const stream of streams) {
      if (stream.length === share) this.#bytes.set(stream, to);
      else {
        if (stream.length > share) return false;
        this.#bytes.set(stream, source);
        if (this.#exports.lz4(source, source + stream.length, to, to + share) === 0) return false;
      }
      to += share;
    }
    if (!unshuffled) {
      target.set(this.#bytes.subarray(START, START + length));
      return true;
    }
    // Strip by strip, so that what is put together is still near when it is copied out.
    const count = length >> 2;
    for (let first = 0; first < count; first += STRIP) {
      const strip = Math.min(STRIP, count - first);
      this.#exports.unshuffle(START + first, count, source, strip);
      target.set(this.#bytes.subarray(source, source + 4 * strip), 4 * first);
    }
    target.set(this.#bytes.subarray(START + 4 * count, START + length), 4 * count);
    return true;
  }
}

let made: Unpacker | null | undefined;

/** The one unpacker; null where there can be none. */
export function unpacker(): Unpacker | null {
  if (made !== undefined) return made;
  const engine = (globalThis as { WebAssembly?: Engine }).WebAssembly;
  made = null;
  if (engine === undefined) return made;
  const bytes = new Uint8Array(unpackModule.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(unpackModule.slice(2 * i, 2 * i + 2), 16);
  try {
    made = new Unpacker(new engine.Instance(new engine.Module(bytes)).exports as Exports);
  } catch {
    // No SIMD, or a policy against it: the loops in TypeScript do.
  }
  return made;
}
