/** @file Constructors of arrays and structs, and values where an aggregate is wanted. */

import type { Expression, Span } from '../ir.ts';
import { constant } from './build.ts';
import { wantType } from './constructors.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { resolveType } from './resolve-type.ts';
import type { CallNode } from './syntax.ts';
import { isAggregate, lengthOfType, partTypes, typeName } from './types.ts';
import type { AggregateType, Type } from './types.ts';
import { aggregate, partAdvice } from './values.ts';
import type { Value } from './values.ts';

/** A value as the type that a place wants, by an implicit conversion of numbers, or an error that says what the place is. */
export function wantValue(
  lowering: Lowering,
  span: Span,
  place: string,
  { value, type }: { readonly value: Value; readonly type: Type },
): Value {
  if (!isAggregate(type) && value.op !== 'aggregate') return wantType(lowering, span, place, { value, type });
  const [wanted, given] = [typeName(type), typeName(value.type)];
  if (wanted === given) return value;
  const advice = !isAggregate(type) && isAggregate(value.type) ? partAdvice(value.type) : `make one with ${wanted}(…)`;
  throw lowering.fail(span, `${place} is ${article(wanted)}, and this is ${article(given)}; ${advice}`);
}

/** The type that an array's constructor makes; empty brackets take as many elements as there are arguments. */
export function constructedType(lowering: Lowering, node: CallNode): AggregateType {
  const { callee, calleeSpan, lengths, args } = node;
  const type = resolveType(lowering.types, { name: callee, span: calleeSpan, lengths: lengths ?? [] }, [], args.length);
  if (isAggregate(type)) return type;
  throw new Error('Bug in constructedType: no aggregate');
}

/** `float[3](a, b, c)`, `Ray(origin, direction)`: one argument for each part. */
export function lowerParts(
  lowering: Lowering,
  node: { readonly span: Span; readonly args: readonly { readonly span: Span }[] },
  type: AggregateType,
  args: readonly Value[],
): Value {
  const name = typeName(type);
  const wanted = partTypes(type);
  if (args.length !== wanted.length) {
    const what = type.kind === 'struct' ? 'member' : 'element';
    const problem = `${name}(…) takes ${wanted.length} ${what}${wanted.length === 1 ? '' : 's'}, and gets ${args.length}; give one for each`;
    throw lowering.fail(node.span, problem);
  }
  const parts = args.map((value, at) => {
    const place = type.kind === 'struct' ? `the member "${type.members[at]!.name}"` : `element ${at}`;
    return wantValue(lowering, node.args[at]!.span, place, { value, type: wanted[at]! });
  });
  return aggregate(type, parts);
}

/** `a.length()`: a constant, of a vector the number of its components, of a matrix that of its columns. */
export function lengthOfValue(lowering: Lowering, span: Span, type: Type | 'void'): Expression {
  const length = type === 'void' ? undefined : lengthOfType(type);
  if (length !== undefined) return constant('int', [length]);
  const problem = `.length() is of arrays, vectors and matrices, and this is ${article(typeName(type))}; give one of them`;
  throw lowering.fail(span, problem);
}
