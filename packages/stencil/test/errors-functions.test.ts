import { describe, expect, test } from 'vitest';
import { errorOf, expectedError } from './compile-text.ts';

describe('a call or a function that does not hold says what would', () => {
  test.each([
    ['float a = «min(1.0)»;', 'min takes 2 arguments, and gets 1; write min(a, b)'],
    ['float a = «cross(1.0, 2.0)»;', 'cross does not take (float, float); write cross(a, b) with two vec3'],
    ['bool a = «any(true)»;', 'any does not take (bool); write any(a) with vectors of bool'],
    ['float a = «clamp(vec3(1.0), 0.0, 1.0)»;', '"a" is a float, and this is a vec3; choose a component, as in .x'],
    [
      'float a = «dot(vec2(1.0), vec3(1.0))»;',
      'dot does not take (vec2, vec3); write dot(a, b) with values of float, all of one size',
    ],
    [
      'bvec2 a = «lessThan(1.0, 2.0)»;',
      'lessThan does not take (float, float); write lessThan(a, b) with vectors of int, uint, float, all of one size',
    ],
    ['float f(float x) { return x; } float a = «f(true)»;', '"f" does not take (bool); it is f(float)'],
    ['float f(float x) { return x; } float a = «f()»;', '"f" does not take 0 arguments; it is f(float)'],
    [
      'float f(float x) { «}» float a = f(1.0);',
      'the function "f" can end without a value; return a float on every path',
    ],
    [
      'float f(float x) { if (x > 0.0) return 1.0; «}» float a = f(1.0);',
      'the function "f" can end without a value; return a float on every path',
    ],
    ['float f(float x) { «return;» } float a = f(1.0);', 'the function "f" returns a float; write return and a value'],
    ['void f(float x) { return «1.0»; } f(1.0);', 'the function "f" is void; return nothing, or give it a type'],
    ['void f(float x) { } float a = «f(1.0)»;', 'the function "f" returns nothing; call it as a statement of its own'],
    [
      'float f(float x) { return «f»(x); } float a = f(1.0);',
      'the function "f" calls itself; a stencil has no recursion, use a loop',
    ],
    ['float «g»(float x); float a = g(1.0);', 'the function g(float) is declared and never defined; write its body'],
    [
      'float f(float x) { return x; } float «f»(float y) { return y; }',
      'the function f(float) is defined twice; remove one',
    ],
    [
      'float f(int x, float y) { return y; } float f(float x, int y) { return x; } float a = «f(1, 1)»;',
      '(int, int) fits f(int, float) and f(float, int) alike; convert the arguments to the types of one',
    ],
    [
      'void f(out float x) { x = 1.0; } f(«1.0»);',
      'this cannot be assigned; only a variable or its components can stand here',
    ],
    ['void f(out float x) { x = 1.0; } int a; «f(a)»;', '"f" does not take (int); it is f(out float)'],
    [
      'float a; float f() { return «a»; } a = f();',
      '"a" is a variable of the main code, which functions do not see; pass it as an argument',
    ],
    [
      'float f(const float x) { «x» = 1.0; return x; } float a = f(1.0);',
      '"x" is const and cannot be assigned; remove the const',
    ],
    ['float f(float x, float «x») { return x; }', 'the function "f" has two parameters "x"; rename one'],
    [
      'void f() { «WriteField("density", idx, 1.0)»; } f();',
      'WriteField stands in the function "f"; return the value, and use it in the main code',
    ],
    ['«break»;', 'break stands outside of any loop; remove it, or use return'],
    ['for (int i = 0; «i < 3»; i--) {}', 'this loop runs more than 1048576 times; check its condition and its step'],
    ['return «1.0»;', 'the main code returns no value; write it with WriteField'],
    [
      'for (int i = 0; «i < 2000000»; i++) {}',
      'this loop runs more than 1048576 times; check its condition and its step',
    ],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
