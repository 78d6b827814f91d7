/**
 * Traced stencils: bodies of plain TypeScript, typed by the fields' types, that give the same IR as the language's text.
 */

export * from './functions.ts';
export { compileTraced, stencil } from './stencil.ts';
export type { TracedSource, TracedStencil } from './stencil.ts';
export type { FieldHandle, Handles, Results, TraceOptions, Value } from './types.ts';
