/** @file The VkDevice: which queues it gets, which features and extensions are turned on. */

import * as V from '@halocline/vulkan';
import type { Device as DeviceCommands } from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import type { Instance } from './instance.ts';
import type { QueueFamilyReport, SurveyedDevice } from './survey.ts';

/** Features that are turned on where the device has them, by the struct that they stand in. */
const CORE = ['shaderInt64', 'shaderInt16', 'shaderFloat64'] as const;
const ELEVEN = [
  'storageBuffer16BitAccess',
  'uniformAndStorageBuffer16BitAccess',
  'variablePointersStorageBuffer',
  'variablePointers',
] as const;
const TWELVE = [
  'storageBuffer8BitAccess',
  'uniformAndStorageBuffer8BitAccess',
  'shaderBufferInt64Atomics',
  'shaderFloat16',
  'shaderInt8',
  'runtimeDescriptorArray',
  'scalarBlockLayout',
  'uniformBufferStandardLayout',
  'shaderSubgroupExtendedTypes',
  'hostQueryReset',
  'timelineSemaphore',
  'bufferDeviceAddress',
  'vulkanMemoryModel',
  'vulkanMemoryModelDeviceScope',
] as const;
const THIRTEEN = [
  'synchronization2',
  'dynamicRendering',
  'maintenance4',
  'subgroupSizeControl',
  'computeFullSubgroups',
  'shaderIntegerDotProduct',
  'shaderZeroInitializeWorkgroupMemory',
] as const;
const ATOMIC_FLOAT = ['shaderBufferFloat32Atomics', 'shaderBufferFloat32AtomicAdd'] as const;

/** Extensions that are turned on where the device has them. */
const EXTENSIONS: readonly string[] = [
  V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
  V.VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME,
  V.VK_KHR_PORTABILITY_SUBSET_EXTENSION_NAME,
  V.VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
  V.VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,
  V.VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
  V.VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME,
];

/** The families that a device's queues come from; equal where there is no queue for transfers alone. */
export interface QueueChoice {
  readonly compute: number;
  readonly transfer: number;
}

/** Compute where there is graphics too, if possible (drawing will want it); transfers on a family that does nothing else. */
export function chooseQueues(queues: readonly QueueFamilyReport[]): QueueChoice {
  const computes = queues.filter((queue) => queue.flags.includes('compute'));
  const compute = computes.find((queue) => queue.flags.includes('graphics')) ?? computes[0]!;
  const alone = (queue: QueueFamilyReport): boolean =>
    !queue.flags.includes('compute') && !queue.flags.includes('graphics');
  const transfer = queues.find((queue) => queue.flags.includes('transfer') && alone(queue)) ?? compute;
  return { compute: compute.family, transfer: transfer.family };
}

/** A device that was made, and what was turned on. */
export interface CreatedDevice {
  readonly commands: DeviceCommands;
  readonly queues: QueueChoice;
  readonly features: Readonly<Record<string, boolean>>;
  readonly extensions: readonly string[];
}

/** Makes the VkDevice with everything that the runtime uses and the device has. */
export function createDevice(instance: Instance, { handle, report }: SurveyedDevice): CreatedDevice {
  const queues = chooseQueues(report.queues);
  const extensions = EXTENSIONS.filter((name) => report.extensions.includes(name));
  const hasAtomics = extensions.includes(V.VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME);
  const features: Record<string, boolean> = {};
  const pick = (names: readonly string[]): Record<string, number> => {
    const on = names.filter((name) => report.features[name] === true);
    for (const name of on) features[name] = true;
    return Object.fromEntries(on.map((name) => [name, V.VK_TRUE]));
  };
  const commands = V.arena.scope(() => {
    const eleven = V.VkPhysicalDeviceVulkan11Features(pick(ELEVEN));
    const twelve = V.VkPhysicalDeviceVulkan12Features({ pNext: eleven, ...pick(TWELVE) });
    const thirteen = V.VkPhysicalDeviceVulkan13Features({ pNext: twelve, ...pick(THIRTEEN) });
    const atomics = hasAtomics
      ? V.VkPhysicalDeviceShaderAtomicFloatFeaturesEXT({ pNext: thirteen, ...pick(ATOMIC_FLOAT) })
      : thirteen;
    const families = [...new Set([queues.compute, queues.transfer])];
    const info = V.VkDeviceCreateInfo({
      pNext: V.VkPhysicalDeviceFeatures2({ pNext: atomics, features: pick(CORE) }),
      pQueueCreateInfos: families.map((queueFamilyIndex) => ({ queueFamilyIndex, pQueuePriorities: [1] })),
      ppEnabledExtensionNames: extensions,
    });
    const out = V.arena.u64();
    const result = instance.commands.vkCreateDevice(handle, info, V.NULL, out);
    if (result < 0) {
      const name = V.resultName(result);
      throw new VulkanError(
        `Cannot open device "${report.name}": vkCreateDevice gave ${name}; close other programs that use it, or choose another device`,
        { kind: 'device-creation', command: 'vkCreateDevice', result: name },
      );
    }
    return V.loadDevice(instance.commands, V.arena.readU64<V.VkDevice>(out));
  });
  return { commands, queues, features, extensions };
}
