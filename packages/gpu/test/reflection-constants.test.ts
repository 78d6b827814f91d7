/** Sizes that specialization constants make: with their defaults, with values given, and where a module is broken. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShaderError } from '../src/errors.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { reflect } from '../src/shader/reflection.ts';
import { assemble, instruction, wordOf } from './spirv-assembler.ts';

const HEAD = `#version 460
#extension GL_EXT_shader_explicit_arithmetic_types : require
layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z = 3) in;
layout(constant_id = 2) const int K = -3;
layout(constant_id = 3) const bool F = true;
layout(constant_id = 4) const uint N = 6;
layout(constant_id = 5) const uint64_t L = 6ul;
layout(constant_id = 6) const uint16_t H = 6us;
`;

const compiled = (text: string): Promise<Uint32Array> => compileGlsl(HEAD + text, { label: 'sizes', cache: false });

/** A shader whose shared memory and whose block have so many floats. */
const sized = (length: string): Promise<Uint32Array> =>
  compiled(`const uint W = uint(${length});
    shared float s[W];
    layout(binding = 0) buffer B { float b[W]; };
    void main() { s[0] = 1.0; b[0] = s[0]; }`);

const GIVEN = { 0: 8, 1: 2, 2: 11, 3: false, 4: 9, 5: 20, 6: 30 };

test.for([
  ['N + 1', 7, 10],
  ['N - 5', 1, 4],
  ['N * 2', 12, 18],
  ['N / 2', 3, 4],
  ['N % 4 + 1', 3, 2],
  ['K % 5 + 8', 10, 9],
  ['K / -2 + 6', 7, 1],
  ['-K + 12', 15, 1],
  ['~N & 15', 9, 6],
  ['N << 2', 24, 36],
  ['N >> 1', 3, 4],
  ['(K >> 1) + 3', 1, 8],
  ['N ^ 3', 5, 10],
  ['N | 16', 22, 25],
  ['N == 6 ? 3 : 5', 3, 5],
  ['N != 6 ? 3 : 5', 5, 3],
  ['K < 0 && F ? 4 : 2', 4, 2],
  ['K >= 2 || !F ? 1 : 2', 2, 1],
  ['F ^^ true ? 3 : 5', 5, 3],
  ['int(F) + 1', 2, 1],
  ['uint(L * 2ul)', 12, 40],
  ['uint(H) + 1', 7, 31],
  ['int(uint8_t(N * 50))', 44, 194],
  ['uint(int64_t(K) + 9l)', 6, 20],
  ['gl_WorkGroupSize.x + 2', 3, 10],
  ['(gl_WorkGroupSize * 2).y', 2, 4],
  ['gl_WorkGroupSize.zyx.x + N', 9, 12],
  ['(uvec2(N, 2) << 1).x', 12, 18],
  ['bvec2(F, false).x ? 3 : 5', 3, 5],
] as const)('an array of %s is as long as its constants say', async ([length, byDefault, given]) => {
  const spirv = await sized(length);
  const bytes = (shader: ReturnType<typeof reflect>): number[] => [shader.sharedBytes, shader.bindings[0]!.byteLength];
  expect(bytes(reflect(spirv))).toEqual([byDefault * 4, byDefault * 4]);
  expect(bytes(reflect(spirv, { specialization: GIVEN }))).toEqual([given * 4, given * 4]);
});

