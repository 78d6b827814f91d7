/**
 * @file What stands in a `.vdb` file, and one grid of it, whole or in part, without the bytes of the others.
 *
 * Each grid says where it starts, where its buffers start and where it ends. A whole grid is read in one go and its buffers are
 * decoded when they are first asked for. Of a part the topology is read whole, and the buffers, which only one after another can
 * be found, in windows of which the wanted leaves are kept.
 */
import { ByteCursor } from './byte-cursor.ts';
import { choose, Chooser, noSuchGrid } from './choice.ts';
import type { GridChoice, GridEntry, SkippedGrid } from './file.ts';
import type { Grid, IndexBox } from './grid.ts';
import { readMetadata } from './openvdb-metadata.ts';
import type { Metadata } from './openvdb-metadata.ts';
import {
  FRUSTUM,
  makeGrid,
  printName,
  readCompression,
  readDescriptor,
  readHeader,
  readVdb,
  treeCoding,
  VDB_CLASSES,
  whyNot,
} from './openvdb-read.ts';
import type { Descriptor, Header } from './openvdb-read.ts';
import { readTransform } from './openvdb-transform.ts';
import { finishTree, leafArrays, readLeafBuffer, readTree, TopologyReader } from './openvdb-tree.ts';
import type { TreeCoding } from './openvdb-tree.ts';
import { NODE_MASK_VERSION } from './openvdb-values.ts';
import { writeVdb } from './openvdb-write.ts';
import { readNow } from './reading.ts';
import type { Reading } from './reading.ts';
import type { Tree } from './tree.ts';

/** Bytes that are asked for first where nothing says how many there are. */
const FIRST_WINDOW = 1 << 16;
/** Bytes of nodes or buffers that are asked for at a time. */
const WINDOW = 1 << 22;

/** Where in a file, and how errors about it begin. */
interface Place {
  readonly fileLength: number;
  readonly what: string;
  readonly at: number;
  /** Nothing before this offset is wanted again. */
  readonly forget?: number;
  /** Where what is read there ends at the latest. */
  readonly end: number;
}

/** A cursor on at most `length` bytes of a place. Where there are fewer, since a source ended early, the place ends with them. */
function* openWindow({ at, end, what, fileLength, forget }: Place, length: number): Reading<ByteCursor> {
  const size = Math.min(length, end - at);
  const bytes = yield { offset: at, length: size, ...(forget === undefined ? {} : { forget }) };
  const last = bytes.length < size ? at + bytes.length : end;
  const cursor = new ByteCursor(bytes, what, { base: at, fileLength: last < end ? last : fileLength });
  cursor.end = last;
  return cursor;
}

/** Runs `parse` on a window of `length` bytes, and on one twice as long as often as it proves too short. */
function* parsed<T>(place: Place, length: number, parse: (cursor: ByteCursor) => T): Reading<{ value: T; at: number }> {
  const { at, end } = place;
  for (let size = Math.min(length, end - at); ; size = Math.min(2 * size + 64, end - at)) {
    const cursor = yield* openWindow(place, size);
    try {
      return { value: parse(cursor), at: cursor.at };
    } catch (error) {
      if (!cursor.short) throw error;
    }
  }
}

/** The head of a file: undefined where grids do not say where they are. */
interface Contents {
  readonly header: Header;
  readonly descriptors: readonly Descriptor[];
}

/** Called with each descriptor; gives true where the others need not be read. */
type DescriptorVisitor = (descriptor: Descriptor, header: Header) => Reading<boolean> | boolean;

function* readContents(fileLength: number, visit: DescriptorVisitor, forgets: boolean): Reading<Contents | undefined> {
  const file = { fileLength, what: 'Cannot read .vdb file', end: fileLength };
  const first = yield* parsed({ ...file, at: 0 }, FIRST_WINDOW, (cursor) => {
    const header = readHeader(cursor);
    readMetadata(cursor);
    return { header, count: cursor.count(36, 'grids') };
  });
  const { header, count } = first.value;
  if (!header.hasOffsets) return undefined;
  const descriptors: Descriptor[] = [];
  for (let { at } = first, i = 0; i < count; i++) {
    const place = { ...file, at, ...(forgets ? { forget: at } : {}) };
    const { value } = yield* parsed(place, 1024, (cursor) => readDescriptor(cursor, header));
    descriptors.push(value);
    const seen = visit(value, header);
    if (typeof seen === 'boolean' ? seen : yield* seen) break;
    at = value.endPos;
  }
  return { header, descriptors };
}

