/**
 * @file Grids made voxel by voxel: an editor starts from a grid (an empty one, if need be), takes changes, and gives a new grid.
 * Leaves are copied when they are first touched; tiles are cut up around them.
 */
import { Accessor } from '../accessor.ts';
import { hasBit } from '../bits.ts';
import type { Grid, IndexBox } from '../grid.ts';
import { inspectable } from '../inspect.ts';
import { LeafTable } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { TreeBuilder } from '../tree-builder.ts';
import type { TileSpan } from '../tree-builder.ts';
import type { Tree } from '../tree.ts';
import { copyValues, makeValues, store, TYPES } from '../types.ts';
import type { Scalar, Values } from '../types.ts';
import { isVoxel, noVoxel } from '../voxel.ts';
import { storedComponents } from './fill.ts';

/** Changes to a grid. The grid itself stays as it is. */
export class GridEditor {
  readonly grid: Grid;
  readonly #accessor: Accessor;
  readonly #table = new LeafTable();
  #values: Values[];
  #x = NaN;
  #y = NaN;
  #z = NaN;
  #leaf = -1;
  /** Whether active tiles stay so. */
  #tilesActive = true;

  constructor(grid: Grid) {
    storedComponents('edit', grid.name, grid.type);
    this.grid = grid;
    this.#accessor = new Accessor(grid.tree);
    this.#values = makeValues(grid.type, 512 * 64);
  }

