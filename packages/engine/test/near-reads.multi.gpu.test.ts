/** Computed reads that the compiler knows to stay near, in a domain that is cut: they need no radius, and none holds them. */
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type SimulationOptions, type StencilOptions } from '../src/index.ts';

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

/** Takes values on faces, and of the finer level, that lie up to nine voxels away; a radius holds what is taken further. */
async function facesAfter(
  device: Device,
  options: Partial<SimulationOptions>,
  neighborRadius: Partial<StencilOptions> = {},
): Promise<string> {
  await using simulation = await Simulation.create({ device, domain, ...options });
  simulation.addField('v', 'vec3', 0, { at: 'faces' });
  simulation.addField('sum', 'float32', 0);
  simulation.level(1).addField('c', 'float32', 0);
  const beyondRadius = 'clamp';
  simulation.addStencil('near', {
    inputs: ['v'],
    outputs: ['sum'],
    beyondRadius,
    code: `ivec3 d = clamp(ivec3(9.0 * ReadField("v", coord)), -9, 9);
      WriteField("sum", idx, ReadField("v_x", coord + d) + 0.5 * ReadField("v_z", coord - d));`,
    ...neighborRadius,
  });
  simulation.level(1).addStencil('fine', {
    inputs: ['sum'],
    outputs: ['c'],
    beyondRadius,
    code: 'WriteField("c", idx, ReadFine("sum", 2 * coord + clamp(coord.yzx - 5, -9, 9)));',
    ...neighborRadius,
  });
  await simulation.field('v').write((i, j, k) => [Math.sin(0.37 * i + k), Math.cos(0.53 * j), Math.sin(0.7 * k - j)]);
  for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
  const fields = [simulation.field('sum'), simulation.level(1).field('c')];
  return (await Promise.all(fields.map(async (field) => (await field.read()).tree.values.join()))).join(' ');
}

gpuTest(
  'a halo as thick as the radius takes values on faces and of the finer level, which go one voxel further',
  PLAIN,
  async ({ device }) => {
    for (const [haloThickness, neighborRadius] of [
      [4, 4],
      [2, 6],
      [9, 9],
      [0, 8],
    ] as const) {
      const whole = await facesAfter(device, {}, { neighborRadius });
      const cut = await facesAfter(device, { subdomains: 5, haloThickness }, { neighborRadius });
      expect({ haloThickness, bits: cut }).toEqual({ haloThickness, bits: whole });
    }
  },
);

gpuTest('a halo that is thinner than reads without a radius names what would do', PLAIN, async ({ device }) => {
  const thin = facesAfter(device, { subdomains: 5, haloThickness: 4 });
  await expect(thin).rejects.toThrow(
    'Cannot run stencil "near": it reads "v" 9 voxels away, and the halo is 4 voxels thick; give haloThickness: 9, or leave it out',
  );
  const cut = await facesAfter(device, { subdomains: 5, haloThickness: 9 + 1 });
  expect(cut).toBe(await facesAfter(device, {}));
});
