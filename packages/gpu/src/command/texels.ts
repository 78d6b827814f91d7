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

/** A binding of texels, as usages of buffers tell it. */
export type TexelBinding = 'uniform-texel-buffer' | 'storage-texel-buffer';

/** What a format must have to be used so, and what buffers must be made for. */
const NEEDS = Object.freeze({
  'uniform-texel-buffer': {
    usage: 'uniform-texel',
    feature: V.VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT,
    flag: V.VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT,
    verb: 'read',
  },
  'storage-texel-buffer': {
    usage: 'storage-texel',
    feature: V.VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT,
    flag: V.VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT,
    verb: 'stored',
  },
} as const);
const known = new WeakMap<Driver, Map<ImageFormat, number>>();

/**
 * Throws VulkanError where a buffer wasn't made for texels of that kind, or the device has none of a format. A view is for all that its
 * buffer is made for (VkBufferViewCreateInfo, rules 08778 and 08779), unless it says otherwise, which takes maintenance5: where that is
 * needed, the usage to say is given back.
 */
export function checkTexelBuffer(
  driver: Driver,
  { label, usage }: Buffer,
  format: ImageFormat,
  kind: TexelBinding,
): number | undefined {
  const need = NEEDS[kind];
  const refuse = (what: string, error: 'buffer' | 'not-available'): VulkanError =>
    new VulkanError(`Cannot bind buffer "${label}": ${what}`, { kind: error, labels: [label] });
  if (!usage.includes('texel') && !usage.includes(need.usage)) {
    throw refuse(`it was made without usage 'texel' or '${need.usage}'; create it with one of them`, 'buffer');
  }
  let features = known.get(driver);
  if (!features) known.set(driver, (features = new Map()));
  let bits = features.get(format);
  if (bits === undefined) features.set(format, (bits = bufferFeatures(driver, format)));
  const device = `device "${driver.name}" has no texel buffers of ${format} that are`;
  if ((bits & need.feature) === 0) throw refuse(`${device} ${need.verb}; choose another format`, 'not-available');
  const other = NEEDS[kind === 'uniform-texel-buffer' ? 'storage-texel-buffer' : 'uniform-texel-buffer'];
  const isBoth = usage.includes('texel') || usage.includes(other.usage);
  if (!isBoth || (bits & other.feature) !== 0) return undefined;
  if (driver.features['maintenance5'] === true) return need.flag;
  throw refuse(
    `${device} ${other.verb}, and it was made for that; create it with usage '${need.usage}' alone`,
    'buffer',
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
