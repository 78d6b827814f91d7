/**
 * The stencil language: source text to typed IR, and from there to shaders and the interpreter.
 */

export { compileStencil } from './compile.ts';
export type { CompileOptions } from './compile.ts';
export { compilerModule } from './compiler-module.ts';
export { formatDebug, newDebugWords, readDebugWords } from './debug.ts';
export type { DebugReport, NonFiniteWrite, Print } from './debug.ts';
export { FAULT_WORDS, newFaultWords, readFaultWords } from './faults.ts';
export type { FarRead } from './faults.ts';
export { FIELD_PLACES, faceAxis } from './field-place.ts';
export type { FieldPlace } from './field-place.ts';
export { emitGlsl, emitSpirv } from './emit/emit.ts';
export type { EmitOptions } from './emit/emit.ts';
export type { FloatModes } from './emit/spirv-module.ts';
export type { BufferAccess } from './emit/spirv-target.ts';
export * from './field-types.ts';
export { formatIr } from './format-ir.ts';
export { asksFar, farthestActivity } from './fuse/activities.ts';
export { fuseStencils } from './fuse/fuse.ts';
export type { FuseOptions } from './fuse/join.ts';
export { bytesPerVoxel, bytesTogether, whyNotFused } from './fuse/refusal.ts';
export { exceedsRadius } from './fuse/shared-radius.ts';
export { fieldsAgain, whyNotWorth } from './fuse/worth.ts';
export { interpret } from './interpret/interpret.ts';
export type {
  DebugListener,
  Elements,
  InterpreterLevel,
  InterpreterReduction,
  InterpreterWorld,
} from './interpret/world.ts';
export * from './ir.ts';
export * from './emit/shader.ts';
export { BUILTIN_NAMES } from './language/keywords.ts';
export { nearestName } from './language/nearest-name.ts';
export { beyondRadiusAt } from './reach/held.ts';
export { StencilError } from './stencil-error.ts';
export { verifyStencil } from './verify.ts';
