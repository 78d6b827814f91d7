/**
 * @file Named pools: memory that is reserved at once, and in which buffers are placed until it is full; then it grows, if it
 * may. What lives in a pool can't be crowded out by others, and crowds nobody out. In one that reserves nothing and grows, what
 * the driver wants alone, large buffers mostly, is a piece by itself: on NVIDIA such memory is mapped in larger pages, and a step
 * over many arrays is faster there (docs/memory.md).
 */

import type { MemoryKind } from '../convert.ts';
import type { Device } from '../device/device.ts';
import type { Child } from '../device/driver.ts';
import { bytesText, OutOfMemoryError, VulkanError } from '../errors.ts';
import { printsItself } from '../printing.ts';
import type { BufferRole } from '../role.ts';
import { Buffer, makerOf, placeOf, usualNeeds } from './buffer.ts';
import type { BufferMaker, BufferNeeds, BufferOptions, Place } from './buffer.ts';
import type { Defragmentation } from './defragment.ts';
import { cut, Tally } from './heap.ts';
import type { DedicatedTo, MemoryBlock, MemoryRange } from './heap.ts';
import { Tlsf } from './tlsf.ts';
import { checkNames, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';

/** What a pool is made from. */
export interface PoolOptions {
  /** Its name in messages, and in the heap's list of owners for what is reserved and not used. */
  readonly label: string;
  /** Bytes to reserve; 0 only for one that grows. */
  readonly byteLength: number;
  /** Default 'device'. */
  readonly memory?: MemoryKind;
  /**
   * Whether it takes more where it is full: as much again as it has, but at most 256 MiB, or as much as a larger buffer needs.
   * What was taken so goes back with the last buffer in it. Where nothing is reserved, what the driver wants alone gets memory of
   * its own, and doesn't move. Default false.
   */
  readonly grows?: boolean;
}

const POOL_OPTIONS: Names<PoolOptions> = Object.freeze({ label: true, byteLength: true, memory: true, grows: true });

/** A pool in figures; sizes in bytes. */
export interface PoolUse {
  readonly byteLength: number;
  readonly used: number;
  readonly free: number;
  /** The largest buffer that still fits without growing. */
  readonly largestHole: number;
  readonly holes: number;
  readonly buffers: number;
  /** Pieces of memory that it consists of: one, one more each time it grew, and one for each buffer that lies alone. */
  readonly blocks: number;
}

/** The driver's alignments divide this, so offsets in a pool are aligned as they are in its memory. */
const ALIGNMENT = 2 ** 16;
const LARGEST_GROWTH = 2 ** 28;

/** What memory is taken for, and of which types. */
interface Wish {
  readonly what: string;
  readonly about: readonly string[];
  readonly types: readonly number[];
}

/** A piece of a pool: a range of the device's heap, cut by the pool. */
interface Segment extends MemoryBlock {
  readonly range: MemoryRange;
}

/** Reserved memory. After its end no buffer is placed in it; it goes back to the heap with the last one that was. */
export class MemoryPool implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'memory pool';
  readonly label: string;
  readonly memory: MemoryKind;
  readonly #maker: BufferMaker;
  readonly #grows: boolean;
  readonly #types: readonly number[];
  readonly #segments: Segment[] = [];
  readonly #owners = new Tally();
  readonly #reserved: number;
  #disposed = false;

  constructor(maker: BufferMaker, options: PoolOptions) {
    checkNames('Cannot create memory pool', options, POOL_OPTIONS);
    const { label, byteLength, memory = 'device', grows = false } = options;
    maker.driver.checkOpen();
    this.#maker = maker;
    this.label = label;
    this.memory = memory;
    this.#grows = grows;
    this.#reserved = byteLength === 0 && grows ? 0 : 1;
    const measured = byteLength === 0 && grows ? ALIGNMENT : byteLength;
    const { memoryTypeBits } = usualNeeds(maker, { kind: this.kind, label, byteLength: measured });
    this.#types = maker.memory.typesFor(memory, memoryTypeBits);
    const wish: Wish = { what: `memory pool "${label}"`, about: [label], types: this.#types };
    if (this.#reserved > 0) this.#addSegment(byteLength, wish);
    maker.driver.children.add(this);
  }

  /** Bytes that it has taken. */
  get byteLength(): number {
    return this.#segments.reduce((sum, { space }) => sum + space.byteLength, 0);
  }

  /** Bytes that its buffers hold. */
  get used(): number {
    return this.#segments.reduce((sum, { space }) => sum + space.used, 0);
  }

  /** The largest buffer that still fits without growing, in bytes. */
  get largestHole(): number {
    return this.#segments.reduce((most, { space }) => Math.max(most, space.largestHole), 0);
  }

  /** Its pieces that hold several buffers, for defragmentation. */
  get sharedBlocks(): readonly (readonly MemoryBlock[])[] {
    return [this.#shared()];
  }

  /** As `device.defragment`, among the pool's own buffers. Waits for the device. */
  defragment(): Promise<Defragmentation> {
    return this.#maker.defragment(this);
  }

  /** How full it is. */
  report(): PoolUse {
    const reports = this.#segments.map(({ space }) => space.report());
    const sum = (key: 'byteLength' | 'used' | 'free' | 'holes' | 'allocations'): number =>
      reports.reduce((total, each) => total + each[key], 0);
    return {
      byteLength: sum('byteLength'),
      used: sum('used'),
      free: sum('free'),
      largestHole: this.largestHole,
      holes: sum('holes'),
      buffers: sum('allocations'),
      blocks: reports.length,
    };
  }

  /** A buffer in the pool. Throws OutOfMemoryError when the pool is full, and can't grow. */
  createBuffer<const R extends BufferRole = 'any'>(options: Omit<BufferOptions<R>, 'memory'>): Buffer<R> {
    checkOptions('Cannot create buffer', options);
    if (this.#disposed) {
      throw new VulkanError(
        `Cannot create buffer "${options.label}": memory pool "${this.label}" was disposed; create it before`,
        { kind: 'allocation', labels: [options.label, this.label] },
      );
    }
    const { memory } = this;
    const place = (buffer: Buffer, needs: BufferNeeds): Place => this.#place(buffer, needs);
    return new Buffer(this.#maker, { ...options, memory }, { memory, handleTypes: 0, place });
  }

  /** Takes back what a range of it was; part of its buffers' end. */
  release(range: MemoryRange): void {
    const segment = range.block as Segment;
    segment.space.release(range.allocation);
    segment.ranges.delete(range);
    this.#tally(range, -1);
    this.trim();
  }

  /** Gives back what it took beyond its reserve and doesn't need; after its end all that is empty. */
  trim(): void {
    for (const segment of this.#segments.slice(this.#disposed ? 0 : this.#reserved)) {
      if (segment.ranges.size > 0) continue;
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      this.#maker.heap.release(segment.range);
    }
  }

  toString(): string {
    const used = `${bytesText(this.used)} of ${bytesText(this.byteLength)} used`;
    return `${this.constructor.name}("${this.label}", ${used}${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#maker.driver.children.delete(this);
    this.trim();
  }

  #shared(): Segment[] {
    return this.#segments.filter(({ dedicated }) => !dedicated);
  }

  #place({ label, owner, handle }: Buffer, needs: BufferNeeds): Place {
    const { byteLength, alignment, memoryTypeBits, resident } = needs;
    const types = this.#segments.length > 0 ? [this.#segments[0]!.type] : this.#types;
    const fitting = types.filter((type) => (memoryTypeBits & (1 << type)) !== 0);
    if (fitting.length === 0) {
      throw new VulkanError(`Cannot create buffer "${label}": its uses don't go with memory pool "${this.label}"`, {
        kind: 'buffer',
        labels: [label, this.label],
      });
    }
    const request = { label, owner, byteLength, alignment, resident };
    this.#maker.driver.collect();
    const wish: Wish = { ...this.#naming(label), types: fitting };
    const apart = needs.alone !== undefined && this.#grows && this.#reserved === 0;
    const own = apart ? this.#addOwn(byteLength, wish, { kind: 'buffer', handle }) : undefined;
    let range = own ? cut(own, { ...request, resident: undefined }) : this.#cut(request);
    if (!range && !this.#grows) {
      this.#maker.reclaim();
      range = this.#cut(request);
    }
    if (!range) {
      if (!this.#grows) throw this.#full(label, byteLength);
      this.#grow(byteLength, wish);
      range = this.#cut(request)!;
    }
    this.#tally(range, 1);
    return placeOf(range, (last) => this.release(last));
  }

  #cut(request: Parameters<typeof cut>[1]): MemoryRange | undefined {
    for (const segment of this.#shared()) {
      const range = cut(segment, request);
      if (range) return range;
    }
    return undefined;
  }

  /** Counts a range by its own names, in place of the pool's. */
  #tally(range: MemoryRange, sign: 1 | -1): void {
    this.#owners.add(range.owner, sign * range.byteLength, sign);
    this.#maker.heap.lend((range.block as Segment).range, range, sign * range.byteLength);
  }

  #grow(byteLength: number, wish: Wish): void {
    const held = this.#shared().reduce((sum, { space }) => sum + space.byteLength, 0);
    const wished = Math.max(byteLength, Math.min(held, LARGEST_GROWTH));
    for (const size of new Set([wished, byteLength])) {
      try {
        this.#addSegment(size, wish);
        return;
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        if (size !== byteLength) continue;
        this.#maker.reclaim();
        this.#addSegment(size, wish);
      }
    }
  }

  /** Memory of the best type for one buffer alone; undefined where there is none. */
  #addOwn(byteLength: number, wish: Wish, to: DedicatedTo): Segment | undefined {
    try {
      return this.#addSegment(byteLength, { ...wish, types: wish.types.slice(0, 1) }, to);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return undefined;
    }
  }

  #addSegment(byteLength: number, wish: Wish, dedicatedTo?: DedicatedTo): Segment {
    const { heap } = this.#maker;
    const range = heap.allocate({ ...wish, owner: this.label, byteLength, alignment: ALIGNMENT, dedicatedTo });
    const { memory, type, byteOffset } = range;
    const space = new Tlsf(byteLength);
    const dedicated = dedicatedTo !== undefined;
    const segment = { memory, type, byteOffset, space, dedicated, ranges: new Set<MemoryRange>(), range };
    this.#segments.push(segment);
    return segment;
  }

  /** A buffer of the pool, as errors call it. */
  #naming(label: string): Pick<Wish, 'what' | 'about'> {
    return { what: `buffer "${label}" in memory pool "${this.label}"`, about: [label, this.label] };
  }

  #full(label: string, requested: number): OutOfMemoryError {
    const { free, largestHole } = this.report();
    const figures = { requested, free, largestHole, owners: this.#owners.biggest(5) };
    const { what, about } = this.#naming(label);
    return new OutOfMemoryError(what, figures, { labels: about });
  }
}

/** What a heap of one's own is made from. */
export interface HeapOptions {
  /** Its name in messages. Default 'heap'. */
  readonly label?: string;
  readonly memoryType: MemoryKind;
  /** Bytes to reserve. */
  readonly byteLength: number;
}

const HEAP_OPTIONS: Names<HeapOptions> = Object.freeze({ label: true, memoryType: true, byteLength: true });

/**
 * Memory of one type that a builder takes for good and places buffers in: never more than `byteLength`, whatever the device
 * has. Dispose it with its last buffer.
 */
export class Heap extends MemoryPool {
  constructor(device: Device, options: HeapOptions) {
    checkNames('Cannot create heap', options, HEAP_OPTIONS);
    const { label = 'heap', memoryType, byteLength } = options;
    super(makerOf(device), { label, memory: memoryType, byteLength });
  }
}
