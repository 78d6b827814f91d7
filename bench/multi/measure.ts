/**
 * @file Measures one case on one choice of devices: the time of a step, the host's part of it, what of that is JavaScript, and what a
 * trace tells.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countCalls, type CallCount } from '@halocline/vulkan';
import { Simulation } from 'halocline';
import type { MultiCase } from './cases.ts';
import { traceFigures, type TraceFigures } from './trace-figures.ts';

/** What is measured. */
export interface Setup {
  readonly bench: MultiCase;
  readonly box: readonly [number, number, number];
  readonly devices: readonly string[];
  readonly overlap: boolean;
  /** Steps that may be on their way at once; null for the engine's own choice. */
  readonly inFlight: number | null;
  /** Whether a traced run follows, where there are several devices. */
  readonly traced: boolean;
  /** Whether the driver's calls are counted and timed, after the case ran on a small domain for a while. */
  readonly counted: boolean;
  /** Up to how many leaves a level is computed whole by each device; the simulation's default where it isn't given. */
  readonly replicate?: number;
}

/** What was found. */
export interface Measured {
  /** Of a step. */
  readonly milliseconds: number;
  readonly megavoxels: number;
  /** Of the main thread, its calls of the driver included, a step and device. */
  readonly hostMicroseconds: number;
  readonly trace: TraceFigures | null;
  readonly host: HostFigures | null;
}

/** Of the main thread, a step and device, in the round of those whose calls of the driver were counted in which JavaScript took least. */
export interface HostFigures {
  /** Outside of the driver's calls. */
  readonly scriptMicroseconds: number;
  /** Within them. */
  readonly callMicroseconds: number;
  readonly calls: number;
  /** Steps that the process had run of this case before, on a small domain and this one: code is compiled as it is used. */
  readonly stepsBefore: number;
}

/**
 * Every recording there will be (slots, copies, turns of messages) is made, and its calls are written, in so many steps: 8 a slot. Where the
 * engine chooses, it has come to 8 slots after 96 steps, and runs through them 8 times until then.
 */
function warmSteps(inFlight: number | null): number {
  return inFlight === null ? 96 + 64 : 8 * inFlight;
}

/**
 * A card that was idle begins with a slow clock, and one of several may keep it for seconds (four H200: a sweep took 1.2 ms on one of
 * them and 0.3 ms on the others, which waited for it). So it steps until the last of these has brought nothing better.
 */
const SETTLED_MILLISECONDS = 2500;
const MOST_WARM_MILLISECONDS = 12_000;
/** Steps are timed in rounds of so long, and the fastest counts. */
const ROUND_MILLISECONDS = 200;
const ROUNDS = 5;
/** Where calls are counted, rounds have at least so many steps: waking up and finishing are in each of them once. */
const COUNTED_STEPS = 24;
/** What runs before them: so many steps of a domain of 16³ voxels a device, or as many as there are in so long. */
const REHEARSED_STEPS = 2000;
const REHEARSED_MILLISECONDS = 1500;
const REHEARSED_EDGE = 16;
/** Traced for so long; the second half counts. */
const TRACED_MILLISECONDS = 300;

async function open(
  { bench, box, devices, overlap, inFlight, replicate }: Setup,
  more: { readonly trace?: string },
): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: box } as const;
  const chosen = replicate === undefined ? {} : { replicate };
  const flight = inFlight === null ? {} : { stepsInFlight: inFlight };
  const options = { devices, domain, overlap, voxelSize: 1 / box[0], ...flight, ...chosen, ...more };
  const simulation = await Simulation.create(options);
  const start = await bench.declare(simulation, box);
  await run(simulation, 1, bench);
  for (const name of start) simulation.removeStencil(name);
  return simulation;
}

async function run(simulation: Simulation, steps: number, { dt = 0.002 }: MultiCase): Promise<void> {
  for (let step = 0; step < steps; step++) await simulation.runTimestep(dt);
  await simulation.finish();
}

/** Milliseconds of a step, without a trace; then the messages, with one. */
export async function measure(setup: Setup): Promise<Measured> {
  const timed = await time(setup);
  return { ...timed, trace: setup.traced && setup.devices.length > 1 ? await trace(setup) : null };
}

