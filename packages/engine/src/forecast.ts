/**
 * @file How many iterations of a repeat to record, from how many the last finished step ran. Too many cost an empty dispatch
 * a pass (some microseconds); too few cost a second submit. So: a quarter more and at least two, rounded up to a rung of a ladder, so that
 * a count that wanders doesn't record the step anew each time, and kept until it is twice what is needed.
 *
 * Counts are even: a body that swaps copies then leaves them as they were (see `step-plan.ts`).
 */

/** Iterations that are recorded before anything is known. */
const FIRST_ITERATIONS = 32;
/** The most that one recording holds: more are submitted piece by piece, so that no submit runs into a watchdog. */
export const MOST_ITERATIONS = 1024;

/** The least rung that is at least `count`: 2, 4, 6, 8, 12, 16, 24, 32, 48, … */
export function ladder(count: number): number {
  let rung = 2;
  while (rung < count) rung = rung < 8 ? rung + 2 : (rung & (rung - 1)) === 0 ? rung * 1.5 : (rung / 3) * 4;
  return rung;
}

/**
 * Iterations to record. `previous` is what the last finished step ran (null: nothing known), `recorded` what is recorded now (0:
 * nothing).
 */
export function forecastIterations(previous: number | null, recorded: number, times: number): number {
  const most = Math.min(2 * Math.ceil(times / 2), MOST_ITERATIONS);
  if (previous === null) return Math.min(most, recorded === 0 ? FIRST_ITERATIONS : recorded);
  const needed = Math.min(most, ladder(previous + Math.max(2, Math.ceil(previous / 4))));
  return recorded >= needed && recorded < 2 * needed ? recorded : needed;
}
