/** @file What the type checker says of chains: each refusal is an expected error, so the checker proves both sides. */
import { describe, expect, test } from 'vitest';
import {
  arena,
  NULL,
  VkBufferCreateInfo,
  VkDeviceCreateInfo,
  VkDeviceGroupDeviceCreateInfo,
  VkExternalMemoryBufferCreateInfo,
  VkImageCreateInfo,
  VkImageFormatListCreateInfo,
  VkImageStencilUsageCreateInfo,
  VkMemoryAllocateFlagsInfo,
  VkMemoryAllocateInfo,
  VkMemoryDedicatedAllocateInfo,
  VkPhysicalDeviceFeatures2,
  VkPhysicalDeviceImageFormatInfo2,
  VkPhysicalDeviceVulkan12Features,
  VkPhysicalDeviceVulkan13Features,
  VkSemaphoreCreateInfo,
  VkSemaphoreTypeCreateInfo,
  VkSwapchainCreateInfoKHR,
  type Device,
  type Pointer,
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

  test('refuses what may extend another head of a link, however deep it stands', () => {
    arena.scope(() => {
      const group = VkDeviceGroupDeviceCreateInfo({});
      const mixed = VkPhysicalDeviceVulkan12Features({ pNext: VkPhysicalDeviceVulkan13Features({ pNext: group }) });
      VkDeviceCreateInfo({ pNext: mixed });
      // @ts-expect-error a group of devices is asked for when a device is made, and no feature to be read
      VkPhysicalDeviceFeatures2.allocate({ pNext: mixed });
      const flags = VkMemoryAllocateFlagsInfo({ pNext: VkMemoryDedicatedAllocateInfo({}) });
      const formats = VkImageFormatListCreateInfo({ pNext: VkImageStencilUsageCreateInfo({}) });
      VkImageCreateInfo({ pNext: formats });
      VkPhysicalDeviceImageFormatInfo2({ pNext: formats });
      // @ts-expect-error the usage of a stencil is no part of a swapchain, though a list of formats may be
      VkSwapchainCreateInfoKHR({ pNext: formats });
      VkSwapchainCreateInfoKHR({ pNext: VkImageFormatListCreateInfo({}) });
      // @ts-expect-error flags of an allocation, with what follows them, are none of an image
      VkImageCreateInfo({ pNext: flags });
      expect(VkImageFormatListCreateInfo.read(formats).pNext).not.toBe(0n);
    });
  });

  test('tells a struct that begins chains and stands in others by what follows it', () => {
    arena.scope(() => {
      const link = VkPhysicalDeviceFeatures2({ pNext: VkDeviceGroupDeviceCreateInfo({}) });
      const head = VkPhysicalDeviceFeatures2({ pNext: VkPhysicalDeviceVulkan12Features({}) });
      const read = (_features: Pointer<VkPhysicalDeviceFeatures2>): void => undefined;
      read(head);
      // @ts-expect-error it is good for making a device, and not for reading features
      read(link);
      VkDeviceCreateInfo({ pNext: head });
      VkDeviceCreateInfo({ pNext: link });
      // @ts-expect-error a member that no struct has is still refused
      VkPhysicalDeviceVulkan12Features({ timelineSemaphores: 1 });
      expect(link).not.toBe(head);
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
