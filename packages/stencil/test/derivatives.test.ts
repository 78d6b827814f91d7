import { describe, expect, test } from 'vitest';
import { compileStencil, emitGlsl, interpret } from '../src/index.ts';
import type { Elements, InterpreterWorld } from '../src/index.ts';
import { bodyOf, compileText, environment } from './compile-text.ts';

/** One full leaf at the origin, density and velocity by formulas; gives what a text writes. */
function leafOf(
  code: string,
  density: (i: number, j: number, k: number) => number,
  velocity: (i: number, j: number, k: number) => readonly number[] = () => [0, 0, 0],
  h: number = 0.5,
): (i: number, j: number, k: number) => number {
  const number = (i: number, j: number, k: number): number => 512 + (i << 6) + (j << 3) + k;
  const arrays = [0, 1, 2, 3].map(() => new Float32Array(1024));
  for (let at = 0; at < 512; at++) {
    const place = [at >> 6, (at >> 3) & 7, at & 7] as const;
    [density(...place), ...velocity(...place)].forEach((value, a) => (arrays[a]![512 + at] = value));
  }
  const out = new Float32Array(1024);
  const world: InterpreterWorld = {
    same: {
      leaves: [1],
      slotAt: (i, j, k) => ((i | j | k) >> 3 === 0 ? 1 : 0),
      origin: () => [0, 0, 0],
      masks: new Uint32Array(32).fill(0xffffffff, 16),
      fields: new Map<string, readonly Elements[]>([
        ['density', [arrays[0]!]],
        ['velocity', arrays.slice(1)],
      ]),
    },
    outputs: new Map([['density', [out]]]),
    dt: 0.1,
    time: 0,
    frame: 0,
    voxelSize: Math.fround(h),
    indexToWorld: [h, 0, 0, 0, 0, h, 0, 0, 0, 0, h, 0],
    worldToIndex: [1 / h, 0, 0, 0, 0, 1 / h, 0, 0, 0, 0, 1 / h, 0],
    parameters: new Map(),
    scalars: new Map(),
  };
  interpret(compileText(code), world);
  return (i, j, k) => out[number(i, j, k)]!;
}

