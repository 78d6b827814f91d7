/**
 * @file Named pools: memory that is reserved at once, and in which buffers are placed until it is full. What lives in a pool
 * can't be crowded out by others, and crowds nobody out.
 */

import type { MemoryKind } from '../convert.ts';
import type { Child } from '../device/driver.ts';
import { bytesText, OutOfMemoryError, VulkanError } from '../errors.ts';
import { printsItself } from '../printing.ts';
import { Buffer, usualNeeds } from './buffer.ts';
import type { BufferMaker, BufferNeeds, BufferOptions, Place } from './buffer.ts';
import { Tally } from './heap.ts';
import type { MemoryRange } from './heap.ts';
import { Tlsf } from './tlsf.ts';

/** What a pool is made from. */
export interface PoolOptions {
  /** Its name in messages, and in the heap's list of owners. */
  readonly label: string;
  /** Bytes to reserve. */
  readonly byteLength: number;
  /** Default 'device'. */
  readonly memory?: MemoryKind;
}

/** The driver's alignments divide this, so offsets in a pool are aligned as they are in its memory. */
const ALIGNMENT = 2 ** 16;

/** Reserved memory. After its end no buffer is placed in it; it goes back to the heap with the last one that was. */
export class MemoryPool implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'memory pool';
  readonly label: string;
  readonly byteLength: number;
  readonly memory: MemoryKind;
  readonly #maker: BufferMaker;
  readonly #range: MemoryRange;
  readonly #space: Tlsf;
  readonly #owners = new Tally();
  #disposed = false;

  constructor(maker: BufferMaker, { label, byteLength, memory = 'device' }: PoolOptions) {
    this.#maker = maker;
    this.label = label;
    this.byteLength = byteLength;
    this.memory = memory;
    const { memoryTypeBits } = usualNeeds(maker, label, byteLength);
    const types = maker.memory.typesFor(memory, memoryTypeBits);
    const what = `memory pool "${label}"`;
    this.#range = maker.heap.allocate({ what, owner: label, byteLength, alignment: ALIGNMENT, types });
    this.#space = new Tlsf(byteLength);
    maker.driver.children.add(this);
  }

  /** Bytes that its buffers hold. */
  get used(): number {
    return this.#space.used;
  }

  /** The largest buffer that still fits, in bytes. */
  get largestHole(): number {
    return this.#space.largestHole;
  }

  /** A buffer in the pool. Throws OutOfMemoryError when the pool is full. */
  createBuffer(options: Omit<BufferOptions, 'memory'>): Buffer {
    if (this.#disposed) {
      throw new VulkanError(
        `Cannot create buffer "${options.label}": memory pool "${this.label}" was disposed; create it before`,
        { kind: 'allocation', labels: [options.label, this.label] },
      );
    }
    const place = (buffer: Buffer, needs: BufferNeeds): Place => this.#place(buffer, needs);
    return new Buffer(this.#maker, { ...options, memory: this.memory }, { memory: this.memory, handleTypes: 0, place });
  }

  toString(): string {
    const used = `${bytesText(this.used)} of ${bytesText(this.byteLength)} used`;
    return `MemoryPool("${this.label}", ${used}${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#maker.driver.children.delete(this);
    this.#endWhenEmpty();
  }

  #endWhenEmpty(): void {
    if (this.#disposed && this.#space.allocations === 0) this.#maker.heap.release(this.#range);
  }

  #place({ label, owner }: Buffer, { byteLength, alignment, memoryTypeBits }: BufferNeeds): Place {
    if ((memoryTypeBits & (1 << this.#range.type)) === 0) {
      throw new VulkanError(`Cannot create buffer "${label}": its uses don't go with memory pool "${this.label}"`, {
        kind: 'buffer',
        labels: [label, this.label],
      });
    }
    this.#maker.driver.collect();
    let allocation = this.#space.allocate(byteLength, alignment);
    if (!allocation) {
      this.#maker.reclaim();
      allocation = this.#space.allocate(byteLength, alignment);
    }
    if (!allocation) throw this.#full(label, byteLength);
    const taken = allocation;
    this.#owners.add(owner, taken.byteLength, 1);
    return {
      memory: this.#range.memory,
      byteOffset: this.#range.byteOffset + taken.offset,
      release: () => {
        this.#space.release(taken);
        this.#owners.add(owner, -taken.byteLength, -1);
        this.#endWhenEmpty();
      },
    };
  }

  #full(label: string, requested: number): OutOfMemoryError {
    const { free, largestHole } = this.#space;
    const figures = { requested, free, largestHole, owners: this.#owners.biggest(5) };
    return new OutOfMemoryError(`buffer "${label}" in memory pool "${this.label}"`, figures, {
      labels: [label, this.label],
    });
  }
}
