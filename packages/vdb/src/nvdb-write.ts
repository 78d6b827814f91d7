/** @file Grids → a `.nvdb` file: one segment with all grids, in the modern profile (32.9.2) or the compatible one (32.4.2). */
import { encodeBlosc, givenCodec, zipPieces } from './codec.ts';
import type { Codec } from './codec.ts';
import type { Grid } from './grid.ts';
import { setU64 } from './nvdb-head.ts';
import { COMPAT_VERSION, GRID_BYTES, MAGIC, MODERN_VERSION, ROOT_OFFSET } from './nvdb-layout.ts';
import { prepareGrid } from './nvdb-write-grid.ts';
import type { EncodedGrid } from './nvdb-write-grid.ts';
import { encodeText } from './text.ts';

/** How a `.nvdb` file is written. */
export interface NanoVdbOptions {
  /** How payloads are packed. */
  readonly codec?: Codec;
  /** Write what NanoVDB 32.4.2 (Debian 12's tools) reads: half the checksum, no index grids, no uint8. */
  readonly compat?: boolean;
  /** FpN: greatest error of a value, absolute; see `Quantize`. By default a 30th of a level set's background, 0.01 in fog, else 0. */
  readonly tolerance?: number;
  /** Fp4 … FpN: dithers the rounding, so that slopes do not turn into steps; the same way each time. */
  readonly dither?: boolean;
}

/** The options' defaults. */
export const NANOVDB_DEFAULTS: Required<Omit<NanoVdbOptions, 'tolerance'>> = Object.freeze({
  codec: 'none',
  compat: false,
  dither: false,
});

const CODEC_NUMBERS: Readonly<Record<Codec, number>> = { none: 0, zip: 1, blosc: 2 };
/** Bytes that go into one Blosc chunk; upstream takes up to 2³⁰, and readers take what comes. */
const BLOSC_BYTES = 2 ** 26;

/** The bytes of a `.nvdb` file that holds `grids` in order. */
export function writeNanoVdb(grids: readonly Grid[], options: NanoVdbOptions = {}): Uint8Array<ArrayBuffer> {
  return concatenate(streamNanoVdb(grids, options));
}

/**
 * The same bytes in order and in pieces, so that what is in memory besides the grids is a piece, or the packed payloads where a
 * codec packs them: their sizes stand before them in the file. A piece is good until the next is asked for.
 */
export function* streamNanoVdb(
  grids: readonly Grid[],
  options: NanoVdbOptions = {},
): Generator<Uint8Array, void, undefined> {
  const { compat, dither, tolerance } = { tolerance: undefined, ...NANOVDB_DEFAULTS, ...options };
  const codec = givenCodec('NanoVDB', options.codec);
  if (grids.length > 65535) {
    throw new RangeError(`Cannot write NanoVDB file: it has ${grids.length} grids; give at most 65535`);
  }
  const version = compat ? COMPAT_VERSION : MODERN_VERSION;
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  header.set(encodeText(compat ? MAGIC.old : MAGIC.file));
  view.setUint32(8, version, true);
  view.setUint16(12, grids.length, true);
  view.setUint16(14, CODEC_NUMBERS[codec], true);
  const payloads = grids.map((grid, gridIndex) => {
    // Readers of 32.4 hold one grid a buffer and take its count at its word.
    const place = compat ? { gridIndex: 0, gridCount: 1 } : { gridIndex, gridCount: grids.length };
    const encoded = prepareGrid(grid, { version, ...place }, { tolerance, dither });
    const packed = codec === 'none' ? undefined : pack(encoded, codec);
    const fileSize = packed?.reduce((sum, piece) => sum + piece.length, 0) ?? encoded.byteLength;
    return { packed, encoded, meta: metadata(grid, encoded.head, { version, fileSize, codec: CODEC_NUMBERS[codec] }) };
  });
  yield header;
  for (const { meta } of payloads) yield meta;
  for (const { packed, encoded } of payloads) yield* packed ?? encoded.pieces();
}

function pack(grid: EncodedGrid, codec: 'zip' | 'blosc'): Uint8Array[] {
  const out: Uint8Array[] = [];
  const put = (...chunk: Uint8Array[]): void => {
    const size = new Uint8Array(8);
    setU64(
      new DataView(size.buffer),
      0,
      chunk.reduce((sum, piece) => sum + piece.length, 0),
    );
    out.push(size, ...chunk);
  };
  if (codec === 'zip') {
    put(...zipPieces(grid.pieces()));
    return out;
  }
  const room = new Uint8Array(Math.min(BLOSC_BYTES, grid.byteLength));
  let filled = 0;
  for (const piece of grid.pieces()) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + room.length - filled);
      room.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < room.length) continue;
      put(encodeBlosc(room));
      filled = 0;
    }
  }
  if (filled > 0) put(encodeBlosc(room.subarray(0, filled)));
  return out;
}

/** `FileMetaData` and the name: most of it is copied from the grid's own head. */
function metadata(
  grid: Grid,
  bytes: Uint8Array,
  file: { readonly version: number; readonly fileSize: number; readonly codec: number },
): Uint8Array {
  const name = encodeText(`${grid.name}\0`);
  const out = new Uint8Array(176 + name.length);
  const view = new DataView(out.buffer);
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const copy = (to: number, from: number, byteLength: number): void =>
    out.set(bytes.subarray(from, from + byteLength), to);
  setU64(view, 0, Number(source.getBigUint64(32, true)));
  setU64(view, 8, file.fileSize);
  view.setBigUint64(16, nameKey(name.subarray(0, -1)), true);
  copy(24, GRID_BYTES + 56, 8);
  copy(32, 636, 4);
  copy(36, 632, 4);
  copy(40, 560, 48);
  copy(88, ROOT_OFFSET, 24);
  copy(112, 608, 24);
  view.setUint32(136, name.length, true);
  copy(140, GRID_BYTES + 32, 12);
  view.setUint32(152, 1, true);
  copy(156, GRID_BYTES + 44, 12);
  view.setUint16(168, file.codec, true);
  view.setUint16(170, file.version === MODERN_VERSION ? source.getUint32(648, true) : 0, true);
  view.setUint32(172, file.version, true);
  out.set(name, 176);
  return out;
}

/** NanoVDB's hash of a grid's name. */
function nameKey(name: Uint8Array): bigint {
  let hash = 0n;
  for (const byte of name) hash = BigInt.asUintN(64, hash * 67n + BigInt(byte) + (hash >> 56n));
  return hash;
}

function concatenate(pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const kept = [...pieces];
  const out = new Uint8Array(kept.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of kept) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
