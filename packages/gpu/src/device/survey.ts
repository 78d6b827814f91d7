/**
 * @file What a physical device is and has, as plain data; and everything that this runtime misses on it. The least is
 * Vulkan 1.3 with buffer device addresses, timeline semaphores and synchronization2. 64-bit integers in shaders are
 * not needed: addresses travel as two words.
 */

import * as V from '@halocline/vulkan';
import { askedProperties } from '../shader/capabilities.ts';
import type { StageBinding } from '../shader/requirements.ts';
import type { Instance as InstanceCommands } from '@halocline/vulkan';
import { deviceKind, driverVersionText, queueFlags, versionText } from '../convert.ts';
import type { DeviceKind } from '../convert.ts';
import { NO_COMPUTE } from './choose.ts';
import { enumerated } from './enumerated.ts';
import { readFeatures } from './features.ts';

/** A heap of a device's memory; sizes in bytes. `budget` and `used` are the driver's figures where it gives them. */
export interface HeapReport {
  readonly byteLength: number;
  readonly budget: number;
  readonly used: number;
  readonly deviceLocal: boolean;
}

/** A family of alike queues. */
export interface QueueFamilyReport {
  /** Its index, as Vulkan's commands take it. */
  readonly family: number;
  /** How many queues it has. */
  readonly count: number;
  /** 'graphics', 'compute', 'transfer', 'sparse'. */
  readonly flags: readonly string[];
  /** Bits of a timestamp that mean something; 0: no timestamps. */
  readonly timestampBits: number;
}

/** The numbers that bound a shader and its dispatch; sizes in bytes. */
export interface DeviceLimits {
  /** Workgroups of one dispatch in x, y and z. */
  readonly maxWorkgroups: readonly [number, number, number];
  /** Threads of a workgroup in x, y and z, and in all. */
  readonly maxWorkgroupSize: readonly [number, number, number];
  readonly maxWorkgroupThreads: number;
  readonly maxPushBytes: number;
  /** Descriptor sets of a pipeline, and bindings of one stage by kind, each place of an array counted. */
  readonly maxSets: number;
  readonly maxStageBindings: Readonly<Record<StageBinding, number>>;
  readonly maxSharedBytes: number;
  /** Most that one storage-buffer binding can see; memory by address has no such bound. */
  readonly maxStorageBytes: number;
  readonly maxUniformBytes: number;
  readonly maxBufferBytes: number;
  /** Alignment of a storage or uniform binding's offset. */
  readonly bindingAlignment: number;
  /** The same for storage buffers, which some devices take at finer steps. */
  readonly storageAlignment: number;
  /** Allocations of memory that the driver keeps at once. */
  readonly maxAllocations: number;
  /** Threads of a subgroup, where none is asked for otherwise. */
  readonly subgroupSize: number;
  /** Whether the threads of a compute shader's subgroup exchange values in fours. */
  readonly subgroupQuads: boolean;
  /** Properties of Vulkan 1.1 and 1.2 that SPIR-V's capabilities ask for, by Vulkan's names; true is 1. */
  readonly shaderProperties: Readonly<Record<string, number>>;
  /** Nanoseconds of one tick of a timestamp. */
  readonly timestampPeriod: number;
  readonly floats: FloatModes;
}

/** What shaders may ask for floats of so many bits, together (16, 32, 64; SPIR-V's float controls). */
export interface FloatModes {
  /** That denormals are kept. */
  readonly denormals: readonly number[];
  /** That −0, infinities and NaN are what IEEE 754 says. */
  readonly specials: readonly number[];
  /** That results are rounded to the nearest, ties to even. */
  readonly nearestEven: readonly number[];
}

