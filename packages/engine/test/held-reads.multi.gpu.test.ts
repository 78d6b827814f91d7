/** Computed reads that know how far they go, and go beyond their radius: held at it, or told of, however the domain is cut. */
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type SimulationOptions, type StencilOptions } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [-32, 0, 0], max: [32, 8, 8] } as const;

interface Case {
  readonly level?: number;
  readonly at?: 'center' | 'faces';
  readonly read: string;
  readonly beyondRadius: NonNullable<StencilOptions['beyondRadius']>;
  readonly neighborRadius?: NonNullable<StencilOptions['neighborRadius']>;
}

/** What a computed read `d` = 0 … 3 voxels along x finds in fields that were 1000 + i after a step; or what is thrown. */
async function found(
  device: Device,
  subdomains: number,
  { level = 0, at = 'center', read, ...held }: Case,
): Promise<string> {
  await using simulation = await Simulation.create({ device, domain, subdomains, replicate: 0 });
  simulation.addField('u', 'vec3', [0, 0, 0], { at });
  simulation.level(1).addField('c', 'float32', 0);
  simulation.level(level).addField('out', 'float32', 0);
  simulation.addField('flow', 'vec3', [50, 0, 0]);
  const add = (name: string, on: number, text: string): void => {
    const code = `WriteField("${name}", idx, ReadField("${name}", coord) + ${text});`;
    simulation.level(on).addStencil(`grow_${name}`, { inputs: [name], outputs: [name], code });
  };
  add('u', 0, 'vec3(1000.0)');
  add('c', 1, '1000.0');
  simulation.level(level).addStencil('look', {
    inputs: [read.includes('"c"') ? 'c' : 'u'],
    outputs: ['out'],
    neighborRadius: 2,
    ...held,
    code: `int d = coord.z & 3; WriteField("out", idx, ${read});`,
  });
  await simulation.field('u').write((i, j, k) => [i, j, k]);
  await simulation
    .level(1)
    .field('c')
    .write((i) => i);
  await simulation.field('flow').fill([50, 0, 0]);
  try {
    await simulation.runTimestep(0.1);
    return (await simulation.level(level).field('out').read()).tree.values.join();
  } catch (error) {
    return (error as Error).message;
  }
}

gpuTest('what is held at the radius has the bits of the whole on each cut', PLAIN, async ({ device }) => {
  const cfl = { cfl: 'flow', cap: 2 } as const;
  const reads: Omit<Case, 'beyondRadius'>[] = [
    { read: 'ReadField("u", coord + ivec3(d, 0, 0)).x', neighborRadius: 1 },
    { read: 'ReadField("u", coord + ivec3(d, 0, 0)).x', neighborRadius: 1, at: 'faces' },
    { read: 'ReadField("u", coord + ivec3(d, 0, 0)).z', at: 'faces' },
    { read: 'ReadField("u", coord - ivec3(d, 0, 0)).x', neighborRadius: cfl, at: 'faces' },
    { read: 'ReadCoarse("c", (coord >> 1) + ivec3(d, 0, 0))' },
    { read: 'ReadFine("u", 2 * coord + ivec3(d, 0, 0)).x', neighborRadius: 1, level: 1 },
    { read: 'ReadFine("u", 2 * coord + ivec3(2 * d, 0, 0)).x', level: 1 },
    { read: 'ReadFine("u", 2 * coord - ivec3(2 * d, 0, 0)).x', level: 1 },
  ];
  for (const each of reads) {
    const one: Case = { ...each, beyondRadius: 'clamp' };
    const whole = await found(device, 1, one);
    expect(whole).toMatch(/^[-\d]/);
    for (const subdomains of [2, 4]) {
      expect((await found(device, subdomains, one)) === whole, `${each.read}, ${subdomains}`).toBe(true);
    }
  }
});

