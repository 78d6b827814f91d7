/** Steps on their way: however many may be at once, the bits are the same, and the host waits for half of them at a time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect, test } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { Program, type RecordingRequest } from '../src/program.ts';
import { FlightLimit, flightOf, stepsAwaited } from '../src/steps-in-flight.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [0, 0, 0], max: [16, 16, 12] } as const;
const NUMBERS = [2, 3, 5, 8, 16] as const;

async function another(device: Device): Promise<Device> {
  return openDevice({ device: `#${device.report.index}`, validation: false });
}

/** Sums, a loop that ends by a scalar, one swap of copies outside of it, numbers that change from step to step. */
async function busy(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain, ...options });
  simulation.addField('p', 'float32', 0);
  simulation.addField('rolled', 'float32', 1);
  simulation.addField('trail', 'uint32', 1);
  simulation.addScalar('change', 'float', 1);
  simulation.addScalar('pushed', 'int', 0);
  simulation.addParameter('rate', 'int', 0);
  simulation.addParameter('tolerance', 'float', 0.004);
  simulation.addStencil('sweep', {
    inputs: ['p', 'rolled'],
    outputs: ['p'],
    code: `float next = (ReadField("p", coord + ivec3(1, 0, 0)) + ReadField("p", coord - ivec3(1, 0, 0)) + ReadField("p", coord + ivec3(0, 1, 0))
        + ReadField("p", coord - ivec3(0, 1, 0)) + ReadField("p", coord + ivec3(0, 0, 1)) + ReadField("p", coord - ivec3(0, 0, 1)) + ReadField("rolled", idx)) * 0.15;
      ReduceMax("change", abs(next - ReadField("p", idx)));
      WriteField("p", idx, next);`,
  });
  simulation.addStencil('roll', {
    inputs: ['p', 'rolled'],
    outputs: ['rolled'],
    code: 'WriteField("rolled", idx, 0.5 * ReadField("rolled", coord + ivec3(1, 0, 1)) + 0.1 * ReadField("p", idx) + 0.3); ReduceSum("total", ReadField("p", idx));',
  });
  // What each step was told, in its order, and by its number.
  simulation.addStencil('note', {
    inputs: ['trail'],
    outputs: ['trail'],
    code: 'WriteField("trail", idx, 31u * ReadField("trail", idx) + uint(rate) + 7u * uint(pushed) + 3u * frame);',
  });
  simulation.repeat({ name: 'solve', body: ['sweep'], times: 200, until: { scalar: 'change', below: 'tolerance' } });
  return simulation;
}

/** Steps that nobody waits for. The numbers change before each; the tolerance falls once, so that a loop runs out of iterations again. */
async function run(simulation: Simulation, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const { frame } = simulation;
    simulation.set('rate', (frame * frame) % 11);
    if (frame % 4 === 1) simulation.set('pushed', frame);
    if (frame === 20) simulation.set('tolerance', 0.0000005);
    await simulation.runTimestep(0.1);
  }
}

async function bits(simulation: Simulation): Promise<string> {
  const values = [await simulation.scalar('total').read(), await simulation.scalar('change').read()].map(String);
  for (const field of simulation.fields) values.push((await field.read()).tree.values.join());
  return values.join(' ');
}

test('half of the steps under way are waited for at once, rounded down', () => {
  expect(NUMBERS.map(stepsAwaited)).toEqual([1, 1, 2, 4, 8]);
});

/** What the limit is after each of so many steps that take `milliseconds` each, one waited for behind the other. */
function limits(limit: FlightLimit, steps: number, milliseconds: number, from = 0): number[] {
  return Array.from({ length: steps }, (_, step) => {
    limit.done();
    limit.waits(from + step * milliseconds);
    limit.waited(from + (step + 1) * milliseconds);
    return limit.most;
  });
}

test('where no number is given steps in flight double up to 8 while many are waited for', () => {
  const limit = new FlightLimit(flightOf(null, false));
  expect(limit.most).toBe(2);
  const found = limits(limit, 200, 50);
  // 16 steps for each in flight: 32, and then 64.
  expect([found.indexOf(4), found.indexOf(8)]).toEqual([32 - 1, 32 + 64 - 1]);
  expect(found.at(-1)).toBe(8);
});

