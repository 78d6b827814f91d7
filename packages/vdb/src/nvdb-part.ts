/** @file What stands in a `.nvdb` file, and one grid of it, whole or in part, without the bytes of the others. */
import { throughBlosc } from './blosc-window.ts';
import { choose, Chooser, noSuchGrid } from './choice.ts';
import type { GridChoice, GridEntry, SkippedGrid } from './file.ts';
import { GridBytes } from './grid-bytes.ts';
import type { Grid, IndexBox } from './grid.ts';
import { cropGrid } from './nvdb-crop.ts';
import { readGrid, readGridSize } from './nvdb-grid.ts';
import { CLASSES, GRID_BYTES, ROOT_OFFSET, TYPE_NAMES } from './nvdb-layout.ts';
import { splitPayload, unpackPayload, walkPayloads } from './nvdb-read.ts';
import type { Payload } from './nvdb-read.ts';
import { readNow } from './reading.ts';
import type { Reading } from './reading.ts';

/** The codec whose blocks are unpacked each by itself. */
const BLOSC = 2;

/** A grid and where it stands: in the file, or in what is unpacked of it. */
interface Located {
  readonly entry: GridEntry;
  readonly payload: Payload;
  /** Offset and length of its bytes in the file where they are not packed; else of the payload. */
  readonly at: number;
  readonly byteLength: number;
}

/** Describes the grids of a file by its headers. */
export function* listNanoVdb(fileLength: number): Reading<GridEntry[]> {
  const entries: GridEntry[] = [];
  yield* locate(fileLength, false, ({ entry }) => {
    entries.push(entry);
    return false;
  });
  return entries;
}

/** Finds the grids one after another, until `found` says true. */
function* locate(fileLength: number, keepsHidden: boolean, found: (located: Located) => boolean): Reading<void> {
  function* visit(payload: Payload, kept: number): Reading<boolean> {
    const { entry, at: start, fileSize, codec } = payload;
    if (codec !== 0) return found({ entry, payload, at: start, byteLength: fileSize });
    for (let at = start; at < start + fileSize;) {
      const bytes = yield { offset: at, length: ROOT_OFFSET, forget: Math.min(at, kept) };
      if (bytes.length === 0 && fileSize === Infinity) return false;
      const head = new GridBytes(bytes, entry.name, at);
      const byteLength = readGridSize(head, start + fileSize - at);
      const isAlone = byteLength === fileSize && entry.type !== 'Unknown';
      const described = isAlone ? entry : describeHead(head, byteLength);
      if (found({ entry: described, payload, at, byteLength })) return true;
      at += byteLength;
    }
    return false;
  }
  yield* walkPayloads(fileLength, visit, keepsHidden);
}

/** What `GridData` and `TreeData` say. */
function describeHead(head: GridBytes, byteLength: number): GridEntry {
  return {
    name: head.text(40, 256),
    type: TYPE_NAMES[head.u32[159]!] ?? 'Unknown',
    gridClass: CLASSES[head.u32[158]!] ?? 'unknown',
    byteLength,
    activeVoxelCount: head.u64('voxel count', GRID_BYTES + 56),
    indexBounds: undefined,
  };
}

/** Reads the grid of choice, or says why it is passed over. Throws RangeError where there is none like it. */
export function* readNanoVdbPart(fileLength: number, choice: GridChoice): Reading<Grid | SkippedGrid> {
  const located: Located[] = [];
  const chooser = new Chooser(choice);
  let chosen: Located | undefined;
  yield* locate(fileLength, true, (one) => {
    located.push(one);
    if (chooser.takes(one.entry.name)) chosen = one;
    return chosen !== undefined;
  });
  if (chosen === undefined) return yield* readHidden(located, choice);
  const { payload, at, byteLength, entry } = chosen;
  const { name } = entry;
  const { box } = choice;
  if (payload.codec === 0) {
    if (box === undefined)
      return readGrid(new GridBytes(yield { offset: at, length: byteLength, forget: at }, name, at));
    return readGrid(new GridBytes(yield* cropGrid({ name, at, byteLength, box }), name, 0));
  }
  if (payload.codec === BLOSC && box !== undefined) return yield* throughBlosc(payload, cropFirst(payload, box));
  return readPart((yield* unpacked(payload))[0], choice, [name]);
}

/** A part of the grid at the start of unpacked bytes. */
function* cropFirst({ entry: { name }, gridSize }: Payload, box: IndexBox): Reading<Grid | SkippedGrid> {
  const head = new GridBytes(yield { offset: 0, length: ROOT_OFFSET }, name, 0);
  const byteLength = readGridSize(head, gridSize);
  return readGrid(new GridBytes(yield* cropGrid({ name, at: 0, byteLength, box }), name, 0));
}

function* unpacked(payload: Payload): Reading<GridBytes[]> {
  const { at, fileSize } = payload;
  return splitPayload(unpackPayload(yield { offset: at, length: fileSize }, payload), payload);
}

/** Writers up to 32.5 describe only the first grid of a packed payload: the others are looked for where no description fits. */
function* readHidden(located: readonly Located[], choice: GridChoice): Reading<Grid | SkippedGrid> {
  const parts: GridBytes[] = [];
  for (const { payload } of located) if (payload.codec !== 0) parts.push(...(yield* unpacked(payload)));
  const names = parts.map((part) => part.text(40, 256));
  const all = parts.length > located.length ? names : located.map(({ entry }) => entry.name);
  return readPart(parts[choose(names, choice) ?? -1], choice, all);
}

function readPart(part: GridBytes | undefined, choice: GridChoice, names: readonly string[]): Grid | SkippedGrid {
  if (part === undefined) throw noSuchGrid(names, choice);
  const { box } = choice;
  if (box === undefined) return readGrid(part);
  const crop = { name: part.name, at: 0, byteLength: part.length, box };
  return readGrid(new GridBytes(readNow(cropGrid(crop), part.u8), part.name, 0));
}
