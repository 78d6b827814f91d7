/** What kernels write into voxels that aren't active: kept like any value, and the same wherever the domain is cut. */
import path from 'node:path';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { Simulation, type SimulationOptions } from '../src/index.ts';

type Place = readonly [number, number, number];

/** Most leaves have inactive voxels. */
const domain = { min: [-5, 0, 0], max: [37, 13, 11] } as const;
const BACKGROUND = 3;
const PLAIN = { validation: false, timeoutMs: 120_000 } as const;

const isActive = ([x, y, z]: Place): boolean => x >= -5 && x < 37 && y >= 0 && y < 13 && z >= 0 && z < 11;
/** Every voxel of the leaves, active or not. */
const places: readonly Place[] = Array.from(
  { length: 48 * 16 * 16 },
  (_, n) => [Math.floor(n / 256) - 8, Math.floor(n / 16) % 16, n % 16] as const,
);

/** Gives inactive voxels numbers of their own, in even steps. */
const KERNEL = `#include "halocline.glsl"
layout(local_size_x = 256) in;
void main() {
  for (uint leaf = gl_WorkGroupID.x; leaf < leafCount() && (frame & 1) == 0; leaf += gl_NumWorkGroups.x)
    for (uint n = gl_LocalInvocationID.x; n < 512; n += 256) {
      uint index = 512 * leafSlot(leaf) + n;
      ivec3 c = coordOf(index) + 8;
      if (!isActive(index)) write_u(index, VALUE((c.x * 7 + c.y * 13 + c.z * 29 + int(frame)) & 127));
    }
}`;

/** The same in JavaScript: fields by place after so many steps. */
function expected(steps: number): { readonly u: ReadonlyMap<string, number>; readonly o: ReadonlyMap<string, number> } {
  let u = new Map(places.map((at) => [String(at), BACKGROUND]));
  let o = new Map(places.map((at) => [String(at), 0]));
  for (let frame = 0; frame < steps; frame++) {
    for (const at of frame % 2 === 0 ? places : []) {
      const [x, y, z] = at;
      if (!isActive(at)) u.set(String(at), ((x + 8) * 7 + (y + 8) * 13 + (z + 8) * 29 + frame) & 127);
    }
    const old = u;
    const value = ([x, y, z]: Place, [dx, dy, dz]: Place): number =>
      old.get(String([x + dx, y + dy, z + dz])) ?? BACKGROUND;
    const next = (at: Place): number => Math.trunc((value(at, [1, 0, 1]) + value(at, [0, -1, 2])) / 2);
    o = new Map(places.map((at) => [String(at), isActive(at) ? value(at, [0, 0, 0]) + value(at, [2, 2, 0]) : 0]));
    u = new Map(places.map((at) => [String(at), isActive(at) ? next(at) : old.get(String(at))!]));
  }
  return { u, o };
}

async function make(
  options: SimulationOptions,
  type: string,
  { storage, ...promise }: { storage?: 'float16' | undefined; activeOnly?: boolean } = {},
): Promise<Simulation> {
  const simulation = await Simulation.create({ domain, ...options, log: () => undefined });
  simulation.addField('u', type, BACKGROUND, storage === undefined ? {} : { storage });
  simulation.addField('o', 'float32', 0);
  const cast = type === 'uint8' ? 'uint' : 'float';
  simulation.registerKernel('mark', { inputs: [], outputs: ['u'], glsl: KERNEL.replace('VALUE', cast), ...promise });
  // It reads around what it writes: into a second copy.
  simulation.addStencil('move', {
    inputs: ['u'],
    outputs: ['u', 'o'],
    code: `int sum = int(ReadField("u", coord + ivec3(1, 0, 1))) + int(ReadField("u", coord + ivec3(0, -1, 2)));
      WriteField("o", idx, float(int(ReadField("u", coord)) + int(ReadField("u", coord + ivec3(2, 2, 0)))));
      WriteField("u", idx, ${cast}(sum / 2));`,
  });
  return simulation;
}

