/** A cut that follows measured time: leaves and fields go from device to device, and no bit shows it. */
import { openDevice, type Device } from '@halocline/gpu';
import { fillMemory, gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';

/** Debian's layer waits ten seconds for each timeline that the host signals. */
const PLAIN = { validation: false, timeoutMs: 300_000 } as const;

const wavy = (i: number, j: number, k: number): number =>
  Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1);

/**
 * One leaf at low x takes thousands of times as long as any other: milliseconds on a processor, and on a card too. It is one leaf since
 * a software driver's devices share the threads of one processor: a leaf holds one of them, and the other device works on the rest.
 */
async function lopsided(options: Partial<SimulationOptions>): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: [128, 16, 24] } as const;
  const simulation = await Simulation.create({ domain, ...options });
  simulation.addParameter('turns', 'int', simulation.device.kind === 'cpu' ? 8000 : 200_000);
  simulation.addField('u', 'float32', 0.25);
  simulation.addField('h', 'float16', 0.5);
  simulation.level(1).addField('coarse', 'float32', 1);
  simulation.addStencil('work', {
    inputs: ['u', 'h'],
    outputs: ['u', 'h'],
    code: `float v = ReadField("u", coord);
      int most = coord.x < 8 && coord.y < 8 && coord.z < 8 ? turns : 4;
      for (int n = 0; n < most; n++) v = sin(v + 0.1);
      WriteField("u", idx, 0.5 * v + 0.25 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.25 * ReadField("u", coord - ivec3(0, 1, 1)));
      WriteField("h", idx, 0.5 * ReadField("h", coord - ivec3(2, 0, 0)) + 0.1 * v);
      ReduceSum("total", v);`,
  });
  simulation.level(1).addStencil('restrict', {
    inputs: ['u', 'coarse'],
    outputs: ['coarse'],
    code: 'WriteField("coarse", idx, 0.5 * ReadField("coarse", coord + ivec3(0, 0, 1)) + ReadFine("u", 2 * coord));',
  });
  await simulation.field('u').write(wavy);
  return simulation;
}

async function bits(simulation: Simulation): Promise<string[]> {
  const fields = [...simulation.fields, ...simulation.level(1).fields];
  const values: string[] = [String(await simulation.scalar('total').read())];
  for (const field of fields) values.push((await field.read()).tree.values.join());
  return values;
}

/** Steps of one alone, so that it doesn't take the time of others that are measured. */
async function run(simulation: Simulation, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.01);
}

async function another(device: Device): Promise<Device> {
  return openDevice({ device: device.name, validation: false });
}

gpuTest('leaves go where there is time for them, and the bits stay', PLAIN, async ({ device }) => {
  await using other = await another(device);
  await using whole = await lopsided({ device });
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  await using parts = await lopsided({ devices: [device, other], subdomains: 3, rebalance: 'time', log });
  const one = `Rebalancing by time: devices 1, 2 are one, "${device.name}", and wait for each other within their own times; what each takes tells who came first, too`;
  expect(words.filter((word) => word.startsWith('Rebalancing'))).toEqual(other.uuid === device.uuid ? [one] : []);
  const before = (await parts.subdomains()).map(({ leaves }) => leaves);
  const moved = (): boolean => words.some((word) => /leaves were moved/u.test(word));
  let steps = 0;
  while (!(moved() && steps % 5 === 0) && steps < 400) {
    await parts.runTimestep(0.01);
    steps++;
  }
  expect(words.find((word) => /leaves were moved/u.test(word))).toMatch(
    /^Step \d+: devices took [\d.]+ ms, [\d.]+ ms; \d+ leaves were moved in [\d.]+ ms, to save [\d.]+ ms a step$/u,
  );
  const after = (await parts.subdomains()).map(({ leaves }) => leaves);
  expect(after[0]! + after[1]!).not.toBe(before[0]! + before[1]!);
  expect(after.reduce((sum, each) => sum + each)).toBe(whole.leafCount);
  expect(parts.explain()).toMatch(/^cut by time: shares [\d.]+ %, [\d.]+ %; a step takes /mu);
  expect(parts.explain()).toMatch(/^shift at step \d+: \d+ leaves in [\d.]+ ms, [\d.]+ ms a step promised, /mu);
  await run(parts, 4);
  await run(whole, steps + 4);
  expect(await bits(parts)).toEqual(await bits(whole));
});

