/**
 * @file The compiled packages, as those get them who install them: `import 'halocline'` leads to `dist`, a simulation
 * runs there (its waiter is a worker thread started from `dist`), the command reads what it saved, and threads started from
 * `dist` record a frame. Runs on Node without the source condition, after `tsc -b`.
 */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDevice } from '@halocline/gpu';
import { isAvailable, readGridFile, Simulation, version } from 'halocline';

const command = fileURLToPath(new URL('../packages/halocline/dist/main.js', import.meta.url));
const halocline = (...args: string[]): string =>
  execFileSync(process.execPath, [command, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Four steps in which each voxel of a row adds its lower neighbour's value; from one 1 they make Pascal's triangle. */
async function simulate(file: string): Promise<void> {
  await using sim = await Simulation.create({ domain: { min: [0, 0, 0], max: [8, 8, 16] }, voxelSize: 0.5 });
  sim.addField('count', 'float32', 0);
  sim.addStencil('add', {
    inputs: ['count'],
    outputs: ['count'],
    code: 'WriteField("count", idx, ReadField("count", coord) + ReadField("count", coord - ivec3(0, 0, 1)));',
  });
  await sim.initialize();
  await sim.field('count').write((i, j, k) => (i === 0 && j === 0 && k === 6 ? 1 : 0));
  for (let step = 0; step < 4; step++) await sim.runTimestep(0.1);
  await sim.save(file, ['count']);
  console.log(`dist: 4 steps on ${sim.device.name}`);
}

async function checkSimulation(folder: string): Promise<void> {
  const file = join(folder, 'count.nvdb');
  await simulate(file);
  const [grid] = readGridFile(readFileSync(file)).grids;
  const row = [5, 6, 7, 8, 9, 10, 11].map((k) => grid!.get(0, 0, k));
  assert.deepEqual(row, [0, 1, 4, 6, 4, 1, 0]);
  const report = JSON.parse(halocline('inspect', file, '--json', '--probe', '0,0,8')) as unknown;
  assert.match(JSON.stringify(report), /"activeVoxels":1024\b/u);
  console.log('dist: the numbers are right, and the command reads them');
  // Lua runs in a thread that is started from dist, on WebAssembly of a package.
  const hello = fileURLToPath(new URL('../examples/hello_gpu.lua', import.meta.url));
  assert.match(halocline('run', hello, '--set', 'greeting=from dist'), /^FROM DIST, /u);
  console.log('dist: a scene in Lua runs');
}

/** Two threads record eight words of a frame. */
async function checkRecorder(): Promise<void> {
  await using device = await openDevice();
  using words = device.createBuffer({ label: 'words', byteLength: 32 });
  await using recorder = device.createRecorder({ workers: 2 });
  assert.match(import.meta.resolve('@halocline/gpu'), /\/dist\/index\.js$/u);
  const module = new URL('./dist-passes.ts', import.meta.url);
  const frame = await device.beginFrame();
  const pass = recorder.encoderFor('marks');
  for (let at = 0; at < 8; at++) pass.record({ module, export: 'mark', data: { words, at, word: at * at } });
  await recorder.finalize();
  device.endFrame(frame);
  const { buffer } = await device.staging.download(words);
  assert.deepEqual([...new Uint32Array(buffer)], [0, 1, 4, 9, 16, 25, 36, 49]);
  console.log('dist: two threads recorded a frame');
}

async function main(): Promise<void> {
  assert.match(import.meta.resolve('halocline'), /\/dist\/index\.js$/u);
  assert.equal(halocline('--version').trim(), version);
  assert.match(halocline('--help'), /halocline COMMAND --help/u);
  if (!isAvailable()) {
    console.log('dist: no Vulkan device here, the simulation is skipped');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'halocline-dist-'));
  try {
    await checkSimulation(folder);
    await checkRecorder();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
