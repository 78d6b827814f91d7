import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

const child = fileURLToPath(new URL('closing-child.ts', import.meta.url));

gpuTest('a process lives until its devices are closed, however late that is', {}, async () => {
  const end = { timeout: 100_000, killSignal: 'SIGKILL' } as const; // before this test ends: it never outlives it
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@halocline/source', child], end);
  expect(stdout).toBe('closed\n');
});
