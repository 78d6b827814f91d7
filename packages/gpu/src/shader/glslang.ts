/**
 * @file The GLSL compiler that npm ships as WebAssembly (`@webgpu/glslang`), behind one promise. Its traps are looked after
 * here: its module is a thenable that resolves to itself, so `await` never returns; its error text goes to the console; on
 * loading it hooks the process's uncaughtException and unhandledRejection, which are no business of a compiler; and it leaves some
 * constants in functions.
 */

import { createRequire } from 'node:module';
import { withComponentsInPlace } from './constant-components.ts';

/** A shader stage that the compiler takes. */
export type ShaderStage = 'vertex' | 'fragment' | 'compute';

/** The compiler as this room sees it: SPIR-V words, or what the compiler printed. */
export interface GlslCompiler {
  compile(source: string, stage: ShaderStage): { readonly spirv: Uint32Array } | { readonly printed: string };
}

/** Part of the cache key: results of another compiler are no good. */
export const GLSL_COMPILER = '@webgpu/glslang 0.0.15, SPIR-V 1.5, components of constants in place';

interface GlslangModule {
  then(resolve: (module: GlslangModule) => void): unknown;
  compileGLSL(source: string, stage: ShaderStage, debug: boolean, version: string): Uint32Array;
}
type GlslangFactory = (options: { print: (line: string) => void; printErr: (line: string) => void }) => GlslangModule;

let loading: Promise<GlslCompiler> | undefined;

/** Loads the compiler once a process: a quarter of a second. */
export function loadGlslang(): Promise<GlslCompiler> {
  return (loading ??= load());
}

async function load(): Promise<GlslCompiler> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.rawListeners(event)));
  const printed: string[] = [];
  const print = (line: string): void => void printed.push(line);
  const factory = createRequire(import.meta.url)('@webgpu/glslang') as GlslangFactory;
  const { module } = await new Promise<{ module: GlslangModule }>((resolve) => {
    factory({ print, printErr: print }).then((loaded) => resolve({ module: loaded }));
  });
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]!.has(listener)) process.off(event, listener as (...args: unknown[]) => void);
    }
  }
  return {
    compile(source, stage) {
      printed.length = 0;
      try {
        return { spirv: withComponentsInPlace(module.compileGLSL(source, stage, false, '1.5')) };
      } catch (error) {
        return { printed: printed.length > 0 ? printed.join('\n') : String(error) };
      }
    },
  };
}
