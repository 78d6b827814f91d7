/** Hot smoke rises from a small source and parts around a ball; `--set voxels=128` makes it finer. */
import { Simulation, type SceneFunction } from 'halocline';
import * as fluids from 'halocline/fluids';

const scene: SceneFunction = async ({ values, ...options }) => {
  const [voxels, heat] = [Number(values['voxels'] ?? 64), Number(values['heat'] ?? 600)];
  const h = 1 / voxels; // the box is 1 m wide and deep, 2 m tall
  const sim = await Simulation.create({
    ...options,
    domain: { min: [0, 0, 0], max: [voxels, 2 * voxels, voxels] },
    voxelSize: h,
    translation: [h / 2, h / 2, h / 2],
  });
  sim.addField('density', 'float32', 0);
  sim.addField('temperature', 'float32', 300);
  sim.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
  const ball = { center: [0.5, 0.85, 0.5] as const, radius: 0.12 };
  const levels = fluids.levelsOf(voxels);
  const solids = fluids.addObstacles(sim, { balls: [ball], floor: true });
  await fluids.runOnce(sim, [...solids, ...fluids.addHierarchy(sim, levels)]);
  fluids.addAdvection(sim, ['density', 'temperature'], {
    decay: { density: 0.3 },
    neighborRadius: { cfl: 'velocity', cap: Math.max(2, voxels / 4) }, // 6 m/s at 24 frames a second
  });
  sim.addParameter('heat', 'float', heat); // kelvin
  sim.addStencil('burn', {
    inputs: ['density', 'temperature'],
    outputs: ['density', 'temperature'],
    code: `
      vec3 p = 10.0 * (CoordToWorld(coord) - vec3(0.5, 0.16, 0.5));
      if (length(p) > 1.7) return;
      float ruffle = sin(5.0 * p.x + 7.0 * time) * sin(6.0 * p.z - 9.0 * time + 1.0) + 0.5 * sin(11.0 * (p.x + p.z) + 5.0 * time);
      float source = 1.0 - smoothstep(0.6, 1.0, length(p) + 0.45 * ruffle);
      WriteField("density", idx, max(ReadField("density", coord), source));
      WriteField("temperature", idx, mix(ReadField("temperature", coord), heat, source));
    `,
  });
  fluids.addStillAir(sim, { density: 0, temperature: 300 });
  fluids.addForces(sim, { confinement: 1 });
  fluids.addClosedFaces(sim);
  fluids.addProjection(sim, { levels, tolerance: 0.05 });
  return {
    simulation: sim,
    frames: 48,
    fields: ['density', 'temperature', 'velocity'],
    camera: { azimuth: 25, elevation: 8, distance: 1.75 },
    render: { width: 360, height: 720, spheres: [ball], transfer: { extinction: 14 } },
    report: async () => ({
      'largest divergence left': `${(await sim.scalar('divergence_left').read()).toFixed(3)} per second`,
    }),
  };
};
export default scene;
