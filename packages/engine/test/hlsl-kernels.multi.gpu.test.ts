/**
 * Kernels in HLSL through `dxc`, where it is installed, beside the same in GLSL: every type of field, parameters, the walk, cut
 * domains.
 */
import type { Device } from '@halocline/gpu';
import { expect } from 'vitest';
import { Simulation, type KernelOptions } from '../src/index.ts';
import { hlslTest } from './hlsl-test.ts';
import { hlslText, kernelText } from './kernel-text.ts';

const NEEDS = { features: ['shaderFloat64', 'shaderInt64', 'shaderInt16'], timeoutMs: 120_000 } as const;
const domain = { min: [-3, 0, 0], max: [14, 9, 18] } as const;

const FIELDS: readonly (readonly [name: string, type: string])[] = [
  ['u', 'float32'],
  ['h', 'float16'],
  ['d', 'float64'],
  ['i', 'int32'],
  ['w', 'uint32'],
  ['b', 'uint8'],
  ['v', 'vec3'],
  ['g', 'dvec2'],
  ['c', 'ivec4'],
  ['s', 'f16vec3'],
  ['f', 'float32[3]'],
];
const access = {
  inputs: [...FIELDS.map(([name]) => name), 'v_y'],
  outputs: ['u', 'h', 'd', 'i', 'w', 'b', 'v', 'g', 'c', 's', 'f'],
  parameters: ['k', 'on', 'dir', 'third', 'three', 'top'],
} as const;

/** What both languages say alike. */
const body = `write_u(v, read_u(v) * k + read_u(v.coord + dir) + read_v_y(v) + top * dt + float(frame));
    write_h(v, read_h(v) * 0.5 + float(read_b(v.coord + dir)));
    write_b(v, read_b(v) * 3u + uint(v.coord.z)); write_b(v.index, read_b(v) * 3u + uint(v.coord.z + 250));
    write_d(v, read_d(v) * third + three.z);
    write_i(v, read_i(v.coord - dir) + (on ? 3 : 4) - v.coord.z);
    write_w(v, read_w(v) * 3u + valueIndex(v.coord) - v.index + uint(isActive(valueIndex(v.coord + dir))));
    write_v(v, coordToWorld(VEC3(v.coord)) + worldToIndex(read_v(v)) * voxelSize);
    write_g(v, read_g(v).yx * third);
    write_c(v, read_c(v).wzyx);
    write_s(v, read_s(v.coord + dir) * 2.0);
    write_f(v, 0u, read_f(v.coord - dir, 2u)); write_f(v, 1u, read_f(v, 0u) + 1.0); write_f(v, 2u, read_f(v, 1u));`;

const glsl = kernelText(body.replace('VEC3', 'vec3'), 128);
const hlsl = hlslText(body.replace('VEC3', 'float3'), { entry: 'every', threads: 128 });

async function run(device: Device, subdomains: number, kernel: KernelOptions): Promise<Record<string, string>> {
  await using simulation = await Simulation.create({ device, domain, subdomains, voxelSize: 0.5 });
  for (const [name, type] of FIELDS) {
    const field = simulation.addField(name, type, 1);
    const size = name === 'f' ? 3 : field.components;
    await field.write((i, j, k) =>
      Array.from({ length: size }, (_, at) => (type === 'uint8' ? (i * 7 + j + k) & 255 : i + 2 * j - k + at / 4) || 0),
    );
  }
  simulation.addParameter('k', 'float', 0.7).addParameter('on', 'bool', true).addParameter('dir', 'ivec3', [1, 0, -1]);
  simulation.addParameter('third', 'double', 1 / 3).addParameter('three', 'dvec3', [1e-9, 1e-10, 1e-11]);
  simulation.addScalar('top', 'float', 4);
  simulation.registerKernel('all', { ...access, ...kernel, neighborRadius: 1 });
  simulation.addField('f0', 'vec3');
  const parts = 'vec3(ReadField("f", idx)[0], ReadField("f", idx)[1], ReadField("f", idx)[2])';
  simulation.addStencil('take', { inputs: ['f'], outputs: ['f0'], code: `WriteField("f0", idx, ${parts});` });
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.25);
  const shown = [...FIELDS.map(([name]) => name).filter((name) => name !== 'f'), 'f0'];
  const values: Record<string, string> = {};
  for (const name of shown) values[name] = (await simulation.field(name).read()).tree.values.join(' ');
  return values;
}

for (const subdomains of [1, 3]) {
  hlslTest(`a kernel in HLSL does what it does in GLSL, in ${subdomains} subdomains`, NEEDS, async ({ device }) => {
    const wanted = await run(device, subdomains, { glsl });
    expect(await run(device, subdomains, { hlsl, entry: 'every' })).toEqual(wanted);
    expect(new Set(wanted['u']!.split(',')).size).toBeGreaterThan(100);
  });
}

hlslTest('a read beyond the halo is told of', NEEDS, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
  simulation.addField('u', 'float32', 1);
  const one = { inputs: ['u'], outputs: ['u'], neighborRadius: 1 };
  simulation.registerKernel('far', { ...one, hlsl: hlslText('write_u(v, read_u(v.coord + int3(0, 0, 2)));') });
  await expect(
    (async () => {
      await simulation.runTimestep(1);
      await simulation.finish();
    })(),
  ).rejects.toThrow(/^Cannot run kernel "far": at voxel .* in step 0 it reads "u" more than 1 voxel away/);
});

hlslTest('what the compiler complains about is said with what would do', NEEDS, async ({ device }) => {
  const said = async (text: string): Promise<string> => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 1);
    simulation.registerKernel('all', { inputs: ['u'], outputs: ['u'], hlsl: text });
    return await simulation.initialize().then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  };
  const head = 'Cannot compile kernel "all": line';
  const main = (line: string): string => `#include "halocline.hlsl"\n[numthreads(1, 1, 1)] void main() { ${line} }`;
  expect(await said(main('float a = rate;'))).toContain(
    `${head} 2, column 47: there is no "rate"; declare it, include halocline.hlsl, or name it in parameters\n`,
  );
  expect(await said(main('write_u(0u, main);'))).toContain(
    `${head} 2, column 37: write_u takes a Voxel, an ivec3 coordinate or a uint value index, and a float; change its arguments\n`,
  );
  expect(await said(main('int a = half_of(1);'))).toContain(
    `${head} 2, column 45: there is no "half_of"; declare it, include halocline.hlsl, or name it in parameters\n`,
  );
  expect(await said('#include "other.hlsl"\n[numthreads(1, 1, 1)] void main() {}')).toContain(
    `${head} 1, column 10: "other.hlsl" file not found; give its path from this file\n`,
  );
  expect(await said('void main() {}')).toContain(
    `${head} 1, column 6: the entry point has no count of threads; write [numthreads(x, y, z)] before it\n`,
  );
  expect(await said('[numthreads(1, 1, 1)] void other() {}')).toContain(
    `${head} 1: there is no function of the entry point's name; write it, or give the name of another as entry`,
  );
});
