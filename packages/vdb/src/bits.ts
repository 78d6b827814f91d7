/**
 * @file Bit masks of nodes, as runs of 32-bit words: bit n of a node is bit n & 31 of its word n >> 5.
 * A leaf has 16 words; in word w, w >> 1 is x, and a byte of z bits stands for each of four y.
 */

/** Number of set bits in a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of set bits in `words[from … from + count − 1]`. */
export function countBits(words: Uint32Array, from = 0, count: number = words.length): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += popcount(words[i]!);
  return sum;
}

/** Whether bit `bit` of the mask that starts at word `from` is set. */
export function hasBit(words: Uint32Array, from: number, bit: number): boolean {
  return ((words[from + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
}

/** Sets bit `bit` of the mask that starts at word `from`. */
export function setBit(words: Uint32Array, from: number, bit: number): void {
  words[from + (bit >> 5)]! |= 1 << (bit & 31);
}

/** Calls `visit` with each set bit of `count` words from word `from`, ascending. */
export function forEachBit(words: Uint32Array, from: number, count: number, visit: (bit: number) => void): void {
  for (let w = 0; w < count; w++) {
    let word = words[from + w]!;
    while (word !== 0) {
      visit((w << 5) + 31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
}

/**
 * Box of the set voxels of the leaf mask at word `from`, written into `box` as six local coordinates 0 … 7
 * (min x, y, z, max x, y, z, inclusive). Returns false, and writes nothing, when no voxel is set.
 */
export function leafBox(words: Uint32Array, from: number, box: Int32Array): boolean {
  let xMin = 8;
  let xMax = -1;
  let low = 0;
  let high = 0;
  for (let x = 0; x < 8; x++) {
    const a = words[from + 2 * x]!;
    const b = words[from + 2 * x + 1]!;
    if ((a | b) === 0) continue;
    if (xMin === 8) xMin = x;
    xMax = x;
    low |= a;
    high |= b;
  }
  if (xMax < 0) return false;
  const yMin = low !== 0 ? (31 - Math.clz32(low & -low)) >> 3 : 4 + ((31 - Math.clz32(high & -high)) >> 3);
  const yMax = high !== 0 ? 4 + ((31 - Math.clz32(high)) >> 3) : (31 - Math.clz32(low)) >> 3;
  let z = low | high;
  z = (z | (z >>> 8) | (z >>> 16) | (z >>> 24)) & 255;
  box[0] = xMin;
  box[1] = yMin;
  box[2] = 31 - Math.clz32(z & -z);
  box[3] = xMax;
  box[4] = yMax;
  box[5] = 31 - Math.clz32(z);
  return true;
}