async function expectSteps(simulation: Simulation, steps: number): Promise<void> {
  const truth = expected(steps);
  const [u, o] = [await simulation.field('u').read(), await simulation.field('o').read()];
  const found = places.map((at) => [String(at), u.get(...at), o.get(...at)]);
  expect(found).toEqual(places.map((at) => [String(at), truth.u.get(String(at)), truth.o.get(String(at))]));
}

const several = ({ report }: Device, count: number): { devices: string[] } => ({
  devices: Array.from({ length: count }, () => `#${report.index}`),
});

for (const [type, storage] of [['float32'], ['float32', 'float16'], ['uint8']] as const) {
  gpuTest(`${storage ?? type}: they are kept, and read beyond the cut, over any parts`, PLAIN, async ({ device }) => {
    for (const options of [
      { device },
      { device, subdomains: 2 },
      { device, subdomains: 7, fusion: false },
      { ...several(device, 2), subdomains: 5 },
      { ...several(device, 3), access: 'descriptor' },
    ] satisfies SimulationOptions[]) {
      await using simulation = await make(options, type, { storage });
      for (let step = 0; step < 5; step++) await simulation.runTimestep(0.1);
      await expectSteps(simulation, 5);
    }
  });
}

gpuTest('a checkpoint takes them along, over other parts too', PLAIN, async ({ device }) => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'run.nvdb');
  await using first = await make({ device, subdomains: 3 }, 'float32');
  for (let step = 0; step < 2; step++) await first.runTimestep(0.1);
  await first.checkpoint(file);
  for (const options of [{ device }, { ...several(device, 2), subdomains: 4 }]) {
    await using simulation = await make(options, 'float32');
    await simulation.resume(file);
    for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
    await expectSteps(simulation, 4);
  }
});

gpuTest('a level that is held whole everywhere has them too', PLAIN, async ({ device }) => {
  const sums: number[] = [];
  for (const options of [
    { device },
    { device, subdomains: 4 },
    several(device, 2),
    { ...several(device, 2), replicate: 0 },
  ]) {
    await using simulation = await Simulation.create({ ...options, domain, log: () => undefined });
    simulation.level(1).addField('c', 'float32', 0);
    const glsl = KERNEL.replace('(frame & 1) == 0', 'true').replace(/if .*/u, 'write_c(index, 1.0);');
    simulation.level(1).registerKernel('mark', { inputs: [], outputs: ['c'], glsl });
    simulation.addStencil('read', {
      inputs: ['c'],
      code: 'ReduceSum("sum", ReadCoarse("c", (coord >> 1) + ivec3(1, 1, 1)));',
    });
    await simulation.runTimestep(0.1);
    sums.push(await simulation.scalar('sum').read());
  }
  // Of coarse voxels, those that lie in a leaf: x from −8 to 24, y and z to 8.
  const inLeaf = places.filter((at) => isActive(at) && at[0] >> 1 < 23 && at[1] >> 1 < 7 && at[2] >> 1 < 7);
  expect(sums).toEqual(sums.map(() => inLeaf.length));
});

gpuTest(
  'stencils take nothing along where there is nothing, or kernels promise to leave it',
  PLAIN,
  async ({ device }) => {
    const explained = async (options: SimulationOptions & { activeOnly?: boolean }): Promise<string> => {
      const { activeOnly = false, ...rest } = options;
      await using simulation = await make(rest, 'float32', { activeOnly });
      return simulation.explainStencil('move');
    };
    const along = 'Copied before it runs, for what kernels leave in inactive voxels: u\n';
    expect(await explained({ device })).toContain(along);
    expect(await explained({ device, activeOnly: true })).not.toContain(along);
    expect(await explained({ device, domain: { min: [0, 0, 0], max: [16, 8, 8] } })).not.toContain(along);
  },
);
