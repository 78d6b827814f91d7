/** Computed reads in a domain that is cut: what goes further than the halo is told of, or held within it. */
import { expect } from 'vitest';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type SimulationOptions, type StencilOptions } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [0, 0, 0], max: [40, 24, 20] } as const;
const advect: StencilOptions = {
  inputs: ['smoke', 'wind'],
  outputs: ['smoke'],
  neighborRadius: 2,
  code: 'WriteField("smoke", idx, SampleField("smoke", CoordToWorld(vec3(coord) - ReadField("wind", coord))));',
};
const wavy = (i: number, j: number, k: number): number => Math.sin(0.37 * i) + Math.cos(0.53 * j + 0.71 * k);

interface Setup {
  readonly stencil?: Partial<StencilOptions>;
  readonly wind: (i: number, j: number, k: number) => readonly [number, number, number];
  readonly log?: (line: string) => void;
}

async function make(
  device: Device,
  subdomains: number,
  { stencil, wind, log = () => undefined }: Setup,
): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain, subdomains, log });
  simulation.addField('smoke', 'float32', 0);
  simulation.addField('wind', 'vec3', [0, 0, 0]);
  simulation.addStencil('advect', { ...advect, ...stencil });
  await simulation.field('smoke').write(wavy);
  await simulation.field('wind').write((i, j, k) => [...wind(i, j, k)]);
  return simulation;
}

/** The smoke after some steps, as text of its values. */
async function smokeAfter(device: Device, subdomains: number, setup: Setup, steps = 5): Promise<string> {
  await using simulation = await make(device, subdomains, setup);
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.1);
  const { values, leaf } = (await simulation.field('smoke').read()).tree;
  return `${leaf.origins.join()} ${values.join()}`;
}

async function messageOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}

/** A third of the voxels would go further than two voxels. */
const gale: Setup['wind'] = (i, j, k) => [4 * Math.sin(0.1 * j), 3 * Math.cos(0.2 * k), 2.5 * Math.sin(0.3 * i)];
const breeze: Setup['wind'] = (i, j, k) => [
  0.9 * Math.sin(0.1 * j),
  0.9 * Math.cos(0.2 * k),
  0.9 * Math.sin(0.3 * i + j),
];

gpuTest('a read that goes too far is told of, with its voxel and its step', PLAIN, async ({ device }) => {
  const code = `vec3 wind = frame == 3u && coord == ivec3(21, 5, 7) ? vec3(-2.25, 0.0, 0.0) : vec3(0.5);
    WriteField("smoke", idx, SampleField("smoke", CoordToWorld(vec3(coord) - wind)));`;
  await using simulation = await make(device, 2, { stencil: { code }, wind: breeze });
  for (let step = 0; step < 4; step++) await simulation.runTimestep(0.1);
  const message =
    'Cannot run stencil "advect": at voxel (21, 5, 7) in step 3 it reads "smoke" more than 2 voxels away, and the halo holds no more; ' +
    "give a larger neighborRadius, or haloThickness where it has none, a smaller dt, or beyondRadius: 'clamp'";
  expect(await messageOf(simulation.field('smoke').read())).toBe(message);
  expect(await messageOf(simulation.finish())).toBe(message);
  expect(await messageOf(simulation.runTimestep(0.1))).toBe(message);
  // What was told is over with the next program.
  simulation.removeStencil('advect').addStencil('advect', { ...advect, code, neighborRadius: 4 });
  for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
  expect(await messageOf(simulation.finish())).toBe('nothing was thrown');
});

gpuTest('the next step that waits for room tells of it', PLAIN, async ({ device }) => {
  const simulation = await make(device, 3, { wind: gale });
  await simulation.initialize();
  const messages: string[] = [];
  for (let step = 0; step < 4; step++) messages.push(await messageOf(simulation.runTimestep(0.1)));
  expect(messages[0]).toBe('nothing was thrown');
  expect(messages[3]).toMatch(
    /^Cannot run stencil "advect": at voxel \(\d+, \d+, \d+\) in step 0 it reads "smoke" more than 2 voxels away/,
  );
  await simulation[Symbol.asyncDispose]();
});

