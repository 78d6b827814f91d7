import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const child = fileURLToPath(new URL('thread-child.ts', import.meta.url));

async function say(how: 'close' | 'end'): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@halocline/source', child, how]);
  return stdout.trim();
}

// A thread that is cut off while it loads the foreign function interface may take its process down.
test('the end of a process waits for threads that load', async () => {
  expect(await say('end')).toBe('the thread had loaded');
});

test('threads that are closed while they load end by themselves', async () => {
  expect(await say('close')).toBe('threads that were closed as they began ended with 0, 0, 0');
});
