import { expect, test } from 'vitest';
import * as fluids from '../src/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(fluids).toSorted()).toMatchInlineSnapshot(`
    [
      "addAdvection",
      "addClosedFaces",
      "addForces",
      "addHierarchy",
      "addObstacles",
      "addProjection",
      "addSource",
      "addStillAir",
      "createPlume",
      "levelsOf",
      "plume",
      "runOnce",
    ]
  `);
});
