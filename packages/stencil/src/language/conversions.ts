/** @file GLSL's implicit conversions: int → uint → float, alike for vectors. */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, ScalarType, ValueType } from '../ir.ts';
import { convert } from './build.ts';

const RANK: Readonly<Record<ScalarType, number>> = { bool: -1, int: 0, uint: 1, float: 2 };

/** Whether a value of one type stands where another is wanted, by itself. */
export function isConvertible(from: ValueType, to: ValueType): boolean {
  if (from === to) return true;
  if (sizeOf(from) !== sizeOf(to)) return false;
  const [a, b] = [RANK[scalarOf(from)], RANK[scalarOf(to)]];
  return a >= 0 && b > a;
}

/** The scalar type that two can both become; undefined where one is bool and the other is not. */
export function commonScalar(a: ScalarType, b: ScalarType): ScalarType | undefined {
  if (a === b) return a;
  if (RANK[a] < 0 || RANK[b] < 0) return undefined;
  return RANK[a] > RANK[b] ? a : b;
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
