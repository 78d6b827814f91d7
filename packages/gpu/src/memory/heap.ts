/**
 * @file The heap of a device: takes large blocks from the driver and cuts them with TLSF, one set of blocks for each memory
 * type. What is large in itself gets a block of its own. An empty block is given back; one of each type is kept as a spare
 * until the memory is needed. The limit is enforced here, whatever the driver says: some software drivers promise memory
 * that they don't have.
 *
 * The policy knows no Vulkan: `MemorySource` is the driver.
 */

import { bytesText, OutOfMemoryError } from '../errors.ts';
import type { MemoryOwner } from '../errors.ts';
import { Tlsf } from './tlsf.ts';
import type { TlsfAllocation } from './tlsf.ts';
import { printsItself } from '../printing.ts';

/** Memory that a driver gave. `bytes` is there if the host sees it. */
export interface SourceMemory {
  readonly handle: bigint;
  readonly byteLength: number;
  readonly bytes: ArrayBuffer | undefined;
}

/** What a driver said that gave no memory. */
export interface Refusal {
  /** The Vulkan command, such as "vkAllocateMemory". */
  readonly command: string;
  /** The name of its result code. */
  readonly result: string;
}

/** Where blocks come from. Memory types and heaps are indices. */
export interface MemorySource {
  /** The heap that a type's memory comes from. */
  heapOf(type: number): number;
  /** Bytes of a heap. */
  sizeOf(heap: number): number;
  /** Bytes of a heap that may still be taken, when we hold `taken` of them. */
  freeOf(heap: number, taken: number): number;
  /** Takes memory, for one thing alone if `to` is given. */
  take(type: number, byteLength: number, to: DedicatedTo | undefined): SourceMemory | Refusal;
  giveBack(memory: SourceMemory): void;
}

/** The only thing that will be bound to memory. */
export interface DedicatedTo {
  readonly kind: 'buffer' | 'image';
  readonly handle: bigint;
}

/** What is asked of the heap; sizes in bytes. */
export interface MemoryRequest {
  /** What it is for, in an out-of-memory message: `buffer "density"`. */
  readonly what: string;
  readonly owner: string;
  /** Its name in the statistics by label. Default: the owner. */
  readonly label?: string;
  /** The labels of what it is for, in an out-of-memory error. Default: its name. */
  readonly about?: readonly string[];
  readonly byteLength: number;
  readonly alignment: number;
  /** Memory types that will do, the best first. */
  readonly types: readonly number[];
  /** The driver wants memory of its own for this. */
  readonly dedicatedTo?: DedicatedTo | undefined;
  /** Who is told when the range moves; it never does without. */
  readonly resident?: Resident | undefined;
}

/** Who lies in a range that may move: the heap only asks whether there is somebody. */
export type Resident = object;

/** Memory that ranges are cut from. */
export interface MemoryBlock {
  readonly type: number;
  readonly memory: SourceMemory;
  /** Where in the memory it begins, in bytes. */
  readonly byteOffset: number;
  readonly space: Tlsf;
  readonly dedicated: boolean;
  readonly ranges: Set<MemoryRange>;
}

/** A range of device memory that a buffer is bound to. */
export interface MemoryRange {
  readonly memory: SourceMemory;
  /** The memory type. */
  readonly type: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly alignment: number;
  readonly owner: string;
  readonly label: string;
  readonly block: MemoryBlock;
  readonly allocation: TlsfAllocation;
  readonly resident: Resident | undefined;
}

/** What comes from one of the device's memory heaps; sizes in bytes. */
export interface MemoryHeapUse {
  /** The heap's index, as in the device's report. */
  readonly heap: number;
  /** Held by buffers. */
  readonly used: number;
  /** Taken from the driver, in `blocks` blocks. */
  readonly taken: number;
  readonly blocks: number;
  /** Free ranges within the blocks, and the largest of them. */
  readonly holes: number;
  readonly largestHole: number;
}

/** The heap in figures; sizes in bytes. */
export interface HeapUse {
  /** The device's memory heaps that something was taken from. */
  readonly heaps: readonly MemoryHeapUse[];
  /** Bytes that buffers hold. */
  readonly used: number;
  /** Bytes taken from the driver. */
  readonly taken: number;
  /** Bytes that may be held at most, over all memory heaps that were touched. */
  readonly limit: number;
  readonly allocations: number;
  readonly blocks: number;
  readonly owners: readonly MemoryOwner[];
  /** The same by the buffers' labels, in place of who holds them. */
  readonly labels: readonly MemoryOwner[];
}

/** Bytes and buffers by a name: that of who holds them, or their own. */
export class Tally {
  readonly #entries = new Map<string, { byteLength: number; buffers: number }>();

  /** Adds buffers and their bytes under a name, or takes them away. */
  add(name: string, byteLength: number, buffers: number): void {
    const entry = this.#entries.get(name) ?? { byteLength: 0, buffers: 0 };
    entry.byteLength += byteLength;
    entry.buffers += buffers;
    if (entry.buffers === 0) this.#entries.delete(name);
    else this.#entries.set(name, entry);
  }

