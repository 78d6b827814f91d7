/** @file One grid of a file of either format, or a part of it, from bytes in memory or from anywhere else; and what a file holds. */
import { FormatError } from './errors.ts';
import type { GridChoice, GridEntry, GridFile, SkippedGrid } from './file.ts';
import { Grid } from './grid.ts';
import { listNanoVdb, readNanoVdbPart } from './nvdb-part.ts';
import { isNanoVdb } from './nvdb-read.ts';
import { listVdb, readVdbPart } from './openvdb-part.ts';
import { isOpenVdb } from './openvdb-read.ts';
import { notAGridFile, readGridFile } from './read.ts';
import { openSource, readLater, readNow } from './reading.ts';
import type { GridSource, Reading } from './reading.ts';

function* sniffed<T>(
  byteLength: number,
  nanoVdb: (fileLength: number) => Reading<T>,
  openVdb: (fileLength: number) => Reading<T>,
): Reading<T> {
  const start = yield { offset: 0, length: 8 };
  if (isNanoVdb(start)) return yield* nanoVdb(byteLength);
  if (isOpenVdb(start)) return yield* openVdb(byteLength);
  throw notAGridFile(start);
}

const list = (byteLength: number): Reading<GridEntry[]> => sniffed(byteLength, listNanoVdb, listVdb);

function* read(byteLength: number, choice: GridChoice): Reading<Grid> {
  checkBox(choice);
  const result: Grid | SkippedGrid = yield* sniffed(
    byteLength,
    (length) => readNanoVdbPart(length, choice),
    (length) => readVdbPart(length, choice),
  );
  if (result instanceof Grid) return result;
  throw new RangeError(`Cannot read grid "${result.name}" of type ${result.type}: ${result.reason}; choose another`);
}

function checkBox({ name, box }: GridChoice): void {
  if (box === undefined || [...box.min, ...box.max].every((v) => Number.isSafeInteger(v))) return;
  const which = name === undefined ? 'a part of a grid' : `a part of grid "${name}"`;
  const is = `its box is (${box.min.join(', ')}) … (${box.max.join(', ')})`;
  throw new RangeError(`Cannot read ${which}: ${is}; give integers`);
}

/**
 * Reads one grid of a `.nvdb` or `.vdb` file, by default its first, and leaves the others alone. With `box`, only leaves and tiles
 * that share a voxel with it. Leaf values are decoded when they are first asked for: what is wrong with them is an error then.
 * Throws RangeError where the file has no such grid, or one that is not read (points).
 */
export function readGrid(bytes: Uint8Array, choice: GridChoice = {}): Grid {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readNow(read(plain.length, choice), plain);
}

/** What grids a file has: names, types, sizes, without reading them. */
export function listGrids(bytes: Uint8Array): GridEntry[] {
  return readNow(list(bytes.length), bytes);
}

/** As `readGrid`, from a Blob, a stream or anything with random access; of the latter and of a Blob no more is read than needed. */
export async function readGridFrom(source: GridSource, choice: GridChoice = {}): Promise<Grid> {
  const opened = await openSource(source);
  return readLater(read(opened.byteLength, choice), opened);
}

/** As `listGrids`, from any source. */
export async function listGridsFrom(source: GridSource): Promise<GridEntry[]> {
  const opened = await openSource(source);
  return readLater(list(opened.byteLength), opened);
}

/** As `readGridFile`, from any source: all of it is read. */
export async function readGridFileFrom(source: GridSource): Promise<GridFile> {
  const opened = await openSource(source);
  const bytes = await opened.read(0, opened.byteLength);
  if (bytes.length === opened.byteLength || opened.byteLength === Infinity) return readGridFile(bytes);
  const found = `${bytes.length} bytes`;
  throw new FormatError('Cannot read grids: the source', { offset: 0, expected: `${opened.byteLength} bytes`, found });
}
