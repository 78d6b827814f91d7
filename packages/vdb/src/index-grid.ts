/**
 * @file Index grids: a topology whose leaves hold numbers in place of values.
 *
 * `indexGrid` makes the look-up that lives on the device: each leaf's word is given by the caller (Halocline stores 512 · slot),
 * and everything stands at fixed places: root at byte 736, its tiles at 832, 32 bytes each, then upper nodes, lower nodes, leaves.
 * `toOnIndex` numbers the active values of a grid as upstream does (`createNanoGrid<ValueOnIndex>`, no statistics, tiles numbered).
 */
import { assemble } from './assemble.ts';
import { countBits, forEachBit } from './bits.ts';
import { Grid } from './grid.ts';
import type { Channel } from './grid.ts';
import type { GridMap } from './map.ts';
import { ID_OF_TYPE, MODERN_VERSION } from './nvdb-layout.ts';
import { encodeGrid } from './nvdb-write-grid.ts';
import { Tree } from './tree.ts';
import type { LeafOffsets } from './tree.ts';
import { makeValues, TYPES } from './types.ts';
import type { Values } from './types.ts';

/** Leaves to be looked up. */
export interface IndexSource {
  readonly name: string;
  readonly map: GridMap;
  /** 3 numbers a leaf, in any order: index coordinates, multiples of 8. */
  readonly origins: Int32Array;
  /** 16 words a leaf: bit n set where voxel n is active. */
  readonly masks: Uint32Array;
  /** The word of leaf number n of `origins`, an integer from 0 to 2⁵³: the number of its voxel 0. */
  readonly offsets: (leaf: number) => number;
  /** Length of the arrays that the numbers index; by default the largest offset and 512. */
  readonly valueCount?: number;
}

/**
 * The bytes of a NanoVDB grid of type Index (19, version 32.9.2): voxel n of a leaf has number offset + n, everything else 0.
 * Root at byte 736, tiles from 832 on, stride 32.
 */
export function indexGrid(source: IndexSource): Uint8Array<ArrayBuffer> {
  const { name, origins, masks } = source;
  const count = origins.length / 3;
  if (!Number.isInteger(count) || masks.length !== 16 * count) {
    const is = `origins has ${origins.length} numbers and masks ${masks.length} words`;
    throw new RangeError(`Cannot make index grid "${name}": ${is}; give 3 and 16 a leaf`);
  }
  const offsets = Float64Array.from({ length: count }, (_, leaf) => source.offsets(leaf));
  const wrong = offsets.findIndex((offset) => !Number.isSafeInteger(offset) || offset < 0);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot make index grid "${name}": the offset of leaf ${wrong} is ${offsets[wrong]}; give integers from 0 to 2^53`,
    );
  }
  const valueCount = source.valueCount ?? offsets.reduce((most, offset) => Math.max(most, offset + 512), 1);
  const tree = assemble(
    {
      type: 'index',
      background: [0],
      origins,
      masks,
      tileValues: makeValues('index', 1),
      values: undefined,
      offsets: { offsets, stats: false, valueCount },
    },
    { count: 0, entries: new Int32Array(0) },
  );
  const grid = new Grid({ name, tree, map: source.map, gridClass: 'index grid' });
  return encodeGrid(grid, { version: MODERN_VERSION, gridIndex: 0, gridCount: 1 });
}

/**
 * A grid of the same topology whose active voxels and tiles are numbered from 1 on (0 is the background):
 * tiles first, from the root down, then leaf by leaf. With `channel` the values come along as blind data in that order
 * (not for bool, mask and index grids, which have none to give).
 */
export function toOnIndex(grid: Grid, options: { readonly channel?: boolean } = {}): Grid {
  const { tree } = grid;
  const order: { tiles: number[] } = { tiles: [] };
  const tileValues: Values[] = [new Float64Array(tree.tileCounts.reduce((sum, n) => sum + n, 1))];
  let next = 1;
  const number = (entry: number): number => {
    order.tiles.push(~entry);
    tileValues[0]![next] = next;
    return ~next++;
  };
  const root = {
    ...tree.root,
    table: tree.root.table.map((entry, r) => (entry >= 0 ? entry : tree.root.active[r] === 1 ? number(entry) : -1)),
  };
  const levels = (
    [
      [tree.upper, 32768],
      [tree.lower, 4096],
    ] as const
  ).map(([level, slots]) => {
    const table = level.table.map((entry) => (entry >= 0 ? entry : -1));
    for (let node = 0; node < level.count; node++) {
      forEachBit(level.valueMask, (node * slots) >> 5, slots >> 5, (n) => {
        table[node * slots + n] = number(level.table[node * slots + n]!);
      });
    }
    return { ...level, table };
  });
  const offsets = new Float64Array(tree.leaf.count);
  for (let leaf = 0; leaf < tree.leaf.count; leaf++) {
    offsets[leaf] = next;
    next += countBits(tree.leaf.masks, 16 * leaf, 16);
  }
  const leafOffsets: LeafOffsets = { offsets, stats: false, valueCount: next };
  const indexed = new Tree({
    type: 'onindex',
    background: [0],
    root,
    upper: levels[0]!,
    lower: levels[1]!,
    leaf: tree.leaf,
    tileValues,
    offsets: leafOffsets,
  });
  const channels = options.channel === true ? [channelOf(grid, order.tiles, next)] : [];
  return new Grid({
    name: grid.name,
    map: grid.map,
    gridClass: 'index grid',
    tree: indexed,
    channels,
    source: grid.source,
  });
}

const SEMANTICS: Readonly<Record<string, number>> = { 'level set': 10, 'fog volume': 11, staggered: 12 };

/** The values of background, active tiles and active voxels, in the order of their numbers. */
function channelOf(grid: Grid, tiles: readonly number[], count: number): Channel {
  const { tree, type } = grid;
  const typeId = ID_OF_TYPE.get(type.startsWith('fp') ? 'float' : type);
  const { leaf, components, componentBytes } = TYPES[type];
  if (typeId === undefined || leaf !== 'stored' || type === 'bool') {
    throw new RangeError(
      `Cannot make channel of grid "${grid.name}": a ${type} grid has no values that NanoVDB can hold so; leave the channel out`,
    );
  }
  const out = TYPES[type].array(count * components);
  let at = 0;
  const put = (values: readonly Values[], index: number): void => {
    for (let c = 0; c < components; c++) out[at++] = values[c]![index] as never;
  };
  put(tree.tileValues, 0);
  tiles.forEach((tile) => put(tree.tileValues, tile));
  forEachBit(tree.leaf.masks, 0, tree.leaf.masks.length, (n) => put(tree.values, n));
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  const elementBytes = components * componentBytes;
  return {
    name: 'channel_0',
    typeId,
    semantic: SEMANTICS[grid.gridClass] ?? 0,
    classId: 4,
    count,
    elementBytes,
    bytes,
  };
}
