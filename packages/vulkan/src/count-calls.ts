/**
 * @file What this thread's foreign calls are and take, for whoever measures what JavaScript does beside them. A function is counted
 * if it is asked for meanwhile: nothing is added to the calls of any other.
 */
import type { ForeignFunction } from './ffi.ts';

/** Calls since it was made, and the milliseconds within them, koffi's way there and back included. Dispose it to count no more. */
export interface CallCount extends Disposable {
  readonly calls: number;
  readonly milliseconds: number;
}

interface Tally {
  calls: number;
  milliseconds: number;
}

let tally: Tally | null = null;

/**
 * Counts this thread's calls of all functions that are asked for from here on, until it is disposed. Tables of commands ask at a
 * command's first use, so open the device after it. One count at a time.
 */
export function countCalls(): CallCount {
  if (tally !== null) throw new Error('Cannot count calls: they are being counted; dispose the count before this one');
  const own: Tally = { calls: 0, milliseconds: 0 };
  tally = own;
  return {
    get calls() {
      return own.calls;
    },
    get milliseconds() {
      return own.milliseconds;
    },
    [Symbol.dispose]() {
      if (tally === own) tally = null;
    },
  };
}

/** The function as it is, or one that is counted where calls are. */
export function counted(call: ForeignFunction): ForeignFunction {
  if (tally === null) return call;
  const own = tally;
  return (...parameters) => {
    const began = performance.now();
    try {
      return call(...parameters);
    } finally {
      own.milliseconds += performance.now() - began;
      own.calls++;
    }
  };
}
