/** @file Assignments: what stands on the left of `=`, compound operators, `++` and `--`. */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { BinaryOperator, Expression, Span, ValueType } from '../ir.ts';
import { filled, indexed, local, swizzle } from './build.ts';
import { wantType } from './constructors.ts';
import type { Lowering } from './lowering.ts';
import { builtinType } from './names.ts';
import { nearestName } from './nearest-name.ts';
import { article, lowerBinary } from './operators.ts';
import { checkIndex, swizzleComponents } from './swizzles.ts';
import type { AssignNode, ExpressionNode, UpdateNode } from './syntax.ts';

type Lower = (lowering: Lowering, node: ExpressionNode) => Expression;

/** A place that can be assigned: a local, some of its components, or one by a computed index. */
export interface Target {
  readonly local: number;
  readonly whole: ValueType;
  readonly type: ValueType;
  readonly components: readonly number[] | null;
  readonly index: Expression | null;
}

/** The place that an expression names, or an error that says why it is none. */
export function lowerTarget(lowering: Lowering, node: ExpressionNode, lower: Lower): Target {
  if (node.kind === 'name') return nameTarget(lowering, node.name, node.span);
  if (node.kind === 'member') {
    const outer = lowerTarget(lowering, node.operand, lower);
    const components = swizzleComponents(lowering, node.memberSpan, node.member, outer.type);
    if (new Set(components).size < components.length) {
      throw lowering.fail(
        node.memberSpan,
        `.${node.member} names a component twice, and cannot be assigned; name each once`,
      );
    }
    return narrow(outer, components);
  }
  if (node.kind === 'index') {
    const outer = lowerTarget(lowering, node.operand, lower);
    const index = lower(lowering, node.index);
    checkIndex(lowering, node.index.span, outer.type, index);
    if (index.op === 'constant') return narrow(outer, [index.value[0]!]);
    if (outer.components !== null) {
      throw lowering.fail(
        node.index.span,
        'an index that is computed cannot follow a swizzle on the left of =; index the whole vector',
      );
    }
    // Evaluated once, even where the place is both read and written.
    return { ...outer, type: scalarOf(outer.type), index: lowering.spill(index) };
  }
  throw lowering.fail(node.span, `this cannot be assigned; only a variable or its components can stand here`);
}

function narrow(outer: Target, components: readonly number[]): Target {
  const inner = components.map((component) => outer.components?.[component] ?? component);
  const type = vectorOf(scalarOf(outer.whole), inner.length);
  return { ...outer, type, components: inner };
}

function nameTarget(lowering: Lowering, name: string, span: Span): Target {
  const binding = lowering.frame.scope.find(name);
  if (binding?.kind === 'constant') {
    throw lowering.fail(span, `"${name}" is const and cannot be assigned; remove the const`);
  }
  if (binding !== undefined) {
    if (binding.fixed !== null) throw lowering.fail(span, `"${name}" ${binding.fixed}`);
    if (binding.frame !== lowering.frame) {
      const problem = `"${name}" is a variable of the main code, which functions do not see; return the value instead`;
      throw lowering.fail(span, problem);
    }
    return { local: binding.local, whole: binding.type, type: binding.type, components: null, index: null };
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
export function readTarget(target: Target): Expression {
  const whole = local(target.whole, target.local);
  if (target.index !== null) return indexed(whole, target.index);
  return target.components === null ? whole : swizzle(whole, target.components);
}

/** Assigns a value of the place's type. */
export function writeTarget(lowering: Lowering, target: Target, value: Expression): void {
  const { local: index, components } = target;
  if (target.index !== null) lowering.emit({ op: 'assignIndex', local: index, index: target.index, value });
  else if (components === null) lowering.emit({ op: 'assign', local: index, value });
  else lowering.emit({ op: 'assign', local: index, components, value });
}

/** `a = b`, `a += b`. The value of the whole is what was assigned. */
export function lowerAssign(lowering: Lowering, node: AssignNode, lower: Lower): Expression {
  const target = lowerTarget(lowering, node.target, lower);
  const start = lowering.frame.block.length;
  const given = lower(lowering, node.value);
  let value = given;
  if (node.operator !== null) {
    let old = readTarget(target);
    if (lowering.frame.block.length > start) old = lowering.spill(old, start);
    value = lowerBinary(lowering, node.operatorSpan, node.operator, { left: old, right: given });
  }
  writeTarget(lowering, target, wantAssigned(lowering, node, target.type, value));
  return readTarget(target);
}

function wantAssigned(lowering: Lowering, node: AssignNode, type: ValueType, value: Expression): Expression {
  const what = node.target.kind === 'name' ? `"${node.target.name}"` : 'the left side';
  return wantType(lowering, node.value.span, what, { value, type });
}

/** `i++` and its like: behind the name the value is the old one, before it the new. */
export function lowerUpdate(lowering: Lowering, node: UpdateNode, lower: Lower): Expression {
  const target = lowerTarget(lowering, node.target, lower);
  const operator: BinaryOperator = node.operator;
  const { type } = target;
  if (scalarOf(type) === 'bool') {
    throw lowering.fail(
      node.span,
      `the operator ${operator}${operator} takes numbers, not ${article(type)}; use = to set it`,
    );
  }
  const old = node.prefix ? readTarget(target) : lowering.spill(readTarget(target));
  const one = filled(vectorOf(scalarOf(type), sizeOf(type)), 1);
  writeTarget(lowering, target, lowerBinary(lowering, node.span, operator, { left: old, right: one }));
  return node.prefix ? readTarget(target) : old;
}
