import { Simulation } from '@halocline/engine';
import { addHierarchy, addObstacles, addProjection, runOnce } from '@halocline/fluids';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

const wave = (x: number): number => Math.sin(Math.PI * x);
const slope = (x: number): number => Math.PI * Math.cos(Math.PI * x);

/** L2 and L∞ of the error in φ with n intervals between the walls, and the iterations that the solve took. */
async function errors(device: Device, n: number, levels: number): Promise<readonly [number, number, number]> {
  const h = 1 / n;
  await using simulation = await Simulation.create({
    device,
    domain: { min: [0, 0, 0], max: [n + 1, n + 1, n + 1] }, // the walls are the outermost layer: free air, where φ = 0
    voxelSize: h,
  });
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  await runOnce(simulation, [...addObstacles(simulation), ...addHierarchy(simulation, levels)]);
  addProjection(simulation, { levels, tolerance: 2e-5 * 3 * Math.PI ** 2, iterations: 60 });
  await simulation.initialize();
  await simulation
    .field('velocity')
    .write((_i, _j, _k, x, y, z) => [
      slope(x - h / 2) * wave(y) * wave(z),
      wave(x) * slope(y - h / 2) * wave(z),
      wave(x) * wave(y) * slope(z - h / 2),
    ]);
  await simulation.runTimestep(1);
  const phi = await simulation.field('phi').read(); // φ / h
  let [squares, most] = [0, 0];
  for (let i = 1; i < n; i++) {
    for (let j = 1; j < n; j++) {
      for (let k = 1; k < n; k++) {
        const error = Math.abs(h * (phi.get(i, j, k) as number) - wave(i * h) * wave(j * h) * wave(k * h));
        squares += error * error * h ** 3;
        most = Math.max(most, error);
      }
    }
  }
  return [Math.sqrt(squares), most, await simulation.iterations('solve')];
}

gpuTest('Poisson: the error of a manufactured solution is of second order in L2 and L∞', {}, async ({ device }) => {
  const rows = [await errors(device, 12, 2), await errors(device, 24, 3), await errors(device, 48, 4)] as const;
  const order = (norm: 0 | 1): number => Math.log2(rows[1][norm] / rows[2][norm]);
  const list = (norm: 0 | 1 | 2): string => rows.map((row) => Number(row[norm].toPrecision(3))).join(' ');
  process.stdout.write(
    `| Poisson | 12³ 24³ 48³ | L2 ${list(0)} | L∞ ${list(1)} | orders ${order(0).toFixed(2)} ${order(1).toFixed(2)} | iterations ${list(2)} |\n`,
  );
  expect(Math.abs(order(0) - 2)).toBeLessThan(0.1);
  expect(Math.abs(order(1) - 2)).toBeLessThan(0.1);
});
