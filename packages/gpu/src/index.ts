/** @file `@halocline/gpu`: devices, memory, shaders, commands, graph and timelines over Vulkan. */

export type { Access } from './access.ts';
export { DeviceLostError, GraphError, OutOfMemoryError, ShaderError, VulkanError } from './errors.ts';
export type { MemoryOwner, VulkanErrorKind } from './errors.ts';
export { Graph, Plan } from './graph/graph.ts';
export type { BarrierSink, GraphOptions, Pass, Use } from './graph/graph.ts';
export type { GraphBarrier, Hazard, HazardKind } from './graph/hazards.ts';
export { Tlsf } from './memory/tlsf.ts';
export type { TlsfAllocation, TlsfReport } from './memory/tlsf.ts';
export { compileGlsl } from './shader/compile.ts';
export type { CompileOptions } from './shader/compile.ts';
export { reflect } from './shader/reflection.ts';
export type { ShaderEntryPoint, ShaderReflection, ShaderSpecialization } from './shader/reflection.ts';
export type { ShaderBinding, ShaderBindingKind, ShaderMember, ShaderPushConstants } from './shader/reflection-types.ts';
