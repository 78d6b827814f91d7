import { describe, expect, test } from 'vitest';
import { StencilError, compileStencil, formatIr, verifyStencil } from '../src/index.ts';
import type { Environment, FieldType, ScalarType, Stencil, ValueType } from '../src/index.ts';
import { errorOf, expectedError, resultOf } from './compile-text.ts';

describe('arrays', () => {
  test('hold values, and are indexed by what is computed', () => {
    const code = `float a[4]; for (int i = 0; i < 4; i++) a[i] = float(i * i);
      float sum = 0.0; for (int i = 3; i >= 0; i--) sum = sum * 10.0 + a[i];
      return sum;`;
    expect(resultOf('float', code)).toEqual([9410]);
  });

  test('start at zero, each time that they are declared', () => {
    const code = `float sum = 0.0;
      for (int i = 0; i < 3; i++) { float a[2]; sum += a[i & 1]; a[i & 1] = 5.0; }
      return sum;`;
    expect(resultOf('float', code)).toEqual([0]);
  });

  test('are made, copied and compared whole', () => {
    const code = `float a[3] = float[3](1.0, 2.0, 3.0); float b[] = float[](3.0, 2.0, 1.0); float[3] c = a;
      c[1] = 9.0; bool same = a == float[](1.0, 2.0, 3.0); bool other = a != b; a = b;
      return vec4(a[0], c[0] + c[1], same ? 1.0 : 0.0, other ? 1.0 : 0.0);`;
    expect(resultOf('vec4', code)).toEqual([3, 10, 1, 1]);
  });

  test('keep an index within them', () => {
    const code = `int a[3] = int[](7, 8, 9); int low = int(coord.x) - 5; int high = 1000 + int(coord.x);
      a[high] = 4; return vec3(float(a[low]), float(a[high]), float(a[2u + uint(coord.x)]));`;
    expect(resultOf('vec3', code)).toEqual([7, 4, 4]);
  });

  test('are out of range in no copy of a loop that a condition keeps from there', () => {
    const code = `float a[3] = float[](1.0, 2.0, 4.0); vec3 v = vec3(1.0, 2.0, 4.0); float sum = 0.0;
      for (int i = 0; i < 3; i++) { if (i > 0) { sum += a[i - 1] + v[i - 1]; a[i - 1] = 0.0; v[i - 1] = 0.0; } }
      for (int i = 0; i < 5; i++) sum += 100.0 * a[i];
      return sum;`;
    expect(resultOf('float', code)).toEqual([1206]);
  });

  test('of arrays, of vectors and of bools', () => {
    const code = `vec2 a[2][3]; for (int i = 0; i < 2; i++) for (int j = 0; j < 3; j++) a[i][j] = vec2(i, j);
      bool set[2] = bool[](false, true); int one = coord.x + 1;
      a[one][one + 1].y += 10.0; a[one][0][one - 1] = 5.0;
      return vec4(a[one][2].x, a[one][2].y, a[1][0].x, set[one] ? a[0][one].y : -1.0);`;
    expect(resultOf('vec4', code)).toEqual([1, 12, 5, 1]);
  });

  test('know their length, which may be a named constant', () => {
    const code = `const int N = 2; float a[N * 2 + 1]; mat3x2 m; return vec3(a.length(), m.length(), float[](1.0).length());`;
    expect(resultOf('vec3', code)).toEqual([5, 3, 1]);
  });

  test('go to functions by value, by out and by inout, and come back', () => {
    const code = `return total(make(2.0)) + first(make(1.0)) * 1000.0;`;
    const functions = `float[3] make(float x) { return float[3](x, 2.0 * x, 3.0 * x); }
      float total(float[3] a) { float sum = 0.0; for (int i = 0; i < 3; i++) { sum += a[i]; a[i] = 0.0; } return sum; }
      void change(inout float a[3], out float old[3]) { old = a; a[0] += 100.0; }
      float first(float a[3]) { float old[3]; change(a, old); return a[0] + total(old); }`;
    expect(resultOf('float', code, functions)).toEqual([12 + 107000]);
  });

  test('that only constants index become plain locals', () => {
    const text = formatIr(compileOne('float a[2]; a[0] = dt; a[1] = a[0] * 2.0; float made = a[1];'));
    expect(text).toContain('%0.a_0 = 0.0\n  %1.a_1 = 0.0\n  %0.a_0 = dt\n  %1.a_1 = (%0.a_0 * 2.0)');
  });

  test('that a computed index reaches stay arrays', () => {
    const text = formatIr(compileOne('float a[2]; a[coord.x] = dt; float made = a[coord.y];'));
    expect(text).toContain('clear %0.a\n');
    expect(text).toContain('%0.a[coord.x] = dt\n  %1.made = %0.a[coord.y]\n');
  });
});

