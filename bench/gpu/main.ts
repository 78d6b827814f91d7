/**
 * @file `npm run bench -- gpu [GROUP…] [--device NAME] [--csv FILE] [--json]`: what the runtime itself costs, as a table.
 * Every row tells what one thing takes on this machine and driver; see bench/README.md.
 */
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { openDevice } from '@halocline/gpu';
import { benchWords, checkFile, opened } from '../words.ts';
import { groups } from './groups.ts';
import type { Row } from './row.ts';
import { wake } from './wake.ts';

const NAME = 'gpu';
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const { values, wanted } = benchWords({
  name: NAME,
  help: `[--device NAME] [--csv FILE] [--json]

  --device  by name, #index or uuid, as halocline info lists them
  --csv     appends the rows to a file (out/bench-gpu.csv)
  --json    prints the rows as JSON

bench/README.md tells what each row means`,
  names: groups.map(({ name }) => name),
  options: {
    csv: { type: 'string', default: 'out/bench-gpu.csv' },
    device: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
await checkFile(NAME, values.csv);

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

type Told = Row & { readonly group: string };

function text(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function table(rows: readonly Told[]): string {
  const cells = [
    ['group', 'what', 'value', 'unit', 'goal and notes'],
    ...rows.map((row) => {
      const mark = row.reached === undefined ? undefined : row.reached ? 'yes' : 'NO';
      const words = [row.goal, mark, row.note].filter((word) => word !== undefined).join('; ');
      return [row.group, row.name, text(row.value), row.unit, words];
    }),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Appends the rows to a CSV file; the heading is written with the first. */
function keep(path: string, rows: readonly Told[], machine: readonly string[]): void {
  const quote = (cell: string): string => (/[",\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const date = new Date().toISOString().slice(0, 10);
  const heading = 'date,group,name,value,unit,goal,reached,note,device,driver,processor,node,version';
  const lines = rows.map((row) =>
    [
      date,
      row.group,
      row.name,
      String(Number(row.value.toPrecision(6))),
      row.unit,
      row.goal ?? '',
      row.reached === undefined ? '' : String(row.reached),
      row.note ?? '',
      ...machine,
    ]
      .map(quote)
      .join(','),
  );
  appendFileSync(path, `${[...(statSync(path).size === 0 ? [heading] : []), ...lines].join('\n')}\n`);
}

await using device = await opened(openDevice(values.device === undefined ? {} : { device: values.device }));
const { driver } = device.report;
const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
const machine = [device.name, `${driver.name} ${driver.info}`, processor, process.version, version];
const rows: Told[] = [];
for (const { name, measure } of groups) {
  if (!wanted.includes(name)) continue;
  say(`${name} …`);
  try {
    const software = device.kind === 'cpu';
    if (!software) await wake(device);
    const measured = await measure({ device, software, say });
    rows.push(...measured.map((row) => ({ group: name, ...row })));
  } catch (error) {
    say(`${name} ended early: ${String(error)}`); // the others are worth having
    process.exitCode = 1;
  }
}
process.stdout.write(
  values.json
    ? `${JSON.stringify({ device: machine[0], driver: machine[1], processor, node: process.version, version, rows }, null, 2)}\n`
    : `${machine.join(', ')}\n${table(rows)}\n`,
);
keep(values.csv, rows, machine);
say(`kept in ${values.csv}`);