/** A physical device, in plain data. */
export interface DeviceReport {
  /** Place in order of score: what `#index` names. */
  readonly index: number;
  readonly name: string;
  readonly kind: DeviceKind;
  /** 32 hexadecimal digits. */
  readonly uuid: string;
  /** The driver's name and version as it tells them, `info` in words of its own. */
  readonly driver: { readonly name: string; readonly info: string; readonly version: string };
  /** "1.3.230" */
  readonly apiVersion: string;
  /** `deviceBytes` are those of all heaps that are the device's own. */
  readonly memory: { readonly deviceBytes: number; readonly heaps: readonly HeapReport[] };
  readonly queues: readonly QueueFamilyReport[];
  /** Everything of Vulkan 1.0 to 1.3, and of the extensions that the runtime uses, by Vulkan's names. */
  readonly features: Readonly<Record<string, boolean>>;
  readonly limits: DeviceLimits;
  readonly extensions: readonly string[];
  /** Why the device can't be used; empty if it can. */
  readonly missing: readonly string[];
  /** The best device has the highest: 1,000 if discrete, 100 if integrated, 1 a GiB of memory of its own; processors come last. */
  readonly score: number;
}

/** A report with the handle that it is about, and what opening the device needs. */
export interface SurveyedDevice {
  readonly handle: V.VkPhysicalDevice;
  readonly report: DeviceReport;
  readonly pipelineCacheUuid: string;
}

const KIND_SCORE: Readonly<Record<DeviceKind, number>> = Object.freeze({
  discrete: 1000,
  integrated: 100,
  virtual: 50,
  other: 10,
  cpu: -1000,
});

/** A device's place among others: its kind, and a point for each whole GiB of its own memory. */
export function scoreOf(kind: DeviceKind, deviceBytes: number): number {
  return KIND_SCORE[kind] + Math.floor(deviceBytes / 2 ** 30);
}

/** All physical devices, the usable ones first, the best score first. Throws VulkanError 'initialization'. */
export function surveyDevices(instance: InstanceCommands): SurveyedDevice[] {
  const list = (): V.VkPhysicalDevice[] =>
    V.enumerate<V.VkPhysicalDevice>('handle', (count, items) =>
      instance.vkEnumeratePhysicalDevices(instance.handle, count, items),
    );
  const handles = enumerated('vkEnumeratePhysicalDevices', list, { act: 'Cannot list devices' });
  const found = handles.map((handle) => survey(instance, handle));
  const usable = (device: SurveyedDevice): number => (device.report.missing.length === 0 ? 1 : 0);
  found.sort((a, b) => usable(b) - usable(a) || b.report.score - a.report.score);
  return found.map((device, index) => ({ ...device, report: { ...device.report, index } }));
}

function survey(instance: InstanceCommands, handle: V.VkPhysicalDevice): SurveyedDevice {
  const basic = V.arena.scope(() => {
    const out = V.VkPhysicalDeviceProperties.allocate();
    instance.vkGetPhysicalDeviceProperties(handle, out);
    return V.VkPhysicalDeviceProperties.read(out);
  });
  const extensions = readExtensions(instance, handle, basic.deviceName);
  const modern = basic.apiVersion >= V.VK_API_VERSION_1_3;
  const more = modern ? readProperties(instance, handle) : undefined;
  const kind = deviceKind(basic.deviceType);
  const memory = readMemory(instance, handle, extensions);
  const queues = readQueues(instance, handle);
  const features = modern ? readFeatures(instance, handle, extensions) : {};
  const report: DeviceReport = {
    index: 0,
    name: basic.deviceName,
    kind,
    uuid: more ? hex(more.eleven.deviceUUID) : '',
    driver: {
      name: more?.twelve.driverName ?? '',
      info: more?.twelve.driverInfo ?? '',
      version: driverVersionText(basic.driverVersion, basic.vendorID),
    },
    apiVersion: versionText(basic.apiVersion),
    memory,
    queues,
    features,
    limits: limitsOf(basic.limits, more),
    extensions,
    missing: missingOn(basic.apiVersion, features, queues),
    score: scoreOf(kind, memory.deviceBytes),
  };
  return { handle, report, pipelineCacheUuid: hex(basic.pipelineCacheUUID) };
}

function readExtensions(instance: InstanceCommands, handle: V.VkPhysicalDevice, name: string): string[] {
  const list = (): string[] =>
    V.enumerate(V.VkExtensionProperties, (count, items) =>
      instance.vkEnumerateDeviceExtensionProperties(handle, null, count, items),
    ).map((each) => each.extensionName);
  const options = { act: `Cannot list extensions of device "${name}"`, labels: [name] };
  return enumerated('vkEnumerateDeviceExtensionProperties', list, options);
}

