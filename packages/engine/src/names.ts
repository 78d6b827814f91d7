/** @file Names that people give: what they may look like, and which one was probably meant. */

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Throws where `name` can't stand in a stencil's code: letters, digits and underscores, not first a digit. */
export function checkName(verb: string, kind: string, name: string): void {
  if (typeof name === 'string' && NAME.test(name) && name.length <= 128) return;
  throw new TypeError(
    `Cannot ${verb} ${kind} "${name}": it is no name; use letters, digits and underscores, at most 128, not first a digit`,
  );
}

/** Levenshtein's distance with swaps of neighbours counted once (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** The candidate nearest to `name`, if it is near enough to have been meant. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  // A name of one letter is near to every other: it hints at nothing.
  const limit = Math.min(name.length - 1, Math.max(1, Math.floor(name.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
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
