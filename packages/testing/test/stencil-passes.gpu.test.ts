/** What the compiler's passes make of a stencil, on a device, against what its text says, interpreted. `HALOCLINE_LONG=1` runs hundreds. */

import { compileStencil, StencilError } from '@halocline/stencil';
import type { FieldType, Stencil, StencilSource } from '@halocline/stencil';
import fc from 'fast-check';
import { expect } from 'vitest';
import { gpuTest } from '../src/gpu-test.ts';
import { firstDifference, runInterpreter, runOnDevice, sameOrZero } from '../src/stencil-harness.ts';
import { makeWorld } from '../src/stencil-world.ts';
import { environmentOf, valuesOf } from './oracle.ts';
import { RANDOM, randomStencil } from './random-stencil.ts';

const PROGRAMS = process.env['HALOCLINE_LONG'] === '1' ? 500 : 8;

const environment = environmentOf(RANDOM);
const values = valuesOf(RANDOM);
const world = makeWorld(RANDOM.fields, 3, 1);

function compiled(source: StencilSource, optimize: boolean): Stencil | null {
  try {
    return compileStencil(source, environment, { optimize });
  } catch (error) {
    if (error instanceof StencilError && error.message.includes('control never comes to WriteField')) return null;
    throw error;
  }
}

gpuTest(
  `${PROGRAMS} random programs run as their text is interpreted, after all passes`,
  { timeoutMs: 3_600_000, validation: false },
  async ({ device }) => {
    await fc.assert(
      fc.asyncProperty(randomStencil(false), async (source) => {
        const plain = compiled(source, false);
        fc.pre(plain !== null);
        const oracle = runInterpreter(plain, world, values);
        const result = await runOnDevice(device, compiled(source, true)!, world, values, { shape: 'loop' });
        expect(firstDifference(world, result, oracle, sameOrZero)).toBeNull();
      }),
      { numRuns: PROGRAMS, seed: 23, endOnFailure: true },
    );
  },
);

gpuTest(
  'a switch that falls through, and a loop that goes on from it, run as they are interpreted',
  {},
  async ({ device }) => {
    const code = `float r = 0.0; for (int i = 0; i < 9; i++) {
      switch ((coord.x + i) % 5) { case 0: r += 1.0; case 1: r += 10.0; if (i > 3) continue; break;
        default: r += 100.0; case -1: r *= 1.5; break; case 2: if (coord.y > 3) return; r -= 7.0; }
      r += 1000.0; }
    WriteField("made", idx, r);`;
    const source = { name: 'test', inputs: [], outputs: ['made'], code };
    const oracle = runInterpreter(compiled(source, false)!, world, values);
    for (const shape of ['quad', 'loop'] as const) {
      const result = await runOnDevice(device, compiled(source, true)!, world, values, { shape });
      expect(firstDifference(world, result, oracle)).toBeNull();
    }
  },
);

gpuTest(
  'fields of arrays run as they are interpreted',
  { features: ['storageBuffer16BitAccess'] },
  async ({ device }) => {
    const types = new Map<string, FieldType>([
      ['f', 'float32[5]'],
      ['half', 'float16[6]'],
    ]);
    const arrays = makeWorld(types, 5, 1);
    const code = `const ivec3 c[5] = {ivec3(0), ivec3(1, 0, 0), ivec3(-1, 0, 0), ivec3(0, 1, 0), ivec3(0, 0, -1)};
    float g[5]; float rho = 0.0; float h[6] = ReadField("half", coord + 1);
    for (int q = 0; q < 5; q++) { g[q] = ReadField("f", coord - c[q])[q]; rho += g[q]; }
    for (int q = 0; q < 5; q++) { g[q] += 0.5 * (0.25 * rho - g[q]); h[q + 1] = h[q] * 0.5 + g[q]; }
    WriteField("f", idx, g); WriteField("half", idx, h);`;
    const source = { name: 'test', inputs: [...types.keys()], outputs: [...types.keys()], code };
    const stencil = compileStencil(source, { ...environment, fields: types });
    const oracle = runInterpreter(stencil, arrays, values);
    for (const shape of ['quad', 'loop'] as const) {
      const result = await runOnDevice(device, stencil, arrays, values, { shape });
      expect(firstDifference(arrays, result, oracle)).toBeNull();
    }
  },
);
