/**
 * @file GLSL's functions of bits, packing and exponents (GLSL 4.60 §8.3, §8.4, §8.8), written in the stencil language itself:
 * integers and rounded float operations, so shader and interpreter agree in every bit, and what GLSL leaves undefined is
 * defined here. A program gets those that it calls. Halves are packed by the bit tricks of F. Giesen ("Float ↔ half
 * conversions", 2012), to nearest even.
 *
 * Names that are assigned here end in `_`: whether a name of the user's is constant is told by its name alone.
 */

import { parseProgram } from './parse-statement.ts';
import type { FunctionNode, StatementNode } from './syntax.ts';
import type { Environment } from '../ir.ts';
import { callsOf } from './calls.ts';

const SCALAR = `
int bitCount(uint v) {
  uint n_ = v - ((v >> 1) & 0x55555555u);
  n_ = (n_ & 0x33333333u) + ((n_ >> 2) & 0x33333333u);
  return int((((n_ + (n_ >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24);
}
int bitCount(int v) { return bitCount(uint(v)); }
uint bitfieldReverse(uint v) {
  uint n_ = ((v >> 1) & 0x55555555u) | ((v & 0x55555555u) << 1);
  n_ = ((n_ >> 2) & 0x33333333u) | ((n_ & 0x33333333u) << 2);
  n_ = ((n_ >> 4) & 0x0f0f0f0fu) | ((n_ & 0x0f0f0f0fu) << 4);
  n_ = ((n_ >> 8) & 0x00ff00ffu) | ((n_ & 0x00ff00ffu) << 8);
  return (n_ >> 16) | (n_ << 16);
}
int bitfieldReverse(int v) { return int(bitfieldReverse(uint(v))); }
int findLSB(uint v) { return v == 0u ? -1 : bitCount((v & (~v + 1u)) - 1u); }
int findLSB(int v) { return findLSB(uint(v)); }
int findMSB(uint v) {
  uint n_ = v | (v >> 1);
  n_ |= n_ >> 2;
  n_ |= n_ >> 4;
  n_ |= n_ >> 8;
  n_ |= n_ >> 16;
  return bitCount(n_) - 1;
}
int findMSB(int v) { return findMSB(uint(v < 0 ? ~v : v)); }
uint bitfieldExtract(uint v, int offset, int bits) {
  return bits <= 0 ? 0u : (v >> uint(offset)) & (0xffffffffu >> uint(32 - min(bits, 32)));
}
int bitfieldExtract(int v, int offset, int bits) {
  int spare = 32 - min(bits, 32);
  return bits <= 0 ? 0 : (v << (spare - offset)) >> spare;
}
uint bitfieldInsert(uint base, uint insert, int offset, int bits) {
  uint mask = bits <= 0 ? 0u : (0xffffffffu >> uint(32 - min(bits, 32))) << uint(offset);
  return (base & ~mask) | ((insert << uint(offset)) & mask);
}
int bitfieldInsert(int base, int insert, int offset, int bits) {
  return int(bitfieldInsert(uint(base), uint(insert), offset, bits));
}
uint uaddCarry(uint x, uint y, out uint carry_) {
  uint sum = x + y;
  carry_ = sum < x ? 1u : 0u;
  return sum;
}
uint usubBorrow(uint x, uint y, out uint borrow_) {
  borrow_ = x < y ? 1u : 0u;
  return x - y;
}
void umulExtended(uint x, uint y, out uint msb_, out uint lsb_) {
  uint low = (x & 0xffffu) * (y & 0xffffu);
  uint middle = (x >> 16) * (y & 0xffffu) + (low >> 16);
  uint other = (x & 0xffffu) * (y >> 16) + (middle & 0xffffu);
  msb_ = (x >> 16) * (y >> 16) + (middle >> 16) + (other >> 16);
  lsb_ = x * y;
}
void imulExtended(int x, int y, out int msb_, out int lsb_) {
  uint high_;
  uint low_;
  umulExtended(uint(x), uint(y), high_, low_);
  msb_ = int(high_) - (x < 0 ? y : 0) - (y < 0 ? x : 0);
  lsb_ = int(low_);
}
float modf(float x, out float whole_) {
  whole_ = trunc(x);
  return isinf(x) ? 0.0 : x - whole_;
}
float frexp(float x, out int exponent_) {
  int bits = floatBitsToInt(x);
  bool small = (bits & 0x7f800000) == 0;
  int wide = small ? floatBitsToInt(x * 16777216.0) : bits;
  exponent_ = 0;
  if (x == 0.0 || (bits & 0x7f800000) == 0x7f800000) return x;
  exponent_ = ((wide >> 23) & 255) - (small ? 150 : 126);
  return intBitsToFloat((wide & ~0x7f800000) | 0x3f000000);
}
float ldexp(float x, int exponent) {
  int whole = clamp(exponent, -252, 254);
  int first = whole / 2;
  return x * intBitsToFloat((first + 127) << 23) * intBitsToFloat((whole - first + 127) << 23);
}
uint packUnorm2x16(vec2 v) {
  uvec2 n = uvec2(round(clamp(v, vec2(0.0), vec2(1.0)) * 65535.0));
  return n.x | (n.y << 16);
}
uint packSnorm2x16(vec2 v) {
  uvec2 n = uvec2(ivec2(round(clamp(v, vec2(-1.0), vec2(1.0)) * 32767.0)));
  return (n.x & 0xffffu) | (n.y << 16);
}
uint packUnorm4x8(vec4 v) {
  uvec4 n = uvec4(round(clamp(v, vec4(0.0), vec4(1.0)) * 255.0));
  return n.x | (n.y << 8) | (n.z << 16) | (n.w << 24);
}
uint packSnorm4x8(vec4 v) {
  uvec4 n = uvec4(ivec4(round(clamp(v, vec4(-1.0), vec4(1.0)) * 127.0))) & 255u;
  return n.x | (n.y << 8) | (n.z << 16) | (n.w << 24);
}
vec2 unpackUnorm2x16(uint p) { return vec2(uvec2(p & 0xffffu, p >> 16)) / 65535.0; }
vec2 unpackSnorm2x16(uint p) {
  return clamp(vec2(ivec2(int(p << 16), int(p)) >> 16) / 32767.0, vec2(-1.0), vec2(1.0));
}
vec4 unpackUnorm4x8(uint p) { return vec4((uvec4(p) >> uvec4(0u, 8u, 16u, 24u)) & 255u) / 255.0; }
vec4 unpackSnorm4x8(uint p) {
  return clamp(vec4((ivec4(int(p)) << ivec4(24, 16, 8, 0)) >> 24) / 127.0, vec4(-1.0), vec4(1.0));
}
uint library_packHalf_(float x) {
  uint bits = floatBitsToUint(x);
  uint a = bits & 0x7fffffffu;
  uint tiny = floatBitsToUint(uintBitsToFloat(a) + 0.5) - 0x3f000000u;
  uint plain = (a + 0xc8000fffu + ((a >> 13) & 1u)) >> 13;
  uint huge = a > 0x7f800000u ? 0x7e00u : 0x7c00u;
  return ((bits >> 16) & 0x8000u) | (a >= 0x47800000u ? huge : a < 0x38800000u ? tiny : plain);
}
float unlibrary_packHalf_(uint h) {
  uint a = (h & 0x7fffu) << 13;
  uint exponent = a & 0x0f800000u;
  uint plain = a + (exponent == 0x0f800000u ? 0x70000000u : 0x38000000u);
  float tiny = uintBitsToFloat(a + 0x38800000u) - uintBitsToFloat(0x38800000u);
  uint bits = exponent == 0u ? floatBitsToUint(tiny) : plain;
  return uintBitsToFloat(bits | ((h & 0x8000u) << 16));
}
uint packHalf2x16(vec2 v) { return library_packHalf_(v.x) | (library_packHalf_(v.y) << 16); }
vec2 unpackHalf2x16(uint p) { return vec2(unlibrary_packHalf_(p & 0xffffu), unlibrary_packHalf_(p >> 16)); }
`;

