/**
 * @file The core that a thread sleeps on, and so wakes on.
 *
 * Linux wakes a thread where it slept or where it is woken from. Of a virtual machine's cores it doesn't count those as idle that the
 * host has taken away meanwhile, so that several threads, woken at once, begin on one core with another one idle beside them.
 * A thread that sleeps on a core of its own wakes there, and records its first function there; from the second on it may run on all
 * again, and the system moves it as it likes.
 * Where cores are left over, the system finds one by itself; which of them are worth having, `quiet-core.ts` finds.
 */

import * as V from '@halocline/vulkan';
import { libc } from '../memory/libc.ts';

/** Bytes of a set of cores. Enough for 1,024, which is all that the C library's own set holds. */
export const CORE_BYTES = 128;

/** What a thread does around its sleep. */
export interface SleepingCore {
  /** The calling thread goes to its core and stays there. A system call, unless it is there. */
  settle(): void;
  /** It may run on every core again that was allowed to it. A system call, unless it may. */
  roam(): void;
}

/** The numbers of the cores in a set: bit k of the whole is core k. */
export function coresOf(set: Uint8Array): number[] {
  const cores: number[] = [];
  for (let core = 0; core < set.length * 8; core++) {
    if (((set[core >> 3]! >> (core & 7)) & 1) === 1) cores.push(core);
  }
  return cores;
}

/**
 * A core for the calling thread, which is the `thread`th of `threads`: they are dealt out in turn. Undefined where there is one core
 * alone, or more than threads, or where a program has no say in it (all systems but Linux).
 */
export function sleepingCore(thread: number, threads: number): SleepingCore | undefined {
  const affinity = libc()?.affinity;
  if (!affinity) return undefined;
  const all = V.pinned(CORE_BYTES);
  const own = V.pinned(CORE_BYTES);
  const size = BigInt(CORE_BYTES);
  if (affinity.get(0, size, all.address) < 0) return undefined;
  const cores = coresOf(new Uint8Array(all.buffer, 0, CORE_BYTES));
  if (cores.length < 2 || cores.length > threads) return undefined;
  const core = cores[thread % cores.length]!;
  new Uint8Array(own.buffer, 0, CORE_BYTES)[core >> 3] = 1 << (core & 7);
  let settled = false;
  const allow = (alone: boolean): void => {
    if (settled === alone) return;
    settled = alone;
    affinity.set(0, size, (alone ? own : all).address);
  };
  return { settle: () => allow(true), roam: () => allow(false) };
}
