/** @file A row of the stencil benchmark, its table, and its CSV. */
import { appendFileSync, statSync } from 'node:fs';

/** What one kernel did. */
export interface Row {
  readonly name: string;
  readonly what: string;
  /** The shape of its threads, or who wrote it, where it isn't ours. */
  readonly by: string;
  /** Active voxels. */
  readonly voxels: number;
  readonly milliseconds: number;
  readonly megavoxelsPerSecond: number;
  /** Least bytes a voxel moves. */
  readonly bytesPerVoxel: number;
  /** Share of the copy of the same run, 0 to 1. */
  readonly shareOfCopy: number;
  /** What is to be reached, in words, and whether it is. */
  readonly goal?: string;
  readonly reached?: boolean;
}

/** What all rows of a run share. */
export interface Run {
  readonly copyGigabytesPerSecond: number;
  readonly device: string;
  readonly driver: string;
  readonly version: string;
}

/** A line of the table. */
export function rowText({ name, by, milliseconds, megavoxelsPerSecond, shareOfCopy, goal, reached }: Row): string {
  const cells = [
    name.padEnd(22),
    by.padEnd(22),
    milliseconds.toFixed(4).padStart(10),
    Math.round(megavoxelsPerSecond).toLocaleString('en').padStart(9),
    shareOfCopy.toFixed(3).padStart(6),
    goal === undefined ? '' : `${reached ? 'yes' : 'NO '} ${goal}`,
  ];
  return cells.join(' ').trimEnd();
}

const columns = [
  'name',
  'by',
  'voxels',
  'milliseconds',
  'megavoxelsPerSecond',
  'bytesPerVoxel',
  'shareOfCopy',
  'goal',
  'reached',
] as const satisfies readonly (keyof Row)[];
const shared = ['copyGigabytesPerSecond', 'device', 'driver', 'version'] as const satisfies readonly (keyof Run)[];

/** Appends rows to a file, whose heading comes with the first. */
export function appendRows(file: string, run: Run, rows: readonly Row[]): void {
  const cell = (value: string | number | boolean | undefined): string =>
    typeof value === 'number'
      ? String(Number.isInteger(value) ? value : Number(value.toPrecision(6)))
      : value === undefined
        ? ''
        : `"${value}"`;
  const date = new Date().toISOString().slice(0, 10);
  const lines = rows.map((row) =>
    [date, ...columns.map((name) => cell(row[name])), ...shared.map((name) => cell(run[name]))].join(),
  );
  if (statSync(file).size === 0) lines.unshift(['date', ...columns, ...shared].join());
  appendFileSync(file, `${lines.join('\n')}\n`);
}
