/**
 * @file Expressions: from syntax to typed IR. Operands are evaluated left to right; what has effects becomes statements
 * before the expression, and an operand to the left of such effects is kept in a temporary first.
 */

import { scalarOf, sizeOf } from '../ir.ts';
import type { Expression, ValueType } from '../ir.ts';
import { isAccessor, lowerRead } from './accessors.ts';
import { lowerAssign, lowerUpdate } from './assign.ts';
import { constant, filled, indexed, local, select, swizzle, unary } from './build.ts';
import { commonType, converted } from './conversions.ts';
import { lowerConstructor } from './constructors.ts';
import { keepValues, lowerAll } from './effects.ts';
import { isGlslFunction, lowerGlslCall } from './glsl-functions.ts';
import { lowerInvoke } from './invoke.ts';
import { isTypeName } from './keywords.ts';
import type { Lowering } from './lowering.ts';
import { lowerName, unknownFunction } from './names.ts';
import { article, lowerBinary, lowerUnary } from './operators.ts';
import type { BinaryNode, CallNode, ConditionalNode, ExpressionNode, MemberNode, NumberNode } from './syntax.ts';
import { checkIndex, swizzleComponents } from './swizzles.ts';

/** A value. */
export function lowerExpression(lowering: Lowering, node: ExpressionNode): Expression {
  const value = lowerAny(lowering, node);
  if (value.type !== 'void') return value;
  const name = node.kind === 'call' ? node.callee : '';
  throw lowering.fail(node.span, `the function "${name}" returns nothing; call it as a statement of its own`);
}

/** A value, or the call of a function that returns nothing. */
export function lowerAny(lowering: Lowering, node: ExpressionNode): Expression {
  return lowering.nested(node.span, () => lowerNode(lowering, node));
}

function lowerNode(lowering: Lowering, node: ExpressionNode): Expression {
  switch (node.kind) {
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
      return lowerUnary(lowering, node.span, node.operator, lowerExpression(lowering, node.operand));
    case 'binary':
      return lowerChain(lowering, node);
    case 'conditional':
      return lowerConditional(lowering, node);
    case 'call':
      return lowerCall(lowering, node);
    case 'member':
      return lowerMember(lowering, node);
    case 'index':
      return lowerIndex(lowering, node.operand, node.index);
    case 'assign':
      return lowerAssign(lowering, node, lowerExpression);
    default:
      return lowerUpdate(lowering, node, lowerExpression);
  }
}

function lowerNumber(lowering: Lowering, node: NumberNode, sign: 1 | -1): Expression {
  const { type, value, text, span } = node;
  const decimal = !text.startsWith('0');
  if (type === 'int' && decimal && value > (sign === 1 ? 0x7fffffff : 0x80000000)) {
    throw lowering.fail(span, `${text} does not fit an int; the largest is 2147483647, or write ${text}u`);
  }
  const positive = constant(type, [type === 'int' ? value | 0 : value]);
  return sign === 1 ? positive : unary('-', positive);
}

/** A chain `a + b + c …` goes down its left side in a loop, so that its length costs no stack. */
function lowerChain(lowering: Lowering, node: BinaryNode): Expression {
  const links: BinaryNode[] = [];
  let first: ExpressionNode = node;
  while (first.kind === 'binary') {
    links.push(first);
    first = first.left;
  }
  let left = lowerExpression(lowering, first);
  for (const link of links.toReversed()) {
    const lazy = link.operator === '&&' || link.operator === '||';
    left = lazy ? lowerLazy(lowering, link, left) : lowerLink(lowering, link, left);
  }
  return left;
}

function lowerLink(lowering: Lowering, node: BinaryNode, left: Expression): Expression {
  const values = [left];
  const start = lowering.frame.block.length;
  const right = lowerExpression(lowering, node.right);
  if (lowering.frame.block.length > start) keepValues(lowering, values, start);
  return lowerBinary(lowering, node.operatorSpan, node.operator, { left: values[0]!, right });
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

function lowerConditional(lowering: Lowering, node: ConditionalNode): Expression {
  const condition = lowerCondition(lowering, node.condition, '?:');
  const then = lowering.capture(() => lowerExpression(lowering, node.then));
  const otherwise = lowering.capture(() => lowerExpression(lowering, node.else));
  const [a, b] = [then.result.type as ValueType, otherwise.result.type as ValueType];
  const type = commonType(a, b);
  if (type === undefined) {
    throw lowering.fail(node.span, `the values of ?: are ${article(a)} and ${article(b)}; give both one type`);
  }
  const [left, right] = [converted(then.result, type), converted(otherwise.result, type)];
  if (then.statements.length + otherwise.statements.length === 0) return select(condition, left, right);
  const index = lowering.newLocal('temporary', type);
  lowering.emit({
    op: 'if',
    condition,
    then: [...then.statements, { op: 'assign', local: index, value: left }],
    else: [...otherwise.statements, { op: 'assign', local: index, value: right }],
  });
  return local(type, index);
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

function lowerMember(lowering: Lowering, node: MemberNode): Expression {
  const operand = lowerExpression(lowering, node.operand);
  const components = swizzleComponents(lowering, node.memberSpan, node.member, operand.type as ValueType);
  return swizzle(operand, components);
}

function lowerIndex(lowering: Lowering, operandNode: ExpressionNode, indexNode: ExpressionNode): Expression {
  const [operand, index] = lowerAll(lowering, [operandNode, indexNode], lowerExpression) as [Expression, Expression];
  checkIndex(lowering, indexNode.span, operand.type as ValueType, index);
  return indexed(operand, index);
}

function lowerCall(lowering: Lowering, node: CallNode): Expression {
  const { callee } = node;
  if (isTypeName(callee))
    return lowerConstructor(lowering, node, callee, lowerAll(lowering, node.args, lowerExpression));
  if (isAccessor(callee)) return lowerRead(lowering, node, (arg) => lowerExpression(lowering, arg));
  if (isGlslFunction(callee))
    return lowerGlslCall(lowering, node.span, callee, lowerAll(lowering, node.args, lowerExpression));
  if (lowering.functions.some((one) => one.node.name === callee)) return lowerInvoke(lowering, node, lowerExpression);
  throw unknownFunction(lowering, node);
}
