/**
 * @file What is known of a number without running anything: it lies from `low` to `high`, or that far from one component of
 * `coord`. This is interval analysis (R. Moore, "Interval Analysis", 1966) with the one symbol that matters: a stencil
 * reads relative to its voxel. Integers that may wrap are not known; a float is known only where it can't be NaN.
 */

import type { BinaryOperator, LevelRelation, ScalarType } from '../ir.ts';
import { roundingOf } from '../ir.ts';

/**
 * What a number is a distance from: component 0, 1, 2 (x, y, z) of `coord`; 3, 4, 5: of `coord >> 1`, the voxel above on the coarser
 * level; 6, 7, 8: of `2 * coord`, the first below on the finer one; null: it is a plain number.
 */
type Axis = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | null;

/** First axis of each level's coordinates. */
export const FIRST_AXIS: Readonly<Record<LevelRelation, 0 | 3 | 6>> = Object.freeze({ same: 0, coarse: 3, fine: 6 });

/** Inclusive bounds of a number, or of its distance from a component of `coord`; they may be infinite. A bool is 0 or 1. */
export interface Range {
  readonly axis: Axis;
  readonly low: number;
  readonly high: number;
}

const LIMITS: Readonly<Record<ScalarType, readonly [number, number]>> = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint: [0, 2 ** 32 - 1],
  bool: [0, 1],
  float: [-Infinity, Infinity],
  double: [-Infinity, Infinity],
  float16_t: [-Infinity, Infinity],
};

/** Any value of a type: of a float, NaN too. */
export function anyOf(type: ScalarType): Range {
  const [low, high] = LIMITS[type];
  return { axis: null, low, high };
}

/** A known number. */
export function point(value: number): Range {
  return { axis: null, low: value, high: value };
}

/** A range of a type, or anything where the type's numbers end before it does. */
function within(type: ScalarType, range: Range): Range {
  const [low, high] = LIMITS[type];
  // Distances from `coord` are as far from wrapping as `coord` itself.
  if (range.axis !== null) return Math.max(-range.low, range.high) < 2 ** 30 ? range : anyOf(type);
  const fits = range.low >= low && range.high <= high && Number.isFinite(range.low + range.high);
  return fits ? range : anyOf(type);
}

/** Both values of a bool. */
export const EITHER: Range = { axis: null, low: 0, high: 1 };

export function isSame(a: Range, b: Range): boolean {
  return a.axis === b.axis && a.low === b.low && a.high === b.high;
}

