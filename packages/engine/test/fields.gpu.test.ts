import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { GROUP_LEAVES } from '@halocline/stencil';
import { gpuTest } from '@halocline/testing';
import { fogSphere, gridFromLeaves, GridMap, levelSetSphere, readGrids, sphereTopology } from '@halocline/vdb';
import { Simulation } from '../src/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
afterAll(() => rmSync(folder, { recursive: true }));
const domain = { min: [-3, 0, 0], max: [10, 9, 5] } as const;

describe('a field', () => {
  gpuTest('of each type gives back what was written', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const types = ['float32', 'float16', 'int32', 'uint32', 'uint8', 'vec2', 'vec3', 'vec4'];
    for (const type of types) {
      const field = simulation.addField(`a_${type}`, type, 2);
      const components = field.components;
      await field.write((i, j, k) => Array.from({ length: components }, (_, c) => 13 * (i + 3) + j + k + c));
      const grid = await field.read();
      const value = grid.get(9, 8, 4);
      const wanted = Array.from({ length: components }, (_, c) => 168 + c);
      if (type === 'vec2') wanted.push(0);
      expect([type, value]).toEqual([type, components === 1 ? 168 : wanted]);
      const outside = grid.get(10, 8, 4);
      expect([type, typeof outside === 'number' ? outside : outside[0]]).toEqual([type, 2]);
      expect(grid.activeVoxelCount).toBe(13 * 9 * 5);
    }
  });

  gpuTest('takes an array over the box of the domain, z fastest, components side by side', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('v', 'vec3');
    const values = Float32Array.from({ length: 13 * 9 * 5 * 3 }, (_, n) => n);
    await simulation.field('v').write(values);
    const grid = await simulation.field('v').read();
    expect(grid.get(-3, 0, 1)).toEqual([3, 4, 5]);
    expect(grid.get(-2, 1, 0)).toEqual([150, 151, 152]);
    await expect(simulation.field('v').write(values.subarray(1))).rejects.toThrow(
      new RangeError(
        'Cannot write field "v": the array has 1754 elements, and the box of 13 × 9 × 5 voxels takes 1755; give 3 for each voxel, z fastest',
      ),
    );
  });

  gpuTest('refuses a function that gives anything but its components', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [8, 8, 8] } });
    const heat = simulation.addField('heat', 'float32', 7);
    const wind = simulation.addField('wind', 'vec3');
    await expect(heat.write((() => undefined) as never)).rejects.toThrow(
      new TypeError('Cannot write field "heat": the function gave nothing at (0, 0, 0); give a number'),
    );
    await expect(wind.write((i) => (i < 1 ? 0 : [1, 2]))).rejects.toThrow(
      new TypeError('Cannot write field "wind": the function gave [1,2] at (1, 0, 0); give a number or 3 of them'),
    );
    expect((await heat.read()).get(0, 0, 0)).toBe(7);
  });

  gpuTest('is filled in its active voxels, and cleared', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const field = simulation.addField('t', 'float32', 300);
    await field.fill(5);
    const grid = await field.read();
    expect([grid.get(-3, 0, 0), grid.get(-4, 0, 0), grid.get(100, 0, 0)]).toEqual([5, 300, 300]);
    await field.clear();
    expect((await field.read()).get(-3, 0, 0)).toBe(300);
  });

  gpuTest('has statistics over its active voxels, made on the device', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const field = simulation.addField('v', 'vec2', [-9, 99]);
    await field.write((i, j, k) => [i + j, k]);
    expect(await field.statistics()).toEqual({ min: [-3, 0], max: [17, 4], mean: [7, 2], count: 585, finite: true });
    await field.write((i) => (i === 0 ? NaN : 1));
    expect(await field.statistics()).toMatchObject({
      min: [1, 1],
      max: [1, 1],
      mean: [1, 1],
      count: 585,
      finite: false,
    });
    const bytes = simulation.addField('b', 'uint8');
    await bytes.write((i) => i + 10);
    expect(await bytes.statistics()).toMatchObject({ min: [7], max: [19], mean: [13] });
  });

  gpuTest('prints itself, with its bytes and address', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const field = simulation.addField('v', 'vec3', [1, 2, 3]);
    expect(field.address).toBe(0n);
    await field.clear();
    expect(String(field)).toBe('Field(v: vec3, default (1, 2, 3), 43008 bytes)');
    expect(field.address).toBeGreaterThan(0n);
    // 7 slots: leaf table, masks, children and leaves of 57 words; a visit of 8 words for each of 6 leaves, and as many
    // of zeros behind them as the largest workgroup has leaves; a block of counts for each size of workgroups, and one of the
    // level; and scalars.
    const topology = 7 * 4 * 57 + (6 + Math.max(...GROUP_LEAVES)) * 4 * 8 + 16 * (GROUP_LEAVES.length + 1) + 4096;
    expect(simulation.memory()).toEqual({
      total: 43_008 + topology,
      fields: 43_008,
      topology,
      program: 0,
      byField: [{ name: 'v', bytes: 43_008 }],
    });
  });
});

