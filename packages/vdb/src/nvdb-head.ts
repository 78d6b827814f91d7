/** @file `GridData` and `TreeData`, written: name, map, boxes, offsets and counts, and the checksum over all. */
import type { GridMap } from './map.ts';
import { headChecksum, NO_CRC, TailChecksum } from './nvdb-checksum.ts';
import { GRID_BYTES, MAGIC, MODERN_VERSION, NODE_CHECKSUM_VERSION, ROOT_OFFSET } from './nvdb-layout.ts';
import { encodeText } from './text.ts';

/** What goes into the head of a grid. */
export interface HeadFields {
  /** Bytes of the whole grid. */
  readonly gridSize: number;
  readonly version: number;
  readonly flags: number;
  readonly gridIndex: number;
  readonly gridCount: number;
  readonly name: string;
  readonly map: GridMap;
  readonly typeId: number;
  readonly classId: number;
  /** Box of the active voxels, inclusive; 6 numbers, or undefined when nothing is active. */
  readonly box: Int32Array | undefined;
  readonly blindAt: number;
  readonly blindCount: number;
  /** Length of a channel for index grids, else 0. */
  readonly valueCount: number;
  /** Where leaves, lower nodes, upper nodes and root start. */
  readonly starts: readonly [leaf: number, lower: number, upper: number, root: number];
  readonly nodeCounts: readonly [leaf: number, lower: number, upper: number];
  readonly tileCounts: readonly [lower: number, upper: number, root: number];
  readonly voxelCount: number;
}

/** Writes `GridData` and `TreeData` at the start of `grid`, all but the checksum. */
export function writeHead(grid: Uint8Array, head: HeadFields): void {
  const view = new DataView(grid.buffer, grid.byteOffset, grid.byteLength);
  const { map } = head;
  grid.set(encodeText(head.version > NODE_CHECKSUM_VERSION ? MAGIC.grid : MAGIC.old));
  view.setUint32(8, NO_CRC, true);
  view.setUint32(12, NO_CRC, true);
  [head.version, head.flags, head.gridIndex, head.gridCount].forEach((v, i) => view.setUint32(16 + 4 * i, v, true));
  setU64(view, 32, head.gridSize);
  grid.set(encodeText(head.name).subarray(0, 255), 40);
  writeMap(view, map);
  const box = head.box === undefined ? undefined : worldBox(map, head.box);
  for (let a = 0; a < 3; a++) {
    view.setFloat64(560 + 8 * a, box === undefined ? Number.MAX_VALUE : box.min[a]!, true);
    view.setFloat64(584 + 8 * a, box === undefined ? -Number.MAX_VALUE : box.max[a]!, true);
  }
  storedVoxelSize(map).forEach((v, a) => view.setFloat64(608 + 8 * a, v, true));
  view.setUint32(632, head.classId, true);
  view.setUint32(636, head.typeId, true);
  setU64(view, 640, head.blindAt);
  view.setUint32(648, head.blindCount, true);
  setU64(view, 656, head.valueCount);
  head.starts.forEach((start, level) => {
    const isEmpty = level < 3 && head.nodeCounts[level as 0 | 1 | 2] === 0;
    setU64(view, GRID_BYTES + 8 * level, isEmpty ? 0 : start - GRID_BYTES);
  });
  head.nodeCounts.forEach((count, i) => view.setUint32(GRID_BYTES + 32 + 4 * i, count, true));
  head.tileCounts.forEach((count, i) => view.setUint32(GRID_BYTES + 44 + 4 * i, count, true));
  setU64(view, GRID_BYTES + 56, head.voxelCount);
}

/**
 * Writes the checksum into a finished head, which ends where the upper nodes start: whole for the modern profile, the head's
 * alone for the compatible one. `rest` gives what follows the head.
 */
export function writeChecksum(head: Uint8Array, version: number, rest: () => Iterable<Uint8Array>): void {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  view.setUint32(8, headChecksum(head, version, head.length), true);
  if (version < MODERN_VERSION) return;
  const tail = new TailChecksum();
  tail.push(head.subarray(ROOT_OFFSET));
  for (const piece of rest()) tail.push(piece);
  view.setUint32(12, tail.end(), true);
}

/** Writes an unsigned 64-bit number below 2⁵³. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** Writes the 264 bytes of a map at byte 296: in float32, then in float64. */
function writeMap(view: DataView, map: GridMap): void {
  const numbers = [...map.matrix, ...map.inverse, ...map.translation, 1];
  numbers.forEach((v, i) => view.setFloat32(296 + 4 * i, v, true));
  numbers.forEach((v, i) => view.setFloat64(384 + 8 * i, v, true));
}

/** The voxel size that a file states: map(1, 1, 1) − map(0, 0, 0), componentwise. */
function storedVoxelSize(map: GridMap): [number, number, number] {
  const one = mapPoint(map, [1, 1, 1]);
  const zero = mapPoint(map, [0, 0, 0]);
  return [one[0] - zero[0], one[1] - zero[1], one[2] - zero[2]];
}

/** The world box of an index box, its max moved out by one voxel, with upstream's fused multiply-adds. */
export function worldBox(
  map: GridMap,
  box: Int32Array,
): { min: [number, number, number]; max: [number, number, number] } {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const at = [0, 1, 2].map((a) => ((corner >> a) & 1 ? box[3 + a]! + 1 : box[a]!)) as [number, number, number];
    mapPoint(map, at).forEach((v, a) => {
      min[a] = Math.min(min[a]!, v);
      max[a] = Math.max(max[a]!, v);
    });
  }
  return { min, max };
}

function mapPoint(map: GridMap, p: readonly [number, number, number]): [number, number, number] {
  const [m, t] = [map.matrix, map.translation];
  const row = (r: 0 | 1 | 2): number =>
    fusedAdd(p[0], m[3 * r]!, fusedAdd(p[1], m[3 * r + 1]!, fusedAdd(p[2], m[3 * r + 2]!, t[r])));
  return [row(0), row(1), row(2)];
}

/** a·b + c with one rounding (but for rare ties): exact product by Dekker's split, exact sum by Knuth's. */
function fusedAdd(a: number, b: number, c: number): number {
  const product = a * b;
  if (!Number.isFinite(product) || Math.abs(product) > 1e290) return product + c;
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  const error = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const back = sum - product;
  return sum + (product - (sum - back) + (c - back) + error);
}

function upperHalf(a: number): number {
  const split = 134217729 * a;
  return split - (split - a);
}
