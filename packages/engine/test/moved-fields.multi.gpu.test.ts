/** Fields that are moved to memory made anew, as their subdomains come to hold more: what is current then lies in their first copies. */
import { openDevice, type Device, type Encoder } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { ForcedShifts } from './forced-shifts.ts';
import { forceTransport } from './forced-transport.ts';

const PLAIN = { validation: false, timeoutMs: 120_000 } as const;

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

gpuTest('leaves that take more rooms than there are at once all get there', PLAIN, async ({ device }) => {
  // 6 KiB a leaf of "v": 23 MiB go from one device to the other and back, in rooms of 8 MiB, of which there are two.
  const domain = { min: [0, 0, 0], max: [128, 128, 128] } as const;
  using shifts = new ForcedShifts();
  for (const transport of ['staged', 'shared', 'same-device']) {
    using _ = forceTransport(transport);
    await using one = await openDevice({ device: `#${device.report.index}`, validation: false });
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    using _slow = slowToTake(other);
    await using parts = await Simulation.create({ domain, devices: [one, other], rebalance: 'time' });
    parts.addField('u', 'uint32', 0);
    parts.addField('v', 'vec3', [0, 0, 0]);
    parts.addStencil('count', {
      inputs: ['u', 'v'],
      outputs: ['u', 'v'],
      code: `uint n = frame == 0u ? uint(coord.x * 40000 + coord.y * 200 + coord.z) : ReadField("u", idx) + 1u;
        WriteField("u", idx, n);
        WriteField("v", idx, frame == 0u ? vec3(coord) : ReadField("v", idx) + vec3(1.0, 2.0, 3.0));`,
    });
    for (const shares of [[0.97, 0.03], [0.03, 0.97], null]) {
      if (shares !== null) shifts.next(shares);
      await parts.runTimestep(0.1);
      if (shares !== null) expect(shifts.leaves).toBeGreaterThan(1900);
    }
    expect(await strangers(parts, 'u', ([x, y, z]) => [40_000 * x + 200 * y + z + 2])).toBe(0);
    expect(await strangers(parts, 'v', ([x, y, z]) => [x + 2, y + 4, z + 6])).toBe(0);
  }
});

/** Lets a device take long over each room of leaves that comes: who doesn't wait for it overruns it. */
function slowToTake(device: Device): Disposable {
  const scratch = device.createBuffer({ label: 'scratch', byteLength: 2 ** 23 });
  const record = device.record.bind(device);
  device.record = (label, body, options) => {
    const slow = (encoder: Encoder): unknown => {
      for (let turn = 0; turn < 40; turn++)
        encoder.barrier(['transfer-target'], ['transfer-target']).fill(scratch, 0, 2 ** 23, turn);
      return body(encoder);
    };
    return record(label, label === 'leaves that come' ? slow : body, options);
  };
  return scratch;
}

/** How many voxels hold something else. */
async function strangers(
  simulation: Simulation,
  name: string,
  valueAt: (coord: readonly [number, number, number]) => readonly number[],
): Promise<number> {
  const grid = await simulation.field(name).read();
  let count = 0;
  for (const { origin, values } of grid.leaves()) {
    for (let voxel = 0; voxel < 512; voxel++) {
      const [i, j, k] = [voxel >> 6, (voxel >> 3) & 7, voxel & 7];
      const expected = valueAt([origin[0] + i, origin[1] + j, origin[2] + k]);
      if (expected.some((value, component) => values[component]![voxel] !== value)) count++;
    }
  }
  return count;
}
