/**
 * @file One grid → the bytes of a NanoVDB grid, breadth first, every padding byte zero.
 *
 * They come in pieces, so that a large grid need not stand in memory a second time. The checksum stands before what it
 * covers: the pieces are made once for it and once to be written.
 */
import { countBits } from './bits.ts';
import type { Channel, Grid } from './grid.ts';
import { setU64, writeChecksum, writeHead } from './nvdb-head.ts';
import {
  align,
  BLIND_BYTES,
  CLASSES,
  ID_OF_TYPE,
  layoutOf,
  NODE_CHECKSUM_VERSION,
  ROOT_OFFSET,
} from './nvdb-layout.ts';
import type { GridLayout, NodeLayout, StatOffsets } from './nvdb-layout.ts';
import { deviation, nodeStatistics } from './nvdb-node-stats.ts';
import type { LevelStats, TreeStats } from './nvdb-node-stats.ts';
import { fpnLeafEnds, QUANTIZE_DEFAULTS } from './nvdb-quantize.ts';
import type { Quantize } from './nvdb-quantize.ts';
import { writeLeaves } from './nvdb-write-leaves.ts';
import { encodeText } from './text.ts';
import type { NodeLevel, Tree } from './tree.ts';
import { TYPES } from './types.ts';
import type { GridClass, GridType, Values } from './types.ts';
import { demandWritable } from './writable.ts';

/** Place of a grid in its file, and the version it is written for. */
export interface GridPlace {
  readonly version: number;
  readonly gridIndex: number;
  readonly gridCount: number;
}

/** What is the same for all pieces of a grid while it is written. */
export interface GridWriter {
  readonly tree: Tree;
  readonly layout: GridLayout;
  readonly stats: TreeStats;
  /** Whether min, max, average and deviation are written. */
  readonly full: boolean;
  readonly quantize: Quantize;
  /** Byte offsets of the levels. */
  readonly starts: { readonly root: number; readonly upper: number; readonly lower: number; readonly leaf: number };
  /** FpN alone: where each leaf starts after the first, and where the last one ends. */
  readonly leafEnds: Float64Array | undefined;
}

/** Bytes `base` … `base + bytes.length − 1` of a grid, zero until they are written. */
export interface Piece {
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
}

/** A grid made ready: its size is known, its bytes come in order, as often as they are asked for. */
export interface EncodedGrid {
  readonly byteLength: number;
  /** `GridData` and `TreeData`, checksum included, root and tiles. */
  readonly head: Uint8Array;
  /** All bytes in order: the head, then pieces of a MiB or so, each good until the next is asked for. */
  readonly pieces: () => Generator<Uint8Array, void, undefined>;
}

/** Bytes of nodes and leaves that are made at a time. */
const PIECE_BYTES = 1 << 20;
/** A grid up to this size is made once and kept. */
const KEPT_BYTES = 1 << 26;

