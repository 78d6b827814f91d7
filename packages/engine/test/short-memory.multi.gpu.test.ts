/** Memory that runs out while subdomains are made anew: all fields get there, or all stay, and no bit is another. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDevice, OutOfMemoryError, type Device } from '@halocline/gpu';
import { fillMemory, gpuTest, temporaryFolder } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { bitsOf } from './bits.ts';
import { FailingBuffers } from './failing-buffers.ts';
import { ForcedShifts } from './forced-shifts.ts';
import { forceTransport } from './forced-transport.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;

async function another(device: Device, memoryLimit?: number): Promise<Device> {
  const limit = memoryLimit === undefined ? {} : { memoryLimit };
  return openDevice({ device: `#${device.report.index}`, validation: false, ...limit });
}

/** Fields of one copy and of two, on two levels, and a sum. */
async function layered(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain: { min: [0, 0, 0], max: [64, 16, 16] }, ...options });
  simulation.addField('u', 'float32', 0.25);
  simulation.addField('v', 'vec3', [0, 0, 1]);
  simulation.addField('still', 'float32', 3);
  simulation.level(1).addField('c', 'float32', 1);
  simulation.addStencil('a', {
    inputs: ['u'],
    outputs: ['u'],
    code: `WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.45 * ReadField("u", coord - ivec3(0, 1, 1)) + 0.1 * float((7 * coord.x + 3 * coord.y) % 5));
      ReduceSum("total", ReadField("u", coord));`,
  });
  simulation.addStencil('b', {
    inputs: ['u', 'v', 'still'],
    outputs: ['v', 'still'],
    code: `WriteField("v", idx, 0.5 * ReadField("v", coord - ivec3(2, 0, 0)) + vec3(ReadField("u", coord), ReadField("u", coord + ivec3(0, 3, 0)), 0.001 * total));
      WriteField("still", idx, ReadField("still", idx) + 1.0);`,
  });
  simulation.level(1).addStencil('d', {
    inputs: ['u', 'c'],
    outputs: ['c'],
    code: 'WriteField("c", idx, 0.5 * ReadField("c", coord + ivec3(0, 1, 0)) + ReadFine("u", 2 * coord + ivec3(1, 0, 1)));',
  });
  return simulation;
}

function addFar(simulation: Simulation): void {
  const code =
    'WriteField("w", idx, ReadField("u", coord + ivec3(17, 0, 0)) - ReadField("u", coord - ivec3(0, 9, 0)));';
  simulation.addStencil('far', { inputs: ['u'], outputs: ['w'], code });
}

async function bits(simulation: Simulation): Promise<string[]> {
  const all: string[] = [String(await simulation.scalar('total').read())];
  for (const field of [...simulation.fields, ...simulation.level(1).fields]) {
    all.push(`${field.name} ${(await field.read()).tree.values.map(bitsOf).join()}`);
  }
  return all;
}

async function steps(simulation: Simulation, count: number): Promise<void> {
  for (let step = 0; step < count; step++) await simulation.runTimestep(0.1);
}

async function refusal(act: () => Promise<unknown>): Promise<string> {
  return act().then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}

gpuTest('a shift of the cut is made, or not, whichever of its buffers find no memory', PLAIN, async ({ device }) => {
  await using one = await another(device);
  await using other = await another(device);
  const devices = [one, other];
  const buffers = new FailingBuffers(devices);
  using shifts = new ForcedShifts();
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  await using whole = await layered({ device });
  await using parts = await layered({ devices, subdomains: 3, rebalance: 'time', log });
  await steps(parts, 1);
  await steps(whole, 1);
  const seen = new Set<boolean>();
  // Two in a row: the way back has none either, and takes the one through the host.
  for (const count of [1, 2]) {
    for (let buffer = 1; buffer === 1 || buffers.failed > 0; buffer++) {
      const before = (await parts.subdomains()).map(({ leaves }) => leaves).join();
      shifts.next(before === '12,12,8' ? [0.5, 0.5] : [0.75, 0.25]);
      words.length = 0;
      await parts.finish();
      buffers.fail(buffer, { count });
      await steps(parts, 1);
      buffers.stop();
      const stays = words.some((word) => word.startsWith('The cut stays as it is: Cannot allocate buffer "'));
      const after = (await parts.subdomains()).map(({ leaves }) => leaves).join();
      expect({ buffer, stays, same: after === before }).toEqual({ buffer, stays, same: stays });
      seen.add(stays);
      await steps(parts, 1);
      await steps(whole, 2);
      expect({ buffer, count, bits: await bits(parts) }).toEqual({ buffer, count, bits: await bits(whole) });
    }
  }
  expect(seen.size).toBe(2);
});

