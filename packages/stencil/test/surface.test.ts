import { expect, test } from 'vitest';
import * as stencil from '../src/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(stencil).sort()).toMatchInlineSnapshot(`
    [
      "StencilError",
      "compileStencil",
      "componentsOf",
      "elementBytes",
      "emitGlsl",
      "emitSpirv",
      "formatIr",
      "interpret",
      "nearestName",
      "scalarOf",
      "sizeOf",
      "valueTypeOf",
      "vectorOf",
      "verifyStencil",
    ]
  `);
});
