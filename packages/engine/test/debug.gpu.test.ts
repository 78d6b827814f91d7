import { reduceMax, stencil } from '@halocline/stencil/trace';
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import type { Color, Offset } from '@halocline/stencil';
import { Simulation, type Level } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;

describe('a stencil with debug', () => {
  gpuTest('names the field, the voxel and the step of a write that is not finite', {}, async ({ device }) => {
    const told: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (line) => void told.push(line) });
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('divide', {
      inputs: ['u'],
      outputs: ['u', 'v'],
      debug: true,
      code: `float rest = float(coord.x - 3) + float(coord.y + coord.z) + (frame < 2u ? 0.5 : 0.0);
        WriteField("u", idx, 1.0 / rest); WriteField("v", idx, vec3(0.0, 0.0, coord == ivec3(9, 1, 2) ? 1.0 / dt : 0.0));`,
    });
    for (let step = 0; step < 3; step++) await simulation.runTimestep(step === 1 ? 0 : 0.1);
    expect(told).toEqual([
      'Stencil "divide", step 1: wrote Infinity to field "v" component z at (9, 1, 2)',
      ...[...Array(10).keys()].map(() =>
        expect.stringMatching(/^Stencil "divide", step 2: wrote -?Infinity to field "u" at/),
      ),
    ]);
    expect(simulation.debugReports[0]).toMatchObject({ stencil: 'divide', nonFinite: 10, outside: 0 });
  });

  gpuTest('counts reads outside of the topology, and lets one voxel print', {}, async ({ device }) => {
    const told: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (line) => void told.push(line) });
    simulation.addField('u', 'float32', 2);
    simulation.addStencil('look', {
      inputs: ['u'],
      outputs: ['w'],
      debug: { voxel: [15, 3, 0] },
      code: `float right = ReadField("u", coord + ivec3(1, 0, 0));
        printf("%d: right of %v there is %.2f, red %v", frame, coord, right, coord.x > 3);
        WriteField("w", idx, right);`,
    });
    await simulation.runTimestep(0.1);
    await simulation.runTimestep(0.1);
    expect(told).toEqual([
      'Stencil "look": 0: right of (15, 3, 0) there is 2.00, red true',
      'Stencil "look": 64 reads went to voxels that are not active',
      'Stencil "look": 1: right of (15, 3, 0) there is 2.00, red true',
      'Stencil "look": 64 reads went to voxels that are not active',
    ]);
  });

  gpuTest(
    'refuses a voxel that never prints: outside of the domain, or of the other colour',
    {},
    async ({ device }) => {
      await using simulation = await Simulation.create({ device, domain });
      simulation.addField('u', 'float32', 2);
      const look = (target: Simulation | Level, voxel: Offset, color?: Color) => () =>
        void target.addStencil('look', {
          outputs: ['u'],
          debug: { voxel },
          code: 'printf("here"); WriteField("u", idx, 1.0);',
          ...(color === undefined ? {} : { color }),
        });
      const bounds = `from (${simulation.indexBounds.min.join(', ')}) to (${simulation.indexBounds.max.join(', ')})`;
      expect(look(simulation, [16, 3, 0])).toThrow(
        new RangeError(
          `Cannot add stencil "look": the voxel of debug is (16, 3, 0), which is not active; give one of the active voxels, which lie ${bounds}`,
        ),
      );
      expect(look(simulation, [-1, 0, 0])).toThrow('the voxel of debug is (-1, 0, 0), which is not active;');
      expect(look(simulation.level(1), [15, 3, 0])).toThrow(
        'the voxel of debug is (15, 3, 0), which is not active on level 1;',
      );
      expect(look(simulation, [15, 3, 0], 'red')).not.toThrow();
      simulation.removeStencil('look');
      expect(look(simulation, [15, 3, 0], 'black')).toThrow(
        'Cannot add stencil "look": the voxel of debug is (15, 3, 0), which is red, and it runs on black ones; give one of those',
      );
    },
  );

  gpuTest('may be traced, and is quiet where nothing is wrong', {}, async ({ device }) => {
    const told: string[] = [];
    await using simulation = await Simulation.create({ device, domain, log: (line) => void told.push(line) });
    simulation.addField('u', 'float32', 1);
    const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => {
      reduceMax('most', u);
      return { u: u.mul(2) };
    });
    simulation.addStencil('double', { body, debug: true });
    await simulation.runTimestep(0.1);
    expect(told).toEqual([]);
    expect(await simulation.scalar('most').read()).toBe(1);
    expect(simulation.debugReports).toEqual([{ stencil: 'double', nonFinite: 0, writes: [], outside: 0, prints: [] }]);
  });
});
