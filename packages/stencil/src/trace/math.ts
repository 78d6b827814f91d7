/** @file GLSL's functions in traced bodies: `math.sqrt(x)`. Those that GLSL gives several results give them by name here. */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { Expression, ValueType } from '../ir.ts';
import { filled, splat } from '../language/build.ts';
import { lowerGlslCall } from '../language/glsl-functions.ts';
import { callNamed, callWithOuts } from '../language/invoke.ts';
import { isLibraryFunction } from '../language/library.ts';
import { currentTrace, NOWHERE } from './trace.ts';
import type { FloatType, HalfVector, IntegerType, NumberType, Operand, ScalarOf, Value } from './types.ts';
import { expressionOf, made, TracedValue } from './value.ts';

type SingleType = 'vec2' | 'vec3' | 'vec4' | 'dvec2' | 'dvec3' | 'dvec4';

/** Functions of types in B, and of vectors of halves; all arguments have the first one's type, or are scalars. */
interface One<B extends NumberType> {
  <T extends B>(x: Value<T>): Value<T>;
  <T extends HalfVector>(x: Value<T>): Value<T>;
}
interface Two<B extends NumberType> {
  <T extends B>(a: Value<T>, b: Operand<T>): Value<T>;
  <T extends HalfVector>(a: Value<T>, b: Operand<T>): Value<T>;
}
interface Three<B extends NumberType> {
  <T extends B>(a: Value<T>, b: Operand<T>, c: Operand<T>): Value<T>;
  <T extends HalfVector>(a: Value<T>, b: Operand<T>, c: Operand<T>): Value<T>;
}
interface ToFloat {
  <T extends FloatType>(x: Value<T>): Value<ScalarOf<T>>;
  <T extends HalfVector>(x: Value<T>): Value<'float16_t'>;
}
interface ToDot {
  <T extends SingleType>(a: Value<T>, b: Value<NoInfer<T>>): Value<ScalarOf<T>>;
  <T extends HalfVector>(a: Value<T>, b: Value<NoInfer<T>>): Value<'float16_t'>;
}
type ToInt = (x: Value<'int'> | Value<'uint'>) => Value<'int'>;

type FloatFunction =
  | 'floor'
  | 'ceil'
  | 'round'
  | 'roundEven'
  | 'trunc'
  | 'fract'
  | 'sqrt'
  | 'inversesqrt'
  | 'exp'
  | 'exp2'
  | 'log'
  | 'log2'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'radians'
  | 'degrees'
  | 'normalize';

type Vector<S extends 'int' | 'bool', T> = T extends `${string}2`
  ? { int: 'ivec2'; bool: 'bvec2' }[S]
  : T extends `${string}3`
    ? { int: 'ivec3'; bool: 'bvec3' }[S]
    : T extends `${string}4`
      ? { int: 'ivec4'; bool: 'bvec4' }[S]
      : S;
type NumberVector = SingleType | Exclude<IntegerType, 'int' | 'uint'>;
type Compare = <T extends NumberVector>(a: Value<T>, b: Value<NoInfer<T>>) => Value<Vector<'bool', T>>;
type BoolVector = 'bvec2' | 'bvec3' | 'bvec4';
type UnsignedType = Exclude<IntegerType, 'int' | `i${string}`>;
type SignedType = Exclude<IntegerType, UnsignedType>;

