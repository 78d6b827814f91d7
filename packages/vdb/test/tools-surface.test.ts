import { expect, test } from 'vitest';
import * as tools from '@halocline/vdb/tools';

test('the entry for work with grids exports these names', () => {
  expect(Object.keys(tools).sort()).toMatchInlineSnapshot(`
    [
      "GridEditor",
      "MESH_DEFAULTS",
      "Sampler",
      "VoxelSet",
      "convertGrid",
      "denseFromGrid",
      "gridFromDense",
      "gridFromFunction",
      "histogram",
      "intersectSurface",
      "levelSet",
      "levelSetBox",
      "levelSetTorus",
      "meshToLevelSet",
      "prolongGrid",
      "prune",
      "rayStretches",
      "readMesh",
      "restrictGrid",
      "validate",
    ]
  `);
});
