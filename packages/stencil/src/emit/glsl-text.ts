/** @file Words of GLSL: numbers as literals, names that may not be used, operators of bool scalars. */
import type { ScalarType } from '../ir.ts';
import type { Operation, Value } from './target.ts';

/** A float32 in GLSL: the shortest decimal that gives it back. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) {
    if (Number.isNaN(value)) return 'uintBitsToFloat(0x7fc00000u)';
    return `uintBitsToFloat(${value > 0 ? '0x7f800000u' : '0xff800000u'})`;
  }
  if (Object.is(value, -0)) return '-0.0';
  let text = String(value);
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) !== value) continue;
    text = String(short);
    break;
  }
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The least double that isn't a denormal. */
const LEAST_NORMAL_DOUBLE = 2 ** -1022;

/** A double in GLSL, or a half, whose value is a float's. */
function otherFloatText(type: 'double' | 'float16_t', value: number): string {
  if (type === 'float16_t') return `float16_t(${floatText(value)})`;
  if (Object.is(value, -0)) return '-0.0lf';
  const size = Math.abs(value);
  if (size === 0 || (size >= LEAST_NORMAL_DOUBLE && size < Infinity))
    return `${/[.e]/.test(String(value)) ? value : `${value}.0`}lf`;
  // glslang reads the literal of a denormal as 0, and the others have none.
  const [low, high] = new Uint32Array(Float64Array.of(value).buffer);
  return `packDouble2x32(uvec2(${low}u, ${high}u))`;
}

/** A scalar of a type as GLSL writes it. */
export function literal(type: ScalarType, value: number): string {
  if (type === 'float') return floatText(value);
  if (type === 'double' || type === 'float16_t') return otherFloatText(type, value);
  if (type === 'bool') return value === 0 ? 'false' : 'true';
  if (type === 'uint') return `${value >>> 0}u`;
  return value === -2147483648 ? '(-2147483647 - 1)' : String(value | 0);
}

/** An expression where an operator may stand beside it. */
export function inner(value: Value): string {
  const ref = value.ref as string;
  return /^-?[\w.]+$/.test(ref) || /^\w+\([^()]*\)$/.test(ref) ? ref : `(${ref})`;
}

/** Words that a name may not be. */
export const RESERVED: ReadonlySet<string> = new Set(
  `in out inout const float int uint bool vec2 vec3 vec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4 bvec2 bvec3 bvec4 if else
  for while do break continue return void sample shared patch flat smooth buffer uniform precise highp mediump lowp
  filter input output active partition common using template this resource noise half fixed double long short
  min max abs sign floor ceil trunc fract mod clamp mix step smoothstep sqrt inversesqrt pow exp exp2 log log2 sin cos
  tan asin acos atan sinh cosh tanh asinh acosh atanh radians degrees dot length distance normalize cross reflect fma
  any all not isnan isinf discard struct switch case default true false subroutine coherent volatile restrict readonly
  writeonly layout attribute varying centroid invariant texture image round`.split(/\s+/),
);

/** An operator on bool scalars, which GLSL writes in its own way. */
export function booleanText(operation: Operation, operands: readonly Value[]): string {
  const [a, b] = operands;
  if (operation === 'not') return `!${inner(a!)}`;
  const infix = { and: '&&', or: '||', xor: '^^', eq: '==', ne: '!=' }[operation as 'and'];
  return `${inner(a!)} ${infix} ${inner(b!)}`;
}
