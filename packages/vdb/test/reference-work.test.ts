/** What the reference reader says of its files, held against accessors, numbers, sets of voxels, checks and pruning. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Accessor, type Grid, readGridFile } from '@halocline/vdb';
import { prune, Sampler, validate, VoxelSet } from '@halocline/vdb/tools';
import { fixture, probesOf } from './shared.ts';

const files = readdirSync(fileURLToPath(new URL('./fixtures/', import.meta.url))).filter((name) =>
  /\.n?vdb$/.test(name),
);
const plain = (value: unknown): number[] => [value].flat().map(Number);

describe.each(files)('%s', (name) => {
  const { grids } = readGridFile(fixture(name));
  const said = probesOf(name);
  /** The grid that the reference reader speaks of. */
  const wordsOf = (grid: Grid, g: number): (typeof said)[number] => said.find((s) => s.name === grid.name) ?? said[g]!;

  test('an accessor and a sampler read the probes, forth and back', () => {
    grids.forEach((grid, g) => {
      const accessor = new Accessor(grid.tree);
      const sampler = new Sampler(grid, 'nearest');
      const { probes } = wordsOf(grid, g);
      for (const { ijk, value, active } of [...probes, ...probes.toReversed()]) {
        plain(value).forEach((wanted, c) => {
          const slack = Math.abs(wanted) * 1e-8;
          expect(Math.abs(accessor.get(...ijk, c) - wanted)).toBeLessThanOrEqual(slack);
          expect(Math.abs(sampler.at(...ijk, c) - wanted)).toBeLessThanOrEqual(slack);
        });
        expect(accessor.isActive(...ijk)).toBe(active);
        if (grid.tree.offsets !== undefined && Number(value) > 0 && accessor.leaf >= 0) {
          expect(grid.coordOf(Number(value))).toEqual(ijk);
        }
      }
    });
  });

  test('nothing is found wrong', () => {
    grids.forEach((grid) => expect(validate(grid)).toEqual([]));
  });

  test('voxels are as many as are said, and pruning changes none of those asked for', () => {
    grids.forEach((grid, g) => {
      const { activeVoxels, probes } = wordsOf(grid, g);
      if (activeVoxels < 1e7) expect(VoxelSet.of(grid).voxelCount).toBe(activeVoxels);
      else expect(() => VoxelSet.of(grid, 1e6)).toThrow('give a larger limit');
      if (grid.tree.offsets !== undefined) return;
      const pruned = prune(grid);
      expect(pruned.activeVoxelCount).toBe(activeVoxels);
      for (const { ijk } of probes) expect(pruned.probe(...ijk)).toEqual(grid.probe(...ijk));
    });
  });
});
