/** A device that is lost or full in the middle of a run on several: which it is, is said, and the others end whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceLostError, openDevice, type Device } from '@halocline/gpu';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect } from 'vitest';
import { Simulation, Subdomains, type SimulationOptions } from '../src/index.ts';
import { forceTransport } from './forced-transport.ts';
import { TRANSPORTS } from '../src/transport/transports.ts';
import { losable } from './losable.ts';

const PLAIN = { validation: false, timeoutMs: 120_000 } as const;

async function another(device: Device, memoryLimit?: number): Promise<Device> {
  return openDevice({ device: device.name, validation: false, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
}

/** Nothing of a simulation is left on a device, and it serves the next. */
async function serves(device: Device): Promise<void> {
  await device.idle();
  expect([...device.children].map(String)).toEqual([]);
  await using again = await spreading({ device });
  await again.runTimestep(0.1);
  expect((await again.field('u').read()).get(5, 5, 5)).toBe(5);
}

async function spreading(options: Partial<SimulationOptions>): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: [64, 16, 16] } as const;
  const simulation = await Simulation.create({ domain, ...options });
  simulation.addField('u', 'float32', 0);
  simulation.addStencil('spread', {
    inputs: ['u'],
    outputs: ['u'],
    code: 'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.5 * ReadField("u", coord - ivec3(1, 0, 0))); ReduceSum("total", ReadField("u", coord));',
  });
  await simulation.field('u').write((i) => i);
  return simulation;
}

const tiny = { domain: { min: [0, 0, 0], max: [40, 16, 16] } } as const;

const NOTHING = 'nothing was thrown';

async function messageOf(act: () => Promise<unknown>): Promise<string> {
  return act().then(
    () => NOTHING,
    (error: Error) => error.message,
  );
}

