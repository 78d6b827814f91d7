/**
 * @file What a measurement of the runtime is, and how things are timed. A module of this folder exports a function
 * `(world) => rows`, and stands in the list of `groups.ts`.
 */
import type { Device } from '@halocline/gpu';

/** One line of the table, of `--json`, and of the CSV. */
export interface Row {
  /** What was measured, in a few words. */
  readonly name: string;
  readonly value: number;
  /** The unit of `value`: `ns`, `µs`, `ms`, `GB/s`, `M/s`, `×`, … */
  readonly unit: string;
  /** What is to be reached, in words; and whether it is. */
  readonly goal?: string;
  readonly reached?: boolean;
  /** What else belongs to the figure: another device than the run's, a size, what it is compared with. */
  readonly note?: string;
}

/** What the modules get. */
export interface World {
  /** The device of the run; nobody but `main.ts` closes it. */
  readonly device: Device;
  /** A software driver: take small sizes. */
  readonly software: boolean;
  /** Says a line beside the table, such as why something was not measured. */
  readonly say: (line: string) => void;
}

/** Measures something. What it makes it also disposes. */
export type Measure = (world: World) => Promise<readonly Row[]> | readonly Row[];

/** Transfers of a kind that are compared between runtimes; the fastest counts. */
export const TRANSFERS = 15;

/** Nanoseconds that one of `count` repetitions of `body(count)` takes: the least of some runs, after one to warm up. */
export function nanosecondsEach(count: number, body: (count: number) => void, runs: number = 20): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    body(count);
    const took = performance.now() - start;
    if (run >= 0) best = Math.min(best, took);
  }
  return (best * 1e6) / count;
}

/** Milliseconds that `body` takes: the least of some runs, after `warm` more. */
export async function milliseconds(body: () => unknown, runs: number = 7, warm: number = 1): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = -warm; run < runs; run++) {
    const start = performance.now();
    await body();
    const took = performance.now() - start;
    if (run >= 0) best = Math.min(best, took);
  }
  return best;
}
