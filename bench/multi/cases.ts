/** @file What the scaling of several devices is measured on: a sweep that is over before a message is there, and a lattice that isn't. */
import type { Simulation } from 'halocline';

/** A benchmark: fields and stencils over a domain that is given. */
export interface MultiCase {
  readonly name: string;
  readonly what: string;
  /** Least bytes a voxel and step. */
  readonly bytesPerVoxel: number;
  /** Declares everything; `start` names stencils that run in the first step alone, and fill the fields. */
  declare(sim: Simulation): { readonly start: readonly string[] };
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
    return { start: ['start'] };
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
    return { start: ['start'] };
  },
};

/** Every case. */
export const multiCases: readonly MultiCase[] = [laplacian, lattice];
