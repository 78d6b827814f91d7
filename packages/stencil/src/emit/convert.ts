/**
 * @file Conversions between scalar kinds, with a meaning for every input. A float becomes an integer by truncation,
 * after it is held within what the integer can bear: NaN and −∞ give the least value, +∞ the greatest float32 below
 * 2³¹ (or 2³²). The devices' own answers differ there.
 */
import type { ValueType } from '../ir.ts';
import { isFloating, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Code } from './code.ts';
import { scalarOfValue } from './target.ts';
import type { Value } from './target.ts';

/** Least and greatest float32 that an int, a uint can hold. */
const INT_RANGE: readonly [number, number] = [-2147483648, 2147483520];
const UINT_RANGE: readonly [number, number] = [0, 4294967040];

const HELD = { int: INT_RANGE, uint: UINT_RANGE } as const;
/** Those of doubles, which hold every integer. */
const WHOLE = { int: [-2147483648, 2147483647], uint: [0, 4294967295] } as const;

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
  if (!isFloating(from) || isFloating(to)) return code.target.convert(type, operand);
  // A half is a float first, which can hold the bounds.
  const wide = from === 'float16_t' ? code.target.convert(vectorOf('float', sizeOf(type)), operand) : operand;
  const ranges = from === 'double' ? WHOLE : HELD;
  return code.target.convert(vectorOf(to, sizeOf(type)), clamped(code, wide, to === 'int' ? ranges.int : ranges.uint));
}
