import {
  coord,
  coordToWorld,
  dt,
  float,
  laplacian,
  loop,
  math,
  random,
  reduceMax,
  stencil,
} from '@halocline/stencil/trace';
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import type { StencilOptions } from '../src/index.ts';

const domain = { min: [-8, -8, -8], max: [8, 8, 8] } as const;

/** A smoke-like pair of stencils in the language, and the same in TypeScript. */
const WRITTEN: Readonly<Record<string, StencilOptions>> = {
  spread: {
    inputs: ['u'],
    outputs: ['u'],
    code: `float noise = Random(coord, 5);
      float next = ReadField("u", idx) + dt * k * Laplacian("u") + 0.01 * noise;
      WriteField("u", idx, next); ReduceMax("most", next);`,
  },
  carry: {
    inputs: ['u', 'v'],
    outputs: ['u', 'steps'],
    code: `vec3 position = CoordToWorld(coord);
      for (int i = 0; i < 4; i++) position = position - 0.25 * dt * SampleField("v", position);
      WriteField("u", idx, SampleField("u", position));
      WriteField("steps", idx, length(position - CoordToWorld(coord)));`,
  },
};

const TRACED: Readonly<Record<string, StencilOptions>> = {
  spread: {
    body: stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } }, ({ u, k }) => {
      const noise = random(coord, 5);
      const next = u.add(dt.mul(k).mul(laplacian(u))).add(float(0.01).mul(noise));
      reduceMax('most', next);
      return { u: next };
    }),
  },
  carry: {
    body: stencil({ inputs: { u: 'float32', v: 'vec3' }, outputs: { u: 'float32', steps: 'float32' } }, ({ u, v }) => {
      const { position } = loop(4, { position: coordToWorld(coord) }, (_, state) => ({
        position: state.position.sub(float(0.25).mul(dt).mul(v.sample(state.position))),
      }));
      return { u: u.sample(position), steps: math.length(position.sub(coordToWorld(coord))) };
    }),
  },
};

async function run(
  device: Parameters<Parameters<typeof gpuTest>[2]>[0]['device'],
  stencils: Readonly<Record<string, StencilOptions>>,
): Promise<readonly number[]> {
  await using simulation = await Simulation.create({ device, domain, voxelSize: 0.5 });
  const u = simulation.addField('u', 'float32');
  const v = simulation.addField('v', 'vec3');
  simulation.addParameter('k', 'float', 0.2);
  for (const [name, options] of Object.entries(stencils)) simulation.addStencil(name, options);
  await simulation.initialize();
  await u.write((i, j, k) => Math.sin(i) + Math.cos(j * k));
  await v.write((i, j, k) => [j, -i, 0.5 * k]);
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.05);
  const [values, steps] = [await u.read(), await simulation.field('steps').read()];
  const places = Array.from({ length: 16 ** 3 }, (_, n) => [(n >> 8) - 8, ((n >> 4) & 15) - 8, (n & 15) - 8] as const);
  const most = await simulation.scalar('most').read();
  return [...places.flatMap((place) => [values.get(...place) as number, steps.get(...place) as number]), most];
}

describe('a traced stencil', () => {
  gpuTest('runs, and gives what the same one in the language gives, bit for bit', {}, async ({ device }) => {
    const traced = await run(device, TRACED);
    expect(traced).toEqual(await run(device, WRITTEN));
    expect(new Set(traced).size).toBeGreaterThan(4000);
  });

  gpuTest('brings its inputs, outputs and parameters, and says what the simulation lacks', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32');
    simulation.addStencil('spread', TRACED['spread']!);
    await expect(simulation.initialize()).rejects.toThrow(
      'Cannot compile stencil "spread": there is no parameter "k"; the parameters are none',
    );
  });
});