/** The bytes of a grid. Throws RangeError for what the version can't hold. */
export function encodeGrid(
  grid: Grid,
  place: GridPlace,
  quantize: Quantize = QUANTIZE_DEFAULTS,
): Uint8Array<ArrayBuffer> {
  const { byteLength, pieces } = prepareGrid(grid, place, quantize);
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const piece of pieces()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Makes a grid ready to be written piece by piece. Throws RangeError for what the version can't hold. */
export function prepareGrid(grid: Grid, place: GridPlace, quantize: Quantize): EncodedGrid {
  const { tree, type } = grid;
  demandWritable(grid, place.version <= NODE_CHECKSUM_VERSION ? 'nvdb-compat' : 'nvdb');
  const typeId = ID_OF_TYPE.get(type)!;
  const layout = layoutOf(type as Exclude<GridType, 'vec3i'>);
  const isIndex = TYPES[type].leaf === 'index';
  const full = TYPES[type].leaf === 'stored' && type !== 'bool' && type !== 'rgba8';
  const root = ROOT_OFFSET;
  const upper = root + layout.root.size + tree.root.count * layout.tile.size;
  const lower = upper + tree.upper.count * layout.upper.size;
  const leaf = lower + tree.lower.count * layout.lower.size;
  const leafEnds = type === 'fpn' ? fpnLeafEnds(grid, quantize) : undefined;
  const blindAt = leaf + (leafEnds?.at(-1) ?? tree.leaf.count * layout.leaf.size);
  const name = encodeText(grid.name);
  const longName = name.length > 255;
  const blocks = blindBlocks(grid.channels, longName ? name : undefined);
  const gridSize = blocks.reduce((sum, block) => sum + BLIND_BYTES + align(block.bytes.length, 32), blindAt);
  const stats = nodeStatistics(tree, full);
  const writer: GridWriter = { tree, layout, stats, full, quantize, leafEnds, starts: { root, upper, lower, leaf } };
  const isActive = stats.root.box[0]! <= stats.root.box[3]!;
  const head = makePiece(0, upper);
  writeHead(head.bytes, {
    ...place,
    flags: 32 + (full ? 28 : 0) + (isActive ? 2 : 0) + (longName ? 1 : 0),
    gridSize,
    name: grid.name,
    map: grid.map,
    typeId,
    classId: CLASSES.indexOf(classFor(grid.gridClass, type)),
    box: isActive ? stats.root.box : undefined,
    blindAt: blocks.length === 0 && place.version <= NODE_CHECKSUM_VERSION ? 0 : blindAt,
    blindCount: blocks.length,
    valueCount: isIndex ? tree.offsets!.valueCount : 0,
    starts: [leaf, lower, upper, root],
    nodeCounts: [tree.leaf.count, tree.lower.count, tree.upper.count],
    tileCounts: tree.tileCounts,
    voxelCount: grid.activeVoxelCount,
  });
  writeRoot(writer, head);
  function* rest(): Generator<Uint8Array, void, undefined> {
    yield* writeLevel(writer, tree.upper, layout.upper, stats.upper, {
      bits: 5,
      start: upper,
      below: (child) => lower + child * layout.lower.size,
      firstStat: 1,
    });
    yield* writeLevel(writer, tree.lower, layout.lower, stats.lower, {
      bits: 4,
      start: lower,
      below: (child) => leafStart(writer, child),
      firstStat: 1 + tree.upper.count,
    });
    for (let from = 0; from < tree.leaf.count;) {
      let to = from + 1;
      while (to < tree.leaf.count && leafStart(writer, to + 1) - leafStart(writer, from) <= PIECE_BYTES) to++;
      const piece = makePiece(leafStart(writer, from), leafStart(writer, to));
      writeLeaves(writer, piece, from, to);
      yield piece.bytes;
      from = to;
    }
    yield* writeBlind(blocks, place.version);
  }
  const kept = gridSize <= KEPT_BYTES ? [...rest()] : undefined;
  writeChecksum(head.bytes, place.version, () => kept ?? rest());
  return {
    byteLength: gridSize,
    head: head.bytes,
    *pieces() {
      yield head.bytes;
      yield* kept ?? rest();
    },
  };
}

/** Where leaf `leaf` starts; where the last one ends, for the count of them. */
export function leafStart({ starts, layout, leafEnds }: GridWriter, leaf: number): number {
  if (leafEnds === undefined) return starts.leaf + leaf * layout.leaf.size;
  return starts.leaf + (leaf === 0 ? 0 : leafEnds[leaf - 1]!);
}

function makePiece(base: number, end: number): Piece {
  const bytes = new Uint8Array(end - base);
  return { base, bytes, u32: new Uint32Array(bytes.buffer), view: new DataView(bytes.buffer) };
}

const FLOATS: readonly GridType[] = ['float', 'double', 'fp4', 'fp8', 'fp16', 'fpn'];

/** The class that validators accept for a type: what the grid says where that fits, else 'unknown'. */
function classFor(gridClass: GridClass, type: GridType): GridClass {
  if (TYPES[type].leaf === 'index') return 'index grid';
  const fits: Partial<Record<GridClass, readonly GridType[]>> = {
    'level set': FLOATS,
    'fog volume': FLOATS,
    staggered: ['vec3f', 'vec3d', 'vec4f', 'vec4d'],
    topology: ['mask'],
    'voxel volume': ['rgba8', 'float', 'double', 'vec3f', 'vec3d', 'uint32', 'uint8'],
  };
  return fits[gridClass]?.includes(type) === true ? gridClass : 'unknown';
}

/** Writes one value (all components) at byte `at` of a piece. */
function putValue(
  { layout }: GridWriter,
  { view, bytes }: Piece,
  at: number,
  values: readonly Values[],
  index: number,
): void {
  for (let c = 0; c < values.length; c++) {
    const value = values[c]![index]!;
    const to = at + c * layout.componentBytes;
    switch (layout.scalar) {
      case 'f32':
        view.setFloat32(to, value as number, true);
        break;
      case 'f64':
        view.setFloat64(to, value as number, true);
        break;
      case 'i16':
        view.setInt16(to, value as number, true);
        break;
      case 'i64':
        view.setBigInt64(to, value as bigint, true);
        break;
      case 'i32':
      case 'u32':
        view.setUint32(to, value as number, true);
        break;
      case 'u64':
        setU64(view, to, value as number);
        break;
      default:
        bytes[to] = value as number;
    }
  }
}

/** Writes the statistics of node `n` into the node at byte `at` of a piece. Nothing is written where nothing is active. */
export function putStats(
  writer: GridWriter,
  piece: Piece,
  at: number,
  { offsets, stats, n }: { readonly offsets: StatOffsets; readonly stats: LevelStats; readonly n: number },
): void {
  if (!writer.full || stats.size[n] === 0) return;
  putValue(writer, piece, at + offsets.min, stats.min, n);
  putValue(writer, piece, at + offsets.max, stats.max, n);
  const dev = deviation(stats, n);
  if (writer.layout.statBytes === 8) {
    piece.view.setFloat64(at + offsets.avg, stats.avg[n]!, true);
    piece.view.setFloat64(at + offsets.dev, dev, true);
  } else {
    piece.view.setFloat32(at + offsets.avg, stats.avg[n]!, true);
    piece.view.setFloat32(at + offsets.dev, dev, true);
  }
}

/** Index grids: the four slots of a node's statistics, in a row from `first`. */
function putSlots({ view }: Piece, at: number, offsets: StatOffsets, first: number): void {
  if (first === 0) return;
  [offsets.min, offsets.max, offsets.avg, offsets.dev].forEach((o, i) => setU64(view, at + o, first + i));
}

function putBox({ u32 }: Piece, at: number, stats: LevelStats, n: number): void {
  for (let a = 0; a < 6; a++) u32[at / 4 + a] = stats.box[6 * n + a]!;
}

function writeRoot(writer: GridWriter, piece: Piece): void {
  const { tree, layout, stats, starts } = writer;
  const { view, u32 } = piece;
  const { root } = tree;
  const at = starts.root;
  putBox(piece, at, stats.root, 0);
  u32[at / 4 + 6] = root.count;
  putValue(writer, piece, at + layout.root.background, tree.tileValues, 0);
  if (!writer.full || stats.root.size[0] === 0) {
    putValue(writer, piece, at + layout.root.min, tree.tileValues, 0);
    putValue(writer, piece, at + layout.root.max, tree.tileValues, 0);
  }
  putStats(writer, piece, at, { offsets: layout.root, stats: stats.root, n: 0 });
  putSlots(piece, at, layout.root, tree.offsets?.nodeStats?.[0] ?? 0);
  for (let r = 0; r < root.count; r++) {
    const tile = at + layout.root.size + r * layout.tile.size;
    const [x, y, z] = [0, 1, 2].map((a) => root.origins[3 * r + a]! >>> 12) as [number, number, number];
    u32[tile / 4] = z | (y << 21);
    u32[tile / 4 + 1] = (y >>> 11) | (x << 10);
    const entry = root.table[r]!;
    if (entry >= 0) {
      setU64(view, tile + 8, starts.upper + entry * layout.upper.size - at);
      continue;
    }
    u32[tile / 4 + 4] = root.active[r]!;
    putValue(writer, piece, tile + layout.tile.value, tree.tileValues, ~entry);
  }
}

function* writeLevel(
  writer: GridWriter,
  level: NodeLevel,
  layout: NodeLayout,
  stats: LevelStats,
  at: {
    readonly bits: 4 | 5;
    readonly start: number;
    readonly below: (child: number) => number;
    readonly firstStat: number;
  },
): Generator<Uint8Array, void, undefined> {
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / layout.size));
  for (let from = 0; from < level.count; from += perPiece) {
    const to = Math.min(level.count, from + perPiece);
    const piece = makePiece(at.start + from * layout.size, at.start + to * layout.size);
    for (let node = from; node < to; node++) writeNode(writer, piece, { level, layout, stats, at, node });
    yield piece.bytes;
  }
}