describe('order and aliasing', () => {
  const FUNCTIONS = `struct S { float x; float t[2]; };
    void two(inout float a[2], inout float b[2]) { a[0] += 1.0; b[0] += 10.0; }
    float first(float a[2], inout float b[2]) { b[0] = 100.0; return a[0]; }
    S made(float x) { return S(x, float[](x, x * 2.0)); }
    float bump(inout float a[2]) { a[1] += 1.0; return a[1]; }
    void set(out S s) { s.t[1] += 4.0; }`;

  test.each([
    [
      'an index with an effect is evaluated once',
      'float a[3]; int i = 0; a[i++] += 5.0; a[i++] = a[0]; return vec3(a[0], a[1], i);',
      [5, 5, 2],
    ],
    [
      'an array that is made of itself',
      'float a[2] = float[](1.0, 2.0); int n = coord.x; a = float[](a[1], a[n]); return vec3(a[n], a[1 - n], 0.0);',
      [2, 1, 0],
    ],
    [
      'a struct that is made of itself',
      'S s = S(1.0, float[](2.0, 3.0)); s = S(s.t[1], float[](s.x, s.t[0])); return vec3(s.x, s.t[0], s.t[1]);',
      [3, 1, 2],
    ],
    ['one array for two parameters that write it', 'float a[2]; two(a, a); return vec3(a[0], a[1], 0.0);', [10, 0, 0]],
    [
      'one array read by value and written',
      'float a[2] = float[](3.0, 4.0); float x = first(a, a); return vec3(x, a[0], a[1]);',
      [3, 100, 4],
    ],
    [
      'parts of returned values',
      'return vec3(made(2.0).t[1] + made(3.0).x, made(coord.x + 1.0).t[coord.x + 1], made(1.0) == made(1.0) ? 1.0 : 0.0);',
      [7, 2, 1],
    ],
    [
      'a computed index into a choice',
      'float a[2] = float[](1.0, 2.0); float b[2]; int n = coord.x; return vec3((n == 0 ? a : b)[n + 1], (n == 1 ? a : b)[n + 1], 0.0);',
      [2, 0, 0],
    ],
    [
      'calls left to right',
      'float a[2]; float x = bump(a) * 10.0 + bump(a); return vec3(x, a[1], a[1] + bump(a));',
      [12, 2, 5],
    ],
    [
      'an element that goes out and comes back',
      'float a[3][2]; int n = coord.x + 1; two(a[n], a[2]); float x = bump(a[n]); return vec3(a[1][0], a[2][0], x);',
      [1, 10, 1],
    ],
    ['a struct that goes out starts at zero', 'S s = made(5.0); set(s); return vec3(s.x, s.t[0], s.t[1]);', [0, 0, 4]],
    [
      'arrays in the head of a loop',
      'float sum = 0.0; for (float a[2] = float[](0.0, 3.0); a[0] < a[1]; a[0] += 1.0) sum += a[0]; return vec3(sum);',
      [3, 3, 3],
    ],
    [
      'an array behind && is changed only where it is reached',
      'float a[2]; bool b = coord.x > 0 && bump(a) > 0.0; bool c = coord.x == 0 || bump(a) > 0.0; return vec3(a[1]);',
      [0, 0, 0],
    ],
    [
      'a swizzle of an element of an array',
      'vec3 a[2]; int n = coord.x; a[n].zx = vec2(1.0, 2.0); a[n].y += a[n].x; a[n + 1] = a[n].zyx; return a[1];',
      [1, 2, 2],
    ],
  ])('%s', (_, code, expected) => {
    expect(resultOf('vec3', code, FUNCTIONS)).toEqual(expected);
  });
});

