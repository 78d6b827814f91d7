/** @file What a benchmark is told on its command line: --help, options, and the names of what is measured; words that there are none of end it with 2. */
import { closeSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { makeFolder, whyNotWritten } from '@halocline/engine/files';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values'];

/** A benchmark's command line. */
export interface BenchWords<O extends Options> {
  /** As behind `npm run bench --`. */
  readonly name: string;
  /** Its options, as `--help` shows them, and a line on each. */
  readonly help: string;
  /** What there is to measure. */
  readonly names: readonly string[];
  readonly options: O;
}

/** Ends the benchmark with 2, saying why. */
export function refuse(name: string, why: string): never {
  process.stderr.write(`Cannot run benchmark "${name}": ${why}\n`);
  return process.exit(2);
}

/** The options' values, and what was named; all where nothing is. Doesn't return for `--help`. */
export function benchWords<const O extends Options>({
  name,
  help,
  names,
  options,
}: BenchWords<O>): {
  readonly values: Values<O>;
  readonly wanted: readonly string[];
} {
  const args = process.argv.slice(process.argv[2] === name ? 3 : 2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`npm run bench -- ${name} [NAME…] ${help}\n\nnames: ${names.join(', ')}\n`);
    process.exit(0);
  }
  let words;
  try {
    words = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return refuse(name, `${(error as Error).message.split('. ')[0]}; see --help`);
  }
  const { values, positionals } = words;
  const unknown = positionals.find((each) => !names.includes(each));
  if (unknown !== undefined) refuse(name, `there is no "${unknown}"; it has ${names.join(', ')}`);
  return { values, wanted: positionals.length === 0 ? names : positionals };
}

/** Whole numbers from 1, with commas between. */
export function counts(name: string, option: string, text: string): number[] {
  const list = text.split(',').map(Number);
  if (list.every((each) => Number.isInteger(each) && each >= 1)) return list;
  return refuse(name, `--${option} is "${text}"; give whole numbers from 1, as in --${option} 1,2`);
}

/** One of some words for each that stands between commas. */
export function someOf(name: string, option: string, text: string, known: readonly string[]): string[] {
  const list = text.split(',');
  const unknown = list.find((each) => !known.includes(each));
  if (unknown === undefined) return list;
  return refuse(name, `--${option} has "${unknown}"; give some of ${known.join(', ')}`);
}

/** What comes of opening a device; ends the benchmark with 2 where there is none, or none of that name. */
export async function opened<T>(device: Promise<T>): Promise<T> {
  try {
    return await device;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(2);
  }
}

/** Ends the benchmark before it measures where lines can't be appended to a file in the end; an empty one is made where there is none. */
export async function checkFile(name: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await makeFolder(dirname(resolve(file)));
    closeSync(openSync(file, 'a'));
  } catch (error) {
    refuse(name, `--csv is "${file}": ${whyNotWritten(error)}`);
  }
}
