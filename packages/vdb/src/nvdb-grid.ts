/** @file One NanoVDB grid, decoded: bytes from `GridData` on → a grid, or a word on why it is passed over. */
import type { GridBytes } from './grid-bytes.ts';
import type { SkippedGrid } from './file.ts';
import { Grid } from './grid.ts';
import type { Channel } from './grid.ts';
import { GridMap } from './map.ts';
import { checkGrid } from './nvdb-checksum.ts';
import {
  BLIND_BYTES,
  CLASSES,
  type GridLayout,
  GRID_BYTES,
  layoutOf,
  MAGIC,
  NODE_CHECKSUM_VERSION,
  packVersion,
  ROOT_OFFSET,
  TYPE_NAMES,
  TYPE_OF_ID,
  versionName,
} from './nvdb-layout.ts';
import {
  isRow,
  leafViewer,
  readLeafMasks,
  readLeafOffsets,
  readLeafValues,
  readOldLeafOffsets,
} from './nvdb-leaves.ts';
import { readNodes, type Nodes } from './nvdb-nodes.ts';
import { decodeText } from './text.ts';
import { Tree, type LeafOffsets } from './tree.ts';
import { TYPES } from './types.ts';
import type { GridType } from './types.ts';

/** The first version whose index leaves are those of today. */
const INDEX_VERSION = packVersion(32, 6, 0);

/** What `GridData` says. */
interface Head {
  readonly version: number;
  readonly gridSize: number;
  readonly typeId: number;
  readonly classId: number;
  readonly blindAt: number;
  readonly blindCount: number;
  readonly longName: boolean;
}

/** Size of the grid that starts at byte 0, checked against the `available` bytes; its magic and version checked too. */
export function readGridSize(grid: GridBytes, available: number): number {
  grid.need('head', 0, ROOT_OFFSET);
  const magic = decodeText(grid.u8.subarray(0, 8));
  if (magic !== MAGIC.old && magic !== MAGIC.grid) {
    grid.fail('magic number', 0, `${MAGIC.old} or ${MAGIC.grid}`, JSON.stringify(magic));
  }
  const version = grid.u32[4]!;
  if (version >>> 21 !== 32) grid.fail('version', 16, 'a version 32.x', versionName(version));
  const size = grid.u64('size', 32);
  if (size < ROOT_OFFSET) grid.fail('size', 32, `at least ${ROOT_OFFSET} bytes`, `${size} bytes`);
  if (size > available) grid.fail('size', 32, `at most the ${available} bytes there are`, `${size} bytes`);
  return size;
}

/** Why grids of a type and class are passed over; undefined where they are read. */
export function whyNot(typeId: number, classId: number): string | undefined {
  if (typeId === 23 || isPoints(classId)) return 'it holds points; grids of values are read';
  return TYPE_OF_ID.has(typeId) ? undefined : 'grids of this type are not read';
}

function isPoints(classId: number): boolean {
  return CLASSES[classId] === 'point index' || CLASSES[classId] === 'point data';
}

/** Reads the grid that fills `grid` from its first byte to its last. */
export function readGrid(grid: GridBytes): Grid | SkippedGrid {
  const head = readHead(grid);
  const { version, typeId } = head;
  const skip = (reason: string): SkippedGrid => ({ name: grid.name, type: TYPE_NAMES[typeId]!, reason });
  const reason = whyNot(typeId, head.classId);
  if (reason !== undefined) return skip(reason);
  let type = TYPE_OF_ID.get(typeId) as Exclude<GridType, 'vec3i'>;
  const isIndex = TYPES[type].leaf === 'index';
  const isOldIndex = isIndex && version < INDEX_VERSION;
  const layout = layoutOf(type);
  const rootAt = GRID_BYTES + grid.i64('root offset', GRID_BYTES + 24);
  if (rootAt < ROOT_OFFSET || rootAt % 32 !== 0) {
    grid.fail(
      'root offset',
      GRID_BYTES + 24,
      `a multiple of 32 from ${ROOT_OFFSET - GRID_BYTES} on`,
      String(rootAt - GRID_BYTES),
    );
  }
  const nodes = readNodes(grid, type, layout, rootAt, typeId === 21 || typeId === 22);
  checkCounts(grid, [nodes.leafStarts.length, nodes.lower.count, nodes.upper.count]);
  const { leafStarts: starts } = nodes;
  if (isOldIndex) {
    const sparse = starts.filter((start) => (grid.u8[start + 15]! & 16) !== 0).length;
    if (sparse > 0 && sparse < starts.length) return skip('some of its leaves number all voxels, others active ones');
    if (sparse > 0) type = 'onindex';
  }
  const tree = new Tree({
    type,
    background: nodes.background,
    root: nodes.root,
    upper: nodes.upper,
    lower: nodes.lower,
    tileValues: nodes.tileValues,
    leaf: { count: starts.length, origins: nodes.leafOrigins, masks: readLeafMasks(grid, starts) },
    ...(layout.leafKind === 'mask' || isIndex ? {} : { values: () => readLeafValues(grid, type, layout, starts) }),
    ...(isRow(layout) ? { leafView: leafViewer(grid, type, layout, starts) } : {}),
    ...(isOldIndex ? { offsets: readOldLeafOffsets(grid, starts, grid.u64('value count', 656)) } : {}),
    ...(isIndex && !isOldIndex ? { offsets: readOffsets(grid, layout, nodes, rootAt) } : {}),
  });
  const uppers = nodes.upperStarts;
  const checksum = checkGrid(grid.u8, version, head.gridSize, {
    headEnd: uppers[0] ?? nodes.rootEnd,
    *nodes() {
      for (const start of uppers) yield [start, layout.upper.size];
      for (const start of nodes.lowerStarts) yield [start, layout.lower.size];
      for (const [leaf, start] of starts.entries()) yield [start, nodes.leafSizes[leaf]!];
    },
  });
  const channels = readChannels(grid, head);
  return new Grid({
    name: grid.name,
    gridClass: CLASSES[head.classId]!,
    map: readMap(grid),
    voxelSize: [grid.view.getFloat64(608, true), grid.view.getFloat64(616, true), grid.view.getFloat64(624, true)],
    tree,
    channels: channels.filter((channel) => channel.classId !== 3),
    checksum,
    source: `NanoVDB ${versionName(version)}`,
  });
}

