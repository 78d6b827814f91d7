/**
 * @file Box and statistics of every node, leaves first and then up, as NanoVDB reckons them (`GridStats.h`), so that a grid that is
 * written again has the same bytes: Welford's update voxel by voxel in float64, then merges (Chan et al.) of a node's active tiles
 * and of its children in ascending order. For a vector the sample is its squared length in the vector's own precision;
 * min and max are the vectors of least and greatest length.
 */
import { forEachBit, leafBox } from './bits.ts';
import type { NodeLevel, Tree } from './tree.ts';
import { makeValues, type Values } from './types.ts';

/** Statistics of all nodes of one level (the root is a level of one). */
export interface LevelStats {
  /** Number of active voxels. */
  readonly size: Float64Array;
  readonly avg: Float64Array;
  /** Sum of squared distances from the average. */
  readonly aux: Float64Array;
  /** Least and greatest sample. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The values those samples belong to, one array a component. */
  readonly min: readonly Values[];
  readonly max: readonly Values[];
  /** 6 numbers a node: box of the active voxels, inclusive; INT_MAX and INT_MIN when there is none. */
  readonly box: Int32Array;
}

/** Statistics of all levels. */
export interface TreeStats {
  readonly root: LevelStats;
  readonly upper: LevelStats;
  readonly lower: LevelStats;
  readonly leaf: LevelStats;
}

/** The population's standard deviation of node `n`. */
export function deviation(stats: LevelStats, n: number): number {
  return stats.size[n]! < 2 ? 0 : Math.sqrt(stats.aux[n]! / stats.size[n]!);
}

function makeStats(tree: Tree, count: number): LevelStats {
  const box = new Int32Array(6 * count);
  for (let i = 0; i < box.length; i += 6) {
    box[i] = box[i + 1] = box[i + 2] = 2 ** 31 - 1;
    box[i + 3] = box[i + 4] = box[i + 5] = -(2 ** 31);
  }
  return {
    size: new Float64Array(count),
    avg: new Float64Array(count),
    aux: new Float64Array(count),
    low: new Float64Array(count).fill(Infinity),
    high: new Float64Array(count).fill(-Infinity),
    min: makeValues(tree.type, count),
    max: makeValues(tree.type, count),
    box,
  };
}

/** Box and, if `full`, statistics of every node. */
export function nodeStatistics(tree: Tree, full: boolean): TreeStats {
  const leaf = leafStats(tree, full);
  const lower = levelStats(tree, tree.lower, leaf, { bits: 4, shift: 3 }, full);
  const upper = levelStats(tree, tree.upper, lower, { bits: 5, shift: 7 }, full);
  const root = makeStats(tree, 1);
  const { count, table, active, origins } = tree.root;
  for (let r = 0; r < count; r++) {
    if (table[r]! >= 0) merge(root, 0, upper, table[r]!, full);
    else if (active[r] === 1) {
      grow(root, 0, origins[3 * r]!, origins[3 * r + 1]!, origins[3 * r + 2]!, 4095);
      if (full) addTile(root, 0, tree.tileValues, ~table[r]!, 2 ** 36);
    }
  }
  return { root, upper, lower, leaf };
}

/** The sample of a value: itself, or its squared length in the precision of its type. */
function sampleOf(values: readonly Values[], at: number): number {
  if (values.length === 1) return Number(values[0]![at]);
  let sum = 0;
  if (values[0] instanceof Float32Array) {
    for (let c = 0; c < values.length; c++) sum = Math.fround(sum + Math.fround(Number(values[c]![at]) ** 2));
  } else for (let c = 0; c < values.length; c++) sum += Number(values[c]![at]) ** 2;
  return sum;
}

function copy(to: readonly Values[], at: number, from: readonly Values[], fromAt: number): void {
  for (let c = 0; c < to.length; c++) to[c]![at] = from[c]![fromAt] as never;
}

function leafStats(tree: Tree, full: boolean): LevelStats {
  const { count, origins, masks } = tree.leaf;
  const stats = makeStats(tree, count);
  const box = new Int32Array(6);
  for (let l = 0; l < count; l++) {
    if (!leafBox(masks, 16 * l, box)) continue;
    for (let a = 0; a < 6; a++) stats.box[6 * l + a] = origins[3 * l + (a % 3)]! + box[a]!;
    if (full) leafSamples(stats, l, masks, tree.values);
  }
  return stats;
}

