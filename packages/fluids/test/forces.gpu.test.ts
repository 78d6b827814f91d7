import { Simulation } from '@halocline/engine';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { addForces, type ForceOptions } from '../src/index.ts';
import { readDense, type Triple } from './dense.ts';

async function forced(
  device: Device,
  size: Triple,
  options: ForceOptions,
  voxelSize: number = 0.25,
): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: size }, voxelSize });
  simulation.addField('density', 'float32', 0);
  simulation.addField('temperature', 'float32', 300);
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  simulation.addField('flow', 'vec3', [0, 0, 0]);
  addForces(simulation, options);
  await simulation.initialize();
  return simulation;
}

describe('forces', () => {
  gpuTest('lift hot voxels and weigh smoke down, half on each of their faces', {}, async ({ device }) => {
    await using simulation = await forced(device, [8, 16, 8], { confinement: 0, smokeWeight: 0.1, gravity: 10 });
    await simulation.field('temperature').write((_i, j) => (j === 8 ? 450 : 300));
    await simulation.field('density').write((_i, j) => (j === 12 ? 2 : 0));
    await simulation.runTimestep(0.5);
    const [x, y, z] = await readDense(simulation, 'velocity');
    const column = Array.from({ length: 16 }, (_, j) => Number(y!.get(4, j, 4).toFixed(5)));
    // 10 m/s² · (450 − 300) / 300 · 0.5 s = 2.5 m/s; 10 m/s² · 0.1 · 2 · 0.5 s = 1 m/s
    expect(column).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1.25, 1.25, 0, 0, -0.5, -0.5, 0, 0]);
    expect([x!.peak, z!.peak]).toEqual([0, 0]);
  });

  gpuTest('are none in still air, and none where it turns evenly', {}, async ({ device }) => {
    await using simulation = await forced(device, [8, 8, 8], { ambient: 287.3 });
    await simulation.field('temperature').write(() => Math.fround(287.3));
    await simulation.runTimestep(0.5);
    expect((await readDense(simulation, 'force')).map(({ peak }) => peak)).toEqual([0, 0, 0]);
    await simulation.field('flow').write((_i, _j, _k, x, y) => [-y, x, 0]);
    await simulation.runTimestep(0.5);
    const force = await readDense(simulation, 'force');
    expect(force.map((each) => each.get(4, 4, 4))).toEqual([0, 0, 0]);
  });

  gpuTest('are none in still air of voxels of any size', {}, async ({ device }) => {
    for (const voxelSize of [1e-42, 1e-25, 1e25]) {
      await using simulation = await forced(device, [8, 8, 8], {}, voxelSize);
      await simulation.runTimestep(0.5);
      expect((await readDense(simulation, 'force')).map(({ peak }) => peak)).toEqual([0, 0, 0]);
    }
  });

  gpuTest('of confinement push along N × ω', {}, async ({ device }) => {
    const size: Triple = [16, 16, 16];
    const [epsilon, h] = [0.3, 0.25];
    await using simulation = await forced(device, size, { confinement: epsilon, gravity: 0 });
    // A vortex about z that is swiftest on its axis: ω = (0, 0, s(r)), s = 2·(1 − r²/R²)·exp(−r²/R²), s′ < 0 for r² < 2R².
    const middle = 7.5 * h;
    const wide = 5 * h;
    await simulation.field('flow').write((_i, _j, _k, x, y) => {
      const fall = Math.exp(-((x - middle) ** 2 + (y - middle) ** 2) / wide ** 2);
      return [-(y - middle) * fall, (x - middle) * fall, 0];
    });
    await simulation.runTimestep(1);
    const force = await readDense(simulation, 'force');
    for (const [i, j] of [
      [9, 8],
      [6, 10],
      [5, 5],
      [10, 7],
    ] as const) {
      const [x, y] = [i * h - middle, j * h - middle];
      const r = Math.hypot(x, y);
      const spin = 2 * (1 - r ** 2 / wide ** 2) * Math.exp(-(r ** 2) / wide ** 2);
      // N points inward, to swifter spin: N × ω = s·(N.y, −N.x), and the force is ε·h of it.
      const expected = [(epsilon * h * spin * -y) / r, (epsilon * h * spin * x) / r];
      const found = force.map((each) => each.get(i, j, 8));
      // Differences over two voxels, each of second order, and the guard of the division.
      expect(Math.hypot(found[0]! - expected[0]!, found[1]! - expected[1]!)).toBeLessThan(0.12 * epsilon * h * spin);
      expect(found[0]! * expected[0]! + found[1]! * expected[1]!).toBeGreaterThan(0);
      expect(Math.abs(found[2]!)).toBeLessThan(1e-6);
    }
  });
});
