/**
 * @file The benchmarks: a simulation each, and the bytes that a voxel needs at least to move in a step (each value that
 * is read counted once, each that is written once).
 */
import { Simulation } from '@halocline/engine';
import { addAdvection, createPlume } from '@halocline/fluids';

/** A benchmark. */
export interface BenchCase {
  readonly name: string;
  readonly what: string;
  /** Least bytes a voxel and step; null where a step is no single kernel. */
  readonly bytesPerVoxel: number | null;
  /** Makes the simulation; `software` asks for a size that a software driver can bear. */
  make(device: string | undefined, software: boolean): Promise<Simulation>;
}

async function cube(device: string | undefined, voxels: number): Promise<Simulation> {
  return await Simulation.create({
    ...(device === undefined ? {} : { device }),
    domain: { min: [0, 0, 0], max: [voxels, voxels, voxels] },
    voxelSize: 1 / voxels,
  });
}

const wave = (i: number, j: number, k: number): number => Math.sin(0.1 * i) * Math.cos(0.07 * j) + 0.01 * k;

/** Every benchmark, in the order of `npm run bench`. */
export const benchCases: readonly BenchCase[] = [
  {
    name: 'pointwise',
    what: 'b = 2a + 1, one float in, one out',
    bytesPerVoxel: 8,
    make: async (device, software) => {
      const sim = await cube(device, software ? 128 : 512);
      sim.addField('a', 'float32', 0);
      sim.addField('b', 'float32', 0);
      const code = 'WriteField("b", idx, 2.0 * ReadField("a", coord) + 1.0);';
      sim.addStencil('pointwise', { inputs: ['a'], outputs: ['b'], code });
      return sim;
    },
  },
  {
    name: 'laplacian',
    what: '7-point Laplacian, one float in, one out',
    bytesPerVoxel: 8,
    make: async (device, software) => {
      const sim = await cube(device, software ? 128 : 512);
      sim.addField('a', 'float32', 0);
      sim.addField('b', 'float32', 0);
      const near = ['1, 0, 0', '0, 1, 0', '0, 0, 1']
        .map((step) => `ReadField("a", coord + ivec3(${step})) + ReadField("a", coord - ivec3(${step}))`)
        .join(' + ');
      const code = `WriteField("b", idx, ${near} - 6.0 * ReadField("a", coord));`;
      sim.addStencil('laplacian', { inputs: ['a'], outputs: ['b'], code });
      return sim;
    },
  },
  {
    name: 'reduce',
    what: 'the sum of a field, one float in',
    bytesPerVoxel: 4,
    make: async (device, software) => {
      const sim = await cube(device, software ? 128 : 512);
      sim.addField('a', 'float32', 0.5);
      sim.addStencil('sum', { inputs: ['a'], outputs: [], code: 'ReduceSum("total", ReadField("a", coord));' });
      return sim;
    },
  },
  {
    name: 'advect',
    what: 'midpoint semi-Lagrangian advection of a scalar and of face velocities',
    bytesPerVoxel: 32,
    make: async (device, software) => {
      const sim = await cube(device, software ? 64 : 256);
      sim.addField('smoke', 'float32', 0);
      sim.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
      addAdvection(sim, ['smoke']);
      await sim.initialize();
      await sim.field('velocity').write((i, j, k) => [wave(i, j, k), wave(j, k, i), wave(k, i, j)]);
      return sim;
    },
  },
  {
    name: 'plume',
    what: 'the whole smoke solver, projection to a divergence of 0.05 per second',
    bytesPerVoxel: null,
    make: async (device, software) =>
      await createPlume({ voxels: software ? 32 : 256, ...(device === undefined ? {} : { device }) }),
  },
];
