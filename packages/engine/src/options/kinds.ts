/**
 * @file What options may be, as data: what users run isn't always looked at by TypeScript, and a value of another kind, such as text
 * where a flag is wanted, would be taken for something.
 */
import { checkOptionNames, type Strictness } from '../names.ts';

/** What the value of an option may be. */
export interface Kind {
  readonly fits: (value: unknown) => boolean;
  /** What would do, as it stands behind "give". */
  readonly wants: string;
  /** It can't be left out. */
  readonly needed?: true;
}

/** The kinds of all options of one call, by name. */
export type Kinds<Options> = Readonly<Record<keyof Options & string, Kind>>;

const kind = (wants: string, fits: Kind['fits']): Kind => Object.freeze({ wants, fits });
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isFinite = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

/** Looked at by who reads it, with words of its own. */
export const elsewhere: Kind = kind('', () => true);
export const flag: Kind = kind('true or false', (value) => typeof value === 'boolean');
export const call: Kind = kind('a function', (value) => typeof value === 'function');
export const names: Kind = kind(
  "a list of names, as in ['density']",
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
);

/** Text; `wants` says of what. */
export const text = (wants: string): Kind => kind(wants, (value) => typeof value === 'string');

/** A file's path that ends so. */
export const fileThatEnds = (ending: string): Kind =>
  kind(`a file's path that ends in ${ending}`, (value) => typeof value === 'string' && value.endsWith(ending));

/** One of these words. */
export function oneOf(...words: readonly string[]): Kind {
  const quoted = words.map((word) => `'${word}'`);
  return kind(`${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, (value) => words.includes(value as string));
}

/** A whole number of something, at least `least`. */
export const whole = (what: string, least: number): Kind =>
  kind(`${what}, at least ${least}`, (value) => Number.isInteger(value) && (value as number) >= least);

/** A whole number of something, from `least` to `most`. */
export const wholeBetween = (what: string, { least, most }: { readonly least: number; readonly most: number }): Kind =>
  kind(
    `${what}, ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );

/** A number. */
export const finite = (wants: string): Kind => kind(wants, isFinite);

/** A number of at least 0, of what. */
export const least0 = (what: string): Kind =>
  kind(`${what}, at least 0`, (value) => isFinite(value) && Number(value) >= 0);

/** A number above 0, of what. */
export const above0 = (what: string): Kind => kind(`${what} above 0`, (value) => isFinite(value) && Number(value) > 0);

/** Three numbers, of what. */
export const three = (what: string): Kind =>
  kind(
    what,
    (value) =>
      (Array.isArray(value) || ArrayBuffer.isView(value)) &&
      (value as ArrayLike<unknown>).length === 3 &&
      Array.from(value as ArrayLike<unknown>).every(isFinite),
  );

/** An object that has these members, or one of the other kinds. */
export const having = (wants: string, members: readonly string[], ...others: readonly Kind[]): Kind =>
  kind(
    wants,
    (value) =>
      (isObject(value) && members.every((member) => member in value)) || others.some(({ fits }) => fits(value)),
  );

/** A list of a kind. */
export const listOf = (entry: Kind, wants: string): Kind =>
  kind(wants, (value) => Array.isArray(value) && value.every(entry.fits));

/** An object whose members, whatever their names, are of a kind. */
export const each = (member: Kind, wants: string): Kind =>
  kind(wants, (value) => isObject(value) && !Array.isArray(value) && Object.values(value).every(member.fits));

/** Any of these kinds. */
export const either = (wants: string, ...kinds: readonly Kind[]): Kind =>
  kind(wants, (value) => kinds.some(({ fits }) => fits(value)));

/** The same kind, of an option that can't be left out. */
export const needed = (what: Kind): Kind => Object.freeze({ ...what, needed: true });

/** A value in a message: text in quotes, so that "2" is not taken for 2. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (!isObject(value)) return typeof value === 'bigint' ? `${value}n` : String(value);
  const made: unknown = value.constructor;
  if (made === Object || made === undefined) return JSON.stringify(value);
  return typeof made === 'function' ? `of type ${made.name}` : 'an object';
}

/**
 * Throws TypeError for options that there are none of, and for values that are not of their kind; `act` is the sentence's beginning.
 * What is undefined counts as left out.
 */
export function checkOptions(
  act: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
  strictness: Strictness = 'all',
): void {
  if (!isObject(options) || Array.isArray(options)) {
    const example = Object.keys(kinds)[0]!;
    throw new TypeError(`${act}: its options are ${shown(options)}; give an object, as in { ${example}: … }`);
  }
  checkOptionNames(act, options, kinds, strictness);
  for (const [name, value] of Object.entries(options)) {
    const wanted = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (value === undefined || wanted === undefined || wanted.fits(value)) continue;
    throw new TypeError(`${act}: ${name} is ${shown(value)}; give ${wanted.wants}`);
  }
  for (const [name, { needed: isNeeded, wants }] of Object.entries(kinds)) {
    if (isNeeded !== true || (options as Record<string, unknown>)[name] !== undefined) continue;
    throw new TypeError(`${act}: it lacks its ${name}; give ${wants}`);
  }
}
