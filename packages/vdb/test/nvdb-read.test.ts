import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readGridFile, readGrids } from '@halocline/vdb';
import type { Grid } from '@halocline/vdb';
import { fixture, hasShared, probesOf, sharedFile, sharedWords } from './shared.ts';
import type { ProbedGrid } from './shared.ts';

const own = readdirSync(fileURLToPath(new URL('./fixtures/', import.meta.url))).filter((name) =>
  name.endsWith('.nvdb'),
);
const reference = hasShared ? Object.keys(listReference()) : [];

function listReference(): Record<string, true> {
  const folder = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
  const names = readdirSync(`${folder}/data/grids/reference`).filter((name) => name.endsWith('.nvdb'));
  return Object.fromEntries(names.map((name) => [name, true]));
}

const plain = (value: unknown): unknown => (value === true ? 1 : value === false ? 0 : value);
const isNone = (box: readonly (readonly number[])[]): boolean => box[0]![0]! > box[1]![0]!;

/** Compares a grid with what the reference reader says of it. Values are printed there with nine digits. */
function compare(grid: Grid, said: ProbedGrid): void {
  const { tree } = grid;
  expect(grid.name).toBe(said.name);
  expect(grid.source).toBe(`NanoVDB ${said.version}`);
  expect([...grid.map.matrix]).toEqual(said.mat);
  expect([...grid.map.translation]).toEqual(said.vec);
  expect([...grid.voxelSize]).toEqual(said.voxelSize);
  expect([tree.leaf.count, tree.lower.count, tree.upper.count]).toEqual(said.nodeCount);
  expect([...tree.tileCounts]).toEqual(said.tileCount);
  expect(grid.activeVoxelCount).toBe(said.activeVoxels);
  expect(grid.checksum).toBe(said.checksum.mode === 'disabled' ? 'none' : 'ok');
  if (!isNone(said.indexBBox)) {
    expect([grid.indexBounds!.min, grid.indexBounds!.max]).toEqual(said.indexBBox);
    // The reference reader adds 1 to the greatest int32 and wraps.
    if (said.indexBBox[1].includes(2 ** 31 - 1))
      expect(grid.worldBounds!.max.every((v) => Number.isFinite(v))).toBe(true);
    else
      [grid.worldBounds!.min, grid.worldBounds!.max].forEach((corner, i) =>
        corner.forEach((v, a) => expect(v).toBeCloseTo(said.worldBBox[i]![a]!, 3)),
      );
  }
  expect(grid.channels.map((channel) => [channel.name, channel.count, channel.elementBytes, channel.semantic])).toEqual(
    said.blind.filter((b) => b.name !== 'grid name').map((b) => [b.name, b.count, b.valueSize, b.semantic]),
  );
  const close = (value: unknown, wanted: unknown): void => {
    const [a, b] = [[value].flat(), [plain(wanted)].flat()] as [number[], number[]];
    a.forEach((v, c) => expect(Math.abs(v - b[c]!)).toBeLessThanOrEqual(Math.abs(b[c]!) * 1e-8));
    expect(a.length).toBe(b.length);
  };
  close(grid.background.length === 1 ? grid.background[0] : grid.background, said.background);
  for (const probe of said.probes) {
    close(grid.get(...probe.ijk), probe.value);
    expect(grid.isActive(...probe.ijk)).toBe(probe.active);
  }
  if ((said.flags & 28) === 28 && said.activeVoxels > 0) {
    const { min, max, mean, deviation } = grid.statistics();
    close(min.length === 1 ? min[0] : min, said.min);
    close(max.length === 1 ? max[0] : max, said.max);
    if (min.length === 1) {
      expect(Math.abs(mean[0]! - said.avg)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(said.avg)));
      expect(Math.abs(deviation - said.std)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(said.std)));
    }
  }
}

describe('reading .nvdb', () => {
  test.each(own)('fixture %s is what the reference reader says', (name) => {
    const { grids, skipped } = readGridFile(fixture(name));
    expect(skipped).toEqual([]);
    const said = probesOf(name);
    expect(grids.length).toBe(said.length);
    grids.forEach((grid, g) => compare(grid, said[g]!));
  });

  test.skipIf(!hasShared)(`every reference file is what the reference reader says${sharedWords}`, () => {
    expect(reference.length).toBeGreaterThan(20);
    for (const name of reference) {
      const said = probesOf(name);
      const { grids, skipped } = readGridFile(sharedFile(`reference/${name}`));
      expect(skipped).toEqual([]);
      expect(grids.length).toBe(said.length);
      grids.forEach((grid, g) => compare(grid, said[g]!));
    }
  });

  test.skipIf(!hasShared)(`the smoke sample has its voxels${sharedWords}`, () => {
    const [grid] = readGrids(sharedFile('real/fvdb_smoke-blosc.nvdb'));
    expect([grid!.activeVoxelCount, grid!.leafCount, grid!.checksum]).toEqual([1_049_275, 3117, 'ok']);
    expect(String(grid)).toMatchInlineSnapshot(`
      "Grid "": float, unknown, from NanoVDB 32.4.2
        voxel size 1 × 1 × 1 m, scale 1, 1, 1, background 0
        index box (1, 2, 1) … (111, 223, 112), world box (1, 2, 1) … (112, 224, 113) m
        1,049,275 active voxels, 3,117 leaves, 2 lower and 1 upper nodes, active tiles 0 of 8³, 0 of 128³, 0 of 4096³, 401.4 KiB"
    `);
  });
});

test('a path where bytes are wanted gets a word, not a damaged file', () => {
  expect(() => readGridFile('smoke.nvdb' as unknown as Uint8Array)).toThrow(
    'Cannot read grids: the path "smoke.nvdb" is given; give the file\'s bytes, as in await readFile(path)',
  );
});