function readOffsets(grid: GridBytes, layout: GridLayout, nodes: Nodes, rootAt: number): LeafOffsets {
  const offsets = readLeafOffsets(grid, nodes.leafStarts, grid.u64('value count', 656));
  if (!offsets.stats) return offsets;
  const first = [
    rootAt + layout.root.min,
    ...nodes.upperStarts.map((at) => at + layout.upper.min),
    ...nodes.lowerStarts.map((at) => at + layout.lower.min),
  ];
  return { ...offsets, nodeStats: Float64Array.from(first, (at) => grid.u64('statistics', at)) };
}

function readHead(grid: GridBytes): Head {
  const gridSize = readGridSize(grid, grid.length);
  const [classId, typeId] = [grid.u32[158]!, grid.u32[159]!];
  const head = {
    version: grid.u32[4]!,
    gridSize,
    typeId,
    classId,
    blindAt: grid.i64('blind metadata offset', 640),
    blindCount: grid.u32[162]!,
    longName: (grid.u32[5]! & 1) !== 0,
  };
  grid.name = grid.text(40, 256);
  if (classId >= CLASSES.length) grid.fail('class', 632, `a class from 0 to ${CLASSES.length - 1}`, String(classId));
  if (typeId >= TYPE_NAMES.length) grid.fail('type', 636, `a type from 0 to ${TYPE_NAMES.length - 1}`, String(typeId));
  if (head.blindCount > 0) grid.need('blind metadata', head.blindAt, head.blindCount * BLIND_BYTES);
  if (head.blindCount > 0 && head.blindAt % 8 !== 0) {
    grid.fail('blind metadata offset', 640, 'a multiple of 8', String(head.blindAt));
  }
  if (head.longName) {
    const name = readChannels(grid, head).find((channel) => channel.classId === 3);
    if (name !== undefined) grid.name = decodeText(name.bytes.subarray(0, nameEnd(name.bytes)));
  }
  return head;
}

function nameEnd(bytes: Uint8Array): number {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes.length : end;
}

function checkCounts(grid: GridBytes, found: readonly number[]): void {
  ['leaves', 'lower nodes', 'upper nodes'].forEach((part, i) => {
    const at = GRID_BYTES + 32 + 4 * i;
    const said = grid.view.getUint32(at, true);
    if (said !== found[i]) grid.fail(`count of ${part}`, at, `the ${found[i]} that its tree has`, String(said));
  });
}

function readMap(grid: GridBytes): GridMap {
  const numbers = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => grid.view.getFloat64(at + 8 * i, true));
  const matrix = numbers(384, 9);
  const inverse = numbers(456, 9);
  const translation = numbers(528, 3) as [number, number, number];
  if (![...matrix, ...translation].every(Number.isFinite)) {
    grid.fail('map', 384, 'finite numbers', [...matrix, ...translation].join(', '));
  }
  const map = new GridMap(matrix, translation, inverse);
  if (!map.inverse.every(Number.isFinite)) grid.fail('map', 384, 'a matrix that has an inverse', matrix.join(', '));
  return map;
}

const BYTES_OF_ID: readonly number[] = [
  1, 4, 8, 2, 4, 8, 12, 24, 0, 2, 4, 1, 4, 0, 0, 0, 0, 16, 32, 8, 8, 8, 8, 4, 3, 6, 1,
];

/** Bytes of one element of blind data whose metadata stand at `at`. Up to 32.6 the type alone tells. */
export function blindElementBytes(view: DataView, at: number, version: number): number {
  if (version > NODE_CHECKSUM_VERSION) return view.getUint32(at + 16, true);
  return view.getUint32(at + 24, true) === 3 ? 1 : (BYTES_OF_ID[view.getUint32(at + 28, true)] ?? 0);
}

function readChannels(grid: GridBytes, head: Head): Channel[] {
  return Array.from({ length: head.blindCount }, (_, b): Channel => {
    const at = head.blindAt + b * BLIND_BYTES;
    const offset = at + grid.i64('blind data offset', at);
    const count = grid.u64('blind data count', at + 8);
    const [semantic, classId, typeId] = [20, 24, 28].map((o) => grid.view.getUint32(at + o, true)) as [
      number,
      number,
      number,
    ];
    const elementBytes = blindElementBytes(grid.view, at, head.version);
    grid.need('blind data', offset, count * elementBytes);
    const bytes = grid.u8.slice(offset, offset + count * elementBytes);
    return { name: grid.text(at + 32, 256), typeId, semantic, classId, count, elementBytes, bytes };
  });
}