test('what is under way takes a second at most, or is two steps, where no number is given', () => {
  for (const [milliseconds, most] of [
    [124, 8],
    [126, 4],
    [249, 4],
    [251, 2],
    [5000, 2],
  ] as const) {
    const limit = new FlightLimit(flightOf(null, false));
    expect(limits(limit, 400, milliseconds).at(-1), `${milliseconds} ms a step`).toBe(most);
  }
  const limit = new FlightLimit(flightOf(null, false));
  expect(limits(limit, 200, 10).at(-1)).toBe(8);
  expect(limits(limit, 3, 300, 2000)).toEqual([4, 2, 2]);
  // Time in which nothing was under way tells nothing.
  expect(limits(limit, 200, 10, 3000).at(-1)).toBe(8);
  limit.rested();
  limit.waits(900_000);
  limit.waited(1_000_000);
  expect(limit.most).toBe(8);
  // Nor does time in which the host was away, and waited for little of it.
  limit.done();
  limit.waits(1_090_000);
  limit.waited(1_100_000);
  expect(limit.most).toBe(8);
});

test('a step that ran out of iterations brings the limit back to 2; a given number stays', () => {
  const limit = new FlightLimit(flightOf(null, false));
  limits(limit, 200, 1);
  limit.stalled();
  expect(limit.most).toBe(2);
  expect(limits(limit, 32, 1, 200).at(-1)).toBe(4);
  for (const given of [flightOf(5, false), flightOf(5, true), flightOf(null, true)]) {
    const fixed = new FlightLimit(given);
    fixed.stalled();
    expect([...new Set([...limits(fixed, 200, 1), ...limits(fixed, 9, 5000)])]).toEqual([given.slots]);
  }
  expect(flightOf(null, true).slots).toBe(2);
});

gpuTest('where no number is given the bits are those of 2, through growth and stalls', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const found: string[] = [];
  for (const options of [{ device, stepsInFlight: 2 }, { device }, { devices: [device, other], subdomains: 3 }]) {
    const told: string[] = [];
    await using simulation = await busy({ ...options, log: (line) => told.push(line) });
    await run(simulation, 130);
    // With more in flight by now where it grows: the loop runs out of iterations again.
    await simulation.field('rolled').write((i, j, k) => 3 + Math.sin(0.3 * i + j) * Math.cos(k));
    await run(simulation, 20);
    found.push(await bits(simulation));
    expect(told.some((line) => /^Step 1[34]\d: repeat "solve" ran the/u.test(line))).toBe(true);
  }
  expect([found[1] === found[0], found[2] === found[0]]).toEqual([true, true]);
});

gpuTest('steps that become slow while many are in flight are fewer at once', PLAIN, async ({ device }) => {
  // A clock that the test moves on: by so much at each look, so that steps seem slow.
  const now = performance.now.bind(performance);
  let [ahead, by] = [0, 0];
  performance.now = () => now() + (ahead += by);
  try {
    for (let phase = 0; phase < 8; phase++) {
      await using simulation = await plain({ device });
      for (let step = 0; step < 160 + phase; step++) await simulation.runTimestep(0.1);
      by = 3000;
      for (let step = 0; step < 20; step++) await simulation.runTimestep(0.1);
      by = 0;
      await using two = await plain({ device, stepsInFlight: 2 });
      for (let step = 0; step < 180 + phase; step++) await two.runTimestep(0.1);
      const [found, expected] = await Promise.all([simulation, two].map((each) => each.field('u').read()));
      expect(found!.tree.values).toEqual(expected!.tree.values);
    }
  } finally {
    performance.now = now;
  }
});

gpuTest('where no number is given many steps wait seldom, and end where they stand', PLAIN, async ({ device }) => {
  await using simulation = await plain({ device });
  await simulation.runTimestep(0.1);
  await simulation.finish();
  const { waits } = device.counters;
  for (let step = 0; step < 600; step++) await simulation.runTimestep(0.1);
  await simulation.finish();
  // One for each of the first 32, for two of the next 64, for four of the others.
  expect(device.counters.waits - waits).toBeLessThanOrEqual(32 + 64 / 2 + (600 - 96) / 4 + 8);
});

gpuTest('however many steps are in flight, and over what, the bits are the same', PLAIN, async ({ device }) => {
  await using other = await another(device);
  let expected: string | null = null;
  for (const cut of [{ device }, { device, subdomains: 3 }, { devices: [device, other], subdomains: 4 }]) {
    for (const stepsInFlight of NUMBERS) {
      const told: string[] = [];
      await using simulation = await busy({ ...cut, stepsInFlight, log: (line) => told.push(line) });
      await run(simulation, 26);
      const found = await bits(simulation);
      expected ??= found;
      expect(found === expected, `${stepsInFlight} over ${JSON.stringify(Object.keys(cut))}`).toBe(true);
      const stalled = told.flatMap(
        (line) => line.match(/^Step (\d+): repeat "solve" ran the \d+ iterations/u)?.[1] ?? [],
      );
      expect(stalled).toEqual(expect.arrayContaining(['0', '20']));
    }
  }
});

