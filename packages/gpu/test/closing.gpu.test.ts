import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

const child = fileURLToPath(new URL('closing-child.ts', import.meta.url));

gpuTest('a process lives until its devices are closed, however late that is', {}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@halocline/source', child]);
  expect(stdout).toBe('closed\n');
});
