/** @file Little-endian bytes written one after another into an array that grows. */
import { encodeText } from './text.ts';

/** Collects bytes, which may be taken away piece by piece; offsets are from the start of all. */
export class ByteBuilder {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  /** Bytes that were taken away. */
  #taken = 0;
  /** Bytes written so far, those that were taken away too. */
  length = 0;

  /** Bytes that can be taken. */
  get pending(): number {
    return this.length - this.#taken;
  }

  /** Takes away what was written; it cannot be changed any more. */
  take(): Uint8Array<ArrayBuffer> {
    const piece = this.bytes.slice();
    this.#bytes.fill(0, 0, piece.length);
    this.#taken = this.length;
    return piece;
  }

  /** Makes room for `byteLength` bytes and returns where they begin. */
  reserve(byteLength: number): number {
    const from = this.length;
    const held = this.pending;
    this.length += byteLength;
    if (this.pending > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.pending, this.#bytes.length * 2));
      bigger.set(this.#bytes.subarray(0, held));
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    return from;
  }

  put(bytes: Uint8Array): void {
    const from = this.reserve(bytes.length);
    this.set(from, bytes);
  }

  /** The bytes of a typed array, in this machine's order (little-endian wherever JavaScript runs). */
  array(array: ArrayBufferView): void {
    this.put(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.#bytes[at - this.#taken] = value;
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.#view.setUint32(at - this.#taken, value, true);
  }

  i32(value: number): void {
    const at = this.reserve(4);
    this.#view.setInt32(at - this.#taken, value, true);
  }

  i64(value: number | bigint): void {
    const at = this.reserve(8);
    this.setI64(at, value);
  }

  /** Overwrites what stands at `at`. */
  setI64(at: number, value: number | bigint): void {
    this.#view.setBigInt64(at - this.#taken, BigInt(value), true);
  }

  /** Overwrites what stands at `at`. */
  set(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at - this.#taken);
  }

  doubles(values: Iterable<number>): void {
    this.array(Float64Array.from(values));
  }

  /** A u32 length and as many bytes of UTF-8. */
  string(text: string): void {
    const bytes = encodeText(text);
    this.u32(bytes.length);
    this.put(bytes);
  }

  /** What was written and not taken away: a view, valid until more is. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.pending);
  }
}
