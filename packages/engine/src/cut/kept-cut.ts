/**
 * @file What was reckoned of a topology and its cut, kept by the checksums of both: what subdomains hold, their tables, index grids and
 * exchange lists. A simulation over the same pair, or one whose cut comes back, builds nothing anew. A few pairs are kept, those
 * that were used last; what a simulation uses, it holds itself.
 */

/** Pairs that are kept. */
const MOST = 4;

/** What is known of one pair. */
export class KeptCut {
  readonly #things = new Map<string, unknown>();

  /** The thing of that name, made where it isn't there. It is shared: nobody writes into it. */
  get<T>(name: string, make: () => T): T {
    if (this.#things.has(name)) {
      counts.found++;
      return this.#things.get(name) as T;
    }
    counts.made++;
    const thing = make();
    this.#things.set(name, thing);
    return thing;
  }
}

const kept = new Map<string, KeptCut>();
const counts = { made: 0, found: 0 };

/** What is kept of a pair; `key` is made of checksums. */
export function keptCut(key: string): KeptCut {
  const known = kept.get(key) ?? new KeptCut();
  kept.delete(key);
  kept.set(key, known);
  for (const oldest of [...kept.keys()].slice(0, -MOST)) kept.delete(oldest);
  return known;
}

/** How many things were made, and how many were found made, since the process began. */
export function keptCounts(): { readonly made: number; readonly found: number } {
  return { ...counts };
}