function writeNode(
  writer: GridWriter,
  piece: Piece,
  given: {
    readonly level: NodeLevel;
    readonly layout: NodeLayout;
    readonly stats: LevelStats;
    readonly at: {
      readonly bits: 4 | 5;
      readonly start: number;
      readonly below: (child: number) => number;
      readonly firstStat: number;
    };
    readonly node: number;
  },
): void {
  const { tree } = writer;
  const { u32, view } = piece;
  const { level, layout, stats, at, node } = given;
  const slots = 1 << (3 * at.bits);
  const words = slots >> 5;
  const plainBackground = tree.background.every((v) => Object.is(v, 0) || v === 0n);
  const place = at.start + node * layout.size;
  const start = place - piece.base;
  putBox(piece, start, stats, node);
  u32[start / 4 + 6] = stats.box[6 * node]! <= stats.box[6 * node + 3]! ? 2 : 1;
  u32.set(level.valueMask.subarray(node * words, (node + 1) * words), start / 4 + 8);
  u32.set(level.childMask.subarray(node * words, (node + 1) * words), (start + layout.childMask) / 4);
  putStats(writer, piece, start, { offsets: layout, stats, n: node });
  putSlots(piece, start, layout, tree.offsets?.nodeStats?.[at.firstStat + node] ?? 0);
  for (let n = 0; n < slots; n++) {
    const entry = level.table[node * slots + n]!;
    const to = start + layout.table + n * layout.stride;
    if (entry >= 0) setU64(view, to, at.below(entry) - place);
    else if (entry !== -1 || !plainBackground) putValue(writer, piece, to, tree.tileValues, ~entry);
  }
}

