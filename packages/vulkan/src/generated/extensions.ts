/**
 * @file Versions and extensions: their names, and versions of their specifications.
 *
 * Generated from vk.xml 1.4.359 by `npm run generate`: do not edit.
 * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.
 */

export const VK_HEADER_VERSION = 359;
export const VK_API_VERSION_1_0 = 4194304;
export const VK_API_VERSION_1_1 = 4198400;
export const VK_API_VERSION_1_2 = 4202496;
export const VK_API_VERSION_1_3 = 4206592;
export const VK_API_VERSION_1_4 = 4210688;
export const VK_KHR_SURFACE_SPEC_VERSION = 25;
export const VK_KHR_SURFACE_EXTENSION_NAME = 'VK_KHR_surface';
export const VK_KHR_SWAPCHAIN_SPEC_VERSION = 70;
export const VK_KHR_SWAPCHAIN_EXTENSION_NAME = 'VK_KHR_swapchain';
export const VK_KHR_EXTERNAL_MEMORY_FD_SPEC_VERSION = 1;
export const VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME = 'VK_KHR_external_memory_fd';
export const VK_KHR_EXTERNAL_SEMAPHORE_FD_SPEC_VERSION = 1;
export const VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME = 'VK_KHR_external_semaphore_fd';
export const VK_KHR_PUSH_DESCRIPTOR_SPEC_VERSION = 2;
export const VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME = 'VK_KHR_push_descriptor';
export const VK_EXT_CONDITIONAL_RENDERING_SPEC_VERSION = 2;
export const VK_EXT_CONDITIONAL_RENDERING_EXTENSION_NAME = 'VK_EXT_conditional_rendering';
export const VK_EXT_EXTERNAL_MEMORY_DMA_BUF_SPEC_VERSION = 1;
export const VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME = 'VK_EXT_external_memory_dma_buf';
export const VK_EXT_DEBUG_UTILS_SPEC_VERSION = 2;
export const VK_EXT_DEBUG_UTILS_EXTENSION_NAME = 'VK_EXT_debug_utils';
export const VK_KHR_PORTABILITY_SUBSET_SPEC_VERSION = 1;
export const VK_KHR_PORTABILITY_SUBSET_EXTENSION_NAME = 'VK_KHR_portability_subset';
export const VK_EXT_EXTERNAL_MEMORY_HOST_SPEC_VERSION = 1;
export const VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME = 'VK_EXT_external_memory_host';
export const VK_EXT_CALIBRATED_TIMESTAMPS_SPEC_VERSION = 2;
export const VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME = 'VK_EXT_calibrated_timestamps';
export const VK_EXT_PIPELINE_CREATION_FEEDBACK_SPEC_VERSION = 1;
export const VK_EXT_PIPELINE_CREATION_FEEDBACK_EXTENSION_NAME = 'VK_EXT_pipeline_creation_feedback';
export const VK_EXT_MEMORY_BUDGET_SPEC_VERSION = 1;
export const VK_EXT_MEMORY_BUDGET_EXTENSION_NAME = 'VK_EXT_memory_budget';
export const VK_EXT_VALIDATION_FEATURES_SPEC_VERSION = 6;
export const VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME = 'VK_EXT_validation_features';
export const VK_EXT_SHADER_ATOMIC_FLOAT_SPEC_VERSION = 1;
export const VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME = 'VK_EXT_shader_atomic_float';
export const VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_SPEC_VERSION = 1;
export const VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME = 'VK_KHR_pipeline_executable_properties';
export const VK_EXT_DEVICE_FAULT_SPEC_VERSION = 2;
export const VK_EXT_DEVICE_FAULT_EXTENSION_NAME = 'VK_EXT_device_fault';
export const VK_EXT_MULTI_DRAW_SPEC_VERSION = 1;
export const VK_EXT_MULTI_DRAW_EXTENSION_NAME = 'VK_EXT_multi_draw';
export const VK_KHR_PORTABILITY_ENUMERATION_SPEC_VERSION = 1;
export const VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME = 'VK_KHR_portability_enumeration';
export const VK_KHR_CALIBRATED_TIMESTAMPS_SPEC_VERSION = 1;
export const VK_KHR_CALIBRATED_TIMESTAMPS_EXTENSION_NAME = 'VK_KHR_calibrated_timestamps';
