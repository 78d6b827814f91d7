/** A lattice of 19 fields, whose workgroups share leaves: in a domain that is whole, in parts, and with inactive voxels. */
import { expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
/** 45 leaves, which are no multiple of eight; 33 of which the last has inactive voxels; 34 of which half have. */
const domains = [
  [40, 24, 24],
  [263, 8, 8],
  [132, 15, 8],
] as const;

const velocities = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)))
  .filter((c) => c.filter((along) => along !== 0).length < 3);
const names = velocities.map((_, q) => `f${q}`);

const code = [
  ...velocities.map((c, q) => `float q${q} = ReadField("f${q}", coord - ivec3(${c.join(', ')}));`),
  `float rho = ${names.map((_, q) => `q${q}`).join(' + ')};`,
  ...names.map((name, q) => `WriteField("${name}", idx, q${q} + 0.6 * (rho * ${(1 / 19).toFixed(8)} - q${q}));`),
  'WriteField("rho", idx, rho);',
].join('\n');

/** The density after some steps, as text of its values. */
async function densityAfter(
  device: Device,
  max: readonly [number, number, number],
  subdomains: number,
  storage: 'float32' | 'float16',
): Promise<string> {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max }, subdomains });
  for (const name of names) simulation.addField(name, 'float32', 1 / 19, { storage });
  simulation.addField('rho', 'float32', 1, { storage });
  simulation.addStencil('collide', { inputs: names, outputs: [...names, 'rho'], code });
  for (const [q, name] of names.entries())
    await simulation.field(name).write((i, j, k) => 1 + Math.sin(0.3 * i + q) * Math.cos(j - 0.2 * k));
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
  const { values, leaf } = (await simulation.field('rho').read()).tree;
  return `${leaf.origins.join()} ${values.join()}`;
}

gpuTest('a lattice has the same bits in one subdomain and in three', PLAIN, async ({ device }) => {
  for (const max of domains) {
    const whole = await densityAfter(device, max, 1, 'float32');
    expect(await densityAfter(device, max, 3, 'float32')).toBe(whole);
    expect(new Set(whole.split(' ')[1]!.split(',')).size).toBeGreaterThan(1000);
  }
});

gpuTest('and kept as halves', { ...PLAIN, features: ['storageBuffer16BitAccess'] }, async ({ device }) => {
  for (const max of domains)
    expect(await densityAfter(device, max, 3, 'float16')).toBe(await densityAfter(device, max, 1, 'float16'));
});
