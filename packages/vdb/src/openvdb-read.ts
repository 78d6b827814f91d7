/**
 * @file Files of OpenVDB (`.vdb`), versions 220 to 225: header, file metadata, then grids one after another, each with a
 * descriptor that says where it ends. What cannot be held here (points, frustum maps, types of other applications) is
 * passed over with a word while the other grids load.
 */
import { ByteCursor } from './byte-cursor.ts';
import type { GridFile, SkippedGrid } from './file.ts';
import { Grid } from './grid.ts';
import type { GridMap } from './map.ts';
import { readMetadata } from './openvdb-metadata.ts';
import type { Metadata } from './openvdb-metadata.ts';
import { readTransform } from './openvdb-transform.ts';
import { readTree } from './openvdb-tree.ts';
import type { TreeCoding } from './openvdb-tree.ts';
import { parseTreeName, savedAsHalf } from './openvdb-types.ts';
import { COMPRESS, NODE_MASK_VERSION } from './openvdb-values.ts';
import type { Tree } from './tree.ts';
import type { GridClass } from './types.ts';

/** What a `.vdb` file holds. */
export interface OpenVdbFile extends GridFile {
  /** Metadata of the file itself. */
  readonly metadata: Readonly<Metadata>;
  /** File version, 220 to 225. */
  readonly fileVersion: number;
  /** Version of the library that wrote it, such as '10.0'. */
  readonly library: string;
}

/** First eight bytes of every `.vdb` file, as one little-endian number. */
export const OPENVDB_MAGIC = 0x56444220n;
/** File versions that are read. */
const VERSIONS: { readonly least: 220; readonly greatest: 225 } = { least: 220, greatest: 225 } as const;
/** Length of the text that tells files apart: 32 hexadecimal digits and 4 hyphens. */
export const UUID_LENGTH = 36;
/** Why a grid under a frustum is passed over. */
export const FRUSTUM = 'its map is a frustum; only affine maps are read';
/** Stands between the name of a grid and the number that makes it unique. */
export const NAME_SEPARATOR = '\x1e';

/** Classes of grids that OpenVDB has. */
export const VDB_CLASSES: readonly GridClass[] = ['unknown', 'level set', 'fog volume', 'staggered'];

/** What stands before the grids. */
export interface Header {
  readonly fileVersion: number;
  readonly library: string;
  readonly hasOffsets: boolean;
  /** Of all grids, where they do not say so themselves (before version 222). */
  readonly compression: number;
}

/** What stands before a grid, and tells where it is. */
export interface Descriptor {
  readonly uniqueName: string;
  /** The name less its number. */
  readonly name: string;
  readonly type: string;
  readonly parent: string;
  readonly gridPos: number;
  /** Where the buffers begin; 0 where the file does not say. */
  readonly blockPos: number;
  readonly endPos: number;
}

/** A grid without its tree, or with it. */
export interface Part {
  readonly descriptor: Descriptor;
  readonly metadata: Metadata;
  readonly map: GridMap;
  /** Absent where the grid shares another's. */
  readonly tree?: Tree;
}

/** Whether bytes begin as a `.vdb` file does. */
export function isOpenVdb(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true) === OPENVDB_MAGIC;
}

/** Reads a whole `.vdb` file. What is not as the format says is a `FormatError` with its byte offset in the file. */
export function readVdb(bytes: Uint8Array): OpenVdbFile {
  const cursor = new ByteCursor(bytes, 'Cannot read .vdb file');
  const header = readHeader(cursor);
  const metadata = readMetadata(cursor);
  const count = cursor.count(36, 'grids');
  const parts = new Map<string, Part | SkippedGrid>();
  for (let i = 0; i < count; i++) {
    cursor.what = 'Cannot read .vdb file';
    const from = cursor.at;
    const descriptor = readDescriptor(cursor, header);
    if (parts.has(descriptor.uniqueName)) {
      throw cursor.fault(from, 'a name that no other grid has', `"${printName(descriptor.uniqueName)}" again`);
    }
    parts.set(descriptor.uniqueName, readPart(cursor, header, descriptor));
    cursor.end = bytes.length;
  }
  cursor.what = 'Cannot read .vdb file';
  return { ...connect(cursor, header, parts), metadata, fileVersion: header.fileVersion, library: header.library };
}

/** Reads what stands before the metadata of the file. */
export function readHeader(cursor: ByteCursor): Header {
  const magic = cursor.i64('the magic number');
  if (magic !== OPENVDB_MAGIC) {
    const found = `0x${BigInt.asUintN(64, magic).toString(16)}`;
    throw cursor.fault(0, 'the magic number of OpenVDB, 0x56444220', found);
  }
  const fileVersion = cursor.u32('file version');
  if (fileVersion < VERSIONS.least || fileVersion > VERSIONS.greatest) {
    throw cursor.fault(8, `file version ${VERSIONS.least} to ${VERSIONS.greatest}`, `${fileVersion}`);
  }
  const library = `${cursor.u32('library version')}.${cursor.u32('library version')}`;
  const hasOffsets = cursor.u8('whether grids have offsets') !== 0;
  const zipped = fileVersion < NODE_MASK_VERSION && cursor.u8('whether values are zipped') !== 0;
  cursor.skip(UUID_LENGTH, 'UUID');
  return { fileVersion, library, hasOffsets, compression: zipped ? COMPRESS.zip : 0 };
}