/** What stands before the tree of a grid. */
interface GridHead {
  readonly compression: number;
  readonly metadata: Metadata;
  readonly map: ReturnType<typeof readTransform>;
}

function placeOf(fileLength: number, { uniqueName, gridPos, endPos }: Descriptor): Place {
  return { fileLength, what: `Cannot read grid "${printName(uniqueName)}"`, at: gridPos, end: endPos };
}

function readHead(cursor: ByteCursor, header: Header, withMap: boolean): GridHead {
  const old = header.fileVersion < NODE_MASK_VERSION;
  const compression = old ? header.compression : readCompression(cursor);
  return { compression, metadata: readMetadata(cursor), map: withMap ? readTransform(cursor) : undefined };
}

/** Describes the grids of a file by what stands before their trees. */
export function* listVdb(fileLength: number): Reading<GridEntry[]> {
  const entries: GridEntry[] = [];
  function* visit(descriptor: Descriptor, header: Header): Reading<boolean> {
    const { name, type, gridPos, endPos } = descriptor;
    const place = placeOf(fileLength, descriptor);
    const { value } = yield* parsed(place, 4096, (cursor) => readHead(cursor, header, false));
    entries.push(describe(name, type, endPos - gridPos, value.metadata));
    return false;
  }
  if ((yield* readContents(fileLength, visit, true)) !== undefined) return entries;
  const { grids } = readVdb(yield { offset: 0, length: fileLength });
  return grids.map((grid) => describe(grid.name, `Tree_${grid.type}_5_4_3`, 0, grid.metadata));
}

function describe(name: string, type: string, byteLength: number, metadata: Metadata): GridEntry {
  const { file_voxel_count: voxels, file_bbox_min: min, file_bbox_max: max } = metadata;
  const isBox = min instanceof Int32Array && max instanceof Int32Array && min.every((v, a) => v <= max[a]!);
  return {
    name: typeof metadata['name'] === 'string' ? metadata['name'] : name,
    type,
    gridClass: VDB_CLASSES.find((candidate) => candidate === metadata['class']) ?? 'unknown',
    byteLength,
    activeVoxelCount: typeof voxels === 'bigint' ? Number(voxels) : undefined,
    indexBounds: isBox ? { min: [min[0]!, min[1]!, min[2]!], max: [max[0]!, max[1]!, max[2]!] } : undefined,
  };
}

/** Reads the grid of choice, or says why it is passed over. Throws RangeError where there is none like it. */
export function* readVdbPart(fileLength: number, choice: GridChoice): Reading<Grid | SkippedGrid> {
  const chooser = new Chooser(choice);
  let descriptor: Descriptor | undefined;
  // Those that are passed by stay wanted: a later grid may share the tree of one.
  const contents = yield* readContents(
    fileLength,
    (one) => {
      if (chooser.takes(one.name)) descriptor = one;
      return descriptor !== undefined;
    },
    false,
  );
  if (contents === undefined) return yield* readWithoutOffsets(fileLength, choice);
  const { header } = contents;
  if (descriptor === undefined)
    throw noSuchGrid(
      contents.descriptors.map(({ name }) => name),
      choice,
    );
  const { name, type, parent } = descriptor;
  if (!treeCoding(header, type, 0)) return { name, type, reason: whyNot(type) };
  const alone = placeOf(fileLength, descriptor);
  const place = parent === '' ? { ...alone, forget: alone.at } : alone;
  const head = yield* parsed(place, 4096, (cursor) => readHead(cursor, header, true));
  const { metadata, map } = head.value;
  if (map === undefined) return { name, type, reason: FRUSTUM };
  const part = { descriptor, metadata, map };
  if (parent === '') {
    return makeGrid(header, part, yield* readTreePart(place, header, { descriptor, head, box: choice.box }));
  }
  const owner = yield* findOwner(fileLength, contents.descriptors, parent);
  if (owner === undefined || owner.type !== type || owner.parent !== '') {
    const cursor = new ByteCursor(new Uint8Array(0), place.what);
    const expected = `a ${type} grid "${printName(parent)}" whose tree it shares`;
    throw cursor.fault(place.at, expected, owner === undefined ? 'none' : `one of type ${owner.type}`);
  }
  const ownerPlace = placeOf(fileLength, owner);
  const ownerHead = yield* parsed(ownerPlace, 4096, (cursor) => readHead(cursor, header, true));
  const shared = { descriptor: owner, head: ownerHead, box: choice.box };
  return makeGrid(header, part, yield* readTreePart(ownerPlace, header, shared));
}

