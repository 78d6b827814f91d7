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
import type { GridEntry, GridFile, SkippedGrid } from './file.ts';
import { GridBytes } from './grid-bytes.ts';
import { Grid } from './grid.ts';
import { readGrid, readGridSize } from './nvdb-grid.ts';
import type { Vec3 } from './map.ts';
import { CLASSES, MAGIC, packVersion, ROOT_OFFSET, TYPE_NAMES, versionName } from './nvdb-layout.ts';
import { readNow } from './reading.ts';
import type { Reading } from './reading.ts';
import { rebased } from './rebase.ts';
import { decodeText } from './text.ts';

const HEADER_BYTES = 16;
const META_BYTES = 176;
/** The first version whose writers describe every grid of a payload. */
const DESCRIBED_VERSION = packVersion(32, 6, 0);
const CODECS = ['none', 'zip', 'blosc'] as const;

/** One payload of a file and what its metadata say: as a rule one grid. */
export interface Payload {
  readonly entry: GridEntry;
  /** Where it starts in the file, and how many bytes it takes there and unpacked. */
  readonly at: number;
  readonly fileSize: number;
  readonly gridSize: number;
  /** 0 none, 1 zip, 2 blosc. */
  readonly codec: number;
  /** Of the segment; 0 for a raw dump. */
  readonly version: number;
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
  for (const payload of readNow(listPayloads(bytes.length), bytes)) {
    const packed = bytes.subarray(payload.at, payload.at + payload.fileSize);
    for (const part of splitPayload(unpackPayload(packed, payload), payload)) {
      const result = readGrid(part);
      if (result instanceof Grid) grids.push(result);
      else skipped.push(result);
    }
  }
  return { grids, skipped };
}

/** The bytes of each grid in an unpacked payload. */
export function splitPayload(bytes: Uint8Array, { entry: { name }, codec, at: start }: Payload): GridBytes[] {
  const fileOffset = codec === 0 ? start : 0;
  const parts: GridBytes[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = new GridBytes(bytes.subarray(at, at + ROOT_OFFSET), name, fileOffset + at);
    const size = readGridSize(head, bytes.length - at);
    parts.push(new GridBytes(bytes.subarray(at, at + size), name, fileOffset + at));
    at += size;
  }
  return parts;
}

/** The payloads of a file of `fileLength` bytes, by its headers alone. */
function* listPayloads(fileLength: number): Reading<Payload[]> {
  const payloads: Payload[] = [];
  yield* walkPayloads(fileLength, (payload) => {
    payloads.push(payload);
    return false;
  });
  return payloads;
}

/** Called with each payload, and the offset from which on packed ones stay wanted; gives true where the walk is to end. */
export type PayloadVisitor = (payload: Payload, kept: number) => Reading<boolean> | boolean;

/**
 * Visits the payloads of a file in its order. A raw dump is one payload, not packed. With `keepsHidden`, packed payloads that may hold
 * more grids than are described are still wanted after they were passed by.
 */
export function* walkPayloads(fileLength: number, visit: PayloadVisitor, keepsHidden = false): Reading<void> {
  const start = yield { offset: 0, length: ROOT_OFFSET };
  if (isRaw(start)) {
    const entry = { name: '', type: 'Unknown', gridClass: 'unknown' } as const;
    const unsaid = { byteLength: fileLength, activeVoxelCount: undefined, indexBounds: undefined };
    const size = { fileSize: fileLength, gridSize: fileLength };
    const seen = visit({ entry: { ...entry, ...unsaid }, at: 0, ...size, codec: 0, version: 0 }, Infinity);
    if (typeof seen !== 'boolean') yield* seen;
    return;
  }
  let kept = Infinity;
  for (let at = 0; at < fileLength;) {
    const segment = yield* readSegment(fileLength, at, Math.min(at, kept));
    if (segment === undefined) return;
    for (const payload of segment.payloads) {
      const seen = visit(payload, kept);
      if (typeof seen === 'boolean' ? seen : yield* seen) return;
      if (keepsHidden && payload.codec !== 0 && payload.version < DESCRIBED_VERSION) kept = Math.min(kept, payload.at);
      yield* demandEnd(fileLength, payload, kept);
    }
    at = segment.end;
  }
}