describe('grids', () => {
  gpuTest('give a domain with their active voxels and their map', {}, async ({ device }) => {
    const grid = fogSphere([1, 2, 3], 4, { voxelSize: 0.5, name: 'density' });
    await using simulation = await Simulation.create({ device, grid });
    expect(simulation.activeVoxels).toBe(grid.activeVoxelCount);
    expect(simulation.map.equals(grid.map)).toBe(true);
    simulation.addField('density', 'float32');
    await simulation.field('density').write(grid);
    const back = await simulation.field('density').read();
    expect(back.gridClass).toBe('fog volume');
    grid.forEachActive((i, j, k) => expect(back.get(i, j, k)).toBe(grid.get(i, j, k)));
  });

  gpuTest('keep the inside of a level set, which is inactive', {}, async ({ device }) => {
    const grid = levelSetSphere([0, 0, 0], 9, { voxelSize: 1, name: 'phi' });
    await using simulation = await Simulation.create({ device, grid });
    simulation.addField('phi', 'float32', 3);
    await simulation.field('phi').write(grid);
    const back = await simulation.field('phi').read();
    expect(back.gridClass).toBe('level set');
    for (const leaf of back.leaves()) {
      const [i, j, k] = leaf.origin;
      for (let n = 0; n < 512; n += 7) {
        expect(leaf.values[0]![n]).toBe(grid.get(i + (n >> 6), j + ((n >> 3) & 7), k + (n & 7)));
      }
    }
  });

  gpuTest('keep the bits of a signalling NaN, also in leaves that are active in part', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [8, 8, 9] } });
    const field = simulation.addField('u', 'float32', 0);
    const bits = new Uint32Array(1024).fill(0xffa00001);
    const grid = gridFromLeaves({
      name: 'u',
      type: 'float',
      map: GridMap.scale(1),
      background: [0],
      origins: Int32Array.of(0, 0, 0, 0, 0, 8),
      masks: new Uint32Array(32).fill(0xffffffff),
      values: [new Float32Array(bits.buffer)],
    });
    await field.write(grid);
    const [back] = (await field.read()).tree.values;
    const expected = bits.map((word, n) => (n < 512 || n % 8 === 0 ? word : 0));
    expect(new Uint32Array(back!.buffer, back!.byteOffset, 1024)).toEqual(expected);
  });

  gpuTest('tell where their voxels lie elsewhere in the world than those of the field', {}, async ({ device }) => {
    const messages: string[] = [];
    const create = (voxelSize: number): Promise<Simulation> =>
      Simulation.create({ device, domain, voxelSize, log: (message) => messages.push(message) });
    await using coarse = await create(0.5);
    await using fine = await create(0.25);
    for (const simulation of [coarse, fine]) {
      simulation.addField('u', 'float32', 3);
      simulation.addField('below', 'float32', 0, { at: 'face-x' });
    }
    await coarse.field('u').write(await coarse.field('u').read());
    await coarse.field('below').write(await coarse.field('below').read());
    expect(messages).toEqual([]);
    await fine.field('u').write(await coarse.field('u').read());
    await coarse.field('below').write(await coarse.field('u').read());
    const rest = 'its values are taken voxel by voxel, as they are';
    expect(messages).toEqual([
      `Field "u": grid "u" has voxels of 0.5 m, the first at (0, 0, 0), and the field voxels of 0.25 m, the first at (0, 0, 0); ${rest}`,
      `Field "below": grid "u" has voxels of 0.5 m, the first at (0, 0, 0), and the field voxels of 0.5 m, the first at (-0.25, 0, 0); ${rest}`,
    ]);
  });

  gpuTest('tell how many of their voxels lie outside of the domain', {}, async ({ device }) => {
    const messages: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (message) => messages.push(message) });
    simulation.addField('density', 'float32');
    const map = GridMap.scale(1);
    const { origins, masks } = sphereTopology([0, 0, 0], 2);
    const values = [new Float32Array(512 * (origins.length / 3)).fill(4)];
    await simulation
      .field('density')
      .write(gridFromLeaves({ name: 'ball', type: 'float', map, background: [0], origins, masks, values }));
    expect(messages).toEqual([
      'Field "density": 17 active voxels of grid "ball" are outside of the domain and were left out',
    ]);
  });
});