test('values that are given change workgroups, shared memory, arrays of bindings and structs', async () => {
  const spirv = await compiled(`
    struct S { float a[N]; vec4 b[N]; };
    shared S shared_s[2];
    layout(binding = 0) buffer B { float count; S s[]; } b[N];
    layout(binding = 1) uniform sampler2D maps[N + 1];
    void main() { b[0].count = texture(maps[1], vec2(0)).x + shared_s[0].a[0]; }`);
  const read = (specialization: Record<number, number>): unknown => {
    const { bindings, sharedBytes, entryPoints, specializations } = reflect(spirv, { specialization });
    expect(specializations.find(({ id }) => id === 4)!.value).toBe(6);
    return [bindings.map(({ count }) => count), sharedBytes, entryPoints[0]!.workgroupSize];
  };
  expect(read({})).toEqual([[6, 7], 2 * (6 * 4 + 6 * 16), [1, 1, 3]]);
  expect(read({ 0: 32, 4: 2 })).toEqual([[2, 3], 2 * (2 * 4 + 2 * 16), [32, 1, 3]]);
});

/** An expression of GLSL on uints, and what JavaScript makes of it. */
interface Tree {
  readonly glsl: string;
  readonly value: (n: number, k: number, f: boolean) => number;
}

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constant<Tree>({ glsl: 'N', value: (n) => n }),
  fc.constant<Tree>({ glsl: 'uint(K)', value: (_, k) => k >>> 0 }),
  fc.constant<Tree>({ glsl: 'uint(F)', value: (_, __, f) => Number(f) }),
  fc.nat(99).map((x): Tree => ({ glsl: `${x}u`, value: () => x })),
);
const BINARY: readonly [string, (a: number, b: number) => number][] = [
  ['(A + B)', (a, b) => (a + b) >>> 0],
  ['(A - B)', (a, b) => (a - b) >>> 0],
  ['(A * B)', (a, b) => Math.imul(a, b) >>> 0],
  ['(A / (B | 1u))', (a, b) => Math.floor(a / ((b | 1) >>> 0))],
  ['(A % (B | 1u))', (a, b) => a % ((b | 1) >>> 0)],
  ['(A << (B & 31u))', (a, b) => (a << (b & 31)) >>> 0],
  ['(A >> (B & 31u))', (a, b) => a >>> (b & 31)],
  ['uint(int(A) >> (B & 31u))', (a, b) => (a >> (b & 31)) >>> 0],
  ['uint(int(A) / int(B & 255u | 1u))', (a, b) => Math.trunc((a | 0) / ((b & 255) | 1)) >>> 0],
  ['(A & B)', (a, b) => (a & b) >>> 0],
  ['(A | B)', (a, b) => (a | b) >>> 0],
  ['(A ^ B)', (a, b) => (a ^ b) >>> 0],
  ['(~A - B)', (a, b) => (~a - b) >>> 0],
  ['(A < B ? A : B)', (a, b) => (a < b ? a : b)],
  ['(int(A) <= int(B) ? A : B)', (a, b) => ((a | 0) <= (b | 0) ? a : b)],
  ['((A == B) == (int(A) > 7) ? B : A)', (a, b) => ((a === b) === (a | 0) > 7 ? b : a)],
  ['((A != B) ^^ !(A >= B) ? A : B)', (a, b) => ((a !== b) !== a < b ? a : b)],
  ['(uvec2(A, B) + 3u).y', (_, b) => (b + 3) >>> 0],
];
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.tuple(fc.constantFrom(...BINARY), tie('tree'), tie('tree')).map(([[glsl, apply], a, b]): Tree => ({
      // A is put in for the mark first, and may hold the mark of B.
      glsl: glsl.replaceAll(/[AB]\b/g, (mark) => (mark === 'A' ? a.glsl : b.glsl)),
      value: (n, k, f) => apply(a.value(n, k, f), b.value(n, k, f)),
    })),
  ),
}));

test('any expression of constants is as JavaScript computes it', async () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  await fc.assert(
    fc.asyncProperty(tree, word, fc.integer(), fc.boolean(), async ({ glsl, value }, n, k, f) => {
      fc.pre(glsl.length < 2000);
      const spirv = await sized(`(${glsl}) % 1000u + 1u`);
      const shared = (specialization: Record<number, number | boolean>): number =>
        reflect(spirv, { specialization }).sharedBytes / 4;
      expect([glsl, shared({})]).toEqual([glsl, (value(6, -3, true) % 1000) + 1]);
      expect([glsl, shared({ 2: k, 3: f, 4: n })]).toEqual([glsl, (value(n, k, f) % 1000) + 1]);
    }),
    { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 5000 : 100 },
  );
});

