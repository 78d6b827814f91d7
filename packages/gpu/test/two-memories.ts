/**
 * @file A device with memory of its own that the host doesn't see, type 0 of heap 0, and memory of the host's, type 1 of heap 1, as a
 * card has, for buffers: both are made of what the driver has. The layer, which would say so, doesn't look on.
 */
import * as V from '@halocline/vulkan';
import { createDevice } from '../src/device/create.ts';
import { Device } from '../src/device/device.ts';
import { acquireInstance } from '../src/device/instance.ts';
import { surveyDevices } from '../src/device/survey.ts';
import type { DeviceOptions } from '../src/index.ts';

const GiB = 2n ** 30n;
const HOST =
  V.VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | V.VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | V.VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

/** What a test does to such memory. */
export interface MemoryWishes {
  /** Whether an allocation is refused. */
  readonly refuses?: (type: number, byteLength: number) => boolean;
  /** What the memory of every buffer is aligned to, in bytes, at least. */
  readonly alignment?: number;
}

/** Opens it, where no other device of the process is open; close it with `await using`. */
export function openTwoMemories(wishes: MemoryWishes = {}, options: DeviceOptions = {}): Device {
  const instance = acquireInstance(false);
  const { commands } = instance;
  try {
    const chosen = surveyDevices(commands)[0]!;
    const types = V.arena.scope(() => {
      const out = V.VkPhysicalDeviceMemoryProperties2.allocate();
      commands.vkGetPhysicalDeviceMemoryProperties2(chosen.handle, out);
      return V.VkPhysicalDeviceMemoryProperties2.read(out).memoryProperties.memoryTypes;
    });
    const flagged = (flags: number): number => types.findIndex((type) => (type.propertyFlags & flags) === flags);
    const real = [flagged(V.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT), flagged(HOST)] as const;
    const value: V.Instance['vkGetPhysicalDeviceMemoryProperties'] = (_, out) => {
      V.VkPhysicalDeviceMemoryProperties.write(out, {
        memoryTypeCount: 2,
        memoryTypes: [
          { propertyFlags: V.VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, heapIndex: 0 },
          { propertyFlags: HOST, heapIndex: 1 },
        ],
        memoryHeapCount: 2,
        memoryHeaps: [{ size: GiB, flags: V.VK_MEMORY_HEAP_DEVICE_LOCAL_BIT }, { size: GiB }],
      });
    };
    const created = createDevice(instance, chosen, options);
    Object.defineProperty(commands, 'vkGetPhysicalDeviceMemoryProperties', { value, configurable: true });
    return new Device(
      instance,
      chosen,
      {
        ...created,
        commands: changed(created.commands, real, wishes),
        // The budgets are those of the real heaps.
        extensions: created.extensions.filter((name) => name !== V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME),
      },
      options,
    );
  } catch (error) {
    instance.release();
    throw error;
  } finally {
    Reflect.deleteProperty(commands, 'vkGetPhysicalDeviceMemoryProperties');
  }
}

function changed(commands: V.Device, real: readonly [number, number], wishes: MemoryWishes): V.Device {
  const { refuses = () => false, alignment = 1 } = wishes;
  const values: Partial<V.Device> = {
    vkAllocateMemory: (device, info, allocator, out) => {
      const { memoryTypeIndex, allocationSize } = V.VkMemoryAllocateInfo.read(info);
      if (refuses(memoryTypeIndex, Number(allocationSize))) return V.VK_ERROR_OUT_OF_DEVICE_MEMORY;
      V.VkMemoryAllocateInfo.write(info, { memoryTypeIndex: real[memoryTypeIndex]! });
      return commands.vkAllocateMemory(device, info, allocator, out);
    },
    vkGetBufferMemoryRequirements2: (device, info, out) => {
      commands.vkGetBufferMemoryRequirements2(device, info, out);
      const { memoryRequirements } = V.VkMemoryRequirements2.read(out);
      const { size } = memoryRequirements;
      const aligned = Math.max(alignment, Number(memoryRequirements.alignment));
      V.VkMemoryRequirements2.write(out, { memoryRequirements: { size, alignment: aligned, memoryTypeBits: 3 } });
    },
  };
  const descriptors = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
  return Object.create(commands, descriptors) as V.Device;
}
