/** @file The bytes of one NanoVDB grid, read with every offset checked against its end. */
import { FormatError } from './errors.ts';
import { decodeText } from './text.ts';

/** A grid's bytes from its `GridData` on, on an 8-byte boundary, and how errors about them are said. */
export class GridBytes {
  /** Name for messages. */
  name: string;
  readonly length: number;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly view: DataView;
  readonly #fileOffset: number;

  /** `fileOffset`: where byte 0 stands in the file, or 0 for a decoded payload. */
  constructor(bytes: Uint8Array, name: string, fileOffset: number) {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    const { buffer, byteOffset, length } = aligned;
    this.name = name;
    this.length = length;
    this.#fileOffset = fileOffset;
    this.u8 = aligned;
    this.u16 = new Uint16Array(buffer, byteOffset, length >> 1);
    this.u32 = new Uint32Array(buffer, byteOffset, Math.floor(length / 4));
    this.i32 = new Int32Array(buffer, byteOffset, Math.floor(length / 4));
    this.f32 = new Float32Array(buffer, byteOffset, Math.floor(length / 4));
    this.view = new DataView(buffer, byteOffset, length);
  }

  /** Throws the error for `part`, which stands at `offset`. */
  fail(part: string, offset: number, expected: string, found: string): never {
    const what = `Cannot read grid "${this.name}": its ${part}`;
    throw new FormatError(what, { offset: this.#fileOffset + offset, expected, found });
  }

  /** Demands that `byteLength` bytes of `part` at `offset` lie within the grid. */
  need(part: string, offset: number, byteLength: number): void {
    if (offset >= 0 && offset + byteLength <= this.length) return;
    const at = Math.max(0, Math.min(offset, this.length));
    const found =
      offset < 0 ? `an offset of ${offset}` : `${Math.max(0, this.length - offset)} bytes to the grid's end`;
    this.fail(part, at, `${byteLength} bytes`, found);
  }

  /** An unsigned 64-bit number, which must be below 2⁵³. */
  u64(part: string, offset: number): number {
    const value = this.view.getUint32(offset, true) + this.view.getUint32(offset + 4, true) * 2 ** 32;
    if (value > Number.MAX_SAFE_INTEGER)
      this.fail(part, offset, 'a number below 2^53', String(this.view.getBigUint64(offset, true)));
    return value;
  }

  /** A signed 64-bit number, which must lie within ±2⁵³. */
  i64(part: string, offset: number): number {
    const value = this.view.getUint32(offset, true) + this.view.getInt32(offset + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value))
      this.fail(part, offset, 'a number within ±2^53', String(this.view.getBigInt64(offset, true)));
    return value;
  }

  /** The NUL-terminated UTF-8 text in `byteLength` bytes at `offset`. */
  text(offset: number, byteLength: number): string {
    const end = this.u8.indexOf(0, offset);
    const stop = end < 0 || end > offset + byteLength ? offset + byteLength : end;
    return decodeText(this.u8.subarray(offset, stop));
  }
}
