/** Every example scene whole, in parts, and on several logical devices: all fields have the same bits after 20 steps. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import diffuse from '../../../examples/diffuse.ts';
import lattice from '../../../examples/lattice.ts';
import plume from '../../../examples/plume.ts';
import poisson from '../../../examples/poisson.ts';
import wave from '../../../examples/wave.ts';
import { Simulation, type SceneFunction, type SceneOptions } from '../src/index.ts';

const scenes: readonly (readonly [name: string, scene: SceneFunction, values: Record<string, string>])[] = [
  ['diffuse', diffuse, { voxels: '24' }],
  ['wave', wave, { voxels: '24' }],
  ['lattice', lattice, { voxels: '20' }],
  ['poisson', poisson, { voxels: '16' }],
  ['plume', plume, { voxels: '16' }],
];

async function fieldsAfter(
  scene: SceneFunction,
  values: Record<string, string>,
  where: Pick<SceneOptions, 'devices' | 'subdomains'>,
): Promise<Record<string, string>> {
  const made = await scene({ values, log: () => undefined, ...where });
  await using simulation = made instanceof Simulation ? made : made.simulation;
  for (let step = 0; step < 20; step++) await simulation.runTimestep(1 / 48);
  const bits: Record<string, string> = {};
  for (const field of simulation.fields) {
    // A grid holds no more; what a lattice does shows in its density.
    if (field.components > 4) continue;
    const { values: arrays } = (await field.read()).tree;
    bits[field.name] = arrays
      .map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'))
      .join();
  }
  return bits;
}

const long = process.env['HALOCLINE_LONG'] === '1';

/** How the domain is cut: on one device, and on several logical ones; all of them where there is time. */
const CUTS: readonly Pick<SceneOptions, 'devices' | 'subdomains'>[] = long
  ? [
      { subdomains: 2 },
      { subdomains: 3 },
      { subdomains: 4 },
      { subdomains: 7 },
      { subdomains: 8 },
      { devices: ['#0', '#0'], subdomains: 2 },
      { devices: ['#0', '#0', '#0'], subdomains: 7 },
      { devices: ['#0', '#0', '#0', '#0'], subdomains: 8 },
    ]
  : [{ subdomains: 3 }, { devices: ['#0', '#0'], subdomains: 5 }];

for (const [name, scene, values] of scenes) {
  const told = CUTS.map(
    ({ devices, subdomains }) => `${subdomains} on ${(devices as string[] | undefined)?.length ?? 1}`,
  );
  gpuTest(
    `${name} has the same bits whole and in parts: ${told.join(', ')}`,
    { validation: false, timeoutMs: long ? 3_000_000 : 300_000 },
    async () => {
      const whole = await fieldsAfter(scene, values, {});
      for (const cut of CUTS) expect(await fieldsAfter(scene, values, cut), JSON.stringify(cut)).toEqual(whole);
    },
  );
}
