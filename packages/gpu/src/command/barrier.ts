/**
 * @file Global memory barriers. There are few different ones, so each pair of access sets is written once, into memory that
 * lives as long as the process, and recording one is a single call with a known address.
 */

import * as V from '@halocline/vulkan';
import { accessBits, areWords } from '../access.ts';
import type { Access, Usage } from '../access.ts';
import { accessMask } from '../convert.ts';

const written = new Map<number, V.Pinned>();
const BARRIER_AT = 64;
const BYTES = 128;

/** Records a barrier: what came before and touched memory so is done, and seen by what comes after and touches it so. */
export function recordBarrier(
  commands: V.Device,
  commandBuffer: V.VkCommandBuffer,
  before: readonly Usage[],
  after: readonly Usage[],
): void {
  checkLists(before, after);
  if (!areWords(before) || !areWords(after)) {
    V.arena.scope(() => {
      commands.vkCmdPipelineBarrier2(
        commandBuffer,
        V.VkDependencyInfo({ pMemoryBarriers: memoryBarrier(before, after) }),
      );
    });
    return;
  }
  commands.vkCmdPipelineBarrier2(commandBuffer, writtenBarrier(before, after));
}

/** Throws TypeError unless the sides of a barrier are lists. */
export function checkLists(before: unknown, after: unknown): void {
  if (Array.isArray(before) && Array.isArray(after)) return;
  const side = Array.isArray(before) ? after : before;
  throw new TypeError(
    `Cannot put a barrier: ${typeof side === 'string' ? `'${side}'` : String(side)} is given as one side; give lists, as in (['storage-write'], ['storage-read'])`,
  );
}

/** A barrier between words, written once: whoever records one often keeps its address, which never changes. */
export function writtenBarrier(before: readonly Access[], after: readonly Access[]): V.Pointer<V.VkDependencyInfo> {
  const key = accessBits(before) * 2 ** 16 + accessBits(after);
  let info = written.get(key);
  if (!info) {
    info = write(before, after);
    written.set(key, info);
  }
  return info.address as V.Pointer<V.VkDependencyInfo>;
}

function write(before: readonly Usage[], after: readonly Usage[]): V.Pinned {
  const memory = V.pinned(BYTES);
  const barrier = memory.address + BigInt(BARRIER_AT);
  V.VkMemoryBarrier2.write(barrier, memoryBarrier(before, after));
  V.VkDependencyInfo.write(memory.address, {
    memoryBarrierCount: 1,
    pMemoryBarriers: barrier as V.Pointer<V.VkMemoryBarrier2>,
  });
  return memory;
}

function memoryBarrier(before: readonly Usage[], after: readonly Usage[]): V.VkMemoryBarrier2 {
  const [from, to] = [accessMask(before), accessMask(after)];
  return {
    srcStageMask: from.stages,
    srcAccessMask: from.accesses,
    dstStageMask: to.stages,
    dstAccessMask: to.accesses,
  };
}
