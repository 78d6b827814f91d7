import { describe, expect } from 'vitest';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { sphereTopology, gridFromLeaves, GridMap } from '@halocline/vdb';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { sortTopology } from '../src/topology.ts';
import { Mirror } from './mirror.ts';

/** The script of a user's first day: a back-trace, a divergence by components, one sweep, a projection. */
function declareScript(to: Simulation | Mirror): void {
  const field = (name: string, type: string, value: number | number[]): void => {
    if (to instanceof Mirror) to.declarations.addField(0, name, type, value);
    else to.addField(name, type, value);
  };
  const stencil = (name: string, inputs: string[], outputs: string[], code: string): void => {
    const options = { inputs, outputs, code, neighborRadius: 1 };
    if (to instanceof Mirror) to.declarations.addStencil(0, name, options);
    else to.addStencil(name, options);
  };
  field('density', 'float32', 0);
  field('velocity', 'vec3', [0, 0, 0]);
  field('pressure', 'float32', 0);
  field('temperature', 'float32', 300);
  stencil(
    'advect_density',
    ['density', 'velocity'],
    ['density_new'],
    `
    vec3 pos = CoordToWorld(coord);
    vec3 vel = ReadField("velocity", coord);
    ivec3 back = WorldToCoord(pos - dt * vel);
    WriteField("density_new", idx, ReadField("density", back));`,
  );
  stencil(
    'compute_divergence',
    ['velocity_x', 'velocity_y', 'velocity_z'],
    ['divergence'],
    `
    float dx = ReadField("velocity_x", coord + ivec3(1,0,0)) - ReadField("velocity_x", coord + ivec3(-1,0,0));
    float dy = ReadField("velocity_y", coord + ivec3(0,1,0)) - ReadField("velocity_y", coord + ivec3(0,-1,0));
    float dz = ReadField("velocity_z", coord + ivec3(0,0,1)) - ReadField("velocity_z", coord + ivec3(0,0,-1));
    WriteField("divergence", idx, 0.5 * (dx + dy + dz));`,
  );
  const p = (x: number, y: number, z: number): string => `ReadField("pressure", coord + ivec3(${x},${y},${z}))`;
  stencil(
    'pressure_solve',
    ['pressure', 'divergence'],
    ['pressure'],
    `
    float sum = ${p(1, 0, 0)} + ${p(-1, 0, 0)} + ${p(0, 1, 0)} + ${p(0, -1, 0)} + ${p(0, 0, 1)} + ${p(0, 0, -1)};
    WriteField("pressure", idx, (sum - ReadField("divergence", idx)) * 0.16666667);`,
  );
  stencil(
    'project_velocity',
    ['velocity', 'pressure'],
    ['velocity'],
    `
    vec3 gradient = vec3(${p(1, 0, 0)} - ${p(-1, 0, 0)}, ${p(0, 1, 0)} - ${p(0, -1, 0)}, ${p(0, 0, 1)} - ${p(0, 0, -1)});
    WriteField("velocity", idx, ReadField("velocity", idx) - 0.5 * gradient);`,
  );
  if (to instanceof Mirror) return;
  to.addDependency('divergence', 'pressure_solve');
  to.addDependency('pressure', 'project_velocity');
}

const velocityAt = (i: number, j: number, k: number): [number, number, number] => [
  90 * Math.sin(0.31 * j + 0.1 * k),
  70 * Math.cos(0.23 * i - 0.2 * k),
  50 * Math.sin(0.17 * (i + j)),
];
const densityAt = (i: number, j: number, k: number): number =>
  Math.abs(Math.sin(i * 0.7 + j * 0.3) * Math.cos(k * 0.11));

async function fill(simulation: Simulation, mirror: Mirror): Promise<void> {
  await simulation.field('velocity').write(velocityAt);
  await simulation.field('density').write(densityAt);
  mirror.write('velocity', velocityAt);
  mirror.write('density', densityAt);
}

const NAMES = ['density', 'density_new', 'velocity', 'divergence', 'pressure', 'temperature'];
const create = (device: Device, options: SimulationOptions): Promise<Simulation> =>
  Simulation.create({ device, ...options });

describe('a user’s script', () => {
  gpuTest('agrees with the interpreter in every voxel of a small box over three steps', {}, async ({ device }) => {
    const domain = { min: [-12, -8, -20], max: [12, 17, 4] } as const;
    await using simulation = await create(device, { domain, haloThickness: 2 });
    const mirror = new Mirror(domain);
    declareScript(simulation);
    declareScript(mirror);
    await simulation.initialize();
    await fill(simulation, mirror);
    for (let step = 0; step < 3; step++) {
      await simulation.runTimestep({ dt: 0.016 });
      mirror.step(0.016);
    }
    for (const name of NAMES) expect(mirror.difference(await simulation.field(name).read(), name)).toBeNull();
  });

  gpuTest('agrees on sampled leaves of 256³ voxels', { timeoutMs: 300_000 }, async ({ device }) => {
    const domain = { min: [-128, -128, -128], max: [128, 128, 128] } as const;
    await using simulation = await create(device, { domain, haloThickness: 2 });
    const mirror = new Mirror(domain);
    declareScript(simulation);
    declareScript(mirror);
    await simulation.initialize();
    expect(simulation.activeVoxels).toBe(256 ** 3);
    await fill(simulation, mirror);
    await simulation.runTimestep(0.016);
    // The leaves that are compared, and around them those that they read after what others wrote.
    const sample = [0, 1, 4095, 16_384, 20_000, 32_767];
    mirror.ranks = withNeighbours(mirror, sample);
    mirror.step(0.016);
    for (const name of NAMES) {
      expect(mirror.difference(await simulation.field(name).read(), name, 0, sample)).toBeNull();
    }
  });

  gpuTest('agrees on a sparse shell, whose outside is background', {}, async ({ device }) => {
    const sphere = sphereTopology([3, -2, 5], 13);
    const map = GridMap.scale(0.25, [1, 2, 3]);
    const source = { name: 'shell', type: 'mask', map, background: [0], ...sphere } as const;
    await using simulation = await create(device, { grid: gridFromLeaves(source) });
    const mirror = new Mirror(sortTopology(sphere), map);
    declareScript(simulation);
    declareScript(mirror);
    await fill(simulation, mirror);
    for (let step = 0; step < 2; step++) {
      await simulation.runTimestep(0.004);
      mirror.step(0.004);
    }
    for (const name of NAMES) expect(mirror.difference(await simulation.field(name).read(), name)).toBeNull();
  });
});

function withNeighbours(mirror: Mirror, ranks: readonly number[]): number[] {
  const { origins } = mirror.domain.level(0).topology;
  const near = (a: number, b: number): boolean =>
    [0, 1, 2].every((axis) => Math.abs(origins[3 * a + axis]! - origins[3 * b + axis]!) <= 8);
  return [...Array(origins.length / 3).keys()].filter((rank) => ranks.some((each) => near(rank, each)));
}
