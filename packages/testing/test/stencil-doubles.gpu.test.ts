/** Stencils in double precision: shader against interpreter, bit for bit, in every shape. `HALOCLINE_LONG=1` runs many random ones. */
import type { Device } from '@halocline/gpu';
import { compileStencil } from '@halocline/stencil';
import type { StencilSource } from '@halocline/stencil';
import fc from 'fast-check';
import { expect } from 'vitest';
import { gpuTest } from '../src/gpu-test.ts';
import { runInterpreter, runOnDevice, sameOrZero } from '../src/stencil-harness.ts';
import type { DeviceRunOptions } from '../src/stencil-harness.ts';
import { makeWorld } from '../src/stencil-world.ts';
import { BOTH, differences as differencesOf, environmentOf, valuesOf } from './oracle.ts';
import { DOUBLES, randomDoubles } from './random-doubles.ts';

const LONG = process.env['HALOCLINE_LONG'] === '1';
const PROGRAMS = LONG ? 500 : 15;
const NEEDS = { features: ['shaderFloat64'] } as const;

const environment = environmentOf(DOUBLES);
const values = valuesOf(DOUBLES);
const world = makeWorld(DOUBLES.fields, 5, 1);

type Text = Pick<StencilSource, 'outputs' | 'code'> & Partial<StencilSource>;

function differences(device: Device, text: Text, shapes: readonly DeviceRunOptions[]): Promise<string[]> {
  const stencil = compileStencil({ name: 'test', inputs: [...DOUBLES.fields.keys()], ...text }, environment);
  return differencesOf(device, stencil, { world, values, equal: sameOrZero }, shapes);
}

const SHAPES: readonly DeviceRunOptions[] = [
  ...BOTH,
  ...(['pair', 'row', 'column', 'box'] as const).map((shape) => ({ shape })),
  { shape: 'box', via: 'glsl' },
  { shape: 'box', exchange: false },
  { shape: 'quad', access: 'descriptor' },
];

gpuTest('a box of 27 doubles is the same in every shape', NEEDS, async ({ device }) => {
  const code = `double sum = 0.0lf;
    for (int x = -1; x <= 1; x++) for (int y = -1; y <= 1; y++) for (int z = -1; z <= 1; z++)
      sum += ReadField("d", coord + ivec3(x, y, z)) * double(1 + x + 2 * y + 3 * z) * k;
    WriteField("made", idx, sum);`;
  expect(await differences(device, { outputs: ['made'], code }, SHAPES)).toEqual([]);
});

gpuTest('a sweep over itself keeps what inactive voxels hold', NEEDS, async ({ device }) => {
  const code = `WriteField("d", idx, ReadField("d", idx) + 0.1lf * Laplacian("d"));
    WriteField("w_y", idx, ReadField("w_x", coord + ivec3(0, 0, 1)) * four.y);`;
  expect(await differences(device, { outputs: ['d', 'w'], code }, SHAPES)).toEqual([]);
});

gpuTest('reductions of doubles have one order, and all their bits', NEEDS, async ({ device }) => {
  const code = `double d = ReadField("d", idx); WriteField("made", idx, s * d);
    ReduceSum("sum", d * 1e-9lf); ReduceMin("least", d * k); ReduceMax("most", ReadField("w_z", coord - ivec3(1, 0, 0)));`;
  expect(await differences(device, { outputs: ['made'], code }, BOTH)).toEqual([]);
});

gpuTest('samples of doubles are mixed as doubles', NEEDS, async ({ device }) => {
  const code = `vec3 at = CoordToWorld(coord) + 0.3 * ReadField("a", idx);
    WriteField("made", idx, SampleField("d", at)); WriteField("w", idx, SampleField("w", at, "nearest"));
    WriteField("q", idx, SampleField("q", at));`;
  expect(await differences(device, { outputs: ['made', 'w', 'q'], code }, [{}, { via: 'glsl' }])).toEqual([]);
});

gpuTest('exponents and parts of doubles', NEEDS, async ({ device }) => {
  const code = `double d = ReadField("d", idx); double whole; double part = modf(d * 3.7lf, whole); int e; ivec3 n;
    double m = frexp(d * 1e-300lf, e); dvec3 v = frexp(ReadField("w", idx), n);
    WriteField("made", idx, m + double(e)); WriteField("w", idx, v + dvec3(n) + part); WriteField("d", idx, ldexp(d, e / 2) + whole);
    WriteField("q", idx, dvec2(ldexp(d, 900), ldexp(four.y, -1070)));`;
  expect(await differences(device, { outputs: ['made', 'w', 'd', 'q'], code }, BOTH)).toEqual([]);
});

gpuTest('constants keep all their bits, by GLSL text too', NEEDS, async ({ device }) => {
  const code = `double d = ReadField("d", idx); WriteField("made", idx, d > 0.0lf ? 4.9406564584124654e-324lf : -1.0e-310lf);
    WriteField("d", idx, d > 0.5lf ? 2.2250738585072014e-308lf : d < -0.5lf ? 1.7976931348623157e308lf : -0.0lf);
    WriteField("w", idx, dvec3(0.1lf, -3.0e-320lf, 1.0lf / 3.0lf));`;
  expect(await differences(device, { outputs: ['made', 'd', 'w'], code }, BOTH)).toEqual([]);
});

gpuTest('what is not finite and what is printed is told of doubles too', NEEDS, async ({ device }) => {
  const code = `double d = ReadField("d", idx) * 1.0e-3lf; dvec3 w = ReadField("w", idx); double none = d - d;
    if (coord == ivec3(0)) { d = 1.0e39lf; w = dvec3(1.0lf / none, none / none, -1.0lf / none); }
    printf("%v", d); printf("%.3e of %v at %d", d * 1.0e300lf, w, coord); WriteField("d", idx, d); WriteField("w", idx, w);`;
  const source = { name: 'test', inputs: [...DOUBLES.fields.keys()], outputs: ['d', 'w'], code, debug: true };
  const stencil = compileStencil(source, environment);
  for (const voxel of [
    [0, 0, 0],
    [1, 2, 3],
  ] as const) {
    const oracle = runInterpreter(stencil, world, { ...values, voxel });
    for (const via of ['spirv', 'glsl'] as const) {
      const { debug } = await runOnDevice(device, stencil, world, { ...values, voxel }, { via });
      expect(debug).toEqual(oracle.debug);
    }
    // A double that no float holds is finite.
    expect(oracle.debug!.writes.map(({ component, value }) => [component, value])).toEqual([
      [0, Infinity],
      [1, NaN],
      [2, -Infinity],
    ]);
    if (voxel[0] === 0)
      expect(oracle.debug!.prints).toEqual(['1e+39', 'Infinity of (Infinity, NaN, -Infinity) at (0, 0, 0)']);
    else expect(oracle.debug!.prints[0]).toMatch(/^-?0\.00\d{14,}$/);
  }
});

gpuTest(
  `${PROGRAMS} random programs of doubles (HALOCLINE_LONG=1 for hundreds)`,
  { ...NEEDS, timeoutMs: LONG ? 3_600_000 : 120_000, validation: false },
  async ({ device }) => {
    await fc.assert(
      fc.asyncProperty(randomDoubles, fc.nat(5), async (source, choice) => {
        const shape: DeviceRunOptions = choice === 0 ? {} : { shape: 'loop' };
        expect(await differences(device, source, [shape])).toEqual([]);
      }),
      { numRuns: PROGRAMS, seed: LONG ? Date.now() : 12, endOnFailure: !LONG },
    );
  },
);
