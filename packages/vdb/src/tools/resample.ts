/**
 * @file Grids at half and twice the resolution, with values. Coarse voxel I covers fine voxels 2I and 2I + 1 on each axis: its map has
 * twice the edge and begins half a fine voxel later, so both say the same of every place in the world.
 */
import { Accessor } from '../accessor.ts';
import { forEachBit, hasBit, setBit } from '../bits.ts';
import type { Grid } from '../grid.ts';
import { GridMap } from '../map.ts';
import type { Vec3 } from '../map.ts';
import { voxelizeTiles } from '../tiles.ts';
import { LeafTable } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { TreeBuilder } from '../tree-builder.ts';
import type { TileSpan } from '../tree-builder.ts';
import type { Tree } from '../tree.ts';
import { makeValues, store, TYPES } from '../types.ts';
import type { Scalar, Values } from '../types.ts';
import { storedComponents } from './fill.ts';
import { refineMask } from './halves.ts';

/** What becomes of the fine values in a coarse voxel: those of its active voxels count, or all where none is active. */
export type Restriction = 'mean' | 'sum' | 'min' | 'max';

/** How fine values are made: the coarse voxel's own, or trilinear between coarse centres (1/4 and 3/4 along each axis). */
export type Prolongation = 'constant' | 'trilinear';

/** The grid at half the resolution: a voxel is active where any of its eight is. */
export function restrictGrid(grid: Grid, how: Restriction = 'mean'): Grid {
  storedComponents('restrict', grid.name, grid.type);
  const { tree, map } = grid;
  const { origins } = tree.leaf;
  const table = new LeafTable();
  for (let l = 0; l < tree.leaf.count; l++) {
    table.at((origins[3 * l]! >> 4) << 3, (origins[3 * l + 1]! >> 4) << 3, (origins[3 * l + 2]! >> 4) << 3);
  }
  const builder = new TreeBuilder(grid.type, grid.background);
  tree.forEachTile((span, x, y, z, tile, active) => {
    // Of eight tiles of 8³ becomes a leaf. Larger ones hold no leaf and become smaller tiles.
    if (span === 8) table.at((x >> 4) << 3, (y >> 4) << 3, (z >> 4) << 3);
    else
      addHalfTiles(
        builder,
        [x, y, z],
        span,
        tree.tileValues.map((array) => array[tile]!),
        active,
      );
  });
  const { count, masks, origins: coarse } = table.leaves;
  const values = makeValues(grid.type, 512 * count);
  const accessor = new Accessor(tree);
  for (let leaf = 0; leaf < count; leaf++) {
    for (let octant = 0; octant < 8; octant++) {
      const [dx, dy, dz] = [octant & 4, (octant & 2) << 1, (octant & 1) << 2];
      accessor.find(2 * (coarse[3 * leaf]! + dx), 2 * (coarse[3 * leaf + 1]! + dy), 2 * (coarse[3 * leaf + 2]! + dz));
      const to = { leaf, first: (dx << 6) | (dy << 3) | dz };
      if (accessor.leaf >= 0) restrictLeaf(tree, accessor.leaf, { ...to, masks, values }, how);
      else fillOctant(tree, accessor, { ...to, masks, values });
    }
  }
  addLeaves(builder, { origins: coarse.subarray(0, 3 * count), masks }, values);
  const doubled = new GridMap(
    map.matrix.map((v) => 2 * v),
    map.indexToWorld([0.5, 0.5, 0.5]),
  );
  return grid.with({ tree: builder.build(), map: doubled, voxelSize: doubled.voxelSize, channels: [] });
}

/** The 4³ voxels of a coarse leaf from `first` on. */
interface Octant {
  readonly leaf: number;
  readonly first: number;
  readonly masks: Uint32Array;
  readonly values: readonly Values[];
}

function addHalfTiles(builder: TreeBuilder, at: Vec3, span: number, value: readonly Scalar[], active: boolean): void {
  const part: TileSpan = span === 4096 ? 128 : 8;
  const [x, y, z] = at.map((v) => v / 2) as unknown as Vec3;
  for (let i = 0; i < span / 2; i += part) {
    for (let j = 0; j < span / 2; j += part) {
      for (let k = 0; k < span / 2; k += part) builder.addTile(part, x + i, y + j, z + k, value, active);
    }
  }
}

/** Fills an octant from a tile. */
function fillOctant(tree: Tree, { tile, tileActive }: Accessor, to: Octant): void {
  for (let v = 0; v < 64; v++) {
    const n = to.first + (((v >> 4) << 6) | (((v >> 2) & 3) << 3) | (v & 3));
    if (tileActive) setBit(to.masks, 16 * to.leaf, n);
    for (let c = 0; c < to.values.length; c++) store(to.values[c]!, 512 * to.leaf + n, tree.tileValues[c]![tile]!);
  }
}

