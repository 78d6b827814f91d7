/** @file Names that people give: what they may look like, and which one was probably meant. */
import { nearestName } from '@halocline/stencil';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Throws where `name` can't stand in a stencil's code: letters, digits and underscores, not first a digit. */
export function checkName(verb: string, kind: string, name: string): void {
  if (typeof name === 'string' && NAME.test(name) && name.length <= 128) return;
  throw new TypeError(
    `Cannot ${verb} ${kind} "${name}": it is no name; use letters, digits and underscores, at most 128, not first a digit`,
  );
}

/** ` (did you mean "x"?)`, or the empty string. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}

/** The names, quoted and joined; `none` where there are none. */
export function listNames(names: Iterable<string>, most = 12): string {
  const all = [...names];
  if (all.length === 0) return 'none';
  const shown = all.slice(0, most).map((name) => `"${name}"`);
  return all.length > most ? `${shown.join(', ')} and ${all.length - most} more` : shown.join(', ');
}

/** How options that nobody knows are met: all are refused, or those alone that were probably meant to be others. */
export type Strictness = 'all' | 'mistyped';

/**
 * Throws TypeError for an option that there is none of, such as a mistyped one: Node runs TypeScript without a look at types. `act`
 * is the sentence's beginning. Where options are passed through from elsewhere, what resembles none may be something else's.
 */
export function checkOptionNames(
  act: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
  strictness: Strictness = 'all',
): void {
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = didYouMean(name, names);
    if (meant === '' && strictness === 'mistyped') continue;
    throw new TypeError(`${act}: "${name}" is no option of it${meant}; there are ${names.toSorted().join(', ')}`);
  }
}

/** Throws TypeError unless it is a list of names. */
export function checkNameList(act: string, option: string, value: unknown): void {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return;
  const given = typeof value === 'string' ? `"${value}"` : `of type ${Array.isArray(value) ? 'list' : typeof value}`;
  throw new TypeError(`${act}: ${option} is ${given}; give a list of names, as in ['density']`);
}
