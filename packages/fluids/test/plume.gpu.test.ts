import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulation } from '@halocline/engine';
import { gpuTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { describe, expect, test } from 'vitest';
import * as fluids from '../src/index.ts';
import { Dense, readDense, type Triple } from './dense.ts';

/** Height of the centre of mass of the smoke, in voxels. */
function height(density: Dense): number {
  let [mass, moment] = [0, 0];
  density.each((_i, j, _k, at) => {
    mass += density.values[at]!;
    moment += j * density.values[at]!;
  });
  return moment / mass;
}

describe('a plume', () => {
  gpuTest('rises, stays finite, and leaves the ball and the floor alone', {}, async ({ device }) => {
    await using simulation = await fluids.createPlume({ device, voxels: 16, tolerance: 0.01 });
    const heights: number[] = [];
    for (let step = 0; step < 16; step++) {
      await simulation.runTimestep(1 / 24);
      heights.push(height((await readDense(simulation, 'density'))[0]!));
    }
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(heights.at(-1)! - heights[0]!).toBeGreaterThan(2);
    for (const name of ['density', 'temperature', 'velocity']) {
      expect((await simulation.field(name).statistics()).finite).toBe(true);
    }
    const [, y] = await readDense(simulation, 'velocity');
    const floor = new Dense(y!.size, (i, j, k) => (j <= 1 ? y!.get(i, j, k) : 0));
    // The ball: 0.17 m about (0.5, 0.95, 0.5) m; faces of the voxels that it holds wholly.
    const ball = new Dense(y!.size, (i, j, k) =>
      Math.hypot((i + 0.5) / 16 - 0.5, (j + 0.5) / 16 - 0.95, (k + 0.5) / 16 - 0.5) < 0.17 ? y!.get(i, j, k) : 0,
    );
    expect([floor.peak, ball.peak]).toEqual([0, 0]);
    expect(await simulation.scalar('divergence_left').read()).toBeLessThan(0.0101);
  });

  gpuTest('is the same, bit for bit, when it runs again', {}, async ({ device }) => {
    const runs: Dense[][] = [];
    for (let run = 0; run < 2; run++) {
      await using simulation = await fluids.createPlume({ device, voxels: 16 });
      for (let step = 0; step < 5; step++) await simulation.runTimestep(1 / 24);
      runs.push([...(await readDense(simulation, 'density')), ...(await readDense(simulation, 'velocity'))]);
    }
    for (const [at, each] of runs[0]!.entries()) expect(each.values).toEqual(runs[1]![at]!.values);
    expect(runs[0]![0]!.peak).toBeGreaterThan(0.5);
  });

  gpuTest('from a symmetric start stays symmetric, as far as it is solved', {}, async ({ device }) => {
    const size: Triple = [16, 16, 16];
    await using simulation = await Simulation.create({
      device,
      domain: { min: [0, 0, 0], max: size },
      voxelSize: 1 / 16,
    });
    simulation.addField('density', 'float32', 0);
    simulation.addField('temperature', 'float32', 300);
    simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
    await fluids.runOnce(simulation, [
      ...fluids.addObstacles(simulation, { floor: true }),
      ...fluids.addHierarchy(simulation, 3),
    ]);
    fluids.addAdvection(simulation, ['density', 'temperature']);
    fluids.addForces(simulation);
    fluids.addClosedFaces(simulation);
    fluids.addProjection(simulation, { levels: 3, tolerance: 1e-4 });
    await simulation.initialize();
    const hot = (i: number, j: number, k: number): boolean => Math.hypot(i - 7.5, j - 4.5, k - 7.5) < 3.2;
    await simulation.field('temperature').write((i, j, k) => (hot(i, j, k) ? 400 : 300));
    for (let step = 0; step < 6; step++) await simulation.runTimestep(1 / 24);
    const [temperature] = await readDense(simulation, 'temperature');
    const [x, y, z] = await readDense(simulation, 'velocity');
    const inner = (i: number, j: number, k: number): boolean => [i, j, k].every((at) => at > 0 && at < 15);
    const off = (difference: (i: number, j: number, k: number) => number): number =>
      new Dense(size, (i, j, k) => (inner(i, j, k) ? difference(i, j, k) : 0)).peak;
    expect(y!.peak).toBeGreaterThan(0.1);
    expect(off((i, j, k) => temperature!.get(i, j, k) - temperature!.get(15 - i, j, k))).toBeLessThan(0.02);
    expect(off((i, j, k) => y!.get(i, j, k) - y!.get(15 - i, j, k))).toBeLessThan(2e-4);
    expect(off((i, j, k) => x!.get(i, j, k) + x!.get(16 - i, j, k))).toBeLessThan(2e-4);
    expect(off((i, j, k) => x!.get(i, j, k) - z!.get(k, j, i))).toBeLessThan(2e-4);
  });

  gpuTest('gives frames that save themselves', {}, async ({ device }) => {
    const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
    try {
      const times: number[] = [];
      for await (const frame of fluids.plume({ device, voxels: 16 }).frames({ rate: 10, until: 0.3 })) {
        await frame.save(join(folder, `${frame.name}.nvdb`));
        times.push(Number(frame.time.toFixed(6)));
      }
      expect(times).toEqual([0.1, 0.2, 0.3]);
      const grids = readGrids(readFileSync(join(folder, '0002.nvdb')));
      expect(grids.map((grid) => `${grid.name} ${grid.type}`)).toEqual([
        'density float',
        'temperature float',
        'velocity vec3f',
      ]);
      expect(grids[0]!.statistics().max[0]).toBeGreaterThan(0.5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('of a width that levels cannot halve is refused', async () => {
    await expect(fluids.createPlume({ voxels: 50 })).rejects.toThrow(
      'Cannot make plume "50 voxels wide": its width is no multiple of 16; take 48',
    );
  });
});
