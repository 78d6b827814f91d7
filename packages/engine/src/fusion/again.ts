/**
 * @file Which fields may be computed again instead of read, and whether that is worth it. A field may where it is `transient`
 * and no kernel of the user's own writes it: then its inactive voxels hold its default, and nobody asks for what is not stored.
 */
import {
  fieldsAgain as fieldsOf,
  scalarOf,
  valueTypeOf,
  whyNotWorth,
  type FieldType,
  type fuseStencils,
  type Stencil,
} from '@halocline/stencil';
import type { CheckedStencil } from '../compiler.ts';
import { fieldKey, type Declarations } from '../declarations.ts';
import { componentNames } from '../pass-facts.ts';

/** Keys of fields that may be computed again, with what their inactive voxels hold. */
export type IdleValues = Map<string, readonly number[]>;

/** Who makes one stencil of several. */
export type Fuse = typeof fuseStencils;

/** What is known of the declared fields. */
export function idleValues({ fields }: Declarations, checked: Iterable<CheckedStencil>): IdleValues {
  const byKernels = new Set(
    [...checked].flatMap(({ kernel, facts }) =>
      kernel === null ? [] : facts.writes.map(({ component }) => component),
    ),
  );
  const known = [...fields.values()].filter(
    (field) => field.transient && componentNames(field).every((name) => !byKernels.has(name)),
  );
  const values = known.map(({ key, type, default: value }) => [key, value.map(storedAs(type))] as const);
  return new Map(values.filter(([, each]) => each.every(Number.isFinite)));
}

/** The number that a field's memory holds for a number. */
function storedAs(type: FieldType): (value: number) => number {
  return scalarOf(valueTypeOf(type)) === 'float' ? Math.fround : (value) => value;
}

/** Names of the fields of a level that may be computed again. */
export function namesAgain(
  idle: IdleValues,
  level: number,
  stencils: readonly Stencil[],
): Map<string, readonly number[]> {
  const names = new Set(stencils.flatMap(({ writes }) => writes.map(({ field }) => field)));
  return new Map(
    [...names].flatMap((name) => {
      const values = idle.get(fieldKey(name, level));
      return values === undefined ? [] : [[name, values] as const];
    }),
  );
}

/**
 * Why it isn't worth it that `next` joins `parts`, where it reads of other voxels what they write; null where it is, and
 * undefined where it reads nothing so. Fields in `inactive` are taken for not stored where parts always write them.
 */
export function whyNotAgain(
  parts: readonly Stencil[],
  next: Stencil,
  inactive: ReadonlyMap<string, readonly number[]>,
  fuse: Fuse,
): string | null | undefined {
  const all = [...parts, next];
  const again = fieldsOf(all);
  const fresh = again.filter(
    ({ field, voxels }) => voxels !== fieldsOf(parts).find((each) => each.field === field)?.voxels,
  );
  if (fresh.length === 0) return undefined;
  const sometimes = again.find(({ field }) =>
    parts.every(({ writes }) => !writes.some((write) => write.field === field && write.always)),
  );
  if (sometimes !== undefined) return `"${sometimes.field}" isn't written in all voxels, and keeps old values`;
  const dropped = [...inactive.keys()].filter((field) =>
    all.some(({ writes }) => writes.some((write) => write.field === field && write.always)),
  );
  const read = new Set(next.reads.filter(({ level }) => level === 'same').map(({ field }) => field));
  const before = dropped.filter((field) => !read.has(field));
  const first = parts.length === 1 ? parts[0]! : fuse(nameOf(parts), parts, { unstored: new Set(before), inactive });
  return whyNotWorth([first, next], fuse(nameOf(all), all, { unstored: new Set(dropped), inactive }));
}

/** The name of stencils that run as one: `a + b`. */
export function nameOf(parts: readonly { readonly name: string }[]): string {
  return parts.map(({ name }) => name).join(' + ');
}
