/**
 * @file Handles, as branded bigints (types only).
 *
 * Generated from vk.xml 1.4.359 by `npm run generate`: do not edit.
 * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.
 */

import type { Handle } from '../types.ts';

export type VkInstance = Handle<'VkInstance'>;
export type VkPhysicalDevice = Handle<'VkPhysicalDevice'>;
export type VkDevice = Handle<'VkDevice'>;
export type VkQueue = Handle<'VkQueue'>;
export type VkCommandBuffer = Handle<'VkCommandBuffer'>;
export type VkDeviceMemory = Handle<'VkDeviceMemory'>;
export type VkCommandPool = Handle<'VkCommandPool'>;
export type VkBuffer = Handle<'VkBuffer'>;
export type VkBufferView = Handle<'VkBufferView'>;
export type VkImage = Handle<'VkImage'>;
export type VkImageView = Handle<'VkImageView'>;
export type VkShaderModule = Handle<'VkShaderModule'>;
export type VkPipeline = Handle<'VkPipeline'>;
export type VkPipelineLayout = Handle<'VkPipelineLayout'>;
export type VkSampler = Handle<'VkSampler'>;
export type VkDescriptorSet = Handle<'VkDescriptorSet'>;
export type VkDescriptorSetLayout = Handle<'VkDescriptorSetLayout'>;
export type VkDescriptorPool = Handle<'VkDescriptorPool'>;
export type VkFence = Handle<'VkFence'>;
export type VkSemaphore = Handle<'VkSemaphore'>;
export type VkEvent = Handle<'VkEvent'>;
export type VkQueryPool = Handle<'VkQueryPool'>;
export type VkFramebuffer = Handle<'VkFramebuffer'>;
export type VkRenderPass = Handle<'VkRenderPass'>;
export type VkPipelineCache = Handle<'VkPipelineCache'>;
export type VkDescriptorUpdateTemplate = Handle<'VkDescriptorUpdateTemplate'>;
export type VkSamplerYcbcrConversion = Handle<'VkSamplerYcbcrConversion'>;
export type VkPrivateDataSlot = Handle<'VkPrivateDataSlot'>;
export type VkSurfaceKHR = Handle<'VkSurfaceKHR'>;
export type VkSwapchainKHR = Handle<'VkSwapchainKHR'>;
export type VkDebugUtilsMessengerEXT = Handle<'VkDebugUtilsMessengerEXT'>;
