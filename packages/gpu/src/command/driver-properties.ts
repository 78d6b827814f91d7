/** @file Numbers of a device that only pipelines and renderings ask for; read once a device. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';

/** What pipelines and renderings ask of a device beyond its limits. */
export interface PipelineProperties {
  /** Descriptors that a pushed set may have; 0 where none can be pushed. */
  readonly maxPushDescriptors: number;
  /** Threads of a subgroup that may be asked for: powers of two from least to most. */
  readonly leastSubgroup: number;
  readonly mostSubgroup: number;
  readonly maxSubgroups: number;
  /** VkShaderStageFlags of the stages for which a size may be asked. */
  readonly sizedStages: number;
  /** Colours that are drawn to at once. */
  readonly maxColors: number;
  /** VkSampleCountFlags of what draws to no image. */
  readonly samplesOfNothing: number;
  /** Texels of a viewport in x and y. */
  readonly mostViewport: readonly [width: number, height: number];
  /** Where viewports may lie, in texels. */
  readonly viewportBounds: readonly [least: number, most: number];
  /** Vertex buffers of a pipeline. */
  readonly maxVertexBuffers: number;
  /** Attributes of a pipeline; locations are below it. */
  readonly maxAttributes: number;
  /** Bytes from one vertex to the next. */
  readonly maxVertexStride: number;
  /** Bytes from a vertex to an attribute of it. */
  readonly maxAttributeOffset: number;
}

const known = new WeakMap<Driver, PipelineProperties>();

/** The properties of a device. */
export function pipelineProperties(driver: Driver): PipelineProperties {
  let properties = known.get(driver);
  if (!properties) {
    properties = read(driver);
    known.set(driver, properties);
  }
  return properties;
}

function read(driver: Driver): PipelineProperties {
  const pushes = driver.commands.has('vkCmdPushDescriptorSet');
  return V.arena.scope(() => {
    const pushed = V.VkPhysicalDevicePushDescriptorProperties.allocate();
    const subgroups = V.VkPhysicalDeviceSubgroupSizeControlProperties.allocate({ pNext: pushes ? pushed : V.NULL });
    const out = V.VkPhysicalDeviceProperties2.allocate({ pNext: subgroups });
    driver.instance.vkGetPhysicalDeviceProperties2(driver.physicalDevice, out);
    const sizes = V.VkPhysicalDeviceSubgroupSizeControlProperties.read(subgroups);
    const { limits } = V.VkPhysicalDeviceProperties2.read(out).properties;
    return {
      maxPushDescriptors: pushes ? V.VkPhysicalDevicePushDescriptorProperties.read(pushed).maxPushDescriptors : 0,
      leastSubgroup: sizes.minSubgroupSize,
      mostSubgroup: sizes.maxSubgroupSize,
      maxSubgroups: sizes.maxComputeWorkgroupSubgroups,
      sizedStages: sizes.requiredSubgroupSizeStages,
      maxColors: limits.maxColorAttachments,
      samplesOfNothing: limits.framebufferNoAttachmentsSampleCounts,
      mostViewport: pair(limits.maxViewportDimensions),
      viewportBounds: pair(limits.viewportBoundsRange),
      maxVertexBuffers: limits.maxVertexInputBindings,
      maxAttributes: limits.maxVertexInputAttributes,
      maxVertexStride: limits.maxVertexInputBindingStride,
      maxAttributeOffset: limits.maxVertexInputAttributeOffset,
    };
  });
}

function pair([first = 0, second = 0]: readonly number[]): readonly [number, number] {
  return [first, second];
}
