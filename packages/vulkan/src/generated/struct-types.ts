/**
 * @file Structs and unions, as a caller writes them (types only).
 *
 * Generated from vk.xml 1.4.359 by `npm run generate`: do not edit.
 * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.
 */
import type { Pointer } from '../types.ts';
import type { VkSampleMask, VkBool32, VkDeviceSize, VkDeviceAddress, VkFramebufferCreateFlags, VkQueryPoolCreateFlags, VkRenderPassCreateFlags, VkSamplerCreateFlags, VkPipelineLayoutCreateFlags, VkPipelineCacheCreateFlags, VkPipelineDepthStencilStateCreateFlags, VkPipelineDynamicStateCreateFlags, VkPipelineColorBlendStateCreateFlags, VkPipelineMultisampleStateCreateFlags, VkPipelineRasterizationStateCreateFlags, VkPipelineViewportStateCreateFlags, VkPipelineTessellationStateCreateFlags, VkPipelineInputAssemblyStateCreateFlags, VkPipelineVertexInputStateCreateFlags, VkPipelineShaderStageCreateFlags, VkDescriptorSetLayoutCreateFlags, VkBufferViewCreateFlags, VkInstanceCreateFlags, VkDeviceCreateFlags, VkDeviceQueueCreateFlags, VkQueueFlags, VkMemoryPropertyFlags, VkMemoryHeapFlags, VkAccessFlags, VkBufferUsageFlags, VkBufferCreateFlags, VkShaderStageFlags, VkImageUsageFlags, VkImageCreateFlags, VkImageViewCreateFlags, VkPipelineCreateFlags, VkColorComponentFlags, VkFenceCreateFlags, VkSemaphoreCreateFlags, VkFormatFeatureFlags, VkQueryControlFlags, VkShaderModuleCreateFlags, VkEventCreateFlags, VkCommandPoolCreateFlags, VkCommandBufferUsageFlags, VkQueryPipelineStatisticFlags, VkMemoryMapFlags, VkMemoryUnmapFlags, VkImageAspectFlags, VkSparseMemoryBindFlags, VkSparseImageFormatFlags, VkSubpassDescriptionFlags, VkPipelineStageFlags, VkSampleCountFlags, VkAttachmentDescriptionFlags, VkCullModeFlags, VkDescriptorPoolCreateFlags, VkDependencyFlags, VkSubgroupFeatureFlags, VkPrivateDataSlotCreateFlags, VkDescriptorUpdateTemplateCreateFlags, VkPipelineCreationFeedbackFlags, VkSemaphoreWaitFlags, VkAccessFlags2, VkPipelineStageFlags2, VkFormatFeatureFlags2, VkRenderingFlags, VkPipelineCreateFlags2, VkBufferUsageFlags2, VkCompositeAlphaFlagsKHR, VkSurfaceTransformFlagsKHR, VkSwapchainCreateFlagsKHR, VkMemoryAllocateFlags, VkDeviceGroupPresentModeFlagsKHR, VkExternalMemoryHandleTypeFlags, VkExternalMemoryFeatureFlags, VkExternalSemaphoreHandleTypeFlags, VkExternalSemaphoreFeatureFlags, VkSemaphoreImportFlags, VkExternalFenceHandleTypeFlags, VkExternalFenceFeatureFlags, VkDebugUtilsMessageSeverityFlagsEXT, VkDebugUtilsMessageTypeFlagsEXT, VkDebugUtilsMessengerCreateFlagsEXT, VkDebugUtilsMessengerCallbackDataFlagsEXT, VkDescriptorBindingFlags, VkConditionalRenderingFlagsEXT, VkResolveModeFlags, VkToolPurposeFlags, VkSubmitFlags, VkHostImageCopyFlags, VkAttachmentLoadOp, VkAttachmentStoreOp, VkBlendFactor, VkBlendOp, VkBorderColor, VkPipelineCacheHeaderVersion, VkComponentSwizzle, VkCommandBufferLevel, VkCompareOp, VkDescriptorType, VkDynamicState, VkPolygonMode, VkFormat, VkFrontFace, VkImageAspectFlagBits, VkImageLayout, VkImageTiling, VkImageType, VkImageViewType, VkSharingMode, VkLogicOp, VkPhysicalDeviceType, VkPipelineBindPoint, VkPrimitiveTopology, VkQueryType, VkSubpassContents, VkResult, VkShaderStageFlagBits, VkStencilOp, VkStructureType, VkSamplerAddressMode, VkFilter, VkSamplerMipmapMode, VkVertexInputRate, VkSampleCountFlagBits, VkObjectType, VkDescriptorUpdateTemplateType, VkPointClippingBehavior, VkQueueGlobalPriority, VkTimeDomainKHR, VkResolveModeFlagBits, VkSemaphoreType, VkLineRasterizationMode, VkPipelineRobustnessBufferBehavior, VkPipelineRobustnessImageBehavior, VkDeviceFaultVendorBinaryHeaderVersionKHR, VkColorSpaceKHR, VkCompositeAlphaFlagBitsKHR, VkPresentModeKHR, VkSurfaceTransformFlagBitsKHR, VkValidationFeatureEnableEXT, VkValidationFeatureDisableEXT, VkExternalMemoryHandleTypeFlagBits, VkExternalSemaphoreHandleTypeFlagBits, VkExternalFenceHandleTypeFlagBits, VkDeviceGroupPresentModeFlagBitsKHR, VkTessellationDomainOrigin, VkSamplerYcbcrModelConversion, VkSamplerYcbcrRange, VkChromaLocation, VkSamplerReductionMode, VkShaderFloatControlsIndependence, VkDeviceFaultAddressTypeKHR, VkDriverId, VkPipelineExecutableStatisticFormatKHR } from './enums.ts';
import type { VkPhysicalDevice, VkCommandBuffer, VkDeviceMemory, VkCommandPool, VkBuffer, VkBufferView, VkImage, VkImageView, VkShaderModule, VkPipeline, VkPipelineLayout, VkSampler, VkDescriptorSet, VkDescriptorSetLayout, VkDescriptorPool, VkFence, VkSemaphore, VkFramebuffer, VkRenderPass, VkDescriptorUpdateTemplate, VkSamplerYcbcrConversion, VkSurfaceKHR, VkSwapchainKHR } from './handles.ts';
import type { PFN_vkInternalAllocationNotification, PFN_vkInternalFreeNotification, PFN_vkReallocationFunction, PFN_vkAllocationFunction, PFN_vkFreeFunction, PFN_vkDebugUtilsMessengerCallbackEXT } from './function-pointers.ts';

