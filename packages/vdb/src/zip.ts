/**
 * @file zlib streams (RFC 1950) through fflate, with the two checks that fflate leaves out: the Adler-32 at the end,
 * and a bound on what a small stream may unfold to. DEFLATE cannot shrink by more than 1032 to 1 (258 bytes from two
 * bits), so a length that a file claims is compared with its stream before anything is allocated.
 */
import { Inflate, unzlibSync, Zlib, zlibSync } from 'fflate';

import { FormatError } from './errors.ts';

const greatestRatio = 1032;
/** Streams up to this many bytes are inflated in one go; longer ones in pieces, so that a bomb stops early. */
const oneGo = 1 << 14;

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
  const result = length <= oneGo ? inflateAtOnce(bytes, expectedLength) : inflateInPieces(bytes, expectedLength);
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

function inflateAtOnce(bytes: Uint8Array, expectedLength: number): Uint8Array<ArrayBuffer> {
  // One byte more than wanted: a stream that goes on is noticed.
  const out = new Uint8Array(expectedLength + 1);
  let result: Uint8Array;
  try {
    result = unzlibSync(bytes, { out });
  } catch (error) {
    throw inflateError(error);
  }
  if (result.length !== expectedLength) throw lengthError(result.length, expectedLength);
  return out.subarray(0, expectedLength);
}

function inflateInPieces(bytes: Uint8Array, expectedLength: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(expectedLength);
  let written = 0;
  const inflate = new Inflate((piece) => {
    if (written + piece.length > expectedLength) throw lengthError(written + piece.length, expectedLength);
    out.set(piece, written);
    written += piece.length;
  });
  try {
    const end = bytes.length - 4;
    for (let at = 2; at < end; at += oneGo) {
      inflate.push(bytes.subarray(at, Math.min(at + oneGo, end)), at + oneGo >= end);
    }
  } catch (error) {
    throw inflateError(error);
  }
  if (written !== expectedLength) throw lengthError(written, expectedLength);
  return out;
}

function lengthError(found: number, expected: number): FormatError {
  return zipError(0, `a stream of ${expected} bytes`, found > expected ? `more than that` : `${found} bytes`);
}

function inflateError(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  return zipError(2, 'a DEFLATE stream', error instanceof Error ? error.message.toLowerCase() : String(error));
}

function zipError(offset: number, expected: string, found: string): FormatError {
  return new FormatError('Cannot read zip stream', { offset, expected, found });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
