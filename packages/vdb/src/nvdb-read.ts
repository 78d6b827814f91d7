/**
 * @file `.nvdb` files: segments back to back, each a header, one metadata block and name a grid, then the grids' payloads.
 * A file may also be a raw dump of grids with no header at all.
 *
 * ```
 * FileHeader 16 │ (FileMetaData 176, name)… │ payload… ┊ FileHeader …
 * ```
 * Writers up to 32.5 put several grids into one payload and describe only the first: payloads are walked by the grids' own sizes.
 */
import { bloscLength, decodeBlosc, decodeZip } from './codec.ts';
import { FormatError } from './errors.ts';
import type { GridFile, SkippedGrid } from './file.ts';
import { decodeText, GridBytes } from './grid-bytes.ts';
import { Grid } from './grid.ts';
import { readGrid, readGridSize } from './nvdb-grid.ts';
import { MAGIC, ROOT_OFFSET, versionName } from './nvdb-layout.ts';
import { rebased } from './rebase.ts';

const HEADER_BYTES = 16;
const META_BYTES = 176;
const CODECS = ['none', 'zip', 'blosc'] as const;

/** One grid's entry in a segment. */
interface Entry {
  readonly name: string;
  readonly gridSize: number;
  readonly fileSize: number;
  readonly codec: number;
}

/** Whether the bytes start like a `.nvdb` file. */
export function isNanoVdb(bytes: Uint8Array): boolean {
  const magic = decodeText(bytes.subarray(0, 8));
  return magic === MAGIC.old || magic === MAGIC.grid || magic === MAGIC.file;
}

/** Reads all grids of a `.nvdb` file. Values stay packed, and keep the file's bytes alive, until they are first read. */
export function readNanoVdb(bytes: Uint8Array): GridFile {
  const grids: Grid[] = [];
  const skipped: SkippedGrid[] = [];
  const take = (payload: Uint8Array, name: string, fileOffset: number): void => {
    for (let at = 0; at < payload.length;) {
      const head = new GridBytes(payload.subarray(at, at + ROOT_OFFSET), name, fileOffset + at);
      const size = readGridSize(head, payload.length - at);
      const result = readGrid(new GridBytes(payload.subarray(at, at + size), name, fileOffset + at));
      if (result instanceof Grid) grids.push(result);
      else skipped.push(result);
      at += size;
    }
  };
  if (isRaw(bytes)) take(bytes, '', 0);
  else for (let at = 0; at < bytes.length;) at = readSegment(bytes, at, take);
  return { grids, skipped };
}

/** A raw dump starts with a grid; one of version 32.6 is told from a file header by what only a grid can have. */
function isRaw(bytes: Uint8Array): boolean {
  const magic = decodeText(bytes.subarray(0, 8));
  if (magic === MAGIC.grid) return true;
  if (magic !== MAGIC.old || bytes.length < 672) return false;
  if (decodeText(bytes.subarray(664, 672)) === MAGIC.grid) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const isFile = view.getUint32(8, true) >>> 21 === 32 && view.getUint16(14, true) < CODECS.length;
  return (
    !isFile &&
    view.getUint32(16, true) >>> 21 === 32 &&
    view.getUint32(632, true) <= 10 &&
    view.getUint32(636, true) <= 26
  );
}

