/**
 * A standing wave in a ball: a sparse domain taken from a grid, and a step that needs the last two moments.
 *
 *     halocline run examples/wave.ts --frames 24    one period
 */
import { fogSphere, Simulation, type SceneFunction } from 'halocline';

const scene: SceneFunction = async ({ values, ...options }) => {
  const voxels = Number(values['voxels'] ?? 64);
  const h = 1 / voxels;
  const radius = 0.45; // m
  const speed = 2 * radius; // m/s: to the surface and back in a second
  // The active voxels of a ball of fog are the domain; beyond them stands the field's default, a soft wall.
  const sim = await Simulation.create({ ...options, grid: fogSphere([0, 0, 0], radius, { voxelSize: h }) });
  sim.addField('pressure', 'float32', 0);
  sim.addField('before', 'float32', 0);
  sim.addParameter('speed', 'float', speed);
  sim.addStencil('wave', {
    inputs: ['pressure', 'before'],
    outputs: ['pressure', 'before'],
    code: `
      float p = ReadField("pressure", coord);
      float sum = 0.0;
      for (int side = -1; side <= 1; side += 2) {
        sum += ReadField("pressure", coord + ivec3(side, 0, 0)) + ReadField("pressure", coord + ivec3(0, side, 0))
             + ReadField("pressure", coord + ivec3(0, 0, side));
      }
      float courant = speed * dt / voxelSize;
      WriteField("pressure", idx, 2.0 * p - ReadField("before", coord) + courant * courant * (sum - 6.0 * p));
      WriteField("before", idx, p);
    `,
  });
  await sim.initialize();
  const mode = (r: number): number => (r === 0 ? 1 : Math.sin((Math.PI * r) / radius) / ((Math.PI * r) / radius));
  for (const name of ['pressure', 'before']) {
    await sim.field(name).write((_i, _j, _k, x, y, z) => mode(Math.hypot(x, y, z)));
  }

  return {
    simulation: sim,
    rate: 24,
    stepsPerFrame: Math.ceil((speed * voxels) / (24 * 0.5)), // a Courant number of at most ½; 1/√3 is the limit
    fields: ['pressure'],
    render: { density: 'pressure' },
    report: async () => {
      const middle = (await sim.field('pressure').read()).get(0, 0, 0) as number;
      return {
        'pressure in the middle': `${middle.toFixed(4)} (exact: ${Math.cos(2 * Math.PI * sim.time).toFixed(4)})`,
      };
    },
  };
};
export default scene;
