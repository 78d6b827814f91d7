/**
 * @file Declarations → the units of a step, in the order in which they run. A unit is one stencil, or a repeat with its body
 * unrolled for one iteration. A repeat stands where the first declared of its stencils stands; its body's list is program
 * order within it. Names of dependencies and bodies are looked up here.
 */
import type { Declarations, RepeatDeclaration, Until } from './declarations.ts';
import { didYouMean, listNames } from './names.ts';
import { readResources, writeResources, type PassFacts } from './pass-facts.ts';
import { makeSchedule, type Schedule, type ScheduleEdge, type ScheduleUnit } from './schedule.ts';

/** One pass of a unit. */
export interface UnitPass {
  /** Name, with a number from the second time on that it occurs in a body: `smooth`, `smooth 2`. */
  readonly label: string;
  readonly facts: PassFacts;
}

/** Passes that run together: once, or `times` times and until a scalar says stop. */
export interface Unit {
  readonly name: string;
  /** In the order in which they run within one iteration. */
  readonly passes: readonly UnitPass[];
  readonly repeat: { readonly times: number; readonly until: Until | null } | null;
}

/** The units in order, and the schedule's reasons. */
export interface UnitOrder {
  readonly units: readonly Unit[];
  readonly schedule: Schedule;
}

/** Puts the declared stencils (their facts by name) in order; throws where a name is unknown or the order has a cycle. */
export function orderUnits(declarations: Declarations, facts: ReadonlyMap<string, PassFacts>): UnitOrder {
  checkDependencies(declarations, facts);
  const units = collectUnits(declarations, facts).map((unit) => orderBody(unit, declarations, facts));
  const nodes = units.map(toNode);
  const members = units.map((unit) => new Set(namesWithin(unit.name, declarations)));
  const edges: ScheduleEdge[] = [];
  for (const { before, after } of declarations.dependencies) {
    const reason = `addDependency("${before}", "${after}")`;
    const targets = unitsOf(members, after);
    for (const name of namesBefore(before, after, declarations, facts)) {
      for (const from of unitsOf(members, name)) {
        for (const to of targets) if (from !== to || units[from]!.repeat === null) edges.push({ from, to, reason });
      }
    }
  }
  const schedule = makeSchedule(nodes, edges);
  return { units: schedule.order.map((index) => units[index]!), schedule };
}

function toNode(unit: Unit): ScheduleUnit {
  const reads = new Set(unit.passes.flatMap(({ facts }) => [...readResources(facts)]));
  const writes = new Set(unit.passes.flatMap(({ facts }) => [...writeResources(facts)]));
  const until = unit.repeat?.until ?? null;
  if (until !== null) reads.add(`scalar ${scalarOfUntil(until)}`);
  return { name: unit.name, reads, writes };
}

/** The scalar that ends a repeat. */
export function scalarOfUntil(until: Until): string {
  return typeof until === 'string' ? until : until.scalar;
}

function unitsOf(members: readonly ReadonlySet<string>[], name: string): number[] {
  return members.flatMap((names, index) => (names.has(name) ? [index] : []));
}

/** What `before` means: a stencil, a repeat, or the writers of a field (other than the one that is to follow them). */
function namesBefore(
  before: string,
  after: string,
  declarations: Declarations,
  facts: ReadonlyMap<string, PassFacts>,
): string[] {
  if (declarations.stencils.has(before) || declarations.repeats.has(before)) return [before];
  return [...facts.values()]
    .filter((pass) => pass.name !== after && pass.writes.some(({ component }) => writesName(component, before)))
    .map((pass) => pass.name);
}

/** A stencil or repeat, and for a repeat all that is within it: stencils, repeats, and what is within those. */
function namesWithin(name: string, declarations: Declarations): string[] {
  const body = declarations.repeats.get(name)?.body ?? [];
  return [name, ...body.flatMap((each) => namesWithin(each, declarations))];
}

/** Whether a component belongs to what a person called `name`: the component, its field, or its field on any level. */
function writesName(component: string, name: string): boolean {
  const plain = name.includes('@') ? component : component.replace(/@\d+$/, '');
  return [plain, plain.replace(/\.([xyzw])/, '_$1'), plain.replace(/\.[xyzw]/, '')].includes(name);
}

function checkDependencies(declarations: Declarations, facts: ReadonlyMap<string, PassFacts>): void {
  const passes = [...declarations.stencils.keys(), ...declarations.repeats.keys()];
  const written = [...facts.values()].flatMap((pass) => pass.writes.map((write) => write.component));
  for (const { before, after } of declarations.dependencies) {
    const head = `Cannot add dependency "${before}" → "${after}"`;
    const known = [...passes, ...declarations.fields.keys()];
    if (!known.includes(before) && !written.some((component) => writesName(component, before))) {
      const hint = didYouMean(before, known);
      throw new TypeError(`${head}: "${before}" is neither a field nor a stencil${hint}; name one that was added`);
    }
    if (!passes.includes(after)) {
      const hint = didYouMean(after, passes);
      throw new TypeError(`${head}: "${after}" is no stencil${hint}; the stencils are ${listNames(passes)}`);
    }
  }
}

