/**
 * @file Which stencils run as one. Stencils are taken in the order of the schedule; each joins the last pass that it can
 * join without overtaking one that it must follow. Two become one where one pass can do the same as both
 * (`whyNotFused` of the stencil room), and where that moves fewer bytes. What joined and why the rest didn't is told.
 *
 * Where they read it of other voxels it is computed again there, if that is worth it (`again.ts`). A field that was declared
 * `transient`, and that stencils read only in the pass that has always written it by then, has no memory at all.
 */
import {
  asksFar,
  bytesPerVoxel,
  bytesTogether,
  exceedsRadius,
  fieldsAgain,
  whyNotFused,
  type Stencil,
} from '@halocline/stencil';
import type { Backgrounds } from '../background/backgrounds.ts';
import type { CheckedStencil } from '../compiler.ts';
import { fieldKey, type Declarations } from '../declarations.ts';
import type { DomainLevel } from '../domain.ts';
import { componentNames, factsOf, readResources, takingAlong, writeResources } from '../pass-facts.ts';
import type { Unit, UnitOrder, UnitPass } from '../units.ts';
import { carriedComponents, unstoredFields, type Group, type Member } from './lifetimes.ts';
import {
  idleValues,
  namesAgain,
  nameOf as namesOf,
  whyNotAgain,
  type Fuse,
  type Ground,
  type IdleValues,
} from './again.ts';

/** Stencils that run as one. */
export interface FusedPass {
  /** `a + b`. */
  readonly name: string;
  readonly stencils: readonly string[];
  /** Keys of fields that it needn't store. */
  readonly unstored: readonly string[];
  /** Bytes that a voxel moves less than with one pass a stencil, at the least. */
  readonly savedBytes: number;
  /** Fields that are computed again at other voxels, and at how many for each. */
  readonly again: readonly { readonly key: string; readonly voxels: number }[];
  /** Those of them that are stored, and that no stencil but these reads. */
  readonly needless: readonly string[];
}

