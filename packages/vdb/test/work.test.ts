/** Work with grids: editing, filling, sampling, rays, resampling, pruning, checks. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Accessor,
  coordinatesTopology,
  fogSphere,
  Grid,
  GridMap,
  gridFromLeaves,
  indexGrid,
  levelSetSphere,
  readGrids,
  sphereTopology,
  toOnIndex,
  TreeBuilder,
  voxelizeTiles,
} from '@halocline/vdb';
import {
  convertGrid,
  denseFromGrid,
  gridFromDense,
  gridFromFunction,
  GridEditor,
  histogram,
  intersectSurface,
  levelSetBox,
  levelSetTorus,
  prolongGrid,
  prune,
  rayStretches,
  restrictGrid,
  Sampler,
  validate,
  VoxelSet,
} from '@halocline/vdb/tools';

const runs = process.env['HALOCLINE_LONG'] === '1' ? 500 : 15;

/** A grid with tiles at all levels, active and not, and a leaf. */
function tiled(): Grid {
  const builder = new TreeBuilder('float', [0.5]);
  builder.addTile(4096, -4096, 0, 0, [7], false);
  builder.addTile(128, 0, 128, 0, [2], true);
  builder.addTile(8, 8, 0, 0, [3], true);
  builder.addTile(8, 0, 0, 8, [4], false);
  const mask = new Uint32Array(16);
  mask[3] = 0xf0f0;
  builder.addLeaf(0, 0, 0, mask, [Float32Array.from({ length: 512 }, (_, n) => n)]);
  return new Grid({ name: 'tiled', map: GridMap.scale(0.5, [1, 2, 3]), tree: builder.build() });
}

describe('numbers of voxels', () => {
  test('an OnIndex grid gives every active voxel its number and takes it back, one by one and all at once', () => {
    const grid = toOnIndex(levelSetSphere([1, 2, 3], 20));
    const coordinates = grid.activeCoordinates();
    const numbers = grid.indicesOf(coordinates);
    expect(new Set(numbers).size).toBe(grid.activeVoxelCount);
    expect(grid.coordsOf(numbers)).toEqual(coordinates);
    const [i, j, k] = coordinates.subarray(300, 303);
    expect(grid.coordOf(grid.indexOf(i!, j!, k!))).toEqual([i, j, k]);
    expect([grid.indexOf(1000, 0, 0), grid.coordOf(0), grid.coordOf(10 ** 9), grid.coordOf(1.5)]).toEqual([
      0,
      null,
      null,
      null,
    ]);
    expect(() => grid.coordsOf([1, 10 ** 9])).toThrow(
      'Cannot find voxel of number 1000000000: no voxel has it; give numbers that indexOf gave',
    );
  });

  test('numbers that a caller chose, in any order of leaves, are found too', () => {
    const { origins, masks } = sphereTopology([0, 0, 0], 20);
    const count = origins.length / 3;
    const offsets = (leaf: number): number => 512 * (((leaf * 7) % count) + 1);
    const [grid] = readGrids(indexGrid({ name: 'g', map: GridMap.scale(1), origins, masks, offsets }));
    expect(grid!.coordOf(offsets(5) + 137)).toEqual([origins[15]! + 2, origins[16]! + 1, origins[17]! + 1]);
    expect(grid!.coordsOf(grid!.indicesOf(Int32Array.of(3, -4, 5)))).toEqual(Int32Array.of(3, -4, 5));
    expect(grid!.coordOf(100)).toBe(null);
  });

  test('a tile has one number, and its least voxel answers for it', () => {
    const grid = toOnIndex(tiled());
    expect(grid.coordOf(grid.indexOf(100, 200, 50))).toEqual([0, 128, 0]);
    expect(() => tiled().indexOf(0, 0, 0)).toThrow(
      'Cannot number voxels: a float grid has values; number it with toOnIndex first',
    );
  });
});

