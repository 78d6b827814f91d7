/** Computed reads that the compiler knows to stay near, in a domain that is cut: they need no radius, and none holds them. */
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type StencilOptions } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [0, 0, 0], max: [40, 16, 20] } as const;

/** Marches up to six voxels along x, and takes a value of a column that is held near. */
const code = `float s = 0.0;
  for (int n = 1; n <= 6; n++) { if (s > 2.0) break; s += ReadField("u", coord + ivec3(n, 0, -n / 2)); }
  ivec3 p = clamp(ivec3(17, coord.y, 3), coord - ivec3(4, 0, 5), coord + ivec3(4, 0, 5));
  WriteField("u", idx, 0.3 * s + 0.5 * ReadField("u", p));`;

async function valuesAfter(device: Device, subdomains: number, stencil: Partial<StencilOptions>): Promise<string> {
  await using simulation = await Simulation.create({ device, domain, subdomains });
  simulation.addField('u', 'float32', 0);
  simulation.addStencil('march', { inputs: ['u'], outputs: ['u'], code, ...stencil });
  await simulation.field('u').write((i, j, k) => Math.abs(Math.sin(0.37 * i) + Math.cos(0.53 * j + 0.71 * k)));
  for (let step = 0; step < 4; step++) await simulation.runTimestep(0.1);
  const { values, leaf } = (await simulation.field('u').read()).tree;
  return `${leaf.origins.join()} ${values.join()}`;
}

gpuTest(
  'reads that stay near give the same bits in one subdomain and in four, without a radius',
  PLAIN,
  async ({ device }) => {
    const whole = await valuesAfter(device, 1, {});
    expect(await valuesAfter(device, 4, {})).toBe(whole);
    expect(await valuesAfter(device, 4, { neighborRadius: 6 })).toBe(whole);
  },
);

gpuTest('a radius that is less is the end of them, as of any computed read', PLAIN, async ({ device }) => {
  await expect(valuesAfter(device, 4, { neighborRadius: 3 })).rejects.toThrow(
    /^Cannot run stencil "march": at voxel \(\d+, \d+, \d+\) in step 0 it reads "u" more than 3 voxels away/,
  );
});