/** Reads names, type and offsets of a grid. */
export function readDescriptor(cursor: ByteCursor, { hasOffsets }: Header): Descriptor {
  const uniqueName = cursor.string('name of a grid');
  const type = cursor.string('type of a grid');
  const parent = cursor.string('instance parent of a grid');
  const from = cursor.at;
  const [gridPos, blockPos, endPos] = [cursor.i64('grid offset'), cursor.i64('block offset'), cursor.i64('end offset')];
  const [name = ''] = uniqueName.split(NAME_SEPARATOR);
  const common = { uniqueName, name, type, parent };
  if (!hasOffsets) return { ...common, gridPos: cursor.at, blockPos: 0, endPos: cursor.end };
  if (gridPos < cursor.at || gridPos > cursor.end) {
    throw cursor.fault(from, `a grid offset from ${cursor.at} to ${cursor.end}`, `${gridPos}`);
  }
  if (endPos < gridPos || endPos > cursor.end) {
    throw cursor.fault(from + 16, `an end offset from ${gridPos} to ${cursor.end}`, `${endPos}`);
  }
  // An instance has no blocks, and the offset of them is left at 0.
  if (parent === '' && (blockPos < gridPos || blockPos > endPos)) {
    throw cursor.fault(from + 8, `a block offset from ${gridPos} to ${endPos}`, `${blockPos}`);
  }
  return { ...common, gridPos: Number(gridPos), blockPos: Number(blockPos), endPos: Number(endPos) };
}

/** What `readTree` has to know of a grid. */
export function treeCoding(header: Header, type: string, compression: number): TreeCoding | undefined {
  const tree = parseTreeName(type);
  if (!tree) return undefined;
  const stored = tree.half ? savedAsHalf(tree.type) : tree.type;
  return { type: tree.type, stored, compression, fileVersion: header.fileVersion };
}

/** Reads one grid, or says why not, and leaves the cursor where it ends. */
function readPart(cursor: ByteCursor, header: Header, descriptor: Descriptor): Part | SkippedGrid {
  const { uniqueName, name, type, gridPos, endPos } = descriptor;
  cursor.what = `Cannot read grid "${printName(uniqueName)}"`;
  cursor.end = endPos;
  const skip = (reason: string): SkippedGrid => {
    if (!header.hasOffsets) {
      throw cursor.fault(cursor.at, 'a grid that can be read, since the file has no offsets to pass it over', reason);
    }
    cursor.at = endPos;
    return { name, type, reason };
  };
  if (!parseTreeName(type)) return skip(whyNot(type));
  cursor.at = gridPos;
  const compression = header.fileVersion < NODE_MASK_VERSION ? header.compression : readCompression(cursor);
  const metadata = readMetadata(cursor);
  const map = readTransform(cursor);
  if (!map) return skip(FRUSTUM);
  const part = { descriptor, metadata, map };
  if (descriptor.parent !== '') {
    if (header.hasOffsets) cursor.at = endPos;
    return part;
  }
  const read = { ...part, tree: readTree(cursor, treeCoding(header, type, compression)!) };
  if (header.hasOffsets) cursor.at = endPos;
  return read;
}

/** Reads the compression word of a grid. */
export function readCompression(cursor: ByteCursor): number {
  const compression = cursor.u32('compression of a grid');
  if (compression > 7) throw cursor.fault(cursor.at - 4, 'compression flags from 0 to 7', `${compression}`);
  return compression;
}

/** Why a grid of a type that is none of ours is passed over. */
export function whyNot(type: string): string {
  if (/^Tree_pt(data)?idx/.test(type)) return 'it holds points; grids of values are read';
  const known = /^Tree_\w+?_5_4_3/.test(type);
  return known ? `values of type ${type} are not read` : `trees of shape ${type} are not read; 5, 4, 3 is`;
}

/** Gives instances the tree of their parents, and makes grids. */
function connect(cursor: ByteCursor, header: Header, parts: ReadonlyMap<string, Part | SkippedGrid>): GridFile {
  const grids: Grid[] = [];
  const skipped: SkippedGrid[] = [];
  for (const part of parts.values()) {
    if ('reason' in part) {
      skipped.push(part);
      continue;
    }
    const { descriptor } = part;
    const parent = parts.get(descriptor.parent);
    if (!part.tree && parent && 'reason' in parent) {
      const reason = `it shares the tree of "${printName(descriptor.parent)}", which was passed over`;
      skipped.push({ name: descriptor.name, type: descriptor.type, reason });
      continue;
    }
    const tree = part.tree ?? (parent as Part | undefined)?.tree;
    if (!tree || tree.type !== parseTreeName(descriptor.type)?.type.type) {
      const found = tree ? `one of type ${tree.type}` : 'none';
      throw cursor.fault(
        descriptor.gridPos,
        `a ${descriptor.type} grid "${printName(descriptor.parent)}" whose tree "${printName(descriptor.uniqueName)}" shares`,
        found,
      );
    }
    grids.push(makeGrid(header, part, tree));
  }
  return { grids, skipped };
}

/** A grid of what was read. */
export function makeGrid(header: Header, { descriptor, metadata, map }: Part, tree: Tree): Grid {
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : descriptor.name;
  const gridClass = VDB_CLASSES.find((candidate) => candidate === metadata['class']) ?? 'unknown';
  const source = `OpenVDB ${header.library}, file version ${header.fileVersion}`;
  return new Grid({ name, tree, map, gridClass, metadata, source });
}

/** The unique name as OpenVDB prints it: `density[1]`. */
export function printName(uniqueName: string): string {
  const [name, number] = uniqueName.split(NAME_SEPARATOR);
  return number === undefined ? uniqueName : `${name}[${number}]`;
}