gpuTest('a device that is lost ends the run, and is named with its last passes', PLAIN, async ({ device }) => {
  await using folder = {
    path: await mkdtemp(join(tmpdir(), 'halocline-')),
    [Symbol.asyncDispose]: () => rm(folder.path, { recursive: true }),
  };
  const file = join(folder.path, 'u.nvdb');
  await using healthy = await another(device);
  const other = await another(device);
  const state = losable(other);
  const simulation = await spreading({ devices: [healthy, other], subdomains: 3 });
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  await simulation.save(file);
  const whole = readFileSync(file);
  state.lost = true;
  const messages: string[] = [];
  for (let step = 0; step < 4; step++) messages.push(await messageOf(() => simulation.runTimestep(0.1)));
  const lost = messages.at(-1)!;
  expect(lost).toMatch(
    /^Cannot go on with device ".+": it was lost \(vkGetSemaphoreCounterValue gave VK_ERROR_DEVICE_LOST\); submitted last: /,
  );
  expect(lost).toContain('spread');
  expect(lost.endsWith(` (device 2 of 2: "${other.name}")`)).toBe(true);
  expect(await messageOf(() => simulation.save(file))).toBe(lost);
  expect(await messageOf(() => simulation.checkpoint(join(folder.path, 'c.nvdb')))).toBe(lost);
  expect(readdirSync(folder.path)).toEqual(['u.nvdb']);
  expect(readFileSync(file).equals(whole)).toBe(true);
  // The other device waits for a message that never comes: it is let go, ends, and may be used again.
  await simulation[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await serves(healthy);
  expect(readGrids(readFileSync(file))).toHaveLength(1);
});

gpuTest(
  'a device that is lost with many steps in flight is told of when they are waited for',
  PLAIN,
  async ({ device }) => {
    await using healthy = await another(device);
    const other = await another(device);
    const state = losable(other);
    const simulation = await spreading({ devices: [healthy, other], subdomains: 3, stepsInFlight: 8 });
    for (let step = 0; step < 11; step++) await simulation.runTimestep(0.1);
    await simulation.finish();
    state.lost = true;
    const messages: string[] = [];
    for (let step = 0; step < 8; step++) messages.push(await messageOf(() => simulation.runTimestep(0.1)));
    expect(new Set(messages)).toEqual(new Set([NOTHING]));
    const lost = await messageOf(() => simulation.runTimestep(0.1));
    expect(lost).toContain('it was lost (vkGetSemaphoreCounterValue gave VK_ERROR_DEVICE_LOST); submitted last: ');
    expect(await messageOf(() => simulation.finish())).toBe(lost);
    // The other device waits for messages of eight steps that never come: it is let go.
    await simulation[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await serves(healthy);
  },
);

for (const submits of ['eaten', 'refused'] as const) {
  gpuTest(`a device that is lost when links are opened is named: submits are ${submits}`, PLAIN, async ({ device }) => {
    for (const number of [0, 1]) {
      await using healthy = await another(device);
      const other = await another(device);
      const state = losable(other, submits);
      const devices = number === 0 ? [other, healthy] : [healthy, other];
      const words: string[] = [];
      const simulation = await spreading({ devices, subdomains: 3, log: (word) => words.push(word) });
      const real = TRANSPORTS.map((transport) => ({ ...transport }));
      for (const [at, transport] of TRANSPORTS.entries()) {
        transport.open = (...ends) => {
          const channel = real[at]!.open(...ends);
          state.lost = true;
          return channel;
        };
      }
      try {
        const lost = await messageOf(() => simulation.runTimestep(0.1));
        expect(lost).toMatch(
          /^Cannot go on with device ".+": it was lost \(vk\w+ gave VK_ERROR_DEVICE_LOST\); submitted last: /,
        );
        expect(lost.endsWith(` (device ${number + 1} of 2: "${other.name}")`), lost).toBe(true);
        expect(await messageOf(() => simulation.runTimestep(0.1))).toBe(lost);
      } finally {
        for (const [at, transport] of TRANSPORTS.entries()) Object.assign(transport, real[at]!);
      }
      expect(words).toEqual([]);
      await simulation[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await serves(healthy);
    }
  });
}

gpuTest('memory that runs out names the device that has none', PLAIN, async ({ device }) => {
  await using small = await another(device, 3_000_000);
  await using simulation = await spreading({ devices: [device, small] });
  await simulation.runTimestep(0.1);
  const message = await messageOf(async () => {
    for (let more = 0; more < 64; more++) simulation.addField(`more_${more}`, 'vec4', 0);
    await simulation.runTimestep(0.1);
  });
  expect(message).toMatch(/^Cannot allocate buffer "more_\d+" in memory pool "fields": .* \(device 2 of 2: ".+"\)$/);
});

/** How many threads wait for a device, or for the next to be opened: each has one, which is handed on when it is closed. */
function waiters(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/task').filter((task) => {
    try {
      return readFileSync(`/proc/self/task/${task}/comm`, 'utf8').startsWith('halocline waite');
    } catch {
      return false; // A thread of the driver's, which has ended.
    }
  }).length;
}

/** Limits from one that nothing fits in; each card has room for a team at another of them. */
function* risingLimits(): Generator<number> {
  for (let bytes = 1000; bytes < 2 ** 30; bytes = Math.ceil(bytes * 1.5)) yield bytes;
}

gpuTest(
  'a team that one device has no memory for leaves nothing on the others, and names it',
  PLAIN,
  async ({ device }) => {
    let [refused, made] = [0, 0];
    for (const memoryLimit of risingLimits()) {
      made = 0;
      await using small = await another(device, memoryLimit);
      for (const devices of [
        [device, small],
        [small, device],
      ]) {
        const place = `(device ${devices.indexOf(small) + 1} of 2: "${small.name}")`;
        for (const create of [
          async () => {
            await using simulation = await Simulation.create({ ...tiny, devices });
            await simulation.initialize();
          },
          async () => {
            await using _ = await Subdomains.create({ ...tiny, devices });
          },
        ]) {
          const said = await messageOf(create);
          if (said === NOTHING) made++;
          else {
            refused++;
            expect(said).toMatch(/^Cannot allocate buffer ".+": .* requested, /);
            expect(said.endsWith(place), said).toBe(true);
          }
          expect([small, device].flatMap(({ children }) => [...children].map(String))).toEqual([]);
        }
      }
      if (made === 4) break;
    }
    expect(made).toBe(4);
    expect(refused).toBeGreaterThan(4);
  },
);

gpuTest('devices that a simulation opened are closed before it says which is full', PLAIN, async ({ device }) => {
  const said: string[] = [];
  const threads: number[] = [];
  for (const memoryLimit of risingLimits()) {
    const options = { ...tiny, devices: [device.uuid, device.uuid], memoryLimit, validation: false };
    said.push(await messageOf(async () => (await Simulation.create(options))[Symbol.asyncDispose]()));
    threads.push(waiters());
    if (said.at(-1) === NOTHING) break;
  }
  expect(said.pop()).toBe(NOTHING);
  expect(said.length).toBeGreaterThan(2);
  // The thread of the test's own device may begin late.
  expect(threads.at(-1)! - threads[0]!).toBeLessThanOrEqual(1);
  for (const each of said) expect(each).toMatch(/^Cannot allocate buffer ".+": .* \(device 1 of 2: ".+"\)$/);
});

gpuTest('a device that was closed is told of, and the others are left as they were', PLAIN, async ({ device }) => {
  const closed = await another(device);
  await closed[Symbol.asyncDispose]();
  const message = `Cannot use device "${closed.name}": it was closed; open it again`;
  const devices = [device, closed];
  expect(await messageOf(() => Simulation.create({ ...tiny, devices }))).toBe(message);
  expect(await messageOf(() => Simulation.create({ ...tiny, devices: [device.uuid, closed] }))).toBe(message);
  expect(await messageOf(() => Subdomains.create({ ...tiny, devices }))).toBe(message);
  expect([...device.children].map(String)).toEqual([]);
});

gpuTest('a loss that is found by disposing leaves a whole trace', PLAIN, async ({ device }) => {
  using folder = temporaryFolder();
  const trace = join(folder.path, 'trace.json');
  await using healthy = await another(device);
  const other = await another(device);
  const state = losable(other);
  // Its clock is asked by a submit, which a lost device doesn't do.
  Object.defineProperty(other, 'readClock', { value: () => undefined });
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  const simulation = await spreading({ devices: [healthy, other], trace, log });
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  await simulation.finish();
  await simulation.runTimestep(0.1);
  state.lost = true;
  expect(await messageOf(() => simulation[Symbol.asyncDispose]())).toContain('(device 2 of 2: "');
  expect(words.at(-1)).toMatch(/^Trace: \d+ spans of 3 steps in .*trace\.json; open it in /u);
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: { name: string }[] };
  expect(traceEvents.filter(({ name }) => name === 'spread').length).toBeGreaterThan(5);
  await other[Symbol.asyncDispose]();
});

