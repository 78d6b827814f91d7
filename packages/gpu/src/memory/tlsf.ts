/**
 * @file Two-level segregated fit: a sub-allocator over offsets alone. It knows no graphics; what lies behind the offsets
 * (device memory, a ring, a file) is the caller's. Sizes are JavaScript numbers, exact to 2⁵³, so spaces past 4 GiB work.
 *
 * Free blocks hang in lists, one for each size class. The first level is the power of two, the second cuts it into 32
 * parts; a bit says which classes have blocks, so the smallest sufficient class is found by counting zeros:
 *
 *     size   =  1 b₄b₃b₂b₁b₀ x x x x        first = place of the leading 1, second = b₄…b₀
 *
 * Taking, splitting, freeing and merging with both neighbours are O(1). One exception, on the way to failure: a block whose
 * class is the request's own may be large enough or not, and such lists are walked only when no larger class has a block.
 * So `allocate` fails only if no hole would do.
 *
 * Source: M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory allocator for real-time systems" (2004).
 */

import { printsItself } from '../printing.ts';

/** A range that was handed out: `offset` and `byteLength` in bytes. It is also the key to free it by. */
export interface TlsfAllocation {
  readonly offset: number;
  readonly byteLength: number;
  /** The allocator's own number of the block. */
  readonly node: number;
}

/** The same as the allocator keeps it: a range that is taken again gets another number. */
interface Owner extends TlsfAllocation {
  node: number;
}

/** How full an allocator is; sizes in bytes. */
export interface TlsfReport {
  readonly byteLength: number;
  readonly used: number;
  readonly free: number;
  readonly largestHole: number;
  readonly holes: number;
  readonly allocations: number;
}

const SECOND_BITS = 5;
const SECOND = 1 << SECOND_BITS;
const FIRST = 54 - SECOND_BITS;
const NONE = -1;

/** Sub-allocates the range 0 … byteLength. */
export class Tlsf {
  static {
    printsItself(this);
  }

  readonly byteLength: number;
  #used = 0;
  #allocations = 0;
  #holes = 0;
  // Blocks, by number: place, size, neighbours in space, neighbours in their free list, and the allocation that holds them.
  #offset: number[] = [];
  #size: number[] = [];
  #before: number[] = [];
  #after: number[] = [];
  #previousFree: number[] = [];
  #nextFree: number[] = [];
  #owner: (Owner | null)[] = [];
  #unusedNodes: number[] = [];
  // Heads of the free lists, and which of them are not empty: one word of 32 classes for each power of two, then those words.
  readonly #heads = new Int32Array(FIRST * SECOND).fill(NONE);
  readonly #secondMap = new Int32Array(FIRST);
  #firstMapLow = 0;
  #firstMapHigh = 0;

  constructor(byteLength: number) {
    if (!Number.isSafeInteger(byteLength) || byteLength <= 0) {
      throw new RangeError(
        `Cannot make an allocator of ${byteLength} bytes: the size must be an integer from 1 to 2⁵³−1`,
      );
    }
    this.byteLength = byteLength;
    this.#release(this.#node(0, byteLength, NONE, NONE));
  }

  get used(): number {
    return this.#used;
  }

  get free(): number {
    return this.byteLength - this.#used;
  }

  get allocations(): number {
    return this.#allocations;
  }

  /** Takes `byteLength` bytes whose offset is a multiple of `alignment` (a power of two); undefined if no hole would do. */
  allocate(byteLength: number, alignment = 1): TlsfAllocation | undefined {
    checkByteLength(byteLength);
    checkAlignment(alignment);
    if (byteLength > this.free) return undefined;
    const padded = byteLength + alignment - 1;
    let node = this.#firstOfClass(classAtLeast(padded));
    if (node === NONE) node = this.#walk(classOf(byteLength), classOf(padded), byteLength, alignment);
    return node === NONE ? undefined : this.#take(node, byteLength, alignment);
  }

