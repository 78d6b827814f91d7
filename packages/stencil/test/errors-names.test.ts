/** Names of other languages' functions, and accessors without what they need: every advice of `names.ts` and `accessors.ts`. */
import { describe, expect, test } from 'vitest';
import type { StencilSource } from '../src/index.ts';
import { errorOf, expectedError } from './compile-text.ts';

describe('functions of other languages are told by what stands for them here', () => {
  const screen = 'a stencil has no derivatives of the screen, take differences of ReadField';
  test.each([
    ['saturate', 'dt', 'write clamp(x, 0.0, 1.0)'],
    ['frac', 'dt', 'write fract(x)'],
    ['rsqrt', 'dt', 'write inversesqrt(x)'],
    ['fmod', 'dt, 2.0', 'write mod(x, y)'],
    ['ddx', 'dt', screen],
    ['dFdx', 'dt', screen],
    ['dFdy', 'dt', screen],
    ['texture', 'dt', 'write SampleField("name", position)'],
    ['imageLoad', 'dt', 'write ReadField("name", coord)'],
    ['imageStore', 'dt', 'write WriteField("name", idx, value)'],
    ['barrier', '', 'voxels do not wait for each other, write two stencils'],
  ])('%s', (name, given, advice) => {
    const marked = `float a = «${name}»(${given});`;
    expect(errorOf(marked)).toBe(expectedError(marked, `there is no function "${name}"; ${advice}`));
  });
});

describe('an accessor that gets too little says how it is written', () => {
  test.each([
    ['float a = «ReadField("density")»;', 'ReadField', 2, 1, 'ReadField("name", coord)'],
    ['float a = «ReadCoarse("density")»;', 'ReadCoarse', 2, 1, 'ReadCoarse("name", coordinate)'],
    ['float a = «ReadFine("density")»;', 'ReadFine', 2, 1, 'ReadFine("name", coordinate)'],
    ['«ReduceSum("largest")»;', 'ReduceSum', 2, 1, 'ReduceSum("name", value)'],
    ['«ReduceMin("largest")»;', 'ReduceMin', 2, 1, 'ReduceMin("name", value)'],
    ['«ReduceMax("largest")»;', 'ReduceMax', 2, 1, 'ReduceMax("name", value)'],
    ['«ReduceAny("done")»;', 'ReduceAny', 2, 1, 'ReduceAny("name", condition)'],
    ['«ReduceAll("done")»;', 'ReduceAll', 2, 1, 'ReduceAll("name", condition)'],
  ])('%s', (marked, name, wanted, given, usage) => {
    const problem = `${name} takes ${wanted} arguments, and gets ${given}; write ${usage}`;
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });

  test('SampleField takes two or three', () => {
    const marked = 'float a = «SampleField("density")»;';
    const problem = 'SampleField takes 2 or 3 arguments, and gets 1; write SampleField("name", position)';
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('what does not fit is told with what would', () => {
  const cases: readonly (readonly [string, string, Partial<StencilSource>?])[] = [
    [
      'float a = SampleField("density", «1.0»);',
      'SampleField takes a vec3 of world metres, and this is a float; give a position such as CoordToWorld(coord)',
    ],
    ['bool a = 1.0 «<» vec2(1.0);', 'the operator < does not take a float and a vec2; it takes two scalar numbers'],
    [
      'WriteField(«"entirely_else"», idx, 1.0);',
      'there is no output "entirely_else"; the outputs are "density"',
      { outputs: ['density'] },
    ],
  ];
  for (const [marked, problem, declared] of cases) {
    test(marked, () => expect(errorOf(marked, declared)).toBe(expectedError(marked, problem)));
  }
});