describe('files', () => {
  for (const ending of ['nvdb', 'vdb']) {
    gpuTest(`of .${ending} give back what was saved`, {}, async ({ device }) => {
      const file = path.join(folder, 'deep', `all.${ending}`);
      await using simulation = await Simulation.create({ device, domain, voxelSize: 0.5, translation: [1, 2, 3] });
      simulation.addField('density', 'float32');
      simulation.addField('velocity', 'vec3');
      await simulation.field('density').write((i, j, k) => Math.abs(i) + j * k);
      await simulation.field('velocity').write((i, j, k) => [i, -j, k / 3]);
      await simulation.save(file, ['density', 'velocity']);
      const before = await simulation.field('velocity').read();
      await using other = await Simulation.create({ device, grid: file });
      other.addField('density', 'float32');
      other.addField('wind', 'vec3');
      expect(await other.load(file)).toEqual(['density']);
      expect(await other.load(file, { fields: { velocity: 'wind' } })).toEqual(['wind']);
      expect(other.map.translation).toEqual([1, 2, 3]);
      expect((await other.field('wind').read()).get(9, 8, 4)).toEqual(before.get(9, 8, 4));
      expect((await other.field('density').read()).statistics()).toEqual(
        (await simulation.field('density').read()).statistics(),
      );
      expect(readdirSync(path.dirname(file)).filter((name) => name.endsWith('.part'))).toEqual([]);
    });
  }

  gpuTest('are written in the profile that older readers take, when asked', {}, async ({ device }) => {
    const file = path.join(folder, 'compat.nvdb');
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('density', 'float32');
    await simulation.save(file, undefined, { compat: true, codec: 'none' });
    expect(readGrids(readFileSync(file)).map((grid) => grid.source)).toEqual(['NanoVDB 32.4.2']);
  });

  gpuTest('that can’t be loaded or saved say why', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('density', 'float32');
    await expect(simulation.save('x.txt')).rejects.toThrow(
      'Cannot save "x.txt": its ending is ".txt"; give it .nvdb or .vdb',
    );
    const missing = path.join(folder, 'none.vdb');
    await expect(simulation.load(missing)).rejects.toThrow(
      `Cannot load "${missing}": there is no such file; give the path of a .nvdb or .vdb file`,
    );
    const junk = path.join(folder, 'junk.nvdb');
    writeFileSync(junk, 'this is no grid at all, and is long enough to be looked at');
    await expect(simulation.load(junk)).rejects.toThrow(`Cannot load "${junk}": `);
    const saved = path.join(folder, 'saved.nvdb');
    await simulation.save(saved);
    await expect(simulation.load(saved, { fields: { densty: 'density' } })).rejects.toThrow(
      `Cannot load "${saved}": it has no grid "densty" (did you mean "density"?); its grids are "density"`,
    );
    simulation.removeField('density').addField('heat', 'float32');
    await expect(simulation.load(saved)).rejects.toThrow(
      `Cannot load "${saved}": none of its grids ("density") has the name of a field ("heat"); say which goes where with fields: { grid: 'field' }`,
    );
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const inside = path.join(file, 'out.nvdb');
    await expect(simulation.save(inside)).rejects.toThrow(
      `Cannot write file "${inside}": a part of its path is a file; write elsewhere`,
    );
  });
});
