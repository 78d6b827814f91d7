/**
 * @file Reductions over a cut. The tree over leaf ranks is fixed (adjacent pairs first, padded to a power of two), whoever
 * owns which leaf: so the result has the same bits for any number of subdomains. A subdomain that owns a range of ranks
 * computes the largest whole subtrees within it, at most 2·log₂ n of them, and sends their values; whoever has all of
 * them finishes the tree.
 *
 *     ranks 0 1 2 3 4 5 6 7       [1, 6) = {1} {2 3} {4 5}
 */

/** A whole subtree: 2^height values from `first` on. */
export interface Subtree {
  readonly first: number;
  readonly height: number;
}

/** The largest whole subtrees that make up ranks [first, end), in order. Their number is at most 2·log₂ of the count. */
export function wholeSubtrees(first: number, end: number): Subtree[] {
  const trees: Subtree[] = [];
  let at = first;
  while (at < end) {
    let height = 0;
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= end) height++;
    trees.push({ first: at, height });
    at += 2 ** height;
  }
  return trees;
}

/** The ranges of consecutive ranks that `owner` owns: one on a Morton cut, more on others. */
export function ownedRanges(owners: Uint32Array, owner: number): readonly (readonly [first: number, end: number])[] {
  const ranges: [number, number][] = [];
  for (let rank = 0; rank < owners.length; rank++) {
    if (owners[rank] !== owner) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === rank) last[1] = rank + 1;
    else ranges.push([rank, rank + 1]);
  }
  return ranges;
}