gpuTest('a shift whose leaves find no rooms to travel in leaves the cut', PLAIN, async ({ device }) => {
  await using one = await another(device);
  await using other = await another(device);
  const buffers = new FailingBuffers([one, other]);
  using shifts = new ForcedShifts();
  using _ = forceTransport('staged');
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  await using whole = await layered({ device });
  await using parts = await layered({ devices: [one, other], rebalance: 'time', log });
  await steps(parts, 3);
  shifts.next([0.75, 0.25]);
  buffers.fail(2, { label: 'leaves that move' });
  await steps(parts, 1);
  expect(buffers.failed).toBe(1);
  expect(words.at(-1)).toMatch(
    /^The cut stays as it is: Cannot allocate buffer "leaves that move": .* \(device [12] of 2: ".*"\)$/u,
  );
  await steps(parts, 2);
  await steps(whole, 6);
  expect(await bits(parts)).toEqual(await bits(whole));
});

gpuTest('ghosts grow, or not, whichever of their buffers finds no memory', PLAIN, async ({ device }) => {
  await using whole = await layered({ device });
  await steps(whole, 3);
  addFar(whole);
  await steps(whole, 3);
  const there = await bits(whole);
  let failed = 0;
  for (let buffer = 1; buffer < 120; buffer += 9) {
    await using one = await another(device);
    await using other = await another(device);
    const buffers = new FailingBuffers([one, other]);
    await using parts = await layered({ devices: [one, other], subdomains: 3 });
    await steps(parts, 3);
    addFar(parts);
    buffers.fail(buffer);
    await parts.runTimestep(0.1).catch(() => undefined);
    failed += buffers.failed;
    buffers.stop();
    await steps(parts, 6 - parts.frame);
    expect({ buffer, bits: await bits(parts) }).toEqual({ buffer, bits: there });
  }
  expect(failed).toBeGreaterThan(10);
});

gpuTest('where fields can be brought neither there nor back, nothing goes on', PLAIN, async ({ device }) => {
  await using one = await another(device);
  await using other = await another(device);
  using folder = temporaryFolder();
  const buffers = new FailingBuffers([one, other]);
  await using parts = await layered({ devices: [one, other] });
  await steps(parts, 3);
  addFar(parts);
  // Where it is to go, by both ways, and where it was.
  buffers.fail(1, { count: 99, label: 'still' });
  await expect(parts.runTimestep(0.1)).rejects.toThrow('Cannot go on with the simulation: ');
  buffers.stop();
  const words =
    'Cannot go on with the simulation: its fields were on their way to other memory, and could not be put back ' +
    '(Cannot allocate buffer "still": 42 KiB requested, 0 bytes free, the largest hole is 0 bytes; nothing is allocated, so ask for less ' +
    `(device 1 of 2: "${one.name}")); ` +
    'create another, and resume from a checkpoint';
  const acts = [
    () => parts.runTimestep(0.1),
    () => parts.initialize(),
    () => parts.finish(),
    () => parts.field('u').read(),
    () => parts.field('u').write(() => 1),
    () => parts.field('still').statistics(),
    () => parts.scalar('total').read(),
    () => parts.defragment(),
    () => parts.checkpoint(join(folder.path, 'kept.nvdb')),
  ];
  for (const act of acts) expect(await refusal(act)).toBe(words);
  expect(readdirSync(folder.path)).toEqual([]);
});

/** Three fields that count, of one copy each. */
async function counting(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain: { min: [0, 0, 0], max: [128, 32, 32] }, ...options });
  for (const name of ['p', 'q', 'r']) simulation.addField(name, 'float32', 0);
  simulation.addStencil('count', {
    inputs: ['p', 'q', 'r'],
    outputs: ['p', 'q', 'r'],
    code: 'WriteField("p", idx, ReadField("p", idx) + 1.0); WriteField("q", idx, ReadField("q", idx) + 2.0); WriteField("r", idx, ReadField("r", idx) + 3.0);',
  });
  await steps(simulation, 5);
  return simulation;
}

