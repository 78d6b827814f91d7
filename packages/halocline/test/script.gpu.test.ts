import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect } from 'vitest';
import { halocline } from './command-line.ts';

const half = 10;
const velocity = '[3 * i - j, 2 * j + k, (i * k) / 4]';
const script = `
import { Simulation } from 'halocline';
export default async (options) => {
  const sim = await Simulation.create({
    device: options.device,
    domain: { min: [-${half}, -${half}, -${half}], max: [${half}, ${half}, ${half}] },
    haloThickness: 2,
  });
  sim.addField('density', 'float32', 0);
  sim.addField('velocity', 'vec3');
  sim.addField('pressure', 'float32');
  sim.addField('temperature', 'float32', 300);
  sim.addStencil('advect_density', {
    inputs: ['density', 'velocity'], outputs: ['density_new'], neighborRadius: 1,
    code: \`
      vec3 pos = CoordToWorld(coord);
      vec3 vel = ReadField("velocity", coord);
      ivec3 back = WorldToCoord(pos - dt * vel);
      WriteField("density_new", idx, ReadField("density", back));
    \`,
  });
  sim.addStencil('compute_divergence', {
    inputs: ['velocity_x', 'velocity_y', 'velocity_z'], outputs: ['divergence'], neighborRadius: 1,
    code: \`
      float dx = ReadField("velocity_x", coord + ivec3(1,0,0)) - ReadField("velocity_x", coord + ivec3(-1,0,0));
      float dy = ReadField("velocity_y", coord + ivec3(0,1,0)) - ReadField("velocity_y", coord + ivec3(0,-1,0));
      float dz = ReadField("velocity_z", coord + ivec3(0,0,1)) - ReadField("velocity_z", coord + ivec3(0,0,-1));
      WriteField("divergence", idx, (dx + dy + dz) * 0.5);
    \`,
  });
  const p = (at) => 'ReadField("pressure", coord + ivec3(' + at + '))';
  sim.addStencil('pressure_solve', {
    inputs: ['pressure', 'divergence'], outputs: ['pressure'],
    code: 'float sum = ' + ['1,0,0', '-1,0,0', '0,1,0', '0,-1,0', '0,0,1', '0,0,-1'].map(p).join(' + ') + ';'
      + 'WriteField("pressure", idx, (sum - ReadField("divergence", coord)) / 6.0);',
  });
  sim.addStencil('project_velocity', {
    inputs: ['velocity', 'pressure'], outputs: ['velocity'],
    code: 'vec3 gradient = vec3(' + ['1,0,0', '0,1,0', '0,0,1'].map((at) => p(at) + ' - ' + p('-' + at.replaceAll(',', ',-'))).join(', ') + ');'
      + 'WriteField("velocity", idx, ReadField("velocity", coord) - 0.5 * gradient);',
  });
  sim.addDependency('divergence', 'pressure_solve');
  sim.addDependency('pressure', 'project_velocity');
  await sim.initialize();
  await sim.field('velocity').write((i, j, k) => ${velocity});
  await sim.field('density').write((i, j, k) => 100 * i + 10 * j + k);
  return { simulation: sim, frames: 1 };
};
`;

type Triple = [number, number, number];
const inside = (...at: Triple): boolean => at.every((x) => x >= -half && x < half);
const velocityAt = (i: number, j: number, k: number): Triple =>
  inside(i, j, k) ? [3 * i - j, 2 * j + k, (i * k) / 4] : [0, 0, 0];
const densityAt = (i: number, j: number, k: number): number => (inside(i, j, k) ? 100 * i + 10 * j + k : 0);
function divergenceAt(i: number, j: number, k: number): number {
  const dx = velocityAt(i + 1, j, k)[0] - velocityAt(i - 1, j, k)[0];
  const dy = velocityAt(i, j + 1, k)[1] - velocityAt(i, j - 1, k)[1];
  const dz = velocityAt(i, j, k + 1)[2] - velocityAt(i, j, k - 1)[2];
  return 0.5 * (dx + dy + dz);
}

vulkanTest('a script of four stencils, as a user types it, gives what plain arithmetic gives', async () => {
  using folder = temporaryFolder();
  const path = folder.file('script.ts', script);
  const ended = await halocline(['run', path, '--dt', '0.0625', '--json', '--out', folder.path]);
  expect(ended.code, ended.err).toBe(0);
  const { fields } = JSON.parse(ended.out) as { fields: Record<string, { min: number; max: number }> };
  expect(Object.keys(fields)).toEqual(['density', 'velocity', 'pressure', 'temperature', 'density_new', 'divergence']);
  expect(fields['temperature']).toEqual({ min: 300, max: 300, mean: 300 });

  const grids = new Map(
    readGrids(readFileSync(join(folder.path, 'script-0001.nvdb'))).map((grid) => [grid.name, grid]),
  );
  const value = (name: string, ...at: Triple): number => grids.get(name)!.get(...at) as number;
  const [dt, offset] = [0.0625, 1 / 64];
  let compared = 0;
  for (let i = -half; i < half; i++) {
    for (let j = -half; j < half; j++) {
      for (let k = -half; k < half; k++) {
        expect(value('divergence', i, j, k)).toBe(divergenceAt(i, j, k));
        // One sweep from no pressure.
        expect(value('pressure', i, j, k)).toBeCloseTo(-divergenceAt(i, j, k) / 6, 4);
        const back = velocityAt(i, j, k).map((v, axis) => [i, j, k][axis]! - dt * v) as Triple;
        // A trace that ends half-way between two voxels may be rounded either way.
        if (back.some((x) => Math.abs(x - Math.floor(x) - 0.5) < offset)) continue;
        expect(value('density_new', i, j, k)).toBe(densityAt(...(back.map(Math.round) as Triple)));
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(4000);
});
