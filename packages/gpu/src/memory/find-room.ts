/** @file Room in the device's heap, and memory of its own for what the driver wants to lie alone. */

import * as V from '@halocline/vulkan';
import { OutOfMemoryError } from '../errors.ts';
import type { BufferMaker } from './buffer.ts';
import type { DedicatedTo, MemoryRange, MemoryRequest } from './heap.ts';

/** Whether the driver wants memory for one thing alone; 'better' where that only makes it faster. */
export type Alone = 'required' | 'better' | undefined;

/** Reads what a driver says of a buffer or an image; `address` is that of a VkMemoryDedicatedRequirements. */
export function readAlone(address: V.Pointer<V.VkMemoryDedicatedRequirements>): Alone {
  const { requiresDedicatedAllocation, prefersDedicatedAllocation } = V.VkMemoryDedicatedRequirements.read(address);
  return requiresDedicatedAllocation === 1 ? 'required' : prefersDedicatedAllocation === 1 ? 'better' : undefined;
}

/** Memory that is one thing's alone: as many bytes as the driver names for it, no more. */
export interface OwnMemory {
  readonly to: DedicatedTo;
  readonly byteLength: number;
  readonly alone: Alone;
}

/**
 * A range of the heap: memory of its own where the driver wants that, and any other where it only likes it better and there is none
 * of the best type. Before giving up it waits for what is retired.
 */
export function findRoom(
  maker: BufferMaker,
  request: MemoryRequest,
  { to, byteLength, alone }: OwnMemory,
): MemoryRange {
  const types = alone === 'better' ? request.types.slice(0, 1) : request.types;
  const allocate = (): MemoryRange => {
    if (alone === undefined) return maker.heap.allocate(request);
    try {
      return maker.heap.allocate({ ...request, types, byteLength, dedicatedTo: to, resident: undefined });
    } catch (error) {
      if (alone === 'required' || !(error instanceof OutOfMemoryError)) throw error;
      return maker.heap.allocate(request);
    }
  };
  maker.driver.collect();
  try {
    return allocate();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    maker.reclaim();
    return allocate();
  }
}
