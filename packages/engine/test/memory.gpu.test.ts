import { gpuTest } from '@halocline/testing';
import { OutOfMemoryError, type Device } from '@halocline/gpu';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';

const MiB = 2 ** 20;
const SIDE = 96;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** A field is 3.4 MiB here; each of eight gets values of its own. */
async function filled(device: Device, subdomains = 1): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: [SIDE, SIDE, SIDE] } as const;
  const sim = await Simulation.create({ device, domain, subdomains });
  for (const [i, name] of NAMES.entries()) {
    sim.addField(name, 'float32', i);
    sim.addStencil(`fill_${name}`, {
      outputs: [name],
      code: `WriteField("${name}", idx, float(coord.x * ${i + 1} + coord.y - coord.z));`,
    });
  }
  await sim.runTimestep(0);
  for (const name of NAMES) sim.removeStencil(`fill_${name}`);
  return sim;
}

/** Removes every second field, so that what is free is scattered. */
async function thin(sim: Simulation): Promise<void> {
  for (const name of ['b', 'd', 'f', 'h']) sim.removeField(name);
  await sim.runTimestep(0);
  await sim.finish();
}

async function holds(sim: Simulation, name: string, factor: number): Promise<boolean> {
  const grid = await sim.field(name).read();
  return [
    [0, 0, 0],
    [95, 7, 3],
    [17, 94, 80],
    [64, 63, 95],
  ].every(([x, y, z]) => grid.get(x!, y!, z!) === x! * factor + y! - z!);
}

gpuTest('fields laid together keep their values, and steps go on with the new addresses', {}, async ({ device }) => {
  await using sim = await filled(device);
  await thin(sim);
  sim.addStencil('blur', {
    inputs: ['a'],
    outputs: ['a'],
    code: 'WriteField("a", idx, 0.5 * (ReadField("a", coord + ivec3(1, 0, 0)) + ReadField("a", coord)));',
  });
  await sim.runTimestep(0);
  const { used } = device.heap;
  const done = await sim.defragment();
  expect(done.buffers).toBeGreaterThan(0);
  expect(used - device.heap.used).toBeGreaterThan(3 * MiB);
  expect([await holds(sim, 'c', 3), await holds(sim, 'e', 5), await holds(sim, 'g', 7)]).toEqual([true, true, true]);
  await sim.runTimestep(0);
  const grid = await sim.field('a').read();
  expect([grid.get(10, 5, 3), grid.get(50, 90, 2)]).toEqual([13, 139]);
});

gpuTest('a field that finds no room makes the others move together', { memoryLimit: 40 * MiB }, async ({ device }) => {
  await using sim = await filled(device);
  await thin(sim);
  sim.addField('wide', 'vec3', [1, 2, 3]);
  await sim.runTimestep(0);
  expect([await holds(sim, 'a', 1), await holds(sim, 'g', 7)]).toEqual([true, true]);
  const wide = await sim.field('wide').read();
  expect(wide.get(4, 5, 6)).toEqual([1, 2, 3]);
});

gpuTest('where there is no room at all, the message names the pool', { memoryLimit: 40 * MiB }, async ({ device }) => {
  await using sim = await filled(device);
  sim.addField('wide', 'vec4', 0);
  const error: unknown = await sim.initialize().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect((error as Error).message).toMatch(
    /^Cannot allocate buffer "wide" in memory pool "fields": 13.5 MiB requested, .* free, the largest hole is .*; the biggest owners are field /u,
  );
  sim.removeField('wide');
  await sim.runTimestep(0);
  expect(await holds(sim, 'h', 8)).toBe(true);
});

gpuTest('fields and halos have a pool each', {}, async ({ device }) => {
  await using sim = await filled(device, 2);
  sim.addStencil('blur', {
    inputs: ['a'],
    outputs: ['a'],
    code: 'WriteField("a", idx, ReadField("a", coord + ivec3(1, 0, 0)));',
  });
  await sim.runTimestep(0);
  const pools = [...device.children].filter(({ kind }) => kind === 'memory pool');
  expect(pools.map(({ label }) => label)).toEqual(['fields', 'halos']);
  expect(device.heap.report().owners.map(({ owner }) => owner)).toContain('halo');
});