/** What holds for a value that is one of the two. */
export function join(a: Range, b: Range, type: ScalarType): Range {
  if (a.axis !== b.axis) return anyOf(type);
  return { axis: a.axis, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** What holds for `next`, which came after `before` in a loop, however often it goes round: bounds that move have no end. */
export function widen(before: Range, next: Range, type: ScalarType): Range {
  if (before.axis !== next.axis) return anyOf(type);
  const any = anyOf(type);
  const ends = before.axis === null ? any : { low: -Infinity, high: Infinity };
  const low = next.low < before.low ? ends.low : before.low;
  return { axis: before.axis, low, high: next.high > before.high ? ends.high : before.high };
}

/** `range` where it is also `from`; `range` itself where the two can't be compared, or exclude each other. */
export function meet(range: Range, from: Range, type: ScalarType): Range {
  if (range.axis !== from.axis) return from.axis !== null && isSame(range, anyOf(type)) ? from : range;
  const [low, high] = [Math.max(range.low, from.low), Math.min(range.high, from.high)];
  return low <= high ? { axis: range.axis, low, high } : range;
}

export function negated(a: Range, type: ScalarType): Range {
  return a.axis === null ? within(type, { axis: null, low: -a.high, high: -a.low }) : anyOf(type);
}

/** An arithmetic operator on two ranges of a type. */
export function combined(operator: BinaryOperator, type: ScalarType, a: Range, b: Range): Range {
  switch (operator) {
    case '+':
      return sum(type, a, b);
    case '-':
      return difference(type, a, b);
    case '*':
      return a.axis === null && b.axis === null ? corners(type, a, b, (x, y) => x * y) : times(type, a, b);
    default:
      return type === 'int' || type === 'uint' ? ofIntegers(operator, type, a, b) : anyOf(type);
  }
}

function sum(type: ScalarType, a: Range, b: Range): Range {
  if (a.axis !== null && b.axis !== null) return anyOf(type);
  const round = roundedEnds(type);
  return within(type, round({ axis: a.axis ?? b.axis, low: a.low + b.low, high: a.high + b.high }));
}

function difference(type: ScalarType, a: Range, b: Range): Range {
  if (b.axis !== null && b.axis !== a.axis) return anyOf(type);
  const axis = b.axis === null ? a.axis : null;
  return within(type, roundedEnds(type)({ axis, low: a.low - b.high, high: a.high - b.low }));
}

/** `coord · 1` and `coord · 2` are all that is known of products with a component of `coord`. */
function times(type: ScalarType, a: Range, b: Range): Range {
  const [factor, side] = a.axis === null ? [only(a), b] : [only(b), a];
  return factor === 1 ? side : factor === 2 && type === 'int' ? doubled(side) : anyOf(type);
}

/** Twice a distance from `coord`, which is one from `2 * coord`; nothing is known of it where the level below would not fit. */
function doubled({ axis, low, high }: Range): Range {
  if (axis !== 0 && axis !== 1 && axis !== 2) return anyOf('int');
  return within('int', { axis: (axis + FIRST_AXIS.fine) as Axis, low: 2 * low, high: 2 * high });
}

/** Half a distance from `coord`, rounded down: `coord` itself may be even or odd. */
function halved({ axis, low, high }: Range): Range {
  if (axis !== 0 && axis !== 1 && axis !== 2) return anyOf('int');
  const half = { low: Math.floor(low / 2), high: Math.floor((high + 1) / 2) };
  return within('int', { axis: (axis + FIRST_AXIS.coarse) as Axis, ...half });
}

/** An operation that is monotone in each argument: its extremes are at the corners. */
function corners(type: ScalarType, a: Range, b: Range, operate: (x: number, y: number) => number): Range {
  const all = [operate(a.low, b.low), operate(a.low, b.high), operate(a.high, b.low), operate(a.high, b.high)];
  return within(type, roundedEnds(type)({ axis: null, low: Math.min(...all), high: Math.max(...all) }));
}

/** Rounds a range's ends as the operation rounds its result. */
function roundedEnds(type: ScalarType): (range: Range) => Range {
  if (type === 'int' || type === 'uint' || type === 'bool') return (range) => range;
  const round = roundingOf(type);
  return ({ axis, low, high }) => ({ axis, low: round(low), high: round(high) });
}

/** The one number of a range, if it is one. */
function only(range: Range): number | undefined {
  return range.axis === null && range.low === range.high ? range.low : undefined;
}

function ofIntegers(operator: BinaryOperator, type: ScalarType, a: Range, b: Range): Range {
  const by = only(b);
  switch (operator) {
    case '/':
      return by !== undefined && by > 0 && a.axis === null
        ? { axis: null, low: Math.trunc(a.low / by), high: Math.trunc(a.high / by) }
        : anyOf(type);
    case '%':
      return by !== undefined && by > 0 ? remainder(type, a, by) : anyOf(type);
    case '<<':
      if (a.axis !== null) return type === 'int' && by === 1 ? doubled(a) : anyOf(type);
      return by !== undefined && by >= 0 && by < 31
        ? within(type, { axis: null, low: a.low * 2 ** by, high: a.high * 2 ** by })
        : anyOf(type);
    case '>>':
      if (a.axis !== null) return type === 'int' && by === 1 ? halved(a) : anyOf(type);
      return by !== undefined && by >= 0 && by < 31
        ? { axis: null, low: Math.floor(a.low / 2 ** by), high: Math.floor(a.high / 2 ** by) }
        : anyOf(type);
    default:
      return ofBits(operator, type, a, b);
  }
}

function remainder(type: ScalarType, a: Range, by: number): Range {
  if (a.axis === null && a.low >= 0 && a.high < by) return a;
  const never = type === 'uint' || (a.axis === null && a.low >= 0);
  return { axis: null, low: never ? 0 : 1 - by, high: by - 1 };
}

/** `x & m` takes at most m's bits away, `x | m` adds at most them, `x ^ m` changes at most them. */
function ofBits(operator: BinaryOperator, type: ScalarType, a: Range, b: Range): Range {
  const [value, mask] = only(b) === undefined ? [b, only(a)] : [a, only(b)];
  if (mask === undefined || type !== 'int') {
    const both = a.axis === null && b.axis === null && a.low >= 0 && b.low >= 0;
    return both && operator === '&' ? { axis: null, low: 0, high: Math.min(a.high, b.high) } : anyOf(type);
  }
  if (operator === '&' && mask >= 0) return { axis: null, low: 0, high: mask };
  const moved = mask >= 0 ? mask : -1 - mask;
  const shifted = (down: number, up: number): Range =>
    within(type, { axis: value.axis, low: value.low - down, high: value.high + up });
  if (operator === '&') return shifted(moved, 0);
  if (operator === '|' && mask >= 0) return shifted(0, moved);
  return operator === '^' && mask >= 0 ? shifted(moved, moved) : anyOf(type);
}

/** Whether `a operator b` is certainly 1, certainly 0, or either. */
export function compared(operator: BinaryOperator, a: Range, b: Range): Range {
  if (a.axis !== b.axis || ![a.low, a.high, b.low, b.high].every(Number.isFinite)) return EITHER;
  const certain = (yes: boolean, no: boolean): Range => (yes ? point(1) : no ? point(0) : EITHER);
  switch (operator) {
    case '<':
      return certain(a.high < b.low, a.low >= b.high);
    case '<=':
      return certain(a.high <= b.low, a.low > b.high);
    case '>':
      return compared('<', b, a);
    case '>=':
      return compared('<=', b, a);
    default: {
      const apart = a.high < b.low || b.high < a.low;
      const equal = a.low === a.high && a.low === b.low && b.low === b.high;
      return operator === '==' ? certain(equal, apart) : certain(apart, equal);
    }
  }
}

/** `min` or `max` of two ranges. Of floats both are known, or the result isn't; an integer is held by the side that is. */
export function extreme(name: 'min' | 'max', type: ScalarType, a: Range, b: Range): Range {
  const float = type !== 'int' && type !== 'uint';
  const known = [a.low, a.high, b.low, b.high].every(Number.isFinite);
  if (float && !known) return anyOf(type);
  const pick = name === 'min' ? Math.min : Math.max;
  if (a.axis === b.axis) return { axis: a.axis, low: pick(a.low, b.low), high: pick(a.high, b.high) };
  if (float || (a.axis !== null && b.axis !== null)) return anyOf(type);
  const { axis, low, high } = a.axis === null ? b : a;
  return name === 'min' ? { axis, low: -Infinity, high } : { axis, low, high: Infinity };
}
