import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { expect, test } from 'vitest';
import { allowedCores } from './recorded-passes.ts';

const module = new URL('./recorded-passes.ts', import.meta.url);

/** The cores of each recording thread of this process that sleeps. */
function asleep(): string[] {
  const statuses = readdirSync('/proc/self/task').map((task) => `/proc/self/task/${task}/status`);
  const recorders = statuses.filter((status) => readFileSync(status, 'utf8').startsWith('Name:\thalocline recor'));
  return recorders.map(allowedCores);
}

/** The cores that each thread told, in the order in which it did. */
function told(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const words = lines.map((line) => line.split(' ') as [string, string]);
  return [...Map.groupBy(words, ([thread]) => thread).values()].map((each) => each.map(([, cores]) => cores));
}

const NAME = 'recording threads sleep and begin on cores of their own, and go on on any';
/** As many threads as cores: with fewer, the system finds a free core by itself. */
const workers = availableParallelism();
const all = process.platform === 'linux' ? allowedCores('/proc/self/status') : '';

if (/^\d*$/.test(all) || workers > 32) {
  test.skip(`${NAME} (this process has one core or very many, or the system isn't Linux)`);
} else {
  gpuTest(NAME, {}, async ({ device }) => {
    using folder = temporaryFolder();
    const file = folder.file('cores', '');
    await using recorder = device.createRecorder({ workers });
    const single = (): Set<string> => new Set(asleep().filter((cores) => /^\d+$/.test(cores)));
    await expect.poll(() => single().size, { timeout: 5000 }).toBe(workers);
    const cores = single();

    const frame = await device.beginFrame();
    const pass = recorder.encoderFor('cores');
    for (let i = 0; i < 2 * workers; i++) pass.record({ module, export: 'tellCores', data: { file, wait: 100 } });
    await recorder.finalize();
    device.endFrame(frame);

    const threads = told(file);
    for (const [first, ...later] of threads) {
      expect(cores).toContain(first);
      for (const each of later) expect([first, all]).toContain(each);
    }
    expect(new Set(threads.map(([first]) => first)).size).toBe(threads.length);
    expect(threads.flat()).toContain(all);
    await expect.poll(() => single().size, { timeout: 5000 }).toBe(workers);
  });
}

const SPARE =
  'recording threads that leave cores over may record and sleep on all of them, wherever they looked for a quiet one';
if (/^\d*$/.test(all)) test.skip(`${SPARE} (this process has one core, or the system isn't Linux)`);
else {
  gpuTest(SPARE, {}, async ({ device }) => {
    using folder = temporaryFolder();
    const file = folder.file('cores', '');
    await using recorder = device.createRecorder({ workers: 1 });
    for (let i = 0; i < 3; i++) {
      const frame = await device.beginFrame();
      recorder.encoderFor('cores').record({ module, export: 'tellCores', data: { file } });
      await recorder.finalize();
      device.endFrame(frame);
      await device.idle();
    }
    expect(told(file)).toEqual([[all, all, all]]);
    await expect.poll(asleep, { timeout: 5000 }).toEqual([all]);
  });
}
