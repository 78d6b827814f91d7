/**
 * @file IEEE 754 half floats as bit patterns: 1 sign, 5 exponent (bias 15), 10 mantissa bits. Exact both ways, rounded
 * to nearest even; NaN payloads keep their upper bits. `Float16Array` would do, but not every browser has it.
 */

/** Float bits of all 65,536 halves, 256 KiB, made at first use. */
let table: Uint32Array | undefined;

/** Float bits of a half without sign. */
function floatBits(half: number): number {
  const exponent = half >> 10;
  let mantissa = half & 0x3ff;
  if (exponent === 31) return 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return (half << 13) + 0x38000000;
  if (mantissa === 0) return 0;
  let shift = 113;
  for (; (mantissa & 0x400) === 0; mantissa <<= 1) shift--;
  return (shift << 23) | ((mantissa & 0x3ff) << 13);
}

function floatTable(): Uint32Array {
  if (table !== undefined) return table;
  table = new Uint32Array(65536);
  for (let half = 0; half < 32768; half++) {
    const bits = floatBits(half);
    table[half] = bits;
    table[half + 32768] = bits | 0x80000000;
  }
  return table;
}

/** Room for the floats of a node, used again and again. */
let room = new Float32Array(512);

/**
 * The floats of halves that stand in `bytes`, low byte first, at any alignment. What is returned is good until the next call: a file
 * has thousands of leaves, and each would leave a small array behind.
 */
export function halfToFloat(bytes: Uint8Array): Float32Array {
  const count = bytes.length >> 1;
  if (count > room.length) room = new Float32Array(count);
  const bits = new Uint32Array(room.buffer);
  const lookUp = floatTable();
  for (let i = 0, at = 0; i < count; i++, at += 2) bits[i] = lookUp[bytes[at]! | (bytes[at + 1]! << 8)]!;
  return room.subarray(0, count);
}

/** The half nearest to each float (ties to even; beyond 65504 infinity), written to `halves`, which is returned. */
export function floatToHalf(floats: Float32Array, halves: Uint16Array = new Uint16Array(floats.length)): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let i = 0; i < floats.length; i++) halves[i] = halfOfBits(bits[i]!);
  return halves;
}

function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) {
    const payload = (magnitude >> 13) & 0x3ff;
    return sign | 0x7c00 | (magnitude > 0x7f800000 && payload === 0 ? 1 : payload);
  }
  // 65520, halfway from the largest half to the next power: infinity from there on.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2⁻¹⁴ halves are denormal: multiples of 2⁻²⁴.
  if (magnitude < 0x38800000) {
    const shift = 126 - (magnitude >>> 23);
    if (shift > 24) return sign;
    const mantissa = (magnitude & 0x7fffff) | 0x800000;
    const rounded = mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1);
    return sign | (rounded >>> shift);
  }
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}
