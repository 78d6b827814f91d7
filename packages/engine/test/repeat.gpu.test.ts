import { describe, expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';
import type { StencilOptions } from '../src/declarations.ts';
import { around } from './flow.ts';
import { Mirror } from './mirror.ts';

/** A Poisson problem of −1 in a box, p = 0 outside: sweeps, and how much the last one changed. */
const SWEEP: StencilOptions = {
  inputs: ['p', 'source'],
  outputs: ['p'],
  code: `
    float next = (${around('p')} + ReadField("source", idx)) * 0.16666667;
    ReduceMax("change", abs(next - ReadField("p", idx)));
    WriteField("p", idx, next);`,
};
const domain = { min: [0, 0, 0], max: [12, 9, 14] } as const;

async function poisson(options: { simulation: Simulation; times: number; below?: number | string }): Promise<Mirror> {
  const { simulation, times, below } = options;
  const mirror = new Mirror(domain);
  simulation.addField('p', 'float32', 0);
  simulation.addField('source', 'float32', 0);
  simulation.addScalar('change', 'float', 1);
  mirror.declarations.addField(0, 'p', 'float32', 0);
  mirror.declarations.addField(0, 'source', 'float32', 0);
  mirror.declarations.addScalar('change', 'float', 1);
  simulation.addStencil('sweep', SWEEP);
  mirror.declarations.addStencil(0, 'sweep', SWEEP);
  const after = { inputs: ['p'], outputs: ['twice'], code: 'WriteField("twice", idx, 2.0 * ReadField("p", idx));' };
  simulation.addStencil('after', after);
  mirror.declarations.addStencil(0, 'after', after);
  // One swap of copies a step, outside of the loop: a stalled step must not lose count of it.
  const roll = {
    inputs: ['twice', 'rolled'],
    outputs: ['rolled'],
    code: 'WriteField("rolled", idx, ReadField("rolled", coord + ivec3(0, 0, 1)) + ReadField("twice", idx));',
  };
  simulation.addField('rolled', 'float32', 0);
  mirror.declarations.addField(0, 'rolled', 'float32', 0);
  simulation.addStencil('roll', roll);
  mirror.declarations.addStencil(0, 'roll', roll);
  const repeat = {
    name: 'solve',
    body: ['sweep'],
    times,
    ...(below === undefined ? {} : { until: { scalar: 'change', below } }),
  };
  simulation.repeat(repeat);
  mirror.declarations.repeat(repeat);
  await simulation.field('source').fill(1);
  mirror.write('source', () => 1);
  return mirror;
}

describe('a repeat', () => {
  gpuTest('runs its body as many times as it says', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const mirror = await poisson({ simulation, times: 7 });
    for (let step = 0; step < 3; step++) {
      await simulation.runTimestep(1);
      mirror.step(1);
    }
    for (const name of ['p', 'twice', 'rolled'])
      expect(mirror.difference(await simulation.field(name).read(), name)).toBeNull();
    expect(await simulation.scalar('change').read()).toBe(mirror.scalar('change'));
  });

  gpuTest('stops on the device as soon as the scalar is below the bound', {}, async ({ device }) => {
    const messages: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (message) => messages.push(message) });
    const mirror = await poisson({ simulation, times: 30, below: 0.05 });
    for (let step = 0; step < 4; step++) {
      await simulation.runTimestep(1);
      mirror.step(1);
      expect(await simulation.iterations('solve')).toBe(mirror.iterations.get('solve'));
    }
    for (const name of ['p', 'twice', 'rolled'])
      expect(mirror.difference(await simulation.field(name).read(), name)).toBeNull();
    expect(messages).toEqual([]);
  });

  gpuTest('ends after an odd number of sweeps with its last values in their place', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addParameter('tolerance', 'float', 0.1);
    const mirror = await poisson({ simulation, times: 40, below: 'tolerance' });
    mirror.declarations.addParameter('tolerance', 'float', 0.1);
    const counts: number[] = [];
    for (const tolerance of [0.1, 0.09, 0.08, 0.05]) {
      simulation.set('tolerance', tolerance);
      const parameter = mirror.declarations.parameters.get('tolerance')!;
      mirror.declarations.setParameter({ ...parameter, value: [tolerance] });
      await simulation.runTimestep(1);
      mirror.step(1);
      counts.push(await simulation.iterations('solve'));
      expect(mirror.difference(await simulation.field('twice').read(), 'twice')).toBeNull();
    }
    expect(counts.some((count) => count % 2 === 1)).toBe(true);
    expect(counts.at(-1)).toBe(mirror.iterations.get('solve'));
  });

  gpuTest('that needs more iterations than were recorded loses nothing, and says so', {}, async ({ device }) => {
    const messages: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (message) => messages.push(message) });
    const mirror = await poisson({ simulation, times: 1000, below: 0.0001 });
    // Nothing is awaited but the submits: steps behind a stalled one are on their way when it is noticed.
    for (let step = 0; step < 3; step++) {
      await simulation.runTimestep(1);
      mirror.step(1);
      await simulation.field('source').statistics();
      if (step === 1) {
        await simulation.field('p').clear();
        await simulation.runTimestep(1);
        await simulation.runTimestep(1);
        mirror.arrays('p').forEach((array) => (array as Float32Array).fill(0));
        mirror.step(1);
        mirror.step(1);
      }
    }
    for (const name of ['p', 'twice', 'rolled'])
      expect(mirror.difference(await simulation.field(name).read(), name)).toBeNull();
    expect(messages[0]).toBe(
      'Step 0: repeat "solve" ran the 32 iterations that were recorded and has not ended; the rest is submitted after',
    );
    expect(simulation.frame).toBe(5);
  });

  gpuTest('stops when a flag is set', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('count', 'int32', 0);
    simulation.addScalar('enough', 'bool', 0);
    simulation.addStencil('add', {
      inputs: ['count'],
      outputs: ['count'],
      code: 'int next = ReadField("count", idx) + 1; WriteField("count", idx, next); ReduceAny("enough", next > 4);',
    });
    simulation.repeat({ body: ['add'], times: 100, until: 'enough' });
    await simulation.runTimestep(1);
    expect((await simulation.field('count').read()).get(3, 3, 3)).toBe(5);
  });
});
