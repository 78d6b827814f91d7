import { Simulation } from 'halocline';
export default async (options: object) => {
  const simulation = await Simulation.create({ ...options, domain: { min: [0, 0, 0], max: [16, 16, 16] }, voxelSize: 1 } as never);
  simulation.addField('u', 'float32', 0);
  simulation.addStencil('s', { inputs: ['u'], outputs: ['u'], code: 'WriteField("u", idx, ReadField("u", idx) + dt);' });
  return simulation;
};
