import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@halocline/testing';
import { GridMap, gridFromLeaves, readGrids, sphereTopology, toOnIndex, writeNanoVdb } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { halocline, inShell } from './command-line.ts';

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

test.concurrent.each([
  [
    ['fly'],
    'Cannot run "halocline fly": there is no such command; one of info, doctor, run, explain, inspect, convert, render, bench\n',
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
  [['run', 'a.ts', '--dt', '-1'], 'Cannot read option "--dt" of halocline run: "-1" is not a number above 0\n'],
  [['run', 'a.ts', '--set', 'voxels'], 'Cannot read option "--set": "voxels" is not NAME=VALUE\n'],
  [
    ['info', '--jsn'],
    `Cannot run "halocline info": unknown option '--jsn'; its options are --json, --cut, --subdomains, --cut-order, --set, --device, --devices, --out, --help\n`,
  ],
  [
    ['info', '--subdomains', '3'],
    'Cannot run "halocline info": --subdomains is given without --cut SCENE; see halocline info --help\n',
  ],
  [
    ['inspect', 'a', '--probe'],
    `Cannot run "halocline inspect": option '--probe <value>' lacks its value; its options are --json, --probe, --help\n`,
  ],
  [
    ['convert', 'a.vdb', 'b.nvdb', '--codec', 'lzma'],
    'Cannot read option "--codec": "lzma" is no codec; one of none, zip, blosc\n',
  ],
  [['convert', 'a.vdb', 'b.vdb', '--compat'], 'Cannot write file "b.vdb": --compat is for .nvdb alone; leave it out\n'],
  [['convert', 'a.vdb', 'b.nvdb', '--half'], 'Cannot write file "b.nvdb": --half is for .vdb alone; leave it out\n'],
  [['render', 'a.vdb'], 'Cannot run "halocline render": -o PNG is missing; see halocline render --help\n'],
  [['render', 'a.vdb', '-o', 'a.jpg'], 'Cannot write picture "a.jpg": its ending is ".jpg"; end it in .png\n'],
  [
    ['render', 'a.vdb', '-o', 'a.png', '--size', '0x9'],
    'Cannot read option "--size": "0x9" is not WIDTHxHEIGHT of 1 to 16384 pixels\n',
  ],
  [
    ['render', 'a.vdb', '-o', 'a.png', '--camera', 'zoom=2'],
    'Cannot read camera "zoom=2": there is no "zoom"; use azimuth, elevation, distance, fov, target, eye\n',
  ],
  [
    ['bench', 'nothing'],
    'Cannot run benchmark "nothing": there is none of that name; one of pointwise, laplacian, reduce, advect, plume\n',
  ],
  [['inspect', 'a', '--probe', '1,2'], 'Cannot read option "--probe": "1,2" is not i,j,k of whole numbers\n'],
])('wrong usage %j ends with 2 and one line', async (args, line) => {
  const { code, out, err } = await halocline(args, withoutVulkan);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: line });
});

