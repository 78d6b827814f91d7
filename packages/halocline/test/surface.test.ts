import * as fluids from '@halocline/fluids';
import * as traced from '@halocline/stencil/trace';
import { expect, test } from 'vitest';
import * as ownFluids from '../src/fluids.ts';
import * as halocline from '../src/index.ts';
import * as ownStencil from '../src/stencil.ts';

test('the package exports these values', () => {
  expect(Object.keys(halocline).sort()).toMatchInlineSnapshot(`
    [
      "FormatError",
      "Grid",
      "GridMap",
      "Halo",
      "Renderer",
      "Simulation",
      "Subdomains",
      "VulkanError",
      "encodePng",
      "fogSphere",
      "gridFromLeaves",
      "isAvailable",
      "listDevices",
      "openDevice",
      "parseCamera",
      "peerAccess",
      "peerAccesses",
      "readGridFile",
      "readGrids",
      "version",
      "writeNanoVdb",
      "writeVdb",
    ]
  `);
});

test('its entries for solvers and for stencils in TypeScript are those packages', () => {
  expect(Object.keys(ownFluids)).toEqual(Object.keys(fluids));
  expect(Object.keys(ownStencil)).toEqual(Object.keys(traced));
});
