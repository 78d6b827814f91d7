/**
 * @file The one plain VkInstance of a process, shared by its threads: workers of one another, siblings, and threads whose
 * parent never imported this. Its handle and the count of those who use it stand in memory of the process (see
 * `process-memory.ts`). Where there is no C library to keep it by, it is shared memory that threads inherit as environment
 * data: there, threads that don't inherit it have an instance of their own, which Vulkan allows.
 *
 *     int32    0  lock: 1 while somebody makes or destroys the instance
 *     int32    1  users: how many times it was acquired and not released
 *     uint64   8  the handle
 */

import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { VkInstance } from '@halocline/vulkan';
import { processMemory } from './process-memory.ts';

const KEY = 'halocline: vulkan instance';
const LOCK = 0;
const USERS = 1;
const BYTES = 16;

function inherited(): SharedArrayBuffer {
  const given: unknown = getEnvironmentData(KEY);
  if (given instanceof SharedArrayBuffer) return given;
  const made = new SharedArrayBuffer(BYTES);
  setEnvironmentData(KEY, made);
  return made;
}

const memory: ArrayBufferLike = processMemory('INSTANCE', BYTES) ?? inherited();
const words = new Int32Array(memory);
const handles = new BigUint64Array(memory, 8, 1);

/** After so long the thread that holds the lock was terminated: a driver takes no minute to make an instance. */
const ABANDONED_MS = 60_000;
/** Nobody can be woken through memory that isn't JavaScript's own: whoever waits looks again after a while. */
const nap = new Int32Array(new SharedArrayBuffer(4));

/** Runs a body that no other thread runs meanwhile. It blocks the thread for as long as an instance takes to be made. */
function locked<T>(body: () => T): T {
  const start = performance.now();
  while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) {
    if (performance.now() - start > ABANDONED_MS) break;
    Atomics.wait(nap, 0, 0, 1);
  }
  try {
    return body();
  } finally {
    Atomics.store(words, LOCK, 0);
  }
}

/** The handle of the process's instance; `create` makes it if nobody uses one. Release it once. */
export function acquireHandle(create: () => VkInstance): VkInstance {
  return locked(() => {
    if (words[USERS] === 0) handles[0] = create();
    Atomics.add(words, USERS, 1);
    return handles[0] as VkInstance;
  });
}

/** Gives the instance up; the last one calls `destroy` with it. */
export function releaseHandle(destroy: (handle: VkInstance) => void): void {
  locked(() => {
    if (Atomics.sub(words, USERS, 1) === 1) destroy(handles[0] as VkInstance);
  });
}
