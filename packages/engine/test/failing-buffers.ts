/** @file Buffers that find no memory, at a count: what `memoryLimit` can't put its finger on. */
import { OutOfMemoryError, type BufferOptions, type Device } from '@halocline/gpu';

interface Source {
  createBuffer(options: BufferOptions): unknown;
}

/** Counts the buffers that devices and their pools are asked for, and lets some find no memory. */
export class FailingBuffers {
  #count = 0;
  #first = Infinity;
  #last = Infinity;
  #label: string | null = null;
  /** How many found none since `fail`. */
  failed = 0;

  /** The devices have made no pools yet. */
  constructor(devices: readonly Device[]) {
    for (const device of devices) {
      this.#watch(device);
      const createPool = device.createPool.bind(device);
      device.createPool = (options) => this.#watch(createPool(options));
    }
  }

  /** The n-th buffer from here on fails, from 1, and `count` in all; of those of one label, where one is given. */
  fail(first: number, { count = 1, label = null }: { count?: number; label?: string | null } = {}): void {
    this.#label = label;
    this.#count = 0;
    this.failed = 0;
    this.#first = first;
    this.#last = first + count - 1;
  }

  /** None fails. */
  stop(): void {
    this.#first = Infinity;
  }

  #watch<T extends Source>(source: T): T {
    const createBuffer = source.createBuffer.bind(source) as T['createBuffer'];
    source.createBuffer = (options) => {
      if (this.#label === null || options.label === this.#label) this.#count++;
      else return createBuffer(options);
      if (this.#count < this.#first || this.#count > this.#last) return createBuffer(options);
      this.failed++;
      const nothing = { requested: options.byteLength, free: 0, largestHole: 0, owners: [] };
      throw new OutOfMemoryError(`buffer "${options.label}"`, nothing);
    };
    return source;
  }
}
