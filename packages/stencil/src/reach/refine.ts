/** @file What a condition says of locals where it holds, or where it does not: comparisons, and what `&&`, `||` and `!` make of them. */

import { isFloating, scalarOf } from '../ir.ts';
import type { BinaryOperator, Expression, ScalarType, ValueType } from '../ir.ts';
import { evaluate } from './evaluate.ts';
import type { Place } from './evaluate.ts';
import { combined, meet, negated } from './range.ts';
import type { Range } from './range.ts';
import { assigned } from './state.ts';
import type { State } from './state.ts';

const OPPOSITE: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

const MIRRORED: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
};

/** What is known where a condition is `holds`. The reads in it are not told of again. */
export function refined(place: Place, condition: Expression, holds: boolean, state: State): State {
  if (condition.op === 'unary' && condition.operator === '!') return refined(place, condition.operand, !holds, state);
  if (condition.op !== 'binary') return state;
  const { left, right } = condition;
  if (condition.operator === (holds ? '&&' : '||')) {
    return refined(place, right, holds, refined(place, left, holds, state));
  }
  const scalar = scalarOf(left.type as ValueType);
  if (left.type !== scalar || scalar === 'bool') return state;
  // A comparison of floats that does not hold says nothing: one side may be NaN.
  if (!holds && isFloating(scalar)) return state;
  const operator = holds ? condition.operator : OPPOSITE[condition.operator];
  const mirrored = operator && MIRRORED[operator];
  if (operator === undefined || mirrored === undefined) return state;
  const silent: Place = { ...place, read: () => {} };
  const [a] = evaluate(silent, left, state) as readonly [Range];
  const [b] = evaluate(silent, right, state) as readonly [Range];
  return narrowed(place, right, mirrored, a, narrowed(place, left, operator, b, state));
}

/** What is known where `side operator other` holds. */
function narrowed(place: Place, side: Expression, operator: BinaryOperator, other: Range, state: State): State {
  const scalar = scalarOf(side.type as ValueType);
  if (side.op === 'binary' && scalar === 'int' && (side.operator === '+' || side.operator === '-')) {
    return throughSum(place, { ...side, operator: side.operator }, operator, other, state);
  }
  const [local, component] =
    side.op === 'swizzle' && side.operand.op === 'local'
      ? [side.operand.local, side.components[0]!]
      : side.op === 'local'
        ? [side.local, 0]
        : [null, 0];
  if (local === null) return state;
  const before = state[local]![0]![component]!;
  const value = [meet(before, bounds(operator, other, scalar), scalar)];
  return assigned(state, local, place.locals[local]!, { value, components: [component], first: 0, last: 0 });
}

/** `x + c operator other` is `x operator other − c`, where nothing wraps: the sum itself must be known. */
function throughSum(
  place: Place,
  side: Expression & { readonly op: 'binary'; readonly operator: '+' | '-' },
  operator: BinaryOperator,
  other: Range,
  state: State,
): State {
  if (side.right.op !== 'constant') return state;
  const by = { axis: null, low: side.right.value[0]!, high: side.right.value[0]! };
  const [inner] = evaluate({ ...place, read: () => {} }, side.left, state) as readonly [Range];
  const moved = combined(side.operator, 'int', inner, by);
  if (moved.low === -(2 ** 31) || moved.high === 2 ** 31 - 1) return state;
  const back = side.operator === '+' ? negated(by, 'int') : by;
  return narrowed(place, side.left, operator, combined('+', 'int', other, back), state);
}

/** The values that compare so with one of a range. */
function bounds(operator: BinaryOperator, { axis, low, high }: Range, scalar: ScalarType): Range {
  const step = isFloating(scalar) ? 0 : 1;
  switch (operator) {
    case '<':
      return { axis, low: -Infinity, high: high - step };
    case '<=':
      return { axis, low: -Infinity, high };
    case '>':
      return { axis, low: low + step, high: Infinity };
    case '>=':
      return { axis, low, high: Infinity };
    default:
      return { axis, low, high };
  }
}
