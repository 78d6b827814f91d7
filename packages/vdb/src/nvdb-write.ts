/** @file Grids → a `.nvdb` file: one segment with all grids, in the modern profile (32.9.2) or the compatible one (32.4.2). */
import { encodeBlosc, encodeZip } from './codec.ts';
import type { Codec } from './codec.ts';
import { encodeText } from './grid-bytes.ts';
import type { Grid } from './grid.ts';
import { setU64 } from './nvdb-head.ts';
import { COMPAT_VERSION, GRID_BYTES, MAGIC, MODERN_VERSION, ROOT_OFFSET } from './nvdb-layout.ts';
import { encodeGrid } from './nvdb-write-grid.ts';

/** How a `.nvdb` file is written. */
export interface NanoVdbOptions {
  /** How payloads are packed. */
  readonly codec?: Codec;
  /** Write what NanoVDB 32.4.2 (Debian 12's tools) reads: half the checksum, no index grids, no uint8. */
  readonly compat?: boolean;
}

/** The options' defaults. */
export const NANOVDB_DEFAULTS: Required<NanoVdbOptions> = Object.freeze({ codec: 'none', compat: false });

const CODEC_NUMBERS: Readonly<Record<Codec, number>> = { none: 0, zip: 1, blosc: 2 };
/** Most bytes that upstream puts into one Blosc chunk. */
const BLOSC_BYTES = 2 ** 30;

/** The bytes of a `.nvdb` file that holds `grids` in order. */
export function writeNanoVdb(grids: readonly Grid[], options: NanoVdbOptions = {}): Uint8Array<ArrayBuffer> {
  const { codec, compat } = { ...NANOVDB_DEFAULTS, ...options };
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
  const metas: Uint8Array[] = [];
  const payloads: Uint8Array[] = [];
  grids.forEach((grid, gridIndex) => {
    // Readers of 32.4 hold one grid a buffer and take its count at its word.
    const place = compat ? { gridIndex: 0, gridCount: 1 } : { gridIndex, gridCount: grids.length };
    const bytes = encodeGrid(grid, { version, ...place });
    const pieces = pack(bytes, codec);
    payloads.push(...pieces);
    const fileSize = pieces.reduce((sum, piece) => sum + piece.length, 0);
    metas.push(metadata(grid, bytes, { version, fileSize, codec: CODEC_NUMBERS[codec] }));
  });
  return concatenate([header, ...metas, ...payloads]);
}

function pack(bytes: Uint8Array, codec: Codec): Uint8Array[] {
  if (codec === 'none') return [bytes];
  const chunks =
    codec === 'zip'
      ? [encodeZip(bytes)]
      : Array.from({ length: Math.ceil(bytes.length / BLOSC_BYTES) }, (_, i) =>
          encodeBlosc(bytes.subarray(i * BLOSC_BYTES, (i + 1) * BLOSC_BYTES)),
        );
  return chunks.flatMap((chunk) => {
    const size = new Uint8Array(8);
    setU64(new DataView(size.buffer), 0, chunk.length);
    return [size, chunk];
  });
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
  setU64(view, 0, bytes.length);
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

function concatenate(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
