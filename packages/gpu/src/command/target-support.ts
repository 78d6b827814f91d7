/** @file What a device draws to: with how many samples a texel, and which formats it blends. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { pipelineProperties } from './driver-properties.ts';
import type { TargetFormats } from './graphics-pipeline.ts';
import type { ColorTarget } from './graphics-state.ts';
import { targetsText } from './render-targets.ts';

const SAMPLES = [1, 2, 4, 8, 16, 32, 64] as const;

function refusal(label: string, what: string): VulkanError {
  return new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'not-available', labels: [label] });
}

/** Throws unless the device can have images of all the formats with so many samples. */
export function checkTargetSamples(driver: Driver, label: string, targets: TargetFormats): void {
  const { color, depth, samples } = targets;
  if (samples === 1) return;
  const formats = depth ? [...color, depth] : color;
  const least = formats.length === 0 ? pipelineProperties(driver).samplesOfNothing : -1;
  const bits = formats.reduce((all, format) => all & sampleBits(driver, format), least);
  const counts = SAMPLES.filter((count) => (bits & count) !== 0);
  if (counts.some((count) => count === samples)) return;
  const list = targetsText({ color, depth, samples: 1 });
  throw refusal(label, `samples is ${samples}; device "${driver.name}" draws to ${list} with ${counts.join(', ')}`);
}

/** VkSampleCountFlags of images that are drawn to: of some formats more than VkPhysicalDeviceLimits has for all. */
function sampleBits(driver: Driver, format: ImageFormat): number {
  const { vk, aspect } = formatMeaning(format);
  const usage =
    aspect === 'depth' ? V.VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT : V.VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
  const [type, tiling] = [V.VK_IMAGE_TYPE_2D, V.VK_IMAGE_TILING_OPTIMAL];
  return V.arena.scope(() => {
    const out = V.VkImageFormatProperties.allocate();
    const { instance, physicalDevice } = driver;
    instance.vkGetPhysicalDeviceImageFormatProperties(physicalDevice, vk, type, tiling, usage, 0, out);
    return V.VkImageFormatProperties.read(out).sampleCounts;
  });
}

/** Throws unless the device blends each colour so, and all of them at once. */
export function checkBlending(driver: Driver, label: string, colors: readonly ColorTarget[]): void {
  const blends = colors.map(({ blend = 'replace' }) => blend);
  for (const [location, { format }] of colors.entries()) {
    if (blends[location] === 'replace' || isBlended(driver, format)) continue;
    const what = `its colour ${location} has blend '${blends[location]}', and device "${driver.name}" does not blend ${format}`;
    throw refusal(label, `${what}; replace, or choose another format`);
  }
  const other = blends.findIndex((blend) => blend !== blends[0]);
  if (other < 0 || driver.features['independentBlend'] === true) return;
  const what = `its colour 0 has blend '${blends[0]}' and colour ${other} '${blends[other]}'`;
  throw refusal(label, `${what}, and device "${driver.name}" lacks feature independentBlend; blend all alike`);
}

/** Whether images of a format, of whatever tiling, are blended (VUID-VkGraphicsPipelineCreateInfo-renderPass-06062). */
function isBlended(driver: Driver, format: ImageFormat): boolean {
  const { optimalTilingFeatures, linearTilingFeatures } = V.arena.scope(() => {
    const out = V.VkFormatProperties.allocate();
    driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(format).vk, out);
    return V.VkFormatProperties.read(out);
  });
  return ((optimalTilingFeatures | linearTilingFeatures) & V.VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BLEND_BIT) !== 0;
}
