#!/usr/bin/env node
/**
 * @file The command `halocline`: picks the subcommand, and turns what happens into an exit code: 0 done, 1 failed,
 * 2 wrong usage, 130 interrupted.
 */
import { enableCompileCache } from 'node:module';
import { helpOf, parseWords, UsageError, type Command } from './cli/command.ts';

// What is compiled of the modules from here on is kept for the next start: under NODE_COMPILE_CACHE, else where temporary files go.
enableCompileCache();

const commands: Readonly<Record<string, () => Promise<{ default: Command }>>> = {
  info: () => import('./cli/info.ts'),
  doctor: () => import('./cli/doctor.ts'),
  run: () => import('./cli/run.ts'),
  explain: () => import('./cli/explain.ts'),
  inspect: () => import('./cli/inspect.ts'),
  convert: () => import('./cli/convert.ts'),
  render: () => import('./cli/render.ts'),
  bench: () => import('./cli/bench.ts'),
};

async function overview(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const rows = loaded.map(({ default: command }) => `  ${command.name.padEnd(9)} ${command.summary}`);
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
    process.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V') {
    const { version } = await import('./version.ts');
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    throw new UsageError(
      `Cannot run "halocline ${name}": there is no such command; one of ${Object.keys(commands).join(', ')}`,
    );
  }
  const command = (await load()).default;
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

// Whoever reads us may go away (`| head`): that ends us, and is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
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
