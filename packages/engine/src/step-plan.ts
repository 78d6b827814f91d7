/**
 * @file The flat list of passes of one recording, and the copies that each of them sees. Nothing here knows a device.
 *
 * Every component has one or two copies, and `copies` says which is current. A pass that swaps reads the current copy,
 * writes the other, and makes that one current. Where a step ends with other copies than it began with, the next step
 * needs a recording of its own (two in all: an odd number of swaps returns after two steps).
 *
 * Repeats without `until` are unrolled. A repeat with `until` stops on the device: its body is dispatched indirectly, and
 * after each iteration a **gate** zeroes the body's arguments once the scalar says stop. The recording holds an even
 * number of iterations (what the step before needed and a margin), so the copies after it are those before it, whatever a
 * body swaps; should an odd number have run, passes that only then have work **settle** the odd copies. If all recorded
 * iterations ran and none said stop, the **check** stalls: every later pass of this step, and every step submitted since,
 * finds its arguments zeroed and does nothing, until the host has submitted the rest (`resume`) and those steps again.
 * So what was recorded never shows in the results, and the host never waits to find out.
 *
 *     begin  open │ a  b │ body  gate  body  gate … settle  check │ c │ status
 *
 * Where there are several subdomains, an **exchange** stands before a pass that reads ghosts which are stale by then.
 */
import { GhostTracker, type GhostDepths, type GhostFacts } from './ghost-tracker.ts';
import type { Until } from './declarations.ts';
import { sendEarly } from './early-exchange.ts';
import { scalarOfUntil, type Unit, type UnitPass } from './units.ts';
import { plainName, type PassFacts, type ScalarReduction } from './pass-facts.ts';

/** Which copy of a component is current, 0 or 1; absent means 0. */
export type Copies = ReadonlyMap<string, number>;

/**
 * Whose arguments a pass is dispatched with: the level's own count, or those that gates zero: `live` outside of repeats, `body`
 * of the repeat of that number, `settle` of it.
 */
export type Scope = 'count' | 'live' | `body ${number}` | `settle ${number}`;

/** What a planned pass touches. Resources are names: `density:1` is copy 1. */
export interface PlannedUses {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export type PlannedPass = { readonly name: string; readonly uses: PlannedUses } & (
  | { readonly kind: 'begin' }
  | {
      readonly kind: 'stencil';
      readonly pass: UnitPass;
      readonly scope: Scope;
      /** Whether it runs in ghosts too. */
      readonly inGhosts: boolean;
      /** The current copy of each component that the pass touches, before it runs. */
      readonly copies: Copies;
    }
  | {
      readonly kind: 'reduce';
      readonly reduction: ScalarReduction;
      readonly level: number;
      readonly stage: number;
      /** Of the first stage, over several members: the member's own chunks, or the borders. */
      readonly part: 'all' | 'own' | 'borders';
      readonly scope: Scope;
    }
  | {
      readonly kind: 'share';
      /** The reductions of one pass, whose partial values members send each other. */
      readonly reductions: readonly ScalarReduction[];
      readonly level: number;
      readonly scope: Scope;
    }
  | { readonly kind: 'gate'; readonly mode: 'open' | 'iterate' | 'check' | 'resume'; readonly loop: number }
  | {
      readonly kind: 'settle';
      readonly loop: number;
      readonly component: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'exchange';
      /** Copies whose ghosts are brought up to date: `density:1`. */
      readonly sent: readonly string[];
      readonly scope: Scope;
    }
  | { readonly kind: 'status' }
);

/** A repeat that stops by a scalar. */
export interface Loop {
  readonly name: string;
  readonly index: number;
  readonly unit: Unit;
  readonly times: number;
  readonly until: Until;
}

/** What a step begins with: the copies that are current, and those whose ghosts are stale. */
export class StepStart {
  readonly copies: Copies;
  readonly stale: ReadonlySet<string>;
  /** Tells it from others of the same program. */
  readonly name: string;

