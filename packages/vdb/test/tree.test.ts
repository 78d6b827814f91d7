import { describe, expect, test } from 'vitest';
import {
  coordinatesTopology,
  denseBoxTopology,
  gridFromLeaves,
  GridMap,
  sphereTopology,
  TreeBuilder,
  voxelizeTiles,
  Grid,
} from '@halocline/vdb';
import { GridEditor } from '@halocline/vdb/tools';
import type { Values } from '@halocline/vdb';

const full = new Uint32Array(16).fill(0xffffffff);
const unit = GridMap.scale(1);

describe('tree', () => {
  test('a voxel is found by its coordinates, and outside is background', () => {
    const builder = new TreeBuilder('float', [-1]);
    const mask = new Uint32Array(16);
    mask[0] = 2;
    builder.addLeaf(-8, 4096, 16, mask, [Float32Array.from({ length: 512 }, (_, n) => n)]);
    const tree = builder.build();
    expect(tree.get(-8, 4096, 17)).toBe(1);
    expect(tree.isActive(-8, 4096, 17)).toBe(true);
    expect(tree.get(-1, 4103, 23)).toBe(511);
    expect(tree.isActive(-1, 4103, 23)).toBe(false);
    expect(tree.get(0, 4103, 23)).toBe(-1);
    expect(tree.bounds()).toEqual({ min: [-8, 4096, 17], max: [-8, 4096, 17] });
  });

  test('coordinates that no voxel has are refused, not taken for others', () => {
    const grid = gridFromLeaves({
      name: 'u',
      type: 'float',
      map: unit,
      background: [0],
      origins: new Int32Array(3),
      masks: full,
      values: [new Float32Array(512).fill(5)],
    });
    const editor = new GridEditor(grid);
    const far = 2 ** 31;
    expect(grid.get(-far, far - 1, -0)).toBe(0);
    const told = (act: string, at: string): RangeError =>
      new RangeError(
        `Cannot ${act} voxel (${at}) of grid "u": no voxel is there; give whole numbers from -2147483648 to 2147483647`,
      );
    for (const [i, j, k] of [
      [2 ** 32, 0, 0],
      [0, 0.5, 0],
      [0, 0, far],
      [NaN, 0, 0],
    ] as const) {
      const at = [i, j, k].join(', ');
      expect(() => grid.get(i, j, k)).toThrow(told('get', at));
      expect(() => grid.isActive(i, j, k)).toThrow(told('get', at));
      expect(() => grid.probe(i, j, k)).toThrow(told('get', at));
      expect(() => editor.get(i, j, k)).toThrow(told('get', at));
      expect(() => editor.isActive(i, j, k)).toThrow(told('get', at));
      expect(() => editor.set(i, j, k, 1)).toThrow(told('set', at));
      expect(() => editor.setActive(i, j, k, true)).toThrow(told('set', at));
    }
  });

  test('leaves that come in any order stand in the order of the format, with their values', () => {
    const builder = new TreeBuilder('int32', [0]);
    const at = [
      [128, 0, 0],
      [0, 0, 8],
      [-8, 0, 0],
      [0, 0, 0],
      [0, 8, 0],
      [0, 0, 128],
    ] as const;
    at.forEach(([x, y, z], n) => builder.addLeaf(x, y, z, full, [new Int32Array(512).fill(n)]));
    const grid = new Grid({ name: 'g', map: unit, tree: builder.build() });
    expect([...grid.leaves()].map((leaf) => [...leaf.origin, Number(leaf.values[0]![5])])).toEqual([
      [-8, 0, 0, 2],
      [0, 0, 0, 3],
      [0, 0, 8, 1],
      [0, 8, 0, 4],
      [0, 0, 128, 5],
      [128, 0, 0, 0],
    ]);
    at.forEach(([x, y, z], n) => expect(grid.get(x + 3, y + 2, z + 1)).toBe(n));
  });

  test('tiles answer for all their voxels at every level', () => {
    const builder = new TreeBuilder('vec3f', [0, 0, 0]);
    builder.addTile(8, 8, 0, 0, [1, 2, 3], true);
    builder.addTile(128, -128, 0, 0, [4, 5, 6], false);
    builder.addTile(4096, 4096, -4096, 0, [7, 8, 9], true);
    const grid = new Grid({ name: 'tiles', map: unit, tree: builder.build() });
    expect(grid.probe(15, 7, 0)).toEqual({ value: [1, 2, 3], active: true });
    expect(grid.probe(-1, 127, 127)).toEqual({ value: [4, 5, 6], active: false });
    expect(grid.probe(8191, -1, 4095)).toEqual({ value: [7, 8, 9], active: true });
    expect(grid.probe(0, 0, 0)).toEqual({ value: [0, 0, 0], active: false });
    expect(grid.activeVoxelCount).toBe(512 + 2 ** 36);
    expect(grid.indexBounds).toEqual({ min: [8, -4096, 0], max: [8191, 7, 4095] });
  });

  test('a leaf given twice, a leaf off its raster and a tile over a leaf are refused', () => {
    const twice = new TreeBuilder('mask', [0]);
    twice.addLeaf(0, 0, 0, full);
    twice.addLeaf(0, 0, 0, full);
    expect(() => twice.build()).toThrow(
      new RangeError('Cannot build mask tree: the leaf (0, 0, 0) is given twice; give each once'),
    );
    const off = new TreeBuilder('mask', [0]);
    off.addLeaf(4, 0, 0, full);
    expect(() => off.build()).toThrow('Cannot build mask tree: a leaf stands at (4, 0, 0); give multiples of 8');
    const over = new TreeBuilder('float', [0]);
    over.addLeaf(0, 0, 0, full);
    over.addTile(128, 0, 0, 0, [1], true);
    expect(() => over.build()).toThrow(
      'Cannot build float tree: the tile of 128³ at (0, 0, 0) covers voxels that are given too; give one of the two',
    );
  });

  test('voxelizing turns active tiles into leaves and changes no value', () => {
    const builder = new TreeBuilder('float', [0]);
    builder.addLeaf(0, 0, 0, full, [new Float32Array(512).fill(2)]);
    builder.addTile(8, 0, 0, 8, [3], true);
    builder.addTile(128, 0, 128, 0, [4], true);
    const grid = new Grid({ name: 'g', map: unit, tree: builder.build() });
    const dense = voxelizeTiles(grid);
    expect(dense.leafCount).toBe(2 + 4096);
    expect(dense.activeVoxelCount).toBe(grid.activeVoxelCount);
    expect(dense.statistics()).toEqual({
      ...grid.statistics(),
      mean: dense.statistics().mean,
      deviation: dense.statistics().deviation,
    });
    expect([dense.get(0, 0, 15), dense.get(127, 255, 127), dense.get(0, 0, 16)]).toEqual([3, 4, 0]);
  });
});

