/** @file Stages and accesses that stand for several, spelled out, so that sides of barriers can be compared. */

import * as V from '@halocline/vulkan';
import { WRITES } from '../convert.ts';

const ALL_STAGES = (1n << 62n) - 1n;
const HOST = V.VK_PIPELINE_STAGE_2_HOST_BIT;

/** Stages that stand for several, spelled out. Specification: table "Supported pipeline stage flags". */
const WHOLE_STAGES: readonly (readonly [bigint, bigint])[] = [
  [V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, ALL_STAGES & ~HOST],
  [
    V.VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT,
    V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT |
      V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT |
      V.VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT |
      V.VK_PIPELINE_STAGE_2_VERTEX_ATTRIBUTE_INPUT_BIT |
      V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT |
      V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT |
      V.VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT |
      V.VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT |
      V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
  ],
  [
    V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT,
    V.VK_PIPELINE_STAGE_2_COPY_BIT |
      V.VK_PIPELINE_STAGE_2_BLIT_BIT |
      V.VK_PIPELINE_STAGE_2_RESOLVE_BIT |
      V.VK_PIPELINE_STAGE_2_CLEAR_BIT,
  ],
  [
    V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT,
    V.VK_PIPELINE_STAGE_2_INDEX_INPUT_BIT | V.VK_PIPELINE_STAGE_2_VERTEX_ATTRIBUTE_INPUT_BIT,
  ],
];

/** Accesses that stand for several, spelled out. */
const WHOLE_ACCESSES: readonly (readonly [bigint, bigint])[] = [
  [V.VK_ACCESS_2_MEMORY_READ_BIT, ALL_STAGES & ~WRITES],
  [V.VK_ACCESS_2_MEMORY_WRITE_BIT, WRITES],
  [V.VK_ACCESS_2_SHADER_READ_BIT, V.VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | V.VK_ACCESS_2_SHADER_STORAGE_READ_BIT],
  [V.VK_ACCESS_2_SHADER_WRITE_BIT, V.VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT],
];

/** Stages with every stage that they stand for. */
export function wholeStages(stages: bigint): bigint {
  return whole(stages, WHOLE_STAGES);
}

/** Accesses with every access that they stand for. */
export function wholeAccesses(accesses: bigint): bigint {
  return whole(accesses, WHOLE_ACCESSES);
}

function whole(mask: bigint, table: readonly (readonly [bigint, bigint])[]): bigint {
  let result = mask;
  for (const [short, long] of table) if ((mask & short) !== 0n) result |= long;
  return result;
}
