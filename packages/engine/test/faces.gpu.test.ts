import { Grid, gridFromLeaves, GridMap, denseBoxTopology } from '@halocline/vdb';
import { gpuTest } from '@halocline/testing';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../src/index.ts';
import { Declarations } from '../src/declarations.ts';

const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;

describe('fields on faces', () => {
  gpuTest('are sampled where they live, and come back as staggered grids', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, voxelSize: 0.5 });
    const velocity = simulation.addField('velocity', 'vec3', [0, 0, 0], { at: 'faces' });
    simulation.addStencil('center', {
      inputs: ['velocity'],
      outputs: ['flow'],
      code: 'WriteField("flow", idx, SampleField("velocity", CoordToWorld(coord)) - AtCenter("velocity"));',
    });
    await velocity.write((i, j, k) => [i * i, j * j, k * k]);
    await simulation.runTimestep(0.1);
    const flow = await simulation.field('flow').read();
    expect(flow.get(7, 4, 3)).toEqual([0, 0, 0]);
    const grid = await velocity.read();
    expect([grid.gridClass, grid.type, grid.get(5, 4, 3)]).toEqual(['staggered', 'vec3f', [25, 16, 9]]);
    expect(String(velocity)).toMatch(/^Field\(velocity: vec3 at faces, default \(0, 0, 0\), \d+ bytes\)$/);
  });

  gpuTest('on one face come back with a map that is half a voxel lower', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, voxelSize: 0.5 });
    const flux = simulation.addField('flux', 'float32', 0, { at: 'face-y' });
    await flux.write((_i, _j, _k, _x, y) => y);
    const grid = await flux.read();
    expect(grid.map.indexToWorld([1, 2, 3])).toEqual([0.5, 0.75, 1.5]);
    expect(grid.get(1, 2, 3)).toBe(0.75);
  });

  gpuTest('tell the log where a staggered grid goes to a field at centers', {}, async ({ device }) => {
    const told: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (line) => void told.push(line) });
    const field = simulation.addField('velocity', 'vec3');
    const { origins, masks } = denseBoxTopology({ min: [0, 0, 0], max: [15, 7, 7] });
    const values = [0, 1, 2].map(() => new Float32Array((512 * origins.length) / 3));
    const made: Grid = gridFromLeaves({
      name: 'v',
      type: 'vec3f',
      gridClass: 'staggered',
      map: GridMap.scale(1),
      background: [0, 0, 0],
      origins,
      masks,
      values,
    });
    await field.write(made);
    expect(told).toEqual([
      `Field "velocity": grid "v" is staggered, and the field lives at center; add it with { at: 'faces' }`,
    ]);
  });
});

describe('places of fields', () => {
  test('that do not suit are refused', () => {
    const declarations = new Declarations();
    expect(() => declarations.addField(0, 'a', 'vec3', 0, { at: 'face' as 'faces' })).toThrow(
      'Cannot add field "a": "face" is no place (did you mean "faces"?); use one of center, face-x, face-y, face-z, faces',
    );
    expect(() => declarations.addField(0, 'a', 'float32', 0, { at: 'faces' })).toThrow(
      'Cannot add field "a": only a vec3 lives on faces, and this is float32; use vec3, or face-x, face-y or face-z',
    );
  });
});
