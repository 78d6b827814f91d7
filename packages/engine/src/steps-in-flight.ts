/**
 * @file How many steps may be on their way to the devices at once. As many are submitted ahead; when as many are under way, who wants to
 * submit another waits until half of them are done, so that the host wakes once for as many steps as that is: a thread that has slept
 * finds its caches cold, and waking it costs the more the longer it slept (docs/multi-gpu.md).
 *
 *     8 in flight   1 2 3 4 5 6 7 8 | 9 10 11 12 | 13 14 15 16 | …     a line waits: for 4 of the 8 that are under way
 *     2 in flight   1 2 | 3 | 4 | 5 | …
 *
 * Where nobody gave a number it is 2 to begin with. It doubles, up to 8, while the host waits for devices that take steps one like
 * the other: each step in flight has recordings of its own, so it pays where there are many steps. A step that ran out of recorded
 * iterations brings it back to 2, since all behind it had to be submitted again; slow steps halve it, so that whoever ends or waits
 * waits for about a second, or for two steps.
 */

/** What `stepsInFlight` may be. */
export const STEPS_IN_FLIGHT: Readonly<Record<'least' | 'most', number>> = Object.freeze({ least: 2, most: 16 });

/** The most that are in flight where nobody gave a number. */
const USUAL = 8;
/** Steps done, for each in flight, before more are: recordings are made by then, and have been used as often as pays for as many more. */
const STEADY = 16;
/** All that is under way takes no longer, where nobody gave a number and there are more than two. */
const MOST_MILLISECONDS = 1000;
/** The devices are what takes so long only where so much of the time was waiting for them; else the host was away. */
const WAITING = 1 / 4;

/** Steps that are waited for at once where as many as may be are under way: half of them, rounded down. */
export function stepsAwaited(stepsInFlight: number): number {
  return Math.floor(stepsInFlight / 2);
}

/** The steps in flight of a program. */
export interface Flight {
  /** Each has a slot of the ring of parameters. */
  readonly slots: number;
  /** Whether as many are in flight only where it pays. */
  readonly grows: boolean;
}

/**
 * The number that was given, or what is usual: `least` where what steps tell of themselves decides on later ones, which should not follow
 * steps of long ago.
 */
export function flightOf(given: number | null, follows: boolean): Flight {
  if (given !== null) return { slots: given, grows: false };
  return follows ? { slots: STEPS_IN_FLIGHT.least, grows: false } : { slots: USUAL, grows: true };
}

/** How many steps may be in flight now. */
export class FlightLimit {
  readonly #flight: Flight;
  #most: number;
  /** Steps done since `#most` changed. */
  #steady = 0;
  /** Steps done since `#since`. */
  #steps = 0;
  /** When the last wait for room ended; null where the devices may have rested since. */
  #since: number | null = null;
  /** When the wait began that hasn't ended. */
  #began: number | null = null;

  constructor(flight: Flight) {
    this.#flight = flight;
    this.#most = flight.grows ? STEPS_IN_FLIGHT.least : flight.slots;
  }

  get most(): number {
    return this.#most;
  }

  /** Counts a step that is done. */
  done(): void {
    this.#steady++;
    this.#steps++;
  }

  /** A step ran out of iterations. */
  stalled(): void {
    if (this.#flight.grows) this.#change(STEPS_IN_FLIGHT.least);
  }

  /** All steps are done: what comes next doesn't say how long one takes. */
  rested(): void {
    this.#since = null;
    this.#began = null;
  }

  /** The host waits for room from `now` on, in milliseconds, unless it does already. */
  waits(now: number): void {
    this.#began ??= now;
  }

  /** There is room, at `now`: the wait has ended, if there was one. */
  waited(now: number): void {
    if (!this.#flight.grows) return;
    const waiting = now - (this.#began ?? now);
    const isWaitedFor = waiting >= WAITING * (now - (this.#since ?? now));
    this.#began = null;
    const took = this.#since === null ? null : (now - this.#since) / Math.max(1, this.#steps);
    this.#since = now;
    this.#steps = 0;
    if (took === null) return;
    const most = this.#most;
    if (took * most > MOST_MILLISECONDS && isWaitedFor) this.#change(Math.max(STEPS_IN_FLIGHT.least, most / 2));
    else if (this.#steady >= STEADY * most && took * 2 * most <= MOST_MILLISECONDS) {
      this.#change(Math.min(this.#flight.slots, 2 * most));
    }
  }

  #change(most: number): void {
    this.#most = most;
    this.#steady = 0;
  }
}
