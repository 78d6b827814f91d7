/** @file `npm run bench -- vdb [--csv FILE]`: prints a table of what this room's jobs cost, and keeps it as CSV where asked. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { fileRows } from './files.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== 'vdb'),
  options: { csv: { type: 'string' } },
});
const rows = fileRows();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
say(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
if (rows.length === 0) say('Nothing is measured: there are no grids beside the checkout; set HALOCLINE_SHARED');
const width = Math.max(0, ...rows.map(({ job }) => job.length));
say(`${'job'.padEnd(width)}  ${'best ms'.padStart(9)}  ${'first ms'.padStart(9)}  to reach`);
for (const { job, best, first, goal, reached, note } of rows) {
  const mark = reached === null ? '' : reached ? 'yes' : 'NO';
  const words = [goal, mark, note].filter((word) => word !== '').join('; ');
  say(`${job.padEnd(width)}  ${best.toFixed(1).padStart(9)}  ${first.toFixed(1).padStart(9)}  ${words}`);
}
if (values.csv !== undefined) {
  const line = (cells: readonly (string | number)[]): string => `${cells.map((cell) => `"${cell}"`).join(',')}\n`;
  const body = rows.map((row) =>
    line([row.job, row.best.toFixed(2), row.first.toFixed(2), row.goal, String(row.reached), row.note]),
  );
  writeFileSync(values.csv, line(['job', 'best ms', 'first ms', 'to reach', 'reached', 'note']) + body.join(''));
}

// The other half of the room prints a table of its own.
await import('./grids.ts');
