/**
 * @file The graph of passes. A pass says what it reads and writes and how; declaration order is program order: where two
 * passes touch one part of a resource and one of them writes (or needs an image in another layout), the one declared later
 * waits for the earlier. Everything else may overlap, and may be reordered. What becomes of it is in `compile.ts`.
 *
 * The idea that a pass is a function and a resource a value is vuk's.
 */

import { GraphError } from '../errors.ts';
import type { Encoder } from '../command/encoder.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import { compileGraph } from './compile.ts';
import type { GraphOptions } from './compile.ts';
import { checkPass, settleUses } from './pass.ts';
import type { Pass, SettledUse } from './pass.ts';
import { Plan } from './plan.ts';
import { GraphBuffer, GraphImage, HostValue } from './resource.ts';
import type { GraphBufferOptions, GraphImageOptions, ImportOptions, Resource, TransientOptions } from './resource.ts';
import type { BarrierSink } from './sink.ts';
import { checkNames } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';

/** Where a named stage stands. */
export interface GraphStageOptions {
  /** Stages that it comes after. Default: none. */
  readonly after?: readonly string[];
}

const STAGE_OPTIONS: Names<GraphStageOptions> = Object.freeze({ after: true });
const GRAPH_OPTIONS: Names<GraphOptions> = Object.freeze({ repeats: true, queues: true, cull: true });

/** Collects passes and puts them in order. */
export class Graph<E extends BarrierSink = Encoder> {
  readonly #passes: Pass<E>[] = [];
  readonly #uses: SettledUse[][] = [];
  readonly #names = new Map<string, number>();
  readonly #edges: [before: string, after: string][] = [];
  readonly #stages = new Map<string, readonly string[]>();
  /** Declared resources by name, and the names that passes use without declaring them. */
  readonly #resources = new Map<string, Resource>();
  readonly #named = new Set<string>();
  readonly #imports = new Set<string>();

  /** Adds a pass behind those declared so far. */
  pass(pass: Pass<E>): this {
    checkPass(pass);
    if (pass.name === '')
      throw new GraphError('Cannot add a pass without a name: barriers and errors speak of passes by name');
    if (this.#names.has(pass.name)) {
      throw new GraphError(`Cannot add pass "${pass.name}": the graph has a pass of that name; give each its own`);
    }
    const host = pass.queue === 'host';
    if (host ? pass.record : pass.run) {
      throw new GraphError(
        host
          ? `Cannot add pass "${pass.name}": it runs on the host and records commands; give it "run" instead`
          : `Cannot add pass "${pass.name}": it runs on the device and has a function for the host; give it "record", or queue 'host'`,
      );
    }
    const uses = settleUses(pass);
    for (const { resource, writes } of uses) {
      if (typeof resource !== 'string') {
        this.#checkOwn(pass.name, resource, writes);
        continue;
      }
      if (this.#resources.has(resource)) {
        throw new GraphError(
          `Cannot add pass "${pass.name}": it names "${resource}", which the graph declares; give what declaring it returned`,
        );
      }
      this.#named.add(resource);
    }
    this.#uses.push(uses);
    this.#names.set(pass.name, this.#passes.length);
    this.#passes.push(pass);
    return this;
  }

  /** Makes pass `after` wait for pass `before`, though they share no resource. Names are looked up at `compile`. */
  order(before: string, after: string): this {
    this.#edges.push([before, after]);
    return this;
  }

  /**
   * Names a stage: its passes are recorded behind those of the stages that it comes after. That alone makes no barrier:
   * barriers stand only where there are hazards. Once one is named, passes stand in those alone, and in those that they come after.
   */
  stage(name: string, options: GraphStageOptions = {}): this {
    const act = `Cannot add stage "${name}"`;
    checkNames(act, options, STAGE_OPTIONS);
    const { after = [] } = options;
    if (!Array.isArray(after)) throw new TypeError(`${act}: after is ${valueText(after)}; give a list of stages`);
    if (this.#stages.has(name)) {
      throw new GraphError(`Cannot add stage "${name}": the graph has a stage of that name; give each its own`);
    }
    this.#stages.set(name, after);
    return this;
  }

  /** A buffer that each execution brings. */
  importBuffer<const R extends BufferRole = 'any'>(
    name: string,
    options: GraphBufferOptions<R> & ImportOptions,
  ): GraphBuffer<R> {
    const declared = this.#declare(new GraphBuffer(name, 'imported', options));
    this.#imports.add(name);
    return declared;
  }

