/** @file Stages and accesses in words, and as Vulkan's constants. */

import * as V from '@halocline/vulkan';
import type { ImageLayout, Usage } from '../access.ts';
import { accessMask } from '../convert.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';

const STAGES: readonly (readonly [string, bigint])[] = [
  ['VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT', V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT],
  ['VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT', V.VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT],
  ['VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT', V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT],
  ['VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT', V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT],
  ['VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT', V.VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT],
  ['VK_PIPELINE_STAGE_2_VERTEX_ATTRIBUTE_INPUT_BIT', V.VK_PIPELINE_STAGE_2_VERTEX_ATTRIBUTE_INPUT_BIT],
  ['VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT', V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT],
  ['VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT', V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT],
  ['VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT', V.VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT],
  ['VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT', V.VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT],
  ['VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT', V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT],
  ['VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT', V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT],
  ['VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT', V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT],
  ['VK_PIPELINE_STAGE_2_COPY_BIT', V.VK_PIPELINE_STAGE_2_COPY_BIT],
  ['VK_PIPELINE_STAGE_2_BLIT_BIT', V.VK_PIPELINE_STAGE_2_BLIT_BIT],
  ['VK_PIPELINE_STAGE_2_RESOLVE_BIT', V.VK_PIPELINE_STAGE_2_RESOLVE_BIT],
  ['VK_PIPELINE_STAGE_2_CLEAR_BIT', V.VK_PIPELINE_STAGE_2_CLEAR_BIT],
  ['VK_PIPELINE_STAGE_2_HOST_BIT', V.VK_PIPELINE_STAGE_2_HOST_BIT],
  ['VK_PIPELINE_STAGE_2_CONDITIONAL_RENDERING_BIT_EXT', BigInt(V.VK_PIPELINE_STAGE_CONDITIONAL_RENDERING_BIT_EXT)],
];

const ACCESSES: readonly (readonly [string, bigint])[] = [
  ['VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT', V.VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT],
  ['VK_ACCESS_2_INDEX_READ_BIT', V.VK_ACCESS_2_INDEX_READ_BIT],
  ['VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT', V.VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT],
  ['VK_ACCESS_2_UNIFORM_READ_BIT', V.VK_ACCESS_2_UNIFORM_READ_BIT],
  ['VK_ACCESS_2_SHADER_READ_BIT', V.VK_ACCESS_2_SHADER_READ_BIT],
  ['VK_ACCESS_2_SHADER_WRITE_BIT', V.VK_ACCESS_2_SHADER_WRITE_BIT],
  ['VK_ACCESS_2_SHADER_SAMPLED_READ_BIT', V.VK_ACCESS_2_SHADER_SAMPLED_READ_BIT],
  ['VK_ACCESS_2_SHADER_STORAGE_READ_BIT', V.VK_ACCESS_2_SHADER_STORAGE_READ_BIT],
  ['VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT', V.VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT],
  ['VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT', V.VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT],
  ['VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT', V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT],
  ['VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT', V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT],
  ['VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT', V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT],
  ['VK_ACCESS_2_TRANSFER_READ_BIT', V.VK_ACCESS_2_TRANSFER_READ_BIT],
  ['VK_ACCESS_2_TRANSFER_WRITE_BIT', V.VK_ACCESS_2_TRANSFER_WRITE_BIT],
  ['VK_ACCESS_2_CONDITIONAL_RENDERING_READ_BIT_EXT', BigInt(V.VK_ACCESS_CONDITIONAL_RENDERING_READ_BIT_EXT)],
  ['VK_ACCESS_2_HOST_READ_BIT', V.VK_ACCESS_2_HOST_READ_BIT],
  ['VK_ACCESS_2_HOST_WRITE_BIT', V.VK_ACCESS_2_HOST_WRITE_BIT],
  ['VK_ACCESS_2_MEMORY_READ_BIT', V.VK_ACCESS_2_MEMORY_READ_BIT],
  ['VK_ACCESS_2_MEMORY_WRITE_BIT', V.VK_ACCESS_2_MEMORY_WRITE_BIT],
];

/** VkPipelineStageFlags2 → names of constants, joined by |; "VK_PIPELINE_STAGE_2_NONE" for none. */
export function stageConstants(stages: bigint): string {
  return constants(stages, STAGES).join(' | ') || 'VK_PIPELINE_STAGE_2_NONE';
}

/** VkAccessFlags2 → names of constants, joined by |. */
export function accessConstants(accesses: bigint): string {
  return constants(accesses, ACCESSES).join(' | ') || 'VK_ACCESS_2_NONE';
}

const LAYOUTS: Readonly<Record<ImageLayout, string>> = Object.freeze({
  undefined: 'VK_IMAGE_LAYOUT_UNDEFINED',
  general: 'VK_IMAGE_LAYOUT_GENERAL',
  'color-attachment': 'VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL',
  'depth-attachment': 'VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL',
  sampled: 'VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL',
  'transfer-source': 'VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL',
  'transfer-target': 'VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL',
});

/** Layout → the name of its constant. */
export function layoutConstant(layout: ImageLayout): string {
  return LAYOUTS[layout];
}

/** Format → the name of its images' aspect. */
export function aspectConstant(format: ImageFormat): string {
  return `VK_IMAGE_ASPECT_${formatMeaning(format).aspect.toUpperCase()}_BIT`;
}

/** Usages → "shader write in compute shader": accesses, then stages. */
export function usageWords(usages: readonly Usage[]): string {
  const { stages, accesses } = accessMask(usages);
  const what = constants(accesses, ACCESSES).map(words).join(', ');
  const where = constants(stages, STAGES).map(words).join(', ');
  if (what === '') return where === '' ? 'nothing' : `the end of ${where}`;
  return `${what} in ${where}`;
}

/** Usages as people declared them, where they are words; else what they mean. */
export function usageText(usages: readonly Usage[]): string {
  return usages.map((usage) => (typeof usage === 'string' ? usage : usageWords([usage]))).join(', ');
}

function constants(bits: bigint, table: readonly (readonly [string, bigint])[]): string[] {
  let rest = bits;
  const found: string[] = [];
  for (const [name, bit] of table) {
    if ((rest & bit) === 0n) continue;
    found.push(name);
    rest &= ~bit;
  }
  return rest === 0n ? found : [...found, `0x${rest.toString(16)}`];
}

/** "VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT" → "transfer". */
function words(constant: string): string {
  return constant
    .replace(/^VK_(PIPELINE_STAGE|ACCESS)_2_(ALL_(?=TRANSFER))?/, '')
    .replace(/_BIT(_EXT)?$/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
}
