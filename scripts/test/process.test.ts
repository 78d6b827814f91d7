import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { run } from '../setup/process.mjs';

const node = (program: string): Promise<number> => run(process.execPath, ['-e', program], { stdio: 'ignore' });

test('a program ends the set-up with its own exit code', async () => {
  expect(await node('process.exit(0)')).toBe(0);
  expect(await node('process.exit(2)')).toBe(2);
});

test('a program that a signal ended has the code that a shell gives it', async () => {
  expect(await node('process.kill(process.pid, "SIGINT"); setTimeout(() => {}, 5000)')).toBe(130);
  expect(await node('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 5000)')).toBe(137);
});

test('a signal is passed on once; the program may end well after it, or fail by it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halocline-signal-'));
  const listeners = process.listenerCount('SIGTERM');
  const heard = async (name: string, code: string): Promise<number> => {
    const ready = join(folder, name);
    const done = node(`let n = 0; process.on('SIGTERM', () => { n++; setTimeout(() => process.exit(${code}), 200); });
      require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''); setTimeout(() => {}, 20000);`);
    await vi.waitUntil(() => existsSync(ready), { timeout: 10_000 });
    process.emit('SIGTERM', 'SIGTERM');
    return done;
  };
  expect(await heard('well', 'n === 1 ? 0 : 9')).toBe(0);
  expect(await heard('badly', '1')).toBe(143);
  expect(process.listenerCount('SIGTERM')).toBe(listeners);
  rmSync(folder, { recursive: true });
}, 30_000);

test('an unknown task is wrong usage, in one line', () => {
  const setup = fileURLToPath(new URL('../setup.mjs', import.meta.url));
  const { status, stderr, stdout } = spawnSync(process.execPath, [setup, 'dance'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^Cannot run "dance": there is no such task; one of demo, [^\n]+\n$/u);
});