gpuTest(
  'a read of values on faces may go a voxel beyond the radius, and none of the others',
  PLAIN,
  async ({ device }) => {
    const read = 'ReadField("u", coord + ivec3(d, 0, 0)).x';
    const ask = (at: 'center' | 'faces', radius: number): Case => ({
      at,
      read,
      beyondRadius: 'error',
      neighborRadius: radius,
    });
    const told = (radius: string): string => `it reads "u" more than ${radius} away, and the halo holds no more`;
    const whole = (await found(device, 1, ask('faces', 2))).split(',').map(Number);
    const right: number[] = [];
    for (let i = -32; i < 32; i++)
      for (let at = 0; at < 64; at++) right.push(i + (at & 3) < 32 ? 1000 + i + (at & 3) : 0);
    // Leaves along x, and voxels in them, follow i, j, k here: one leaf is 8 × 8 × 8.
    expect(whole).toEqual(right);
    for (const subdomains of [2, 4]) {
      expect((await found(device, subdomains, ask('faces', 2))).split(',').map(Number)).toEqual(right);
      expect(await found(device, subdomains, ask('center', 2))).toContain(told('2 voxels'));
      expect(await found(device, subdomains, ask('faces', 1))).toContain(told('1 voxel'));
    }
  },
);

type Held = Pick<StencilOptions, 'neighborRadius' | 'beyondRadius'>;

interface Pair {
  /** What each of two stencils writes, after the first of which `a` is known to the second. */
  readonly texts: readonly [string, string];
  readonly held: readonly [Held, Held];
  readonly together: boolean;
}

/** What two stencils write, and whether they ran as one; or what is thrown. */
async function outcome(
  device: Device,
  { texts, held }: Pair,
  options: Partial<SimulationOptions>,
): Promise<{ values: string; together: boolean }> {
  await using simulation = await Simulation.create({ device, domain, ...options });
  for (const name of ['u', 'a', 'b']) simulation.addField(name, 'float32', 0);
  simulation.addField('far', 'float32', 0);
  simulation.addField('flow', 'vec3', [1, 0, 0]);
  for (const [at, [name, to]] of (
    [
      ['first', 'a'],
      ['second', 'b'],
    ] as const
  ).entries()) {
    const inputs = ['u', 'far', ...(at === 1 ? ['a'] : [])];
    const code = `int d = int(Random(coord, 3u) * 100.0) % 4; WriteField("${to}", idx, ${texts[at]!});`;
    simulation.addStencil(name, { inputs, outputs: [to], ...held[at], code });
  }
  await simulation.field('u').write((i, j, k) => (i * 7 + j * 13 + k * 29) & 63);
  await simulation.field('far').write((i, j, k) => (i % 6) - (j % 3) - (k % 2));
  try {
    for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
    const values: string[] = [];
    for (const name of ['a', 'b']) values.push((await simulation.field(name).read()).tree.values.join());
    return { values: values.join(' '), together: simulation.explain().includes('first + second run as one') };
  } catch (error) {
    return {
      values: (error as Error).message.replace(/stencils? .*?: at voxel/, 'stencil: at voxel'),
      together: false,
    };
  }
}

const UP_TO_THREE = 'ReadField("u", coord + ivec3(d, -d, 0))';
const ANYWHERE = 'ReadField("u", coord + ivec3(int(ReadField("far", coord)), 0, 0))';
const TOO_FAR = /^Cannot run stencil: at voxel .* reads "u" more than 2 voxels away/;
const clamp = { beyondRadius: 'clamp' } as const;
const OF_A = `ReadField("a", coord) + ${UP_TO_THREE}`;

