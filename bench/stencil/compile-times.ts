/**
 * @file `npm run bench -- compile [--csv FILE] [--runs N]`: how long stencils take from `addStencil` to a pipeline, in processes of
 * their own: with every cache empty, and with those that the process before left. The least of some runs counts; what else the
 * machine does shows in the wall's time, and hardly in the time that the processor worked for the thread.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { StencilTimes, Times } from './first-stencil.ts';

const { values } = parseArgs({
  args: process.argv.slice(process.argv[2] === 'compile' ? 3 : 2),
  options: {
    csv: { type: 'string', default: 'out/bench-compile.csv' },
    runs: { type: 'string', default: '5' },
  },
});
const program = fileURLToPath(new URL('first-stencil.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Runs the program with caches in `folder`. */
function run(count: number, folder: string): StencilTimes {
  const env = {
    ...process.env,
    HALOCLINE_CACHE: folder,
    NODE_COMPILE_CACHE: path.join(folder, 'node'),
    // What drivers keep by themselves.
    MESA_SHADER_CACHE_DISABLE: 'true',
    __GL_SHADER_DISK_CACHE: '0',
  };
  const ended = spawnSync(process.execPath, [...process.execArgv, program, String(count)], { env, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`Cannot measure: the program ended with ${ended.status}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as StencilTimes;
}

/** The least of some runs, each in a folder of caches that is empty, or that a run before has filled. */
function least(
  count: number,
  warm: boolean,
  of: (times: StencilTimes) => Times,
): { value: number; thread: number; last: StencilTimes } {
  let [value, thread] = [Infinity, Infinity];
  let last: StencilTimes | null = null;
  for (let turn = 0; turn < Number(values.runs); turn++) {
    const folder = mkdtempSync(path.join(tmpdir(), 'halocline-bench-'));
    try {
      if (warm) run(count, folder);
      last = run(count, folder);
      value = Math.min(value, of(last).pipelines);
      thread = Math.min(thread, of(last).thread);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return { value, thread, last: last! };
}

const cases = [
  {
    name: 'first stencil, caches empty',
    goal: 150,
    count: 1,
    warm: false,
    of: (times: StencilTimes) => times,
  },
  {
    name: 'first stencil, caches of an earlier run',
    goal: 30,
    count: 1,
    warm: true,
    of: (times: StencilTimes) => times,
  },
  {
    name: 'the next stencil of the same run',
    goal: 30,
    count: 1,
    warm: false,
    of: (times: StencilTimes) => times.next,
  },
  {
    name: '50 stencils, caches empty, last pipeline',
    goal: 2000,
    count: 50,
    warm: false,
    of: (times: StencilTimes) => times,
  },
  {
    name: '50 stencils, caches of an earlier run',
    goal: 2000,
    count: 50,
    warm: true,
    of: (times: StencilTimes) => times,
  },
  { name: 'one more beside 50', goal: 30, count: 50, warm: false, of: (times: StencilTimes) => times.next },
];

const heading = 'date,group,name,value,unit,goal,reached,note,device,driver,processor,node,version';
const quote = (cell: string): string => (/[",\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
mkdirSync(path.dirname(values.csv), { recursive: true });
if (!existsSync(values.csv)) appendFileSync(values.csv, `${heading}\n`);
for (const { name, goal, count, warm, of } of cases) {
  const { value, thread, last } = least(count, warm, of);
  const reached = value < goal;
  const load = loadavg()[0]!.toFixed(1);
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  process.stdout.write(
    `${name.padEnd(42)} ${value.toFixed(1).padStart(7)} ms  below ${goal}: ${reached ? 'yes' : 'NO'}  (${thread.toFixed(1)} ms of the processor; load ${load}, ${last.device})\n`,
  );
  const date = new Date().toISOString().slice(0, 10);
  const row = [
    date,
    'compile',
    name,
    value.toPrecision(6),
    'ms',
    `below ${goal}`,
    String(reached),
    `${thread.toPrecision(4)} ms of the processor, load ${load}`,
  ];
  const machine = [last.device, last.driver, processor, process.version, version];
  appendFileSync(values.csv, `${[...row, ...machine].map(quote).join(',')}\n`);
}
