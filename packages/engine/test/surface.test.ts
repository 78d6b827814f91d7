import { expect, test } from 'vitest';
import * as files from '../src/files.ts';
import * as engine from '../src/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(engine).sort()).toMatchInlineSnapshot(`
    [
      "FROM_OUTSIDE",
      "Field",
      "Halo",
      "Level",
      "PeerAccess",
      "Scalar",
      "Simulation",
      "Subdomains",
      "forcedTransport",
      "peerAccess",
      "peerAccesses",
    ]
  `);
});

test('the entry for files exports these names', () => {
  expect(Object.keys(files).sort()).toMatchInlineSnapshot(`
    [
      "behindLinks",
      "dropBeside",
      "dropUnfinished",
      "makeFolder",
      "readWhole",
      "realFolder",
      "tryWhole",
      "whyNotRead",
      "whyNotWritten",
      "writeWhole",
    ]
  `);
});