test('tiles and nodes are named level by level', () => {
  expect([...tiled().tiles()].map((tile) => [tile.span, ...tile.origin, ...tile.value, tile.active])).toEqual([
    [4096, -4096, 0, 0, 7, false],
    [128, 0, 128, 0, 2, true],
    [8, 0, 0, 8, 4, false],
    [8, 8, 0, 0, 3, true],
  ]);
  expect([...tiled().nodes()]).toEqual([
    { level: 'upper', index: 0, origin: [0, 0, 0], span: 4096, childCount: 1, activeCount: 1 },
    { level: 'lower', index: 0, origin: [0, 0, 0], span: 128, childCount: 1, activeCount: 1 },
    { level: 'leaf', index: 0, origin: [0, 0, 0], span: 8, childCount: 0, activeCount: 8 },
  ]);
});

describe('editor', { timeout: 120_000 }, () => {
  test('it is a map from voxels to values, whatever the order of the changes', () => {
    const voxel = fc.tuple(
      fc.integer({ min: -9, max: 20 }),
      fc.integer({ min: 120, max: 136 }),
      fc.integer({ min: -9, max: 9 }),
    );
    const change = fc.tuple(voxel, fc.integer({ min: -100, max: 100 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60, size: 'max' }), (changes) => {
        const before = tiled();
        const editor = new GridEditor(before);
        const expected = new Map<string, [number, boolean]>();
        for (const [[i, j, k], value, active] of changes) {
          editor.set(i, j, k, value, active);
          expected.set(`${i},${j},${k}`, [value, active]);
        }
        const after = editor.build();
        for (let i = -10; i < 22; i += 1) {
          for (let j = 119; j < 138; j += 3) {
            for (let k = -10; k < 11; k += 2) {
              const own = expected.get(`${i},${j},${k}`) ?? [before.get(i, j, k), before.isActive(i, j, k)];
              if (after.get(i, j, k) !== own[0] || after.isActive(i, j, k) !== own[1]) expect([i, j, k]).toBe(own);
            }
          }
        }
        for (const [key, [value, active]] of expected) {
          const [i, j, k] = key.split(',').map(Number) as [number, number, number];
          expect([after.get(i, j, k), after.isActive(i, j, k)]).toEqual([value, active]);
          expect([editor.get(i, j, k), editor.isActive(i, j, k)]).toEqual([value, active]);
        }
        expect(validate(after)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  test('a voxel becomes inactive, or active within a tile, and keeps its value', () => {
    const sphere = levelSetSphere([0, 0, 0], 30);
    const off = new GridEditor(sphere).setActive(0, 0, 30, false).build();
    expect([off.get(0, 0, 30), off.isActive(0, 0, 30)]).toEqual([0, false]);
    expect(off.activeVoxelCount).toBe(sphere.activeVoxelCount - 1);
    const on = new GridEditor(sphere).setActive(0, 0, 0, true).build();
    expect([on.get(0, 0, 0), on.isActive(0, 0, 0), sphere.isActive(0, 0, 0)]).toEqual([-3, true, false]);
    expect(validate(on)).toEqual([]);
  });

  test('another topology keeps the values of its voxels, old and new', () => {
    const sphere = levelSetSphere([0, 0, 0], 30);
    const wider = VoxelSet.of(sphere).dilate(2);
    const grid = new GridEditor(sphere).setTopology(wider).build();
    expect(grid.activeVoxelCount).toBe(wider.voxelCount);
    expect([grid.get(0, 0, 34), grid.get(0, 0, 26), grid.get(0, 0, 0)]).toEqual([3, -3, -3]);
    expect(grid.get(0, 0, 31)).toBe(1);
    const box = new GridEditor(tiled()).setTopology(VoxelSet.box({ min: [5, 130, 5], max: [9, 131, 5] })).build();
    expect([box.activeVoxelCount, box.get(5, 130, 5), box.get(100, 200, 50), box.isActive(100, 200, 50)]).toEqual([
      10,
      2,
      2,
      false,
    ]);
  });
});

describe('filling', () => {
  test('a function over a box is asked for every voxel', () => {
    const box = { min: [-5, 0, 3], max: [6, 9, 20] } as const;
    const grid = gridFromFunction(box, (i, j, k) => (i > 5 ? undefined : [i, j * 10, k * 100]), {
      type: 'vec3d',
      background: [1, 2, 3],
    });
    expect(grid.get(-5, 9, 20)).toEqual([-5, 90, 2000]);
    expect(grid.probe(6, 0, 3)).toEqual({ value: [1, 2, 3], active: false });
    expect(grid.activeVoxelCount).toBe(11 * 10 * 18);
  });

  test('a dense array goes in and comes out', () => {
    const box = { min: [-3, 2, 7], max: [8, 4, 19] } as const;
    const values = Float32Array.from({ length: 12 * 3 * 13 }, (_, n) => (n % 5 === 0 ? 9 : n));
    const grid = gridFromDense({ box, values: [values] }, { background: [9] });
    expect(denseFromGrid(grid, box)).toEqual([values]);
    expect(grid.activeVoxelCount).toBe(values.filter((v) => v !== 9).length);
    expect(() => gridFromDense({ box, values: [values.subarray(1)] }, { name: 'd' })).toThrow(
      'Cannot make grid "d": 1 arrays of 467 numbers are given; give 1 of 468',
    );
  });

  test('a grid of another type has the same voxels', () => {
    const grid = tiled();
    expect(convertGrid(grid, 'int32').get(0, 1, 300 & 7)).toBe(12);
    expect(convertGrid(grid, 'int64').get(100, 200, 50)).toBe(2);
    expect(convertGrid(grid, 'bool').get(8, 0, 0)).toBe(1);
    expect(convertGrid(grid, 'vec3f').get(8, 0, 0)).toEqual([3, 3, 3]);
    const mask = convertGrid(grid, 'mask');
    expect([mask.activeVoxelCount, mask.isActive(8, 0, 0)]).toEqual([grid.activeVoxelCount, true]);
    const velocity = gridFromFunction({ min: [0, 0, 0], max: [7, 7, 7] }, () => [2, 3, 6], { type: 'vec3f' });
    expect(convertGrid(velocity, 'float').get(1, 1, 1)).toBe(7);
    expect(() => convertGrid(grid, 'onindex')).toThrow(
      'Cannot convert grid "tiled": onindex grids number their voxels',
    );
  });

  test('a box and a torus hold the distances of geometry', () => {
    const box = levelSetBox([-1, -2, -3], [1.5, 2, 3], { voxelSize: 0.1 });
    expect(box.get(10, 0, 0)).toBeCloseTo(-0.3, 6);
    expect(box.get(13, 0, 0)).toBeCloseTo(-0.2, 6);
    expect(box.get(16, 21, 31)).toBeCloseTo(Math.sqrt(0.03), 6);
    const torus = levelSetTorus([0, 0, 10], 30, 12);
    torus.forEachActive((i, j, k, n) => {
      const d = Math.hypot(Math.hypot(i, j) - 30, k - 10) - 12;
      if (Math.abs((torus.tree.values[0]![n] as number) - d) > 1e-6) expect([i, j, k]).toBe(d);
    });
    expect([torus.get(0, 0, 10), torus.get(30, 0, 10)]).toEqual([3, -3]);
    expect(validate(torus)).toEqual([]);
    expect(validate(box)).toEqual([]);
  });
});

describe('sampling', () => {
  const box = { min: [-8, -8, -8], max: [15, 15, 15] } as const;
  const position = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -6, max: 13, noNaN: true }))) as fc.Arbitrary<
    [number, number, number]
  >;

  test('trilinear samples and gradients are exact for linear fields, quadratic ones for quadratic fields', () => {
    const linear = gridFromFunction(box, (i, j, k) => 2 * i - 3 * j + 0.5 * k + 1, { type: 'double' });
    const square = gridFromFunction(box, (i, j, k) => i * i - 2 * j * j + 3 * k * k + i * j * k, { type: 'double' });
    const [first, second] = [new Sampler(linear), new Sampler(square, 'quadratic')];
    fc.assert(
      fc.property(position, ([x, y, z]) => {
        expect(first.at(x, y, z)).toBeCloseTo(2 * x - 3 * y + 0.5 * z + 1, 9);
        first.gradient(x, y, z).forEach((v, a) => expect(v).toBeCloseTo([2, -3, 0.5][a]!, 9));
        expect(second.at(x, y, z)).toBeCloseTo(x * x - 2 * y * y + 3 * z * z + x * y * z, 8);
        const expected = [2 * x + y * z, -4 * y + x * z, 6 * z + x * y];
        second.gradient(x, y, z).forEach((v, a) => expect(v).toBeCloseTo(expected[a]!, 8));
      }),
      { numRuns: runs },
    );
  });

  test('in the world the map counts: gradients are per metre along its axes', () => {
    const map = new GridMap([0, -0.5, 0, 0.25, 0, 0, 0, 0, 2], [1, 2, 3]);
    const field = (p: readonly number[]): number => 5 * p[0]! - 7 * p[1]! + 11 * p[2]!;
    const grid = gridFromFunction(box, (i, j, k) => field(map.indexToWorld([i, j, k])), { type: 'double', map });
    const sampler = new Sampler(grid);
    expect(sampler.atWorld([1.2, 2.3, 4.4])).toBeCloseTo(field([1.2, 2.3, 4.4]), 9);
    sampler.gradientAtWorld([1.2, 2.3, 4.4]).forEach((v, a) => expect(v).toBeCloseTo([5, -7, 11][a]!, 9));
    expect(new Sampler(fogSphere([0, 0, 0], 9), 'nearest').at(0.4, -0.4, 0.3)).toBe(1);
  });
});

describe('rays', () => {
  test('a ray crosses just the active voxels whose cubes it meets, in order, without gaps', () => {
    const topology = coordinatesTopology(
      Int32Array.from({ length: 3 * 4000 }, (_, n) => ((n * 2654435761) >>> 7) % 40),
    );
    const grid = gridFromLeaves({ name: 'g', type: 'mask', map: GridMap.scale(1), background: [0], ...topology });
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number), fc.tuple(number, number, number), (o, d) => {
        fc.pre(Math.hypot(...d) > 0.1);
        const origin = o.map((v) => 20 + 30 * v) as [number, number, number];
        const found = [...rayStretches(grid, { origin, direction: d })];
        const expected: [number, number, number, number][] = [];
        grid.forEachActive((i, j, k) => {
          let [low, high] = [0, Infinity];
          [i, j, k].forEach((v, a) => {
            const [t0, t1] = [(v - 0.5 - origin[a]!) / d[a]!, (v + 0.5 - origin[a]!) / d[a]!];
            low = Math.max(low, Math.min(t0, t1));
            high = Math.min(high, Math.max(t0, t1));
          });
          if (high - low > 1e-9) expected.push([low, i, j, k]);
        });
        expected.sort((a, b) => a[0] - b[0]);
        const long = found.filter((stretch) => stretch.to - stretch.from > 1e-9);
        expect(long.map((stretch) => stretch.origin.join())).toEqual(expected.map(([, i, j, k]) => `${i},${j},${k}`));
        found.forEach((stretch, n) => n > 0 && expect(stretch.from).toBeGreaterThanOrEqual(found[n - 1]!.to));
      }),
      { numRuns: runs },
    );
  });

  test('empty blocks and tiles are crossed in one step each', () => {
    const grid = tiled();
    const ray = { origin: grid.map.indexToWorld([-50, 3, 3]), direction: [1, 0, 0] as const };
    expect([...rayStretches(grid, ray)].map(({ origin, span, active }) => [...origin, span, active])).toEqual([
      [8, 0, 0, 8, true],
    ]);
    const long = { origin: grid.map.indexToWorld([64, 3, 64]), direction: [0, 1, 0] as const };
    expect([...rayStretches(grid, long, { all: true })].map(({ span, active }) => [span, active]).at(-1)).toEqual([
      128,
      true,
    ]);
    expect(() => [...rayStretches(grid, { origin: [0, 0, 0], direction: [0, 0, 0] })]).toThrow(
      'Cannot cast ray into grid "tiled"',
    );
  });

  test('a ray meets a sphere where geometry says, with its normal', () => {
    const sphere = levelSetSphere([1, 2, 3], 5, { voxelSize: 0.1 });
    const hit = intersectSurface(sphere, { origin: [1, 2.5, -20], direction: [0, 0, 2] })!;
    const z = 3 - Math.sqrt(25 - 0.25);
    expect(hit.t).toBeCloseTo((z + 20) / 2, 3);
    expect(hit.position[2]).toBeCloseTo(z, 3);
    expect(Math.abs(hit.normal[1] - 0.1)).toBeLessThan(0.02);
    expect(Math.hypot(...hit.normal)).toBeCloseTo(1, 12);
    expect(intersectSurface(sphere, { origin: [1, 8, -20], direction: [0, 0, 1] })).toBe(null);
  });
});

