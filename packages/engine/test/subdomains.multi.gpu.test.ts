/** The same bits, however the domain is cut: every simulation here runs whole and in parts, and all fields are compared. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { listDevices, openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { GridMap, gridFromLeaves } from '@halocline/vdb';
import { TRANSPORTS } from '../src/transport/transports.ts';
import { topologyOf } from './topologies.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';

type Make = (simulation: Simulation) => Promise<void> | void;

/** Every field of every level after some steps, as bytes, and every scalar. */
async function run(options: SimulationOptions, make: Make, steps: number): Promise<Record<string, unknown>> {
  await using simulation = await Simulation.create(options);
  await make(simulation);
  await simulation.initialize();
  for (let step = 0; step < steps; step++) await simulation.runTimestep(0.01);
  const result: Record<string, unknown> = {};
  for (const level of [0, 1, 2]) {
    for (const field of simulation.level(level).fields) {
      const { values, leaf } = (await field.read()).tree;
      result[`${field.name}@${level}`] = {
        values: values.map((each) => each.toString()),
        origins: leaf.origins.toString(),
      };
    }
  }
  for (const name of ['total', 'most']) {
    if (await exists(simulation, name)) result[name] = await simulation.scalar(name).read();
  }
  return result;
}

async function exists(simulation: Simulation, name: string): Promise<boolean> {
  try {
    await simulation.scalar(name).read();
    return true;
  } catch {
    return false;
  }
}

/** How the domain is cut, and on how many logical devices: one physical device may be opened several times. */
interface Cut extends Pick<SimulationOptions, 'overlap'> {
  readonly devices: number;
  readonly subdomains: number;
}

const LONG_CUTS: readonly Cut[] = [
  { devices: 1, subdomains: 4 },
  { devices: 1, subdomains: 8 },
  { devices: 2, subdomains: 7 },
  { devices: 3, subdomains: 3 },
  { devices: 2, subdomains: 5, overlap: false },
  { devices: 4, subdomains: 4, overlap: false },
];
const CUTS: readonly Cut[] = [
  { devices: 1, subdomains: 2 },
  { devices: 1, subdomains: 3 },
  { devices: 1, subdomains: 7 },
  { devices: 2, subdomains: 2, overlap: false },
  { devices: 3, subdomains: 4 },
  { devices: 4, subdomains: 8, overlap: false },
  ...(process.env['HALOCLINE_LONG'] === '1' ? LONG_CUTS : []),
];

/** Another device of the machine, if it has one of that model, else the same once more. */
async function openAnother(device: Device, number: number): Promise<Device> {
  const alike = listDevices().filter(({ name }) => name === device.name);
  return openDevice({ device: `#${alike[number % alike.length]!.index}`, validation: false });
}

/** Debian's layer (1.3.239) waits ten seconds for each timeline that the host signals, and says that this is a bug of its own. */
const PLAIN = { validation: false, timeoutMs: 300_000 } as const;

async function sameBits(device: Device, options: SimulationOptions, make: Make, steps = 20): Promise<void> {
  const whole = await run({ ...options, device }, make, steps);
  await using others = new AsyncDisposableStack();
  const devices = [device];
  while (devices.length < 4) devices.push(others.use(await openAnother(device, devices.length)));
  for (const { devices: count, subdomains, overlap = true } of CUTS) {
    const parts = await run({ ...options, devices: devices.slice(0, count), subdomains, overlap }, make, steps);
    expect(parts, `${subdomains} subdomains on ${count} devices, overlap ${overlap}`).toEqual(whole);
  }
}

const wavy = (i: number, j: number, k: number): number =>
  Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1);

const diffusion: Make = async (simulation) => {
  simulation.addField('u', 'float32', 0.25);
  simulation.addStencil('diffuse', {
    inputs: ['u'],
    outputs: ['u'],
    code: `WriteField("u", idx, ReadField("u", coord) + 0.1 * Laplacian("u") * voxelSize * voxelSize);
           ReduceSum("total", ReadField("u", coord)); ReduceMax("most", ReadField("u", coord));`,
  });
  await simulation.field('u').write(wavy);
};

