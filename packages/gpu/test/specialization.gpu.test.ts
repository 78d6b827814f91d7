/** Pipelines of specialized shaders: sizes as the driver has them, and values that are refused before it sees them. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device, GraphicsPipeline } from '../src/index.ts';
import { constantValue } from '../src/shader/spirv-constants.ts';
import { readSpirv } from '../src/shader/spirv-read.ts';
import { messageOf } from './message-of.ts';
import { assemble, instruction } from './spirv-assembler.ts';
import { wordsIn } from './kernels.ts';

const SHARED = `layout(local_size_x = 8) in;
layout(constant_id = 0) const uint N = 64;
shared float s[N + 2];
layout(binding = 0) buffer B { float b[]; };
void main() { s[gl_LocalInvocationID.x % N] = 1.0; barrier(); b[0] = s[0]; b[1] = float(s.length()); }`;

/** What createPipeline answers. */
function answer(device: Device, spirv: Uint32Array, specialization: Record<number, unknown>): string {
  try {
    using pipeline = device.createPipeline({
      label: 'it',
      spirv,
      specialization: specialization as Record<number, number>,
    });
    return `${pipeline.reflection.sharedBytes} bytes shared`;
  } catch (error) {
    return (error as Error).message;
  }
}

gpuTest('shared memory is counted with the values that are given', {}, async ({ device }) => {
  const spirv = await device.compile(SHARED, { label: 'shared' });
  const large = await device.compile(SHARED.replace('= 64', '= 1000000'), { label: 'large' });
  const { name, limits } = device;
  const refused = `Cannot use shader "it": device "${name}" lacks 4000008 bytes of shared memory (it has ${limits.maxSharedBytes}); choose another device`;
  expect(answer(device, spirv, {})).toBe('264 bytes shared');
  expect(answer(device, spirv, { 0: undefined })).toBe('264 bytes shared');
  expect(answer(device, spirv, { 0: 1_000_000 })).toBe(refused);
  expect(answer(device, large, {})).toBe(refused);
  expect(answer(device, large, { 0: 16 })).toBe('72 bytes shared');
});

gpuTest('shared memory is as long as a workgroup that is specialized', {}, async ({ device }) => {
  const text = `layout(local_size_x_id = 0) in;
    shared uint s[gl_WorkGroupSize.x];
    layout(binding = 0) buffer B { uint b[]; };
    void main() {
      uint i = gl_LocalInvocationID.x;
      s[i] = i * 10;
      barrier();
      b[i] = s[s.length() - 1 - i];
    }`;
  const spirv = await device.compile(text, { label: 'reversed' });
  using pipeline = device.createPipeline({ label: 'reversed', spirv, specialization: { 0: 4 } });
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await pipeline.run([words], { threads: 4 });
  expect([pipeline.reflection.sharedBytes, await wordsIn(device, words)]).toEqual([16, [30, 20, 10, 0]]);
});

gpuTest('an array of bindings has the length that it is given', {}, async ({ device }) => {
  const text = `layout(local_size_x = 1) in;
    layout(constant_id = 0) const uint N = 2;
    layout(binding = 0) buffer B { uint b[]; } b[N];
    void main() { for (uint i = 0; i < N; i++) b[i].b[0] = 10 + i; }`;
  const spirv = await device.compile(text, { label: 'several' });
  using pipeline = device.createPipeline({ label: 'several', spirv, specialization: { 0: 4 } });
  expect(pipeline.signature.bindings.map(({ count }) => count)).toEqual([4]);
  const buffers = [0, 1, 2, 3].map((at) => device.createBuffer({ label: `b${at}`, byteLength: 4 }));
  await pipeline.run([buffers], { threads: 1 });
  const found = await Promise.all(buffers.map((buffer) => wordsIn(device, buffer)));
  for (const buffer of buffers) buffer[Symbol.dispose]();
  expect(found).toEqual([[10], [11], [12], [13]]);
});

