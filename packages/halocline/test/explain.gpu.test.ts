import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { halocline } from './command-line.ts';

const scene = `
import { Simulation } from 'halocline';
export default async ({ values, ...options }) => {
  const sim = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [8, 8, 8] } });
  sim.addField('heat', 'float32', 4);
  sim.addStencil('cool', { inputs: ['heat'], outputs: ['heat'], code: 'WriteField("heat", idx, ReadField("heat", idx) - dt);' });
  return { simulation: sim, rate: 1, frames: 2, report: async () => ({ left: String((await sim.field('heat').statistics()).max[0]) }) };
};`;
const plugin = `export function register(sim) {
  sim.registerKernel('halve', { inputs: ['heat'], outputs: ['heat'], neighborRadius: 0, glsl: \`
    #include "halocline.glsl"
    layout(local_size_x = 256) in;
    void main() {
      Voxel v;
      for (uint turn = 0; turn < turns(); turn++) if (takeVoxel(turn, v)) write_heat(v, 0.5 * read_heat(v));
    }\` });
}`;

/** A scene, and a package that only its folder has. */
function sceneWithPlugin(): ReturnType<typeof temporaryFolder> & { scene: string } {
  const folder = temporaryFolder();
  const own = join(folder.path, 'node_modules', 'halocline-halve');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'package.json'), '{ "name": "halocline-halve", "type": "module", "exports": "./index.js" }');
  writeFileSync(join(own, 'index.js'), plugin);
  return Object.assign(folder, { scene: folder.file('scene.ts', scene) });
}

vulkanTest('--plugin adds what a package of the scene’s folder brings', async () => {
  using folder = sceneWithPlugin();
  const out = ['--out', join(folder.path, 'out')];
  const ended = await halocline(['run', folder.scene, '--plugin', 'halocline-halve', ...out]);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toMatch(/left +0.25\n/);
  const missing = await halocline(['run', folder.scene, '--plugin', 'halocline-hlave', ...out]);
  expect(missing.code).toBe(1);
  expect(missing.err).toBe(
    `Cannot use plug-in "halocline-hlave": there is no such package to find from "${folder.path}"; install it there, with npm install halocline-hlave\n`,
  );
});

vulkanTest('a scene uses a package of its folder by name, from wherever it is run', async () => {
  using folder = sceneWithPlugin();
  const path = folder.file('uses.ts', scene.replace('  return {', "  await sim.use('halocline-halve');\n  return {"));
  const ended = await halocline(['run', path, '--out', join(folder.path, 'out')]);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toMatch(/left +0.25\n/);
});

vulkanTest('explain tells the step, a stencil, a kernel and its header', async () => {
  using folder = sceneWithPlugin();
  const words = ['explain', folder.scene, '--plugin', 'halocline-halve'];
  const whole = await halocline(words);
  expect(whole.code, whole.err).toBe(0);
  expect(whole.out).toContain('order: cool | halve');
  const both = await halocline([...words, '--stencil', 'cool', '--stencil', 'halve', '--header', 'halve']);
  expect(both.out).toContain('write "heat" ("heat"[0,0,0] - dt)');
  expect(both.out).toContain('GLSL, entry point "main", one workgroup for each two leaves');
  expect(both.out).toContain('void write_heat(Voxel voxel, float value)');
  const none = await halocline([...words, '--stencil', 'cold']);
  expect(none.code).toBe(1);
  expect(none.err).toBe(
    'Cannot explain stencil "cold": there is none of that name; the stencils are "cool", "halve"\n',
  );
});