const [UINT, FLOAT, ARRAY, POINTER, VARIABLE, LENGTH, VECTOR] = [1, 2, 3, 4, 5, 6, 7] as const;
const [TWO, THREE, HALF, PAIR, SPEC] = [10, 11, 12, 13, 14] as const;

/** A module whose shared memory is an array of floats; these instructions make its length. */
function lengthOf(...constants: readonly number[][]): Uint32Array {
  return assemble([
    instruction(71, SPEC, 1, 0),
    instruction(21, UINT, 32, 0),
    instruction(22, FLOAT, 32),
    instruction(23, VECTOR, UINT, 2),
    instruction(43, UINT, TWO, 2),
    instruction(43, UINT, THREE, 3),
    instruction(43, FLOAT, HALF, 0x3f000000),
    instruction(44, VECTOR, PAIR, TWO, THREE),
    instruction(50, UINT, SPEC, 5),
    ...constants,
    instruction(28, ARRAY, FLOAT, LENGTH),
    instruction(32, POINTER, 4, ARRAY),
    instruction(59, POINTER, VARIABLE, 4),
  ]);
}

test('composites are taken apart, put together and shuffled', () => {
  const elements = (...constants: readonly number[][]): number => reflect(lengthOf(...constants)).sharedBytes / 4;
  expect(elements(instruction(52, UINT, LENGTH, 81, PAIR, 1))).toBe(3);
  const insert = instruction(52, VECTOR, 20, 82, SPEC, PAIR, 0);
  expect(elements(insert, instruction(52, UINT, LENGTH, 81, 20, 0))).toBe(5);
  expect(elements(insert, instruction(52, UINT, LENGTH, 81, 20, 1))).toBe(3);
  const shuffle = instruction(52, VECTOR, 20, 79, PAIR, PAIR, 3, 0);
  expect(elements(shuffle, instruction(52, UINT, LENGTH, 81, 20, 1))).toBe(2);
  const zero = [instruction(46, VECTOR, 20), instruction(52, VECTOR, 21, 128, 20, PAIR)];
  expect(elements(...zero, instruction(52, UINT, LENGTH, 81, 21, 1))).toBe(3);
  const truths = [instruction(20, 20), instruction(23, 24, 20, 2), instruction(41, 20, 21), instruction(42, 20, 22)];
  const mask = [...truths, instruction(44, 24, 23, 21, 22)];
  const chosen = [...mask, instruction(46, VECTOR, 25), instruction(52, VECTOR, 26, 169, 23, PAIR, 25)];
  const sum = instruction(52, VECTOR, 27, 128, 26, PAIR);
  expect(elements(...chosen, sum, instruction(52, UINT, LENGTH, 81, 27, 0))).toBe(4);
  expect(elements(...chosen, sum, instruction(52, UINT, LENGTH, 81, 27, 1))).toBe(3);
});

test('what no size is made of may be anything', () => {
  const floats = [instruction(52, FLOAT, 20, 129, HALF, HALF), instruction(52, FLOAT, 21, 115, HALF)];
  const mixed = instruction(51, VECTOR, 22, HALF, SPEC);
  const length = instruction(52, UINT, LENGTH, 81, 22, 1);
  expect(reflect(lengthOf(...floats, mixed, length)).sharedBytes).toBe(5 * 4);
});

