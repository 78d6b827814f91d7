/** @file GLSL's implicit conversions: int → uint → float → double, float16_t → float, alike for vectors. */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, ScalarType, ValueType } from '../ir.ts';
import { convert } from './build.ts';

/** What each scalar type becomes by itself. */
const IMPLICIT: Readonly<Record<ScalarType, readonly ScalarType[]>> = {
  bool: [],
  int: ['uint', 'float', 'double'],
  uint: ['float', 'double'],
  float16_t: ['float', 'double'],
  float: ['double'],
  double: [],
};

/** Whether a scalar type is another, or becomes it by itself. */
export function becomes(from: ScalarType, to: ScalarType): boolean {
  return from === to || IMPLICIT[from].includes(to);
}

/** Whether a value of one type stands where another is wanted, by itself. */
export function isConvertible(from: ValueType, to: ValueType): boolean {
  if (from === to) return true;
  if (sizeOf(from) !== sizeOf(to)) return false;
  return becomes(scalarOf(from), scalarOf(to));
}

/**
 * The scalar type that two can both become; undefined where one is bool and the other is not, or one a float16_t and the other an
 * integer.
 */
export function commonScalar(a: ScalarType, b: ScalarType): ScalarType | undefined {
  if (becomes(a, b)) return b;
  return becomes(b, a) ? a : undefined;
}

/** The type that two of one size can both become. */
export function commonType(a: ValueType, b: ValueType): ValueType | undefined {
  if (sizeOf(a) !== sizeOf(b)) return undefined;
  const scalar = commonScalar(scalarOf(a), scalarOf(b));
  return scalar === undefined ? undefined : vectorOf(scalar, sizeOf(a));
}

/** The value as a type that `isConvertible` allows. */
export function converted(value: Expression, to: ValueType): Expression {
  return convert(scalarOf(to), value);
}
