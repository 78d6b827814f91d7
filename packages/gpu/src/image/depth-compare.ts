/** @file How depths compare: with what stands in a target, or in an image that is sampled. */

import * as V from '@halocline/vulkan';

/** How depths compare: the new one, or the shader's, with the one that is there. */
export type DepthCompare =
  | 'never'
  | 'less'
  | 'equal'
  | 'less-equal'
  | 'greater'
  | 'not-equal'
  | 'greater-equal'
  | 'always';

/** DepthCompare → VkCompareOp. */
export const COMPARE: Readonly<Record<DepthCompare, number>> = Object.freeze({
  never: V.VK_COMPARE_OP_NEVER,
  less: V.VK_COMPARE_OP_LESS,
  equal: V.VK_COMPARE_OP_EQUAL,
  'less-equal': V.VK_COMPARE_OP_LESS_OR_EQUAL,
  greater: V.VK_COMPARE_OP_GREATER,
  'not-equal': V.VK_COMPARE_OP_NOT_EQUAL,
  'greater-equal': V.VK_COMPARE_OP_GREATER_OR_EQUAL,
  always: V.VK_COMPARE_OP_ALWAYS,
});
