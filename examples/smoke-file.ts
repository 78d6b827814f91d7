/**
 * Smoke from a file swirls about its middle: a grid read from .vdb or .nvdb, and a stencil with a function of its own.
 *
 *     halocline run examples/smoke-file.ts --set file=smoke.vdb    without a file it takes a ball of fog
 */
import { fogSphere, readGrids, Simulation, type SceneFunction } from 'halocline';
import { readFileSync } from 'node:fs';

const scene: SceneFunction = async ({ values, ...options }) => {
  const file = values['file'];
  const voxels = Number(values['voxels'] ?? 64);
  const ball = (): ReturnType<typeof fogSphere> => fogSphere([0, 0, 0], 0.4, { voxelSize: 1 / voxels, halfWidth: 8 });
  const smoke = file === undefined ? ball() : readGrids(readFileSync(file))[0]!;

  const sim = await Simulation.create({ ...options, grid: smoke }); // its active voxels, where they stand in the world
  const { min, max } = smoke.worldBounds!;
  sim.addField('density', 'float32', 0);
  sim.addParameter(
    'middle',
    'vec3',
    [0, 1, 2].map((axis) => (min[axis]! + max[axis]!) / 2),
  );
  sim.addParameter('width', 'float', (max[0] - min[0]) / 2);
  sim.addStencil('advect', {
    inputs: ['density'],
    outputs: ['density'],
    code: `
      // A vortex about y whose turns, 2 rad/s in the middle, fade outward: its velocity has no divergence.
      vec3 Swirl(vec3 position) {
        vec3 r = position - middle;
        float turn = 2.0 * exp(-2.0 * (r.x * r.x + r.z * r.z) / (width * width));
        return turn * vec3(r.z, 0.0, -r.x);
      }
      vec3 here = CoordToWorld(coord);
      vec3 half_way = here - 0.5 * dt * Swirl(here);
      WriteField("density", idx, SampleField("density", here - dt * Swirl(half_way)));
    `,
  });
  await sim.initialize();
  await sim.field('density').write(smoke);

  return {
    simulation: sim,
    rate: 24,
    render: { density: 'density' },
    report: async () => ({ 'mean density': (await sim.field('density').statistics()).mean[0]!.toFixed(5) }),
  };
};
export default scene;