test.concurrent.each([
  [
    ['--cut-order', 'spiral'],
    'Cannot read option "--cut-order" of halocline run: "spiral" is none of its words; one of morton, hilbert, slabs',
  ],
  [
    ['--rebalance', 'maybe'],
    'Cannot read option "--rebalance" of halocline run: "maybe" is none of its words; one of voxels, time, off',
  ],
  [
    ['--subdomains', '1', '--device', '#0', '--device', '#0'],
    'Cannot run "halocline run": --subdomains is 1, and there are 2 devices; give at least one a device',
  ],
  [
    ['--devices', '2', '--device', '#0'],
    'Cannot run "halocline run": both --device and --devices are given; see halocline run --help',
  ],
  [
    ['--subdomains', '2', '--subdomains', '3'],
    'Cannot run "halocline run": --subdomains is given twice; see halocline run --help',
  ],
  [
    ['--steps-in-flight', '17'],
    'Cannot read option "--steps-in-flight" of halocline run: "17" is not a whole number from 2 to 16',
  ],
  [
    ['--steps-in-flight', 'many'],
    'Cannot read option "--steps-in-flight" of halocline run: "many" is not a whole number from 2 to 16',
  ],
  [['--lua-seconds', '0'], 'Cannot read option "--lua-seconds" of halocline run: "0" is not a number above 0'],
  [['--trace', ''], 'Cannot read option "--trace" of halocline run: it is empty; give FILE, or leave it out'],
  [
    ['--device', ''],
    "Cannot read option \"--device\" of halocline run: it is empty; give part of a device's name or '#0', or leave it out",
  ],
  [
    ['--rebalance', ''],
    'Cannot read option "--rebalance" of halocline run: it is empty; give one of voxels, time, off, or leave it out',
  ],
  [['--trace', 'a.ts'], 'Cannot read option "--trace": "a.ts" doesn\'t end in .json'],
])('a run with the wrong words %j ends with 2 before anything is made', async (words, line) => {
  using folder = temporaryFolder();
  folder.file('a.ts', 'export default null;');
  const args = ['run', 'a.ts', '-o', 'out', ...words];
  const { code, err } = await halocline(args, { ...withoutVulkan, cwd: folder.path });
  expect([code, err, readdirSync(folder.path)]).toEqual([2, `${line}\n`, ['a.ts']]);
});

test.concurrent.each([
  ['explain', 'a.ts'],
  ['info', '--cut', 'a.ts'],
])('%s %s complains in its own name', async (...words) => {
  const { err } = await halocline([...words, '--devices', '2', '--device', '#0'], withoutVulkan);
  expect(err).toBe(
    `Cannot run "halocline ${words[0]}": both --device and --devices are given; see halocline ${words[0]} --help\n`,
  );
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
  const [before] = readGrids(readFileSync(first));
  const [after] = readGrids(readFileSync(back));
  expect(after!.activeVoxelCount).toBe(before!.activeVoxelCount);
  before!.forEachActive((i, j, k) => expect(after!.get(i, j, k)).toBe(0.5));
});

test('help NAME is NAME --help', async () => {
  const [one, other] = await Promise.all([halocline(['help', 'convert']), halocline(['convert', '--help'])]);
  expect(one).toEqual(other);
});

test('probes may be negative', async () => {
  using folder = temporaryFolder();
  const { code, out } = await halocline(['inspect', ballFile(folder.path), '--probe', '-9,0,0'], withoutVulkan);
  expect(code).toBe(0);
  expect(out).toContain('at -9,0,0      0.5 (active)');
});

test('convert takes the grids that are named, and refuses names that are not there', async () => {
  using folder = temporaryFolder();
  const ball = ballFile(folder.path);
  const out = join(folder.path, 'out.vdb');
  expect((await halocline(['convert', ball, out, '--fields', 'density'], withoutVulkan)).code).toBe(0);
  expect(await halocline(['convert', ball, out, '--fields', 'heat'], withoutVulkan)).toEqual({
    code: 1,
    out: '',
    err: `Cannot convert field "heat" of "${ball}": the file has none of that name; it has density\n`,
  });
});

test('convert writes the grids that fit, names the others, and ends with 1', async () => {
  using folder = temporaryFolder();
  const [both, out] = [join(folder.path, 'both.nvdb'), join(folder.path, 'out.vdb')];
  const ball = readGrids(readFileSync(ballFile(folder.path)))[0]!;
  writeFileSync(both, writeNanoVdb([toOnIndex(ball).with({ name: 'numbers' }), ball]));
  const { code, err } = await halocline(['convert', both, out], withoutVulkan);
  expect([code, err]).toEqual([
    1,
    'Cannot write grid "numbers" to .vdb: OpenVDB has no values of type onindex; convert them or write .nvdb\n',
  ]);
  expect(readGrids(readFileSync(out)).map(({ name }) => name)).toEqual(['density']);
  expect(await halocline(['convert', both, out, '--fields', 'numbers'], withoutVulkan)).toEqual({
    code: 1,
    out: '',
    err,
  });
});

