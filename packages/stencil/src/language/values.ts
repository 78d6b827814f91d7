/**
 * @file Values under lowering: an IR expression, or the values of a matrix's columns, an array's elements or a struct's
 * members. What holds for whole aggregates (a choice, an equality, a copy) is said leaf by leaf.
 */

import type { Expression, Span, ValueType } from '../ir.ts';
import { binary, filled, select } from './build.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { isAggregate, partTypes, typeName } from './types.ts';
import type { AggregateType, Type } from './types.ts';

/** A value of an aggregate type: one of each part. */
export interface Aggregate {
  readonly op: 'aggregate';
  readonly type: AggregateType;
  readonly parts: readonly Value[];
}

/** What an expression of the language is lowered to: one expression of the IR, or one for each part. */
export type Value = Expression | Aggregate;

export function aggregate(type: AggregateType, parts: readonly Value[]): Aggregate {
  return { op: 'aggregate', type, parts };
}

/** The vectors and scalars of a value, in order. */
export function leavesOf(value: Value): readonly Expression[] {
  return value.op === 'aggregate' ? value.parts.flatMap(leavesOf) : [value];
}

/** A value of a type whose leaves are made one by one, in order. */
function fromLeaves(type: Type, next: (leaf: ValueType) => Expression): Value {
  return isAggregate(type)
    ? aggregate(
        type,
        partTypes(type).map((part) => fromLeaves(part, next)),
      )
    : next(type);
}

/** A value like another, whose every leaf is made from it. */
export function mapLeaves(value: Value, map: (leaf: Expression) => Expression): Value {
  if (value.op !== 'aggregate') return map(value);
  return aggregate(
    value.type,
    value.parts.map((part) => mapLeaves(part, map)),
  );
}

/** A value of zeros. */
export function zeroOf(type: Type): Value {
  return fromLeaves(type, (leaf) => filled(leaf, 0));
}

/** One of two values of one type. */
export function selectValue(condition: Expression, then: Value, otherwise: Value): Value {
  const others = [...leavesOf(otherwise)];
  return mapLeaves(then, (leaf) => select(condition, leaf, others.shift()!));
}

/** Whether two values of one type are equal in every leaf; for `!=`, whether they are not. */
export function compareValues(operator: '==' | '!=', left: Value, right: Value): Expression {
  const others = leavesOf(right);
  return leavesOf(left)
    .map((leaf, at) => binary(operator, leaf, others[at]!))
    .reduce((all, one) => binary(operator === '==' ? '&&' : '||', all, one));
}

/** Whether a leaf costs nothing to write twice, and no effect can change it: else it is kept in a temporary. */
export function isFixed(leaf: Expression): boolean {
  const { op } = leaf;
  if (op === 'swizzle') return isFixed(leaf.operand);
  return op === 'constant' || op === 'builtin' || op === 'parameter' || op === 'scalar';
}

/** The value with each leaf in a temporary, assigned at a place of the block; and how many were needed. */
export function spillValue(
  lowering: Lowering,
  value: Value,
  at?: number,
): { readonly value: Value; readonly count: number } {
  let count = 0;
  const kept = mapLeaves(value, (leaf) => {
    if (isFixed(leaf)) return leaf;
    const place = at === undefined ? undefined : at + count;
    count++;
    return lowering.spill(leaf, place);
  });
  return { value: kept, count };
}

/** The leaf, or a temporary that holds it, for one that is used several times. */
export function keepLeaf(lowering: Lowering, leaf: Expression): Expression {
  const known = leaf.op === 'element' && leaf.index.op === 'constant';
  return isFixed(leaf) || leaf.op === 'local' || known ? leaf : lowering.spill(leaf);
}

/** The value where a scalar or a vector is wanted, or an error that says how to get one. */
export function wantLeaf(lowering: Lowering, span: Span, value: Value): Expression {
  if (value.op !== 'aggregate') return value;
  throw lowering.fail(
    span,
    `this is ${article(typeName(value.type))}, and a scalar or vector is wanted; ${partAdvice(value.type)}`,
  );
}

/** How to get at a part. */
export function partAdvice(type: AggregateType): string {
  if (type.kind === 'struct') return `choose a member, as in .${type.members[0]!.name}`;
  return type.kind === 'matrix' ? 'choose a column, as in m[0]' : 'choose an element, as in a[0]';
}
