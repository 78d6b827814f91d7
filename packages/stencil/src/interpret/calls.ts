/**
 * @file GLSL's built-in functions on host numbers, in the very steps of `emit/calls.ts`. What the driver computes by an
 * instruction of its own is computed in double precision here and rounded once: those agree within some ulps only.
 */
import { roundingOf } from '../ir.ts';
import type { CallName, ScalarType } from '../ir.ts';
import { greatest, least } from './arithmetic.ts';

const { fround } = Math;
const DEGREE = fround(Math.PI / 180);
const RADIAN = fround(180 / Math.PI);

type Round = (value: number) => number;

/** A function of numbers, applied to each component. */
export type Componentwise = (a: number, b: number, c: number) => number;
/** A function of whole vectors, into `out`. */
export type Whole = (out: Float64Array, a: Float64Array, b: Float64Array) => void;

const truth = (value: boolean): number => (value ? 1 : 0);
/** To the nearest integer, halves to the even one. */
function roundEven(a: number): number {
  const floor = Math.floor(a);
  const rest = a - floor;
  if (rest < 0.5) return floor === 0 && a < 0 ? -0 : floor;
  if (rest > 0.5) return floor + 1 === 0 ? -0 : floor + 1;
  if (rest !== 0.5) return a;
  const even = floor % 2 === 0 ? floor : floor + 1;
  return even === 0 && a < 0 ? -0 : even;
}

function smoothstep(round: Round, low: number, high: number, x: number): number {
  const ratio = round(round(x - low) / round(high - low));
  const t = least(greatest(ratio, 0), 1);
  return round(round(t * t) * round(3 - round(2 * t)));
}

/** The functions of a floating type, each step rounded to it. */
function floating(round: Round): Readonly<Partial<Record<CallName, Componentwise>>> {
  const rounded =
    (f: (a: number, b: number) => number): Componentwise =>
    (a, b) =>
      round(f(a, b));
  const [degree, radian] = [round(DEGREE), round(RADIAN)];
  return {
    abs: Math.abs,
    sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0),
    floor: Math.floor,
    ceil: Math.ceil,
    round: roundEven,
    trunc: Math.trunc,
    fract: (a) => round(a - Math.floor(a)),
    mod: (a, b) => round(a - round(b * Math.floor(round(a / b)))),
    min: least,
    max: greatest,
    clamp: (a, low, high) => least(greatest(a, low), high),
    step: (edge, x) => (x < edge ? 0 : 1),
    smoothstep: (low, high, x) => smoothstep(round, low, high, x),
    sqrt: rounded(Math.sqrt),
    inversesqrt: rounded((a) => 1 / Math.sqrt(a)),
    pow: rounded(Math.pow),
    exp: rounded(Math.exp),
    exp2: rounded((a) => 2 ** a),
    log: rounded(Math.log),
    log2: rounded(Math.log2),
    sin: rounded(Math.sin),
    cos: rounded(Math.cos),
    tan: rounded(Math.tan),
    asin: rounded(Math.asin),
    acos: rounded(Math.acos),
    atan: rounded(Math.atan),
    atan2: rounded(Math.atan2),
    sinh: rounded(Math.sinh),
    cosh: rounded(Math.cosh),
    tanh: rounded(Math.tanh),
    asinh: rounded(Math.asinh),
    acosh: rounded(Math.acosh),
    atanh: rounded(Math.atanh),
    radians: (a) => round(a * degree),
    degrees: (a) => round(a * radian),
    fma: (a, b, c) => round(round(a * b) + c),
    mix: (a, b, c) => round(round(a * round(1 - c)) + round(b * c)),
    isnan: (a) => truth(Number.isNaN(a)),
    isinf: (a) => truth(a === Infinity || a === -Infinity),
  };
}

const FLOATING: ReadonlyMap<ScalarType, Readonly<Partial<Record<CallName, Componentwise>>>> = new Map(
  (['float', 'double', 'float16_t'] as const).map((type) => [type, floating(roundingOf(type))]),
);

