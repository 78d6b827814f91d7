/**
 * @file Kernels of the user's own, from declaration to pipeline, on one device. What hangs on declarations is settled at once, in
 * `plan`; the text is compiled in `finish`, which waits. A file whose edit doesn't compile keeps what ran before.
 */
import { createHash } from 'node:crypto';
import type { ComputePipeline, Device } from '@halocline/gpu';
import type { FieldRead, FieldWrite } from '@halocline/stencil';
import { componentsOf } from '@halocline/stencil';
import type { CheckOptions, CompiledStencil } from '../compiler.ts';
import type { Declarations } from '../declarations.ts';
import { componentName, takingAlong, type ComponentWrite, type PassFacts } from '../pass-facts.ts';
import { checkModule } from './check-module.ts';
import { layoutKernel, type KernelField, type KernelLayout } from './kernel-layout.ts';
import { radiusOf, type KernelOptions } from './kernel-options.ts';
import type { KernelDeclaration, KernelModule, KernelSources } from './kernel-sources.ts';

/** How a kernel is dispatched, and what it is made of. */
export interface KernelRun {
  readonly options: KernelOptions;
  readonly layout: KernelLayout;
  /** Workgroups in x, y, z over each subdomain; null where it runs over leaves. */
  readonly groups: readonly [number, number, number] | null;
  readonly spirv: Uint32Array;
  readonly entry: string;
  /** The text that it was compiled from; null for SPIR-V. */
  readonly text: string | null;
  /** Of its text, or SPIR-V, and of what it includes. */
  readonly checksum: number;
}

/** A kernel that only lacks its pipeline. */
export interface KernelPlan {
  readonly declaration: KernelDeclaration;
  readonly layout: KernelLayout;
  readonly facts: PassFacts;
  readonly reads: readonly FieldRead[];
  readonly writes: readonly FieldWrite[];
}

/** Compiles kernels, and remembers what it made. */
export class KernelCompiler implements Disposable {
  readonly #device: Device;
  readonly #pipelines = new Map<string, ComputePipeline>();
  readonly #sources: KernelSources;
  /** What ran last, of each kernel. */
  readonly #good = new WeakMap<KernelDeclaration, KernelModule>();

  /** `sources` are those of all compilers of a simulation. */
  constructor(device: Device, sources: KernelSources) {
    this.#device = device;
    this.#sources = sources;
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
    const { declaration, layout } = plan;
    const { name } = declaration;
    try {
      const module = await this.#sources.module(declaration, layout);
      const made = this.#make(plan, module);
      this.#good.set(declaration, module);
      return made;
    } catch (error) {
      const good = this.#good.get(declaration);
      if (declaration.kernel.file === undefined || good?.stamp !== layout.stamp) throw error;
      log(`${(error as Error).message}\nKernel "${name}" runs on as it was before this edit`);
      return this.#make(plan, good);
    }
  }

  #make(plan: KernelPlan, { text, spirv, checksum }: KernelModule): CompiledStencil {
    const { declaration, layout, facts, reads, writes } = plan;
    const { name, level, kernel: options } = declaration;
    const { entry = null } = options;
    const start = checkModule(spirv, layout, entry);
    const pipeline = this.#pipelineOf(name, spirv, start);
    const kernel: KernelRun = {
      options,
      layout,
      groups: groupsOf(options),
      spirv,
      entry: start,
      text,
      checksum,
    };
    const { bindings } = layout;
    return {
      name,
      level,
      stencil: null,
      kernel,
      facts,
      reads,
      writes,
      pipeline,
      bindings,
      groupLeaves: 2,
      pushes: 'block',
      debug: null,
    };
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

  /** Lets go of the pipelines that none of these uses. */
  retire(used: ReadonlyMap<string, CompiledStencil>): void {
    const alive = new Set([...used.values()].map(({ pipeline }) => pipeline));
    for (const [key, pipeline] of this.#pipelines) {
      if (alive.has(pipeline)) continue;
      pipeline[Symbol.dispose]();
      this.#pipelines.delete(key);
    }
    this.#sources.retire(used);
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
  const scalars = numbers.filter(({ binding }) => binding.kind === 'scalar').map((number) => number.name);
  const whole = groupsOf(kernel) !== null;
  const facts = { name, level, reads: [...reads], writes: [...written.values()], scalars, reductions: [], whole };
  return kernel.overwrites === true ? facts : takingAlong(facts);
}

function groupsOf({ groups = 'leaves' }: KernelOptions): readonly [number, number, number] | null {
  return groups === 'leaves' ? null : [groups[0], groups[1] ?? 1, groups[2] ?? 1];
}
