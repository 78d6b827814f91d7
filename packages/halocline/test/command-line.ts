/** Runs the command line as a user does, in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/**
 * Runs `halocline ARGS`. `interruptOn` sends Ctrl-C (or `signal`) when that text has appeared on standard error; of
 * several texts each sends one, those after the first half a second late: signals at once are one keystroke.
 */
export function halocline(
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    cwd?: string;
    interruptOn?: string | readonly string[];
    signal?: NodeJS.Signals;
  } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@halocline/source', main, ...args], {
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let out = '';
    let err = '';
    let first = true;
    const waitedFor = [options.interruptOn ?? []].flat();
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      if (waitedFor.length > 0 && err.includes(waitedFor[0]!)) {
        waitedFor.shift();
        const late = first ? 0 : 500;
        first = false;
        setTimeout(() => child.kill(options.signal ?? 'SIGINT'), late);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** Runs a line of bash in which `"$@"` is the command. */
export function inShell(line: string): { stdout: string; stderr: string; status: number | null } {
  const args = ['-c', line, 'bash', process.execPath, '--conditions=@halocline/source', main];
  return spawnSync('bash', args, { encoding: 'utf8' });
}
