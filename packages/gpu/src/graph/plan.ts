/** @file A compiled graph: its order and barriers, how it explains and draws itself, and how it is recorded. */

import { GraphError } from '../errors.ts';
import type { Device } from '../device/device.ts';
import type { Image } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import { printsItself } from '../printing.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import { bindImports, Bound } from './bindings.ts';
import type { Imports } from './bindings.ts';
import type { CompiledGraph, GraphOptions, GraphSource } from './compile.ts';
import { planToDot, planToMermaid } from './drawing.ts';
import { Executor } from './execute.ts';
import type { ExecuteOptions, Execution } from './execute.ts';
import { explainPlan } from './explain.ts';
import type { Pass } from './pass.ts';
import { recordSteps } from './record.ts';
import type { NamedMemory } from './record.ts';
import type { GraphBuffer, GraphImage } from './resource.ts';
import type { BarrierSink } from './sink.ts';
import type { GraphBarrier, Step } from './steps.ts';
import { planToSvg } from './svg.ts';
import { checkNames, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';

/** How much synchronization a plan has. */
export interface PlanCounts {
  /** Calls of vkCmdPipelineBarrier2. */
  readonly barriers: number;
  /** Global memory barriers in them, and image barriers. */
  readonly memoryBarriers: number;
  readonly imageBarriers: number;
  /** Image barriers that hand an image to another queue family: two for each. */
  readonly handOvers: number;
  /** Waits of one queue for another's timeline. */
  readonly waits: number;
  /** Waits of host passes for a queue's timeline. */
  readonly hostWaits: number;
  readonly submits: number;
}

/** How a plan is recorded. */
export interface RecordOptions {
  /** Needed where it has transient resources. */
  readonly device?: Device;
  /** What its imported resources are this time, by name. */
  readonly imports?: Imports;
  /**
   * What memory stands behind a resource that is only a name, for a device with checks or automatic barriers: nothing, where that
   * isn't known. Asked only there.
   */
  readonly memory?: NamedMemory;
  /**
   * Records this stage alone, with the barriers that its passes are the first behind: for stages that are submitted apart, to one
   * queue and in their order. Every pass stands in a stage then, and no imported resource is to be left in another state.
   */
  readonly stage?: string;
}

const RECORD_OPTIONS: Names<RecordOptions> = Object.freeze({ device: true, imports: true, memory: true, stage: true });
const EXECUTE_OPTIONS: Names<ExecuteOptions> = Object.freeze({ device: true, imports: true, reuse: true });

/** The passes in order, with the barriers between their levels. It prints, explains, draws and records itself. */
export class Plan<E extends BarrierSink = BarrierSink> implements Disposable {
  static {
    printsItself(this);
  }

  /** Names in order of execution, with blanks between: "a e b d". */
  readonly order: string;
  /** Names of the passes of each level, in declaration order. */
  readonly levels: readonly (readonly string[])[];
  /** In order of submission; a barrier stands before (or, for other queues and the host, behind) the passes of its level and queue. */
  readonly barriers: readonly GraphBarrier[];
  /** The passes of each level. */
  readonly passes: readonly (readonly Pass<E>[])[];
  /** Names of passes that were left out, since nobody uses what they write. */
  readonly culled: readonly string[];
  /** All of it, as data. */
  readonly compiled: CompiledGraph;
  readonly #source: GraphSource;
  readonly #options: GraphOptions;
  readonly #executors = new Map<Device | undefined, Executor>();
  /** Why it can't be recorded without a device; '' if it can. */
  #refusal: string | undefined;
  /** Why its stages can't be recorded apart; '' if they can. */
  #whole: string | undefined;

  /** Use `graph.compile`. */
  constructor(source: GraphSource, options: GraphOptions, compiled: CompiledGraph) {
    this.#source = source;
    this.#options = options;
    this.compiled = compiled;
    this.passes = compiled.levels.map((level) => level.map(({ pass }) => pass as Pass<E>));
    this.levels = compiled.levels.map((level) => level.map(({ name }) => name));
    this.order = this.levels.flat().join(' ');
    this.barriers = compiled.barriers;
    this.culled = compiled.culled.map(({ name }) => name);
  }

  /** How many barriers and waits there are. */
  get counts(): PlanCounts {
    const { barriers, steps, batches } = this.compiled;
    const images = barriers.flatMap((each) => each.images);
    const device = steps.filter(({ passes }) => passes[0]?.queue !== 'host');
    const host = steps.filter(({ passes }) => passes[0]?.queue === 'host');
    const waits = (list: readonly Step[]): number => list.reduce((sum, step) => sum + step.waits.length, 0);
    return {
      barriers: barriers.length,
      memoryBarriers: barriers.filter(({ before }) => before.length > 0).length,
      imageBarriers: images.length,
      handOvers: images.filter(({ handOver }) => handOver !== undefined).length,
      waits: waits(device),
      hostWaits: waits(host),
      submits: batches.length,
    };
  }

  /**
   * Records every barrier and pass, in order, for a graph of one queue, into an encoder of the caller's. With a `device` it may
   * have transient resources, and begins with a barrier behind its last run.
   */
  record(encoder: E, options: RecordOptions = {}): void {
    checkNames('Cannot record the plan', options, RECORD_OPTIONS);
    const { device, imports = {}, memory, stage } = options;
    checkOptions('Cannot record the plan', imports, 'its imports');
    if (stage !== undefined) this.#checkStage(stage);
    if (device) {
      const executor = this.#executor(device);
      const refusal = refusalOf(executor.compiled, true);
      if (refusal !== '') throw new GraphError(refusal);
      recordSteps(executor.compiled.steps, encoder, executor.bind(imports), { memory, stage });
      return;
    }
    this.#refusal ??= refusalOf(this.compiled, false);
    if (this.#refusal !== '') throw new GraphError(this.#refusal);
    recordSteps(this.compiled.steps, encoder, new Bound(bindImports(this.compiled, imports)), { memory, stage });
  }

  /**
   * Runs the graph: waits, without blocking, until all of it is done, on the device and on the host. Transient resources and
   * what is kept between executions live until the plan is disposed. Throws GraphError where a host pass threw.
   */
  async execute(options: ExecuteOptions = {}): Promise<void> {
    await this.start(options).done;
  }

  /** As `execute`, without waiting: each execution comes behind the plan's one before on the same device. */
  start(options: ExecuteOptions = {}): Execution {
    checkNames('Cannot execute the plan', options, EXECUTE_OPTIONS);
    if (options.imports !== undefined) checkOptions('Cannot execute the plan', options.imports, 'its imports');
    return this.#executor(options.device).start(options);
  }

  /** The graph as it runs on a device: compiled for its queues, with what the driver says that transient memory takes. */
  on(device: Device): CompiledGraph {
    return this.#executor(device).compiled;
  }

  /** What stands behind a transient buffer that is kept, once the plan was executed on the device. */
  buffer<R extends BufferRole>(declared: GraphBuffer<R>, device: Device): Buffer<R> {
    return this.#kept(declared, device) as Buffer<R>;
  }

  /** What stands behind a transient image that is kept, once the plan was executed on the device. */
  image<R extends ImageRole>(declared: GraphImage<R>, device: Device): Image<R> {
    return this.#kept(declared, device) as Image<R>;
  }

  /** Says for every pass what it reads and writes, in which stage and access, and for every barrier and wait why it is there. */
  explain(): string {
    return explainPlan(this.compiled);
  }

  /** A Mermaid flow chart: levels as boxes, arrows with the resource that is passed on. */
  toMermaid(): string {
    return planToMermaid(this.compiled);
  }

  /** A Graphviz drawing of the same. */
  toDot(): string {
    return planToDot(this.compiled);
  }

  /** A drawing that stands alone: queues as rows, levels as columns, passes, resources, barriers and waits. */
  toSvg(): string {
    return planToSvg(this.compiled);
  }

  toString(): string {
    return `Plan(${this.order})`;
  }

  /**
   * Gives back what executions took. What was submitted may still run, and what wasn't is still submitted unless it needs what was given
   * back: then its execution is refused. The plan can be executed again.
   */
  [Symbol.dispose](): void {
    for (const executor of this.#executors.values()) executor[Symbol.dispose]();
    this.#executors.clear();
  }

  #checkStage(stage: string): void {
    const { stages } = this.compiled;
    const none = `there is none; there are ${[...stages.keys()].join(', ') || 'none'}`;
    const why = stages.has(stage) ? (this.#whole ??= wholeOf(this.compiled)) : none;
    if (why !== '') throw new GraphError(`Cannot record stage "${stage}" of the plan: ${why}`);
  }

  #executor(device: Device | undefined): Executor {
    let executor = this.#executors.get(device);
    if (!executor) {
      executor = new Executor(this.#source, this.#options, device);
      this.#executors.set(device, executor);
    }
    return executor;
  }

  #kept(declared: GraphBuffer | GraphImage, device: Device): Buffer | Image {
    const { kind, label, options } = declared;
    const found = options.kept === true ? this.#executors.get(device)?.resource(declared) : undefined;
    if (found) return found;
    const why =
      options.kept === true
        ? 'the plan was not executed on the device; execute it first'
        : 'it is not kept; declare it with kept: true';
    throw new GraphError(`Cannot give transient ${kind} "${label}": ${why}`);
  }
}

/** Why the stages of a graph can't be recorded apart; '' if they can. */
function wholeOf({ levels, steps }: CompiledGraph): string {
  const free = levels.flat().find(({ pass }) => pass.stage === undefined);
  if (free) return `pass "${free.name}" stands in no stage; give it one`;
  const last = steps.find(({ passes }) => passes.length === 0);
  return last ? 'a barrier stands behind all passes; record them at once' : '';
}

/** Why a graph can't be recorded into one encoder, with or without memory for its transients; '' if it can. */
function refusalOf({ batches, model, steps }: CompiledGraph, hasMemory: boolean): string {
  if (steps.length > 0 && (batches.length !== 1 || batches[0]!.steps.length < steps.length)) {
    return 'Cannot record the plan: its passes run on several queues, or on the host; call plan.execute';
  }
  const transient = hasMemory ? undefined : model.nodes.find(({ origin }) => origin === 'transient');
  if (!transient) return '';
  return `Cannot record the plan: ${transient.kind} "${transient.label}" is transient and needs memory; give the device`;
}
