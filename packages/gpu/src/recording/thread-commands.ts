/**
 * @file What a recording thread calls of Vulkan. All of it is looked up while the thread loads, when it can't be ended: an addon that
 * is cut off while it makes a function takes the process with it. 20 µs each.
 */

import type * as V from '@halocline/vulkan';

/** The commands of the encoders, and what they take descriptors, views and command buffers by. */
export const THREAD_COMMANDS: readonly (keyof V.Device)[] = Object.freeze([
  'vkAllocateCommandBuffers',
  'vkAllocateDescriptorSets',
  'vkBeginCommandBuffer',
  'vkCmdBeginConditionalRenderingEXT',
  'vkCmdBeginDebugUtilsLabelEXT',
  'vkCmdBeginRendering',
  'vkCmdBindDescriptorSets',
  'vkCmdBindIndexBuffer',
  'vkCmdBindPipeline',
  'vkCmdBindVertexBuffers',
  'vkCmdBlitImage',
  'vkCmdClearColorImage',
  'vkCmdClearDepthStencilImage',
  'vkCmdCopyBuffer',
  'vkCmdCopyBufferToImage',
  'vkCmdCopyImage',
  'vkCmdCopyImageToBuffer',
  'vkCmdDispatch',
  'vkCmdDispatchIndirect',
  'vkCmdDraw',
  'vkCmdDrawIndexed',
  'vkCmdDrawIndexedIndirect',
  'vkCmdDrawIndirect',
  'vkCmdEndConditionalRenderingEXT',
  'vkCmdEndDebugUtilsLabelEXT',
  'vkCmdEndRendering',
  'vkCmdExecuteCommands',
  'vkCmdFillBuffer',
  'vkCmdPipelineBarrier2',
  'vkCmdPushConstants',
  'vkCmdPushDescriptorSet',
  'vkCmdResetQueryPool',
  'vkCmdSetScissor',
  'vkCmdSetViewport',
  'vkCmdWriteTimestamp2',
  'vkCreateBufferView',
  'vkCreateDescriptorPool',
  'vkCreateImageView',
  'vkDestroyBufferView',
  'vkDestroyDescriptorPool',
  'vkEndCommandBuffer',
  'vkResetCommandPool',
  'vkResetDescriptorPool',
  'vkSetDebugUtilsObjectNameEXT',
  'vkUpdateDescriptorSets',
] as const);

/** What encoders ask the instance: whether the device takes a viewport, a slot, or texels of a format. */
export const THREAD_QUESTIONS: readonly (keyof V.Instance)[] = Object.freeze([
  'vkGetPhysicalDeviceFormatProperties',
  'vkGetPhysicalDeviceImageFormatProperties',
  'vkGetPhysicalDeviceProperties2',
] as const);

interface Table {
  has(name: string): boolean;
}

/** Looks them all up, as far as they are there. */
export function lookUpCommands(instance: V.Instance & Table, commands: V.Device & Table): void {
  for (const name of THREAD_QUESTIONS) if (instance.has(name)) Reflect.get(instance, name);
  for (const name of THREAD_COMMANDS) if (commands.has(name)) Reflect.get(commands, name);
}
