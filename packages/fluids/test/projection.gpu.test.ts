import { Simulation } from '@halocline/engine';
import { gpuTest } from '@halocline/testing';
import type { Device } from '@halocline/gpu';
import { describe, expect } from 'vitest';
import { addClosedFaces, addHierarchy, addObstacles, addProjection, runOnce } from '../src/index.ts';
import { Dense, outflow, randomNumbers, readDense, Scene, type Triple } from './dense.ts';

interface Setting {
  readonly device: Device;
  readonly size: Triple;
  readonly levels: number;
  readonly tolerance: number;
  readonly iterations?: number;
}

/** A box of voxels of 1 m with a floor, and a ball off its middle. */
const sceneOf = (size: Triple): Scene =>
  new Scene(size, { center: [0.45 * size[0], 0.5 * size[1], 0.4 * size[2]], radius: 0.21 * size[0] });

async function projector({ device, size, levels, ...options }: Setting): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: size } });
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  const ball = { center: [0.45 * size[0], 0.5 * size[1], 0.4 * size[2]] as const, radius: 0.21 * size[0] };
  const marks = addObstacles(simulation, { balls: [ball], floor: true });
  await runOnce(simulation, [...marks, ...addHierarchy(simulation, levels)]);
  addClosedFaces(simulation);
  addProjection(simulation, { levels, ...options });
  await simulation.initialize();
  return simulation;
}

/** A random face velocity, m/s. */
const randomVelocity = (size: Triple, seed: number): Dense[] => {
  const next = randomNumbers(seed);
  return [0, 1, 2].map(() => new Dense(size, () => next()));
};

const write = async (simulation: Simulation, velocity: readonly Dense[]): Promise<void> =>
  simulation.field('velocity').write((i, j, k) => velocity.map((each) => each.get(i, j, k)));

describe('the projection', () => {
  const size: Triple = [16, 24, 16];

  gpuTest('agrees with a plain solve in double precision', {}, async ({ device }) => {
    await using simulation = await projector({ device, size, levels: 3, tolerance: 1e-5, iterations: 40 });
    const scene = sceneOf(size);
    const before = randomVelocity(size, 1);
    await write(simulation, before);
    await simulation.runTimestep(1);
    const after = await readDense(simulation, 'velocity');
    const expected = scene.project(before);
    const worst = after.map(
      (each, axis) => new Dense(size, (i, j, k) => each.get(i, j, k) - expected[axis]!.get(i, j, k)).peak,
    );
    expect(Math.max(...worst)).toBeLessThan(2e-5);
  });

  gpuTest('leaves no more divergence than its tolerance, and closed faces closed', {}, async ({ device }) => {
    await using simulation = await projector({ device, size, levels: 3, tolerance: 1e-3 });
    const scene = sceneOf(size);
    await write(simulation, randomVelocity(size, 2));
    await simulation.runTimestep(1);
    const after = await readDense(simulation, 'velocity');
    let [left, crossing] = [0, 0];
    after[0]!.each((i, j, k) => {
      if (scene.fluid(i, j, k)) left = Math.max(left, Math.abs(outflow(after, i, j, k)));
      after.forEach((each, axis) => {
        if (!scene.open(axis, i, j, k)) crossing = Math.max(crossing, Math.abs(each.get(i, j, k)));
      });
    });
    expect(crossing).toBe(0);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(1.01e-3); // what rounding adds to the residual that the solve follows
    expect(await simulation.scalar('divergence_left').read()).toBeCloseTo(left, 6);
  });

  gpuTest('leaves a velocity alone that is free of divergence', {}, async ({ device }) => {
    await using simulation = await projector({ device, size, levels: 3, tolerance: 1e-5 });
    const scene = sceneOf(size);
    await write(simulation, scene.project(randomVelocity(size, 3)));
    const before = await readDense(simulation, 'velocity');
    await simulation.runTimestep(1);
    const after = await readDense(simulation, 'velocity');
    expect(await simulation.iterations('solve')).toBe(1);
    const changed = after.map(
      (each, axis) => new Dense(size, (i, j, k) => each.get(i, j, k) - before[axis]!.get(i, j, k)).peak,
    );
    expect(Math.max(...changed)).toBeLessThan(1e-5);
  });

  gpuTest('has a symmetric operator and a symmetric, positive preconditioner', {}, async ({ device }) => {
    await using simulation = await projector({ device, size, levels: 3, tolerance: 0, iterations: 1 });
    const scene = sceneOf(size);
    // One iteration from φ = 0: `correction` is the cycle's answer to the right-hand side, and `image` A·correction.
    const probe = async (seed: number): Promise<{ right: Dense; correction: Dense; image: Dense }> => {
      const velocity = randomVelocity(size, seed).map(
        (each, axis) => new Dense(size, (i, j, k) => (scene.open(axis, i, j, k) ? each.get(i, j, k) : 0)),
      );
      await simulation.field('phi').clear();
      await write(simulation, velocity);
      await simulation.runTimestep(1);
      const right = new Dense(size, (i, j, k) => (scene.fluid(i, j, k) ? -outflow(velocity, i, j, k) : 0));
      const [correction] = await readDense(simulation, 'correction');
      const [image] = await readDense(simulation, 'image');
      return { right, correction: correction!, image: image! };
    };
    const [a, b] = [await probe(4), await probe(5)];

    const scale = Math.sqrt(a.correction.dot(a.right) * b.correction.dot(b.right));
    expect(a.correction.dot(a.right)).toBeGreaterThan(0);
    expect(b.correction.dot(b.right)).toBeGreaterThan(0);
    expect(Math.abs(a.correction.dot(b.right) - b.correction.dot(a.right)) / scale).toBeLessThan(1e-6);
    expect(Math.abs(a.correction.dot(b.image) - b.correction.dot(a.image)) / scale).toBeLessThan(1e-6);
    const image = scene.operator(a.correction);
    const off = new Dense(size, (i, j, k) => image.get(i, j, k) - a.image.get(i, j, k));
    expect(off.peak / image.peak).toBeLessThan(1e-6);
  });

  gpuTest('needs few more iterations on a finer grid', {}, async ({ device }) => {
    const counts: number[] = [];
    for (const [n, levels] of [
      [16, 3],
      [32, 4],
      [64, 5],
    ] as const) {
      await using simulation = await projector({ device, size: [n, n, n], levels, tolerance: 1e-4 });
      // Smooth, and of the same size on each grid: what coarse levels are for.
      await simulation
        .field('velocity')
        .write((i, j, k) => [Math.sin((7 * i) / n), Math.cos((5 * j) / n), Math.sin((9 * k) / n)]);
      await simulation.runTimestep(1);
      counts.push(await simulation.iterations('solve'));
    }
    process.stdout.write(`iterations at 16³, 32³, 64³: ${counts.join(', ')}\n`);
    expect(counts[2]! - counts[0]!).toBeLessThanOrEqual(5);
    expect(counts[2]).toBeLessThan(14);
  });
});
