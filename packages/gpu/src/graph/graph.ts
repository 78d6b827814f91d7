/**
 * @file The graph of passes. A pass says what it reads and writes, by name, and how; a resource is only a name, so this
 * whole file needs no device. Declaration order is program order: where two passes touch one resource and one of them
 * writes, the one declared later waits for the earlier. Everything else may overlap.
 *
 * A pass stands on the lowest level that its dependencies allow:
 *
 *     a ──x──▶ b ──y──▶ d          level 0: a e
 *     e (touches nothing of theirs)  level 1: b        order "a e b d"
 *                                    level 2: d
 *
 * Between two levels stands at most one global memory barrier, merged from the hazards that it ends (see `hazards.ts`).
 * The idea that a pass is a function and a resource a value is vuk's; levels are those of a topological sort (Kahn 1962).
 */

import type { Access } from '../access.ts';
import { accessBits } from '../access.ts';
import { GraphError } from '../errors.ts';
import { describeCycle } from './cycle.ts';
import { explainPlan, planToDot, planToMermaid } from './drawing.ts';
import { deriveBarriers } from './hazards.ts';
import type { GraphBarrier } from './hazards.ts';
import { printsItself } from '../printing.ts';

/** One touch of a resource by a pass. */
export interface Use {
  readonly resource: string;
  readonly access: Access;
}

/** Where a plan writes its barriers: an `Encoder` is one, and so is a test's list. */
export interface BarrierSink {
  barrier(before: readonly Access[], after: readonly Access[]): unknown;
  /** Where there is one, each pass is recorded under its name: messages and a lost device's error tell it. */
  label?(name: string, body: () => void): unknown;
}

/** A node of the graph: its name (unique), what it touches, the passes it must follow though no resource says so, and its commands. */
export interface Pass<E extends BarrierSink = BarrierSink> {
  readonly name: string;
  readonly reads?: readonly Use[];
  readonly writes?: readonly Use[];
  /** Names of passes that must come before, wherever they are declared. */
  readonly after?: readonly string[];
  readonly record?: (encoder: E) => void;
}

/** A reason for one pass to wait for another: a resource both touch, or a wish. */
interface Dependency {
  readonly from: number;
  readonly to: number;
}

/** What `compile` may be told. */
export interface GraphOptions {
  /** The plan is submitted again and again on the same resources: a barrier at its start orders it behind its last run. Default false. */
  readonly repeats?: boolean;
}

/** The passes in order, with the barriers between their levels. It prints, explains and records itself. */
export class Plan<E extends BarrierSink = BarrierSink> {
  static {
    printsItself(this);
  }

  /** Names in order of execution, with blanks between: "a e b d". */
  readonly order: string;
  /** Names of the passes of each level, in declaration order. */
  readonly levels: readonly (readonly string[])[];
  /** In order of level; a barrier stands before the level that it names. */
  readonly barriers: readonly GraphBarrier[];
  /** The passes of each level. */
  readonly passes: readonly (readonly Pass<E>[])[];

  constructor(passes: readonly (readonly Pass<E>[])[], barriers: readonly GraphBarrier[]) {
    this.passes = passes;
    this.barriers = barriers;
    this.levels = passes.map((level) => level.map((pass) => pass.name));
    this.order = this.levels.flat().join(' ');
  }

  /** Records every barrier and pass, in order. */
  record(encoder: E): void {
    let next = 0;
    for (const [index, level] of this.passes.entries()) {
      const barrier = this.barriers[next];
      if (barrier?.level === index) {
        encoder.barrier(barrier.before, barrier.after);
        next++;
      }
      for (const { name, record } of level) {
        if (!record) continue;
        if (encoder.label) encoder.label(name, () => record(encoder));
        else record(encoder);
      }
    }
  }

  /** Says for every pass what it reads and writes, and for every barrier why it is there. */
  explain(): string {
    return explainPlan(this);
  }

  /** A Mermaid flow chart: levels as boxes, arrows with the resource that is passed on. */
  toMermaid(): string {
    return planToMermaid(this);
  }

  /** A Graphviz drawing of the same. */
  toDot(): string {
    return planToDot(this);
  }

  toString(): string {
    return `Plan(${this.order})`;
  }
}

/** Collects passes and puts them in order. */
export class Graph<E extends BarrierSink = BarrierSink> {
  readonly #passes: Pass<E>[] = [];
  readonly #names = new Map<string, number>();
  readonly #edges: [before: string, after: string][] = [];

