/** @file `--plugin NAME`: packages that add to a scene before its first step. */
import { resolve } from 'node:path';
import type { Simulation } from '@halocline/engine';
import type { Words } from './command.ts';

/** Registers what `--plugin` names, in order, found from the scene's file. */
export async function usePlugins(simulation: Simulation, words: Words, scene: string): Promise<void> {
  for (const name of words.all('plugin')) await simulation.use(name, { from: resolve(scene) });
}