describe('topologies', () => {
  test('a box that is no multiple of eight has just its voxels', () => {
    const { origins, masks } = denseBoxTopology({ min: [-3, 0, 5], max: [9, 7, 8] });
    const grid = gridFromLeaves({ name: 'box', type: 'mask', map: unit, background: [0], origins, masks });
    expect(grid.activeVoxelCount).toBe(13 * 8 * 4);
    expect(grid.indexBounds).toEqual({ min: [-3, 0, 5], max: [9, 7, 8] });
    expect(grid.leafCount).toBe(3 * 1 * 2);
  });

  test('a box without end is refused, and one without voxels has no leaf', () => {
    expect(() => denseBoxTopology({ min: [0, 0, 0], max: [7, 7, Infinity] })).toThrow(
      new RangeError(
        'Cannot make topology: the box is (0, 0, 0) … (7, 7, Infinity); give integers from −2³¹ to 2³¹ − 1',
      ),
    );
    expect(denseBoxTopology({ min: [0, 0, 0], max: [7, -1, 7] }).origins.length).toBe(0);
  });

  test('leaves of a box stand in the order of the format', () => {
    const { origins, masks } = denseBoxTopology({ min: [-20, 120, 4090], max: [5, 135, 4100] });
    const grid = gridFromLeaves({ name: 'b', type: 'mask', map: unit, background: [0], origins, masks });
    expect(grid.tree.leaf.origins).toEqual(origins);
    expect(grid.activeVoxelCount).toBe(26 * 16 * 11);
  });

  test('a sphere and the list of its coordinates are the same topology', () => {
    const sphere = sphereTopology([1.5, -2, 3], 9.2);
    const grid = gridFromLeaves({ name: 's', type: 'mask', map: unit, background: [0], ...sphere });
    const list: number[] = [];
    grid.forEachActive((i, j, k) => list.unshift(i, j, k));
    const again = coordinatesTopology(Int32Array.from(list));
    expect(again.origins).toEqual(sphere.origins);
    expect(again.masks).toEqual(sphere.masks);
    const volume = (4 / 3) * Math.PI * 9.2 ** 3;
    expect(Math.abs(grid.activeVoxelCount / volume - 1)).toBeLessThan(0.02);
  });

  test('coordinates far apart, negative and repeated make one leaf each', () => {
    const far = 2 ** 31 - 1;
    const { origins } = coordinatesTopology(Int32Array.of(far, far, far, -far - 1, 0, 0, far, far, far, 0, 0, -1));
    expect([...origins]).toEqual([-far - 1, 0, 0, 0, 0, -8, far - 7, far - 7, far - 7]);
  });
});

