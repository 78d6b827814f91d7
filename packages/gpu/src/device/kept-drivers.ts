/**
 * @file Drivers stay in memory once they are loaded. The Vulkan loader loads them for each instance and lets them go with it, and not
 * all of them bear that for ever: with NVIDIA 580.159.04, in a process that also used CUDA, vkCreateInstance gave
 * VK_ERROR_INCOMPATIBLE_DRIVER after some thirty. Linux alone: elsewhere nothing is done.
 */
import { readFileSync } from 'node:fs';
import * as V from '@halocline/vulkan';

/** <dlfcn.h> of Linux: symbols when they are called, of a library that is loaded already, which stays from now on. */
const [RTLD_LAZY, RTLD_NOLOAD, RTLD_NODELETE] = [1, 4, 0x1000];

type Dlopen = (path: string, flags: number) => bigint;

let isDone = false;

/** Makes an instance, with validation or without; what the first of a thread brought into memory stays there, but for layers. */
export function keepingDrivers<T>(create: () => T): T {
  if (isDone || process.platform !== 'linux') return create();
  const before = loadedLibraries();
  const made = create();
  isDone = true;
  const dlopen = before.size === 0 ? undefined : findDlopen();
  if (dlopen === undefined) return made;
  for (const path of loadedLibraries()) {
    if (!before.has(path) && !/VkLayer/u.test(path)) dlopen(path, RTLD_LAZY + RTLD_NOLOAD + RTLD_NODELETE);
  }
  return made;
}

/** The libraries of this process, by path; none where the system doesn't tell. */
function loadedLibraries(): Set<string> {
  let maps: string;
  try {
    maps = readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return new Set();
  }
  return new Set(Array.from(maps.matchAll(/ (\/\S[^\n]*\.so(?:\.[\d.]+)?)$/gmu), ([, path]) => path!));
}

/** In the C library, or, of older ones, in one beside it. */
function findDlopen(): Dlopen | undefined {
  for (const path of ['libc.so.6', 'libdl.so.2', 'libc.so']) {
    try {
      return V.openLibrary(path).func('dlopen', 'Psi') as Dlopen;
    } catch {
      // Not there: the next may have it.
    }
  }
  return undefined;
}
