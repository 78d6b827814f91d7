/**
 * @file Memory that every thread of the process finds, whoever started it and whatever it inherited: its address stands in the
 * environment of the process itself, as C sees it (`process.env` is a copy in a worker). `setenv` that doesn't overwrite is
 * one step under the C library's lock, so the first thread's memory is everybody's. The name holds the process's number and
 * the address of a C function: what a child process inherits, or one that took this one's place, means nothing to it.
 */

import { isMainThread } from 'node:worker_threads';
import * as V from '@halocline/vulkan';

interface Environment {
  readonly setenv: (name: string, value: string, overwrite: number) => number;
  readonly getenv: (name: string) => string | null;
  readonly calloc: (count: bigint, byteLength: bigint) => bigint;
  /** Where a function of the library lies in this process. */
  readonly anchor: bigint;
}

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = Object.freeze({
  linux: 'libc.so.6',
  darwin: '/usr/lib/libSystem.B.dylib',
});

let found: Environment | undefined | null = null;

function environment(): Environment | undefined {
  if (found !== null) return found;
  const path = LIBRARIES[process.platform];
  try {
    const library = path === undefined ? undefined : V.openLibrary(path);
    found = library && {
      setenv: library.func('setenv', 'issi') as Environment['setenv'],
      getenv: library.func('getenv', 'ss') as Environment['getenv'],
      calloc: library.func('calloc', 'PLL') as Environment['calloc'],
      anchor: library.symbol('getenv') ?? 0n,
    };
  } catch {
    found = undefined;
  }
  return found;
}

/** The process's memory of this name, zeroed by whoever asks first and never given back; undefined where there is no C library. */
export function processMemory(name: string, byteLength: number): ArrayBuffer | undefined {
  const libc = environment();
  if (!libc) return undefined;
  const key = `HALOCLINE_${name}_${process.pid}_${libc.anchor.toString(16)}`;
  if (libc.getenv(key) === null) libc.setenv(key, String(libc.calloc(1n, BigInt(byteLength))), 0);
  const address = libc.getenv(key);
  return address === null ? undefined : V.viewMemory(BigInt(address), byteLength);
}

/** Sets a variable for `process.env` and for libraries that ask the process itself, also from a worker. */
export function setVariable(env: NodeJS.ProcessEnv, name: string, value: string): void {
  env[name] = value;
  if (env === process.env && !isMainThread) environment()?.setenv(name, value, 1);
}
