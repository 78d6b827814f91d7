/**
 * @file What the scaling of several devices is measured on: a sweep that is over before a message is there, a lattice that isn't,
 * and a solver of many passes with reductions between them.
 */
import type { Simulation } from 'halocline';
import * as fluids from 'halocline/fluids';

/** A benchmark: fields and stencils over a domain that is given. */
export interface MultiCase {
  readonly name: string;
  readonly what: string;
  /** Least bytes a voxel and step. */
  readonly bytesPerVoxel: number;
  /** Of a step, seconds; default 0.002. */
  readonly dt?: number;
  /** Declares everything over a box; `start` names stencils that run in the first step alone, and fill the fields. */
  declare(sim: Simulation, box: readonly [number, number, number]): Promise<readonly string[]> | readonly string[];
}

const wave = 'sin(0.1 * float(coord.x)) * cos(0.07 * float(coord.y)) + 0.01 * float(coord.z & 63)';

const laplacian: MultiCase = {
  name: 'laplacian',
  what: '7-point Laplacian sweep, one float in, one out',
  bytesPerVoxel: 8,
  declare(sim) {
    sim.addField('u', 'float32', 0);
    sim.addStencil('start', { outputs: ['u'], code: `WriteField("u", idx, ${wave});` });
    const near = ['1, 0, 0', '0, 1, 0', '0, 0, 1']
      .map((step) => `ReadField("u", coord + ivec3(${step})) + ReadField("u", coord - ivec3(${step}))`)
      .join(' + ');
    const code = `WriteField("u", idx, 0.4 * ReadField("u", coord) + 0.1 * (${near}));`;
    sim.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code });
    return ['start'];
  },
};

/** Directions of the lattice: rest, faces, edges. */
const DIRECTIONS: readonly (readonly [number, number, number])[] = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => [x, y, z] as const)))
  .filter((direction) => direction.filter((each) => each !== 0).length < 3);

function weight(direction: readonly number[]): number {
  return [1 / 3, 1 / 18, 1 / 36][direction.filter((each) => each !== 0).length]!;
}

/** D3Q19, BGK, pull, float32 (Qian, d'Humières, Lallemand 1992). */
const lattice: MultiCase = {
  name: 'd3q19',
  what: 'D3Q19 lattice, BGK, float32',
  bytesPerVoxel: 152,
  declare(sim) {
    const names = DIRECTIONS.map((_, index) => `f${index}`);
    names.forEach((name, index) => sim.addField(name, 'float32', weight(DIRECTIONS[index]!)));
    const first = names.map(
      (name, index) => `WriteField("${name}", idx, ${weight(DIRECTIONS[index]!)} * (1.0 + 0.01 * (${wave})));`,
    );
    sim.addStencil('start', { outputs: names, code: first.join('\n') });
    const pull = names.map(
      (name, n) => `float q${n} = ReadField("${name}", coord - ivec3(${DIRECTIONS[n]!.join(', ')}));`,
    );
    const sum = (axis: number): string =>
      DIRECTIONS.flatMap((d, n) => (d[axis] === 0 ? [] : [`${d[axis]! < 0 ? '-' : '+'} q${n}`])).join(' ');
    const collide = DIRECTIONS.map((d, n) => {
      const along = ['x', 'y', 'z'].flatMap((letter, axis) =>
        d[axis] === 0 ? [] : [`${d[axis]! < 0 ? '-' : '+'} u${letter}`],
      );
      const dot = along.length === 0 ? '0.0' : `(0.0 ${along.join(' ')})`;
      const equilibrium = `${weight(d)} * rho * (1.0 + 3.0 * ${dot} + 4.5 * ${dot} * ${dot} - 1.5 * uu)`;
      return `WriteField("f${n}", idx, q${n} - 1.2 * (q${n} - ${equilibrium}));`;
    });
    const code = [
      ...pull,
      `float rho = ${names.map((_, n) => `q${n}`).join(' + ')};`,
      ...['x', 'y', 'z'].map((letter, axis) => `float u${letter} = (0.0 ${sum(axis)}) / rho;`),
      'float uu = ux * ux + uy * uy + uz * uz;',
      ...collide,
    ].join('\n');
    sim.addStencil('collide', { inputs: names, outputs: names, code });
    return ['start'];
  },
};

/** Conjugate gradients of a step: as many each time, whatever is left, so that every count of devices does the same work. */
const ITERATIONS = 6;

/** The example's plume in a box of any size, as wide as 1 m along x. */
const plume: MultiCase = {
  name: 'plume',
  what: `the plume's step: advection, forces and ${ITERATIONS} multigrid-preconditioned iterations of the projection`,
  bytesPerVoxel: 0,
  // However long it is measured, no flow comes further in a step than the halo is thick.
  dt: 0.0002,
  async declare(sim, box) {
    sim.addField('density', 'float32', 0);
    sim.addField('temperature', 'float32', 300);
    sim.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
    const levels = fluids.levelsOf(Math.min(...box));
    const solids = fluids.addObstacles(sim, { balls: [{ center: [0.5, 0.4, 0.4], radius: 0.1 }], floor: true });
    await fluids.runOnce(sim, [...solids, ...fluids.addHierarchy(sim, levels)]);
    fluids.addAdvection(sim, ['density', 'temperature'], { decay: { density: 0.3 } });
    sim.addStencil('burn', {
      inputs: ['density', 'temperature'],
      outputs: ['density', 'temperature'],
      code: `
        float source = 1.0 - smoothstep(0.05, 0.1, length(CoordToWorld(coord) - vec3(0.5, 0.15, 0.4)));
        WriteField("density", idx, max(ReadField("density", coord), source));
        WriteField("temperature", idx, mix(ReadField("temperature", coord), 600.0, source));
      `,
    });
    fluids.addStillAir(sim, { density: 0, temperature: 300 });
    fluids.addForces(sim, { confinement: 1 });
    fluids.addClosedFaces(sim);
    fluids.addProjection(sim, { levels, tolerance: 0, iterations: ITERATIONS });
    return [];
  },
};

/** Every case. */
export const multiCases: readonly MultiCase[] = [laplacian, lattice, plume];