/** Those of doubles, for devices that have them. */
const DOUBLES = `
double modf(double x, out double whole_) {
  whole_ = trunc(x);
  return isinf(x) ? 0.0lf : x - whole_;
}
double frexp(double x, out int exponent_) {
  uvec2 bits = unpackDouble2x32(x);
  bool small = (bits.y & 0x7ff00000u) == 0u;
  uvec2 wide = small ? unpackDouble2x32(x * 18014398509481984.0lf) : bits;
  exponent_ = 0;
  if (x == 0.0lf || (bits.y & 0x7ff00000u) == 0x7ff00000u) return x;
  exponent_ = int((wide.y >> 20) & 2047u) - (small ? 1076 : 1022);
  return packDouble2x32(uvec2(wide.x, (wide.y & ~0x7ff00000u) | 0x3fe00000u));
}
double ldexp(double x, int exponent) {
  int whole = clamp(exponent, -2044, 2046);
  int first = whole / 2;
  double once = x * packDouble2x32(uvec2(0u, uint(first + 1023) << 20));
  return once * packDouble2x32(uvec2(0u, uint(whole - first + 1023) << 20));
}
`;

/** Those of halves, for devices that have them: floats hold every half, and what a half can't hold is rounded once. */
const HALVES = `
float16_t modf(float16_t x, out float16_t whole_) {
  float wide_;
  float16_t part = float16_t(modf(float(x), wide_));
  whole_ = float16_t(wide_);
  return part;
}
float16_t frexp(float16_t x, out int exponent_) { return float16_t(frexp(float(x), exponent_)); }
float16_t ldexp(float16_t x, int exponent) { return float16_t(ldexp(float(x), exponent)); }
`;

