/** @file Buffers that go together: whoever fails half-way, or ends, gives all of them back. */
import type { Buffer, BufferOptions, Device } from '@halocline/gpu';

/** Makes buffers of one owner, and disposes them with itself. */
export class OwnedBuffers implements Disposable {
  readonly #device: Device;
  readonly #owner: string;
  readonly #buffers = new Set<Buffer>();

  /** `owner` is what out-of-memory messages call them. */
  constructor(device: Device, owner: string) {
    this.#device = device;
    this.#owner = owner;
  }

  make(options: BufferOptions): Buffer {
    const buffer = this.#device.createBuffer({ owner: this.#owner, ...options });
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