function missingOn(
  version: number,
  features: Readonly<Record<string, boolean>>,
  queues: readonly QueueFamilyReport[],
): string[] {
  const missing: string[] = [];
  if (version < V.VK_API_VERSION_1_3) return [`Vulkan 1.3 (it has ${versionText(version)})`];
  for (const feature of ['bufferDeviceAddress', 'timelineSemaphore', 'synchronization2']) {
    if (features[feature] !== true) missing.push(`feature ${feature}`);
  }
  if (!queues.some((queue) => queue.flags.includes('compute'))) missing.push(NO_COMPUTE);
  return missing;
}

interface MoreProperties {
  readonly eleven: V.Read<V.VkPhysicalDeviceVulkan11Properties>;
  readonly twelve: V.Read<V.VkPhysicalDeviceVulkan12Properties>;
  readonly thirteen: V.Read<V.VkPhysicalDeviceVulkan13Properties>;
}

function readProperties(instance: InstanceCommands, handle: V.VkPhysicalDevice): MoreProperties {
  return V.arena.scope(() => {
    const eleven = V.VkPhysicalDeviceVulkan11Properties.allocate();
    const twelve = V.VkPhysicalDeviceVulkan12Properties.allocate({ pNext: eleven });
    const thirteen = V.VkPhysicalDeviceVulkan13Properties.allocate({ pNext: twelve });
    instance.vkGetPhysicalDeviceProperties2(handle, V.VkPhysicalDeviceProperties2.allocate({ pNext: thirteen }));
    return {
      eleven: V.VkPhysicalDeviceVulkan11Properties.read(eleven),
      twelve: V.VkPhysicalDeviceVulkan12Properties.read(twelve),
      thirteen: V.VkPhysicalDeviceVulkan13Properties.read(thirteen),
    };
  });
}

function hasQuads({ eleven }: MoreProperties): boolean {
  const { subgroupSize, subgroupSupportedOperations: operations, subgroupSupportedStages: stages } = eleven;
  const quads = (operations & V.VK_SUBGROUP_FEATURE_QUAD_BIT) !== 0;
  return quads && (stages & V.VK_SHADER_STAGE_COMPUTE_BIT) !== 0 && subgroupSize >= 4;
}

function shaderProperties({ eleven, twelve }: MoreProperties): Record<string, number> {
  const all: Readonly<Record<string, unknown>> = { ...eleven, ...twelve };
  return Object.fromEntries(askedProperties().map((name) => [name, Number(all[name] ?? 0)]));
}

/** Widths that may be asked for together, where those that are supported hang together as the device says. */
function widths(supported: readonly [half: number, single: number, double: number], independence: number): number[] {
  const [half, single, double] = supported.map((each) => each !== 0) as [boolean, boolean, boolean];
  const others = independence === V.VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_ALL || (half && double);
  const one = independence !== V.VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_NONE || (half && single && double);
  return [
    ...(half && one && others ? [16] : []),
    ...(single && one ? [32] : []),
    ...(double && one && others ? [64] : []),
  ];
}

function floatModes(more: MoreProperties | undefined): FloatModes {
  if (more === undefined) return { denormals: [], specials: [], nearestEven: [] };
  const { twelve } = more;
  const { shaderDenormPreserveFloat16, shaderDenormPreserveFloat32, shaderDenormPreserveFloat64 } = twelve;
  const {
    shaderSignedZeroInfNanPreserveFloat16,
    shaderSignedZeroInfNanPreserveFloat32,
    shaderSignedZeroInfNanPreserveFloat64,
  } = twelve;
  const { shaderRoundingModeRTEFloat16, shaderRoundingModeRTEFloat32, shaderRoundingModeRTEFloat64 } = twelve;
  return {
    denormals: widths(
      [shaderDenormPreserveFloat16, shaderDenormPreserveFloat32, shaderDenormPreserveFloat64],
      twelve.denormBehaviorIndependence,
    ),
    specials: widths(
      [
        shaderSignedZeroInfNanPreserveFloat16,
        shaderSignedZeroInfNanPreserveFloat32,
        shaderSignedZeroInfNanPreserveFloat64,
      ],
      V.VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_ALL,
    ),
    nearestEven: widths(
      [shaderRoundingModeRTEFloat16, shaderRoundingModeRTEFloat32, shaderRoundingModeRTEFloat64],
      twelve.roundingModeIndependence,
    ),
  };
}