test.for([
  [
    'a specialization constant is made by operation FAdd, which shaders have none of',
    [52, UINT, LENGTH, 129, TWO, TWO],
  ],
  ['a specialization constant is made by operation 4711, which shaders have none of', [52, UINT, LENGTH, 4711, TWO]],
  ['operation IAdd has 1 of at least 2 operands', [52, UINT, LENGTH, 128, TWO]],
  ['operation Select has 2 of at least 3 operands', [52, UINT, LENGTH, 169, TWO, TWO]],
  ['operation CompositeExtract has 1 of at least 2 operands', [52, UINT, LENGTH, 81, PAIR]],
  ['member 2 is taken of a constant of 2 members', [52, UINT, LENGTH, 81, PAIR, 2]],
  ['member 0 is taken of a constant without members', [52, UINT, LENGTH, 81, TWO, 0]],
  ['IAdd has an operand that is no whole number', [52, UINT, LENGTH, 128, TWO, HALF]],
  ['IAdd has an operand that is no whole number', [52, UINT, LENGTH, 128, PAIR, TWO]],
  ['IAdd has a result that is no whole number', [52, FLOAT, LENGTH, 128, TWO, TWO]],
  ['id 999 is used and not declared', [52, UINT, LENGTH, 128, TWO, 999]],
  [`constant ${LENGTH} is used before it is declared`, [52, UINT, LENGTH, 128, TWO, LENGTH]],
  ['id 99 is used and not declared', [52, UINT, LENGTH, 196, TWO, 99]],
  [`id ${LENGTH} is used as a number and is none`, [52, UINT, LENGTH, 115, HALF]],
  ['Select has a condition that is no truth value', [52, UINT, LENGTH, 169, HALF, TWO, TWO]],
  ['VectorShuffle has an operand that is no vector', [52, UINT, LENGTH, 79, TWO, TWO, 0]],
  ['instruction 52 has 3 of at least 5 words', [52, UINT, LENGTH]],
] as const)('%s: that is refused at its word', ([what, [opcode, ...operands]]) => {
  const words = lengthOf(instruction(opcode, ...operands));
  const message = `Cannot read SPIR-V: at word ${wordOf(words, 52)} ${what}; compile the shader again`;
  expect(() => reflect(words)).toThrow(new ShaderError(message));
});

