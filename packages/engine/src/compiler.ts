/**
 * @file Declarations → compiled stencils, in two acts: `check` takes text to checked IR against the fields, parameters and
 * scalars that there are, `build` IR to SPIR-V and SPIR-V to a pipeline; between them stencils may become one. What a stencil
 * writes and nobody declared is declared by the first.
 *
 * Checking follows the declaration order, but a stencil that reads what only a later one makes waits for that one.
 * What was made is kept, in memory and on disk (`memo/kept-stencils.ts`), and pipelines by their words: a change elsewhere
 * compiles nothing anew.
 */
import { createHash } from 'node:crypto';
import type { Buffer, ComputePipeline, Device } from '@halocline/gpu';
import {
  compileStencil,
  emitSpirv,
  type BufferAccess,
  type Environment,
  type FieldRead,
  type FieldType,
  type FieldWrite,
  type GroupLeaves,
  type Placement,
  type Stencil,
  type StencilShader,
  type StencilSource,
} from '@halocline/stencil';
import { compileTraced } from '@halocline/stencil/trace';
import type { Backgrounds } from './background/backgrounds.ts';
import { followed } from './cfl/cfl-radius.ts';
import type { Domain, DomainLevel } from './domain.ts';
import { DebugBuffers } from './debug-buffers.ts';
import type { Declarations, StencilDeclaration, StencilOptions } from './declarations.ts';
import { KernelCompiler, type KernelPlan, type KernelRun } from './kernel/kernel-compiler.ts';
import type { PassBinding } from './kernel/kernel-layout.ts';
import { isKernel } from './kernel/kernel-sources.ts';
import { isAligned } from './level-map.ts';
import { shaderKey, sourceKey } from './memo/check-key.ts';
import type { KeptStencils } from './memo/kept-stencils.ts';
import type { StencilFiles } from './memo/stencil-files.ts';
import { factsOf, type PassFacts } from './pass-facts.ts';
import { boundOf } from './shapes/bound-of.ts';

/** A stencil whose text is right, before it has a shader; or a kernel of the user's own. One of `stencil` and `kernel` is null. */
export interface CheckedStencil {
  readonly name: string;
  readonly level: number;
  readonly stencil: Stencil | null;
  readonly kernel: KernelPlan | null;
  readonly facts: PassFacts;
  readonly beyondRadius: 'error' | 'clamp';
  /** The flow that its radius follows, if it does: a name of `CflRadii`. */
  readonly follows?: string;
  readonly debug: NonNullable<StencilOptions['debug']>;
}

/** A stencil or a kernel that is ready to be recorded. One of `stencil` and `kernel` is null. */
export interface CompiledStencil {
  readonly name: string;
  readonly level: number;
  readonly stencil: Stencil | null;
  readonly kernel: KernelRun | null;
  readonly facts: PassFacts;
  /** As `CheckedStencil` has it. */
  readonly follows?: string;
  readonly reads: readonly FieldRead[];
  readonly writes: readonly FieldWrite[];
  readonly pipeline: ComputePipeline;
  readonly bindings: readonly PassBinding[];
  readonly groupLeaves: GroupLeaves;
  /** What a pass pushes: the address of its block, or what it would hold. */
  readonly pushes: StencilShader['pushes'];
  /** Where it tells what it does, if it is debugged. */
  readonly debug: Buffer | null;
}

/** What the compiler is told besides the declarations. */
export interface CheckOptions {
  /** Voxels; a stencil that reads further is refused where it is given. */
  readonly haloThickness: number | null;
  /** Whether the domain is cut, so that computed reads have an end; those that are clamped have one in any. */
  readonly cut: boolean;
  readonly log: (message: string) => void;
}

/** What shaders hang on besides. */
interface BuildOptions {
  readonly backgrounds: Backgrounds;
  readonly domain: Domain;
}

/** Compiles stencils, and remembers what it made. */
export class Compiler implements Disposable {
  readonly #device: Device;
  readonly #access: BufferAccess;
  /** What stencils that are debugged tell. */
  readonly debug: DebugBuffers;
  readonly #kernels: KernelCompiler;
  readonly #pipelines = new Map<string, ComputePipeline>();
  readonly #files: StencilFiles;
  readonly #good = new Map<string, { code: string; declaration: StencilDeclaration }>();
  readonly #kept: KeptStencils;
  /** What stencils of a level may name, as of a revision of the declarations. */
  readonly #environments = new Map<number, { revision: number; environment: Environment }>();

