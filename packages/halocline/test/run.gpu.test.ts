import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVulkanAvailable } from '@halocline/gpu';
import { readGrids } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { halocline, temporaryFolder } from './command-line.ts';

const available = isVulkanAvailable();
const gpu = test.skipIf(!available && process.env['GPU'] !== 'required');
if (!available) process.stderr.write('No Vulkan device here: the tests of halocline run are skipped\n');

const scene = (rest: string, result = '{ simulation: sim, frames: 3, rate: 10 }'): string => `
import { Simulation } from 'halocline';
export default async ({ values, ...options }) => {
  const sim = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [16, 16, 16] }, voxelSize: 0.1 });
  sim.addField('heat', 'float32', 1);
  ${rest}
  return ${result};
};
`;
const cooling = `
  sim.addStencil('cool', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heat", coord) - dt);' });`;

gpu('a scene runs, and leaves a whole file a frame', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const out = join(folder.path, 'out');
  const ended = await halocline(['run', path, '--out', out, '--format', 'nvdb,vdb@last,png']);
  expect(ended.err).toContain('frame 3/3');
  expect(ended.code, ended.err).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual([
    'cool-0001.nvdb',
    'cool-0001.png',
    'cool-0002.nvdb',
    'cool-0002.png',
    'cool-0003.nvdb',
    'cool-0003.png',
    'cool-0003.vdb',
    'cool.png',
  ]);
  const [heat] = readGrids(readFileSync(join(out, 'cool-0003.nvdb')));
  expect(heat!.name).toBe('heat');
  expect(heat!.activeVoxelCount).toBe(4096);
  expect(heat!.get(3, 4, 5) as number).toBeCloseTo(0.7, 6);
});

gpu('--json prints one line a frame', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  const ended = await halocline(['run', path, '--json', '--frames', '2', '--dt', '0.25', '--out', folder.path]);
  expect(ended.code, ended.err).toBe(0);
  const lines = ended.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { frame: 1, time: 0.25, fields: { heat: { min: 0.75, max: 0.75, mean: 0.75 } } },
    { frame: 2, time: 0.5, fields: { heat: { min: 0.5, max: 0.5, mean: 0.5 } } },
  ]);
});

gpu('Ctrl-C finishes the frame under way, releases the device and ends with 130', async () => {
  using folder = temporaryFolder();
  const path = folder.file('long.ts', scene(cooling, '{ simulation: sim, frames: 100000 }'));
  const ended = await halocline(['run', path, '--out', folder.path], { interruptOn: 'frame ' });
  expect(ended.code, ended.err).toBe(130);
  expect(ended.err).toMatch(/Interrupted after \d+ of 100000 frames/u);
  for (const name of readdirSync(folder.path).filter((each) => each.endsWith('.nvdb'))) {
    expect(readGrids(readFileSync(join(folder.path, name)))).toHaveLength(1);
  }
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
});

gpu.each([
  ['does not parse', 'export default (', /^Cannot run scene ".*bad\.ts": it cannot be loaded.*: /u],
  ['exports nothing', 'const a = 1;', /it has no default export; end it with: export default async/u],
  ['throws', 'export default () => {\n  throw new Error("no coal");\n};', /it threw at line 2: no coal\n$/u],
  ['gives no simulation', 'export default () => 7;', /its default export gives number; give a simulation/u],
  ['has a field twice', scene(`sim.addField('heat', 'float32', 0);`), /Cannot add field "heat": /u],
  ['has a field of no type', scene(`sim.addField('cold', 'float99', 0);`), /Cannot add field "cold": .*float99/u],
  [
    'has a stencil with a syntax error',
    scene(`sim.addStencil('s', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, 1.0' });`),
    /Cannot compile stencil "s": line 1, column \d+: /u,
  ],
  [
    'reads a field that is not there',
    scene(
      `sim.addStencil('s', { inputs: ['heet'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heet", coord));' });`,
    ),
    /did you mean "heat"/u,
  ],
])('a scene that %s ends with 1 and a clear error', async (_, text, message) => {
  using folder = temporaryFolder();
  const path = folder.file('bad.ts', text);
  const ended = await halocline(['run', path, '--out', folder.path]);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(message);
  expect(ended.err).not.toMatch(/\n {4}at /u);
});

gpu('a device name that matches none names those there are', async () => {
  using folder = temporaryFolder();
  const ended = await halocline(['run', folder.file('cool.ts', scene(cooling)), '--device', 'Voodoo 2']);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/"Voodoo 2".*#0/su);
});

gpu('an output folder that cannot be made ends with 1 and says why', async () => {
  using folder = temporaryFolder();
  const inTheWay = folder.file('file', '');
  const ended = await halocline(['run', folder.file('cool.ts', scene(cooling)), '--out', join(inTheWay, 'out')]);
  expect(ended.code).toBe(1);
  expect(ended.err).toBe(
    `Cannot write to folder "${join(inTheWay, 'out')}": a file is in the way; give another by --out\n`,
  );
});

gpu('render makes a picture of a file', async () => {
  using folder = temporaryFolder();
  const path = folder.file('cool.ts', scene(cooling));
  expect((await halocline(['run', path, '--frames', '1', '--out', folder.path])).code).toBe(0);
  const picture = join(folder.path, 'picture.png');
  const ended = await halocline(['render', join(folder.path, 'cool-0001.nvdb'), '-o', picture, '--size', '64x48']);
  expect(ended.code, ended.err).toBe(0);
  expect(readFileSync(picture).readUInt32BE(16)).toBe(64);
  expect(readFileSync(picture).readUInt32BE(20)).toBe(48);
});

gpu('info lists devices for people and for programs', async () => {
  const people = await halocline(['info']);
  expect(people.out).toMatch(/^#0 /u);
  const { devices } = JSON.parse((await halocline(['info', '--json'])).out) as { devices: { name: string }[] };
  expect(people.out).toContain(devices[0]!.name);
});

gpu('doctor finds nothing bad here', async () => {
  const { code, out } = await halocline(['doctor']);
  expect(code, out).toBe(0);
  expect(out).toContain('A simulation can run here');
});
