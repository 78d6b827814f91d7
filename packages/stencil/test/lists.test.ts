import { describe, expect, test } from 'vitest';
import { bodyOf, errorOf, expectedError, resultOf } from './compile-text.ts';

describe('values in braces', () => {
  test.each([
    ['an array', 'float a[3] = {1.0, 2, dt}; return vec4(a[0], a[1], a[2], a.length());', [1, 2, 0.25, 3]],
    [
      'an array as long as they are',
      'float a[] = {4.0, 5.0,}; return vec4(a[0], a[1], a.length(), 0.0);',
      [4, 5, 2, 0],
    ],
    ['a vector', 'vec4 v = {1.0, 2.0, 3.0, dt}; return v;', [1, 2, 3, 0.25]],
    ['the columns of a matrix', 'mat2 m = {{1.0, 2.0}, vec2(3.0, 4.0)}; return vec4(m[0], m[1]);', [1, 2, 3, 4]],
    ['the members of a struct', 'S s = {1.0, {2.0, 3.0}, {4.0, 5.0}}; return vec4(s.x, s.v.y, s.a);', [1, 3, 4, 5]],
    [
      'what each one changes',
      'int i = 1; float a[3] = {i++, i++, i}; for (int k = {0}; k < 1; k++) a[0] += 0.0; return vec4(a[0], a[1], a[2], i);',
      [1, 2, 3, 3],
    ],
  ])('make %s', (_, body, value) => {
    expect(resultOf('vec4', body, 'struct S { float x; vec2 v; vec2 a; };')).toEqual(value);
  });

  test('of constants are a table', () => {
    const code = 'const int c[3] = {-1, 0, 1}; float s = 0.0; for (int q = 0; q < 3; q++) s += float(c[q]) * dt;';
    expect(bodyOf(`${code} WriteField("density", idx, s);`)).toContain('(-1.0 * dt)');
  });

  test.each([
    ['float a[2] = «{1.0}»;', 'float[2](…) takes 2 elements, and gets 1; give one for each'],
    ['vec3 v = «{1.0, 2.0}»;', 'a vec3 takes 3 components, and gets 2; give one for each'],
    ['vec2 v = {«vec2(1.0)», 2.0};', 'component 0 is a float, and this is a vec2; choose a component, as in .x'],
    ['float a = max(«{»1.0}, 2.0);', 'found "{" where a value should stand; write a value'],
  ])('are refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

test('commas stand between expressions, and give the last', () => {
  const body = 'int i = 1, j; j = (i += 2, i * 10), i = 7; for (int k = 0; k < 3; k++, j++) i--; return vec2(i, j);';
  expect(resultOf('vec2', body)).toEqual([4, 33]);
});
