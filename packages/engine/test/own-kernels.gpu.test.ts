/** Kernels of one's own, against what the same sums give in JavaScript. */
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { Simulation, type KernelOptions } from '../src/index.ts';

const domain = { min: [-8, -8, 0], max: [16, 8, 8] } as const;
const places = Array.from(
  { length: 24 * 16 * 8 },
  (_, n) => [Math.floor(n / 128) - 8, (Math.floor(n / 8) % 16) - 8, n % 8] as const,
);
const start = (i: number, j: number, k: number): number => (7 * i + 3 * j * k + i * j) % 11;

const WALK = `for (uint turn = 0; turn < turns(); turn++) {
  Voxel v;
  if (!takeVoxel(turn, v)) continue;
`;
const blur: KernelOptions = {
  inputs: ['u'],
  outputs: ['u'],
  parameters: ['k'],
  glsl: `#include "halocline.glsl"
layout(local_size_x = 128) in;
void main() {
  ${WALK}
  write_u(v, read_u(v) + k * dt * (read_u(v.coord + ivec3(1, 0, 0)) - 2.0 * read_u(v) + read_u(v.coord - ivec3(1, 0, 0))));
  }
}`,
};

function blurred(steps: number): Map<string, number> {
  let now = new Map(places.map((at) => [String(at), start(...at)]));
  for (let step = 0; step < steps; step++) {
    now = new Map(
      places.map(([i, j, k]) => {
        const value = (di: number): number => now.get(String([i + di, j, k])) ?? 0;
        return [String([i, j, k]), value(0) + 0.5 * 0.5 * (value(1) - 2 * value(0) + value(-1))];
      }),
    );
  }
  return now;
}

describe('a kernel of one’s own', () => {
  for (const subdomains of [1, 3]) {
    gpuTest(`reads neighbours and parameters as they were, over ${subdomains} subdomains`, {}, async ({ device }) => {
      await using simulation = await Simulation.create({ device, domain, subdomains });
      const u = simulation.addField('u', 'float32');
      simulation.addParameter('k', 'float', 0.5);
      simulation.registerKernel('blur', blur);
      await u.write(start);
      for (let step = 0; step < 3; step++) await simulation.runTimestep(0.5);
      const values = await u.read();
      const expected = blurred(3);
      for (const at of places) expect(values.get(...at), String(at)).toBe(expected.get(String(at)));
    });
  }

  gpuTest('is ordered among stencils by what it reads and writes', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('a', 'float32', 1);
    simulation.addField('b', 'float32', 0);
    simulation.addStencil('first', {
      inputs: ['a'],
      outputs: ['a'],
      code: 'WriteField("a", idx, ReadField("a", idx) + 1.0);',
    });
    simulation.registerKernel('second', {
      inputs: ['a'],
      outputs: ['b'],
      neighborRadius: 0,
      glsl: `#include "halocline.glsl"\nlayout(local_size_x = 256) in;\nvoid main() { ${WALK} write_b(v, 10.0 * read_a(v)); } }`,
    });
    simulation.addStencil('third', {
      inputs: ['b'],
      outputs: ['c'],
      code: 'WriteField("c", idx, ReadField("b", idx) + 5.0);',
    });
    simulation.addStencil('apart', { outputs: ['d'], code: 'WriteField("d", idx, 1.0);' });
    await simulation.runTimestep(1);
    expect((await simulation.field('c').read()).get(0, 0, 0)).toBe(25);
    expect(simulation.explain()).toContain('order: first apart | second | third');
  });
});
