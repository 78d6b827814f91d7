/**
 * @file Global memory barriers. There are few different ones, so each pair of access sets is written once, into memory that
 * lives as long as the process, and recording one is a single call with a known address.
 */

import * as V from '@halocline/vulkan';
import { accessBits } from '../access.ts';
import type { Access } from '../access.ts';
import { accessMask } from '../convert.ts';

const written = new Map<number, V.Pinned>();
const BARRIER_AT = 64;
const BYTES = 128;

/** Records a barrier: what came before and touched memory so is done, and seen by what comes after and touches it so. */
export function recordBarrier(
  commands: V.Device,
  commandBuffer: V.VkCommandBuffer,
  before: readonly Access[],
  after: readonly Access[],
): void {
  const key = accessBits(before) * 1024 + accessBits(after);
  let info = written.get(key);
  if (!info) {
    info = write(before, after);
    written.set(key, info);
  }
  commands.vkCmdPipelineBarrier2(commandBuffer, info.address as V.Pointer<V.VkDependencyInfo>);
}

function write(before: readonly Access[], after: readonly Access[]): V.Pinned {
  const [from, to] = [accessMask(before), accessMask(after)];
  const memory = V.pinned(BYTES);
  const barrier = memory.address + BigInt(BARRIER_AT);
  V.VkMemoryBarrier2.write(barrier, {
    srcStageMask: from.stages,
    srcAccessMask: from.accesses,
    dstStageMask: to.stages,
    dstAccessMask: to.accesses,
  });
  V.VkDependencyInfo.write(memory.address, {
    memoryBarrierCount: 1,
    pMemoryBarriers: barrier as V.Pointer<V.VkMemoryBarrier2>,
  });
  return memory;
}
