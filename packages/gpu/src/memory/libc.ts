/** @file What is taken from the system's C library: copying between addresses, and advice about pages. */

import * as V from '@halocline/vulkan';
import type { Memcpy } from './copier-table.ts';

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = Object.freeze({
  linux: ['libc.so.6', 'libc.so'],
  darwin: ['/usr/lib/libSystem.B.dylib'],
  win32: ['msvcrt.dll'],
});

/** The functions; `madvise` and `close` are Linux's. */
export interface Libc {
  readonly memcpy: Memcpy;
  readonly madvise: ((address: bigint, byteLength: bigint, advice: number) => number) | undefined;
  /** Closes a file descriptor that no driver took. */
  readonly close: ((fd: number) => number) | undefined;
}

let found: Libc | undefined | null = null;

/** The C library's functions; undefined where it can't be loaded. */
export function libc(): Libc | undefined {
  if (found !== null) return found;
  for (const path of LIBRARIES[process.platform] ?? []) {
    try {
      const library = V.openLibrary(path);
      const madvise = process.platform === 'linux' ? (library.func('madvise', 'iPLi') as Libc['madvise']) : undefined;
      const close = process.platform === 'linux' ? (library.func('close', 'ii') as Libc['close']) : undefined;
      return (found = { memcpy: library.func('memcpy', 'PPPL'), madvise, close });
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