/** Of a stream, whose length nobody knows, the last byte of a payload has to be seen. */
function* demandEnd(fileLength: number, { entry, at, fileSize }: Payload, kept: number): Reading<void> {
  if (fileLength !== Infinity || fileSize === 0) return;
  const last = at + fileSize - 1;
  const { length } = yield { offset: last, length: 1, forget: Math.min(last, kept) };
  if (length === 0) fail(`payload of grid "${entry.name}"`, at, `${fileSize} bytes`, 'the end of the stream before');
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

function fail(what: string, offset: number, expected: string, found: string): never {
  throw new FormatError(`Cannot read NanoVDB file: its ${what}`, { offset, expected, found });
}

/** Reads the head of the segment at `start`; undefined where a stream has ended there. */
function* readSegment(
  fileLength: number,
  start: number,
  forget: number,
): Reading<{ readonly payloads: readonly Payload[]; readonly end: number } | undefined> {
  function* take(what: string, offset: number, length: number): Reading<Uint8Array> {
    const bytes = yield { offset, length, ...(start > 0 ? { forget } : {}) };
    if (bytes.length < length) fail(what, offset, `${length} bytes`, `the end of the file after ${bytes.length}`);
    return bytes;
  }
  if (fileLength === Infinity && start > 0 && (yield { offset: start, length: 1, forget }).length === 0)
    return undefined;
  const header = yield* take('segment header', start, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const magic = decodeText(header.subarray(0, 8));
  if (magic !== MAGIC.old && magic !== MAGIC.file) {
    fail('segment header', start, `${MAGIC.old} or ${MAGIC.file}`, JSON.stringify(magic));
  }
  const version = view.getUint32(8, true);
  if (version >>> 21 !== 32) fail('version', start + 8, 'a version 32.x', versionName(version));
  const gridCount = view.getUint16(12, true);
  const codec = view.getUint16(14, true);
  if (codec >= CODECS.length) fail('codec', start + 14, '0 (none), 1 (zip) or 2 (blosc)', String(codec));
  const metas: Omit<Payload, 'at'>[] = [];
  let at = start + HEADER_BYTES;
  for (let g = 0; g < gridCount; g++) {
    const meta = yield* take('grid metadata', at, META_BYTES);
    const words = new DataView(meta.buffer, meta.byteOffset, meta.length);
    const nameSize = words.getUint32(136, true);
    const [gridSize, fileSize] = [0, 8].map((offset) => {
      const value = words.getBigUint64(offset, true);
      if (value > Number.MAX_SAFE_INTEGER) fail('grid metadata', at + offset, 'a size below 2^53', String(value));
      return Number(value);
    }) as [number, number];
    const name = yield* take('grid name', at + META_BYTES, nameSize);
    const text = decodeText(name.at(-1) === 0 ? name.subarray(0, -1) : name);
    metas.push({ entry: describe(words, text, fileSize), gridSize, fileSize, codec, version });
    at += META_BYTES + nameSize;
  }
  const payloads = metas.map((meta): Payload => {
    const payload = { ...meta, at };
    at += meta.fileSize;
    if (at > fileLength) {
      const found = `the end of the file after ${fileLength - payload.at}`;
      fail(`payload of grid "${meta.entry.name}"`, payload.at, `${meta.fileSize} bytes`, found);
    }
    return payload;
  });
  return { payloads, end: at };
}

/** What `FileMetaData` says of a grid. */
function describe(meta: DataView, name: string, byteLength: number): GridEntry {
  const corner = (at: number): Vec3 => [
    meta.getInt32(at, true),
    meta.getInt32(at + 4, true),
    meta.getInt32(at + 8, true),
  ];
  const voxels = Number(meta.getBigUint64(24, true));
  const [min, max] = [corner(88), corner(100)];
  return {
    name,
    type: TYPE_NAMES[meta.getUint32(32, true)] ?? 'Unknown',
    gridClass: CLASSES[meta.getUint32(36, true)] ?? 'unknown',
    byteLength,
    activeVoxelCount: voxels,
    indexBounds: voxels > 0 && min.every((v, a) => v <= max[a]!) ? { min, max } : undefined,
  };
}

/** The bytes of a payload, unpacked: `gridSize` of them. */
export function unpackPayload(payload: Uint8Array, { entry, gridSize, codec, at: fileOffset }: Payload): Uint8Array {
  const what = `Cannot read grid "${entry.name}": its payload`;
  const wrong = (at: number, expected: string, found: string): never => {
    throw new FormatError(what, { offset: fileOffset + at, expected, found });
  };
  if (codec === 0) {
    if (payload.length !== gridSize) wrong(0, `${gridSize} bytes`, `${payload.length} bytes`);
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
    if (at + 8 > payload.length) wrong(at, 'a chunk of 8 bytes and more', `${payload.length - at} bytes`);
    const size = Number(view.getBigUint64(at, true));
    if (size > payload.length - at - 8)
      wrong(at, `a chunk of at most ${payload.length - at - 8} bytes`, `${size} bytes`);
    return payload.subarray(at + 8, at + 8 + size);
  };
  if (codec === 1) {
    const packed = chunk(0);
    if (8 + packed.length !== payload.length)
      wrong(8 + packed.length, 'the end of the payload', `${payload.length - 8 - packed.length} more bytes`);
    return decoded(8, () => decodeZip(packed, gridSize));
  }
  // LZ4 unfolds a byte to at most 255; a larger promise is a lie.
  if (gridSize > payload.length * 255 + 4096)
    wrong(0, `a grid that fits ${payload.length} packed bytes`, `${gridSize} bytes`);
  const first = chunk(0);
  if (8 + first.length === payload.length) return decoded(8, () => decodeBlosc(first, gridSize));
  const out = new Uint8Array(gridSize);
  let filled = 0;
  for (let at = 0; at < payload.length;) {
    const packed = chunk(at);
    const length = decoded(at + 8, () => bloscLength(packed));
    if (length === 0 || filled + length > gridSize)
      wrong(at, `a chunk of 1 to ${gridSize - filled} bytes`, `${length} bytes`);
    out.set(
      decoded(at + 8, () => decodeBlosc(packed)),
      filled,
    );
    filled += length;
    at += 8 + packed.length;
  }
  if (filled !== gridSize) wrong(payload.length, `${gridSize} bytes`, `${filled} bytes`);
  return out;
}
