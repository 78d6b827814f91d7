/**
 * @file zlib streams (RFC 1950): DEFLATE between two bytes of header and the Adler-32 of what it unfolds to, which is checked.
 * DEFLATE cannot shrink by more than 1032 to 1 (258 bytes from two bits), so a length that a file claims is compared with its
 * stream before anything is allocated.
 *
 * Unfolding is our own (`inflate.ts`), folding fflate's. Measured with Node 26 on one core of a server, best of eight: a grid of
 * 7.4 MB, mostly noise, 47 ms where fflate takes 45 in one go and 75 in pieces, which bombs asked for before; a level set of
 * 0.95 MB 1.6 ms (fflate 2.5 and 4); a thousand leaves of 2 KiB 4.4 ms (fflate 6.2).
 */
import { Zlib, zlibSync } from 'fflate/browser';

import { FormatError } from './errors.ts';
import { inflate } from './inflate.ts';
import { rebased } from './rebase.ts';

const greatestRatio = 1032;

/** Adler-32 of RFC 1950: two sums modulo 65521, the second in the high half. */
function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length;) {
    // 5552 is the longest run for which the sums stay below 2³².
    const end = Math.min(start + 5552, bytes.length);
    for (let i = start; i < end; i++) high += low += bytes[i]!;
    low %= 65521;
    high %= 65521;
    start = end;
  }
  return ((high << 16) | low) >>> 0;
}

/** The bytes of a zlib stream that unfolds to exactly `expectedLength` bytes; anything else is a `FormatError`. */
export function decodeZip(bytes: Uint8Array, expectedLength: number): Uint8Array<ArrayBuffer> {
  const length = bytes.length;
  if (length < 8) throw zipError(0, 'at least 8 bytes', `${length} bytes`);
  const head = (bytes[0]! << 8) | bytes[1]!;
  if ((bytes[0]! & 15) !== 8 || head % 31 !== 0 || (bytes[1]! & 32) !== 0) {
    throw zipError(0, 'a zlib header', `0x${head.toString(16).padStart(4, '0')}`);
  }
  if (!(expectedLength <= length * greatestRatio)) {
    throw zipError(0, `a stream of ${expectedLength} bytes`, `${length} bytes, which cannot unfold to that many`);
  }
  const result = new Uint8Array(expectedLength);
  try {
    inflate(bytes.subarray(2, -4), result);
  } catch (error) {
    throw rebased(error, 'Cannot read zip stream', error instanceof FormatError && error.offset > 0 ? 2 : 0);
  }
  const sum = adler32(result);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const stored = view.getUint32(length - 4);
  if (sum !== stored) throw zipError(length - 4, `checksum ${hex(sum)}`, hex(stored));
  return result;
}

/** A zlib stream of `bytes`, at the level that zlib takes by default (6). */
export function encodeZip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return zlibSync(bytes, { level: 6 });
}

/** One zlib stream of bytes that come in pieces, as the pieces that it is made of. */
export function zipPieces(pieces: Iterable<Uint8Array>): Uint8Array[] {
  const out: Uint8Array[] = [];
  const zlib = new Zlib({ level: 6 }, (piece) => void out.push(piece));
  for (const piece of pieces) zlib.push(piece);
  zlib.push(new Uint8Array(0), true);
  return out;
}

function zipError(offset: number, expected: string, found: string): FormatError {
  return new FormatError('Cannot read zip stream', { offset, expected, found });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
