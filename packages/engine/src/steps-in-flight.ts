/**
 * @file How many steps may be on their way to the devices at once. As many are submitted ahead; when as many are under way, who wants to
 * submit another waits until half of them are done, so that the host wakes once for as many steps as that is: a thread that has slept
 * finds its caches cold, and waking it costs the more the longer it slept (docs/multi-gpu.md).
 *
 *     8 in flight   1 2 3 4 5 6 7 8 | 9 10 11 12 | 13 14 15 16 | …     a line waits: for 4 of the 8 that are under way
 *     2 in flight   1 2 | 3 | 4 | 5 | …
 */

/** What `stepsInFlight` may be, and is where it isn't given. */
export const STEPS_IN_FLIGHT: Readonly<Record<'least' | 'most' | 'usual', number>> = Object.freeze({
  least: 2,
  most: 16,
  usual: 2,
});

/** Steps that are waited for at once where as many as may be are under way: half of them, rounded down. */
export function stepsAwaited(stepsInFlight: number): number {
  return Math.floor(stepsInFlight / 2);
}
