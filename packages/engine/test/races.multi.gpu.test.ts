/** The same bits, whatever is late: work is handed to each device after random delays, and all fields are compared. */
import { describe, expect } from 'vitest';
import { delaySubmits, listDevices, openDevice, type Device, type DeviceOptions } from '@halocline/gpu';
import { gpuTest, jitter } from '@halocline/testing';
import { addFlow, around, wavy } from './flow.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';

const LONG = process.env['HALOCLINE_LONG'] === '1';
/** How many orders of events: few here, many with HALOCLINE_LONG=1. */
const SEEDS = LONG ? 40 : 2;
/** Debian's layer (1.3.239) waits ten seconds for each timeline that the host signals, and says that this is a bug of its own. */
const PLAIN = { validation: false, timeoutMs: 600_000 } as const;
const STEPS = 4;

const domain = { min: [-9, 0, 3], max: [23, 13, 24] } as const;

/** Taps, a back-trace, a level, a reduction, and a loop that a scalar ends: each with messages of its own. */
async function declare(simulation: Simulation): Promise<void> {
  addFlow(simulation);
  simulation.addStencil('sweep', {
    inputs: ['p', 'u', 'c'],
    outputs: ['p'],
    code: `float p = (${around('p')} - ReadField("u", idx) - 0.01 * ReadCoarse("c", coord / 2)) / 6.5;
           ReduceSum("change", abs(p - ReadField("p", idx))); WriteField("p", idx, p);`,
  });
  simulation.repeat({ name: 'solve', body: ['sweep'], times: 16, until: { scalar: 'change', below: 20 } });
  simulation.addStencil('push', {
    inputs: ['wind', 'p'],
    outputs: ['wind'],
    code: 'WriteField("wind", idx, 0.99 * ReadField("wind", idx) - 3.0 * Gradient("p"));',
  });
  await simulation.field('u').write(wavy);
  await simulation
    .field('wind')
    .write((i, j, k) => [90 * Math.sin(0.1 * j), 80 * Math.cos(0.2 * k), 70 * Math.sin(0.3 * i)]);
}

async function run(options: SimulationOptions): Promise<Record<string, unknown>> {
  await using simulation = await Simulation.create(options);
  await declare(simulation);
  await simulation.initialize();
  for (let step = 0; step < STEPS; step++) await simulation.runTimestep(0.01);
  const result: Record<string, unknown> = { change: await simulation.scalar('change').read() };
  for (const field of [...simulation.fields, ...simulation.level(1).fields]) {
    result[`${field.name} ${field.level}`] = (await field.read()).tree.values.map(String);
  }
  return result;
}

/** Devices alike; where there are fewer, one is opened several times. */
async function openAnother(
  device: Device,
  number: number,
  options: DeviceOptions = { validation: false },
): Promise<Device> {
  const alike = listDevices().filter(({ name }) => name === device.name);
  return openDevice({ ...options, device: `#${alike[number % alike.length]!.index}` });
}

gpuTest('delays at random between submits change no bit', PLAIN, async ({ device }) => {
  const whole = await run({ domain, device });
  await using others = new AsyncDisposableStack();
  const devices = [device];
  while (devices.length < 3) devices.push(others.use(await openAnother(device, devices.length)));
  try {
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const [count, subdomains, overlap] of [
        [2, 2, true],
        [3, 5, true],
        [3, 4, false],
      ] as const) {
        delaySubmits(jitter(seed));
        const parts = await run({ domain, devices: devices.slice(0, count), subdomains, overlap });
        expect(
          parts,
          `${subdomains} subdomains on ${count} devices, overlap ${overlap}, delays of seed ${seed}`,
        ).toEqual(whole);
      }
    }
  } finally {
    delaySubmits(null);
  }
});

// Of Debian's layer it takes minutes: it waits ten seconds where it loses track of a timeline, as it does by chance.
describe.runIf(LONG)('at length', () => {
  gpuTest(
    'with memory that the layer sees, delays over several devices show no hazard, and change no bit',
    { layer: true, checks: true, timeoutMs: 1_800_000 },
    async ({ device }) => {
      const whole = await run({ domain, device });
      const said: string[] = [];
      await using others = new AsyncDisposableStack();
      const devices = [device];
      while (devices.length < 3) {
        const onValidation: DeviceOptions['onValidation'] = ({ message }) => void said.push(message);
        const options = { validation: 'synchronization', checks: true, onValidation } as const;
        devices.push(others.use(await openAnother(device, devices.length, options)));
      }
      try {
        for (let seed = 1; seed <= 2; seed++) {
          for (const [count, subdomains] of [
            [2, 2],
            [3, 5],
          ] as const) {
            delaySubmits(jitter(seed));
            const parts = await run({ domain, devices: devices.slice(0, count), subdomains, access: 'descriptor' });
            expect(parts, `${subdomains} subdomains on ${count} devices, delays of seed ${seed}`).toEqual(whole);
          }
        }
      } finally {
        delaySubmits(null);
      }
      expect(said).toEqual([]);
    },
  );
});
