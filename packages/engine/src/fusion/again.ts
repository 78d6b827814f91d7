/**
 * @file Which fields may be computed again instead of read, and whether that is worth it. A field may where its inactive voxels
 * surely hold its default. Where it is `transient` and nobody else needs it, it isn't stored besides: that saves its write too.
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
import type { Backgrounds } from '../background/backgrounds.ts';
import { fieldKey, type Declarations } from '../declarations.ts';

/** Keys of fields that may be computed again, with what their inactive voxels hold. */
export type IdleValues = ReadonlyMap<string, readonly number[]>;

/** Who makes one stencil of several. */
export type Fuse = typeof fuseStencils;

/** What is known of the declared fields. */
export function idleValues({ fields }: Declarations, backgrounds: Pick<Backgrounds, 'knows'>): IdleValues {
  const known = [...fields.values()].filter((field) => backgrounds.knows(field));
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

/** What is known of the level that stencils run on. */
export interface Ground {
  /** Fields that may be computed again, with what their inactive voxels hold. */
  readonly inactive: ReadonlyMap<string, readonly number[]>;
  /** Those that are stored besides. */
  readonly stored: ReadonlySet<string>;
  /** The share of the leaves that have inactive voxels, 0 to 1. */
  readonly raggedShare: number;
}

/**
 * Why it isn't worth it that `next` joins `parts`, where it reads of other voxels what they write; null where it is, and
 * undefined where it reads nothing so.
 */
export function whyNotAgain(
  parts: readonly Stencil[],
  next: Stencil,
  { inactive, stored, raggedShare }: Ground,
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
  const dropped = [...inactive.keys()].filter(
    (field) =>
      !stored.has(field) && all.some(({ writes }) => writes.some((write) => write.field === field && write.always)),
  );
  const read = new Set(next.reads.filter(({ level }) => level === 'same').map(({ field }) => field));
  const before = dropped.filter((field) => !read.has(field));
  const first = parts.length === 1 ? parts[0]! : fuse(nameOf(parts), parts, { unstored: new Set(before), inactive });
  const together = fuse(nameOf(all), all, { unstored: new Set(dropped), inactive });
  return whyNotWorth([first, next], together, { raggedShare, stored: again.some(({ field }) => stored.has(field)) });
}

/** The name of stencils that run as one: `a + b`. */
export function nameOf(parts: readonly { readonly name: string }[]): string {
  return parts.map(({ name }) => name).join(' + ');
}