/** Fills an octant from a fine leaf. */
function restrictLeaf(tree: Tree, fine: number, to: Octant, how: Restriction): void {
  const { masks } = tree.leaf;
  for (let v = 0; v < 64; v++) {
    const [x, y, z] = [v >> 4, (v >> 2) & 3, v & 3];
    const n = to.first + ((x << 6) | (y << 3) | z);
    const from = (x << 7) | (y << 4) | (z << 1);
    let active = 0;
    for (let e = 0; e < 8; e++) if (hasBit(masks, 16 * fine, from + EIGHT[e]!)) active++;
    if (active > 0) setBit(to.masks, 16 * to.leaf, n);
    for (let c = 0; c < to.values.length; c++) {
      const values = tree.values[c]!;
      let [sum, min, max] = [0, Infinity, -Infinity];
      for (let e = 0; e < 8; e++) {
        if (active > 0 && !hasBit(masks, 16 * fine, from + EIGHT[e]!)) continue;
        const value = Number(values[512 * fine + from + EIGHT[e]!]);
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      // Where nothing is active a sum would be no background any more: the mean stays one.
      const whole = how === 'sum' && active > 0;
      const mean = whole ? sum : sum / (active || 8);
      store(to.values[c]!, 512 * to.leaf + n, how === 'min' ? min : how === 'max' ? max : mean);
    }
  }
}

/** The eight fine voxels in a coarse one, as offsets in a leaf. */
const EIGHT = Int32Array.of(0, 1, 8, 9, 64, 65, 72, 73);

/** The grid at twice the resolution: every voxel becomes eight. For trilinear values active tiles are made leaves first. */
export function prolongGrid(grid: Grid, how: Prolongation = 'constant'): Grid {
  storedComponents('prolong', grid.name, grid.type);
  const { tree } = how === 'constant' ? grid : voxelizeTiles(grid);
  const { count, origins, masks } = tree.leaf;
  const accessor = new Accessor(tree);
  const builder = new TreeBuilder(grid.type, grid.background);
  const mask = new Uint32Array(16);
  const values = makeValues(grid.type, 512);
  const given = TYPES[grid.type].leaf === 'stored' ? values : undefined;
  for (let leaf = 0; leaf < count; leaf++) {
    for (let octant = 0; octant < 8; octant++) {
      const x = 2 * (origins[3 * leaf]! + (octant & 4));
      const y = 2 * (origins[3 * leaf + 1]! + ((octant & 2) << 1));
      const z = 2 * (origins[3 * leaf + 2]! + ((octant & 1) << 2));
      refineMask(masks, leaf, octant, mask);
      given?.forEach((array, c) => {
        const coarse = tree.values[c]! as Float64Array;
        for (let n = 0; n < 512; n++) array[n] = coarse[512 * leaf + COARSE[512 * octant + n]!]!;
        if (how === 'trilinear') interpolate(accessor, [x, y, z], c, mask, array);
      });
      builder.addLeaf(x, y, z, mask, given);
    }
  }
  tree.forEachTile((span, x, y, z, tile, active) => {
    const value: Scalar[] = tree.tileValues.map((array) => array[tile]!);
    for (let n = 0; n < 8; n++) {
      const [dx, dy, dz] = [n >> 2, (n >> 1) & 1, n & 1].map((d) => d * span) as [number, number, number];
      builder.addTile(span as TileSpan, 2 * x + dx, 2 * y + dy, 2 * z + dz, value, active);
    }
  });
  const map = new GridMap(
    grid.map.matrix.map((v) => v / 2),
    grid.map.indexToWorld([-0.25, -0.25, -0.25]),
  );
  return grid.with({ tree: builder.build(), map, voxelSize: map.voxelSize, channels: [] });
}

/** For each octant of a leaf and each voxel of the fine leaf that it becomes: the voxel of the leaf that it lies in. */
const COARSE = Uint16Array.from({ length: 8 * 512 }, (_, at) => {
  const [octant, n] = [at >> 9, at & 511];
  const [x, y, z] = [
    (octant & 4) + (n >> 7),
    ((octant & 2) << 1) + ((n >> 4) & 3),
    ((octant & 1) << 2) + ((n & 7) >> 1),
  ];
  return (x << 6) | (y << 3) | z;
});

const AROUND = new Float64Array(216);

/**
 * Fills the active voxels of the fine leaf at `origin` between coarse centres: the voxel's own coarse one counts 3/4 along each axis,
 * the one on its other side 1/4. `AROUND` holds the 6³ coarse voxels that matter.
 */
function interpolate(a: Accessor, origin: Vec3, c: number, mask: Uint32Array, out: Values): void {
  const [x, y, z] = [origin[0] / 2 - 1, origin[1] / 2 - 1, origin[2] / 2 - 1];
  for (let v = 0; v < 216; v++) AROUND[v] = a.get(x + Math.floor(v / 36), y + (Math.floor(v / 6) % 6), z + (v % 6), c);
  forEachBit(mask, 0, 16, (n) => {
    const [i, j, k] = [n >> 6, (n >> 3) & 7, n & 7];
    const own = ((i >> 1) + 1) * 36 + ((j >> 1) + 1) * 6 + (k >> 1) + 1;
    const [dx, dy, dz] = [i & 1 ? 36 : -36, j & 1 ? 6 : -6, k & 1 ? 1 : -1];
    const row = (at: number): number => 3 * AROUND[at]! + AROUND[at + dz]!;
    const face = (at: number): number => 3 * row(at) + row(at + dy);
    store(out, n, (3 * face(own) + face(own + dx)) / 64);
  });
}

function addLeaves(builder: TreeBuilder, topology: Topology, values: readonly Values[]): void {
  const { origins, masks } = topology;
  const given = TYPES[builder.type].leaf === 'stored' ? values : undefined;
  for (let leaf = 0; leaf < origins.length / 3; leaf++) {
    const [x, y, z] = [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
    builder.addLeaf(x, y, z, masks, given, 16 * leaf, 512 * leaf);
  }
}
