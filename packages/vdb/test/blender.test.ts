/** Blender, where it is installed, loads what we write. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { fogSphere, gridFromLeaves, writeVdb } from '@halocline/vdb';

const isThere = spawnSync('blender', ['--version']).status === 0;

const script = `
import bpy, json, sys
bpy.ops.object.volume_import(filepath=sys.argv[-1])
object = bpy.context.object
grids = object.data.grids
grids.load()
corners = [list(corner) for corner in object.bound_box]
print("LOADED " + json.dumps({
  "grids": sorted([grid.name, grid.data_type, grid.channels] for grid in grids),
  "error": grids.error_message,
  "min": [min(corner[a] for corner in corners) for a in range(3)],
  "max": [max(corner[a] for corner in corners) for a in range(3)],
}))
`;

test.skipIf(!isThere)(
  `Blender loads density, temperature, flame and velocity${isThere ? '' : ' (skipped: blender is not installed)'}`,
  { timeout: 120_000 },
  () => {
    const voxelSize = 0.1;
    const density = fogSphere([0.5, 1, 1.5], 1, { name: 'density', voxelSize });
    const { origins, masks } = density.tree.leaf;
    const [values] = density.tree.values;
    const velocity = gridFromLeaves({
      name: 'velocity',
      type: 'vec3f',
      gridClass: 'staggered',
      map: density.map,
      background: [0, 0, 0],
      origins,
      masks,
      values: [values!, values!, values!],
    });
    const grids = [density, density.with({ name: 'temperature' }), density.with({ name: 'flame' }), velocity];
    const folder = mkdtempSync(join(tmpdir(), 'vdb-'));
    try {
      for (const codec of ['none', 'zip', 'blosc'] as const) {
        const file = join(folder, `${codec}.vdb`);
        writeFileSync(file, writeVdb(grids, { codec }));
        const { stdout } = spawnSync('blender', ['--background', '--python-expr', script, '--', file], {
          encoding: 'utf8',
        });
        const said = JSON.parse(/^LOADED (.*)$/m.exec(stdout)?.[1] ?? '{}') as Record<string, number[]>;
        expect([said['grids'], said['error']]).toEqual([
          [
            ['density', 'FLOAT', 1],
            ['flame', 'FLOAT', 1],
            ['temperature', 'FLOAT', 1],
            ['velocity', 'VECTOR_FLOAT', 3],
          ],
          '',
        ]);
        const { min, max } = density.indexBounds!;
        for (let a = 0; a < 3; a++) {
          // Blender takes whole voxels or whole leaves, by version.
          const [least, most] = [said['min']![a]! / voxelSize, said['max']![a]! / voxelSize];
          expect(least).toBeGreaterThan((min[a]! & ~7) - 0.01);
          expect(least).toBeLessThan(min[a]! + 0.01);
          expect(most).toBeGreaterThan(max[a]! - 0.01);
          expect(most).toBeLessThan((max[a]! | 7) + 1.01);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
