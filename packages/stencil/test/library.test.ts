import { describe, expect, test } from 'vitest';
import { LIBRARY_FUNCTIONS } from '../src/language/library.ts';
import { errorOf, expectedError, resultOf } from './compile-text.ts';

/** The number that an integer expression gives, in two exact halves. */
function integer(text: string): number {
  const [high, low] = resultOf('vec2', `uint n = uint(${text}); return vec2(n >> 16, n & 0xffffu);`) as [
    number,
    number,
  ];
  return high * 65536 + low;
}

const signed = (text: string): number => integer(text) | 0;

describe('functions of bits', () => {
  test.each([
    ['bitCount(0xF0F01u)', 9],
    ['bitCount(-1)', 32],
    ['findLSB(0x28)', 3],
    ['findMSB(0x28u)', 5],
    ['findMSB(-256)', 7],
    ['bitfieldReverse(0x1u)', 2147483648],
    ['bitfieldReverse(0x12345678u)', 0x1e6a2c48],
    ['bitfieldExtract(0xABCD1234u, 8, 12)', 0xd12],
    ['bitfieldExtract(0xABCD1234u, 0, 32)', 0xabcd1234],
    ['bitfieldExtract(0xABCD1234u, 4, 0)', 0],
    ['bitfieldInsert(0xFFFFFFFFu, 0x5u, 4, 8)', 0xfffff05f],
    ['bitfieldInsert(7u, 9u, 0, 32)', 9],
    ['bitCount(uvec3(1u, 3u, 7u)).z', 3],
  ])('%s', (text, expected) => {
    expect(integer(text)).toBe(expected);
  });

  test.each([
    ['findLSB(0)', -1],
    ['findMSB(0u)', -1],
    ['findMSB(-1)', -1],
    ['bitfieldExtract(0x00F0, 4, 4)', -1],
    ['bitfieldExtract(-5, 0, 32)', -5],
    ['bitfieldInsert(-1, 0, 8, 8)', -65281],
    ['bitfieldReverse(-2147483647 - 1)', 1],
  ])('%s', (text, expected) => {
    expect(signed(text)).toBe(expected);
  });

  test('carries, borrows and wide products', () => {
    const code = (call: string, value: string): string =>
      `0u); uint a; uint b; int c; int d; ${call}; n = uint(${value}`;
    expect(integer(code('n = uaddCarry(0xFFFFFFFFu, 2u, a)', 'a * 1000u + n'))).toBe(1001);
    expect(integer(code('n = usubBorrow(1u, 2u, a)', 'n - a'))).toBe(0xfffffffe);
    expect(integer(code('umulExtended(0xDEADBEEFu, 0xCAFEBABEu, a, b)', 'a'))).toBe(
      Number((0xdeadbeefn * 0xcafebaben) >> 32n),
    );
    expect(integer(code('umulExtended(0xDEADBEEFu, 0xCAFEBABEu, a, b)', 'b'))).toBe(
      Number((0xdeadbeefn * 0xcafebaben) & 0xffffffffn),
    );
    expect(signed(code('imulExtended(-123456789, 987654321, c, d)', 'c'))).toBe(
      Number((-123456789n * 987654321n) >> 32n),
    );
  });
});