describe('resolution', () => {
  test('a coarse value is the mean of its active fine ones, and is active where any is', () => {
    const value = (i: number, j: number, k: number): number | undefined =>
      (i + j * 3 + k * 5) % 4 === 0 ? undefined : i - 2 * j + k;
    const fine = gridFromFunction({ min: [-5, -9, 3], max: [12, 7, 30] }, value, {
      type: 'double',
      map: GridMap.scale(0.5, [1, 1, 1]),
    });
    const coarse = restrictGrid(fine);
    for (let i = -4; i < 8; i++) {
      for (let j = -6; j < 5; j++) {
        for (let k = 0; k < 17; k++) {
          const own: number[] = [];
          for (let n = 0; n < 8; n++) {
            const v: [number, number, number] = [2 * i + (n >> 2), 2 * j + ((n >> 1) & 1), 2 * k + (n & 1)];
            if (fine.isActive(...v)) own.push(fine.get(...v) as number);
          }
          expect(coarse.isActive(i, j, k)).toBe(own.length > 0);
          if (own.length > 0) expect(coarse.get(i, j, k)).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 12);
        }
      }
    }
    expect(coarse.map.indexToWorld([2, 2, 2])).toEqual(fine.map.indexToWorld([4.5, 4.5, 4.5]));
  });

  test('a level set stays one at half and at twice the resolution', () => {
    const sphere = levelSetSphere([0, 0, 0], 20, { voxelSize: 0.5, halfWidth: 4 });
    const half = restrictGrid(sphere);
    const twice = prolongGrid(sphere, 'trilinear');
    expect([half.get(0, 0, 0), twice.get(0, 0, 0), twice.get(3, -60, 20)]).toEqual([-2, -2, -2]);
    for (const grid of [half, twice]) {
      const sampler = new Sampler(grid);
      for (const p of [
        [20, 0, 0],
        [0, 12, 16],
        [0, -20, 0],
      ] as const)
        expect(Math.abs(sampler.atWorld(p) as number)).toBeLessThan(0.06);
    }
    expect(twice.activeVoxelCount).toBe(8 * sphere.activeVoxelCount);
    expect(restrictGrid(prolongGrid(sphere)).activeVoxelCount).toBe(sphere.activeVoxelCount);
  });

  test('restriction undoes constant prolongation, values and map', () => {
    const grid = tiled();
    const back = restrictGrid(prolongGrid(grid));
    const dense = voxelizeTiles(grid);
    expect(back.map.indexToWorld([3, 4, 5])).toEqual(grid.map.indexToWorld([3, 4, 5]));
    expect(back.activeVoxelCount).toBe(grid.activeVoxelCount);
    for (const [i, j, k] of [
      [0, 1, 5],
      [9, 3, 2],
      [100, 200, 50],
      [3, 3, 12],
      [-5, 9, 9],
      [300, 0, 0],
    ] as const) {
      expect(back.probe(i, j, k)).toEqual(dense.probe(i, j, k));
    }
  });

  test('trilinear prolongation is exact for linear fields', () => {
    const coarse = gridFromFunction({ min: [0, 0, 0], max: [15, 15, 15] }, (i, j, k) => i + 2 * j - k, {
      type: 'double',
    });
    const fine = prolongGrid(coarse, 'trilinear');
    expect(fine.get(9, 10, 11)).toBeCloseTo(4.25 + 2 * 4.75 - 5.25, 12);
  });
});

