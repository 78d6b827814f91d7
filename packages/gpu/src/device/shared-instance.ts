/**
 * @file The one plain VkInstance of a process, shared by its threads. Its handle and the count of those who use it stand in
 * shared memory, which threads inherit as environment data: so the first thread that imports this file must do so before it
 * starts those that share with it; threads that don't inherit from it have an instance of their own, which Vulkan allows.
 *
 *     int32    0  lock: 1 while somebody makes or destroys the instance
 *     int32    1  users: how many times it was acquired and not released
 *     uint64   8  the handle
 */

import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { VkInstance } from '@halocline/vulkan';

const KEY = 'halocline: vulkan instance';
const LOCK = 0;
const USERS = 1;

function inherited(): SharedArrayBuffer {
  const given: unknown = getEnvironmentData(KEY);
  if (given instanceof SharedArrayBuffer) return given;
  const made = new SharedArrayBuffer(16);
  setEnvironmentData(KEY, made);
  return made;
}

const memory = inherited();
const words = new Int32Array(memory);
const handles = new BigUint64Array(memory, 8, 1);

/** After so long the thread that holds the lock was terminated: a driver takes no minute to make an instance. */
const ABANDONED_MS = 60_000;

/** Runs a body that no other thread runs meanwhile. It blocks the thread for as long as an instance takes to be made. */
function locked<T>(body: () => T): T {
  while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) {
    if (Atomics.wait(words, LOCK, 1, ABANDONED_MS) === 'timed-out') break;
  }
  try {
    return body();
  } finally {
    Atomics.store(words, LOCK, 0);
    Atomics.notify(words, LOCK, 1);
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