/** Blind data to write: the long name, if there is one, and the channels. */
function blindBlocks(channels: readonly Channel[], longName: Uint8Array | undefined): Channel[] {
  const blocks = [...channels];
  if (longName !== undefined) {
    const bytes = new Uint8Array(longName.length + 1);
    bytes.set(longName);
    blocks.push({ name: 'grid name', typeId: 0, semantic: 0, classId: 3, count: bytes.length, elementBytes: 1, bytes });
  }
  return blocks;
}

/** All metadata, then block by block. */
function* writeBlind(blocks: readonly Channel[], version: number): Generator<Uint8Array, void, undefined> {
  if (blocks.length === 0) return;
  const { view, bytes } = makePiece(0, blocks.length * BLIND_BYTES);
  let data = bytes.length;
  blocks.forEach((block, b) => {
    const at = b * BLIND_BYTES;
    setU64(view, at, data - at);
    setU64(view, at + 8, block.count);
    const size = version > NODE_CHECKSUM_VERSION ? block.elementBytes : 0;
    [size, block.semantic, block.classId, block.typeId].forEach((v, i) => view.setUint32(at + 16 + 4 * i, v, true));
    bytes.set(encodeText(block.name).subarray(0, 255), at + 32);
    data += align(block.bytes.length, 32);
  });
  yield bytes;
  for (const block of blocks) {
    yield block.bytes;
    const padding = align(block.bytes.length, 32) - block.bytes.length;
    if (padding > 0) yield new Uint8Array(padding);
  }
}

/** Active voxels before each of a leaf's words 1 … 7 of 64 bits, 9 bits each: NanoVDB's prefix sums, low and high 32 bits. */
export function prefixSums(masks: Uint32Array, leaf: number): [low: number, high: number] {
  let sums = 0n;
  let count = 0;
  for (let k = 0; k < 7; k++) {
    count += countBits(masks, 16 * leaf + 2 * k, 2);
    sums |= BigInt(count) << BigInt(9 * k);
  }
  return [Number(sums & 0xffffffffn), Number(sums >> 32n)];
}
