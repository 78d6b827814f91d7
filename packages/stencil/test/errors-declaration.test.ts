import { describe, expect, test } from 'vitest';
import { StencilError } from '../src/index.ts';
import type { StencilSource } from '../src/index.ts';
import { compileText, errorOf, expectedError } from './compile-text.ts';

describe('a declaration that cannot hold is refused without a place in the text', () => {
  test.each<[string, Partial<StencilSource>, string]>([
    [
      'an input that is no field',
      { inputs: ['densty'] },
      'there is no field "densty" for an input; did you mean "density"?',
    ],
    [
      'an input like no field',
      { inputs: ['zzz'] },
      'there is no field "zzz" for an input; the fields are "density", "velocity", "pressure", "flags", "ids" and "residual"',
    ],
    ['an input named twice', { inputs: ['density', 'density'] }, 'the input "density" is named twice; remove one'],
    ['an output named twice', { outputs: ['density', 'density'] }, 'the output "density" is named twice; remove one'],
    [
      'an output that is no name',
      { outputs: ['a b'] },
      'the output "a b" is no name; use letters, digits and _, not a digit first',
    ],
    [
      'a radius that is no whole number',
      { neighborRadius: 0.5 },
      'neighborRadius is 0.5; give a whole number of voxels, 0 or more',
    ],
    [
      'a radius that is text',
      { neighborRadius: '2' as unknown as number },
      'neighborRadius is "2"; give a whole number of voxels, 0 or more',
    ],
    [
      'a parameter that is misspelt',
      { parameters: ['bouyancy'] },
      'there is no parameter "bouyancy"; did you mean "buoyancy"?',
    ],
    ['a strange colour', { color: 'green' as 'red' }, 'color is "green"; give "red" or "black"'],
    [
      'an output that is never written',
      { outputs: ['density', 'other'] },
      'the output "other" is never written; add WriteField("other", idx, value), or remove it from outputs',
    ],
    [
      'several outputs that are never written',
      { outputs: ['density', 'one', 'two'] },
      'the outputs "one" and "two" are never written; add WriteField("one", idx, value), or remove it from outputs',
    ],
  ])('%s', (_, declared, problem) => {
    expect(errorOf('', declared)).toBe(`Cannot compile stencil "s": ${problem}`);
  });

  test('an output whose write control never comes to', () => {
    expect(errorOf('if (0 < 1) return; WriteField("other", idx, 1.0);', { outputs: ['other'] })).toBe(
      'Cannot compile stencil "s": the output "other" is never written, since control never comes to ' +
        'WriteField("other", …); move it before the return, or out of the condition',
    );
  });
});

describe('a text that does not suit its declaration is refused where it does not', () => {
  test.each<[string, Partial<StencilSource>, string]>([
    [
      'float a = ReadField("density", «coord + ivec3(2,0,0)»);',
      { neighborRadius: 1 },
      'this reads "density" 2 voxels away, and neighborRadius is 1; set neighborRadius to 2 or more',
    ],
    [
      'float a = «buoyancy»;',
      { parameters: ['wind'] },
      '"buoyancy" is a parameter, but not among those of this stencil; add it to parameters',
    ],
    [
      'WriteField("o", idx, «true»);',
      { outputs: ['o'] },
      'the output "o" is not declared, and no field can hold a bool; write 1.0 or 0.0, or 1u or 0u',
    ],
    [
      'WriteField("o", idx, «bvec2(true)»);',
      { outputs: ['o'] },
      'the output "o" is not declared, and no field can hold a bvec2; write uvec2(…)',
    ],
    [
      'WriteField("o", idx, vec3(1.0)); WriteField("o", idx, «1.0»);',
      { outputs: ['o'] },
      'the output "o" is written as a vec3 before, and here as a float; write one type',
    ],
    [
      'float a = SampleField(«"flags"», vec3(0.0));',
      { inputs: ['flags'] },
      'the field "flags" holds integers, which SampleField cannot mix; add "nearest" as a third argument',
    ],
    [
      'float a = ReadField(«"velocity"», coord).x;',
      { inputs: ['velocity_x'] },
      '"velocity" is a field, but not among the inputs ("velocity_x"); add it to inputs',
    ],
    [
      'float a = ReadField(«"velocity_y"», coord);',
      { inputs: ['velocity_x'] },
      '"velocity_y" is a field, but not among the inputs ("velocity_x"); add it to inputs',
    ],
    [
      'float a = ReadField(«"x"», coord);',
      { inputs: [] },
      'there is no input "x"; the stencil has no inputs, add the field to them',
    ],
    [
      'float a = ReadCoarse(«"residual"», coord);',
      { inputs: ['residual'] },
      'there is no input "residual" on the coarser level; the stencil has no inputs, add the field to them',
    ],
  ])('%s', (marked, declared, problem) => {
    expect(errorOf(marked, declared)).toBe(expectedError(marked, problem));
  });
});

