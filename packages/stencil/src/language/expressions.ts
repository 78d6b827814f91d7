/**
 * @file Expressions: from syntax to typed IR. Operands are evaluated left to right; what has effects becomes statements
 * before the expression, and an operand to the left of such effects is kept in a temporary first.
 */

import { scalarOf, sizeOf } from '../ir.ts';
import type { Expression, Statement, ValueType } from '../ir.ts';
import { isAccessor, lowerRead } from './accessors.ts';
import { constructedType, lengthOfValue, lowerParts } from './aggregates.ts';
import { lowerAssign, lowerOperator, lowerUpdate } from './assign.ts';
import { constant, filled, local, unary } from './build.ts';
import { commonType, converted } from './conversions.ts';
import { constructorArguments, lowerConstructor } from './constructors.ts';
import { keepValues, lowerAll } from './effects.ts';
import { isGlslFunction, lowerGlslCall } from './glsl-functions.ts';
import { lowerInvoke } from './invoke.ts';
import { isTypeName } from './keywords.ts';
import type { Lowering } from './lowering.ts';
import { isMatrixFunction, lowerAggregateUnary, lowerMatrixCall, lowerMatrixConstructor } from './matrices.ts';
import { lowerName, unknownFunction } from './names.ts';
import { article, lowerBinary, lowerUnary } from './operators.ts';
import { lowerPart, valueOf } from './parts.ts';
import type { Lowerers } from './parts.ts';
import { checkDevice } from './resolve-type.ts';
import { allocate, readRef, refTo, writeRef } from './storage.ts';
import type { BinaryNode, CallNode, ConditionalNode, ExpressionNode, NumberNode } from './syntax.ts';
import { isAggregate, matrixOf, typeName } from './types.ts';
import type { Type } from './types.ts';
import { selectValue, wantLeaf } from './values.ts';
import type { Value } from './values.ts';

/** A value of a scalar or vector type. */
export function lowerExpression(lowering: Lowering, node: ExpressionNode): Expression {
  return wantLeaf(lowering, node.span, lowerValue(lowering, node));
}

/** A value. */
export function lowerValue(lowering: Lowering, node: ExpressionNode): Value {
  const value = lowerAny(lowering, node);
  if (value.type !== 'void') return value;
  const name = node.kind === 'call' ? node.callee : '';
  throw lowering.fail(node.span, `the function "${name}" returns nothing; call it as a statement of its own`);
}

/** A value, or the call of a function that returns nothing. */
export function lowerAny(lowering: Lowering, node: ExpressionNode): Value {
  return lowering.nested(node.span, () => lowerNode(lowering, node));
}

const LOWERERS: Lowerers = { value: lowerValue, leaf: lowerExpression };

function lowerNode(lowering: Lowering, node: ExpressionNode): Value {
  switch (node.kind) {
    case 'sequence':
      for (const item of node.items.slice(0, -1)) lowerAny(lowering, item);
      return lowerAny(lowering, node.items.at(-1)!);
    case 'list':
      throw new Error('Bug in lowerNode: values in braces have no type of their own');
    case 'number':
      return lowerNumber(lowering, node, 1);
    case 'bool':
      return filled('bool', node.value ? 1 : 0);
    case 'string':
      throw lowering.fail(
        node.span,
        `a name in quotes is no value; write ReadField("${node.value}", coord) to read a field`,
      );
    case 'name':
      return lowerName(lowering, node);
    case 'unary':
      if (node.operator === '-' && node.operand.kind === 'number') return lowerNumber(lowering, node.operand, -1);
      return lowerSigned(lowering, node);
    case 'binary':
      return lowerChain(lowering, node);
    case 'conditional':
      return lowerConditional(lowering, node);
    case 'call':
      return lowerCall(lowering, node);
    case 'member':
    case 'index':
      return valueOf(lowerPart(lowering, node, LOWERERS));
    case 'assign':
      return lowerAssign(lowering, node, LOWERERS);
    default:
      return lowerUpdate(lowering, node, LOWERERS);
  }
}

function lowerNumber(lowering: Lowering, node: NumberNode, sign: 1 | -1): Expression {
  const { type, value, text, span } = node;
  checkDevice(lowering, span, type);
  const decimal = !text.startsWith('0');
  if (type === 'int' && decimal && value > (sign === 1 ? 0x7fffffff : 0x80000000)) {
    throw lowering.fail(span, `${text} does not fit an int; the largest is 2147483647, or write ${text}u`);
  }
  const positive = constant(type, [type === 'int' ? value | 0 : value]);
  return sign === 1 ? positive : unary('-', positive);
}

function lowerSigned(lowering: Lowering, node: ExpressionNode & { readonly kind: 'unary' }): Value {
  const value = lowerValue(lowering, node.operand);
  const whole = value.op === 'aggregate' ? lowerAggregateUnary(node.operator, value) : undefined;
  return whole ?? lowerUnary(lowering, node.span, node.operator, wantLeaf(lowering, node.operand.span, value));
}

/** A chain `a + b + c …` goes down its left side in a loop, so that its length costs no stack. */
function lowerChain(lowering: Lowering, node: BinaryNode): Value {
  const links: BinaryNode[] = [];
  let first: ExpressionNode = node;
  while (first.kind === 'binary') {
    links.push(first);
    first = first.left;
  }
  let left = lowerValue(lowering, first);
  for (const link of links.toReversed()) {
    const lazy = link.operator === '&&' || link.operator === '||';
    left = lazy ? lowerLazy(lowering, link, wantLeaf(lowering, link.left.span, left)) : lowerLink(lowering, link, left);
  }
  return left;
}