gpuTest('each of several devices tells, in a step with a loop that the device ends', PLAIN, async ({ device }) => {
  await using other = await openDevice({ device: device.name, validation: false });
  for (const voxel of ['ivec3(1, 2, 3)', 'ivec3(38, 22, 18)']) {
    await using simulation = await Simulation.create({ devices: [device, other], subdomains: 4, domain });
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('look', {
      inputs: ['u'],
      outputs: ['u'],
      code: `ivec3 far = frame == 1u && coord == ${voxel} ? ivec3(20, 12, 10) : coord;
        WriteField("u", idx, 0.5 * ReadField("u", far)); ReduceMax("most", ReadField("u", coord));`,
    });
    simulation.repeat({ body: ['look'], times: 50, until: { scalar: 'most', below: 0.001 } });
    for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
    expect(await messageOf(simulation.scalar('most').read())).toContain(
      `"look": at voxel ${voxel.replace('ivec3', '')} in step 1 it reads "u" more than 2 voxels away`,
    );
  }
});

gpuTest('of stencils that run as one those are named that may have read so', PLAIN, async ({ device }) => {
  const told = async (near: string, far: string): Promise<string> => {
    await using simulation = await make(device, 2, { wind: breeze });
    simulation.removeStencil('advect');
    for (const name of ['q', 'p']) simulation.addField(name, 'float32', 0);
    const inputs = ['smoke', 'wind'];
    simulation.addStencil('near', { inputs, outputs: ['q'], neighborRadius: 2, code: near });
    simulation.addStencil('far', { inputs: [...inputs, 'q'], outputs: ['p'], neighborRadius: 2, code: far });
    await simulation.runTimestep(0.1);
    const message = await messageOf(simulation.finish());
    expect(simulation.explain()).toContain('near + far run as one');
    return message.replace(/\(\d+, \d+, \d+\)/u, '(…)').replace(/ away, .*/u, ' away');
  };
  const plain = 'WriteField("q", idx, ReadField("smoke", coord) + ReadField("wind", coord).x);';
  const read = 'ReadField("smoke", coord + ivec3(int(9.0 * ReadField("wind", coord).x), 0, 0))';
  const far = `WriteField("p", idx, ReadField("q", coord) + ${read});`;
  expect(await told(plain, far)).toBe(
    'Cannot run stencil "far": at voxel (…) in step 0 it reads "smoke" more than 2 voxels away',
  );
  expect(await told(`WriteField("q", idx, ${read});`, far)).toBe(
    'Cannot run stencils "near", "far", which run as one: at voxel (…) in step 0 one of them reads "smoke" more than 2 voxels away',
  );
});

gpuTest('a simulation that ends before anything waits tells its log', PLAIN, async ({ device }) => {
  const lines: string[] = [];
  const end = async (finish: boolean): Promise<readonly string[]> => {
    lines.length = 0;
    await using simulation = await make(device, 2, { wind: gale, log: (line) => lines.push(line) });
    await simulation.runTimestep(0.1);
    if (finish) await messageOf(simulation.finish());
    return lines;
  };
  expect(await end(false)).toEqual([
    expect.stringMatching(
      /^Cannot run stencil "advect": at voxel .* in step 0 it reads "smoke" more than 2 voxels away/,
    ),
  ]);
  // Who was thrown it has heard of it.
  expect(await end(true)).toEqual([]);
});

gpuTest('it is told as well where another program takes over before anything waits', PLAIN, async ({ device }) => {
  await using simulation = await make(device, 2, { wind: gale });
  await simulation.runTimestep(0.1);
  simulation.addField('other', 'float32', 0);
  expect(await messageOf(simulation.initialize())).toMatch(/^Cannot run stencil "advect": at voxel .* in step 0/);
  expect(await messageOf(simulation.initialize())).toBe('nothing was thrown');
});

gpuTest('within the radius nothing is told, and every cut has the bits of the whole', PLAIN, async ({ device }) => {
  for (const beyondRadius of ['error', 'clamp'] as const) {
    const setup = { wind: breeze, stencil: { beyondRadius } };
    const whole = await smokeAfter(device, 1, setup);
    for (const subdomains of [2, 3, 8]) {
      expect((await smokeAfter(device, subdomains, setup)) === whole, `${beyondRadius}, ${subdomains}`).toBe(true);
    }
  }
});

gpuTest('reads that are clamped are the same however the domain is cut', PLAIN, async ({ device }) => {
  const samples = ['"smoke", p', '"smoke", p, "nearest"'].map((what) => `SampleField(${what})`);
  for (const value of [...samples, 'ReadField("smoke", WorldToCoord(p))', 'float(IsActive(WorldToCoord(p)))']) {
    const code = `vec3 p = CoordToWorld(vec3(coord) - ReadField("wind", coord)); WriteField("smoke", idx, ${value});`;
    const setup: Setup = { wind: gale, stencil: { code, beyondRadius: 'clamp' } };
    const whole = await smokeAfter(device, 1, setup);
    for (const subdomains of [2, 3, 8]) {
      expect((await smokeAfter(device, subdomains, setup)) === whole, `${value}, ${subdomains}`).toBe(true);
    }
  }
});