describe('pruning', () => {
  test('it undoes voxelizing and changes no voxel', () => {
    const grid = tiled();
    const dense = voxelizeTiles(grid);
    const pruned = prune(dense);
    expect(pruned.leafCount).toBe(1);
    expect(pruned.tree.tileCounts).toEqual(grid.tree.tileCounts);
    expect([...pruned.tiles()]).toEqual([...grid.tiles()]);
    const noisy = gridFromFunction({ min: [0, 0, 0], max: [15, 7, 7] }, (i) => 1 + (i % 2) * 1e-4);
    expect(prune(noisy).leafCount).toBe(2);
    expect(prune(noisy, 1e-3).tree.tileCounts).toEqual([2, 0, 0]);
  });
});

describe('figures', () => {
  test('a histogram counts every active voxel once, tiles with all of theirs', () => {
    const grid = tiled();
    const { counts, min, max } = histogram(grid, { bins: 10 });
    expect([min, max]).toEqual([2, 111]);
    expect(counts.reduce((a, b) => a + b)).toBe(grid.activeVoxelCount);
    const part = histogram(grid, { bins: 2, min: 2.5, max: 3.5 });
    expect([...part.counts, part.below, part.above]).toEqual([0, 512, 2 ** 21, 8]);
  });

  test('a sound grid has no problems, a broken one says what and where', () => {
    expect(validate(tiled())).toEqual([]);
    expect(validate(toOnIndex(fogSphere([0, 0, 0], 12), { channel: true }))).toEqual([]);
    const sphere = levelSetSphere([0, 0, 0], 10);
    (sphere.tree.values[0] as Float32Array)[512 * 3 + 65] = NaN;
    sphere.tree.lower.table[4096 + 5] = 77_777;
    const [first] = validate(sphere);
    expect(first).toEqual({
      what: 'the child mask does not fit the table',
      where: 'lower node at (-128, -128, 0), slot 5',
      count: 1,
    });
    sphere.tree.lower.table[4096 + 5] = -1;
    const [x, y, z] = [...sphere.tree.leaf.origins.subarray(9, 12)] as [number, number, number];
    expect(validate(sphere)).toEqual([
      {
        what: expect.stringMatching(/^an (in)?active value is NaN$/) as string,
        where: `voxel (${x + 1}, ${y}, ${z + 1})`,
        count: 1,
      },
    ]);
    const fog = gridFromFunction({ min: [4, 4, 4], max: [5, 5, 5] }, (i) => 4.5 - i, { gridClass: 'fog volume' });
    expect(validate(fog)).toEqual([
      { what: 'an active value of a fog volume is negative', where: 'voxel (5, 4, 4)', count: 4 },
    ]);
  });
});

test('everything prints itself', () => {
  const grid = tiled();
  const accessor = new Accessor(grid.tree);
  accessor.find(100, 200, 50);
  expect(String(accessor)).toBe('Accessor of a float tree, in an active tile of 128³');
  accessor.find(3, 3, 3);
  expect(inspect(accessor)).toBe('Accessor of a float tree, in leaf 0 at (0, 0, 0)');
  expect(inspect(grid.tree)).toBe('Tree of float: 2 root entries, 1 upper and 1 lower nodes, 1 leaves, 155.2 KiB');
  expect(String(new TreeBuilder('vec3f', [0, 0, 0]))).toBe(
    'TreeBuilder of vec3f: 0 leaves and 0 tiles and nodes so far',
  );
  expect(String(new Sampler(grid)).split('\n')).toEqual(['Sampler (trilinear) of', ...String(grid).split('\n')]);
  const editor = new GridEditor(grid).set(0, 0, 0, 1).set(900, 0, 0, 1);
  expect(inspect(editor).split('\n')[0]).toBe('GridEditor of 2 touched leaves, on');
});
