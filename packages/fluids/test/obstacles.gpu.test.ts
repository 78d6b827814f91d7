import { Simulation } from '@halocline/engine';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { addObstacles, addStillAir, runOnce } from '../src/index.ts';
import { readDense } from './dense.ts';

gpuTest('still air stands in the outermost layer and in solids, and nowhere else', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 16, 16] } });
  simulation.addField('density', 'float32', 0);
  const ball = { center: [8, 8, 8] as const, radius: 3 };
  await runOnce(simulation, addObstacles(simulation, { balls: [ball] }));
  addStillAir(simulation, { density: 7 });
  await simulation.field('density').fill(1);
  await simulation.runTimestep(0.1);
  const [density] = await readDense(simulation, 'density');
  const onEdge = (n: number): boolean => n === 0 || n === 15;
  density!.each((i, j, k, at) => {
    const still = onEdge(i) || onEdge(j) || onEdge(k) || Math.hypot(i - 8, j - 8, k - 8) < 3;
    expect(density!.values[at], `${i}, ${j}, ${k}`).toBe(still ? 7 : 1);
  });
});
