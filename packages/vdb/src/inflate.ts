/**
 * @file DEFLATE (RFC 1951) into a target whose length is known: nothing is allocated or copied on the way, and a stream that goes
 * on past the target is refused there and then, which is what makes bombs harmless.
 *
 * Codes of up to 9 bits are looked up at once; longer ones, which are rare by construction, are found bit by bit in canonical
 * order (as in M. Adler's `puff`). Tables of that size are cheap enough to be made for the streams of 2 KiB that a `.vdb` leaf is.
 * The losers: fflate's `unzlibSync` and its `Inflate` in pieces, which stops bombs but copies what it has. See `bench/`.
 */
import { FormatError } from './errors.ts';

const LENGTH_BASE = Uint16Array.from([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE = Uint16Array.from([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
const DISTANCE_EXTRA = Uint8Array.from([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
/** The order in which the lengths of the code for code lengths stand. */
const CODE_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

const ROOT_BITS = 9;
const ROOT_MASK = (1 << ROOT_BITS) - 1;

/** One Huffman code. */
class Code {
  /** By the next 9 bits: symbol · 16 + length, 0 where the code is longer or there is none. */
  readonly table = new Uint16Array(1 << ROOT_BITS);
  /** Number of codes of each length, and the symbols in canonical order. */
  readonly counts = new Uint16Array(16);
  readonly symbols = new Uint16Array(288);
  readonly #next = new Uint16Array(16);
  readonly #offsets = new Uint16Array(16);

  /** Makes the code of `count` lengths from `from`; false where they make none. */
  build(lengths: Uint8Array, from: number, count: number): boolean {
    const { table, counts, symbols } = this;
    counts.fill(0);
    for (let i = 0; i < count; i++) counts[lengths[from + i]!]!++;
    const used = count - counts[0]!;
    counts[0] = 0;
    let left = 1;
    for (let length = 1, code = 0, offset = 0; length <= 15; length++) {
      left = 2 * left - counts[length]!;
      if (left < 0) return false;
      code = (code + counts[length - 1]!) << 1;
      this.#next[length] = code;
      this.#offsets[length] = offset;
      offset += counts[length]!;
    }
    // A code may be short of codes only where it has one, or none.
    if (left > 0 && used > 1) return false;
    table.fill(0);
    for (let symbol = 0; symbol < count; symbol++) {
      const length = lengths[from + symbol]!;
      if (length === 0) continue;
      symbols[this.#offsets[length]!++] = symbol;
      let code = this.#next[length]!++;
      if (length > ROOT_BITS) continue;
      let reversed = 0;
      for (let b = 0; b < length; b++, code >>= 1) reversed = (reversed << 1) | (code & 1);
      for (; reversed <= ROOT_MASK; reversed += 1 << length) table[reversed] = (symbol << 4) | length;
    }
    return true;
  }

  /** Symbol · 16 + length of a code longer than 9 bits, or −1 where `bits` starts with none. */
  long(bits: number): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= 15; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.counts[length]!;
      if (code - count < first) return (this.symbols[index + code - first]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}

// Used again and again; nothing here waits in between.
const literals = new Code();
const distances = new Code();
const lengthCode = new Code();
const codeLengths = new Uint8Array(320);

function fixedLengths(): void {
  codeLengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  literals.build(codeLengths, 0, 288);
  // 30 of 32 codes exist; the code is whole with two that mean nothing.
  codeLengths.fill(5, 0, 32);
  distances.build(codeLengths, 0, 32);
}

function fault(offset: number, expected: string, found: string): FormatError {
  return new FormatError('Cannot read DEFLATE stream', { offset, expected, found });
}

/** A stream that is being read. */
class Inflater {
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  #s = 0;
  #t = 0;
  #bits = 0;
  #count = 0;

  constructor(source: Uint8Array, target: Uint8Array) {
    this.#source = source;
    this.#target = target;
  }

  /** Reads all blocks; gives the bytes of the source that they take. */
  run(): number {
    for (let isLast = false; !isLast;) {
      isLast = this.#take(1) === 1;
      const kind = this.#take(2);
      if (kind === 0) this.#stored();
      else if (kind === 3) throw fault(this.#s, 'a block of kind 0, 1 or 2', '3');
      else {
        if (kind === 1) fixedLengths();
        else this.#readCodes();
        this.#coded();
      }
    }
    const end = this.#s - (this.#count >> 3);
    if (end > this.#source.length)
      throw fault(this.#source.length, 'the end of the last block', 'the end of the stream');
    if (this.#t < this.#target.length) {
      throw fault(0, `a stream of ${this.#target.length} bytes`, `${this.#t} bytes`);
    }
    return end;
  }

  /** The next `count` bits, up to 16. Past the end they are zeros, until that is noticed. */
  #take(count: number): number {
    while (this.#count < count) {
      if (this.#s >= this.#source.length + 8) throw fault(this.#source.length, 'more blocks', 'the end of the stream');
      this.#bits |= (this.#source[this.#s++] ?? 0) << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #stored(): void {
    // What is left of the byte is padding; whole bytes that were read ahead are given back.
    this.#s -= this.#count >> 3;
    this.#bits = this.#count = 0;
    const source = this.#source;
    const s = this.#s;
    if (s + 4 > source.length) throw fault(s, 'the length of a block', 'the end of the stream');
    const length = source[s]! | (source[s + 1]! << 8);
    const again = source[s + 2]! | (source[s + 3]! << 8);
    if ((length ^ again) !== 0xffff) throw fault(s, 'a length and its complement', `${length} and ${again}`);
    if (length > source.length - s - 4)
      throw fault(s, `a block of at most ${source.length - s - 4} bytes`, `${length}`);
    this.#room(length);
    this.#target.set(source.subarray(s + 4, s + 4 + length), this.#t);
    this.#s += 4 + length;
    this.#t += length;
  }

  #room(length: number): void {
    if (length > this.#target.length - this.#t) {
      throw fault(0, `a stream of ${this.#target.length} bytes`, 'more than that');
    }
  }

  #readCodes(): void {
    const [literalCount, distanceCount, count] = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    codeLengths.fill(0, 0, 19);
    for (let i = 0; i < count; i++) codeLengths[CODE_ORDER[i]!] = this.#take(3);
    if (!lengthCode.build(codeLengths, 0, 19))
      throw fault(this.#s, 'a code for code lengths', 'lengths that make none');
    const all = literalCount + distanceCount;
    codeLengths.fill(0);
    for (let i = 0; i < all;) {
      while (this.#count < 7) {
        this.#bits |= (this.#source[this.#s++] ?? 0) << this.#count;
        this.#count += 8;
      }
      const entry = lengthCode.table[this.#bits & ROOT_MASK]!;
      if (entry === 0) throw fault(this.#s, 'the code of a length', 'bits that are none');
      this.#bits >>>= entry & 15;
      this.#count -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 16) {
        codeLengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw fault(this.#s, 'a length to repeat', 'none before it');
      const value = symbol === 16 ? codeLengths[i - 1]! : 0;
      const run = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (run > all - i) throw fault(this.#s, `at most ${all - i} more lengths`, `${run}`);
      codeLengths.fill(value, i, i + run);
      i += run;
    }
    if (codeLengths[256] === 0) throw fault(this.#s, 'a code for the end of the block', 'none');
    const isWhole =
      literals.build(codeLengths, 0, literalCount) && distances.build(codeLengths, literalCount, distanceCount);
    if (!isWhole) throw fault(this.#s, 'codes of literals and distances', 'lengths that make none');
  }

  /** A block of literals and matches. The state lives in locals: this is where the time goes. */
  #coded(): void {
    const source = this.#source;
    const target = this.#target;
    const end = target.length;
    const literalTable = literals.table;
    const distanceTable = distances.table;
    // Bytes past the end are read as zeros, and that more than the last few were is noticed here.
    const limit = source.length + 8;
    let s = this.#s;
    let t = this.#t;
    let bits = this.#bits;
    let count = this.#count;
    for (;;) {
      // 25 bits at least: a code of 15 and 5 more.
      while (count <= 24) {
        bits |= source[s++]! << count;
        count += 8;
      }
      if (s > limit) throw fault(source.length, 'the end of the block', 'the end of the stream');
      let entry = literalTable[bits & ROOT_MASK]!;
      if (entry === 0 && (entry = literals.long(bits)) < 0)
        throw fault(s, 'the code of a literal', 'bits that are none');
      bits >>>= entry & 15;
      count -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 256) {
        if (t >= end) throw fault(0, `a stream of ${end} bytes`, 'more than that');
        target[t++] = symbol;
        continue;
      }
      if (symbol === 256) break;
      if (symbol > 285) throw fault(s, 'the code of a length', `symbol ${symbol}`);
      const extra = LENGTH_EXTRA[symbol - 257]!;
      const length = LENGTH_BASE[symbol - 257]! + (bits & ((1 << extra) - 1));
      bits >>>= extra;
      count -= extra;
      while (count <= 24) {
        bits |= source[s++]! << count;
        count += 8;
      }
      entry = distanceTable[bits & ROOT_MASK]!;
      if (entry === 0 && (entry = distances.long(bits)) < 0)
        throw fault(s, 'the code of a distance', 'bits that are none');
      bits >>>= entry & 15;
      count -= entry & 15;
      const far = entry >> 4;
      if (far > 29) throw fault(s, 'the code of a distance', `symbol ${far}`);
      const more = DISTANCE_EXTRA[far]!;
      while (count < more) {
        bits |= source[s++]! << count;
        count += 8;
      }
      const distance = DISTANCE_BASE[far]! + (bits & ((1 << more) - 1));
      bits >>>= more;
      count -= more;
      if (distance > t) throw fault(s, `a distance of at most ${t}`, `${distance}`);
      if (length > end - t) throw fault(0, `a stream of ${end} bytes`, 'more than that');
      if (distance === 1) target.fill(target[t - 1]!, t, t + length);
      else for (let from = t - distance, to = t; to < t + length;) target[to++] = target[from++]!;
      t += length;
    }
    this.#s = s;
    this.#t = t;
    this.#bits = bits;
    this.#count = count;
  }
}

/** Fills `target` from a DEFLATE stream that unfolds to just that many bytes; gives the bytes of `source` that it takes. */
export function inflate(source: Uint8Array, target: Uint8Array): number {
  return new Inflater(source, target).run();
}
