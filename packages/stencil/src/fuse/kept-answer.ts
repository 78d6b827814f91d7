/** @file What is asked of each stencil for every pair that could run as one. */
import type { Stencil } from '../ir.ts';

/** A question to a stencil that is asked again and again: its answer is kept as long as the stencil. */
export function keptAnswer<T>(find: (stencil: Stencil) => T): (stencil: Stencil) => T {
  const known = new WeakMap<Stencil, { readonly answer: T }>();
  return (stencil) => {
    let entry = known.get(stencil);
    if (entry === undefined) known.set(stencil, (entry = { answer: find(stencil) }));
    return entry.answer;
  };
}
