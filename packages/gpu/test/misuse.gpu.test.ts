/** What ended the process, or lost the device, once: each in a process of its own, which prints what was said of it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

/** What the runtime said of a case, where the validation layer had nothing to say. */
async function told(name: string): Promise<unknown> {
  const child = fileURLToPath(new URL('misuse-child.ts', import.meta.url));
  const end = { timeout: 100_000, killSignal: 'SIGKILL' } as const; // before this test ends: it never outlives it
  const args = ['--conditions=@halocline/source', child, name];
  const report = JSON.parse((await promisify(execFile)(process.execPath, args, end)).stdout);
  expect(report.messages).toEqual([]);
  return report.told;
}

gpuTest('what a check before a submit disposes is not submitted', {}, async () => {
  expect(await told('a check that disposes')).toEqual([
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
    'Cannot submit "fill": it was disposed; record it again',
    'Cannot submit "gate": it was disposed; record it again',
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
  ]);
});

gpuTest('a label that is no string is no address', { layer: true }, async () => {
  expect(await told('labels that are no strings')).toEqual([
    'Buffer("5", 64 bytes)',
    'ComputePipeline("5", 1×1×1 threads, 0 bytes pushed)',
  ]);
});
