/** @file Builds encode.c with the machine's C compiler, and runs it on a device of the runtime's: same driver, same device. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ComputePipeline, Device } from '@halocline/gpu';
import * as V from '@halocline/vulkan';

const source = new URL('encode.c', import.meta.url);
const folder = new URL('../../.cache/bench/', import.meta.url);

/** The library of encode.c, built where it isn't yet; a line that says why there is none. */
function build(): { readonly path: string } | { readonly lack: string } {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const path = fileURLToPath(new URL(`encode-${process.platform}-${process.arch}-${hash}.so`, folder));
  if (existsSync(path)) return { path };
  mkdirSync(folder, { recursive: true });
  const result = spawnSync('cc', ['-O2', '-shared', '-fPIC', fileURLToPath(source), '-o', path], { encoding: 'utf8' });
  if (result.status === 0) return { path };
  return { lack: result.error ? 'there is no C compiler (cc)' : `cc failed: ${result.stderr.trim().split('\n')[0]}` };
}

/** Milliseconds from a device's begin of a recording to the return of its submit. Waits for the device before it returns. */
export type CLoop = (count: number) => number;

/** Runs `body` with the loop on this device and pipeline; with a line instead where no compiler is. */
export async function withCLoop<T>(
  device: Device,
  pipeline: ComputePipeline,
  body: (loop: CLoop | undefined, lack: string) => Promise<T>,
): Promise<T> {
  const built = build();
  if ('lack' in built) return await body(undefined, built.lack);
  const encode = V.openLibrary(built.path).func('encode', 'dPI');
  const { commands } = device.raw;
  using memory = V.pinned(512);
  const at = (byteOffset: number): bigint => memory.address + BigInt(byteOffset);
  const [pool, handle] = V.arena.scope(() => {
    const out = V.arena.u64(2);
    const info = V.VkCommandPoolCreateInfo({
      flags: V.VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
      queueFamilyIndex: device.compute.family,
    });
    check(commands.vkCreateCommandPool(commands.handle, info, V.NULL, out));
    const commandPool = V.arena.readU64<V.VkCommandPool>(out);
    const allocate = V.VkCommandBufferAllocateInfo({ commandPool, level: 0, commandBufferCount: 1 });
    check(commands.vkAllocateCommandBuffers(commands.handle, allocate, out));
    return [commandPool, V.arena.readU64<V.VkCommandBuffer>(out)] as const;
  });
  V.VkCommandBufferBeginInfo.write(at(128), { flags: V.VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT });
  V.VkCommandBufferSubmitInfo.write(at(192), { commandBuffer: handle });
  V.VkSubmitInfo2.write(at(256), { commandBufferInfoCount: 1, pCommandBufferInfos: at(192) as never });
  const names = [
    'vkBeginCommandBuffer',
    'vkCmdBindPipeline',
    'vkCmdPushConstants',
    'vkCmdDispatch',
    'vkEndCommandBuffer',
    'vkQueueSubmit2',
  ];
  const pointers = names.map((name) => device.raw.instance.vkGetDeviceProcAddr(commands.handle, name));
  const { layout } = pipeline;
  const words = [handle, pipeline.handle, layout, device.compute.handle, at(128), at(256), ...pointers];
  new BigUint64Array(memory.buffer).set(words);
  try {
    return await body((count) => {
      const nanoseconds = encode(memory.address, count) as number;
      check(nanoseconds);
      check(commands.vkQueueWaitIdle(device.compute.handle));
      return nanoseconds / 1e6;
    }, '');
  } finally {
    commands.vkDestroyCommandPool(commands.handle, pool, V.NULL);
  }
}

function check(result: number): void {
  if (result < 0) throw new Error(`Cannot run the C loop: the driver gave ${V.resultName(result)}`);
}