  /** At most `count` of them, the biggest first. */
  biggest(count: number): MemoryOwner[] {
    const found = [...this.#entries].map(([owner, { byteLength, buffers }]) => ({ owner, byteLength, buffers }));
    return found
      .filter((each) => each.byteLength > 0)
      .sort((a, b) => b.byteLength - a.byteLength)
      .slice(0, count);
  }
}

const SMALLEST_BLOCK = 2 ** 20;
const LARGEST_BLOCK = 2 ** 28;

/** Allocates device memory. */
export class DeviceHeap {
  static {
    printsItself(this);
  }

  readonly #source: MemorySource;
  readonly #memoryLimit: number;
  readonly #blocks: MemoryBlock[][] = [];
  readonly #taken: number[] = [];
  readonly #owners = new Tally();
  readonly #labels = new Tally();
  #used = 0;
  #allocations = 0;

  /** `memoryLimit` bounds, in bytes, what is taken from each of the device's memory heaps. */
  constructor(source: MemorySource, memoryLimit: number = Infinity) {
    this.#source = source;
    this.#memoryLimit = memoryLimit;
  }

  /** Bytes that buffers hold. */
  get used(): number {
    return this.#used;
  }

  get allocations(): number {
    return this.#allocations;
  }

  /** The most bytes that may come from the heap of a memory type. */
  limitOf(type: number): number {
    return Math.min(this.#memoryLimit, this.#source.sizeOf(this.#source.heapOf(type)));
  }

  /** A range that fits the request; throws OutOfMemoryError. */
  allocate(request: MemoryRequest): MemoryRange {
    let refusal: Refusal | undefined;
    for (const type of request.types) {
      const range = this.#allocateFrom(type, request);
      if (range === undefined || 'result' in range) {
        refusal = range ?? refusal;
        continue;
      }
      this.#used += range.byteLength;
      this.#allocations++;
      this.#owners.add(range.owner, range.byteLength, 1);
      this.#labels.add(range.label, range.byteLength, 1);
      return range;
    }
    const { what, owner, label = owner, about = [label] } = request;
    throw new OutOfMemoryError(what, this.#figures(request), { labels: about, ...refusal });
  }

  /** Gives a range back; a block that is empty goes back to the driver, but for one of each type. */
  release(range: MemoryRange): void {
    const { block } = range;
    block.space.release(range.allocation);
    block.ranges.delete(range);
    this.#used -= range.byteLength;
    this.#allocations--;
    this.#owners.add(range.owner, -range.byteLength, -1);
    this.#labels.add(range.label, -range.byteLength, -1);
    if (block.space.allocations > 0) return;
    const spare = this.#blocks[block.type]!.some(
      (other) => other !== block && !other.dedicated && other.space.allocations === 0,
    );
    if (block.dedicated || spare) this.#drop(block);
  }

  /** Counts bytes of a range under another name: what lies in a pool is known by its own. */
  lend(range: MemoryRange, to: { readonly owner: string; readonly label: string }, byteLength: number): void {
    const buffers = Math.sign(byteLength);
    this.#owners.add(to.owner, byteLength, buffers);
    this.#labels.add(to.label, byteLength, buffers);
    this.#owners.add(range.owner, -byteLength, 0);
    this.#labels.add(range.label, -byteLength, 0);
  }

  /** The blocks that hold several ranges, a list for each memory type. */
  get sharedBlocks(): readonly (readonly MemoryBlock[])[] {
    return this.#blocks.map((blocks) => blocks?.filter((block) => !block.dedicated) ?? []);
  }

  /** Gives every empty block back to the driver. */
  trim(): void {
    for (const blocks of this.#blocks) {
      for (const block of blocks?.filter(isEmpty) ?? []) this.#drop(block);
    }
  }

  toString(): string {
    const { used, taken, allocations, blocks } = this.report();
    return `DeviceHeap(${bytesText(used)} in ${allocations} ranges, ${bytesText(taken)} taken in ${blocks} blocks)`;
  }

  report(): HeapUse {
    const blocks = this.#blocks.flatMap((list) => list ?? []);
    const heaps = new Set(blocks.map((block) => this.#source.heapOf(block.type)));
    return {
      heaps: [...heaps].sort((a, b) => a - b).map((heap) => this.#heapUse(heap, blocks)),
      used: this.#used,
      taken: this.#taken.reduce((sum, bytes) => sum + (bytes ?? 0), 0),
      limit: [...heaps].reduce((sum, heap) => sum + Math.min(this.#memoryLimit, this.#source.sizeOf(heap)), 0),
      allocations: this.#allocations,
      blocks: blocks.length,
      owners: this.#owners.biggest(Infinity),
      labels: this.#labels.biggest(Infinity),
    };
  }

  #heapUse(heap: number, blocks: readonly MemoryBlock[]): MemoryHeapUse {
    const own = blocks.filter((block) => this.#source.heapOf(block.type) === heap);
    const reports = own.map(({ space }) => space.report());
    return {
      heap,
      used: reports.reduce((sum, each) => sum + each.used, 0),
      taken: own.reduce((sum, { memory }) => sum + memory.byteLength, 0),
      blocks: own.length,
      holes: reports.reduce((sum, each) => sum + each.holes, 0),
      largestHole: reports.reduce((most, each) => Math.max(most, each.largestHole), 0),
    };
  }

  #allocateFrom(type: number, request: MemoryRequest): MemoryRange | Refusal | undefined {
    const blocks = (this.#blocks[type] ??= []);
    const alone = request.dedicatedTo !== undefined || request.byteLength > this.#blockSize(type) / 2;
    if (!alone) {
      for (const block of blocks) {
        const range = block.dedicated ? undefined : cut(block, request);
        if (range) return range;
      }
    }
    const block = this.#takeBlock(type, request, alone);
    return block === undefined || 'result' in block ? block : cut(block, request);
  }

  #takeBlock(type: number, request: MemoryRequest, alone: boolean): MemoryBlock | Refusal | undefined {
    const heap = this.#source.heapOf(type);
    if (request.byteLength > this.#freeOf(heap)) this.#dropSpares(heap);
    let refusal: Refusal | undefined;
    for (let byteLength = alone ? request.byteLength : this.#blockSize(type); ; byteLength /= 2) {
      const wanted = Math.max(request.byteLength, Math.floor(byteLength));
      const memory = wanted <= this.#freeOf(heap) ? this.#source.take(type, wanted, request.dedicatedTo) : undefined;
      if (memory && 'result' in memory) refusal = memory;
      else if (memory) {
        const block: MemoryBlock = {
          type,
          memory,
          byteOffset: 0,
          space: new Tlsf(memory.byteLength),
          dedicated: alone,
          ranges: new Set(),
        };
        this.#blocks[type]!.push(block);
        this.#taken[heap] = (this.#taken[heap] ?? 0) + memory.byteLength;
        return block;
      }
      if (wanted === request.byteLength) return refusal;
    }
  }

  #freeOf(heap: number): number {
    const taken = this.#taken[heap] ?? 0;
    return Math.max(0, Math.min(this.#memoryLimit - taken, this.#source.freeOf(heap, taken)));
  }

  /** A sixteenth of what there is, as a power of two, between 1 and 256 MiB. */
  #blockSize(type: number): number {
    const part = 2 ** Math.floor(Math.log2(this.limitOf(type) / 16));
    return Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, part));
  }

  #dropSpares(heap: number): void {
    for (const [type, blocks] of this.#blocks.entries()) {
      if (!blocks || this.#source.heapOf(type) !== heap) continue;
      for (const block of blocks.filter(isEmpty)) this.#drop(block);
    }
  }

  #drop(block: MemoryBlock): void {
    const blocks = this.#blocks[block.type]!;
    blocks.splice(blocks.indexOf(block), 1);
    const heap = this.#source.heapOf(block.type);
    this.#taken[heap] = this.#taken[heap]! - block.memory.byteLength;
    this.#source.giveBack(block.memory);
  }

  /** The figures are those of the best type's heap. */
  #figures(request: MemoryRequest): { requested: number; free: number; largestHole: number; owners: MemoryOwner[] } {
    const best = request.types[0]!;
    const heap = this.#source.heapOf(best);
    let free = this.#freeOf(heap);
    let largestHole = free;
    for (const [type, blocks] of this.#blocks.entries()) {
      if (!blocks || this.#source.heapOf(type) !== heap) continue;
      for (const { space, dedicated } of blocks) {
        free += space.free;
        if (!dedicated && request.types.includes(type)) largestHole = Math.max(largestHole, space.largestHole);
      }
    }
    return { requested: request.byteLength, free, largestHole, owners: this.#owners.biggest(5) };
  }
}

function isEmpty(block: MemoryBlock): boolean {
  return block.space.allocations === 0;
}

/** Cuts a range out of a block; undefined if no hole would do. */
export function cut(block: MemoryBlock, request: Omit<MemoryRequest, 'types' | 'what'>): MemoryRange | undefined {
  const allocation = block.space.allocate(request.byteLength, request.alignment);
  if (!allocation) return undefined;
  const { owner, label = owner, alignment, resident } = request;
  const range = rangeAt(block, allocation, { owner, label, alignment, resident });
  block.ranges.add(range);
  return range;
}

/** What a range keeps when it moves. */
export type RangeKeep = Pick<MemoryRange, 'owner' | 'label' | 'alignment' | 'resident'>;

/** The range that an allocation of a block is. */
export function rangeAt(block: MemoryBlock, allocation: TlsfAllocation, keep: RangeKeep): MemoryRange {
  const { owner, label, alignment, resident } = keep;
  const { memory, type } = block;
  const byteOffset = block.byteOffset + allocation.offset;
  const { byteLength } = allocation;
  return { memory, type, byteOffset, byteLength, alignment, owner, label, block, allocation, resident };
}
