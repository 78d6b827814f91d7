/** What the host does for a step: calls of the driver, by device and exchange. */
import { expect } from 'vitest';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { countCalls } from '@halocline/vulkan';
import { Simulation } from '../src/index.ts';

interface Options {
  /** Sweeps that each need the one's before. */
  readonly stencils: number;
  /** Each sweep reads the one before's sum: an exchange of its own. */
  readonly sums?: boolean;
  /** Voxels of the box, across the cut; default 16. */
  readonly across?: number;
}

/** Calls that submit, a step and device, once everything is recorded, and what the engine says of a step. */
async function stepOf(
  devices: readonly Device[],
  { stencils, across = 16, sums = false }: Options,
): Promise<{ readonly submits: readonly number[]; readonly explained: string }> {
  const domain = { min: [0, 0, 0], max: [across > 16 ? 32 : 40, across, across] } as const;
  await using simulation = await Simulation.create({ devices, domain });
  simulation.addField('u', 'float32', 1);
  for (let number = 0; number < stencils; number++) {
    const sweep =
      'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.1 * ReadField("u", coord - ivec3(1, 0, 0)));';
    const before = number > 0 ? ` + 1e-6 * sum_${number - 1}` : '';
    const summed = `ReduceSum("sum_${number}", ReadField("u", coord)${before});`;
    const code = sums ? `${sweep}\n${summed}` : sweep;
    simulation.addStencil(`sweep_${number}`, { inputs: ['u'], outputs: ['u'], code });
  }
  for (let step = 0; step < 12; step++) await simulation.runTimestep(0.01);
  await simulation.finish();
  const before = devices.map(({ counters }) => counters.submits);
  for (let step = 0; step < 10; step++) await simulation.runTimestep(0.01);
  await simulation.finish();
  const submits = devices.map(({ counters }, number) => (counters.submits - before[number]!) / 10);
  return { submits, explained: simulation.explain() };
}

async function submitsOf(devices: readonly Device[], options: Options): Promise<readonly number[]> {
  return (await stepOf(devices, options)).submits;
}

gpuTest(
  'a step with up to two exchanges on one device or several is one call',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    expect(await submitsOf([device], { stencils: 3 })).toEqual([1]);
    for (const exchanges of [1, 3]) {
      for (const calls of await submitsOf([device, other], { stencils: exchanges })) {
        // What is small is written and read in place, and all that a step says to a queue is said at once.
        expect(calls).toBe(1);
      }
    }
  },
);

gpuTest(
  'a call reads each of the two rooms of messages once: what more comes is read in further calls',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    for (const stencils of [2, 3, 5]) {
      const { submits, explained } = await stepOf([device, other], { stencils, sums: true });
      const exchanges = explained.match(/\[unpack /g)!.length;
      expect(exchanges).toBeGreaterThan(2);
      expect(submits).toEqual([Math.ceil(exchanges / 2), Math.ceil(exchanges / 2)]);
    }
  },
);

gpuTest('an exchange whose messages are copied costs a device two calls', { validation: false }, async ({ device }) => {
  await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
  // A layer of 192² floats: more than is written in place while work is beside it.
  for (const calls of await submitsOf([device, other], { stencils: 1, across: 192 })) {
    expect(calls).toBeLessThanOrEqual(2);
  }
});

gpuTest(
  'a step asks the driver of each device for no more than its submits, and once whether there is room',
  { validation: false },
  async ({ device }) => {
    using count = countCalls();
    await using one = await openDevice({ device: `#${device.report.index}`, validation: false });
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    const domain = { min: [0, 0, 0], max: [40, 16, 16] } as const;
    await using simulation = await Simulation.create({ devices: [one, other], domain });
    simulation.addField('u', 'float32', 1);
    const code = 'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)));';
    for (const name of ['one', 'two', 'three']) simulation.addStencil(name, { inputs: ['u'], outputs: ['u'], code });
    for (let step = 0; step < 12; step++) await simulation.runTimestep(0.01);
    await simulation.finish();
    const before = count.calls;
    for (let step = 0; step < 10; step++) await simulation.runTimestep(0.01);
    await simulation.finish();
    // Ten steps of three exchanges on two devices; with a single step in flight a step looks whether that is done already.
    expect(count.calls - before).toBeLessThanOrEqual(10 * 2 * 2 + 2);
  },
);