/** Units in declaration order: a repeat where its first stencil stands, and its stencils nowhere else. */
function collectUnits(declarations: Declarations, facts: ReadonlyMap<string, PassFacts>): Unit[] {
  const bodies = new Map<string, PassFacts[]>();
  const nested = new Set<string>();
  for (const repeat of declarations.repeats.values()) {
    bodies.set(repeat.name, unroll(repeat, declarations, facts, bodies, nested));
  }
  const place = new Map([...declarations.stencils.keys()].map((name, index) => [name, index]));
  const repeats = [...declarations.repeats.values()]
    .filter((repeat) => !nested.has(repeat.name))
    .map((repeat) => {
      const body = bodies.get(repeat.name)!;
      return { repeat, body, at: Math.min(...body.map((pass) => place.get(pass.name)!)) };
    });
  const inside = new Set([...bodies.values()].flatMap((body) => body.map((pass) => pass.name)));
  const units: Unit[] = [];
  for (const [name, at] of place) {
    for (const { repeat, body } of repeats.filter((entry) => entry.at === at)) {
      const { times, until } = repeat;
      units.push({ name: repeat.name, passes: labelled(body), repeat: { times, until: until ?? null } });
    }
    const pass = facts.get(name);
    if (pass !== undefined && !inside.has(name)) units.push({ name, passes: labelled([pass]), repeat: null });
  }
  return units;
}

function labelled(body: readonly PassFacts[]): UnitPass[] {
  const seen = new Map<string, number>();
  return body.map((facts) => {
    const count = (seen.get(facts.name) ?? 0) + 1;
    seen.set(facts.name, count);
    return { label: count === 1 ? facts.name : `${facts.name} ${count}`, facts };
  });
}

function unroll(
  repeat: RepeatDeclaration,
  declarations: Declarations,
  facts: ReadonlyMap<string, PassFacts>,
  earlier: ReadonlyMap<string, PassFacts[]>,
  nested: Set<string>,
): PassFacts[] {
  return repeat.body.flatMap((name) => {
    const pass = facts.get(name);
    if (pass !== undefined) return [pass];
    const inner = declarations.repeats.get(name);
    const body = earlier.get(name);
    if (inner !== undefined && body !== undefined) {
      if (inner.until !== undefined) {
        throw new TypeError(
          `Cannot run repeat "${repeat.name}": repeat "${name}" in its body stops by a scalar; give "${name}" times alone`,
        );
      }
      nested.add(name);
      return Array.from({ length: inner.times }, () => body).flat();
    }
    const known = [...declarations.stencils.keys(), ...earlier.keys()];
    throw new TypeError(
      `Cannot run repeat "${repeat.name}": "${name}" in its body is neither a stencil nor an earlier repeat${didYouMean(name, known)}; the stencils are ${listNames(declarations.stencils.keys())}`,
    );
  });
}

/** Orders one iteration's passes: the list is program order, dependencies between two of them are held against it. */
function orderBody(unit: Unit, declarations: Declarations, facts: ReadonlyMap<string, PassFacts>): Unit {
  if (unit.passes.length < 2) return unit;
  const nodes = unit.passes.map(({ label, facts }) => ({
    name: label,
    reads: readResources(facts),
    writes: writeResources(facts),
  }));
  const { order } = makeSchedule(nodes, edgesWithin(unit, declarations, facts));
  return { ...unit, passes: order.map((index) => unit.passes[index]!) };
}

/** What dependencies say of one iteration's passes: the first run of what follows is behind the last of the other before it, if there is one. */
function edgesWithin(unit: Unit, declarations: Declarations, facts: ReadonlyMap<string, PassFacts>): ScheduleEdge[] {
  const names = unit.passes.map(({ facts }) => facts.name);
  const edges: ScheduleEdge[] = [];
  for (const { before, after } of declarations.dependencies) {
    if (before === unit.name || after === unit.name) continue;
    const reason = `addDependency("${before}", "${after}")`;
    const followers = namesWithin(after, declarations);
    const others = namesBefore(before, after, declarations, facts)
      .flatMap((name) => namesWithin(name, declarations))
      .filter((name) => names.includes(name) && (before === after || !followers.includes(name)));
    for (const to of followers.map((name) => names.indexOf(name)).filter((index) => index >= 0)) {
      for (const name of others) {
        const earlier = names.lastIndexOf(name, to);
        edges.push({ from: earlier < 0 ? names.indexOf(name) : earlier, to, reason });
      }
    }
  }
  return edges;
}

/** The scalar that ends a repeat, and the parameter that bounds it, must exist, with one type. */
export function checkUntil(unit: Unit, declarations: Declarations): void {
  const until = unit.repeat?.until ?? null;
  if (until === null) return;
  const head = `Cannot run repeat "${unit.name}" until scalar "${scalarOfUntil(until)}"`;
  const scalar = declarations.scalars.get(scalarOfUntil(until));
  if (scalar === undefined) {
    const names = [...declarations.scalars.keys()];
    throw new TypeError(
      `${head}: there is none of that name${didYouMean(scalarOfUntil(until), names)}; the scalars are ${listNames(names)}`,
    );
  }
  if (typeof until === 'string' || typeof until.below === 'number') return;
  const parameter = declarations.parameters.get(until.below);
  if (parameter === undefined) {
    const names = [...declarations.parameters.keys()];
    throw new TypeError(
      `${head}: there is no parameter "${until.below}"${didYouMean(until.below, names)}; the parameters are ${listNames(names)}`,
    );
  }
  if (parameter.type !== scalar.type) {
    throw new TypeError(
      `${head}: it is ${scalar.type}, and parameter "${parameter.name}" is ${parameter.type}; give them one type`,
    );
  }
}
