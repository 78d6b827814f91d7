import { describe, expect, test } from 'vitest';
import { bodyOf, errorOf, expectedError, resultOf } from './compile-text.ts';

describe('a variable that is declared in the condition of a loop', () => {
  test.each([
    [
      'while',
      'int i = 0; float s = 0.0; while (bool more = i < 5) { i++; s += more ? dt : 100.0; } return vec2(s, i);',
      'int i = 0; float s = 0.0; while (true) { bool more = i < 5; if (!more) break; i++; s += more ? dt : 100.0; } return vec2(s, i);',
      [1.25, 5],
    ],
    [
      'for, seen in its step',
      'int i = 0; float s = 0.0; for (int n = 4; bool more = n > i; n -= more ? 1 : 100) { i++; s += dt; } return vec2(s, i);',
      'int i = 0; float s = 0.0; int n = 4; while (true) { bool more = n > i; if (!more) break; i++; s += dt; n -= more ? 1 : 100; } return vec2(s, i);',
      [0.5, 2],
    ],
    [
      'while, with an effect in each round, continue, and a body that assigns it',
      'int i = 0; float s = 0.0; while (bool more = ++i < 6) { if (i == 2) continue; more = false; s += float(i); } return vec2(s, i);',
      'int i = 0; float s = 0.0; while (++i < 6) { if (i == 2) continue; s += float(i); } return vec2(s, i);',
      [13, 6],
    ],
    [
      'for, with a read-only qualifier and a list',
      'float s = 0.0; for (int n = 0; const bool more = {n < 3}; n++) s += more ? 1.0 : 0.0; return vec2(s);',
      'float s = 0.0; for (int n = 0; n < 3; n++) s += 1.0; return vec2(s);',
      [3, 3],
    ],
    [
      'while, under the name of a variable outside',
      'bool b = dt > 1.0; int i = 0; while (bool b = i < 2) i++; return vec2(i, b ? 1.0 : 0.0);',
      'bool b = dt > 1.0; int i = 0; while (i < 2) i++; return vec2(i, b ? 1.0 : 0.0);',
      [2, 0],
    ],
    [
      'while, in a loop that is unrolled',
      'float a[3]; for (int q = 0; q < 3; q++) { int i = 0; while (bool b = i <= q) { i++; a[q] += 1.0; } } return vec2(a[0] + a[1], a[2]);',
      'float a[3]; for (int q = 0; q < 3; q++) { int i = 0; while (i <= q) { i++; a[q] += 1.0; } } return vec2(a[0] + a[1], a[2]);',
      [3, 3],
    ],
  ])('holds in each round: %s', (_, declared, written, value) => {
    expect(resultOf('vec2', written)).toEqual(value);
    expect(resultOf('vec2', declared)).toEqual(value);
  });

  test.each([
    ['while (bool b«)» { }', 'found ")" after the variable "b"; write "="'],
    ['while (int «n» = 1) { }', 'the condition of a loop is a bool, and this is an int; compare it, as in x != 0'],
    ['while («bool b = true») { float x = dt; }', 'this loop never ends; write a condition that changes, or a break'],
    ['while (bool b = open«,» c = open) { }', 'found "," after the condition of while; write ")"'],
    [
      'for (int i = 0; bool «i» = open; ) { }',
      '"i" is declared already, in line 1; rename one, or assign without the type',
    ],
    ['if («bool» b = open) { }', 'a variable is declared in the condition of if; declare it before the if'],
    [
      'switch («int» n = 1) { case 1: break; }',
      'a variable is declared in the condition of switch; declare it before the switch',
    ],
    ['do { } while («bool» b = open);', 'a variable is declared in the condition of do; declare it before the do'],
    ['while (bool b = open) { } bool c = «b»;', 'there is no variable "b"; declare it first, as in float b = …;'],
  ])('is refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('variables that are declared with their struct', () => {
  test.each([
    ['one', 'struct S { float x; vec2 v; } s; s.v.y = dt; s.x++;', 'vec2(s.x, s.v.y)', [1, 0.25]],
    ['several, with values', 'struct S { float x; } a = S(dt), b = {2.0}, c;', 'vec2(a.x + c.x, b.x)', [0.25, 2]],
    ['arrays', 'struct S { float x; } a[2], b[] = {S(1.0), {dt}}; a = b;', 'vec2(a[1].x, b.length())', [0.25, 2]],
    ['lengths behind the struct', 'struct S { float x; }[2] a; a[1].x = dt;', 'vec2(a[1].x, a.length())', [0.25, 2]],
    ['and a type for more', 'struct S { float x; } a = S(3.0); S b = a; b.x += 1.0;', 'vec2(a.x, b.x)', [3, 4]],
  ])('are variables of it: %s', (_, declared, value, expected) => {
    const text = bodyOf(`${declared} vec2 v = ${value}; WriteField("density", idx, v.x);`);
    const [struct, rest] = [/^struct S \{.*?\}/.exec(declared)![0], declared.replace(/^struct S \{.*?\}/, 'S')];
    expect(text).toBe(bodyOf(`${struct}; ${rest} vec2 v = ${value}; WriteField("density", idx, v.x);`));
    expect(resultOf('vec2', `${rest} return ${value};`, `${struct};`)).toEqual(expected);
  });

  test('that are const are seen by functions', () => {
    const functions = 'const struct W { float w[2]; } weights = W(float[](2.0, 0.5)), same = weights;';
    expect(resultOf('float', 'return weights.w[coord.x] + same.w[1];', functions)).toEqual([2.5]);
  });

  test.each([
    ['const struct S { float x; } «s»;', 'the constant "s" has no value; write const S s = …'],
    ['const struct S { float x; } s = S(1.0); «s».x = 2.0;', '"s" is const and cannot be assigned; remove the const'],
    ['struct S { float x; } s, «s»;', '"s" is declared already, in line 1; rename one, or assign without the type'],
    ['struct S { float x; } «float» y = 1.0;', 'found "float" after the struct "S"; write ";"'],
    ['struct S { float x; }[2] «;»', 'found ";" after S; write a name'],
    ['struct «{» float x; } s;', 'found "{" after struct; write a name'],
    ['{ «struct» S { float x; } s; }', 'a struct is declared in a block; declare it outside of all blocks'],
    [
      '{ «const» struct S { float x; } s = S(1.0); }',
      'a struct is declared in a block; declare it outside of all blocks',
    ],
  ])('are refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('qualifiers of precision', () => {
  const WORDS = /\b(?:precise|invariant|highp|mediump|lowp) /g;

  test.each([
    [
      'variables',
      '',
      'highp float a = dt; precise const mediump vec3 b = vec3(2.0); const lowp int n = 3; return a * b.x + float(n);',
      3.5,
    ],
    [
      'arrays and loops',
      '',
      'precise float a[2] = {1.0, dt}; for (mediump int i = 0; i < 2; i++) a[0] += a[i]; while (lowp bool b = a[0] < 9.0) a[0]++; return a[0];',
      9.25,
    ],
    [
      'parameters, in any order, and returned values',
      'highp float f(const in highp float x, precise inout mediump vec2 v, lowp out int n_, in precise int m);\n' +
        'highp float f(highp const in float x, inout mediump vec2 v, out lowp int n_, int m) { v += x; n_ = m; return x; }\n' +
        'mediump vec2[2] g(highp vec2) { return vec2[](vec2(dt), vec2(1.0)); }',
      'vec2 v; int n; float x = f(dt, v, n, 3); return x + v.y + float(n) + g(v)[1].x;',
      4.5,
    ],
    [
      'members',
      'struct S { highp float x, y; mediump vec2 v[2]; };\nprecise struct T { lowp int n; } t;',
      'S s = S(dt, 1.0, vec2[](vec2(2.0), vec2(4.0))); highp T u; u.n = 1; return s.x + s.v[u.n].y;',
      4.25,
    ],
  ])('are taken, and have no effect: %s', (_, functions, body, value) => {
    expect(resultOf('float', body.replace(WORDS, ''), functions.replace(WORDS, ''))).toEqual([value]);
    expect(resultOf('float', body, functions)).toEqual([value]);
  });

  test('stand as statements of their own', () => {
    const plain = 'float a = dt * 3.0, b[2]; b[1] = a; WriteField("density", idx, b[1] + a);';
    const said = plain.replace(';', '; precise a; invariant a, b; precision lowp float;');
    expect(bodyOf(`precision highp float; precision mediump int; ${said}`)).toBe(bodyOf(plain));
  });

  test.each([
    ['highp «lowp» float a;', 'lowp stands beside highp; remove one of the two words'],
    ['precise highp «precise» float a;', 'precise stands here twice; remove one'],
    ['const float «highp» = 1.0;', 'the word highp belongs to the language; choose another name'],
    ['float a = «precise»;', 'the word precise cannot stand here; write a value'],
    ['highp «vek3» a;', 'there is no type "vek3"; did you mean "vec3"?'],
    ['highp «void» a;', 'a variable cannot be void; give it a type such as float'],
    ['float a; precise «c»;', 'there is no variable "c"; declare it first, as in float c = …;'],
    ['float a; invariant a, «1»;', 'found "1" after invariant; write a name'],
    ['precision «float»;', 'found "float" after precision; write highp, mediump or lowp'],
    ['precision highp «vec3»;', 'found "vec3" after precision highp; write float or int'],
    ['precision highp float «a»;', 'found "a" after a precision; write ";"'],
    ['float f(in «out» float x) { return x; }', 'out stands beside in; remove one of the two words'],
    [
      'float f(«const» highp out float x) { return x; }',
      'a parameter that is out cannot be const; remove one of the two words',
    ],
    ['{ vec2[2] «g»() { } }', 'the function "g" is defined in a block; define it outside of all blocks'],
    [
      '{ highp float «f»() { return 1.0; } }',
      'the function "f" is defined in a block; define it outside of all blocks',
    ],
  ])('are refused: %s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