gpuTest('diffusion of a box that no cut divides evenly', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [-19, 0, 3], max: [30, 21, 40] } }, diffusion);
});

gpuTest('diffusion of a thin sheet, a single leaf, and less than a leaf', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [0, 0, 0], max: [70, 1, 33] } }, diffusion);
  await sameBits(device, { domain: { min: [0, 0, 0], max: [8, 8, 8] } }, diffusion);
  await sameBits(device, { domain: { min: [3, 3, 3], max: [5, 6, 7] } }, diffusion);
});

gpuTest('islands: subdomains without a neighbour, and some without a leaf', PLAIN, async ({ device }) => {
  const values = [new Float32Array(2 * 512)];
  const masks = new Uint32Array(32).fill(0x7ffffffe);
  const leaves = { origins: Int32Array.of(-400, 0, 8, 800, 16, 0), masks, values };
  const grid = gridFromLeaves({ name: 'islands', type: 'float', map: GridMap.scale(1), background: [0], ...leaves });
  await sameBits(device, { grid }, diffusion, 5);
  await using simulation = await Simulation.create({ device, grid, subdomains: 3 });
  expect((await simulation.subdomains()).map(({ leaves: own, neighbours }) => [own, ...neighbours])).toEqual([
    [1],
    [0],
    [1],
  ]);
});

gpuTest('taps that reach past a whole leaf', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [0, 0, 0], max: [48, 17, 24] } }, async (simulation) => {
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('far', {
      inputs: ['u'],
      outputs: ['u'],
      code: `WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(11, -1, 0)) + 0.5 * ReadField("u", coord - ivec3(0, 3, 9)));`,
    });
    await simulation.field('u').write(wavy);
  });
});

gpuTest('fields of 8 and 16 bits', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [1, 0, 0], max: [27, 19, 21] } }, async (simulation) => {
    simulation.addField('h', 'float16', 0);
    simulation.addField('n', 'uint8', 3);
    simulation.addStencil('mix', {
      inputs: ['h', 'n'],
      outputs: ['h', 'n'],
      code: `WriteField("h", idx, 0.5 * ReadField("h", coord + ivec3(0, 0, 1)) + 0.25 * float(ReadField("n", coord - ivec3(1, 1, 1))));
             WriteField("n", idx, (ReadField("n", coord + ivec3(1, 0, 0)) * 5u + 1u) & 255u);`,
    });
    await simulation.field('h').write(wavy);
    await simulation.field('n').write((i, j, k) => (i * 31 + j * 7 + k) & 255);
  });
});

gpuTest('red and black sweeps until a scalar says stop', PLAIN, async ({ device }) => {
  await sameBits(
    device,
    { domain: { min: [0, 0, 0], max: [30, 20, 18] } },
    async (simulation) => {
      simulation.addField('p', 'float32', 0);
      simulation.addField('q', 'float32', 0);
      const around = ['1, 0, 0', '0, 1, 0', '0, 0, 1'].map(
        (axis) => `ReadField("p", coord + ivec3(${axis})) + ReadField("p", coord - ivec3(${axis}))`,
      );
      const sweep = { inputs: ['p', 'q'], outputs: ['p'] };
      const code = `WriteField("p", idx, (${around.join(' + ')} - ReadField("q", coord)) / 6.0);`;
      simulation.addStencil('red', { ...sweep, code, color: 'red' });
      simulation.addStencil('black', { ...sweep, code, color: 'black' });
      simulation.addStencil('rest', {
        inputs: ['p', 'q'],
        code: `float r = ${around.join(' + ')} - 6.0 * ReadField("p", coord) - ReadField("q", coord); ReduceSum("total", r * r);`,
      });
      simulation.addStencil('change', {
        inputs: ['q', 'p'],
        outputs: ['q'],
        code: 'WriteField("q", idx, 0.7 * ReadField("q", coord) + 0.1 * ReadField("p", coord + ivec3(0, 1, 0)));',
      });
      simulation.repeat({
        name: 'solve',
        body: ['red', 'black', 'rest'],
        times: 60,
        until: { scalar: 'total', below: 0.05 },
      });
      await simulation.field('q').write(wavy);
    },
    6,
  );
});

