/** Fields that are moved to memory made anew, as their subdomains come to hold more: what is current then lies in their first copies. */
import { openDevice } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';

const EDGE = 128;

/** A field of ones that was halved and raised by one, in place: its second copy is the current one. */
async function raised(options: Partial<Parameters<typeof Simulation.create>[0]>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain: { min: [0, 0, 0], max: [EDGE, 8, 8] }, ...options });
  simulation.addField('u', 'float32', 1);
  simulation.addField('w', 'float32', 0);
  const code = 'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 1.0);';
  simulation.addStencil('raise', { inputs: ['u'], outputs: ['u'], code });
  await simulation.runTimestep(0.1);
  simulation.removeStencil('raise');
  return simulation;
}

async function sumOf(simulation: Simulation, name: string): Promise<number> {
  const { values } = (await simulation.field(name).read()).tree;
  return (values as Float32Array[]).flatMap((each) => [...each]).reduce((sum, value) => sum + value, 0);
}

gpuTest(
  'a stencil that reads further than all before finds what is current, in one copy',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ device: device.name, validation: false });
    for (const options of [{ device }, { device, subdomains: 2 }, { devices: [device, other], subdomains: 4 }]) {
      await using simulation = await raised(options);
      const code = 'WriteField("w", idx, ReadField("u", coord + ivec3(20, 0, 0)));';
      simulation.addStencil('far', { inputs: ['u'], outputs: ['w'], code });
      await simulation.runTimestep(0.1);
      // Beyond the domain there are the ones that the field began with.
      expect(await sumOf(simulation, 'w')).toBe(64 * (1.5 * (EDGE - 20) + 20));
    }
  },
);

gpuTest('fields are read as they are after a coarser level was added', {}, async ({ device }) => {
  for (const subdomains of [1, 2]) {
    await using simulation = await raised({ device, subdomains });
    simulation.level(1).addField('v', 'float32', 2);
    expect(await sumOf(simulation, 'u')).toBe(64 * 1.5 * EDGE);
    await simulation
      .level(1)
      .field('v')
      .write(() => 3);
    expect(await sumOf(simulation, 'u')).toBe(64 * 1.5 * EDGE);
  }
});