export interface VkBaseOutStructure {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
}
export interface VkBaseInStructure {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
}
export interface VkOffset2D {
  x?: number;
  y?: number;
}
export interface VkOffset3D {
  x?: number;
  y?: number;
  z?: number;
}
export interface VkExtent2D {
  width?: number;
  height?: number;
}
export interface VkExtent3D {
  width?: number;
  height?: number;
  depth?: number;
}
export interface VkViewport {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  minDepth?: number;
  maxDepth?: number;
}
export interface VkRect2D {
  offset?: VkOffset2D;
  extent?: VkExtent2D;
}
export interface VkClearRect {
  rect?: VkRect2D;
  baseArrayLayer?: number;
  layerCount?: number;
}
export interface VkComponentMapping {
  r?: VkComponentSwizzle;
  g?: VkComponentSwizzle;
  b?: VkComponentSwizzle;
  a?: VkComponentSwizzle;
}
export interface VkPhysicalDeviceProperties {
  apiVersion?: number;
  driverVersion?: number;
  vendorID?: number;
  deviceID?: number;
  deviceType?: VkPhysicalDeviceType;
  deviceName?: string;
  pipelineCacheUUID?: readonly number[];
  limits?: VkPhysicalDeviceLimits;
  sparseProperties?: VkPhysicalDeviceSparseProperties;
}
export interface VkExtensionProperties {
  extensionName?: string;
  specVersion?: number;
}
export interface VkLayerProperties {
  layerName?: string;
  specVersion?: number;
  implementationVersion?: number;
  description?: string;
}
export interface VkApplicationInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pApplicationName?: string | Pointer<string>;
  applicationVersion?: number;
  pEngineName?: string | Pointer<string>;
  engineVersion?: number;
  apiVersion?: number;
}
export interface VkAllocationCallbacks {
  pUserData?: bigint;
  pfnAllocation?: PFN_vkAllocationFunction;
  pfnReallocation?: PFN_vkReallocationFunction;
  pfnFree?: PFN_vkFreeFunction;
  pfnInternalAllocation?: PFN_vkInternalAllocationNotification;
  pfnInternalFree?: PFN_vkInternalFreeNotification;
}
export interface VkDeviceQueueCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDeviceQueueCreateFlags;
  queueFamilyIndex?: number;
  queueCount?: number;
  pQueuePriorities?: ArrayLike<number> | Pointer<number>;
}
export interface VkDeviceCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDeviceCreateFlags;
  queueCreateInfoCount?: number;
  pQueueCreateInfos?: VkDeviceQueueCreateInfo | readonly VkDeviceQueueCreateInfo[] | Pointer<VkDeviceQueueCreateInfo>;
  enabledLayerCount?: number;
  ppEnabledLayerNames?: readonly string[] | Pointer<Pointer<string>>;
  enabledExtensionCount?: number;
  ppEnabledExtensionNames?: readonly string[] | Pointer<Pointer<string>>;
  pEnabledFeatures?: VkPhysicalDeviceFeatures | Pointer<VkPhysicalDeviceFeatures>;
}
export interface VkInstanceCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkInstanceCreateFlags;
  pApplicationInfo?: VkApplicationInfo | Pointer<VkApplicationInfo>;
  enabledLayerCount?: number;
  ppEnabledLayerNames?: readonly string[] | Pointer<Pointer<string>>;
  enabledExtensionCount?: number;
  ppEnabledExtensionNames?: readonly string[] | Pointer<Pointer<string>>;
}
export interface VkQueueFamilyProperties {
  queueFlags?: VkQueueFlags;
  queueCount?: number;
  timestampValidBits?: number;
  minImageTransferGranularity?: VkExtent3D;
}
export interface VkPhysicalDeviceMemoryProperties {
  memoryTypeCount?: number;
  memoryTypes?: readonly VkMemoryType[];
  memoryHeapCount?: number;
  memoryHeaps?: readonly VkMemoryHeap[];
}
export interface VkMemoryAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  allocationSize?: VkDeviceSize;
  memoryTypeIndex?: number;
}
export interface VkMemoryRequirements {
  size?: VkDeviceSize;
  alignment?: VkDeviceSize;
  memoryTypeBits?: number;
}
export interface VkSparseImageFormatProperties {
  aspectMask?: VkImageAspectFlags;
  imageGranularity?: VkExtent3D;
  flags?: VkSparseImageFormatFlags;
}
export interface VkSparseImageMemoryRequirements {
  formatProperties?: VkSparseImageFormatProperties;
  imageMipTailFirstLod?: number;
  imageMipTailSize?: VkDeviceSize;
  imageMipTailOffset?: VkDeviceSize;
  imageMipTailStride?: VkDeviceSize;
}
export interface VkMemoryType {
  propertyFlags?: VkMemoryPropertyFlags;
  heapIndex?: number;
}
export interface VkMemoryHeap {
  size?: VkDeviceSize;
  flags?: VkMemoryHeapFlags;
}
export interface VkMappedMemoryRange {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memory?: VkDeviceMemory;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkFormatProperties {
  linearTilingFeatures?: VkFormatFeatureFlags;
  optimalTilingFeatures?: VkFormatFeatureFlags;
  bufferFeatures?: VkFormatFeatureFlags;
}
export interface VkImageFormatProperties {
  maxExtent?: VkExtent3D;
  maxMipLevels?: number;
  maxArrayLayers?: number;
  sampleCounts?: VkSampleCountFlags;
  maxResourceSize?: VkDeviceSize;
}
export interface VkDescriptorBufferInfo {
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  range?: VkDeviceSize;
}
export interface VkDescriptorImageInfo {
  sampler?: VkSampler;
  imageView?: VkImageView;
  imageLayout?: VkImageLayout;
}
export interface VkWriteDescriptorSet {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  dstSet?: VkDescriptorSet;
  dstBinding?: number;
  dstArrayElement?: number;
  descriptorCount?: number;
  descriptorType?: VkDescriptorType;
  pImageInfo?: VkDescriptorImageInfo | readonly VkDescriptorImageInfo[] | Pointer<VkDescriptorImageInfo>;
  pBufferInfo?: VkDescriptorBufferInfo | readonly VkDescriptorBufferInfo[] | Pointer<VkDescriptorBufferInfo>;
  pTexelBufferView?: readonly VkBufferView[] | Pointer<VkBufferView>;
}
export interface VkCopyDescriptorSet {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcSet?: VkDescriptorSet;
  srcBinding?: number;
  srcArrayElement?: number;
  dstSet?: VkDescriptorSet;
  dstBinding?: number;
  dstArrayElement?: number;
  descriptorCount?: number;
}
export interface VkBufferUsageFlags2CreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  usage?: VkBufferUsageFlags2;
}
export interface VkBufferCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkBufferCreateFlags;
  size?: VkDeviceSize;
  usage?: VkBufferUsageFlags;
  sharingMode?: VkSharingMode;
  queueFamilyIndexCount?: number;
  pQueueFamilyIndices?: ArrayLike<number> | Pointer<number>;
}
export interface VkBufferViewCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkBufferViewCreateFlags;
  buffer?: VkBuffer;
  format?: VkFormat;
  offset?: VkDeviceSize;
  range?: VkDeviceSize;
}
export interface VkImageSubresource {
  aspectMask?: VkImageAspectFlags;
  mipLevel?: number;
  arrayLayer?: number;
}
export interface VkImageSubresourceLayers {
  aspectMask?: VkImageAspectFlags;
  mipLevel?: number;
  baseArrayLayer?: number;
  layerCount?: number;
}
export interface VkImageSubresourceRange {
  aspectMask?: VkImageAspectFlags;
  baseMipLevel?: number;
  levelCount?: number;
  baseArrayLayer?: number;
  layerCount?: number;
}
export interface VkMemoryBarrier {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
}
export interface VkBufferMemoryBarrier {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
  srcQueueFamilyIndex?: number;
  dstQueueFamilyIndex?: number;
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkImageMemoryBarrier {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
  oldLayout?: VkImageLayout;
  newLayout?: VkImageLayout;
  srcQueueFamilyIndex?: number;
  dstQueueFamilyIndex?: number;
  image?: VkImage;
  subresourceRange?: VkImageSubresourceRange;
}
export interface VkImageCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkImageCreateFlags;
  imageType?: VkImageType;
  format?: VkFormat;
  extent?: VkExtent3D;
  mipLevels?: number;
  arrayLayers?: number;
  samples?: VkSampleCountFlagBits;
  tiling?: VkImageTiling;
  usage?: VkImageUsageFlags;
  sharingMode?: VkSharingMode;
  queueFamilyIndexCount?: number;
  pQueueFamilyIndices?: ArrayLike<number> | Pointer<number>;
  initialLayout?: VkImageLayout;
}
export interface VkSubresourceLayout {
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
  rowPitch?: VkDeviceSize;
  arrayPitch?: VkDeviceSize;
  depthPitch?: VkDeviceSize;
}
export interface VkImageViewCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkImageViewCreateFlags;
  image?: VkImage;
  viewType?: VkImageViewType;
  format?: VkFormat;
  components?: VkComponentMapping;
  subresourceRange?: VkImageSubresourceRange;
}
export interface VkBufferCopy {
  srcOffset?: VkDeviceSize;
  dstOffset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkSparseMemoryBind {
  resourceOffset?: VkDeviceSize;
  size?: VkDeviceSize;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
  flags?: VkSparseMemoryBindFlags;
}
export interface VkSparseImageMemoryBind {
  subresource?: VkImageSubresource;
  offset?: VkOffset3D;
  extent?: VkExtent3D;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
  flags?: VkSparseMemoryBindFlags;
}
export interface VkSparseBufferMemoryBindInfo {
  buffer?: VkBuffer;
  bindCount?: number;
  pBinds?: VkSparseMemoryBind | readonly VkSparseMemoryBind[] | Pointer<VkSparseMemoryBind>;
}
export interface VkSparseImageOpaqueMemoryBindInfo {
  image?: VkImage;
  bindCount?: number;
  pBinds?: VkSparseMemoryBind | readonly VkSparseMemoryBind[] | Pointer<VkSparseMemoryBind>;
}
export interface VkSparseImageMemoryBindInfo {
  image?: VkImage;
  bindCount?: number;
  pBinds?: VkSparseImageMemoryBind | readonly VkSparseImageMemoryBind[] | Pointer<VkSparseImageMemoryBind>;
}
export interface VkBindSparseInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  waitSemaphoreCount?: number;
  pWaitSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  bufferBindCount?: number;
  pBufferBinds?: VkSparseBufferMemoryBindInfo | readonly VkSparseBufferMemoryBindInfo[] | Pointer<VkSparseBufferMemoryBindInfo>;
  imageOpaqueBindCount?: number;
  pImageOpaqueBinds?: VkSparseImageOpaqueMemoryBindInfo | readonly VkSparseImageOpaqueMemoryBindInfo[] | Pointer<VkSparseImageOpaqueMemoryBindInfo>;
  imageBindCount?: number;
  pImageBinds?: VkSparseImageMemoryBindInfo | readonly VkSparseImageMemoryBindInfo[] | Pointer<VkSparseImageMemoryBindInfo>;
  signalSemaphoreCount?: number;
  pSignalSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
}
export interface VkImageCopy {
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkImageBlit {
  srcSubresource?: VkImageSubresourceLayers;
  srcOffsets?: readonly VkOffset3D[];
  dstSubresource?: VkImageSubresourceLayers;
  dstOffsets?: readonly VkOffset3D[];
}
export interface VkBufferImageCopy {
  bufferOffset?: VkDeviceSize;
  bufferRowLength?: number;
  bufferImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkImageResolve {
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkShaderModuleCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkShaderModuleCreateFlags;
  codeSize?: number | bigint;
  pCode?: ArrayLike<number> | Pointer<number>;
}
export interface VkDescriptorSetLayoutBinding {
  binding?: number;
  descriptorType?: VkDescriptorType;
  descriptorCount?: number;
  stageFlags?: VkShaderStageFlags;
  pImmutableSamplers?: readonly VkSampler[] | Pointer<VkSampler>;
}
export interface VkDescriptorSetLayoutCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDescriptorSetLayoutCreateFlags;
  bindingCount?: number;
  pBindings?: VkDescriptorSetLayoutBinding | readonly VkDescriptorSetLayoutBinding[] | Pointer<VkDescriptorSetLayoutBinding>;
}
export interface VkDescriptorPoolSize {
  type?: VkDescriptorType;
  descriptorCount?: number;
}
export interface VkDescriptorPoolCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDescriptorPoolCreateFlags;
  maxSets?: number;
  poolSizeCount?: number;
  pPoolSizes?: VkDescriptorPoolSize | readonly VkDescriptorPoolSize[] | Pointer<VkDescriptorPoolSize>;
}
export interface VkDescriptorSetAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  descriptorPool?: VkDescriptorPool;
  descriptorSetCount?: number;
  pSetLayouts?: readonly VkDescriptorSetLayout[] | Pointer<VkDescriptorSetLayout>;
}
export interface VkSpecializationMapEntry {
  constantID?: number;
  offset?: number;
  size?: number | bigint;
}
export interface VkSpecializationInfo {
  mapEntryCount?: number;
  pMapEntries?: VkSpecializationMapEntry | readonly VkSpecializationMapEntry[] | Pointer<VkSpecializationMapEntry>;
  dataSize?: number | bigint;
  pData?: ArrayBufferView | bigint;
}
export interface VkPipelineShaderStageCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineShaderStageCreateFlags;
  stage?: VkShaderStageFlagBits;
  module?: VkShaderModule;
  pName?: string | Pointer<string>;
  pSpecializationInfo?: VkSpecializationInfo | Pointer<VkSpecializationInfo>;
}
export interface VkComputePipelineCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineCreateFlags;
  stage?: VkPipelineShaderStageCreateInfo;
  layout?: VkPipelineLayout;
  basePipelineHandle?: VkPipeline;
  basePipelineIndex?: number;
}
export interface VkPipelineCreateFlags2CreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineCreateFlags2;
}
export interface VkVertexInputBindingDescription {
  binding?: number;
  stride?: number;
  inputRate?: VkVertexInputRate;
}
export interface VkVertexInputAttributeDescription {
  location?: number;
  binding?: number;
  format?: VkFormat;
  offset?: number;
}
export interface VkPipelineVertexInputStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineVertexInputStateCreateFlags;
  vertexBindingDescriptionCount?: number;
  pVertexBindingDescriptions?: VkVertexInputBindingDescription | readonly VkVertexInputBindingDescription[] | Pointer<VkVertexInputBindingDescription>;
  vertexAttributeDescriptionCount?: number;
  pVertexAttributeDescriptions?: VkVertexInputAttributeDescription | readonly VkVertexInputAttributeDescription[] | Pointer<VkVertexInputAttributeDescription>;
}
export interface VkPipelineInputAssemblyStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineInputAssemblyStateCreateFlags;
  topology?: VkPrimitiveTopology;
  primitiveRestartEnable?: VkBool32;
}
export interface VkPipelineTessellationStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineTessellationStateCreateFlags;
  patchControlPoints?: number;
}
export interface VkPipelineViewportStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineViewportStateCreateFlags;
  viewportCount?: number;
  pViewports?: VkViewport | readonly VkViewport[] | Pointer<VkViewport>;
  scissorCount?: number;
  pScissors?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export interface VkPipelineRasterizationStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineRasterizationStateCreateFlags;
  depthClampEnable?: VkBool32;
  rasterizerDiscardEnable?: VkBool32;
  polygonMode?: VkPolygonMode;
  cullMode?: VkCullModeFlags;
  frontFace?: VkFrontFace;
  depthBiasEnable?: VkBool32;
  depthBiasConstantFactor?: number;
  depthBiasClamp?: number;
  depthBiasSlopeFactor?: number;
  lineWidth?: number;
}
export interface VkPipelineMultisampleStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineMultisampleStateCreateFlags;
  rasterizationSamples?: VkSampleCountFlagBits;
  sampleShadingEnable?: VkBool32;
  minSampleShading?: number;
  pSampleMask?: ArrayLike<VkSampleMask> | Pointer<VkSampleMask>;
  alphaToCoverageEnable?: VkBool32;
  alphaToOneEnable?: VkBool32;
}
export interface VkPipelineColorBlendAttachmentState {
  blendEnable?: VkBool32;
  srcColorBlendFactor?: VkBlendFactor;
  dstColorBlendFactor?: VkBlendFactor;
  colorBlendOp?: VkBlendOp;
  srcAlphaBlendFactor?: VkBlendFactor;
  dstAlphaBlendFactor?: VkBlendFactor;
  alphaBlendOp?: VkBlendOp;
  colorWriteMask?: VkColorComponentFlags;
}
export interface VkPipelineColorBlendStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineColorBlendStateCreateFlags;
  logicOpEnable?: VkBool32;
  logicOp?: VkLogicOp;
  attachmentCount?: number;
  pAttachments?: VkPipelineColorBlendAttachmentState | readonly VkPipelineColorBlendAttachmentState[] | Pointer<VkPipelineColorBlendAttachmentState>;
  blendConstants?: readonly number[];
}
export interface VkPipelineDynamicStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineDynamicStateCreateFlags;
  dynamicStateCount?: number;
  pDynamicStates?: ArrayLike<VkDynamicState> | Pointer<VkDynamicState>;
}
export interface VkStencilOpState {
  failOp?: VkStencilOp;
  passOp?: VkStencilOp;
  depthFailOp?: VkStencilOp;
  compareOp?: VkCompareOp;
  compareMask?: number;
  writeMask?: number;
  reference?: number;
}
export interface VkPipelineDepthStencilStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineDepthStencilStateCreateFlags;
  depthTestEnable?: VkBool32;
  depthWriteEnable?: VkBool32;
  depthCompareOp?: VkCompareOp;
  depthBoundsTestEnable?: VkBool32;
  stencilTestEnable?: VkBool32;
  front?: VkStencilOpState;
  back?: VkStencilOpState;
  minDepthBounds?: number;
  maxDepthBounds?: number;
}
export interface VkGraphicsPipelineCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineCreateFlags;
  stageCount?: number;
  pStages?: VkPipelineShaderStageCreateInfo | readonly VkPipelineShaderStageCreateInfo[] | Pointer<VkPipelineShaderStageCreateInfo>;
  pVertexInputState?: VkPipelineVertexInputStateCreateInfo | Pointer<VkPipelineVertexInputStateCreateInfo>;
  pInputAssemblyState?: VkPipelineInputAssemblyStateCreateInfo | Pointer<VkPipelineInputAssemblyStateCreateInfo>;
  pTessellationState?: VkPipelineTessellationStateCreateInfo | Pointer<VkPipelineTessellationStateCreateInfo>;
  pViewportState?: VkPipelineViewportStateCreateInfo | Pointer<VkPipelineViewportStateCreateInfo>;
  pRasterizationState?: VkPipelineRasterizationStateCreateInfo | Pointer<VkPipelineRasterizationStateCreateInfo>;
  pMultisampleState?: VkPipelineMultisampleStateCreateInfo | Pointer<VkPipelineMultisampleStateCreateInfo>;
  pDepthStencilState?: VkPipelineDepthStencilStateCreateInfo | Pointer<VkPipelineDepthStencilStateCreateInfo>;
  pColorBlendState?: VkPipelineColorBlendStateCreateInfo | Pointer<VkPipelineColorBlendStateCreateInfo>;
  pDynamicState?: VkPipelineDynamicStateCreateInfo | Pointer<VkPipelineDynamicStateCreateInfo>;
  layout?: VkPipelineLayout;
  renderPass?: VkRenderPass;
  subpass?: number;
  basePipelineHandle?: VkPipeline;
  basePipelineIndex?: number;
}
export interface VkPipelineCacheCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineCacheCreateFlags;
  initialDataSize?: number | bigint;
  pInitialData?: ArrayBufferView | bigint;
}
export interface VkPipelineCacheHeaderVersionOne {
  headerSize?: number;
  headerVersion?: VkPipelineCacheHeaderVersion;
  vendorID?: number;
  deviceID?: number;
  pipelineCacheUUID?: readonly number[];
}
export interface VkPushConstantRange {
  stageFlags?: VkShaderStageFlags;
  offset?: number;
  size?: number;
}
export interface VkPipelineLayoutCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPipelineLayoutCreateFlags;
  setLayoutCount?: number;
  pSetLayouts?: readonly VkDescriptorSetLayout[] | Pointer<VkDescriptorSetLayout>;
  pushConstantRangeCount?: number;
  pPushConstantRanges?: VkPushConstantRange | readonly VkPushConstantRange[] | Pointer<VkPushConstantRange>;
}
export interface VkSamplerCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSamplerCreateFlags;
  magFilter?: VkFilter;
  minFilter?: VkFilter;
  mipmapMode?: VkSamplerMipmapMode;
  addressModeU?: VkSamplerAddressMode;
  addressModeV?: VkSamplerAddressMode;
  addressModeW?: VkSamplerAddressMode;
  mipLodBias?: number;
  anisotropyEnable?: VkBool32;
  maxAnisotropy?: number;
  compareEnable?: VkBool32;
  compareOp?: VkCompareOp;
  minLod?: number;
  maxLod?: number;
  borderColor?: VkBorderColor;
  unnormalizedCoordinates?: VkBool32;
}
export interface VkCommandPoolCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkCommandPoolCreateFlags;
  queueFamilyIndex?: number;
}
export interface VkCommandBufferAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  commandPool?: VkCommandPool;
  level?: VkCommandBufferLevel;
  commandBufferCount?: number;
}
export interface VkCommandBufferInheritanceInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  renderPass?: VkRenderPass;
  subpass?: number;
  framebuffer?: VkFramebuffer;
  occlusionQueryEnable?: VkBool32;
  queryFlags?: VkQueryControlFlags;
  pipelineStatistics?: VkQueryPipelineStatisticFlags;
}
export interface VkCommandBufferBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkCommandBufferUsageFlags;
  pInheritanceInfo?: VkCommandBufferInheritanceInfo | Pointer<VkCommandBufferInheritanceInfo>;
}
export interface VkRenderPassBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  renderPass?: VkRenderPass;
  framebuffer?: VkFramebuffer;
  renderArea?: VkRect2D;
  clearValueCount?: number;
  pClearValues?: VkClearValue | readonly VkClearValue[] | Pointer<VkClearValue>;
}
export interface VkClearColorValue {
  float32?: readonly number[];
  int32?: readonly number[];
  uint32?: readonly number[];
}
export interface VkClearDepthStencilValue {
  depth?: number;
  stencil?: number;
}
export interface VkClearValue {
  color?: VkClearColorValue;
  depthStencil?: VkClearDepthStencilValue;
}
export interface VkClearAttachment {
  aspectMask?: VkImageAspectFlags;
  colorAttachment?: number;
  clearValue?: VkClearValue;
}
export interface VkAttachmentDescription {
  flags?: VkAttachmentDescriptionFlags;
  format?: VkFormat;
  samples?: VkSampleCountFlagBits;
  loadOp?: VkAttachmentLoadOp;
  storeOp?: VkAttachmentStoreOp;
  stencilLoadOp?: VkAttachmentLoadOp;
  stencilStoreOp?: VkAttachmentStoreOp;
  initialLayout?: VkImageLayout;
  finalLayout?: VkImageLayout;
}
export interface VkAttachmentReference {
  attachment?: number;
  layout?: VkImageLayout;
}
export interface VkSubpassDescription {
  flags?: VkSubpassDescriptionFlags;
  pipelineBindPoint?: VkPipelineBindPoint;
  inputAttachmentCount?: number;
  pInputAttachments?: VkAttachmentReference | readonly VkAttachmentReference[] | Pointer<VkAttachmentReference>;
  colorAttachmentCount?: number;
  pColorAttachments?: VkAttachmentReference | readonly VkAttachmentReference[] | Pointer<VkAttachmentReference>;
  pResolveAttachments?: VkAttachmentReference | readonly VkAttachmentReference[] | Pointer<VkAttachmentReference>;
  pDepthStencilAttachment?: VkAttachmentReference | Pointer<VkAttachmentReference>;
  preserveAttachmentCount?: number;
  pPreserveAttachments?: ArrayLike<number> | Pointer<number>;
}
export interface VkSubpassDependency {
  srcSubpass?: number;
  dstSubpass?: number;
  srcStageMask?: VkPipelineStageFlags;
  dstStageMask?: VkPipelineStageFlags;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
  dependencyFlags?: VkDependencyFlags;
}
export interface VkRenderPassCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkRenderPassCreateFlags;
  attachmentCount?: number;
  pAttachments?: VkAttachmentDescription | readonly VkAttachmentDescription[] | Pointer<VkAttachmentDescription>;
  subpassCount?: number;
  pSubpasses?: VkSubpassDescription | readonly VkSubpassDescription[] | Pointer<VkSubpassDescription>;
  dependencyCount?: number;
  pDependencies?: VkSubpassDependency | readonly VkSubpassDependency[] | Pointer<VkSubpassDependency>;
}
export interface VkEventCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkEventCreateFlags;
}
export interface VkFenceCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkFenceCreateFlags;
}
export interface VkPhysicalDeviceFeatures {
  robustBufferAccess?: VkBool32;
  fullDrawIndexUint32?: VkBool32;
  imageCubeArray?: VkBool32;
  independentBlend?: VkBool32;
  geometryShader?: VkBool32;
  tessellationShader?: VkBool32;
  sampleRateShading?: VkBool32;
  dualSrcBlend?: VkBool32;
  logicOp?: VkBool32;
  multiDrawIndirect?: VkBool32;
  drawIndirectFirstInstance?: VkBool32;
  depthClamp?: VkBool32;
  depthBiasClamp?: VkBool32;
  fillModeNonSolid?: VkBool32;
  depthBounds?: VkBool32;
  wideLines?: VkBool32;
  largePoints?: VkBool32;
  alphaToOne?: VkBool32;
  multiViewport?: VkBool32;
  samplerAnisotropy?: VkBool32;
  textureCompressionETC2?: VkBool32;
  textureCompressionASTC_LDR?: VkBool32;
  textureCompressionBC?: VkBool32;
  occlusionQueryPrecise?: VkBool32;
  pipelineStatisticsQuery?: VkBool32;
  vertexPipelineStoresAndAtomics?: VkBool32;
  fragmentStoresAndAtomics?: VkBool32;
  shaderTessellationAndGeometryPointSize?: VkBool32;
  shaderImageGatherExtended?: VkBool32;
  shaderStorageImageExtendedFormats?: VkBool32;
  shaderStorageImageMultisample?: VkBool32;
  shaderStorageImageReadWithoutFormat?: VkBool32;
  shaderStorageImageWriteWithoutFormat?: VkBool32;
  shaderUniformBufferArrayDynamicIndexing?: VkBool32;
  shaderSampledImageArrayDynamicIndexing?: VkBool32;
  shaderStorageBufferArrayDynamicIndexing?: VkBool32;
  shaderStorageImageArrayDynamicIndexing?: VkBool32;
  shaderClipDistance?: VkBool32;
  shaderCullDistance?: VkBool32;
  shaderFloat64?: VkBool32;
  shaderInt64?: VkBool32;
  shaderInt16?: VkBool32;
  shaderResourceResidency?: VkBool32;
  shaderResourceMinLod?: VkBool32;
  sparseBinding?: VkBool32;
  sparseResidencyBuffer?: VkBool32;
  sparseResidencyImage2D?: VkBool32;
  sparseResidencyImage3D?: VkBool32;
  sparseResidency2Samples?: VkBool32;
  sparseResidency4Samples?: VkBool32;
  sparseResidency8Samples?: VkBool32;
  sparseResidency16Samples?: VkBool32;
  sparseResidencyAliased?: VkBool32;
  variableMultisampleRate?: VkBool32;
  inheritedQueries?: VkBool32;
}
export interface VkPhysicalDeviceSparseProperties {
  residencyStandard2DBlockShape?: VkBool32;
  residencyStandard2DMultisampleBlockShape?: VkBool32;
  residencyStandard3DBlockShape?: VkBool32;
  residencyAlignedMipSize?: VkBool32;
  residencyNonResidentStrict?: VkBool32;
}
export interface VkPhysicalDeviceLimits {
  maxImageDimension1D?: number;
  maxImageDimension2D?: number;
  maxImageDimension3D?: number;
  maxImageDimensionCube?: number;
  maxImageArrayLayers?: number;
  maxTexelBufferElements?: number;
  maxUniformBufferRange?: number;
  maxStorageBufferRange?: number;
  maxPushConstantsSize?: number;
  maxMemoryAllocationCount?: number;
  maxSamplerAllocationCount?: number;
  bufferImageGranularity?: VkDeviceSize;
  sparseAddressSpaceSize?: VkDeviceSize;
  maxBoundDescriptorSets?: number;
  maxPerStageDescriptorSamplers?: number;
  maxPerStageDescriptorUniformBuffers?: number;
  maxPerStageDescriptorStorageBuffers?: number;
  maxPerStageDescriptorSampledImages?: number;
  maxPerStageDescriptorStorageImages?: number;
  maxPerStageDescriptorInputAttachments?: number;
  maxPerStageResources?: number;
  maxDescriptorSetSamplers?: number;
  maxDescriptorSetUniformBuffers?: number;
  maxDescriptorSetUniformBuffersDynamic?: number;
  maxDescriptorSetStorageBuffers?: number;
  maxDescriptorSetStorageBuffersDynamic?: number;
  maxDescriptorSetSampledImages?: number;
  maxDescriptorSetStorageImages?: number;
  maxDescriptorSetInputAttachments?: number;
  maxVertexInputAttributes?: number;
  maxVertexInputBindings?: number;
  maxVertexInputAttributeOffset?: number;
  maxVertexInputBindingStride?: number;
  maxVertexOutputComponents?: number;
  maxTessellationGenerationLevel?: number;
  maxTessellationPatchSize?: number;
  maxTessellationControlPerVertexInputComponents?: number;
  maxTessellationControlPerVertexOutputComponents?: number;
  maxTessellationControlPerPatchOutputComponents?: number;
  maxTessellationControlTotalOutputComponents?: number;
  maxTessellationEvaluationInputComponents?: number;
  maxTessellationEvaluationOutputComponents?: number;
  maxGeometryShaderInvocations?: number;
  maxGeometryInputComponents?: number;
  maxGeometryOutputComponents?: number;
  maxGeometryOutputVertices?: number;
  maxGeometryTotalOutputComponents?: number;
  maxFragmentInputComponents?: number;
  maxFragmentOutputAttachments?: number;
  maxFragmentDualSrcAttachments?: number;
  maxFragmentCombinedOutputResources?: number;
  maxComputeSharedMemorySize?: number;
  maxComputeWorkGroupCount?: readonly number[];
  maxComputeWorkGroupInvocations?: number;
  maxComputeWorkGroupSize?: readonly number[];
  subPixelPrecisionBits?: number;
  subTexelPrecisionBits?: number;
  mipmapPrecisionBits?: number;
  maxDrawIndexedIndexValue?: number;
  maxDrawIndirectCount?: number;
  maxSamplerLodBias?: number;
  maxSamplerAnisotropy?: number;
  maxViewports?: number;
  maxViewportDimensions?: readonly number[];
  viewportBoundsRange?: readonly number[];
  viewportSubPixelBits?: number;
  minMemoryMapAlignment?: number | bigint;
  minTexelBufferOffsetAlignment?: VkDeviceSize;
  minUniformBufferOffsetAlignment?: VkDeviceSize;
  minStorageBufferOffsetAlignment?: VkDeviceSize;
  minTexelOffset?: number;
  maxTexelOffset?: number;
  minTexelGatherOffset?: number;
  maxTexelGatherOffset?: number;
  minInterpolationOffset?: number;
  maxInterpolationOffset?: number;
  subPixelInterpolationOffsetBits?: number;
  maxFramebufferWidth?: number;
  maxFramebufferHeight?: number;
  maxFramebufferLayers?: number;
  framebufferColorSampleCounts?: VkSampleCountFlags;
  framebufferDepthSampleCounts?: VkSampleCountFlags;
  framebufferStencilSampleCounts?: VkSampleCountFlags;
  framebufferNoAttachmentsSampleCounts?: VkSampleCountFlags;
  maxColorAttachments?: number;
  sampledImageColorSampleCounts?: VkSampleCountFlags;
  sampledImageIntegerSampleCounts?: VkSampleCountFlags;
  sampledImageDepthSampleCounts?: VkSampleCountFlags;
  sampledImageStencilSampleCounts?: VkSampleCountFlags;
  storageImageSampleCounts?: VkSampleCountFlags;
  maxSampleMaskWords?: number;
  timestampComputeAndGraphics?: VkBool32;
  timestampPeriod?: number;
  maxClipDistances?: number;
  maxCullDistances?: number;
  maxCombinedClipAndCullDistances?: number;
  discreteQueuePriorities?: number;
  pointSizeRange?: readonly number[];
  lineWidthRange?: readonly number[];
  pointSizeGranularity?: number;
  lineWidthGranularity?: number;
  strictLines?: VkBool32;
  standardSampleLocations?: VkBool32;
  optimalBufferCopyOffsetAlignment?: VkDeviceSize;
  optimalBufferCopyRowPitchAlignment?: VkDeviceSize;
  nonCoherentAtomSize?: VkDeviceSize;
}
export interface VkSemaphoreCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSemaphoreCreateFlags;
}
export interface VkQueryPoolCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkQueryPoolCreateFlags;
  queryType?: VkQueryType;
  queryCount?: number;
  pipelineStatistics?: VkQueryPipelineStatisticFlags;
}
export interface VkFramebufferCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkFramebufferCreateFlags;
  renderPass?: VkRenderPass;
  attachmentCount?: number;
  pAttachments?: readonly VkImageView[] | Pointer<VkImageView>;
  width?: number;
  height?: number;
  layers?: number;
}
export interface VkDrawIndirectCommand {
  vertexCount?: number;
  instanceCount?: number;
  firstVertex?: number;
  firstInstance?: number;
}
export interface VkDrawIndexedIndirectCommand {
  indexCount?: number;
  instanceCount?: number;
  firstIndex?: number;
  vertexOffset?: number;
  firstInstance?: number;
}
export interface VkDispatchIndirectCommand {
  x?: number;
  y?: number;
  z?: number;
}
export interface VkSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  waitSemaphoreCount?: number;
  pWaitSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  pWaitDstStageMask?: ArrayLike<VkPipelineStageFlags> | Pointer<VkPipelineStageFlags>;
  commandBufferCount?: number;
  pCommandBuffers?: readonly VkCommandBuffer[] | Pointer<VkCommandBuffer>;
  signalSemaphoreCount?: number;
  pSignalSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
}
export interface VkSurfaceCapabilitiesKHR {
  minImageCount?: number;
  maxImageCount?: number;
  currentExtent?: VkExtent2D;
  minImageExtent?: VkExtent2D;
  maxImageExtent?: VkExtent2D;
  maxImageArrayLayers?: number;
  supportedTransforms?: VkSurfaceTransformFlagsKHR;
  currentTransform?: VkSurfaceTransformFlagBitsKHR;
  supportedCompositeAlpha?: VkCompositeAlphaFlagsKHR;
  supportedUsageFlags?: VkImageUsageFlags;
}
export interface VkSurfaceFormatKHR {
  format?: VkFormat;
  colorSpace?: VkColorSpaceKHR;
}
export interface VkSwapchainCreateInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSwapchainCreateFlagsKHR;
  surface?: VkSurfaceKHR;
  minImageCount?: number;
  imageFormat?: VkFormat;
  imageColorSpace?: VkColorSpaceKHR;
  imageExtent?: VkExtent2D;
  imageArrayLayers?: number;
  imageUsage?: VkImageUsageFlags;
  imageSharingMode?: VkSharingMode;
  queueFamilyIndexCount?: number;
  pQueueFamilyIndices?: ArrayLike<number> | Pointer<number>;
  preTransform?: VkSurfaceTransformFlagBitsKHR;
  compositeAlpha?: VkCompositeAlphaFlagBitsKHR;
  presentMode?: VkPresentModeKHR;
  clipped?: VkBool32;
  oldSwapchain?: VkSwapchainKHR;
}
export interface VkPresentInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  waitSemaphoreCount?: number;
  pWaitSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  swapchainCount?: number;
  pSwapchains?: readonly VkSwapchainKHR[] | Pointer<VkSwapchainKHR>;
  pImageIndices?: ArrayLike<number> | Pointer<number>;
  pResults?: ArrayLike<VkResult> | Pointer<VkResult>;
}
export interface VkValidationFeaturesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  enabledValidationFeatureCount?: number;
  pEnabledValidationFeatures?: ArrayLike<VkValidationFeatureEnableEXT> | Pointer<VkValidationFeatureEnableEXT>;
  disabledValidationFeatureCount?: number;
  pDisabledValidationFeatures?: ArrayLike<VkValidationFeatureDisableEXT> | Pointer<VkValidationFeatureDisableEXT>;
}
export interface VkDevicePrivateDataCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  privateDataSlotRequestCount?: number;
}
export interface VkPrivateDataSlotCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkPrivateDataSlotCreateFlags;
}
export interface VkPhysicalDevicePrivateDataFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  privateData?: VkBool32;
}
export interface VkPhysicalDeviceFeatures2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  features?: VkPhysicalDeviceFeatures;
}
export interface VkPhysicalDeviceProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  properties?: VkPhysicalDeviceProperties;
}
export interface VkFormatProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  formatProperties?: VkFormatProperties;
}
export interface VkImageFormatProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  imageFormatProperties?: VkImageFormatProperties;
}
export interface VkPhysicalDeviceImageFormatInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  format?: VkFormat;
  type?: VkImageType;
  tiling?: VkImageTiling;
  usage?: VkImageUsageFlags;
  flags?: VkImageCreateFlags;
}
export interface VkQueueFamilyProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  queueFamilyProperties?: VkQueueFamilyProperties;
}
export interface VkPhysicalDeviceMemoryProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memoryProperties?: VkPhysicalDeviceMemoryProperties;
}
export interface VkSparseImageFormatProperties2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  properties?: VkSparseImageFormatProperties;
}
export interface VkPhysicalDeviceSparseImageFormatInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  format?: VkFormat;
  type?: VkImageType;
  samples?: VkSampleCountFlagBits;
  usage?: VkImageUsageFlags;
  tiling?: VkImageTiling;
}
export interface VkPhysicalDevicePushDescriptorProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxPushDescriptors?: number;
}
export type VkPhysicalDevicePushDescriptorPropertiesKHR = VkPhysicalDevicePushDescriptorProperties;
export interface VkConformanceVersion {
  major?: number;
  minor?: number;
  subminor?: number;
  patch?: number;
}
export interface VkPhysicalDeviceDriverProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  driverID?: VkDriverId;
  driverName?: string;
  driverInfo?: string;
  conformanceVersion?: VkConformanceVersion;
}
export interface VkPhysicalDeviceVariablePointersFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  variablePointersStorageBuffer?: VkBool32;
  variablePointers?: VkBool32;
}
export type VkPhysicalDeviceVariablePointerFeatures = VkPhysicalDeviceVariablePointersFeatures;
export interface VkExternalMemoryProperties {
  externalMemoryFeatures?: VkExternalMemoryFeatureFlags;
  exportFromImportedHandleTypes?: VkExternalMemoryHandleTypeFlags;
  compatibleHandleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkPhysicalDeviceExternalImageFormatInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkExternalImageFormatProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  externalMemoryProperties?: VkExternalMemoryProperties;
}
export interface VkPhysicalDeviceExternalBufferInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkBufferCreateFlags;
  usage?: VkBufferUsageFlags;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkExternalBufferProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  externalMemoryProperties?: VkExternalMemoryProperties;
}
export interface VkPhysicalDeviceIDProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceUUID?: readonly number[];
  driverUUID?: readonly number[];
  deviceLUID?: readonly number[];
  deviceNodeMask?: number;
  deviceLUIDValid?: VkBool32;
}
export interface VkExternalMemoryImageCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkExternalMemoryBufferCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkExportMemoryAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkImportMemoryFdInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
  fd?: number;
}
export interface VkMemoryFdPropertiesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memoryTypeBits?: number;
}
export interface VkMemoryGetFdInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memory?: VkDeviceMemory;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkPhysicalDeviceExternalSemaphoreInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
}
export interface VkExternalSemaphoreProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  exportFromImportedHandleTypes?: VkExternalSemaphoreHandleTypeFlags;
  compatibleHandleTypes?: VkExternalSemaphoreHandleTypeFlags;
  externalSemaphoreFeatures?: VkExternalSemaphoreFeatureFlags;
}
export interface VkExportSemaphoreCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleTypes?: VkExternalSemaphoreHandleTypeFlags;
}
export interface VkImportSemaphoreFdInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  semaphore?: VkSemaphore;
  flags?: VkSemaphoreImportFlags;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
  fd?: number;
}
export interface VkSemaphoreGetFdInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  semaphore?: VkSemaphore;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
}
export interface VkPhysicalDeviceExternalFenceInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleType?: VkExternalFenceHandleTypeFlagBits;
}
export interface VkExternalFenceProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  exportFromImportedHandleTypes?: VkExternalFenceHandleTypeFlags;
  compatibleHandleTypes?: VkExternalFenceHandleTypeFlags;
  externalFenceFeatures?: VkExternalFenceFeatureFlags;
}
export interface VkExportFenceCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleTypes?: VkExternalFenceHandleTypeFlags;
}
export interface VkPhysicalDeviceMultiviewFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  multiview?: VkBool32;
  multiviewGeometryShader?: VkBool32;
  multiviewTessellationShader?: VkBool32;
}
export interface VkPhysicalDeviceMultiviewProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxMultiviewViewCount?: number;
  maxMultiviewInstanceIndex?: number;
}
export interface VkRenderPassMultiviewCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  subpassCount?: number;
  pViewMasks?: ArrayLike<number> | Pointer<number>;
  dependencyCount?: number;
  pViewOffsets?: ArrayLike<number> | Pointer<number>;
  correlationMaskCount?: number;
  pCorrelationMasks?: ArrayLike<number> | Pointer<number>;
}
export interface VkPhysicalDeviceGroupProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  physicalDeviceCount?: number;
  physicalDevices?: readonly VkPhysicalDevice[];
  subsetAllocation?: VkBool32;
}
export interface VkMemoryAllocateFlagsInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkMemoryAllocateFlags;
  deviceMask?: number;
}
export interface VkBindBufferMemoryInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  buffer?: VkBuffer;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
}
export interface VkBindBufferMemoryDeviceGroupInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceIndexCount?: number;
  pDeviceIndices?: ArrayLike<number> | Pointer<number>;
}
export interface VkBindImageMemoryInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  image?: VkImage;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
}
export interface VkBindImageMemoryDeviceGroupInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceIndexCount?: number;
  pDeviceIndices?: ArrayLike<number> | Pointer<number>;
  splitInstanceBindRegionCount?: number;
  pSplitInstanceBindRegions?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export interface VkDeviceGroupRenderPassBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceMask?: number;
  deviceRenderAreaCount?: number;
  pDeviceRenderAreas?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export interface VkDeviceGroupCommandBufferBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceMask?: number;
}
export interface VkDeviceGroupSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  waitSemaphoreCount?: number;
  pWaitSemaphoreDeviceIndices?: ArrayLike<number> | Pointer<number>;
  commandBufferCount?: number;
  pCommandBufferDeviceMasks?: ArrayLike<number> | Pointer<number>;
  signalSemaphoreCount?: number;
  pSignalSemaphoreDeviceIndices?: ArrayLike<number> | Pointer<number>;
}
export interface VkDeviceGroupBindSparseInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  resourceDeviceIndex?: number;
  memoryDeviceIndex?: number;
}
export interface VkDeviceGroupPresentCapabilitiesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  presentMask?: readonly number[];
  modes?: VkDeviceGroupPresentModeFlagsKHR;
}
export interface VkImageSwapchainCreateInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  swapchain?: VkSwapchainKHR;
}
export interface VkBindImageMemorySwapchainInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  swapchain?: VkSwapchainKHR;
  imageIndex?: number;
}
export interface VkAcquireNextImageInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  swapchain?: VkSwapchainKHR;
  timeout?: number | bigint;
  semaphore?: VkSemaphore;
  fence?: VkFence;
  deviceMask?: number;
}
export interface VkDeviceGroupPresentInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  swapchainCount?: number;
  pDeviceMasks?: ArrayLike<number> | Pointer<number>;
  mode?: VkDeviceGroupPresentModeFlagBitsKHR;
}
export interface VkDeviceGroupDeviceCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  physicalDeviceCount?: number;
  pPhysicalDevices?: readonly VkPhysicalDevice[] | Pointer<VkPhysicalDevice>;
}
export interface VkDeviceGroupSwapchainCreateInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  modes?: VkDeviceGroupPresentModeFlagsKHR;
}
export interface VkDescriptorUpdateTemplateEntry {
  dstBinding?: number;
  dstArrayElement?: number;
  descriptorCount?: number;
  descriptorType?: VkDescriptorType;
  offset?: number | bigint;
  stride?: number | bigint;
}
export interface VkDescriptorUpdateTemplateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDescriptorUpdateTemplateCreateFlags;
  descriptorUpdateEntryCount?: number;
  pDescriptorUpdateEntries?: VkDescriptorUpdateTemplateEntry | readonly VkDescriptorUpdateTemplateEntry[] | Pointer<VkDescriptorUpdateTemplateEntry>;
  templateType?: VkDescriptorUpdateTemplateType;
  descriptorSetLayout?: VkDescriptorSetLayout;
  pipelineBindPoint?: VkPipelineBindPoint;
  pipelineLayout?: VkPipelineLayout;
  set?: number;
}
export interface VkInputAttachmentAspectReference {
  subpass?: number;
  inputAttachmentIndex?: number;
  aspectMask?: VkImageAspectFlags;
}
export interface VkRenderPassInputAttachmentAspectCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  aspectReferenceCount?: number;
  pAspectReferences?: VkInputAttachmentAspectReference | readonly VkInputAttachmentAspectReference[] | Pointer<VkInputAttachmentAspectReference>;
}
export interface VkPhysicalDevice16BitStorageFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  storageBuffer16BitAccess?: VkBool32;
  uniformAndStorageBuffer16BitAccess?: VkBool32;
  storagePushConstant16?: VkBool32;
  storageInputOutput16?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  subgroupSize?: number;
  supportedStages?: VkShaderStageFlags;
  supportedOperations?: VkSubgroupFeatureFlags;
  quadOperationsInAllStages?: VkBool32;
}
export interface VkPhysicalDeviceShaderSubgroupExtendedTypesFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderSubgroupExtendedTypes?: VkBool32;
}
export interface VkBufferMemoryRequirementsInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  buffer?: VkBuffer;
}
export interface VkDeviceBufferMemoryRequirements {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pCreateInfo?: VkBufferCreateInfo | Pointer<VkBufferCreateInfo>;
}
export interface VkImageMemoryRequirementsInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  image?: VkImage;
}
export interface VkImageSparseMemoryRequirementsInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  image?: VkImage;
}
export interface VkDeviceImageMemoryRequirements {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pCreateInfo?: VkImageCreateInfo | Pointer<VkImageCreateInfo>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkMemoryRequirements2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memoryRequirements?: VkMemoryRequirements;
}
export interface VkSparseImageMemoryRequirements2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memoryRequirements?: VkSparseImageMemoryRequirements;
}
export interface VkPhysicalDevicePointClippingProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pointClippingBehavior?: VkPointClippingBehavior;
}
export interface VkMemoryDedicatedRequirements {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  prefersDedicatedAllocation?: VkBool32;
  requiresDedicatedAllocation?: VkBool32;
}
export interface VkMemoryDedicatedAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  image?: VkImage;
  buffer?: VkBuffer;
}
export interface VkImageViewUsageCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  usage?: VkImageUsageFlags;
}
export interface VkPipelineTessellationDomainOriginStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  domainOrigin?: VkTessellationDomainOrigin;
}
export interface VkSamplerYcbcrConversionInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  conversion?: VkSamplerYcbcrConversion;
}
export interface VkSamplerYcbcrConversionCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  format?: VkFormat;
  ycbcrModel?: VkSamplerYcbcrModelConversion;
  ycbcrRange?: VkSamplerYcbcrRange;
  components?: VkComponentMapping;
  xChromaOffset?: VkChromaLocation;
  yChromaOffset?: VkChromaLocation;
  chromaFilter?: VkFilter;
  forceExplicitReconstruction?: VkBool32;
}
export interface VkBindImagePlaneMemoryInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkImagePlaneMemoryRequirementsInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkPhysicalDeviceSamplerYcbcrConversionFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  samplerYcbcrConversion?: VkBool32;
}
export interface VkSamplerYcbcrConversionImageFormatProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  combinedImageSamplerDescriptorCount?: number;
}
export interface VkConditionalRenderingBeginInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  flags?: VkConditionalRenderingFlagsEXT;
}
export interface VkProtectedSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  protectedSubmit?: VkBool32;
}
export interface VkPhysicalDeviceProtectedMemoryFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  protectedMemory?: VkBool32;
}
export interface VkPhysicalDeviceProtectedMemoryProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  protectedNoFault?: VkBool32;
}
export interface VkDeviceQueueInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDeviceQueueCreateFlags;
  queueFamilyIndex?: number;
  queueIndex?: number;
}
export interface VkPhysicalDeviceSamplerFilterMinmaxProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  filterMinmaxSingleComponentFormats?: VkBool32;
  filterMinmaxImageComponentMapping?: VkBool32;
}
export interface VkSamplerReductionModeCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  reductionMode?: VkSamplerReductionMode;
}
export interface VkPhysicalDeviceInlineUniformBlockFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  inlineUniformBlock?: VkBool32;
  descriptorBindingInlineUniformBlockUpdateAfterBind?: VkBool32;
}
export interface VkPhysicalDeviceInlineUniformBlockProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxInlineUniformBlockSize?: number;
  maxPerStageDescriptorInlineUniformBlocks?: number;
  maxPerStageDescriptorUpdateAfterBindInlineUniformBlocks?: number;
  maxDescriptorSetInlineUniformBlocks?: number;
  maxDescriptorSetUpdateAfterBindInlineUniformBlocks?: number;
}
export interface VkWriteDescriptorSetInlineUniformBlock {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  dataSize?: number;
  pData?: ArrayBufferView | bigint;
}
export interface VkDescriptorPoolInlineUniformBlockCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxInlineUniformBlockBindings?: number;
}
export interface VkImageFormatListCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  viewFormatCount?: number;
  pViewFormats?: ArrayLike<VkFormat> | Pointer<VkFormat>;
}
export interface VkPhysicalDeviceMaintenance3Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxPerSetDescriptors?: number;
  maxMemoryAllocationSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceMaintenance4Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maintenance4?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance4Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxBufferSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceMaintenance5Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maintenance5?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance5Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  earlyFragmentMultisampleCoverageAfterSampleCounting?: VkBool32;
  earlyFragmentSampleMaskTestBeforeSampleCounting?: VkBool32;
  depthStencilSwizzleOneSupport?: VkBool32;
  polygonModePointSize?: VkBool32;
  nonStrictSinglePixelWideLinesUseParallelogram?: VkBool32;
  nonStrictWideLinesUseParallelogram?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance6Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maintenance6?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance6Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  blockTexelViewCompatibleMultipleLayers?: VkBool32;
  maxCombinedImageSamplerDescriptorCount?: number;
  fragmentShadingRateClampCombinerInputs?: VkBool32;
}
export interface VkRenderingAreaInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: ArrayLike<VkFormat> | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
}
export interface VkDescriptorSetLayoutSupport {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  supported?: VkBool32;
}
export interface VkPhysicalDeviceShaderDrawParametersFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderDrawParameters?: VkBool32;
}
export type VkPhysicalDeviceShaderDrawParameterFeatures = VkPhysicalDeviceShaderDrawParametersFeatures;
export interface VkPhysicalDeviceShaderFloat16Int8Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderFloat16?: VkBool32;
  shaderInt8?: VkBool32;
}
export interface VkPhysicalDeviceFloatControlsProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  denormBehaviorIndependence?: VkShaderFloatControlsIndependence;
  roundingModeIndependence?: VkShaderFloatControlsIndependence;
  shaderSignedZeroInfNanPreserveFloat16?: VkBool32;
  shaderSignedZeroInfNanPreserveFloat32?: VkBool32;
  shaderSignedZeroInfNanPreserveFloat64?: VkBool32;
  shaderDenormPreserveFloat16?: VkBool32;
  shaderDenormPreserveFloat32?: VkBool32;
  shaderDenormPreserveFloat64?: VkBool32;
  shaderDenormFlushToZeroFloat16?: VkBool32;
  shaderDenormFlushToZeroFloat32?: VkBool32;
  shaderDenormFlushToZeroFloat64?: VkBool32;
  shaderRoundingModeRTEFloat16?: VkBool32;
  shaderRoundingModeRTEFloat32?: VkBool32;
  shaderRoundingModeRTEFloat64?: VkBool32;
  shaderRoundingModeRTZFloat16?: VkBool32;
  shaderRoundingModeRTZFloat32?: VkBool32;
  shaderRoundingModeRTZFloat64?: VkBool32;
}
export interface VkPhysicalDeviceHostQueryResetFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  hostQueryReset?: VkBool32;
}
export interface VkDeviceQueueGlobalPriorityCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  globalPriority?: VkQueueGlobalPriority;
}
export interface VkPhysicalDeviceGlobalPriorityQueryFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  globalPriorityQuery?: VkBool32;
}
export interface VkQueueFamilyGlobalPriorityProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  priorityCount?: number;
  priorities?: readonly VkQueueGlobalPriority[];
}
export interface VkDebugUtilsObjectNameInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  objectType?: VkObjectType;
  objectHandle?: number | bigint;
  pObjectName?: string | Pointer<string>;
}
export interface VkDebugUtilsObjectTagInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  objectType?: VkObjectType;
  objectHandle?: number | bigint;
  tagName?: number | bigint;
  tagSize?: number | bigint;
  pTag?: ArrayBufferView | bigint;
}
export interface VkDebugUtilsLabelEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pLabelName?: string | Pointer<string>;
  color?: readonly number[];
}
export interface VkDebugUtilsMessengerCreateInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDebugUtilsMessengerCreateFlagsEXT;
  messageSeverity?: VkDebugUtilsMessageSeverityFlagsEXT;
  messageType?: VkDebugUtilsMessageTypeFlagsEXT;
  pfnUserCallback?: PFN_vkDebugUtilsMessengerCallbackEXT;
  pUserData?: bigint;
}
export interface VkDebugUtilsMessengerCallbackDataEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkDebugUtilsMessengerCallbackDataFlagsEXT;
  pMessageIdName?: string | Pointer<string>;
  messageIdNumber?: number;
  pMessage?: string | Pointer<string>;
  queueLabelCount?: number;
  pQueueLabels?: VkDebugUtilsLabelEXT | readonly VkDebugUtilsLabelEXT[] | Pointer<VkDebugUtilsLabelEXT>;
  cmdBufLabelCount?: number;
  pCmdBufLabels?: VkDebugUtilsLabelEXT | readonly VkDebugUtilsLabelEXT[] | Pointer<VkDebugUtilsLabelEXT>;
  objectCount?: number;
  pObjects?: VkDebugUtilsObjectNameInfoEXT | readonly VkDebugUtilsObjectNameInfoEXT[] | Pointer<VkDebugUtilsObjectNameInfoEXT>;
}
export interface VkImportMemoryHostPointerInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
  pHostPointer?: bigint;
}
export interface VkMemoryHostPointerPropertiesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memoryTypeBits?: number;
}
export interface VkPhysicalDeviceExternalMemoryHostPropertiesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  minImportedHostPointerAlignment?: VkDeviceSize;
}
export interface VkCalibratedTimestampInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  timeDomain?: VkTimeDomainKHR;
}
export type VkCalibratedTimestampInfoEXT = VkCalibratedTimestampInfoKHR;
export interface VkPhysicalDeviceDescriptorIndexingFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderInputAttachmentArrayDynamicIndexing?: VkBool32;
  shaderUniformTexelBufferArrayDynamicIndexing?: VkBool32;
  shaderStorageTexelBufferArrayDynamicIndexing?: VkBool32;
  shaderUniformBufferArrayNonUniformIndexing?: VkBool32;
  shaderSampledImageArrayNonUniformIndexing?: VkBool32;
  shaderStorageBufferArrayNonUniformIndexing?: VkBool32;
  shaderStorageImageArrayNonUniformIndexing?: VkBool32;
  shaderInputAttachmentArrayNonUniformIndexing?: VkBool32;
  shaderUniformTexelBufferArrayNonUniformIndexing?: VkBool32;
  shaderStorageTexelBufferArrayNonUniformIndexing?: VkBool32;
  descriptorBindingUniformBufferUpdateAfterBind?: VkBool32;
  descriptorBindingSampledImageUpdateAfterBind?: VkBool32;
  descriptorBindingStorageImageUpdateAfterBind?: VkBool32;
  descriptorBindingStorageBufferUpdateAfterBind?: VkBool32;
  descriptorBindingUniformTexelBufferUpdateAfterBind?: VkBool32;
  descriptorBindingStorageTexelBufferUpdateAfterBind?: VkBool32;
  descriptorBindingUpdateUnusedWhilePending?: VkBool32;
  descriptorBindingPartiallyBound?: VkBool32;
  descriptorBindingVariableDescriptorCount?: VkBool32;
  runtimeDescriptorArray?: VkBool32;
}
export interface VkPhysicalDeviceDescriptorIndexingProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxUpdateAfterBindDescriptorsInAllPools?: number;
  shaderUniformBufferArrayNonUniformIndexingNative?: VkBool32;
  shaderSampledImageArrayNonUniformIndexingNative?: VkBool32;
  shaderStorageBufferArrayNonUniformIndexingNative?: VkBool32;
  shaderStorageImageArrayNonUniformIndexingNative?: VkBool32;
  shaderInputAttachmentArrayNonUniformIndexingNative?: VkBool32;
  robustBufferAccessUpdateAfterBind?: VkBool32;
  quadDivergentImplicitLod?: VkBool32;
  maxPerStageDescriptorUpdateAfterBindSamplers?: number;
  maxPerStageDescriptorUpdateAfterBindUniformBuffers?: number;
  maxPerStageDescriptorUpdateAfterBindStorageBuffers?: number;
  maxPerStageDescriptorUpdateAfterBindSampledImages?: number;
  maxPerStageDescriptorUpdateAfterBindStorageImages?: number;
  maxPerStageDescriptorUpdateAfterBindInputAttachments?: number;
  maxPerStageUpdateAfterBindResources?: number;
  maxDescriptorSetUpdateAfterBindSamplers?: number;
  maxDescriptorSetUpdateAfterBindUniformBuffers?: number;
  maxDescriptorSetUpdateAfterBindUniformBuffersDynamic?: number;
  maxDescriptorSetUpdateAfterBindStorageBuffers?: number;
  maxDescriptorSetUpdateAfterBindStorageBuffersDynamic?: number;
  maxDescriptorSetUpdateAfterBindSampledImages?: number;
  maxDescriptorSetUpdateAfterBindStorageImages?: number;
  maxDescriptorSetUpdateAfterBindInputAttachments?: number;
}
export interface VkDescriptorSetLayoutBindingFlagsCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  bindingCount?: number;
  pBindingFlags?: ArrayLike<VkDescriptorBindingFlags> | Pointer<VkDescriptorBindingFlags>;
}
export interface VkDescriptorSetVariableDescriptorCountAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  descriptorSetCount?: number;
  pDescriptorCounts?: ArrayLike<number> | Pointer<number>;
}
export interface VkDescriptorSetVariableDescriptorCountLayoutSupport {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxVariableDescriptorCount?: number;
}
export interface VkAttachmentDescription2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkAttachmentDescriptionFlags;
  format?: VkFormat;
  samples?: VkSampleCountFlagBits;
  loadOp?: VkAttachmentLoadOp;
  storeOp?: VkAttachmentStoreOp;
  stencilLoadOp?: VkAttachmentLoadOp;
  stencilStoreOp?: VkAttachmentStoreOp;
  initialLayout?: VkImageLayout;
  finalLayout?: VkImageLayout;
}
export interface VkAttachmentReference2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  attachment?: number;
  layout?: VkImageLayout;
  aspectMask?: VkImageAspectFlags;
}
export interface VkSubpassDescription2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSubpassDescriptionFlags;
  pipelineBindPoint?: VkPipelineBindPoint;
  viewMask?: number;
  inputAttachmentCount?: number;
  pInputAttachments?: VkAttachmentReference2 | readonly VkAttachmentReference2[] | Pointer<VkAttachmentReference2>;
  colorAttachmentCount?: number;
  pColorAttachments?: VkAttachmentReference2 | readonly VkAttachmentReference2[] | Pointer<VkAttachmentReference2>;
  pResolveAttachments?: VkAttachmentReference2 | readonly VkAttachmentReference2[] | Pointer<VkAttachmentReference2>;
  pDepthStencilAttachment?: VkAttachmentReference2 | Pointer<VkAttachmentReference2>;
  preserveAttachmentCount?: number;
  pPreserveAttachments?: ArrayLike<number> | Pointer<number>;
}
export interface VkSubpassDependency2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcSubpass?: number;
  dstSubpass?: number;
  srcStageMask?: VkPipelineStageFlags;
  dstStageMask?: VkPipelineStageFlags;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
  dependencyFlags?: VkDependencyFlags;
  viewOffset?: number;
}
export interface VkRenderPassCreateInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkRenderPassCreateFlags;
  attachmentCount?: number;
  pAttachments?: VkAttachmentDescription2 | readonly VkAttachmentDescription2[] | Pointer<VkAttachmentDescription2>;
  subpassCount?: number;
  pSubpasses?: VkSubpassDescription2 | readonly VkSubpassDescription2[] | Pointer<VkSubpassDescription2>;
  dependencyCount?: number;
  pDependencies?: VkSubpassDependency2 | readonly VkSubpassDependency2[] | Pointer<VkSubpassDependency2>;
  correlatedViewMaskCount?: number;
  pCorrelatedViewMasks?: ArrayLike<number> | Pointer<number>;
}
export interface VkSubpassBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  contents?: VkSubpassContents;
}
export interface VkSubpassEndInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
}
export interface VkPhysicalDeviceTimelineSemaphoreFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  timelineSemaphore?: VkBool32;
}
export interface VkPhysicalDeviceTimelineSemaphoreProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxTimelineSemaphoreValueDifference?: number | bigint;
}
export interface VkSemaphoreTypeCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  semaphoreType?: VkSemaphoreType;
  initialValue?: number | bigint;
}
export interface VkTimelineSemaphoreSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  waitSemaphoreValueCount?: number;
  pWaitSemaphoreValues?: ArrayLike<number | bigint> | Pointer<number | bigint>;
  signalSemaphoreValueCount?: number;
  pSignalSemaphoreValues?: ArrayLike<number | bigint> | Pointer<number | bigint>;
}
export interface VkSemaphoreWaitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSemaphoreWaitFlags;
  semaphoreCount?: number;
  pSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  pValues?: ArrayLike<number | bigint> | Pointer<number | bigint>;
}
export interface VkSemaphoreSignalInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  semaphore?: VkSemaphore;
  value?: number | bigint;
}
export interface VkVertexInputBindingDivisorDescription {
  binding?: number;
  divisor?: number;
}
export interface VkPipelineVertexInputDivisorStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  vertexBindingDivisorCount?: number;
  pVertexBindingDivisors?: VkVertexInputBindingDivisorDescription | readonly VkVertexInputBindingDivisorDescription[] | Pointer<VkVertexInputBindingDivisorDescription>;
}
export interface VkPhysicalDeviceVertexAttributeDivisorProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  maxVertexAttribDivisor?: number;
  supportsNonZeroFirstInstance?: VkBool32;
}
export interface VkCommandBufferInheritanceConditionalRenderingInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  conditionalRenderingEnable?: VkBool32;
}
export interface VkPhysicalDevice8BitStorageFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  storageBuffer8BitAccess?: VkBool32;
  uniformAndStorageBuffer8BitAccess?: VkBool32;
  storagePushConstant8?: VkBool32;
}
export interface VkPhysicalDeviceConditionalRenderingFeaturesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  conditionalRendering?: VkBool32;
  inheritedConditionalRendering?: VkBool32;
}
export interface VkPhysicalDeviceVulkanMemoryModelFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  vulkanMemoryModel?: VkBool32;
  vulkanMemoryModelDeviceScope?: VkBool32;
  vulkanMemoryModelAvailabilityVisibilityChains?: VkBool32;
}
export interface VkPhysicalDeviceShaderAtomicInt64Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderBufferInt64Atomics?: VkBool32;
  shaderSharedInt64Atomics?: VkBool32;
}
export interface VkPhysicalDeviceShaderAtomicFloatFeaturesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderBufferFloat32Atomics?: VkBool32;
  shaderBufferFloat32AtomicAdd?: VkBool32;
  shaderBufferFloat64Atomics?: VkBool32;
  shaderBufferFloat64AtomicAdd?: VkBool32;
  shaderSharedFloat32Atomics?: VkBool32;
  shaderSharedFloat32AtomicAdd?: VkBool32;
  shaderSharedFloat64Atomics?: VkBool32;
  shaderSharedFloat64AtomicAdd?: VkBool32;
  shaderImageFloat32Atomics?: VkBool32;
  shaderImageFloat32AtomicAdd?: VkBool32;
  sparseImageFloat32Atomics?: VkBool32;
  sparseImageFloat32AtomicAdd?: VkBool32;
}
export interface VkPhysicalDeviceVertexAttributeDivisorFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  vertexAttributeInstanceRateDivisor?: VkBool32;
  vertexAttributeInstanceRateZeroDivisor?: VkBool32;
}
export interface VkPhysicalDeviceDepthStencilResolveProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  supportedDepthResolveModes?: VkResolveModeFlags;
  supportedStencilResolveModes?: VkResolveModeFlags;
  independentResolveNone?: VkBool32;
  independentResolve?: VkBool32;
}
export interface VkSubpassDescriptionDepthStencilResolve {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  depthResolveMode?: VkResolveModeFlagBits;
  stencilResolveMode?: VkResolveModeFlagBits;
  pDepthStencilResolveAttachment?: VkAttachmentReference2 | Pointer<VkAttachmentReference2>;
}
export interface VkImageStencilUsageCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stencilUsage?: VkImageUsageFlags;
}
export interface VkPhysicalDeviceScalarBlockLayoutFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  scalarBlockLayout?: VkBool32;
}
export interface VkPhysicalDeviceUniformBufferStandardLayoutFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  uniformBufferStandardLayout?: VkBool32;
}
export interface VkPhysicalDeviceMemoryBudgetPropertiesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  heapBudget?: readonly VkDeviceSize[];
  heapUsage?: readonly VkDeviceSize[];
}
export interface VkPhysicalDeviceBufferDeviceAddressFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  bufferDeviceAddress?: VkBool32;
  bufferDeviceAddressCaptureReplay?: VkBool32;
  bufferDeviceAddressMultiDevice?: VkBool32;
}
export interface VkBufferDeviceAddressInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  buffer?: VkBuffer;
}
export interface VkBufferOpaqueCaptureAddressCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  opaqueCaptureAddress?: number | bigint;
}
export interface VkPhysicalDeviceImagelessFramebufferFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  imagelessFramebuffer?: VkBool32;
}
export interface VkFramebufferAttachmentsCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  attachmentImageInfoCount?: number;
  pAttachmentImageInfos?: VkFramebufferAttachmentImageInfo | readonly VkFramebufferAttachmentImageInfo[] | Pointer<VkFramebufferAttachmentImageInfo>;
}
export interface VkFramebufferAttachmentImageInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkImageCreateFlags;
  usage?: VkImageUsageFlags;
  width?: number;
  height?: number;
  layerCount?: number;
  viewFormatCount?: number;
  pViewFormats?: ArrayLike<VkFormat> | Pointer<VkFormat>;
}
export interface VkRenderPassAttachmentBeginInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  attachmentCount?: number;
  pAttachments?: readonly VkImageView[] | Pointer<VkImageView>;
}
export interface VkPhysicalDeviceTextureCompressionASTCHDRFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  textureCompressionASTC_HDR?: VkBool32;
}
export interface VkPipelineCreationFeedback {
  flags?: VkPipelineCreationFeedbackFlags;
  duration?: number | bigint;
}
export type VkPipelineCreationFeedbackEXT = VkPipelineCreationFeedback;
export interface VkPipelineCreationFeedbackCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pPipelineCreationFeedback?: VkPipelineCreationFeedback | Pointer<VkPipelineCreationFeedback>;
  pipelineStageCreationFeedbackCount?: number;
  pPipelineStageCreationFeedbacks?: VkPipelineCreationFeedback | readonly VkPipelineCreationFeedback[] | Pointer<VkPipelineCreationFeedback>;
}
export type VkPipelineCreationFeedbackCreateInfoEXT = VkPipelineCreationFeedbackCreateInfo;
export interface VkPhysicalDeviceIndexTypeUint8Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  indexTypeUint8?: VkBool32;
}
export interface VkPhysicalDeviceSeparateDepthStencilLayoutsFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  separateDepthStencilLayouts?: VkBool32;
}
export interface VkAttachmentReferenceStencilLayout {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stencilLayout?: VkImageLayout;
}
export interface VkAttachmentDescriptionStencilLayout {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stencilInitialLayout?: VkImageLayout;
  stencilFinalLayout?: VkImageLayout;
}
export interface VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipelineExecutableInfo?: VkBool32;
}
export interface VkPipelineInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipeline?: VkPipeline;
}
export interface VkPipelineExecutablePropertiesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stages?: VkShaderStageFlags;
  name?: string;
  description?: string;
  subgroupSize?: number;
}
export interface VkPipelineExecutableInfoKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipeline?: VkPipeline;
  executableIndex?: number;
}
export interface VkPipelineExecutableStatisticValueKHR {
  b32?: VkBool32;
  i64?: number | bigint;
  u64?: number | bigint;
  f64?: number;
}
export interface VkPipelineExecutableStatisticKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  name?: string;
  description?: string;
  format?: VkPipelineExecutableStatisticFormatKHR;
  value?: VkPipelineExecutableStatisticValueKHR;
}
export interface VkPipelineExecutableInternalRepresentationKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  name?: string;
  description?: string;
  isText?: VkBool32;
  dataSize?: number | bigint;
  pData?: ArrayBufferView | bigint;
}
export interface VkPhysicalDeviceShaderDemoteToHelperInvocationFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderDemoteToHelperInvocation?: VkBool32;
}
export interface VkPhysicalDeviceTexelBufferAlignmentProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  storageTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  storageTexelBufferOffsetSingleTexelAlignment?: VkBool32;
  uniformTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  uniformTexelBufferOffsetSingleTexelAlignment?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupSizeControlFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  subgroupSizeControl?: VkBool32;
  computeFullSubgroups?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupSizeControlProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  minSubgroupSize?: number;
  maxSubgroupSize?: number;
  maxComputeWorkgroupSubgroups?: number;
  requiredSubgroupSizeStages?: VkShaderStageFlags;
}
export interface VkPipelineShaderStageRequiredSubgroupSizeCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  requiredSubgroupSize?: number;
}
export interface VkMemoryOpaqueCaptureAddressAllocateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  opaqueCaptureAddress?: number | bigint;
}
export interface VkDeviceMemoryOpaqueCaptureAddressInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  memory?: VkDeviceMemory;
}
export interface VkPhysicalDeviceLineRasterizationFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  rectangularLines?: VkBool32;
  bresenhamLines?: VkBool32;
  smoothLines?: VkBool32;
  stippledRectangularLines?: VkBool32;
  stippledBresenhamLines?: VkBool32;
  stippledSmoothLines?: VkBool32;
}
export interface VkPhysicalDeviceLineRasterizationProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  lineSubPixelPrecisionBits?: number;
}
export interface VkPipelineRasterizationLineStateCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  lineRasterizationMode?: VkLineRasterizationMode;
  stippledLineEnable?: VkBool32;
  lineStippleFactor?: number;
  lineStipplePattern?: number;
}
export interface VkPhysicalDevicePipelineCreationCacheControlFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipelineCreationCacheControl?: VkBool32;
}
export interface VkPhysicalDeviceVulkan11Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  storageBuffer16BitAccess?: VkBool32;
  uniformAndStorageBuffer16BitAccess?: VkBool32;
  storagePushConstant16?: VkBool32;
  storageInputOutput16?: VkBool32;
  multiview?: VkBool32;
  multiviewGeometryShader?: VkBool32;
  multiviewTessellationShader?: VkBool32;
  variablePointersStorageBuffer?: VkBool32;
  variablePointers?: VkBool32;
  protectedMemory?: VkBool32;
  samplerYcbcrConversion?: VkBool32;
  shaderDrawParameters?: VkBool32;
}
export interface VkPhysicalDeviceVulkan11Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceUUID?: readonly number[];
  driverUUID?: readonly number[];
  deviceLUID?: readonly number[];
  deviceNodeMask?: number;
  deviceLUIDValid?: VkBool32;
  subgroupSize?: number;
  subgroupSupportedStages?: VkShaderStageFlags;
  subgroupSupportedOperations?: VkSubgroupFeatureFlags;
  subgroupQuadOperationsInAllStages?: VkBool32;
  pointClippingBehavior?: VkPointClippingBehavior;
  maxMultiviewViewCount?: number;
  maxMultiviewInstanceIndex?: number;
  protectedNoFault?: VkBool32;
  maxPerSetDescriptors?: number;
  maxMemoryAllocationSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceVulkan12Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  samplerMirrorClampToEdge?: VkBool32;
  drawIndirectCount?: VkBool32;
  storageBuffer8BitAccess?: VkBool32;
  uniformAndStorageBuffer8BitAccess?: VkBool32;
  storagePushConstant8?: VkBool32;
  shaderBufferInt64Atomics?: VkBool32;
  shaderSharedInt64Atomics?: VkBool32;
  shaderFloat16?: VkBool32;
  shaderInt8?: VkBool32;
  descriptorIndexing?: VkBool32;
  shaderInputAttachmentArrayDynamicIndexing?: VkBool32;
  shaderUniformTexelBufferArrayDynamicIndexing?: VkBool32;
  shaderStorageTexelBufferArrayDynamicIndexing?: VkBool32;
  shaderUniformBufferArrayNonUniformIndexing?: VkBool32;
  shaderSampledImageArrayNonUniformIndexing?: VkBool32;
  shaderStorageBufferArrayNonUniformIndexing?: VkBool32;
  shaderStorageImageArrayNonUniformIndexing?: VkBool32;
  shaderInputAttachmentArrayNonUniformIndexing?: VkBool32;
  shaderUniformTexelBufferArrayNonUniformIndexing?: VkBool32;
  shaderStorageTexelBufferArrayNonUniformIndexing?: VkBool32;
  descriptorBindingUniformBufferUpdateAfterBind?: VkBool32;
  descriptorBindingSampledImageUpdateAfterBind?: VkBool32;
  descriptorBindingStorageImageUpdateAfterBind?: VkBool32;
  descriptorBindingStorageBufferUpdateAfterBind?: VkBool32;
  descriptorBindingUniformTexelBufferUpdateAfterBind?: VkBool32;
  descriptorBindingStorageTexelBufferUpdateAfterBind?: VkBool32;
  descriptorBindingUpdateUnusedWhilePending?: VkBool32;
  descriptorBindingPartiallyBound?: VkBool32;
  descriptorBindingVariableDescriptorCount?: VkBool32;
  runtimeDescriptorArray?: VkBool32;
  samplerFilterMinmax?: VkBool32;
  scalarBlockLayout?: VkBool32;
  imagelessFramebuffer?: VkBool32;
  uniformBufferStandardLayout?: VkBool32;
  shaderSubgroupExtendedTypes?: VkBool32;
  separateDepthStencilLayouts?: VkBool32;
  hostQueryReset?: VkBool32;
  timelineSemaphore?: VkBool32;
  bufferDeviceAddress?: VkBool32;
  bufferDeviceAddressCaptureReplay?: VkBool32;
  bufferDeviceAddressMultiDevice?: VkBool32;
  vulkanMemoryModel?: VkBool32;
  vulkanMemoryModelDeviceScope?: VkBool32;
  vulkanMemoryModelAvailabilityVisibilityChains?: VkBool32;
  shaderOutputViewportIndex?: VkBool32;
  shaderOutputLayer?: VkBool32;
  subgroupBroadcastDynamicId?: VkBool32;
}
export interface VkPhysicalDeviceVulkan12Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  driverID?: VkDriverId;
  driverName?: string;
  driverInfo?: string;
  conformanceVersion?: VkConformanceVersion;
  denormBehaviorIndependence?: VkShaderFloatControlsIndependence;
  roundingModeIndependence?: VkShaderFloatControlsIndependence;
  shaderSignedZeroInfNanPreserveFloat16?: VkBool32;
  shaderSignedZeroInfNanPreserveFloat32?: VkBool32;
  shaderSignedZeroInfNanPreserveFloat64?: VkBool32;
  shaderDenormPreserveFloat16?: VkBool32;
  shaderDenormPreserveFloat32?: VkBool32;
  shaderDenormPreserveFloat64?: VkBool32;
  shaderDenormFlushToZeroFloat16?: VkBool32;
  shaderDenormFlushToZeroFloat32?: VkBool32;
  shaderDenormFlushToZeroFloat64?: VkBool32;
  shaderRoundingModeRTEFloat16?: VkBool32;
  shaderRoundingModeRTEFloat32?: VkBool32;
  shaderRoundingModeRTEFloat64?: VkBool32;
  shaderRoundingModeRTZFloat16?: VkBool32;
  shaderRoundingModeRTZFloat32?: VkBool32;
  shaderRoundingModeRTZFloat64?: VkBool32;
  maxUpdateAfterBindDescriptorsInAllPools?: number;
  shaderUniformBufferArrayNonUniformIndexingNative?: VkBool32;
  shaderSampledImageArrayNonUniformIndexingNative?: VkBool32;
  shaderStorageBufferArrayNonUniformIndexingNative?: VkBool32;
  shaderStorageImageArrayNonUniformIndexingNative?: VkBool32;
  shaderInputAttachmentArrayNonUniformIndexingNative?: VkBool32;
  robustBufferAccessUpdateAfterBind?: VkBool32;
  quadDivergentImplicitLod?: VkBool32;
  maxPerStageDescriptorUpdateAfterBindSamplers?: number;
  maxPerStageDescriptorUpdateAfterBindUniformBuffers?: number;
  maxPerStageDescriptorUpdateAfterBindStorageBuffers?: number;
  maxPerStageDescriptorUpdateAfterBindSampledImages?: number;
  maxPerStageDescriptorUpdateAfterBindStorageImages?: number;
  maxPerStageDescriptorUpdateAfterBindInputAttachments?: number;
  maxPerStageUpdateAfterBindResources?: number;
  maxDescriptorSetUpdateAfterBindSamplers?: number;
  maxDescriptorSetUpdateAfterBindUniformBuffers?: number;
  maxDescriptorSetUpdateAfterBindUniformBuffersDynamic?: number;
  maxDescriptorSetUpdateAfterBindStorageBuffers?: number;
  maxDescriptorSetUpdateAfterBindStorageBuffersDynamic?: number;
  maxDescriptorSetUpdateAfterBindSampledImages?: number;
  maxDescriptorSetUpdateAfterBindStorageImages?: number;
  maxDescriptorSetUpdateAfterBindInputAttachments?: number;
  supportedDepthResolveModes?: VkResolveModeFlags;
  supportedStencilResolveModes?: VkResolveModeFlags;
  independentResolveNone?: VkBool32;
  independentResolve?: VkBool32;
  filterMinmaxSingleComponentFormats?: VkBool32;
  filterMinmaxImageComponentMapping?: VkBool32;
  maxTimelineSemaphoreValueDifference?: number | bigint;
  framebufferIntegerColorSampleCounts?: VkSampleCountFlags;
}
export interface VkPhysicalDeviceVulkan13Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  robustImageAccess?: VkBool32;
  inlineUniformBlock?: VkBool32;
  descriptorBindingInlineUniformBlockUpdateAfterBind?: VkBool32;
  pipelineCreationCacheControl?: VkBool32;
  privateData?: VkBool32;
  shaderDemoteToHelperInvocation?: VkBool32;
  shaderTerminateInvocation?: VkBool32;
  subgroupSizeControl?: VkBool32;
  computeFullSubgroups?: VkBool32;
  synchronization2?: VkBool32;
  textureCompressionASTC_HDR?: VkBool32;
  shaderZeroInitializeWorkgroupMemory?: VkBool32;
  dynamicRendering?: VkBool32;
  shaderIntegerDotProduct?: VkBool32;
  maintenance4?: VkBool32;
}
export interface VkPhysicalDeviceVulkan13Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  minSubgroupSize?: number;
  maxSubgroupSize?: number;
  maxComputeWorkgroupSubgroups?: number;
  requiredSubgroupSizeStages?: VkShaderStageFlags;
  maxInlineUniformBlockSize?: number;
  maxPerStageDescriptorInlineUniformBlocks?: number;
  maxPerStageDescriptorUpdateAfterBindInlineUniformBlocks?: number;
  maxDescriptorSetInlineUniformBlocks?: number;
  maxDescriptorSetUpdateAfterBindInlineUniformBlocks?: number;
  maxInlineUniformTotalSize?: number;
  integerDotProduct8BitUnsignedAccelerated?: VkBool32;
  integerDotProduct8BitSignedAccelerated?: VkBool32;
  integerDotProduct8BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedUnsignedAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedSignedAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedMixedSignednessAccelerated?: VkBool32;
  integerDotProduct16BitUnsignedAccelerated?: VkBool32;
  integerDotProduct16BitSignedAccelerated?: VkBool32;
  integerDotProduct16BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct32BitUnsignedAccelerated?: VkBool32;
  integerDotProduct32BitSignedAccelerated?: VkBool32;
  integerDotProduct32BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct64BitUnsignedAccelerated?: VkBool32;
  integerDotProduct64BitSignedAccelerated?: VkBool32;
  integerDotProduct64BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitMixedSignednessAccelerated?: VkBool32;
  storageTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  storageTexelBufferOffsetSingleTexelAlignment?: VkBool32;
  uniformTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  uniformTexelBufferOffsetSingleTexelAlignment?: VkBool32;
  maxBufferSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceVulkan14Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  globalPriorityQuery?: VkBool32;
  shaderSubgroupRotate?: VkBool32;
  shaderSubgroupRotateClustered?: VkBool32;
  shaderFloatControls2?: VkBool32;
  shaderExpectAssume?: VkBool32;
  rectangularLines?: VkBool32;
  bresenhamLines?: VkBool32;
  smoothLines?: VkBool32;
  stippledRectangularLines?: VkBool32;
  stippledBresenhamLines?: VkBool32;
  stippledSmoothLines?: VkBool32;
  vertexAttributeInstanceRateDivisor?: VkBool32;
  vertexAttributeInstanceRateZeroDivisor?: VkBool32;
  indexTypeUint8?: VkBool32;
  dynamicRenderingLocalRead?: VkBool32;
  maintenance5?: VkBool32;
  maintenance6?: VkBool32;
  pipelineProtectedAccess?: VkBool32;
  pipelineRobustness?: VkBool32;
  hostImageCopy?: VkBool32;
  pushDescriptor?: VkBool32;
}
export interface VkPhysicalDeviceVulkan14Properties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  lineSubPixelPrecisionBits?: number;
  maxVertexAttribDivisor?: number;
  supportsNonZeroFirstInstance?: VkBool32;
  maxPushDescriptors?: number;
  dynamicRenderingLocalReadDepthStencilAttachments?: VkBool32;
  dynamicRenderingLocalReadMultisampledAttachments?: VkBool32;
  earlyFragmentMultisampleCoverageAfterSampleCounting?: VkBool32;
  earlyFragmentSampleMaskTestBeforeSampleCounting?: VkBool32;
  depthStencilSwizzleOneSupport?: VkBool32;
  polygonModePointSize?: VkBool32;
  nonStrictSinglePixelWideLinesUseParallelogram?: VkBool32;
  nonStrictWideLinesUseParallelogram?: VkBool32;
  blockTexelViewCompatibleMultipleLayers?: VkBool32;
  maxCombinedImageSamplerDescriptorCount?: number;
  fragmentShadingRateClampCombinerInputs?: VkBool32;
  defaultRobustnessStorageBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessUniformBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessVertexInputs?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessImages?: VkPipelineRobustnessImageBehavior;
  copySrcLayoutCount?: number;
  pCopySrcLayouts?: ArrayLike<VkImageLayout> | Pointer<VkImageLayout>;
  copyDstLayoutCount?: number;
  pCopyDstLayouts?: ArrayLike<VkImageLayout> | Pointer<VkImageLayout>;
  optimalTilingLayoutUUID?: readonly number[];
  identicalMemoryTypeRequirements?: VkBool32;
}
export interface VkPhysicalDeviceToolProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  name?: string;
  version?: string;
  purposes?: VkToolPurposeFlags;
  description?: string;
  layer?: string;
}
export interface VkPhysicalDeviceZeroInitializeWorkgroupMemoryFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderZeroInitializeWorkgroupMemory?: VkBool32;
}
export interface VkPhysicalDeviceImageRobustnessFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  robustImageAccess?: VkBool32;
}
export interface VkPhysicalDevicePortabilitySubsetFeaturesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  constantAlphaColorBlendFactors?: VkBool32;
  events?: VkBool32;
  imageViewFormatReinterpretation?: VkBool32;
  imageViewFormatSwizzle?: VkBool32;
  imageView2DOn3DImage?: VkBool32;
  multisampleArrayImage?: VkBool32;
  mutableComparisonSamplers?: VkBool32;
  pointPolygons?: VkBool32;
  samplerMipLodBias?: VkBool32;
  separateStencilMaskRef?: VkBool32;
  shaderSampleRateInterpolationFunctions?: VkBool32;
  tessellationIsolines?: VkBool32;
  tessellationPointMode?: VkBool32;
  triangleFans?: VkBool32;
  vertexAttributeAccessBeyondStride?: VkBool32;
}
export interface VkPhysicalDevicePortabilitySubsetPropertiesKHR {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  minVertexInputBindingStrideAlignment?: number;
}
export interface VkBufferCopy2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcOffset?: VkDeviceSize;
  dstOffset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkImageCopy2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkImageBlit2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffsets?: readonly VkOffset3D[];
  dstSubresource?: VkImageSubresourceLayers;
  dstOffsets?: readonly VkOffset3D[];
}
export interface VkBufferImageCopy2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  bufferOffset?: VkDeviceSize;
  bufferRowLength?: number;
  bufferImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkImageResolve2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkCopyBufferInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcBuffer?: VkBuffer;
  dstBuffer?: VkBuffer;
  regionCount?: number;
  pRegions?: VkBufferCopy2 | readonly VkBufferCopy2[] | Pointer<VkBufferCopy2>;
}
export interface VkCopyImageInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageCopy2 | readonly VkImageCopy2[] | Pointer<VkImageCopy2>;
}
export interface VkBlitImageInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageBlit2 | readonly VkImageBlit2[] | Pointer<VkImageBlit2>;
  filter?: VkFilter;
}
export interface VkCopyBufferToImageInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcBuffer?: VkBuffer;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkBufferImageCopy2 | readonly VkBufferImageCopy2[] | Pointer<VkBufferImageCopy2>;
}
export interface VkCopyImageToBufferInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstBuffer?: VkBuffer;
  regionCount?: number;
  pRegions?: VkBufferImageCopy2 | readonly VkBufferImageCopy2[] | Pointer<VkBufferImageCopy2>;
}
export interface VkResolveImageInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageResolve2 | readonly VkImageResolve2[] | Pointer<VkImageResolve2>;
}
export interface VkPhysicalDeviceShaderTerminateInvocationFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderTerminateInvocation?: VkBool32;
}
export interface VkMemoryBarrier2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcStageMask?: VkPipelineStageFlags2;
  srcAccessMask?: VkAccessFlags2;
  dstStageMask?: VkPipelineStageFlags2;
  dstAccessMask?: VkAccessFlags2;
}
export interface VkImageMemoryBarrier2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcStageMask?: VkPipelineStageFlags2;
  srcAccessMask?: VkAccessFlags2;
  dstStageMask?: VkPipelineStageFlags2;
  dstAccessMask?: VkAccessFlags2;
  oldLayout?: VkImageLayout;
  newLayout?: VkImageLayout;
  srcQueueFamilyIndex?: number;
  dstQueueFamilyIndex?: number;
  image?: VkImage;
  subresourceRange?: VkImageSubresourceRange;
}
export interface VkBufferMemoryBarrier2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  srcStageMask?: VkPipelineStageFlags2;
  srcAccessMask?: VkAccessFlags2;
  dstStageMask?: VkPipelineStageFlags2;
  dstAccessMask?: VkAccessFlags2;
  srcQueueFamilyIndex?: number;
  dstQueueFamilyIndex?: number;
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkDependencyInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  dependencyFlags?: VkDependencyFlags;
  memoryBarrierCount?: number;
  pMemoryBarriers?: VkMemoryBarrier2 | readonly VkMemoryBarrier2[] | Pointer<VkMemoryBarrier2>;
  bufferMemoryBarrierCount?: number;
  pBufferMemoryBarriers?: VkBufferMemoryBarrier2 | readonly VkBufferMemoryBarrier2[] | Pointer<VkBufferMemoryBarrier2>;
  imageMemoryBarrierCount?: number;
  pImageMemoryBarriers?: VkImageMemoryBarrier2 | readonly VkImageMemoryBarrier2[] | Pointer<VkImageMemoryBarrier2>;
}
export interface VkSemaphoreSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  semaphore?: VkSemaphore;
  value?: number | bigint;
  stageMask?: VkPipelineStageFlags2;
  deviceIndex?: number;
}
export interface VkCommandBufferSubmitInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  commandBuffer?: VkCommandBuffer;
  deviceMask?: number;
}
export interface VkSubmitInfo2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkSubmitFlags;
  waitSemaphoreInfoCount?: number;
  pWaitSemaphoreInfos?: VkSemaphoreSubmitInfo | readonly VkSemaphoreSubmitInfo[] | Pointer<VkSemaphoreSubmitInfo>;
  commandBufferInfoCount?: number;
  pCommandBufferInfos?: VkCommandBufferSubmitInfo | readonly VkCommandBufferSubmitInfo[] | Pointer<VkCommandBufferSubmitInfo>;
  signalSemaphoreInfoCount?: number;
  pSignalSemaphoreInfos?: VkSemaphoreSubmitInfo | readonly VkSemaphoreSubmitInfo[] | Pointer<VkSemaphoreSubmitInfo>;
}
export interface VkPhysicalDeviceSynchronization2Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  synchronization2?: VkBool32;
}
export interface VkPhysicalDeviceHostImageCopyFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  hostImageCopy?: VkBool32;
}
export interface VkPhysicalDeviceHostImageCopyProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  copySrcLayoutCount?: number;
  pCopySrcLayouts?: ArrayLike<VkImageLayout> | Pointer<VkImageLayout>;
  copyDstLayoutCount?: number;
  pCopyDstLayouts?: ArrayLike<VkImageLayout> | Pointer<VkImageLayout>;
  optimalTilingLayoutUUID?: readonly number[];
  identicalMemoryTypeRequirements?: VkBool32;
}
export interface VkMemoryToImageCopy {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pHostPointer?: bigint;
  memoryRowLength?: number;
  memoryImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkImageToMemoryCopy {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pHostPointer?: bigint;
  memoryRowLength?: number;
  memoryImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkCopyMemoryToImageInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkHostImageCopyFlags;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkMemoryToImageCopy | readonly VkMemoryToImageCopy[] | Pointer<VkMemoryToImageCopy>;
}
export interface VkCopyImageToMemoryInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkHostImageCopyFlags;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageToMemoryCopy | readonly VkImageToMemoryCopy[] | Pointer<VkImageToMemoryCopy>;
}
export interface VkCopyImageToImageInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkHostImageCopyFlags;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageCopy2 | readonly VkImageCopy2[] | Pointer<VkImageCopy2>;
}
export interface VkHostImageLayoutTransitionInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  image?: VkImage;
  oldLayout?: VkImageLayout;
  newLayout?: VkImageLayout;
  subresourceRange?: VkImageSubresourceRange;
}
export interface VkSubresourceHostMemcpySize {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  size?: VkDeviceSize;
}
export interface VkHostImageCopyDevicePerformanceQuery {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  optimalDeviceAccess?: VkBool32;
  identicalMemoryLayout?: VkBool32;
}
export interface VkPhysicalDevicePipelineProtectedAccessFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipelineProtectedAccess?: VkBool32;
}
export interface VkPhysicalDeviceShaderIntegerDotProductFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderIntegerDotProduct?: VkBool32;
}
export interface VkPhysicalDeviceShaderIntegerDotProductProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  integerDotProduct8BitUnsignedAccelerated?: VkBool32;
  integerDotProduct8BitSignedAccelerated?: VkBool32;
  integerDotProduct8BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedUnsignedAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedSignedAccelerated?: VkBool32;
  integerDotProduct4x8BitPackedMixedSignednessAccelerated?: VkBool32;
  integerDotProduct16BitUnsignedAccelerated?: VkBool32;
  integerDotProduct16BitSignedAccelerated?: VkBool32;
  integerDotProduct16BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct32BitUnsignedAccelerated?: VkBool32;
  integerDotProduct32BitSignedAccelerated?: VkBool32;
  integerDotProduct32BitMixedSignednessAccelerated?: VkBool32;
  integerDotProduct64BitUnsignedAccelerated?: VkBool32;
  integerDotProduct64BitSignedAccelerated?: VkBool32;
  integerDotProduct64BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating8BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating4x8BitPackedMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating16BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating32BitMixedSignednessAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitUnsignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitSignedAccelerated?: VkBool32;
  integerDotProductAccumulatingSaturating64BitMixedSignednessAccelerated?: VkBool32;
}
export interface VkFormatProperties3 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  linearTilingFeatures?: VkFormatFeatureFlags2;
  optimalTilingFeatures?: VkFormatFeatureFlags2;
  bufferFeatures?: VkFormatFeatureFlags2;
}
export interface VkPipelineRenderingCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: ArrayLike<VkFormat> | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
}
export interface VkRenderingInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkRenderingFlags;
  renderArea?: VkRect2D;
  layerCount?: number;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachments?: VkRenderingAttachmentInfo | readonly VkRenderingAttachmentInfo[] | Pointer<VkRenderingAttachmentInfo>;
  pDepthAttachment?: VkRenderingAttachmentInfo | Pointer<VkRenderingAttachmentInfo>;
  pStencilAttachment?: VkRenderingAttachmentInfo | Pointer<VkRenderingAttachmentInfo>;
}
export interface VkRenderingAttachmentInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  imageView?: VkImageView;
  imageLayout?: VkImageLayout;
  resolveMode?: VkResolveModeFlagBits;
  resolveImageView?: VkImageView;
  resolveImageLayout?: VkImageLayout;
  loadOp?: VkAttachmentLoadOp;
  storeOp?: VkAttachmentStoreOp;
  clearValue?: VkClearValue;
}
export interface VkPhysicalDeviceDynamicRenderingFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  dynamicRendering?: VkBool32;
}
export interface VkCommandBufferInheritanceRenderingInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkRenderingFlags;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: ArrayLike<VkFormat> | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
  rasterizationSamples?: VkSampleCountFlagBits;
}
export interface VkImageSubresource2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  imageSubresource?: VkImageSubresource;
}
export interface VkSubresourceLayout2 {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  subresourceLayout?: VkSubresourceLayout;
}
export interface VkPhysicalDevicePipelineRobustnessFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pipelineRobustness?: VkBool32;
}
export interface VkPipelineRobustnessCreateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  storageBuffers?: VkPipelineRobustnessBufferBehavior;
  uniformBuffers?: VkPipelineRobustnessBufferBehavior;
  vertexInputs?: VkPipelineRobustnessBufferBehavior;
  images?: VkPipelineRobustnessImageBehavior;
}
export interface VkPhysicalDevicePipelineRobustnessProperties {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  defaultRobustnessStorageBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessUniformBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessVertexInputs?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessImages?: VkPipelineRobustnessImageBehavior;
}
export interface VkPhysicalDeviceFaultFeaturesEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  deviceFault?: VkBool32;
  deviceFaultVendorBinary?: VkBool32;
}
export interface VkDeviceFaultAddressInfoKHR {
  addressType?: VkDeviceFaultAddressTypeKHR;
  reportedAddress?: VkDeviceAddress;
  addressPrecision?: VkDeviceSize;
}
export type VkDeviceFaultAddressInfoEXT = VkDeviceFaultAddressInfoKHR;
export interface VkDeviceFaultVendorInfoKHR {
  description?: string;
  vendorFaultCode?: number | bigint;
  vendorFaultData?: number | bigint;
}
export type VkDeviceFaultVendorInfoEXT = VkDeviceFaultVendorInfoKHR;
export interface VkDeviceFaultCountsEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  addressInfoCount?: number;
  vendorInfoCount?: number;
  vendorBinarySize?: VkDeviceSize;
}
export interface VkDeviceFaultInfoEXT {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  description?: string;
  pAddressInfos?: VkDeviceFaultAddressInfoKHR | Pointer<VkDeviceFaultAddressInfoKHR>;
  pVendorInfos?: VkDeviceFaultVendorInfoKHR | Pointer<VkDeviceFaultVendorInfoKHR>;
  pVendorBinaryData?: bigint;
}
export interface VkDeviceFaultVendorBinaryHeaderVersionOneKHR {
  headerSize?: number;
  headerVersion?: VkDeviceFaultVendorBinaryHeaderVersionKHR;
  vendorID?: number;
  deviceID?: number;
  driverVersion?: number;
  pipelineCacheUUID?: readonly number[];
  applicationNameOffset?: number;
  applicationVersion?: number;
  engineNameOffset?: number;
  engineVersion?: number;
  apiVersion?: number;
}
export type VkDeviceFaultVendorBinaryHeaderVersionOneEXT = VkDeviceFaultVendorBinaryHeaderVersionOneKHR;
export interface VkDeviceImageSubresourceInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pCreateInfo?: VkImageCreateInfo | Pointer<VkImageCreateInfo>;
  pSubresource?: VkImageSubresource2 | Pointer<VkImageSubresource2>;
}
export interface VkMemoryMapInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkMemoryMapFlags;
  memory?: VkDeviceMemory;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkMemoryUnmapInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  flags?: VkMemoryUnmapFlags;
  memory?: VkDeviceMemory;
}
export interface VkBindMemoryStatus {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  pResult?: Pointer<VkResult>;
}
export interface VkBindDescriptorSetsInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stageFlags?: VkShaderStageFlags;
  layout?: VkPipelineLayout;
  firstSet?: number;
  descriptorSetCount?: number;
  pDescriptorSets?: readonly VkDescriptorSet[] | Pointer<VkDescriptorSet>;
  dynamicOffsetCount?: number;
  pDynamicOffsets?: ArrayLike<number> | Pointer<number>;
}
export interface VkPushConstantsInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  layout?: VkPipelineLayout;
  stageFlags?: VkShaderStageFlags;
  offset?: number;
  size?: number;
  pValues?: ArrayBufferView | bigint;
}
export interface VkPushDescriptorSetInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  stageFlags?: VkShaderStageFlags;
  layout?: VkPipelineLayout;
  set?: number;
  descriptorWriteCount?: number;
  pDescriptorWrites?: VkWriteDescriptorSet | readonly VkWriteDescriptorSet[] | Pointer<VkWriteDescriptorSet>;
}
export interface VkPushDescriptorSetWithTemplateInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  descriptorUpdateTemplate?: VkDescriptorUpdateTemplate;
  layout?: VkPipelineLayout;
  set?: number;
  pData?: bigint;
}
export interface VkPhysicalDeviceShaderSubgroupRotateFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderSubgroupRotate?: VkBool32;
  shaderSubgroupRotateClustered?: VkBool32;
}
export interface VkPhysicalDeviceShaderExpectAssumeFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderExpectAssume?: VkBool32;
}
export interface VkPhysicalDeviceShaderFloatControls2Features {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  shaderFloatControls2?: VkBool32;
}
export interface VkPhysicalDeviceDynamicRenderingLocalReadFeatures {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  dynamicRenderingLocalRead?: VkBool32;
}
export interface VkRenderingAttachmentLocationInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  colorAttachmentCount?: number;
  pColorAttachmentLocations?: ArrayLike<number> | Pointer<number>;
}
export interface VkRenderingInputAttachmentIndexInfo {
  sType?: VkStructureType;
  pNext?: Pointer<unknown>;
  colorAttachmentCount?: number;
  pColorAttachmentInputIndices?: ArrayLike<number> | Pointer<number>;
  pDepthInputAttachmentIndex?: Pointer<number>;
  pStencilInputAttachmentIndex?: Pointer<number>;
}
