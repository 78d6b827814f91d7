/** Random programs over random topologies, cut at random: the bits of the whole. */
import type { Device } from '@halocline/gpu';
import { openDevice } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import fc from 'fast-check';
import { expect } from 'vitest';
import { RandomProgram } from '../../stencil/test/random-program.ts';
import { CUT_ORDERS } from '../src/cut/curve.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

const long = process.env['HALOCLINE_LONG'] === '1';
const PLAIN = { validation: false, timeoutMs: long ? 3_000_000 : 240_000 } as const;

/** Further than any voxel of these topologies is from another: the programs read at `coord.zxy` too. */
const EVERYWHERE = 48;

interface Programs {
  readonly codes: readonly string[];
  /** Where the vec3 lives that they read. */
  readonly at: 'center' | 'faces';
  /** Voxels; what goes further is clamped. */
  readonly radius: number;
}

/** All fields, and what was reduced, after a few steps of one or two programs. */
async function bits(options: SimulationOptions, { codes, at, radius }: Programs): Promise<Record<string, string>> {
  await using simulation = await Simulation.create(options);
  simulation.addField('density', 'float32', 0.5);
  simulation.addField('velocity', 'vec3', [0.25, 0, -1], { at });
  simulation.addField('pressure', 'float32', 0);
  simulation.addField('flags', 'uint8', 3);
  simulation.addField('ids', 'int32', -2);
  simulation.addParameter('buoyancy', 'float', 0.75);
  simulation.addParameter('wind', 'vec3', [1, 2, 3]);
  simulation.addParameter('steps', 'int', 3);
  simulation.addParameter('open', 'bool', true);
  simulation.addScalar('largest', 'float', 1.5);
  simulation.addScalar('count', 'int', 4);
  simulation.addScalar('done', 'bool', 0);
  for (const [number, code] of codes.entries()) {
    simulation.addStencil(`random_${number}`, {
      inputs: ['density', 'velocity', 'pressure', 'flags', 'ids'],
      outputs: ['density', 'made'],
      code: code.replaceAll('"total"', `"total_${number}"`),
      neighborRadius: radius,
      beyondRadius: radius === EVERYWHERE ? 'error' : 'clamp',
    });
  }
  await simulation.initialize();
  await simulation.field('density').write((i, j, k) => Math.sin(0.4 * i) + Math.cos(0.7 * j + k));
  await simulation.field('flags').write((i, j, k) => (i * 31 + j * 7 + k) & 255);
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  const result: Record<string, string> = {};
  for (const field of simulation.fields) {
    const { values } = (await field.read()).tree;
    result[field.name] = values.map((each) => Buffer.from(each.buffer).toString('base64')).join();
  }
  for (const number of codes.keys())
    result[`total ${number}`] = String(await simulation.scalar(`total_${number}`).read());
  return result;
}

/** A wrong program of the generator is none of this test's: what the compiler refuses, it refuses however the domain is cut. */
async function outcome(options: SimulationOptions, programs: Programs): Promise<unknown> {
  return bits(options, programs).catch((error: Error) => error.message);
}

gpuTest('random programs have the bits of the whole on any cut', PLAIN, async ({ device }) => {
  await using other: Device = await openDevice({ device: device.name, validation: false });
  const choices = fc.array(fc.nat({ max: 1 << 20 }), { minLength: 10, maxLength: 160 });
  const cases = fc.record({
    seed: fc.nat(),
    leaves: fc.integer({ min: 1, max: 24 }),
    at: fc.constantFrom('center', 'faces'),
    radius: fc.constantFrom(EVERYWHERE, EVERYWHERE, 2, 3),
    programs: fc.array(choices, { minLength: 1, maxLength: 2 }),
    subdomains: fc.constantFrom(2, 3, 4, 7, 8),
    count: fc.constantFrom(1, 2, 2),
    cutOrder: fc.constantFrom(...CUT_ORDERS),
    overlap: fc.boolean(),
  });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, leaves, at, radius, programs: lists, count, ...cut }) => {
      const programs = { codes: lists.map((list) => new RandomProgram(list).text()), at, radius };
      const grid = topologyOf(seed, leaves);
      const whole = await outcome({ grid, device }, programs);
      compared += typeof whole === 'string' ? 0 : 1;
      const devices = [device, other].slice(0, count);
      const parts = await outcome({ grid, devices, ...cut }, programs);
      expect(parts).toEqual(whole);
    }),
    { numRuns: long ? 150 : 6, endOnFailure: !long },
  );
  expect(compared).toBeGreaterThan(long ? 75 : 2);
});