gpuTest('steps behind one that stalled are submitted again as the specification wants it', {}, async ({ device }) => {
  for (const access of ['address', 'descriptor'] as const) {
    const found: string[] = [];
    for (const stepsInFlight of [2, 5]) {
      await using simulation = await busy({ device, subdomains: 2, access, stepsInFlight });
      await run(simulation, 7);
      found.push(await bits(simulation));
    }
    expect(found[1] === found[0], access).toBe(true);
  }
});

gpuTest('a run goes on from a checkpoint with another number of steps in flight', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
  try {
    const file = join(folder, 'c.nvdb');
    await using whole = await busy({ device });
    await run(whole, 24);
    const expected = await bits(whole);
    for (const [before, after] of [
      [8, 2],
      [2, 5],
      [3, 16],
    ] as const) {
      await using first = await busy({ device, subdomains: 2, stepsInFlight: before });
      await run(first, 13);
      await first.checkpoint(file);
      await using second = await busy({ devices: [device, other], stepsInFlight: after });
      await second.resume(file);
      await run(second, 11);
      expect((await bits(second)) === expected, `${before}, then ${after}`).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A step of one pass; no loop can stall it. */
async function plain(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain, ...options });
  simulation.addField('u', 'float32', 1);
  const code = 'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)));';
  simulation.addStencil('halve', { inputs: ['u'], outputs: ['u'], code });
  await simulation.initialize();
  return simulation;
}

gpuTest('with 8 in flight forty steps wait nine times at most, the end counted', PLAIN, async ({ device }) => {
  await using simulation = await plain({ device, stepsInFlight: 8 });
  // The first step makes the program, whose uploads are waited for where they take a while.
  await simulation.runTimestep(0.1);
  await simulation.finish();
  const { waits } = device.counters;
  for (let step = 0; step < 40; step++) await simulation.runTimestep(0.1);
  await simulation.finish();
  // Before steps 8, 12, 16, …, 36.
  expect(device.counters.waits - waits).toBeLessThanOrEqual(9);
});

/** A turn of the event loop, several times: what could go on has. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

gpuTest('a step for which there is no room waits for half of those under way', PLAIN, async ({ device }) => {
  for (const [stepsInFlight, awaited] of [
    [2, 1],
    [5, 2],
    [8, 4],
  ] as const) {
    await using simulation = await plain({ device, stepsInFlight });
    await simulation.finish();
    // The device gets to a step when the host lets it.
    using gate = device.createTimeline('gate');
    const ends: number[] = [];
    const submitted: number[] = [];
    const steps: Promise<void>[] = [];
    for (let step = 0; step < stepsInFlight; step++) {
      device.compute.submit([], { wait: [{ timeline: gate, value: step + 1 }] });
      await simulation.runTimestep(0.1);
      ends.push(device.compute.timeline.last);
    }
    for (let step = 0; step <= awaited; step++) {
      steps.push(simulation.runTimestep(0.1).then(() => void submitted.push(step)));
    }
    for (let done = 1; done <= awaited; done++) {
      await turns();
      expect(submitted, `${done - 1} of ${stepsInFlight} are done`).toEqual([]);
      gate.signal(done);
      await device.compute.timeline.wait(ends[done - 1]!);
    }
    // As many as were waited for go at once, the next one waits again.
    await Promise.all(steps.slice(0, awaited));
    await turns();
    expect(submitted).toEqual(Array.from({ length: awaited }, (_, step) => step));
    gate.signal(stepsInFlight + 1);
    await Promise.all(steps);
  }
});

gpuTest('while nothing changes no recording is looked up, however many are in flight', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const lookUp = Object.getOwnPropertyDescriptor(Program.prototype, 'recording')!;
  const { value } = lookUp as { value: Program['recording'] };
  let asked = 0;
  Object.defineProperty(Program.prototype, 'recording', {
    ...lookUp,
    value(this: Program, request: RecordingRequest) {
      asked++;
      return value.call(this, request);
    },
  });
  try {
    for (const stepsInFlight of NUMBERS) {
      await using simulation = await plain({ devices: [device, other], stepsInFlight });
      for (let step = 0; step < 6 * stepsInFlight; step++) await simulation.runTimestep(0.1);
      const before = asked;
      expect(before).toBeGreaterThan(0);
      for (let step = 0; step < 3 * stepsInFlight + 1; step++) await simulation.runTimestep(0.1);
      expect(asked - before, `${stepsInFlight}`).toBe(0);
    }
  } finally {
    Object.defineProperty(Program.prototype, 'recording', lookUp);
  }
});

gpuTest('a read that went too far is told at the latest when the run is waited for', PLAIN, async ({ device }) => {
  for (const stepsInFlight of [8, 16]) {
    await using simulation = await Simulation.create({ device, domain, subdomains: 2, stepsInFlight });
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('look', {
      inputs: ['u'],
      outputs: ['u'],
      neighborRadius: 2,
      code: `ivec3 far = frame == 3u && coord == ivec3(2, 5, 7) ? ivec3(9, 0, 0) : ivec3(0, 0, 0);
        WriteField("u", idx, 0.5 * ReadField("u", coord + far));`,
    });
    for (let step = 0; step < 8; step++) await simulation.runTimestep(0.1);
    await expect(simulation.finish()).rejects.toThrow(
      'Cannot run stencil "look": at voxel (2, 5, 7) in step 3 it reads "u" more than 2 voxels away',
    );
    await expect(simulation.runTimestep(0.1)).rejects.toThrow(
      'Cannot run stencil "look": at voxel (2, 5, 7) in step 3',
    );
  }
});

/** Smoke in a wind that grows, with a radius that follows it. */
async function windy(options: Partial<SimulationOptions>, growth: number): Promise<string> {
  await using simulation = await Simulation.create({ domain, ...options });
  simulation.addField('smoke', 'float32', 0);
  simulation.addField('wind', 'vec3', [0, 0, 0]);
  simulation.addStencil('carry', {
    inputs: ['smoke', 'wind'],
    outputs: ['smoke'],
    neighborRadius: { cfl: 'wind', cap: 6 },
    beyondRadius: 'clamp',
    code: 'WriteField("smoke", idx, SampleField("smoke", CoordToWorld(coord) - dt * ReadField("wind", coord)));',
  });
  const code = `WriteField("wind", idx, (2.0 + ${growth.toFixed(2)} * float(frame)) * vec3(sin(0.1 * float(coord.y)), -1.0, cos(0.2 * float(coord.x))));`;
  simulation.addStencil('blow', { outputs: ['wind'], code });
  await simulation.field('smoke').write((i, j, k) => Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1));
  for (let step = 0; step < 60; step++) await simulation.runTimestep(0.1);
  const values = (await simulation.field('smoke').read()).tree.values.join();
  return `${simulation.explain().match(/radius of .*/u)![0]} ${values}`;
}

