/**
 * @file GLSL's built-in functions. What can be said with + − × ÷ and comparisons is said so, in a fixed order, for then
 * shader and interpreter agree bit for bit (GLSL 4.60 specification, §8); the rest are the driver's instructions.
 */
import type { CallName, ScalarType } from '../ir.ts';
import type { Code } from './code.ts';
import { scalarOfValue } from './target.ts';
import type { Operation, Value } from './target.ts';

/** Calls that are one operation of the target. */
const DIRECT: Readonly<Partial<Record<CallName, Operation>>> = {
  abs: 'abs',
  sign: 'sign',
  floor: 'floor',
  ceil: 'ceil',
  round: 'roundEven',
  trunc: 'trunc',
  sqrt: 'sqrt',
  inversesqrt: 'inversesqrt',
  pow: 'pow',
  exp: 'exp',
  exp2: 'exp2',
  log: 'log',
  log2: 'log2',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  asin: 'asin',
  acos: 'acos',
  atan: 'atan',
  atan2: 'atan2',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  asinh: 'asinh',
  acosh: 'acosh',
  atanh: 'atanh',
  isnan: 'isnan',
  isinf: 'isinf',
  not: 'not',
  lessThan: 'lt',
  lessThanEqual: 'le',
  greaterThan: 'gt',
  greaterThanEqual: 'ge',
  equal: 'eq',
  notEqual: 'ne',
};

/** π/180 and 180/π, as float32. */
const DEGREE: number = Math.fround(Math.PI / 180);
const RADIAN: number = Math.fround(180 / Math.PI);

type Args = readonly Value[];

function dot(code: Code, left: Value, right: Value): Value {
  const b = code.components(right);
  return code
    .components(left)
    .map((component, at) => code.mul(component, b[at]!))
    .reduce((sum, product) => code.add(sum, product));
}

function length(code: Code, value: Value): Value {
  const { target } = code;
  return target.apply('sqrt', dot(code, value, value));
}

function spread(code: Code, scalar: Value, like: Value): Value {
  const count = code.components(like).length;
  return count === 1
    ? scalar
    : code.target.swizzle(
        scalar,
        Array.from({ length: count }, () => 0),
      );
}

function cross(code: Code, left: Value, right: Value): Value {
  const [a, b, c] = code.components(left) as [Value, Value, Value];
  const [x, y, z] = code.components(right) as [Value, Value, Value];
  const minor = (p: Value, q: Value, r: Value, s: Value): Value => code.sub(code.mul(p, q), code.mul(r, s));
  return code.join([minor(b, z, y, c), minor(c, x, z, a), minor(a, y, x, b)]);
}

function smoothstep(code: Code, [low, high, x]: Args): Value {
  const ratio = code.target.apply('div', code.sub(x!, low!), code.sub(high!, low!));
  const t = code.target.keep(clamp(code, ratio, code.like(ratio, 0), code.like(ratio, 1)), 't');
  return code.mul(code.mul(t, t), code.sub(code.like(t, 3), code.mul(code.like(t, 2), t)));
}

function clamp(code: Code, x: Value, low: Value, high: Value): Value {
  return code.min(code.max(x, low), high);
}

function mix(code: Code, [from, to, by]: Args): Value {
  if (scalarOfValue(by!) === 'bool') return code.target.select(by!, to!, from!);
  return code.add(code.mul(from!, code.sub(code.like(by!, 1), by!)), code.mul(to!, by!));
}

function twiceOf(code: Code, value: Value): Value {
  return code.mul(code.like(value, 2), value);
}

const BITS: Readonly<Partial<Record<CallName, ScalarType>>> = {
  floatBitsToInt: 'int',
  floatBitsToUint: 'uint',
  intBitsToFloat: 'float',
  uintBitsToFloat: 'float',
};

/** Lowers a call; its arguments are evaluated already and have the result's size where they are not vectors by nature. */
export function lowerCall(code: Code, name: CallName, type: Value['type'], given: Args): Value {
  const t = code.target;
  if (BITS[name] || name === 'packDouble2x32' || name === 'unpackDouble2x32') return t.bitcast(type, given[0]!);
  const direct = DIRECT[name];
  if (direct) return t.apply(direct, ...given);
  const args = given.map((value) => t.keep(value, 'a'));
  const [a, b, c] = args as [Value, Value, Value];
  switch (name) {
    case 'any':
    case 'all':
      return t.quantify(name, a);
    case 'min':
      return code.min(a, b);
    case 'max':
      return code.max(a, b);
    case 'fract':
      return code.sub(a, t.apply('floor', a));
    case 'mod':
      return code.sub(a, code.mul(b, t.apply('floor', t.apply('div', a, b))));
    case 'clamp':
      return clamp(code, a, b, c);
    case 'mix':
      return mix(code, args);
    case 'step':
      return t.select(t.apply('lt', b, a), code.like(b, 0), code.like(b, 1));
    case 'smoothstep':
      return smoothstep(code, args);
    case 'radians':
      return code.mul(a, code.like(a, DEGREE));
    case 'degrees':
      return code.mul(a, code.like(a, RADIAN));
    case 'dot':
      return dot(code, a, b);
    case 'length':
      return length(code, a);
    case 'distance':
      return length(code, t.keep(code.sub(a, b), 'difference'));
    case 'normalize':
      return t.apply('div', a, spread(code, t.keep(length(code, a), 'norm'), a));
    case 'cross':
      return cross(code, a, b);
    case 'reflect':
      return code.sub(a, code.mul(spread(code, t.keep(twiceOf(code, dot(code, b, a)), 'twice'), a), b));
    case 'fma':
      return code.add(code.mul(a, b), c);
    default:
      throw new Error(`Bug in lowerCall: ${name}`);
  }
}