function leafSamples(stats: LevelStats, leaf: number, masks: Uint32Array, values: readonly Values[]): void {
  let [size, avg, aux, low, high, lowAt, highAt] = [0, 0, 0, Infinity, -Infinity, 0, 0];
  const single = values.length === 1 && !(values[0] instanceof BigInt64Array) ? values[0] : undefined;
  for (let w = 0; w < 16; w++) {
    for (let word = masks[16 * leaf + w]!; word !== 0; word &= word - 1) {
      const at = 512 * leaf + (w << 5) + 31 - Math.clz32(word & -word);
      const sample = single === undefined ? sampleOf(values, at) : single[at]!;
      if (sample < low) {
        low = sample;
        lowAt = at;
      }
      if (sample > high) {
        high = sample;
        highAt = at;
      }
      size++;
      const delta = sample - avg;
      avg += delta / size;
      aux += delta * (sample - avg);
    }
  }
  stats.size[leaf] = size;
  stats.avg[leaf] = avg;
  stats.aux[leaf] = aux;
  stats.low[leaf] = low;
  stats.high[leaf] = high;
  copy(stats.min, leaf, values, lowAt);
  copy(stats.max, leaf, values, highAt);
}

function levelStats(
  tree: Tree,
  level: NodeLevel,
  below: LevelStats,
  shape: { readonly bits: number; readonly shift: number },
  full: boolean,
): LevelStats {
  const stats = makeStats(tree, level.count);
  const { bits, shift } = shape;
  const slots = 1 << (3 * bits);
  const last = (1 << bits) - 1;
  for (let node = 0; node < level.count; node++) {
    const [x, y, z] = [level.origins[3 * node]!, level.origins[3 * node + 1]!, level.origins[3 * node + 2]!];
    forEachBit(level.valueMask, (node * slots) >> 5, slots >> 5, (n) => {
      const [dx, dy, dz] = [(n >> (2 * bits)) << shift, ((n >> bits) & last) << shift, (n & last) << shift];
      grow(stats, node, x + dx, y + dy, z + dz, (1 << shift) - 1);
      if (full) addTile(stats, node, tree.tileValues, ~level.table[node * slots + n]!, 2 ** (3 * shift));
    });
    forEachBit(level.childMask, (node * slots) >> 5, slots >> 5, (n) => {
      merge(stats, node, below, level.table[node * slots + n]!, full);
    });
  }
  return stats;
}

function grow(stats: LevelStats, node: number, x: number, y: number, z: number, extent: number): void {
  const { box } = stats;
  const b = 6 * node;
  if (x < box[b]!) box[b] = x;
  if (y < box[b + 1]!) box[b + 1] = y;
  if (z < box[b + 2]!) box[b + 2] = z;
  if (x + extent > box[b + 3]!) box[b + 3] = x + extent;
  if (y + extent > box[b + 4]!) box[b + 4] = y + extent;
  if (z + extent > box[b + 5]!) box[b + 5] = z + extent;
}

function addTile(stats: LevelStats, node: number, values: readonly Values[], tile: number, voxels: number): void {
  const sample = sampleOf(values, tile);
  const size = stats.size[node]!;
  const scale = 1 / (size + voxels);
  const delta = sample - stats.avg[node]!;
  stats.avg[node]! += scale * delta * voxels;
  stats.aux[node]! += scale * delta * delta * size * voxels;
  stats.size[node] = size + voxels;
  extend(stats, node, sample, sample, values, tile, values, tile);
}

function merge(stats: LevelStats, node: number, below: LevelStats, child: number, full: boolean): void {
  for (let a = 0; a < 3; a++) {
    const b = 6 * node + a;
    stats.box[b] = Math.min(stats.box[b]!, below.box[6 * child + a]!);
    stats.box[b + 3] = Math.max(stats.box[b + 3]!, below.box[6 * child + a + 3]!);
  }
  const added = below.size[child]!;
  if (!full || added === 0) return;
  const size = stats.size[node]!;
  const scale = 1 / (size + added);
  const delta = below.avg[child]! - stats.avg[node]!;
  stats.avg[node]! += scale * delta * added;
  stats.aux[node]! += below.aux[child]! + scale * delta * delta * size * added;
  stats.size[node] = size + added;
  extend(stats, node, below.low[child]!, below.high[child]!, below.min, child, below.max, child);
}

function extend(
  stats: LevelStats,
  node: number,
  low: number,
  high: number,
  min: readonly Values[],
  minAt: number,
  max: readonly Values[],
  maxAt: number,
): void {
  if (low < stats.low[node]!) {
    stats.low[node] = low;
    copy(stats.min, node, min, minAt);
  }
  if (high > stats.high[node]!) {
    stats.high[node] = high;
    copy(stats.max, node, max, maxAt);
  }
}
