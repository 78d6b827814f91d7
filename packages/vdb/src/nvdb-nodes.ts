/**
 * @file The nodes of a NanoVDB grid → the tree's arrays. Nodes are reached through child offsets, top down, in the order of the
 * format; every offset is checked, and nodes of one level that overlap are refused, so that a file can't ask for more than it holds.
 */
import { hasBit } from './bits.ts';
import type { GridBytes } from './grid-bytes.ts';
import { ROOT_OFFSET, type GridLayout, type NodeLayout } from './nvdb-layout.ts';
import { EMPTY } from './tree.ts';
import type { NodeLevel, RootTable } from './tree.ts';
import { makeValues } from './types.ts';
import type { GridType, Scalar, Values } from './types.ts';

/** Where the nodes of one level stand, in the order of the format. */
interface Placed {
  /** Byte offsets from the start of the grid. */
  readonly starts: number[];
  /** 3 numbers a node. */
  readonly origins: number[];
}

/** The nodes of a grid. */
export interface Nodes {
  readonly background: readonly Scalar[];
  readonly root: RootTable;
  readonly upper: NodeLevel;
  readonly lower: NodeLevel;
  readonly tileValues: readonly Values[];
  readonly upperStarts: readonly number[];
  readonly lowerStarts: readonly number[];
  readonly leafStarts: readonly number[];
  readonly leafSizes: readonly number[];
  readonly leafOrigins: Int32Array;
  /** Where the root's tiles end. */
  readonly rootEnd: number;
}

/** Tile values met so far; value 0 is the background. A tile like the one before it shares its number. */
class TilePool {
  values: Values[];
  count = 1;
  readonly #grid: GridBytes;
  readonly #type: GridType;
  readonly #layout: GridLayout;
  readonly #background: number;
  /** The background where it is one word, as a word; else −1. */
  readonly #word: number;
  #last: number;

  constructor(grid: GridBytes, type: GridType, layout: GridLayout, background: number) {
    this.#grid = grid;
    this.#type = type;
    this.#layout = layout;
    this.#background = this.#last = background;
    this.#word = layout.valueBytes === 4 ? grid.u32[background / 4]! : -1;
    this.values = makeValues(type, 16);
    this.#read(background, 0);
  }

  /** Whether the value at byte `at` is the background. */
  isBackground(at: number): boolean {
    return this.#word >= 0 ? this.#grid.u32[at / 4] === this.#word : this.#same(at, this.#background);
  }

