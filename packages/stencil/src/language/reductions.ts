/** @file Reductions: a voxel's contribution to a scalar, held against the scalar and the reductions before it. */

import { sizeOf } from '../ir.ts';
import type { Expression, ReduceKind, Span, ValueType } from '../ir.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';

/** Types that sums and extremes are made of. */
const REDUCED: ReadonlySet<ValueType> = new Set(['float', 'double', 'int', 'uint']);

/** Emits a reduction of a value into a scalar. */
export function reduceInto(
  lowering: Lowering,
  { kind, name, span }: { readonly kind: ReduceKind; readonly name: string; readonly span: Span },
  value: { readonly value: Expression; readonly span: Span },
): void {
  const callee = `Reduce${kind[0]!.toUpperCase()}${kind.slice(1)}`;
  const type = value.value.type as ValueType;
  const logical = kind === 'any' || kind === 'all';
  if (logical && type !== 'bool') {
    throw lowering.fail(value.span, `${callee} takes a bool, and this is ${article(type)}; compare it first`);
  }
  const declared = lowering.environment.scalars.get(name);
  if (logical && declared !== undefined && declared !== 'bool') {
    const problem = `${callee} gives a bool, and the scalar "${name}" is ${article(declared)}; declare it as bool`;
    throw lowering.fail(span, problem);
  }
  if (!logical && !REDUCED.has(type)) {
    const advice =
      type === 'bool'
        ? 'use ReduceAny or ReduceAll'
        : sizeOf(type) === 1
          ? 'use float(…)'
          : 'reduce length(…), or each component into a scalar of its own';
    throw lowering.fail(
      value.span,
      `${callee} takes a float, double, int or uint, and this is ${article(type)}; ${advice}`,
    );
  }
  const other = lowering.reductions.find((one) => one.scalar === name && one.kind !== kind);
  if (other !== undefined) {
    const problem = `the scalar "${name}" is reduced by ${other.kind} already, and here by ${kind}; use two scalars`;
    throw lowering.fail(span, problem);
  }
  const statement = { op: 'reduce' as const, scalar: name, kind, value: value.value };
  lowering.emit(statement);
  lowering.reductions.push({ scalar: name, kind, span: value.span, statement });
}
