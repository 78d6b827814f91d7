/** Every solver of this room, whole and in parts: the same bits, on boxes of unlike sides, sparse shapes, sheets and a single leaf. */
import { Simulation, type SimulationOptions } from '@halocline/engine';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { levelSetSphere, type Grid } from '@halocline/vdb';
import { expect } from 'vitest';
import * as fluids from '../src/index.ts';

const long = process.env['HALOCLINE_LONG'] === '1';
const PLAIN = { validation: false, timeoutMs: long ? 3_000_000 : 300_000 } as const;

/** A shell of leaves around a ball: sparse, and with holes. */
function shell(): Grid {
  return levelSetSphere([0, 0, 0], 14, { voxelSize: 1, halfWidth: 3 });
}

const box = (x: number, y: number, z: number): Pick<SimulationOptions, 'domain'> => ({
  domain: { min: [-3, 0, 5], max: [x - 3, y, z + 5] },
});

const SHAPES: Readonly<Record<string, () => Pick<SimulationOptions, 'domain' | 'grid'>>> = {
  'a box of unlike sides': () => box(35, 20, 13),
  'a shell': () => ({ grid: shell() }),
  'a sheet': () => box(40, 33, 1),
  'a single leaf': () => ({ domain: { min: [0, 0, 0], max: [8, 8, 8] } }),
};

/** Which parts of a solver are added; all write or read `velocity`. */
const SOLVERS: Readonly<Record<string, (simulation: Simulation) => Promise<void> | void>> = {
  advection: (simulation) =>
    fluids.addAdvection(simulation, ['density'], { neighborRadius: 4, decay: { density: 0.5 } }),
  'advection, clamped': async (simulation) => {
    // Up to four voxels a step: most would go further than they may.
    await simulation.field('velocity').write((i, j) => [16 * Math.sin(0.2 * j), 12 * Math.cos(0.3 * i), 9]);
    fluids.addAdvection(simulation, ['density'], { neighborRadius: 2, beyondRadius: 'clamp' });
  },
  forces: (simulation) => {
    fluids.addAdvection(simulation, ['density', 'temperature'], { neighborRadius: 4 });
    fluids.addForces(simulation, { confinement: 0.5 });
  },
  smoke: async (simulation) => {
    const solids = fluids.addObstacles(simulation, { balls: [{ center: [4, 4, 8], radius: 2.5 }], floor: true });
    await fluids.runOnce(simulation, [...solids, ...fluids.addHierarchy(simulation, 3)]);
    fluids.addAdvection(simulation, ['density', 'temperature'], { neighborRadius: 4 });
    fluids.addStillAir(simulation, { density: 0, temperature: 300 });
    fluids.addForces(simulation, { confinement: 0.5 });
    fluids.addClosedFaces(simulation);
    fluids.addProjection(simulation, { levels: 3, tolerance: 0.05 });
  },
};

async function bits(
  options: SimulationOptions,
  add: (simulation: Simulation) => Promise<void> | void,
  steps: number,
): Promise<Record<string, string>> {
  await using simulation = await Simulation.create(options);
  simulation.addField('density', 'float32', 0);
  simulation.addField('temperature', 'float32', 300);
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  await simulation.field('density').write((i, j, k) => Math.sin(0.3 * i) + Math.cos(0.5 * j - 0.2 * k));
  await simulation.field('temperature').write((i, j) => 300 + 40 * Math.sin(0.2 * i + 0.1 * j));
  await simulation
    .field('velocity')
    .write((i, j, k) => [Math.sin(0.2 * j + k), 1.5 * Math.cos(0.3 * i), Math.sin(0.4 * i - 0.2 * j)]);
  await add(simulation);
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.25);
  const result: Record<string, string> = {};
  for (const level of [0, 1, 2]) {
    for (const field of simulation.level(level).fields) {
      const { values } = (await field.read()).tree;
      result[`${field.name}@${level}`] = values.map((each) => Buffer.from(each.buffer).toString('base64')).join();
    }
  }
  return result;
}

/** How the domain is cut, over how many logical devices, up to how many leaves a level is held whole by each, and how many steps are under way. */
function cutsOf(number: number): { subdomains: number; count: number; replicate: number; stepsInFlight: number }[] {
  const all = [
    { subdomains: 2, count: 2, replicate: 512, stepsInFlight: 8 },
    { subdomains: 3, count: 2, replicate: 0, stepsInFlight: 3 },
    { subdomains: 4, count: 4, replicate: 2, stepsInFlight: 2 },
    { subdomains: 7, count: 1, replicate: 512, stepsInFlight: 5 },
    { subdomains: 8, count: 3, replicate: 4, stepsInFlight: 16 },
  ];
  // Each pair of solver and shape takes one, so that together they have all.
  return long ? all : [all[number % all.length]!];
}

let number = 0;
for (const [solver, add] of Object.entries(SOLVERS)) {
  for (const [shape, domain] of Object.entries(SHAPES)) {
    const cuts = cutsOf(number++);
    const told = cuts.map(({ subdomains, count }) => `${subdomains} on ${count}`).join(', ');
    gpuTest(`${solver} on ${shape}, cut ${told}: the same bits`, PLAIN, async ({ device }) => {
      const steps = long ? 20 : 4;
      const whole = await bits({ device, ...domain() }, add, steps);
      await using others = new AsyncDisposableStack();
      const devices: Device[] = [device];
      const most = Math.max(...cuts.map(({ count }) => count));
      while (devices.length < most) {
        devices.push(others.use(await openDevice({ device: device.name, validation: false })));
      }
      for (const { subdomains, count, replicate, stepsInFlight } of cuts) {
        const options = { devices: devices.slice(0, count), subdomains, replicate, stepsInFlight, ...domain() };
        const parts = await bits(options, add, steps);
        for (const [name, values] of Object.entries(whole)) {
          expect(parts[name] === values, `${name}, ${subdomains} subdomains on ${count} devices`).toBe(true);
        }
      }
    });
  }
}
