/**
 * @file Device memory that several logical devices of one card use in place: the first has it, the others import it by an opaque
 * descriptor. Between cards that is no way: there an import may succeed and show the importer's own memory.
 */

import { VulkanError } from '../errors.ts';
import { makerOf } from './buffer.ts';
import type { Buffer } from './buffer.ts';
import { createExportable, importOpaque } from './opaque-fd.ts';
import { checkShared } from './shared-memory.ts';

/** The part of a device that sharing needs. */
export interface MemorySharer {
  readonly name: string;
  /** 32 hexadecimal digits: the card's. */
  readonly uuid: string;
}

/**
 * A buffer on each device over the same device memory. Dispose each of them; the memory goes with the last. Throws VulkanError
 * 'not-available' where a device can't, and where the devices are not of one card.
 */
export function shareDeviceMemory(
  devices: readonly MemorySharer[],
  options: { readonly label: string; readonly byteLength: number },
): Buffer[] {
  checkShared(devices, options);
  const { label, byteLength } = options;
  const [first, ...others] = devices as [MemorySharer, ...MemorySharer[]];
  const stranger = others.find(({ uuid }) => uuid !== first.uuid);
  if (stranger) {
    throw new VulkanError(
      `Cannot share memory "${label}": "${first.name}" and "${stranger.name}" are two cards; share host memory instead`,
      { kind: 'not-available', labels: [label, first.name, stranger.name] },
    );
  }
  const { buffer, allocated, exportFd } = createExportable(makerOf(first), { label, byteLength });
  const buffers = [buffer];
  try {
    for (const device of others) {
      const release = (): void => undefined;
      buffers.push(importOpaque(makerOf(device), { label, byteLength, allocated, fd: exportFd(), release }));
    }
    return buffers;
  } catch (error) {
    for (const each of buffers) each[Symbol.dispose]();
    throw error;
  }
}
