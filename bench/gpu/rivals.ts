/**
 * @file The same work by Dawn (`webgpu` of npm), by the encoder, and by a plain C loop, on one driver in one run: 10,000
 * dispatches with a changing parameter each, recorded and submitted; 256 MiB up and back.
 *
 * Dawn refuses Debian's software driver (lavapipe). There all three run on SwiftShader, which Debian's chromium brings.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ComputePipeline, Device } from '@halocline/gpu';
import { withCLoop } from './c-loop.ts';
import { pushedShader } from './calls.ts';
import { milliseconds, TRANSFERS, type Row, type World } from './row.ts';
import { fetchWebgpu } from './webgpu.ts';

/** What dawn.ts prints: milliseconds. */
export interface DawnFigures {
  readonly device: string;
  readonly offsetsMs: number;
  readonly immediatesMs: number;
  readonly upload: number;
  readonly download: number;
}

const COUNT = 10_000;
const BYTES = 256 * 2 ** 20;
const swiftshader = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];

const nanoseconds = (ms: number): number => (ms * 1e6) / COUNT;

/** Ours and the C loop's milliseconds for one recording and submit of all dispatches: the least of runs in turn. */
async function encoding(device: Device, pipeline: ComputePipeline, runs: number) {
  const words = new Uint32Array(4);
  return await withCLoop(device, pipeline, async (loop, lack) => {
    let [encode, plain] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let run = -3; run < runs; run++) {
      const start = performance.now();
      using commands = device.record('bench', (encoder) => {
        encoder.pipeline(pipeline);
        for (let i = 0; i < COUNT; i++) {
          words[0] = i;
          encoder.push(words).dispatch(1);
        }
      });
      const { timeline, value } = device.compute.submit([commands]);
      const took = performance.now() - start;
      await timeline.wait(value);
      const c = loop?.(COUNT) ?? Number.NaN;
      if (run >= 0) [encode, plain] = [Math.min(encode, took), Math.min(plain, c)];
    }
    return { encode, plain: loop ? plain : undefined, lack };
  });
}

async function transfers(device: Device): Promise<{ upload: number; download: number }> {
  const data = new Uint8Array(BYTES).fill(7);
  const into = new Uint8Array(BYTES);
  using buffer = device.createBuffer({ label: 'bench', byteLength: BYTES });
  const upload = await milliseconds(async () => {
    await device.staging.upload(buffer, 0, data);
    await device.idle();
  }, TRANSFERS);
  const download = await milliseconds(() => device.staging.download(buffer, 0, BYTES, { into }), TRANSFERS);
  if (into[BYTES - 1] !== 7) throw new Error('Bug in the comparison: other bytes came back');
  return { upload, download };
}

/** Dawn's figures from a process of its own; a line where there are none. */
function askDawn(runs: number): DawnFigures | string {
  const script = fileURLToPath(new URL('dawn.ts', import.meta.url));
  const args = ['--conditions=@halocline/source', script, String(COUNT), String(BYTES), String(runs)];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 300_000 });
  const line = result.stdout.trim().split('\n').at(-1) ?? '';
  if (result.status !== 0 || line === '') {
    return `Dawn ended with ${result.status ?? result.signal}: ${result.stderr.trim().split('\n').at(-1)}`;
  }
  const figures = JSON.parse(line) as DawnFigures | { readonly refused: true };
  return 'refused' in figures ? 'Dawn refuses this driver' : figures;
}

function encodingRows(ours: number, plain: number | undefined, dawn: DawnFigures, software: boolean): Row[] {
  const [us, them] = [nanoseconds(ours), nanoseconds(Math.min(dawn.offsetsMs, dawn.immediatesMs))];
  const times = them / us;
  const least = software ? 6 : 2;
  const rows: Row[] = [
    {
      name: 'Dawn ÷ ours, a dispatch',
      value: times,
      unit: '×',
      goal: `at least ${least}`,
      reached: times >= least,
    },
  ];
  if (plain === undefined) return rows;
  const c = nanoseconds(plain);
  const share = (us - c) / (them - c);
  const goal = 'at most 1/8';
  rows.push({ name: 'ours above C ÷ Dawn above C', value: share, unit: '×', goal, reached: share <= 1 / 8 });
  return rows;
}