function addVeryFar(simulation: Simulation): void {
  const code = 'WriteField("w", idx, ReadField("p", coord + ivec3(120, 0, 0)));';
  simulation.addStencil('far', { inputs: ['p'], outputs: ['w'], code });
}

async function means(simulation: Simulation): Promise<number[]> {
  const all: number[] = [];
  for (const name of ['p', 'q', 'r']) all.push((await simulation.field(name).statistics()).mean[0]!);
  return all;
}

gpuTest(
  'a step that finds memory taken while ghosts grow leaves all values, and is made later',
  PLAIN,
  async ({ device }) => {
    await using small = await another(device, 7e6);
    await using parts = await counting({ device: small, subdomains: 2, stepsInFlight: 2 });
    await parts.finish();
    const taken = small.createBuffer({ label: 'a renderer’s', byteLength: 3e6 });
    addVeryFar(parts);
    await expect(parts.runTimestep(0.1)).rejects.toThrow('Cannot allocate buffer "');
    taken[Symbol.dispose]();
    expect(await means(parts)).toEqual([5, 10, 15]);
    await steps(parts, 1);
    expect(await means(parts)).toEqual([6, 12, 18]);
  },
);

gpuTest(
  'messages of devices that have a few megabytes leave all values, and need no more than goes',
  PLAIN,
  async ({ device }) => {
    using _ = forceTransport('staged');
    for (const [add, memoryLimit] of [
      [addVeryFar, 9e6],
      [(simulation: Simulation) => void simulation.level(1).addField('c', 'float32', 0), 6e6],
    ] as const) {
      await using one = await another(device, memoryLimit);
      await using other = await another(device, memoryLimit);
      await using parts = await counting({ devices: [one, other] });
      add(parts);
      await steps(parts, 1);
      expect(await means(parts)).toEqual([6, 12, 18]);
    }
  },
);

gpuTest('a level that finds no memory leaves all values, which can be read', PLAIN, async ({ device }) => {
  await using own = await another(device);
  const buffers = new FailingBuffers([own]);
  await using parts = await counting({ device: own, subdomains: 2 });
  parts.level(1).addField('c', 'float32', 4);
  buffers.fail(1, { count: 9, label: 'masks of level 1' });
  await expect(parts.runTimestep(0.1)).rejects.toThrow('Cannot allocate buffer "masks of level 1": ');
  expect(await means(parts)).toEqual([5, 10, 15]);
  expect((await parts.field('q').read()).get(100, 3, 5)).toBe(10);
  buffers.stop();
  await steps(parts, 1);
  expect(await means(parts)).toEqual([6, 12, 18]);
  expect((await parts.level(1).field('c').read()).get(3, 3, 5)).toBe(4);
});

gpuTest('without the stencil whose ghosts there is no memory for, steps go on', PLAIN, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [128, 32, 32] } as const;
  await using whole = await layered({ device, domain });
  await steps(whole, 8);
  const there = await bits(whole);
  for (const memoryLimit of [4.2e6, 5.4e6, 7e6]) {
    await using one = await another(device, memoryLimit);
    await using other = await another(device, memoryLimit);
    await using parts = await layered({ devices: [one, other], domain });
    await steps(parts, 5);
    const code = 'WriteField("w", idx, ReadField("v", coord + ivec3(60, 0, 0)).x);';
    parts.addStencil('far', { inputs: ['v'], outputs: ['w'], code });
    await expect(parts.runTimestep(0.1)).rejects.toThrow('Cannot allocate buffer "');
    parts.removeStencil('far').removeField('w');
    await steps(parts, 8 - parts.frame);
    expect({ memoryLimit, bits: await bits(parts) }).toEqual({ memoryLimit, bits: there });
  }
});

