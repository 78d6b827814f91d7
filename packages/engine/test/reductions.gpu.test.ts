import { expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';
import { Mirror } from './mirror.ts';

/** Boxes with 1, 2, 6, 60 and 1,215 leaves: fewer and more than one workgroup of the tree over ranks. */
const boxes: readonly [number, number, number][] = [
  [5, 5, 5],
  [16, 8, 3],
  [17, 9, 8],
  [24, 33, 29],
  [72, 120, 65],
];
const CODE = `
  float value = ReadField("u", idx);
  int whole = int(value * 1000.0);
  ReduceSum("sum", value);
  ReduceMin("least", value);
  ReduceMax("greatest", value);
  ReduceSum("whole", whole);
  ReduceMin("least_whole", whole);
  ReduceAny("some", value > 2.9);
  ReduceAll("every", value > -3.0);
  if (coord.x > 3) ReduceSum("part", value * value);`;
const SCALARS = ['sum', 'least', 'greatest', 'whole', 'least_whole', 'some', 'every', 'part'];

for (const [index, max] of boxes.entries()) {
  gpuTest(
    `reductions over ${max.join(' × ')} voxels have the bits of the interpreter's tree`,
    {},
    async ({ device }) => {
      const domain = { min: [0, 0, 0], max } as const;
      await using simulation = await Simulation.create({ device, domain });
      const mirror = new Mirror(domain);
      simulation.addField('u', 'float32', 0);
      mirror.declarations.addField(0, 'u', 'float32', 0);
      simulation.addStencil('reduce', { inputs: ['u'], code: CODE });
      mirror.declarations.addStencil(0, 'reduce', { inputs: ['u'], code: CODE });
      const value = (i: number, j: number, k: number): number =>
        3 * Math.sin(i * 12.9898 + j * 78.233 + k * 37.719 + index);
      await simulation.field('u').write(value);
      mirror.write('u', value);
      await simulation.runTimestep(1);
      mirror.step(1);
      for (const name of SCALARS)
        expect([name, await simulation.scalar(name).read()]).toEqual([name, mirror.scalar(name)]);
    },
  );
}

gpuTest('a scalar can be set by the host, read by a stencil, and reduced into again', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [4, 4, 4] } });
  simulation.addField('u', 'float32', 0);
  simulation.addScalar('gain', 'float', 3);
  expect(await simulation.scalar('gain').read()).toBe(3);
  simulation.addStencil('use', { outputs: ['u'], code: 'WriteField("u", idx, gain);' });
  simulation.addStencil('make', { inputs: ['u'], code: 'ReduceSum("gain", ReadField("u", idx));' });
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(1, 2, 3)).toBe(3);
  expect(await simulation.scalar('gain').read()).toBe(192);
  simulation.set('gain', 0.5);
  expect(await simulation.scalar('gain').read()).toBe(0.5);
  await simulation.runTimestep(1);
  expect(await simulation.scalar('gain').read()).toBe(32);
});
