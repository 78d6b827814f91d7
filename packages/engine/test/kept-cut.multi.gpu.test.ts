/** What is reckoned of a topology and its cut is reckoned once. */
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect, test } from 'vitest';
import { KeptCut, keptCounts, keptCut } from '../src/cut/kept-cut.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

/** How many things are made and found while a simulation is made and takes a step; and its field's bits. */
async function countsOf(
  device: Device,
  options: Partial<SimulationOptions>,
  again?: (simulation: Simulation) => Promise<void>,
): Promise<{ made: number; found: number; bits: string }> {
  const before = keptCounts();
  await using simulation = await Simulation.create({ device, ...options });
  simulation.addField('u', 'float32', 0.5);
  const code = `vec3 p = CoordToWorld(vec3(coord) + vec3(1.25, 0.0, -1.5));
    WriteField("u", idx, SampleField("u", p) + ReadField("u", coord - ivec3(2, 0, 0)));`;
  simulation.addStencil('mix', { inputs: ['u'], outputs: ['u'], code, neighborRadius: 2 });
  await simulation.field('u').write((i, j, k) => Math.sin(i + 2 * j + 3 * k));
  await simulation.runTimestep(0.1);
  await again?.(simulation);
  const bits = (await simulation.field('u').read()).tree.values.join();
  const after = keptCounts();
  return { made: after.made - before.made, found: after.found - before.found, bits };
}

gpuTest('the same topology and cut build nothing anew', { validation: false }, async ({ device }) => {
  const grid = topologyOf(77, 20);
  const first = await countsOf(device, { grid, subdomains: 3 });
  expect(first.made).toBeGreaterThan(0);
  const second = await countsOf(device, { grid, subdomains: 3 });
  expect({ made: second.made, bits: second.bits }).toEqual({ made: 0, bits: first.bits });
  // Another stencil with the same reach, and another voxel size: the index grids have it, nothing else.
  const recompiled = await countsOf(device, { grid, subdomains: 3 }, async (simulation) => {
    simulation.removeStencil('mix').addField('v', 'float32', 0);
    await simulation.runTimestep(0.1);
  });
  expect(recompiled.made).toBe(0);
  expect((await countsOf(device, { grid, subdomains: 3, voxelSize: 0.5 })).made).toBe(3);
  expect((await countsOf(device, { grid, subdomains: 4 })).made).toBeGreaterThan(0);
  expect((await countsOf(device, { grid: topologyOf(78, 20), subdomains: 3 })).made).toBeGreaterThan(0);
});

test('the pairs that were used last are kept', () => {
  const pairs = ['a', 'b', 'c', 'd'].map((key) => keptCut(key));
  expect(keptCut('a')).toBe(pairs[0]);
  expect(keptCut('e')).toBeInstanceOf(KeptCut);
  expect(keptCut('a')).toBe(pairs[0]);
  expect(keptCut('b')).not.toBe(pairs[1]);
  expect(pairs[2]!.get('thing', () => 7)).toBe(7);
  expect(pairs[2]!.get('thing', () => 8)).toBe(7);
});
