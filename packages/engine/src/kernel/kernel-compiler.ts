/**
 * @file Kernels of the user's own, from declaration to pipeline, on one device. What hangs on declarations is settled at once, in
 * `plan`; the text is compiled in `finish`, which waits. A file whose edit doesn't compile keeps what ran before.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ComputePipeline, Device } from '@halocline/gpu';
import type { FieldRead, FieldWrite } from '@halocline/stencil';
import { componentsOf } from '@halocline/stencil';
import type { CheckOptions, CompiledStencil } from '../compiler.ts';
import type { Declarations, StencilDeclaration } from '../declarations.ts';
import { stampOf } from '../memo/stencil-files.ts';
import { componentName, type ComponentWrite, type PassFacts } from '../pass-facts.ts';
import { checkModule } from './check-module.ts';
import { compileText } from './compile-text.ts';
import { layoutKernel, type KernelField, type KernelLayout } from './kernel-layout.ts';
import { languageOf, radiusOf, type KernelOptions } from './kernel-options.ts';

/** How a kernel is dispatched, and what it is made of. */
export interface KernelRun {
  readonly options: KernelOptions;
  readonly layout: KernelLayout;
  /** Workgroups in x, y, z over each subdomain; null where it runs over leaves. */
  readonly groups: readonly [number, number, number] | null;
  /** Components whose old values are copied before it runs. */
  readonly copied: readonly string[];
  readonly spirv: Uint32Array;
  readonly entry: string;
  /** The text that it was compiled from; null for SPIR-V. */
  readonly text: string | null;
}

/** A declared kernel; a `StencilDeclaration` that has one. */
export interface KernelDeclaration extends StencilDeclaration {
  readonly kernel: KernelOptions;
}

/** Whether a declaration is a kernel's. */
export function isKernel(declaration: StencilDeclaration): declaration is KernelDeclaration {
  return declaration.kernel !== undefined;
}

/** A kernel that only lacks its pipeline. */
export interface KernelPlan {
  readonly declaration: KernelDeclaration;
  readonly layout: KernelLayout;
  readonly facts: PassFacts;
  readonly reads: readonly FieldRead[];
  readonly writes: readonly FieldWrite[];
}

/** What a kernel is compiled from: text or words, and where they were read. */
interface Source {
  readonly text: string | null;
  readonly spirv: Uint32Array | null;
}

interface Known {
  readonly declaration: KernelDeclaration;
  /** Files and their stamps, the first being the kernel's own. */
  readonly files: Map<string, string>;
  /** What compiled last. */
  good: Source | null;
}

/** Compiles kernels, and remembers what it made. */
export class KernelCompiler implements Disposable {
  readonly #device: Device;
  readonly #pipelines = new Map<string, ComputePipeline>();
  readonly #known = new Map<string, Known>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether a file of a kernel, or one that it includes, has changed since it was compiled. */
  filesChanged(): boolean {
    return this.#known.values().some(({ files }) => files.entries().some(([file, stamp]) => stamp !== stampOf(file)));
  }

  /** What a kernel touches. Throws for names that nobody declared. */
  plan(declaration: KernelDeclaration, declarations: Declarations, cut: boolean): KernelPlan {
    const { name, level, kernel: options } = declaration;
    const layout = layoutKernel(name, level, options, { declarations, cut });
    const own = radiusOf(options) === 0;
    const read = new Set(layout.inputs.map(({ field }) => field.key));
    const reads = layout.inputs.map((input) => readOf(input, own));
    const writes = layout.outputs.map((output) => writeOf(output, !own && read.has(output.field.key), options));
    return { declaration, layout, facts: factsOf(declaration, layout, writes), reads, writes };
  }

  /** The kernel with its pipeline. Waits for the compiler of its language. */
  async finish(plan: KernelPlan, log: CheckOptions['log']): Promise<CompiledStencil> {
    const { declaration } = plan;
    const { name } = declaration;
    const known = this.#knownOf(declaration);
    let source: Source | null = null;
    try {
      source = this.#read(declaration, known);
      const made = await this.#compile(plan, source, known);
      known.good = source;
      return made;
    } catch (error) {
      const { good } = known;
      if (declaration.kernel.file === undefined || good === null || good === source) throw error;
      log(`${(error as Error).message}\nKernel "${name}" runs on as it was before this edit`);
      return this.#compile(plan, good, known);
    }
  }

