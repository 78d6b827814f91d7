/**
 * Traced stencils: bodies of plain TypeScript, typed by the fields' types, that give the same IR as the language's text.
 */

export { array, dmat2, dmat3, dmat4, f16mat2, f16mat3, f16mat4, mat2, mat3, mat4 } from './aggregates.ts';
export type { ArrayHandle, Matrix } from './aggregates.ts';
export { breakWhen, exit, printf, variable, when, written } from './control.ts';
export type { OutputHandle, Variable } from './control.ts';
export * from './functions.ts';
export { math } from './math.ts';
export type { MathFunctions } from './math.ts';
export { compileTraced, stencil } from './stencil.ts';
export type { TracedSource, TracedStencil } from './stencil.ts';
export type { ElementsHandle, FieldHandle, Handles, Outputs, Results, TraceOptions, Value } from './types.ts';
