/** @file Formats of images, in the words of the WebGPU specification (section 6.3 "Texture Formats"), and what Vulkan calls them. */

import * as V from '@halocline/vulkan';

/** How a texel is stored: channels, bits of each, and how they are read. */
export type ImageFormat =
  | 'r8unorm'
  | 'rg8unorm'
  | 'rgba8unorm'
  | 'rgba8unorm-srgb'
  | 'bgra8unorm'
  | 'rgba8uint'
  | 'r16float'
  | 'rg16float'
  | 'rgba16float'
  | 'r32float'
  | 'rg32float'
  | 'rgba32float'
  | 'r32uint'
  | 'rg32uint'
  | 'rgba32uint'
  | 'r32sint'
  | 'rgb10a2unorm'
  | 'depth16unorm'
  | 'depth32float';

/** What a format is made of. */
export interface FormatMeaning {
  readonly vk: number;
  readonly texelBytes: number;
  readonly channels: number;
  /** As what shaders read it, and clears write it. */
  readonly reads: 'float' | 'uint' | 'sint';
  readonly aspect: 'color' | 'depth';
  /** What GLSL calls it in the layout of an image that a shader stores; undefined: nothing. */
  readonly declared: string | undefined;
}

const FORMATS: Readonly<Record<ImageFormat, FormatMeaning>> = Object.freeze({
  r8unorm: color(V.VK_FORMAT_R8_UNORM, 1, 1, 'r8'),
  rg8unorm: color(V.VK_FORMAT_R8G8_UNORM, 2, 2, 'rg8'),
  rgba8unorm: color(V.VK_FORMAT_R8G8B8A8_UNORM, 4, 4, 'rgba8'),
  'rgba8unorm-srgb': color(V.VK_FORMAT_R8G8B8A8_SRGB, 4, 4, undefined),
  bgra8unorm: color(V.VK_FORMAT_B8G8R8A8_UNORM, 4, 4, undefined),
  rgba8uint: color(V.VK_FORMAT_R8G8B8A8_UINT, 4, 4, 'rgba8ui', 'uint'),
  r16float: color(V.VK_FORMAT_R16_SFLOAT, 2, 1, 'r16f'),
  rg16float: color(V.VK_FORMAT_R16G16_SFLOAT, 4, 2, 'rg16f'),
  rgba16float: color(V.VK_FORMAT_R16G16B16A16_SFLOAT, 8, 4, 'rgba16f'),
  r32float: color(V.VK_FORMAT_R32_SFLOAT, 4, 1, 'r32f'),
  rg32float: color(V.VK_FORMAT_R32G32_SFLOAT, 8, 2, 'rg32f'),
  rgba32float: color(V.VK_FORMAT_R32G32B32A32_SFLOAT, 16, 4, 'rgba32f'),
  r32uint: color(V.VK_FORMAT_R32_UINT, 4, 1, 'r32ui', 'uint'),
  rg32uint: color(V.VK_FORMAT_R32G32_UINT, 8, 2, 'rg32ui', 'uint'),
  rgba32uint: color(V.VK_FORMAT_R32G32B32A32_UINT, 16, 4, 'rgba32ui', 'uint'),
  r32sint: color(V.VK_FORMAT_R32_SINT, 4, 1, 'r32i', 'sint'),
  rgb10a2unorm: color(V.VK_FORMAT_A2B10G10R10_UNORM_PACK32, 4, 4, 'rgb10_a2'),
  depth16unorm: { ...color(V.VK_FORMAT_D16_UNORM, 2, 1, undefined), aspect: 'depth' },
  depth32float: { ...color(V.VK_FORMAT_D32_SFLOAT, 4, 1, undefined), aspect: 'depth' },
});

function color(
  vk: number,
  texelBytes: number,
  channels: number,
  declared: string | undefined,
  reads: FormatMeaning['reads'] = 'float',
) {
  return { vk, texelBytes, channels, reads, aspect: 'color', declared } as const;
}

/** What a format is made of; an unknown word is a TypeError. */
export function formatMeaning(format: ImageFormat): FormatMeaning {
  const meaning = FORMATS[format];
  if (!meaning) throw new TypeError(`Cannot use format "${format}": it is none of ${Object.keys(FORMATS).join(', ')}`);
  return meaning;
}

/** The aspect bit of a format's images. */
export function aspectOf(format: ImageFormat): number {
  return formatMeaning(format).aspect === 'depth' ? V.VK_IMAGE_ASPECT_DEPTH_BIT : V.VK_IMAGE_ASPECT_COLOR_BIT;
}
