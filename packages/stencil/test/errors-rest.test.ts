import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil } from '../src/index.ts';
import type { StencilSource } from '../src/index.ts';
import { compileTraced, dt, float, loop, stencil, vec3 } from '../src/trace/index.ts';
import type { TracedStencil } from '../src/trace/index.ts';
import { environment, errorOf, expectedError } from './compile-text.ts';

describe('what is left of the errors of the text', () => {
  const cases: readonly (readonly [string, string, Partial<StencilSource>?])[] = [
    [
      'float a = ReadCoarse("pressure", «idx»);',
      "idx is a place on the stencil's own level; give ReadCoarse an ivec3 of the other",
      { inputs: ['pressure'] },
    ],
    [
      'float x = 1.0; void f() { «x» = 2.0; } f();',
      '"x" is a variable of the main code, which functions do not see; return the value instead',
    ],
    ['float x = 1.0; float y = «x»(2.0);', '"x" is a variable and cannot be called; remove the parentheses'],
    ['float y = float(«coord»(1).x);', '"coord" is a variable and cannot be called; remove the parentheses'],
    [
      'ivec3 a = ivec3(1) «<<» ivec2(1);',
      'the operator << does not take an ivec3 and an ivec2; the right side is a scalar or has the size of the left',
    ],
    ['float a = float[2]«;»', 'found ";" after the type of an array; write "("'],
    ['float a = min(1.0 «2.0»);', 'found "2.0" after an argument of min; write "," or ")"'],
    [
      'void f(«const» out float x) { x = 1.0; }',
      'a parameter that is out cannot be const; remove one of the two words',
    ],
    [
      'float f(in float x) { return x; } float f(inout int «x») { return 1.0; }',
      'the overloads f(float) and f(inout int) differ in in, out or inout; choose another name',
    ],
  ];
  for (const [marked, problem, declared] of cases) {
    test(marked, () => {
      expect(errorOf(marked, declared)).toBe(expectedError(marked, problem));
    });
  }
});

describe('errors have their place in a text of several lines', () => {
  test('with the line of the text under them, and a caret', () => {
    const code =
      'vec3 v = vec3(1.0);\n\tfloat d = v.x +\n\t\tReadField("densty", coord);\nWriteField("density", idx, d);';
    let caught: unknown;
    try {
      compileStencil({ name: 'advect', inputs: ['density'], outputs: ['density'], code }, environment);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(StencilError);
    expect(caught).toMatchObject({
      stencil: 'advect',
      line: 3,
      column: 13,
      message: [
        'Cannot compile stencil "advect": line 3, column 13: there is no input "densty"; did you mean "density"?',
        '    3 | ReadField("densty", coord);',
        '      |           ^^^^^^^^',
      ].join('\n'),
    });
  });

  test('and the file, where the text is from one', () => {
    const source = { name: 's', inputs: [], outputs: ['density'], code: 'float a = ;', file: 'stencils/s.stencil' };
    expect(() => compileStencil(source, environment)).toThrow(
      'Cannot compile stencil "s": "stencils/s.stencil", line 1, column 11: found ";" where a value should stand; write a value',
    );
  });
});

const U = { inputs: { density: 'float32' }, outputs: { density: 'float32' } } as const;

function tracedError(body: TracedStencil): string {
  try {
    compileTraced({ name: 's' }, body, environment);
  } catch (error) {
    if (error instanceof StencilError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('what is left of the errors of traced stencils', () => {
  test.each<readonly [string, TracedStencil]>([
    [
      'a round of loop gives "b", which is not in its state; start with it',
      stencil(U, () => ({ density: loop(2, { a: dt }, (_, { a }) => ({ a, b: a })).a })),
    ],
    [
      'a round of loop does not give "a"; give each part of the state',
      stencil(U, () => ({ density: loop(2, { a: dt }, () => ({}) as never).a })),
    ],
    [
      'the body gives no object; give the outputs by name, as in { density: value }',
      stencil(U, (({ density }: never) => density) as never),
    ],
    [
      'the body gives "densty", which is no output; did you mean "density"?',
      stencil(U, () => ({ densty: 1 }) as never),
    ],
    [
      '"2x" is no name of a variable; use letters, digits and _, not a digit first',
      stencil(U, ({ density }) => ({ density: density.add(1).named('2x') })),
    ],
    [
      '1 is a number where a bool is wanted; write true, false or a comparison',
      stencil(U, ({ density }) => ({ density: float(density.gt(0).and(1 as never)) })),
    ],
    [
      '1e+39 does not fit a float; the largest is 3.4028234e38',
      stencil(U, ({ density }) => ({ density: density.add(1e39) })),
    ],
    [
      'sample(…) takes "trilinear" or "nearest"; write one of the two names',
      stencil(U, ({ density }) => ({ density: density.sample(vec3(0), 'cubic' as never) })),
    ],
  ])('%s', (problem, body) => {
    expect(tracedError(body)).toBe(`Cannot compile stencil "s": ${problem}`);
  });
});
