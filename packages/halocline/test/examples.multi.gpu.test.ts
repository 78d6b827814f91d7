/**
 * Every example scene whole, in parts, and on several logical devices: all fields of all levels have the same bits after 20 steps.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect } from 'vitest';
import { loadScene } from '../src/cli/load-scene.ts';
import type { SceneOptions } from '../src/index.ts';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** Each at a size that no cut divides evenly; a scene in Lua steps itself. */
const SCENES: Readonly<Record<string, Record<string, string>>> = {
  'diffuse.ts': { voxels: '24' },
  'wave.ts': { voxels: '24' },
  'lattice.ts': { voxels: '20' },
  'poisson.ts': { voxels: '16' },
  'plume.ts': { voxels: '16' },
  'smoke-file.ts': { voxels: '24' },
  'own-kernel.ts': { voxels: '24' },
  'setup.lua': { half: '10', steps: '20' },
};

type Cut = Pick<SceneOptions, 'devices' | 'subdomains'>;

/** The values of all fields after 20 steps, by the names of their grids in a checkpoint: of all levels, and of a lattice's populations. */
async function fieldsAfter(file: string, where: Cut): Promise<Record<string, string>> {
  using kept = temporaryFolder();
  const { simulation } = await loadScene(`${folder}${file}`, {
    values: SCENES[file]!,
    log: () => undefined,
    ...where,
  });
  await using _ = simulation;
  expect(await simulation.subdomains()).toHaveLength(where.subdomains!);
  while (simulation.frame < 20) await simulation.runTimestep(1 / 48);
  await simulation.checkpoint(`${kept.path}/c.nvdb`);
  const grids = readGrids(readFileSync(`${kept.path}/c.nvdb`)).slice(1); // behind the note
  return Object.fromEntries(
    grids.map(({ name, tree }) => [
      name,
      tree.values.map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('base64')).join(),
    ]),
  );
}

const long = process.env['HALOCLINE_LONG'] === '1';

/** How a domain is cut: on one device, and on several logical ones. */
const CUTS: readonly Cut[] = [
  { subdomains: 2 },
  { devices: ['#0', '#0'], subdomains: 3 },
  { subdomains: 3 },
  { devices: ['#0', '#0', '#0', '#0'], subdomains: 8 },
  { subdomains: 4 },
  { devices: ['#0', '#0'], subdomains: 2 },
  { subdomains: 7 },
  { devices: ['#0', '#0', '#0'], subdomains: 7 },
  { subdomains: 8 },
  { devices: ['#0', '#0', '#0', '#0'], subdomains: 4 },
];

for (const [number, file] of Object.keys(SCENES).entries()) {
  // Each scene takes two, so that together they have all; where there is time, each has all.
  const cuts = long ? CUTS : [0, 1].map((more) => CUTS[(2 * number + more) % CUTS.length]!);
  const told = cuts.map(
    ({ devices, subdomains }) => `${subdomains} on ${(devices as string[] | undefined)?.length ?? 1}`,
  );
  gpuTest(
    `${file} has the same bits whole and in parts: ${told.join(', ')}`,
    { validation: false, timeoutMs: long ? 3_000_000 : 300_000 },
    async () => {
      const whole = await fieldsAfter(file, { subdomains: 1 });
      expect(Object.keys(whole).length).toBeGreaterThan(0);
      for (const cut of cuts) {
        const parts = await fieldsAfter(file, cut);
        expect(Object.keys(parts)).toEqual(Object.keys(whole));
        for (const [name, values] of Object.entries(whole)) {
          expect(parts[name] === values, `${name}, ${JSON.stringify(cut)}`).toBe(true);
        }
      }
    },
  );
}
