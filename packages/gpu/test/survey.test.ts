import * as V from '@halocline/vulkan';
import { expect, test } from 'vitest';
import type { Driver } from '../src/device/driver.ts';
import { scoreOf } from '../src/device/survey.ts';
import { DeviceMemory } from '../src/memory/device-memory.ts';

const GiB = 2 ** 30;

/** A driver of one heap of 16 GiB; with VK_EXT_memory_budget, 10 GiB of it are for this process, which has taken 3. */
const driver = {
  name: 'Card',
  physicalDevice: 1n,
  instance: {
    vkGetPhysicalDeviceMemoryProperties: (_device: bigint, out: bigint) =>
      V.VkPhysicalDeviceMemoryProperties.write(out, memoryProperties),
    vkGetPhysicalDeviceMemoryProperties2: (_device: bigint, out: bigint) => {
      const { pNext } = V.VkPhysicalDeviceMemoryProperties2.read(out);
      V.VkPhysicalDeviceMemoryProperties2.write(out, { memoryProperties });
      if (pNext === 0n) return;
      V.VkPhysicalDeviceMemoryBudgetPropertiesEXT.write(pNext, { heapBudget: [10 * GiB], heapUsage: [3 * GiB] });
    },
  },
} as unknown as Driver;
const memoryProperties: V.VkPhysicalDeviceMemoryProperties = {
  memoryHeapCount: 1,
  memoryHeaps: [{ size: 16 * GiB, flags: V.VK_MEMORY_HEAP_DEVICE_LOCAL_BIT }],
  memoryTypeCount: 1,
  memoryTypes: [{ heapIndex: 0, propertyFlags: V.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT }],
};

test('what a heap has left is what the system leaves this process, where the driver tells', () => {
  expect(new DeviceMemory(driver, []).freeOf(0, 4 * GiB)).toBe(12 * GiB);
  const telling = new DeviceMemory(driver, [V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME]);
  expect(telling.freeOf(0, 4 * GiB)).toBe(7 * GiB);
  expect(telling.freeOf(0, 11 * GiB)).toBe(5 * GiB);
});

test('discrete devices come first, then integrated ones, by their memory; the processor comes last', () => {
  expect(scoreOf('discrete', 80 * GiB)).toBe(1080);
  expect(scoreOf('integrated', 32.5 * GiB)).toBe(132);
  expect(scoreOf('discrete', GiB)).toBeGreaterThan(scoreOf('integrated', 800 * GiB));
  expect(scoreOf('cpu', 900 * GiB)).toBeLessThan(scoreOf('other', 0));
});
