// How the set-up starts programs and ends itself.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Ends the process with one line on standard error. */
export function fail(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

const parent = process.ppid;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Exit code of a process that a signal ended, as a shell gives it. */
const codeOf = (signal) => 128 + constants.signals[signal];

/**
 * Runs a program to its end, in the root of the checkout; resolves to its exit code. A terminal sends Ctrl-C to the whole
 * group: the child has it already, and takes what is passed on for the same keystroke. A signal that was sent to npm
 * alone may end only the shell between npm and this process, which is noticed. A child that fails after a signal failed
 * by it, whatever its code.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    let received = null;
    const passOn = (signal) => {
      received ??= signal;
      setTimeout(() => child.kill(signal), 50).unref();
    };
    for (const signal of signals) process.on(signal, passOn);
    const isAbandoned = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== parent;
    const watch = setInterval(() => {
      if (received !== null || !isAbandoned()) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 1000).unref();
    child.on('error', (error) => fail(`Cannot start ${program}: ${error.message}`));
    child.on('exit', (code, signal) => {
      for (const each of signals) process.off(each, passOn);
      clearInterval(watch);
      const ended = signal ?? (code === 0 ? null : received);
      resolve(ended === null ? code : codeOf(ended));
    });
  });
}
