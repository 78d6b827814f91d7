import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { FormatError, type Grid, readGridFile, readGrids } from '@halocline/vdb';

import { readVdb } from '../src/openvdb-read.ts';
import { fixture, hasShared, probesOf, sharedFile, sharedWords } from './shared.ts';
import type { Probe } from './shared.ts';

/** What the reference reader says of one grid of a `.vdb` file. */
interface ProbedVdb {
  readonly uniqueName: string;
  readonly name: string;
  readonly type: string;
  readonly class: string;
  /** 16 numbers, acting on row vectors. */
  readonly mat: readonly number[];
  readonly background: number | boolean | readonly number[];
  readonly activeVoxels: number;
  readonly leafCount: number;
  readonly bbox: readonly [readonly number[], readonly number[]];
  readonly activeTiles: number;
  readonly leafActiveVoxels: number;
  readonly meta: Readonly<Record<string, readonly [string, string]>>;
  readonly probes: readonly Probe[];
}

const names = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.vdb'));
const own = names(fileURLToPath(new URL('./fixtures/', import.meta.url)));

const plain = (value: unknown): number[] => [value].flat().map(Number);

/** Values are printed with nine digits, which is enough to tell float32 apart. */
function close(value: unknown, wanted: unknown): void {
  const [a, b] = [plain(value), plain(wanted)];
  expect(a.length).toBe(b.length);
  a.forEach((v, c) => expect(Math.abs(v - b[c]!)).toBeLessThanOrEqual(Math.abs(b[c]!) * 1e-8));
}

function compare(grid: Grid, said: ProbedVdb): void {
  expect(grid.name).toBe(said.name);
  expect(grid.gridClass).toBe(said.class);
  const m = grid.map.matrix;
  const rows = [m[0], m[3], m[6], 0, m[1], m[4], m[7], 0, m[2], m[5], m[8], 0, ...grid.map.translation, 1];
  expect(rows).toEqual(said.mat);
  expect(grid.activeVoxelCount).toBe(said.activeVoxels);
  expect(grid.leafCount).toBe(said.leafCount);
  expect(grid.tree.leafVoxelCount).toBe(said.leafActiveVoxels);
  expect(grid.tree.tileCounts.reduce((a, b) => a + b)).toBe(said.activeTiles);
  expect([grid.indexBounds!.min, grid.indexBounds!.max]).toEqual(said.bbox);
  close(grid.background, said.background);
  expect(said.probes.length).toBeGreaterThan(0);
  for (const probe of said.probes) {
    close(grid.get(...probe.ijk), probe.value);
    expect(grid.isActive(...probe.ijk)).toBe(probe.active);
  }
  for (const [name, [type, text]] of Object.entries(said.meta)) {
    const value = grid.metadata[name];
    const shown = ArrayBuffer.isView(value) ? `[${(value as Int32Array).join(', ')}]` : String(value);
    expect(`${name} ${type} ${shown}`).toBe(`${name} ${type} ${text}`);
  }
}

/** The reference reader lists grids by unique name, files by the order of writing. */
function compareAll(name: string, bytes: Uint8Array): void {
  const { grids, skipped } = readGridFile(bytes);
  expect(skipped).toEqual([]);
  const said = probesOf(name) as unknown as readonly ProbedVdb[];
  expect(grids.length).toBe(said.length);
  const sameName = new Map<string, number>();
  for (const grid of grids) {
    const number = sameName.get(grid.name) ?? 0;
    sameName.set(grid.name, number + 1);
    compare(grid, said.filter((other) => other.name === grid.name)[number]!);
  }
}