describe('functions of packing and exponents', () => {
  test.each([
    ['packUnorm2x16(vec2(0.5, 2.0))', 0xffff8000],
    ['packSnorm2x16(vec2(-1.0, 0.5))', 0x40008001],
    ['packUnorm4x8(vec4(0.0, 1.0, 0.5, -3.0))', 0x0080ff00],
    ['packSnorm4x8(vec4(-1.0, 1.0, 0.0, 0.5))', 0x40007f81],
    ['packHalf2x16(vec2(1.0, -2.0))', 0xc0003c00],
    ['packHalf2x16(vec2(65520.0, 5.9604645e-8))', 0x00017c00],
    ['packHalf2x16(vec2(1.0009766, 0.33325195))', 0x35553c01],
  ])('%s', (text, expected) => {
    expect(integer(text)).toBe(expected);
  });

  test('halves agree with those of JavaScript, subnormal ones too', () => {
    for (const value of [0, 1e-8, 6e-8, 1e-5, 6.1e-5, 0.1, 3.3125, 2049, 65504, 65519, 65520, 1e30]) {
      const wanted = new Uint16Array(Float16Array.of(Math.fround(value)).buffer)[0]!;
      const text = `${/[.e]/.test(String(value)) ? value : `${value}.0`}`;
      expect(integer(`packHalf2x16(vec2(${text}, 0.0))`)).toBe(wanted);
      const [back] = resultOf('float', `return unpackHalf2x16(${wanted}u).x;`);
      expect(back).toBe(Math.f16round(Math.fround(value)));
    }
  });

  test('unpacking is the other way', () => {
    expect(resultOf('vec2', 'return unpackUnorm2x16(0xFFFF0000u);')).toEqual([0, 1]);
    expect(resultOf('vec2', 'return unpackSnorm2x16(0x80007FFFu);')).toEqual([1, -1]);
    expect(resultOf('vec4', 'return unpackUnorm4x8(0xFF003300u);')).toEqual([0, Math.fround(0.2), 0, 1]);
    expect(resultOf('vec4', 'return unpackSnorm4x8(0x7F008180u);')).toEqual([-1, -1, 0, 1]);
  });

  test.each([
    ['modf', 'float w; float f = modf(-3.75, w); return vec2(f, w);', [-0.75, -3]],
    ['modf of ∞', 'float w; float f = modf(1.0e38 * 1.0e38 * dt, w); return vec2(f, isinf(w) ? 1.0 : 0.0);', [0, 1]],
    ['frexp', 'int e; float m = frexp(-10.0, e); return vec2(m, e);', [-0.625, 4]],
    [
      'frexp of a denormal',
      'int e; float m = frexp(1.0e-40, e); return vec2(m, e);',
      [Math.fround(Math.fround(1e-40) * 2 ** 132), -132],
    ],
    ['frexp of 0', 'int e; float m = frexp(0.0 * dt, e); return vec2(m, e);', [0, 0]],
    ['ldexp', 'return vec2(ldexp(0.75, 5), ldexp(3.0, -140));', [24, Math.fround(3 * 2 ** -140)]],
    ['vectors', 'ivec2 e; vec2 m = frexp(vec2(1.0, 6.0), e); return ldexp(m, e);', [1, 6]],
    ['modf of a double', 'double w; double f = modf(-3.75lf, w); return vec2(float(f), float(w));', [-0.75, -3]],
    [
      'frexp of a double',
      'int e; double m = frexp(-1.0e-300lf * double(dt), e); return vec2(float(m), e);',
      [Math.fround(-0.6696928794914171), -998],
    ],
    [
      'ldexp of a double',
      'return vec2(float(ldexp(3.0e300lf, -995)), float(ldexp(1.0e-310lf, 1040)));',
      [Math.fround(8.959330737630902), Math.fround(1178.1361728633638)],
    ],
    [
      'modf of a half',
      'float16_t w; float16_t f = modf(float16_t(-3.75), w); return vec2(float(f), float(w));',
      [-0.75, -3],
    ],
    [
      'modf of an infinite half',
      'float16_t w; float16_t f = modf(65504.0hf * 2.0hf, w); return vec2(float(f), float(w));',
      [0, Infinity],
    ],
    [
      'frexp of a half, of the least that there is',
      'int e; float16_t m = frexp(float16_t(-3.0 * 5.9604645e-8), e); return vec2(float(m), e);',
      [-0.75, -22],
    ],
    [
      'ldexp of a half, rounded once where it becomes a denormal',
      // 1.5 · 2⁻²⁴ lies between the two least halves, and goes to the even one.
      'return vec2(float(ldexp(1.5hf, -24)), float(ldexp(1.0hf, 16)));',
      [2 ** -23, Infinity],
    ],
    ['vectors of halves', 'ivec2 e; f16vec2 m = frexp(f16vec2(1.0, 6.0), e); return vec2(ldexp(m, e));', [1, 6]],
    ['a half beside a float stays what it was', 'float w; return vec2(modf(3.5hf, w), w);', [0.5, 3]],
    ['vectors of doubles', 'ivec2 e; dvec2 m = frexp(dvec2(1.0, 6.0), e); return vec2(ldexp(m, e));', [1, 6]],
  ])('%s', (_, code, expected) => {
    expect(resultOf('vec2', code)).toEqual(expected);
  });
});

test('the library has these functions', () => {
  expect(LIBRARY_FUNCTIONS.join(' ')).toMatchInlineSnapshot(
    `"bitCount bitfieldReverse findLSB findMSB bitfieldExtract bitfieldInsert uaddCarry usubBorrow umulExtended imulExtended modf frexp ldexp packUnorm2x16 packSnorm2x16 packUnorm4x8 packSnorm4x8 unpackUnorm2x16 unpackSnorm2x16 unpackUnorm4x8 unpackSnorm4x8 packHalf2x16 unpackHalf2x16"`,
  );
});

test.each([
  [
    'int n = «bitCount(1.0)»;',
    '"bitCount" does not take (float); it is bitCount(uint) or bitCount(int) or bitCount(ivec2) or bitCount(ivec3) or bitCount(ivec4) or bitCount(uvec2) or bitCount(uvec3) or bitCount(uvec4)',
  ],
  ['float f = modf(1.0, «2.0»);', 'this cannot be assigned; only a variable or its components can stand here'],
  ['int «bitCount»(int n) { return n; }', '"bitCount" is a built-in function; choose another name'],
  ['int n = «bitCuont»(1);', 'there is no function "bitCuont"; did you mean "bitCount"?'],
])('%s', (marked, problem) => {
  expect(errorOf(marked)).toBe(expectedError(marked, problem));
});
