/**
 * @file `npm run bench -- multi [CASE…] [--devices 1,2,4] [--size 512] [--steps 50] [--csv FILE]`: weak and strong scaling over several
 * devices. Weak: a cube of `size` voxels a device; strong: 1.5 · size in all. Efficiency is the speed-up over one device,
 * in the same run, over the number of devices.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { listDevices } from '@halocline/gpu';
import { Simulation } from 'halocline';
import { multiCases, type MultiCase } from './cases.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(process.argv[2] === 'multi' ? 3 : 2),
  options: {
    devices: { type: 'string' },
    size: { type: 'string' },
    steps: { type: 'string', default: '50' },
    csv: { type: 'string' },
    weak: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const usable = listDevices().filter((device) => device.missing.length === 0);
const [best] = usable;
if (best === undefined) {
  process.stderr.write('Cannot run benchmark "multi": there is no usable device\n');
  process.exit(3);
}
const driver = best.driver.info === '' ? best.driver.version : best.driver.info;
const alike = usable.filter((device) => device.name === best.name);
const counts = (values.devices ?? [1, 2, 4, 8].filter((count) => count === 1 || count <= alike.length).join())
  .split(',')
  .map(Number);
const size = Number(values.size ?? (best.kind === 'cpu' ? 32 : 512));

interface Row {
  readonly case: string;
  readonly scaling: 'weak' | 'strong';
  readonly devices: number;
  readonly overlap: boolean;
  readonly transport: string;
  readonly milliseconds: number;
  readonly megavoxels: number;
}

/** The box of a run: whole cubes side by side, x doubled first, or one cube. */
function boxOf(scaling: Row['scaling'], devices: number): readonly [number, number, number] {
  const edge = scaling === 'weak' ? size : 8 * Math.round((1.5 * size) / 8);
  if (scaling === 'strong') return [edge, edge, edge];
  return [edge * (devices > 1 ? 2 : 1), edge * (devices > 2 ? 2 : 1), edge * (devices > 4 ? 2 : 1)];
}

async function measure(bench: MultiCase, scaling: Row['scaling'], devices: number, overlap: boolean): Promise<Row> {
  const box = boxOf(scaling, devices);
  // A machine with fewer devices runs several logical ones on each.
  const names = Array.from({ length: devices }, (_, index) => `#${alike[index % alike.length]!.index}`);
  await using sim = await Simulation.create({ devices: names, domain: { min: [0, 0, 0], max: box }, overlap });
  const { start } = bench.declare(sim);
  await sim.runTimestep(0.01);
  for (const name of start) sim.removeStencil(name);
  // Every recording there will be (slots, copies, turns of messages) is made before the clock runs.
  for (let step = 0; step < 24; step++) await sim.runTimestep(0.01);
  await sim.finish();
  const steps = Number(values.steps);
  const began = performance.now();
  for (let step = 0; step < steps; step++) await sim.runTimestep(0.01);
  await sim.finish();
  const milliseconds = (performance.now() - began) / steps;
  return {
    case: bench.name,
    scaling,
    devices,
    overlap,
    transport: devices === 1 ? '' : (process.env['HALOCLINE_TRANSPORT'] ?? 'chosen'),
    milliseconds,
    megavoxels: sim.activeVoxels / milliseconds / 1000,
  };
}

const rows: Row[] = [];
for (const bench of multiCases.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  for (const scaling of values.weak ? (['weak'] as const) : (['weak', 'strong'] as const)) {
    for (const devices of counts) {
      for (const overlap of devices === 1 ? [true] : [true, false]) {
        process.stderr.write(`${bench.name}, ${scaling}, ${devices} devices${overlap ? '' : ', without overlap'} …\n`);
        rows.push(await measure(bench, scaling, devices, overlap));
      }
    }
  }
}

process.stdout.write(`${best.name}, driver ${driver}, ${alike.length} of them\n`);
for (const row of rows) {
  const one = rows.find((each) => each.case === row.case && each.scaling === row.scaling && each.devices === 1);
  const efficiency = one === undefined ? '' : `${((100 * row.megavoxels) / one.megavoxels / row.devices).toFixed(1)} %`;
  const cells = [row.case, row.scaling, `${row.devices}`, row.overlap ? 'overlap' : 'no overlap', row.transport];
  const figures = [
    row.milliseconds.toFixed(3).padStart(9),
    row.megavoxels.toFixed(0).padStart(8),
    efficiency.padStart(8),
  ];
  process.stdout.write(
    `${cells.map((cell, at) => cell.padEnd([12, 7, 2, 11, 7][at]!)).join(' ')}${figures.join(' ')}\n`,
  );
  if (values.csv === undefined) continue;
  if (!existsSync(values.csv))
    appendFileSync(values.csv, 'device,driver,case,scaling,size,devices,overlap,transport,ms_step,Mvoxel_s\n');
  const line = [
    best.name,
    driver,
    row.case,
    row.scaling,
    size,
    row.devices,
    row.overlap,
    row.transport,
    row.milliseconds.toFixed(4),
    row.megavoxels.toFixed(1),
  ];
  appendFileSync(values.csv, `${line.join()}\n`);
}
