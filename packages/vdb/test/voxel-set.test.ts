import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Neighbours, VoxelSet } from '@halocline/vdb/tools';

type Voxel = readonly [number, number, number];

const long = process.env['HALOCLINE_LONG'] === '1';
const runs = long ? 100 : 10;

/** Voxels in a few places, so that leaves, blocks of 128³ and signs are crossed. */
const voxels: fc.Arbitrary<Voxel[]> = fc
  .tuple(
    fc.constantFrom(-3, 4090, -130, 6),
    fc.array(
      fc.tuple(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 13 })),
      {
        maxLength: long ? 500 : 150,
        size: 'max',
      },
    ),
  )
  .map(([at, list]) => list.map(([i, j, k]): Voxel => [at + i, at - j, at + k]));

const setOf = (list: readonly Voxel[]): VoxelSet => VoxelSet.coordinates(Int32Array.from(list.flat()));
const key = ([i, j, k]: Voxel): string => `${i},${j},${k}`;
const keys = (list: Iterable<Voxel>): string[] => [...new Set([...list].map(key))].sort();
const listOf = (set: VoxelSet): Voxel[] => {
  const list: Voxel[] = [];
  set.forEach((i, j, k) => list.push([i, j, k]));
  return list;
};

/** The voxel and its neighbours, by the definition. */
function around([i, j, k]: Voxel, neighbours: Neighbours): Voxel[] {
  const most = { 6: 1, 18: 2, 26: 3 }[neighbours];
  const list: Voxel[] = [];
  for (let n = 0; n < 27; n++) {
    const [x, y, z] = [((n / 9) | 0) - 1, (((n / 3) | 0) % 3) - 1, (n % 3) - 1];
    if (Math.abs(x) + Math.abs(y) + Math.abs(z) <= most) list.push([i + x, j + y, k + z]);
  }
  return list;
}

describe('voxel sets', { timeout: 120_000 }, () => {
  test('union, intersection and difference are those of sets', () => {
    fc.assert(
      fc.property(voxels, voxels, (a, b) => {
        const [inA, inB] = [new Set(a.map(key)), new Set(b.map(key))];
        expect(keys(listOf(setOf(a).union(setOf(b))))).toEqual(keys([...a, ...b]));
        expect(keys(listOf(setOf(a).intersection(setOf(b))))).toEqual(keys(a.filter((v) => inB.has(key(v)))));
        expect(keys(listOf(setOf(b).difference(setOf(a))))).toEqual(keys(b.filter((v) => !inA.has(key(v)))));
      }),
      { numRuns: runs },
    );
  });

  test.each([6, 18, 26] as const)('dilation by %i neighbours is that of every voxel', (neighbours) => {
    fc.assert(
      fc.property(voxels, fc.integer({ min: 0, max: 3 }), (list, steps) => {
        let naive: Voxel[] = list;
        for (let s = 0; s < steps; s++) {
          naive = [...new Map(naive.flatMap((v) => around(v, neighbours)).map((v) => [key(v), v])).values()];
        }
        expect(keys(listOf(setOf(list).dilate(steps, neighbours)))).toEqual(keys(naive));
      }),
      { numRuns: runs },
    );
  });

  test.each([6, 18, 26] as const)(
    'erosion by %i neighbours keeps voxels whose surroundings are whole',
    (neighbours) => {
      fc.assert(
        fc.property(voxels, fc.integer({ min: 1, max: 2 }), (list, steps) => {
          const fat = setOf(list).dilate(2, 26);
          let naive = listOf(fat);
          for (let s = 0; s < steps; s++) {
            const has = new Set(naive.map(key));
            naive = naive.filter((v) => around(v, neighbours).every((w) => has.has(key(w))));
          }
          expect(keys(listOf(fat.erode(steps, neighbours)))).toEqual(keys(naive));
        }),
        { numRuns: runs },
      );
    },
  );

  test('many steps are as many single ones', () => {
    const seed = setOf([[3, -9, 127]]);
    expect(seed.dilate(21, 26).bounds).toEqual({ min: [-18, -30, 106], max: [24, 12, 148] });
    expect(seed.dilate(21, 26).voxelCount).toBe(43 ** 3);
    // The octahedron of radius n holds (2n + 1)(2n² + 2n + 3) / 3 voxels.
    expect(seed.dilate(11, 6).voxelCount).toBe((23 * (242 + 22 + 3)) / 3);
    expect(seed.dilate(21, 26).erode(20, 26).equals(seed.dilate(1, 26))).toBe(true);
  });

  test('coarsening takes every voxel to its half, and refining gives all eight', () => {
    fc.assert(
      fc.property(voxels, (list) => {
        const halves = list.map(([i, j, k]): Voxel => [i >> 1, j >> 1, k >> 1]);
        expect(keys(listOf(setOf(list).coarsen()))).toEqual(keys(halves));
        const eight = list.flatMap(([i, j, k]) =>
          [0, 1, 2, 3, 4, 5, 6, 7].map((n): Voxel => [2 * i + (n >> 2), 2 * j + ((n >> 1) & 1), 2 * k + (n & 1)]),
        );
        expect(keys(listOf(setOf(list).refine()))).toEqual(keys(eight));
        expect(setOf(list).refine().coarsen().equals(setOf(list))).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  test('the pieces of a split are whole leaves, near to equal, and make the set again', () => {
    const set = VoxelSet.box({ min: [-20, -20, -20], max: [43, 30, 19] });
    const pieces = set.split(5);
    const leaves = pieces.map((piece) => piece.leafCount);
    expect(Math.max(...leaves) - Math.min(...leaves)).toBeLessThan(2);
    expect(leaves.reduce((a, b) => a + b)).toBe(set.leafCount);
    expect(pieces.reduce((a, b) => a.union(b)).equals(set)).toBe(true);
    // Eight equal blocks about the origin: Morton order gives each part one of them.
    const octants = VoxelSet.box({ min: [-16, -16, -16], max: [15, 15, 15] }).split(8);
    expect(octants.map((piece) => piece.bounds!.min)).toEqual([
      [-16, -16, -16],
      [-16, -16, 0],
      [-16, 0, -16],
      [-16, 0, 0],
      [0, -16, -16],
      [0, -16, 0],
      [0, 0, -16],
      [0, 0, 0],
    ]);
  });

  test('at the ends of the coordinates nothing wraps round', () => {
    const end = 2 ** 31 - 1;
    const corner = setOf([[end, -end - 1, 0]]);
    expect(corner.dilate(3, 26).bounds).toEqual({ min: [end - 3, -end - 1, -3], max: [end, -end + 2, 3] });
    expect(() => corner.refine()).toThrow(
      'Cannot refine voxels: a leaf stands at (2147483640, -2147483648, 0); give coordinates from −2³⁰ to 2³⁰ − 1',
    );
  });

  test('it prints itself, and refuses what it cannot do', () => {
    const set = VoxelSet.box({ min: [0, 0, 0], max: [99, 99, 99] });
    expect(String(set)).toBe('VoxelSet: index box (0, 0, 0) … (99, 99, 99), 1,000,000 voxels, 2,197 leaves, 163.1 KiB');
    expect(() => set.dilate(-1)).toThrow('Cannot dilate voxel set: -1 steps are asked for; give an integer from 0 on');
    expect(() => set.split(0)).toThrow('Cannot split voxel set: 0 parts are asked for; give an integer from 1 on');
  });
});
