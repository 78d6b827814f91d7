/** Radii that follow the flow: the same bits, less that is sent, and reads beyond them told of or held. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevice } from '@halocline/gpu';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { expect, test } from 'vitest';
import { CflRadii, placeMeasures, radiusFor } from '../src/cfl/cfl-radius.ts';
import { Declarations } from '../src/declarations.ts';
import { Domain } from '../src/domain.ts';
import { Simulation, type SimulationOptions, type StencilOptions } from '../src/index.ts';
import { GridMap } from '@halocline/vdb';
import { boxTopology } from '../src/topology.ts';
import { bitsOf } from './bits.ts';

const PLAIN = { validation: false, timeoutMs: 240_000 } as const;
const domain = { min: [0, 0, 0], max: [40, 24, 20] } as const;

/** A wind that blows as `gusts` says at each step, and smoke that it carries. */
async function windy(
  options: Partial<SimulationOptions>,
  gusts: string,
  stencil: Partial<StencilOptions> = {},
): Promise<Simulation> {
  const simulation = await Simulation.create({ domain, ...options });
  simulation.addField('smoke', 'float32', 0);
  simulation.addField('wind', 'vec3', [0, 0, 0]);
  simulation.addStencil('carry', {
    inputs: ['smoke', 'wind'],
    outputs: ['smoke'],
    neighborRadius: { cfl: 'wind', cap: 6 },
    code: 'WriteField("smoke", idx, SampleField("smoke", CoordToWorld(coord) - dt * ReadField("wind", coord)));',
    ...stencil,
  });
  simulation.addStencil('blow', {
    outputs: ['wind'],
    code: `float gust = ${gusts}; WriteField("wind", idx, gust * vec3(sin(0.1 * float(coord.y)), -1.0, cos(0.2 * float(coord.x))));`,
  });
  await simulation.field('smoke').write((i, j, k) => Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1));
  return simulation;
}

async function bits(simulation: Simulation, steps: number): Promise<string> {
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.1);
  return (await simulation.field('smoke').read()).tree.values.join();
}

test('a radius holds a quarter more than the flow, and a voxel', () => {
  const place = { dt: 0.1, h: 0.5 };
  expect([0, 3.9, 4.1, 40, NaN, undefined].map((speed) => radiusFor(speed, 8, place))).toEqual([1, 2, 3, 8, 8, 8]);
  expect(radiusFor(10, 8, { dt: -0.1, h: 1 })).toBe(3);
});

test('it grows at once, and shrinks when it was too large for long', () => {
  const declarations = new Declarations();
  declarations.addStencil(0, 'carry', { code: '', neighborRadius: { cfl: 'wind', cap: 9 } });
  const box = new Domain(boxTopology({ min: [0, 0, 0], max: [8, 8, 8] }), GridMap.scale(1));
  const radii = new CflRadii();
  const told: number[] = [];
  let changes = 0;
  const speeds = [...Array<number>(20).fill(10), ...Array<number>(3).fill(50), ...Array<number>(30).fill(0)];
  for (const [frame, speed] of speeds.entries()) {
    radii.note(frame, { 'cfl(wind)': speed });
    if (radii.follow(declarations, box, { dt: 0.1, known: frame })) changes++;
    told.push(radii.radii.get('cfl(wind) up to 9')!);
  }
  expect([told[14], told[15], told[19], told[20], told[37], told[38], told.at(-1)]).toEqual([9, 3, 3, 8, 8, 1, 1]);
  expect(changes).toBe(3);
  const again = new CflRadii();
  again.restore(JSON.parse(JSON.stringify(radii.state)));
  expect(again.state).toEqual(radii.state);
});

test('a flow that nobody follows any more is not measured, and who follows it again begins at the cap', () => {
  const declarations = new Declarations();
  const carry = { code: '', neighborRadius: { cfl: 'wind', cap: 9 } };
  declarations.addField(0, 'wind', 'vec3', 0);
  const box = new Domain(boxTopology({ min: [0, 0, 0], max: [8, 8, 8] }), GridMap.scale(1));
  const radii = new CflRadii();
  const after = (first: number, steps: number): unknown => {
    for (let frame = first; frame < first + steps; frame++) {
      placeMeasures(declarations, true);
      radii.note(frame, { 'cfl(wind)': 10 });
      radii.follow(declarations, box, { dt: 0.1, known: frame });
    }
    return { radii: [...radii.radii], measures: [...declarations.measures] };
  };
  declarations.addStencil(0, 'carry', carry);
  expect(after(0, 20)).toEqual({ radii: [['cfl(wind) up to 9', 3]], measures: ['cfl(wind)'] });
  declarations.removeStencil('carry');
  expect(after(20, 1)).toEqual({ radii: [], measures: [] });
  declarations.addStencil(0, 'carry', carry);
  expect(after(21, 1)).toEqual({ radii: [['cfl(wind) up to 9', 9]], measures: ['cfl(wind)'] });
});

