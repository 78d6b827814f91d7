/** @file Queues: each has a timeline of its own, and every submit is a point on it. Nothing here waits. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import { isOpen, noteWaits } from '../sync/timeline-holds.ts';
import type { Escort } from '../tracking/device-tracking.ts';
import type { Submittable } from './command-buffer.ts';
import { PreparedSubmits } from './prepared-submits.ts';
import { printsItself, valueText } from '../printing.ts';
import { foreign } from './foreign.ts';
import { checkStamps } from './stamped.ts';
import { delaysSubmits, holdSubmit } from './submit-delay.ts';
import { checkPoints, notePoints } from './submit-points.ts';
import { checkNamesOf, checkObjects } from '../given.ts';
import type { Names } from '../given.ts';

/** What a submit waits for and signals beside its queue's own timeline. */
export interface SubmitOptions {
  readonly wait?: readonly TimelinePoint[];
  /**
   * Points to signal. Values grow in the order in which they are signalled: one may be smaller than another that was asked for before
   * only where that is another queue's, which waits, with it or before it, for a point that nobody was told to signal yet, or only
   * submits that wait so themselves. Points of timelines that are shared with other devices don't count there.
   */
  readonly signal?: readonly TimelinePoint[];
  /** In a device group: the number of the device that runs the commands; default: all of them. */
  readonly groupDevice?: number;
}

const SUBMIT_OPTIONS: Names<SubmitOptions> = Object.freeze({ wait: true, signal: true, groupDevice: true });

/** What a submit that fails names: commands, by what they do. Asked only then. */
export interface Labelled {
  readonly label: string;
}

/** Commands of the runtime's own, which go as they are. */
export interface RawCommands extends Labelled {
  readonly handle: V.VkCommandBuffer;
}

/** What goes with a submit: commands to run before its own, in the same call; or a point to wait for. Told once how it went. */
export interface Passenger {
  readonly commands?: RawCommands;
  readonly wait?: TimelinePoint;
  /** The submit is made; the queue's timeline will reach the value with it. */
  made(value: number): void;
  /** The submit failed. */
  failed(error: unknown): void;
}

/** Work that must go with the next submit: the staging's open batch. */
export interface Companion {
  /** Whether there is any. */
  readonly waiting: boolean;
  /** Takes it for the submit that is made now; undefined where there is none. */
  take(): Passenger | undefined;
}

/** One of several submits that go in one call. */
export interface SubmitBatch extends SubmitOptions {
  readonly commands: readonly Submittable[];
  /** Nobody asks when it is done: the queue's timeline stays. Signals cost a card microseconds. */
  readonly quiet?: boolean;
}

interface RawBatch {
  /** What was asked for, and the staging's batch: `handles` has these, and what the checks put ahead of them. */
  readonly commands: readonly Labelled[];
  readonly handles: readonly V.VkCommandBuffer[];
  readonly wait: readonly TimelinePoint[];
  readonly signal: readonly TimelinePoint[];
  readonly groupDevice: number | undefined;
  readonly quiet: boolean;
}

const NO_OPTIONS: SubmitOptions = Object.freeze({});
const NOTHING: readonly never[] = Object.freeze([]);
const EVERY_STAGE = Number(V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT);

function noCommands(queue: string, given: unknown, where: string): TypeError {
  return new TypeError(
    `Cannot submit to queue "${queue}": ${valueText(given)} is given ${where}; give a list of what was recorded, as in submit([commands])`,
  );
}

function otherFamily(queue: string, label: string): VulkanError {
  return new VulkanError(
    `Cannot submit to queue "${queue}": "${label}" was recorded for queues of another family; record it for this one, as in device.record(label, body, { queue })`,
    { kind: 'command-buffer', labels: [label] },
  );
}

/** A queue of a device. */
export class Queue {
  static {
    printsItself(this);
  }

  readonly label: string;
  /** Its queue family. */
  readonly family: number;
  readonly handle: V.VkQueue;
  /** Signalled by each submit, one up each time. */
  readonly timeline: Timeline;
  /** Set by the device: what goes with each submit of commands. */
  companion: Companion | undefined;
  readonly #driver: Driver;

  constructor(driver: Driver, family: number, handle: V.VkQueue, timeline: Timeline, label: string) {
    this.#driver = driver;
    this.family = family;
    this.handle = handle;
    this.timeline = timeline;
    this.label = label;
    driver.setName(V.VK_OBJECT_TYPE_QUEUE, handle, label);
    driver.progress.push(timeline);
  }

  /** Submits recorded commands, in order, in one call. Doesn't wait; the point that it returns is when they are done. */
  submit(commands: readonly Submittable[], options: SubmitOptions = NO_OPTIONS): TimelinePoint {
    if (options !== NO_OPTIONS) checkNamesOf('Cannot submit to queue', this.label, options, SUBMIT_OPTIONS);
    return this.submitAll([{ commands, ...options }])[0]!;
  }