gpuTest('a value that its constant cannot hold is refused', {}, async ({ device }) => {
  const text = `#extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
    layout(local_size_x_id = 0) in;
    layout(constant_id = 1) const int K = 1;
    layout(constant_id = 2) const bool F = true;
    layout(constant_id = 3) const float X = 1;
    layout(binding = 0) buffer B { float b[]; };
    void main() { b[0] = F ? X : K; }`;
  const spirv = await device.compile(text, { label: 'values' });
  const act = 'Cannot create pipeline "it":';
  const int = 'give a whole number from -2147483648 to 2147483647';
  const uint = 'give a whole number from 0 to 4294967295';
  const cases: [Record<number, unknown>, string][] = [
    [{ 0: 8, 1: -1, 2: false, 3: Infinity }, '0 bytes shared'],
    [{ 0: true, 1: 2 ** 31 - 1, 2: 0, 3: NaN }, '0 bytes shared'],
    [{ 0: NaN }, `${act} specialization constant 0 is given NaN; ${uint}`],
    [{ 0: -4 }, `${act} specialization constant 0 is given -4; ${uint}`],
    [{ 0: 8.5 }, `${act} specialization constant 0 is given 8.5; ${uint}`],
    [{ 0: 2 ** 32 }, `${act} specialization constant 0 is given 4294967296; ${uint}`],
    [{ 0: 0 }, `${act} its workgroup has 0 threads in x; specialize constant 0 with 1 or more`],
    [{ 0: false }, `${act} its workgroup has 0 threads in x; specialize constant 0 with 1 or more`],
    [{ 1: '2' }, `${act} specialization constant 1 K is given "2"; ${int}`],
    [{ 1: 2 ** 31 }, `${act} specialization constant 1 K is given 2147483648; ${int}`],
    [{ 1: 1n }, `${act} specialization constant 1 K is given a value of type bigint; ${int}`],
    [{ 2: 2 }, `${act} specialization constant 2 F is given 2; give true or false`],
    [{ 2: [] }, `${act} specialization constant 2 F is given a value of type object; give true or false`],
    [{ 3: 1e39 }, `${act} specialization constant 3 X is given 1e+39; give a number that 32 bits hold`],
    [{ 3: null }, `${act} specialization constant 3 X is given null; give a number`],
    [{ 4: 1 }, `${act} the shader has no specialization constant 4; it has 0, 1, 2, 3`],
  ];
  for (const [values, message] of cases) expect([values, answer(device, spirv, values)]).toEqual([values, message]);
});

gpuTest('constants that share an id get the same bits, which mean the value to each', {}, async ({ device }) => {
  const text = (type: string): string => `layout(local_size_x_id = 0) in;
    layout(constant_id = 0) const ${type} K = ${type}(1);
    layout(binding = 0) buffer B { uint b[]; };
    void main() { b[gl_LocalInvocationID.x] = uint(K); }`;
  const spirv = await device.compile(text('int'), { label: 'int' });
  using pipeline = device.createPipeline({ label: 'int', spirv, specialization: { 0: 4 } });
  using words = device.createBuffer({ label: 'words', byteLength: 16 });
  await pipeline.run([words], { threads: 4 });
  expect(await wordsIn(device, words)).toEqual([4, 4, 4, 4]);
  expect(answer(device, await device.compile(text('float'), { label: 'float' }), { 0: 4 })).toBe(
    'Cannot create pipeline "it": specialization constant 0 is given 4, and is both a float of 32 bits (K) and ' +
      'a uint of 32 bits, which hold it in different bits; give each of them an id of its own',
  );
});

