/**
 * @file How deep ghosts are up to date while a step is planned, so that an exchange stands only where one is needed: before a pass
 * that reads deeper than that what has been written since it was last sent. Names are a component's copy, `density:1`.
 *
 * A copy that was sent, and not written since, is **fresh**: whatever reads it finds it. One that was written over the subdomain's
 * own leaves alone is **stale**. One that was computed in ghosts too is good to a depth in voxels (`ghost-work.ts`).
 *
 * What is not fresh when a step ends is taken for stale by the next. A loop that stops on the device may have run any number of
 * its turns; copies are then as good as after the worst of them (see `Planner`).
 */
import type { UnitPass } from './units.ts';

/** What a pass reads beyond its own voxels, and how deep it must be good; Infinity: it must be fresh. */
export interface GhostNeed {
  readonly component: string;
  readonly depth: number;
}

/** What stencils that run over own leaves alone read of others', by name. */
export type GhostReads = ReadonlyMap<string, readonly GhostNeed[]>;

/** A pass that runs in ghosts too. */
export interface GhostPass {
  /** Voxels; Infinity: over the whole level. */
  readonly depth: number;
  readonly needs: readonly GhostNeed[];
  /** Components that it writes some voxels of: the others are as good as they were. */
  readonly partly: readonly string[];
}

/** Copies that aren't fresh, and how deep they are good; −1: in own leaves alone. */
export type GhostDepths = ReadonlyMap<string, number>;

/** What is known of a program's ghosts. */
export interface GhostFacts {
  readonly reads: GhostReads;
  readonly work: ReadonlyMap<UnitPass, GhostPass>;
}

/** Follows ghosts through a step. */
export class GhostTracker {
  readonly #facts: GhostFacts;
  readonly #tracked: ReadonlySet<string>;
  #depths: Map<string, number>;

  constructor(facts: GhostFacts, stale: Iterable<string>) {
    this.#facts = facts;
    const needs = [...facts.reads.values(), ...facts.work.values().map((pass) => pass.needs)].flat();
    this.#tracked = new Set(needs.map(({ component }) => component));
    const known = [...stale].filter((name) => this.#tracked.has(componentOf(name)));
    this.#depths = new Map(known.map((name) => [name, -1]));
  }

  /** What isn't fresh now. */
  get stale(): ReadonlySet<string> {
    return new Set(this.#depths.keys());
  }

  /** How deep copies are good now. */
  get depths(): GhostDepths {
    return new Map(this.#depths);
  }

  /** How deep a pass runs in ghosts; −1: over own leaves alone. */
  depthOf(pass: UnitPass): number {
    return this.#facts.work.get(pass)?.depth ?? -1;
  }

  /** The copies that must be sent before a pass runs; they are fresh afterwards. */
  send(pass: UnitPass, copies: ReadonlyMap<string, number>): string[] {
    const needs = this.#facts.work.get(pass)?.needs ?? this.#facts.reads.get(pass.facts.name) ?? [];
    const deeper = needs.map(({ component, depth }) => [`${component}:${copies.get(component) ?? 0}`, depth] as const);
    const sent = deeper.filter(([name, depth]) => (this.#depths.get(name) ?? Infinity) < depth).map(([name]) => name);
    return this.refresh([...new Set(sent)]);
  }

  /** Those of these copies that aren't fresh; they are afterwards. */
  refresh(copies: readonly string[]): string[] {
    const sent = copies.filter((name) => this.#depths.has(name));
    for (const name of sent) this.#depths.delete(name);
    return sent;
  }

  /** A copy has new values in own leaves. */
  wrote(name: string): void {
    this.#set(name, -1);
  }

  /** A pass has written a copy of a component; `before` is the copy that it found. */
  wroteBy(
    pass: UnitPass,
    component: string,
    { before, after }: { readonly before: number; readonly after: number },
  ): void {
    const work = this.#facts.work.get(pass);
    if (work === undefined) return this.wrote(`${component}:${after}`);
    const kept = work.partly.includes(component) ? this.#depths.get(`${component}:${before}`) : undefined;
    this.#set(`${component}:${after}`, Math.min(work.depth, kept ?? Infinity));
  }

  #set(name: string, depth: number): void {
    if (!this.#tracked.has(componentOf(name))) return;
    if (depth === Infinity) this.#depths.delete(name);
    else this.#depths.set(name, depth);
  }

  /** Nothing is known: every copy may be stale. */
  forget(): void {
    const all = [...this.#tracked].flatMap((component) => [`${component}:0`, `${component}:1`]);
    this.#depths = new Map(all.map((name) => [name, -1]));
  }

  /** Takes copies for as good as the worst of these has them. */
  unite(states: Iterable<GhostDepths>): void {
    for (const state of states) {
      for (const [name, depth] of state) this.#depths.set(name, Math.min(depth, this.#depths.get(name) ?? Infinity));
    }
  }
}

function componentOf(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}
