/** Computed reads that know how far they go, and go beyond their radius: held at it, or told of, however the domain is cut. */
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type StencilOptions } from '../src/index.ts';

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