const WIDTHS = [8, 16, 32, 64] as const;
const [VOID, FUNCTION_TYPE, MAIN, LABEL, UINT, WORDS, BLOCK, POINTER, BUFFER, WORD, BOOL, ZERO] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;
const INTEGERS = { 8: [20, 21], 16: [22, 23], 32: [UINT, 24], 64: [25, 26] } as const;
const UNSIGNED = [134, 137];
const ARITHMETIC = [128, 130, 132, 135, 138, 139, 194, 195, 196, 197, 198, 199];
/** OpSRem, OpSMod: of negative numbers Vulkan leaves them open before VK_KHR_maintenance8, and NVIDIA's driver takes bytes as they are. */
const REMAINDERS = [138, 139];
const COMPARISONS = [170, 171, 172, 173, 174, 175, 176, 177, 178, 179];
const LOGIC = [164, 165, 166, 167];

/** Bits that are worth trying: at the edges, and in between. */
function patterns(width: number): bigint[] {
  const top = 1n << BigInt(width - 1);
  return [3n, top, top - 1n, 2n * top - 1n, 0x5a5a5a5a5a5a5a5an].map((each) => BigInt.asUintN(width, each));
}

/** Every operation on every pair of these widths: a module that writes the results, and the constants that are the results. */
function everyOperation(widths: readonly (8 | 16 | 32 | 64)[]): { spirv: Uint32Array; results: number[] } {
  const [constants, body, results]: [number[][], number[][], number[]] = [[], [], []];
  let next = 100;
  const made = (into: number[][], opcode: number, type: number, ...operands: number[]): number => {
    into.push(instruction(opcode, type, next, ...operands));
    return next++;
  };
  const constant = (width: 8 | 16 | 32 | 64, signed: 0 | 1, bits: bigint): number => {
    const extended = signed === 1 ? BigInt.asIntN(width, bits) : bits;
    const words = [Number(BigInt.asUintN(32, extended)), Number(BigInt.asUintN(32, extended >> 32n))];
    return made(constants, 43, INTEGERS[width][signed], ...words.slice(0, width === 64 ? 2 : 1));
  };
  const [one, yes, no] = [made(constants, 43, UINT, 1), made(constants, 41, BOOL), made(constants, 42, BOOL)];
  const numbered = (at: number): number => made(constants, 43, UINT, at);
  const keep = (id: number, bits: number): void => {
    const low = bits === 1 ? made(body, 169, UINT, id, one, ZERO) : bits === 32 ? id : made(body, 113, UINT, id);
    const high = bits === 64 ? made(body, 113, UINT, made(body, 194, INTEGERS[64][0], id, numbered(32))) : ZERO;
    for (const [half, value] of [low, high].entries()) {
      const pointer = made(body, 65, WORD, BUFFER, ZERO, numbered(results.length * 2 + half));
      body.push(instruction(62, pointer, value));
    }
    results.push(id);
  };
  for (const width of widths) {
    const [unsigned] = INTEGERS[width];
    for (const signed of [0, 1] as const) {
      for (const a of patterns(width)) {
        const left = constant(width, signed, a);
        for (const other of widths.filter((each) => each !== width)) {
          keep(made(constants, 52, INTEGERS[other][0], signed === 1 ? 114 : 113, left), other);
        }
        for (const unary of [126, 200]) keep(made(constants, 52, unsigned, unary, left), width);
        for (const b of patterns(width).slice(0, 2)) {
          const right = constant(width, signed, b);
          const small = constant(32, 0, b % BigInt(width));
          for (const each of [...ARITHMETIC, ...(signed === 1 ? [] : UNSIGNED)]) {
            if (REMAINDERS.includes(each) && [a, b].some((bits) => BigInt.asIntN(width, bits) < 0n)) continue;
            const by = each >= 194 && each <= 196 ? small : right;
            keep(made(constants, 52, unsigned, each, left, by), width);
          }
          for (const each of COMPARISONS) keep(made(constants, 52, BOOL, each, left, right), 1);
        }
      }
    }
  }
  for (const a of [yes, no]) {
    keep(made(constants, 52, BOOL, 168, a), 1);
    for (const b of [yes, no]) for (const each of LOGIC) keep(made(constants, 52, BOOL, each, a, b), 1);
  }
  const capabilities = { 8: 39, 16: 22, 32: 1, 64: 11 };
  const spirv = assemble(
    [...new Set([1, ...widths.map((width) => capabilities[width])])]
      .map((each) => instruction(17, each))
      .concat([
        instruction(14, 0, 1),
        instruction(15, 5, MAIN, 'main', BUFFER),
        instruction(16, MAIN, 17, 1, 1, 1),
        instruction(71, WORDS, 6, 4),
        instruction(72, BLOCK, 0, 35, 0),
        instruction(71, BLOCK, 2),
        instruction(71, BUFFER, 34, 0),
        instruction(71, BUFFER, 33, 0),
        instruction(19, VOID),
        instruction(33, FUNCTION_TYPE, VOID),
        instruction(20, BOOL),
        ...widths.flatMap((width) => [0, 1].map((signed) => instruction(21, INTEGERS[width][signed]!, width, signed))),
        instruction(29, WORDS, UINT),
        instruction(30, BLOCK, WORDS),
        instruction(32, POINTER, 12, BLOCK),
        instruction(32, WORD, 12, UINT),
        instruction(59, POINTER, BUFFER, 12),
        instruction(43, UINT, ZERO, 0),
        ...constants,
        instruction(54, VOID, MAIN, 0, FUNCTION_TYPE),
        instruction(248, LABEL),
        ...body,
        instruction(253),
        instruction(56),
      ]),
  );
  spirv[3] = next;
  return { spirv, results };
}