describe('tables of constants', () => {
  const D2Q5 = `const ivec3 E[5] = ivec3[](ivec3(0), ivec3(1, 0, 0), ivec3(-1, 0, 0), ivec3(0, 1, 0), ivec3(0, -1, 0));
    const float W[5] = float[](0.5, 0.125, 0.125, 0.125, 0.125);`;

  test('give taps where their index is known', () => {
    const code = `${D2Q5} float made = 0.0;
      for (int i = 0; i < 5; i++) made += W[i] * ReadField("density", coord + E[i]);`;
    const stencil = compileOne(code, ['density']);
    expect(stencil.reads).toMatchObject([{ reach: { low: [-1, -1, 0], high: [1, 1, 0] }, gather: false }]);
    expect(formatIr(stencil)).toContain('%0.made = (%0.made + (0.125 * "density"[0,-1,0]))');
  });

  test('and arrays that short loops index are registers', () => {
    const code = `${D2Q5} float f[5]; float made = 0.0;
      for (int i = 0; i < 5; i++) f[i] = W[i] * ReadField("density", coord - E[i]);
      for (int i = 0; i < 5; i++) made += f[i] * float(E[4 - i].y);`;
    const { locals } = compileOne(code, ['density']);
    expect(locals.map(({ name, length }) => `${name} ${length ?? 1}`)).toEqual([
      'f_0 1',
      'f_1 1',
      'f_2 1',
      'f_3 1',
      'f_4 1',
      'made 1',
    ]);
  });

  test('are seen by functions, and filled once in those that index them by what is computed', () => {
    const functions = `${D2Q5} float weight(int n) { float sum = W[n] + W[n + 1]; for (int i = 0; i < n; i++) sum += W[i]; return sum; }`;
    expect(resultOf('float', 'return weight(coord.x) + float(E[coord.x + 1].x) + W[4];', functions)).toEqual([1.75]);
  });

  test('cannot be assigned', () => {
    expect(errorOf('const mat2 M = mat2(1.0); «M»[0] = vec2(1.0);')).toBe(
      expectedError(
        'const mat2 M = mat2(1.0); «M»[0] = vec2(1.0);',
        '"M" is const and cannot be assigned; remove the const',
      ),
    );
  });
});

