/** @file What a shader samples, held against the images and samplers that stand there. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import type { Image } from '../image/image.ts';
import type { Sampler } from '../image/sampler.ts';
import type { SamplingMode, ShaderSampling } from '../shader/sampling.ts';
import type { PipelineBinding } from './pipeline-layout.ts';

const known = new WeakMap<Driver, Map<ImageFormat, boolean>>();

/**
 * The error where a shader reads of an image, with a sampler, what that can't give: what it then gets is undefined (Vulkan
 * specification, "Instruction/Sampler/Image View Validation", and rules 04553, 04770 and 06479 of the commands).
 */
export function unsuitedSampling(
  driver: Driver,
  sampling: ShaderSampling,
  image: Image,
  sampler: Sampler,
): ((pipeline: string, binding: PipelineBinding) => RangeError) | undefined {
  const what = unsuited(driver, sampling.mode, image, sampler);
  if (what === undefined) return undefined;
  return (pipeline, { name }) =>
    new RangeError(
      `Cannot sample image "${image.label}" with sampler "${sampler.label}" in pipeline "${pipeline}": binding ${sampling.image} ${name} ${what}`,
    );
}

/** Whether samplers of this place compare and don't, in one shader or two: which of it a command does is up to what it computes. */
export function isSampledBothWays(samplings: readonly ShaderSampling[], place: string): boolean {
  const modes = samplings.filter(({ sampler }) => sampler === place).map(({ mode }) => mode === 'compare');
  return modes.includes(true) && modes.includes(false);
}

function unsuited(driver: Driver, mode: SamplingMode, image: Image, sampler: Sampler): string | undefined {
  const { aspect, reads } = formatMeaning(image.format);
  if (mode === 'compare') {
    if (sampler.compare === undefined) {
      return "compares depths, and the sampler doesn't; give it compare, as in { compare: 'less-equal' }";
    }
    if (aspect === 'depth') return undefined;
    return `compares depths, and texels of ${image.format} are none; give an image of depth`;
  }
  if (sampler.compare !== undefined) return 'reads texels, and the sampler compares depths; give one without compare';
  if (mode === 'gather' || sampler.filter === 'nearest' || isFiltered(driver, image.format)) return undefined;
  const why =
    reads === 'float'
      ? `device "${driver.name}" filters no texels of ${image.format}`
      : `texels of ${image.format} are integers, which have no mean`;
  return `is filtered, and ${why}; give a sampler with filter: 'nearest'`;
}

/** Whether a device reads between texels of a format. */
function isFiltered(driver: Driver, format: ImageFormat): boolean {
  let formats = known.get(driver);
  if (!formats) known.set(driver, (formats = new Map()));
  let filtered = formats.get(format);
  if (filtered === undefined) {
    const features = V.arena.scope(() => {
      const out = V.VkFormatProperties.allocate();
      driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(format).vk, out);
      return V.VkFormatProperties.read(out).optimalTilingFeatures;
    });
    filtered = (features & V.VK_FORMAT_FEATURE_SAMPLED_IMAGE_FILTER_LINEAR_BIT) !== 0;
    formats.set(format, filtered);
  }
  return filtered;
}
