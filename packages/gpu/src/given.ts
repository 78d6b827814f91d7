/** @file What callers give, looked at before anything is read of it: options, lists, functions, buffers and images. */

import { valueText } from './printing.ts';

/** Whether something is an object that options may be read from. */
export function isOptions(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** Throws TypeError unless options are an object; `act` is the sentence's beginning, `what` says which ones. */
export function checkOptions(act: string, given: unknown, what: string = 'its options'): void {
  if (!isOptions(given)) throw notOptions(act, given, what);
}

/** The names of all options of one call; the values say nothing. */
export type Names<Options> = Readonly<Record<keyof Options & string, unknown>>;

/** Throws TypeError unless options are an object, of these alone: Node runs TypeScript without a look at types. */
export function checkNames<Options>(act: string, given: Options, names: Names<Options>, what?: string): void {
  checkOptions(act, given, what);
  const stray = strayOf(given as object, names);
  if (stray !== undefined) throw noOption(act, stray, names);
}

/** The same for what is done often, to something that has a label: the sentence's beginning is made where it is thrown. */
export function checkNamesOf<Options>(act: string, label: string, given: Options, names: Names<Options>): void {
  if (!isOptions(given)) throw notOptions(`${act} "${label}"`, given);
  const stray = strayOf(given as object, names);
  if (stray !== undefined) throw noOption(`${act} "${label}"`, stray, names);
}

/** Whether something is an object of these options alone: asked before `checkNames` where a sentence for each call would cost too much. */
export function hasOnly(given: unknown, names: object): boolean {
  return isOptions(given) && strayOf(given as object, names) === undefined;
}

/** The first name of its own that is none of these. */
function strayOf(given: object, names: object): string | undefined {
  for (const name in given) if (!Object.hasOwn(names, name) && Object.hasOwn(given, name)) return name;
  return undefined;
}

function noOption(act: string, stray: string, names: object): TypeError {
  return new TypeError(`${act}: "${stray}" is no option of it; there are ${Object.keys(names).join(', ')}`);
}

/** The error for options that are none. */
export function notOptions(act: string, given: unknown, what: string = 'its options'): TypeError {
  return new TypeError(`${act}: ${what} are ${valueText(given)}; give an object`);
}

/** Throws TypeError unless something is a list of objects; `what` says of what. */
export function checkObjects(act: string, what: string, given: unknown): void {
  if (!Array.isArray(given)) throw new TypeError(`${act}: ${what} is ${valueText(given)}; give a list`);
  const stray = (given as readonly unknown[]).findIndex((each) => typeof each !== 'object' || each === null);
  if (stray < 0) return;
  throw new TypeError(`${act}: ${what} has ${valueText(given[stray])} at ${stray}; give objects alone`);
}

/** Throws TypeError unless something is a function; `what` says for what it is given. */
export function checkFunction(act: string, given: unknown, what: string = 'what it records'): void {
  if (typeof given === 'function') return;
  throw new TypeError(`${act}: ${valueText(given)} is given for ${what}; give a function`);
}

/** Throws TypeError where one of these options is given, and is no function. */
export function checkFunctions<T extends object>(act: string, options: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) if (options[name] !== undefined) checkFunction(act, options[name], name);
}

/** Throws TypeError unless something is a buffer, or an image. */
export function checkKind(verb: string, given: unknown, kind: 'buffer' | 'image'): void {
  if ((given as { readonly kind?: unknown } | null | undefined)?.kind === kind) return;
  throw new TypeError(`Cannot ${verb} ${valueText(given)}: it is no ${kind}; give one that the device made`);
}

/** Throws TypeError unless something is the path of a file that is watched. */
export function checkFile(given: unknown): void {
  if (typeof given === 'string') return;
  throw new TypeError(`Cannot watch a pipeline: ${valueText(given)} is given for the file of a shader; give its path`);
}