  /** As `allocate`, but at the lowest offset where the range fits: it looks at the ranges one by one. */
  allocateLowest(byteLength: number, alignment = 1): TlsfAllocation | undefined {
    checkByteLength(byteLength);
    checkAlignment(alignment);
    for (let node = 0; node !== NONE; node = this.#after[node]!) {
      if (this.#owner[node] !== null) continue;
      const start = alignUp(this.#offset[node]!, alignment);
      if (start + byteLength <= this.#offset[node]! + this.#size[node]!) return this.#take(node, byteLength, alignment);
    }
    return undefined;
  }

  /** The lowest offset that a range could move down to, its own place counted as free; its own if there is none lower. */
  lowestOffset(allocation: TlsfAllocation, alignment = 1): number {
    checkAlignment(alignment);
    const { node: own, offset, byteLength } = allocation;
    this.#checkOwn('move', allocation);
    for (let node = 0; node !== own; node = this.#after[node]!) {
      if (this.#owner[node] !== null) continue;
      const start = alignUp(this.#offset[node]!, alignment);
      const end = this.#offset[node]! + this.#size[node]! + (this.#after[node] === own ? byteLength : 0);
      if (start < offset && start + byteLength <= end) return start;
    }
    return offset;
  }

  /** Gives a range back, and merges it with the holes on both sides. */
  release(allocation: TlsfAllocation): void {
    const { node } = allocation;
    this.#checkOwn('free', allocation);
    this.#owner[node] = null;
    this.#used -= this.#size[node]!;
    this.#allocations--;
    this.#release(this.#merge(node));
  }

  /** Takes a range again that was given back, at its place: the same key frees it then. Nothing may have been taken there since. */
  retake(allocation: TlsfAllocation): void {
    const { offset, byteLength } = allocation;
    for (let node = 0; node !== NONE; node = this.#after[node]!) {
      const end = this.#offset[node]! + this.#size[node]!;
      if (end <= offset) continue;
      if (this.#owner[node] !== null || end < offset + byteLength) break;
      this.#takeAt(node, allocation);
      return;
    }
    throw new RangeError(
      `Cannot take the range at ${offset} again: its ${byteLength} bytes are not free; give back what was taken there since`,
    );
  }

  /** The largest hole in bytes: what `allocate` with alignment 1 would still give. */
  get largestHole(): number {
    const first = this.#firstMapHigh !== 0 ? 63 - Math.clz32(this.#firstMapHigh) : 31 - Math.clz32(this.#firstMapLow);
    if (first < 0) return 0;
    const second = 31 - Math.clz32(this.#secondMap[first]!);
    let largest = 0;
    for (let node = this.#heads[first * SECOND + second]!; node !== NONE; node = this.#nextFree[node]!) {
      largest = Math.max(largest, this.#size[node]!);
    }
    return largest;
  }

  report(): TlsfReport {
    return {
      byteLength: this.byteLength,
      used: this.#used,
      free: this.free,
      largestHole: this.largestHole,
      holes: this.#holes,
      allocations: this.#allocations,
    };
  }

  toString(): string {
    return `Tlsf(${this.#used} of ${this.byteLength} bytes in ${this.#allocations} ranges, ${this.#holes} holes)`;
  }

  #checkOwn(verb: string, allocation: TlsfAllocation): void {
    if (this.#owner[allocation.node] === allocation) return;
    throw new RangeError(
      `Cannot ${verb} the range at ${allocation.offset}: it is not allocated here; ${verb} ` +
        `${verb === 'free' ? 'each range once' : 'a range before it is freed'}, where it came from`,
    );
  }

  #take(node: number, byteLength: number, alignment: number): TlsfAllocation {
    const allocation = { offset: alignUp(this.#offset[node]!, alignment), byteLength, node };
    this.#takeAt(node, allocation);
    return allocation;
  }

  /** Cuts a range out of the hole that holds it. */
  #takeAt(node: number, allocation: Owner): void {
    const { offset, byteLength } = allocation;
    this.#unlink(node);
    const lead = offset - this.#offset[node]!;
    if (lead > 0) {
      const rest = this.#split(node, lead);
      this.#release(node);
      node = rest;
    }
    if (this.#size[node]! > byteLength) this.#release(this.#split(node, byteLength));
    allocation.node = node;
    this.#owner[node] = allocation;
    this.#used += byteLength;
    this.#allocations++;
  }

  /** Cuts a block after `byteLength` bytes and returns the number of the second part. */
  #split(node: number, byteLength: number): number {
    const after = this.#after[node]!;
    const rest = this.#node(this.#offset[node]! + byteLength, this.#size[node]! - byteLength, node, after);
    if (after !== NONE) this.#before[after] = rest;
    this.#after[node] = rest;
    this.#size[node] = byteLength;
    return rest;
  }

  #merge(node: number): number {
    const before = this.#before[node]!;
    if (before !== NONE && this.#owner[before] === null) {
      this.#unlink(before);
      node = this.#absorb(before, node);
    }
    const after = this.#after[node]!;
    if (after !== NONE && this.#owner[after] === null) {
      this.#unlink(after);
      node = this.#absorb(node, after);
    }
    return node;
  }

  #absorb(node: number, next: number): number {
    const after = this.#after[next]!;
    this.#size[node]! += this.#size[next]!;
    this.#after[node] = after;
    if (after !== NONE) this.#before[after] = node;
    this.#unusedNodes.push(next);
    return node;
  }

  #node(offset: number, size: number, before: number, after: number): number {
    const node = this.#unusedNodes.pop() ?? this.#offset.length;
    this.#offset[node] = offset;
    this.#size[node] = size;
    this.#before[node] = before;
    this.#after[node] = after;
    this.#owner[node] = null;
    return node;
  }

  /** Hangs a block into the free list of its class. */
  #release(node: number): void {
    const index = classOf(this.#size[node]!);
    const head = this.#heads[index]!;
    this.#previousFree[node] = NONE;
    this.#nextFree[node] = head;
    if (head !== NONE) this.#previousFree[head] = node;
    this.#heads[index] = node;
    const first = index >> SECOND_BITS;
    this.#secondMap[first]! |= 1 << (index & (SECOND - 1));
    if (first < 32) this.#firstMapLow |= 1 << first;
    else this.#firstMapHigh |= 1 << (first - 32);
    this.#holes++;
  }

  #unlink(node: number): void {
    const index = classOf(this.#size[node]!);
    const previous = this.#previousFree[node]!;
    const next = this.#nextFree[node]!;
    if (next !== NONE) this.#previousFree[next] = previous;
    if (previous !== NONE) this.#nextFree[previous] = next;
    else {
      this.#heads[index] = next;
      if (next === NONE) this.#clearBit(index);
    }
    this.#holes--;
  }

  #clearBit(index: number): void {
    const first = index >> SECOND_BITS;
    this.#secondMap[first]! &= ~(1 << (index & (SECOND - 1)));
    if (this.#secondMap[first] !== 0) return;
    if (first < 32) this.#firstMapLow &= ~(1 << first);
    else this.#firstMapHigh &= ~(1 << (first - 32));
  }

  /** The head of the smallest class from `index` on that has a block. */
  #firstOfClass(index: number): number {
    let first = index >> SECOND_BITS;
    if (first >= FIRST) return NONE;
    const inFirst = this.#secondMap[first]! & (-1 << (index & (SECOND - 1)));
    if (inFirst !== 0) return this.#heads[first * SECOND + lowestBit(inFirst)]!;
    first = this.#nextFirst(first + 1);
    return first === NONE ? NONE : this.#heads[first * SECOND + lowestBit(this.#secondMap[first]!)]!;
  }

  #nextFirst(from: number): number {
    if (from < 32) {
      const low = this.#firstMapLow & (-1 << from);
      if (low !== 0) return lowestBit(low);
    }
    const high = from <= 32 ? this.#firstMapHigh : from > 63 ? 0 : this.#firstMapHigh & (-1 << (from - 32));
    return high === 0 ? NONE : 32 + lowestBit(high);
  }

  /** The last resort: the classes whose blocks may or may not hold the request. */
  #walk(from: number, to: number, byteLength: number, alignment: number): number {
    for (let index = from; index <= to; index++) {
      for (let node = this.#heads[index]!; node !== NONE; node = this.#nextFree[node]!) {
        const start = this.#offset[node]!;
        if (alignUp(start, alignment) + byteLength <= start + this.#size[node]!) return node;
      }
    }
    return NONE;
  }
}

/** The class whose blocks are at most `size`: sizes below 32 have one each, then 32 to each power of two. */
function classOf(size: number): number {
  if (size < SECOND) return size;
  const power = floorLog2(size);
  const second = Math.floor(size / 2 ** (power - SECOND_BITS)) - SECOND;
  return (power - SECOND_BITS + 1) * SECOND + second;
}

/** The smallest class all of whose blocks hold `size`. */
function classAtLeast(size: number): number {
  const index = classOf(size);
  return size === classStart(index) ? index : index + 1;
}

function classStart(index: number): number {
  const first = index >> SECOND_BITS;
  const second = index & (SECOND - 1);
  return first === 0 ? second : (SECOND + second) * 2 ** (first - 1);
}

function floorLog2(size: number): number {
  const high = Math.floor(size / 4294967296);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(size);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function checkByteLength(byteLength: number): void {
  if (Number.isSafeInteger(byteLength) && byteLength > 0) return;
  throw new RangeError(`Cannot allocate ${byteLength} bytes: the size must be an integer from 1 to 2⁵³−1`);
}

function checkAlignment(alignment: number): void {
  if (Number.isSafeInteger(alignment) && alignment >= 1 && 2 ** Math.round(Math.log2(alignment)) === alignment) return;
  throw new RangeError(`Cannot align to ${alignment} bytes: an alignment is a power of two`);
}

/** Rounds an offset up to a multiple of a power of two; exact to 2⁵³. */
function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