gpuTest(
  'a radius that nobody gave, or that is none, clamps the whole as it clamps parts',
  PLAIN,
  async ({ device }) => {
    const { neighborRadius: _, ...noRadius } = advect;
    const nowhere = await smokeAfter(device, 1, { wind: gale });
    for (const stencil of [noRadius, { neighborRadius: 0 }]) {
      const setup: Setup = { wind: gale, stencil: { ...stencil, beyondRadius: 'clamp' } };
      const whole = await smokeAfter(device, 1, setup);
      expect(whole === nowhere).toBe(false);
      for (const subdomains of [2, 5]) expect((await smokeAfter(device, subdomains, setup)) === whole).toBe(true);
    }
  },
);

gpuTest('a radius that nobody gave is the same whichever stencils run as one', PLAIN, async ({ device }) => {
  const { neighborRadius: _, ...noRadius } = advect;
  const smokeOf = async (options: Partial<SimulationOptions>): Promise<string> => {
    await using simulation = await Simulation.create({ device, domain, ...options });
    simulation.addField('smoke', 'float32', 0);
    simulation.addField('wind', 'vec3', [0, 0, 0]);
    simulation.addField('twice', 'float32', 0, { transient: true });
    simulation.addStencil('advect', { ...noRadius, beyondRadius: 'clamp' });
    // Each reaches two voxels, and both as one four.
    for (const [from, to] of [
      ['smoke', 'twice'],
      ['twice', 'far'],
    ] as const) {
      const read = (by: string): string => `ReadField("${from}", coord ${by} ivec3(2, 0, 0))`;
      const code = `WriteField("${to}", idx, ${read('+')} + ${read('-')});`;
      simulation.addStencil(`to_${to}`, { inputs: [from], outputs: [to], code });
    }
    await simulation.field('smoke').write(wavy);
    await simulation.field('wind').write((i, j, k) => [...gale(i, j, k)]);
    for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
    expect(simulation.explain().includes('to_twice + to_far run as one')).toBe(options.fusion !== false);
    return (await simulation.field('smoke').read()).tree.values.join();
  };
  const alone = await smokeOf({ fusion: false });
  for (const subdomains of [1, 3]) expect((await smokeOf({ subdomains })) === alone, `${subdomains}`).toBe(true);
});

gpuTest(
  'activities that are asked for far away are the same whichever stencils run as one',
  PLAIN,
  async ({ device }) => {
    const far = { beyondRadius: 'clamp', ask: 'coord + ivec3(int(40.0 * time) + 20, 0, 0)' } as const;
    const near = { beyondRadius: 'error', ask: 'coord + ivec3(7, 0, 0)' } as const;
    const apart =
      'first and then run apart: "first" asks whether voxels far away are active, and isn\'t computed again';
    for (const [{ beyondRadius, ask }, first, then, told] of [
      [far, 'ReadField("u", coord)', 'ASKED + ReadField("u", coord)', 'first + then run as one'],
      [far, 'ASKED + ReadField("u", coord)', 'ReadField("v", coord + ivec3(3, 0, 0))', apart],
      [near, 'ASKED + ReadField("u", coord)', 'ReadField("v", coord + ivec3(3, 0, 0))', apart],
    ] as const) {
      const outcome = async (options: Partial<SimulationOptions>): Promise<string> => {
        await using simulation = await Simulation.create({ device, domain, ...options });
        for (const name of ['u', 'v', 'w']) simulation.addField(name, 'float32', 0, { transient: name === 'v' });
        for (const [name, from, to, value] of [
          ['first', 'u', 'v', first],
          ['then', then.includes('"v"') ? 'v' : 'u', 'w', then],
        ] as const) {
          const code = `WriteField("${to}", idx, ${value.replace('ASKED', `float(IsActive(${ask}))`)});`;
          const held = value.includes('ASKED') ? { beyondRadius } : {};
          simulation.addStencil(name, { inputs: [from], outputs: [to], code, ...held });
        }
        await simulation.field('u').write(wavy);
        await simulation.runTimestep(0.1);
        expect(simulation.explain().includes(told)).toBe(options.fusion !== false);
        return (await simulation.field('w').read()).tree.values.join();
      };
      const alone = await outcome({ fusion: false });
      for (const subdomains of [1, 3])
        expect((await outcome({ subdomains })) === alone, `${ask}, ${subdomains}`).toBe(true);
    }
  },
);

