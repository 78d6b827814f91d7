/** @file The VkDevice: which queues it gets, which features and extensions are turned on. */

import * as V from '@halocline/vulkan';
import type { Device as DeviceCommands } from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import { chooseFeatures } from './features.ts';
import type { DeviceWishes } from './features.ts';
import type { Instance } from './instance.ts';
import type { QueueFamilyReport, SurveyedDevice } from './survey.ts';

/** Features that are turned on where the device has them. */
const FEATURES: readonly string[] = [
  'shaderInt64',
  'shaderInt16',
  'shaderFloat64',
  'shaderImageGatherExtended',
  'shaderStorageImageExtendedFormats',
  'shaderStorageImageReadWithoutFormat',
  'shaderStorageImageWriteWithoutFormat',
  'shaderStorageBufferArrayDynamicIndexing',
  'shaderUniformBufferArrayDynamicIndexing',
  'shaderSampledImageArrayDynamicIndexing',
  'shaderStorageImageArrayDynamicIndexing',
  'imageCubeArray',
  'independentBlend',
  'vertexPipelineStoresAndAtomics',
  'fragmentStoresAndAtomics',
  'multiDrawIndirect',
  'drawIndirectFirstInstance',
  'largePoints',
  'sampleRateShading',
  // Vulkan 1.1
  'shaderDrawParameters',
  'storageBuffer16BitAccess',
  'uniformAndStorageBuffer16BitAccess',
  'variablePointersStorageBuffer',
  'variablePointers',
  // Vulkan 1.2
  'storageBuffer8BitAccess',
  'uniformAndStorageBuffer8BitAccess',
  'shaderBufferInt64Atomics',
  'shaderFloat16',
  'shaderInt8',
  'runtimeDescriptorArray',
  'shaderSampledImageArrayNonUniformIndexing',
  'shaderStorageBufferArrayNonUniformIndexing',
  'shaderStorageImageArrayNonUniformIndexing',
  'scalarBlockLayout',
  'uniformBufferStandardLayout',
  'shaderSubgroupExtendedTypes',
  'hostQueryReset',
  'timelineSemaphore',
  'bufferDeviceAddress',
  'vulkanMemoryModel',
  'vulkanMemoryModelDeviceScope',
  // Vulkan 1.3
  'synchronization2',
  'dynamicRendering',
  'maintenance4',
  'subgroupSizeControl',
  'computeFullSubgroups',
  'shaderIntegerDotProduct',
  'shaderDemoteToHelperInvocation',
  'shaderZeroInitializeWorkgroupMemory',
  // of extensions
  'shaderBufferFloat32Atomics',
  'shaderBufferFloat32AtomicAdd',
  'deviceFault',
  'conditionalRendering',
  'pipelineExecutableInfo',
];

/** Extensions that are turned on where the device has them. */
const EXTENSIONS: readonly string[] = [
  V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
  V.VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME,
  V.VK_EXT_DEVICE_FAULT_EXTENSION_NAME,
  V.VK_KHR_PORTABILITY_SUBSET_EXTENSION_NAME,
  V.VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
  V.VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,
  V.VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
  V.VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME,
  V.VK_EXT_CONDITIONAL_RENDERING_EXTENSION_NAME,
  V.VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME,
  V.VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME,
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

/**
 * Makes the VkDevice with everything that the runtime uses, or that is asked for, and that the device has; over all physical
 * devices of a group, in its order, where one is given.
 */
export function createDevice(
  instance: Instance,
  device: SurveyedDevice,
  wishes: DeviceWishes,
  group: readonly V.VkPhysicalDevice[] = [],
): CreatedDevice {
  const { handle, report } = device;
  const queues = chooseQueues(report.queues);
  const own = { features: FEATURES, extensions: EXTENSIONS };
  const { features, extensions, write } = chooseFeatures(instance.commands, device, own, wishes);
  const commands = V.arena.scope(() => {
    const families = [...new Set([queues.compute, queues.transfer])];
    const info = V.VkDeviceCreateInfo({
      pNext:
        group.length === 0 ? write() : V.VkDeviceGroupDeviceCreateInfo({ pNext: write(), pPhysicalDevices: group }),
      pQueueCreateInfos: families.map((queueFamilyIndex) => ({ queueFamilyIndex, pQueuePriorities: [1] })),
      ppEnabledExtensionNames: extensions,
    });
    const out = V.arena.u64();
    const result = instance.commands.vkCreateDevice(handle, info, V.NULL, out);
    if (result < 0) {
      const name = V.resultName(result);
      throw new VulkanError(
        `Cannot open device "${report.name}": vkCreateDevice gave ${name}; close other programs that use it, or choose another device`,
        { kind: 'device-creation', command: 'vkCreateDevice', result: name, labels: [report.name] },
      );
    }
    return V.loadDevice(instance.commands, V.arena.readU64<V.VkDevice>(out));
  });
  return { commands, queues, features, extensions };
}
