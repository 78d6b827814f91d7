/**
 * @file Places that can be assigned: a variable, a part of one (a member, a column, an element), or some components of it; and
 * the operators that assign.
 */

import { scalarOf, vectorOf } from '../ir.ts';
import type { BinaryOperator, Expression, Span, ValueType } from '../ir.ts';
import { wantValue } from './aggregates.ts';
import { filled, indexed, swizzle } from './build.ts';
import type { Lowering } from './lowering.ts';
import { lowerAggregateBinary } from './matrices.ts';
import { builtinType } from './names.ts';
import { nearestName } from './nearest-name.ts';
import { article, lowerBinary } from './operators.ts';
import { checkPartIndex, memberNumber } from './parts.ts';
import type { Lowerers } from './parts.ts';
import { indexRef, memberRef, mentions, readRef, refTo, writeRef } from './storage.ts';
import type { Ref } from './storage.ts';
import { checkIndex, swizzleComponents } from './swizzles.ts';
import type { AssignNode, ExpressionNode, UpdateNode } from './syntax.ts';
import { isAggregate, typeName } from './types.ts';
import type { Type } from './types.ts';
import { isFixed, mapLeaves, spillValue } from './values.ts';
import type { Value } from './values.ts';

/** A place that can be assigned: a variable or a part of one, whole, some of its components, or one by a computed index. */
export interface Target {
  readonly ref: Ref;
  /** Type of what is assigned. */
  readonly type: Type;
  readonly components: readonly number[] | null;
  readonly index: Expression | null;
}

/** The place that an expression names, or an error that says why it names none. */
export function lowerTarget(lowering: Lowering, node: ExpressionNode, lower: Lowerers): Target {
  if (node.kind === 'name') return nameTarget(lowering, node.name, node.span);
  if (node.kind === 'member') {
    const outer = lowerTarget(lowering, node.operand, lower);
    if (isAggregate(outer.type)) {
      return whole(memberRef(outer.ref, memberNumber(lowering, node.memberSpan, outer.type, node.member)));
    }
    const components = swizzleComponents(lowering, node.memberSpan, node.member, outer.type);
    if (new Set(components).size < components.length) {
      throw lowering.fail(
        node.memberSpan,
        `.${node.member} names a component twice, and cannot be assigned; name each once`,
      );
    }
    return narrow(outer, components);
  }
  if (node.kind === 'index') return indexTarget(lowering, node.operand, node.index, lower);
  throw lowering.fail(node.span, `this cannot be assigned; only a variable or its components can stand here`);
}

function whole(ref: Ref): Target {
  return { ref, type: ref.type, components: null, index: null };
}

function indexTarget(lowering: Lowering, operand: ExpressionNode, indexNode: ExpressionNode, lower: Lowerers): Target {
  const outer = lowerTarget(lowering, operand, lower);
  let index = lower.leaf(lowering, indexNode);
  // Evaluated once, even where the place is both read and written.
  const once = (): Expression => (isFixed(index) ? index : lowering.spill(index));
  if (isAggregate(outer.type)) {
    index = checkPartIndex(lowering, indexNode.span, outer.type, index);
    return whole(indexRef(outer.ref, once()));
  }
  index = checkIndex(lowering, indexNode.span, outer.type, index);
  if (index.op === 'constant') return narrow(outer, [index.value[0]!]);
  if (outer.components !== null) {
    throw lowering.fail(
      indexNode.span,
      'an index that is computed cannot follow a swizzle on the left of =; index the whole vector',
    );
  }
  return { ...outer, type: scalarOf(outer.type), index: once() };
}

function narrow(outer: Target, components: readonly number[]): Target {
  const inner = components.map((component) => outer.components?.[component] ?? component);
  const type = vectorOf(scalarOf(outer.ref.type as ValueType), inner.length);
  return { ...outer, type, components: inner };
}

