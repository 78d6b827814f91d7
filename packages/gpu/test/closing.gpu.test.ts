import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';
import { messageOf } from './message-of.ts';

/** What such a process wrote. */
async function written(file: string): Promise<string> {
  const child = fileURLToPath(new URL(file, import.meta.url));
  const end = { timeout: 100_000, killSignal: 'SIGKILL' } as const; // before this test ends: it never outlives it
  return (await promisify(execFile)(process.execPath, ['--conditions=@halocline/source', child], end)).stdout;
}

gpuTest('a process lives until its devices are closed, however late that is', {}, async () => {
  expect(await written('closing-child.ts')).toBe('closed\n');
});

gpuTest('a process that ends without closing its device ends at once, whatever is promised', {}, async () => {
  expect(await written('ending-child.ts')).toBe('not held\n');
});

gpuTest('whoever closes a device or a recorder sees it closed, the second too', {}, async ({ device: { uuid } }) => {
  const device = await openDevice({ device: uuid });
  const recorder = device.createRecorder({ workers: 1 });
  recorder[Symbol.dispose]();
  await recorder[Symbol.asyncDispose]();
  expect(device.children.size).toBe(0);
  void device[Symbol.asyncDispose]();
  await device[Symbol.asyncDispose]();
  expect(messageOf(() => device.createSampler({ label: 'late' }))).toBe(
    `Cannot use device "${device.name}": it was closed; open it again`,
  );
});