/** GLSL's functions, with GLSL's meaning; plain numbers are spread to the size of the first value. */
export type MathFunctions = { readonly [K in FloatFunction]: One<FloatType> } & {
  readonly abs: One<NumberType>;
  readonly sign: One<NumberType>;
  readonly atan2: Two<FloatType>;
  readonly pow: Two<FloatType>;
  readonly mod: Two<FloatType>;
  readonly min: Two<NumberType>;
  readonly max: Two<NumberType>;
  readonly clamp: Three<NumberType>;
  readonly mix: Three<FloatType>;
  readonly step: {
    <T extends FloatType>(edge: Operand<T>, x: Value<T>): Value<T>;
    <T extends HalfVector>(edge: Operand<T>, x: Value<T>): Value<T>;
  };
  readonly smoothstep: {
    <T extends FloatType>(low: Operand<T>, high: Operand<T>, x: Value<T>): Value<T>;
    <T extends HalfVector>(low: Operand<T>, high: Operand<T>, x: Value<T>): Value<T>;
  };
  readonly fma: Three<FloatType>;
  readonly length: ToFloat;
  readonly dot: ToDot;
  readonly distance: ToDot;
  readonly cross: <T extends 'vec3' | 'dvec3' | 'f16vec3'>(a: Value<T>, b: Value<NoInfer<T>>) => Value<T>;
  /** Number of bits that are 1; place of the lowest and of the highest that says something, −1 for none. */
  readonly bitCount: ToInt;
  readonly findLSB: ToInt;
  readonly findMSB: ToInt;
  readonly bitfieldReverse: <T extends IntegerType>(x: Value<T>) => Value<T>;
  readonly ldexp: <T extends 'float' | 'double' | 'float16_t'>(
    x: Value<T>,
    exponent: Value<'int'> | number,
  ) => Value<T>;
  readonly packHalf2x16: (v: Value<'vec2'>) => Value<'uint'>;
  readonly unpackHalf2x16: (p: Value<'uint'>) => Value<'vec2'>;
  readonly isnan: (x: Value<'float'> | Value<'double'> | Value<'float16_t'>) => Value<'bool'>;
  readonly isinf: (x: Value<'float'> | Value<'double'> | Value<'float16_t'>) => Value<'bool'>;
  /** The bits of a number from `offset` on, as many as `bits`; and a number with them replaced. */
  readonly bitfieldExtract: <T extends IntegerType>(
    x: Value<T>,
    offset: Value<'int'> | number,
    bits: Value<'int'> | number,
  ) => Value<T>;
  readonly bitfieldInsert: <T extends IntegerType>(
    base: Value<T>,
    insert: Value<NoInfer<T>>,
    offset: Value<'int'> | number,
    bits: Value<'int'> | number,
  ) => Value<T>;
  /** A number's fraction and whole part, both with its sign. */
  readonly modf: <T extends FloatType>(x: Value<T>) => { readonly part: Value<T>; readonly whole: Value<T> };
  /** A number as mantissa · 2^exponent, with 0.5 ≤ |mantissa| < 1. */
  readonly frexp: <T extends FloatType>(
    x: Value<T>,
  ) => { readonly mantissa: Value<T>; readonly exponent: Value<Vector<'int', T>> };
  readonly uaddCarry: <T extends UnsignedType>(
    a: Value<T>,
    b: Value<NoInfer<T>>,
  ) => { readonly sum: Value<T>; readonly carry: Value<T> };
  readonly usubBorrow: <T extends UnsignedType>(
    a: Value<T>,
    b: Value<NoInfer<T>>,
  ) => { readonly difference: Value<T>; readonly borrow: Value<T> };
  /** The upper and the lower words of products of 64 bits. */
  readonly umulExtended: <T extends UnsignedType>(
    a: Value<T>,
    b: Value<NoInfer<T>>,
  ) => { readonly upper: Value<T>; readonly lower: Value<T> };
  readonly imulExtended: <T extends SignedType>(
    a: Value<T>,
    b: Value<NoInfer<T>>,
  ) => { readonly upper: Value<T>; readonly lower: Value<T> };
  readonly packUnorm2x16: (v: Value<'vec2'>) => Value<'uint'>;
  readonly packSnorm2x16: (v: Value<'vec2'>) => Value<'uint'>;
  readonly packUnorm4x8: (v: Value<'vec4'>) => Value<'uint'>;
  readonly packSnorm4x8: (v: Value<'vec4'>) => Value<'uint'>;
  readonly unpackUnorm2x16: (p: Value<'uint'>) => Value<'vec2'>;
  readonly unpackSnorm2x16: (p: Value<'uint'>) => Value<'vec2'>;
  readonly unpackUnorm4x8: (p: Value<'uint'>) => Value<'vec4'>;
  readonly unpackSnorm4x8: (p: Value<'uint'>) => Value<'vec4'>;
  readonly packDouble2x32: (words: Value<'uvec2'>) => Value<'double'>;
  readonly unpackDouble2x32: (x: Value<'double'>) => Value<'uvec2'>;
  /** Vectors compared component by component. */
  readonly lessThan: Compare;
  readonly lessThanEqual: Compare;
  readonly greaterThan: Compare;
  readonly greaterThanEqual: Compare;
  readonly equal: Compare;
  readonly notEqual: Compare;
  readonly any: <T extends BoolVector>(v: Value<T>) => Value<'bool'>;
  readonly all: <T extends BoolVector>(v: Value<T>) => Value<'bool'>;
  readonly not: <T extends BoolVector>(v: Value<T>) => Value<T>;
  readonly faceforward: <T extends SingleType>(
    n: Value<T>,
    i: Value<NoInfer<T>>,
    reference: Value<NoInfer<T>>,
  ) => Value<T>;
  readonly refract: <T extends SingleType>(
    incident: Value<T>,
    normal: Value<NoInfer<T>>,
    eta: Value<ScalarOf<T>> | number,
  ) => Value<T>;
  readonly floatBitsToInt: (x: Value<'float'>) => Value<'int'>;
  readonly floatBitsToUint: (x: Value<'float'>) => Value<'uint'>;
  readonly intBitsToFloat: (x: Value<'int'>) => Value<'float'>;
  readonly uintBitsToFloat: (x: Value<'uint'>) => Value<'float'>;
  readonly reflect: {
    <T extends SingleType>(incident: Value<T>, normal: Value<NoInfer<T>>): Value<T>;
    <T extends HalfVector>(incident: Value<T>, normal: Value<NoInfer<T>>): Value<T>;
  };
};

