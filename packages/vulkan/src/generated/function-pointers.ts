/**
 * @file Function pointers, as addresses (types only).
 *
 * Generated from vk.xml 1.4.359 by `npm run generate`: do not edit.
 * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.
 */
import type { Pointer } from '../types.ts';
import type { VkBool32, VkDebugUtilsMessageTypeFlagsEXT, VkSystemAllocationScope, VkInternalAllocationType, VkDebugUtilsMessageSeverityFlagBitsEXT } from './enums.ts';
import type { VkDebugUtilsMessengerCallbackDataEXT } from './struct-types.ts';

export type PFN_vkInternalAllocationNotification = Pointer<(pUserData: bigint, size: number | bigint, allocationType: VkInternalAllocationType, allocationScope: VkSystemAllocationScope) => void>;
export type PFN_vkInternalFreeNotification = Pointer<(pUserData: bigint, size: number | bigint, allocationType: VkInternalAllocationType, allocationScope: VkSystemAllocationScope) => void>;
export type PFN_vkReallocationFunction = Pointer<(pUserData: bigint, pOriginal: bigint, size: number | bigint, alignment: number | bigint, allocationScope: VkSystemAllocationScope) => bigint>;
export type PFN_vkAllocationFunction = Pointer<(pUserData: bigint, size: number | bigint, alignment: number | bigint, allocationScope: VkSystemAllocationScope) => bigint>;
export type PFN_vkFreeFunction = Pointer<(pUserData: bigint, pMemory: bigint) => void>;
export type PFN_vkVoidFunction = Pointer<() => void>;
export type PFN_vkDebugUtilsMessengerCallbackEXT = Pointer<(messageSeverity: VkDebugUtilsMessageSeverityFlagBitsEXT, messageTypes: VkDebugUtilsMessageTypeFlagsEXT, pCallbackData: Pointer<VkDebugUtilsMessengerCallbackDataEXT>, pUserData: bigint) => VkBool32>;