test('velocities of as many steps are kept as the most that may be in flight, for whoever goes on from a checkpoint', () => {
  const radii = new CflRadii();
  for (let frame = 0; frame < 20; frame++) radii.note(frame, { 'cfl(wind)': frame });
  const { speeds } = radii.state as { speeds: [number, unknown][] };
  expect(speeds.map(([frame]) => frame)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

gpuTest('less is sent where the flow is slow, with the bits of the whole', PLAIN, async ({ device }) => {
  await using other = await openDevice({ device: device.name, validation: false });
  const gusts = 'frame < 24u ? 3.0 : 3.0 + 0.6 * (float(frame) - 23.0)';
  await using whole = await windy({ device }, gusts);
  const expected = [await bits(whole, 22), await bits(whole, 20)];
  for (const options of [
    { device, subdomains: 3 },
    { devices: [device, other], subdomains: 4 },
  ]) {
    await using parts = await windy(options, gusts);
    await parts.initialize();
    const sent = async (): Promise<number> =>
      (await parts.subdomains()).reduce((sum, each) => sum + each.sentBytes!, 0);
    const first = await sent();
    const early = await bits(parts, 22);
    expect(early === expected[0]).toBe(true);
    expect(parts.explain()).toContain('radius of carry: 2 of at most 6 voxels, as wind asks for');
    expect(await sent()).toBeLessThan(0.6 * first);
    const late = await bits(parts, 20);
    expect(late === expected[1]).toBe(true);
    expect(parts.explain()).toContain('radius of carry: 3 of at most 6 voxels, as wind asks for');
  }
});

gpuTest('a gust that no step before has shown is an error, or is held at the radius', PLAIN, async ({ device }) => {
  const gusts = 'frame < 30u ? 1.0 : 45.0';
  await using told = await windy({ device, subdomains: 2 }, gusts);
  const message = await bits(told, 34).catch((error: Error) => error.message);
  expect(message).toMatch(
    /^Cannot run stencil "carry": at voxel \(\d+, \d+, \d+\) in step 31 it reads "smoke" more than 2 voxels away, /,
  );
  const clamp = { beyondRadius: 'clamp' } as const;
  await using whole = await windy({ device }, gusts, clamp);
  const expected = await bits(whole, 34);
  expect(whole.explain()).toContain('radius of carry: 6 of at most 6 voxels, as wind asks for');
  for (const subdomains of [2, 5]) {
    await using parts = await windy({ device, subdomains }, gusts, clamp);
    expect((await bits(parts, 34)) === expected, `${subdomains}`).toBe(true);
  }
  await using both = await windy({ device }, '3.0', clamp);
  const code = 'WriteField("far", idx, SampleField("wind", CoordToWorld(coord) - ReadField("wind", coord)).x);';
  both.addStencil('free', { inputs: ['wind'], outputs: ['far'], neighborRadius: { cfl: 'wind', cap: 6 }, code });
  await both.initialize();
  expect(both.explain().match(/radius of .*/gu)).toEqual(['radius of carry: 6 of at most 6 voxels, as wind asks for']);
  await using anywhere = await windy({ device }, gusts);
  expect((await bits(anywhere, 34)) === expected).toBe(false);
  expect(anywhere.explain()).not.toContain('radius');
});

gpuTest('a stencil that runs with others as one follows the flow as it does alone', PLAIN, async ({ device }) => {
  const smokeOf = async (options: Partial<SimulationOptions>): Promise<string> => {
    await using simulation = await windy({ device, ...options }, 'frame < 18u ? 1.0 : 45.0', {
      outputs: ['carried'],
      beyondRadius: 'clamp',
      code: 'WriteField("carried", idx, SampleField("smoke", CoordToWorld(coord) - dt * ReadField("wind", coord)));',
    });
    const code = 'WriteField("smoke", idx, 0.9 * ReadField("carried", coord));';
    simulation.addStencil('fade', { inputs: ['carried'], outputs: ['smoke'], code });
    const smoke = await bits(simulation, 20);
    expect(simulation.explain().includes('carry + fade run as one')).toBe(options.fusion !== false);
    return smoke;
  };
  const alone = await smokeOf({ fusion: false });
  for (const subdomains of [1, 3]) expect((await smokeOf({ subdomains })) === alone, `${subdomains}`).toBe(true);
});

gpuTest('stencils whose radii follow other flows are not run as one', PLAIN, async ({ device }) => {
  for (const neighborRadius of [{ cfl: 'wind', cap: 6 }, 6]) {
    await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
    simulation.addField('smoke', 'float32', 0);
    simulation.addField('wind', 'vec3', [0, 0, 0]);
    for (const [name, radius] of [['first', { cfl: 'wind', cap: 6 }] as const, ['second', neighborRadius] as const]) {
      const code = `WriteField("${name}", idx, SampleField("smoke", CoordToWorld(coord) - ReadField("wind", coord)));`;
      simulation.addStencil(name, { inputs: ['smoke', 'wind'], outputs: [name], neighborRadius: radius, code });
    }
    await simulation.initialize();
    expect(simulation.explain()).toContain(
      neighborRadius === 6
        ? 'first and second run apart: "first" and "second" differ in the flow that their radius follows'
        : 'first + second run as one',
    );
  }
});

gpuTest('a checkpoint keeps the radii: clamped reads go on with the same bits', PLAIN, async ({ device }) => {
  await using folder = {
    path: await mkdtemp(join(tmpdir(), 'halocline-')),
    [Symbol.asyncDispose]: () => rm(folder.path, { recursive: true }),
  };
  const file = join(folder.path, 'c.nvdb');
  const gusts = 'frame < 19u ? 1.0 : 45.0';
  const clamp = { beyondRadius: 'clamp' } as const;
  await using one = await windy({ device, subdomains: 2 }, gusts, clamp);
  await bits(one, 20);
  await one.checkpoint(file);
  const expected = await bits(one, 4);
  for (const subdomains of [1, 2, 3]) {
    const words: string[] = [];
    await using other = await windy({ device, subdomains, log: (word) => words.push(word) }, gusts, clamp);
    await other.resume(file);
    expect((await bits(other, 4)) === expected, `${subdomains}`).toBe(true);
    expect(words.filter((word) => !word.startsWith('Resum'))).toEqual([]);
  }
});

gpuTest('and so do those that were resumed by the whole, and by parts again', PLAIN, async ({ device }) => {
  await using folder = {
    path: await mkdtemp(join(tmpdir(), 'halocline-')),
    [Symbol.asyncDispose]: () => rm(folder.path, { recursive: true }),
  };
  const gusts = 'frame < 19u ? 1.0 : 45.0';
  await using parts = await windy({ device, subdomains: 3 }, gusts, { beyondRadius: 'clamp' });
  const expected = await bits(parts, 24);
  let [smoke, before] = ['', ''];
  for (const [run, [subdomains, steps]] of (
    [
      [3, 18],
      [1, 2],
      [3, 4],
    ] as const
  ).entries()) {
    await using simulation = await windy({ device, subdomains }, gusts, { beyondRadius: 'clamp' });
    if (before !== '') await simulation.resume(before);
    smoke = await bits(simulation, steps);
    await simulation.checkpoint((before = join(folder.path, `${run}.nvdb`)));
  }
  expect(smoke === expected).toBe(true);
});

gpuTest('what measures a flow has a name of its own', PLAIN, async ({ device }) => {
  await using simulation = await windy({ device, subdomains: 2 }, '3.0', { beyondRadius: 'clamp' });
  const mine = simulation.addScalar('cfl_wind', 'int', 7);
  simulation.addStencil('cfl_wind', { outputs: ['mark'], code: 'WriteField("mark", idx, 1.0);' });
  const coarse = simulation.level(1);
  coarse.addField('wind', 'vec3', [40, 0, 0]);
  simulation.addField('wind_1', 'vec3', [0, 0, 0]);
  for (const [level, name, wind] of [
    [simulation, 'still', 'wind_1'],
    [coarse, 'fast', 'wind'],
  ] as const) {
    const code = `WriteField("at_${name}", idx, SampleField("${wind}", CoordToWorld(coord) - dt * ReadField("${wind}", coord)));`;
    const neighborRadius = { cfl: wind, cap: 8 };
    level.addStencil(name, { inputs: [wind], outputs: [`at_${name}`], neighborRadius, code });
  }
  await bits(simulation, 20);
  expect(await mine.read()).toBe(7);
  for (const told of ['still: 1 of at most 8', 'fast: 4 of at most 8']) {
    expect(simulation.explain()).toContain(`radius of ${told} voxels`);
  }
  expect(() => simulation.removeStencil('cfl(wind)')).toThrow('there is none of that name');
});

gpuTest('a velocity of another type is measured anew', PLAIN, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
  simulation.addField('smoke', 'float32', 1);
  const code = 'WriteField("smoke", idx, SampleField("smoke", CoordToWorld(0.99 * vec3(coord))));';
  const neighborRadius = { cfl: 'wind', cap: 6 };
  for (const type of ['vec3', 'float32']) {
    simulation.addField('wind', type, 7);
    simulation.addStencil('carry', { inputs: ['smoke'], outputs: ['smoke'], neighborRadius, code });
    await bits(simulation, 20);
    expect(simulation.explain()).toContain('radius of carry: 2 of at most 6');
    simulation.removeStencil('carry').removeField('wind');
  }
});

gpuTest('a radius that follows nothing, or has no cap, is refused', PLAIN, async ({ device }) => {
  const refused = async (neighborRadius: unknown): Promise<string> => {
    await using simulation = await Simulation.create({ domain, device, subdomains: 2 });
    simulation.addField('wind', 'vec3', [0, 0, 0]);
    const code = 'WriteField("wind", idx, SampleField("wind", CoordToWorld(coord) * 0.5));';
    try {
      simulation.addStencil('s', {
        inputs: ['wind'],
        outputs: ['wind'],
        code,
        neighborRadius: neighborRadius as number,
      });
      await simulation.initialize();
      return 'made';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(await refused({ cfl: 'wnd', cap: 4 })).toBe(
    'Cannot run stencil "s": its radius follows "wnd", and there is no field of that name (did you mean "wind"?); the fields are "wind"',
  );
  expect(await refused({ cfl: 'wind', cap: 0.5 })).toBe(
    `Cannot add stencil "s": neighborRadius is {"cfl":"wind","cap":0.5}; give voxels, or { cfl: 'velocity', cap: 8 }`,
  );
  expect(await refused({ cfl: 'wind', cap: 4 })).toBe('made');
});

/** Two flows, and stencils that follow them, which come and go. */
async function changing(options: Partial<SimulationOptions>): Promise<Simulation> {
  const simulation = await Simulation.create({ domain: { min: [0, 0, 0], max: [40, 16, 16] }, ...options });
  for (const name of ['p', 'q']) simulation.addField(name, 'float32', 0);
  for (const name of ['w', 'v']) simulation.addField(name, 'vec3', [0, 0, 0]);
  simulation.addStencil('blow', {
    outputs: ['w', 'v'],
    code: `WriteField("w", idx, (1.0 + 2.0 * abs(sin(float(frame) * 0.3))) * vec3(sin(0.1 * float(coord.y)), -1.0, cos(0.2 * float(coord.x))));
      WriteField("v", idx, (3.0 - 2.5 * abs(sin(float(frame) * 0.2))) * vec3(1.0, 0.3, 0.0));`,
  });
  return simulation;
}

function follow(simulation: Simulation, field: string, flow: string, cap: number): void {
  simulation.addStencil(`carry_${field}`, {
    inputs: [field, flow],
    outputs: [field],
    neighborRadius: { cfl: flow, cap },
    beyondRadius: 'clamp',
    code: `WriteField("${field}", idx, SampleField("${field}", CoordToWorld(coord) - dt * ReadField("${flow}", coord)) + 0.01 * float((7 * coord.x + coord.y) % 5));`,
  });
}

/** What both fields hold after so many steps of a second, and the radii. */
async function after(simulation: Simulation, steps: number): Promise<string> {
  for (let step = 0; step < steps; step++) await simulation.runTimestep(1);
  const values: string[] = [
    simulation
      .explain()
      .match(/radius of .*/gu)
      ?.join() ?? '',
  ];
  for (const name of ['p', 'q']) values.push((await simulation.field(name).read()).tree.values.map(bitsOf).join());
  return values.join(' ');
}

gpuTest(
  'stencils that follow a flow come and go, also over checkpoints, with the same bits',
  PLAIN,
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.nvdb');
    const run = async (first: Partial<SimulationOptions>, second: Partial<SimulationOptions>): Promise<string[]> => {
      await using one = await changing(first);
      const told: string[] = [];
      follow(one, 'p', 'w', 6);
      told.push(await after(one, 4));
      follow(one, 'q', 'v', 5);
      told.push(await after(one, 5));
      one.removeStencil('carry_p');
      told.push(await after(one, 4));
      await one.checkpoint(file);
      follow(one, 'p', 'w', 3);
      told.push(await after(one, 6));
      one.removeStencil('carry_q');
      follow(one, 'q', 'w', 5);
      told.push(await after(one, 20));
      await one.resume(file);
      told.push(await after(one, 3));
      await using two = await changing(second);
      follow(two, 'q', 'v', 5);
      await two.resume(file);
      told.push(await after(two, 3));
      follow(two, 'p', 'w', 6);
      told.push(await after(two, 3));
      return told;
    };
    for (const stepsInFlight of [2, 5]) {
      const whole = { device, stepsInFlight };
      const there = await run(whole, whole);
      const two = { devices: [device, other], subdomains: 3, stepsInFlight };
      expect(await run(two, { device, subdomains: 4, stepsInFlight })).toEqual(there);
      expect(await run({ device, subdomains: 5, stepsInFlight }, two)).toEqual(there);
    }
  },
);
