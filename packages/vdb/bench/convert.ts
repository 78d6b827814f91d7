/** @file `node convert.ts IN.vdb OUT.nvdb`: what the benchmark starts as a process of its own. */
import { readFileSync, writeFileSync } from 'node:fs';

import { readGrids, writeNanoVdb } from '@halocline/vdb';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  process.stderr.write('Cannot convert: two files are needed; give IN.vdb OUT.nvdb\n');
  process.exit(2);
}
writeFileSync(to, writeNanoVdb(readGrids(readFileSync(from))));
