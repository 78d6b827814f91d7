/** @file What a benchmark says of a job, how that is measured, printed and kept. */
import { cpus } from 'node:os';

/** One line of the table. */
export interface Row {
  readonly job: string;
  /** The best run's figure and the first's (before the engine has compiled anything), in `unit`. */
  readonly best: number;
  readonly first: number;
  readonly unit: 'ms' | 'M/s';
  /** What is to be reached, in words, and whether it is; null where nothing is asked, or nothing is there to compare with. */
  readonly goal: string;
  readonly reached: boolean | null;
  /** What the time goes into, or what the figure is compared with. */
  readonly note: string;
}

/** What nothing is asked of. */
export const unasked = { unit: 'ms', goal: '', reached: null, note: '' } as const;

/** Milliseconds of `runs` runs: the least, and the first. */
export function timed(job: () => unknown, runs = 12): { best: number; first: number } {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    job();
    return performance.now() - start;
  });
  return { best: Math.min(...times), first: times[0]! };
}

/** The rows as a table for people. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ job, best, first, unit, goal, reached, note }) => [
    job,
    `${best.toFixed(1)} ${unit}`,
    `${first.toFixed(1)} ${unit}`,
    reached === null ? '' : reached ? 'yes' : 'NO',
    [goal, note].filter((words) => words !== '').join('; '),
  ]);
  const all = [['job', 'best', 'first', 'reached', 'to reach; compared with or bound by'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  const heading = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  const line = (words: readonly string[]): string =>
    words
      .map((word, c) => (c === 1 || c === 2 ? word.padStart(widths[c]!) : word.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [heading, ...all.map((words) => line(words)), ''].join('\n');
}

/** The rows as CSV. */
export function csvOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
  const body = rows.map((row) =>
    line([row.job, row.best.toFixed(2), row.first.toFixed(2), row.unit, row.goal, `${row.reached ?? ''}`, row.note]),
  );
  return line(['job', 'best', 'first', 'unit', 'to reach', 'reached', 'note']) + body.join('');
}
