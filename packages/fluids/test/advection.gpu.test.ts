import { Simulation } from '@halocline/engine';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { addAdvection, type AdvectionOptions } from '../src/index.ts';
import { Dense, readDense, type Triple } from './dense.ts';

interface Setting extends AdvectionOptions {
  readonly device: Device;
  readonly size: Triple;
  readonly voxelSize?: number;
  /** Whether the velocity carries itself too. */
  readonly self?: boolean;
}

async function carrier({ device, size, voxelSize = 1, self = false, ...options }: Setting): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: size }, voxelSize });
  simulation.addField('density', 'float32', 0);
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  addAdvection(simulation, ['density'], options);
  if (!self) simulation.removeStencil('advect_velocity');
  await simulation.initialize();
  return simulation;
}

/** A smooth blob of the width `sigma` in metres, at `center`. */
const blob =
  (center: Triple, sigma: number) =>
  (x: number, y: number, z: number): number =>
    Math.exp(-((x - center[0]) ** 2 + (y - center[1]) ** 2 + (z - center[2]) ** 2) / (2 * sigma * sigma));

/** The largest difference of the density from a function of position, over voxels at least four from the rim. */
async function error(simulation: Simulation, exact: (x: number, y: number, z: number) => number): Promise<number> {
  const [density] = await readDense(simulation, 'density');
  const h = simulation.voxelSize;
  const inner = (at: number, axis: number): boolean => at >= 4 && at < density!.size[axis]! - 4;
  return new Dense(density!.size, (i, j, k) =>
    inner(i, 0) && inner(j, 1) && inner(k, 2) ? density!.get(i, j, k) - exact(i * h, j * h, k * h) : 0,
  ).peak;
}

describe('advection', () => {
  gpuTest('by whole voxels moves values as they are', {}, async ({ device }) => {
    const size: Triple = [12, 20, 16];
    await using simulation = await carrier({ device, size, voxelSize: 0.5 });
    await simulation.field('velocity').fill([1, -2, 3]);
    await simulation.field('density').write((i, j, k) => ((i * 7 + j * 5 + k * 3) % 11) / 8);
    const [before] = await readDense(simulation, 'density');
    await simulation.runTimestep(0.5); // one voxel along x, two against y, three along z
    const [after] = await readDense(simulation, 'density');
    for (const [i, j, k] of [
      [4, 5, 6],
      [8, 12, 9],
      [7, 8, 8],
    ] as const) {
      expect(after!.get(i, j, k)).toBeCloseTo(before!.get(i - 1, j + 2, k - 3), 5);
    }
  });

  gpuTest('of a smooth blob is of first order', {}, async ({ device }) => {
    const errors: number[] = [];
    for (const n of [32, 64]) {
      await using simulation = await carrier({ device, size: [n, n, n / 2], voxelSize: 1 / n });
      await simulation.field('velocity').fill([0.4, 0.25, 0.1]);
      await simulation.field('density').write((_i, _j, _k, x, y, z) => blob([0.35, 0.4, 0.2], 0.12)(x, y, z));
      for (let step = 0; step < n / 4; step++) await simulation.runTimestep(2 / n);
      errors.push(await error(simulation, blob([0.55, 0.525, 0.25], 0.12)));
    }
    const order = Math.log2(errors[0]! / errors[1]!);
    process.stdout.write(`advection: order ${order.toFixed(2)}\n`);
    expect(order).toBeGreaterThan(0.85);
  });

  gpuTest('turns a blob about an axis, at its radius', {}, async ({ device }) => {
    const n = 48;
    await using simulation = await carrier({ device, size: [n, n, 8], voxelSize: 1 / n });
    const h = 1 / n;
    const middle = 0.5 - h / 2;
    // One radian a second. Velocities live half a voxel before the centre, each on its own axis: along which they are constant.
    await simulation.field('velocity').write((_i, _j, _k, x, y) => [middle - y, x - middle, 0]);
    await simulation.field('density').write((_i, _j, _k, x, y) => blob([middle + 0.2, middle, 0], 0.08)(x, y, 0));
    const steps = 12;
    for (let step = 0; step < steps; step++) await simulation.runTimestep(Math.PI / 2 / steps);
    const [density] = await readDense(simulation, 'density');
    let [mass, x, y] = [0, 0, 0];
    density!.each((i, j, k) => {
      if (k !== 4) return;
      mass += density!.get(i, j, k);
      x += i * h * density!.get(i, j, k);
      y += j * h * density!.get(i, j, k);
    });
    // A quarter turn brings it from +x to +y. Twelve chords of a midpoint step each are 0.2 % longer than their arcs.
    expect(Math.abs(x / mass - middle)).toBeLessThan(0.1 * h);
    expect(Math.abs(y / mass - middle - 0.2)).toBeLessThan(0.1 * h);
  });

  gpuTest('lets a scalar decay at its rate', {}, async ({ device }) => {
    await using simulation = await carrier({ device, size: [8, 8, 8], decay: { density: 0.5 } });
    await simulation.field('density').fill(2);
    for (let step = 0; step < 4; step++) await simulation.runTimestep(0.25);
    const [density] = await readDense(simulation, 'density');
    expect(density!.get(4, 4, 4)).toBeCloseTo(2 * Math.exp(-0.5), 5);
  });

  gpuTest('carries each face velocity from its own face', {}, async ({ device }) => {
    const size: Triple = [16, 16, 16];
    await using simulation = await carrier({ device, size, self: true });
    // A shear u = (f(y), 1, g(y)) that is carried one voxel along y in a step of 1 s: f and g move, the rest stays.
    const f = (j: number): number => 0.25 * Math.sin(0.7 * j);
    await simulation.field('velocity').write((_i, j) => [f(j), 1, 0.5 * f(j)]);
    await simulation.runTimestep(1);
    const [x, y, z] = await readDense(simulation, 'velocity');
    for (const j of [5, 8, 10]) {
      expect(x!.get(8, j, 8)).toBeCloseTo(f(j - 1), 5);
      expect(y!.get(8, j, 8)).toBeCloseTo(1, 6);
      expect(z!.get(8, j, 8)).toBeCloseTo(0.5 * f(j - 1), 5);
    }
  });
});