const NEEDS = { 8: 'shaderInt8', 16: 'shaderInt16', 32: undefined, 64: 'shaderInt64' } as const;

gpuTest('constants are what the driver makes of them', {}, async ({ device }) => {
  const widths = WIDTHS.filter((width) => NEEDS[width] === undefined || device.features[NEEDS[width]] === true);
  const { spirv, results } = everyOperation(widths);
  using pipeline = device.createPipeline({ label: 'all', spirv });
  using words = device.createBuffer({ label: 'words', byteLength: results.length * 8 });
  await pipeline.run([words], { threads: 1 });
  const found = new BigUint64Array(Uint32Array.from(await wordsIn(device, words)).buffer);
  const { module } = readSpirv(spirv);
  const wrong = results.flatMap((id, at) => {
    constantValue(module, id, 0);
    const [ours, theirs] = [module.constants.get(id), found[at]];
    return ours === theirs ? [] : [[id, ours, theirs]];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(results.length).toBeGreaterThan(500);
});

// Debian's layer (1.3.239) holds what stages hand on against the defaults of its lengths.
gpuTest('an array that stages hand on has the length that it is given', { validation: false }, async ({ device }) => {
  const vertex = `layout(constant_id = 0) const int N = 1; layout(location = 0) out float v[N];
    void main() {
      for (int i = 0; i < N; i++) v[i] = 0.2 * float(i + 1);
      gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1);
    }`;
  const fragment = `layout(location = 0) in float v[4]; layout(location = 0) out float color;
    void main() { color = v[0] + v[3]; }`;
  const [first, second] = [
    await device.compile(vertex, { label: 'v', stage: 'vertex' }),
    await device.compile(fragment, { label: 'f', stage: 'fragment' }),
  ];
  const create = (length: number): GraphicsPipeline =>
    device.createGraphicsPipeline({
      label: 'draw',
      vertex: { spirv: first, specialization: { 0: length } },
      fragment: { spirv: second },
      color: ['r32float'],
    });
  expect(messageOf(() => create(3))).toBe(
    'Cannot create pipeline "draw": its fragment shader reads 1 float at location 3 v, which its vertex shader doesn\'t write; write it there',
  );
  using pipeline = create(4);
  using image = device.createImage({ label: 'picture', size: [1, 1], format: 'r32float' });
  await device.submitOnce('draw', (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image }] }, (to) => to.pipeline(pipeline).draw(3)),
  );
  const texels = await device.downloadImage(image, { before: 'color-attachment' });
  expect(new Float32Array(texels.buffer)[0]).toBeCloseTo(1, 5);
});
