/**
 * @file GLSL's built-in functions: which argument types each takes, and what it gives (GLSL 4.60, chapter 8).
 *
 * A signature is written in letters: `F I U B` are float, int, uint, bool of one common size, scalar to four components;
 * `f i u b` are the scalars, which are spread where the result is a vector; `3` is vec3. `V` before a letter asks for a
 * vector; `2u` is uvec2. The result comes first: `F(F,f)`.
 */

import { scalarOf, sizeOf, vectorOf } from '../ir.ts';
import type { CallName, Expression, ScalarType, Span, ValueType } from '../ir.ts';
import { binary, call, convert, filled, select, splat, unary } from './build.ts';
import { isConvertible } from './conversions.ts';
import type { Lowering } from './lowering.ts';

const FLOAT = ['F(F)'];
const FLOAT_ONLY = (
  'floor ceil round roundEven trunc fract sqrt inversesqrt exp exp2 log log2 ' +
  'sin cos tan asin acos sinh cosh tanh asinh acosh atanh radians degrees normalize'
).split(' ');
const NUMBERS = ['I(I)', 'F(F)'];
const EXTREMES = ['I(I,I)', 'U(U,U)', 'F(F,F)', 'I(I,i)', 'U(U,u)', 'F(F,f)'];
const COMPARE = ['B(VI,VI)', 'B(VU,VU)', 'B(VF,VF)'];
const EQUAL = [...COMPARE, 'B(VB,VB)'];

const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(FLOAT_ONLY.map((name) => [name, FLOAT])),
  abs: NUMBERS,
  sign: NUMBERS,
  atan: ['F(F)', 'F(F,F)'],
  pow: ['F(F,F)'],
  mod: ['F(F,F)', 'F(F,f)'],
  min: EXTREMES,
  max: EXTREMES,
  clamp: ['I(I,I,I)', 'U(U,U,U)', 'F(F,F,F)', 'I(I,i,i)', 'U(U,u,u)', 'F(F,f,f)'],
  mix: ['F(F,F,F)', 'F(F,F,f)', 'I(I,I,B)', 'U(U,U,B)', 'F(F,F,B)', 'B(B,B,B)'],
  step: ['F(F,F)', 'F(f,F)'],
  smoothstep: ['F(F,F,F)', 'F(f,f,F)'],
  fma: ['F(F,F,F)'],
  dot: ['f(F,F)'],
  length: ['f(F)'],
  distance: ['f(F,F)'],
  cross: ['3(3,3)'],
  reflect: ['F(F,F)'],
  faceforward: ['F(F,F,F)'],
  refract: ['F(F,F,f)'],
  any: ['b(VB)'],
  all: ['b(VB)'],
  not: ['B(VB)'],
  isnan: ['B(F)'],
  isinf: ['B(F)'],
  lessThan: COMPARE,
  lessThanEqual: COMPARE,
  greaterThan: COMPARE,
  greaterThanEqual: COMPARE,
  equal: EQUAL,
  notEqual: EQUAL,
  floatBitsToInt: ['I(F)'],
  floatBitsToUint: ['U(F)'],
  intBitsToFloat: ['F(I)'],
  uintBitsToFloat: ['F(U)'],
  packDouble2x32: ['d(2u)'],
  unpackDouble2x32: ['2u(d)'],
};

/** Names of GLSL's built-in functions in the language. */
export const GLSL_FUNCTIONS: readonly string[] = Object.keys(SIGNATURES);

/** Whether a name is a built-in function of GLSL that the language has. */
export function isGlslFunction(name: string): boolean {
  return Object.hasOwn(SIGNATURES, name);
}

const LETTERS: Readonly<Record<string, ScalarType>> = {
  f: 'float',
  i: 'int',
  u: 'uint',
  b: 'bool',
  d: 'double',
  h: 'float16_t',
};

interface Signature {
  readonly result: string;
  readonly parameters: readonly string[];
}

function parseSignature(text: string): Signature {
  const [, result, parameters] = /^(\w+)\((.*)\)$/.exec(text)!;
  return { result: result!, parameters: parameters!.split(',') };
}

const SINGLE = new Set(
  'pow exp exp2 log log2 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh radians degrees'.split(' '),
);

/** The signatures of float16_t, and but for the functions of angles and powers those of double, are those of float. */
function withOtherFloats(name: string, texts: readonly string[]): readonly string[] {
  if (name.includes('Bits')) return texts;
  const floats = texts.filter((text) => /[Ff3]/.test(text));
  const like = (letter: string): readonly string[] =>
    floats.map((text) =>
      text.replaceAll('F', letter).replaceAll('f', letter.toLowerCase()).replaceAll('3', `3${letter.toLowerCase()}`),
    );
  return [...texts, ...(SINGLE.has(name) ? [] : like('D')), ...like('H')];
}

const PARSED: ReadonlyMap<string, readonly Signature[]> = new Map(
  Object.entries(SIGNATURES).map(([name, texts]) => [name, withOtherFloats(name, texts).map(parseSignature)]),
);

/** A parameter's type when the common size is `size`. */
function typeOf(letter: string, size: number): ValueType {
  if (letter === '2u') return 'uvec2';
  if (letter.startsWith('3')) return vectorOf(LETTERS[letter[1] ?? 'f']!, 3);
  const last = letter.at(-1)!;
  const scalar = LETTERS[last.toLowerCase()]!;
  return last === last.toLowerCase() ? scalar : vectorOf(scalar, size);
}

