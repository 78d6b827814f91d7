/**
 * @file Memory for what lives a step: slices of one buffer, handed out by moving a mark. Linear memory is given back all at
 * once, when its step begins again; ring memory in order, as the submits that use it are done.
 */

import { bytesText, VulkanError } from '../errors.ts';
import { printsItself } from '../printing.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import type { Buffer } from './buffer.ts';
import { Ring } from './ring.ts';

/** A part of a buffer, for a while. */
export interface MemorySlice {
  readonly buffer: Buffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** The address that shaders reach it by. */
  readonly address: bigint;
  /** The memory itself, where the host sees it. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

const ALIGNMENT = 16;

function slice(buffer: Buffer, byteOffset: number, byteLength: number): MemorySlice {
  return {
    buffer,
    byteOffset,
    byteLength,
    address: buffer.address === 0n ? 0n : buffer.address + BigInt(byteOffset),
    bytes: buffer.bytes?.subarray(byteOffset, byteOffset + byteLength),
  };
}

function checkSlice(buffer: Buffer, byteLength: number, alignment: number): void {
  if (buffer.disposed) {
    throw new VulkanError(`Cannot take ${byteLength} bytes of "${buffer.label}": it was disposed; take them before`, {
      kind: 'buffer',
      labels: [buffer.label],
    });
  }
  if (!Number.isSafeInteger(byteLength) || byteLength <= 0) {
    throw new RangeError(`Cannot take ${byteLength} bytes of "${buffer.label}": give a whole number above 0`);
  }
  if (alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
    throw new RangeError(`Cannot align a slice of "${buffer.label}" to ${alignment}: give a power of two`);
  }
}

/** Slices one behind the other, until `reset`. It owns its buffer. */
export class LinearMemory implements Disposable {
  static {
    printsItself(this);
  }

  readonly buffer: Buffer;
  #top = 0;
  #peak = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#top;
  }

  /** The most bytes that were in use at once: what it should have been made for. */
  get peak(): number {
    return this.#peak;
  }

  /** The next `byteLength` bytes, at a multiple of `alignment`. Throws VulkanError 'buffer-too-small', and 'buffer' after its end. */
  take(byteLength: number, alignment: number = ALIGNMENT): MemorySlice {
    const { buffer } = this;
    checkSlice(buffer, byteLength, alignment);
    const offset = Math.ceil(this.#top / alignment) * alignment;
    if (offset + byteLength > buffer.byteLength) {
      throw new VulkanError(
        `Cannot take ${bytesText(byteLength)} of "${buffer.label}": ${bytesText(this.#top)} of ${bytesText(buffer.byteLength)} are in use; make it larger`,
        { kind: 'buffer-too-small', labels: [buffer.label] },
      );
    }
    this.#top = offset + byteLength;
    this.#peak = Math.max(this.#peak, this.#top);
    return slice(buffer, offset, byteLength);
  }

  /** Gives everything back. The caller promises that the device is done with it. */
  reset(): void {
    this.#top = 0;
  }

  toString(): string {
    return `LinearMemory("${this.buffer.label}", ${bytesText(this.#top)} of ${bytesText(this.buffer.byteLength)} in use)`;
  }

  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }
}

/** Slices around a ring: those since the last `close` are given back when its point is reached. It owns its buffer. */
export class RingMemory implements Disposable {
  static {
    printsItself(this);
  }

  readonly buffer: Buffer;
  readonly #ring: Ring;
  /** The points of closed groups, oldest first; the mark of the first is `#released + 1`. */
  readonly #points: TimelinePoint[] = [];
  #released = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.#ring = new Ring(buffer.byteLength);
  }

  /** Bytes in use, those skipped at the end included. */
  get used(): number {
    return this.#ring.used;
  }

  /** The next `byteLength` bytes; undefined while the device still uses them. Doesn't wait. */
  take(byteLength: number, alignment: number = ALIGNMENT): MemorySlice | undefined {
    const { buffer } = this;
    checkSlice(buffer, byteLength, alignment);
    if (byteLength > buffer.byteLength) {
      throw new VulkanError(
        `Cannot take ${bytesText(byteLength)} of "${buffer.label}": it has ${bytesText(buffer.byteLength)}; make it larger`,
        { kind: 'buffer-too-small', labels: [buffer.label] },
      );
    }
    this.#collect();
    const offset = this.#ring.reserve(byteLength, alignment);
    return offset < 0 ? undefined : slice(buffer, offset, byteLength);
  }

  /** As `take`, but waits, without blocking, for the device to be done with enough. */
  async takeWhenFree(byteLength: number, alignment: number = ALIGNMENT): Promise<MemorySlice> {
    for (;;) {
      const found = this.take(byteLength, alignment);
      if (found) return found;
      const oldest = this.#points[0];
      if (!oldest) {
        throw new VulkanError(
          `Cannot take ${bytesText(byteLength)} of "${this.buffer.label}": ${bytesText(this.used)} of ${bytesText(this.buffer.byteLength)} were taken since the last close; close it with each submit`,
          { kind: 'buffer-too-small', labels: [this.buffer.label] },
        );
      }
      await oldest.timeline.wait(oldest.value);
    }
  }

  /** Ends a group: what was taken since the last close is free when the point, that of the submit that uses it, is reached. */
  close(point: TimelinePoint): void {
    if (typeof point?.timeline?.value !== 'function' || !Number.isSafeInteger(point.value)) {
      throw new TypeError(
        `Cannot close a group of "${this.buffer.label}": no point of a timeline is given; give what submit returned`,
      );
    }
    this.#points.push(point);
    this.#ring.close(this.#released + this.#points.length);
  }

  toString(): string {
    return `RingMemory("${this.buffer.label}", ${bytesText(this.used)} of ${bytesText(this.buffer.byteLength)} in use)`;
  }

  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }

  #collect(): void {
    while (this.#points.length > 0 && this.#points[0]!.timeline.value() >= this.#points[0]!.value) {
      this.#points.shift();
      this.#ring.release(++this.#released);
    }
  }
}
