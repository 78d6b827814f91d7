/**
 * @file Which ghosts are stale while a step is planned, so that an exchange stands only where one is needed: before a pass that
 * reads around its own voxels what has been written since it was last sent. Names are a component's copy, `density:1`.
 *
 * What is stale when a step ends is where the next one begins. A loop that stops on the device may have run any number of
 * its turns; whatever is stale after one of them is taken for stale (see `Planner`).
 */

/** The components that each pass reads beyond its own voxels, by the name of its stencil. */
export type GhostReads = ReadonlyMap<string, readonly string[]>;

/** Follows stale ghosts through a step. */
export class GhostTracker {
  readonly #reads: GhostReads;
  readonly #tracked: ReadonlySet<string>;
  #stale: Set<string>;

  constructor(reads: GhostReads, stale: Iterable<string>) {
    this.#reads = reads;
    this.#tracked = new Set([...reads.values()].flat());
    this.#stale = new Set([...stale].filter((name) => this.#tracked.has(componentOf(name))));
  }

  /** What is stale now. */
  get stale(): ReadonlySet<string> {
    return this.#stale;
  }

  /** The copies that must be sent before a stencil runs; they are fresh afterwards. */
  send(stencil: string, copies: ReadonlyMap<string, number>): string[] {
    return this.refresh(
      (this.#reads.get(stencil) ?? []).map((component) => `${component}:${copies.get(component) ?? 0}`),
    );
  }

  /** Those of these copies that must be sent; they are fresh afterwards. */
  refresh(copies: readonly string[]): string[] {
    const sent = copies.filter((name) => this.#stale.has(name));
    for (const name of sent) this.#stale.delete(name);
    return sent;
  }

  /** A copy has new values. */
  wrote(name: string): void {
    if (this.#tracked.has(componentOf(name))) this.#stale.add(name);
  }

  /** Nothing is known: every copy may be stale. */
  forget(): void {
    this.#stale = new Set([...this.#tracked].flatMap((component) => [`${component}:0`, `${component}:1`]));
  }

  /** Takes for stale what any of these says. */
  unite(states: Iterable<ReadonlySet<string>>): void {
    for (const state of states) for (const name of state) this.#stale.add(name);
  }
}

function componentOf(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}
