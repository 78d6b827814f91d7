import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDevice } from '@halocline/gpu';
import { vulkanTest } from '@halocline/testing';
import { expect, test } from 'vitest';
import { compileGlsl } from '../src/shader/compile.ts';
import { cacheFolder } from './cache-folder.ts';

const worker = fileURLToPath(new URL('cache-worker.ts', import.meta.url));

test('four processes at once share one cache of shaders, and all get the same', { timeout: 60_000 }, async () => {
  using cache = cacheFolder();
  const run = async (): Promise<string> => {
    const flags = ['--conditions=@halocline/source', worker];
    return (await promisify(execFile)(process.execPath, flags, { env: process.env })).stdout;
  };
  const digests = await Promise.all([run(), run(), run(), run()]);
  expect(new Set(digests).size).toBe(1);
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  const files = cache.files('spirv');
  expect(files.map((file) => path.basename(file).length)).toEqual(files.map(() => 64));
  expect(files.length).toBe(12);
  for (const file of files) writeFileSync(file, readFileSync(file).subarray(0, 40));
  expect(await run()).toBe(digests[0]);
});

test('a corrupt file is thrown away with a word, and written anew', async () => {
  using cache = cacheFolder();
  const source = 'layout(local_size_x = 2) in; void main() {}';
  const lines: string[] = [];
  const options = { label: 'kept', log: (line: string): void => void lines.push(line) };
  const first = await compileGlsl(source, options);
  const [file] = cache.files('spirv');
  const whole = readFileSync(file!);
  writeFileSync(file!, Buffer.concat([whole.subarray(0, 50), Buffer.of(99), whole.subarray(51)]));
  expect(await compileGlsl(source, options)).toEqual(first);
  expect(lines).toEqual([
    `Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`,
  ]);
  expect(readFileSync(file!)).toEqual(whole);
});

vulkanTest('pipelines that are kept are read again, and broken ones thrown away', async ({ skip }) => {
  using cache = cacheFolder();
  const lines: string[] = [];
  const open = async (): Promise<void> => {
    await using device = await openDevice({ log: (line) => lines.push(line) });
    const spirv = await device.compile('layout(local_size_x = 3) in; void main() {}', { label: 'kept' });
    using pipeline = device.createPipeline({ label: 'kept', spirv });
    await pipeline.run([], { threads: 1 });
  };
  await open();
  const [file] = cache.files('pipelines');
  if (file === undefined) return skip('the driver keeps nothing in its cache');
  writeFileSync(file, 'rubbish that is longer than a digest of 32 bytes');
  await open();
  await open();
  expect(lines).toEqual([
    `Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`,
  ]);
});
