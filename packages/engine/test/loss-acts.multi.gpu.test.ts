/** A device that is lost or full is named by whatever finds it so, and not by steps alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevice, type Device } from '@halocline/gpu';
import { fillMemory, gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { losable } from './losable.ts';

const PLAIN = { validation: false, timeoutMs: 240_000 } as const;

/** What reads or writes what devices hold; `folder` has a file of fields and a checkpoint. */
const ACTS: Readonly<Record<string, (simulation: Simulation, folder: string) => Promise<unknown>>> = {
  read: (simulation) => simulation.field('w').read(),
  write: (simulation) => simulation.field('w').write((i, j, k) => [i, j, k]),
  fill: (simulation) => simulation.field('w').fill([1, 2, 3]),
  clear: (simulation) => simulation.field('w').clear(),
  statistics: (simulation) => simulation.field('w').statistics(),
  save: (simulation, folder) => simulation.save(join(folder, 'more.nvdb')),
  load: (simulation, folder) => simulation.load(join(folder, 'fields.nvdb')),
  checkpoint: (simulation, folder) => simulation.checkpoint(join(folder, 'another.nvdb')),
  resume: (simulation, folder) => simulation.resume(join(folder, 'checkpoint.nvdb')),
  extract: (simulation) => simulation.extractSubdomain(1, { field: 'w' }),
  volume: (simulation) => simulation.volume(['w']),
  defragment: (simulation) => simulation.defragment(),
  step: (simulation) => {
    simulation.addField('more', 'vec4', [0, 0, 0, 1]);
    return simulation.runTimestep(1);
  },
};

async function messageOf(act: () => Promise<unknown>): Promise<string | null> {
  return act().then(
    () => null,
    (error: Error) => error.message,
  );
}

/** A simulation over these devices that has run a step, and no more: nothing was read or written yet. */
async function ran(devices: readonly Device[]): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: [128, 64, 32] } as const;
  const simulation = await Simulation.create({ devices, domain });
  simulation.addField('u', 'float32', 0);
  simulation.addField('w', 'vec3', [0, 0, 0]);
  const code = `WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("w", coord).x);
    ReduceSum("total", ReadField("u", coord));`;
  simulation.addStencil('spread', { inputs: ['u', 'w'], outputs: ['u'], code });
  await simulation.runTimestep(0.1);
  await simulation.finish();
  return simulation;
}

/** Runs a body with a folder of the files that acts read. */
async function withFiles(device: Device, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'halocline-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  await using simulation = await ran([device]);
  await simulation.save(join(folder, 'fields.nvdb'));
  await simulation.checkpoint(join(folder, 'checkpoint.nvdb'));
  await body(folder);
}

const another = (device: Device, more: object = {}): Promise<Device> =>
  openDevice({ device: device.uuid, validation: false, ...more });

gpuTest('whatever finds a device lost names it, and lets the others go', PLAIN, async ({ device }) => {
  await withFiles(device, async (folder) => {
    for (const [name, act] of Object.entries(ACTS)) {
      await using healthy = await another(device);
      const other = await another(device);
      const state = losable(other);
      const simulation = await ran([healthy, other]);
      state.lost = true;
      const said = await messageOf(() => act(simulation, folder));
      expect(said, name).toMatch(/^Cannot go on with device ".+": it was lost \(/);
      expect(said!.endsWith(` (device 2 of 2: "${other.name}")`), `${name}: ${said}`).toBe(true);
      expect(await messageOf(() => simulation.runTimestep(0.1)), name).toBe(said);
      await simulation[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await healthy.idle();
      expect([...healthy.children].map(String), name).toEqual([]);
    }
  });
});

gpuTest('whatever finds no memory on a device names it, and goes on where there is some', PLAIN, async ({ device }) => {
  await withFiles(device, async (folder) => {
    const full: string[] = [];
    for (const [name, act] of Object.entries(ACTS)) {
      await using small = await another(device, { memoryLimit: 64 * 2 ** 20 });
      await using simulation = await ran([device, small]);
      let said: string | null;
      {
        using filling = new DisposableStack();
        for (const buffer of fillMemory(small)) filling.use(buffer);
        said = await messageOf(() => act(simulation, folder));
      }
      if (said !== null) {
        full.push(name);
        expect(said, name).toMatch(/^Cannot allocate buffer ".+": /);
        expect(said.endsWith(` (device 2 of 2: "${small.name}")`), `${name}: ${said}`).toBe(true);
      }
      await simulation.runTimestep(0.1);
      expect((await simulation.field('u').read()).get(0, 0, 0), name).toBeGreaterThanOrEqual(0);
    }
    expect(full).toEqual(expect.arrayContaining(['read', 'statistics', 'step']));
  });
});
