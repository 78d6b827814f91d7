#!/usr/bin/env node
/**
 * @file The command `halocline`: picks the subcommand, and turns what happens into an exit code: 0 done, 1 failed,
 * 2 wrong usage, 130 interrupted.
 */
import { enableCompileCache } from 'node:module';
import { helpOf, parseWords, UsageError } from './cli/command.ts';
import { commands } from './cli/commands.ts';

// What is compiled of the modules from here on is kept for the next start: under NODE_COMPILE_CACHE, else where temporary files go.
enableCompileCache();

function overview(): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`);
  return [
    'Halocline: sparse fluids and stencils on Vulkan',
    '',
    'Usage: halocline COMMAND [options]',
    '',
    ...rows,
    '',
    'halocline COMMAND --help tells more. Example:',
    '  halocline run examples/plume.ts --frames 12 --out out/plume',
    '',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args[0] === 'help' && args.length === 2 ? [args[1]!, '--help'] : args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V') {
    const { version } = await import('./version.ts');
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const names = commands.map((each) => each.name).join(', ');
    throw new UsageError(`Cannot run "halocline ${name}": there is no such command; one of ${names}`);
  }
  const words = parseWords(command, rest);
  if (words === 'help') {
    process.stdout.write(helpOf(command));
    return 0;
  }
  return await command.run(words);
}

/** The error that came first, where disposing after it failed too. */
function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}

/** The line, and where there is one the excerpt, that a user gets of an error; the stack only with HALOCLINE_STACK=1. */
function complaint(given: unknown): string {
  const error = firstError(given);
  if (!(error instanceof Error)) return String(error);
  return process.env['HALOCLINE_STACK'] === '1' ? ((given as Error).stack ?? error.message) : error.message;
}

/** Says what went wrong, and gives the exit code of it. */
function fail(error: unknown): number {
  process.stderr.write(`${complaint(error)}\n`);
  return firstError(error) instanceof UsageError ? 2 : 1;
}

// Whoever reads us may go away (`| head`): that ends us, and is no error. A terminal that does is a hang-up.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (process.stdout.isTTY && error.code === 'EIO') process.exit(129);
  process.exit(error.code === 'EPIPE' ? 0 : fail(new Error(`Cannot write to standard output: ${error.message}`)));
});
process.stderr.on('error', () => undefined);
process.on('unhandledRejection', (error) => {
  const what = `Cannot go on: a promise that nobody awaits failed: ${complaint(error)}; await it`;
  process.exit(fail(new Error(what, { cause: error })));
});

let ended = false;
process.on('beforeExit', () => {
  if (ended) return;
  ended = true;
  process.exitCode = fail(
    new Error(
      `Cannot finish "halocline ${process.argv[2]}": it waits for something that never happens; see each await`,
    ),
  );
});

main(process.argv.slice(2)).then(
  (code) => {
    ended = true;
    process.exitCode = code;
  },
  (error: unknown) => {
    ended = true;
    process.exitCode = fail(error);
  },
);