/** The grid of that unique name: as a rule one that stands before those that share its tree. */
function* findOwner(
  fileLength: number,
  passed: readonly Descriptor[],
  parent: string,
): Reading<Descriptor | undefined> {
  const isOwner = ({ uniqueName }: Descriptor): boolean => uniqueName === parent;
  const found = passed.find(isOwner);
  if (found !== undefined) return found;
  const all = yield* readContents(fileLength, isOwner, false);
  return all?.descriptors.find(isOwner);
}

function* readTreePart(
  place: Place,
  header: Header,
  of: {
    readonly descriptor: Descriptor;
    readonly head: { readonly value: GridHead; readonly at: number };
    readonly box: IndexBox | undefined;
  },
): Reading<Tree> {
  const { descriptor, head, box } = of;
  const coding = treeCoding(header, descriptor.type, head.value.compression)!;
  const at = { ...place, at: head.at };
  if (box !== undefined) return yield* readBox(at, coding, { box, blockPos: descriptor.blockPos });
  const whole = place.end - head.at;
  return (yield* parsed(at, whole, (cursor) => readTree(cursor, coding, true))).value;
}

/** Takes steps on windows of a place until one says that it was the last, and gives where that ended. A step that fails is taken again. */
function* inWindows(place: Place, length: number, step: (cursor: ByteCursor) => boolean): Reading<number> {
  let { at } = place;
  for (let size = length, isDone = false; !isDone;) {
    const here = { ...place, at, ...(place.forget === undefined ? {} : { forget: at }) };
    const cursor = yield* openWindow(here, size);
    let from = at;
    try {
      for (; !isDone; from = cursor.at) isDone = step(cursor);
    } catch (error) {
      if (!cursor.short) throw error;
      if (from === at) size *= 2;
    }
    at = from;
  }
  return at;
}

/** Reads the leaves that meet the box, and passes over the others. */
function* readBox(
  place: Place,
  coding: TreeCoding,
  { box, blockPos }: { readonly box: IndexBox; readonly blockPos: number },
): Reading<Tree> {
  const reader = new TopologyReader(coding, box);
  const first = Math.max(FIRST_WINDOW, Math.min(WINDOW, blockPos - place.at));
  const at = yield* inWindows(place, first, (cursor) => reader.step(cursor));
  const { topology } = reader;
  const { wanted, count } = topology.leaves;
  const values = leafArrays(topology);
  const last = wanted!.lastIndexOf(1, count - 1);
  let [leaf, kept] = [0, 0];
  if (last >= 0) {
    yield* inWindows({ ...place, at }, WINDOW, (cursor) => {
      const isWanted = wanted![leaf] === 1;
      readLeafBuffer(cursor, topology, isWanted ? kept : -1, isWanted ? { values, at: 512 * kept } : undefined);
      if (isWanted) kept++;
      return leaf++ === last;
    });
  }
  return finishTree(new ByteCursor(new Uint8Array(0), place.what), topology, values);
}

/** A file whose grids do not say where they are has to be read whole. */
function* readWithoutOffsets(fileLength: number, choice: GridChoice): Reading<Grid | SkippedGrid> {
  const { grids } = readVdb(yield { offset: 0, length: fileLength });
  const names = grids.map(({ name }) => name);
  const grid = grids[choose(names, choice) ?? -1];
  if (grid === undefined) throw noSuchGrid(names, choice);
  const { box } = choice;
  if (box === undefined) return grid;
  const again = writeVdb([grid]);
  return readNow(readVdbPart(again.length, { box }), again);
}