const INTEGER: Readonly<Partial<Record<CallName, Componentwise>>> = {
  abs: (a) => Math.abs(a) | 0,
  sign: (a) => Math.sign(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  clamp: (a, low, high) => Math.min(Math.max(a, low), high),
};

const ANY: Readonly<Partial<Record<CallName, Componentwise>>> = {
  not: (a) => 1 - a,
  lessThan: (a, b) => truth(a < b),
  lessThanEqual: (a, b) => truth(a <= b),
  greaterThan: (a, b) => truth(a > b),
  greaterThanEqual: (a, b) => truth(a >= b),
  equal: (a, b) => truth(a === b),
  notEqual: (a, b) => truth(a !== b),
};

const floats = new Float32Array(1);
const ints = new Int32Array(floats.buffer);
const uints = new Uint32Array(floats.buffer);

const BITS: Readonly<Partial<Record<CallName, Componentwise>>> = {
  floatBitsToInt(a) {
    floats[0] = a;
    return ints[0]!;
  },
  floatBitsToUint(a) {
    floats[0] = a;
    return uints[0]!;
  },
  intBitsToFloat(a) {
    ints[0] = a;
    return floats[0]!;
  },
  uintBitsToFloat(a) {
    uints[0] = a;
    return floats[0]!;
  },
};

/** A call that works on each component alone, for arguments of a scalar type; undefined for the others. */
export function componentwise(name: CallName, type: ScalarType, selects: boolean): Componentwise | undefined {
  if (name === 'mix' && selects) return (a, b, c) => (c ? b : a);
  return BITS[name] ?? ANY[name] ?? (FLOATING.get(type) ?? INTEGER)[name];
}

/** (a0·b0 + a1·b1) + a2·b2 …, each operation rounded. */
function dot(round: Round, a: Float64Array, b: Float64Array): number {
  let sum = round(a[0]! * b[0]!);
  for (let at = 1; at < a.length; at++) sum = round(sum + round(a[at]! * b[at]!));
  return sum;
}

/** The functions of whole vectors of a floating type. */
function wholes(round: Round): Readonly<Partial<Record<CallName, Whole>>> {
  const minor = (p: number, q: number, r: number, s: number): number => round(round(p * q) - round(r * s));
  return {
    dot(out, a, b) {
      out[0] = dot(round, a, b);
    },
    length(out, a) {
      out[0] = round(Math.sqrt(dot(round, a, a)));
    },
    distance(out, a, b) {
      const difference = a.map((component, at) => round(component - b[at]!));
      out[0] = round(Math.sqrt(dot(round, difference, difference)));
    },
    normalize(out, a) {
      const norm = round(Math.sqrt(dot(round, a, a)));
      for (let at = 0; at < a.length; at++) out[at] = round(a[at]! / norm);
    },
    cross(out, a, b) {
      const [x, y, z] = a as unknown as [number, number, number];
      const [u, v, w] = b as unknown as [number, number, number];
      out[0] = minor(y, w, v, z);
      out[1] = minor(z, u, w, x);
      out[2] = minor(x, v, u, y);
    },
    reflect(out, a, b) {
      const twice = round(2 * dot(round, b, a));
      for (let at = 0; at < a.length; at++) out[at] = round(a[at]! - round(twice * b[at]!));
    },
  };
}

const WHOLES: ReadonlyMap<ScalarType, Readonly<Partial<Record<CallName, Whole>>>> = new Map(
  (['float', 'double', 'float16_t'] as const).map((type) => [type, wholes(roundingOf(type))]),
);

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

/** Functions of whole values of any type. */
const LOGICAL: Readonly<Partial<Record<CallName, Whole>>> = {
  packDouble2x32(out, a) {
    words.set(a);
    out[0] = doubles[0]!;
  },
  unpackDouble2x32(out, a) {
    doubles[0] = a[0]!;
    out.set(words);
  },
  any(out, a) {
    out[0] = truth(a.some((component) => component !== 0));
  },
  all(out, a) {
    out[0] = truth(a.every((component) => component !== 0));
  },
};

/** A call that works on whole vectors of a scalar type. */
export function whole(name: CallName, type: ScalarType): Whole | undefined {
  return LOGICAL[name] ?? WHOLES.get(type)?.[name];
}