gpuTest(
  'where all memory is taken while ghosts grow, steps are made with the bits of before, or refused until there is some',
  PLAIN,
  async ({ device }) => {
    const domain = { min: [0, 0, 0], max: [128, 32, 32] } as const;
    await using whole = await layered({ device, domain });
    await steps(whole, 6);
    const there = await bits(whole);
    for (const spare of [256, 2e4, 4e5, 1e6, 2e6]) {
      await using one = await another(device, 1e8);
      await using other = await another(device, 1e8);
      await using parts = await layered({ devices: [one, other], subdomains: 3, domain });
      await steps(parts, 3);
      await parts.finish();
      const left = [one, other].map((each) => each.createBuffer({ label: 'left', byteLength: spare }));
      const taken = [one, other].flatMap(fillMemory);
      for (const buffer of left) buffer[Symbol.dispose]();
      const code = 'WriteField("w", idx, ReadField("v", coord + ivec3(60, 0, 0)).x);';
      parts.addStencil('far', { inputs: ['v'], outputs: ['w'], code });
      await expect(parts.runTimestep(0.1)).rejects.toThrow(OutOfMemoryError);
      parts.removeStencil('far').removeField('w');
      const without = await parts.runTimestep(0.1).catch((thrown: unknown) => thrown);
      expect([undefined, 'OutOfMemoryError']).toContain((without as Error | undefined)?.name);
      for (const buffer of taken) buffer[Symbol.dispose]();
      await steps(parts, 6 - parts.frame);
      expect({ spare, bits: await bits(parts) }).toEqual({ spare, bits: there });
    }
  },
);

gpuTest(
  'a field that comes anew under its name brings nothing of the old one’s while ghosts grow',
  PLAIN,
  async ({ device }) => {
    for (const subdomains of [1, 2]) {
      await using parts = await counting({ device, subdomains });
      parts.removeStencil('count').removeField('q').removeField('r');
      parts.addField('q', 'vec3', [7, 8, 9]);
      parts.addField('r', 'float32', 2);
      addVeryFar(parts);
      await steps(parts, 1);
      expect((await parts.field('q').statistics()).mean).toEqual([7, 8, 9]);
      expect((await parts.field('r').statistics()).mean).toEqual([2]);
      expect((await parts.field('w').read()).get(3, 3, 3)).toBe(5);
    }
  },
);

gpuTest(
  'a message’s room that finds no memory names its device, and steps go on once there is some',
  PLAIN,
  async ({ device }) => {
    await using one = await another(device);
    await using other = await another(device);
    const buffers = new FailingBuffers([one, other]);
    using _ = forceTransport('staged');
    await using whole = await layered({ device });
    await using parts = await layered({ devices: [one, other] });
    for (const [room, place] of [
      [1, 'device 2 of 2'],
      [2, 'device 1 of 2'],
    ] as const) {
      buffers.fail(room, { label: 'messages 2 → 1' });
      const error = await parts.runTimestep(0.1).catch((thrown: unknown) => thrown);
      buffers.stop();
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect((error as Error).message).toMatch(/^Cannot allocate buffer "messages 2 → 1": /u);
      expect((error as Error).message).toContain(`(${place}: "`);
    }
    await steps(parts, 3);
    await steps(whole, 3);
    expect(await bits(parts)).toEqual(await bits(whole));
  },
);

gpuTest(
  'a checkpoint that finds no memory after a step says so, and that the step is done',
  PLAIN,
  async ({ device }) => {
    using folder = temporaryFolder();
    const checkpointFile = join(folder.path, 'every.nvdb');
    await using simulation = await layered({ device, checkpointEvery: 2, checkpointFile });
    await steps(simulation, 1);
    const { staging } = device;
    const nothing = { requested: 64, free: 0, largestHole: 0, owners: [] };
    Object.defineProperty(staging, 'download', {
      value: () => Promise.reject(new OutOfMemoryError('buffer "staging down"', nothing)),
      configurable: true,
    });
    const error = await simulation.runTimestep(0.1).catch((thrown: unknown) => thrown);
    Reflect.deleteProperty(staging, 'download');
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect((error as Error).message).toMatch(
      /^Cannot write checkpoint ".*every\.nvdb" after step 2, which is done: Cannot allocate buffer "staging down": 64 bytes /u,
    );
    expect(simulation.frame).toBe(2);
    await steps(simulation, 2);
    expect(readdirSync(folder.path)).toEqual(['every.nvdb']);
  },
);