describe('derivatives', () => {
  test('are taps of reach one', () => {
    const code = 'WriteField("density", idx, Laplacian("density") + Divergence("velocity"));';
    expect(compileText(code).reads.map(({ field, reach, gather }) => ({ field, reach, gather }))).toEqual([
      { field: 'density', reach: { low: [-1, -1, -1], high: [1, 1, 1] }, gather: false },
      { field: 'velocity', reach: { low: [-1, -1, -1], high: [1, 1, 1] }, gather: false },
    ]);
  });

  test('read only the components that they need', () => {
    expect(bodyOf('WriteField("density", idx, Divergence("velocity"));')).toBe(
      'write "density" (((("velocity".x[1,0,0] - "velocity".x[-1,0,0]) + ("velocity".y[0,1,0] - "velocity".y[0,-1,0])) + ' +
        '("velocity".z[0,0,1] - "velocity".z[0,0,-1])) * (1.0 / (2.0 * max(voxelSize, 1.1754943508222875e-38))))',
    );
  });

  test('the Laplacian of i² + 2 j² + 3 k² at h = ½ is 12 / h²', () => {
    const at = leafOf('WriteField("density", idx, Laplacian("density"));', (i, j, k) => i * i + 2 * j * j + 3 * k * k);
    expect(at(3, 4, 5)).toBe(48);
  });

  test('the gradient of 100 i + 10 j + k is (100, 10, 1) / h', () => {
    const code = 'vec3 g = Gradient("density"); WriteField("density", idx, g.x + 1000.0 * g.y + 100000.0 * g.z);';
    expect(leafOf(code, (i, j, k) => 100 * i + 10 * j + k)(3, 4, 5)).toBe(220200);
  });

  test('the gradient of a component, and the Laplacian of a vector', () => {
    const code = 'WriteField("density", idx, Gradient("velocity_y").x + Laplacian("velocity").z);';
    const at = leafOf(
      code,
      () => 0,
      (i, j, k) => [0, 3 * i, k * k],
    );
    expect(at(3, 4, 5)).toBe(6 + 8);
  });

  test('the divergence of (i, 2 j, 3 k) is 6 / h', () => {
    const at = leafOf(
      'WriteField("density", idx, Divergence("velocity"));',
      () => 0,
      (i, j, k) => [i, 2 * j, 3 * k],
    );
    expect(at(3, 4, 5)).toBe(12);
  });

  test('the curl of (2 k − 3 j, 5 i − 7 k, 11 j − 13 i) is (18, 15, 8) / h', () => {
    const at = leafOf(
      'vec3 c = Curl("velocity"); WriteField("density", idx, c.x + 100.0 * c.y + 10000.0 * c.z);',
      () => 0,
      (i, j, k) => [2 * k - 3 * j, 5 * i - 7 * k, 11 * j - 13 * i],
    );
    expect(at(3, 4, 5)).toBe(36 + 3000 + 160000);
  });

  test.each([
    ['Laplacian("density")', 2 * (1 - 2 + 3)],
    ['Gradient("density").y', 2 - 4 * 0.3 * 4],
    ['Divergence("velocity")', 2 + 5 - 8],
    ['Curl("velocity").z', 11 - 3],
  ])('%s of a polynomial is what calculus says at h = 0.3 too', (code, exact) => {
    const h = 0.3;
    const at = leafOf(
      `WriteField("density", idx, ${code});`,
      (i, j, k) => h ** 2 * (i * i - 2 * j * j + 3 * k * k) + 2 * h * j,
      (i, j, k) => [h * (2 * i + 3 * j), h * (5 * j + 11 * i), -8 * h * k],
      h,
    );
    expect(Math.abs(at(3, 4, 5) / exact - 1)).toBeLessThan(1e-5);
  });

  test.each([1e-25, 2 ** -126, 1e-40, 2 ** -149, Number.MIN_VALUE, 1e25, 1e38])(
    'of fields that are still are 0 at h = %s',
    (h) => {
      const code = (value: string): string => `WriteField("density", idx, ${value});`;
      const values = [
        'Laplacian("density")',
        'Laplacian("velocity").y',
        'Gradient("density").x',
        'Divergence("velocity")',
        'Curl("velocity").z',
      ];
      const still = (value: string): number =>
        leafOf(
          code(value),
          () => 3,
          () => [4, 5, 6],
          h,
        )(3, 4, 5);
      expect(values.map(still)).toEqual([0, 0, 0, 0, 0]);
    },
  );

  test('the Laplacian of i² at h = 2⁻⁷⁰ is 2 / h², though 1 / h² is beyond floats', () => {
    const at = leafOf(
      'WriteField("density", idx, Laplacian("density"));',
      (i) => 2 ** -40 * i * i,
      undefined,
      2 ** -70,
    );
    expect(at(3, 4, 5)).toBe(2 ** 101);
  });

  /** Divisions in a shader's text. */
  const divisions = (code: string): number => {
    const source = { name: 's', inputs: ['density', 'velocity'], outputs: ['density'], code };
    const text = emitGlsl(compileStencil(source, environment), { parameters: new Map(), scalars: new Map() });
    return text.split(' / ').length - 1;
  };

  test.each(['Laplacian("density")', 'Gradient("density").x', 'Divergence("velocity")', 'length(Curl("velocity"))'])(
    '%s divides once, however many voxels a thread has',
    (code) => {
      expect(divisions(`WriteField("density", idx, ${code});`)).toBe(1);
    },
  );

  test('share what they divide, in loops too', () => {
    const code = `float sum = 0.0;
      for (int i = 0; i < 5; i++) { vec3 g = Gradient("density"); sum += float(i) * dot(g, Curl("velocity")) + Divergence("velocity"); }
      WriteField("density", idx, sum);`;
    expect(divisions(code)).toBe(1);
  });
});

/** The same hash in BigInt-free JavaScript, written apart from the compiler. */
function expectedRandom(i: number, j: number, k: number, seed: number): number {
  const hash = (input: number): number => {
    const state = (Math.imul(input, 747796405) + 2891336453) >>> 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
    return ((word >>> 22) ^ word) >>> 0;
  };
  return ([i, j, k].reduce((h, x) => hash((x + h) >>> 0), hash(seed >>> 0)) >>> 8) / 2 ** 24;
}

describe('Random', () => {
  test('is the chained hash of seed and coordinate', () => {
    const at = leafOf('WriteField("density", idx, Random(coord, -7));', () => 0);
    for (const [i, j, k] of [
      [0, 0, 0],
      [3, 4, 5],
      [7, 0, 7],
    ] as const)
      expect(at(i, j, k)).toBe(expectedRandom(i, j, k, -7));
  });

  test('lies in [0, 1), about evenly, and differs by seed and by axis', () => {
    const at = leafOf('WriteField("density", idx, Random(coord, frame));', () => 0);
    const values = Array.from({ length: 512 }, (_, n) => at(n >> 6, (n >> 3) & 7, n & 7));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(values).size).toBe(512);
    expect(values.reduce((sum, value) => sum + value) / 512).toBeCloseTo(0.5, 1);
    expect(at(1, 2, 3)).not.toBe(at(3, 2, 1));
  });

  test('takes coordinates and seeds that are computed, in functions too', () => {
    const code = `float noise(ivec3 p, int n) { return Random(p * 2, n + 1); }
      WriteField("density", idx, noise(coord - ivec3(1), coord.x));`;
    expect(leafOf(code, () => 0)(3, 4, 5)).toBe(expectedRandom(4, 6, 8, 4));
  });
});
