import { expect, test } from 'vitest';
import * as stencil from '../src/index.ts';
import * as trace from '../src/trace/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(stencil).sort()).toMatchInlineSnapshot(`
    [
      "FIELD_PLACES",
      "StencilError",
      "compileStencil",
      "componentsOf",
      "elementBytes",
      "emitGlsl",
      "emitSpirv",
      "faceAxis",
      "formatIr",
      "interpret",
      "isFloating",
      "nearestName",
      "roundingOf",
      "scalarOf",
      "sizeOf",
      "valueTypeOf",
      "vectorOf",
      "verifyStencil",
    ]
  `);
});

test('the entry of traced stencils exports these names', () => {
  expect(Object.keys(trace).sort()).toMatchInlineSnapshot(`
    [
      "atCenter",
      "atFaces",
      "compileTraced",
      "coord",
      "coordToWorld",
      "curl",
      "divergence",
      "dt",
      "float",
      "frame",
      "gradient",
      "int",
      "isActive",
      "ivec3",
      "laplacian",
      "loop",
      "math",
      "positionOf",
      "random",
      "reduceAll",
      "reduceAny",
      "reduceMax",
      "reduceMin",
      "reduceSum",
      "stencil",
      "time",
      "uint",
      "vec2",
      "vec3",
      "vec4",
      "voxelSize",
      "where",
      "worldToCoord",
      "worldToIndex",
    ]
  `);
});
