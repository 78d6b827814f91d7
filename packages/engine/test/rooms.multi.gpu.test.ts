/**
 * Steps with more exchanges than a link has rooms: what comes in a room's second message of a step is read, not the first again. The widest
 * has messages that queues of transfers copy, each followed by one in place, which may be there first.
 */
import { listDevices } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';

const SWEEPS = 4;

/** Sweeps of which each adds what the one before summed, so that each waits for all devices. */
async function sumsOf(devices: readonly string[], edge: number, reach: number): Promise<unknown> {
  const domain = { min: [0, 0, 0], max: [2 * edge, edge, edge] } as const;
  await using simulation = await Simulation.create({ devices, domain, validation: false });
  simulation.addField('u', 'float32', 0);
  for (let number = 0; number < SWEEPS; number++) {
    const before = number === 0 ? '0.0' : `sum_${number - 1}`;
    simulation.addStencil(`sweep_${number}`, {
      inputs: ['u'],
      outputs: ['u'],
      code: `
        float near = ReadField("u", coord + ivec3(${reach}, 0, 0)) + ReadField("u", coord - ivec3(0, 1, 1));
        WriteField("u", idx, 0.${number + 2} * near + 1e-6 * ${before});
        ReduceSum("sum_${number}", near);`,
    });
  }
  await simulation.initialize();
  await simulation.field('u').write((i, j, k) => Math.sin(0.3 * i + 0.2 * j * k));
  const seen: unknown[] = [];
  for (let step = 0; step < 6; step++) {
    await simulation.runTimestep(0.01);
    const sums = Array.from({ length: SWEEPS }, (_, number) => simulation.scalar(`sum_${number}`).read());
    seen.push(await Promise.all(sums));
  }
  if (devices.length > 1) expect(simulation.explain().match(/\[unpack /g)!.length).toBeGreaterThan(4);
  seen.push((await simulation.field('u').read()).tree.values);
  return seen;
}

gpuTest(
  'a step with more exchanges than rooms has the bits of one device',
  { validation: false },
  async ({ device }) => {
    const [first, second = first] = listDevices().filter(({ name }) => name === device.name);
    for (const [edge, reach] of [
      [8, 1],
      [16, 1],
      [96, 4],
    ] as const) {
      const one = await sumsOf([`#${first!.index}`], edge, reach);
      expect(await sumsOf([`#${first!.index}`, `#${second!.index}`], edge, reach)).toEqual(one);
    }
  },
);