describe('structs', () => {
  const RAY = 'struct Ray { vec3 origin, direction; float t[2]; };';

  test('have members that are read and written', () => {
    const code = `Ray r = Ray(vec3(1.0), vec3(0.0, 2.0, 0.0), float[2](3.0, 4.0));
      r.origin.y += r.t[1]; r.t[coord.x] = 7.0; Ray s = r; s.direction = s.origin + r.direction;
      return vec4(s.direction.y, r.t[0], r == s ? 1.0 : 0.0, s.t.length());`;
    expect(resultOf('vec4', code, RAY)).toEqual([7, 7, 0, 2]);
  });

  test('go to functions and come back, in arrays too', () => {
    const functions = `${RAY}
      vec3 at(Ray r, float t) { return r.origin + t * r.direction; }
      Ray moved(Ray r) { r.origin = at(r, 1.0); return r; }
      void turn(inout Ray r) { r.direction = r.direction.yzx; }`;
    const code = `Ray rays[2]; rays[1].direction = vec3(1.0, 2.0, 3.0); int one = coord.x + 1;
      turn(rays[one]); rays[one] = moved(moved(rays[one]));
      return rays[1].origin + rays[0].direction;`;
    expect(resultOf('vec3', code, functions)).toEqual([4, 6, 2]);
  });

  test('hold structs and matrices', () => {
    const functions = 'struct Inner { mat2 m; int n; }; struct Outer { Inner inner[2]; bool on; };';
    const code = `Outer o; o.inner[1].m = mat2(2.0); o.inner[coord.x].m[1] = vec2(5.0, 6.0); o.on = true;
      vec2 v = o.inner[1].m * vec2(1.0, 1.0);
      return vec4(v, o.inner[0].m[1][1], o.on ? 1.0 : 0.0);`;
    expect(resultOf('vec4', code, functions)).toEqual([2, 2, 6, 1]);
  });

  test('are chosen by ?: and by if', () => {
    const code = `Ray a; Ray b = Ray(vec3(5.0), vec3(0.0), float[](1.0, 2.0)); Ray c = coord.x == 0 ? b : a;
      Ray d; if (c.t[1] == 2.0) d = b; else d = a; return c.origin + d.origin;`;
    expect(resultOf('vec3', code, RAY)).toEqual([10, 10, 10]);
  });
});

describe('matrices', () => {
  const M = 'mat3 m = mat3(2.0, 0.0, 1.0, 1.0, 3.0, 0.0, 0.0, 1.0, 4.0);';

  test.each([
    ['m * v', 'return m * vec3(1.0, 2.0, 3.0);', [4, 9, 13]],
    ['v * m', 'return vec3(1.0, 2.0, 3.0) * m;', [5, 7, 14]],
    ['m * m', 'mat3 p = m * m; return p[2];', [1, 7, 16]],
    ['m ± m and scalars', 'mat3 p = (m + m - m * 0.5) / 2.0 + 1.0; return p[0];', [2.5, 1, 1.75]],
    ['−m, m[i][j], m[i] computed', 'mat3 p = -m; p[coord.x][1] = 8.0; return p[coord.x] + vec3(p[2][2]);', [-6, 4, -5]],
    ['*= and swizzled columns', 'm *= m; m[1].yz += 1.0; return m[1];', [5, 10, 2]],
    ['transpose', 'return transpose(m)[0];', [2, 1, 0]],
    ['determinant', 'return vec3(determinant(m));', [25, 25, 25]],
    [
      'inverse',
      'mat3 p = inverse(mat3(2.0, 0.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 8.0)) ; return p[2] + p[1];',
      [-0.0625, 0.25, 0.125],
    ],
    ['outerProduct', 'return outerProduct(vec3(1.0, 2.0, 3.0), vec2(10.0, 100.0))[1];', [100, 200, 300]],
    ['matrixCompMult', 'return matrixCompMult(m, m)[2];', [0, 1, 16]],
    ['== and !=', 'return vec3(m == m ? 1.0 : 0.0, m != m + 1.0 ? 1.0 : 0.0, 0.0);', [1, 1, 0]],
    ['mat3(mat2) and mat2(mat3)', 'mat3 p = mat3(mat2(m)); return vec3(p[0].xy, p[2].z);', [2, 0, 1]],
    [
      'columns of other sizes',
      'mat2x3 p = mat2x3(1.0, 2.0, 3.0, 4.0, 5.0, 6.0); return p * vec2(1.0, 10.0);',
      [41, 52, 63],
    ],
    ['diagonal', 'return mat3(3.0)[1];', [0, 3, 0]],
  ])('%s', (_, code, expected) => {
    expect(resultOf('vec3', `${M} ${code}`)).toEqual(expected);
  });

  test('of four columns invert to what gives one, nearly', () => {
    const code = `mat4 m = mat4(4.0, 1.0, 0.0, 2.0, 1.0, 3.0, 1.0, 0.0, 0.0, 2.0, 5.0, 1.0, 1.0, 0.0, 2.0, 6.0);
      mat4 p = m * inverse(m); float error = 0.0;
      for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) error = max(error, abs(p[i][j] - (i == j ? 1.0 : 0.0)));
      return vec2(error, determinant(m));`;
    const [error, determinant] = resultOf('vec2', code) as [number, number];
    expect(error).toBeLessThan(1e-6);
    expect(determinant).toBe(225);
  });

  test('go to functions and come back', () => {
    const functions = 'mat2 turned(mat2 m, inout float a) { a += m[0][0]; return transpose(m); }';
    const code = 'float a = 1.0; mat2 m = turned(turned(mat2(1.0, 2.0, 3.0, 4.0), a), a); return vec3(m[1], a);';
    expect(resultOf('vec3', code, functions)).toEqual([3, 4, 3]);
  });
});

