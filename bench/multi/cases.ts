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

/** The rate at which populations relax, 1/steps. */
const OMEGA = 1.2;

/**
 * What becomes of populations q0 … q18: 138 operations a voxel, where each direction by itself takes 262. Opposite directions ±c are
 * relaxed together, by their sum and their difference, whose equilibria are twice ω·w·(ρ − 1.5·j²/ρ + 4.5·(c·j)²/ρ) and
 * 3·ω·w·(c·j). With the weight w of an edge, g = 3·ω·w·j and h = g / (ω·w·ρ) the squares are sums of h·g/2 along the axes, and a
 * face, of twice the weight, needs no more of them.
 */
function collision(): string[] {
  const last = DIRECTIONS.length - 1;
  const edge = OMEGA / 36;
  const axes = ['x', 'y', 'z'] as const;
  const pairs = DIRECTIONS.map((direction, n) => ({ direction, n })).filter(({ n }) => 2 * n > last);
  const momentum = (axis: number): string =>
    pairs
      .filter(({ direction }) => direction[axis] !== 0)
      .map(({ direction, n }) => `${direction[axis]! < 0 ? '-' : '+'} odd${n}`)
      .join(' ')
      .replace(/^\+ /, '');
  const relaxed = pairs.flatMap(({ direction, n }) => {
    const [a, b] = axes.filter((_, axis) => direction[axis] !== 0);
    const sign = direction.some((along) => along < 0) ? '-' : '+';
    const [even, odd] =
      b === undefined
        ? [`face_${a}`, `2.0 * g${a}`]
        : [`(0.5 * (face_${a} + double_${b}) ${sign} h${a} * g${b})`, `(g${a} ${sign} g${b})`];
    return [
      `float mean${n} = ${(1 - OMEGA) / 2} * even${n} + ${even};`,
      `float half${n} = ${(1 - OMEGA) / 2} * odd${n} + ${odd};`,
      `WriteField("f${n}", idx, mean${n} + half${n});`,
      `WriteField("f${last - n}", idx, mean${n} - half${n});`,
    ];
  });
  return [
    ...pairs.map(({ n }) => `float even${n} = q${n} + q${last - n}; float odd${n} = q${n} - q${last - n};`),
    `float rho = q${last / 2} + ${pairs.map(({ n }) => `even${n}`).join(' + ')};`,
    `float mass = ${2 * edge} * rho;`,
    'float inverse = 2.0 / mass;',
    ...axes.map((a, axis) => `float g${a} = ${3 * edge} * (${momentum(axis)}); float h${a} = inverse * g${a};`),
    ...axes.map((a) => `float double_${a} = h${a} * g${a};`),
    `float still = mass - ${1 / 3} * (double_x + double_y + double_z);`,
    ...axes.map((a) => `float face_${a} = still + double_${a};`),
    `WriteField("f${last / 2}", idx, ${1 - OMEGA} * q${last / 2} + 6.0 * still);`,
    ...relaxed,
  ];
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
    const code = [...pull, ...collision()].join('\n');
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
