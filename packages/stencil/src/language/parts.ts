/**
 * @file What stands behind a name, a dot or brackets: a variable or a part of one (a `Ref`), or a value. An element of an
 * array is reached without reading the whole array, which a value of it would be.
 */

import type { Expression, Span, ValueType } from '../ir.ts';
import { indexed, swizzle } from './build.ts';
import { keepValues } from './effects.ts';
import type { Lowering } from './lowering.ts';
import { nearestName } from './nearest-name.ts';
import { article } from './operators.ts';
import { allocate, indexRef, memberRef, readRef, refTo, writeRef } from './storage.ts';
import type { Ref } from './storage.ts';
import { checkIndex, heldIndex, swizzleComponents } from './swizzles.ts';
import type { ExpressionNode, MemberNode } from './syntax.ts';
import { isAggregate, partTypes, typeName } from './types.ts';
import type { AggregateType } from './types.ts';
import type { Aggregate, Value } from './values.ts';
import { isFixed, leavesOf, partAdvice } from './values.ts';

type Lower<V extends Value> = (lowering: Lowering, node: ExpressionNode) => V;

/** How values are made: of any type, and where a scalar or vector is wanted. */
export interface Lowerers {
  readonly value: Lower<Value>;
  readonly leaf: Lower<Expression>;
}

/** The number of a struct's member, held against the type that stands before the dot. */
export function memberNumber(lowering: Lowering, span: Span, type: AggregateType, member: string): number {
  const name = typeName(type);
  if (type.kind !== 'struct') {
    throw lowering.fail(span, `${article(name)} has no .${member}; ${partAdvice(type)}`);
  }
  const at = type.members.findIndex((one) => one.name === member);
  if (at >= 0) return at;
  const names = type.members.map((one) => one.name);
  const nearest = nearestName(member, names);
  const advice = nearest === undefined ? `its members are ${names.join(', ')}` : `did you mean .${nearest}?`;
  throw lowering.fail(span, `the struct "${name}" has no member "${member}"; ${advice}`);
}

/** Holds an index against the aggregate that it stands in, and gives it. */
export function checkPartIndex(lowering: Lowering, span: Span, type: AggregateType, index: Expression): Expression {
  const name = typeName(type);
  if (type.kind === 'struct')
    throw lowering.fail(span, `${article(name)} has no elements to index; ${partAdvice(type)}`);
  if (index.type !== 'int' && index.type !== 'uint') {
    throw lowering.fail(span, `an index is an int, and this is ${article(index.type)}; convert it with int(…)`);
  }
  const count = partTypes(type).length;
  const what = type.kind === 'matrix' ? 'column' : 'element';
  return heldIndex(lowering, span, index, count, `${article(name)} has no ${what}`);
}

/** What a name, a member or an index stands for; of other expressions, their value. */
export function lowerPart(lowering: Lowering, node: ExpressionNode, lower: Lowerers): Ref | Value {
  if (node.kind === 'member') return lowerMember(lowering, node, lower);
  if (node.kind === 'index') return lowerIndex(lowering, node.operand, node.index, lower);
  if (node.kind === 'name') {
    const binding = lowering.frame.scope.find(node.name);
    const own = binding?.kind === 'local' && binding.frame === lowering.frame;
    if (own && isAggregate(binding.type)) return refTo(binding.type, binding.storage);
  }
  return lower.value(lowering, node);
}

/** The value of a part. */
export function valueOf(part: Ref | Value): Value {
  return part.op === 'ref' ? readRef(part) : part;
}

function lowerMember(lowering: Lowering, { operand, member, memberSpan }: MemberNode, lower: Lowerers): Ref | Value {
  const part = lowerPart(lowering, operand, lower);
  if (isAggregate(part.type)) {
    const at = memberNumber(lowering, memberSpan, part.type, member);
    return part.op === 'ref' ? memberRef(part, at) : (part as Extract<Value, { op: 'aggregate' }>).parts[at]!;
  }
  const value = valueOf(part) as Expression;
  return swizzle(value, swizzleComponents(lowering, memberSpan, member, value.type as ValueType));
}

function lowerIndex(
  lowering: Lowering,
  operandNode: ExpressionNode,
  indexNode: ExpressionNode,
  lower: Lowerers,
): Ref | Value {
  let part = lowerPart(lowering, operandNode, lower);
  const start = lowering.frame.block.length;
  let index = lower.leaf(lowering, indexNode);
  if (part.op !== 'ref' && lowering.frame.block.length > start) {
    const kept: Value[] = [part];
    keepValues(lowering, kept, start);
    part = kept[0]!;
  }
  const { type } = part;
  if (!isAggregate(type)) {
    const value = valueOf(part) as Expression;
    return indexed(value, checkIndex(lowering, indexNode.span, type as ValueType, index));
  }
  index = checkPartIndex(lowering, indexNode.span, type, index);
  if (part.op === 'aggregate') {
    if (index.op === 'constant') return part.parts[index.value[0]!]!;
    return indexRef(held(lowering, part), isFixed(index) || index.op === 'local' ? index : lowering.spill(index));
  }
  return indexRef(part as Ref, isFixed(index) || index.op === 'local' ? index : lowering.spill(index));
}

/** A variable for a value that none holds, so that a computed index can reach into it; of constants, one for the whole function. */
function held(lowering: Lowering, value: Aggregate): Ref {
  const { frame } = lowering;
  const known = frame.tables.get(value);
  if (known !== undefined) return known;
  const fixed = leavesOf(value).every(({ op }) => op === 'constant');
  const ref = refTo(value.type, allocate(lowering, fixed ? 'table' : 'temporary', value.type));
  const { statements } = lowering.capture(() => writeRef(lowering, ref, value));
  if (fixed) {
    frame.tables.set(value, ref);
    frame.entry.push(...statements);
  } else for (const statement of statements) lowering.emit(statement);
  return ref;
}
