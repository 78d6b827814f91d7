/** Inactive voxels: what they hold stays, whether shaders know it and write it again, or know nothing and leave them alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gpuTest } from '@halocline/testing';
import { gridFromLeaves, type Grid } from '@halocline/vdb';
import { describe, expect, test } from 'vitest';
import { holdsDefaults } from '../src/background/backgrounds.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { kernelText } from './kernel-text.ts';
import { topologyOf } from './topologies.ts';

const grid = topologyOf(5, 12);

/** A grid over the same leaves whose inactive voxels hold −3, as inside of a level set; its active ones 1. */
function inside({ map, tree }: Grid = grid): Grid {
  const { origins, masks } = tree.leaf;
  const values = Float32Array.from({ length: 16 * masks.length * 2 }, (_, n) =>
    (masks[n >> 5]! >>> (n & 31)) & 1 ? 1 : -3,
  );
  return gridFromLeaves({ name: 'inside', type: 'float', map, background: [0.5], origins, masks, values: [values] });
}

/** The different values of a field's inactive voxels. */
async function inactive(simulation: Simulation, name: string): Promise<number[]> {
  const { tree } = await simulation.field(name).read();
  const [values] = tree.values as readonly Float32Array[];
  return [...new Set(values!.filter((_, n) => ((tree.leaf.masks[n >> 5]! >>> (n & 31)) & 1) === 0))].toSorted(
    (a, b) => a - b,
  );
}

/** Whether the shader writes `u` with its default where a voxel isn't active. */
const filled = async (simulation: Simulation, name: string): Promise<boolean> =>
  (await simulation.explainStencil(name)).includes(': 0.5,');

/** `u` is written in its second copy, `made` in place, `halves` beside it. */
async function flow(options: Partial<SimulationOptions> & Pick<SimulationOptions, 'device'>): Promise<Simulation> {
  const simulation = await Simulation.create({ grid, ...options });
  simulation.addField('u', 'float32', 0.5);
  simulation.addField('made', 'float32', 4);
  simulation.addField('halves', 'float16', -2);
  simulation.addStencil('spread', {
    inputs: ['u'],
    outputs: ['u', 'made', 'halves'],
    code: `float u = ReadField("u", coord + ivec3(0, 0, 1)); WriteField("u", idx, u); WriteField("made", idx, 2.0 * u);
           WriteField("halves", idx, u - 7.0);`,
  });
  await simulation.initialize();
  return simulation;
}

describe('inactive voxels', () => {
  for (const subdomains of [1, 3]) {
    gpuTest(`hold the default that shaders write there, over ${subdomains} subdomains`, {}, async ({ device }) => {
      await using simulation = await flow({ device, subdomains });
      await simulation.field('u').write((i, j, k) => i + j + k);
      for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
      expect(await filled(simulation, 'spread')).toBe(true);
      expect(await inactive(simulation, 'u')).toEqual([0.5]);
      expect(await inactive(simulation, 'made')).toEqual([4]);
      expect(await inactive(simulation, 'halves')).toEqual([-2]);
    });
  }

  gpuTest('keep what a loaded grid gave them, also where shaders were made before', {}, async ({ device }) => {
    await using simulation = await flow({ device });
    await simulation.runTimestep(0.1);
    await simulation.field('u').write(inside());
    for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
    expect(await inactive(simulation, 'u')).toEqual([-3]);
    expect(await inactive(simulation, 'made')).toEqual([4]);
    await simulation.field('u').fill(2);
    await simulation.runTimestep(0.1);
    expect(await inactive(simulation, 'u')).toEqual([0.5]);
  });

  gpuTest('keep what a kernel of one’s own left there, when it is gone too', {}, async ({ device }) => {
    await using simulation = await flow({ device });
    const glsl = kernelText('write_made(v.index ^ 1u, 9.0);');
    simulation.registerKernel('mark', { outputs: ['made'], glsl });
    await simulation.runTimestep(0.1);
    simulation.removeStencil('mark');
    await simulation.runTimestep(0.1);
    expect(await inactive(simulation, 'made')).toEqual([4, 9]);
    expect(await inactive(simulation, 'u')).toEqual([0.5]);
  });

  gpuTest('come back from a checkpoint as they were', {}, async ({ device }) => {
    const folder = await mkdtemp(join(tmpdir(), 'halocline-'));
    try {
      const file = join(folder, 'state.nvdb');
      {
        await using before = await flow({ device });
        await before.field('u').write(inside());
        await before.runTimestep(0.1);
        await before.checkpoint(file);
      }
      await using simulation = await flow({ device });
      await simulation.resume(file);
      for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
      expect(await inactive(simulation, 'u')).toEqual([-3]);
      expect(await inactive(simulation, 'made')).toEqual([4]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test('whether inactive voxels hold the default is asked of every bit', () => {
  const masks = new Uint32Array(32).fill(0xffffffff);
  masks[17] = 0xfffffffd;
  const topology = { origins: Int32Array.of(0, 0, 0, 0, 0, 8), masks };
  const values = new Float32Array(3 * 512).fill(7);
  values[512 + 32 * 17 + 1] = 0;
  expect(holdsDefaults({ default: [0] }, topology, [values])).toBe(true);
  expect(holdsDefaults({ default: [-0] }, topology, [values])).toBe(false);
  expect(holdsDefaults({ default: [0, 7] }, topology, [values, values])).toBe(false);
});

gpuTest('a stencil is computed again only while it is known what inactive voxels hold', {}, async ({ device }) => {
  const run = async (fusion: boolean): Promise<{ values: unknown; explained: string[] }> => {
    await using simulation = await Simulation.create({
      domain: { min: [-8, -8, -8], max: [15, 16, 16] },
      device,
      fusion,
    });
    for (const name of ['u', 'v', 'w']) simulation.addField(name, 'float32', 0.5);
    const code = 'WriteField("v", idx, ReadField("u", idx) * 0.5);';
    simulation.addStencil('half', { inputs: ['u'], outputs: ['v'], code });
    simulation.addStencil('spread', { inputs: ['v'], outputs: ['w'], code: 'WriteField("w", idx, Laplacian("v"));' });
    await simulation.initialize();
    const explained = [simulation.explain()];
    await simulation.field('v').write(inside(await simulation.field('v').read()));
    await simulation.field('u').fill(2);
    await simulation.runTimestep(0.1);
    return {
      values: (await simulation.field('w').read()).tree.values,
      explained: [...explained, simulation.explain()],
    };
  };
  const [fused, apart] = [await run(true), await run(false)];
  expect(fused.explained[0]).toContain('half + spread run as one: 4 bytes a voxel less, v computed again at 6 voxels');
  expect(fused.explained[1]).toContain(
    'half and spread run apart: "spread" reads "v" of other voxels, which "half" writes; what inactive voxels of "v" hold isn\'t known, so it can\'t be computed again there',
  );
  expect(fused.values).toEqual(apart.values);
});
