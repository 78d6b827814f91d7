import { describe, expect, test } from 'vitest';
import { errorOf, expectedError } from './compile-text.ts';

describe('a text that is no program is refused at the place where it stops being one', () => {
  test.each([
    ['float a = 1.0«»', 'the line ends after the declaration of "a"; write ";"'],
    ['float a = «;»', 'found ";" where a value should stand; write a value'],
    ['float a = (1.0 + 2.0«;»', 'found ";" after a value in parentheses; write ")"'],
    ['float «1a» = 2.0;', '1a is not a number; write 1, 1u, 0x1F, 1.0 or 1e-3'],
    ['float a = «0x»;', '0x is not a number; write 1, 1u, 0x1F, 1.0 or 1e-3'],
    ['float a = «1f»;', '1f is not a number; write 1.0'],
    ['float a = «08»;', '08 is not a number; a leading 0 means octal digits, 0 to 7'],
    ['float a = «1e99»;', '1e99 does not fit a float; the largest is 3.4028234e38'],
    ['int a = «3000000000»;', '3000000000 does not fit an int; the largest is 2147483647, or write 3000000000u'],
    ['int a = «99999999999»;', '99999999999 does not fit 32 bits; the largest is 4294967295u'],
    ['«#»include "x"', 'the stencil language has no # directives; remove this line'],
    ["float a = «'»x';", 'names stand in double quotes; write "…"'],
    ['float a = «@»;', 'the character @ has no meaning here; remove it'],
    ['«/*» abc', 'this comment is not closed; end it with */'],
    ['float a = ReadField(«"density, coord);»', 'this name is not closed; end it with "'],
    ['«case» 1: break;', 'case stands outside of any switch; remove it, or write the switch around it'],
    ['switch (1) { «float» a; case 1: }', 'a switch starts with a label; write case and a value before this'],
    ['switch (1) { case 1: break; «default»: }', 'nothing stands behind this label; write break; or remove it'],
    ['switch (1) { case 1«;» }', 'found ";" after the value of case; write ":"'],
    ['«discard»;', 'the stencil language has no discard; use return, the voxel then keeps its old values'],
    ['«vek3» a = vec3(1);', 'there is no type "vek3"; did you mean "vec3"?'],
    ['«void» a;', 'a variable cannot be void; give it a type such as float'],
    ['const float «a»;', 'the constant "a" has no value; write const float a = …'],
    ['float «if» = 1.0;', 'the word if belongs to the language; choose another name'],
    ['if (1.0 > 0.0 «{» }', 'found "{" after the condition of if; write ")"'],
    ['if (true) «{» float a = 1.0;', 'this block is not closed; end it with "}"'],
    ['switch (1) «{» case 1: break;', 'this block is not closed; end it with "}"'],
    ['WriteField("density", idx, 0.0); struct S { float x;«»', 'the text ends in the struct "S"; write "}"'],
    ['WriteField("density", idx, 0.0); float a = (1.0«»', 'the text ends after a value in parentheses; write ")"'],
    ['«}»', 'there is no block to close here; remove this "}"'],
    ['«else» {}', 'there is no if before this else; remove it or write the if'],
    ['void «main»() { }', 'a stencil has no main; write its statements by themselves, outside of functions'],
    ['float «sin»(float x) { return x; }', '"sin" is a built-in function; choose another name'],
    ['float «ReadField»(float x) { return x; }', '"ReadField" is a built-in function; choose another name'],
    ['{ float «f»(float x) { return x; } }', 'the function "f" is defined in a block; define it outside of all blocks'],
    ['vec2 a; a = (1.0, «{»2.0, 3.0});', 'found "{" where a value should stand; write a value'],
    ['float a[2] = {1.0, 2.0«;»', 'found ";" after values in braces; write "}"'],
    [
      'while («true») { float a = 1.0; switch (1) { case 1: break; } }',
      'this loop never ends; write a condition that changes, or a break',
    ],
    ['«for» (;;) { while (open) break; }', 'this loop never ends; write a condition that changes, or a break'],
    ['do { for (;;) { break; } } while («1 > 0»);', 'this loop never ends; write a condition that changes, or a break'],
    [
      'vec3 a = vec3(1.0).«normalize»();',
      'the stencil language has no methods; write normalize(…) with the value inside',
    ],
    ['float a = «float»;', 'the type float is not a value; write float(…) to make one'],
    ['float a = vec3(1.0).«;»', 'found ";" after "."; write components such as x, xyz or rgb'],
    ['do { } «float» a;', 'found "float" after the body of do; write while (…);'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