test('a length, a divisor or a shift that values make senseless is told', () => {
  const words = (opcode: number, ...operands: readonly number[]): Uint32Array =>
    lengthOf(instruction(52, UINT, LENGTH, opcode, ...operands));
  const failure = (spirv: Uint32Array, value: number): string => {
    try {
      reflect(spirv, { specialization: { 0: value } });
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };
  const [less, over, shift] = [words(130, SPEC, TWO), words(134, TWO, SPEC), words(196, TWO, SPEC)];
  expect(reflect(less).sharedBytes).toBe(3 * 4);
  expect(failure(less, 2)).toBe(
    `Cannot read SPIR-V: at word ${wordOf(less, 28)} an array has a length of 0; specialize it with other values`,
  );
  expect(failure(over, 0)).toBe(
    `Cannot read SPIR-V: at word ${wordOf(over, 52)} UDiv divides by 0; specialize it with other values`,
  );
  expect(failure(shift, 32)).toBe(
    `Cannot read SPIR-V: at word ${wordOf(shift, 52)} ShiftLeftLogical shifts 32 bits by 32; specialize it with other values`,
  );
});

/** A module whose shared memory is as long as constant 0 says, a uint, and two more; before it, a constant of another type shares the id. */
function sharing(...before: readonly number[][]): Uint32Array {
  const words = lengthOf(instruction(52, UINT, LENGTH, 128, SPEC, TWO));
  const at = wordOf(words, 43);
  const others = [...instruction(71, 30, 1, 0), ...words.subarray(5, at), ...before.flat()];
  return Uint32Array.from([...words.subarray(0, 5), ...others, ...words.subarray(at)]);
}

test('a value is held by each of the constants that share its id', () => {
  const both = sharing(instruction(21, 31, 32, 1), instruction(50, 31, 30, 0));
  expect(reflect(both, { specialization: { 0: 6 } }).sharedBytes).toBe(8 * 4);
  for (const [value, most, least] of [
    [-1, 4294967295, 0],
    [2 ** 31, 2147483647, -2147483648],
  ] as const) {
    const message = `Cannot read SPIR-V: specialization constant 0 is given ${value}; give a whole number from ${least} to ${most}`;
    expect(() => reflect(both, { specialization: { 0: value } })).toThrow(new RangeError(message));
  }
});

test('a value that constants of one id hold in different bits is refused', () => {
  const refused = (words: Uint32Array, value: number | boolean, what: string): void => {
    const message = `Cannot read SPIR-V: specialization constant 0 is given ${value}, and is both ${what}, which hold it in different bits; give each of them an id of its own`;
    expect(() => reflect(words, { specialization: { 0: value } })).toThrow(new RangeError(message));
  };
  const float = sharing(instruction(5, 30, 'X'), instruction(50, FLOAT, 30, 0));
  refused(float, 6, 'a float of 32 bits (X) and a uint of 32 bits');
  expect(reflect(float, { specialization: { 0: 0 } }).sharedBytes).toBe(2 * 4);
  expect(reflect(float).sharedBytes).toBe(7 * 4);
  const long = sharing(instruction(21, 31, 64, 1), instruction(50, 31, 30, 0, 0));
  refused(long, 6, 'an int of 64 bits and a uint of 32 bits');
  const truth = sharing(instruction(20, 31), instruction(48, 31, 30));
  expect(reflect(truth, { specialization: { 0: true } }).sharedBytes).toBe(3 * 4);
});

test.for([
  ['', 'gl_WorkGroupSize.x', 1, 8],
  ['', '(gl_WorkGroupSize.yx).y', 1, 8],
  ['', 'uvec2(3, N).y', 6, 9],
  ['const bvec2 C = bvec2(false, F);', 'C.y ? 3 : 5', 3, 5],
  ['const uvec2 A = uvec2(N, 2); const uvec2 C = uvec2(A.x, 3);', 'C.x', 6, 9],
] as const)('%s s[%s] is as long as the component says', async ([constants, length, byDefault, given]) => {
  const spirv = await compiled(`${constants} shared float s[${length}];
    void set() { s[0] = 1.0; }
    void main() { set(); s[0] = float(s.length()); }`);
  expect(reflect(spirv).sharedBytes).toBe(byDefault * 4);
  expect(reflect(spirv, { specialization: GIVEN }).sharedBytes).toBe(given * 4);
});

test('components that only functions use stay in them', async () => {
  const spirv = await compiled('shared float s[N]; void main() { s[0] = float(gl_WorkGroupSize.x); }');
  expect(() => wordOf(spirv, 52)).toThrow(new RangeError('the module has no instruction 52'));
  expect(wordOf(spirv, 81)).toBeGreaterThan(wordOf(spirv, 54));
});

test('a length that another compiler left to the function is told, with the way around', () => {
  const words = lengthOf();
  expect(() => reflect(words)).toThrow(
    new ShaderError(
      `Cannot read SPIR-V: at word ${wordOf(words, 28)} an array has id ${LENGTH} for its length, which is no constant; ` +
        'give the length a name, as in const uint LENGTH = gl_WorkGroupSize.x',
    ),
  );
});

test('constants that are made of others without end are refused, and those of a few hundred are read', () => {
  const chain = (count: number): Uint32Array => {
    const sums = Array.from({ length: count }, (_, at) =>
      instruction(52, UINT, 100 + at, 197, at === 0 ? TWO : 99 + at, at === 0 ? TWO : 99 + at),
    );
    return lengthOf(...sums, instruction(52, UINT, LENGTH, 128, 99 + count, THREE));
  };
  expect(reflect(chain(400)).sharedBytes).toBe(5 * 4);
  expect(() => reflect(chain(3000))).toThrow(
    /^Cannot read SPIR-V: at word \d+ constant \d+ is made of others 512 deep; /,
  );
});
