/** @file `npm run bench -- vdb [--csv FILE]`: prints a table of what this room's jobs cost, and keeps it as CSV where asked. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { askedFileRows, fileRows } from './files.ts';
import { gridRows } from './grids.ts';
import { csvOf, tableOf } from './table.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== 'vdb'),
  options: { csv: { type: 'string' } },
});
// Grids first: one of them tells the most memory that the process ever had.
const grids = gridRows();
const asked = askedFileRows();
if (asked.length === 0) {
  process.stderr.write('Files are not measured: there are no grids beside the checkout; set HALOCLINE_SHARED\n');
}
const rows = [...asked, ...grids, ...fileRows()];
process.stdout.write(tableOf(rows));
if (values.csv !== undefined) writeFileSync(values.csv, csvOf(rows));
