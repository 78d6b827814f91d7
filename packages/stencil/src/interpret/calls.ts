/**
 * @file GLSL's built-in functions on host numbers, in the very steps of `emit/calls.ts`. What the driver computes by an
 * instruction of its own is computed in double precision here and rounded once: those agree within some ulps only.
 */
import type { CallName, ScalarType } from '../ir.ts';
import { greatest, least } from './arithmetic.ts';

const { fround } = Math;
const DEGREE = fround(Math.PI / 180);
const RADIAN = fround(180 / Math.PI);

/** A function of numbers, applied to each component. */
export type Componentwise = (a: number, b: number, c: number) => number;
/** A function of whole vectors, into `out`. */
export type Whole = (out: Float64Array, a: Float64Array, b: Float64Array) => void;

const truth = (value: boolean): number => (value ? 1 : 0);
const rounded =
  (f: (a: number, b: number) => number): Componentwise =>
  (a, b) =>
    fround(f(a, b));

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

function smoothstep(low: number, high: number, x: number): number {
  const ratio = fround(fround(x - low) / fround(high - low));
  const t = least(greatest(ratio, 0), 1);
  return fround(fround(t * t) * fround(3 - fround(2 * t)));
}

function mod(a: number, b: number): number {
  return fround(a - fround(b * Math.floor(fround(a / b))));
}

const FLOAT: Readonly<Partial<Record<CallName, Componentwise>>> = {
  abs: Math.abs,
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundEven,
  trunc: Math.trunc,
  fract: (a) => fround(a - Math.floor(a)),
  mod,
  min: least,
  max: greatest,
  clamp: (a, low, high) => least(greatest(a, low), high),
  step: (edge, x) => (x < edge ? 0 : 1),
  smoothstep,
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
  radians: (a) => fround(a * DEGREE),
  degrees: (a) => fround(a * RADIAN),
  fma: (a, b, c) => fround(fround(a * b) + c),
  isnan: (a) => truth(Number.isNaN(a)),
  isinf: (a) => truth(a === Infinity || a === -Infinity),
};

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
  if (name === 'mix') {
    if (selects) return (a, b, c) => (c ? b : a);
    return (a, b, c) => fround(fround(a * fround(1 - c)) + fround(b * c));
  }
  return BITS[name] ?? ANY[name] ?? (type === 'float' ? FLOAT[name] : INTEGER[name]);
}

/** (a0·b0 + a1·b1) + a2·b2 …, each operation rounded. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = fround(a[0]! * b[0]!);
  for (let at = 1; at < a.length; at++) sum = fround(sum + fround(a[at]! * b[at]!));
  return sum;
}

const minor = (p: number, q: number, r: number, s: number): number => fround(fround(p * q) - fround(r * s));

const WHOLE: Readonly<Partial<Record<CallName, Whole>>> = {
  any(out, a) {
    out[0] = truth(a.some((component) => component !== 0));
  },
  all(out, a) {
    out[0] = truth(a.every((component) => component !== 0));
  },
  dot(out, a, b) {
    out[0] = dot(a, b);
  },
  length(out, a) {
    out[0] = fround(Math.sqrt(dot(a, a)));
  },
  distance(out, a, b) {
    const difference = a.map((component, at) => fround(component - b[at]!));
    out[0] = fround(Math.sqrt(dot(difference, difference)));
  },
  normalize(out, a) {
    const norm = fround(Math.sqrt(dot(a, a)));
    for (let at = 0; at < a.length; at++) out[at] = fround(a[at]! / norm);
  },
  cross(out, a, b) {
    const [x, y, z] = a as unknown as [number, number, number];
    const [u, v, w] = b as unknown as [number, number, number];
    out[0] = minor(y, w, v, z);
    out[1] = minor(z, u, w, x);
    out[2] = minor(x, v, u, y);
  },
  reflect(out, a, b) {
    const twice = fround(2 * dot(b, a));
    for (let at = 0; at < a.length; at++) out[at] = fround(a[at]! - fround(twice * b[at]!));
  },
};

/** A call that works on whole vectors. */
export function whole(name: CallName): Whole | undefined {
  return WHOLE[name];
}

/** a + t·(c − a). */
export function lerp(a: number, c: number, t: number): number {
  return fround(a + fround(t * fround(c - a)));
}