  /**
   * Several submits, one behind the other, in one call: a card begins the next sooner so. Doesn't wait; each point is when that
   * batch is done, and of a quiet one, when the next that isn't is.
   */
  submitAll(batches: readonly SubmitBatch[]): TimelinePoint[] {
    checkObjects(`Cannot submit to queue "${this.label}"`, 'the list of batches', batches);
    if (!this.takesWritten) return batches.flatMap((batch) => this.#submitTogether([batch]));
    return this.#submitTogether(batches);
  }

  /**
   * Writes submits out that were just made, the first of them ending at `first`, to make them again with other values. They take nothing
   * along: `sendCompanion` goes ahead of them.
   */
  prepare(batches: readonly SubmitBatch[], first: number): PreparedSubmits {
    checkObjects(`Cannot prepare submits to queue "${this.label}"`, 'the list of batches', batches);
    this.#checkCommands(batches);
    return new PreparedSubmits(this.#driver, this, batches, first);
  }

  /** Submits what would go along with the next submit, if there is anything: from then on the values of the next submits are known. */
  sendCompanion(): void {
    const passenger = this.companion?.take();
    if (passenger === undefined) return;
    try {
      const named = passenger.commands === undefined ? NOTHING : [passenger.commands];
      const wait = passenger.wait === undefined ? NOTHING : [passenger.wait];
      const handles = named.map(({ handle }) => handle);
      passenger.made(this.submitHandles(handles, wait, NOTHING, named));
    } catch (error) {
      passenger.failed(error);
      throw error;
    }
  }

  #submitTogether(batches: readonly SubmitBatch[]): TimelinePoint[] {
    const { disposals } = this.#driver;
    this.#checkCommands(batches);
    let stamped: Submittable[] | undefined;
    for (const { commands } of batches) {
      for (const each of commands) {
        each.checkSubmittable();
        if (each.stamped !== undefined) (stamped ??= []).push(each);
      }
    }
    // A check of one may have disposed what another, seen before it, uses.
    this.#checkAlive(batches, disposals);
    checkPoints(this.#driver, this, batches);
    const noteStamps = stamped && checkStamps(stamped, () => this.#isHeld(batches));
    const { disposals: checkedAt } = this.#driver;
    for (const { commands } of batches) for (const each of commands) this.#driver.remember(each);
    this.#driver.collect();
    const passenger = this.companion?.take();
    const escorts: Escort[] = [];
    let values: number[];
    try {
      const raw = batches.map((batch, index) => this.#raw(batch, index === 0 ? passenger : undefined, escorts));
      // Whoever listens to the device's checks may have, too. Behind this nobody else's code runs.
      if (this.#checkAlive(batches, checkedAt)) checkPoints(this.#driver, this, batches);
      values = this.#submitRaw(raw);
    } catch (error) {
      for (const escort of escorts.toReversed()) escort.done(false);
      passenger?.failed(error);
      throw error;
    }
    for (const escort of escorts) escort.done(true);
    noteStamps?.();
    passenger?.made(values[0]!);
    return values.map((value) => ({ timeline: this.timeline, value }));
  }

  /** Whether something of them waits, with the queue or by itself, for what nobody was told to signal yet. */
  #isHeld(batches: readonly SubmitBatch[]): boolean {
    if (noteWaits(this.#driver, this).length > 0) return true;
    return batches.some(({ wait = NOTHING }) => wait.some(({ timeline, value }) => isOpen(timeline, value)));
  }

  /** Throws unless they are commands of this device, for queues of this family. */
  #checkCommands(batches: readonly SubmitBatch[]): void {
    for (const { commands, groupDevice } of batches) {
      if (groupDevice !== undefined) this.#checkCard(groupDevice);
      if (!Array.isArray(commands)) throw noCommands(this.label, commands, 'for its commands');
      for (const each of commands) {
        if (each?.driver !== undefined && each.driver !== this.#driver) {
          throw foreign(`Cannot submit to queue "${this.label}"`, {
            kind: 'command buffer',
            label: each.label,
            driver: each.driver,
          });
        }
        if (typeof each?.checkSubmittable !== 'function') throw noCommands(this.label, each, 'among its commands');
        if (each.family !== this.family) throw otherFamily(this.label, each.label);
      }
    }
  }

  #checkCard(groupDevice: number): void {
    const { cards, name } = this.#driver;
    if (Number.isInteger(groupDevice) && groupDevice >= 0 && groupDevice < cards) return;
    const there = cards === 1 ? 'is no group; leave it out' : `has cards 0 to ${cards - 1}`;
    throw new RangeError(
      `Cannot submit to queue "${this.label}": groupDevice is ${valueText(groupDevice)}, and device "${name}" ${there}`,
    );
  }

  /** Throws if what goes was disposed; looks only if something was since then, and tells that. */
  #checkAlive(batches: readonly SubmitBatch[], since: number): boolean {
    if (this.#driver.disposals === since) return false;
    for (const { commands } of batches) for (const each of commands) each.checkAlive();
    return true;
  }

  #raw(
    { commands, wait = NOTHING, signal = NOTHING, groupDevice, quiet = false }: SubmitBatch,
    passenger: Passenger | undefined,
    escorts: Escort[],
  ): RawBatch {
    const first = passenger?.commands;
    const handles: V.VkCommandBuffer[] = first === undefined ? [] : [first.handle];
    let waits = passenger?.wait ? [...wait, passenger.wait] : wait;
    const escort = this.#driver.tracking?.submit({ queue: this, wait: waits, signal, commands });
    if (escort) {
      waits = [...waits, ...escort.wait];
      escorts.push(escort);
    }
    for (const [index, each] of commands.entries()) {
      const ahead = escort?.ahead[index];
      if (ahead !== undefined) handles.push(ahead);
      handles.push(each.handle);
    }
    const named = first === undefined ? commands : [...commands, first];
    return { commands: named, handles, wait: waits, signal, groupDevice, quiet };
  }

  /**
   * Submits raw command buffers, checked by nobody; returns the value that the queue's timeline will reach. `named` is what an error
   * names.
   */
  submitHandles(
    handles: readonly V.VkCommandBuffer[],
    wait: readonly TimelinePoint[],
    signal: readonly TimelinePoint[],
    named: readonly Labelled[] = NOTHING,
  ): number {
    return this.#submitRaw([{ commands: named, handles, wait, signal, groupDevice: undefined, quiet: false }])[0]!;
  }

  /** Whether submits may be made from structs that somebody else wrote: nothing is to be followed, or delayed one by one. */
  get takesWritten(): boolean {
    return this.#driver.tracking === undefined && !delaysSubmits();
  }

  /**
   * Makes submits whose structs stand at an address, one of each batch; the timelines that they signal are the caller's to bring up
   * to date.
   */
  submitWritten(address: V.Pointer<V.VkSubmitInfo2>, batches: readonly { commands: readonly Labelled[] }[]): void {
    const driver = this.#driver;
    const result = driver.commands.vkQueueSubmit2(this.handle, batches.length, address, V.VK_NULL_HANDLE);
    driver.counters.submits++;
    if (result >= 0) return;
    const act = `Cannot submit to queue "${this.label}"`;
    const labels = new Set(batches.flatMap(({ commands }) => commands.map(({ label }) => label)));
    driver.check(result, 'vkQueueSubmit2', 'execution', act, 'submit less at once', this.label, ...labels);
  }

  #submitRaw(batches: readonly RawBatch[]): number[] {
    holdSubmit();
    let reached = this.timeline.last;
    const values = batches.map(({ quiet }) => (quiet ? reached + 1 : ++reached));
    V.arena.scope(() => {
      const infos = batches.map(({ handles, wait, signal, groupDevice, quiet }, index) => {
        const deviceIndex = groupDevice ?? 0;
        const deviceMask = groupDevice === undefined ? 0 : 1 << groupDevice;
        const signals = quiet ? signal : [{ timeline: this.timeline, value: values[index]! }, ...signal];
        return {
          pWaitSemaphoreInfos: wait.map((point) => semaphoreInfo(point, deviceIndex)),
          pCommandBufferInfos: handles.map((commandBuffer) => ({ commandBuffer, deviceMask })),
          pSignalSemaphoreInfos: signals.map((point) => semaphoreInfo(point, deviceIndex)),
        };
      });
      this.submitWritten(V.VkSubmitInfo2(infos), batches);
    });
    for (const [index, batch] of batches.entries()) {
      notePoints(this.#driver, this, batch, batch.quiet ? undefined : values[index]);
    }
    return values;
  }

  /**
   * Submits commands that do nothing, behind everything: throws if the driver then says that the device is lost. Some say so only
   * when they are given something, and let waits go on for ever.
   */
  probe(nothing: readonly V.VkCommandBuffer[]): void {
    const { submits } = this.#driver.counters;
    this.submitHandles(nothing, [], []);
    this.#driver.counters.submits = submits;
  }

  toString(): string {
    const { timeline } = this;
    return `Queue("${this.label}", family ${this.family}, ${timeline.progressText()}${this.#driver.isLost ? '' : ' submits done'})`;
  }
}

function semaphoreInfo({ timeline, value }: TimelinePoint, deviceIndex: number): V.VkSemaphoreSubmitInfo {
  return { semaphore: timeline.handle, value, stageMask: EVERY_STAGE, deviceIndex };
}
