import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';

gpuTest(
  'doubles are computed with where the device has them, and refused by name where not',
  {},
  async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [8, 8, 8] } });
    simulation.addField('u', 'float32', 0);
    simulation.addStencil('small', {
      outputs: ['u'],
      code: 'double x = 1.0lf + 1e-12lf; WriteField("u", idx, float((x - 1.0lf) * 1e12lf));',
    });
    if (device.features['shaderFloat64'] !== true) {
      await expect(simulation.initialize()).rejects.toThrow('this device has no double numbers; use float');
      return;
    }
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(1, 2, 3)).toBe(Math.fround((1 + 1e-12 - 1) * 1e12));
  },
);