function readSegment(
  bytes: Uint8Array,
  start: number,
  take: (payload: Uint8Array, name: string, fileOffset: number) => void,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const need = (what: string, at: number, byteLength: number): void => {
    if (at + byteLength <= bytes.length) return;
    const found = `the end of the file after ${bytes.length - at}`;
    throw new FormatError(`Cannot read NanoVDB file: its ${what}`, {
      offset: at,
      expected: `${byteLength} bytes`,
      found,
    });
  };
  const fail = (what: string, offset: number, expected: string, found: string): never => {
    throw new FormatError(`Cannot read NanoVDB file: its ${what}`, { offset, expected, found });
  };
  need('segment header', start, HEADER_BYTES);
  const magic = decodeText(bytes.subarray(start, start + 8));
  if (magic !== MAGIC.old && magic !== MAGIC.file) {
    fail('segment header', start, `${MAGIC.old} or ${MAGIC.file}`, JSON.stringify(magic));
  }
  const version = view.getUint32(start + 8, true);
  if (version >>> 21 !== 32) fail('version', start + 8, 'a version 32.x', versionName(version));
  const gridCount = view.getUint16(start + 12, true);
  const codec = view.getUint16(start + 14, true);
  if (codec >= CODECS.length) fail('codec', start + 14, '0 (none), 1 (zip) or 2 (blosc)', String(codec));
  const entries: Entry[] = [];
  let at = start + HEADER_BYTES;
  for (let g = 0; g < gridCount; g++) {
    need('grid metadata', at, META_BYTES);
    const size = (offset: number): number => {
      const value = Number(view.getBigUint64(at + offset, true));
      if (value > Number.MAX_SAFE_INTEGER) fail('grid metadata', at + offset, 'a size below 2^53', String(value));
      return value;
    };
    const nameSize = view.getUint32(at + 136, true);
    const entry = { gridSize: size(0), fileSize: size(8), codec };
    need('grid name', at + META_BYTES, nameSize);
    const name = bytes.subarray(at + META_BYTES, at + META_BYTES + nameSize);
    entries.push({ ...entry, name: decodeText(name.at(-1) === 0 ? name.subarray(0, -1) : name) });
    at += META_BYTES + nameSize;
  }
  for (const entry of entries) {
    need(`payload of grid "${entry.name}"`, at, entry.fileSize);
    const payload = bytes.subarray(at, at + entry.fileSize);
    take(unpack(payload, entry, at), entry.name, codec === 0 ? at : 0);
    at += entry.fileSize;
  }
  return at;
}

/** The bytes of a payload, unpacked: `gridSize` of them. */
function unpack(payload: Uint8Array, entry: Entry, fileOffset: number): Uint8Array {
  const { gridSize } = entry;
  const what = `Cannot read grid "${entry.name}": its payload`;
  const fail = (at: number, expected: string, found: string): never => {
    throw new FormatError(what, { offset: fileOffset + at, expected, found });
  };
  if (entry.codec === 0) {
    if (payload.length !== gridSize) fail(0, `${gridSize} bytes`, `${payload.length} bytes`);
    return payload;
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  /** Runs a decoder on the chunk whose bytes start at `at`; its errors are told as this payload's. */
  const decoded = <T>(at: number, decode: () => T): T => {
    try {
      return decode();
    } catch (error) {
      throw rebased(error, what, fileOffset + at);
    }
  };
  /** The packed bytes of the chunk at `at`, which a 64-bit size precedes. */
  const chunk = (at: number): Uint8Array => {
    if (at + 8 > payload.length) fail(at, 'a chunk of 8 bytes and more', `${payload.length - at} bytes`);
    const size = Number(view.getBigUint64(at, true));
    if (size > payload.length - at - 8)
      fail(at, `a chunk of at most ${payload.length - at - 8} bytes`, `${size} bytes`);
    return payload.subarray(at + 8, at + 8 + size);
  };
  if (entry.codec === 1) {
    const packed = chunk(0);
    if (8 + packed.length !== payload.length)
      fail(8 + packed.length, 'the end of the payload', `${payload.length - 8 - packed.length} more bytes`);
    return decoded(8, () => decodeZip(packed, gridSize));
  }
  // LZ4 unfolds a byte to at most 255; a larger promise is a lie.
  if (gridSize > payload.length * 255 + 4096)
    fail(0, `a grid that fits ${payload.length} packed bytes`, `${gridSize} bytes`);
  const first = chunk(0);
  if (8 + first.length === payload.length) return decoded(8, () => decodeBlosc(first, gridSize));
  const out = new Uint8Array(gridSize);
  let filled = 0;
  for (let at = 0; at < payload.length;) {
    const packed = chunk(at);
    const length = decoded(at + 8, () => bloscLength(packed));
    if (length === 0 || filled + length > gridSize)
      fail(at, `a chunk of 1 to ${gridSize - filled} bytes`, `${length} bytes`);
    out.set(
      decoded(at + 8, () => decodeBlosc(packed)),
      filled,
    );
    filled += length;
    at += 8 + packed.length;
  }
  if (filled !== gridSize) fail(payload.length, `${gridSize} bytes`, `${filled} bytes`);
  return out;
}
