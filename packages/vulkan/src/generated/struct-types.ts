/**
 * @file Structs and unions, as a caller writes them (types only).
 *
 * Generated from vk.xml 1.4.359 by `npm run generate`: do not edit.
 * vk.xml is copyright The Khronos Group Inc., Apache-2.0 OR MIT.
 */
import type { Next, Pointer } from '../types.ts';
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
  sType?: 0;
  pNext?: Pointer<never>;
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
  sType?: 2;
  pNext?: Next<'VkDeviceQueueCreateInfo'>;
  flags?: VkDeviceQueueCreateFlags;
  queueFamilyIndex?: number;
  queueCount?: number;
  pQueuePriorities?: readonly number[] | Float32Array | Pointer<number>;
}
export interface VkDeviceCreateInfo {
  sType?: 3;
  pNext?: Next<'VkDeviceCreateInfo'>;
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
  sType?: 1;
  pNext?: Next<'VkInstanceCreateInfo'>;
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
  sType?: 5;
  pNext?: Next<'VkMemoryAllocateInfo'>;
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
  sType?: 6;
  pNext?: Pointer<never>;
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
  sType?: 35;
  pNext?: Next<'VkWriteDescriptorSet'>;
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
  sType?: 36;
  pNext?: Pointer<never>;
  srcSet?: VkDescriptorSet;
  srcBinding?: number;
  srcArrayElement?: number;
  dstSet?: VkDescriptorSet;
  dstBinding?: number;
  dstArrayElement?: number;
  descriptorCount?: number;
}
export interface VkBufferUsageFlags2CreateInfo {
  sType?: 1000470006;
  pNext?: Next<'VkBufferViewCreateInfo' | 'VkBufferCreateInfo' | 'VkPhysicalDeviceExternalBufferInfo'>;
  usage?: VkBufferUsageFlags2;
}
export interface VkBufferCreateInfo {
  sType?: 12;
  pNext?: Next<'VkBufferCreateInfo'>;
  flags?: VkBufferCreateFlags;
  size?: VkDeviceSize;
  usage?: VkBufferUsageFlags;
  sharingMode?: VkSharingMode;
  queueFamilyIndexCount?: number;
  pQueueFamilyIndices?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkBufferViewCreateInfo {
  sType?: 13;
  pNext?: Next<'VkBufferViewCreateInfo'>;
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
  sType?: 46;
  pNext?: Pointer<never>;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
}
export interface VkBufferMemoryBarrier {
  sType?: 44;
  pNext?: Pointer<never>;
  srcAccessMask?: VkAccessFlags;
  dstAccessMask?: VkAccessFlags;
  srcQueueFamilyIndex?: number;
  dstQueueFamilyIndex?: number;
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkImageMemoryBarrier {
  sType?: 45;
  pNext?: Pointer<never>;
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
  sType?: 14;
  pNext?: Next<'VkImageCreateInfo'>;
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
  pQueueFamilyIndices?: readonly number[] | Uint32Array | Pointer<number>;
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
  sType?: 15;
  pNext?: Next<'VkImageViewCreateInfo'>;
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
  sType?: 7;
  pNext?: Next<'VkBindSparseInfo'>;
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
  sType?: 16;
  pNext?: Next<'VkShaderModuleCreateInfo' | 'VkPipelineShaderStageCreateInfo'>;
  flags?: VkShaderModuleCreateFlags;
  codeSize?: number | bigint;
  pCode?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkDescriptorSetLayoutBinding {
  binding?: number;
  descriptorType?: VkDescriptorType;
  descriptorCount?: number;
  stageFlags?: VkShaderStageFlags;
  pImmutableSamplers?: readonly VkSampler[] | Pointer<VkSampler>;
}
export interface VkDescriptorSetLayoutCreateInfo {
  sType?: 32;
  pNext?: Next<'VkDescriptorSetLayoutCreateInfo'>;
  flags?: VkDescriptorSetLayoutCreateFlags;
  bindingCount?: number;
  pBindings?: VkDescriptorSetLayoutBinding | readonly VkDescriptorSetLayoutBinding[] | Pointer<VkDescriptorSetLayoutBinding>;
}
export interface VkDescriptorPoolSize {
  type?: VkDescriptorType;
  descriptorCount?: number;
}
export interface VkDescriptorPoolCreateInfo {
  sType?: 33;
  pNext?: Next<'VkDescriptorPoolCreateInfo'>;
  flags?: VkDescriptorPoolCreateFlags;
  maxSets?: number;
  poolSizeCount?: number;
  pPoolSizes?: VkDescriptorPoolSize | readonly VkDescriptorPoolSize[] | Pointer<VkDescriptorPoolSize>;
}
export interface VkDescriptorSetAllocateInfo {
  sType?: 34;
  pNext?: Next<'VkDescriptorSetAllocateInfo'>;
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
  sType?: 18;
  pNext?: Next<'VkPipelineShaderStageCreateInfo'>;
  flags?: VkPipelineShaderStageCreateFlags;
  stage?: VkShaderStageFlagBits;
  module?: VkShaderModule;
  pName?: string | Pointer<string>;
  pSpecializationInfo?: VkSpecializationInfo | Pointer<VkSpecializationInfo>;
}
export interface VkComputePipelineCreateInfo {
  sType?: 29;
  pNext?: Next<'VkComputePipelineCreateInfo'>;
  flags?: VkPipelineCreateFlags;
  stage?: VkPipelineShaderStageCreateInfo;
  layout?: VkPipelineLayout;
  basePipelineHandle?: VkPipeline;
  basePipelineIndex?: number;
}
export interface VkPipelineCreateFlags2CreateInfo {
  sType?: 1000470005;
  pNext?: Next<'VkComputePipelineCreateInfo' | 'VkGraphicsPipelineCreateInfo'>;
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
  sType?: 19;
  pNext?: Next<'VkPipelineVertexInputStateCreateInfo'>;
  flags?: VkPipelineVertexInputStateCreateFlags;
  vertexBindingDescriptionCount?: number;
  pVertexBindingDescriptions?: VkVertexInputBindingDescription | readonly VkVertexInputBindingDescription[] | Pointer<VkVertexInputBindingDescription>;
  vertexAttributeDescriptionCount?: number;
  pVertexAttributeDescriptions?: VkVertexInputAttributeDescription | readonly VkVertexInputAttributeDescription[] | Pointer<VkVertexInputAttributeDescription>;
}
export interface VkPipelineInputAssemblyStateCreateInfo {
  sType?: 20;
  pNext?: Pointer<never>;
  flags?: VkPipelineInputAssemblyStateCreateFlags;
  topology?: VkPrimitiveTopology;
  primitiveRestartEnable?: VkBool32;
}
export interface VkPipelineTessellationStateCreateInfo {
  sType?: 21;
  pNext?: Next<'VkPipelineTessellationStateCreateInfo'>;
  flags?: VkPipelineTessellationStateCreateFlags;
  patchControlPoints?: number;
}
export interface VkPipelineViewportStateCreateInfo {
  sType?: 22;
  pNext?: Pointer<never>;
  flags?: VkPipelineViewportStateCreateFlags;
  viewportCount?: number;
  pViewports?: VkViewport | readonly VkViewport[] | Pointer<VkViewport>;
  scissorCount?: number;
  pScissors?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export interface VkPipelineRasterizationStateCreateInfo {
  sType?: 23;
  pNext?: Next<'VkPipelineRasterizationStateCreateInfo'>;
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
  sType?: 24;
  pNext?: Pointer<never>;
  flags?: VkPipelineMultisampleStateCreateFlags;
  rasterizationSamples?: VkSampleCountFlagBits;
  sampleShadingEnable?: VkBool32;
  minSampleShading?: number;
  pSampleMask?: readonly VkSampleMask[] | Uint32Array | Pointer<VkSampleMask>;
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
  sType?: 26;
  pNext?: Pointer<never>;
  flags?: VkPipelineColorBlendStateCreateFlags;
  logicOpEnable?: VkBool32;
  logicOp?: VkLogicOp;
  attachmentCount?: number;
  pAttachments?: VkPipelineColorBlendAttachmentState | readonly VkPipelineColorBlendAttachmentState[] | Pointer<VkPipelineColorBlendAttachmentState>;
  blendConstants?: readonly number[];
}
export interface VkPipelineDynamicStateCreateInfo {
  sType?: 27;
  pNext?: Pointer<never>;
  flags?: VkPipelineDynamicStateCreateFlags;
  dynamicStateCount?: number;
  pDynamicStates?: readonly VkDynamicState[] | Int32Array | Pointer<VkDynamicState>;
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
  sType?: 25;
  pNext?: Pointer<never>;
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
  sType?: 28;
  pNext?: Next<'VkGraphicsPipelineCreateInfo'>;
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
  sType?: 17;
  pNext?: Pointer<never>;
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
  sType?: 30;
  pNext?: Next<'VkBindDescriptorSetsInfo' | 'VkPushConstantsInfo' | 'VkPushDescriptorSetInfo' | 'VkPushDescriptorSetWithTemplateInfo'>;
  flags?: VkPipelineLayoutCreateFlags;
  setLayoutCount?: number;
  pSetLayouts?: readonly VkDescriptorSetLayout[] | Pointer<VkDescriptorSetLayout>;
  pushConstantRangeCount?: number;
  pPushConstantRanges?: VkPushConstantRange | readonly VkPushConstantRange[] | Pointer<VkPushConstantRange>;
}
export interface VkSamplerCreateInfo {
  sType?: 31;
  pNext?: Next<'VkSamplerCreateInfo'>;
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
  sType?: 39;
  pNext?: Pointer<never>;
  flags?: VkCommandPoolCreateFlags;
  queueFamilyIndex?: number;
}
export interface VkCommandBufferAllocateInfo {
  sType?: 40;
  pNext?: Pointer<never>;
  commandPool?: VkCommandPool;
  level?: VkCommandBufferLevel;
  commandBufferCount?: number;
}
export interface VkCommandBufferInheritanceInfo {
  sType?: 41;
  pNext?: Next<'VkCommandBufferInheritanceInfo'>;
  renderPass?: VkRenderPass;
  subpass?: number;
  framebuffer?: VkFramebuffer;
  occlusionQueryEnable?: VkBool32;
  queryFlags?: VkQueryControlFlags;
  pipelineStatistics?: VkQueryPipelineStatisticFlags;
}
export interface VkCommandBufferBeginInfo {
  sType?: 42;
  pNext?: Next<'VkCommandBufferBeginInfo'>;
  flags?: VkCommandBufferUsageFlags;
  pInheritanceInfo?: VkCommandBufferInheritanceInfo | Pointer<VkCommandBufferInheritanceInfo>;
}
export interface VkRenderPassBeginInfo {
  sType?: 43;
  pNext?: Next<'VkRenderPassBeginInfo'>;
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
  pPreserveAttachments?: readonly number[] | Uint32Array | Pointer<number>;
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
  sType?: 38;
  pNext?: Next<'VkRenderPassCreateInfo'>;
  flags?: VkRenderPassCreateFlags;
  attachmentCount?: number;
  pAttachments?: VkAttachmentDescription | readonly VkAttachmentDescription[] | Pointer<VkAttachmentDescription>;
  subpassCount?: number;
  pSubpasses?: VkSubpassDescription | readonly VkSubpassDescription[] | Pointer<VkSubpassDescription>;
  dependencyCount?: number;
  pDependencies?: VkSubpassDependency | readonly VkSubpassDependency[] | Pointer<VkSubpassDependency>;
}
export interface VkEventCreateInfo {
  sType?: 10;
  pNext?: Pointer<never>;
  flags?: VkEventCreateFlags;
}
export interface VkFenceCreateInfo {
  sType?: 8;
  pNext?: Next<'VkFenceCreateInfo'>;
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
  sType?: 9;
  pNext?: Next<'VkSemaphoreCreateInfo'>;
  flags?: VkSemaphoreCreateFlags;
}
export interface VkQueryPoolCreateInfo {
  sType?: 11;
  pNext?: Pointer<never>;
  flags?: VkQueryPoolCreateFlags;
  queryType?: VkQueryType;
  queryCount?: number;
  pipelineStatistics?: VkQueryPipelineStatisticFlags;
}
export interface VkFramebufferCreateInfo {
  sType?: 37;
  pNext?: Next<'VkFramebufferCreateInfo'>;
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
export interface VkMultiDrawInfoEXT {
  firstVertex?: number;
  vertexCount?: number;
}
export interface VkMultiDrawIndexedInfoEXT {
  firstIndex?: number;
  indexCount?: number;
  vertexOffset?: number;
}
export interface VkSubmitInfo {
  sType?: 4;
  pNext?: Next<'VkSubmitInfo'>;
  waitSemaphoreCount?: number;
  pWaitSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  pWaitDstStageMask?: readonly VkPipelineStageFlags[] | Uint32Array | Pointer<VkPipelineStageFlags>;
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
  sType?: 1000001000;
  pNext?: Next<'VkSwapchainCreateInfoKHR'>;
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
  pQueueFamilyIndices?: readonly number[] | Uint32Array | Pointer<number>;
  preTransform?: VkSurfaceTransformFlagBitsKHR;
  compositeAlpha?: VkCompositeAlphaFlagBitsKHR;
  presentMode?: VkPresentModeKHR;
  clipped?: VkBool32;
  oldSwapchain?: VkSwapchainKHR;
}
export interface VkPresentInfoKHR {
  sType?: 1000001001;
  pNext?: Next<'VkPresentInfoKHR'>;
  waitSemaphoreCount?: number;
  pWaitSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  swapchainCount?: number;
  pSwapchains?: readonly VkSwapchainKHR[] | Pointer<VkSwapchainKHR>;
  pImageIndices?: readonly number[] | Uint32Array | Pointer<number>;
  pResults?: readonly VkResult[] | Int32Array | Pointer<VkResult>;
}
export interface VkValidationFeaturesEXT {
  sType?: 1000247000;
  pNext?: Next<'VkInstanceCreateInfo' | 'VkShaderModuleCreateInfo' | 'VkPipelineShaderStageCreateInfo' | 'VkGraphicsPipelineCreateInfo' | 'VkComputePipelineCreateInfo'>;
  enabledValidationFeatureCount?: number;
  pEnabledValidationFeatures?: readonly VkValidationFeatureEnableEXT[] | Int32Array | Pointer<VkValidationFeatureEnableEXT>;
  disabledValidationFeatureCount?: number;
  pDisabledValidationFeatures?: readonly VkValidationFeatureDisableEXT[] | Int32Array | Pointer<VkValidationFeatureDisableEXT>;
}
export interface VkDevicePrivateDataCreateInfo {
  sType?: 1000295001;
  pNext?: Next<'VkDeviceCreateInfo'>;
  privateDataSlotRequestCount?: number;
}
export interface VkPrivateDataSlotCreateInfo {
  sType?: 1000295002;
  pNext?: Pointer<never>;
  flags?: VkPrivateDataSlotCreateFlags;
}
export interface VkPhysicalDevicePrivateDataFeatures {
  sType?: 1000295000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  privateData?: VkBool32;
}
export interface VkPhysicalDeviceMultiDrawPropertiesEXT {
  sType?: 1000392001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxMultiDrawCount?: number;
}
export interface VkPhysicalDeviceFeatures2 {
  sType?: 1000059000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  features?: VkPhysicalDeviceFeatures;
}
export interface VkPhysicalDeviceProperties2 {
  sType?: 1000059001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  properties?: VkPhysicalDeviceProperties;
}
export interface VkFormatProperties2 {
  sType?: 1000059002;
  pNext?: Next<'VkFormatProperties2'>;
  formatProperties?: VkFormatProperties;
}
export interface VkImageFormatProperties2 {
  sType?: 1000059003;
  pNext?: Next<'VkImageFormatProperties2'>;
  imageFormatProperties?: VkImageFormatProperties;
}
export interface VkPhysicalDeviceImageFormatInfo2 {
  sType?: 1000059004;
  pNext?: Next<'VkPhysicalDeviceImageFormatInfo2'>;
  format?: VkFormat;
  type?: VkImageType;
  tiling?: VkImageTiling;
  usage?: VkImageUsageFlags;
  flags?: VkImageCreateFlags;
}
export interface VkQueueFamilyProperties2 {
  sType?: 1000059005;
  pNext?: Next<'VkQueueFamilyProperties2'>;
  queueFamilyProperties?: VkQueueFamilyProperties;
}
export interface VkPhysicalDeviceMemoryProperties2 {
  sType?: 1000059006;
  pNext?: Next<'VkPhysicalDeviceMemoryProperties2'>;
  memoryProperties?: VkPhysicalDeviceMemoryProperties;
}
export interface VkSparseImageFormatProperties2 {
  sType?: 1000059007;
  pNext?: Pointer<never>;
  properties?: VkSparseImageFormatProperties;
}
export interface VkPhysicalDeviceSparseImageFormatInfo2 {
  sType?: 1000059008;
  pNext?: Pointer<never>;
  format?: VkFormat;
  type?: VkImageType;
  samples?: VkSampleCountFlagBits;
  usage?: VkImageUsageFlags;
  tiling?: VkImageTiling;
}
export interface VkPhysicalDevicePushDescriptorProperties {
  sType?: 1000080000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 1000196000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  driverID?: VkDriverId;
  driverName?: string;
  driverInfo?: string;
  conformanceVersion?: VkConformanceVersion;
}
export interface VkPhysicalDeviceVariablePointersFeatures {
  sType?: 1000120000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 1000071000;
  pNext?: Next<'VkPhysicalDeviceImageFormatInfo2'>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkExternalImageFormatProperties {
  sType?: 1000071001;
  pNext?: Next<'VkImageFormatProperties2'>;
  externalMemoryProperties?: VkExternalMemoryProperties;
}
export interface VkPhysicalDeviceExternalBufferInfo {
  sType?: 1000071002;
  pNext?: Next<'VkPhysicalDeviceExternalBufferInfo'>;
  flags?: VkBufferCreateFlags;
  usage?: VkBufferUsageFlags;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkExternalBufferProperties {
  sType?: 1000071003;
  pNext?: Pointer<never>;
  externalMemoryProperties?: VkExternalMemoryProperties;
}
export interface VkPhysicalDeviceIDProperties {
  sType?: 1000071004;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  deviceUUID?: readonly number[];
  driverUUID?: readonly number[];
  deviceLUID?: readonly number[];
  deviceNodeMask?: number;
  deviceLUIDValid?: VkBool32;
}
export interface VkExternalMemoryImageCreateInfo {
  sType?: 1000072001;
  pNext?: Next<'VkImageCreateInfo'>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkExternalMemoryBufferCreateInfo {
  sType?: 1000072000;
  pNext?: Next<'VkBufferCreateInfo'>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkExportMemoryAllocateInfo {
  sType?: 1000072002;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  handleTypes?: VkExternalMemoryHandleTypeFlags;
}
export interface VkImportMemoryFdInfoKHR {
  sType?: 1000074000;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
  fd?: number;
}
export interface VkMemoryFdPropertiesKHR {
  sType?: 1000074001;
  pNext?: Pointer<never>;
  memoryTypeBits?: number;
}
export interface VkMemoryGetFdInfoKHR {
  sType?: 1000074002;
  pNext?: Pointer<never>;
  memory?: VkDeviceMemory;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
}
export interface VkPhysicalDeviceExternalSemaphoreInfo {
  sType?: 1000076000;
  pNext?: Next<'VkPhysicalDeviceExternalSemaphoreInfo'>;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
}
export interface VkExternalSemaphoreProperties {
  sType?: 1000076001;
  pNext?: Pointer<never>;
  exportFromImportedHandleTypes?: VkExternalSemaphoreHandleTypeFlags;
  compatibleHandleTypes?: VkExternalSemaphoreHandleTypeFlags;
  externalSemaphoreFeatures?: VkExternalSemaphoreFeatureFlags;
}
export interface VkExportSemaphoreCreateInfo {
  sType?: 1000077000;
  pNext?: Next<'VkSemaphoreCreateInfo'>;
  handleTypes?: VkExternalSemaphoreHandleTypeFlags;
}
export interface VkImportSemaphoreFdInfoKHR {
  sType?: 1000079000;
  pNext?: Pointer<never>;
  semaphore?: VkSemaphore;
  flags?: VkSemaphoreImportFlags;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
  fd?: number;
}
export interface VkSemaphoreGetFdInfoKHR {
  sType?: 1000079001;
  pNext?: Pointer<never>;
  semaphore?: VkSemaphore;
  handleType?: VkExternalSemaphoreHandleTypeFlagBits;
}
export interface VkPhysicalDeviceExternalFenceInfo {
  sType?: 1000112000;
  pNext?: Pointer<never>;
  handleType?: VkExternalFenceHandleTypeFlagBits;
}
export interface VkExternalFenceProperties {
  sType?: 1000112001;
  pNext?: Pointer<never>;
  exportFromImportedHandleTypes?: VkExternalFenceHandleTypeFlags;
  compatibleHandleTypes?: VkExternalFenceHandleTypeFlags;
  externalFenceFeatures?: VkExternalFenceFeatureFlags;
}
export interface VkExportFenceCreateInfo {
  sType?: 1000113000;
  pNext?: Next<'VkFenceCreateInfo'>;
  handleTypes?: VkExternalFenceHandleTypeFlags;
}
export interface VkPhysicalDeviceMultiviewFeatures {
  sType?: 1000053001;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  multiview?: VkBool32;
  multiviewGeometryShader?: VkBool32;
  multiviewTessellationShader?: VkBool32;
}
export interface VkPhysicalDeviceMultiviewProperties {
  sType?: 1000053002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxMultiviewViewCount?: number;
  maxMultiviewInstanceIndex?: number;
}
export interface VkRenderPassMultiviewCreateInfo {
  sType?: 1000053000;
  pNext?: Next<'VkRenderPassCreateInfo'>;
  subpassCount?: number;
  pViewMasks?: readonly number[] | Uint32Array | Pointer<number>;
  dependencyCount?: number;
  pViewOffsets?: readonly number[] | Int32Array | Pointer<number>;
  correlationMaskCount?: number;
  pCorrelationMasks?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkPhysicalDeviceGroupProperties {
  sType?: 1000070000;
  pNext?: Pointer<never>;
  physicalDeviceCount?: number;
  physicalDevices?: readonly VkPhysicalDevice[];
  subsetAllocation?: VkBool32;
}
export interface VkMemoryAllocateFlagsInfo {
  sType?: 1000060000;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  flags?: VkMemoryAllocateFlags;
  deviceMask?: number;
}
export interface VkBindBufferMemoryInfo {
  sType?: 1000157000;
  pNext?: Next<'VkBindBufferMemoryInfo'>;
  buffer?: VkBuffer;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
}
export interface VkBindBufferMemoryDeviceGroupInfo {
  sType?: 1000060013;
  pNext?: Next<'VkBindBufferMemoryInfo'>;
  deviceIndexCount?: number;
  pDeviceIndices?: readonly number[] | Uint32Array | Pointer<number>;
}
export type VkBindBufferMemoryDeviceGroupInfoKHR = VkBindBufferMemoryDeviceGroupInfo;
export interface VkBindImageMemoryInfo {
  sType?: 1000157001;
  pNext?: Next<'VkBindImageMemoryInfo'>;
  image?: VkImage;
  memory?: VkDeviceMemory;
  memoryOffset?: VkDeviceSize;
}
export interface VkBindImageMemoryDeviceGroupInfo {
  sType?: 1000060014;
  pNext?: Next<'VkBindImageMemoryInfo'>;
  deviceIndexCount?: number;
  pDeviceIndices?: readonly number[] | Uint32Array | Pointer<number>;
  splitInstanceBindRegionCount?: number;
  pSplitInstanceBindRegions?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export type VkBindImageMemoryDeviceGroupInfoKHR = VkBindImageMemoryDeviceGroupInfo;
export interface VkDeviceGroupRenderPassBeginInfo {
  sType?: 1000060003;
  pNext?: Next<'VkRenderPassBeginInfo' | 'VkRenderingInfo'>;
  deviceMask?: number;
  deviceRenderAreaCount?: number;
  pDeviceRenderAreas?: VkRect2D | readonly VkRect2D[] | Pointer<VkRect2D>;
}
export interface VkDeviceGroupCommandBufferBeginInfo {
  sType?: 1000060004;
  pNext?: Next<'VkCommandBufferBeginInfo'>;
  deviceMask?: number;
}
export interface VkDeviceGroupSubmitInfo {
  sType?: 1000060005;
  pNext?: Next<'VkSubmitInfo'>;
  waitSemaphoreCount?: number;
  pWaitSemaphoreDeviceIndices?: readonly number[] | Uint32Array | Pointer<number>;
  commandBufferCount?: number;
  pCommandBufferDeviceMasks?: readonly number[] | Uint32Array | Pointer<number>;
  signalSemaphoreCount?: number;
  pSignalSemaphoreDeviceIndices?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkDeviceGroupBindSparseInfo {
  sType?: 1000060006;
  pNext?: Next<'VkBindSparseInfo'>;
  resourceDeviceIndex?: number;
  memoryDeviceIndex?: number;
}
export interface VkDeviceGroupPresentCapabilitiesKHR {
  sType?: 1000060007;
  pNext?: Pointer<never>;
  presentMask?: readonly number[];
  modes?: VkDeviceGroupPresentModeFlagsKHR;
}
export interface VkImageSwapchainCreateInfoKHR {
  sType?: 1000060008;
  pNext?: Next<'VkImageCreateInfo'>;
  swapchain?: VkSwapchainKHR;
}
export interface VkBindImageMemorySwapchainInfoKHR {
  sType?: 1000060009;
  pNext?: Next<'VkBindImageMemoryInfo'>;
  swapchain?: VkSwapchainKHR;
  imageIndex?: number;
}
export interface VkAcquireNextImageInfoKHR {
  sType?: 1000060010;
  pNext?: Pointer<never>;
  swapchain?: VkSwapchainKHR;
  timeout?: number | bigint;
  semaphore?: VkSemaphore;
  fence?: VkFence;
  deviceMask?: number;
}
export interface VkDeviceGroupPresentInfoKHR {
  sType?: 1000060011;
  pNext?: Next<'VkPresentInfoKHR'>;
  swapchainCount?: number;
  pDeviceMasks?: readonly number[] | Uint32Array | Pointer<number>;
  mode?: VkDeviceGroupPresentModeFlagBitsKHR;
}
export interface VkDeviceGroupDeviceCreateInfo {
  sType?: 1000070001;
  pNext?: Next<'VkDeviceCreateInfo'>;
  physicalDeviceCount?: number;
  pPhysicalDevices?: readonly VkPhysicalDevice[] | Pointer<VkPhysicalDevice>;
}
export interface VkDeviceGroupSwapchainCreateInfoKHR {
  sType?: 1000060012;
  pNext?: Next<'VkSwapchainCreateInfoKHR'>;
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
  sType?: 1000085000;
  pNext?: Pointer<never>;
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
  sType?: 1000117001;
  pNext?: Next<'VkRenderPassCreateInfo'>;
  aspectReferenceCount?: number;
  pAspectReferences?: VkInputAttachmentAspectReference | readonly VkInputAttachmentAspectReference[] | Pointer<VkInputAttachmentAspectReference>;
}
export interface VkPhysicalDevice16BitStorageFeatures {
  sType?: 1000083000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  storageBuffer16BitAccess?: VkBool32;
  uniformAndStorageBuffer16BitAccess?: VkBool32;
  storagePushConstant16?: VkBool32;
  storageInputOutput16?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupProperties {
  sType?: 1000094000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  subgroupSize?: number;
  supportedStages?: VkShaderStageFlags;
  supportedOperations?: VkSubgroupFeatureFlags;
  quadOperationsInAllStages?: VkBool32;
}
export interface VkPhysicalDeviceShaderSubgroupExtendedTypesFeatures {
  sType?: 1000175000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderSubgroupExtendedTypes?: VkBool32;
}
export interface VkBufferMemoryRequirementsInfo2 {
  sType?: 1000146000;
  pNext?: Pointer<never>;
  buffer?: VkBuffer;
}
export interface VkDeviceBufferMemoryRequirements {
  sType?: 1000413002;
  pNext?: Pointer<never>;
  pCreateInfo?: VkBufferCreateInfo | Pointer<VkBufferCreateInfo>;
}
export interface VkImageMemoryRequirementsInfo2 {
  sType?: 1000146001;
  pNext?: Next<'VkImageMemoryRequirementsInfo2'>;
  image?: VkImage;
}
export interface VkImageSparseMemoryRequirementsInfo2 {
  sType?: 1000146002;
  pNext?: Pointer<never>;
  image?: VkImage;
}
export interface VkDeviceImageMemoryRequirements {
  sType?: 1000413003;
  pNext?: Pointer<never>;
  pCreateInfo?: VkImageCreateInfo | Pointer<VkImageCreateInfo>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkMemoryRequirements2 {
  sType?: 1000146003;
  pNext?: Next<'VkMemoryRequirements2'>;
  memoryRequirements?: VkMemoryRequirements;
}
export interface VkSparseImageMemoryRequirements2 {
  sType?: 1000146004;
  pNext?: Pointer<never>;
  memoryRequirements?: VkSparseImageMemoryRequirements;
}
export interface VkPhysicalDevicePointClippingProperties {
  sType?: 1000117000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  pointClippingBehavior?: VkPointClippingBehavior;
}
export interface VkMemoryDedicatedRequirements {
  sType?: 1000127000;
  pNext?: Next<'VkMemoryRequirements2'>;
  prefersDedicatedAllocation?: VkBool32;
  requiresDedicatedAllocation?: VkBool32;
}
export interface VkMemoryDedicatedAllocateInfo {
  sType?: 1000127001;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  image?: VkImage;
  buffer?: VkBuffer;
}
export interface VkImageViewUsageCreateInfo {
  sType?: 1000117002;
  pNext?: Next<'VkImageViewCreateInfo'>;
  usage?: VkImageUsageFlags;
}
export interface VkPipelineTessellationDomainOriginStateCreateInfo {
  sType?: 1000117003;
  pNext?: Next<'VkPipelineTessellationStateCreateInfo'>;
  domainOrigin?: VkTessellationDomainOrigin;
}
export interface VkSamplerYcbcrConversionInfo {
  sType?: 1000156001;
  pNext?: Next<'VkSamplerCreateInfo' | 'VkImageViewCreateInfo'>;
  conversion?: VkSamplerYcbcrConversion;
}
export interface VkSamplerYcbcrConversionCreateInfo {
  sType?: 1000156000;
  pNext?: Pointer<never>;
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
  sType?: 1000156002;
  pNext?: Next<'VkBindImageMemoryInfo'>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkImagePlaneMemoryRequirementsInfo {
  sType?: 1000156003;
  pNext?: Next<'VkImageMemoryRequirementsInfo2'>;
  planeAspect?: VkImageAspectFlagBits;
}
export interface VkPhysicalDeviceSamplerYcbcrConversionFeatures {
  sType?: 1000156004;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  samplerYcbcrConversion?: VkBool32;
}
export interface VkSamplerYcbcrConversionImageFormatProperties {
  sType?: 1000156005;
  pNext?: Next<'VkImageFormatProperties2'>;
  combinedImageSamplerDescriptorCount?: number;
}
export interface VkConditionalRenderingBeginInfoEXT {
  sType?: 1000081002;
  pNext?: Pointer<never>;
  buffer?: VkBuffer;
  offset?: VkDeviceSize;
  flags?: VkConditionalRenderingFlagsEXT;
}
export interface VkProtectedSubmitInfo {
  sType?: 1000145000;
  pNext?: Next<'VkSubmitInfo'>;
  protectedSubmit?: VkBool32;
}
export interface VkPhysicalDeviceProtectedMemoryFeatures {
  sType?: 1000145001;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  protectedMemory?: VkBool32;
}
export interface VkPhysicalDeviceProtectedMemoryProperties {
  sType?: 1000145002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  protectedNoFault?: VkBool32;
}
export interface VkDeviceQueueInfo2 {
  sType?: 1000145003;
  pNext?: Pointer<never>;
  flags?: VkDeviceQueueCreateFlags;
  queueFamilyIndex?: number;
  queueIndex?: number;
}
export interface VkPhysicalDeviceSamplerFilterMinmaxProperties {
  sType?: 1000130000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  filterMinmaxSingleComponentFormats?: VkBool32;
  filterMinmaxImageComponentMapping?: VkBool32;
}
export interface VkSamplerReductionModeCreateInfo {
  sType?: 1000130001;
  pNext?: Next<'VkSamplerCreateInfo'>;
  reductionMode?: VkSamplerReductionMode;
}
export interface VkPhysicalDeviceMultiDrawFeaturesEXT {
  sType?: 1000392000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  multiDraw?: VkBool32;
}
export interface VkPhysicalDeviceInlineUniformBlockFeatures {
  sType?: 1000138000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  inlineUniformBlock?: VkBool32;
  descriptorBindingInlineUniformBlockUpdateAfterBind?: VkBool32;
}
export interface VkPhysicalDeviceInlineUniformBlockProperties {
  sType?: 1000138001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxInlineUniformBlockSize?: number;
  maxPerStageDescriptorInlineUniformBlocks?: number;
  maxPerStageDescriptorUpdateAfterBindInlineUniformBlocks?: number;
  maxDescriptorSetInlineUniformBlocks?: number;
  maxDescriptorSetUpdateAfterBindInlineUniformBlocks?: number;
}
export interface VkWriteDescriptorSetInlineUniformBlock {
  sType?: 1000138002;
  pNext?: Next<'VkWriteDescriptorSet'>;
  dataSize?: number;
  pData?: ArrayBufferView | bigint;
}
export interface VkDescriptorPoolInlineUniformBlockCreateInfo {
  sType?: 1000138003;
  pNext?: Next<'VkDescriptorPoolCreateInfo'>;
  maxInlineUniformBlockBindings?: number;
}
export interface VkImageFormatListCreateInfo {
  sType?: 1000147000;
  pNext?: Next<'VkImageCreateInfo' | 'VkSwapchainCreateInfoKHR' | 'VkPhysicalDeviceImageFormatInfo2'>;
  viewFormatCount?: number;
  pViewFormats?: readonly VkFormat[] | Int32Array | Pointer<VkFormat>;
}
export interface VkPhysicalDeviceMaintenance3Properties {
  sType?: 1000168000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxPerSetDescriptors?: number;
  maxMemoryAllocationSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceMaintenance4Features {
  sType?: 1000413000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  maintenance4?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance4Properties {
  sType?: 1000413001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxBufferSize?: VkDeviceSize;
}
export interface VkPhysicalDeviceMaintenance5Features {
  sType?: 1000470000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  maintenance5?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance5Properties {
  sType?: 1000470001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  earlyFragmentMultisampleCoverageAfterSampleCounting?: VkBool32;
  earlyFragmentSampleMaskTestBeforeSampleCounting?: VkBool32;
  depthStencilSwizzleOneSupport?: VkBool32;
  polygonModePointSize?: VkBool32;
  nonStrictSinglePixelWideLinesUseParallelogram?: VkBool32;
  nonStrictWideLinesUseParallelogram?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance6Features {
  sType?: 1000545000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  maintenance6?: VkBool32;
}
export interface VkPhysicalDeviceMaintenance6Properties {
  sType?: 1000545001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  blockTexelViewCompatibleMultipleLayers?: VkBool32;
  maxCombinedImageSamplerDescriptorCount?: number;
  fragmentShadingRateClampCombinerInputs?: VkBool32;
}
export interface VkRenderingAreaInfo {
  sType?: 1000470003;
  pNext?: Pointer<never>;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: readonly VkFormat[] | Int32Array | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
}
export interface VkDescriptorSetLayoutSupport {
  sType?: 1000168001;
  pNext?: Next<'VkDescriptorSetLayoutSupport'>;
  supported?: VkBool32;
}
export interface VkPhysicalDeviceShaderDrawParametersFeatures {
  sType?: 1000063000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderDrawParameters?: VkBool32;
}
export type VkPhysicalDeviceShaderDrawParameterFeatures = VkPhysicalDeviceShaderDrawParametersFeatures;
export interface VkPhysicalDeviceShaderFloat16Int8Features {
  sType?: 1000082000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderFloat16?: VkBool32;
  shaderInt8?: VkBool32;
}
export interface VkPhysicalDeviceFloatControlsProperties {
  sType?: 1000197000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 1000261000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  hostQueryReset?: VkBool32;
}
export interface VkDeviceQueueGlobalPriorityCreateInfo {
  sType?: 1000174000;
  pNext?: Next<'VkDeviceQueueCreateInfo'>;
  globalPriority?: VkQueueGlobalPriority;
}
export interface VkPhysicalDeviceGlobalPriorityQueryFeatures {
  sType?: 1000388000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  globalPriorityQuery?: VkBool32;
}
export interface VkQueueFamilyGlobalPriorityProperties {
  sType?: 1000388001;
  pNext?: Next<'VkQueueFamilyProperties2'>;
  priorityCount?: number;
  priorities?: readonly VkQueueGlobalPriority[];
}
export interface VkDebugUtilsObjectNameInfoEXT {
  sType?: 1000128000;
  pNext?: Next<'VkPipelineShaderStageCreateInfo' | 'VkSamplerCreateInfo'>;
  objectType?: VkObjectType;
  objectHandle?: number | bigint;
  pObjectName?: string | Pointer<string>;
}
export interface VkDebugUtilsObjectTagInfoEXT {
  sType?: 1000128001;
  pNext?: Pointer<never>;
  objectType?: VkObjectType;
  objectHandle?: number | bigint;
  tagName?: number | bigint;
  tagSize?: number | bigint;
  pTag?: ArrayBufferView | bigint;
}
export interface VkDebugUtilsLabelEXT {
  sType?: 1000128002;
  pNext?: Pointer<never>;
  pLabelName?: string | Pointer<string>;
  color?: readonly number[];
}
export interface VkDebugUtilsMessengerCreateInfoEXT {
  sType?: 1000128004;
  pNext?: Next<'VkInstanceCreateInfo'>;
  flags?: VkDebugUtilsMessengerCreateFlagsEXT;
  messageSeverity?: VkDebugUtilsMessageSeverityFlagsEXT;
  messageType?: VkDebugUtilsMessageTypeFlagsEXT;
  pfnUserCallback?: PFN_vkDebugUtilsMessengerCallbackEXT;
  pUserData?: bigint;
}
export interface VkDebugUtilsMessengerCallbackDataEXT {
  sType?: 1000128003;
  pNext?: Pointer<never>;
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
  sType?: 1000178000;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  handleType?: VkExternalMemoryHandleTypeFlagBits;
  pHostPointer?: bigint;
}
export interface VkMemoryHostPointerPropertiesEXT {
  sType?: 1000178001;
  pNext?: Pointer<never>;
  memoryTypeBits?: number;
}
export interface VkPhysicalDeviceExternalMemoryHostPropertiesEXT {
  sType?: 1000178002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  minImportedHostPointerAlignment?: VkDeviceSize;
}
export interface VkCalibratedTimestampInfoKHR {
  sType?: 1000184000;
  pNext?: Pointer<never>;
  timeDomain?: VkTimeDomainKHR;
}
export type VkCalibratedTimestampInfoEXT = VkCalibratedTimestampInfoKHR;
export interface VkPhysicalDeviceDescriptorIndexingFeatures {
  sType?: 1000161001;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 1000161002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 1000161000;
  pNext?: Next<'VkDescriptorSetLayoutCreateInfo'>;
  bindingCount?: number;
  pBindingFlags?: readonly VkDescriptorBindingFlags[] | Uint32Array | Pointer<VkDescriptorBindingFlags>;
}
export interface VkDescriptorSetVariableDescriptorCountAllocateInfo {
  sType?: 1000161003;
  pNext?: Next<'VkDescriptorSetAllocateInfo'>;
  descriptorSetCount?: number;
  pDescriptorCounts?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkDescriptorSetVariableDescriptorCountLayoutSupport {
  sType?: 1000161004;
  pNext?: Next<'VkDescriptorSetLayoutSupport'>;
  maxVariableDescriptorCount?: number;
}
export interface VkAttachmentDescription2 {
  sType?: 1000109000;
  pNext?: Next<'VkAttachmentDescription2'>;
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
  sType?: 1000109001;
  pNext?: Next<'VkAttachmentReference2'>;
  attachment?: number;
  layout?: VkImageLayout;
  aspectMask?: VkImageAspectFlags;
}
export interface VkSubpassDescription2 {
  sType?: 1000109002;
  pNext?: Next<'VkSubpassDescription2'>;
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
  pPreserveAttachments?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkSubpassDependency2 {
  sType?: 1000109003;
  pNext?: Next<'VkSubpassDependency2'>;
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
  sType?: 1000109004;
  pNext?: Pointer<never>;
  flags?: VkRenderPassCreateFlags;
  attachmentCount?: number;
  pAttachments?: VkAttachmentDescription2 | readonly VkAttachmentDescription2[] | Pointer<VkAttachmentDescription2>;
  subpassCount?: number;
  pSubpasses?: VkSubpassDescription2 | readonly VkSubpassDescription2[] | Pointer<VkSubpassDescription2>;
  dependencyCount?: number;
  pDependencies?: VkSubpassDependency2 | readonly VkSubpassDependency2[] | Pointer<VkSubpassDependency2>;
  correlatedViewMaskCount?: number;
  pCorrelatedViewMasks?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkSubpassBeginInfo {
  sType?: 1000109005;
  pNext?: Pointer<never>;
  contents?: VkSubpassContents;
}
export interface VkSubpassEndInfo {
  sType?: 1000109006;
  pNext?: Pointer<never>;
}
export interface VkPhysicalDeviceTimelineSemaphoreFeatures {
  sType?: 1000207000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  timelineSemaphore?: VkBool32;
}
export interface VkPhysicalDeviceTimelineSemaphoreProperties {
  sType?: 1000207001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxTimelineSemaphoreValueDifference?: number | bigint;
}
export interface VkSemaphoreTypeCreateInfo {
  sType?: 1000207002;
  pNext?: Next<'VkSemaphoreCreateInfo' | 'VkPhysicalDeviceExternalSemaphoreInfo'>;
  semaphoreType?: VkSemaphoreType;
  initialValue?: number | bigint;
}
export interface VkTimelineSemaphoreSubmitInfo {
  sType?: 1000207003;
  pNext?: Next<'VkSubmitInfo' | 'VkBindSparseInfo'>;
  waitSemaphoreValueCount?: number;
  pWaitSemaphoreValues?: readonly (number | bigint)[] | BigUint64Array | Pointer<number | bigint>;
  signalSemaphoreValueCount?: number;
  pSignalSemaphoreValues?: readonly (number | bigint)[] | BigUint64Array | Pointer<number | bigint>;
}
export interface VkSemaphoreWaitInfo {
  sType?: 1000207004;
  pNext?: Pointer<never>;
  flags?: VkSemaphoreWaitFlags;
  semaphoreCount?: number;
  pSemaphores?: readonly VkSemaphore[] | Pointer<VkSemaphore>;
  pValues?: readonly (number | bigint)[] | BigUint64Array | Pointer<number | bigint>;
}
export interface VkSemaphoreSignalInfo {
  sType?: 1000207005;
  pNext?: Pointer<never>;
  semaphore?: VkSemaphore;
  value?: number | bigint;
}
export interface VkVertexInputBindingDivisorDescription {
  binding?: number;
  divisor?: number;
}
export interface VkPipelineVertexInputDivisorStateCreateInfo {
  sType?: 1000190001;
  pNext?: Next<'VkPipelineVertexInputStateCreateInfo'>;
  vertexBindingDivisorCount?: number;
  pVertexBindingDivisors?: VkVertexInputBindingDivisorDescription | readonly VkVertexInputBindingDivisorDescription[] | Pointer<VkVertexInputBindingDivisorDescription>;
}
export interface VkPhysicalDeviceVertexAttributeDivisorProperties {
  sType?: 1000525000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  maxVertexAttribDivisor?: number;
  supportsNonZeroFirstInstance?: VkBool32;
}
export interface VkCommandBufferInheritanceConditionalRenderingInfoEXT {
  sType?: 1000081000;
  pNext?: Next<'VkCommandBufferInheritanceInfo'>;
  conditionalRenderingEnable?: VkBool32;
}
export interface VkPhysicalDevice8BitStorageFeatures {
  sType?: 1000177000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  storageBuffer8BitAccess?: VkBool32;
  uniformAndStorageBuffer8BitAccess?: VkBool32;
  storagePushConstant8?: VkBool32;
}
export interface VkPhysicalDeviceConditionalRenderingFeaturesEXT {
  sType?: 1000081001;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  conditionalRendering?: VkBool32;
  inheritedConditionalRendering?: VkBool32;
}
export interface VkPhysicalDeviceVulkanMemoryModelFeatures {
  sType?: 1000211000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  vulkanMemoryModel?: VkBool32;
  vulkanMemoryModelDeviceScope?: VkBool32;
  vulkanMemoryModelAvailabilityVisibilityChains?: VkBool32;
}
export interface VkPhysicalDeviceShaderAtomicInt64Features {
  sType?: 1000180000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderBufferInt64Atomics?: VkBool32;
  shaderSharedInt64Atomics?: VkBool32;
}
export interface VkPhysicalDeviceShaderAtomicFloatFeaturesEXT {
  sType?: 1000260000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 1000190002;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  vertexAttributeInstanceRateDivisor?: VkBool32;
  vertexAttributeInstanceRateZeroDivisor?: VkBool32;
}
export interface VkPhysicalDeviceDepthStencilResolveProperties {
  sType?: 1000199000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  supportedDepthResolveModes?: VkResolveModeFlags;
  supportedStencilResolveModes?: VkResolveModeFlags;
  independentResolveNone?: VkBool32;
  independentResolve?: VkBool32;
}
export interface VkSubpassDescriptionDepthStencilResolve {
  sType?: 1000199001;
  pNext?: Next<'VkSubpassDescription2'>;
  depthResolveMode?: VkResolveModeFlagBits;
  stencilResolveMode?: VkResolveModeFlagBits;
  pDepthStencilResolveAttachment?: VkAttachmentReference2 | Pointer<VkAttachmentReference2>;
}
export interface VkImageStencilUsageCreateInfo {
  sType?: 1000246000;
  pNext?: Next<'VkImageCreateInfo' | 'VkPhysicalDeviceImageFormatInfo2'>;
  stencilUsage?: VkImageUsageFlags;
}
export interface VkPhysicalDeviceScalarBlockLayoutFeatures {
  sType?: 1000221000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  scalarBlockLayout?: VkBool32;
}
export interface VkPhysicalDeviceUniformBufferStandardLayoutFeatures {
  sType?: 1000253000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  uniformBufferStandardLayout?: VkBool32;
}
export interface VkPhysicalDeviceMemoryBudgetPropertiesEXT {
  sType?: 1000237000;
  pNext?: Next<'VkPhysicalDeviceMemoryProperties2'>;
  heapBudget?: readonly VkDeviceSize[];
  heapUsage?: readonly VkDeviceSize[];
}
export interface VkPhysicalDeviceBufferDeviceAddressFeatures {
  sType?: 1000257000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  bufferDeviceAddress?: VkBool32;
  bufferDeviceAddressCaptureReplay?: VkBool32;
  bufferDeviceAddressMultiDevice?: VkBool32;
}
export interface VkBufferDeviceAddressInfo {
  sType?: 1000244001;
  pNext?: Pointer<never>;
  buffer?: VkBuffer;
}
export interface VkBufferOpaqueCaptureAddressCreateInfo {
  sType?: 1000257002;
  pNext?: Next<'VkBufferCreateInfo'>;
  opaqueCaptureAddress?: number | bigint;
}
export interface VkPhysicalDeviceImagelessFramebufferFeatures {
  sType?: 1000108000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  imagelessFramebuffer?: VkBool32;
}
export interface VkFramebufferAttachmentsCreateInfo {
  sType?: 1000108001;
  pNext?: Next<'VkFramebufferCreateInfo'>;
  attachmentImageInfoCount?: number;
  pAttachmentImageInfos?: VkFramebufferAttachmentImageInfo | readonly VkFramebufferAttachmentImageInfo[] | Pointer<VkFramebufferAttachmentImageInfo>;
}
export interface VkFramebufferAttachmentImageInfo {
  sType?: 1000108002;
  pNext?: Pointer<never>;
  flags?: VkImageCreateFlags;
  usage?: VkImageUsageFlags;
  width?: number;
  height?: number;
  layerCount?: number;
  viewFormatCount?: number;
  pViewFormats?: readonly VkFormat[] | Int32Array | Pointer<VkFormat>;
}
export interface VkRenderPassAttachmentBeginInfo {
  sType?: 1000108003;
  pNext?: Next<'VkRenderPassBeginInfo'>;
  attachmentCount?: number;
  pAttachments?: readonly VkImageView[] | Pointer<VkImageView>;
}
export interface VkPhysicalDeviceTextureCompressionASTCHDRFeatures {
  sType?: 1000066000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  textureCompressionASTC_HDR?: VkBool32;
}
export interface VkPipelineCreationFeedback {
  flags?: VkPipelineCreationFeedbackFlags;
  duration?: number | bigint;
}
export type VkPipelineCreationFeedbackEXT = VkPipelineCreationFeedback;
export interface VkPipelineCreationFeedbackCreateInfo {
  sType?: 1000192000;
  pNext?: Next<'VkGraphicsPipelineCreateInfo' | 'VkComputePipelineCreateInfo'>;
  pPipelineCreationFeedback?: VkPipelineCreationFeedback | Pointer<VkPipelineCreationFeedback>;
  pipelineStageCreationFeedbackCount?: number;
  pPipelineStageCreationFeedbacks?: VkPipelineCreationFeedback | readonly VkPipelineCreationFeedback[] | Pointer<VkPipelineCreationFeedback>;
}
export type VkPipelineCreationFeedbackCreateInfoEXT = VkPipelineCreationFeedbackCreateInfo;
export interface VkPhysicalDeviceIndexTypeUint8Features {
  sType?: 1000265000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  indexTypeUint8?: VkBool32;
}
export interface VkPhysicalDeviceSeparateDepthStencilLayoutsFeatures {
  sType?: 1000241000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  separateDepthStencilLayouts?: VkBool32;
}
export interface VkAttachmentReferenceStencilLayout {
  sType?: 1000241001;
  pNext?: Next<'VkAttachmentReference2'>;
  stencilLayout?: VkImageLayout;
}
export interface VkAttachmentDescriptionStencilLayout {
  sType?: 1000241002;
  pNext?: Next<'VkAttachmentDescription2'>;
  stencilInitialLayout?: VkImageLayout;
  stencilFinalLayout?: VkImageLayout;
}
export interface VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR {
  sType?: 1000269000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  pipelineExecutableInfo?: VkBool32;
}
export interface VkPipelineInfoKHR {
  sType?: 1000269001;
  pNext?: Pointer<never>;
  pipeline?: VkPipeline;
}
export interface VkPipelineExecutablePropertiesKHR {
  sType?: 1000269002;
  pNext?: Pointer<never>;
  stages?: VkShaderStageFlags;
  name?: string;
  description?: string;
  subgroupSize?: number;
}
export interface VkPipelineExecutableInfoKHR {
  sType?: 1000269003;
  pNext?: Pointer<never>;
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
  sType?: 1000269004;
  pNext?: Pointer<never>;
  name?: string;
  description?: string;
  format?: VkPipelineExecutableStatisticFormatKHR;
  value?: VkPipelineExecutableStatisticValueKHR;
}
export interface VkPipelineExecutableInternalRepresentationKHR {
  sType?: 1000269005;
  pNext?: Pointer<never>;
  name?: string;
  description?: string;
  isText?: VkBool32;
  dataSize?: number | bigint;
  pData?: ArrayBufferView | bigint;
}
export interface VkPhysicalDeviceShaderDemoteToHelperInvocationFeatures {
  sType?: 1000276000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderDemoteToHelperInvocation?: VkBool32;
}
export interface VkPhysicalDeviceTexelBufferAlignmentProperties {
  sType?: 1000281001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  storageTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  storageTexelBufferOffsetSingleTexelAlignment?: VkBool32;
  uniformTexelBufferOffsetAlignmentBytes?: VkDeviceSize;
  uniformTexelBufferOffsetSingleTexelAlignment?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupSizeControlFeatures {
  sType?: 1000225002;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  subgroupSizeControl?: VkBool32;
  computeFullSubgroups?: VkBool32;
}
export interface VkPhysicalDeviceSubgroupSizeControlProperties {
  sType?: 1000225000;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  minSubgroupSize?: number;
  maxSubgroupSize?: number;
  maxComputeWorkgroupSubgroups?: number;
  requiredSubgroupSizeStages?: VkShaderStageFlags;
}
export interface VkPipelineShaderStageRequiredSubgroupSizeCreateInfo {
  sType?: 1000225001;
  pNext?: Next<'VkPipelineShaderStageCreateInfo'>;
  requiredSubgroupSize?: number;
}
export interface VkMemoryOpaqueCaptureAddressAllocateInfo {
  sType?: 1000257003;
  pNext?: Next<'VkMemoryAllocateInfo'>;
  opaqueCaptureAddress?: number | bigint;
}
export interface VkDeviceMemoryOpaqueCaptureAddressInfo {
  sType?: 1000257004;
  pNext?: Pointer<never>;
  memory?: VkDeviceMemory;
}
export interface VkPhysicalDeviceLineRasterizationFeatures {
  sType?: 1000259000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  rectangularLines?: VkBool32;
  bresenhamLines?: VkBool32;
  smoothLines?: VkBool32;
  stippledRectangularLines?: VkBool32;
  stippledBresenhamLines?: VkBool32;
  stippledSmoothLines?: VkBool32;
}
export interface VkPhysicalDeviceLineRasterizationProperties {
  sType?: 1000259002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  lineSubPixelPrecisionBits?: number;
}
export interface VkPipelineRasterizationLineStateCreateInfo {
  sType?: 1000259001;
  pNext?: Next<'VkPipelineRasterizationStateCreateInfo'>;
  lineRasterizationMode?: VkLineRasterizationMode;
  stippledLineEnable?: VkBool32;
  lineStippleFactor?: number;
  lineStipplePattern?: number;
}
export interface VkPhysicalDevicePipelineCreationCacheControlFeatures {
  sType?: 1000297000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  pipelineCreationCacheControl?: VkBool32;
}
export interface VkPhysicalDeviceVulkan11Features {
  sType?: 49;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 50;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 51;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 52;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 53;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 54;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 55;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 56;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  pCopySrcLayouts?: readonly VkImageLayout[] | Int32Array | Pointer<VkImageLayout>;
  copyDstLayoutCount?: number;
  pCopyDstLayouts?: readonly VkImageLayout[] | Int32Array | Pointer<VkImageLayout>;
  optimalTilingLayoutUUID?: readonly number[];
  identicalMemoryTypeRequirements?: VkBool32;
}
export interface VkPhysicalDeviceToolProperties {
  sType?: 1000245000;
  pNext?: Pointer<never>;
  name?: string;
  version?: string;
  purposes?: VkToolPurposeFlags;
  description?: string;
  layer?: string;
}
export interface VkPhysicalDeviceZeroInitializeWorkgroupMemoryFeatures {
  sType?: 1000325000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderZeroInitializeWorkgroupMemory?: VkBool32;
}
export interface VkPhysicalDeviceImageRobustnessFeatures {
  sType?: 1000335000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  robustImageAccess?: VkBool32;
}
export interface VkPhysicalDevicePortabilitySubsetFeaturesKHR {
  sType?: 1000163000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 1000163001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  minVertexInputBindingStrideAlignment?: number;
}
export interface VkBufferCopy2 {
  sType?: 1000337006;
  pNext?: Pointer<never>;
  srcOffset?: VkDeviceSize;
  dstOffset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkImageCopy2 {
  sType?: 1000337007;
  pNext?: Pointer<never>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkImageBlit2 {
  sType?: 1000337008;
  pNext?: Pointer<never>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffsets?: readonly VkOffset3D[];
  dstSubresource?: VkImageSubresourceLayers;
  dstOffsets?: readonly VkOffset3D[];
}
export interface VkBufferImageCopy2 {
  sType?: 1000337009;
  pNext?: Pointer<never>;
  bufferOffset?: VkDeviceSize;
  bufferRowLength?: number;
  bufferImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkImageResolve2 {
  sType?: 1000337010;
  pNext?: Pointer<never>;
  srcSubresource?: VkImageSubresourceLayers;
  srcOffset?: VkOffset3D;
  dstSubresource?: VkImageSubresourceLayers;
  dstOffset?: VkOffset3D;
  extent?: VkExtent3D;
}
export interface VkCopyBufferInfo2 {
  sType?: 1000337000;
  pNext?: Pointer<never>;
  srcBuffer?: VkBuffer;
  dstBuffer?: VkBuffer;
  regionCount?: number;
  pRegions?: VkBufferCopy2 | readonly VkBufferCopy2[] | Pointer<VkBufferCopy2>;
}
export interface VkCopyImageInfo2 {
  sType?: 1000337001;
  pNext?: Pointer<never>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageCopy2 | readonly VkImageCopy2[] | Pointer<VkImageCopy2>;
}
export interface VkBlitImageInfo2 {
  sType?: 1000337004;
  pNext?: Pointer<never>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageBlit2 | readonly VkImageBlit2[] | Pointer<VkImageBlit2>;
  filter?: VkFilter;
}
export interface VkCopyBufferToImageInfo2 {
  sType?: 1000337002;
  pNext?: Pointer<never>;
  srcBuffer?: VkBuffer;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkBufferImageCopy2 | readonly VkBufferImageCopy2[] | Pointer<VkBufferImageCopy2>;
}
export interface VkCopyImageToBufferInfo2 {
  sType?: 1000337003;
  pNext?: Pointer<never>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstBuffer?: VkBuffer;
  regionCount?: number;
  pRegions?: VkBufferImageCopy2 | readonly VkBufferImageCopy2[] | Pointer<VkBufferImageCopy2>;
}
export interface VkResolveImageInfo2 {
  sType?: 1000337005;
  pNext?: Pointer<never>;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageResolve2 | readonly VkImageResolve2[] | Pointer<VkImageResolve2>;
}
export interface VkPhysicalDeviceShaderTerminateInvocationFeatures {
  sType?: 1000215000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderTerminateInvocation?: VkBool32;
}
export interface VkMemoryBarrier2 {
  sType?: 1000314000;
  pNext?: Next<'VkSubpassDependency2'>;
  srcStageMask?: VkPipelineStageFlags2;
  srcAccessMask?: VkAccessFlags2;
  dstStageMask?: VkPipelineStageFlags2;
  dstAccessMask?: VkAccessFlags2;
}
export interface VkImageMemoryBarrier2 {
  sType?: 1000314002;
  pNext?: Pointer<never>;
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
  sType?: 1000314001;
  pNext?: Pointer<never>;
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
  sType?: 1000314003;
  pNext?: Pointer<never>;
  dependencyFlags?: VkDependencyFlags;
  memoryBarrierCount?: number;
  pMemoryBarriers?: VkMemoryBarrier2 | readonly VkMemoryBarrier2[] | Pointer<VkMemoryBarrier2>;
  bufferMemoryBarrierCount?: number;
  pBufferMemoryBarriers?: VkBufferMemoryBarrier2 | readonly VkBufferMemoryBarrier2[] | Pointer<VkBufferMemoryBarrier2>;
  imageMemoryBarrierCount?: number;
  pImageMemoryBarriers?: VkImageMemoryBarrier2 | readonly VkImageMemoryBarrier2[] | Pointer<VkImageMemoryBarrier2>;
}
export interface VkSemaphoreSubmitInfo {
  sType?: 1000314005;
  pNext?: Pointer<never>;
  semaphore?: VkSemaphore;
  value?: number | bigint;
  stageMask?: VkPipelineStageFlags2;
  deviceIndex?: number;
}
export interface VkCommandBufferSubmitInfo {
  sType?: 1000314006;
  pNext?: Pointer<never>;
  commandBuffer?: VkCommandBuffer;
  deviceMask?: number;
}
export interface VkSubmitInfo2 {
  sType?: 1000314004;
  pNext?: Pointer<never>;
  flags?: VkSubmitFlags;
  waitSemaphoreInfoCount?: number;
  pWaitSemaphoreInfos?: VkSemaphoreSubmitInfo | readonly VkSemaphoreSubmitInfo[] | Pointer<VkSemaphoreSubmitInfo>;
  commandBufferInfoCount?: number;
  pCommandBufferInfos?: VkCommandBufferSubmitInfo | readonly VkCommandBufferSubmitInfo[] | Pointer<VkCommandBufferSubmitInfo>;
  signalSemaphoreInfoCount?: number;
  pSignalSemaphoreInfos?: VkSemaphoreSubmitInfo | readonly VkSemaphoreSubmitInfo[] | Pointer<VkSemaphoreSubmitInfo>;
}
export interface VkPhysicalDeviceSynchronization2Features {
  sType?: 1000314007;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  synchronization2?: VkBool32;
}
export interface VkPhysicalDeviceHostImageCopyFeatures {
  sType?: 1000270000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  hostImageCopy?: VkBool32;
}
export interface VkPhysicalDeviceHostImageCopyProperties {
  sType?: 1000270001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  copySrcLayoutCount?: number;
  pCopySrcLayouts?: readonly VkImageLayout[] | Int32Array | Pointer<VkImageLayout>;
  copyDstLayoutCount?: number;
  pCopyDstLayouts?: readonly VkImageLayout[] | Int32Array | Pointer<VkImageLayout>;
  optimalTilingLayoutUUID?: readonly number[];
  identicalMemoryTypeRequirements?: VkBool32;
}
export interface VkMemoryToImageCopy {
  sType?: 1000270002;
  pNext?: Pointer<never>;
  pHostPointer?: bigint;
  memoryRowLength?: number;
  memoryImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkImageToMemoryCopy {
  sType?: 1000270003;
  pNext?: Pointer<never>;
  pHostPointer?: bigint;
  memoryRowLength?: number;
  memoryImageHeight?: number;
  imageSubresource?: VkImageSubresourceLayers;
  imageOffset?: VkOffset3D;
  imageExtent?: VkExtent3D;
}
export interface VkCopyMemoryToImageInfo {
  sType?: 1000270005;
  pNext?: Pointer<never>;
  flags?: VkHostImageCopyFlags;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkMemoryToImageCopy | readonly VkMemoryToImageCopy[] | Pointer<VkMemoryToImageCopy>;
}
export interface VkCopyImageToMemoryInfo {
  sType?: 1000270004;
  pNext?: Pointer<never>;
  flags?: VkHostImageCopyFlags;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageToMemoryCopy | readonly VkImageToMemoryCopy[] | Pointer<VkImageToMemoryCopy>;
}
export interface VkCopyImageToImageInfo {
  sType?: 1000270007;
  pNext?: Pointer<never>;
  flags?: VkHostImageCopyFlags;
  srcImage?: VkImage;
  srcImageLayout?: VkImageLayout;
  dstImage?: VkImage;
  dstImageLayout?: VkImageLayout;
  regionCount?: number;
  pRegions?: VkImageCopy2 | readonly VkImageCopy2[] | Pointer<VkImageCopy2>;
}
export interface VkHostImageLayoutTransitionInfo {
  sType?: 1000270006;
  pNext?: Pointer<never>;
  image?: VkImage;
  oldLayout?: VkImageLayout;
  newLayout?: VkImageLayout;
  subresourceRange?: VkImageSubresourceRange;
}
export interface VkSubresourceHostMemcpySize {
  sType?: 1000270008;
  pNext?: Next<'VkSubresourceLayout2'>;
  size?: VkDeviceSize;
}
export interface VkHostImageCopyDevicePerformanceQuery {
  sType?: 1000270009;
  pNext?: Next<'VkImageFormatProperties2'>;
  optimalDeviceAccess?: VkBool32;
  identicalMemoryLayout?: VkBool32;
}
export interface VkPhysicalDevicePipelineProtectedAccessFeatures {
  sType?: 1000466000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  pipelineProtectedAccess?: VkBool32;
}
export interface VkPhysicalDeviceShaderIntegerDotProductFeatures {
  sType?: 1000280000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderIntegerDotProduct?: VkBool32;
}
export interface VkPhysicalDeviceShaderIntegerDotProductProperties {
  sType?: 1000280001;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
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
  sType?: 1000360000;
  pNext?: Next<'VkFormatProperties2'>;
  linearTilingFeatures?: VkFormatFeatureFlags2;
  optimalTilingFeatures?: VkFormatFeatureFlags2;
  bufferFeatures?: VkFormatFeatureFlags2;
}
export interface VkPipelineRenderingCreateInfo {
  sType?: 1000044002;
  pNext?: Next<'VkGraphicsPipelineCreateInfo'>;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: readonly VkFormat[] | Int32Array | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
}
export interface VkRenderingInfo {
  sType?: 1000044000;
  pNext?: Next<'VkRenderingInfo'>;
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
  sType?: 1000044001;
  pNext?: Pointer<never>;
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
  sType?: 1000044003;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  dynamicRendering?: VkBool32;
}
export interface VkCommandBufferInheritanceRenderingInfo {
  sType?: 1000044004;
  pNext?: Next<'VkCommandBufferInheritanceInfo'>;
  flags?: VkRenderingFlags;
  viewMask?: number;
  colorAttachmentCount?: number;
  pColorAttachmentFormats?: readonly VkFormat[] | Int32Array | Pointer<VkFormat>;
  depthAttachmentFormat?: VkFormat;
  stencilAttachmentFormat?: VkFormat;
  rasterizationSamples?: VkSampleCountFlagBits;
}
export interface VkImageSubresource2 {
  sType?: 1000338003;
  pNext?: Pointer<never>;
  imageSubresource?: VkImageSubresource;
}
export interface VkSubresourceLayout2 {
  sType?: 1000338002;
  pNext?: Next<'VkSubresourceLayout2'>;
  subresourceLayout?: VkSubresourceLayout;
}
export interface VkPhysicalDevicePipelineRobustnessFeatures {
  sType?: 1000068001;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  pipelineRobustness?: VkBool32;
}
export interface VkPipelineRobustnessCreateInfo {
  sType?: 1000068000;
  pNext?: Next<'VkGraphicsPipelineCreateInfo' | 'VkComputePipelineCreateInfo' | 'VkPipelineShaderStageCreateInfo'>;
  storageBuffers?: VkPipelineRobustnessBufferBehavior;
  uniformBuffers?: VkPipelineRobustnessBufferBehavior;
  vertexInputs?: VkPipelineRobustnessBufferBehavior;
  images?: VkPipelineRobustnessImageBehavior;
}
export interface VkPhysicalDevicePipelineRobustnessProperties {
  sType?: 1000068002;
  pNext?: Next<'VkPhysicalDeviceProperties2'>;
  defaultRobustnessStorageBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessUniformBuffers?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessVertexInputs?: VkPipelineRobustnessBufferBehavior;
  defaultRobustnessImages?: VkPipelineRobustnessImageBehavior;
}
export interface VkPhysicalDeviceFaultFeaturesEXT {
  sType?: 1000341000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
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
  sType?: 1000341001;
  pNext?: Pointer<never>;
  addressInfoCount?: number;
  vendorInfoCount?: number;
  vendorBinarySize?: VkDeviceSize;
}
export interface VkDeviceFaultInfoEXT {
  sType?: 1000341002;
  pNext?: Pointer<never>;
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
  sType?: 1000470004;
  pNext?: Pointer<never>;
  pCreateInfo?: VkImageCreateInfo | Pointer<VkImageCreateInfo>;
  pSubresource?: VkImageSubresource2 | Pointer<VkImageSubresource2>;
}
export interface VkMemoryMapInfo {
  sType?: 1000271000;
  pNext?: Pointer<never>;
  flags?: VkMemoryMapFlags;
  memory?: VkDeviceMemory;
  offset?: VkDeviceSize;
  size?: VkDeviceSize;
}
export interface VkMemoryUnmapInfo {
  sType?: 1000271001;
  pNext?: Pointer<never>;
  flags?: VkMemoryUnmapFlags;
  memory?: VkDeviceMemory;
}
export interface VkBindMemoryStatus {
  sType?: 1000545002;
  pNext?: Next<'VkBindBufferMemoryInfo' | 'VkBindImageMemoryInfo'>;
  pResult?: Pointer<VkResult>;
}
export interface VkBindDescriptorSetsInfo {
  sType?: 1000545003;
  pNext?: Next<'VkBindDescriptorSetsInfo'>;
  stageFlags?: VkShaderStageFlags;
  layout?: VkPipelineLayout;
  firstSet?: number;
  descriptorSetCount?: number;
  pDescriptorSets?: readonly VkDescriptorSet[] | Pointer<VkDescriptorSet>;
  dynamicOffsetCount?: number;
  pDynamicOffsets?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkPushConstantsInfo {
  sType?: 1000545004;
  pNext?: Next<'VkPushConstantsInfo'>;
  layout?: VkPipelineLayout;
  stageFlags?: VkShaderStageFlags;
  offset?: number;
  size?: number;
  pValues?: ArrayBufferView | bigint;
}
export interface VkPushDescriptorSetInfo {
  sType?: 1000545005;
  pNext?: Next<'VkPushDescriptorSetInfo'>;
  stageFlags?: VkShaderStageFlags;
  layout?: VkPipelineLayout;
  set?: number;
  descriptorWriteCount?: number;
  pDescriptorWrites?: VkWriteDescriptorSet | readonly VkWriteDescriptorSet[] | Pointer<VkWriteDescriptorSet>;
}
export type VkPushDescriptorSetInfoKHR = VkPushDescriptorSetInfo;
export interface VkPushDescriptorSetWithTemplateInfo {
  sType?: 1000545006;
  pNext?: Next<'VkPushDescriptorSetWithTemplateInfo'>;
  descriptorUpdateTemplate?: VkDescriptorUpdateTemplate;
  layout?: VkPipelineLayout;
  set?: number;
  pData?: bigint;
}
export type VkPushDescriptorSetWithTemplateInfoKHR = VkPushDescriptorSetWithTemplateInfo;
export interface VkPhysicalDeviceShaderSubgroupRotateFeatures {
  sType?: 1000416000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderSubgroupRotate?: VkBool32;
  shaderSubgroupRotateClustered?: VkBool32;
}
export interface VkPhysicalDeviceShaderExpectAssumeFeatures {
  sType?: 1000544000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderExpectAssume?: VkBool32;
}
export interface VkPhysicalDeviceShaderFloatControls2Features {
  sType?: 1000528000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  shaderFloatControls2?: VkBool32;
}
export interface VkPhysicalDeviceDynamicRenderingLocalReadFeatures {
  sType?: 1000232000;
  pNext?: Next<'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo'>;
  dynamicRenderingLocalRead?: VkBool32;
}
export interface VkRenderingAttachmentLocationInfo {
  sType?: 1000232001;
  pNext?: Next<'VkGraphicsPipelineCreateInfo' | 'VkCommandBufferInheritanceInfo'>;
  colorAttachmentCount?: number;
  pColorAttachmentLocations?: readonly number[] | Uint32Array | Pointer<number>;
}
export interface VkRenderingInputAttachmentIndexInfo {
  sType?: 1000232002;
  pNext?: Next<'VkGraphicsPipelineCreateInfo' | 'VkCommandBufferInheritanceInfo'>;
  colorAttachmentCount?: number;
  pColorAttachmentInputIndices?: readonly number[] | Uint32Array | Pointer<number>;
  pDepthInputAttachmentIndex?: Pointer<number>;
  pStencilInputAttachmentIndex?: Pointer<number>;
}
