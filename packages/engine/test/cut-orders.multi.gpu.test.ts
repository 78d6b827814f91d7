/** Leaves are cut along any order: who owns what differs, and no bit of the results. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { CUT_ORDERS } from '../src/cut/curve.ts';
import { keptCounts } from '../src/cut/kept-cut.ts';
import { Simulation, Subdomains, type CutOrder, type SimulationOptions } from '../src/index.ts';
import { addFlow, wavy } from './flow.ts';
import { topologyOf } from './topologies.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [-19, 0, 3], max: [45, 21, 40] } as const;

/** A flow over two levels; sums of both. */
async function flow(options: SimulationOptions): Promise<Simulation> {
  const simulation = await Simulation.create(options);
  addFlow(simulation);
  simulation.addScalar('total', 'float', 0.5);
  simulation.addStencil('measure', {
    inputs: ['u', 'wind'],
    outputs: ['u'],
    code: `WriteField("u", idx, 0.9 * ReadField("u", coord - ivec3(0, 1, 0)) + 0.001 * total);
      ReduceSum("total", ReadField("u", coord)); ReduceMax("most", ReadField("u", coord + ivec3(1, 0, 0)));`,
  });
  simulation.level(1).addStencil('gather', {
    inputs: ['c'],
    outputs: ['c'],
    code: 'WriteField("c", idx, 0.5 * ReadField("c", coord - ivec3(1, 0, 0))); ReduceSum("coarse_total", ReadField("c", coord));',
  });
  await simulation.initialize();
  await simulation.field('u').write(wavy);
  await simulation.field('wind').write((i, j, k) => [wavy(j, k, i), wavy(k, i, j), 1]);
  return simulation;
}

async function bits(simulation: Simulation): Promise<string[]> {
  const numbers = await Promise.all(['total', 'most', 'coarse_total'].map((name) => simulation.scalar(name).read()));
  const values = numbers.map(String);
  for (const field of [...simulation.fields, ...simulation.level(1).fields]) {
    values.push((await field.read()).tree.values.join());
  }
  return values;
}

async function run(options: SimulationOptions, steps = 4): Promise<string[]> {
  await using simulation = await flow(options);
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.5);
  return await bits(simulation);
}

const another = (device: Device): Promise<Device> => openDevice({ device: device.name, validation: false });

gpuTest('a cut along any order has the bits of the whole, sums of all levels too', PLAIN, async ({ device }) => {
  await using other = await another(device);
  for (const place of [{ domain }, { grid: topologyOf(11, 40) }]) {
    const whole = await run({ ...place, device });
    for (const cutOrder of CUT_ORDERS) {
      expect(await run({ ...place, device, subdomains: 5, cutOrder }), cutOrder).toEqual(whole);
      const devices = [device, other];
      expect(await run({ ...place, devices, subdomains: 3, cutOrder, replicate: 0 }), cutOrder).toEqual(whole);
      expect(await run({ ...place, devices, cutOrder, overlap: false }), cutOrder).toEqual(whole);
    }
  }
});

gpuTest(
  'sums over so many leaves that members share the tree are the same along any order',
  PLAIN,
  async ({ device }) => {
    await using other = await another(device);
    const sums = async (options: Partial<SimulationOptions>): Promise<number> => {
      await using simulation = await Simulation.create({
        domain: { min: [0, 0, 0], max: [136, 136, 128] },
        ...options,
      });
      simulation.addField('u', 'float32', 0);
      simulation.addStencil('sum', {
        inputs: ['u'],
        outputs: ['u'],
        code: 'float v = sin(0.37 * float(coord.x)) + cos(0.53 * float(coord.y)) * sin(0.71 * float(coord.z)); WriteField("u", idx, v); ReduceSum("total", v);',
      });
      await simulation.runTimestep(1);
      return await simulation.scalar('total').read();
    };
    const whole = await sums({ device });
    for (const cutOrder of CUT_ORDERS) {
      expect(await sums({ devices: [device, other], subdomains: 3, cutOrder }), cutOrder).toBe(whole);
    }
  },
);

