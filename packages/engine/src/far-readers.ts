/** @file Who may have read too far: a record belongs to a pass, and in one several stencils may run. */
import { asksFar, exceedsRadius } from '@halocline/stencil';
import type { CheckedStencil } from './compiler.ts';
import type { Fault } from './faults.ts';
import type { FusionPlan } from './fusion/plan.ts';

/** What the error of a far read names. */
export interface FarReaders {
  readonly kind: 'stencil' | 'kernel';
  /** Of one pass; several where more than one of its stencils may read so. */
  readonly names: readonly string[];
}

/** Those of the stencils in a fault's pass that read what it tells of at coordinates that may go beyond their radius. */
export function farReaders(
  { stencil: pass, field, level }: Pick<Fault, 'stencil' | 'field' | 'level'>,
  { fused }: Pick<FusionPlan, 'fused'>,
  checked: ReadonlyMap<string, Pick<CheckedStencil, 'stencil'>>,
): FarReaders {
  const parts = fused.find(({ name }) => name === pass)?.stencils ?? [pass];
  const mayBe = (name: string): boolean => {
    const stencil = checked.get(name)?.stencil;
    if (stencil === undefined || stencil === null) return false;
    if (field === null) return asksFar(stencil);
    return exceedsRadius(stencil) && stencil.reads.some((read) => read.field === field && read.level === level);
  };
  const names = parts.filter(mayBe);
  const kind = checked.get(pass)?.stencil === null ? 'kernel' : 'stencil';
  return { kind, names: names.length === 0 ? parts : names };
}
