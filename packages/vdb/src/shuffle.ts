/**
 * @file The two transpositions that Blosc puts before its codec: bytes of like weight side by side (`shuffle`),
 * or bits of like weight (`bitshuffle`). What is left over past the last whole element is copied as it is.
 */

/** Gathers byte j of each `typeSize`-byte element: `out[j·n + i] = in[i·typeSize + j]`, n whole elements. */
export function shuffle(source: Uint8Array, target: Uint8Array, typeSize: number): void {
  const n = Math.floor(source.length / typeSize);
  for (let j = 0; j < typeSize; j++) {
    const row = j * n;
    for (let i = 0, from = j; i < n; i++, from += typeSize) target[row + i] = source[from]!;
  }
  copyRest(source, target, n * typeSize);
}

/** Undoes `shuffle`. */
export function unshuffle(source: Uint8Array, target: Uint8Array, typeSize: number): void {
  const n = Math.floor(source.length / typeSize);
  if (typeSize === 4 && (target.byteOffset & 3) === 0) {
    const words = new Int32Array(target.buffer, target.byteOffset, n);
    const second = n;
    const third = 2 * n;
    const fourth = 3 * n;
    for (let i = 0; i < n; i++) {
      words[i] = source[i]! | (source[second + i]! << 8) | (source[third + i]! << 16) | (source[fourth + i]! << 24);
    }
  } else {
    for (let j = 0; j < typeSize; j++) {
      const row = j * n;
      for (let i = 0, to = j; i < n; i++, to += typeSize) target[to] = source[row + i]!;
    }
  }
  copyRest(source, target, n * typeSize);
}

/**
 * Undoes bitshuffle: row 8j + b holds bit b of byte j of each element, element i at bit i mod 8 of byte i div 8.
 * Blosc leaves a block whose elements are no multiple of eight as it is.
 */
export function bitUnshuffle(source: Uint8Array, target: Uint8Array, typeSize: number): void {
  const n = Math.floor(source.length / typeSize);
  if (n % 8 !== 0) {
    target.set(source);
    return;
  }
  const rowBytes = n / 8;
  for (let j = 0; j < typeSize; j++) {
    for (let i = 0; i < n; i++) {
      let byte = 0;
      const at = (i >> 3) + 8 * j * rowBytes;
      for (let bit = 0; bit < 8; bit++) byte |= ((source[at + bit * rowBytes]! >> (i & 7)) & 1) << bit;
      target[i * typeSize + j] = byte;
    }
  }
  copyRest(source, target, n * typeSize);
}

function copyRest(source: Uint8Array, target: Uint8Array, from: number): void {
  for (let i = from; i < source.length; i++) target[i] = source[i]!;
}
