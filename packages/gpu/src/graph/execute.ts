/**
 * @file Executing a plan. Batches are recorded and submitted in order, each as soon as the host passes that it waits for have
 * run; where there are none, everything is submitted before `start` returns. Queues wait for each other's timelines on the
 * device. An execution comes behind the one before it on the same resources: each queue begins with a barrier, and waits for
 * what the others did last.
 */

import type { Device } from '../device/device.ts';
import type { CommandBuffer } from '../command/command-buffer.ts';
import type { Encoder } from '../command/encoder.ts';
import { GraphError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import type { Batch } from './batches.ts';
import { bindImports, Bound } from './bindings.ts';
import type { Imports } from './bindings.ts';
import { compileGraph } from './compile.ts';
import type { CompiledGraph, GraphOptions, GraphSource } from './compile.ts';
import { hostSteps, runHostPass } from './host.ts';
import { recordSteps } from './record.ts';
import { USUAL_QUEUES } from './queues.ts';
import type { QueueTable } from './queues.ts';
import { DeviceNeeds, Transients } from './transients.ts';

/** How a plan is executed. */
export interface ExecuteOptions {
  /** Where; not needed by a graph of host passes alone. */
  readonly device?: Device;
  /** What its imported resources are this time, by name. */
  readonly imports?: Imports;
  /**
   * Submit what was recorded before for the same imports, instead of recording again: for passes whose commands don't change
   * from one execution to the next. Default false.
   */
  readonly reuse?: boolean;
}

/** An execution under way. */
export interface Execution {
  /** When everything is submitted: a point for each queue that has work. */
  readonly submitted: Promise<readonly TimelinePoint[]>;
  /** When everything is done, on the device and on the host. */
  readonly done: Promise<void>;
}

/** The queues of a device, as a graph sees them. */
function queuesOf({ compute, transfer }: Device): QueueTable {
  const place = { queue: 0, family: compute.family };
  const apart = transfer === compute ? place : { queue: 1, family: transfer.family };
  return { compute: place, graphics: place, transfer: apart };
}

/** Sets of imports whose recordings are kept. */
const KEPT_RECORDINGS = 8;

/** A plan on a device: its transient memory, its recordings, and when it ran last. */
export class Executor {
  readonly compiled: CompiledGraph;
  readonly #device: Device | undefined;
  readonly #transients: Transients | undefined;
  readonly #recordings = new Map<string, CommandBuffer[]>();
  readonly #numbers = new WeakMap<object, number>();
  #counter = 0;
  /** What was submitted last to each queue; and as it was when the execution under way began. */
  readonly #points = new Map<Timeline, TimelinePoint>();
  #last: readonly TimelinePoint[] = [];
  #turn: Promise<unknown> | undefined;

  constructor(source: GraphSource, options: GraphOptions, device: Device | undefined) {
    const needs = device && new DeviceNeeds(device);
    const queues = device ? queuesOf(device) : USUAL_QUEUES;
    this.#device = device;
    this.compiled = compileGraph(source, { ...options, repeats: true, queues }, needs?.of);
    const [batch] = this.compiled.batches;
    if (!device && batch) {
      const name = batch.steps.flatMap(({ passes }) => passes)[0]?.name;
      throw new GraphError(`Cannot execute the plan: pass "${name}" runs on a device, and none was given; give one`);
    }
    // Asking for it throws where the device draws nothing.
    if (this.compiled.levels.flat().some(({ queue }) => queue === 'graphics')) void device?.graphics;
    if (device && needs) this.#transients = new Transients(device, this.compiled, needs.types);
  }

  /** The buffer or image behind a transient resource. */
  resource(declared: unknown): Buffer | Image | undefined {
    return this.#transients?.table.get(declared);
  }

  /** What stands behind declared resources this time. */
  bind(imports: Imports): Bound {
    return new Bound(new Map([...bindImports(this.compiled, imports), ...(this.#transients?.table ?? [])]));
  }

  start({ imports = {}, reuse = false }: ExecuteOptions): Execution {
    const at = this.bind(imports);
    const commands = reuse ? this.#recorded(imports, at) : undefined;
    const hosts = hostSteps(this.compiled.steps);
    if (hosts.length === 0 && this.#turn === undefined) return this.#startAtOnce(at, commands);
    const before = this.#turn ?? Promise.resolve();
    const run = before.then(() => this.#run(at, commands));
    const turn = run.then(({ ended }) => ended).catch(() => undefined);
    this.#turn = turn;
    void turn.then(() => {
      if (this.#turn === turn) this.#turn = undefined;
    });
    const submitted = run.then((each) => each.submitted);
    const done = run.then((each) => each.done);
    for (const each of [submitted, done]) each.catch(() => undefined);
    return { submitted, done };
  }

  [Symbol.dispose](): void {
    for (const list of this.#recordings.values()) for (const each of list) each[Symbol.dispose]();
    this.#recordings.clear();
    this.#transients?.[Symbol.dispose]();
  }

  /** Without host passes nothing has to be waited for here. */
  #startAtOnce(at: Bound, commands: readonly CommandBuffer[] | undefined): Execution {
    const points: TimelinePoint[] = [];
    try {
      for (const [index, batch] of this.compiled.batches.entries()) {
        points.push(this.#submit(batch, index, at, commands, points));
      }
    } finally {
      this.#end();
    }
    const last = this.#last;
    const done = waitForAll(last);
    done.catch(() => undefined);
    return { submitted: Promise.resolve(last), done };
  }

  /** With host passes: everything begins as soon as what it waits for is done. */
  #run(
    at: Bound,
    commands: readonly CommandBuffer[] | undefined,
  ): { submitted: Promise<readonly TimelinePoint[]>; done: Promise<void>; ended: Promise<void> } {
    const { batches, steps, batchOf } = this.compiled;
    const earlier = waitForAll(this.#last);
    const hosts = new Map<number, Promise<void>>();
    const submits: Promise<TimelinePoint>[] = [];
    const rows = new Map<number, Promise<TimelinePoint>>();
    for (const step of steps) {
      const [pass] = step.passes;
      const behindHosts = step.hostWaits.map((index) => hosts.get(index)!);
      if (pass?.queue === 'host') {
        const points = step.waits.map((each) =>
          submits[batchOf.get(each)!]!.then(({ timeline, value }) => timeline.wait(value)),
        );
        const touchesDevice = pass.touches.some(({ node }) => node.kind !== 'host value');
        const behind = [...behindHosts, ...points, ...(touchesDevice ? [earlier] : [])];
        hosts.set(pass.index, runHostPass(pass, behind, at));
        continue;
      }
      const index = batchOf.get(step)!;
      if (submits[index]) continue;
      const batch = batches[index]!;
      const before = rows.get(batch.lane) ?? Promise.resolve();
      submits[index] = Promise.all([before, ...behindHosts]).then(async () => {
        const points = await Promise.all(batch.waits.map((each) => submits[each]!));
        const waits: TimelinePoint[] = [];
        for (const [order, each] of batch.waits.entries()) waits[each] = points[order]!;
        return this.#submit(batch, index, at, commands, waits);
      });
      rows.set(batch.lane, submits[index]);
    }
    for (const each of [earlier, ...hosts.values(), ...submits]) each.catch(() => undefined);
    const submitted = Promise.all(submits).then(() => this.#end());
    const done = Promise.all([submitted.then(waitForAll), ...hosts.values()]).then(() => undefined);
    for (const each of [submitted, done]) each.catch(() => undefined);
    const ended = Promise.allSettled([...submits, ...hosts.values()]).then(() => void this.#end());
    return { submitted, done, ended };
  }

  /** Records a batch, unless that was done, and submits it behind those that it waits for; `points` are theirs by index. */
  #submit(
    batch: Batch,
    index: number,
    at: Bound,
    recorded: readonly CommandBuffer[] | undefined,
    points: readonly TimelinePoint[],
  ): TimelinePoint {
    const device = this.#device!;
    const queue = batch.lane === 0 ? device.compute : device.transfer;
    const first = batch.steps[0]!.ordinal === 0;
    const wait = batch.waits.map((each) => points[each]!);
    if (first) wait.push(...this.#last.filter(({ timeline }) => timeline !== queue.timeline));
    let point: TimelinePoint;
    if (recorded) point = queue.submit([recorded[index]!], { wait });
    else {
      using commands = this.#record(batch, at);
      point = queue.submit([commands], { wait });
    }
    this.#points.set(point.timeline, point);
    return point;
  }

  #record({ lane, steps }: Batch, at: Bound): CommandBuffer {
    const body = (encoder: Encoder): void => recordSteps(steps, encoder, at);
    return this.#device!.record('graph', body, { queue: lane === 0 ? 'compute' : 'transfer' });
  }

  /** What was recorded for these imports; recorded again where something of it was disposed or has moved. */
  #recorded(imports: Imports, at: Bound): readonly CommandBuffer[] {
    const key = Object.entries(imports)
      .map(([name, object]) => `${name} ${this.#numberOf(object)}`)
      .sort()
      .join(', ');
    const known = this.#recordings.get(key);
    this.#recordings.delete(key); // and set again: the oldest come first
    if (known && isFresh(known)) {
      this.#recordings.set(key, known);
      return known;
    }
    for (const each of known ?? []) each[Symbol.dispose]();
    for (const [oldest, list] of this.#recordings) {
      if (this.#recordings.size < KEPT_RECORDINGS) break;
      for (const each of list) each[Symbol.dispose]();
      this.#recordings.delete(oldest);
    }
    const commands = this.compiled.batches.map((batch) => this.#record(batch, at));
    this.#recordings.set(key, commands);
    return commands;
  }

  #numberOf(object: object): number {
    let number = this.#numbers.get(object);
    if (number === undefined) this.#numbers.set(object, (number = ++this.#counter));
    return number;
  }

  /** The next execution comes behind what was submitted, whether this one came to its end or not. */
  #end(): readonly TimelinePoint[] {
    this.#last = [...this.#points.values()];
    return this.#last;
  }
}

async function waitForAll(points: readonly TimelinePoint[]): Promise<void> {
  await Promise.all(points.map(({ timeline, value }) => timeline.wait(value)));
}

function isFresh(commands: readonly CommandBuffer[]): boolean {
  try {
    for (const each of commands) each.checkSubmittable();
    return true;
  } catch {
    return false;
  }
}
