/**
 * Every function of GLSL in the language, and every operator on NaN, infinities, denormals and the ends of the integers: shader
 * against interpreter.
 */

import type { Device } from '@halocline/gpu';
import { compileStencil } from '@halocline/stencil';
import type { Environment, FieldType } from '@halocline/stencil';
import { expect } from 'vitest';
import { ulpsBetween } from '../src/closeness.ts';
import { gpuTest } from '../src/gpu-test.ts';
import { firstDifference, runInterpreter, runOnDevice } from '../src/stencil-harness.ts';
import { makeWorld } from '../src/stencil-world.ts';
import type { HostWorld } from '../src/stencil-world.ts';

const fields: ReadonlyMap<string, FieldType> = new Map([
  ['a', 'float32'],
  ['b', 'float32'],
  ['v', 'vec3'],
  ['w', 'vec3'],
  ['n', 'int32'],
  ['u', 'uint32'],
]);
const environment: Environment = { fields, parameters: new Map(), scalars: new Map() };
const plainWorld = makeWorld(fields, 5, 1);

const READS = `float a = ReadField("a", idx); float b = ReadField("b", idx); float c = abs(b) + 0.25;
  vec3 v = ReadField("v", idx); vec3 w = ReadField("w", idx); int n = ReadField("n", idx); uint u = ReadField("u", idx);
  bvec3 t = lessThan(v, w);`;

type Equal = (a: number, b: number) => boolean;

/** Expressions whose shader and interpreter differ, with how; all of them are outputs of a few stencils. */
async function differing(
  device: Device,
  expressions: readonly string[],
  equal: Equal,
  world: HostWorld = plainWorld,
): Promise<string[]> {
  const found: string[] = [];
  for (let start = 0; start < expressions.length; start += 12) {
    const some = expressions.slice(start, start + 12);
    const outputs = some.map((_, at) => `out${at}`);
    const writes = some.map((expression, at) => `WriteField("out${at}", idx, ${expression});`);
    const code = [READS, ...writes].join('\n');
    const stencil = compileStencil({ name: 'functions', inputs: [...fields.keys()], outputs, code }, environment);
    const oracle = runInterpreter(stencil, world);
    const shader = await runOnDevice(device, stencil, world, undefined, { shape: 'loop' });
    for (const [at, output] of outputs.entries()) {
      const one = (result: typeof oracle): typeof oracle => ({
        outputs: new Map([[output, result.outputs.get(output)!]]),
        partials: new Map(),
      });
      const difference = firstDifference(world, one(shader), one(oracle), equal);
      if (difference !== null) found.push(`${some[at]!}: ${difference}`);
    }
  }
  return found;
}

/** Bit for bit: made of + − × and comparisons, or exact by their nature. */
const EXACT = [
  'abs(a) + float(abs(n))',
  'sign(v)',
  'sign(n)',
  'floor(v) + ceil(w)',
  'round(v * 2.0) + roundEven(a * 4.0) + trunc(w)',
  'fract(v)',
  'min(v, w) + max(a, b)',
  'min(u, 7u) + max(u, 9u)',
  'clamp(v, vec3(-1.0), vec3(1.0))',
  'clamp(n, -3, 4)',
  'mix(v, w, a)',
  'mix(v, w, t)',
  'step(v, w)',
  'fma(v, w, v)',
  'dot(v, w)',
  'cross(v, w)',
  'reflect(v, w)',
  'faceforward(v, w, v)',
  'radians(v) + degrees(w)',
  'float(any(t)) + 2.0 * float(all(t)) + 4.0 * float(any(not(t)))',
  'vec3(lessThanEqual(v, w)) + 2.0 * vec3(greaterThan(v, w)) + 4.0 * vec3(greaterThanEqual(v, w))',
  'vec3(equal(v, w)) + 2.0 * vec3(notEqual(v, w))',
  'float(isnan(a)) + 2.0 * float(isinf(b))',
  'floatBitsToInt(a)',
  'floatBitsToUint(b)',
  'intBitsToFloat(n & 0x3fffffff)',
  'uintBitsToFloat(u & 0x3fffffffu)',
  'transpose(mat3(v, w, v))[1] + outerProduct(v, w)[2]',
  'matrixCompMult(mat2(v, a), mat2(w, b))[1].x',
  'determinant(mat3(v, w, v.yzx))',
  'bitCount(n) + findLSB(u) + findMSB(n)',
  'bitfieldExtract(n, 2, 9) + bitfieldInsert(n, 5, 3, 4)',
  'bitfieldReverse(u)',
  'packUnorm2x16(v.xy) ^ packSnorm2x16(w.xy)',
  'packUnorm4x8(vec4(v, a)) ^ packSnorm4x8(vec4(w, b))',
  'packHalf2x16(v.xy)',
  'unpackHalf2x16(u).x',
  'ldexp(a, n & 7)',
  'CoordToWorld(coord) - CoordToWorld(v)',
  'WorldToIndex(v)',
  'vec3(WorldToCoord(v)) + vec3(coord)',
  'float(IsActive(WorldToCoord(CoordToWorld(coord) + v))) + 2.0 * float(IsActive(coord.zxy))',
  'Random(coord, n) + Random(WorldToCoord(w), u)',
  'SampleField("a", CoordToWorld(coord) + v, "nearest")',
  'SampleField("v", CoordToWorld(coord) - 0.5 * w)',
  'float(SampleField("n", CoordToWorld(coord) + w, "nearest"))',
];