  constructor(copies: Copies, stale: ReadonlySet<string>) {
    this.copies = copies;
    this.stale = stale;
    const swapped = [...copies].flatMap(([component, copy]) => (copy === 0 ? [] : [component]));
    this.name = `${swapped.sort().join()} ${[...stale].sort().join()}`;
  }
}

/** The passes of one recording, the copies that are current after it, and those whose ghosts are stale. */
export interface StepPlan {
  readonly passes: readonly PlannedPass[];
  readonly after: Copies;
  readonly stale: ReadonlySet<string>;
  toString(): string;
}

/** What a recording is of. */
export interface PlanRequest {
  /** The current copies when the step began. */
  readonly start: Copies;
  /** Iterations to record for each loop; even numbers. */
  readonly iterations: readonly number[];
  /** Number of the loop to go on with, whose `start` copies are those of the step's own start. */
  readonly resume?: number;
  /** Number of reduction stages on each level. */
  readonly stages: readonly number[];
  /** Number of members; more than one share what they reduce. */
  readonly members?: number;
  /** By level: whether any chunk of a reduction belongs to several members, so that all reduce it. */
  readonly bordered?: readonly boolean[];
  /** What stencils read of others' leaves, and what they compute there; nothing where there is one subdomain. */
  readonly ghosts?: GhostFacts;
  /** Copies whose ghosts are stale when the step begins. */
  readonly stale?: ReadonlySet<string>;
  /** Components that the next step reads around before it writes them: they are sent when this one has written them. */
  readonly carried?: ReadonlySet<string>;
}

const NO_GHOSTS: GhostFacts = Object.freeze({ reads: new Map(), work: new Map() });

/** The loops of a step, numbered in order. */
export function loopsOf(units: readonly Unit[]): Loop[] {
  return units
    .filter((unit) => (unit.repeat?.until ?? null) !== null)
    .map((unit, index) => ({ name: unit.name, index, unit, times: unit.repeat!.times, until: unit.repeat!.until! }));
}

/** Components that a step reads around as the step before left them: it would begin by waiting for them. */
export function carriedComponents(
  units: readonly Unit[],
  request: Omit<PlanRequest, 'start' | 'iterations'>,
): Set<string> {
  const { passes } = planStep(units, { ...request, start: new Map(), iterations: [] });
  const written = new Set<string>();
  const carried = new Set<string>();
  for (const pass of passes) {
    if (pass.kind === 'exchange') {
      for (const name of pass.sent.map(plainName)) if (!written.has(name)) carried.add(name);
    } else if (pass.kind === 'stencil') {
      for (const { component } of pass.pass.facts.writes) written.add(component);
    }
  }
  return carried;
}

/** Plans one recording. */
export function planStep(units: readonly Unit[], request: PlanRequest): StepPlan {
  const planner = new Planner(units, request);
  return planner.plan();
}

class Planner {
  readonly #units: readonly Unit[];
  readonly #request: PlanRequest;
  readonly #loops: readonly Loop[];
  readonly #passes: PlannedPass[] = [];
  readonly #copies: Map<string, number>;
  readonly #ghosts: GhostTracker;
  #counter = 0;
  #silent = false;

  constructor(units: readonly Unit[], request: PlanRequest) {
    this.#units = units;
    this.#request = request;
    this.#loops = loopsOf(units);
    this.#copies = new Map(request.start);
    this.#ghosts = new GhostTracker(request.ghosts ?? NO_GHOSTS, request.stale ?? []);
  }

