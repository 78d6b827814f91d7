/** Fields of arrays: a lattice whose populations are one field, in a domain that is whole and in one that is cut. */
import { expect, test } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { checkFieldType, storedType } from '../src/field-type.ts';
import { Simulation } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
const domain = { min: [0, 0, 0], max: [24, 16, 24] } as const;

const velocities = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)))
  .filter((c) => c.filter((along) => along !== 0).length < 3);

const code = `const ivec3 c[19] = {${velocities.map((c) => `ivec3(${c.join(', ')})`).join(', ')}};
  float g[19]; float rho = 0.0;
  for (int q = 0; q < 19; q++) { g[q] = ReadField("f", coord - c[q])[q]; rho += g[q]; }
  for (int q = 0; q < 19; q++) g[q] += 0.6 * (rho / 19.0 - g[q]);
  WriteField("f", idx, g); WriteField("rho", idx, rho);`;

/** The density after some steps, as text of its values. */
async function densityAfter(device: Device, subdomains: number, storage?: 'float16'): Promise<string> {
  await using simulation = await Simulation.create({ device, domain, subdomains });
  simulation.addField('f', 'float32[19]', 1 / 19, storage === undefined ? {} : { storage });
  simulation.addField('rho', 'float32', 0);
  simulation.addStencil('collide', { inputs: ['f'], outputs: ['f', 'rho'], code });
  await simulation
    .field('f')
    .write((i, j, k) => velocities.map((_, q) => 1 + Math.sin(0.3 * i + q) * Math.cos(j - 0.2 * k)));
  for (let step = 0; step < 4; step++) await simulation.runTimestep(0.1);
  const { values, leaf } = (await simulation.field('rho').read()).tree;
  return `${leaf.origins.join()} ${values.join()}`;
}

gpuTest('a lattice in one field has the same bits in one subdomain and in five', PLAIN, async ({ device }) => {
  const whole = await densityAfter(device, 1);
  expect(await densityAfter(device, 5)).toBe(whole);
  expect(new Set(whole.split(' ')[1]!.split(',')).size).toBeGreaterThan(1000);
});

gpuTest('and kept as halves', { ...PLAIN, features: ['storageBuffer16BitAccess'] }, async ({ device }) => {
  expect(await densityAfter(device, 3, 'float16')).toBe(await densityAfter(device, 1, 'float16'));
});

gpuTest('an array is too much for a grid, and a grid too little for an array', PLAIN, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('f', 'float32[19]', 0);
  simulation.addField('rho', 'float32', 0);
  await expect(simulation.field('f').read()).rejects.toThrow(
    'Cannot read field "f": it is of arrays, of 19 elements a voxel, and no type of grid holds these; write what is wanted of it into another field',
  );
  const grid = await simulation.field('rho').read();
  await expect(simulation.field('f').write(grid)).rejects.toThrow(
    'Cannot write field "f" from grid "rho": float has 1 component, and float32[19] has 19; give a grid with 19 components',
  );
});

test('the type of an array says how long it is', () => {
  expect(() => checkFieldType('f', 'float32[19]')).not.toThrow();
  expect(() => checkFieldType('f', 'float32[64]')).toThrow(
    new RangeError('Cannot add field "f": its array has 64 elements; give 2 to 32, or use several fields'),
  );
  expect(storedType('f', 'float32[19]', 'float16')).toBe('float16[19]');
  expect(storedType('f', 'float32[19]', 'float32')).toBe('float32[19]');
});
