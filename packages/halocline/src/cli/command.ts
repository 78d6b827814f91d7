/**
 * @file What a subcommand is: a name, a sentence, options as data, and an act. Parsing, `--help` and the complaint about
 * a wrong word all come from that data.
 */
import { parseArgs } from 'node:util';

/** One `--option`. Without `value` it is a switch. */
export interface Option {
  /** What stands for its value in the help, such as `N` or `DIR`. */
  readonly value?: string;
  /** What to give, for who gave nothing; by default its words, or what stands for its value. */
  readonly wanted?: string;
  readonly short?: string;
  /** The words that it may be given; any text by default. */
  readonly oneOf?: readonly string[];
  /** May be given several times. */
  readonly many?: boolean;
  readonly help: string;
}

/** Above 0, a whole number from 1, or one of a range. */
export type NumberRule = 'positive' | 'count' | { readonly least: number; readonly most: number };

/** The words after a subcommand, parsed. */
export interface Words {
  /** The subcommand's name. */
  readonly command: string;
  readonly positionals: readonly string[];
  /** The value of an option, or undefined. */
  text(name: string): string | undefined;
  /** Every value of a repeatable option. */
  all(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option as a number; a `UsageError` when it is none, or not what the rule asks for. */
  number(name: string, rule?: NumberRule): number | undefined;
}

/** A subcommand. `run` gives the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly example: string;
  run(words: Words): Promise<number>;
}

/** A word of the line, as `parseArgs` tells it. */
type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** Wrong usage: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The option that every subcommand with a device takes. */
export const deviceOption: Option = {
  value: 'X',
  wanted: "part of a device's name or '#0'",
  help: 'device by name, #index or uuid prefix (default: HALOCLINE_DEVICE, else the best)',
};
/** The option of every subcommand that a program may read. */
export const jsonOption: Option = { help: 'print JSON for programs' };

/** The text of `halocline NAME --help`. */
export function helpOf(command: Command): string {
  const words = command.positionals.map((word) => ` ${word}`).join('');
  const rows = Object.entries({ ...command.options, help: { help: 'print this', short: 'h' } }).map(
    ([name, option]: [string, Option]) => {
      const flag = `${option.short === undefined ? '    ' : `-${option.short}, `}--${name}${option.value === undefined ? '' : ` ${option.value}`}`;
      return `  ${flag.padEnd(28)} ${option.help}${option.many === true ? ' (may be repeated)' : ''}`;
    },
  );
  return [
    command.summary,
    '',
    `Usage: halocline ${command.name}${words} [options]`,
    '',
    ...rows,
    '',
    'Example:',
    `  ${command.example}`,
    '',
  ].join('\n');
}

/** Joins an option and a value that begins like an option but is a number, as in `--probe -1,2,3`. */
function joinNegatives(command: Command, args: readonly string[]): string[] {
  const takesValue = (word: string | undefined): boolean => {
    const name = word?.startsWith('--') === true ? word.slice(2) : undefined;
    return name !== undefined && Object.hasOwn(command.options, name) && command.options[name]!.value !== undefined;
  };
  const joined: string[] = [];
  for (const word of args) {
    if (/^-[\d.]/u.test(word) && takesValue(joined.at(-1))) joined.push(`${joined.pop()!}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** Parses the words after a subcommand's name. */
export function parseWords(command: Command, args: readonly string[]): Words | 'help' {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: option.many === true,
        ...(option.short === undefined ? {} : { short: option.short }),
      },
    ]),
  );
  const hint = `see halocline ${command.name} --help`;
  const parsed = parseOrComplain(command, args, { ...options, help: { type: 'boolean', short: 'h', multiple: false } });
  const values = parsed.values as Record<string, string | boolean | string[] | undefined>;
  if (values['help'] === true) return 'help';
  checkValues(command, parsed.tokens, hint);
  const required = command.positionals.filter((word) => !word.startsWith('['));
  const missing = required[parsed.positionals.length];
  if (missing !== undefined)
    throw new UsageError(`Cannot run "halocline ${command.name}": ${missing} is missing; ${hint}`);
  const extra = parsed.positionals[command.positionals.length];
  if (extra !== undefined)
    throw new UsageError(`Cannot run "halocline ${command.name}": "${extra}" is one word too many; ${hint}`);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    command: command.name,
    positionals: parsed.positionals,
    text,
    all: (name) => (Array.isArray(values[name]) ? values[name] : []),
    has: (name) => values[name] === true,
    number: (name, rule) => numberOf(command.name, name, text(name), rule),
  };
}

/** Throws for a value that stands twice where one counts, that is empty, or that is none of the words there are. */
function checkValues(command: Command, tokens: readonly Token[], hint: string): void {
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option' || token.value === undefined) continue;
    const { name, value } = token;
    const { many, oneOf, ...option } = command.options[name]!;
    if (many !== true && given.has(name)) {
      throw new UsageError(`Cannot run "halocline ${command.name}": --${name} is given twice; ${hint}`);
    }
    given.add(name);
    const what = `Cannot read option "--${name}" of halocline ${command.name}`;
    const wanted = option.wanted ?? (oneOf === undefined ? option.value : `one of ${oneOf.join(', ')}`);
    if (value === '') throw new UsageError(`${what}: it is empty; give ${wanted}, or leave it out`);
    if (oneOf !== undefined && !oneOf.includes(value)) {
      throw new UsageError(`${what}: "${value}" is none of its words; one of ${oneOf.join(', ')}`);
    }
  }
}

function numberOf(command: string, name: string, text: string | undefined, rule?: NumberRule): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const [fits, wanted] = held(value, rule);
  if (fits) return value;
  throw new UsageError(`Cannot read option "--${name}" of halocline ${command}: "${text}" is not ${wanted}`);
}

/** Whether a number is what a rule asks for, and what that is. */
function held(value: number, rule: NumberRule | undefined): readonly [fits: boolean, wanted: string] {
  if (rule === undefined) return [Number.isFinite(value), 'a number'];
  if (rule === 'positive') return [Number.isFinite(value) && value > 0, 'a number above 0'];
  if (rule === 'count') return [Number.isInteger(value) && value > 0, 'a whole number from 1'];
  const { least, most } = rule;
  return [Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`];
}

function parseOrComplain(
  command: Command,
  args: readonly string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>['options'],
): { values: Record<string, unknown>; positionals: string[]; tokens: readonly Token[] } {
  try {
    return parseArgs({
      args: joinNegatives(command, args),
      options: options ?? {},
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
  } catch (error) {
    const known = Object.keys(command.options).map((name) => `--${name}`);
    const said = (error as Error).message
      .split(/[.;]\s/u)[0]!
      .replace(/argument (?:is ambiguous|missing)$/u, 'lacks its value')
      .replace(/^./u, (letter) => letter.toLowerCase());
    throw new UsageError(
      `Cannot run "halocline ${command.name}": ${said}; its options are ${[...known, '--help'].join(', ')}`,
      { cause: error },
    );
  }
}
