/** @file `@halocline/gpu`: devices, memory, shaders, commands, graph and timelines over Vulkan. */

export type { Access, ImageLayout, RawUsage, Usage } from './access.ts';
export type { CommandBuffer } from './command/command-buffer.ts';
export type { GraphicsPipeline, GraphicsPipelineOptions } from './command/graphics-pipeline.ts';
export type {
  BlendMode,
  ColorTarget,
  CullMode,
  DepthTarget,
  Topology,
  VertexAttribute,
  VertexBufferLayout,
  VertexFormat,
} from './command/graphics-state.ts';
export { foldGroups } from './command/encoder.ts';
export type { Bindable, BindOptions } from './command/bindable.ts';
export type { Encoder } from './command/encoder.ts';
export type { TransitionOptions } from './command/image-barrier.ts';
export type { ConditionalOptions } from './command/conditional.ts';
export type { ComputePipeline, ComputePipelineOptions, RunOptions } from './command/pipeline.ts';
export type { PipelineStatistic } from './command/pipeline-statistics.ts';
export type { StageOptions, SubgroupOptions } from './command/pipeline-stage.ts';
export type { QueryPool } from './command/query-pool.ts';
export { delaySubmits } from './command/submit-delay.ts';
export type { PreparedSubmits } from './command/prepared-submits.ts';
export type { Queue, SubmitBatch, SubmitOptions } from './command/queue.ts';
export type { IndexedOptions, IndexType, IndirectOptions, RenderEncoder } from './command/rendering.ts';
export type { Viewport } from './command/viewport.ts';
export type { RenderingOptions, RenderTarget } from './command/render-targets.ts';
export type { DrawTargets, SecondaryCommands } from './command/secondary.ts';
export type { BlitOptions, ClearValue, ImageBox, ImageRegion } from './command/transfer.ts';
export type { ShaderFile, WatchedComputeOptions, WatchedGraphicsOptions, WatchedPipeline } from './command/watched.ts';
export type { BufferUsage, DeviceKind, MemoryKind } from './convert.ts';
export type { Device, QueryPoolOptions, RawDevice } from './device/device.ts';
export { CudaDevice } from './cuda/cuda-device.ts';
export type { CudaBuffer, CudaBufferOptions } from './cuda/cuda-device.ts';
export { isVulkanAvailable, listDevices, openDevice } from './device/open.ts';
export type { DeviceOptions } from './device/options.ts';
export type { Child, Counters } from './device/driver.ts';
export type { DeviceWishes, Wish } from './device/features.ts';
export { isValidationAvailable } from './device/instance.ts';
export type { Validation, ValidationMessage } from './device/instance.ts';
export type { DeviceLimits, DeviceReport, FloatModes, HeapReport, QueueFamilyReport } from './device/survey.ts';
export { readCache, writeCache } from './disk-cache.ts';
export type { CacheKind } from './disk-cache.ts';
export { bytesText, DeviceLostError, GraphError, OutOfMemoryError, ShaderError, VulkanError } from './errors.ts';
export type { DeviceFault, MemoryOwner, VulkanErrorKind } from './errors.ts';
export type { Bindings, Imports } from './graph/bindings.ts';
export type { GraphOptions } from './graph/compile.ts';
export type { ExecuteOptions, Execution } from './graph/execute.ts';
export type { Frame } from './frame/frame.ts';
export type {
  FrameCommands,
  FrameDevice,
  FrameMemory,
  FramePoint,
  FrameSlice,
  Labelled,
  RecordedFrame,
} from './frame/frame-device.ts';
export type { FrameOptions } from './frame/frames.ts';
export { Graph } from './graph/graph.ts';
export type { GraphStageOptions } from './graph/graph.ts';
export type { HazardKind } from './graph/hazards.ts';
export { barrierBetween, barrierRequirements } from './graph/hints.ts';
export type { Pass } from './graph/pass.ts';
export { Plan } from './graph/plan.ts';
export type { PlanCounts, RecordOptions } from './graph/plan.ts';
export type { NamedMemory } from './graph/record.ts';
export type { DeclaredUse } from './tracking/tracker.ts';
export type { QueuePlace, QueueTable } from './graph/queues.ts';
export { use } from './graph/resource.ts';
export type {
  GraphBuffer,
  GraphImage,
  HostValue,
  NamedUse,
  Resource,
  RoleUse,
  Use,
  UsePart,
} from './graph/resource.ts';
export type { BarrierBatch, BarrierSink, ImageBarrier } from './graph/sink.ts';
export type { GraphBarrier, GraphImageBarrier, Hazard } from './graph/steps.ts';
export type { PassQueue } from './graph/usage.ts';
export { DeviceGroup, listDeviceGroups } from './group/device-group.ts';
export type { GroupMemory } from './group/device-group.ts';
export type { DepthCompare } from './image/depth-compare.ts';
export type { ImageFormat } from './image/format.ts';
export type { Image, ImageOptions, ImageUsage } from './image/image.ts';
export type { EdgeMode, Sampler, SamplerOptions } from './image/sampler.ts';
export type { ImageDownloadOptions, ImageUploadOptions } from './image/staging.ts';
export type { ImageRange, ImageView, ViewShape } from './image/view.ts';
export type { Buffer, BufferOptions } from './memory/buffer.ts';
export type { Defragmentation } from './memory/defragment.ts';
export type { DeviceHeap, HeapUse, MemoryHeapUse } from './memory/heap.ts';
export type { HostArray, HostArrayOptions } from './memory/host-array.ts';
export { Heap } from './memory/pool.ts';
export type { HeapOptions, MemoryPool, PoolOptions, PoolUse } from './memory/pool.ts';
export type { LinearMemory, MemorySlice, RingMemory } from './memory/step-memory.ts';
export type { DownloadOptions, Staging, TransferOptions } from './memory/staging.ts';
export { shareDeviceMemory } from './memory/shared-device-memory.ts';
export type { MemorySharer } from './memory/shared-device-memory.ts';
export { shareHostMemory } from './memory/shared-memory.ts';
export type { ImportOptions, MemoryImporter } from './memory/shared-memory.ts';
export { Tlsf } from './memory/tlsf.ts';
export type { TlsfAllocation, TlsfReport } from './memory/tlsf.ts';
export type { BufferRole, ImageRole, Role, RoleUsage } from './role.ts';
export type {
  PassEncoder,
  RecordedWork,
  RecorderThread,
  ThreadedPassOptions,
  ThreadedRecorderOptions,
} from './recording/recorder-options.ts';
export type { ThreadedRecorder } from './recording/threaded-recorder.ts';
export type { ThreadPass } from './recording/thread-pass.ts';
export type { ImageAccess } from './recording/shared-layouts.ts';
export { compileGlsl } from './shader/compile.ts';
export type { CompileOptions } from './shader/compile.ts';
export { reflect } from './shader/reflection.ts';
export type { ReflectOptions, ShaderEntryPoint, ShaderReflection, ShaderSpecialization } from './shader/reflection.ts';
export type { ShaderBinding, ShaderBindingKind, ShaderMember, ShaderPushConstants } from './shader/reflection-types.ts';
export type { Relay, RelayCopy, RelayMessage } from './sync/relay.ts';
export type { ClockReading } from './sync/device-clock.ts';
export type { Timeline, TimelinePoint, TimelineSharing } from './sync/timeline.ts';