function lowerLink(lowering: Lowering, node: BinaryNode, left: Value): Value {
  const values = [left];
  const start = lowering.frame.block.length;
  const right = lowerValue(lowering, node.right);
  if (lowering.frame.block.length > start) keepValues(lowering, values, start);
  return lowerOperator(lowering, node.operatorSpan, node.operator, { left: values[0]!, right });
}

/** `&&` and `||`: the right side's effects happen only if it is evaluated. */
function lowerLazy(lowering: Lowering, node: BinaryNode, left: Expression): Expression {
  const { statements, result: right } = lowering.capture(() => lowerExpression(lowering, node.right));
  const { operator, operatorSpan } = node;
  const whole = lowerBinary(lowering, operatorSpan, operator, { left, right });
  if (statements.length === 0) return whole;
  const index = lowering.newLocal('temporary', 'bool');
  const result = local('bool', index);
  lowering.emit({ op: 'assign', local: index, value: left });
  const then = [...statements, { op: 'assign' as const, local: index, value: right }];
  const condition = operator === '&&' ? result : unary('!', result);
  lowering.emit({ op: 'if', condition, then, else: [] });
  return result;
}

function lowerConditional(lowering: Lowering, node: ConditionalNode): Value {
  const condition = lowerCondition(lowering, node.condition, '?:');
  const then = lowering.capture(() => lowerValue(lowering, node.then));
  const otherwise = lowering.capture(() => lowerValue(lowering, node.else));
  const type = commonOf(then.result.type as Type, otherwise.result.type as Type);
  if (type === undefined) {
    const [a, b] = [typeName(then.result.type), typeName(otherwise.result.type)];
    throw lowering.fail(node.span, `the values of ?: are ${article(a)} and ${article(b)}; give both one type`);
  }
  const as = (value: Value): Value => (value.op === 'aggregate' ? value : converted(value, type as ValueType));
  const [left, right] = [as(then.result), as(otherwise.result)];
  if (then.statements.length + otherwise.statements.length === 0) return selectValue(condition, left, right);
  const ref = refTo(type, allocate(lowering, 'temporary', type));
  const branch = (statements: readonly Statement[], value: Value): readonly Statement[] => [
    ...statements,
    ...lowering.capture(() => writeRef(lowering, ref, value)).statements,
  ];
  const [yes, no] = [branch(then.statements, left), branch(otherwise.statements, right)];
  lowering.emit({ op: 'if', condition, then: yes, else: no });
  return readRef(ref);
}

function commonOf(a: Type, b: Type): Type | undefined {
  if (!isAggregate(a) && !isAggregate(b)) return commonType(a, b);
  return typeName(a) === typeName(b) ? a : undefined;
}

/** A condition: a bool scalar. */
export function lowerCondition(lowering: Lowering, node: ExpressionNode, word: string): Expression {
  const value = lowerExpression(lowering, node);
  if (value.type === 'bool') return value;
  const type = value.type as ValueType;
  const advice =
    scalarOf(type) === 'bool'
      ? 'use any(…) or all(…)'
      : `compare it, as in ${sizeOf(type) > 1 ? 'length(v) > 0.0' : type === 'float' ? 'x != 0.0' : 'x != 0'}`;
  throw lowering.fail(node.span, `the condition of ${word} is a bool, and this is ${article(type)}; ${advice}`);
}

function lowerCall(lowering: Lowering, node: CallNode): Value {
  const { callee } = node;
  const values = (): readonly Value[] => lowerAll<Value>(lowering, node.args, lowerValue);
  if (callee === '.length') return lengthOfPart(lowering, node);
  if (node.lengths !== undefined) return lowerParts(lowering, node, constructedType(lowering, node), values());
  const matrix = matrixOf(callee);
  if (isTypeName(callee) || matrix !== undefined) {
    checkDevice(lowering, node.calleeSpan, matrix?.column ?? (callee as ValueType));
    if (matrix !== undefined) return lowerMatrixConstructor(lowering, node, matrix, values());
    const { place, args } = constructorArguments(lowering, node, callee as ValueType, values());
    return lowerConstructor(lowering, place, callee as ValueType, args);
  }
  const struct = lowering.structs.get(callee);
  if (struct !== undefined) return lowerParts(lowering, node, struct, values());
  if (isAccessor(callee)) return lowerRead(lowering, node, (arg) => lowerExpression(lowering, arg));
  if (isMatrixFunction(callee)) return lowerMatrixCall(lowering, node.span, callee, values());
  if (isGlslFunction(callee))
    return lowerGlslCall(lowering, node.span, callee, lowerAll(lowering, node.args, lowerExpression));
  if (lowering.functions.some((one) => one.node.name === callee)) return lowerInvoke(lowering, node, LOWERERS);
  throw unknownFunction(lowering, node);
}

/** The length of an array that is not read for it. */
function lengthOfPart(lowering: Lowering, { args, calleeSpan }: CallNode): Expression {
  const { result } = lowering.capture(() => lowerPart(lowering, args[0]!, LOWERERS));
  return lengthOfValue(lowering, calleeSpan, result.type);
}
