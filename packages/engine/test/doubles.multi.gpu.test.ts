/** Doubles through the engine: parameters, scalars and what reduces into them, loops, kernels of one's own, traced bodies. */
import type { Device } from '@halocline/gpu';
import { double, dvec3, gradient, laplacian, math, reduceSum, stencil } from '@halocline/stencil/trace';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { kernelText } from './kernel-text.ts';

const domain = { min: [0, 0, 0], max: [24, 17, 20] } as const;
const NEEDS = { features: ['shaderFloat64'], timeoutMs: 120_000 } as const;
const wave = (i: number, j: number, k: number): number => Math.sin(0.3 * i + j) * Math.cos(k - 0.2 * j);

gpuTest('parameters and scalars of doubles keep every bit', NEEDS, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addParameter('before', 'float', 0.5);
  simulation.addParameter('third', 'double', 1 / 3);
  simulation.addParameter('four', 'dvec4', [0.1, 0.2, 0.3, 0.4]);
  simulation.addParameter('pair', 'dvec2', [1e-300, -0]);
  simulation.addParameter('after', 'vec2', [7, 8]);
  simulation.addScalar('given', 'double', Math.PI);
  const code = `WriteField("made", idx, dvec4(third, four.w, pair.x * 1e300lf, given) * double(before * after.y));`;
  simulation.addStencil('use', { outputs: ['made'], code });
  await simulation.runTimestep(1);
  expect((await simulation.field('made').read()).get(1, 2, 3)).toEqual([4 / 3, 1.6, 4 * (1e-300 * 1e300), 4 * Math.PI]);
  expect(simulation.field('made').type).toBe('dvec4');
  simulation.set('third', 1e-9).set('given', 1 + 2 ** -52);
  await simulation.runTimestep(1);
  expect((await simulation.field('made').read()).get(1, 2, 3)).toEqual([4e-9, 1.6, 4, 4 + 2 ** -50]);
  expect(await simulation.scalar('given').read()).toBe(1 + 2 ** -52);
});

/** A sum, a minimum, a loop that ends by a double, over so many subdomains. */
async function solved(device: Device, subdomains: number): Promise<unknown> {
  await using simulation = await Simulation.create({ device, domain, subdomains });
  const u = simulation.addField('u', 'float64');
  await u.write(wave);
  simulation.addScalar('change', 'double', 1);
  simulation.addStencil('smooth', {
    inputs: ['u'],
    outputs: ['u'],
    code: `double next = ReadField("u", idx) + 0.1lf * voxelSize * voxelSize * Laplacian("u");
      ReduceMax("change", abs(next - ReadField("u", idx))); WriteField("u", idx, next);`,
  });
  simulation.addStencil('sum', {
    inputs: ['u'],
    code: `double u = ReadField("u", coord - ivec3(1, 0, 0)); ReduceSum("sum", u * u); ReduceMin("least", u);`,
  });
  simulation.repeat({ name: 'solve', body: ['smooth'], times: 200, until: { scalar: 'change', below: 0.0123456789 } });
  await simulation.runTimestep(1);
  const numbers = await Promise.all(['change', 'sum', 'least'].map((name) => simulation.scalar(name).read()));
  return { numbers, values: (await u.read()).tree.values.map((each) => [...(each as Float64Array)]) };
}

gpuTest('sums of doubles, and loops that end by them, have the same bits however cut', NEEDS, async ({ device }) => {
  const whole = (await solved(device, 1)) as { numbers: number[] };
  expect(await solved(device, 4)).toEqual(whole);
  expect(whole.numbers[0]).toBeLessThan(0.0123456789);
  expect(whole.numbers.every((value) => value !== Math.fround(value))).toBe(true);
});

gpuTest('a loop ends where a double is below a parameter', NEEDS, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float64', 0);
  simulation.addScalar('rest', 'double', 1);
  simulation.addParameter('bound', 'double', -3 - 2 ** -40);
  const code = `double next = ReadField("u", idx) - 1.0lf; WriteField("u", idx, next); ReduceMax("rest", next);`;
  simulation.addStencil('count', { inputs: ['u'], outputs: ['u'], code });
  simulation.repeat({ name: 'down', body: ['count'], times: 9, until: { scalar: 'rest', below: 'bound' } });
  const turns = async (): Promise<number> => {
    await simulation.field('u').fill(0);
    await simulation.runTimestep(1);
    return -Number((await simulation.field('u').read()).get(0, 0, 0));
  };
  expect(await turns()).toBe(4);
  simulation.set('bound', -2 + 2 ** -40);
  expect(await turns()).toBe(2);
  simulation.set('bound', 0);
  expect(await turns()).toBe(1);
});

gpuTest('a kernel of one’s own reads and writes doubles', NEEDS, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  const u = simulation.addField('u', 'float64', 0.1);
  const v = simulation.addField('v', 'dvec3', [1, 2, 3]);
  simulation.addField('n', 'ivec3', [1, -2, 3]);
  simulation.addField('b', 'u8vec2', [200, 100]);
  simulation.addParameter('third', 'double', 1 / 3);
  simulation.registerKernel('all', {
    inputs: ['u', 'v', 'v_y', 'n', 'n_y', 'b'],
    outputs: ['u', 'v', 'n', 'b'],
    parameters: ['third'],
    requiresHalos: false,
    glsl: kernelText(`write_u(v, read_u(v) * third);
      write_v(v, read_v(v).zyx + read_v_y(v));
      write_n(v, read_n(v) * read_n_y(v));
      write_b(v, read_b(v).yx + 1u);`),
  });
  await simulation.runTimestep(1);
  expect((await u.read()).get(1, 2, 3)).toBe(0.1 * (1 / 3));
  expect((await v.read()).get(1, 2, 3)).toEqual([5, 4, 3]);
  expect((await simulation.field('n').read()).get(1, 2, 3)).toEqual([-2, 4, -6]);
  expect((await simulation.field('b').read()).get(1, 2, 3)).toEqual([101, 201, 0]);
});

gpuTest('a traced body computes with the doubles of its fields', NEEDS, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  const u = simulation.addField('u', 'float64');
  simulation.addField('v', 'dvec3', [1, 2, 3]);
  simulation.addParameter('k', 'double', 1 / 3);
  await u.write((i) => i * i + 1e-9);
  const body = stencil(
    { inputs: { u: 'float64', v: 'dvec3' }, outputs: { u: 'float64', v: 'dvec3' }, parameters: { k: 'double' } },
    ({ u: old, v, k }) => {
      reduceSum('total', old.mul(k));
      const turned = math.cross(v, dvec3(0, 0, k)).add(gradient(old).mul(double(2)));
      return { u: old.add(laplacian(old).mul(k)), v: turned };
    },
  );
  simulation.addStencil('traced', { body });
  await simulation.runTimestep(1);
  const at = (i: number): number => i * i + 1e-9;
  const bend = at(6) + at(4) + at(5) + at(5) + at(5) + at(5) - 6 * at(5);
  expect((await u.read()).get(5, 6, 7)).toBe(at(5) + bend * (1 / 3));
  const [x, y, z] = (await simulation.field('v').read()).get(5, 6, 7) as readonly number[];
  expect([x, y, z]).toEqual([2 * (1 / 3) + ((at(6) - at(4)) / 2) * 2, -(1 / 3), 0]);
  expect(simulation.scalar('total').type).toBe('double');
});
