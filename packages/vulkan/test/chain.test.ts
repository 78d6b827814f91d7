/** @file What the type checker says of chains: each refusal is an expected error, so the checker proves both sides. */
import { describe, expect, test } from 'vitest';
import {
  arena,
  NULL,
  VkBufferCreateInfo,
  VkDeviceCreateInfo,
  VkExternalMemoryBufferCreateInfo,
  VkImageCreateInfo,
  VkImageFormatListCreateInfo,
  VkMemoryAllocateFlagsInfo,
  VkMemoryAllocateInfo,
  VkMemoryDedicatedAllocateInfo,
  VkPhysicalDeviceFeatures2,
  VkPhysicalDeviceVulkan12Features,
  VkPhysicalDeviceVulkan13Features,
  VkSemaphoreCreateInfo,
  VkSemaphoreTypeCreateInfo,
  type Device,
} from '../src/index.ts';

describe('a pNext chain', () => {
  test('takes what extends its head, in any order and at any length', () => {
    arena.scope(() => {
      const twelve = VkPhysicalDeviceVulkan12Features({ timelineSemaphore: 1 });
      const thirteen = VkPhysicalDeviceVulkan13Features({ pNext: twelve });
      const features = VkPhysicalDeviceFeatures2({ pNext: thirteen });
      expect(VkDeviceCreateInfo.read(VkDeviceCreateInfo({ pNext: features })).pNext).toBe(features);
      const dedicated = VkMemoryDedicatedAllocateInfo({});
      const info = VkMemoryAllocateInfo({ pNext: VkMemoryAllocateFlagsInfo({ pNext: dedicated, flags: 2 }) });
      const flags = VkMemoryAllocateFlagsInfo.read(VkMemoryAllocateInfo.read(info).pNext);
      expect(flags).toMatchObject({ flags: 2, pNext: dedicated });
      expect(VkBufferCreateInfo.read(VkBufferCreateInfo({ pNext: NULL })).pNext).toBe(0n);
    });
  });

  test('refuses what may not extend its head', () => {
    arena.scope(() => {
      const type = VkSemaphoreTypeCreateInfo({});
      VkSemaphoreCreateInfo({ pNext: type });
      // @ts-expect-error a semaphore's type says nothing of a buffer
      VkBufferCreateInfo({ pNext: type });
      // @ts-expect-error a list of formats extends images, not buffers
      VkBufferCreateInfo({ pNext: VkImageFormatListCreateInfo({}) });
      // @ts-expect-error nor does a buffer extend what extends it
      VkExternalMemoryBufferCreateInfo({ pNext: VkBufferCreateInfo({}) });
      // @ts-expect-error device features are no part of an allocation
      VkMemoryAllocateInfo({ pNext: VkPhysicalDeviceVulkan12Features({}) });
      // @ts-expect-error nor further down: a list of formats does not belong to what an allocation's flags extend
      VkMemoryAllocateFlagsInfo({ pNext: VkImageFormatListCreateInfo({}) });
      // @ts-expect-error an address of nobody knows what
      VkBufferCreateInfo({ pNext: 16n });
      expect(VkMemoryAllocateFlagsInfo.allocate({ pNext: VkMemoryDedicatedAllocateInfo({}) })).not.toBe(0n);
    });
  });

  test('a command refuses the address of another struct', () => {
    const call = (device: Device, out: never): number[] =>
      arena.scope(() => [
        device.vkCreateBuffer(device.handle, VkBufferCreateInfo({}), NULL, out),
        // @ts-expect-error an image's description makes no buffer
        device.vkCreateBuffer(device.handle, VkImageCreateInfo({}), NULL, out),
      ]);
    const device = { handle: 1n, vkCreateBuffer: (): number => 0 } as unknown as Device;
    expect(call(device, 0n as never)).toEqual([0, 0]);
  });
});
