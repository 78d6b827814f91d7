/** A flow over two levels that tests of what goes wrong between stencils begin with. */
import type { Simulation } from '../src/index.ts';

export const wavy = (i: number, j: number, k: number): number =>
  Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1);

/** The sum of a field over the six neighbours, as text. */
export const around = (name: string): string =>
  ['1, 0, 0', '0, 1, 0', '0, 0, 1']
    .map((axis) => `ReadField("${name}", coord + ivec3(${axis})) + ReadField("${name}", coord - ivec3(${axis}))`)
    .join(' + ');

/** Fields u, p, wind, and c on level 1; u is carried along by the wind, and c gathers it. */
export function addFlow(simulation: Simulation): void {
  simulation.addField('u', 'float32', 0.25);
  simulation.addField('p', 'float32', 0);
  simulation.addField('wind', 'vec3', [0, 0, 0]);
  simulation.level(1).addField('c', 'float32', 0);
  simulation.addStencil('advect', {
    inputs: ['u', 'wind'],
    outputs: ['u'],
    neighborRadius: 3,
    code: 'WriteField("u", idx, SampleField("u", CoordToWorld(coord) - dt * ReadField("wind", coord)));',
  });
  simulation.level(1).addStencil('restrict', {
    inputs: ['u', 'c'],
    outputs: ['c'],
    code: 'WriteField("c", idx, ReadFine("u", 2 * coord) + 0.1 * ReadField("c", coord + ivec3(0, 0, 1)));',
  });
}
