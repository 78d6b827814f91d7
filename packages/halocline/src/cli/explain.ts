/** @file `halocline explain`: the step of a scene in words, or one of its stencils down to the shader. */
import type { SceneOptions } from '../scene.ts';
import { type Words } from './command.ts';
import { loadScene } from './load-scene.ts';
import { initializeScene } from './lua-scene.ts';
import { usePlugins } from './plugins.ts';
import { cutWish, deviceWish, valuesOf } from './run.ts';

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const path = words.positionals[0]!;
  const options: SceneOptions = {
    values: valuesOf(words),
    log: (line) => void process.stderr.write(`${line}\n`),
    ...deviceWish(words),
    ...cutWish(words),
  };
  const { simulation } = await loadScene(path, options);
  await using _simulation = simulation;
  await usePlugins(simulation, words, path);
  await initializeScene(simulation);
  const header = words.text('header');
  const names = words.all('stencil');
  const texts = await Promise.all(names.map((name) => simulation.explainStencil(name)));
  if (header !== undefined) texts.push(simulation.kernelHeader(header));
  if (texts.length === 0) texts.push(simulation.explain());
  process.stdout.write(`${texts.join('\n\n')}\n`);
  return 0;
}