describe('doubles and halves', () => {
  test('are computed in their own precision', () => {
    expect(resultOf('float', 'double a = 1.0lf + 1e-12lf; return float((a - 1.0lf) * 1e12lf);')).toEqual([
      Math.fround((1 + 1e-12 - 1) * 1e12),
    ]);
    expect(resultOf('float', 'float16_t h = 1.0hf + 0.0001hf; return float(h) + float(2049.0hf);')).toEqual([2049]);
  });

  test('convert as GLSL says, and by constructors', () => {
    const code = `double d = dt; dvec3 v = dvec3(coord) + 0.5; float16_t h = float16_t(1.0e9);
      return vec4(float(d), float(v.y), isinf(float(h)) ? 1.0 : 0.0, float(int(float16_t(-3.7))));`;
    expect(resultOf('vec4', code)).toEqual([0.25, 0.5, 1, -3]);
  });

  test('are their bits', () => {
    const code =
      'uvec2 w = unpackDouble2x32(-2.5lf); return vec3(w.x, w.y >> 16, float(packDouble2x32(uvec2(0u, 0x3FF80000u))));';
    expect(resultOf('vec3', code)).toEqual([0, 0xc004, 1.5]);
  });

  test('have vectors, matrices and GLSL functions', () => {
    const code = `dmat2 m = dmat2(2.0lf); dvec2 v = m * dvec2(3.0, 4.0); f16vec2 h = f16vec2(v) * 0.5hf;
      return vec3(float(length(v)), float(dot(h, h)), float(mix(1.0lf, 3.0lf, 0.25lf)));`;
    expect(resultOf('vec3', code)).toEqual([10, 25, 1.5]);
  });

  test.each([
    ['double', '«double» d = 1.0;', 'this device has no double numbers; use float'],
    ['double', 'float d = float(«2.0lf»);', 'this device has no double numbers; use float'],
    ['double', 'float d = float(«dvec2»(1.0).x);', 'this device has no double numbers; use float'],
    ['float16_t', '«f16mat2» m;', 'this device has no float16_t numbers; use float'],
  ] as const)('are refused where the device has no %s: %s', (missing, marked, problem) => {
    expect(messageOf(marked, [missing])).toBe(expectedError(marked, problem));
  });

  test.each([
    ['float x = «1.0lf»;', '"x" is a float, and this is a double; convert it with float(…)'],
    ['float16_t x = «0.5»;', '"x" is a float16_t, and this is a float; convert it with float16_t(…)'],
    [
      'float16_t x = 1.0hf «+» 1;',
      'the operator + does not take a float16_t and an int; convert one of them to the type of the other',
    ],
    ['double x = «packDouble2x32(1u)»;', 'packDouble2x32 does not take (uint); write packDouble2x32(a) with a uvec2'],
    [
      'uvec2 x = «unpackDouble2x32(true)»;',
      'unpackDouble2x32 does not take (bool); write unpackDouble2x32(a) with values of double',
    ],
    ['double x = «sin(1.0lf)»;', 'sin does not take (double); write sin(a) with values of float'],
    ['float16_t x = «70000.0hf»;', '70000.0hf does not fit a float16_t; the largest is 65504.0hf'],
    ['double x = «1e999lf»;', '1e999lf does not fit a double; the largest is 1.7976931348623157e308lf'],
    [
      'ReduceSum("sum", «1.0hf»);',
      'ReduceSum takes a float, double, int or uint, and this is a float16_t; use float(…)',
    ],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });

  test('are no type of a field', () => {
    const marked = 'WriteField("made", idx, «1.0hf»); WriteField("density", idx, 0.0);';
    const declared = { outputs: ['density', 'made'] };
    expect(errorOf(marked, declared)).toBe(
      expectedError(marked, 'the output "made" is not declared, and no field can hold a float16_t; write float(…)'),
    );
  });
});