gpuTest('a loop that swaps copies, and stops after an odd number of turns', PLAIN, async ({ device }) => {
  await sameBits(
    device,
    { domain: { min: [0, 0, 0], max: [25, 16, 9] } },
    async (simulation) => {
      await diffusion(simulation);
      simulation.addScalar('left', 'float', 0);
      simulation.addStencil('count', { code: 'ReduceMax("left", 2.5 - 0.01 * float(frame));' });
      simulation.addStencil('after', {
        inputs: ['u'],
        outputs: ['v'],
        code: 'WriteField("v", idx, ReadField("u", coord + ivec3(2, 0, 0)) - ReadField("u", coord - ivec3(0, 2, 0)));',
      });
      simulation.repeat({ name: 'turns', body: ['diffuse'], times: 100, until: { scalar: 'most', below: 1.4 } });
    },
    5,
  );
});

gpuTest('a back-trace that reaches as far as it says', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [0, 0, 0], max: [40, 24, 20] } }, async (simulation) => {
    simulation.addField('smoke', 'float32', 0);
    simulation.addField('wind', 'vec3', [0, 0, 0]);
    simulation.addStencil('advect', {
      inputs: ['smoke', 'wind'],
      outputs: ['smoke'],
      neighborRadius: 5,
      code: 'WriteField("smoke", idx, SampleField("smoke", CoordToWorld(coord) - dt * ReadField("wind", coord)));',
    });
    await simulation.field('smoke').write(wavy);
    await simulation
      .field('wind')
      .write((i, j, k) => [300 * Math.sin(0.1 * j), 250 * Math.cos(0.2 * k), 200 * Math.sin(0.3 * i)]);
  });
});

gpuTest('levels that read each other', PLAIN, async ({ device }) => {
  await sameBits(device, { domain: { min: [0, 0, 0], max: [50, 30, 22] } }, async (simulation) => {
    await diffusion(simulation);
    const coarse = simulation.level(1);
    coarse.addField('c', 'float32', 0);
    coarse.addStencil('restrict', {
      inputs: ['u', 'c'],
      outputs: ['c'],
      code: `float sum = 0.0;
             for (int n = 0; n < 8; n++) sum += ReadFine("u", 2 * coord + ivec3(n >> 2, (n >> 1) & 1, n & 1));
             WriteField("c", idx, 0.125 * sum + 0.1 * ReadField("c", coord + ivec3(0, 0, 1)));`,
    });
    simulation.addStencil('prolong', {
      inputs: ['c', 'u'],
      outputs: ['u'],
      code: 'WriteField("u", idx, ReadField("u", coord) + 0.01 * ReadCoarse("c", coord / 2 + ivec3(1, 0, 0)));',
    });
  });
});