function nameTarget(lowering: Lowering, name: string, span: Span): Target {
  const binding = lowering.frame.scope.find(name);
  if (binding?.kind === 'constant' || binding?.kind === 'table') {
    throw lowering.fail(span, `"${name}" is const and cannot be assigned; remove the const`);
  }
  if (binding !== undefined) {
    if (binding.fixed !== null) throw lowering.fail(span, `"${name}" ${binding.fixed}`);
    if (binding.frame !== lowering.frame) {
      const problem = `"${name}" is a variable of the main code, which functions do not see; return the value instead`;
      throw lowering.fail(span, problem);
    }
    return whole(refTo(binding.type, binding.storage));
  }
  throw lowering.fail(span, notAssignable(lowering, name));
}

function notAssignable(lowering: Lowering, name: string): string {
  const { environment } = lowering;
  if (builtinType(name) !== undefined || name === 'idx') {
    return `"${name}" is given by the engine and cannot be assigned; use a variable of your own`;
  }
  if (environment.parameters.has(name)) {
    return `"${name}" is a parameter and cannot be assigned; the host sets it`;
  }
  if (environment.scalars.has(name)) {
    return `"${name}" is a scalar and cannot be assigned; use ReduceSum("${name}", …) or its like`;
  }
  if (environment.fields.has(name)) {
    return `"${name}" is a field and cannot be assigned; write WriteField("${name}", idx, …)`;
  }
  const nearest = nearestName(name, lowering.frame.scope.all());
  return `there is no variable "${name}"; ${nearest === undefined ? `declare it first, as in float ${name} = …;` : `did you mean "${nearest}"?`}`;
}

/** What a place holds now. */
export function readTarget(target: Target): Value {
  const value = readRef(target.ref);
  if (value.op === 'aggregate') return value;
  if (target.index !== null) return indexed(value, target.index);
  return target.components === null ? value : swizzle(value, target.components);
}

/** Assigns a value of the place's type. */
export function writeTarget(lowering: Lowering, target: Target, value: Value): void {
  const { ref, components, index } = target;
  // What is copied part by part must not change under the copying.
  const moved = value.op === 'aggregate' && mentions(value, ref.storage);
  writeRef(lowering, ref, moved ? spillValue(lowering, value).value : value, { components, index });
}

/** A binary operator on values of any type. */
export function lowerOperator(
  lowering: Lowering,
  span: Span,
  operator: BinaryOperator,
  { left, right }: { readonly left: Value; readonly right: Value },
): Value {
  if (left.op === 'aggregate' || right.op === 'aggregate') {
    return lowerAggregateBinary(lowering, span, operator, { left, right });
  }
  return lowerBinary(lowering, span, operator, { left, right });
}

/** `a = b`, `a += b`. The value of the whole is what was assigned. */
export function lowerAssign(lowering: Lowering, node: AssignNode, lower: Lowerers): Value {
  const target = lowerTarget(lowering, node.target, lower);
  const start = lowering.frame.block.length;
  const given = lower.value(lowering, node.value);
  let value = given;
  if (node.operator !== null) {
    let old = readTarget(target);
    if (lowering.frame.block.length > start) old = spillValue(lowering, old, start).value;
    value = lowerOperator(lowering, node.operatorSpan, node.operator, { left: old, right: given });
  }
  const what = node.target.kind === 'name' ? `"${node.target.name}"` : 'the left side';
  writeTarget(lowering, target, wantValue(lowering, node.value.span, what, { value, type: target.type }));
  return readTarget(target);
}

/** `i++` and its like, of each component: behind the name the value is the old one, before it the new. */
export function lowerUpdate(lowering: Lowering, node: UpdateNode, lower: Lowerers): Value {
  const target = lowerTarget(lowering, node.target, lower);
  const operator: BinaryOperator = node.operator;
  const { type } = target;
  const vector = isAggregate(type) ? (type.kind === 'matrix' ? type.column : undefined) : type;
  if (vector === undefined || scalarOf(vector) === 'bool') {
    throw lowering.fail(
      node.span,
      `the operator ${operator}${operator} takes numbers, not ${article(typeName(type))}; use = to set it`,
    );
  }
  const now = readTarget(target);
  const old = node.prefix ? now : mapLeaves(now, (leaf) => lowering.spill(leaf));
  const one = filled(scalarOf(vector), 1);
  writeTarget(lowering, target, lowerOperator(lowering, node.span, operator, { left: old, right: one }));
  return node.prefix ? readTarget(target) : old;
}
