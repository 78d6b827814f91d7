/**
 * @file Host memory that several devices use in place: one run of anonymous memory (a memfd), mapped once for each device, each
 * mapping imported by VK_EXT_external_memory_host. What one device writes, another reads without a copy in between, once
 * something has put the two in order. One mapping imported twice works on some drivers only, so each has its own.
 */

import * as V from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import type { Buffer } from './buffer.ts';
import { checkObjects, checkOptions } from '../given.ts';

/** The part of a device that sharing needs. */
export interface MemoryImporter {
  readonly name: string;
  importHostMemory(options: ImportOptions): Buffer;
}

/** Host memory that is there already. */
export interface ImportOptions {
  /** Its name in messages. */
  readonly label: string;
  /** A multiple of the page size, as is the length. */
  readonly address: bigint;
  readonly byteLength: number;
  /** Called when neither the buffer nor the device's work needs the memory any more. */
  readonly release: () => void;
}

const PAGE = 65_536;
/** A memfd's name has at most 249 bytes: so many characters never have more. Only the system's lists show it. */
const NAME_LENGTH = 80;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

interface Mapping {
  readonly memfd_create: (name: string, flags: number) => number;
  readonly ftruncate: (fd: number, byteLength: bigint) => number;
  readonly mmap: (at: bigint, length: bigint, protection: number, flags: number, fd: number, offset: bigint) => bigint;
  readonly munmap: (address: bigint, length: bigint) => number;
  readonly close: (fd: number) => number;
}

let library: Mapping | undefined;

function mapping(label: string): Mapping {
  if (process.platform !== 'linux') {
    throw new VulkanError(
      `Cannot share memory "${label}": ${process.platform} has no memfd; copy between the devices instead`,
      { kind: 'not-available', labels: [label] },
    );
  }
  if (!library) {
    const libc = V.openLibrary('libc.so.6');
    library = {
      memfd_create: libc.func('memfd_create', 'isI'),
      ftruncate: libc.func('ftruncate', 'iil'),
      mmap: libc.func('mmap', 'PPLiiil'),
      munmap: libc.func('munmap', 'iPL'),
      close: libc.func('close', 'ii'),
    };
  }
  return library;
}

/** Throws if nothing is to be shared, or among nobody. */
export function checkShared(devices: readonly unknown[], options: { label: string; byteLength: number }): void {
  checkOptions('Cannot share memory', options);
  const { label, byteLength } = options;
  checkObjects(`Cannot share memory "${label}"`, 'the list of devices', devices);
  if (devices.length === 0) {
    throw new RangeError(`Cannot share memory "${label}": no device is given; give those that use it`);
  }
  if (Number.isSafeInteger(byteLength) && byteLength > 0) return;
  throw new RangeError(
    `Cannot share memory "${label}": its length is ${byteLength}; give a whole number of bytes above 0`,
  );
}

/**
 * A buffer on each device over the same host memory, zeroed. Dispose each of them; the memory goes with the last. Throws
 * VulkanError 'not-available' where the system or a device can't.
 */
export function shareHostMemory(
  devices: readonly MemoryImporter[],
  options: { readonly label: string; readonly byteLength: number },
): Buffer[] {
  checkShared(devices, options);
  const { label, byteLength } = options;
  const { memfd_create, ftruncate, mmap, munmap, close } = mapping(label);
  const length = BigInt(Math.ceil(byteLength / PAGE) * PAGE);
  const act = `Cannot share memory "${label}"`;
  const fd = memfd_create(label.slice(0, NAME_LENGTH), 0);
  const buffers: Buffer[] = [];
  try {
    if (fd < 0 || ftruncate(fd, length) !== 0) {
      throw new VulkanError(`${act}: the system gave no ${length} bytes of it; ask for less`, {
        kind: 'allocation',
        labels: [label],
      });
    }
    for (const device of devices) {
      const address = mmap(0n, length, PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      if (BigInt.asIntN(64, address) === -1n) {
        throw new VulkanError(`${act}: it can't be mapped for device "${device.name}"; ask for less`, {
          kind: 'allocation',
          labels: [label],
        });
      }
      const release = (): void => void munmap(address, length);
      buffers.push(device.importHostMemory({ label, address, byteLength: Number(length), release }));
    }
    return buffers;
  } catch (error) {
    for (const buffer of buffers) buffer[Symbol.dispose]();
    throw error;
  } finally {
    if (fd >= 0) close(fd);
  }
}
