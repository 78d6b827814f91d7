import { expect, test } from 'vitest';
import * as files from '@halocline/vdb';
import * as tools from '@halocline/vdb/tools';

test('the main entry exports these names', () => {
  expect(Object.keys(files).sort()).toMatchInlineSnapshot(`
    [
      "Accessor",
      "FormatError",
      "Grid",
      "GridMap",
      "NANOVDB_DEFAULTS",
      "SPHERE_DEFAULTS",
      "TYPES",
      "Tree",
      "TreeBuilder",
      "coordinatesTopology",
      "denseBoxTopology",
      "fogSphere",
      "formatBytes",
      "gridFromLeaves",
      "indexGrid",
      "levelSetSphere",
      "listGrids",
      "listGridsFrom",
      "readGrid",
      "readGridFile",
      "readGridFileFrom",
      "readGridFrom",
      "readGrids",
      "shellTopology",
      "sphereTopology",
      "streamNanoVdb",
      "streamVdb",
      "toOnIndex",
      "voxelizeTiles",
      "whyNotWritten",
      "writeNanoVdb",
      "writeVdb",
    ]
  `);
});

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
