import { Simulation } from '@halocline/engine';
import { addAdvection, addClosedFaces, addHierarchy, addObstacles, addProjection, runOnce } from '@halocline/fluids';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

const viscosity = 0.025; // m²/s: explicit diffusion must keep ν·Δt / h² below ¼
const duration = 1; // s

/** ν·Δu on faces. Walls let fluid slip: a neighbour face within a wall has one's own velocity, one across it none. */
const diffuse = (axis: 'x' | 'y'): string => {
  const across = axis === 'x' ? 'ivec3(0, 1, 0)' : 'ivec3(1, 0, 0)';
  const along = axis === 'x' ? 'ivec3(1, 0, 0)' : 'ivec3(0, 1, 0)';
  const read = (name: string, step: string): string => `ReadField("${name}_${axis}", coord${step})`;
  const side = (step: string): string => `(${read('gate', step)} > 0.0 ? ${read('velocity', step)} : own.${axis})`;
  return `${read('velocity', ` + ${along}`)} + ${read('velocity', ` - ${along}`)} + ${side(` + ${across}`)} + ${side(` - ${across}`)} - 4.0 * own.${axis}`;
};

/** Kinetic energy after `duration`, as a share of that at the start, with n fluid voxels on a side. */
async function energyLeft(device: Device, n: number, levels: number): Promise<number> {
  const h = Math.PI / n;
  await using simulation = await Simulation.create({
    device,
    domain: { min: [0, 0, 0], max: [n + 2, n + 2, 8] },
    voxelSize: h,
    translation: [-h / 2, -h / 2, 0], // fluid fills 0 … π
  });
  simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  await runOnce(simulation, [...addObstacles(simulation, { walls: true }), ...addHierarchy(simulation, levels)]);
  addAdvection(simulation, []);
  simulation.addParameter('viscosity', 'float', viscosity);
  simulation.addStencil('diffuse', {
    inputs: ['velocity', 'gate'],
    outputs: ['velocity'],
    code: `
      vec3 own = ReadField("velocity", coord);
      float rate = viscosity * dt / (voxelSize * voxelSize);
      WriteField("velocity", idx, own + rate * vec3(${diffuse('x')}, ${diffuse('y')}, 0.0));
    `,
  });
  addClosedFaces(simulation);
  addProjection(simulation, { levels, tolerance: 1e-3 });
  simulation.addStencil('measure_energy', {
    inputs: ['velocity'],
    outputs: [],
    code: `vec3 u = ReadField("velocity", coord); ReduceSum("energy", dot(u, u));`,
  });
  await simulation.initialize();
  await simulation.field('velocity').write((i, j, k, x, y) => {
    if (k === 0 || k === 7 || j === 0 || i === 0 || j === n + 1 || i === n + 1) return [0, 0, 0];
    return [Math.sin(x - h / 2) * Math.cos(y), -Math.cos(x) * Math.sin(y - h / 2), 0];
  });
  await simulation.runTimestep(0);
  const start = await simulation.scalar('energy').read();
  const steps = Math.round((duration * n) / 1.28);
  for (let step = 0; step < steps; step++) await simulation.runTimestep(duration / steps);
  return (await simulation.scalar('energy').read()) / start;
}

gpuTest('Taylor–Green: kinetic energy falls as e^(−4νt), to first order', {}, async ({ device }) => {
  const exact = Math.exp(-4 * viscosity * duration);
  const left = [
    await energyLeft(device, 16, 3),
    await energyLeft(device, 32, 4),
    await energyLeft(device, 64, 5),
  ] as const;
  const errors = left.map((each) => Math.abs(each / exact - 1));
  const extrapolated = 2 * left[2] - left[1];
  process.stdout.write(
    `| Taylor–Green | 16² 32² 64² | energy ${left.map((each) => each.toFixed(4)).join(' ')} | exact ${exact.toFixed(4)} | errors ${errors.map((each) => each.toFixed(4)).join(' ')} | extrapolated ${extrapolated.toFixed(4)} |\n`,
  );
  expect(errors[0]! / errors[1]!).toBeGreaterThan(1.6);
  expect(errors[1]! / errors[2]!).toBeGreaterThan(1.6);
  expect(errors[2]).toBeLessThan(0.06);
  expect(Math.abs(extrapolated / exact - 1)).toBeLessThan(0.02);
});
