/** Where caches are what stencils wait for: the order of leaves and the texts are others, and every bit is the same. */
import { expect } from 'vitest';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type SimulationOptions } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
/** 90 leaves; 33 of which the last has inactive voxels; 34 of which half have. */
const domains = [
  [24, 40, 48],
  [8, 8, 263],
  [8, 15, 132],
] as const;

const near = ['1, 0, 0', '-1, 0, 0', '0, 1, 0', '0, -1, 0', '0, 0, 1', '0, 0, -1'];
const cube = [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => `${x}, ${y}, ${z}`)));
const sum = (field: string, offsets: readonly string[]): string =>
  offsets.map((offset) => `ReadField("${field}", coord + ivec3(${offset}))`).join(' + ');

/** Runs with the device under another name, by which the engine knows what its stencils wait for. */
async function named<T>(device: Device, name: string, run: () => Promise<T>): Promise<T> {
  const known = Object.getOwnPropertyDescriptor(device, 'name')!;
  Object.defineProperty(device, 'name', { ...known, value: name });
  try {
    return await run();
  } finally {
    Object.defineProperty(device, 'name', known);
  }
}

/** Two fields after some steps of a sweep over itself and a box, as text of their values. */
async function after(device: Device, max: readonly [number, number, number], subdomains: number): Promise<string> {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max }, subdomains });
  simulation.addField('a', 'float32', 0.5);
  simulation.addField('b', 'float32', 0.25);
  const sweep = `WriteField("a", idx, 0.7 * ReadField("a", idx) + 0.05 * (${sum('a', near)}));`;
  simulation.addStencil('sweep', { inputs: ['a'], outputs: ['a'], code: sweep });
  const box = `WriteField("b", idx, (${sum('a', cube)}) * 0.037 + ReadField("b", idx));`;
  simulation.addStencil('box', { inputs: ['a', 'b'], outputs: ['b'], code: box });
  await simulation.field('a').write((i, j, k) => Math.sin(0.3 * i) * Math.cos(j - 0.2 * k));
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  const read = await Promise.all(['a', 'b'].map(async (name) => (await simulation.field(name).read()).tree));
  return read.map(({ values, leaf }) => `${leaf.origins.join()} ${values.join()}`).join('\n');
}

gpuTest('an H200 computes what other devices do, in one subdomain and in three', PLAIN, async ({ device }) => {
  for (const max of domains) {
    const plain = await after(device, max, 1);
    for (const subdomains of [1, 3])
      expect(await named(device, 'NVIDIA H200', () => after(device, max, subdomains))).toBe(plain);
    expect(new Set(plain.split(' ')[1]!.split(',')).size).toBeGreaterThan(1000);
  }
});

/** The same while fields go, move together and come, and how many buffers moved. */
async function whileMoving(options: Partial<SimulationOptions>): Promise<{ text: string; moved: number }> {
  await using simulation = await Simulation.create({ ...options, domain: { min: [-5, 0, 0], max: [24, 20, 33] } });
  simulation.addField('gone', 'vec3');
  for (const name of ['a', 'b']) simulation.addField(name, 'float32', 0.5);
  const add = (name: string, from: string): void => {
    const code = `WriteField("${name}", idx, 0.7 * ReadField("${name}", idx) + 0.05 * (${sum(from, near)}));`;
    simulation.addStencil(`sweep_${name}`, { inputs: [...new Set([name, from])], outputs: [name], code });
  };
  add('a', 'a');
  add('b', 'a');
  await simulation.field('a').write((i, j, k) => Math.sin(0.3 * i) * Math.cos(j - 0.2 * k));
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  simulation.removeField('gone');
  await simulation.runTimestep(0.1);
  const { buffers: moved } = await simulation.defragment();
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  simulation.addField('late', 'float32', 0.25);
  add('late', 'b');
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  const read = await Promise.all(simulation.fields.map(async (field) => (await field.read()).tree.values.join()));
  return { text: read.join('\n'), moved };
}

gpuTest(
  'what it is pushed follows fields that move, and the parts of its leaves on two devices',
  PLAIN,
  async (gpu) => {
    const { device } = gpu;
    await using other = await openDevice({ device: device.name, validation: false });
    const plain = await whileMoving({ device });
    const one = await named(device, 'NVIDIA H200', () => whileMoving({ device }));
    expect(one.moved).toBeGreaterThan(0);
    expect(one.text).toBe(plain.text);
    const two = await named(device, 'NVIDIA H200', () => whileMoving({ devices: [device, other], subdomains: 3 }));
    expect(two.text).toBe(plain.text);
  },
);
