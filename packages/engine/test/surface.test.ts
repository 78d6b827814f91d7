import { expect, test } from 'vitest';
import * as engine from '../src/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(engine).sort()).toMatchInlineSnapshot(`
    [
      "Field",
      "Halo",
      "Level",
      "PeerAccess",
      "Scalar",
      "Simulation",
      "Subdomains",
      "peerAccess",
    ]
  `);
});