/** Milliseconds of a step, in a round. */
async function round(simulation: Simulation, steps: number, bench: MultiCase): Promise<number> {
  const began = performance.now();
  await run(simulation, steps, bench);
  return (performance.now() - began) / steps;
}

/** Steps until it gets no faster: how many there were, and how many fill a round. */
async function warm(simulation: Simulation, { bench, inFlight }: Setup): Promise<{ before: number; steps: number }> {
  let before = warmSteps(inFlight);
  let best = await round(simulation, before++, bench);
  const began = performance.now();
  for (let found = began; ;) {
    const now = performance.now();
    const steps = Math.max(2, Math.ceil(ROUND_MILLISECONDS / best));
    if (now - found > SETTLED_MILLISECONDS || now - began > MOST_WARM_MILLISECONDS) return { before, steps };
    const milliseconds = await round(simulation, steps, bench);
    before += steps;
    if (milliseconds < 0.97 * best) found = performance.now();
    best = Math.min(best, milliseconds);
  }
}

/** Runs the case on a small domain of the same shape, so that code is compiled; how many steps there were. */
async function rehearse(setup: Setup): Promise<number> {
  const least = Math.min(...setup.box);
  const [x, y, z] = setup.box.map((size) => REHEARSED_EDGE * Math.round(size / least)) as [number, number, number];
  await using simulation = await open({ ...setup, box: [x, y, z] }, {});
  const began = performance.now();
  let steps = 1;
  while (steps < REHEARSED_STEPS && performance.now() - began < REHEARSED_MILLISECONDS) {
    await run(simulation, COUNTED_STEPS, setup.bench);
    steps += COUNTED_STEPS;
  }
  return steps;
}

async function time(setup: Setup): Promise<Omit<Measured, 'trace'>> {
  const { devices, counted } = setup;
  using count = counted ? countCalls() : null;
  const rehearsed = counted ? await rehearse(setup) : 0;
  await using simulation = await open(setup, {});
  const { before, steps: enough } = await warm(simulation, setup);
  const steps = counted ? Math.max(COUNTED_STEPS, enough) : enough;
  const all: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) all.push(await measuredRound(simulation, steps, setup, count));
  const least = (of: (each: Round) => number): number => Math.min(...all.map(of));
  const milliseconds = least((each) => each.milliseconds);
  const quiet = all.toSorted((one, other) => one.scriptMicroseconds - other.scriptMicroseconds)[0]!;
  return {
    milliseconds,
    megavoxels: simulation.activeVoxels / milliseconds / 1000,
    hostMicroseconds: all.reduce((sum, each) => sum + each.hostMicroseconds, 0) / all.length / devices.length,
    host: count === null ? null : { ...quiet, stepsBefore: rehearsed + before },
  };
}

/** What a round tells. */
interface Round extends Omit<HostFigures, 'stepsBefore'> {
  readonly milliseconds: number;
  /** Of all devices together. */
  readonly hostMicroseconds: number;
}

async function measuredRound(
  simulation: Simulation,
  steps: number,
  { bench, devices }: Setup,
  count: CallCount | null,
): Promise<Round> {
  const before = { load: performance.eventLoopUtilization(), calls: count?.calls, milliseconds: count?.milliseconds };
  const milliseconds = await round(simulation, steps, bench);
  const { active } = performance.eventLoopUtilization(before.load);
  const within = (count?.milliseconds ?? 0) - (before.milliseconds ?? 0);
  const each = steps * devices.length;
  return {
    milliseconds,
    hostMicroseconds: (1000 * active) / steps,
    scriptMicroseconds: (1000 * (active - within)) / each,
    callMicroseconds: (1000 * within) / each,
    calls: ((count?.calls ?? 0) - (before.calls ?? 0)) / each,
  };
}

async function trace(setup: Setup): Promise<TraceFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
  const file = join(folder, 'trace.json');
  try {
    const simulation = await open(setup, { trace: file });
    const began = performance.now();
    let steps = 0;
    for (; steps < warmSteps(setup.inFlight) || performance.now() - began < TRACED_MILLISECONDS; steps += 8)
      await run(simulation, 8, setup.bench);
    await simulation[Symbol.asyncDispose]();
    return traceFigures(file, steps / 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