  async #compile(plan: KernelPlan, source: Source, known: Known): Promise<CompiledStencil> {
    const { declaration, layout, facts, reads, writes } = plan;
    const { name, level, kernel: options } = declaration;
    const language = languageOf(options);
    const { entry = null, file = null } = options;
    const spirv =
      source.spirv ??
      (await compileText(
        { language: language as 'glsl' | 'hlsl', text: source.text!, file, entry },
        layout,
        (included) => known.files.set(included, stampOf(included)),
      ));
    const start = checkModule(spirv, layout, entry);
    const pipeline = this.#pipelineOf(name, spirv, start);
    const copied = facts.writes.filter(({ swaps }) => swaps && options.overwrites !== true);
    const kernel: KernelRun = {
      options,
      layout,
      groups: groupsOf(options),
      spirv,
      entry: start,
      copied: copied.map(({ component }) => component),
      text: source.text,
    };
    const { bindings } = layout;
    return { name, level, stencil: null, kernel, facts, reads, writes, pipeline, bindings, debug: null };
  }

  #knownOf(declaration: KernelDeclaration): Known {
    const known = this.#known.get(declaration.name);
    if (known?.declaration === declaration) return known;
    const fresh: Known = { declaration, files: new Map(), good: null };
    this.#known.set(declaration.name, fresh);
    return fresh;
  }

  /** The text or words of a kernel. A file that is gone keeps what it held. */
  #read({ name, kernel }: KernelDeclaration, known: Known): Source {
    const { glsl, hlsl, spirv, file } = kernel;
    if (spirv !== undefined) return { text: null, spirv: wordsOf(name, spirv) };
    const text = glsl ?? hlsl;
    if (text !== undefined) return { text, spirv: null };
    known.files.clear();
    known.files.set(file!, stampOf(file!));
    try {
      const bytes = readFileSync(file!);
      return languageOf(kernel) === 'spirv'
        ? { text: null, spirv: wordsOf(name, bytes) }
        : { text: bytes.toString('utf8'), spirv: null };
    } catch (error) {
      if (error instanceof RangeError) throw error;
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = gone ? 'there is no such file' : (error as Error).message;
      throw new TypeError(`Cannot read kernel "${name}" from "${file}": ${reason}; give the path of its text`, {
        cause: error,
      });
    }
  }

  #pipelineOf(label: string, spirv: Uint32Array, entry: string): ComputePipeline {
    const key = createHash('sha256').update(entry).update('\0').update(spirv).digest('hex');
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      pipeline = this.#device.createPipeline({ label, spirv, entry });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Lets go of the pipelines that none of these uses, and of what was known of others. */
  retire(used: ReadonlyMap<string, CompiledStencil>): void {
    const alive = new Set([...used.values()].map(({ pipeline }) => pipeline));
    for (const [key, pipeline] of this.#pipelines) {
      if (alive.has(pipeline)) continue;
      pipeline[Symbol.dispose]();
      this.#pipelines.delete(key);
    }
    for (const name of this.#known.keys()) if (!used.has(name)) this.#known.delete(name);
  }

  [Symbol.dispose](): void {
    for (const pipeline of this.#pipelines.values()) pipeline[Symbol.dispose]();
    this.#pipelines.clear();
  }
}

function readOf({ field, components }: KernelField, own: boolean): FieldRead {
  const { name, type, at } = field;
  const reach = own ? ({ low: [0, 0, 0], high: [0, 0, 0] } as const) : null;
  const parts = components.map((component) => ({ component, reach, gather: !own }));
  return { field: name, type, at, level: 'same', reach, gather: !own, components, parts };
}

/** A field that goes to its second copy goes there whole. */
function writeOf({ field, components }: KernelField, doubleBuffered: boolean, options: KernelOptions): FieldWrite {
  const { name, type } = field;
  const all = Array.from({ length: componentsOf(type) }, (_, index) => index);
  const always = options.overwrites === true;
  return {
    field: name,
    type,
    undeclared: false,
    components: doubleBuffered ? all : components,
    always,
    doubleBuffered,
  };
}

function factsOf(
  { name, level, kernel }: KernelDeclaration,
  { inputs, numbers }: KernelLayout,
  writes: readonly FieldWrite[],
): PassFacts {
  const named = (field: string, type: FieldRead['type'], components: readonly number[]): string[] =>
    components.map((index) => componentName(field, level, componentsOf(type), index));
  const reads = new Set(inputs.flatMap(({ field, components }) => named(field.name, field.type, components)));
  const written = new Map<string, ComponentWrite>();
  for (const { field, type, components, doubleBuffered: swaps } of writes) {
    for (const component of named(field, type, components)) written.set(component, { component, swaps });
  }
  if (kernel.overwrites !== true) for (const { component, swaps } of written.values()) if (swaps) reads.add(component);
  const scalars = numbers.filter(({ binding }) => binding.kind === 'scalar').map((number) => number.name);
  const whole = groupsOf(kernel) !== null;
  return { name, level, reads: [...reads], writes: [...written.values()], scalars, reductions: [], whole };
}

function groupsOf({ groups = 'leaves' }: KernelOptions): readonly [number, number, number] | null {
  return groups === 'leaves' ? null : [groups[0], groups[1] ?? 1, groups[2] ?? 1];
}

function wordsOf(name: string, spirv: Uint32Array | Uint8Array): Uint32Array {
  if (spirv instanceof Uint32Array) return spirv;
  if (spirv.byteLength % 4 === 0) return new Uint32Array(new Uint8Array(spirv).buffer);
  throw new RangeError(
    `Cannot register kernel "${name}": its SPIR-V has ${spirv.byteLength} bytes, and words have 4; give the whole file`,
  );
}