gpuTest('random topologies and random taps', PLAIN, async ({ device }) => {
  await using other = await openAnother(device, 1);
  const offset = fc.tuple(
    fc.integer({ min: -4, max: 4 }),
    fc.integer({ min: -4, max: 4 }),
    fc.integer({ min: -4, max: 4 }),
  );
  const programs = fc.record({
    seed: fc.nat(),
    leaves: fc.integer({ min: 1, max: 30 }),
    taps: fc.array(offset, { minLength: 1, maxLength: 4 }),
    subdomains: fc.constantFrom(2, 3, 5, 8),
    count: fc.constantFrom(1, 2),
    overlap: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(programs, async ({ seed, leaves, taps, subdomains, count, overlap }) => {
      const make: Make = async (simulation) => {
        simulation.addField('u', 'float32', 0.5);
        const sum = taps.map((tap) => `ReadField("u", coord + ivec3(${tap.join(', ')}))`).join(' + ');
        simulation.addStencil('mix', { inputs: ['u'], outputs: ['u'], code: `WriteField("u", idx, 0.3 * (${sum}));` });
        await simulation.field('u').write(wavy);
      };
      const grid = topologyOf(seed, leaves);
      const whole = await run({ grid, device }, make, 4);
      const devices = [device, other].slice(0, count);
      expect(await run({ grid, devices, subdomains, overlap }, make, 4)).toEqual(whole);
    }),
    { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 300 : 8 },
  );
});

gpuTest('every transport that works here brings the same bits', PLAIN, async ({ device }) => {
  const refused: string[] = [];
  await using other = await openAnother(device, 1);
  for (const transport of TRANSPORTS) {
    if (transport.refusal(device, other) !== null) {
      refused.push(transport.name);
      continue;
    }
    process.env['HALOCLINE_TRANSPORT'] = transport.name;
    try {
      await sameBits(device, { domain: { min: [0, 0, 0], max: [26, 17, 30] } }, diffusion, 5);
    } finally {
      delete process.env['HALOCLINE_TRANSPORT'];
    }
  }
  expect(refused).not.toContain('staged');
});

gpuTest(
  'the validation layer sees nothing wrong in exchanges on one device',
  { timeoutMs: 300_000 },
  async ({ device }) => {
    const options = { device, domain: { min: [-19, 0, 3], max: [30, 21, 40] } } as const;
    expect(await run({ ...options, subdomains: 3 }, diffusion, 5)).toEqual(await run(options, diffusion, 5));
  },
);

gpuTest(
  'a field that was written, and a level that is added later, survive another ring of ghosts',
  PLAIN,
  async ({ device }) => {
    const make: Make = async (simulation) => {
      await diffusion(simulation);
      await simulation.initialize();
      await simulation.runTimestep(0.01);
      simulation.level(1).addField('c', 'float32', 2);
      simulation.addStencil('far', {
        inputs: ['u', 'c'],
        outputs: ['u'],
        code: 'WriteField("u", idx, ReadField("u", coord - ivec3(13, 0, 0)) + ReadCoarse("c", coord / 2));',
      });
    };
    await sameBits(device, { domain: { min: [0, 0, 0], max: [64, 9, 16] } }, make, 3);
  },
);

gpuTest('what cannot be cut or opened is refused', {}, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  const refused = async (options: Partial<SimulationOptions>): Promise<string> =>
    Simulation.create({ domain, ...options }).then(
      () => 'made',
      (error: Error) => error.message,
    );
  expect(await refused({ device, subdomains: 0 })).toBe(
    'Cannot create simulation: subdomains is 0; give a whole number, at least 1',
  );
  expect(await refused({ devices: [device, device], subdomains: 1 })).toBe(
    'Cannot create simulation: subdomains is 1, and there are 2 devices; give a whole number, at least 2, one a device, or fewer devices',
  );
  expect(await refused({ devices: [] })).toBe(
    'Cannot create simulation: devices is empty; name at least one, or give a number',
  );
  expect(await refused({ devices: 1.5 })).toBe(
    'Cannot create simulation: devices is 1.5; give a whole number, at least 1',
  );
  expect(await refused({ device, devices: 2 })).toBe(
    'Cannot create simulation: both device and devices are given; give one of them',
  );
  for (const options of [{ device: '' }, { devices: [device, ' '] }]) {
    expect(await refused(options)).toBe(
      "Cannot create simulation: the name of a device is empty; give part of its name, or '#0' for the first",
    );
  }
  process.env['HALOCLINE_TRANSPORT'] = 'pigeon';
  try {
    expect(await refused({ device })).toBe(
      'Cannot use transport "pigeon": HALOCLINE_TRANSPORT takes same-device, shared, cuda, group or staged; leave it out to have one chosen',
    );
  } finally {
    delete process.env['HALOCLINE_TRANSPORT'];
  }
});

gpuTest('more devices than there are put several subdomains on one, with a word', PLAIN, async () => {
  const words: string[] = [];
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  await using simulation = await Simulation.create({ devices: 64, domain, log: (message) => words.push(message) });
  expect(words.join()).toMatch(
    /^64 devices are asked for, and there (is one|are \d+) of ".+": several subdomains share a device$/,
  );
  simulation.addField('u', 'float32', 3);
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(3);
});