  /** Adds a pass behind those declared so far. */
  pass(pass: Pass<E>): this {
    if (pass.name === '')
      throw new GraphError('Cannot add a pass without a name: barriers and errors speak of passes by name');
    if (this.#names.has(pass.name)) {
      throw new GraphError(`Cannot add pass "${pass.name}": the graph has a pass of that name; give each its own`);
    }
    for (const use of [...(pass.reads ?? []), ...(pass.writes ?? [])]) accessBits([use.access]);
    this.#names.set(pass.name, this.#passes.length);
    this.#passes.push(pass);
    return this;
  }

  /** Makes pass `after` wait for pass `before`, though they share no resource. Names are looked up at `compile`. */
  order(before: string, after: string): this {
    this.#edges.push([before, after]);
    return this;
  }

  /** The plan of these passes; throws GraphError with the cycle if there is one. */
  compile(options: GraphOptions = {}): Plan<E> {
    const wishes = this.#wishes();
    const edges = [...resourceDependencies(this.#passes), ...wishes];
    const level = levelsOf(this.#passes, edges);
    const levels: Pass<E>[][] = [];
    for (const [index, pass] of this.#passes.entries()) (levels[level[index]!] ??= []).push(pass);
    return new Plan(levels, deriveBarriers(levels, this.#wishNames(wishes), options.repeats ?? false));
  }

  explain(): string {
    return this.compile().explain();
  }

  toMermaid(): string {
    return this.compile().toMermaid();
  }

  toDot(): string {
    return this.compile().toDot();
  }

  #wishes(): Dependency[] {
    const wishes: Dependency[] = [];
    for (const pass of this.#passes) {
      for (const before of pass.after ?? []) wishes.push(this.#wish(before, pass.name));
    }
    for (const [before, after] of this.#edges) wishes.push(this.#wish(before, after));
    return wishes;
  }

  #wish(before: string, after: string): Dependency {
    return { from: this.#find(before, after), to: this.#find(after, after) };
  }

  #find(name: string, by: string): number {
    const index = this.#names.get(name);
    if (index === undefined) {
      const names = [...this.#names.keys()].join(', ');
      throw new GraphError(
        `Cannot order pass "${by}" after "${name}": there is no pass "${name}"; there are ${names || 'none'}`,
      );
    }
    return index;
  }

  #wishNames(wishes: readonly Dependency[]): [string, string][] {
    return wishes.map(({ from, to }) => [this.#passes[from]!.name, this.#passes[to]!.name]);
  }
}

/** Read after write, write after read and write after write, in declaration order: each pass waits for the last ones that matter. */
function resourceDependencies(passes: readonly Pass<never>[]): Dependency[] {
  const writers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  const edges: Dependency[] = [];
  for (const [to, pass] of passes.entries()) {
    for (const { resource } of pass.reads ?? []) {
      const writer = writers.get(resource);
      if (writer !== undefined && writer !== to) edges.push({ from: writer, to });
    }
    for (const { resource } of pass.writes ?? []) {
      const writer = writers.get(resource);
      if (writer !== undefined && writer !== to) edges.push({ from: writer, to });
      for (const from of readers.get(resource) ?? []) edges.push({ from, to });
    }
    for (const { resource } of pass.writes ?? []) {
      writers.set(resource, to);
      readers.delete(resource);
    }
    for (const { resource } of pass.reads ?? []) {
      if (writers.get(resource) === to) continue;
      const list = readers.get(resource);
      if (list) list.push(to);
      else readers.set(resource, [to]);
    }
  }
  return edges;
}

/** The level of each pass: one above the highest that it waits for. */
function levelsOf(passes: readonly Pass<never>[], edges: readonly Dependency[]): number[] {
  const waiting = passes.map(() => 0);
  const next: number[][] = passes.map(() => []);
  for (const { from, to } of edges) {
    waiting[to]!++;
    next[from]!.push(to);
  }
  const level = passes.map(() => 0);
  const ready: number[] = [];
  for (const [index, count] of waiting.entries()) if (count === 0) ready.push(index);
  let done = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    done++;
    for (const to of next[at]!) {
      level[to] = Math.max(level[to]!, level[at]! + 1);
      if (--waiting[to]! === 0) ready.push(to);
    }
  }
  if (done < passes.length) {
    const cycle = describeCycle(
      passes.map((pass) => pass.name),
      next,
      waiting,
    );
    throw new GraphError(
      `Cannot order the passes: they wait for each other (${cycle}); drop one of these dependencies`,
    );
  }
  return level;
}
