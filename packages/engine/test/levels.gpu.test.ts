import { describe, expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { GridMap } from '@halocline/vdb';
import { Simulation } from '../src/index.ts';
import type { StencilOptions } from '../src/declarations.ts';
import { around } from './flow.ts';
import { Mirror } from './mirror.ts';

const domain = { min: [-10, 0, 3], max: [14, 23, 18] } as const;

/** Gives both the same fields and stencils. */
class Twins {
  readonly simulation: Simulation;
  readonly mirror: Mirror = new Mirror(domain, GridMap.scale(0.5));

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  field(level: number, name: string, type = 'float32', value: number | number[] = 0): void {
    this.simulation.level(level).addField(name, type, value);
    this.mirror.declarations.addField(level, name, type, value);
  }

  stencil(level: number, name: string, options: StencilOptions): void {
    this.simulation.level(level).addStencil(name, options);
    this.mirror.declarations.addStencil(level, name, options);
  }

  async step(): Promise<void> {
    await this.simulation.runTimestep(0.1);
    this.mirror.step(0.1);
  }

  async compare(...names: [number, string][]): Promise<void> {
    for (const [level, name] of names) {
      const grid = await this.simulation.level(level).field(name).read();
      expect(this.mirror.difference(grid, name, level)).toBeNull();
    }
  }
}

describe('levels', () => {
  gpuTest('restrict and prolong across three grids as the interpreter does', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, voxelSize: 0.5 });
    const twins = new Twins(simulation);
    for (const level of [0, 1, 2]) twins.field(level, 'r');
    for (const level of [0, 1]) twins.field(level, 'e');
    twins.stencil(0, 'source', {
      outputs: ['r'],
      code: 'WriteField("r", idx, fract(float(coord.x * 7 + coord.y * 3 + coord.z) * 0.137));',
    });
    for (const level of [1, 2]) {
      twins.stencil(level, `restrict_${level}`, {
        inputs: ['r'],
        outputs: ['r'],
        code: `
          float sum = 0.0;
          for (int a = 0; a < 2; a++) for (int b = 0; b < 2; b++) for (int c = 0; c < 2; c++)
            sum += ReadFine("r", 2 * coord + ivec3(a, b, c));
          WriteField("r", idx, 0.125 * sum + 0.001 * voxelSize);`,
      });
    }
    for (const level of [1, 0]) {
      const name = level === 1 ? 'r' : 'e';
      twins.stencil(level, `prolong_${level}`, {
        inputs: [name],
        outputs: ['e'],
        code: `WriteField("e", idx, ReadCoarse("${name}", coord >> 1) + 0.5 * ReadCoarse("${name}", (coord >> 1) + ivec3(1, 0, -1)));`,
      });
    }
    await twins.step();
    await twins.compare([0, 'r'], [1, 'r'], [2, 'r'], [1, 'e'], [0, 'e']);
    expect(String(simulation.level(1))).toBe('Level(1: 1152 voxels in 8 leaves, voxel 1 m)');
    expect(simulation.level(1).map.indexToWorld([0, 0, 0])).toEqual([0.25, 0.25, 0.25]);
  });

  gpuTest(
    'solve together, with a red and a black half sweep on each, until the residual is small',
    {},
    async ({ device }) => {
      await using simulation = await Simulation.create({ device, domain });
      const twins = new Twins(simulation);
      for (const name of ['p', 'f', 'r']) twins.field(0, name);
      for (const name of ['e', 'g']) twins.field(1, name);
      simulation.addScalar('left', 'float', 0);
      twins.mirror.declarations.addScalar('left', 'float', 0);
      twins.stencil(0, 'force', { outputs: ['f'], code: 'WriteField("f", idx, coord.x > 2 ? 1.0 : -0.5);' });
      const sweep = (unknown: string, right: string, color: 'red' | 'black'): StencilOptions => ({
        inputs: [unknown, right],
        outputs: [unknown],
        color,
        code: `WriteField("${unknown}", idx, (${around(unknown)} + ReadField("${right}", idx)) * 0.16666667);`,
      });
      for (const color of ['red', 'black'] as const) twins.stencil(0, color, sweep('p', 'f', color));
      twins.stencil(0, 'residual', {
        inputs: ['p', 'f'],
        outputs: ['r'],
        code: `
        float r = ReadField("f", idx) + (${around('p')}) - 6.0 * ReadField("p", idx);
        ReduceMax("left", abs(r));
        WriteField("r", idx, r);`,
      });
      twins.stencil(1, 'down', {
        inputs: ['r'],
        outputs: ['g', 'e'],
        code: `
        float sum = 0.0;
        for (int n = 0; n < 8; n++) sum += ReadFine("r", 2 * coord + ivec3(n >> 2, (n >> 1) & 1, n & 1));
        WriteField("g", idx, 0.5 * sum);
        WriteField("e", idx, 0.0);`,
      });
      for (const color of ['red', 'black'] as const) twins.stencil(1, `coarse_${color}`, sweep('e', 'g', color));
      twins.stencil(0, 'up', {
        inputs: ['p', 'e'],
        outputs: ['p'],
        code: 'WriteField("p", idx, ReadField("p", idx) + 0.7 * ReadCoarse("e", coord >> 1));',
      });
      const coarse = ['coarse_red', 'coarse_black'];
      const body = ['red', 'black', 'residual', 'down', ...coarse, ...coarse, ...coarse, 'up', 'red', 'black'];
      const cycle = { name: 'cycle', body, times: 25, until: { scalar: 'left', below: 0.01 } };
      simulation.repeat(cycle);
      twins.mirror.declarations.repeat(cycle);
      for (let step = 0; step < 2; step++) await twins.step();
      await twins.compare([0, 'p'], [0, 'r'], [1, 'e'], [1, 'g']);
      expect(await simulation.iterations('cycle')).toBe(twins.mirror.iterations.get('cycle'));
      expect(await simulation.scalar('left').read()).toBe(twins.mirror.scalar('left'));
    },
  );
});