gpuTest('parts that are no multiple of the devices are known as the shares they are', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const devices = [device, other];
  for (const [subdomains, shares] of [
    [2, '50.0 %, 50.0 %'],
    [3, '66.7 %, 33.3 %'],
    [5, '60.0 %, 40.0 %'],
  ] as const) {
    await using parts = await lopsided({ devices, subdomains, rebalance: 'time' });
    await parts.initialize();
    expect(parts.explain()).toContain(`cut by time: shares ${shares}; a step takes not known yet`);
    const leaves = (await parts.subdomains()).map((each) => each.leaves);
    const first = leaves.slice(0, Math.ceil(subdomains / 2)).reduce((sum, each) => sum + each);
    expect(first / parts.leafCount).toBeCloseTo(Math.ceil(subdomains / 2) / subdomains, 1);
  }
});

gpuTest('a cut along another order is shifted along it, also with more steps in flight', PLAIN, async ({ device }) => {
  await using other = await another(device);
  await using whole = await lopsided({ device });
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  const cutOrder = 'hilbert';
  const how = { subdomains: 3, cutOrder, rebalance: 'time', stepsInFlight: 5, log } as const;
  await using parts = await lopsided({ devices: [device, other], ...how });
  let steps = 0;
  while (!words.some((word) => /leaves were moved/u.test(word)) && steps < 400) {
    await parts.runTimestep(0.01);
    steps++;
  }
  expect(words.some((word) => /leaves were moved/u.test(word))).toBe(true);
  expect((await parts.subdomains()).map(({ cutOrder: order }) => order)).toEqual(['hilbert', 'hilbert', 'hilbert']);
  await run(parts, 2);
  await run(whole, steps + 2);
  expect(await bits(parts)).toEqual(await bits(whole));
});

gpuTest('where a device has no room for more, the cut stays', PLAIN, async ({ device }) => {
  await using small = await openDevice({ device: device.name, validation: false, memoryLimit: 64 * 2 ** 20 });
  const words: string[] = [];
  const log = (word: string): void => void words.push(word);
  await using parts = await lopsided({ devices: [device, small], rebalance: 'time', log });
  await using whole = await lopsided({ device });
  await run(parts, 1);
  await parts.finish();
  const before = (await parts.subdomains()).map(({ leaves }) => leaves);
  let steps = 0;
  {
    using filling = new DisposableStack();
    for (const buffer of fillMemory(small)) filling.use(buffer);
    const stays = (): string | undefined => words.find((word) => word.startsWith('The cut stays'));
    for (; steps < 200 && stays() === undefined; steps++) await parts.runTimestep(0.01);
    expect(stays()).toMatch(/^The cut stays as it is: Cannot allocate buffer "/u);
  }
  expect((await parts.subdomains()).map(({ leaves }) => leaves)).toEqual(before);
  await run(parts, 1);
  await run(whole, steps + 2);
  expect(await bits(parts)).toEqual(await bits(whole));
});

gpuTest('one device has nothing to balance, and another word is refused', PLAIN, async ({ device }) => {
  const said: string[] = [];
  const log = (message: string): void => void said.push(message);
  await using simulation = await lopsided({ device, subdomains: 2, rebalance: 'time', log });
  expect(said).toEqual(["rebalance 'time' shifts the cut between devices, and there is one: the cut stays as it is"]);
  await simulation.runTimestep(0.01);
  expect(simulation.explain()).not.toContain('cut by time');
  await expect(lopsided({ device, rebalance: 'often' as 'off' })).rejects.toThrow(
    `Cannot create simulation: rebalance is "often"; give 'voxels', 'time' or 'off'`,
  );
});
