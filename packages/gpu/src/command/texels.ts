/** @file Texels at a binding: whether the shader takes them for what they are, and the device reads them there. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { PipelineBinding } from './pipeline-layout.ts';

/**
 * Throws what `refuse` makes of it where a shader takes texels of a format for something else: floats for integers or the other way
 * round (signs are its own affair), or for another format than it declares. What it then reads, or leaves behind, is undefined:
 * Vulkan 1.4 specification, "Texel Input Format Validation" and "Compatibility Between SPIR-V Image Formats and Vulkan Formats".
 */
export function checkTexels(
  { set, binding, texels, format: wanted }: PipelineBinding,
  format: ImageFormat,
  refuse: (what: string) => RangeError,
): void {
  const { reads, declared } = formatMeaning(format);
  if (texels !== null && (texels === 'float') !== (reads === 'float')) {
    const given = reads === 'sint' ? 'int' : reads;
    throw refuse(`binding ${set}.${binding} reads ${texels}, and texels of ${format} are ${given}; change either`);
  }
  if (wanted === null || wanted === declared) return;
  const remedy = declared === undefined ? 'declare no format' : `declare ${declared}, or none`;
  throw refuse(`binding ${set}.${binding} declares ${wanted}, and its texels are ${format}; ${remedy}`);
}

/** A buffer of usage 'texel' may be read and stored so, and then its views must be of what does both (VkBufferViewCreateInfo). */
const FEATURES = V.VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT | V.VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT;
const known = new WeakMap<Driver, Map<ImageFormat, number>>();

/** Throws VulkanError 'not-available' where a device has no texel buffers of a format. */
export function checkTexelBuffer(driver: Driver, { label }: Buffer, format: ImageFormat): void {
  let features = known.get(driver);
  if (!features) known.set(driver, (features = new Map()));
  let bits = features.get(format);
  if (bits === undefined) features.set(format, (bits = bufferFeatures(driver, format)));
  if ((bits & FEATURES) === FEATURES) return;
  throw new VulkanError(
    `Cannot bind buffer "${label}": device "${driver.name}" has no texel buffers of ${format} that are read and stored; choose another format`,
    { kind: 'not-available', labels: [label] },
  );
}

/** VkFormatFeatureFlags of buffers. */
function bufferFeatures(driver: Driver, format: ImageFormat): number {
  return V.arena.scope(() => {
    const out = V.VkFormatProperties.allocate();
    driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(format).vk, out);
    return V.VkFormatProperties.read(out).bufferFeatures;
  });
}