describe('errors of arrays, structs and matrices', () => {
  test.each([
    ['float a[2]; float x = a[«2»];', 'a float[2] has no element 2; use 0 to 1'],
    ['float a[2]; a[«-1»] = 1.0;', 'a float[2] has no element -1; use 0 to 1'],
    ['float a[2]; float x = a[«1.0»];', 'an index is an int, and this is a float; convert it with int(…)'],
    ['float a[2]; float x = «a»;', '"x" is a float, and this is a float[2]; choose an element, as in a[0]'],
    [
      'float a[2]; a = «float[3](1.0, 2.0, 3.0)»;',
      '"a" is a float[2], and this is a float[3]; make one with float[2](…)',
    ],
    ['float a[2] = «float[2](1.0)»;', 'float[2](…) takes 2 elements, and gets 1; give one for each'],
    [
      'float a[2] = float[](1.0, «vec2(1.0)»);',
      'element 1 is a float, and this is a vec2; choose a component, as in .x',
    ],
    ['float a[«steps»];', 'the length of an array is a constant whole number; write one, or name a const int'],
    ['float a[«0»];', 'the length of an array is 0; give 1 to 1024'],
    ['«float» a[];', 'the array has no length; write float[4], or start it with float[](…)'],
    ['«float» a[1000][2];', 'this has 2000 vectors and numbers, and a variable at most 1024; use a field'],
    ['const float a[2] = float[](1.0, 2.0); «a»[0] = 3.0;', '"a" is const and cannot be assigned; remove the const'],
    ['float a[2]; «a++»;', 'the operator ++ takes numbers, not a float[2]; use = to set it'],
    ['struct S { float x; }; S s; float y = s.«z»;', 'the struct "S" has no member "z"; its members are x'],
    [
      'struct S { float speed; }; S s; float y = s.«sped»;',
      'the struct "S" has no member "sped"; did you mean .speed?',
    ],
    ['struct S { float x; }; S s; float y = s[«0»];', 'a S has no elements to index; choose a member, as in .x'],
    ['struct S { float x; }; S s = «S(1.0, 2.0)»;', 'S(…) takes 1 member, and gets 2; give one for each'],
    [
      'struct S { float x; }; S s = S(«true»);',
      'the member "x" is a float, and this is a bool; convert it with float(…)',
    ],
    [
      'struct S { float x; }; S a; S b; S c = a «+» b;',
      'the operator + does not take a S and a S; it takes numbers, vectors and matrices',
    ],
    ['struct S { float x; float «x»; };', 'the struct "S" has two members "x"; rename one'],
    ['struct S { float x; }; struct «S» { float y; };', 'the struct "S" is declared already; rename one'],
    ['struct «S» { };', 'the struct "S" has no members; give it one, as in float x;'],
    ['struct S { float x; }«»', 'the line ends after the struct "S"; write ";"'],
    ['if (open) { «struct» S { float x; }; }', 'a struct is declared in a block; declare it outside of all blocks'],
    [
      'struct A { «B» b; }; struct B { float x; };',
      'there is no type "B"; use float, int, uint, bool or a vector of them',
    ],
    [
      'mat3 m; vec2 v = m «*» vec2(1.0);',
      'the operator * does not take a mat3 and a vec2; the columns of the left must be as many as the rows of the right',
    ],
    ['mat3 m; mat2 n; mat3 p = m «+» n;', 'the operator + does not take a mat3 and a mat2; both sides need one size'],
    ['mat3 m; bool b = m «==» mat2(1.0);', 'the operator == does not take a mat3 and a mat2; both sides need one type'],
    [
      'mat3 m; mat3 p = m «%» m;',
      'the operator % does not take a mat3 and a mat3; it takes numbers, vectors and matrices',
    ],
    [
      'mat3 m; mat3 p = m «*» true;',
      'the operator * does not take a mat3 and a bool; both sides need one kind of number',
    ],
    ['mat3 m; float x = m.«x»;', 'a mat3 has no .x; choose a column, as in m[0]'],
    ['mat3 m; vec3 v = m[«3»];', 'a mat3 has no column 3; use 0 to 2'],
    [
      'mat2 m = «mat2(1.0, 2.0, 3.0)»;',
      'mat2(…) needs 4 components and gets 3; give 2 columns of 2, or one number for the diagonal',
    ],
    ['mat2 m = mat2(1.0, 2.0, 3.0, 4.0, «5.0»);', 'mat2(…) is full before this argument; remove it'],
    [
      'mat2 m; mat2 n = mat2(«m», 1.0);',
      'mat2(…) takes numbers and vectors, or one matrix, and this is a mat2; give its parts',
    ],
    [
      'mat2x3 m; float x = «determinant(m)»;',
      'determinant does not take (mat2x3); write determinant(m) with a square matrix',
    ],
    ['vec3 v; vec3 w = «transpose(v)»[0];', 'transpose does not take (vec3); write transpose(m) with a matrix'],
    [
      'mat2 m; mat2 n = «matrixCompMult(m, 1.0)»;',
      'matrixCompMult does not take (mat2, float); write matrixCompMult(a, b) with two matrices of one type',
    ],
    [
      'mat2 m = «outerProduct(1.0, 2.0)»;',
      'outerProduct does not take (float, float); write outerProduct(column, row) with two vectors of one kind of number',
    ],
    ['mat2 m; float x = sin(«m»);', 'this is a mat2, and a scalar or vector is wanted; choose a column, as in m[0]'],
    [
      'mat2 m = open ? mat2(1.0) : mat2(2.0); mat2 n = «open ? m : 1.0»;',
      'the values of ?: are a mat2 and a float; give both one type',
    ],
    ['float f(mat2 m) { return m[0][0]; } float x = «f(1.0)»;', '"f" does not take (float); it is f(mat2)'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

const plain: Environment = {
  fields: new Map<string, FieldType>([['density', 'float32']]),
  parameters: new Map<string, ValueType>([['open', 'bool']]),
  scalars: new Map<string, ScalarType>(),
};

function compileOne(code: string, inputs: readonly string[] = []): Stencil {
  const text = `${code}\nWriteField("density", idx, made);`;
  return compileStencil({ name: 's', inputs, outputs: ['density'], code: text }, plain, { optimize: false });
}

function messageOf(marked: string, missing: readonly ('double' | 'float16_t')[]): string {
  const code = `${marked.replace(/[«»]/g, '')}\nWriteField("density", idx, 0.0);`;
  try {
    compileStencil({ name: 's', inputs: [], outputs: ['density'], code }, { ...plain, missing });
  } catch (error) {
    if (error instanceof StencilError) return error.message;
    throw error;
  }
  return 'no error';
}

test('the IR with arrays breaks its spec where an array stands as a value', () => {
  const stencil = compileOne('float a[2]; a[coord.x] = dt; float made = a[coord.y];');
  const [array] = stencil.locals;
  const body = [{ op: 'assign', local: 1, value: { op: 'local', type: 'float', local: 0 } } as const];
  expect(() => verifyStencil({ ...stencil, locals: [array!, { name: 'x', type: 'float' }], body })).toThrow(
    'Bug in stencil "s": its IR is wrong: local 0 is an array and no value',
  );
});