gpuTest('clamping a sample gives what the nearest point within the radius has', PLAIN, async ({ device }) => {
  const sampled = (wind: string): Setup => ({
    wind: gale,
    stencil: {
      beyondRadius: 'clamp',
      code: `WriteField("smoke", idx, SampleField("smoke", CoordToWorld(vec3(coord) - ${wind})));`,
    },
  });
  const code = 'WriteField("smoke", idx, ReadField("smoke", coord + ivec3(-2, 2, -2)));';
  const read = await smokeAfter(device, 2, { wind: gale, stencil: { code } }, 1);
  for (const subdomains of [1, 2]) {
    const far = await smokeAfter(device, subdomains, sampled('vec3(7.5, -30.0, 2.0)'), 1);
    expect(far === read, `${subdomains}`).toBe(true);
  }
});

gpuTest('values on faces may be sampled as far as the radius says', PLAIN, async ({ device }) => {
  const whole: string[] = [];
  for (const beyondRadius of ['error', 'clamp'] as const) {
    for (const subdomains of [1, 2, 8]) {
      await using simulation = await Simulation.create({ device, domain, subdomains });
      simulation.addField('flow', 'vec3', [0, 0, 0], { at: 'faces' });
      await simulation.field('flow').write((i, j, k) => [wavy(i, j, k), wavy(k, i, j), wavy(j, k, i)]);
      simulation.addStencil('carry', {
        inputs: ['flow'],
        outputs: ['carried'],
        neighborRadius: 2,
        beyondRadius,
        code: `WriteField("carried", idx, SampleField("flow", CoordToWorld(vec3(coord) + vec3(1.99, -1.99, 1.75)))
          + SampleField("flow", CoordToWorld(vec3(coord) - vec3(1.99, 0.25, 1.99))));`,
      });
      await simulation.runTimestep(0.1);
      whole.push((await simulation.field('carried').read()).tree.values.join());
    }
  }
  expect(new Set(whole).size).toBe(1);
});

gpuTest('coordinates, activities and faces are told of by what they read', PLAIN, async ({ device }) => {
  const cases = [
    ['float(IsActive(coord.yxz))', 'it asks whether a voxel is active more than 8 voxels away'],
    ['ReadField("smoke", coord.zyx)', 'it reads "smoke" more than 3 voxels away'],
    ['SampleField("smoke", CoordToWorld(coord.zyx), "nearest")', 'it reads "smoke" more than 3 voxels away'],
    ['SampleField("wind", CoordToWorld(coord.zyx)).x', 'it reads "wind" more than 3 voxels away'],
  ];
  for (const [value, what] of cases) {
    const code = `WriteField("smoke", idx, ${value});`;
    await using simulation = await make(device, 2, { wind: gale, stencil: { code, neighborRadius: 3 } });
    await simulation.runTimestep(0.1);
    expect(await messageOf(simulation.finish())).toContain(what);
  }
});

gpuTest('one subdomain reads anywhere, where it is not clamped', PLAIN, async ({ device }) => {
  await using simulation = await make(device, 1, { wind: gale });
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  expect(await messageOf(simulation.finish())).toBe('nothing was thrown');
  expect(() => simulation.addStencil('odd', { code: '', beyondRadius: 'wrap' as 'clamp' })).toThrow(
    `Cannot add stencil "odd": beyondRadius is "wrap"; give 'error' or 'clamp'`,
  );
});

gpuTest(
  'a radius, a cap or a halo far beyond the domain holds what there is, with the bits of the whole',
  PLAIN,
  async ({ device }) => {
    const whole = await smokeAfter(device, 1, { wind: gale });
    for (const neighborRadius of [600, 1e9, 3e9, { cfl: 'wind', cap: 1e6 }]) {
      const parts = await smokeAfter(device, 3, { stencil: { neighborRadius, beyondRadius: 'error' }, wind: gale });
      expect(parts === whole, JSON.stringify(neighborRadius)).toBe(true);
    }
    await using thick = await Simulation.create({ device, domain, subdomains: 2, haloThickness: 100_000 });
    const { neighborRadius: _, ...unbounded } = advect;
    thick.addField('smoke', 'float32', 0);
    thick.addField('wind', 'vec3', [0, 0, 0]);
    thick.addStencil('advect', unbounded);
    await thick.field('smoke').write(wavy);
    await thick.field('wind').write((i, j, k) => [...gale(i, j, k)]);
    for (let step = 0; step < 5; step++) await thick.runTimestep(0.1);
    const { values, leaf } = (await thick.field('smoke').read()).tree;
    expect(`${leaf.origins.join()} ${values.join()}` === whole).toBe(true);
    const held = (await thick.subdomains()).map(({ leaves, ghosts }) => leaves + ghosts);
    expect(held).toEqual([thick.leafCount, thick.leafCount]);
  },
);