test('a device in the place of a file is refused, where it would be read without end', async () => {
  using folder = temporaryFolder();
  for (const words of [
    ['inspect', '/dev/zero'],
    ['convert', '/dev/zero', join(folder.path, 'a.vdb')],
    ['render', '/dev/zero', '-o', join(folder.path, 'a.png')],
  ]) {
    expect(await halocline(words, withoutVulkan)).toEqual({
      code: 1,
      out: '',
      err: 'Cannot read file "/dev/zero": it is a device; give the path of a file\n',
    });
  }
});

test('a file goes whole or not at all where it cannot be written', async () => {
  using folder = temporaryFolder();
  const ball = ballFile(folder.path);
  const within = join(ball, 'a.vdb');
  expect(await halocline(['convert', ball, within], withoutVulkan)).toEqual({
    code: 1,
    out: '',
    err: `Cannot write file "${within}": a part of its path is a file; write elsewhere\n`,
  });
});

test.concurrent.each([
  ['nothing.nvdb', null, 'there is no such file; give the path of a .nvdb or .vdb file'],
  ['empty.nvdb', '', 'it is empty; give a .nvdb or .vdb file'],
  [
    'words.nvdb',
    'these are words',
    'it is no .nvdb or .vdb file, it begins with bytes 74 68 65 73 65 20 61 72; give one that is',
  ],
  [
    'cut.vdb',
    ' BDV\0\0\0\0\xE0',
    'at byte 8: found 1 byte to the end of the file; expected file version (4 bytes); it may be cut off or damaged',
  ],
  [
    'old.vdb',
    ' BDV\0\0\0\0\x07\0\0\0',
    'at byte 8: found 7; expected file version 220 to 225; it may be cut off or damaged',
  ],
])('a file that is no grid, %s, ends with 1 and one line', async (name, text, what) => {
  using folder = temporaryFolder();
  const path = join(folder.path, name);
  if (text !== null) writeFileSync(path, text, 'latin1');
  const { code, out, err } = await halocline(['inspect', path], withoutVulkan);
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: `Cannot read file "${path}": ${what}\n` });
});

test('a NanoVDB file that is cut off says where', async () => {
  using folder = temporaryFolder();
  const ball = ballFile(folder.path);
  writeFileSync(ball, readFileSync(ball).subarray(0, 400));
  const { code, err } = await halocline(['convert', ball, join(folder.path, 'b.vdb')], withoutVulkan);
  expect(code).toBe(1);
  expect(err).toMatch(
    /^Cannot read file ".*": its payload of grid "density" at byte \d+: found .*; it may be cut off or damaged\n$/u,
  );
});

test.skipIf(process.platform === 'win32')(
  'standard output that is full ends with 1, one that is closed with 0',
  async () => {
    const { stdout, stderr, status } = inShell(
      '"$@" --help > /dev/full; echo $?; "$@" --help | true; echo ${PIPESTATUS[0]}',
    );
    expect(stdout).toBe('1\n0\n');
    expect(stderr).toMatch(/^Cannot write to standard output: ENOSPC.*\n$/u);
    expect(status).toBe(0);
  },
);

test('import halocline needs no Vulkan, and isAvailable tells', async () => {
  using folder = temporaryFolder();
  const path = new URL('../src/index.ts', import.meta.url).href;
  const file = folder.file(
    'a.mjs',
    `import { isAvailable, Simulation } from '${path}';
    console.log(isAvailable());
    await Simulation.create({ domain: { min: [0, 0, 0], max: [8, 8, 8] } }).catch((error) => console.log(error.message));`,
  );
  const { stdout } = spawnSync(process.execPath, ['--conditions=@halocline/source', file], {
    encoding: 'utf8',
    env: { ...process.env, ...withoutVulkan.env },
  });
  expect(stdout).toMatch(/^false\nCannot open the Vulkan loader "\/nowhere\/libvulkan\.so\.1": .*; install .*\n$/u);
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