/** Functions of each component alone: types of the result and of the parameters; `out` ones are marked. */
type Signature = readonly [name: string, returns: string, ...parameters: readonly string[]];
const COMPONENTWISE: readonly Signature[] = [
  ...['int', 'uint'].flatMap((type) => [
    ['bitCount', 'int', type] as const,
    ['findLSB', 'int', type] as const,
    ['findMSB', 'int', type] as const,
    ['bitfieldReverse', type, type] as const,
    ['bitfieldExtract', type, type, '=int', '=int'] as const,
    ['bitfieldInsert', type, type, type, '=int', '=int'] as const,
  ]),
  ['uaddCarry', 'uint', 'uint', 'uint', 'out uint'],
  ['usubBorrow', 'uint', 'uint', 'uint', 'out uint'],
  ['umulExtended', 'void', 'uint', 'uint', 'out uint', 'out uint'],
  ['imulExtended', 'void', 'int', 'int', 'out int', 'out int'],
  ['modf', 'float', 'float', 'out float'],
  ['frexp', 'float', 'float', 'out int'],
  ['ldexp', 'float', 'float', 'int'],
];

const COMPONENTWISE_DOUBLES: readonly Signature[] = [
  ['modf', 'double', 'double', 'out double'],
  ['frexp', 'double', 'double', 'out int'],
  ['ldexp', 'double', 'double', 'int'],
];

const COMPONENTWISE_HALVES: readonly Signature[] = [
  ['modf', 'float16_t', 'float16_t', 'out float16_t'],
  ['frexp', 'float16_t', 'float16_t', 'out int'],
  ['ldexp', 'float16_t', 'float16_t', 'int'],
];

const VECTORS: Readonly<Record<string, string>> = {
  int: 'ivec',
  uint: 'uvec',
  float: 'vec',
  double: 'dvec',
  float16_t: 'f16vec',
};

/** The text of a function on vectors of `size`: one call for each component. `=int` stays a scalar. */
function vectorText([name, returns, ...parameters]: Signature, size: number): string {
  const wide = (type: string): string => (type === 'void' ? type : `${VECTORS[type]}${size}`);
  const declared = parameters.map((one, at) => {
    const [mode, type] = one.startsWith('out ') ? ['out ', one.slice(4)] : ['', one];
    return `${mode}${type.startsWith('=') ? type.slice(1) : wide(type)} p${at}_`;
  });
  const part = (one: string, at: number, letter: string): string =>
    one.startsWith('=') ? `p${at}_` : `p${at}_.${letter}`;
  const calls = Array.from('xyzw'.slice(0, size)).map(
    (letter) => `${name}(${parameters.map((one, at) => part(one, at, letter)).join(', ')})`,
  );
  const body = returns === 'void' ? `${calls.join('; ')};` : `return ${wide(returns)}(${calls.join(', ')});`;
  return `${wide(returns)} ${name}(${declared.join(', ')}) { ${body} }`;
}

function textOf(scalar: string, componentwise: readonly Signature[]): string {
  return [scalar, ...componentwise.flatMap((one) => [2, 3, 4].map((size) => vectorText(one, size)))].join('\n');
}

/** Names of the functions that users may call. */
export const LIBRARY_FUNCTIONS: readonly string[] = [
  ...new Set([...SCALAR.matchAll(/^\w+ (\w+[^_])\(/gm)].map((match) => match[1]!)),
];

export function isLibraryFunction(name: string): boolean {
  return LIBRARY_FUNCTIONS.includes(name);
}

type Missing = Environment['missing'];

const parsed = new Map<string, readonly FunctionNode[]>();

function functionsOf(name: string, text: () => string): readonly FunctionNode[] {
  let functions = parsed.get(name);
  if (functions === undefined) {
    functions = parseProgram({ name: 'library', text: text() }).filter((node) => node.kind === 'function');
    parsed.set(name, functions);
  }
  return functions;
}

/** The library's functions that some statements call, and those that these call. */
export function libraryOf(statements: readonly StatementNode[], missing: Missing): readonly FunctionNode[] {
  const called = new Set(statements.flatMap((statement) => [...callsOf(statement)]));
  if (!LIBRARY_FUNCTIONS.some((name) => called.has(name))) return [];
  return libraryFunctions(called, missing);
}

/** The library's functions of some names, and those that these call. */
export function libraryFunctions(called: Iterable<string>, missing: Missing): readonly FunctionNode[] {
  const all = [
    ...functionsOf('all', () => textOf(SCALAR, COMPONENTWISE)),
    ...(missing?.includes('double') ? [] : functionsOf('doubles', () => textOf(DOUBLES, COMPONENTWISE_DOUBLES))),
    ...(missing?.includes('float16_t') ? [] : functionsOf('halves', () => textOf(HALVES, COMPONENTWISE_HALVES))),
  ];
  const needed = new Set(called);
  for (const name of needed) {
    for (const node of all) if (node.name === name) for (const callee of callsOf(node)) needed.add(callee);
  }
  return all.filter((node) => needed.has(node.name));
}
