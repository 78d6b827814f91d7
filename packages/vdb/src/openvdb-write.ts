/**
 * @file Files of OpenVDB (`.vdb`), version 224, which every reader since 2013 that knows Blosc takes. Only active values
 * are stored, and the inactive ones where they are neither the background nor its negative; packed with zip or Blosc as
 * asked. Same grids and options, same bytes: the identity of the file is a hash of what it holds.
 */
import { ByteBuilder } from './byte-builder.ts';
import { givenCodec, type Codec } from './codec.ts';
import type { Grid } from './grid.ts';
import { metadataTypes, writeMetadata } from './openvdb-metadata.ts';
import type { Metadata } from './openvdb-metadata.ts';
import { NAME_SEPARATOR, OPENVDB_MAGIC, UUID_LENGTH } from './openvdb-read.ts';
import { writeTransform } from './openvdb-transform.ts';
import { openVdbTypeOf, savedAsHalf } from './openvdb-types.ts';
import type { OpenVdbType } from './openvdb-types.ts';
import { COMPRESS } from './openvdb-values.ts';
import type { ValueCoding } from './openvdb-values.ts';
import { writeTree } from './openvdb-write-tree.ts';
import { demandWritable } from './writable.ts';

/** How `writeVdb` packs values, and what it says of itself. */
export interface VdbOptions {
  /** What packs the values of each node; 'none' is what most tools write for level sets and fog. */
  readonly codec?: Codec;
  /** Saves float32 and float64 values as half floats (background and tiles of the root stay whole). */
  readonly half?: boolean;
  /** Name of the program, for files and for grids that do not name theirs. */
  readonly creator?: string;
}

/** Values stored as they are. */
export const defaultVdbOptions: Required<VdbOptions> = Object.freeze({
  codec: 'none',
  half: false,
  creator: 'Halocline',
});

const fileVersion = 224;
/** Version of the library whose files these are like. */
const library = { major: 10, minor: 0 } as const;

/** Bytes that are handed out at a time. */
const PIECE_BYTES = 1 << 20;

/**
 * Writes grids as a `.vdb` file that OpenVDB, Houdini and Blender read: classes, vector types, statistics and unique names
 * included. Grids of the same tree share it. Types that OpenVDB has not are widened (int16 and uint8 to int32, uint32 to
 * int64, fp4 … fpn to float); those that nothing holds without loss are refused.
 */
export function writeVdb(grids: readonly Grid[], options: VdbOptions = {}): Uint8Array<ArrayBuffer> {
  const out = new ByteBuilder();
  const writing = writeFile(out, grids, settingsOf(options));
  let next = writing.next();
  while (next.done !== true) next = writing.next();
  const { uuidAt, offsets } = next.value;
  const hash = new ContentHash();
  hash.push(out.bytes);
  out.set(uuidAt, hash.uuid());
  for (const { at, values } of offsets) values.forEach((value, i) => out.setI64(at + 8 * i, value));
  return out.bytes.slice();
}

/**
 * The same bytes in order and in pieces of a MiB or so, with no more than a piece in memory besides the grids. The file says at its
 * start where everything stands, so all is packed twice: once to know, once to be handed out.
 */
export function* streamVdb(grids: readonly Grid[], options: VdbOptions = {}): Generator<Uint8Array, void, undefined> {
  const settings = settingsOf(options);
  const hash = new ContentHash();
  const dry = pieces(grids, settings);
  let next = dry.next();
  for (; next.done !== true; next = dry.next()) hash.push(next.value);
  yield* pieces(grids, settings, { uuid: hash.uuid(), offsets: next.value.offsets });
}

function settingsOf(options: VdbOptions): Required<VdbOptions> {
  return { ...defaultVdbOptions, ...options, codec: givenCodec('OpenVDB', options.codec) };
}

/** Where the three offsets of a grid stand, and what they are: of the grid, its blocks and its end. */
interface GridOffsets {
  readonly at: number;
  readonly values: readonly [grid: number, blocks: number, end: number];
}

interface Known {
  readonly uuid: Uint8Array;
  readonly offsets: readonly GridOffsets[];
}

interface Written {
  readonly uuidAt: number;
  readonly offsets: readonly GridOffsets[];
}

function* pieces(
  grids: readonly Grid[],
  settings: Required<VdbOptions>,
  known?: Known,
): Generator<Uint8Array, Written, undefined> {
  const out = new ByteBuilder();
  const writing = writeFile(out, grids, settings, known);
  let next = writing.next();
  for (; next.done !== true; next = writing.next()) if (out.pending >= PIECE_BYTES) yield out.take();
  if (out.pending > 0) yield out.take();
  return next.value;
}

