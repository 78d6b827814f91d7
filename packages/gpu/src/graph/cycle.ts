/** @file Finds one cycle to show, when a sort has shown that there is one. */

/**
 * One cycle as text, "a → b → a", beginning with the earliest name in it. `next[i]` are the successors of node i;
 * `waiting[i]` > 0 marks the nodes that the sort couldn't place: each of them has a predecessor that couldn't be placed either.
 */
export function describeCycle(
  names: readonly string[],
  next: readonly (readonly number[])[],
  waiting: readonly number[],
): string {
  const before = names.map(() => -1);
  for (const [from, list] of next.entries()) {
    if (waiting[from]! > 0) for (const to of list) before[to] = from;
  }
  const seen = new Set<number>();
  let at = waiting.findIndex((count) => count > 0);
  while (!seen.has(at)) {
    seen.add(at);
    at = before[at]!;
  }
  const cycle = [at];
  for (let each = before[at]!; each !== at; each = before[each]!) cycle.push(each);
  cycle.reverse();
  const first = cycle.indexOf(Math.min(...cycle));
  const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
  return [...turned, turned[0]!].map((each) => names[each]).join(' → ');
}
