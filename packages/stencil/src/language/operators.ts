/** @file What operators mean for the types of their operands: GLSL's rules, with conversions and splats made plain. */

import { isFloating, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { BinaryOperator, Expression, ScalarType, Span, ValueType } from '../ir.ts';
import { binary, convert, splat, unary } from './build.ts';
import { commonScalar } from './conversions.ts';
import type { Lowering } from './lowering.ts';

/** A unary operator on a checked operand. */
export function lowerUnary(
  lowering: Lowering,
  span: Span,
  operator: '-' | '+' | '!' | '~',
  operand: Expression,
): Expression {
  const type = operand.type as ValueType;
  const scalar = scalarOf(type);
  if (operator === '!') {
    if (type === 'bool') return unary('!', operand);
    const advice =
      scalar === 'bool'
        ? 'use not(…) for vectors'
        : `compare it first, as in ${type === 'float' ? 'x == 0.0' : 'x == 0'}`;
    throw lowering.fail(span, `the operator ! takes a bool, not ${article(type)}; ${advice}`);
  }
  if (operator === '~') {
    if (scalar === 'int' || scalar === 'uint') return unary('~', operand);
    throw lowering.fail(
      span,
      `the operator ~ takes integers, not ${article(type)}; convert it with ${integerOf(type)}(…)`,
    );
  }
  if (scalar === 'bool') {
    throw lowering.fail(
      span,
      `the operator ${operator} takes numbers, not ${article(type)}; use ?: to choose a number`,
    );
  }
  return operator === '+' ? operand : unary('-', operand);
}

/** A binary operator on checked operands. */
export function lowerBinary(
  lowering: Lowering,
  span: Span,
  operator: BinaryOperator,
  sides: { readonly left: Expression; readonly right: Expression },
): Expression {
  const { left, right } = sides;
  const [a, b] = [left.type as ValueType, right.type as ValueType];
  switch (operator) {
    case '&&':
    case '||':
    case '^^':
      if (a === 'bool' && b === 'bool') return binary(operator, left, right);
      throw lowering.fail(span, mismatch(operator, a, b, 'it takes two bool scalars'));
    case '<<':
    case '>>':
      return lowerShift(lowering, span, operator, sides);
    case '==':
    case '!=': {
      const scalar = sizeOf(a) === sizeOf(b) ? commonScalar(scalarOf(a), scalarOf(b)) : undefined;
      if (scalar === undefined) throw lowering.fail(span, mismatch(operator, a, b, 'both sides need one type'));
      return binary(operator, convert(scalar, left), convert(scalar, right));
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const scalar = sizeOf(a) === 1 && sizeOf(b) === 1 ? commonScalar(scalarOf(a), scalarOf(b)) : undefined;
      if (scalar === undefined || scalar === 'bool') {
        throw lowering.fail(span, mismatch(operator, a, b, comparisonAdvice(operator, a, b)));
      }
      return binary(operator, convert(scalar, left), convert(scalar, right));
    }
    default:
      return lowerArithmetic(lowering, span, operator, sides);
  }
}

const COMPARING: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '<': 'lessThan',
  '<=': 'lessThanEqual',
  '>': 'greaterThan',
  '>=': 'greaterThanEqual',
};

function comparisonAdvice(operator: BinaryOperator, a: ValueType, b: ValueType): string {
  const vectors = sizeOf(a) > 1 && sizeOf(a) === sizeOf(b);
  return vectors ? `vectors are compared by ${COMPARING[operator]}(a, b)` : 'it takes two scalar numbers';
}

const INTEGER_ONLY: ReadonlySet<BinaryOperator> = new Set(['%', '&', '|', '^']);

function lowerArithmetic(
  lowering: Lowering,
  span: Span,
  operator: BinaryOperator,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): Expression {
  const [a, b] = [left.type as ValueType, right.type as ValueType];
  const scalar = commonScalar(scalarOf(a), scalarOf(b));
  if (scalar === undefined || scalar === 'bool') {
    throw lowering.fail(span, mismatch(operator, a, b, boolAdvice(operator, a, b)));
  }
  if (INTEGER_ONLY.has(operator) && isFloating(scalar)) {
    const advice = operator === '%' ? 'use mod(a, b) for floats' : 'it takes integers';
    throw lowering.fail(span, mismatch(operator, a, b, advice));
  }
  const size = operandSize(a, b);
  if (size === undefined) {
    throw lowering.fail(span, mismatch(operator, a, b, 'both sides need one size, or one of them is a scalar'));
  }
  return binary(operator, splat(size, convert(scalar, left)), splat(size, convert(scalar, right)));
}

function boolAdvice(operator: BinaryOperator, a: ValueType, b: ValueType): string {
  if (scalarOf(a) !== 'bool' && scalarOf(b) !== 'bool') return 'convert one of them to the type of the other';
  if (a !== 'bool' || b !== 'bool') return 'a bool is no number, use ?: to choose one';
  return operator === '&' ? 'use &&' : operator === '|' ? 'use ||' : 'it takes numbers';
}

function operandSize(a: ValueType, b: ValueType): number | undefined {
  const [m, n] = [sizeOf(a), sizeOf(b)];
  return m === n || n === 1 ? m : m === 1 ? n : undefined;
}

function lowerShift(
  lowering: Lowering,
  span: Span,
  operator: BinaryOperator,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): Expression {
  const [a, b] = [left.type as ValueType, right.type as ValueType];
  const integer = (scalar: ScalarType): boolean => scalar === 'int' || scalar === 'uint';
  if (!integer(scalarOf(a)) || !integer(scalarOf(b))) {
    throw lowering.fail(span, mismatch(operator, a, b, 'it takes integers'));
  }
  if (sizeOf(b) !== 1 && sizeOf(a) !== sizeOf(b)) {
    throw lowering.fail(span, mismatch(operator, a, b, 'the right side is a scalar or has the size of the left'));
  }
  return binary(operator, left, splat(sizeOf(a), right));
}

function mismatch(operator: BinaryOperator, a: ValueType, b: ValueType, advice: string): string {
  return `the operator ${operator} does not take ${article(a)} and ${article(b)}; ${advice}`;
}

/** A type with its article, as in `an int`. */
export function article(type: string): string {
  return `${/^[ai]/.test(type) ? 'an' : 'a'} ${type}`;
}

function integerOf(type: ValueType): ValueType {
  return vectorOf('int', sizeOf(type));
}
