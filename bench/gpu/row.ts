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

/**
 * Milliseconds of each of some bodies, turn by turn: in each turn all of them run, one behind the other, another first each time.
 * What happens to the machine meanwhile happens to all of them, so ratios within a turn are steadier than any of its times.
 */
export function inTurns(bodies: readonly (() => void)[], turns: number): number[][] {
  const times: number[][] = bodies.map(() => []);
  for (let turn = -Math.ceil(turns / 4); turn < turns; turn++) {
    for (let place = 0; place < bodies.length; place++) {
      const which = (Math.abs(turn) + place) % bodies.length;
      const start = performance.now();
      bodies[which]!();
      if (turn >= 0) times[which]!.push(performance.now() - start);
    }
  }
  return times;
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** The middle one of the ratios of two series, turn by turn. */
export function medianRatio(these: readonly number[], those: readonly number[]): number {
  return median(these.map((each, turn) => each / those[turn]!));
}
