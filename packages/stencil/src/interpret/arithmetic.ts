/**
 * @file One number at a time, as the shader computes it: each float operation rounds to float32, integers wrap, and
 * nothing is undefined. A bool is 0 or 1.
 */
import { isFloating, roundingOf } from '../ir.ts';
import type { BinaryOperator, ReduceKind, ScalarType } from '../ir.ts';

const { fround, imul } = Math;

export type Binary = (a: number, b: number) => number;
export type Unary = (a: number) => number;

const INT_LOW = -2147483648;
const INT_HIGH = 2147483520;
const UINT_HIGH = 4294967040;

const FLOAT: Readonly<Record<string, Binary>> = {
  '+': (a, b) => fround(a + b),
  '-': (a, b) => fround(a - b),
  '*': (a, b) => fround(a * b),
  '/': (a, b) => fround(a / b),
};
const DOUBLE: Readonly<Record<string, Binary>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
// Sums, products and quotients of two halves, rounded to double first, round to the right half.
const HALF: Readonly<Record<string, Binary>> = {
  '+': (a, b) => Math.f16round(a + b),
  '-': (a, b) => Math.f16round(a - b),
  '*': (a, b) => Math.f16round(a * b),
  '/': (a, b) => Math.f16round(a / b),
};
const INT: Readonly<Record<string, Binary>> = {
  '+': (a, b) => (a + b) | 0,
  '-': (a, b) => (a - b) | 0,
  '*': imul,
  '/': (a, b) => (b === 0 ? a : (a / b) | 0),
  '%': (a, b) => (b === 0 ? 0 : (a % b) | 0),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
};
const UINT: Readonly<Record<string, Binary>> = {
  '+': (a, b) => (a + b) >>> 0,
  '-': (a, b) => (a - b) >>> 0,
  '*': (a, b) => imul(a, b) >>> 0,
  '/': (a, b) => (b === 0 ? a : (a / b) >>> 0),
  '%': (a, b) => (b === 0 ? 0 : a % b),
  '&': (a, b) => (a & b) >>> 0,
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '<<': (a, b) => (a << b) >>> 0,
  '>>': (a, b) => a >>> b,
};
const COMPARE: Readonly<Record<string, Binary>> = {
  '<': (a, b) => (a < b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
  '^^': (a, b) => (a !== b ? 1 : 0),
};

/** An operator on two numbers of a scalar type (`&&` and `||` are not operators on numbers: they are lazy). */
export function binaryOperation(operator: BinaryOperator, type: ScalarType): Binary {
  const table = { float: FLOAT, double: DOUBLE, float16_t: HALF, int: INT, uint: UINT, bool: UINT }[type];
  const operation = COMPARE[operator] ?? table[operator];
  if (!operation) throw new Error(`Bug in the interpreter: ${operator} of ${type}`);
  return operation;
}

/** A prefix operator. */
export function unaryOperation(operator: '-' | '!' | '~', type: ScalarType): Unary {
  if (operator === '!') return (a) => 1 - a;
  if (operator === '~') return type === 'int' ? (a) => ~a : (a) => ~a >>> 0;
  if (isFloating(type)) return (a) => -a;
  return type === 'int' ? (a) => -a | 0 : (a) => -a >>> 0;
}

/** GLSL's min: a NaN in `a` stays, a NaN in `b` gives `a`; of two zeros the first. */
export function least(a: number, b: number): number {
  return b < a ? b : a;
}

/** GLSL's max. */
export function greatest(a: number, b: number): number {
  return a < b ? b : a;
}

/** A float held within a range; NaN gives the lower end. */
function held(a: number, low: number, high: number): number {
  return a > low ? (a < high ? a : high) : low;
}

/** A number of one scalar type as one of another. */
export function conversion(from: ScalarType, to: ScalarType): Unary {
  if (from === to) return (a) => a;
  if (to === 'bool') return (a) => (a === 0 ? 0 : 1);
  if (from === 'bool') return (a) => a;
  if (isFloating(to)) return roundingOf(to);
  if (!isFloating(from)) return to === 'int' ? (a) => a | 0 : (a) => a >>> 0;
  if (from === 'double') {
    return to === 'int'
      ? (a) => Math.trunc(held(a, INT_LOW, 2147483647)) | 0
      : (a) => Math.trunc(held(a, 0, 4294967295));
  }
  if (to === 'int') return toInt;
  return (a) => Math.trunc(held(a, 0, UINT_HIGH));
}

/** Truncates a float, held within what an int can bear; NaN gives the least. */
export function toInt(a: number): number {
  return Math.trunc(held(a, INT_LOW, INT_HIGH)) | 0;
}

const GREATEST: Readonly<Partial<Record<ScalarType, number>>> = { int: 2147483647, uint: 4294967295, bool: 1 };
const LEAST: Readonly<Partial<Record<ScalarType, number>>> = { int: INT_LOW, uint: 0, bool: 0 };

/** A reduction's identity and its operation, on numbers of a type. */
export function reduction(kind: ReduceKind, type: ScalarType): { identity: number; combine: Binary } {
  if (kind === 'any') return { identity: 0, combine: greatest };
  if (kind === 'all') return { identity: 1, combine: least };
  if (kind === 'min') return { identity: GREATEST[type] ?? Infinity, combine: least };
  if (kind === 'max') return { identity: LEAST[type] ?? -Infinity, combine: greatest };
  return { identity: 0, combine: binaryOperation('+', type) };
}