gpuTest('a radius follows the flow of so many steps before, on every cut alike', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const calm = await windy({ device }, 0.05);
  expect(calm).toMatch(/^radius of carry: 2 of at most 6 voxels, as wind asks for/u);
  for (const stepsInFlight of [3, 8]) {
    expect((await windy({ devices: [device, other], subdomains: 3, stepsInFlight }, 0.05)) === calm).toBe(true);
  }
  // The flow outruns a radius that looks back by sixteen steps: what is clamped follows from the number, and from nothing else.
  const outrun = await windy({ device, stepsInFlight: 16 }, 0.6);
  expect((await windy({ device, subdomains: 4, stepsInFlight: 16 }, 0.6)) === outrun).toBe(true);
  expect((await windy({ device }, 0.6)) === outrun).toBe(false);
});

gpuTest('a trace has every step of those that stalled with others behind them', PLAIN, async ({ device }) => {
  await using other = await another(device);
  const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
  try {
    const trace = join(folder, 'trace.json');
    const told: string[] = [];
    {
      await using simulation = await busy({
        devices: [device, other],
        stepsInFlight: 5,
        trace,
        log: (line) => told.push(line),
      });
      await run(simulation, 9);
    }
    expect(told.some((line) => line.startsWith('Step 0: repeat "solve" ran the 32 iterations'))).toBe(true);
    const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as {
      traceEvents: { ph: string; args: { step?: number } }[];
    };
    const steps = new Set(traceEvents.filter(({ ph }) => ph === 'X').map(({ args }) => args.step));
    for (let step = 0; step < 9; step++) expect(steps.has(step)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

gpuTest('a number that is none is refused', PLAIN, async ({ device }) => {
  for (const given of [1, 17, 2.5, '8', NaN, null]) {
    const shown = typeof given === 'string' ? `"${given}"` : String(given);
    await expect(Simulation.create({ device, domain, stepsInFlight: given as number })).rejects.toThrow(
      new TypeError(`Cannot create simulation: stepsInFlight is ${shown}; give a whole number of steps, 2 to 16`),
    );
  }
});
