import { describe, expect, test } from 'vitest';
import { defineTable } from '../src/commands.ts';
import type { DeviceCommands } from '../src/generated/command-types.ts';
import { deviceCommands } from '../src/generated/commands.ts';
import {
  arena,
  enumerate,
  NULL,
  registerCallback,
  VK_ERROR_OUT_OF_HOST_MEMORY,
  VK_INCOMPLETE,
  VkMemoryBarrier2,
  VkPhysicalDeviceMemoryBudgetPropertiesEXT,
  VkQueueFamilyProperties,
  VkDependencyInfo,
  type VkBuffer,
  type VkCommandBuffer,
  type VkDevice,
} from '../src/index.ts';
import * as V from '../src/index.ts';

const makeDevice = defineTable<DeviceCommands>('device', deviceCommands);

describe('a promoted name', () => {
  test('of the core is found under the extension that the driver has, and the other way round', () => {
    const asked: string[] = [];
    using barrier = registerCallback('vPP', () => undefined);
    const only = (name: string) =>
      makeDevice((it) => {
        asked.push(it);
        return it === name ? barrier.address : 0n;
      });
    const old = only('vkCmdPipelineBarrier2KHR');
    arena.scope(() => old.vkCmdPipelineBarrier2(1n as VkCommandBuffer, VkDependencyInfo({})));
    expect(asked).toEqual(['vkCmdPipelineBarrier2', 'vkCmdPipelineBarrier2KHR']);
    const recent = only('vkCmdPushDescriptorSet');
    expect([recent.has('vkCmdPushDescriptorSetKHR'), recent.has('vkCmdPushDescriptorSet')]).toEqual([true, true]);
    expect(only('vkGetCalibratedTimestampsEXT').has('vkGetCalibratedTimestampsKHR')).toBe(true);
    expect(only('vkGetBufferDeviceAddressEXT').has('vkGetBufferDeviceAddress')).toBe(true);
    expect(only('vkCmdDispatch').has('vkCmdPipelineBarrier2')).toBe(false);
  });

  test('is asked for by any of its names', () => {
    const only = (name: string) => makeDevice((it) => (it === name ? 1n : 0n));
    for (const name of ['vkCmdPipelineBarrier2', 'vkCmdPipelineBarrier2KHR']) {
      const asked = ['vkCmdPipelineBarrier2', 'vkCmdPipelineBarrier2KHR', 'vkCmdPipelineBarrier3'];
      expect(asked.map((each) => only(name).has(each))).toEqual([true, true, false]);
    }
  });

  test('of a struct or a constant is the same thing', () => {
    expect(V.VkCalibratedTimestampInfoEXT).toBe(V.VkCalibratedTimestampInfoKHR);
    expect(V.VK_TIME_DOMAIN_CLOCK_MONOTONIC_EXT).toBe(V.VK_TIME_DOMAIN_CLOCK_MONOTONIC_KHR);
  });
});

describe('parameters', () => {
  test('that are optional take NULL, and what a command gives comes back through the arena', () => {
    using create = registerCallback('iPPPP', (device: bigint, info: bigint, allocator: bigint, out: bigint) => {
      new BigUint64Array(V.viewMemory(out, 8))[0] = device + info + allocator;
      return 0;
    });
    const device = makeDevice((name) => (name === 'vkCreateBuffer' ? create.address : 0n));
    arena.scope(() => {
      const out = arena.u64(); // fits every out parameter
      expect(device.vkCreateBuffer(7n as VkDevice, NULL, NULL, out)).toBe(0);
      expect(arena.readU64<VkBuffer>(out)).toBe(7n);
    });
  });

  test('that point to one struct take it as an object within another', () => {
    arena.scope(() => {
      const info = VkDependencyInfo.read(VkDependencyInfo({ pMemoryBarriers: { srcStageMask: 1n } }));
      expect(info.memoryBarrierCount).toBe(1);
      expect(VkMemoryBarrier2.read(info.pMemoryBarriers).srcStageMask).toBe(1n);
      expect(VkPhysicalDeviceMemoryBudgetPropertiesEXT.read(VkPhysicalDeviceMemoryBudgetPropertiesEXT()).pNext).toBe(
        0n,
      );
    });
  });
});

describe('a command that is called twice', () => {
  const words = (address: bigint, byteLength: number) => new Uint32Array(V.viewMemory(address, byteLength));

  test('is called again while what it counts grows', () => {
    const counts = [1, 1, 3, 3];
    const read = enumerate(VkQueueFamilyProperties, (pCount, pItems) => {
      const there = counts.shift() ?? 3;
      const room = words(pCount, 4)[0] ?? 0;
      if (pItems !== 0n) words(pItems, 8)[1] = 16;
      words(pCount, 4)[0] = there;
      return pItems !== 0n && room < 3 ? VK_INCOMPLETE : 0;
    });
    expect(read.map((it) => it.queueCount)).toEqual([16, 0, 0]);
  });

  test('gives bytes by their size', () => {
    const bytes = enumerate('bytes', (pSize, pData) => {
      if (pData === 0n) new BigUint64Array(V.viewMemory(pSize, 8))[0] = 5n;
      else new Uint8Array(V.viewMemory(pData, 5)).set([1, 2, 3, 4, 5]);
      return 0;
    });
    expect([...bytes]).toEqual([1, 2, 3, 4, 5]);
    expect(enumerate('bytes', () => 0).byteLength).toBe(0);
    expect(() => enumerate('bytes', () => VK_ERROR_OUT_OF_HOST_MEMORY)).toThrow(
      'Cannot enumerate "bytes": the driver returned VK_ERROR_OUT_OF_HOST_MEMORY',
    );
  });
});
