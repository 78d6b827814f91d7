import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil, formatIr, interpret, verifyStencil } from '../src/index.ts';
import type { InterpreterLevel, Stencil, ValueType } from '../src/index.ts';
import { compileText, environment } from './compile-text.ts';
import { RandomProgram } from './random-program.ts';

/** How many times as many programs as are named below: a quarter, and ten times as many with HALOCLINE_LONG=1. */
const SCALE = process.env['HALOCLINE_LONG'] === '1' ? 10 : 0.25;

const choices = fc.array(fc.nat(1000), { minLength: 0, maxLength: 400, size: 'max' });

describe('random programs', () => {
  test('that are right compile to IR that obeys its spec', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const code = new RandomProgram(list).text();
        const declared = { inputs: ['density', 'velocity', 'flags'], outputs: ['density', 'made'] };
        const stencil = compileText(code, declared);
        verifyStencil(stencil);
        expect(formatIr(stencil)).toContain('write "made"');
      }),
      { numRuns: 400 * SCALE },
    );
  });

  test('with one word taken out, doubled or swapped give a stencil or an error in the text, never anything else', () => {
    fc.assert(
      fc.property(choices, fc.nat(), fc.nat(2), (list, place, change) => {
        const words = new RandomProgram(list).text().match(/[A-Za-z_0-9.]+|"[^"]*"|\S/g)!;
        const at = place % words.length;
        if (change === 0) words.splice(at, 1);
        else if (change === 1) words.splice(at, 0, words[at]!);
        else [words[at], words[words.length - 1 - at]] = [words[words.length - 1 - at]!, words[at]!];
        expect(outcome(words.join(' '))).toBe('fine');
      }),
      { numRuns: 400 * SCALE },
    );
  });

  test('of words in any order give an error in the text, never anything else', () => {
    const words = fc.constantFrom(
      ...'float vec3 int x y = ( ) { } [ ] ; , . + ++ * ? : < && ! if else for while do return 1.0 2 "density" coord idx'.split(
        ' ',
      ),
      ...'const out inout void ReadField WriteField SampleField sin f break true 0x \n // /* */ # xyz bvec2'.split(' '),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (list) => {
        expect(outcome(list.join(' '))).toBe('fine');
      }),
      { numRuns: 2000 * SCALE },
    );
  });
});

function outcome(code: string): string {
  try {
    compileText(code, { inputs: ['density', 'velocity', 'flags'], outputs: ['density', 'made'] });
  } catch (error) {
    if (!(error instanceof StencilError)) return String(error);
    const { line, column, excerpt } = error;
    if (line > 0 && (column < 1 || !excerpt.includes('^'))) return `no place: ${error.message}`;
  }
  return 'fine';
}

describe('folding', () => {
  test('gives what the interpreter computes', () => {
    fc.assert(
      fc.property(expressionOf(4), ({ text, values }) => {
        const folded = resultOf(text, values, 'literals');
        const computed = resultOf(text, values, 'parameters');
        expect([...folded.bits]).toEqual([...computed.bits]);
      }),
      { numRuns: 500 * SCALE },
    );
  });
});

interface Sum {
  readonly text: string;
  readonly values: readonly { readonly type: ValueType; readonly value: number }[];
}

/** A float expression over values `$0 $1 …` of several types. */
function expressionOf(depth: number): fc.Arbitrary<Sum> {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
  const leaf: fc.Arbitrary<Sum> = fc.oneof(
    float.map(
      (value) =>
        ({ text: 'float($)', values: [{ type: 'float', value: Math.abs(value) < 1e-30 ? 0 : value }] }) as const,
    ),
    fc.integer().map((value) => ({ text: 'float($)', values: [{ type: 'int', value }] }) as const),
    fc.nat(0xffffffff).map((value) => ({ text: 'float($)', values: [{ type: 'uint', value }] }) as const),
  );
  if (depth === 0) return leaf;
  const inner = expressionOf(depth - 1);
  const shapes = [
    '(A + B)',
    '(A - B)',
    '(A * B)',
    '(A / B)',
    '(A < B ? A : B)',
    'min(A, B)',
    'max(A, B)',
    'clamp(A, -10.0, 10.0)',
    'abs(A)',
    'floor(A)',
    'ceil(B)',
    'trunc(A)',
    'sign(A)',
    'float(int(A) + int(B))',
    'float(int(A) * int(B))',
    'float(uint(abs(A)) / 3u)',
    'float(int(A) % 7)',
    'float(int(A) / int(B))',
    'float(int(A) << (int(B) & 31))',
    'float(uint(abs(A)) >> (uint(abs(B)) & 31u))',
    'float(int(A) ^ ~int(B))',
    'vec3(A, B, 1.0)[1]',
    'vec2(A, B).yx.x',
    'float(A == B || !(A >= B))',
    'float(ivec2(A, B).y)',
    '-(A)',
  ];
  const combined = fc.tuple(fc.constantFrom(...shapes), inner, inner).map(([shape, a, b]): Sum => {
    const values: Sum['values'][number][] = [];
    const text = shape.replace(/[AB](?![a-z])/g, (letter) => {
      const part = letter === 'A' ? a : b;
      values.push(...part.values);
      return part.text;
    });
    return { text, values };
  });
  return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 4, arbitrary: combined });
}

/** The bits of an expression's value, with its numbers written out or given as parameters. */
function resultOf(text: string, values: Sum['values'], how: 'literals' | 'parameters'): { readonly bits: Uint32Array } {
  let at = 0;
  const written = text.replaceAll('$', () => {
    const { type, value } = values[at]!;
    const name = `p${at++}`;
    return how === 'parameters' ? name : literal(type, value);
  });
  const parameters = new Map(values.map(({ type }, i) => [`p${i}`, type] as const));
  const code = `float result = ${written}; WriteField("made", idx, result);`;
  const source = { name: 's', inputs: [], outputs: ['made'], code };
  const stencil = compileStencil(source, { ...environment, parameters });
  return {
    bits: new Uint32Array(runOnce(stencil, new Map(values.map(({ value }, i) => [`p${i}`, [value]] as const))).buffer),
  };
}

function literal(type: ValueType, value: number): string {
  if (type === 'uint') return `${value}u`;
  if (type === 'int') return value < 0 ? `(${value})` : String(value);
  const digits = Object.is(value, -0) ? '-0.0' : /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
  return `(${digits})`;
}

/** One voxel of one leaf. */
function runOnce(stencil: Stencil, parameters: ReadonlyMap<string, readonly number[]>): Float32Array<ArrayBuffer> {
  const masks = new Uint32Array(32);
  masks[16] = 1;
  const same: InterpreterLevel = { leaves: [1], slotAt: () => 1, origin: () => [0, 0, 0], masks, fields: new Map() };
  const made = new Float32Array(1024);
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const outputs = new Map([['made', [made]]]);
  const maps = { indexToWorld: identity, worldToIndex: identity };
  interpret(stencil, {
    same,
    outputs,
    dt: 1,
    time: 0,
    frame: 0,
    voxelSize: 1,
    parameters,
    scalars: new Map(),
    ...maps,
  });
  return made.slice(512, 513);
}