/** ÷ and √ themselves, within 2 ulp. */
const BARE = ['a / c', 'v / c', 'sqrt(c)', 'inversesqrt(c)'];

/** Of ÷ and √: a few ulp more. */
const ROOTS = [
  'length(v)',
  'distance(v, w)',
  'normalize(v)',
  'smoothstep(-4.0, 4.0, v)',
  'unpackUnorm2x16(u)',
  'unpackSnorm2x16(u) + 2.0',
  'unpackUnorm4x8(u)',
  'unpackSnorm4x8(u) + 2.0',
];

/** So many ulp. */
const ulps =
  (count: number): Equal =>
  (a, b) =>
    ulpsBetween(a, b) <= count;
/** So far apart at most, whatever the size. */
const within =
  (distance: number): Equal =>
  (a, b) =>
    ulpsBetween(a, b) <= 1 || Math.abs(a - b) <= distance;
const either =
  (one: Equal, other: Equal): Equal =>
  (a, b) =>
    one(a, b) || other(a, b);

/**
 * The driver's own, each as close as the table "Precision of GLSL.std.450 Instructions" of Vulkan's specification (appendix
 * Precision and Operation of SPIR-V Instructions) asks. What it calls inherited has the error that its formula makes of its parts';
 * arguments lie between −4 and 4 here.
 */
const DRIVER: readonly (readonly [expression: string, equal: Equal])[] = [
  // 3 + 2·|x| ulp, x being the logarithm of the result.
  ['exp(a)', (a, b) => ulpsBetween(a, b) <= 3 + 2 * Math.abs(Math.log(b))],
  ['exp2(a)', (a, b) => ulpsBetween(a, b) <= 3 + 2 * Math.abs(Math.log2(b))],
  // 3 ulp outside of [½, 2], 2⁻²¹ within.
  ['log(c)', (a, b) => (Math.abs(b) > Math.LN2 ? ulps(3) : within(2 ** -21))(a, b)],
  ['log2(c)', (a, b) => (Math.abs(b) > 1 ? ulps(3) : within(2 ** -21))(a, b)],
  // exp2(y · log2(x)): what exp2 may, and what less than 2⁻²⁰ of the logarithm makes of its argument.
  ['pow(c, 1.5)', (a, b) => ulpsBetween(a, b) <= 3 + 2 * Math.abs(Math.log2(b)) + 1.5 * 2 ** 24 * Math.LN2 * 2 ** -20],
  // 2⁻¹¹ between −π and π; beyond, nothing is asked.
  ['sin(0.7 * a)', within(2 ** -11)],
  ['cos(0.7 * a)', within(2 ** -11)],
  // sin / cos of up to 0.8, whose cosine is above 0.69.
  ['tan(0.2 * a)', within(2 ** -11 * (1 + Math.tan(0.8)) * 1.5)],
  // 4,096 ulp, and those that are made of it: asin x = atan(x, √(1−x²)).
  ['atan(a)', ulps(4096)],
  ['atan(a, c)', ulps(4096)],
  ['asin(0.1 * a)', ulps(4096 + 8)],
  ['acos(0.1 * a)', ulps(4096 + 8)],
  // Halves of sums of exp(x) and exp(−x): 11 ulp each.
  ['sinh(a)', within(Math.cosh(4) * 12 * 2 ** -23)],
  ['cosh(a)', ulps(16)],
  ['tanh(a)', either(ulps(32), within(24 * 2 ** -23))],
  // Logarithms of x + √(x² ± 1), and of (1+x)/(1−x): 2⁻²¹, or 3 ulp, and what rounding makes of their argument, which for asinh −4
  // is an eighth, the difference of numbers around 4.
  ['asinh(a)', within(2 ** -15)],
  ['acosh(c + 1.0)', within(2 ** -19)],
  ['atanh(0.1 * a)', within(2 ** -20)],
  // x − y·⌊x/y⌋: where x/y is rounded to a whole number, y more or less.
  ['mod(a, c)', within(2 ** -20)],
  ['inverse(mat2(c, 0.5, 0.25, c + 1.0))[1].x', either(ulps(64), within(2 ** -20))],
  ['refract(normalize(v), normalize(w), 0.5)', within(2 ** -20)],
];

