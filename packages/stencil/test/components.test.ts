import { describe, expect, test } from 'vitest';
import { errorOf, expectedError, resultOf } from './compile-text.ts';

describe('++ and -- of a matrix', () => {
  const M = 'mat2 m = mat2(1.0, 2.0, 3.0, dt);';

  test.each([
    ['++ before it', `${M} mat2 n = ++m; return vec4(n) + 100.0 * vec4(m);`],
    ['its like behind', `${M} mat2 n = m; n += 1.0; m = n; return vec4(n) + 100.0 * vec4(m);`],
  ])('changes each component, and gives the new value: %s', (_, body) => {
    expect(resultOf('vec4', body)).toEqual([202, 303, 404, 126.25]);
  });

  test('gives the old value where it stands behind', () => {
    expect(resultOf('vec4', `${M} mat2 n = m--; return vec4(n[0], m[1]);`)).toEqual([1, 2, 2, -0.75]);
    expect(resultOf('vec4', `${M} mat2 n = m++; return vec4(n[1], m[0]);`)).toEqual([3, 0.25, 2, 3]);
  });

  test('stands alone, on columns and on matrices in arrays and structs', () => {
    const body = `mat2 a[2]; S s; int i = coord.x; a[i++]++; --a[i]; s.m++; s.m[1]--; ++s.m;
      return vec4(a[0][1].x, a[1][1].x, s.m[0].y, s.m[1].y) + float(i);`;
    expect(resultOf('vec4', body, 'struct S { mat2 m; };')).toEqual([2, 0, 3, 2]);
  });

  test('takes doubles, and matrices that are not square', () => {
    const body = 'dmat3x2 d = dmat3x2(1.0lf); d--; mat2x3 f; f++; return vec4(vec2(d[2]), vec2(d[0].x, f[1].z));';
    expect(resultOf('vec4', body)).toEqual([-1, -1, 0, 1]);
  });

  test.each([
    ['mat2 a[2]; «a++»;', 'the operator ++ takes numbers, not a mat2[2]; use = to set it'],
    ['struct S { mat2 m; }; S s; «--s»;', 'the operator -- takes numbers, not a S; use = to set it'],
    ['const mat2 m = mat2(1.0); «m»++;', '"m" is const and cannot be assigned; remove the const'],
  ])('is refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('a vector of the components of matrices', () => {
  const MATRICES = 'mat2 a = mat2(1.0, 2.0, dt, 4.0); mat3 b = mat3(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, dt, 8.0, 9.0);';

  test.each([
    ['vec4(a)', 'vec4(a[0].x, a[0].y, a[1].x, a[1].y)', [1, 2, 0.25, 4]],
    ['vec4(b)', 'vec4(b[0], b[1].x)', [1, 2, 3, 4]],
    ['vec4(7.0, a)', 'vec4(7.0, a[0], a[1].x)', [7, 1, 2, 0.25]],
    ['vec4(b[2], a)', 'vec4(b[2], a[0].x)', [0.25, 8, 9, 1]],
    ['vec4(vec3(a), float(b))', 'vec4(a[0], a[1].x, b[0].x)', [1, 2, 0.25, 1]],
    ['vec4(vec2(b), ivec2(a))', 'vec4(b[0].xy, int(a[0].x), int(a[0].y))', [1, 2, 1, 2]],
    ['vec4(ivec4(a))', 'vec4(ivec4(ivec2(a[0]), ivec2(a[1])))', [1, 2, 0, 4]],
    ['vec4(bvec4(mat2(0.0, a[0], 0.0)))', 'vec4(0.0, 1.0, 1.0, 0.0)', [0, 1, 1, 0]],
    ['vec4(dvec4(dmat2(a)))', 'vec4(a[0], a[1])', [1, 2, 0.25, 4]],
    ['vec4(transpose(a))', 'vec4(a[0].x, a[1].x, a[0].y, a[1].y)', [1, 0.25, 2, 4]],
  ])('takes them in the order of the columns: %s', (made, written, value) => {
    expect(resultOf('vec4', `${MATRICES} return ${written};`)).toEqual(value);
    expect(resultOf('vec4', `${MATRICES} return ${made};`)).toEqual(value);
  });

  test('keeps what stands before an effect', () => {
    expect(resultOf('vec4', 'mat2 m = mat2(dt); return vec4(m[0].x, m++[0].x, m);')).toEqual([0.25, 0.25, 1.25, 1]);
  });

  test.each([
    ['vec4 v = vec4(mat2(1.0), «2.0»);', 'vec4(…) is full before this argument; remove it'],
    ['vec2 v = vec2(mat2(1.0), «mat2(1.0)»);', 'vec2(…) is full before this argument; remove it'],
    [
      'float a[2]; vec2 v = vec2(«a»);',
      'this is a float[2], and a scalar or vector is wanted; choose an element, as in a[0]',
    ],
    [
      'mat3 m = mat3(1.0, «mat2(1.0)»);',
      'mat3(…) takes numbers and vectors, or one matrix, and this is a mat2; give its parts',
    ],
  ])('is refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('.length()', () => {
  test('is the number of components of a vector, and of columns of a matrix', () => {
    const body = `dvec2 d; mat4x2 m; float a[m.length()];
      return vec4(vec3(0.0).length(), d.length(), coord.length() + m[1].length(), coord.xyxy.length() * a.length());`;
    expect(resultOf('vec4', body)).toEqual([3, 2, 5, 16]);
  });

  test('reads nothing, and has no effect', () => {
    expect(resultOf('vec2', 'int i = 0; vec3 a[3]; int n = a[i++].length(); return vec2(n, i);')).toEqual([3, 0]);
  });

  test('is a constant, which a loop counts to', () => {
    const body =
      'vec3 v = vec3(1.0, 2.0, dt); float sum = 0.0; for (int i = 0; i < v.length(); i++) sum += v[i]; return sum;';
    expect(resultOf('float', body)).toEqual([3.25]);
  });

  test.each([
    [
      'float x; int n = x.«length»();',
      '.length() is of arrays, vectors and matrices, and this is a float; give one of them',
    ],
    [
      'struct S { vec2 v; }; S s; int n = s.«length»();',
      '.length() is of arrays, vectors and matrices, and this is a S; give one of them',
    ],
  ])('is refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
