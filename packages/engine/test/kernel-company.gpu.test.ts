/** Kernels beside what else a step has: fused stencils, loops, subdomains. */
import { openDevice } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { kernelText } from './kernel-text.ts';

const domain = { min: [0, 0, 0], max: [24, 16, 8] } as const;
const pointwise = (from: string, to: string, what: string) => ({
  inputs: [from],
  outputs: [to],
  code: `WriteField("${to}", idx, ReadField("${from}", idx) ${what});`,
});

gpuTest('a kernel between stencils that would be one keeps what it reads', {}, async ({ device }) => {
  for (const fusion of [true, false]) {
    await using simulation = await Simulation.create({ device, domain, fusion });
    for (const name of ['a', 'b', 'c', 'd', 'seen']) simulation.addField(name, 'float32', 1);
    simulation.addStencil('first', pointwise('a', 'b', '+ 1.0'));
    simulation.addStencil('second', pointwise('b', 'c', '* 3.0'));
    simulation.registerKernel('look', {
      inputs: ['b'],
      outputs: ['seen'],
      neighborRadius: 0,
      glsl: kernelText('write_seen(v, read_b(v) + 0.5);'),
    });
    simulation.addStencil('third', pointwise('c', 'd', '- 2.0'));
    await simulation.runTimestep(1);
    const values = await Promise.all(
      ['b', 'd', 'seen'].map(async (name) => (await simulation.field(name).read()).get(5, 6, 7)),
    );
    expect(values).toEqual([2, 4, 2.5]);
  }
});

gpuTest('a kernel runs within a loop that ends on the device, with second copies', {}, async ({ device }) => {
  for (const subdomains of [1, 2]) {
    await using simulation = await Simulation.create({ device, domain, subdomains });
    simulation.addField('u', 'float32', 0);
    await simulation.field('u').write((i) => i);
    simulation.registerKernel('shift', {
      inputs: ['u'],
      outputs: ['u'],
      neighborRadius: 1,
      overwrites: true,
      glsl: kernelText('write_u(v, read_u(v.coord - ivec3(1, 0, 0)));'),
    });
    simulation.addStencil('look', { inputs: ['u'], code: 'ReduceMax("most", ReadField("u", idx));' });
    simulation.repeat({ body: ['shift', 'look'], times: 100, until: { scalar: 'most', below: 18.5 } });
    simulation.addScalar('most', 'float', 0);
    await simulation.runTimestep(1);
    expect(await simulation.scalar('most').read()).toBe(18);
    expect((await simulation.field('u').read()).get(10, 0, 0)).toBe(5);
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(10, 0, 0)).toBe(4);
  }
});

gpuTest('workgroups of one’s own run over each part of the domain', { validation: false }, async ({ device }) => {
  const glsl = `#include "halocline.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
void main() {
  for (int x = 0; x < 24; x++) {
    uint index = valueIndex(ivec3(x, gl_GlobalInvocationID.xy));
    write_u(index, read_u(index) + 1.0);
  }
}`;
  const other = await openDevice({ device: `#${device.report.index}`, validation: false });
  try {
    for (const cut of [{ device, subdomains: 3 }, { devices: [device, other] }]) {
      await using simulation = await Simulation.create({ ...cut, domain });
      simulation.addField('u', 'float32', 5);
      simulation.registerKernel('count', { inputs: ['u'], outputs: ['u'], neighborRadius: 0, groups: [2, 1], glsl });
      simulation.addStencil('spread', {
        inputs: ['u'],
        outputs: ['w'],
        code: 'WriteField("w", idx, ReadField("u", coord + ivec3(1, 0, 0)));',
      });
      await simulation.runTimestep(1);
      await simulation.runTimestep(1);
      expect(await simulation.field('u').statistics()).toMatchObject({ min: [7], max: [7] });
      expect((await simulation.field('w').read()).get(7, 8, 3)).toBe(7);
    }
  } finally {
    await other[Symbol.asyncDispose]();
  }
});
