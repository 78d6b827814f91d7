/**
 * Random scenes and what is done with them: the same bits as one subdomain whose stencils run apart, whatever runs as one and
 * however the domain is cut.
 */
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import type { Grid } from '@halocline/vdb';
import fc from 'fast-check';
import { expect } from 'vitest';
import { CUT_ORDERS } from '../src/cut/curve.ts';
import { Simulation, type Field, type SimulationOptions } from '../src/index.ts';
import { bitsOf } from './bits.ts';
import { SCENE_LEVELS, sceneOf, type Act, type Scene, type SceneField } from './random-scene.ts';
import { topologyOf } from './topologies.ts';

const long = process.env['HALOCLINE_LONG'] === '1';
const PLAIN = { validation: false, timeoutMs: long ? 3_000_000 : 240_000 } as const;

class Run {
  readonly #simulation: Simulation;
  readonly #fields: readonly SceneField[];
  readonly #scalars: string[] = [];
  /** What was found, by when and of what. */
  readonly found = new Map<string, string>();
  together = false;

  constructor(simulation: Simulation, { fields }: Scene) {
    this.#simulation = simulation;
    this.#fields = fields;
    for (let level = 1; level < SCENE_LEVELS; level++) simulation.level(level);
    for (const { level, name, type, options } of fields) {
      const background = type.includes('vec') ? [...'xyzw'].slice(0, type.includes('4') ? 4 : 3).map((_, at) => at) : 1;
      simulation.level(level).addField(name, type, background, options);
    }
    simulation.addParameter('k', 'float', 0.3);
  }

  async start(): Promise<void> {
    for (const [at, field] of this.#fields.entries()) await this.#write(field, at);
  }

  async do(act: Act, at: number): Promise<void> {
    const simulation = this.#simulation;
    switch (act.act) {
      case 'add': {
        const { level, name, options, scalars } = act.stencil;
        simulation.level(level).addStencil(name, options);
        this.#scalars.push(...scalars);
        return;
      }
      case 'remove':
        simulation.removeStencil(act.name);
        return;
      case 'set':
        simulation.set('k', act.value);
        return;
      case 'write':
        return this.#write(act.field, act.seed);
      case 'step':
        for (let step = 0; step < act.count; step++) await simulation.runTimestep(0.1);
        this.together ||= simulation.explain().includes('run as one');
        return this.#look(at);
    }
  }

  #fieldOf({ level, name }: SceneField): Field {
    return this.#simulation.level(level).field(name);
  }

  async #write(field: SceneField, seed: number): Promise<void> {
    const whole = /^u|int/.test(field.type);
    const one = (i: number, j: number, k: number, axis: number): number => {
      const value = (((i * 7 + j * 13 + k * 29 + axis * 5 + seed) % 64) + 64) % 64;
      return whole ? value : value / 32 - 1;
    };
    const count = field.type.includes('4') ? 4 : 3;
    await this.#fieldOf(field).write((i, j, k) =>
      field.type.includes('vec') ? Array.from({ length: count }, (_, axis) => one(i, j, k, axis)) : one(i, j, k, 0),
    );
  }

  async #look(at: number): Promise<void> {
    for (const field of this.#fields) {
      const { values } = (await this.#fieldOf(field).read()).tree;
      this.found.set(`${field.name} on level ${field.level} after act ${at}`, values.map(bitsOf).join());
    }
    for (const name of this.#scalars) {
      this.found.set(`${name} after act ${at}`, String((await this.#simulation.scalar(name).read()) + 0));
    }
  }
}

async function runOf(scene: Scene, options: SimulationOptions): Promise<Run> {
  await using simulation = await Simulation.create(options);
  const run = new Run(simulation, scene);
  await run.start();
  for (const [at, act] of scene.acts.entries()) await run.do(act, at);
  return run;
}

/** What differs first. */
function differenceOf(run: Run, right: Run): string | null {
  for (const [what, bits] of right.found) if (run.found.get(what) !== bits) return what;
  return run.found.size === right.found.size ? null : 'what was found';
}

function gridOf(seed: number, leaves: number): { grid: Grid } | { domain: NonNullable<SimulationOptions['domain']> } {
  if (seed % 4 > 0) return { grid: topologyOf(seed, leaves) };
  return { domain: { min: [-(seed % 19), 0, -9], max: [1 + (seed % 27), 12, 1 + (seed % 17)] } };
}

gpuTest('random scenes have the same bits as one and apart, whole and cut', PLAIN, async ({ device }) => {
  await using other: Device = await openDevice({ device: device.name, validation: false });
  const cases = fc.record({
    seed: fc.nat({ max: 1 << 20 }),
    leaves: fc.integer({ min: 1, max: long ? 24 : 12 }),
    choices: fc.array(fc.nat({ max: 1 << 20 }), { minLength: 60, maxLength: 200, size: 'max' }),
    subdomains: fc.constantFrom(2, 3, 4, 7),
    count: fc.constantFrom(1, 2),
    cutOrder: fc.constantFrom(...CUT_ORDERS),
    overlap: fc.boolean(),
    replicate: fc.constantFrom(0, 1, 512),
  });
  let [runs, together, held] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, leaves, choices, count, ...cut }) => {
      const scene = sceneOf(choices);
      const where = gridOf(seed, leaves);
      const text = JSON.stringify(scene, null, 1);
      const right = await runOf(scene, { ...where, device, fusion: false });
      const whole = await runOf(scene, { ...where, device });
      expect(differenceOf(whole, right), text).toBeNull();
      const parts = await runOf(scene, { ...where, devices: [device, other].slice(0, count), ...cut });
      expect(differenceOf(parts, right), text).toBeNull();
      runs++;
      together += whole.together ? 1 : 0;
      held += /"neighborRadius": [123],/.test(text) ? 1 : 0;
    }),
    { numRuns: long ? 200 : 5, endOnFailure: !long },
  );
  if (long) expect([together, held].map((each) => each > runs / 5)).toEqual([true, true]);
});