const PAIRS: Readonly<Record<string, Pair>> = {
  'the same radius': {
    texts: [UP_TO_THREE, OF_A],
    held: [
      { neighborRadius: 2, ...clamp },
      { neighborRadius: 2, ...clamp },
    ],
    together: true,
  },
  'other radii': {
    texts: [UP_TO_THREE, OF_A],
    held: [
      { neighborRadius: 1, ...clamp },
      { neighborRadius: 2, ...clamp },
    ],
    together: false,
  },
  'one within its radius': {
    texts: [UP_TO_THREE, OF_A],
    held: [
      { neighborRadius: 5, ...clamp },
      { neighborRadius: 2, ...clamp },
    ],
    together: false,
  },
  'both within their radii': {
    texts: [UP_TO_THREE, OF_A],
    held: [{ neighborRadius: 5, ...clamp }, { neighborRadius: 3 }],
    together: true,
  },
  'one anywhere, the other near': {
    texts: [ANYWHERE, OF_A],
    held: [{ neighborRadius: 2, ...clamp }, {}],
    together: false,
  },
  'one anywhere in three, the other near': {
    texts: [ANYWHERE, OF_A],
    held: [{ neighborRadius: 3, ...clamp }, {}],
    together: true,
  },
  'one clamps, and the other would not': {
    texts: [UP_TO_THREE, OF_A],
    held: [{ neighborRadius: 2, ...clamp }, { neighborRadius: 3 }],
    together: false,
  },
  'a radius of a flow, and none': {
    texts: [UP_TO_THREE, OF_A],
    held: [
      { neighborRadius: { cfl: 'flow', cap: 2 }, ...clamp },
      { neighborRadius: 2, ...clamp },
    ],
    together: false,
  },
  'a coordinate that the first knows': {
    texts: ['3.0', 'ReadField("u", coord + ivec3(int(ReadField("a", coord)), 0, 0))'],
    held: [{}, { neighborRadius: 2, ...clamp }],
    together: true,
  },
};

for (const [name, pair] of Object.entries(PAIRS)) {
  gpuTest(`stencils have the same bits as one and apart: ${name}`, PLAIN, async ({ device }) => {
    const apart = await outcome(device, pair, { fusion: false });
    expect(apart.values).toMatch(/^-?\d/);
    for (const subdomains of [1, 3]) {
      const whole = await outcome(device, pair, { subdomains });
      expect(whole.together).toBe(pair.together);
      expect(whole.values === apart.values, `${subdomains}`).toBe(true);
    }
  });
}

gpuTest('what is an error apart is one together, and nothing else', PLAIN, async ({ device }) => {
  const two = { neighborRadius: 2 };
  // Nobody knows that it goes no further than a voxel.
  const calm = 'ReadField("u", coord + ivec3(int(0.2 * ReadField("far", coord)), 0, 0))';
  for (const fusion of [false, true]) {
    for (const held of [
      [two, two],
      [two, { neighborRadius: 3 }],
    ] as const) {
      const { values } = await outcome(
        device,
        { texts: [UP_TO_THREE, OF_A], held, together: true },
        { subdomains: 2, fusion },
      );
      expect(values).toMatch(TOO_FAR);
    }
    const right = await outcome(
      device,
      { texts: [calm, OF_A], held: [{ neighborRadius: 1 }, {}], together: false },
      { subdomains: 2, fusion },
    );
    expect(right.values).toMatch(/^\d/);
  }
});

gpuTest('whether voxels are active may be asked at any constant offset, on every cut', PLAIN, async ({ device }) => {
  const grid = topologyOf(3, 30);
  const offsets = [
    [9, 0, 0],
    [-20, 0, 0],
    [0, 16, -11],
  ] as const;
  const asked = offsets.map((offset, at) => `(IsActive(coord + ivec3(${offset.join(', ')})) ? ${1 << at}.0 : 0.0)`);
  const [low, high] = [-24, 24];
  for (const subdomains of [1, 2, 5]) {
    for (const beyondRadius of ['error', 'clamp'] as const) {
      await using simulation = await Simulation.create({ device, grid, subdomains });
      simulation.addField('out', 'float32', -1);
      const code = `WriteField("out", idx, ${asked.join(' + ')});`;
      simulation.addStencil('ask', { outputs: ['out'], beyondRadius, code });
      await simulation.runTimestep(0.1);
      const out = await simulation.field('out').read();
      let wrong = 0;
      for (let i = low; i < high; i++) {
        for (let j = low; j < high; j++) {
          for (let k = low; k < high; k++) {
            if (!grid.isActive(i, j, k)) continue;
            const right = offsets.map(([x, y, z], at) => (grid.isActive(i + x, j + y, k + z) ? 1 << at : 0));
            if (out.get(i, j, k) !== right.reduce((sum, each) => sum + each, 0)) wrong++;
          }
        }
      }
      expect(wrong, `${subdomains}, ${beyondRadius}`).toBe(0);
    }
  }
});