describe('the excerpt', () => {
  test('shows the line of a longer text without its indent, numbered from 1', () => {
    const code = '\n    vec3 v = ReadField("velocity", coord);\n\t  float d = ReadField("densty", coord);\n';
    expect(errorOf(code)).toBe(
      'Cannot compile stencil "s": line 3, column 24: there is no input "densty"; did you mean "density"?\n' +
        '    3 | float d = ReadField("densty", coord);\n' +
        '      |                     ^^^^^^^^',
    );
  });

  test('cuts a long line around the caret', () => {
    const code = `float a = ${'1.0 + '.repeat(30)}nothing + ${'1.0 + '.repeat(30)}1.0;`;
    expect(errorOf(code)).toBe(
      'Cannot compile stencil "s": line 1, column 191: there is no variable "nothing"; declare it first, as in float nothing = …;\n' +
        '    1 | …+ 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + nothing + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0 + 1.0…\n' +
        '      |                                                    ^^^^^^^',
    );
  });

  test('points behind the last word where something is missing at a line end', () => {
    expect(errorOf('float a = 1.0\nfloat b = 2.0;')).toBe(
      'Cannot compile stencil "s": line 1, column 14: the line ends after the declaration of "a"; write ";"\n' +
        '    1 | float a = 1.0\n' +
        '      |              ^',
    );
  });

  test('comes as numbers and lines too', () => {
    const error = catchError(() => compileText('float a = b;'));
    expect(error).toMatchObject({
      stencil: 's',
      line: 1,
      column: 11,
      excerpt: '    1 | float a = b;\n      |           ^',
    });
  });
});

function catchError(body: () => void): StencilError {
  try {
    body();
  } catch (error) {
    if (error instanceof StencilError) return error;
  }
  throw new Error('no StencilError');
}

describe('text that nests without end', () => {
  test.each([
    ['parentheses', `float a = ${'('.repeat(5000)}1.0${')'.repeat(5000)};`, 'this is nested more than 200 deep'],
    ['operators before a value', `float a = ${'- '.repeat(5000)}1.0;`, 'this is nested more than 200 deep'],
    ['blocks', '{'.repeat(5000), 'this is nested more than 200 deep'],
    ['conditions', 'if (true) '.repeat(5000), 'this is nested more than 200 deep'],
    ['else after else', `if (open) {} ${'else if (open) {} '.repeat(5000)}`, 'this is nested more than 200 deep'],
    ['assignments', `float a; ${'a = '.repeat(5000)}1.0;`, 'this is nested more than 200 deep'],
    ['choices', `float a = ${'open ? 1.0 : '.repeat(5000)}1.0;`, 'this is nested more than 200 deep'],
    ['indices', `float a = ${'wind['.repeat(5000)}0${']'.repeat(5000)};`, 'this is nested more than 200 deep'],
    ['a sum', `float a = dt${' + dt'.repeat(5000)};`, 'this expression is more than 1000 operators deep'],
    ['swizzles', `vec3 a = wind${'.xyz'.repeat(5000)};`, 'this expression is more than 1000 operators deep'],
  ])('%s gets an error, not an end of the stack', (_, code, problem) => {
    expect(errorOf(code)).toContain(problem);
  });

  test('functions that call each other get an error, not an end of the stack', () => {
    const chain = Array.from({ length: 3000 }, (_, i) => `float f${i + 1}(float x) { return f${i}(x); }`).join('\n');
    expect(errorOf(`float f0(float x) { return x; }\n${chain}\nfloat a = f3000(1.0);`)).toContain(
      'expressions and functions nest too deep here',
    );
  });

  test('a sum of 900 terms compiles', () => {
    expect(errorOf(`float a = dt${' + dt'.repeat(900)};`)).toBe('no error');
  });
});