gpuTest('functions made of + − × and comparisons agree bit for bit', {}, async ({ device }) => {
  const equal: Equal = (a, b) => a === b || Object.is(a, b);
  expect(await differing(device, EXACT, equal)).toEqual([]);
});

gpuTest('÷ and √ agree within 2 ulp', {}, async ({ device }) => {
  expect(await differing(device, BARE, (a, b) => ulpsBetween(a, b) <= 2)).toEqual([]);
});

gpuTest('functions made of ÷ and √ agree within a few ulp', {}, async ({ device }) => {
  const equal: Equal = (a, b) => ulpsBetween(a, b) <= 4 || Math.abs(a - b) < 1e-7;
  expect(await differing(device, ROOTS, equal)).toEqual([]);
});

gpuTest("the driver's functions agree within Vulkan's precision", {}, async ({ device }) => {
  const found: string[] = [];
  for (const [expression, equal] of DRIVER) found.push(...(await differing(device, [expression], equal)));
  expect(found).toEqual([]);
});

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 3.4e38, -3.4e38, 1.5, 2147483648, -5e9];
const DENORMALS = [1e-40, -1e-45];
const INTEGERS = [0, 1, -1, 2147483647, -2147483648, 31, 32, -7];

/** A world whose fields hold nothing but values at the edges, each beside each. */
function edgeWorld(special: readonly number[]): HostWorld {
  const world = makeWorld(fields, 5, 1);
  for (const [name, arrays] of world.levels.same.fields) {
    const values = name === 'n' || name === 'u' ? INTEGERS : special;
    arrays.forEach((array, component) => {
      const stride = name === 'b' || name === 'w' || name === 'u' ? values.length : 1;
      const list = array as Float32Array;
      for (let at = 0; at < list.length; at++) {
        const value = values[Math.floor(at / stride + component) % values.length]!;
        list[at] = name === 'u' ? value >>> 0 : value;
      }
    });
  }
  return world;
}

gpuTest('NaN, infinities, denormals and the ends of the integers agree bit for bit', {}, async ({ device }) => {
  const expressions = [
    'a + b',
    'a - b',
    'a * b',
    '-a',
    'float(a < b) + 2.0 * float(a <= b) + 4.0 * float(a == b) + 8.0 * float(a != b) + 16.0 * float(a > b)',
    'int(a)',
    'uint(a)',
    'float(bool(a))',
    'float(isnan(a)) + 2.0 * float(isinf(a))',
    'v == w ? 1.0 : 2.0',
    'step(a, b)',
    'packHalf2x16(vec2(a, b))',
    'n + int(u)',
    'n - int(u)',
    'n * int(u)',
    'n / int(u)',
    'n % int(u)',
    '-n',
    'abs(n)',
    'n << int(u)',
    'n >> int(u)',
    'u / uint(n)',
    'u % uint(n)',
    'u << uint(n)',
    'u >> uint(n)',
    'float(n) + float(u)',
  ];
  // Of two zeros any, as devices are free there.
  const equal: Equal = (a, b) => a === b || Object.is(a, b);
  const choices = ['min(a, b)', 'max(a, b)', 'clamp(a, -2.0, 2.0)', 'mix(a, b, a < b)'];
  // The software driver is held to all of it.
  if (device.kind === 'cpu') {
    const all = edgeWorld([...SPECIAL, ...DENORMALS]);
    return expect(await differing(device, [...expressions, ...choices], equal, all)).toEqual([]);
  }
  // A card may take denormals for 0, and of a NaN and a number the number: see the stencil room's README.
  const flushed = (value: number): number => (Math.abs(value) < 2 ** -126 ? 0 : value);
  const equalFlushed: Equal = (a, b) => equal(flushed(a), flushed(b));
  const numbers = choices.map((choice) => `isnan(a) || isnan(b) ? 0.0 : ${choice}`);
  expect(await differing(device, [...expressions, ...numbers], equalFlushed, edgeWorld(SPECIAL))).toEqual([]);
});
