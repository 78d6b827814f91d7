import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GridMap, gridFromLeaves, readGrids, sphereTopology, writeNanoVdb } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { halocline, temporaryFolder } from './command-line.ts';

/** No Vulkan at all: a loader that is not there. */
const withoutVulkan = { env: { HALOCLINE_VULKAN_LOADER: '/nowhere/libvulkan.so.1' } };

function ballFile(folder: string): string {
  const { origins, masks } = sphereTopology([0, 0, 0], 10);
  const values = new Float32Array((origins.length / 3) * 512).fill(0.5);
  const map = GridMap.scale(0.1, [1, 2, 3]);
  const grid = gridFromLeaves({
    name: 'density',
    type: 'float',
    gridClass: 'fog volume',
    map,
    background: [0],
    origins,
    masks,
    values: [values],
  });
  const path = join(folder, 'ball.nvdb');
  writeFileSync(path, writeNanoVdb([grid], { codec: 'zip' }));
  return path;
}

test('no word is wrong usage, and shows the overview', async () => {
  const { code, out } = await halocline([], withoutVulkan);
  expect(code).toBe(2);
  expect(out).toContain('Usage: halocline COMMAND [options]');
});

test('every subcommand has help with an example', async () => {
  for (const name of ['info', 'doctor', 'run', 'inspect', 'convert', 'render', 'bench']) {
    const { code, out } = await halocline([name, '--help'], withoutVulkan);
    expect(code, name).toBe(0);
    expect(out, name).toContain(`Usage: halocline ${name}`);
    expect(out, name).toMatch(/Example:\n {2}halocline /u);
  }
}, 60_000);

test.each([
  [
    ['fly'],
    'Cannot run "halocline fly": there is no such command; one of info, doctor, run, inspect, convert, render, bench\n',
  ],
  [['inspect'], 'Cannot run "halocline inspect": FILE is missing; see halocline inspect --help\n'],
  [['inspect', 'a', 'b'], 'Cannot run "halocline inspect": "b" is one word too many; see halocline inspect --help\n'],
  [
    ['run', 'a.ts', '--frames', '0'],
    'Cannot read option "--frames" of halocline run: "0" is not a whole number from 1\n',
  ],
  [
    ['run', 'a.ts', '--format', 'gif'],
    'Cannot read option "--format": "gif" is no format; one of nvdb, vdb, png, each with @last for the last frame alone\n',
  ],
  [['convert', 'a.vdb', 'b.obj'], 'Cannot write file "b.obj": its ending is ".obj"; end it in .nvdb or .vdb\n'],
  [['inspect', 'a', '--probe', '1,2'], 'Cannot read option "--probe": "1,2" is not i,j,k of whole numbers\n'],
])('wrong usage %j ends with 2 and one line', async (args, line) => {
  const { code, out, err } = await halocline(args, withoutVulkan);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: line });
});

test('inspect tells a grid, without Vulkan', async () => {
  using folder = temporaryFolder();
  const { code, out } = await halocline(
    ['inspect', ballFile(folder.path), '--json', '--probe', '0,0,0', '--probe', '50,0,0'],
    withoutVulkan,
  );
  expect(code).toBe(0);
  const [grid] = (JSON.parse(out) as { grids: Record<string, unknown>[] }).grids;
  expect(grid).toMatchObject({
    name: 'density',
    type: 'float',
    class: 'fog volume',
    background: 0,
    indexBBox: { min: [-10, -10, -10], max: [10, 10, 10] },
    min: 0.5,
    max: 0.5,
    mean: 0.5,
    checksum: 'ok',
    probes: [
      { ijk: [0, 0, 0], value: 0.5, active: true },
      { ijk: [50, 0, 0], value: 0, active: false },
    ],
  });
});

test('convert goes to .vdb and back without Vulkan, and loses nothing', async () => {
  using folder = temporaryFolder();
  const first = ballFile(folder.path);
  const [there, back] = [join(folder.path, 'there.vdb'), join(folder.path, 'back.nvdb')];
  expect((await halocline(['convert', first, there], withoutVulkan)).code).toBe(0);
  expect((await halocline(['convert', there, back, '--compat', '--codec', 'none'], withoutVulkan)).code).toBe(0);
  const { readFileSync } = await import('node:fs');
  const [before] = readGrids(readFileSync(first));
  const [after] = readGrids(readFileSync(back));
  expect(after!.activeVoxelCount).toBe(before!.activeVoxelCount);
  before!.forEachActive((i, j, k) => expect(after!.get(i, j, k)).toBe(0.5));
});

test.each([
  ['nothing.nvdb', null, 'there is no such file'],
  ['words.nvdb', 'these are words, not a grid', null],
])('a file that is no grid, %s, ends with 1 and one line', async (name, text, what) => {
  using folder = temporaryFolder();
  const path = text === null ? join(folder.path, name) : folder.file(name, text);
  const { code, out, err } = await halocline(['inspect', path], withoutVulkan);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain(`Cannot read file "${path}": ${what ?? ''}`);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('without Vulkan, info says so in one line', async () => {
  const { code, out, err } = await halocline(['info'], withoutVulkan);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/^Cannot .*\/nowhere\/libvulkan\.so\.1.*\n$/u);
});

test('doctor tells the command that mends a missing loader', async () => {
  const { code, out } = await halocline(['doctor'], withoutVulkan);
  expect(code).toBe(1);
  expect(out).toMatch(/bad {3}loader .*\n +mend: /u);
});