/** Writes a whole file; offsets and UUID are zeros where they are not known. Pauses now and then. */
function* writeFile(
  out: ByteBuilder,
  grids: readonly Grid[],
  settings: Required<VdbOptions>,
  known?: Known,
): Generator<void, Written, undefined> {
  out.i64(OPENVDB_MAGIC);
  out.u32(fileVersion);
  out.u32(library.major);
  out.u32(library.minor);
  out.u8(1);
  const uuidAt = out.reserve(UUID_LENGTH);
  if (known) out.set(uuidAt, known.uuid);
  writeMetadata(out, { creator: settings.creator });
  out.u32(grids.length);
  const names = uniqueNames(grids);
  const written = new Map<unknown, string>();
  const offsets: GridOffsets[] = [];
  for (const [i, grid] of grids.entries()) {
    const place = { name: names[i]!, parent: written.get(grid.tree) ?? '', known: known?.offsets[i] };
    offsets.push(yield* writeGrid(out, grid, { ...settings, ...place }));
    if (!written.has(grid.tree)) written.set(grid.tree, names[i]!);
  }
  return { uuidAt, offsets };
}

/** Names with a number where they are empty or not the only one, as OpenVDB makes them. */
function uniqueNames(grids: readonly Grid[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of grids) counts.set(name, (counts.get(name) ?? 0) + 1);
  const next = new Map<string, number>();
  return grids.map(({ name }) => {
    if (name !== '' && counts.get(name) === 1) return name;
    const number = next.get(name) ?? 0;
    next.set(name, number + 1);
    return `${name}${NAME_SEPARATOR}${number}`;
  });
}

function* writeGrid(
  out: ByteBuilder,
  grid: Grid,
  options: Required<VdbOptions> & {
    readonly name: string;
    readonly parent: string;
    readonly known: GridOffsets | undefined;
  },
): Generator<void, GridOffsets, undefined> {
  demandWritable(grid, 'vdb');
  const type = openVdbTypeOf(grid.type)!;
  const half = options.half && type.halves;
  const coding: ValueCoding = {
    type,
    stored: half ? savedAsHalf(type) : type,
    compression: COMPRESS.activeMask | (options.codec === 'none' ? 0 : COMPRESS[options.codec]),
    fileVersion,
    background: grid.background.map((value) => (type.type === 'int64' ? BigInt(value) : value)),
  };
  out.string(options.name);
  out.string(`Tree_${type.name}_5_4_3${half ? '_HalfFloat' : ''}`);
  out.string(options.parent);
  const at = out.reserve(24);
  options.known?.values.forEach((value, i) => out.setI64(at + 8 * i, value));
  const start = out.length;
  out.u32(coding.compression);
  writeMetadata(out, gridMetadata(grid, type, { ...options, half }), metadataTypes(grid.metadata));
  writeTransform(out, grid.map);
  // An instance has no blocks: their offset is left at 0.
  const blocks = options.parent === '' ? yield* writeTree(out, coding, grid.tree) : 0;
  return { at, values: [start, blocks, out.length] };
}

/** The grid's own metadata, and what tools look for. */
function gridMetadata(grid: Grid, type: OpenVdbType, { codec, half, creator }: Required<VdbOptions>): Metadata {
  const { file_bbox_min: _min, file_bbox_max: _max, is_saved_as_half_float: _half, ...kept } = grid.metadata;
  const box = grid.indexBounds;
  const known = ['level set', 'fog volume', 'staggered'].includes(grid.gridClass);
  return {
    creator,
    ...(type.components === 3 ? { vector_type: 'invariant' } : {}),
    ...kept,
    ...(half ? { is_saved_as_half_float: true } : {}),
    name: grid.name,
    class: known ? grid.gridClass : 'unknown',
    ...(box ? { file_bbox_min: Int32Array.from(box.min), file_bbox_max: Int32Array.from(box.max) } : {}),
    file_compression: codec === 'none' ? 'active values' : `${codec} + active values`,
    file_mem_bytes: memoryOf(grid, type),
    file_voxel_count: BigInt(grid.activeVoxelCount),
  };
}

/** Bytes of the tree in memory with all its values, whether they are decoded yet or not. */
function memoryOf({ tree }: Grid, type: OpenVdbType): bigint {
  const leafBytes = 64 + 12 + 512 * type.components * type.componentBytes;
  const nodeBytes = tree.upper.count * (32768 * 4 + 8192) + tree.lower.count * (4096 * 4 + 1024);
  return BigInt(tree.leaf.count * leafBytes + nodeBytes);
}

/** What tells files apart: four FNV-1a hashes, of every fourth byte each, over a file whose offsets and UUID are zeros. */
class ContentHash {
  readonly #hashes = [0x811c9dc5, 0x811c9dc4, 0x811c9dc7, 0x811c9dc6];
  #at = 0;

  push(bytes: Uint8Array): void {
    for (let lane = 0; lane < 4; lane++) {
      let hash = this.#hashes[lane]!;
      for (let i = (lane + 4 - (this.#at & 3)) & 3; i < bytes.length; i += 4)
        hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      this.#hashes[lane] = hash;
    }
    this.#at += bytes.length;
  }

  /** 32 hexadecimal digits in groups of 8, 4, 4, 4, 12. */
  uuid(): Uint8Array {
    const digits = this.#hashes.map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
    const text = [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20),
    ];
    return Uint8Array.from(text.join('-'), (digit) => digit.charCodeAt(0));
  }
}
