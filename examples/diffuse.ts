/**
 * Heat spreads from a warm ball: one field, one stencil, one parameter.
 *
 *     halocline run examples/diffuse.ts --set voxels=128 --set k=2e-4
 */
import { Simulation, type SceneFunction } from 'halocline';

const scene: SceneFunction = async ({ values, ...options }) => {
  const voxels = Number(values['voxels'] ?? 64);
  const h = 0.64 / voxels; // the box is 64 cm wide
  const k = Number(values['k'] ?? 1e-4); // m²/s
  const sim = await Simulation.create({
    ...options,
    domain: { min: [-voxels / 2, -voxels / 2, -voxels / 2], max: [voxels / 2, voxels / 2, voxels / 2] },
    voxelSize: h,
  });
  sim.addField('heat', 'float32', 0);
  sim.addParameter('k', 'float', k);
  sim.addStencil('diffuse', {
    inputs: ['heat'],
    outputs: ['heat'],
    code: `
      float h = ReadField("heat", coord);
      float sum = ReadField("heat", coord + ivec3(1, 0, 0)) + ReadField("heat", coord - ivec3(1, 0, 0))
                + ReadField("heat", coord + ivec3(0, 1, 0)) + ReadField("heat", coord - ivec3(0, 1, 0))
                + ReadField("heat", coord + ivec3(0, 0, 1)) + ReadField("heat", coord - ivec3(0, 0, 1));
      WriteField("heat", idx, h + k * dt / (voxelSize * voxelSize) * (sum - 6.0 * h));
    `,
  });
  await sim.initialize();
  await sim.field('heat').write((_i, _j, _k, x, y, z) => (Math.hypot(x, y, z) < 0.08 ? 1 : 0));

  return {
    simulation: sim,
    rate: 1,
    stepsPerFrame: Math.ceil((8 * k) / (h * h)), // the step's k·dt / h² must stay below 1/6
    render: { density: 'heat' },
    report: async () => {
      const { max, mean } = await sim.field('heat').statistics();
      return { hottest: max[0]!.toFixed(4), mean: mean[0]!.toExponential(4) };
    },
  };
};
export default scene;