const MATH_NAMES: readonly string[] = (
  'floor ceil round roundEven trunc fract sqrt inversesqrt exp exp2 log log2 sin cos tan asin acos atan sinh cosh tanh ' +
  'asinh acosh atanh isnan isinf floatBitsToInt floatBitsToUint intBitsToFloat uintBitsToFloat ' +
  'bitCount findLSB findMSB bitfieldReverse ldexp packHalf2x16 unpackHalf2x16 ' +
  'radians degrees normalize abs sign atan2 pow mod min max clamp mix step smoothstep fma length dot distance cross reflect ' +
  'bitfieldExtract bitfieldInsert packUnorm2x16 packSnorm2x16 packUnorm4x8 packSnorm4x8 unpackUnorm2x16 unpackSnorm2x16 ' +
  'unpackUnorm4x8 unpackSnorm4x8 packDouble2x32 unpackDouble2x32 lessThan lessThanEqual greaterThan greaterThanEqual ' +
  'equal notEqual any all not faceforward refract'
).split(' ');

/** A function of several results: the name of what GLSL gives back, if it gives something, and of its `out` parameters, which are of a type. */
interface Several {
  readonly value?: string;
  readonly outs: readonly string[];
  readonly type: (of: ValueType) => ValueType;
}
const same = (type: ValueType): ValueType => type;
const SEVERAL: Readonly<Record<string, Several>> = {
  modf: { value: 'part', outs: ['whole'], type: same },
  frexp: { value: 'mantissa', outs: ['exponent'], type: (of) => vectorOf('int', sizeOf(of)) },
  uaddCarry: { value: 'sum', outs: ['carry'], type: same },
  usubBorrow: { value: 'difference', outs: ['borrow'], type: same },
  umulExtended: { outs: ['upper', 'lower'], type: same },
  imulExtended: { outs: ['upper', 'lower'], type: same },
};

function several(
  name: string,
  { value: valueName, outs: outNames, type: typeOf }: Several,
): (...args: readonly unknown[]) => Readonly<Record<string, TracedValue>> {
  return (...args) => {
    const trace = currentTrace(`${name}(…)`);
    const given = args.map((arg) => expressionOf(trace, arg, null));
    const type = typeOf((given[0] ?? filled('float', 0)).type as ValueType);
    const outs = outNames.map(() => type);
    const { value, written } = callWithOuts(trace.lowering, NOWHERE, name, { given, outs });
    const results = outNames.map((each, at) => [each, written[at]!] as const);
    const named = valueName === undefined ? results : [[valueName, value] as const, ...results];
    return Object.fromEntries(named.map(([each, result]) => [each, new TracedValue(trace.placed(result))]));
  };
}

/** Functions whose every argument has the size of the others, in GLSL too; a scalar beside a vector is spread here. */
const ONE_SIZE: ReadonlySet<string> = new Set(['atan2', 'pow', 'fma', 'clamp', 'mix', 'step', 'smoothstep']);

function glsl(name: string): (...args: readonly unknown[]) => TracedValue {
  return (...args) => {
    const trace = currentTrace(`${name}(…)`);
    const values = args.filter((arg) => arg instanceof TracedValue).map(({ type }) => type);
    const like = values.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0] ?? 'float';
    if (isLibraryFunction(name)) {
      const given = args.map((arg) => expressionOf(trace, arg, 'int'));
      return made(trace, callNamed(trace.lowering, NOWHERE, name, given));
    }
    const ready = args.map((arg, at) =>
      spread(name, expressionOf(trace, arg, name === 'refract' && at === 2 ? scalarOf(like) : like), like),
    );
    return made(trace, lowerGlslCall(trace.lowering, NOWHERE, name === 'atan2' ? 'atan' : name, ready));
  };
}

function spread(name: string, value: Expression, like: ValueType): Expression {
  const type = value.type as ValueType;
  if (!ONE_SIZE.has(name) || sizeOf(type) > 1) return value;
  return value.op === 'constant'
    ? filled(vectorOf(scalarOf(type), sizeOf(like)), value.value[0]!)
    : splat(sizeOf(like), value);
}

/** GLSL's functions: `math.sqrt(x)`, `math.max(a, 0)` … */
export const math: MathFunctions = Object.freeze(
  Object.fromEntries([
    ...MATH_NAMES.map((name) => [name, glsl(name)]),
    ...Object.entries(SEVERAL).map(([name, what]) => [name, several(name, what)]),
  ]),
) as MathFunctions;
