/** Fields whose floats are kept as halves: `storage: 'float16'`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { laplacian, stencil } from '@halocline/stencil/trace';
import { gpuTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect } from 'vitest';
import { Simulation } from '../src/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halocline-half-'));
afterAll(() => rmSync(folder, { recursive: true }));
const domain = { min: [-5, 0, 0], max: [20, 19, 18] } as const;
const features = ['storageBuffer16BitAccess'] as const;

describe("storage: 'float16'", () => {
  gpuTest('takes half the memory, and rounds what is written to it', { features }, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const whole = simulation.addField('whole', 'vec3');
    const halves = simulation.addField('halves', 'vec3', [1 / 3, 0, -2], { storage: 'float16' });
    await whole.write((i, j, k) => [i / 7, j / 7, k / 7]);
    await halves.write((i, j, k) => [i / 7, j / 7, k / 7]);
    expect([halves.components, halves.bytes]).toEqual([3, whole.bytes / 2]);
    const grid = await halves.read();
    expect(grid.get(9, 8, 4)).toEqual([9, 8, 4].map((n) => Math.f16round(n / 7)));
    expect(grid.background).toEqual([Math.f16round(1 / 3), 0, -2]);
  });

  gpuTest('is computed with as float32, and rounded once when it is stored', { features }, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const h = simulation.addField('h', 'float32', 0, { storage: 'float16' });
    const sum = simulation.addField('sum', 'float32');
    await h.write((i, j, k) => 0.1 * i + 0.01 * j * k);
    const code = `float wide = ReadField("h", coord) + 0.0001; WriteField("sum", idx, wide);
      WriteField("h", idx, 0.5 * (ReadField("h", coord + ivec3(0, 0, 1)) + ReadField("h", coord - ivec3(1, 0, 0))));`;
    simulation.addStencil('blur', { inputs: ['h'], outputs: ['h', 'sum'], code });
    await simulation.runTimestep(0.1);
    const held = (i: number, j: number, k: number): number => Math.f16round(0.1 * i + 0.01 * j * k);
    expect((await sum.read()).get(4, 5, 6)).toBe(Math.fround(held(4, 5, 6) + Math.fround(0.0001)));
    expect((await h.read()).get(4, 5, 6)).toBe(Math.f16round(0.5 * (held(4, 5, 7) + held(3, 5, 6))));
  });

  gpuTest('is the same to a traced stencil, which names what it reads', { features }, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const u = simulation.addField('u', 'vec3', 0, { storage: 'float16' });
    await u.write((i) => [i * i, 0, i]);
    const body = stencil({ inputs: { u: 'vec3' }, outputs: { u: 'vec3' } }, (fields) => ({ u: laplacian(fields.u) }));
    simulation.addStencil('lap', { body });
    await simulation.runTimestep(0.1);
    expect((await u.read()).get(4, 5, 6)).toEqual([2, 0, 0]);
  });

  gpuTest('gives the same bits where the domain is cut', { features }, async ({ device }) => {
    const run = async (devices: number): Promise<ArrayLike<number>> => {
      await using simulation = await Simulation.create({
        devices: Array.from({ length: devices }, () => device.name),
        domain,
      });
      const v = simulation.addField('v', 'vec3', 0, { storage: 'float16' });
      await v.write((i, j, k) => [Math.sin(i * j), Math.cos(k * i), j - k]);
      const code = 'WriteField("v", idx, 0.5 * ReadField("v", idx) + 0.1 * Laplacian("v"));';
      simulation.addStencil('diffuse', { inputs: ['v'], outputs: ['v'], code });
      for (let step = 0; step < 4; step++) await simulation.runTimestep(0.1);
      const values = (await v.read()).tree.values;
      return values.flatMap((component) => [...(component as Float32Array)]);
    };
    expect(await run(3)).toEqual(await run(1));
  });

  gpuTest('is saved widened, loaded back with the same bits, and told of', { features }, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const h = simulation.addField('h', 'float32', 0, { storage: 'float16' });
    await h.write((i, j, k) => i + 0.1 * j + 0.01 * k);
    const file = path.join(folder, 'half.nvdb');
    await simulation.save(file, ['h']);
    expect(readGrids(readFileSync(file))[0]!.type).toBe('float');
    const before = await h.read();
    await h.fill(3);
    await simulation.load(file);
    expect((await h.read()).tree.values).toEqual(before.tree.values);
    const { min, max } = await h.statistics();
    expect([min[0], max[0]]).toEqual([-5, Math.f16round(19 + 1.8 + 0.17)]);
  });

  gpuTest('is refused where there is nothing to halve', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const add = (type: string, storage: string) => () =>
      simulation.addField('n', type, 0, { storage: storage as 'float16' });
    expect(add('int32', 'float16')).toThrow(
      'Cannot add field "n": its storage is float16, and int32 has no floats; leave storage out',
    );
    expect(add('vec3', 'flaot16')).toThrow(
      'Cannot add field "n": "flaot16" is no storage (did you mean "float16"?); use float32 or float16',
    );
    expect(add('float16', 'float32')).toThrow(
      'Cannot add field "n": its type is float16, and its storage float32; leave one of them out',
    );
  });
});
