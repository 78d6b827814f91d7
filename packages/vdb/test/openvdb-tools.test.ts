/** Judges from outside: Debian's `vdb_print` (libopenvdb-tools) and `nanovdb_convert` (libnanovdb-tools). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Codec, type Grid, readGrids, writeVdb } from '@halocline/vdb';
import { Grid as GridClass } from '../src/grid.ts';
import { fixture, hasShared, sharedFile } from './shared.ts';

function has(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const hasPrint = has('vdb_print');
const hasConvert = has('nanovdb_convert');
const printWords = hasPrint ? '' : ' (skipped: no vdb_print; it is in libopenvdb-tools)';
const convertWords = hasConvert ? '' : ' (skipped: no nanovdb_convert; it is in libnanovdb-tools)';
const cases = (['none', 'zip', 'blosc'] as Codec[]).flatMap((codec) => [
  { codec, half: false },
  { codec, half: true },
]);

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'halocline-vdb-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function samples(): Grid[] {
  const names = ['vel_vec3s_blosc_mask.vdb', 'tiles_float_mask.vdb', 'unk_float_zip_mask.vdb'];
  const own = names.flatMap((name) => readGrids(fixture(name)));
  return hasShared ? [...own, ...readGrids(sharedFile('reference/types_mask.vdb'))] : own;
}

test.skipIf(!hasPrint).each(cases)(`vdb_print loads what is written: $codec, half $half${printWords}`, (options) => {
  const grids = samples();
  const path = join(folder, 'print.vdb');
  writeFileSync(path, writeVdb(grids, options));
  const text = execFileSync('vdb_print', ['-l', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const counts = [...text.matchAll(/Number of active voxels:\s+([\d,]+)/g)].map((m) => m[1]!.replaceAll(',', ''));
  expect(counts.sort()).toEqual(grids.map((grid) => String(grid.activeVoxelCount)).sort());
  expect(text).toContain('file_compression: ' + (options.codec === 'none' ? 'active' : `${options.codec} + active`));
});

test.skipIf(!hasConvert).each(cases)(
  `nanovdb_convert finds every voxel of what is written: $codec, half $half${convertWords}`,
  (options) => {
    const [grid] = readGrids(fixture('unk_float_zip_mask.vdb'));
    const bytes = writeVdb([grid!], options);
    const [from, to] = [join(folder, 'convert.vdb'), join(folder, 'convert.nvdb')];
    writeFileSync(from, bytes);
    execFileSync('nanovdb_convert', ['-f', from, to], { stdio: 'ignore' });
    const [wanted] = readGrids(bytes);
    const [found] = readGrids(new Uint8Array(readFileSync(to)));
    expect(found!.activeVoxelCount).toBe(33371);
    expect(found!.tree.leaf).toEqual(wanted!.tree.leaf);
    expect(found!.tree.values).toEqual(wanted!.tree.values);
    expect(found!.tree.tileCounts).toEqual(wanted!.tree.tileCounts);
    expect(found!.map.matrix).toEqual(wanted!.map.matrix);
  },
);

test.skipIf(!hasPrint)(`grids of one name are all found by vdb_print, and come back in order${printWords}`, () => {
  const [first, second] = samples() as [Grid, Grid];
  const twins = [first, second].map(
    ({ tree, map, gridClass }) => new GridClass({ name: 'twin', tree, map, gridClass }),
  );
  const bytes = writeVdb(twins);
  const path = join(folder, 'twins.vdb');
  writeFileSync(path, bytes);
  const printed = execFileSync('vdb_print', ['-l', path], { encoding: 'utf8' });
  expect(printed.match(/^Name: .*$/gm)).toEqual(['Name: twin', 'Name: twin']);
  for (const { activeVoxelCount } of [first, second]) expect(printed).toContain(activeVoxelCount.toLocaleString('en'));
  const back = readGrids(bytes);
  expect(back.map(({ name }) => name)).toEqual(['twin', 'twin']);
  expect(back.map(({ type, activeVoxelCount }) => [type, activeVoxelCount])).toEqual(
    [first, second].map(({ type, activeVoxelCount }) => [type, activeVoxelCount]),
  );
});