  /** Table entry for the tile whose value stands at byte `at`. */
  entry(at: number): number {
    if (this.isBackground(at)) return EMPTY;
    if (this.count > 1 && this.#same(at, this.#last)) return ~(this.count - 1);
    const number = this.count++;
    if (number >= this.values[0]!.length) {
      const bigger = makeValues(this.#type, 2 * number);
      bigger.forEach((array, c) => (array as Float64Array).set(this.values[c] as Float64Array));
      this.values = bigger;
    }
    this.#last = at;
    this.#read(at, number);
    return ~number;
  }

  #same(a: number, b: number): boolean {
    const { valueBytes } = this.#layout;
    if (valueBytes % 4 === 0) {
      const { u32 } = this.#grid;
      for (let i = 0; i < valueBytes / 4; i++) if (u32[a / 4 + i] !== u32[b / 4 + i]) return false;
      return true;
    }
    for (let i = 0; i < valueBytes; i++) if (this.#grid.u8[a + i] !== this.#grid.u8[b + i]) return false;
    return true;
  }

  #read(at: number, number: number): void {
    for (let c = 0; c < this.values.length; c++) {
      this.values[c]![number] = readScalar(this.#grid, this.#layout, at + c * this.#layout.componentBytes) as never;
    }
  }
}

/** One component of a value at byte `at`. */
export function readScalar(grid: GridBytes, layout: GridLayout, at: number): Scalar {
  switch (layout.scalar) {
    case 'f32':
      return grid.view.getFloat32(at, true);
    case 'f64':
      return grid.view.getFloat64(at, true);
    case 'i16':
      return grid.view.getInt16(at, true);
    case 'i32':
      return grid.view.getInt32(at, true);
    case 'u32':
      return grid.view.getUint32(at, true);
    case 'i64':
      return grid.view.getBigInt64(at, true);
    case 'u64':
      return grid.u64('tile value', at);
    case 'u8':
      return grid.u8[at]!;
    default:
      return grid.u8[at] === 0 ? 0 : 1;
  }
}

/** Reads root, upper and lower nodes, and finds the leaves. `rootAt`: where the root starts. */
export function readNodes(
  grid: GridBytes,
  type: GridType,
  layout: GridLayout,
  rootAt: number,
  oldMasks: boolean,
): Nodes {
  grid.need('root', rootAt, layout.root.size);
  const tileCount = grid.u32[(rootAt + 24) / 4]!;
  const tilesAt = rootAt + layout.root.size;
  grid.need('root table', tilesAt, tileCount * layout.tile.size);
  const pool = new TilePool(grid, type, layout, rootAt + layout.root.background);
  const { root, uppers } = readRoot(grid, layout, pool, { rootAt, tilesAt, tileCount });
  const upperSizes = uppers.starts.map(() => layout.upper.size);
  checkApart(grid, 'upper nodes', uppers.starts, upperSizes);
  const lowers: Placed = { starts: [], origins: [] };
  const upper = readLevel(grid, layout.upper, pool, uppers, {
    bits: 5,
    child: layout.lower.size,
    part: 'lower node',
    found: lowers,
    layout,
  });
  const lowerSizes = lowers.starts.map(() => layout.lower.size);
  checkApart(grid, 'lower nodes', lowers.starts, lowerSizes);
  const leaves: Placed = { starts: [], origins: [] };
  const leafBytes = layout.leafKind === 'fpn' ? 160 : oldMasks ? 160 : layout.leaf.size;
  const lower = readLevel(grid, layout.lower, pool, lowers, {
    bits: 4,
    child: leafBytes,
    part: 'leaf',
    found: leaves,
    layout,
  });
  const leafSizes = leaves.starts.map((start) => (layout.leafKind === 'fpn' ? fpnLeafBytes(grid, start) : leafBytes));
  checkApart(grid, 'leaves', leaves.starts, leafSizes);
  const rootEnd = tilesAt + tileCount * layout.tile.size;
  checkApart(
    grid,
    'nodes',
    [rootAt, ...uppers.starts, ...lowers.starts].concat(leaves.starts),
    [rootEnd - rootAt, ...upperSizes, ...lowerSizes].concat(leafSizes),
  );
  return {
    background: pool.values.map((array) => array[0]!),
    root,
    upper,
    lower,
    tileValues: pool.values.map((array) => array.slice(0, pool.count) as Values),
    upperStarts: uppers.starts,
    lowerStarts: lowers.starts,
    leafStarts: leaves.starts,
    leafSizes,
    leafOrigins: new Int32Array(leaves.origins),
    rootEnd,
  };
}

function fpnLeafBytes(grid: GridBytes, start: number): number {
  const log = grid.u8[start + 15]! >> 5;
  if (log > 4) grid.fail('leaf', start + 15, 'at most 16 bits a value', `2^${log} bits`);
  const size = 96 + 64 * (1 << log);
  grid.need('leaf', start, size);
  return size;
}

function readRoot(
  grid: GridBytes,
  layout: GridLayout,
  pool: TilePool,
  at: { readonly rootAt: number; readonly tilesAt: number; readonly tileCount: number },
): { root: RootTable; uppers: Placed } {
  const tiles = Array.from({ length: at.tileCount }, (_, t) => {
    const start = at.tilesAt + t * layout.tile.size;
    const low = grid.u32[start / 4]!;
    const high = grid.u32[start / 4 + 1]!;
    // 21 bits for each of x, y, z, of which 20 are used.
    if ((low & 0x100000) !== 0 || (high & 0x200) !== 0 || high >>> 30 !== 0) {
      grid.fail(
        'root tile',
        start,
        'a key of three 20-bit numbers',
        `0x${grid.view.getBigUint64(start, true).toString(16)}`,
      );
    }
    return { start, x: (high >>> 10) << 12, y: ((low >>> 21) | ((high & 0x3ff) << 11)) << 12, z: low << 12 };
  });
  tiles.sort((a, b) => a.x - b.x || a.y - b.y || a.z - b.z);
  const root = {
    count: tiles.length,
    origins: new Int32Array(3 * tiles.length),
    table: new Int32Array(tiles.length),
    active: new Uint8Array(tiles.length),
  };
  const uppers: Placed = { starts: [], origins: [] };
  tiles.forEach((tile, t) => {
    const { start, x, y, z } = tile;
    const before = tiles[t - 1];
    if (before !== undefined && before.x === x && before.y === y && before.z === z) {
      grid.fail('root tile', start, 'each block once', `(${x}, ${y}, ${z}) twice`);
    }
    root.origins.set([x, y, z], 3 * t);
    const child = grid.i64('root tile', start + 8);
    if (child === 0) {
      root.table[t] = pool.entry(start + layout.tile.value);
      root.active[t] = grid.u32[start / 4 + 4] === 0 ? 0 : 1;
    } else {
      root.table[t] = uppers.starts.length;
      addChild(grid, 'upper node', uppers, at.rootAt + child, layout.upper.size);
      uppers.origins.push(x, y, z);
    }
  });
  return { root, uppers };
}

function addChild(grid: GridBytes, part: string, found: Placed, start: number, size: number): void {
  if (start % 32 !== 0) grid.fail(part, start, 'an offset that is a multiple of 32', String(start));
  if (start < ROOT_OFFSET) grid.fail(part, Math.max(0, start), `an offset from ${ROOT_OFFSET} on`, String(start));
  grid.need(part, start, size);
  if ((found.starts.length + 1) * size > grid.length) {
    grid.fail(part, start, `at most ${Math.floor(grid.length / size)} in ${grid.length} bytes`, 'more');
  }
  found.starts.push(start);
}

function readLevel(
  grid: GridBytes,
  layout: NodeLayout,
  pool: TilePool,
  nodes: Placed,
  below: {
    readonly bits: 4 | 5;
    readonly child: number;
    readonly part: string;
    readonly found: Placed;
    readonly layout: GridLayout;
  },
): NodeLevel {
  const { bits, found } = below;
  const slots = 1 << (3 * bits);
  const words = slots >> 5;
  const count = nodes.starts.length;
  const last = (1 << bits) - 1;
  const shift = bits === 5 ? 7 : 3;
  const level = {
    count,
    origins: new Int32Array(nodes.origins),
    childMask: new Uint32Array(count * words),
    valueMask: new Uint32Array(count * words),
    table: new Int32Array(count * slots),
  };
  for (let node = 0; node < count; node++) {
    const start = nodes.starts[node]!;
    const [x, y, z] = [level.origins[3 * node]!, level.origins[3 * node + 1]!, level.origins[3 * node + 2]!];
    const values = grid.u32.subarray((start + 32) / 4, (start + 32) / 4 + words);
    const children = grid.u32.subarray((start + layout.childMask) / 4, (start + layout.childMask) / 4 + words);
    level.childMask.set(children, node * words);
    for (let w = 0; w < words; w++) level.valueMask[node * words + w] = values[w]! & ~children[w]!;
    level.table.fill(EMPTY, node * slots, (node + 1) * slots);
    for (let n = 0; n < slots; n++) {
      const at = start + layout.table + n * layout.stride;
      if (!hasBit(children, 0, n)) {
        if (!pool.isBackground(at)) level.table[node * slots + n] = pool.entry(at);
        continue;
      }
      level.table[node * slots + n] = found.starts.length;
      addChild(grid, below.part, found, start + grid.i64(below.part, at), below.child);
      found.origins.push(
        x + ((n >> (2 * bits)) << shift),
        y + (((n >> bits) & last) << shift),
        z + ((n & last) << shift),
      );
    }
  }
  return level;
}

/** Demands that no two of these nodes share bytes. */
function checkApart(grid: GridBytes, part: string, starts: readonly number[], sizes: readonly number[]): void {
  const pair = findOverlap(starts, sizes);
  if (pair === undefined) return;
  const [before, at] = pair;
  grid.fail(part, at, 'nodes that do not overlap', `two at bytes ${before} and ${at} of the grid`);
}

/** Where the first two ranges start that share a byte; undefined where none do. */
export function findOverlap(
  starts: readonly number[],
  sizes: readonly number[],
): readonly [before: number, at: number] | undefined {
  let rising = true;
  for (let i = 1; i < starts.length && rising; i++) rising = starts[i]! >= starts[i - 1]! + sizes[i - 1]!;
  if (rising) return undefined;
  const order = starts.map((_, i) => i).sort((a, b) => starts[a]! - starts[b]!);
  for (let i = 1; i < order.length; i++) {
    const [before, at] = [order[i - 1]!, order[i]!];
    if (starts[at]! < starts[before]! + sizes[before]!) return [starts[before]!, starts[at]!];
  }
  return undefined;
}