  /** Component `component` of the value at voxel (i, j, k) as it is now; an int64 beyond ±2⁵³ is rounded. */
  get(i: number, j: number, k: number, component = 0): number {
    if (!isVoxel(i, j, k)) throw noVoxel('get', this.grid.name, i, j, k);
    const leaf = this.#touched(i, j, k);
    if (leaf < 0) return this.#accessor.get(i, j, k, component);
    const n = voxelOf(i, j, k);
    if (TYPES[this.grid.type].leaf === 'mask') return Number(hasBit(this.#table.leaves.masks, 16 * leaf, n));
    return Number(this.#values[component]![512 * leaf + n]);
  }

  /** Whether voxel (i, j, k) is active now. */
  isActive(i: number, j: number, k: number): boolean {
    if (!isVoxel(i, j, k)) throw noVoxel('get', this.grid.name, i, j, k);
    const leaf = this.#touched(i, j, k);
    if (leaf < 0) return this.#accessor.isActive(i, j, k);
    return hasBit(this.#table.leaves.masks, 16 * leaf, voxelOf(i, j, k));
  }

  /** Gives voxel (i, j, k) a value, a number or one number a component, and makes it active unless told otherwise. */
  set(i: number, j: number, k: number, value: Scalar | readonly Scalar[], active = true): this {
    if (!isVoxel(i, j, k)) throw noVoxel('set', this.grid.name, i, j, k);
    const leaf = this.#touch(i, j, k);
    const n = voxelOf(i, j, k);
    this.#values.forEach((array, c) =>
      store(array, 512 * leaf + n, typeof value === 'object' ? (value[c] ?? 0) : value),
    );
    return this.#mark(leaf, n, active);
  }

  /** Makes voxel (i, j, k) active or inactive and leaves its value as it is. */
  setActive(i: number, j: number, k: number, active: boolean): this {
    if (!isVoxel(i, j, k)) throw noVoxel('set', this.grid.name, i, j, k);
    return this.#mark(this.#touch(i, j, k), voxelOf(i, j, k), active);
  }

  /** Gives all voxels of a box, both ends inclusive, one value. */
  fill(box: IndexBox, value: Scalar | readonly Scalar[], active = true): this {
    for (let i = box.min[0]; i <= box.max[0]; i++) {
      for (let j = box.min[1]; j <= box.max[1]; j++) {
        for (let k = box.min[2]; k <= box.max[2]; k++) this.set(i, j, k, value, active);
      }
    }
    return this;
  }

  /** Makes just the voxels of `topology` active: they keep the values they have. Tiles are cut up where it has leaves. */
  setTopology(topology: Topology): this {
    const { origins } = topology;
    for (let leaf = 0; leaf < origins.length / 3; leaf++) {
      this.#touch(origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!);
    }
    const own = this.grid.tree.leaf;
    for (let leaf = 0; leaf < own.count; leaf++) {
      this.#touch(own.origins[3 * leaf]!, own.origins[3 * leaf + 1]!, own.origins[3 * leaf + 2]!);
    }
    const given = LeafTable.of(topology);
    const { leaves } = this.#table;
    for (let leaf = 0; leaf < leaves.count; leaf++) {
      const [x, y, z] = [leaves.origins[3 * leaf]!, leaves.origins[3 * leaf + 1]!, leaves.origins[3 * leaf + 2]!];
      const from = given.find(x, y, z);
      if (from < 0) leaves.masks.fill(0, 16 * leaf, 16 * leaf + 16);
      else leaves.masks.set(topology.masks.subarray(16 * from, 16 * from + 16), 16 * leaf);
    }
    this.#tilesActive = false;
    return this;
  }

  /** The grid with the changes. The editor may be used further. */
  build(): Grid {
    const { tree } = this.grid;
    const builder = new TreeBuilder(tree.type, tree.background);
    const { count, origins, masks } = tree.leaf;
    const stored = TYPES[tree.type].leaf === 'stored';
    for (let l = 0; l < count; l++) {
      const [x, y, z] = [origins[3 * l]!, origins[3 * l + 1]!, origins[3 * l + 2]!];
      if (this.#table.find(x, y, z) >= 0) continue;
      builder.addLeaf(x, y, z, masks, stored ? tree.values : undefined, 16 * l, 512 * l);
    }
    const { leaves } = this.#table;
    for (let l = 0; l < leaves.count; l++) {
      const o = leaves.origins;
      const values = stored ? this.#values : undefined;
      builder.addLeaf(o[3 * l]!, o[3 * l + 1]!, o[3 * l + 2]!, leaves.masks, values, 16 * l, 512 * l);
    }
    addTiles(builder, tree, this.#table, this.#tilesActive);
    return this.grid.with({ tree: builder.build() });
  }

  toString(): string {
    return `GridEditor of ${this.#table.leaves.count} touched leaves, on\n${this.grid.toString()}`;
  }

  /** The touched leaf that holds a voxel, or −1. */
  #touched(i: number, j: number, k: number): number {
    return this.#table.find(i & ~7, j & ~7, k & ~7);
  }

  #touch(i: number, j: number, k: number): number {
    const [x, y, z] = [i & ~7, j & ~7, k & ~7];
    if (x === this.#x && y === this.#y && z === this.#z) return this.#leaf;
    [this.#x, this.#y, this.#z] = [x, y, z];
    const known = this.#table.find(x, y, z);
    if (known >= 0) return (this.#leaf = known);
    const leaf = (this.#leaf = this.#table.at(x, y, z));
    if (512 * leaf >= this.#values[0]!.length) {
      this.#values = this.#values.map((array) => {
        const bigger = TYPES[this.grid.type].array(2 * array.length);
        copyValues(bigger, 0, array, 0, array.length);
        return bigger;
      });
    }
    const { masks } = this.#table.leaves;
    const { tree } = this.grid;
    const from = this.#accessor.find(x, y, z);
    if (from >= 0) {
      masks.set(tree.leaf.masks.subarray(16 * from, 16 * from + 16), 16 * leaf);
      this.#values.forEach((array, c) => copyValues(array, 512 * leaf, tree.values[c]!, 512 * from, 512));
    } else {
      masks.fill(this.#accessor.tileActive ? 0xffffffff : 0, 16 * leaf, 16 * leaf + 16);
      this.#values.forEach((array, c) => {
        const value = tree.tileValues[c]![this.#accessor.tile]!;
        for (let n = 0; n < 512; n++) store(array, 512 * leaf + n, value);
      });
    }
    return leaf;
  }

  #mark(leaf: number, n: number, active: boolean): this {
    const { masks } = this.#table.leaves;
    if (active) masks[16 * leaf + (n >> 5)]! |= 1 << (n & 31);
    else masks[16 * leaf + (n >> 5)]! &= ~(1 << (n & 31));
    return this;
  }

  static {
    inspectable(this.prototype);
  }
}

function voxelOf(i: number, j: number, k: number): number {
  return ((i & 7) << 6) | ((j & 7) << 3) | (k & 7);
}

/** Adds the tiles of `tree`, cut up where leaves of `taken` stand; with `active` false as inactive ones. */
function addTiles(builder: TreeBuilder, tree: Tree, taken: LeafTable, active: boolean): void {
  const within: Record<128 | 4096, LeafTable> = { 128: new LeafTable(), 4096: new LeafTable() };
  const { origins, count } = taken.leaves;
  for (let l = 0; l < count; l++) {
    const [x, y, z] = [origins[3 * l]!, origins[3 * l + 1]!, origins[3 * l + 2]!];
    within[128].at((x >> 7) << 3, (y >> 7) << 3, (z >> 7) << 3);
    within[4096].at((x >> 12) << 3, (y >> 12) << 3, (z >> 12) << 3);
  }
  const put = (span: TileSpan, x: number, y: number, z: number, value: readonly Scalar[], state: boolean): void => {
    const shift = span === 128 ? 7 : 12;
    const free =
      span === 8
        ? taken.find(x, y, z) < 0
        : within[span].find((x >> shift) << 3, (y >> shift) << 3, (z >> shift) << 3) < 0;
    if (free) return builder.addTile(span, x, y, z, value, state);
    if (span === 8) return;
    const part: TileSpan = span === 4096 ? 128 : 8;
    for (let i = 0; i < span; i += part) {
      for (let j = 0; j < span; j += part) {
        for (let k = 0; k < span; k += part) put(part, x + i, y + j, z + k, value, state);
      }
    }
  };
  tree.forEachTile((span, x, y, z, tile, state) => {
    put(
      span as TileSpan,
      x,
      y,
      z,
      tree.tileValues.map((array) => array[tile]!),
      state && active,
    );
  });
}
