/**
 * @file Arithmetic on constants, exactly as the interpreter does it at run time: each operation on floats is rounded to
 * float32, integers wrap at 32 bits. What has no certain answer (overflow to infinity, a denormal that a device may
 * flush, division by zero, a shift by 32) gives `undefined`, and stays in the program.
 */

import { isFloating, roundingOf } from '../ir.ts';
import type { BinaryOperator, CallName, ScalarType, UnaryOperator } from '../ir.ts';

const SMALLEST_NORMAL: Readonly<Partial<Record<ScalarType, number>>> = {
  float: 2 ** -126,
  double: 2 ** -1022,
  float16_t: 2 ** -14,
};

/** Whether a device may take a number of a type for zero. */
function isDenormal(type: ScalarType, value: number): boolean {
  return value !== 0 && Math.abs(value) < (SMALLEST_NORMAL[type] ?? 0);
}

/** A result of a floating type, or undefined where devices may differ. */
function float(type: ScalarType, value: number): number | undefined {
  const rounded = roundingOf(type)(value);
  return !Number.isFinite(rounded) || isDenormal(type, rounded) ? undefined : rounded;
}

/** Wraps to the 32 bits of a type. */
export function wrap(type: ScalarType, value: number): number {
  return type === 'uint' ? value >>> 0 : value | 0;
}

/** One component of a unary operator. */
export function unaryValue(operator: UnaryOperator, type: ScalarType, a: number): number | undefined {
  if (operator === '!') return a === 0 ? 1 : 0;
  if (operator === '~') return wrap(type, ~a);
  return isFloating(type) ? -a : wrap(type, -a);
}

/** One component of a binary operator whose operands have one scalar type. Comparisons give 0 or 1. */
export function binaryValue(operator: BinaryOperator, type: ScalarType, a: number, b: number): number | undefined {
  if (isDenormal(type, a) || isDenormal(type, b)) return undefined;
  switch (operator) {
    case '<':
      return Number(a < b);
    case '<=':
      return Number(a <= b);
    case '>':
      return Number(a > b);
    case '>=':
      return Number(a >= b);
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '&&':
      return a & b;
    case '||':
      return a | b;
    case '^^':
      return a ^ b;
    default:
      return isFloating(type) ? floatValue(operator, type, a, b) : integerValue(operator, type, a, b);
  }
}

function floatValue(operator: BinaryOperator, type: ScalarType, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return float(type, a + b);
    case '-':
      return float(type, a - b);
    case '*':
      return float(type, a * b);
    case '/':
      return float(type, a / b);
    default:
      return undefined;
  }
}

function integerValue(operator: BinaryOperator, type: ScalarType, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return wrap(type, a + b);
    case '-':
      return wrap(type, a - b);
    case '*':
      return wrap(type, Math.imul(a, b));
    case '/':
      return b === 0 || (b === -1 && a === -(2 ** 31)) ? undefined : wrap(type, Math.trunc(a / b));
    case '%':
      return b <= 0 || a < 0 ? undefined : wrap(type, a % b);
    case '&':
      return wrap(type, a & b);
    case '|':
      return wrap(type, a | b);
    case '^':
      return wrap(type, a ^ b);
    case '<<':
      return b < 0 || b > 31 ? undefined : wrap(type, a << b);
    case '>>':
      return b < 0 || b > 31 ? undefined : type === 'uint' ? a >>> b : a >> b;
    default:
      return undefined;
  }
}

/** One component converted to another scalar type. */
export function convertedValue(from: ScalarType, to: ScalarType, a: number): number | undefined {
  if (from === to) return a;
  if (isDenormal(from, a)) return undefined;
  if (to === 'bool') return a === 0 ? 0 : 1;
  if (isFloating(to))
    return isFloating(from) ? float(to, a) : roundingOf(to)(a) === a || to === 'float' ? roundingOf(to)(a) : undefined;
  if (!isFloating(from)) return wrap(to, a);
  const whole = Math.trunc(a);
  const fits = to === 'int' ? whole >= -(2 ** 31) && whole < 2 ** 31 : whole >= 0 && whole < 2 ** 32;
  return fits ? wrap(to, whole) : undefined;
}

/** Functions of which devices differ in the sign of a zero result. */
const ZERO_MATTERS: ReadonlySet<CallName> = new Set<CallName>(['sign', 'min', 'max', 'clamp']);

/** One component of those functions whose result is exact; undefined for all others. */
export function callValue(name: CallName, type: ScalarType, args: readonly number[]): number | undefined {
  const [a = 0, b = 0, c = 0] = args;
  if (ZERO_MATTERS.has(name) && args.some((arg) => Object.is(arg, -0))) return undefined;
  if (args.some((arg) => isDenormal(type, arg))) return undefined;
  switch (name) {
    case 'abs':
      return isFloating(type) ? Math.abs(a) : wrap(type, Math.abs(a));
    case 'sign':
      return Math.sign(a);
    case 'floor':
      return Math.floor(a);
    case 'ceil':
      return Math.ceil(a);
    case 'trunc':
      return Math.trunc(a);
    case 'min':
      return b < a ? b : a;
    case 'max':
      return a < b ? b : a;
    case 'clamp':
      return b <= c ? Math.min(Math.max(a, b), c) : undefined;
    default:
      return undefined;
  }
}
