/**
 * @file Delays before submits, for finding races: what is ordered by luck alone comes out of order when the host hands
 * work to each queue a little later than it would. Results must not change. Submits that would go in one call go one by one then.
 */

import { checkFunction } from '../given.ts';

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let next: (() => number) | null = null;

/**
 * From now on, each submit of any queue of this thread first holds the thread for as many milliseconds as `milliseconds()`
 * says (0: not at all); null ends it. For tests: nothing else should make a program wait.
 */
export function delaySubmits(milliseconds: (() => number) | null): void {
  if (milliseconds !== null) checkFunction('Cannot delay submits', milliseconds, 'their milliseconds');
  next = milliseconds;
}

/** Whether submits are delayed: then each goes in a call of its own. */
export function delaysSubmits(): boolean {
  return next !== null;
}

/** Called before each submit. */
export function holdSubmit(): void {
  if (next === null) return;
  const time = next();
  if (time > 0) Atomics.wait(sleeper, 0, 0, time);
}