gpuTest('a run goes on from a checkpoint along another order', PLAIN, async ({ device }) => {
  const folder = await mkdtemp(join(tmpdir(), 'halocline-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const file = join(folder, 'run.nvdb');
  const whole = await run({ domain, device }, 5);
  await using before = await flow({ domain, device, subdomains: 3, cutOrder: 'hilbert' });
  for (let step = 0; step < 2; step++) await before.runTimestep(0.5);
  await before.checkpoint(file);
  for (const cutOrder of CUT_ORDERS) {
    await using after = await flow({ domain, device, subdomains: 4, cutOrder });
    await after.resume(file);
    for (let step = 2; step < 5; step++) await after.runTimestep(0.5);
    expect(await bits(after), cutOrder).toEqual(whole);
  }
});

gpuTest('each order has a cut of its own, kept apart from the others', PLAIN, async ({ device }) => {
  const held = async (cutOrder: CutOrder): Promise<{ leaves: string; surface: number; made: number }> => {
    const before = keptCounts().made;
    await using simulation = await Simulation.create({
      device,
      domain: { min: [0, 0, 0], max: [48, 24, 72] },
      subdomains: 3,
      cutOrder,
    });
    const reports = await simulation.subdomains();
    expect(reports.map((each) => each.cutOrder)).toEqual([cutOrder, cutOrder, cutOrder]);
    const boxes = await Promise.all(
      reports.map(async ({ index }) =>
        Array.from((await simulation.extractSubdomain(index)).leaves(), ({ origin, values }) =>
          values[0]![0] === index ? origin.join(' ') : '',
        ),
      ),
    );
    const surface = reports.reduce((sum, each) => sum + each.surface, 0);
    return { leaves: JSON.stringify(boxes), surface, made: keptCounts().made - before };
  };
  const first = [await held('morton'), await held('hilbert'), await held('slabs')];
  expect(new Set(first.map(({ leaves }) => leaves)).size).toBe(3);
  for (const { made } of first) expect(made).toBeGreaterThan(0);
  for (const [number, cutOrder] of CUT_ORDERS.entries()) {
    expect(await held(cutOrder)).toEqual({ ...first[number], made: 0 });
  }
  // Two cuts across z, each of 48 × 24 faces on both sides.
  expect(first[2]!.surface).toBe(2 * 2 * 48 * 24);
});

gpuTest('subdomains without a simulation are cut along any order', PLAIN, async ({ device }) => {
  const box = { min: [0, 0, 0], max: [16, 16, 64] } as const;
  await using subdomains = await Subdomains.create({
    devices: [device],
    subdomains: 2,
    domain: box,
    cutOrder: 'slabs',
  });
  for (const { origins, index } of subdomains.parts) {
    const layers = [...origins].filter((_, at) => at % 3 === 2);
    expect([Math.min(...layers), Math.max(...layers)]).toEqual(index === 0 ? [0, 24] : [32, 56]);
  }
});

gpuTest('so many subdomains that most would own nothing are refused', PLAIN, async ({ device }) => {
  const words = 'Cannot cut the domain into 1000000 subdomains: it has 20 leaves of 8³ voxels; give at most 64';
  const box = { min: [0, 0, 0], max: [40, 16, 16] } as const;
  const subdomains = 1_000_000;
  await expect(Simulation.create({ device, domain: box, subdomains })).rejects.toThrow(words);
  await expect(Subdomains.create({ devices: [device], domain: box, subdomains })).rejects.toThrow(words);
});

gpuTest('an order that there is none of is refused', PLAIN, async ({ device }) => {
  await expect(Simulation.create({ device, domain, cutOrder: 'peano' as CutOrder })).rejects.toThrow(
    `Cannot create simulation: cutOrder is "peano"; give 'morton', 'hilbert' or 'slabs'`,
  );
});
