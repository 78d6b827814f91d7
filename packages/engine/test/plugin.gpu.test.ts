/** Plug-ins: packages in a folder of their own, and objects. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;

/** A folder with packages, each a manifest and a module. */
function folderWith(packages: Readonly<Record<string, readonly [object, string]>>): Disposable & { scene: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
  for (const [name, [manifest, text]] of Object.entries(packages)) {
    const own = path.join(folder, 'node_modules', name);
    mkdirSync(own, { recursive: true });
    writeFileSync(
      path.join(own, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', ...manifest }),
    );
    writeFileSync(path.join(own, 'index.js'), text);
  }
  return { scene: path.join(folder, 'scene.ts'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const decay = `export function register(simulation, { rate = 0.5 } = {}) {
  simulation.addField('u', 'float32', 8);
  simulation.addParameter('rate', 'float', rate);
  simulation.registerKernel('decay', { inputs: ['u'], outputs: ['u'], parameters: ['rate'], neighborRadius: 0, glsl: \`
    #include "halocline.glsl"
    layout(local_size_x = 256) in;
    void main() {
      Voxel v;
      for (uint turn = 0; turn < turns(); turn++) if (takeVoxel(turn, v)) write_u(v, read_u(v) * rate);
    }\` });
}`;

gpuTest('a package is found from the scene that names it, and told its options', {}, async ({ device }) => {
  using folder = folderWith({
    'halocline-decay': [{ exports: './index.js' }, decay],
    '@user/decay': [{ exports: { '.': { import: './index.js' } } }, decay],
  });
  for (const from of [folder.scene, pathToFileURL(folder.scene)]) {
    await using simulation = await Simulation.create({ device, domain });
    await simulation.use('halocline-decay', { from });
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(1, 2, 3)).toBe(4);
  }
  await using simulation = await Simulation.create({ device, domain });
  await simulation.use('@user/decay', { from: folder.scene, options: { rate: 0.25 } });
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(1, 2, 3)).toBe(2);
});

gpuTest(
  'an object with register is a plug-in too, and a path is found from the file that calls',
  {},
  async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    await simulation.use({ register: (into) => void into.addField('mine', 'float32', 3) });
    await simulation.use('./plugin-beside.ts');
    expect(simulation.fields.map(({ name }) => name)).toEqual(['mine', 'beside']);
  },
);

gpuTest('what is wrong with a plug-in is said with its name', {}, async ({ device }) => {
  using folder = folderWith({
    empty: [{ exports: './index.js' }, 'export const registers = 1;'],
    broken: [{ exports: './index.js' }, 'export const = 1;'],
    throws: [{ main: 'index.js' }, 'export default { register() { throw new Error("no licence"); } };'],
    clashes: [{ main: 'index.js' }, 'export function register(sim) { sim.addField("2", "float32"); }'],
  });
  await using simulation = await Simulation.create({ device, domain });
  const messageOf = async (name: string): Promise<string> =>
    simulation.use(name, { from: folder.scene }).then(
      () => 'nothing was thrown',
      (error: Error) => error.message,
    );
  expect(await messageOf('empty')).toBe(
    'Cannot use plug-in "empty": it exports no function register; export function register(simulation) { … }',
  );
  expect(await messageOf('broken')).toBe('Cannot use plug-in "broken": it cannot be loaded: Unexpected token \'=\'');
  expect(await messageOf('throws')).toBe('Cannot use plug-in "throws": its register threw: no licence');
  expect(await messageOf('clashes')).toBe(
    'Cannot use plug-in "clashes": its register threw: Cannot add field "2": it is no name; use letters, digits and underscores, at most 128, not first a digit',
  );
  expect(await messageOf('nowhere')).toBe(
    `Cannot use plug-in "nowhere": there is no such package to find from "${path.dirname(folder.scene)}"; install it there, with npm install nowhere`,
  );
  expect(await messageOf('./nowhere.ts')).toBe(
    `Cannot use plug-in "./nowhere.ts": there is no such file to find from "${path.dirname(folder.scene)}"; give a path from there`,
  );
  await expect(simulation.use({} as never)).rejects.toThrow(
    'Cannot use plug-in "given": it has no function register; give { register(simulation) { … } }, or the name of a package',
  );
});
