/** @file A plug-in that a test names by its path. */
import type { Simulation } from '../src/index.ts';

export function register(simulation: Simulation): void {
  simulation.addField('beside', 'float32', 1);
}
