/**
 * @file The GLSL compiler that npm ships as WebAssembly (`@webgpu/glslang`), behind one function. Its traps are looked after
 * here: its module is a thenable that resolves to itself, so `await` never returns; its error text goes to the console; on
 * loading it hooks the process's uncaughtException and unhandledRejection, which are no business of a compiler; it leaves some
 * constants in functions; and once it ran out of memory, it compiles nothing any more.
 */

import { createRequire } from 'node:module';
import { withComponentsInPlace } from './constant-components.ts';

/** A shader stage that the compiler takes. */
export type ShaderStage = 'vertex' | 'fragment' | 'compute';

/** SPIR-V words, or what the compiler printed. */
export type GlslResult = { readonly spirv: Uint32Array } | { readonly printed: string };

/** Part of the cache key: results of another compiler are no good. */
export const GLSL_COMPILER = '@webgpu/glslang 0.0.15, SPIR-V 1.5, components of constants in place';

/** Characters of a source: four bytes are put aside for each of them on the compiler's stack of 5 MiB, which it needs itself, too. */
const MOST_CHARACTERS = 1_200_000;

interface GlslangModule {
  then(resolve: (module: GlslangModule) => void): unknown;
  compileGLSL(source: string, stage: ShaderStage, debug: boolean, version: string): Uint32Array;
}
type GlslangFactory = (options: { print: (line: string) => void; printErr: (line: string) => void }) => GlslangModule;

interface GlslCompiler {
  readonly module: GlslangModule;
  readonly printed: string[];
}
let loading: Promise<GlslCompiler> | undefined;

/** Compiles GLSL. The compiler is loaded once a process, which takes a quarter of a second, and anew after it broke. */
export async function runGlslang(source: string, stage: ShaderStage): Promise<GlslResult> {
  if (source.length > MOST_CHARACTERS) {
    const lengths = `its source has ${source.length} characters with what it includes, and the compiler takes ${MOST_CHARACTERS}`;
    return { printed: `${lengths}; leave out what it doesn't use, and give tables in buffers` };
  }
  let asked, compiler;
  // Whoever waited beside it may have broken the one that was asked for.
  do compiler = await (asked = loading ??= load());
  while (asked !== loading);
  const { module, printed } = compiler;
  printed.length = 0;
  let spirv: Uint32Array;
  try {
    spirv = module.compileGLSL(source, stage, false, '1.5');
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'RuntimeError' && name !== 'RangeError') return { printed: printed.join('\n') || message };
    loading = undefined;
    return { printed: `it is too much for the compiler (${message}); let expressions and functions be shorter` };
  }
  return { spirv: withComponentsInPlace(spirv) };
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
  return { module, printed };
}