  /** An image that each execution brings. */
  importImage<const R extends ImageRole = 'any'>(
    name: string,
    options: GraphImageOptions<R> & ImportOptions,
  ): GraphImage<R> {
    const declared = this.#declare(new GraphImage(name, 'imported', options));
    this.#imports.add(name);
    return declared;
  }

  /** A buffer that lives from its first pass to its last. */
  transientBuffer<const R extends BufferRole = 'any'>(
    name: string,
    options: GraphBufferOptions<R> & TransientOptions,
  ): GraphBuffer<R> {
    return this.#declare(new GraphBuffer(name, 'transient', options));
  }

  /** An image that lives from its first pass to its last. */
  transientImage<const R extends ImageRole = 'any'>(
    name: string,
    options: GraphImageOptions<R> & TransientOptions,
  ): GraphImage<R> {
    return this.#declare(new GraphImage(name, 'transient', options));
  }

  /** A JavaScript value that host passes share. */
  hostValue<T>(name: string, value: T): HostValue<T> {
    return this.#declare(new HostValue(name, value));
  }

  /** The plan of these passes; throws GraphError with the cycle if there is one. */
  compile(options: GraphOptions = {}): Plan<E> {
    checkNames('Cannot compile the graph', options, GRAPH_OPTIONS);
    const source = {
      passes: [...this.#passes],
      uses: [...this.#uses],
      wishes: this.#wishes(),
      imports: new Set(this.#imports),
      stages: this.#allStages(),
    };
    return new Plan(source, options, compileGraph(source, options));
  }

  explain(): string {
    return this.compile().explain();
  }

  toMermaid(): string {
    return this.compile().toMermaid();
  }

  toDot(): string {
    return this.compile().toDot();
  }

  toSvg(): string {
    return this.compile().toSvg();
  }

  /** Throws where another graph has declared the resource: nothing would ever stand behind it here. */
  #checkOwn(pass: string, resource: Resource, writes: boolean): void {
    const declared = resource instanceof GraphBuffer || resource instanceof GraphImage || resource instanceof HostValue;
    if (!declared || this.#resources.get(resource.label) === resource) return;
    throw new GraphError(
      `Cannot add pass "${pass}": it ${writes ? 'writes' : 'reads'} "${resource.label}", which another graph has declared; declare it in this one`,
    );
  }

  /** Takes a resource under its name, and gives it back. */
  #declare<R extends Resource>(resource: R): R {
    const name = resource.label;
    if (this.#resources.has(name)) {
      throw new GraphError(`Cannot declare "${name}": the graph has a resource of that name; give each its own`);
    }
    if (this.#named.has(name)) {
      throw new GraphError(
        `Cannot declare "${name}": a pass uses that name for memory that isn't declared; declare it first`,
      );
    }
    this.#resources.set(name, resource);
    return resource;
  }

  #allStages(): Map<string, readonly string[]> {
    const stages = new Map(this.#stages);
    const named = new Set([...stages].flat(2));
    for (const { name, stage } of this.#passes) {
      if (stage === undefined || stages.has(stage)) continue;
      if (named.size > 0 && !named.has(stage)) {
        throw new GraphError(
          `Cannot put pass "${name}" into stage "${stage}": there is no stage "${stage}"; there are ${[...named].join(', ')}`,
        );
      }
      stages.set(stage, []);
    }
    for (const [stage, after] of stages) {
      for (const before of after) {
        if (stages.has(before)) continue;
        throw new GraphError(
          `Cannot order stage "${stage}" after "${before}": there is no stage "${before}"; there are ${[...stages.keys()].join(', ')}`,
        );
      }
    }
    return stages;
  }

  #wishes(): [before: number, after: number][] {
    const wishes: [number, number][] = [];
    for (const pass of this.#passes) {
      for (const before of pass.after ?? []) wishes.push(this.#wish(before, pass.name));
    }
    for (const [before, after] of this.#edges) wishes.push(this.#wish(before, after));
    return wishes;
  }

  #wish(before: string, after: string): [before: number, after: number] {
    return [this.#find(before, before, after), this.#find(after, before, after)];
  }

  #find(name: string, before: string, after: string): number {
    const index = this.#names.get(name);
    if (index === undefined) {
      const names = [...this.#names.keys()].join(', ');
      throw new GraphError(
        `Cannot order pass "${after}" after "${before}": there is no pass "${name}"; there are ${names || 'none'}`,
      );
    }
    return index;
  }
}