function limitsOf(limits: V.Read<V.VkPhysicalDeviceLimits>, more: MoreProperties | undefined): DeviceLimits {
  const three = (values: readonly number[]): [number, number, number] => [
    values[0] ?? 0,
    values[1] ?? 0,
    values[2] ?? 0,
  ];
  return {
    maxWorkgroups: three(limits.maxComputeWorkGroupCount),
    maxWorkgroupSize: three(limits.maxComputeWorkGroupSize),
    maxWorkgroupThreads: limits.maxComputeWorkGroupInvocations,
    maxPushBytes: limits.maxPushConstantsSize,
    maxSets: limits.maxBoundDescriptorSets,
    maxStageBindings: {
      sampler: limits.maxPerStageDescriptorSamplers,
      'uniform-buffer': limits.maxPerStageDescriptorUniformBuffers,
      'storage-buffer': limits.maxPerStageDescriptorStorageBuffers,
      'sampled-image': limits.maxPerStageDescriptorSampledImages,
      'storage-image': limits.maxPerStageDescriptorStorageImages,
    },
    maxSharedBytes: limits.maxComputeSharedMemorySize,
    maxStorageBytes: limits.maxStorageBufferRange,
    maxUniformBytes: limits.maxUniformBufferRange,
    maxBufferBytes: more ? Number(more.thirteen.maxBufferSize) : limits.maxStorageBufferRange,
    bindingAlignment: Math.max(
      Number(limits.minStorageBufferOffsetAlignment),
      Number(limits.minUniformBufferOffsetAlignment),
    ),
    storageAlignment: Number(limits.minStorageBufferOffsetAlignment),
    maxAllocations: limits.maxMemoryAllocationCount,
    subgroupSize: more?.eleven.subgroupSize ?? 1,
    subgroupQuads: more !== undefined && hasQuads(more),
    shaderProperties: more === undefined ? {} : shaderProperties(more),
    timestampPeriod: limits.timestampPeriod,
    floats: floatModes(more),
  };
}

function readQueues(instance: InstanceCommands, handle: V.VkPhysicalDevice): QueueFamilyReport[] {
  return V.enumerate(V.VkQueueFamilyProperties, (count, items) =>
    instance.vkGetPhysicalDeviceQueueFamilyProperties(handle, count, items),
  ).map((queue, family) => ({
    family,
    count: queue.queueCount,
    flags: queueFlags(queue.queueFlags),
    timestampBits: queue.timestampValidBits,
  }));
}

/** Heap sizes; with EXT_memory_budget also what the process may use and uses of each. */
export function readMemory(
  instance: InstanceCommands,
  handle: V.VkPhysicalDevice,
  extensions: readonly string[],
): DeviceReport['memory'] {
  return V.arena.scope(() => {
    const hasBudget = extensions.includes(V.VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    const budget = hasBudget ? V.VkPhysicalDeviceMemoryBudgetPropertiesEXT.allocate() : V.NULL;
    const out = V.VkPhysicalDeviceMemoryProperties2.allocate({ pNext: budget });
    instance.vkGetPhysicalDeviceMemoryProperties2(handle, out);
    const { memoryProperties } = V.VkPhysicalDeviceMemoryProperties2.read(out);
    const figures = hasBudget ? V.VkPhysicalDeviceMemoryBudgetPropertiesEXT.read(budget) : undefined;
    const heaps = memoryProperties.memoryHeaps.slice(0, memoryProperties.memoryHeapCount).map((heap, index) => ({
      byteLength: Number(heap.size),
      budget: Number(figures?.heapBudget[index] ?? heap.size),
      used: Number(figures?.heapUsage[index] ?? 0),
      deviceLocal: (heap.flags & V.VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) !== 0,
    }));
    const local = heaps.filter((heap) => heap.deviceLocal);
    return { deviceBytes: local.reduce((most, heap) => Math.max(most, heap.byteLength), 0), heaps };
  });
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
