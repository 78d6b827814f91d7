/** @file Buffers that go together: whoever fails half-way, or ends, gives all of them back. */
import type { Buffer, BufferOptions } from '@halocline/gpu';

/** Where buffers come from: a device, or a pool of one. */
export interface BufferSource {
  createBuffer(options: BufferOptions): Buffer;
}

/** Makes buffers of one owner, and disposes them with itself. */
export class OwnedBuffers implements Disposable {
  readonly #source: BufferSource;
  readonly #owner: string;
  readonly #buffers = new Set<Buffer>();

  /** `owner` is what out-of-memory messages call them. */
  constructor(source: BufferSource, owner: string) {
    this.#source = source;
    this.#owner = owner;
  }

  make(options: BufferOptions): Buffer {
    const buffer = this.#source.createBuffer({ owner: this.#owner, ...options });
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Disposes one of them before the others. */
  release(buffer: Buffer): void {
    this.#buffers.delete(buffer);
    buffer[Symbol.dispose]();
  }

  /** Bytes of all. */
  get byteLength(): number {
    return [...this.#buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) buffer[Symbol.dispose]();
    this.#buffers.clear();
  }
}
