import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { gridFromLeaves, levelSetSphere, readGrids, streamNanoVdb, writeNanoVdb } from '@halocline/vdb';
import type { Grid, GridType } from '@halocline/vdb';

const sphere = levelSetSphere([0, 0, 0], 6, { name: 'sphere' });

/** The sphere, or other values on its leaves, as a grid of another float type. */
function as(type: GridType, values: Float32Array = sphere.tree.values[0] as Float32Array): Grid {
  const { origins, masks } = sphere.tree.leaf;
  const { name, map, background, gridClass } = sphere;
  return gridFromLeaves({ name, type, map, background, gridClass, origins, masks, values: [values] });
}

function worstError(a: Grid, b: Grid): number {
  const [x, y] = [a.tree.values[0]!, b.tree.values[0]!];
  let worst = 0;
  for (let i = 0; i < x.length; i++) worst = Math.max(worst, Math.abs(Number(x[i]) - Number(y[i])));
  return worst;
}

describe('FpN', () => {
  test.each([0.5, 0.1, 0.01, 0.001, 1e-4])('no value is off by more than the tolerance of %f', (tolerance) => {
    for (const dither of [false, true]) {
      const [again] = readGrids(writeNanoVdb([as('fpn')], { tolerance, dither }));
      expect([again!.type, again!.checksum]).toEqual(['fpn', 'ok']);
      expect(worstError(as('fpn'), again!)).toBeLessThanOrEqual(tolerance);
    }
  });

  test('a smaller tolerance takes more bytes, a leaf of one value the fewest', () => {
    const bytes = (tolerance: number): number => writeNanoVdb([as('fpn')], { tolerance }).length;
    expect(bytes(0.001)).toBeGreaterThan(bytes(0.1));
    expect(bytes(0.1)).toBeGreaterThan(bytes(1));
    const flat = writeNanoVdb([as('fpn', new Float32Array(sphere.leafCount * 512).fill(2))], { tolerance: 0 });
    const none = writeNanoVdb([as('mask')]);
    expect(flat.length - none.length).toBe(64 * sphere.leafCount);
    expect(readGrids(flat)[0]!.get(0, 0, 6)).toBe(2);
  });

  test('without a tolerance it is a thirtieth of the background of a level set', () => {
    expect(writeNanoVdb([as('fpn')])).toEqual(
      writeNanoVdb([as('fpn')], { tolerance: Number(sphere.background[0]) / 30 }),
    );
  });

  test('any values stay within the tolerance where 16 bits can hold it', () => {
    const length = sphere.leafCount * 512;
    fc.assert(
      fc.property(fc.float({ min: 1, max: 1000, noNaN: true }), fc.integer(), (range, seed) => {
        let state = seed | 1;
        const values = Float32Array.from({ length }, () => {
          state = Math.imul(state ^ (state >>> 13), 0x5bd1e995);
          return (state / 2 ** 31) * range;
        });
        const grid = as('fpn', values);
        const [again] = readGrids(writeNanoVdb([grid], { tolerance: range / 100 }));
        expect(worstError(grid, again!)).toBeLessThanOrEqual(range / 100);
      }),
      { numRuns: 5 },
    );
  });

  test('what is read is written again with the same bytes', () => {
    const first = writeNanoVdb([as('fpn')], { tolerance: 0.01 });
    const again = writeNanoVdb(readGrids(first), { tolerance: 0 });
    expect(worstError(readGrids(first)[0]!, readGrids(again)[0]!)).toBeLessThanOrEqual(1e-4);
  });

  test('a tolerance below 0 is refused', () => {
    expect(() => writeNanoVdb([as('fpn')], { tolerance: -1 })).toThrow(
      new RangeError(
        'Cannot write grid "sphere" to .nvdb: its tolerance is -1; give 0 or more, in the unit of its values',
      ),
    );
  });
});

describe('dither', () => {
  const step = 6 / 15;

  test.each(['fp4', 'fp8', 'fp16'] as const)('%s is off by one step at most, and the same each time', (type) => {
    const [plain, dithered] = [false, true].map((dither) => writeNanoVdb([as(type)], { dither }));
    expect(plain).not.toEqual(dithered);
    expect(writeNanoVdb([as(type)], { dither: true })).toEqual(dithered);
    const levels = { fp4: 15, fp8: 255, fp16: 65535 }[type];
    expect(worstError(as(type), readGrids(dithered!)[0]!)).toBeLessThanOrEqual((6 / levels) * 1.001 + 1e-6);
  });

  test('the mean of a value between two steps comes nearer to it', () => {
    // Each leaf holds its ends 0 and 6, and else a third of a step above a step.
    const values = new Float32Array(sphere.leafCount * 512).fill(step * 4 + step / 3);
    for (let leaf = 0; leaf < sphere.leafCount; leaf++) values.set([0, 6], 512 * leaf);
    const mean = (dither: boolean): number => {
      const [grid] = readGrids(writeNanoVdb([as('fp4', values)], { dither }));
      return (grid!.tree.values[0] as Float32Array).slice(2, 512).reduce((sum, v) => sum + v, 0) / 510;
    };
    expect(Math.abs(mean(false) - values[2]!)).toBeCloseTo(step / 3, 3);
    expect(Math.abs(mean(true) - values[2]!)).toBeLessThan(step / 50);
  });
});

describe('a stream', () => {
  test('gives the bytes of the whole file in order', () => {
    for (const codec of ['none', 'zip', 'blosc'] as const) {
      const pieces = [...streamNanoVdb([sphere, as('fpn')], { codec })];
      expect(pieces.length).toBeGreaterThan(4);
      expect(Buffer.concat(pieces).equals(writeNanoVdb([sphere, as('fpn')], { codec }))).toBe(true);
    }
  });
});

const tools = spawnSync('nanovdb_validate', ['--version'], { encoding: 'utf8' }).error === undefined;

test.skipIf(!tools)(`nanovdb_validate accepts FpN${tools ? '' : ' (skipped: it is not installed)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vdb-'));
  try {
    writeFileSync(join(folder, 'a.nvdb'), writeNanoVdb([as('fpn')], { compat: true, codec: 'zip', tolerance: 0.01 }));
    const { stdout, stderr } = spawnSync('nanovdb_validate', ['-v', 'a.nvdb'], { cwd: folder, encoding: 'utf8' });
    expect(stdout + stderr).toContain('Grid named "sphere": passed');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