describe('reading .vdb', () => {
  test.each(own)('fixture %s is what the reference reader says', (name) => compareAll(name, fixture(name)));

  test.skipIf(!hasShared)(`every reference file is what the reference reader says${sharedWords}`, () => {
    const files = names(`${sharedFolder()}/reference`);
    expect(files.length).toBeGreaterThan(10);
    for (const name of files) compareAll(name, sharedFile(`reference/${name}`));
  });

  test('knows the library and the version of the file', () => {
    const file = readVdb(fixture('vel_vec3s_blosc_mask.vdb'));
    expect([file.library, file.fileVersion, file.metadata]).toEqual(['10.0', 224, {}]);
    expect(file.grids[0]!.source).toBe('OpenVDB 10.0, file version 224');
  });
});

function sharedFolder(): string {
  const folder = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
  return `${folder}/data/grids`;
}

/** Name, type, class, active voxels and leaves of each grid. */
function summary(bytes: Uint8Array): unknown[] {
  return readGrids(bytes).map((grid) => [grid.name, grid.type, grid.gridClass, grid.activeVoxelCount, grid.leafCount]);
}

describe.skipIf(!hasShared)(`public .vdb files${sharedWords}`, () => {
  test('fog, colours and level sets load', () => {
    expect(summary(sharedFile('real/oiio_sphere.vdb'))).toEqual([['density', 'float', 'fog volume', 9047, 56]]);
    expect(summary(sharedFile('real/oiio_sphere_old.vdb'))).toEqual([['density', 'float', 'fog volume', 9047, 56]]);
    expect(summary(sharedFile('real/oiio_sphereCd.vdb'))).toEqual([['Cd', 'vec3f', 'unknown', 9047, 56]]);
    expect(summary(sharedFile('real/arnold_torus01.vdb'))).toEqual([
      ['voxel_fog_density', 'float', 'fog volume', 2450, 20],
    ]);
    expect(summary(sharedFile('real/openvdborg_sphere.vdb'))).toEqual([
      ['ls_sphere', 'float', 'level set', 270638, 1451],
    ]);
  });

  test('points are passed over with a word', () => {
    const { grids, skipped } = readGridFile(sharedFile('real/arnold_pointgrid.vdb'));
    expect(grids).toEqual([]);
    expect(skipped).toEqual([
      { name: 'points', type: 'Tree_ptdataidx32_5_4_3', reason: 'it holds points; grids of values are read' },
    ]);
  });

  test('both formats of the smoke hold the same voxels, bit for bit', () => {
    const [vdb] = readGrids(sharedFile('real/openvdb_smoke.vdb'));
    const [nvdb] = readGrids(sharedFile('real/fvdb_smoke-blosc.nvdb'));
    expect(vdb!.activeVoxelCount).toBe(1049275);
    expect(nvdb!.tree.leaf.origins).toEqual(vdb!.tree.leaf.origins);
    expect(nvdb!.tree.leaf.masks).toEqual(vdb!.tree.leaf.masks);
    const bits = (grid: Grid): Uint32Array => new Uint32Array((grid.tree.values[0] as Float32Array).slice().buffer);
    const [a, b] = [bits(vdb!), bits(nvdb!)];
    expect(a.length).toBe(3117 * 512);
    expect(a.findIndex((value, i) => value !== b[i])).toBe(-1);
  });

  test('the smoke, 1.05 million voxels, loads in well under a second', () => {
    const bytes = sharedFile('real/openvdb_smoke.vdb');
    const times = Array.from({ length: 3 }, () => {
      const start = performance.now();
      readGrids(bytes);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(700);
  });

  test('absurd boxes in metadata ask for nothing', () => {
    expect(summary(sharedFile('real/damaged/oiio_bad-bbox-empty.vdb'))).toEqual([['empty', 'float', 'unknown', 0, 0]]);
    expect(summary(sharedFile('real/damaged/oiio_bad-bbox-huge.vdb'))).toEqual([['huge', 'float', 'unknown', 0, 0]]);
  });

  test('a file cut off at 80 bytes is refused', () => {
    const read = (): unknown => readGrids(sharedFile('real/damaged/oiio_truncated.vdb'));
    expect(read).toThrow(FormatError);
    expect(read).toThrow('Cannot read .vdb file at byte 61: found 1; expected at most 0 grids in 15 bytes');
  });
});
