/** @file `halocline explain`: the step of a scene in words, or one of its stencils down to the shader. */
import type { SceneOptions } from '../scene.ts';
import { deviceOption, type Command, type Words } from './command.ts';
import { loadScene } from './load-scene.ts';
import { pluginOption, usePlugins } from './plugins.ts';
import { deviceWish, valuesOf } from './run.ts';

async function run(words: Words): Promise<number> {
  const path = words.positionals[0]!;
  const subdomains = words.number('subdomains', 'count');
  const options: SceneOptions = {
    values: valuesOf(words),
    log: (line) => void process.stderr.write(`${line}\n`),
    ...deviceWish(words),
    ...(subdomains === undefined ? {} : { subdomains }),
  };
  const { simulation } = await loadScene(path, options);
  await using _simulation = simulation;
  await usePlugins(simulation, words, path);
  await simulation.initialize();
  const header = words.text('header');
  const names = words.all('stencil');
  const texts = await Promise.all(names.map((name) => simulation.explainStencil(name)));
  if (header !== undefined) texts.push(simulation.kernelHeader(header));
  if (texts.length === 0) texts.push(simulation.explain());
  process.stdout.write(`${texts.join('\n\n')}\n`);
  return 0;
}

const command: Command = {
  name: 'explain',
  summary: "Tells the order of a scene's stencils and why, or all about one of them",
  positionals: ['SCENE'],
  options: {
    stencil: {
      value: 'NAME',
      many: true,
      help: 'source, IR, reach, bytes a voxel, registers and GLSL of a stencil or kernel',
    },
    header: { value: 'KERNEL', help: 'what a kernel of the scene includes, to compile it elsewhere' },
    set: { value: 'NAME=VALUE', many: true, help: 'a value for the scene to read' },
    plugin: pluginOption,
    device: { ...deviceOption, many: true },
    devices: { value: 'N', help: 'explain a run over N devices of one model (default: 1)' },
    subdomains: { value: 'K', help: 'parts that the domain is cut into' },
  },
  example: 'halocline explain examples/diffuse.ts --stencil diffuse',
  run,
};
export default command;
