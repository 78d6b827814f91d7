/** @file What is known of an expression's value, from what is known of the locals. */

import { isFloating, scalarOf, sizeOf } from '../ir.ts';
import type { Expression, Local, ScalarType, ValueType } from '../ir.ts';
import { EITHER, anyOf, combined, compared, extreme, join, negated, point } from './range.ts';
import type { Range } from './range.ts';
import { refined } from './refine.ts';
import { anyOfThese, anyValue, elementsAt } from './state.ts';
import type { Ranges, State } from './state.ts';

/** Where an expression is evaluated. */
export interface Place {
  readonly locals: readonly Local[];
  /** Told of each read at a computed coordinate, with what is known of it. */
  readonly read: (node: Expression & { readonly op: 'gather' }, coord: Ranges) => void;
  /** The value of a call, whose arguments are known so. */
  readonly call: (node: Expression & { readonly op: 'invoke' }, state: State) => Ranges;
}

/** The ranges of an expression's components. */
export function evaluate(place: Place, node: Expression, state: State): Ranges {
  const value = (operand: Expression): Ranges => evaluate(place, operand, state);
  switch (node.op) {
    case 'constant':
      return node.value.map(point);
    case 'local':
      return state[node.local]![0]!;
    case 'builtin':
      return node.name === 'coord'
        ? ([0, 1, 2] as const).map((axis) => ({ axis, low: 0, high: 0 }))
        : anyValue(node.type);
    case 'unary':
      return value(node.operand).map((one) => unary(node.operator, scalarOf(node.type), one));
    case 'binary':
      return binary(place, node, state);
    case 'select':
      return select(place, node, state);
    case 'call':
      return call(node, node.args.map(value));
    case 'invoke':
      return place.call(node, state);
    case 'construct': {
      const parts = node.args.flatMap(value);
      return parts.length === 1 ? Array.from({ length: sizeOf(node.type) }, () => parts[0]!) : parts;
    }
    case 'convert':
      return value(node.operand).map((one) => converted(scalarOf(typeOf(node.operand)), scalarOf(node.type), one));
    case 'swizzle': {
      const whole = value(node.operand);
      return node.components.map((component) => whole[component]!);
    }
    case 'index': {
      const whole = value(node.operand);
      const { first, last } = elementsAt(value(node.index)[0]!, whole.length);
      return anyOfThese(
        whole.slice(first, last + 1).map((one) => [one]),
        node.type,
      );
    }
    case 'element': {
      const elements = state[node.local]!;
      const { first, last } = elementsAt(value(node.index)[0]!, elements.length);
      return anyOfThese(elements.slice(first, last + 1), scalarOf(node.type));
    }
    case 'gather':
      place.read(node, value(node.coord));
      return anyValue(node.type);
    case 'sample':
      value(node.position);
      return anyValue(node.type);
    case 'isActive':
      value(node.coord);
      return [EITHER];
    case 'indexToWorld':
    case 'worldToIndex':
      value(node.operand);
      return anyValue(node.type);
    default:
      return anyValue(node.type);
  }
}

function typeOf(node: Expression): ValueType {
  return node.type as ValueType;
}

function unary(operator: '-' | '!' | '~', type: ScalarType, a: Range): Range {
  if (operator === '!') return { axis: null, low: 1 - a.high, high: 1 - a.low };
  if (operator === '-') return negated(a, type);
  return type === 'int' ? combined('-', type, negated(a, type), point(1)) : anyOf(type);
}

function binary(place: Place, node: Expression & { readonly op: 'binary' }, state: State): Ranges {
  const { operator } = node;
  const left = evaluate(place, node.left, state);
  if (operator === '&&' || operator === '||') {
    const goesOn = operator === '&&' ? 1 : 0;
    const [first] = left as readonly [Range];
    if (first.low === first.high && first.low !== goesOn) return left;
    const [second] = evaluate(place, node.right, refined(place, node.left, goesOn === 1, state)) as readonly [Range];
    if (first.low === first.high) return [second];
    return [join(point(1 - goesOn), second, 'bool')];
  }
  const right = evaluate(place, node.right, state);
  const scalar = scalarOf(typeOf(node.left));
  if (operator === '^^' || scalar === 'bool') return anyValue(node.type);
  if (['<', '<=', '>', '>=', '==', '!='].includes(operator)) {
    return [left.length === 1 ? compared(operator, left[0]!, right[0]!) : EITHER];
  }
  return left.map((a, at) => combined(operator, scalar, a, right[at]!));
}

/** Only the side that may be chosen is looked at, with what the choice says of the locals. */
function select(place: Place, node: Expression & { readonly op: 'select' }, state: State): Ranges {
  const [condition] = evaluate(place, node.condition, state) as readonly [Range];
  const side = (chosen: boolean): Ranges =>
    evaluate(place, chosen ? node.then : node.else, refined(place, node.condition, chosen, state));
  if (condition.low === condition.high) return side(condition.low === 1);
  const otherwise = side(false);
  const scalar = scalarOf(node.type);
  return side(true).map((one, at) => join(one, otherwise[at]!, scalar));
}

function call(node: Expression & { readonly op: 'call' }, args: readonly Ranges[]): Ranges {
  const [a, b, c] = args;
  const scalar = scalarOf(node.type);
  switch (node.name) {
    case 'min':
    case 'max':
      return a!.map((one, at) => extreme(node.name as 'min' | 'max', scalar, one, b![at]!));
    case 'clamp':
      return a!.map((one, at) => extreme('min', scalar, extreme('max', scalar, one, b![at]!), c![at]!));
    case 'abs':
      return a!.map((one) => magnitude(scalar, one));
    case 'sign':
      return a!.map(() => ({ axis: null, low: -1, high: 1 }));
    case 'step':
      return a!.map(() => EITHER);
    case 'floor':
    case 'ceil':
    case 'trunc':
      return a!.map(({ axis, low, high }) =>
        axis === null
          ? { axis, low: Math[node.name as 'floor'](low), high: Math[node.name as 'floor'](high) }
          : anyOf(scalar),
      );
    default:
      return anyValue(node.type);
  }
}

/** The least int is its own magnitude. */
function magnitude(type: ScalarType, a: Range): Range {
  const most = extreme('max', type, a, negated(a, type));
  return most.axis === null && most.low > -(2 ** 31) ? { ...most, low: Math.max(most.low, 0) } : most;
}

function converted(from: ScalarType, to: ScalarType, a: Range): Range {
  if (to === 'bool') return EITHER;
  if (isFloating(to)) {
    const exact = isFloating(from) ? to === 'double' : Math.max(-a.low, a.high) <= 2 ** 11;
    return exact && a.axis === null ? a : anyOf(to);
  }
  if (isFloating(from)) {
    const known = a.axis === null && Number.isFinite(a.low + a.high);
    return known ? inside(to, { axis: null, low: Math.trunc(a.low), high: Math.trunc(a.high) }) : anyOf(to);
  }
  return inside(to, a);
}

/** An integer's range as that of another integer type, where all of it fits. */
function inside(to: ScalarType, a: Range): Range {
  const any = anyOf(to);
  return a.axis === null && a.low >= any.low && a.high <= any.high ? a : any;
}