  plan(): StepPlan {
    const { resume } = this.#request;
    this.#begin();
    this.#silent = resume !== undefined;
    for (const unit of this.#units) {
      const loop = this.#loops.find((entry) => entry.unit === unit);
      if (loop === undefined) {
        for (let turn = 0; turn < (unit.repeat?.times ?? 1); turn++) this.#unitPasses(unit, this.#outer, turn);
        continue;
      }
      if (loop.index === resume) this.#silent = false;
      this.#loop(loop);
    }
    this.#exchangeCarried();
    if (this.#gated) this.#add({ kind: 'status', name: 'status', uses: { reads: ['status'], writes: [] } });
    const passes = (this.#request.members ?? 1) > 1 ? sendEarly(this.#passes) : this.#passes;
    const text = (): string => passes.map((pass) => pass.name.replace(/ #\d+$/, '')).join(' · ');
    return { passes, after: new Map(this.#copies), stale: this.#ghosts.stale, toString: text };
  }

  get #gated(): boolean {
    return this.#loops.length > 0;
  }

  get #outer(): Scope {
    return this.#gated ? 'live' : 'count';
  }

  #add(pass: PlannedPass): void {
    if (!this.#silent) this.#passes.push({ ...pass, name: `${pass.name} #${this.#counter++}` });
  }

  #begin(): void {
    const { resume } = this.#request;
    const reads = this.#gated ? ['status'] : [];
    this.#add({ kind: 'begin', name: 'begin', uses: { reads, writes: ['uniforms', 'scalars'] } });
    if (!this.#gated) return;
    const mode = resume === undefined ? 'open' : 'resume';
    const writes = ['args live', ...this.#loops.flatMap(({ index }) => [`args body ${index}`, `args settle ${index}`])];
    // It is written after `begin` has read it: a stall that is lifted must not let the host's scalars in a second time.
    this.#add({
      kind: 'gate',
      mode,
      loop: resume ?? 0,
      name: mode,
      uses: { reads: gateReads(resume ?? 0), writes: [...writes, 'status'] },
    });
  }

  #unitPasses(unit: Unit, scope: Scope, turn: number): void {
    for (const pass of unit.passes) this.#stencil(pass, scope, turn === 0 ? pass.label : `${pass.label} (${turn + 1})`);
  }

  #stencil(pass: UnitPass, scope: Scope, name: string): void {
    const { facts } = pass;
    const copies = new Map<string, number>();
    for (const component of [...facts.reads, ...facts.writes.map((write) => write.component)]) {
      copies.set(component, this.#copies.get(component) ?? 0);
    }
    this.#exchange(pass, copies, scope);
    const reads = facts.reads.map((component) => `${component}:${copies.get(component)}`);
    const writes = facts.writes.map(({ component, swaps }) => {
      const current = copies.get(component)!;
      return `${component}:${swaps ? 1 - current : current}`;
    });
    const scalars = facts.scalars.map((scalar) => `scalar ${scalar}`);
    const partials = facts.reductions.map(({ scalar }) => `partials ${scalar}`);
    const uses = {
      reads: [...reads, ...scalars, 'uniforms', 'scalars', ...argumentsOf(scope)],
      writes: [...writes, ...partials],
    };
    const depth = this.#ghosts.depthOf(pass);
    this.#add({ kind: 'stencil', name, pass, scope, inGhosts: depth >= 0, copies, uses });
    for (const { component, swaps } of facts.writes) {
      const before = copies.get(component)!;
      const after = swaps ? 1 - before : before;
      this.#ghosts.wroteBy(pass, component, { before, after });
      if (swaps) this.#copies.set(component, after);
    }
    const shared = (this.#request.members ?? 1) > 1 && depth !== Infinity;
    if (facts.reductions.length > 0) this.#reduce(facts, scope, shared);
  }

  /** Brings stale ghosts that the stencil reads up to date. */
  #exchange(pass: UnitPass, copies: Copies, scope: Scope): void {
    this.#send(this.#ghosts.send(pass, copies), scope);
  }

  /** Sends at the end of the step what the next one would have to wait for at its start. */
  #exchangeCarried(): void {
    const current = [...(this.#request.carried ?? [])].map((name) => `${name}:${this.#copies.get(name) ?? 0}`);
    this.#send(this.#ghosts.refresh(current), this.#outer);
  }

  #send(sent: readonly string[], scope: Scope): void {
    if (sent.length === 0) return;
    const uses = { reads: [...sent, ...argumentsOf(scope)], writes: sent };
    this.#add({ kind: 'exchange', name: `exchange ${sent.join(', ')}`, sent, scope, uses });
  }

  /** Reduces what a pass left; `shared` where members have a part of it each, which they send each other at one moment. */
  #reduce({ reductions, level }: PassFacts, scope: Scope, shared: boolean): void {
    const stages = Array.from({ length: this.#request.stages[level] ?? 1 }, (_, stage) => stage);
    const passes = reductions.map((reduction) =>
      stages.map((stage) => reducePass({ reduction, level, stage, last: stage === stages.length - 1, scope })),
    );
    if (!shared) {
      for (const each of passes.flat()) this.#add({ ...each, part: 'all' });
      return;
    }
    const firsts = passes.map(([first]) => first!);
    if (stages.length > 1) for (const first of firsts) this.#add({ ...first, part: 'own' });
    const shares = firsts.flatMap(({ uses }) => [...uses.reads.slice(0, 1), ...(stages.length > 1 ? uses.writes : [])]);
    const uses = { reads: [...shares, ...argumentsOf(scope)], writes: shares };
    const name = `share ${reductions.map(({ scalar }) => scalar).join(', ')}`;
    this.#add({ kind: 'share', name, reductions, level, scope, uses });
    const bordered = stages.length === 1 || (this.#request.bordered?.[level] ?? true);
    for (const [first, ...rest] of passes) {
      if (bordered) this.#add({ ...first!, part: 'borders' });
      for (const each of rest) this.#add({ ...each, part: 'all' });
    }
  }

  #loop(loop: Loop): void {
    const start = new Map(this.#copies);
    const recorded = this.#silent ? 2 : (this.#request.iterations[loop.index] ?? 2);
    const scope: Scope = `body ${loop.index}`;
    const scalar = scalarOfUntil(loop.until);
    let odd: string[] = [];
    const stale: GhostDepths[] = [];
    // A stall may have come after any number of turns.
    if (loop.index === this.#request.resume) this.#ghosts.forget();
    for (let turn = 0; turn < recorded; turn++) {
      this.#unitPasses(loop.unit, scope, turn);
      stale.push(this.#ghosts.depths);
      if (turn === 0) odd = [...this.#copies.keys()].filter((key) => this.#copies.get(key) !== (start.get(key) ?? 0));
      const args = [`args body ${loop.index}`, `args settle ${loop.index}`, 'status'];
      const uses = { reads: [...gateReads(loop.index), `scalar ${scalar}`, 'uniforms', 'scalars'], writes: args };
      this.#add({ kind: 'gate', mode: 'iterate', loop: loop.index, name: `gate ${loop.name}`, uses });
    }
    stale.push(...this.#laterTurns(loop.unit, scope));
    this.#ghosts.unite(stale);
    for (const component of odd) {
      const to = start.get(component) ?? 0;
      this.#ghosts.wrote(`${component}:${to}`);
      const uses = {
        reads: [`${component}:${1 - to}`, `args settle ${loop.index}`],
        writes: [`${component}:${to}`],
      };
      const name = `settle ${component}`;
      this.#add({ kind: 'settle', name, loop: loop.index, component, from: 1 - to, to, uses });
    }
    const later = this.#loops.slice(loop.index).flatMap(({ index }) => [`args body ${index}`, `args settle ${index}`]);
    const uses = { reads: gateReads(loop.index), writes: ['args live', ...later, 'status'] };
    this.#add({ kind: 'gate', mode: 'check', loop: loop.index, name: `check ${loop.name}`, uses });
  }

  /** What is stale after turns beyond those that are recorded: a stalled loop goes on. Two more, since copies swap in pairs. */
  #laterTurns(unit: Unit, scope: Scope): GhostDepths[] {
    const [silent, states] = [this.#silent, [] as GhostDepths[]];
    this.#silent = true;
    for (let turn = 0; turn < 2; turn++) {
      this.#unitPasses(unit, scope, turn);
      states.push(this.#ghosts.depths);
    }
    this.#silent = silent;
    return states;
  }
}

/** A stage of a reduction, over whichever part. */
function reducePass({
  last,
  ...what
}: Omit<PlannedPass & { kind: 'reduce' }, 'kind' | 'name' | 'uses' | 'part'> & { readonly last: boolean }): Omit<
  PlannedPass & { kind: 'reduce' },
  'part'
> {
  const { reduction, stage, scope } = what;
  const { scalar } = reduction;
  const source = stage === 0 ? `partials ${scalar}` : `scratch ${stage - 1} ${scalar}`;
  const target = last ? `scalar ${scalar}` : `scratch ${stage} ${scalar}`;
  // `scalars` is the block that `begin` writes as a whole, before any reduction into a part of it.
  const uses = { reads: [source, 'scalars', ...argumentsOf(scope)], writes: [target] };
  return { kind: 'reduce', name: `reduce ${scalar}`, ...what, uses };
}

/** What the gate kernel looks at before it writes: whether the scopes are open, and the counts so far. */
function gateReads(loop: number): string[] {
  return ['args live', `args body ${loop}`, 'status'];
}

function argumentsOf(scope: Scope): string[] {
  return scope === 'count' ? [] : [`args ${scope}`];
}
