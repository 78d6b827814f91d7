/**
 * @file A core whose other half is quiet.
 *
 * Of most processors two of the cores that a system counts are one in truth (hyperthreads): beside a busy one the other has half to two
 * thirds of its speed. In a virtual machine the system doesn't know which two, the host moves them about, and the other half may be
 * another machine's. So a thread times a loop that only a whole core runs fast, behind each job, while the other threads are at work;
 * where it was faster once, it tries other cores between two frames, and goes to sleep on the quietest: Linux wakes a thread where it
 * slept, if nobody is there.
 */

import * as V from '@halocline/vulkan';
import { libc } from '../memory/libc.ts';
import { CORE_BYTES, coresOf } from './sleeping-core.ts';

/** So much longer than ever before the loop takes on a core that is shared. */
const SHARED = 1.3;
/** Cores that are tried at a time, each some 0.1 ms. */
const TRIES = 3;
const ROUNDS = 5000;
/** Calls of the loop until the engine has compiled it for good. */
const WARM = 400;

/** Which core a thread is on, and what a loop takes there. */
export interface CoreClock {
  /** The core that the thread is on. */
  here(): number;
  /** What the loop takes where the thread is, in any unit; takes it nowhere. */
  time(): number;
  /** Takes the thread to a core, and gives what the loop takes there. */
  measure(core: number): number;
}

/** Finds quiet cores for one thread. */
export class CoreSeeker {
  readonly #cores: readonly number[];
  readonly #clock: CoreClock;
  #next: number;
  #best = Number.POSITIVE_INFINITY;
  /** Whether it knows what a quiet core takes: it has looked at some. */
  #found = false;
  /** The least since the last search; infinite: nothing was recorded meanwhile. */
  #here = Number.POSITIVE_INFINITY;

  /** Looks at `cores` in turn, beginning with the one at `first`. */
  constructor(cores: readonly number[], first: number, clock: CoreClock) {
    this.#cores = cores;
    this.#next = first;
    this.#clock = clock;
  }

  /** Looks how fast the present core is. */
  look(): void {
    this.#here = Math.min(this.#here, this.#noted(this.#clock.time()));
  }

  /**
   * The core to sleep on: where the thread is, unless it is shared and one of the next is less so; undefined where it recorded nothing
   * since the last search. Looks no further when the thread isn't `idle` any more, and not at what others have `taken`.
   */
  seek(taken: (core: number) => boolean, idle: () => boolean): number | undefined {
    if (!Number.isFinite(this.#here)) return undefined;
    let core = this.#clock.here();
    let time = this.#here;
    this.#here = Number.POSITIVE_INFINITY;
    const enough = this.#found ? this.#best * SHARED : 0;
    for (let tries = 0; tries < TRIES && idle() && time > enough; tries++) {
      const other = this.#cores[this.#next++ % this.#cores.length]!;
      if (other === core || taken(other)) continue;
      const there = this.#noted(this.#clock.measure(other));
      this.#found = true;
      if (there < time) [core, time] = [other, there];
    }
    return core;
  }

  #noted(time: number): number {
    this.#best = Math.min(this.#best, time);
    return time;
  }
}

/** Milliseconds of a loop of independent additions: a core that is shared gets through fewer at a time. */
function timeLoop(): number {
  const start = performance.now();
  let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6];
  for (let i = 0; i < ROUNDS; i++) {
    a = (a + 3) | 0;
    b ^= i;
    c = (c + 7) | 0;
    d ^= 9;
    e = (e + 11) | 0;
    f ^= i;
  }
  const took = performance.now() - start;
  return (a ^ b ^ c ^ d ^ e ^ f) === ROUNDS ? took + 1e-9 : took; // uses what was added
}

/** What a recording thread does so that it finds a quiet core. */
export interface QuietCore {
  /** Behind a job: looks how fast the core is, and leaves the thread free to move; some microseconds. */
  look(): void;
  /** Out of work: goes to another core where this one is shared, as long as it stays `idle`, and may run on all again. */
  seek(idle: () => boolean): void;
}

/**
 * For the calling thread, the `thread`th of `threads`; `places` says on which core each went to sleep, plus one. Undefined where no
 * cores are left over, or a program has no say in it (all systems but Linux).
 */
export function quietCore(
  thread: number,
  threads: number,
  places: Int32Array<SharedArrayBuffer>,
): QuietCore | undefined {
  const affinity = libc()?.affinity;
  if (!affinity) return undefined;
  const all = V.pinned(CORE_BYTES);
  const one = V.pinned(CORE_BYTES);
  const size = BigInt(CORE_BYTES);
  if (affinity.get(0, size, all.address) < 0) return undefined;
  const cores = coresOf(new Uint8Array(all.buffer, 0, CORE_BYTES));
  if (cores.length <= threads) return undefined;
  const bits = new Uint8Array(one.buffer, 0, CORE_BYTES);
  const go = (core: number): void => {
    bits.fill(0);
    bits[core >> 3] = 1 << (core & 7);
    affinity.set(0, size, one.address);
  };
  for (let call = 0; call < WARM; call++) timeLoop();
  const time = (): number => Math.min(timeLoop(), timeLoop());
  const clock: CoreClock = {
    here: affinity.here,
    time,
    measure(core) {
      go(core);
      return time();
    },
  };
  const seeker = new CoreSeeker(cores, Math.floor((thread * cores.length) / threads), clock);
  const taken = (core: number): boolean => places.some((place, index) => index !== thread && place === core + 1);
  return {
    look: () => seeker.look(),
    seek(idle) {
      const core = seeker.seek(taken, idle);
      if (core === undefined) return;
      Atomics.store(places, thread, core + 1);
      if (affinity.here() !== core) go(core);
      affinity.set(0, size, all.address);
    },
  };
}
