/** @file The extensions that are generated beside all of core; more may be named on the command line. */

/** Extensions that the rooms above use; of the last, the runtime knows nothing: an example calls it beside. */
export const EXTENSIONS: readonly string[] = [
  'VK_KHR_external_memory_fd',
  'VK_KHR_external_semaphore_fd',
  'VK_EXT_external_memory_host',
  'VK_EXT_external_memory_dma_buf',
  'VK_EXT_debug_utils',
  'VK_EXT_shader_atomic_float',
  'VK_EXT_memory_budget',
  'VK_EXT_calibrated_timestamps',
  'VK_KHR_calibrated_timestamps',
  'VK_KHR_pipeline_executable_properties',
  'VK_EXT_device_fault',
  'VK_KHR_push_descriptor',
  'VK_EXT_validation_features',
  'VK_KHR_portability_enumeration',
  'VK_KHR_portability_subset',
  'VK_EXT_conditional_rendering',
  'VK_EXT_pipeline_creation_feedback',
  'VK_KHR_surface',
  'VK_KHR_swapchain',
  'VK_EXT_multi_draw',
];
