/** @file What is taken from the system's C library: copying between addresses, advice about pages, and which cores a thread runs on. */

import * as V from '@halocline/vulkan';
import type { Memcpy } from './copier-table.ts';

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = Object.freeze({
  linux: ['libc.so.6', 'libc.so'],
  darwin: ['/usr/lib/libSystem.B.dylib'],
  win32: ['msvcrt.dll'],
});

/** Reads or sets the cores that a thread may run on (0: the calling one), a set of so many bytes; below 0: it failed. */
type Affinity = (thread: number, byteLength: bigint, set: bigint) => number;

/** The functions; `madvise`, `close` and `affinity` are Linux's. */
export interface Libc {
  readonly memcpy: Memcpy;
  readonly madvise: ((address: bigint, byteLength: bigint, advice: number) => number) | undefined;
  /** Closes a file descriptor that no driver took. */
  readonly close: ((fd: number) => number) | undefined;
  readonly affinity:
    | {
        readonly get: Affinity;
        readonly set: Affinity;
        /** The core that the calling thread is on. */
        readonly here: () => number;
      }
    | undefined;
}

let found: Libc | undefined | null = null;

/** The C library's functions; undefined where it can't be loaded. */
export function libc(): Libc | undefined {
  if (found !== null) return found;
  for (const path of LIBRARIES[process.platform] ?? []) {
    try {
      const library = V.openLibrary(path);
      const isLinux = process.platform === 'linux';
      return (found = {
        memcpy: library.func('memcpy', 'PPPL'),
        madvise: isLinux ? library.func('madvise', 'iPLi') : undefined,
        close: isLinux ? library.func('close', 'ii') : undefined,
        affinity: isLinux
          ? {
              get: library.func('sched_getaffinity', 'iiLP'),
              set: library.func('sched_setaffinity', 'iiLP'),
              here: library.func('sched_getcpu', 'i'),
            }
          : undefined,
      });
    } catch {
      // Not this name: the next may be it.
    }
  }
  return (found = undefined);
}

/** Bytes. */
export const HUGE_PAGE: number = 2 ** 21;
const MADV_HUGEPAGE = 14;

/**
 * Asks the system to back fresh memory by pages of 2 MiB, where it is large enough to hold some: the first touch costs a
 * fraction, and the device reads it faster where it is imported. Does nothing where the system knows no such advice.
 */
export function adviseHugePages(address: bigint, byteLength: number): void {
  const start = Math.ceil(Number(address) / HUGE_PAGE) * HUGE_PAGE;
  const bytes = Math.floor((Number(address) + byteLength - start) / HUGE_PAGE) * HUGE_PAGE;
  if (bytes > 0) libc()?.madvise?.(BigInt(start), BigInt(bytes), MADV_HUGEPAGE);
}
