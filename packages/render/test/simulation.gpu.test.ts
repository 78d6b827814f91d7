import { Simulation } from '@halocline/engine';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Renderer } from '../src/index.ts';

const opacityFor = (steps: number): number => 255 * (1 - Math.exp(-0.25 * steps * 0.1 * 16));

gpuTest('a picture shows the field after every step submitted before it', {}, async ({ device }) => {
  await using sim = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 16, 16] } });
  sim.addField('density', 'float32', 0);
  sim.addStencil('grow', {
    inputs: ['density'],
    outputs: ['density'],
    code: 'WriteField("density", idx, ReadField("density", coord) + 0.25);',
  });
  await sim.initialize();
  await using renderer = await Renderer.create(device);
  for (const steps of [1, 2, 3, 4]) {
    await sim.runTimestep(0.1);
    const { pixels } = await renderer.render(await sim.volume(['density']), {
      width: 9,
      height: 9,
      camera: { eye: [7.5, 7.5, 4000], target: [7.5, 7.5, 7.5], fov: 1 },
      transfer: { extinction: 0.1 },
      step: 0.25,
      background: 'transparent',
    });
    expect(Math.abs(pixels[(4 * 9 + 4) * 4 + 3]! - opacityFor(steps)), `after ${steps} steps`).toBeLessThan(2.5);
  }
});
