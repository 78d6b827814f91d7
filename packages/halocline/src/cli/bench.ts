/** @file `halocline bench`: how near each benchmark comes to what this device can copy, measured in the same run. */
import { statSync } from 'node:fs';
import type { Simulation } from '@halocline/engine';
import { listDevices } from '@halocline/gpu';
import { benchCases, type BenchCase } from '../bench/cases.ts';
import { copyBandwidth } from '../bench/ceiling.ts';
import { version } from '../version.ts';
import { UsageError, type Words } from './command.ts';
import { table } from './table.ts';
import { appendToFile } from './write-file.ts';

/** One benchmark's result. */
interface Result {
  readonly name: string;
  readonly voxels: number;
  readonly steps: number;
  readonly millisecondsPerStep: number;
  readonly megavoxelsPerSecond: number;
  readonly bytesPerVoxel: number | null;
  /** Share of the copy bandwidth of the same run, 0 to 1. */
  readonly shareOfCopy: number | null;
  readonly copyGigabytesPerSecond: number;
  readonly device: string;
  readonly driver: string;
  readonly version: string;
}

const dt = 1 / 48;

async function timeSteps(sim: Simulation, steps: number): Promise<number> {
  const start = performance.now();
  for (let step = 0; step < steps; step++) await sim.runTimestep(dt);
  await sim.finish();
  return performance.now() - start;
}

async function measure(bench: BenchCase, device: string | undefined, software: boolean): Promise<Result> {
  await using sim = await bench.make(device, software);
  await timeSteps(sim, 3);
  const once = await timeSteps(sim, 1);
  const steps = Math.max(3, Math.min(software ? 40 : 500, Math.ceil(1000 / once)));
  const milliseconds = (await timeSteps(sim, steps)) / steps;
  const copy = await copyBandwidth(sim.device);
  const moved = bench.bytesPerVoxel === null ? null : (bench.bytesPerVoxel * sim.activeVoxels) / (milliseconds * 1e-3);
  const { driver } = sim.device.report;
  return {
    name: bench.name,
    voxels: sim.activeVoxels,
    steps,
    millisecondsPerStep: milliseconds,
    megavoxelsPerSecond: sim.activeVoxels / milliseconds / 1000,
    bytesPerVoxel: bench.bytesPerVoxel,
    shareOfCopy: moved === null ? null : moved / copy,
    copyGigabytesPerSecond: copy / 1e9,
    device: sim.device.name,
    driver: `${driver.name} ${driver.info}`,
    version,
  };
}

const columns = [
  'name',
  'voxels',
  'steps',
  'millisecondsPerStep',
  'megavoxelsPerSecond',
  'bytesPerVoxel',
  'shareOfCopy',
  'copyGigabytesPerSecond',
  'device',
  'driver',
  'version',
] as const satisfies readonly (keyof Result)[];

/** Appends results to a CSV file; the heading is written with the first. */
async function appendCsv(path: string, results: readonly Result[]): Promise<void> {
  const quote = (value: string | number | null): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  const heading = statSync(path).size === 0 ? [['date', ...columns].join(',')] : [];
  const date = new Date().toISOString().slice(0, 10);
  const rows = results.map((result) => [date, ...columns.map((name) => quote(result[name]))].join(','));
  await appendToFile(path, `${[...heading, ...rows].join('\n')}\n`);
}

function print(results: readonly Result[]): string {
  const heading = ['benchmark', 'voxels', 'ms/step', 'Mvoxel/s', 'B/voxel', 'of copy'];
  const rows = results.map((result) => [
    result.name,
    result.voxels.toLocaleString('en'),
    result.millisecondsPerStep.toPrecision(4),
    result.megavoxelsPerSecond.toPrecision(4),
    result.bytesPerVoxel === null ? '' : String(result.bytesPerVoxel),
    result.shareOfCopy === null ? '' : `${(100 * result.shareOfCopy).toFixed(0)} %`,
  ]);
  const [first] = results;
  return `${table([heading, ...rows])}\ncopy: ${first!.copyGigabytesPerSecond.toPrecision(4)} GB/s on ${first!.device}, ${first!.driver}\n`;
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const [name] = words.positionals;
  const chosen = benchCases.filter((bench) => name === undefined || bench.name === name);
  if (chosen.length === 0) {
    const names = benchCases.map((bench) => bench.name).join(', ');
    throw new UsageError(`Cannot run benchmark "${name}": there is none of that name; one of ${names}`);
  }
  const csv = words.text('csv');
  if (csv !== undefined) await appendToFile(csv, ''); // what can't be written is told before anything is measured
  const device = words.text('device');
  const software = listDevices().every((report) => report.kind === 'cpu' || report.missing.length > 0);
  const results: Result[] = [];
  for (const bench of chosen) {
    process.stderr.write(`${bench.name}: ${bench.what} …\n`);
    results.push(await measure(bench, device, software));
  }
  process.stdout.write(words.has('json') ? `${JSON.stringify(results, null, 2)}\n` : print(results));
  if (csv !== undefined) await appendCsv(csv, results);
  return 0;
}
