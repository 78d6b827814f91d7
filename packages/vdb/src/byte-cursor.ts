/** @file Little-endian bytes read one after another, every read checked against the end. */
import { FormatError } from './errors.ts';
import { decodeText } from './text.ts';

/** Where the bytes of a cursor stand in their file. */
export interface CursorWindow {
  /** Offset of the first byte. */
  readonly base: number;
  /** Bytes of the whole file. */
  readonly fileLength: number;
}

/** A place in bytes that moves as they are read. They may be a window of a file: offsets are the file's. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #base: number;
  readonly #fileLength: number;
  /** Offset of the next byte to be read. */
  at: number;
  /** Offset past the last byte that may be read. */
  end: number;
  /** Start of every error: `Cannot read grid "density"`. */
  what: string;
  /** Whether an error came of the window's end, not of the file's: with more bytes it may go away. */
  short = false;

  constructor(bytes: Uint8Array, what: string, window: CursorWindow = { base: 0, fileLength: bytes.length }) {
    this.#bytes = bytes;
    this.#base = this.at = window.base;
    this.end = this.#fileLength = window.fileLength;
    this.what = what;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The byte at `at`, read or not; undefined past the end. */
  peek(at: number): number | undefined {
    return this.#bytes[at - this.#base];
  }

  /** The error to throw for what stands at `offset`. */
  fault(offset: number, expected: string, found: string): FormatError {
    return new FormatError(this.what, { offset, expected, found });
  }

  /** Checks that `byteLength` bytes are left for `thing`, moves past them, and returns where they begin. */
  skip(byteLength: number, thing: string): number {
    const left = Math.min(this.end, this.#base + this.#bytes.length) - this.at;
    if (!(byteLength >= 0 && byteLength <= left)) {
      this.short = left < this.end - this.at;
      throw this.fault(this.at, `${thing} (${countOf(byteLength)})`, this.#rest(Math.max(0, left)));
    }
    this.at += byteLength;
    return this.at - byteLength;
  }

  /** What is left, in words. */
  #rest(byteLength: number): string {
    const end = `the end of the ${this.end < this.#fileLength ? 'grid' : 'file'}`;
    return byteLength === 0 ? end : `${countOf(byteLength)} to ${end}`;
  }

  /** As `skip`, and returns where the bytes begin in the window. */
  #move(byteLength: number, thing: string): number {
    return this.skip(byteLength, thing) - this.#base;
  }

  /** Reads a u32 count of things of at least `byteLength` bytes each, and checks that so many can follow. */
  count(byteLength: number, things: string): number {
    const from = this.at;
    const count = this.u32(`count of ${things}`);
    this.checkCount(from, count, { byteLength, things });
    return count;
  }

  /** Checks that `count` things of at least `byteLength` bytes each can follow, before room is made for them. */
  checkCount(offset: number, count: number, { byteLength, things }: { byteLength: number; things: string }): void {
    const left = this.end - this.at;
    if (count * byteLength <= left) return;
    throw this.fault(offset, `at most ${Math.floor(left / byteLength)} ${things} in ${left} bytes`, `${count}`);
  }

  /** The next `byteLength` bytes: a view, not a copy. */
  take(byteLength: number, thing: string): Uint8Array {
    const from = this.#move(byteLength, thing);
    return this.#bytes.subarray(from, from + byteLength);
  }

  /** Copies the next bytes over all of `words`. */
  words(words: Uint32Array, thing: string): void {
    new Uint8Array(words.buffer, words.byteOffset, words.byteLength).set(this.take(words.byteLength, thing));
  }

  u8(thing: string): number {
    return this.#bytes[this.#move(1, thing)]!;
  }

  u32(thing: string): number {
    return this.#view.getUint32(this.#move(4, thing), true);
  }

  i32(thing: string): number {
    return this.#view.getInt32(this.#move(4, thing), true);
  }

  i64(thing: string): bigint {
    return this.#view.getBigInt64(this.#move(8, thing), true);
  }

  /** `count` float64. */
  doubles(count: number, thing: string): number[] {
    const from = this.#move(8 * count, thing);
    return Array.from({ length: count }, (_, i) => this.#view.getFloat64(from + 8 * i, true));
  }

  /** A u32 length and as many bytes of UTF-8. */
  string(thing: string): string {
    const byteLength = this.u32(`length of ${thing}`);
    return decodeText(this.take(byteLength, thing));
  }
}

function countOf(byteLength: number): string {
  return byteLength === 1 ? '1 byte' : `${byteLength} bytes`;
}