/** What the schedule says of two passes that stayed apart. */
export interface Unfused {
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** A step's units, with stencils that run as one. */
export interface FusionPlan {
  readonly units: readonly Unit[];
  /** What the passes of each unit of the order became. */
  readonly became: readonly (readonly UnitPass[])[];
  /** What runs, by name: stencils that became one are there once, under the name of all. */
  readonly stencils: ReadonlyMap<string, CheckedStencil>;
  readonly fused: readonly FusedPass[];
  readonly apart: readonly Unfused[];
  /** Keys of fields that need no memory. */
  readonly unstored: ReadonlySet<string>;
}

/** The units as they are. */
export function withoutFusion({ units }: UnitOrder, stencils: ReadonlyMap<string, CheckedStencil>): FusionPlan {
  return { units, became: units.map(({ passes }) => passes), stencils, fused: [], apart: [], unstored: new Set() };
}

/** What a plan is made with: what was declared, what is known of the fields and levels, and who makes one stencil of several. */
export interface FusionOptions {
  readonly declarations: Declarations;
  readonly backgrounds: Pick<Backgrounds, 'knows'>;
  readonly domain: { level(index: number): Pick<DomainLevel, 'raggedShare'> };
  readonly fuse: Fuse;
  /** Components that stencils take along into second copies (`Backgrounds.foreign`). */
  readonly foreign: ReadonlySet<string>;
}

interface GroupContext extends FusionOptions {
  readonly idle: IdleValues;
  /** Keys of those that are stored, computed again or not. */
  readonly stored: ReadonlySet<string>;
  /** Components that keep values from one step to the next. */
  readonly carried: ReadonlySet<string>;
  /** The stencils that read a component. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
}

/** Joins what can be joined, in the units of a step. */
export function planFusion(
  order: UnitOrder,
  checked: ReadonlyMap<string, CheckedStencil>,
  context: FusionOptions,
): FusionPlan {
  const { fields } = context.declarations;
  const idle = idleValues(context.declarations, context.backgrounds);
  const carried = carriedComponents(order, checked);
  const reads = [...checked.values()].flatMap(({ name, facts }) => facts.reads.map((read) => ({ name, read })));
  const readers = new Map(
    [...Map.groupBy(reads, ({ read }) => read)].map(([read, all]) => [read, all.map(({ name }) => name)]),
  );
  const stored = new Set([...fields.values()].filter(({ transient }) => !transient).map(({ key }) => key));
  for (;;) {
    const plan = planOnce(order, checked, { ...context, idle, stored, carried, readers });
    // What others need all the same is stored too: then computing it again is worth less.
    const needed = plan.fused
      .flatMap(({ again }) => again.map(({ key }) => key))
      .filter((key) => !plan.unstored.has(key) && !stored.has(key));
    if (needed.length === 0) return plan;
    for (const key of needed) stored.add(key);
  }
}

function planOnce(order: UnitOrder, checked: ReadonlyMap<string, CheckedStencil>, context: GroupContext): FusionPlan {
  const { declarations } = context;
  const apart: Unfused[] = [];
  const joiner = new Joiner(checked, orderedPairs(order, declarations), apart, context);
  const sections: { readonly repeat: Unit | null; readonly groups: Group[] }[] = [];
  for (const unit of order.units) {
    const open = sections.at(-1);
    if (unit.repeat !== null) sections.push({ repeat: unit, groups: joiner.join([], unit.passes) });
    else if (open === undefined || open.repeat !== null)
      sections.push({ repeat: null, groups: joiner.join([], unit.passes) });
    else joiner.join(open.groups, unit.passes);
  }
  const groups = sections.flatMap((section) => section.groups);
  const unstored = unstoredFields(declarations, groups);
  const fused = new Map<string, FusedStencil>();
  for (const group of groups) {
    const one = group.length > 1 ? fuseGroup(group, unstored, context) : null;
    if (one !== null) fused.set(one.checked.name, one);
  }
  const passes = new Map(
    groups.map((group): [Group, UnitPass] => {
      if (group.length === 1) return [group, group[0]!.pass];
      const label = group.map(({ pass }) => pass.label).join(' + ');
      return [group, { label, facts: fused.get(nameOf(group))!.checked.facts }];
    }),
  );
  const passOf = (group: Group): UnitPass => passes.get(group)!;
  const became = new Map(groups.flatMap((group) => group.map(({ pass }) => [pass, passOf(group)] as const)));
  const units = sections.flatMap(({ repeat, groups: own }): Unit[] => {
    if (repeat !== null) return [{ ...repeat, passes: own.map(passOf) }];
    return own.map((group) => ({ name: nameOf(group), passes: [passOf(group)], repeat: null }));
  });
  const running = new Set(units.flatMap(({ passes }) => passes.map(({ facts }) => facts.name)));
  const stencils = new Map([...checked].filter(([name]) => running.has(name)));
  for (const [name, one] of fused) stencils.set(name, one.checked);
  return {
    units,
    became: order.units.map(({ passes }) => passes.map((pass) => became.get(pass)!)),
    stencils,
    fused: [...fused.values()].map(({ told }) => told),
    apart,
    unstored,
  };
}

interface FusedStencil {
  readonly checked: CheckedStencil;
  readonly told: FusedPass;
}

function nameOf(group: Group): string {
  return namesOf(group.map(({ checked }) => checked));
}

/** Pairs of names, a line break between them, that stand in this order for a reason other than hazards. */
function orderedPairs({ units, schedule }: UnitOrder, { dependencies }: Declarations): ReadonlySet<string> {
  const names = new Map(schedule.order.map((index, place) => [index, units[place]!.name]));
  return new Set([
    ...schedule.edges.map(({ from, to }) => `${names.get(from)}\n${names.get(to)}`),
    ...dependencies.map(({ before, after }) => `${before}\n${after}`),
  ]);
}

class Joiner {
  readonly #checked: ReadonlyMap<string, CheckedStencil>;
  readonly #ordered: ReadonlySet<string>;
  readonly #apart: Unfused[];
  readonly #context: GroupContext;

