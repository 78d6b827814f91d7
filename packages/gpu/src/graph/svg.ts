import type { CompiledGraph } from './compile.ts';
export function planToSvg(compiled: CompiledGraph): string {
  return String(compiled.levels.length);
}
