/**
 * @file How long the values of fields are needed: from one step to the next, within a step, or within one pass, where a
 * transient field needs no memory.
 */
import type { CheckedStencil } from '../compiler.ts';
import type { Declarations } from '../declarations.ts';
import { componentNames } from '../pass-facts.ts';
import type { UnitOrder, UnitPass } from '../units.ts';

/** A stencil (or a kernel of the user's own, which stays alone) and its pass, as members of a group are. */
export interface Member {
  readonly pass: UnitPass;
  readonly checked: CheckedStencil;
}

/** Members that run as one, in order. */
export type Group = Member[];

/** Components that are read before they are surely written: in the step before. */
export function carriedComponents({ units }: UnitOrder, checked: ReadonlyMap<string, CheckedStencil>): Set<string> {
  const [carried, written] = [new Set<string>(), new Set<string>()];
  for (const { facts } of units.flatMap(({ passes }) => passes)) {
    for (const name of facts.reads) if (!written.has(name)) carried.add(name);
    const stencil = checked.get(facts.name)!.stencil;
    const always = stencil !== null && stencil.color === null && stencil.writes.every((write) => write.always);
    for (const { component } of always ? facts.writes : []) written.add(component);
  }
  return carried;
}

/**
 * Throws TypeError where a transient field is read before the step writes it, and written later: that read would see the step before,
 * from which a checkpoint keeps nothing.
 */
export function checkTransients({ units }: UnitOrder, { fields }: Declarations): void {
  const passes = units.flatMap((unit) => unit.passes);
  for (const field of [...fields.values()].filter(({ transient }) => transient)) {
    for (const name of componentNames(field)) {
      const isWriter = ({ facts }: UnitPass): boolean => facts.writes.some(({ component }) => component === name);
      const reader = passes.findIndex(({ facts }) => facts.reads.includes(name));
      const writer = passes.findIndex(isWriter);
      if (reader < 0 || writer < reader) continue;
      const [early, late] = [passes[reader]!.facts.name, passes[writer]!.facts.name];
      throw new TypeError(
        `Cannot run stencil "${early}": it reads transient field "${field.key}" before "${late}" writes it in the step; declare it behind, or add the field without transient`,
      );
    }
  }
}

/** Transient fields that every group which touches them makes and uses up by itself. */
export function unstoredFields({ fields }: Declarations, groups: readonly Group[]): Set<string> {
  const unstored = [...fields.values()].filter((field) => {
    if (!field.transient) return false;
    const names = componentNames(field);
    const touching = groups.filter((group) => group.some(({ pass }) => touches(pass, names)));
    return touching.length > 0 && touching.every((group) => usesUp(group, field.name, names));
  });
  return new Set(unstored.map(({ key }) => key));
}

function touches({ facts }: UnitPass, names: readonly string[]): boolean {
  return names.some((name) => facts.reads.includes(name) || facts.writes.some(({ component }) => component === name));
}

/** Whether a group reads components of a field only where it has always written them by then, and reads them at all. */
function usesUp(group: Group, field: string, names: readonly string[]): boolean {
  const certain = new Set<string>();
  let used = false;
  for (const { pass, checked } of group) {
    const read = names.filter((name) => pass.facts.reads.includes(name));
    if (read.some((name) => !certain.has(name))) return false;
    used ||= read.length > 0;
    const always = checked.stencil?.writes.find((write) => write.field === field)?.always ?? false;
    for (const { component } of pass.facts.writes) {
      if (!names.includes(component)) continue;
      if (always) certain.add(component);
      else if (!certain.has(component)) return false;
    }
  }
  return used;
}
