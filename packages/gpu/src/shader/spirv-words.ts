/**
 * @file The numbers of SPIR-V that this room reads, under the specification's names.
 * Source: SPIR-V Specification, version 1.6, section 3 "Binary Form".
 */

export const MAGIC = 0x07230203;
export const SWAPPED_MAGIC = 0x03022307;

/** Opcodes, by the specification's names without "Op". */
export const Op = {
  Name: 5,
  MemberName: 6,
  Extension: 10,
  MemoryModel: 14,
  EntryPoint: 15,
  ExecutionMode: 16,
  Capability: 17,
  TypeBool: 20,
  TypeInt: 21,
  TypeFloat: 22,
  TypeVector: 23,
  TypeMatrix: 24,
  TypeImage: 25,
  TypeSampler: 26,
  TypeSampledImage: 27,
  TypeArray: 28,
  TypeRuntimeArray: 29,
  TypeStruct: 30,
  TypePointer: 32,
  Constant: 43,
  ConstantComposite: 44,
  SpecConstantTrue: 48,
  SpecConstantFalse: 49,
  SpecConstant: 50,
  SpecConstantComposite: 51,
  Variable: 59,
  Decorate: 71,
  MemberDecorate: 72,
  ExecutionModeId: 331,
  TypeAccelerationStructure: 5341,
} as const;

export const Decoration = {
  SpecId: 1,
  Block: 2,
  BufferBlock: 3,
  ArrayStride: 6,
  MatrixStride: 7,
  BuiltIn: 11,
  NonWritable: 24,
  NonReadable: 25,
  Location: 30,
  Binding: 33,
  DescriptorSet: 34,
  Offset: 35,
} as const;

export const BUILTIN_WORKGROUP_SIZE = 25;
export const EXECUTION_MODE_LOCAL_SIZE = 17;
export const EXECUTION_MODE_LOCAL_SIZE_ID = 38;

export const StorageClass = {
  UniformConstant: 0,
  Input: 1,
  Uniform: 2,
  Output: 3,
  Workgroup: 4,
  PushConstant: 9,
  StorageBuffer: 12,
} as const;

/** Storage classes → address spaces, by number. */
export const ADDRESS_SPACES: ReadonlyMap<number, string> = new Map([
  [0, 'uniform-constant'],
  [1, 'input'],
  [2, 'uniform'],
  [3, 'output'],
  [4, 'workgroup'],
  [6, 'private'],
  [7, 'function'],
  [9, 'push-constant'],
  [11, 'image'],
  [12, 'storage-buffer'],
  [5349, 'physical-storage-buffer'],
]);

/** Execution models → stages, by number. */
export const STAGES: ReadonlyMap<number, string> = new Map([
  [0, 'vertex'],
  [1, 'tessellation-control'],
  [2, 'tessellation-evaluation'],
  [3, 'geometry'],
  [4, 'fragment'],
  [5, 'compute'],
]);

/** Addressing models, by number. */
export const ADDRESSING: ReadonlyMap<number, string> = new Map([
  [0, 'logical'],
  [1, 'physical32'],
  [2, 'physical64'],
  [5348, 'physical-storage-buffer64'],
]);

/** Memory models, by number. */
export const MEMORY_MODELS: ReadonlyMap<number, string> = new Map([
  [0, 'simple'],
  [1, 'glsl450'],
  [2, 'opencl'],
  [3, 'vulkan'],
]);

/** Capabilities that shaders for Vulkan declare, by number. */
export const CAPABILITIES: ReadonlyMap<number, string> = new Map([
  [0, 'Matrix'],
  [1, 'Shader'],
  [2, 'Geometry'],
  [3, 'Tessellation'],
  [4, 'Addresses'],
  [5, 'Linkage'],
  [6, 'Kernel'],
  [9, 'Float16'],
  [10, 'Float64'],
  [11, 'Int64'],
  [12, 'Int64Atomics'],
  [22, 'Int16'],
  [23, 'TessellationPointSize'],
  [25, 'ImageGatherExtended'],
  [27, 'StorageImageMultisample'],
  [28, 'UniformBufferArrayDynamicIndexing'],
  [29, 'SampledImageArrayDynamicIndexing'],
  [30, 'StorageBufferArrayDynamicIndexing'],
  [31, 'StorageImageArrayDynamicIndexing'],
  [32, 'ClipDistance'],
  [33, 'CullDistance'],
  [34, 'ImageCubeArray'],
  [35, 'SampleRateShading'],
  [39, 'Int8'],
  [40, 'InputAttachment'],
  [41, 'SparseResidency'],
  [42, 'MinLod'],
  [43, 'Sampled1D'],
  [44, 'Image1D'],
  [45, 'SampledCubeArray'],
  [46, 'SampledBuffer'],
  [47, 'ImageBuffer'],
  [49, 'StorageImageExtendedFormats'],
  [50, 'ImageQuery'],
  [51, 'DerivativeControl'],
  [55, 'StorageImageReadWithoutFormat'],
  [56, 'StorageImageWriteWithoutFormat'],
  [57, 'MultiViewport'],
  [61, 'GroupNonUniform'],
  [62, 'GroupNonUniformVote'],
  [63, 'GroupNonUniformArithmetic'],
  [64, 'GroupNonUniformBallot'],
  [65, 'GroupNonUniformShuffle'],
  [66, 'GroupNonUniformShuffleRelative'],
  [67, 'GroupNonUniformClustered'],
  [68, 'GroupNonUniformQuad'],
  [4423, 'SubgroupBallotKHR'],
  [4427, 'DrawParameters'],
  [4428, 'WorkgroupMemoryExplicitLayoutKHR'],
  [4431, 'SubgroupVoteKHR'],
  [4433, 'StorageBuffer16BitAccess'],
  [4434, 'UniformAndStorageBuffer16BitAccess'],
  [4435, 'StoragePushConstant16'],
  [4436, 'StorageInputOutput16'],
  [4437, 'DeviceGroup'],
  [4439, 'MultiView'],
  [4441, 'VariablePointersStorageBuffer'],
  [4442, 'VariablePointers'],
  [4448, 'StorageBuffer8BitAccess'],
  [4449, 'UniformAndStorageBuffer8BitAccess'],
  [4450, 'StoragePushConstant8'],
  [4464, 'DenormPreserve'],
  [4465, 'DenormFlushToZero'],
  [4466, 'SignedZeroInfNanPreserve'],
  [4467, 'RoundingModeRTE'],
  [4468, 'RoundingModeRTZ'],
  [4472, 'RayQueryKHR'],
  [4479, 'RayTracingKHR'],
  [5055, 'ShaderClockKHR'],
  [5301, 'ShaderNonUniform'],
  [5302, 'RuntimeDescriptorArray'],
  [5306, 'UniformBufferArrayNonUniformIndexing'],
  [5307, 'SampledImageArrayNonUniformIndexing'],
  [5308, 'StorageBufferArrayNonUniformIndexing'],
  [5309, 'StorageImageArrayNonUniformIndexing'],
  [5345, 'VulkanMemoryModel'],
  [5346, 'VulkanMemoryModelDeviceScope'],
  [5347, 'PhysicalStorageBufferAddresses'],
  [5379, 'DemoteToHelperInvocation'],
  [6016, 'DotProductInputAll'],
  [6017, 'DotProductInput4x8Bit'],
  [6018, 'DotProductInput4x8BitPacked'],
  [6019, 'DotProduct'],
  [6022, 'CooperativeMatrixKHR'],
  [6033, 'AtomicFloat32AddEXT'],
  [6034, 'AtomicFloat64AddEXT'],
]);
