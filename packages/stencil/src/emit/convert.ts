/**
 * @file Conversions between scalar kinds, with a meaning for every input. A float becomes an integer by truncation,
 * after it is held within what the integer can bear: NaN and −∞ give the least value, +∞ the greatest float32 below
 * 2³¹ (or 2³²). The devices' own answers differ there.
 */
import type { ValueType } from '../ir.ts';
import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Code } from './code.ts';
import { scalarOfValue } from './target.ts';
import type { Value } from './target.ts';

/** Least and greatest float32 that an int, a uint can hold. */
const INT_RANGE: readonly [number, number] = [-2147483648, 2147483520];
const UINT_RANGE: readonly [number, number] = [0, 4294967040];

function clamped(code: Code, value: Value, [low, high]: readonly [number, number]): Value {
  const { target } = code;
  return target.apply('min', target.apply('max', value, code.like(value, low)), code.like(value, high));
}

/** Float (or vector of them) to int. */
export function clampToInt(code: Code, value: Value): Value {
  return code.asInt(clamped(code, value, INT_RANGE));
}

/** GLSL's conversions between scalar kinds, on vectors of one size. */
export function lowerConvert(code: Code, type: ValueType, operand: Value): Value {
  const [from, to] = [scalarOfValue(operand), scalarOf(type)];
  if (from === to) return operand;
  if (to === 'bool') return code.differs(operand, 0);
  if (from === 'bool') return code.target.select(operand, code.all(type, 1), code.all(type, 0));
  if (from !== 'float') return code.target.convert(type, operand);
  const held = clamped(code, operand, to === 'int' ? INT_RANGE : UINT_RANGE);
  return code.target.convert(vectorOf(to, sizeOf(type)), held);
}
