/** @file One grid → the bytes of a NanoVDB grid, breadth first, every padding byte zero. */
import { countBits } from './bits.ts';
import { encodeText } from './grid-bytes.ts';
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
  versionName,
} from './nvdb-layout.ts';
import type { GridLayout, NodeLayout, StatOffsets } from './nvdb-layout.ts';
import { deviation, nodeStatistics } from './nvdb-node-stats.ts';
import type { LevelStats, TreeStats } from './nvdb-node-stats.ts';
import { writeLeaves } from './nvdb-write-leaves.ts';
import type { NodeLevel, Tree } from './tree.ts';
import { TYPES } from './types.ts';
import type { GridClass, GridType, Values } from './types.ts';

/** Place of a grid in its file, and the version it is written for. */
export interface GridPlace {
  readonly version: number;
  readonly gridIndex: number;
  readonly gridCount: number;
}

/** A grid's bytes while they are written. */
export interface GridWriter {
  readonly tree: Tree;
  readonly layout: GridLayout;
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
  readonly stats: TreeStats;
  /** Whether min, max, average and deviation are written. */
  readonly full: boolean;
  /** Byte offsets of the levels. */
  readonly starts: { readonly root: number; readonly upper: number; readonly lower: number; readonly leaf: number };
}

/** The bytes of a grid. Throws RangeError for what the version can't hold. */
export function encodeGrid(grid: Grid, place: GridPlace): Uint8Array<ArrayBuffer> {
  const { tree, type } = grid;
  const typeId = checkType(grid, place.version);
  const layout = layoutOf(type as Exclude<GridType, 'vec3i'>);
  const isIndex = TYPES[type].leaf === 'index';
  const full = TYPES[type].leaf === 'stored' && type !== 'bool' && type !== 'rgba8';
  const root = ROOT_OFFSET;
  const upper = root + layout.root.size + tree.root.count * layout.tile.size;
  const lower = upper + tree.upper.count * layout.upper.size;
  const leaf = lower + tree.lower.count * layout.lower.size;
  const blindAt = leaf + tree.leaf.count * layout.leaf.size;
  const name = encodeText(grid.name);
  const longName = name.length > 255;
  const blocks = blindBlocks(grid.channels, longName ? name : undefined);
  const gridSize = blocks.reduce((sum, block) => sum + BLIND_BYTES + align(block.bytes.length, 32), blindAt);
  const bytes = new Uint8Array(gridSize);
  const stats = nodeStatistics(tree, full);
  const writer: GridWriter = {
    tree,
    layout,
    bytes,
    u32: new Uint32Array(bytes.buffer),
    view: new DataView(bytes.buffer),
    stats,
    full,
    starts: { root, upper, lower, leaf },
  };
  const isActive = stats.root.box[0]! <= stats.root.box[3]!;
  writeHead(bytes, {
    ...place,
    flags: 32 + (full ? 28 : 0) + (isActive ? 2 : 0) + (longName ? 1 : 0),
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
  writeRoot(writer);
  writeLevel(writer, tree.upper, layout.upper, stats.upper, {
    bits: 5,
    start: upper,
    below: lower,
    belowSize: layout.lower.size,
    firstStat: 1,
  });
  writeLevel(writer, tree.lower, layout.lower, stats.lower, {
    bits: 4,
    start: lower,
    below: leaf,
    belowSize: layout.leaf.size,
    firstStat: 1 + tree.upper.count,
  });
  writeLeaves(writer);
  writeBlind(writer, blindAt, blocks, place.version);
  writeChecksum(bytes, place.version, upper);
  return bytes;
}

function checkType(grid: Grid, version: number): number {
  const { type } = grid;
  const id = ID_OF_TYPE.get(type);
  const refuse = (is: string, remedy: string): never => {
    throw new RangeError(`Cannot write grid "${grid.name}" as NanoVDB: ${is}; ${remedy}`);
  };
  if (id === undefined) return refuse(`the format has no ${type}`, 'write it as OpenVDB, or convert it to vec3f');
  if (type === 'fpn') return refuse('FpN is read only', 'convert it to fp16 or float');
  if (version <= NODE_CHECKSUM_VERSION && id > 18) {
    return refuse(`version ${versionName(version)} has no ${type} grids of this layout`, 'write it without compat');
  }
  return id;
}

const FLOATS: readonly GridType[] = ['float', 'double', 'fp4', 'fp8', 'fp16', 'fpn'];

/** The class that validators accept for a type: what the grid says where that fits, else 'unknown'. */
export function classFor(gridClass: GridClass, type: GridType): GridClass {
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

/** Writes one value (all components) at byte `at`. */
export function putValue(writer: GridWriter, at: number, values: readonly Values[], index: number): void {
  const { layout, view, bytes } = writer;
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

/** Writes the statistics of node `n` into the node at byte `at`. Nothing is written where nothing is active. */
export function putStats(writer: GridWriter, at: number, offsets: StatOffsets, stats: LevelStats, n: number): void {
  if (!writer.full || stats.size[n] === 0) return;
  putValue(writer, at + offsets.min, stats.min, n);
  putValue(writer, at + offsets.max, stats.max, n);
  const dev = deviation(stats, n);
  if (writer.layout.statBytes === 8) {
    writer.view.setFloat64(at + offsets.avg, stats.avg[n]!, true);
    writer.view.setFloat64(at + offsets.dev, dev, true);
  } else {
    writer.view.setFloat32(at + offsets.avg, stats.avg[n]!, true);
    writer.view.setFloat32(at + offsets.dev, dev, true);
  }
}

/** Index grids: the four slots of a node's statistics, in a row from `first`. */
function putSlots(writer: GridWriter, at: number, offsets: StatOffsets, first: number): void {
  if (first === 0) return;
  [offsets.min, offsets.max, offsets.avg, offsets.dev].forEach((o, i) => setU64(writer.view, at + o, first + i));
}

function putBox(writer: GridWriter, at: number, stats: LevelStats, n: number): void {
  for (let a = 0; a < 6; a++) writer.u32[at / 4 + a] = stats.box[6 * n + a]!;
}

function writeRoot(writer: GridWriter): void {
  const { tree, layout, view, u32, stats, starts } = writer;
  const { root } = tree;
  const at = starts.root;
  putBox(writer, at, stats.root, 0);
  u32[at / 4 + 6] = root.count;
  putValue(writer, at + layout.root.background, tree.tileValues, 0);
  if (!writer.full || stats.root.size[0] === 0) {
    putValue(writer, at + layout.root.min, tree.tileValues, 0);
    putValue(writer, at + layout.root.max, tree.tileValues, 0);
  }
  putStats(writer, at, layout.root, stats.root, 0);
  putSlots(writer, at, layout.root, tree.offsets?.nodeStats?.[0] ?? 0);
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
    putValue(writer, tile + layout.tile.value, tree.tileValues, ~entry);
  }
}

function writeLevel(
  writer: GridWriter,
  level: NodeLevel,
  layout: NodeLayout,
  stats: LevelStats,
  at: {
    readonly bits: 4 | 5;
    readonly start: number;
    readonly below: number;
    readonly belowSize: number;
    readonly firstStat: number;
  },
): void {
  const { tree, u32, view } = writer;
  const slots = 1 << (3 * at.bits);
  const words = slots >> 5;
  const plainBackground = tree.background.every((v) => Object.is(v, 0) || v === 0n);
  for (let node = 0; node < level.count; node++) {
    const start = at.start + node * layout.size;
    putBox(writer, start, stats, node);
    u32[start / 4 + 6] = stats.box[6 * node]! <= stats.box[6 * node + 3]! ? 2 : 1;
    u32.set(level.valueMask.subarray(node * words, (node + 1) * words), start / 4 + 8);
    u32.set(level.childMask.subarray(node * words, (node + 1) * words), (start + layout.childMask) / 4);
    putStats(writer, start, layout, stats, node);
    putSlots(writer, start, layout, tree.offsets?.nodeStats?.[at.firstStat + node] ?? 0);
    for (let n = 0; n < slots; n++) {
      const entry = level.table[node * slots + n]!;
      const to = start + layout.table + n * layout.stride;
      if (entry >= 0) setU64(view, to, at.below + entry * at.belowSize - start);
      else if (entry !== -1 || !plainBackground) putValue(writer, to, tree.tileValues, ~entry);
    }
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

function writeBlind(writer: GridWriter, start: number, blocks: readonly Channel[], version: number): void {
  const { view, bytes } = writer;
  let data = start + blocks.length * BLIND_BYTES;
  blocks.forEach((block, b) => {
    const at = start + b * BLIND_BYTES;
    setU64(view, at, data - at);
    setU64(view, at + 8, block.count);
    const size = version > NODE_CHECKSUM_VERSION ? block.elementBytes : 0;
    [size, block.semantic, block.classId, block.typeId].forEach((v, i) => view.setUint32(at + 16 + 4 * i, v, true));
    bytes.set(encodeText(block.name).subarray(0, 255), at + 32);
    bytes.set(block.bytes, data);
    data += align(block.bytes.length, 32);
  });
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