/** The least of each figure. */
function least<T extends object>(a: T, b: T | undefined): T {
  if (b === undefined) return a;
  const of = (key: string): unknown => {
    const [x, y] = [a[key as keyof T], b[key as keyof T]];
    return typeof x === 'number' && typeof y === 'number' ? Math.min(x, y) : x;
  };
  return Object.fromEntries(Object.keys(a).map((key) => [key, of(key)])) as T;
}

/** Everything in turn, twice, so that a busy machine slows down nobody alone. */
async function measureAll(device: Device, runs: number, say: World['say']) {
  const lack = fetchWebgpu(say);
  const spirv = await device.compile(pushedShader, { label: 'bench' });
  using pipeline = device.createPipeline({ label: 'bench', spirv });
  const ours = async () => ({ ...(await encoding(device, pipeline, runs)), ...(await transfers(device)) });
  const first = await ours();
  const asked = lack ?? askDawn(runs);
  const us = least(first, await ours());
  const again = lack ?? askDawn(runs);
  const answers = [asked, again].filter((each) => typeof each !== 'string');
  if (typeof again === 'string') say(`Dawn is not measured: ${again}`);
  return { us, dawn: answers.length === 0 ? undefined : least(answers[0]!, answers[1]) };
}

/** Rows of one device that Dawn takes. */
async function compare(device: Device, software: boolean, say: World['say']): Promise<Row[]> {
  const { us, dawn } = await measureAll(device, software ? 20 : 40, say);
  if (us.lack !== '') say(`the plain C loop is not measured: ${us.lack}`);
  const speed = (ms: number): number => BYTES / ms / 1e6;
  const note = 'recorded and submitted, a parameter each';
  const rows: Row[] = [{ name: 'a dispatch, ours', value: nanoseconds(us.encode), unit: 'ns', note }];
  if (us.plain !== undefined) rows.push({ name: 'a dispatch, C', value: nanoseconds(us.plain), unit: 'ns', note });
  const up: Row = { name: 'upload of 256 MiB, ours', value: speed(us.upload), unit: 'GB/s' };
  const down: Row = { name: 'read-back of 256 MiB, ours', value: speed(us.download), unit: 'GB/s' };
  if (dawn === undefined) return [...rows, up, down];
  const goal = 'no slower than Dawn';
  return [
    ...rows,
    { name: 'a dispatch, Dawn by immediates', value: nanoseconds(dawn.immediatesMs), unit: 'ns', note: dawn.device },
    { name: 'a dispatch, Dawn by dynamic offsets', value: nanoseconds(dawn.offsetsMs), unit: 'ns', note: dawn.device },
    ...encodingRows(us.encode, us.plain, dawn, software),
    { ...up, goal, reached: us.upload <= dawn.upload },
    { name: 'upload of 256 MiB, Dawn', value: speed(dawn.upload), unit: 'GB/s' },
    { ...down, goal, reached: us.download <= dawn.download },
    { name: 'read-back of 256 MiB, Dawn', value: speed(dawn.download), unit: 'GB/s' },
  ];
}

/** All rows: of the run's device, or of SwiftShader where the run's is lavapipe. */
export async function rivals({ device, software, say }: World): Promise<readonly Row[]> {
  if (!device.report.driver.name.startsWith('llvmpipe')) return await compare(device, software, say);
  const file = swiftshader.find((path) => existsSync(path));
  if (file === undefined) {
    say('not measured: Dawn refuses this driver, and there is no SwiftShader; apt-get install chromium brings it');
    return [];
  }
  const args = [
    '--conditions=@halocline/source',
    fileURLToPath(new URL('main.ts', import.meta.url)),
    'rivals',
    '--json',
  ];
  const env = { ...process.env, VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file, HALOCLINE_DEVICE: '' };
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (result.status !== 0) return [];
  const { rows } = JSON.parse(result.stdout) as { readonly rows: readonly Row[] };
  return rows.map((row) => ({ ...row, note: [row.note, 'SwiftShader'].filter(Boolean).join('; ') }));
}
