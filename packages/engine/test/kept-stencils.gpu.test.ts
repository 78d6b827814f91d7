/** A simulation that finds its stencils on disk is the one that compiled them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Device } from '@halocline/gpu';
import { laplacian, stencil } from '@halocline/stencil/trace';
import { gpuTest } from '@halocline/testing';
import { expect, vi } from 'vitest';
import { Simulation } from '../src/index.ts';

const traced = stencil(
  { inputs: { u: 'float32' }, outputs: { u: 'float32' }, parameters: { k: 'float' } },
  ({ u, k }) => ({ u: u.add(k.mul(laplacian(u))) }),
);

interface Run {
  readonly values: string;
  readonly explained: string;
  readonly told: readonly string[];
}

/** Two steps of stencils of all kinds: of text, traced, that run as one, and that tell what they do. */
async function run(device: Device, type: string): Promise<Run> {
  const told: string[] = [];
  await using simulation = await Simulation.create({
    device,
    domain: { min: [0, 0, 0], max: [16, 16, 16] },
    log: (line) => void told.push(line),
  });
  const u = simulation.addField('u', type, 0.5);
  simulation.addParameter('k', 'float', 0.125);
  if (type === 'float32') simulation.addStencil('spread', { body: traced });
  simulation.addStencil('grow', {
    inputs: ['u'],
    outputs: ['u', 'made'],
    code: 'float x = ReadField("u", idx) + k * float(coord.x); WriteField("u", idx, x); WriteField("made", idx, x * x);',
  });
  simulation.addStencil('after', {
    inputs: ['made'],
    outputs: ['last'],
    code: 'float m = ReadField("made", idx); WriteField("last", idx, m / 3.0); ReduceMax("most", m);',
  });
  simulation.addStencil('look', {
    inputs: ['last'],
    outputs: ['seen'],
    code: 'printf("at %d: %f", coord.x, ReadField("last", coord)); WriteField("seen", idx, SampleField("last", CoordToWorld(coord) + 0.3));',
    debug: { voxel: [3, 4, 5] },
  });
  await simulation.runTimestep(1);
  simulation.set('k', 0.25);
  await simulation.runTimestep(1);
  const fields = [u, ...['made', 'last', 'seen'].map((name) => simulation.field(name))];
  const values: string[] = [];
  for (const field of fields) values.push((await field.read()).tree.values.join());
  values.push(`${await simulation.scalar('most').read()}`);
  const explained = [simulation.explain()];
  for (const name of ['grow', 'look']) explained.push(await simulation.explainStencil(name));
  return { values: values.join('\n'), explained: explained.join('\n'), told };
}

gpuTest(
  'a second simulation gives the same with what the first one kept, and another field type keeps more',
  { validation: false },
  async ({ device }) => {
    const root = mkdtempSync(path.join(tmpdir(), 'halocline-cache-'));
    const files = (): string[] =>
      readdirSync(root).includes('stencils') ? readdirSync(path.join(root, 'stencils')) : [];
    try {
      vi.stubEnv('HALOCLINE_CACHE', 'off');
      const plain = { whole: await run(device, 'float32'), half: await run(device, 'float16') };
      vi.stubEnv('HALOCLINE_CACHE', root);
      expect(await run(device, 'float32')).toEqual(plain.whole);
      const kept = files();
      expect(await run(device, 'float32')).toEqual(plain.whole);
      expect(files()).toEqual(kept);
      expect(await run(device, 'float16')).toEqual(plain.half);
      expect(files().length).toBeGreaterThanOrEqual(kept.length);
      expect(await run(device, 'float16')).toEqual(plain.half);
    } finally {
      vi.unstubAllEnvs();
      rmSync(root, { recursive: true });
    }
  },
);