  constructor(
    checked: ReadonlyMap<string, CheckedStencil>,
    ordered: ReadonlySet<string>,
    apart: Unfused[],
    context: GroupContext,
  ) {
    this.#checked = checked;
    this.#ordered = ordered;
    this.#apart = apart;
    this.#context = context;
  }

  /** Takes passes, in order, into groups that are there or new ones. */
  join(groups: Group[], passes: readonly UnitPass[]): Group[] {
    for (const pass of passes) {
      const member = { pass, checked: this.#checked.get(pass.facts.name)! };
      this.#place(groups, member);
    }
    return groups;
  }

  #place(groups: Group[], member: Member): void {
    let refusal: Unfused | null = null;
    for (const group of groups.toReversed()) {
      const reason = whyNotJoined(group, member, this.#context);
      if (reason === null) {
        group.push(member);
        return;
      }
      const stops = group.some((other) => this.#precedes(other, member));
      if (refusal === null || stops) refusal = { before: nameOf(group), after: member.checked.name, reason };
      if (stops) break;
    }
    const told = refusal;
    if (told !== null && !this.#apart.some(({ before, after }) => before === told.before && after === told.after)) {
      this.#apart.push(told);
    }
    groups.push([member]);
  }

  /** Whether `later` may not run before `earlier`. */
  #precedes({ pass: earlier }: Member, { pass: later }: Member): boolean {
    if (this.#ordered.has(`${earlier.facts.name}\n${later.facts.name}`)) return true;
    const [reads, writes] = [readResources(later.facts), writeResources(later.facts)];
    const written = writeResources(earlier.facts);
    return (
      !written.isDisjointFrom(reads) ||
      !written.isDisjointFrom(writes) ||
      !readResources(earlier.facts).isDisjointFrom(writes)
    );
  }
}

/** Why a stencil can't or needn't join a group; null where it does. */
function whyNotJoined(group: Group, { pass, checked }: Member, context: GroupContext): string | null {
  const last = group.at(-1)!.checked;
  if (last.level !== checked.level) {
    return `"${last.name}" runs on level ${last.level}, "${checked.name}" on level ${checked.level}`;
  }
  const { stencil } = checked;
  const parts = stencilsOf(group);
  const kernel = stencil === null ? checked : group.find((member) => member.checked.stencil === null)?.checked;
  if (stencil === null || kernel !== undefined) return `"${kernel!.name}" is a kernel, and not a stencil`;
  const ground = groundOf(checked.level, parts, context);
  const reason = whyNotFused(parts, stencil, new Set(ground.inactive.keys()));
  if (reason !== null) return reason + adviceFor(parts, checked, context);
  const other = group.find((one) => isHeld(one.checked) && one.checked.beyondRadius !== checked.beyondRadius);
  if (other !== undefined && isHeld(checked)) {
    return `"${other.checked.name}" and "${checked.name}" differ in what happens beyond their radius`;
  }
  const otherwise = group.find((one) => exceeds(one.checked) && one.checked.follows !== checked.follows);
  if (otherwise !== undefined && exceeds(checked)) {
    return `"${otherwise.checked.name}" and "${checked.name}" differ in the flow that their radius follows`;
  }
  const written = new Set(group.flatMap((member) => member.pass.facts.writes.map(({ component }) => component)));
  const follows = pass.facts.reads.some((component) => written.has(component));
  const computing = group.filter((member) => computes(member.checked));
  if (!follows && computing.length > 0 !== computes(checked)) {
    const [slow, fast] = computes(checked) ? [checked.name, last.name] : [computing[0]!.checked.name, checked.name];
    return `"${slow}" computes coordinates, a voxel a thread, and "${fast}" runs four voxels a thread`;
  }
  const again = whyNotAgain(parts, stencil, ground, context.fuse);
  if (again === null) return null;
  if (again !== undefined) {
    const [needless] = storedForNobody(checked.level, [...parts, stencil], context);
    return needless === undefined ? again : `${again}; more, were ${needless} transient`;
  }
  const apart = [...parts, stencil].reduce((sum, part) => sum + bytesPerVoxel(part), 0);
  return bytesTogether([...parts, stencil]) < apart ? null : 'they share no field';
}

/** What is known where these parts run. */
function groundOf(level: number, parts: readonly Stencil[], { idle, stored, domain }: GroupContext): Ground {
  const inactive = namesAgain(idle, level, parts);
  return {
    inactive,
    stored: new Set([...inactive.keys()].filter((name) => stored.has(fieldKey(name, level)))),
    raggedShare: domain.level(level).raggedShare,
  };
}

/** What is said besides of a stencil that could join, were more known of a field. */
function adviceFor(parts: readonly Stencil[], { stencil, level }: CheckedStencil, { idle }: GroupContext): string {
  const written = new Set(parts.flatMap(({ writes }) => writes.map(({ field }) => field)));
  if (whyNotFused(parts, stencil!, written) !== null) return '';
  const [again] = fieldsAgain([...parts, stencil!]).filter(({ field }) => !idle.has(fieldKey(field, level)));
  return `; what inactive voxels of "${again!.field}" hold isn't known, so it can't be computed again there`;
}

/** Keys of fields that parts compute again and store all the same, though nobody but the host may want them. */
function storedForNobody(
  level: number,
  parts: readonly Stencil[],
  { declarations, stored, carried, readers }: GroupContext,
): string[] {
  const together = new Set(parts.map((part) => part.name));
  return fieldsAgain(parts)
    .map(({ field }) => declarations.fields.get(fieldKey(field, level))!)
    .filter((field) => {
      const needed = (component: string): boolean =>
        carried.has(component) || readers.get(component)?.some((reader) => !together.has(reader)) === true;
      return !field.transient && stored.has(field.key) && !componentNames(field).some(needed);
    })
    .map(({ key }) => key);
}

function stencilsOf(group: Group): Stencil[] {
  return group.flatMap(({ checked: { stencil } }) => (stencil === null ? [] : [stencil]));
}

/** Whether it reads at coordinates that may be anywhere. */
function computes({ stencil }: CheckedStencil): boolean {
  return stencil?.reads.some(({ gather }) => gather) ?? false;
}

/** Whether a radius holds what it reads. */
function exceeds({ stencil }: CheckedStencil): boolean {
  return stencil !== null && exceedsRadius(stencil);
}

/** Whether what it does beyond a radius matters. */
function isHeld(checked: CheckedStencil): boolean {
  return exceeds(checked) || (checked.stencil !== null && asksFar(checked.stencil));
}

function saved(parts: readonly Stencil[], together: Stencil): number {
  return parts.reduce((sum, part) => sum + bytesPerVoxel(part), 0) - bytesPerVoxel(together);
}

function fuseGroup(group: Group, unstored: ReadonlySet<string>, context: GroupContext): FusedStencil {
  const { idle, fuse, foreign } = context;
  const { level, beyondRadius } = (group.find(({ checked }) => isHeld(checked)) ?? group[0]!).checked;
  const follows = group.find(({ checked }) => exceeds(checked))?.checked.follows;
  const parts = stencilsOf(group);
  const dropped = new Set(
    parts
      .flatMap(({ writes }) => writes.map(({ field }) => field))
      .filter((field) => unstored.has(fieldKey(field, level))),
  );
  const name = nameOf(group);
  const inactive = namesAgain(idle, level, parts);
  const stencil = fuse(name, parts, { unstored: dropped, inactive });
  const told = {
    name,
    stencils: parts.map((part) => part.name),
    unstored: [...dropped],
    savedBytes: saved(parts, stencil),
    again: fieldsAgain(parts).map(({ field, voxels }) => ({ key: fieldKey(field, level), voxels })),
    needless: storedForNobody(level, parts, context),
  };
  const facts = takingAlong(factsOf(stencil, level), foreign);
  const radius = { beyondRadius, ...(follows === undefined ? {} : { follows }) };
  return { checked: { name, level, stencil, kernel: null, facts, ...radius, debug: false }, told };
}
