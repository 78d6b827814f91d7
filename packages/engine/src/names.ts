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