/** The common size that arguments give a signature; undefined where they do not fit it. */
function fit(signature: Signature, types: readonly ValueType[], exact: boolean): number | undefined {
  if (types.length !== signature.parameters.length) return undefined;
  const shaped = signature.parameters.findIndex((letter) => /[A-Z]$/.test(letter));
  const size = shaped < 0 ? 3 : sizeOf(types[shaped]!);
  const matches = signature.parameters.every((letter, i) => {
    const wanted = typeOf(letter, size);
    if (letter.startsWith('V') && size === 1) return false;
    return exact ? types[i] === wanted : isConvertible(types[i]!, wanted);
  });
  return matches ? size : undefined;
}

/** A call of a built-in function with checked arguments. */
export function lowerGlslCall(lowering: Lowering, span: Span, name: string, args: readonly Expression[]): Expression {
  const signatures = PARSED.get(name)!;
  const types = args.map((arg) => arg.type as ValueType);
  for (const exact of [true, false]) {
    for (const signature of signatures) {
      const size = fit(signature, types, exact);
      if (size === undefined) continue;
      const spread = /[A-Z]/.test(signature.result);
      const ready = args.map((arg, i) => {
        const wanted = convert(scalarOf(typeOf(signature.parameters[i]!, size)), arg);
        return spread ? splat(size, wanted) : wanted;
      });
      return build(lowering, name, typeOf(signature.result, size), ready);
    }
  }
  throw lowering.fail(span, noFit(name, signatures, types));
}

function noFit(name: string, signatures: readonly Signature[], types: readonly ValueType[]): string {
  const counts = [...new Set(signatures.map(({ parameters }) => parameters.length))].sort((a, b) => a - b);
  if (!counts.includes(types.length)) {
    const expected = `${counts.join(' or ')} argument${counts.at(-1) === 1 ? '' : 's'}`;
    return `${name} takes ${expected}, and gets ${types.length}; write ${usage(name, signatures[0]!)}`;
  }
  const plain = signatures.filter(({ parameters }) => !parameters.some((letter) => /[dh]$/i.test(letter)));
  const own = plain.length === 0 ? signatures : plain;
  return `${name} does not take (${types.join(', ')}); write ${usage(name, own.at(-1)!)} with ${explain(own)}`;
}

const ARGUMENT_NAMES = 'abcd';

function usage(name: string, { parameters }: Signature): string {
  return `${name}(${parameters.map((_, i) => ARGUMENT_NAMES[i]).join(', ')})`;
}

function explain(signatures: readonly Signature[]): string {
  const letters = new Set(
    signatures.flatMap(({ parameters }) => parameters.map((letter) => letter.at(-1)!.toLowerCase())),
  );
  if (letters.has('3')) return 'two vec3';
  if (signatures[0]!.parameters[0] === '2u') return 'a uvec2';
  const vectors = signatures.every(({ parameters }) => parameters.some((letter) => letter.startsWith('V')));
  const several = signatures.some(({ parameters }) => parameters.length > 1);
  const kinds = [...letters].map((letter) => LETTERS[letter]).join(', ');
  return `${vectors ? 'vectors' : 'values'} of ${kinds}${several ? ', all of one size' : ''}`;
}

function build(lowering: Lowering, name: string, type: ValueType, args: readonly Expression[]): Expression {
  const [a, b, c] = args as [Expression, Expression, Expression];
  switch (name) {
    case 'atan':
      return call(args.length === 2 ? 'atan2' : 'atan', type, args);
    case 'dot':
      return dotOf(a, b);
    case 'roundEven':
      return call('round', type, args);
    case 'mix':
      return c.type === 'bool' ? select(c, b, a) : call('mix', type, args);
    case 'faceforward': {
      const normal = lowering.spill(a);
      const facing = binary('<', dotOf(c, b), filled(scalarOf(type), 0));
      return select(facing, normal, unary('-', normal));
    }
    case 'refract':
      return refract(lowering, type, args);
    default:
      return call(name as CallName, type, args);
  }
}

function dotOf(a: Expression, b: Expression): Expression {
  const type = a.type as ValueType;
  return sizeOf(type) === 1 ? binary('*', a, b) : call('dot', scalarOf(type), [a, b]);
}

/** GLSL 4.60 §8.5: k = 1 − η²(1 − (n·i)²); 0 if k < 0, else η i − (η n·i + √k) n. */
function refract(lowering: Lowering, type: ValueType, args: readonly Expression[]): Expression {
  const [incident, normal, eta] = args.map((arg) => lowering.spill(arg)) as [Expression, Expression, Expression];
  const scalarEta =
    sizeOf(type) === 1 ? eta : ({ op: 'swizzle', type: scalarOf(type), operand: eta, components: [0] } as const);
  const one = filled(scalarOf(type), 1);
  const cosine = lowering.spill(dotOf(normal, incident));
  const sine = binary('-', one, binary('*', cosine, cosine));
  const k = lowering.spill(binary('-', one, binary('*', binary('*', scalarEta, scalarEta), sine)));
  const along = binary('+', binary('*', scalarEta, cosine), call('sqrt', scalarOf(type), [k]));
  const bent = binary('-', binary('*', eta, incident), binary('*', splat(sizeOf(type), along), normal));
  return select(binary('<', k, filled(scalarOf(type), 0)), filled(type, 0), bent);
}