describe('grid', () => {
  test('values given by component come back as vectors', () => {
    const { origins, masks } = denseBoxTopology({ min: [0, 0, 0], max: [7, 7, 7] });
    const values: Values[] = [0, 1, 2].map((c) => Float32Array.from({ length: 512 }, (_, n) => n + 1000 * c));
    const grid = gridFromLeaves({ name: 'v', type: 'vec3f', map: unit, background: [0, 0, 0], origins, masks, values });
    expect(grid.get(1, 2, 3)).toEqual([83, 1083, 2083]);
    expect(grid.statistics().min).toEqual([0, 1000, 2000]);
    expect(grid.statistics().mean).toEqual([255.5, 1255.5, 2255.5]);
  });

  test('arrays of a wrong length are refused in words', () => {
    const { origins, masks } = denseBoxTopology({ min: [0, 0, 0], max: [7, 7, 7] });
    const source = { name: 'd', type: 'float', map: unit, background: [0], origins, masks } as const;
    expect(() => gridFromLeaves({ ...source, values: [new Float32Array(5)] })).toThrow(
      'Cannot make grid "d": an array of values has not 512 elements; give 512 a leaf',
    );
    expect(() => gridFromLeaves(source)).toThrow('Cannot make grid "d": 0 arrays of values are given; a float has 1');
  });

  test('it prints itself', () => {
    const { origins, masks } = denseBoxTopology({ min: [0, 0, 0], max: [15, 7, 7] });
    const grid = gridFromLeaves({
      name: 'smoke',
      type: 'mask',
      map: GridMap.scale(0.1, [1, 0, 0]),
      background: [0],
      origins,
      masks,
      gridClass: 'topology',
    });
    expect(String(grid)).toMatchInlineSnapshot(`
      "Grid "smoke": mask, topology, from memory
        voxel size 0.1 × 0.1 × 0.1 m, scale 0.1, 0.1, 0.1, translate 1, 0, 0, background 0
        index box (0, 0, 0) … (15, 7, 7), world box (1, 0, 0) … (2.6, 0.8, 0.8) m
        1,024 active voxels, 2 leaves, 1 lower and 1 upper nodes, active tiles 0 of 8³, 0 of 128³, 0 of 4096³, 153.2 KiB"
    `);
  });
});

describe('map', () => {
  test("index and world are each other's inverse under rotation and shear", () => {
    const map = new GridMap([0.5, 0.2, 0, -0.1, 0.25, 0, 0.3, 0, 2], [7, -8, 9]);
    const world = map.indexToWorld([3, -5, 11]);
    map.worldToIndex(world).forEach((v, a) => expect(v).toBeCloseTo([3, -5, 11][a]!, 12));
  });
});
