/**
 * @file Where the flow can go: solids are closed, the outermost layer of voxels is free air at rest pressure, or wall.
 *
 * Two fields tell it. `fluid` is 1 where pressure is solved and 0 in solids and in free air. `gate` is 1 on a lower face
 * that flow may cross: no side solid, at least one side fluid.
 */
import type { Simulation } from '@halocline/engine';
import { checkOptions, each, finite } from '@halocline/engine/options';
import { checkBalls, KNOWN } from './known.ts';

/** A solid ball. */
export interface Ball {
  /** Centre, metres. */
  readonly center: readonly [number, number, number];
  /** Radius, metres. */
  readonly radius: number;
}

/** What stands in the flow. */
export interface ObstacleOptions {
  readonly balls?: readonly Ball[];
  /** Whether voxels with none below them (−y) are solid. */
  readonly floor?: boolean;
  /** Whether the outermost layer of voxels is solid all around, as in a closed room, and not free air. */
  readonly walls?: boolean;
}

const vec3 = (v: readonly number[]): string => `vec3(${v.map((x) => x.toExponential()).join(', ')})`;

/**
 * Adds the stencils that fill `fluid` and `gate`, and gives their names. The solids do not move: run them once with
 * `runOnce`.
 */
export function addObstacles(simulation: Simulation, options: ObstacleOptions = {}): string[] {
  checkOptions('Cannot add obstacles', options, KNOWN.obstacles);
  checkBalls(options.balls ?? []);
  simulation.addField('fluid', 'float32', 0);
  simulation.addField('solid', 'float32', 0);
  simulation.addField('gate', 'vec3', [0, 0, 0], { at: 'faces' });
  const inside = (options.balls ?? []).map(
    (ball) => `distance(position, ${vec3(ball.center)}) < ${ball.radius.toExponential()}`,
  );
  const floor = options.floor === true ? ['!IsActive(coord - ivec3(0, 1, 0))'] : [];
  simulation.addStencil('mark_solids', {
    inputs: [],
    outputs: ['solid', 'fluid'],
    code: `
      vec3 position = CoordToWorld(coord);
      bool interior = IsActive(coord - ivec3(1, 0, 0)) && IsActive(coord + ivec3(1, 0, 0)) &&
        IsActive(coord - ivec3(0, 1, 0)) && IsActive(coord + ivec3(0, 1, 0)) &&
        IsActive(coord - ivec3(0, 0, 1)) && IsActive(coord + ivec3(0, 0, 1));
      bool solid = ${[...inside, ...floor, options.walls === true ? '!interior' : 'false'].join(' || ')};
      WriteField("solid", idx, solid ? 1.0 : 0.0);
      WriteField("fluid", idx, interior && !solid ? 1.0 : 0.0);
    `,
  });
  simulation.addStencil('mark_gates', {
    inputs: ['solid', 'fluid'],
    outputs: ['gate'],
    code: `
      float free = 1.0 - ReadField("solid", coord);
      float fluid = ReadField("fluid", coord);
      WriteField("gate", idx, free * vec3(
        (1.0 - ReadField("solid", coord - ivec3(1, 0, 0))) * max(fluid, ReadField("fluid", coord - ivec3(1, 0, 0))),
        (1.0 - ReadField("solid", coord - ivec3(0, 1, 0))) * max(fluid, ReadField("fluid", coord - ivec3(0, 1, 0))),
        (1.0 - ReadField("solid", coord - ivec3(0, 0, 1))) * max(fluid, ReadField("fluid", coord - ivec3(0, 0, 1)))));
    `,
  });
  return ['mark_solids', 'mark_gates'];
}

/** Adds the stencil that stops the flow at closed faces, whatever advection and forces brought there. */
export function addClosedFaces(simulation: Simulation): void {
  simulation.addStencil('close_faces', {
    inputs: ['velocity', 'gate'],
    outputs: ['velocity'],
    code: `WriteField("velocity", idx, ReadField("velocity", coord) * ReadField("gate", coord));`,
  });
}

/**
 * Adds the stencil that holds fields at the values of still air outside of the fluid (in free air and in solids), so that
 * what flows in from outside is clean.
 */
export function addStillAir(simulation: Simulation, values: Readonly<Record<string, number>>): void {
  checkOptions(
    'Cannot add still air',
    { values },
    { values: each(finite(''), 'values by field, as in { density: 0 }') },
  );
  const names = Object.keys(values);
  simulation.addStencil('still_air', {
    inputs: ['fluid'],
    outputs: names,
    code: `
      if (ReadField("fluid", coord) > 0.0) return;
      ${names.map((name) => `WriteField("${name}", idx, ${values[name]!.toExponential()});`).join('\n')}
    `,
  });
}

/** Runs the stencils named, which must be all that the simulation has so far, for one step of no length, and removes them. */
export async function runOnce(simulation: Simulation, names: readonly string[]): Promise<void> {
  await simulation.initialize();
  await simulation.runTimestep(0);
  for (const name of names) simulation.removeStencil(name);
}
