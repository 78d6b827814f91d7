/**
 * @file IEEE 754 half floats as bit patterns: 1 sign, 5 exponent (bias 15), 10 mantissa bits. Exact both ways, rounded
 * to nearest even; NaN payloads keep their upper bits. `Float16Array` would do, but not every browser has it.
 */

/** Float bits of all 65,536 halves, 256 KiB, made at first use. */
let table: Uint32Array | undefined;

function floatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  let mantissa = half & 0x3ff;
  if (exponent === 31) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
  if (mantissa === 0) return sign >>> 0;
  let shift = 113;
  for (; (mantissa & 0x400) === 0; mantissa <<= 1) shift--;
  return (sign | (shift << 23) | ((mantissa & 0x3ff) << 13)) >>> 0;
}

function floatTable(): Uint32Array {
  table ??= Uint32Array.from({ length: 65536 }, (_, half) => floatBits(half));
  return table;
}

/** The float bits of each half in `halves`, written to `floats` (of the same length), which is returned. */
export function halfToFloat(halves: Uint16Array, floats: Float32Array = new Float32Array(halves.length)): Float32Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const lookUp = floatTable();
  for (let i = 0; i < halves.length; i++) bits[i] = lookUp[halves[i]!]!;
  return floats;
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
