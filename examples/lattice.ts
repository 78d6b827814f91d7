/**
 * A clap in a box of air, by a lattice Boltzmann method (D3Q19, one relaxation time): nineteen populations in one field, each
 * read where it comes from. The pulse spreads at 1/√3 voxels a step, and leaves through the walls.
 *
 *     halocline run examples/lattice.ts --set voxels=96 --set tau=0.6
 */
import { Simulation, type SceneFunction } from 'halocline';

const near = [-1, 0, 1];
const velocities = near
  .flatMap((x) => near.flatMap((y) => near.map((z) => [x, y, z] as const)))
  .filter((c) => Math.hypot(...c) < 1.5);
const weights = velocities.map((c) => [1 / 3, 1 / 18, 1 / 36][c.filter((along) => along !== 0).length]!);

const code = `
  const ivec3 c[19] = {${velocities.map((c) => `ivec3(${c.join(', ')})`).join(', ')}};
  const float w[19] = {${weights.map((weight) => weight.toFixed(9)).join(', ')}};
  float f[19];
  float rho = 0.0;
  vec3 u = vec3(0.0);
  for (int q = 0; q < 19; q++) {
    f[q] = ReadField("f", coord - c[q])[q];
    rho += f[q];
    u += f[q] * vec3(c[q]);
  }
  u *= 1.0 / rho;
  for (int q = 0; q < 19; q++) {
    float along = 3.0 * dot(vec3(c[q]), u);
    float rest = w[q] * rho * (1.0 + along + 0.5 * along * along - 1.5 * dot(u, u));
    f[q] += (rest - f[q]) * (1.0 / tau);
  }
  WriteField("f", idx, f);
  WriteField("rho", idx, rho);
`;

const scene: SceneFunction = async ({ values, ...options }) => {
  const half = Number(values['voxels'] ?? 64) / 2;
  const sim = await Simulation.create({
    ...options,
    domain: { min: [-half, -half, -half], max: [half, half, half] },
  });
  sim.addField('f', 'float32[19]', weights);
  sim.addField('rho', 'float32', 1);
  sim.addParameter('tau', 'float', Number(values['tau'] ?? 0.8)); // steps
  sim.addStencil('collide', { inputs: ['f'], outputs: ['f', 'rho'], code });
  await sim.initialize();
  const clap = (i: number, j: number, k: number): number => 1 + 0.1 * Math.exp(-(i * i + j * j + k * k) / 18);
  await sim.field('f').write((i, j, k) => weights.map((weight) => weight * clap(i, j, k)));

  return {
    simulation: sim,
    stepsPerFrame: 2,
    render: { density: 'rho' },
    report: async () => {
      const { min, max } = await sim.field('rho').statistics();
      return { thinnest: min[0]!.toFixed(5), densest: max[0]!.toFixed(5) };
    },
  };
};
export default scene;