gpuTest('several devices are of the model that HALOCLINE_DEVICE names', PLAIN, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  const before = process.env['HALOCLINE_DEVICE'];
  try {
    process.env['HALOCLINE_DEVICE'] = 'no such card';
    await expect(Simulation.create({ devices: 2, domain })).rejects.toThrow(
      'Cannot open device "no such card": HALOCLINE_DEVICE names it, and none is named so; there are #0 ',
    );
    process.env['HALOCLINE_DEVICE'] = device.uuid;
    await using simulation = await Simulation.create({ devices: 2, domain, validation: false });
    expect(simulation.device.uuid).toBe(device.uuid);
    expect(await simulation.subdomains()).toHaveLength(2);
  } finally {
    if (before === undefined) delete process.env['HALOCLINE_DEVICE'];
    else process.env['HALOCLINE_DEVICE'] = before;
  }
});

gpuTest('the cut and the step over two devices are told', PLAIN, async ({ device }) => {
  await using other = await openAnother(device, 1);
  const domain = { min: [0, 0, 0], max: [32, 16, 8] } as const;
  await using simulation = await Simulation.create({ devices: [device, other], domain });
  const two = {
    device: device.name,
    cutOrder: 'morton',
    leaves: 4,
    voxels: 2048,
    ghosts: 2,
    surface: 128,
    sentBytes: null,
  };
  expect(await simulation.subdomains()).toEqual([
    { index: 0, ...two, deviceNumber: 1, neighbours: [1], box: { min: [0, 0, 0], max: [15, 15, 7] } },
    { index: 1, ...two, deviceNumber: 2, neighbours: [0], box: { min: [16, 0, 0], max: [31, 15, 7] } },
  ]);
  simulation.addField('u', 'float32', 0);
  const code = 'WriteField("u", idx, ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("u", coord - ivec3(1, 0, 0)));';
  simulation.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code });
  await simulation.initialize();
  await simulation.runTimestep(1);
  // One voxel's thickness of 16 × 8, in float32.
  expect((await simulation.subdomains()).map(({ sentBytes }) => sentBytes)).toEqual([512, 512]);
  expect(simulation.explain()).toMatchInlineSnapshot(`
    "order: sweep
    sweep: u → u (second copy)
    submit 1 on each of 2 devices: | begin · sweep over the boundary | [pack u:0]
    submit 2 on each of 2 devices: sweep over the interior
    submit 3 on each of 2 devices: [unpack u:0]
    1 hop: 1 u (512 bytes)
    2 barriers, 3 passes"
  `);
});

gpuTest('what travels in one direction alone is told by who sends it', PLAIN, async ({ device }) => {
  await using other = await openAnother(device, 1);
  const domain = { min: [0, 0, 0], max: [32, 16, 8] } as const;
  await using simulation = await Simulation.create({ devices: [device, other], domain });
  simulation.addField('u', 'float32', 0);
  const code = 'WriteField("u", idx, ReadField("u", coord + ivec3(1, 0, 0)));';
  simulation.addStencil('shift', { inputs: ['u'], outputs: ['u'], code });
  await simulation.initialize();
  expect((await simulation.subdomains()).map(({ sentBytes }) => sentBytes)).toEqual([0, 512]);
  expect(simulation.explain()).toContain('1 hop: 1 u (512 bytes)');
});

gpuTest('the step over several subdomains of one device is told', PLAIN, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [32, 16, 8] } as const;
  await using simulation = await Simulation.create({ device, subdomains: 2, domain, fusion: false });
  simulation.addField('u', 'float32', 0);
  simulation.addField('v', 'float32', 0);
  const read = (from: string): string => `ReadField("${from}", coord + ivec3(1, 0, 0))`;
  for (const [from, to] of [
    ['u', 'v'],
    ['v', 'u'],
  ] as const) {
    simulation.addStencil(`to_${to}`, {
      inputs: [from],
      outputs: [to],
      code: `WriteField("${to}", idx, ${read(from)});`,
    });
  }
  await simulation.initialize();
  const told = simulation.explain();
  expect(told.split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
    "submit 1 over 2 subdomains: | begin · exchange u:0 | to_v | exchange v:0 | to_u
    2 exchanges: 1 u (512 bytes), 1 v (512 bytes)
    4 barriers, 5 passes"
  `);
  await simulation.runTimestep(1);
  expect(simulation.explain()).toBe(told);
});
