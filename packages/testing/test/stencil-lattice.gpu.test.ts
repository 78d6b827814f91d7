/** Lattices: shader against interpreter, bit for bit, in the shapes that many results of as many loads have. */
import type { Device } from '@halocline/gpu';
import { compileStencil } from '@halocline/stencil';
import type { FieldType } from '@halocline/stencil';
import { expect } from 'vitest';
import { gpuTest } from '../src/gpu-test.ts';
import { VALUES } from '../src/stencil-harness.ts';
import type { DeviceRunOptions } from '../src/stencil-harness.ts';
import { makeWorld } from '../src/stencil-world.ts';
import { differences, environmentOf } from './oracle.ts';

const directions = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)))
  .filter((direction) => direction.filter((along) => along !== 0).length < 3);
const populations = directions.map((_, n) => `f${n}`);

/** D3Q19 with a moment of its own; the population at rest stays in its place, and the last is written twice. */
const code = [
  ...directions.map((direction, n) => `float q${n} = ReadField("f${n}", coord - ivec3(${direction.join(', ')}));`),
  `float rho = ${directions.map((_, n) => `q${n}`).join(' + ')};`,
  `WriteField("f18", idx, rho); vec3 u = vec3(q1 - q17, q2 - q16, q3 - q15);`,
  ...directions.map(
    (_, n) => `WriteField("f${n}", idx, q${n} - 0.6 * (q${n} - ${(n + 1) / 190} * (rho - dot(u, u))));`,
  ),
  'WriteField("velocity", idx, u); WriteField("velocity_y", idx, 2.0 * u.x);',
].join('\n');

const ways: readonly DeviceRunOptions[] = [
  ...([{}, { shape: 'quad' }, { shape: 'loop' }, { shape: 'twin' }] as const),
  { shape: 'twin', via: 'glsl' },
  { shape: 'twin', backgrounds: true },
  { shape: 'twin', bound: 'caches' },
];

async function differencesOf(device: Device, type: FieldType): Promise<string[]> {
  const fields = new Map<string, FieldType>(populations.map((name) => [name, type]));
  fields.set('velocity', 'vec3');
  const environment = environmentOf({ fields, parameters: new Map(), scalars: new Map() });
  const outputs = [...fields.keys()];
  const stencil = compileStencil({ name: 'lattice', inputs: populations, outputs, code }, environment);
  const world = makeWorld(fields, 5, 2);
  // Workgroups share eight leaves: the last have fewer.
  expect(world.levels.same.leaves.length % 8).not.toBe(0);
  return await differences(device, stencil, { world, values: VALUES }, ways);
}

gpuTest('a lattice is the same in every shape', {}, async ({ device }) => {
  expect(await differencesOf(device, 'float32')).toEqual([]);
});

const HALVES = { features: ['storageBuffer16BitAccess'] } as const;
gpuTest('and kept as halves', HALVES, async ({ device }) => {
  expect(await differencesOf(device, 'float16')).toEqual([]);
});

gpuTest('halves beside floats are read two voxels away, two at once', HALVES, async ({ device }) => {
  const fields = new Map<string, FieldType>([
    ['half', 'float16'],
    ['made', 'float32'],
  ]);
  const environment = environmentOf({ fields, parameters: new Map(), scalars: new Map() });
  const far = 'ReadField("half", idx) + ReadField("half", coord + ivec3(0, 0, 2))';
  const text = { name: 'far', inputs: ['half'], outputs: ['made'], code: `WriteField("made", idx, ${far});` };
  const run = { world: makeWorld(fields, 5, 2), values: VALUES };
  expect(await differences(device, compileStencil(text, environment), run, [{ shape: 'twin' }])).toEqual([]);
});