gpuTest(
  'a device that is lost while fields move ends the run, and the others are let go',
  PLAIN,
  async ({ device }) => {
    for (const transport of ['staged', 'shared', 'same-device']) {
      await using healthy = await another(device);
      const other = await another(device);
      const state = losable(other);
      const record = other.record.bind(other);
      let gone = 0;
      other.record = (label, ...rest) => {
        // The first field opened the channels, and is there.
        if (label === 'leaves that go' && ++gone === 2) state.lost = true;
        return record(label, ...rest);
      };
      using _ = forceTransport(transport);
      const simulation = await spreading({ devices: [healthy, other] });
      simulation.addField('still', 'float32', 3);
      for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
      const code = 'WriteField("w", idx, ReadField("u", coord + ivec3(30, 0, 0)));';
      simulation.addStencil('far', { inputs: ['u'], outputs: ['w'], code });
      const loss: unknown = await simulation.runTimestep(0.1).catch((error: unknown) => error);
      expect(loss).toBeInstanceOf(DeviceLostError);
      const told = (loss as Error).message;
      expect(told).toMatch(/it was lost \(.*\(device 2 of 2: "/u);
      expect(await messageOf(() => simulation.runTimestep(0.1))).toBe(told);
      expect(await messageOf(() => simulation.field('u').read())).toBe(told);
      await simulation[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await serves(healthy);
    }
  },
);