  /** `files` and `kept` are those of all compilers of a simulation; `access` says how stencils reach memory. */
  constructor(
    device: Device,
    { files, kept, access }: { files: StencilFiles; kept: KeptStencils; access: BufferAccess },
  ) {
    this.#device = device;
    this.#files = files;
    this.#kept = kept;
    this.#access = access;
    this.debug = new DebugBuffers(device);
    this.#kernels = new KernelCompiler(device, files.kernels);
  }

  /** Checks every stencil; undeclared outputs and scalars become declared. */
  check(declarations: Declarations, options: CheckOptions): Map<string, CheckedStencil> {
    const checked = new Map<string, CheckedStencil>();
    let waiting = [...declarations.stencils.values()].filter((declaration) => !isKernel(declaration));
    while (waiting.length > 0) {
      const made = new Set([...declarations.fields.values()].map(({ level, name }) => `${level} ${name}`));
      const blocked = waiting.filter((stencil) => waitsForAnother(stencil, waiting, made));
      const ready =
        blocked.length === waiting.length ? waiting : waiting.filter((stencil) => !blocked.includes(stencil));
      for (const stencil of ready) checked.set(stencil.name, this.#checkOne(stencil, declarations, options));
      waiting = ready === waiting ? [] : blocked;
    }
    // Kernels make no fields, and may name those that stencils make.
    for (const declaration of declarations.stencils.values()) {
      if (!isKernel(declaration)) continue;
      const { name, level } = declaration;
      const kernel = this.#kernels.plan(declaration, declarations, options.cut);
      const { facts } = kernel;
      checked.set(name, { name, level, stencil: null, kernel, facts, beyondRadius: 'error', debug: false });
    }
    return new Map([...declarations.stencils.keys()].map((name) => [name, checked.get(name)!]));
  }

  /**
   * Makes shaders and pipelines of what was checked: shaders of stencils by when it returns. Waits for the driver's compiler, and
   * for those of kernels.
   */
  async build(
    checked: ReadonlyMap<string, CheckedStencil>,
    declarations: Declarations,
    { cut, log, backgrounds, domain }: Pick<CheckOptions, 'cut' | 'log'> & BuildOptions,
  ): Promise<Map<string, CompiledStencil>> {
    const built = new Map<string, CompiledStencil>();
    const shaders = new Map<string, { readonly label: string; readonly spirv: Uint32Array<ArrayBuffer> }>();
    const drafts: (Omit<CompiledStencil, 'pipeline'> & { readonly key: string })[] = [];
    for (const [name, { level, stencil, facts, beyondRadius, follows, debug }] of checked) {
      if (stencil === null) continue;
      const on = domain.level(level);
      const placement = placementOf(declarations, beyondIn(cut, beyondRadius), on, backgrounds.of(declarations, on));
      const { subgroupQuads: exchange, floats } = this.#device.limits;
      const options = { access: this.#access, exchange, floats, bound: boundOf(this.#device) };
      const { spirv, bindings, groupLeaves, pushes } = this.#kept.shader(
        stencil,
        shaderKey(stencil, placement, options),
        () => emitSpirv(stencil, placement, options),
      );
      const key = createHash('sha256').update(spirv).digest('hex');
      shaders.set(key, { label: name, spirv });
      const voxel = typeof debug === 'object' ? debug.voxel : null;
      const told = debug === false ? null : this.debug.bufferOf(stencil, voxel);
      const { reads, writes } = stencil;
      drafts.push({
        key,
        name,
        level,
        stencil,
        kernel: null,
        facts,
        ...(follows === undefined ? {} : { follows }),
        reads,
        writes,
        bindings,
        groupLeaves,
        pushes,
        debug: told,
      });
    }
    await this.#makePipelines(shaders);
    for (const { key, ...draft } of drafts) built.set(draft.name, { ...draft, pipeline: this.#pipelines.get(key)! });
    for (const [name, { kernel }] of checked) {
      if (kernel !== null) built.set(name, await this.#kernels.finish(kernel, log));
    }
    return new Map([...checked.keys()].map((name) => [name, built.get(name)!]));
  }

  #checkOne(declaration: StencilDeclaration, declarations: Declarations, options: CheckOptions): CheckedStencil {
    const code = this.#codeOf(declaration);
    try {
      const result = this.#checkCode(declaration, code, declarations, options);
      this.#good.set(declaration.name, { code, declaration });
      return result;
    } catch (error) {
      const good = this.#good.get(declaration.name);
      if (declaration.options.file === undefined || good?.declaration !== declaration || good.code === code)
        throw error;
      // An edit that doesn't compile keeps what ran before.
      options.log(`${(error as Error).message}\nStencil "${declaration.name}" runs on as it was before this edit`);
      return this.#checkCode(declaration, good.code, declarations, options);
    }
  }

  #checkCode(
    declaration: StencilDeclaration,
    code: string,
    declarations: Declarations,
    options: CheckOptions,
  ): CheckedStencil {
    const { name, level, options: source, cfl } = declaration;
    const { body, parameters, neighborRadius, requiresHalos, color, debug = false } = source;
    const { inputs = [], outputs = [] } = source;
    const environment = this.#environmentOf(declarations, level);
    const text: StencilSource = {
      name,
      inputs,
      outputs,
      code,
      ...(parameters === undefined ? {} : { parameters }),
      ...(neighborRadius === undefined ? {} : { neighborRadius }),
      ...(requiresHalos === undefined ? {} : { requiresHalos }),
      ...(color === undefined ? {} : { color }),
      ...(debug === false ? {} : { debug: true }),
      ...(source.file === undefined ? {} : { file: source.file }),
    };
    // What a function of TypeScript means may hang on anything.
    const stencil =
      body === undefined
        ? this.#kept.stencil(sourceKey(text, environment), () => compileStencil(text, environment))
        : compileTraced(text, body, environment);
    checkReach(stencil, options.haloThickness);
    for (const write of stencil.writes) {
      if (write.undeclared) declarations.addField(level, write.field, write.type, 0, { implicit: true });
    }
    for (const reduction of stencil.reductions) {
      if (reduction.undeclared) declarations.addScalar(reduction.scalar, reduction.type, 0, { implicit: true });
    }
    const { beyondRadius = 'error' } = source;
    const facts = factsOf(stencil, level);
    const follows = cfl === undefined ? {} : { follows: followed(cfl, level) };
    return { name, level, stencil, kernel: null, facts, beyondRadius, ...follows, debug };
  }

  #environmentOf(declarations: Declarations, level: number): Environment {
    const { revision } = declarations;
    const known = this.#environments.get(level);
    if (known?.revision === revision) return known.environment;
    const environment = { ...environmentOf(declarations, level), missing: missingNumbers(this.#device) };
    this.#environments.set(level, { revision, environment });
    return environment;
  }

  #codeOf(declaration: StencilDeclaration): string {
    const { options } = declaration;
    if (options.code !== undefined) return options.code;
    if (options.body !== undefined) return String(options.body.trace);
    return this.#files.read(declaration);
  }

  /** Makes the pipelines that there aren't yet, by the hashes of their shaders. */
  async #makePipelines(
    shaders: ReadonlyMap<string, { readonly label: string; readonly spirv: Uint32Array<ArrayBuffer> }>,
  ): Promise<void> {
    const missing = [...shaders].filter(([key]) => !this.#pipelines.has(key));
    const made =
      missing.length === 1
        ? [this.#device.createPipeline(missing[0]![1])]
        : await this.#device.createPipelines(missing.map(([, shader]) => shader));
    for (const [index, [key]] of missing.entries()) this.#pipelines.set(key, made[index]!);
  }

  /** Lets go of the pipelines that none of these stencils uses. */
  retire(used: ReadonlyMap<string, CompiledStencil>): void {
    this.#kernels.retire(used);
    this.debug.retire(new Set([...used.values()].filter(({ debug }) => debug !== null).map(({ name }) => name)));
    const alive = new Set([...used.values()].map((stencil) => stencil.pipeline));
    for (const [key, pipeline] of this.#pipelines) {
      if (alive.has(pipeline)) continue;
      pipeline[Symbol.dispose]();
      this.#pipelines.delete(key);
    }
  }

  [Symbol.dispose](): void {
    this.debug[Symbol.dispose]();
    this.#kernels[Symbol.dispose]();
    for (const pipeline of this.#pipelines.values()) pipeline[Symbol.dispose]();
    this.#pipelines.clear();
  }
}

/**
 * What a stencil does where it reads too far; null where it may read anywhere. Clamped reads have the same bits however the domain
 * is cut, so they are held in one that is whole, too; there nothing is wrong with the others.
 */
export function beyondIn(cut: boolean, beyondRadius: 'error' | 'clamp'): 'error' | 'clamp' | null {
  return cut || beyondRadius === 'clamp' ? beyondRadius : null;
}

/**
 * Where a stencil finds numbers, what it does where it reads too far (see `beyondIn`), how its level lies in the world, and what
 * inactive voxels of that hold.
 */
export function placementOf(
  declarations: Declarations,
  beyondRadius: 'error' | 'clamp' | null,
  { map }: Pick<DomainLevel, 'map'>,
  backgrounds: ReadonlyMap<string, readonly number[]>,
): Placement {
  return {
    parameters: new Map([...declarations.parameters.values()].map((each) => [each.name, each.byteOffset])),
    scalars: new Map([...declarations.scalars.values()].map((each) => [each.name, each.byteOffset])),
    ...(beyondRadius === null ? {} : { beyondRadius }),
    aligned: isAligned(map),
    backgrounds,
  };
}

/** What a stencil on `level` may name. */
export function environmentOf(declarations: Declarations, level: number): Environment {
  const fieldsOn = (index: number): Map<string, FieldType> =>
    new Map(
      [...declarations.fields.values()]
        .filter((field) => field.level === index)
        .map((field) => [field.name, field.type]),
    );
  const staggered = [...declarations.fields.values()].filter((field) => field.level === level && field.at !== 'center');
  return {
    fields: fieldsOn(level),
    places: new Map(staggered.map((field) => [field.name, field.at])),
    coarseFields: fieldsOn(level + 1),
    fineFields: fieldsOn(level - 1),
    parameters: new Map([...declarations.parameters.values()].map(({ name, type }) => [name, type])),
    scalars: new Map([...declarations.scalars.values()].map(({ name, type }) => [name, type])),
  };
}

/** The kinds of numbers that a device cannot compute with. */
function missingNumbers({ features }: Device): readonly ('double' | 'float16_t')[] {
  return [
    ...(features['shaderFloat64'] === true ? [] : (['double'] as const)),
    ...(features['shaderFloat16'] === true ? [] : (['float16_t'] as const)),
  ];
}

/** Whether an input is a field that only another waiting stencil makes; `made` are those that there are, by level and name. */
function waitsForAnother(
  stencil: StencilDeclaration,
  waiting: readonly StencilDeclaration[],
  made: ReadonlySet<string>,
): boolean {
  const plain = (name: string): string[] => [name, name.replace(/_[xyzw]$/, '')];
  const known = (name: string): boolean =>
    [-1, 0, 1].some((step) => plain(name).some((each) => made.has(`${stencil.level + step} ${each}`)));
  return (stencil.options.inputs ?? []).some(
    (input) =>
      !known(input) &&
      waiting.some((other) => other !== stencil && plain(input).some((name) => other.options.outputs?.includes(name))),
  );
}

/** Throws where a stencil reads beyond the halo that was asked for. A radius of its own says for itself how far it may. */
function checkReach(stencil: Stencil, haloThickness: number | null): void {
  if (haloThickness === null || stencil.neighborRadius !== null) return;
  for (const { field, reach } of stencil.reads) {
    const far = reach === null ? 0 : Math.max(...[...reach.low, ...reach.high].map(Math.abs));
    if (far <= haloThickness) continue;
    const [away, thick] = [far, haloThickness].map((count) => `${count} voxel${count === 1 ? '' : 's'}`);
    throw new RangeError(
      `Cannot run stencil "${stencil.name}": it reads "${field}" ${away} away, and the halo is ${thick} thick; give haloThickness: ${far}, or leave it out`,
    );
  }
}
