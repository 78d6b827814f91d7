/**
 * @file What SPIR-V's capabilities stand for on a device: features, and operations of subgroups. A capability that isn't listed is every
 * device's, or an extension's that the runtime doesn't know: that is left to the driver.
 * Source: Vulkan specification, appendix "Vulkan Environment for SPIR-V", and `spirvcapabilities` of the registry.
 */

/** One of these features must be turned on. */
export const FEATURES_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['Geometry', ['geometryShader']],
  ['Tessellation', ['tessellationShader']],
  ['Float16', ['shaderFloat16']],
  ['Float64', ['shaderFloat64']],
  ['Int64', ['shaderInt64']],
  ['Int64Atomics', ['shaderBufferInt64Atomics', 'shaderSharedInt64Atomics', 'shaderImageInt64Atomics']],
  ['Int16', ['shaderInt16']],
  ['TessellationPointSize', ['shaderTessellationAndGeometryPointSize']],
  ['GeometryPointSize', ['shaderTessellationAndGeometryPointSize']],
  ['ImageGatherExtended', ['shaderImageGatherExtended']],
  ['StorageImageMultisample', ['shaderStorageImageMultisample']],
  ['UniformBufferArrayDynamicIndexing', ['shaderUniformBufferArrayDynamicIndexing']],
  ['SampledImageArrayDynamicIndexing', ['shaderSampledImageArrayDynamicIndexing']],
  ['StorageBufferArrayDynamicIndexing', ['shaderStorageBufferArrayDynamicIndexing']],
  ['StorageImageArrayDynamicIndexing', ['shaderStorageImageArrayDynamicIndexing']],
  ['ClipDistance', ['shaderClipDistance']],
  ['CullDistance', ['shaderCullDistance']],
  ['ImageCubeArray', ['imageCubeArray']],
  ['SampleRateShading', ['sampleRateShading']],
  ['Int8', ['shaderInt8']],
  ['SparseResidency', ['shaderResourceResidency']],
  ['MinLod', ['shaderResourceMinLod']],
  ['SampledCubeArray', ['imageCubeArray']],
  ['ImageMSArray', ['shaderStorageImageMultisample']],
  ['InterpolationFunction', ['sampleRateShading']],
  ['TransformFeedback', ['transformFeedback']],
  ['GeometryStreams', ['geometryStreams']],
  ['StorageImageExtendedFormats', ['shaderStorageImageExtendedFormats']],
  ['StorageImageReadWithoutFormat', ['shaderStorageImageReadWithoutFormat']],
  ['StorageImageWriteWithoutFormat', ['shaderStorageImageWriteWithoutFormat']],
  ['MultiViewport', ['multiViewport']],
  ['ShaderLayer', ['shaderOutputLayer']],
  ['ShaderViewportIndex', ['shaderOutputViewportIndex']],
  [
    'FragmentShadingRateKHR',
    ['pipelineFragmentShadingRate', 'primitiveFragmentShadingRate', 'attachmentFragmentShadingRate'],
  ],
  ['DrawParameters', ['shaderDrawParameters']],
  ['WorkgroupMemoryExplicitLayoutKHR', ['workgroupMemoryExplicitLayout']],
  ['WorkgroupMemoryExplicitLayout8BitAccessKHR', ['workgroupMemoryExplicitLayout8BitAccess']],
  ['WorkgroupMemoryExplicitLayout16BitAccessKHR', ['workgroupMemoryExplicitLayout16BitAccess']],
  ['StorageBuffer16BitAccess', ['storageBuffer16BitAccess']],
  ['UniformAndStorageBuffer16BitAccess', ['uniformAndStorageBuffer16BitAccess']],
  ['StoragePushConstant16', ['storagePushConstant16']],
  ['StorageInputOutput16', ['storageInputOutput16']],
  ['MultiView', ['multiview']],
  ['VariablePointersStorageBuffer', ['variablePointersStorageBuffer']],
  ['VariablePointers', ['variablePointers']],
  ['StorageBuffer8BitAccess', ['storageBuffer8BitAccess']],
  ['UniformAndStorageBuffer8BitAccess', ['uniformAndStorageBuffer8BitAccess']],
  ['StoragePushConstant8', ['storagePushConstant8']],
  ['RayQueryKHR', ['rayQuery']],
  ['RayTraversalPrimitiveCullingKHR', ['rayTraversalPrimitiveCulling', 'rayQuery']],
  ['RayTracingKHR', ['rayTracingPipeline']],
  ['Int64ImageEXT', ['shaderImageInt64Atomics']],
  ['ShaderClockKHR', ['shaderSubgroupClock', 'shaderDeviceClock']],
  ['ImageFootprintNV', ['imageFootprint']],
  ['MeshShadingEXT', ['meshShader', 'taskShader']],
  ['FragmentBarycentricKHR', ['fragmentShaderBarycentric']],
  ['ComputeDerivativeGroupQuadsKHR', ['computeDerivativeGroupQuads']],
  ['FragmentDensityEXT', ['fragmentDensityMap', 'shadingRateImage']],
  ['RuntimeDescriptorArray', ['runtimeDescriptorArray']],
  ['InputAttachmentArrayDynamicIndexing', ['shaderInputAttachmentArrayDynamicIndexing']],
  ['UniformTexelBufferArrayDynamicIndexing', ['shaderUniformTexelBufferArrayDynamicIndexing']],
  ['StorageTexelBufferArrayDynamicIndexing', ['shaderStorageTexelBufferArrayDynamicIndexing']],
  ['UniformBufferArrayNonUniformIndexing', ['shaderUniformBufferArrayNonUniformIndexing']],
  ['SampledImageArrayNonUniformIndexing', ['shaderSampledImageArrayNonUniformIndexing']],
  ['StorageBufferArrayNonUniformIndexing', ['shaderStorageBufferArrayNonUniformIndexing']],
  ['StorageImageArrayNonUniformIndexing', ['shaderStorageImageArrayNonUniformIndexing']],
  ['InputAttachmentArrayNonUniformIndexing', ['shaderInputAttachmentArrayNonUniformIndexing']],
  ['UniformTexelBufferArrayNonUniformIndexing', ['shaderUniformTexelBufferArrayNonUniformIndexing']],
  ['StorageTexelBufferArrayNonUniformIndexing', ['shaderStorageTexelBufferArrayNonUniformIndexing']],
  ['RayTracingMotionBlurNV', ['rayTracingMotionBlur']],
  ['VulkanMemoryModel', ['vulkanMemoryModel']],
  ['VulkanMemoryModelDeviceScope', ['vulkanMemoryModelDeviceScope']],
  ['PhysicalStorageBufferAddresses', ['bufferDeviceAddress']],
  ['ComputeDerivativeGroupLinearKHR', ['computeDerivativeGroupLinear']],
  ['CooperativeMatrixNV', ['cooperativeMatrix']],
  ['FragmentShaderSampleInterlockEXT', ['fragmentShaderSampleInterlock']],
  ['FragmentShaderShadingRateInterlockEXT', ['fragmentShaderShadingRateInterlock', 'shadingRateImage']],
  ['ShaderSMBuiltinsNV', ['shaderSMBuiltins']],
  ['FragmentShaderPixelInterlockEXT', ['fragmentShaderPixelInterlock']],
  ['DemoteToHelperInvocation', ['shaderDemoteToHelperInvocation']],
  [
    'AtomicFloat32MinMaxEXT',
    ['shaderBufferFloat32AtomicMinMax', 'shaderSharedFloat32AtomicMinMax', 'shaderImageFloat32AtomicMinMax'],
  ],
  ['AtomicFloat64MinMaxEXT', ['shaderBufferFloat64AtomicMinMax', 'shaderSharedFloat64AtomicMinMax']],
  ['AtomicFloat16MinMaxEXT', ['shaderBufferFloat16AtomicMinMax', 'shaderSharedFloat16AtomicMinMax']],
  ['ExpectAssumeKHR', ['shaderExpectAssume']],
  ['DotProductInputAll', ['shaderIntegerDotProduct']],
  ['DotProductInput4x8Bit', ['shaderIntegerDotProduct']],
  ['DotProductInput4x8BitPacked', ['shaderIntegerDotProduct']],
  ['DotProduct', ['shaderIntegerDotProduct']],
  ['RayCullMaskKHR', ['rayTracingMaintenance1']],
  ['CooperativeMatrixKHR', ['cooperativeMatrix']],
  ['GroupNonUniformRotateKHR', ['shaderSubgroupRotate']],
  [
    'AtomicFloat32AddEXT',
    ['shaderBufferFloat32AtomicAdd', 'shaderSharedFloat32AtomicAdd', 'shaderImageFloat32AtomicAdd'],
  ],
  ['AtomicFloat64AddEXT', ['shaderBufferFloat64AtomicAdd', 'shaderSharedFloat64AtomicAdd']],
  ['AtomicFloat16AddEXT', ['shaderBufferFloat16AtomicAdd', 'shaderSharedFloat16AtomicAdd']],
]);

/** What threads of a subgroup may do together, by the capability that asks for it. */
export type SubgroupOperation =
  | 'basic'
  | 'vote'
  | 'arithmetic'
  | 'ballot'
  | 'shuffle'
  | 'shuffle-relative'
  | 'clustered'
  | 'quad';

/** The device's subgroups must do this. */
export const SUBGROUP_OPERATION_OF: ReadonlyMap<string, SubgroupOperation> = new Map([
  ['GroupNonUniform', 'basic'],
  ['GroupNonUniformVote', 'vote'],
  ['GroupNonUniformArithmetic', 'arithmetic'],
  ['GroupNonUniformBallot', 'ballot'],
  ['GroupNonUniformShuffle', 'shuffle'],
  ['GroupNonUniformShuffleRelative', 'shuffle-relative'],
  ['GroupNonUniformClustered', 'clustered'],
  ['GroupNonUniformQuad', 'quad'],
]);
