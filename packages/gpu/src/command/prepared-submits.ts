/**
 * @file Submits that are made again and again, all in one call. Their structs are written once, into memory of their own; from one
 * time to the next only the values of timelines change, and command buffers that were recorded anew. Four hundred submits cost
 * microseconds of JavaScript so, where writing them out costs most of a millisecond.
 *
 *     VkSubmitInfo2          64 bytes a submit
 *     VkSemaphoreSubmitInfo  48 bytes each: of every submit what it waits for, the queue's own timeline unless it is quiet, what else it signals
 *     VkCommandBufferSubmitInfo  32 bytes each
 */

import * as V from '@halocline/vulkan';
import { LABELS_KEPT } from '../device/driver.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import { isOpen, noteWaits, settleMany } from '../sync/timeline-holds.ts';
import type { Submittable } from './command-buffer.ts';
import type { Queue, SubmitBatch } from './queue.ts';
import { checkStamps } from './stamped.ts';
import { checkTimelineAlive, notePoints } from './submit-points.ts';

const EVERY_STAGE = Number(V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT);
/** Byte offsets in the structs. */
const VALUE_AT = 24;
const COMMAND_BUFFER_AT = 16;
/** A command buffer in the structs. */
interface Placed {
  readonly commands: Submittable;
  /** Word of its handle. */
  readonly at: number;
  handle: V.VkCommandBuffer;
}

/** The values of one timeline in the structs. */
interface Column {
  readonly timeline: Timeline;
  readonly words: number[];
  readonly values: number[];
  /** The largest that is signalled; 0 where none is. */
  signalled: number;
  /** The largest that is waited for and not signalled ahead of that; 0 where none is. */
  awaited: number;
  /** How much further all of them are the next time. */
  by: number;
}

/** Submits to one queue, written once. `queue.prepare` makes it. */
export class PreparedSubmits implements Disposable {
  readonly queue: Queue;
  readonly #driver: Driver;
  readonly #batches: readonly SubmitBatch[];
  readonly #memory: V.Pinned;
  readonly #words: Uint32Array;
  readonly #handles: BigUint64Array;
  readonly #commands: Placed[] = [];
  readonly #columns: Column[] = [];
  readonly #signalled: readonly Column[];
  readonly #awaited: readonly Column[];
  /** What the device remembers of them, should it be lost. */
  readonly #last: readonly Submittable[];
  /** Whether only disposals can make them unfit. */
  readonly #steady: boolean;
  /** Those that write timestamps, or make them unset. */
  #stamped: readonly Submittable[];
  #checkedAt: number;
  #disposed = false;
  /** What `make` says one by one, where they can't go as they are written. */
  #apart: readonly SubmitBatch[] | null = null;

  /** `first` is what the queue's timeline reached with the first of them, when they were submitted. */
  constructor(driver: Driver, queue: Queue, batches: readonly SubmitBatch[], first: number) {
    this.queue = queue;
    this.#driver = driver;
    this.#batches = batches;
    this.#checkedAt = driver.disposals;
    const points = batches.map(
      ({ wait = [], signal = [], quiet }) => wait.length + signal.length + (quiet === true ? 0 : 1),
    );
    const commands = batches.map((batch) => batch.commands.length);
    const pointsAt = V.VkSubmitInfo2.size * batches.length;
    const commandsAt = pointsAt + V.VkSemaphoreSubmitInfo.size * sum(points);
    this.#memory = V.pinned(commandsAt + V.VkCommandBufferSubmitInfo.size * sum(commands));
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#handles = new BigUint64Array(this.#memory.buffer);
    const at = { points: pointsAt, commands: commandsAt };
    let value = first;
    for (const [index, batch] of batches.entries()) {
      const own = batch.quiet === true ? [] : [{ timeline: queue.timeline, value: value++ }];
      this.#write(index, batch, own, at);
    }
    this.#signalled = this.#columns.filter(({ signalled }) => signalled > 0);
    this.#awaited = this.#columns.filter(({ awaited }) => awaited > 0);
    this.#last = this.#commands.slice(-LABELS_KEPT).map((placed) => placed.commands);
    this.#steady = this.#commands.every((placed) => placed.commands.steady === true);
    this.#stamped = this.#stampedOnes();
  }

  #write(
    index: number,
    { commands, wait = [], signal = [] }: SubmitBatch,
    own: readonly TimelinePoint[],
    at: { points: number; commands: number },
  ): void {
    const { address } = this.#memory;
    V.VkSubmitInfo2.write(address + BigInt(V.VkSubmitInfo2.size * index), {
      waitSemaphoreInfoCount: wait.length,
      pWaitSemaphoreInfos: (address + BigInt(at.points)) as V.Pointer<V.VkSemaphoreSubmitInfo>,
      commandBufferInfoCount: commands.length,
      pCommandBufferInfos: (address + BigInt(at.commands)) as V.Pointer<V.VkCommandBufferSubmitInfo>,
      signalSemaphoreInfoCount: own.length + signal.length,
      pSignalSemaphoreInfos: (address +
        BigInt(at.points + V.VkSemaphoreSubmitInfo.size * wait.length)) as V.Pointer<V.VkSemaphoreSubmitInfo>,
    });
    for (const [place, point] of [...wait, ...own, ...signal].entries()) {
      const semaphore = { semaphore: point.timeline.handle, value: point.value, stageMask: EVERY_STAGE };
      V.VkSemaphoreSubmitInfo.write(address + BigInt(at.points), semaphore);
      this.#column(point, at.points + VALUE_AT, place >= wait.length);
      at.points += V.VkSemaphoreSubmitInfo.size;
    }
    for (const each of commands) {
      V.VkCommandBufferSubmitInfo.write(address + BigInt(at.commands), { commandBuffer: each.handle });
      this.#commands.push({ commands: each, at: (at.commands + COMMAND_BUFFER_AT) / 8, handle: each.handle });
      at.commands += V.VkCommandBufferSubmitInfo.size;
    }
  }

  #column({ timeline, value }: TimelinePoint, byteOffset: number, signals: boolean): void {
    let column = this.#columns.find((each) => each.timeline === timeline);
    if (column === undefined)
      this.#columns.push((column = { timeline, words: [], values: [], signalled: 0, awaited: 0, by: 0 }));
    column.words.push(byteOffset / 4);
    column.values.push(value);
    if (signals) column.signalled = Math.max(column.signalled, value);
    else if (value > column.signalled) column.awaited = Math.max(column.awaited, value);
  }

  /** Bytes of the structs. */
  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Makes all of them once more; `ahead` tells how much further than the first time each timeline is, the queue's own among them.
   * Refused while transfers wait for the queue's next submit: see `Queue.sendCompanion`. Doesn't wait.
   */
  submit(ahead: (timeline: Timeline) => number): void {
    this.write(ahead);
    this.make();
  }

  /**
   * The first half of `submit`: holds them against what was disposed, and writes their values. Where several go one behind the other,
   * all are written before the first is made: each call of a driver leaves JavaScript cold caches. Nothing else may be done with the
   * queue, or disposed, until they are made. Those that are written wait for one another as if all were made, so that no signal of a
   * step over several queues counts as held back.
   */
  write(ahead: (timeline: Timeline) => number): void {
    this.#checkReady();
    if (!this.queue.takesWritten) {
      this.#apart = this.#shifted(ahead);
      return;
    }
    this.#apart = null;
    const driver = this.#driver;
    if (!this.#steady || driver.disposals !== this.#checkedAt) this.#check();
    for (const column of this.#columns) {
      const by = ahead(column.timeline);
      this.#shift(column.words, column.values, by);
      column.by = by;
      if (column.timeline === this.queue.timeline) column.timeline.expect(column.signalled + by);
    }
    driver.collect();
  }

  /** The second half: one call of the driver. */
  make(): void {
    this.#checkReady();
    if (this.#apart !== null) {
      this.queue.submitAll(this.#apart);
      return;
    }
    const driver = this.#driver;
    // Checks of others that were written since may have disposed something.
    if (driver.disposals !== this.#checkedAt) this.#check();
    const noteStamps = this.#stamped.length > 0 ? checkStamps(this.#stamped, () => this.#isHeld()) : undefined;
    driver.rememberAll(this.#last);
    this.queue.submitWritten(this.#memory.address as V.Pointer<V.VkSubmitInfo2>, this.#batches);
    noteStamps?.();
    if (this.#isHeld()) {
      this.queue.timeline.expectNothing();
      this.#noteEach();
    } else for (const { timeline, signalled, by } of this.#signalled) timeline.submitted(signalled + by, this.queue);
  }

  /** Whether any of them waits, with its queue or by itself, for what nobody was told to signal yet. */
  #isHeld(): boolean {
    if (noteWaits(this.#driver, this.queue).length > 0) return true;
    for (const { timeline, awaited, by } of this.#awaited) if (isOpen(timeline, awaited + by)) return true;
    return false;
  }

  /** Each by itself: what goes ahead of a wait isn't held back by it. */
  #noteEach(): void {
    settleMany(this.#driver);
    const { timeline } = this.queue;
    let own = timeline.last;
    const by = (each: Timeline): number => this.#columns.find((column) => column.timeline === each)!.by;
    for (const batch of this.#shifted(by)) {
      notePoints(this.#driver, this.queue, batch, batch.quiet === true ? undefined : ++own);
    }
  }

  /** Throws if they were disposed, or something must go ahead of them. */
  #checkReady(): void {
    const { label, companion } = this.queue;
    if (!this.#disposed && companion?.waiting !== true) return;
    const why = this.#disposed
      ? 'they were disposed; prepare them anew'
      : 'transfers that were asked for before go ahead of them; call sendCompanion() of the queue first, and reckon the values ' +
        'from where its timeline is then';
    throw new VulkanError(`Cannot make prepared submits to queue "${label}": ${why}`, {
      kind: 'execution',
      labels: [label],
    });
  }

  /** Throws if something of them was disposed, or a check says so; takes what was recorded anew. */
  #check(): void {
    const driver = this.#driver;
    const { disposals } = driver;
    let anew = false;
    for (const each of this.#commands) {
      each.commands.checkSubmittable();
      const { handle } = each.commands;
      if (handle === each.handle) continue;
      this.#handles[each.at] = each.handle = handle;
      anew = true;
    }
    if (anew) this.#stamped = this.#stampedOnes();
    if (driver.disposals !== disposals) for (const { commands } of this.#commands) commands.checkAlive();
    if (driver.disposals === this.#checkedAt) return;
    for (const { timeline } of this.#columns) checkTimelineAlive(this.queue.label, timeline);
    this.#checkedAt = driver.disposals;
  }

  #stampedOnes(): Submittable[] {
    return this.#commands.map((placed) => placed.commands).filter(({ stamped }) => stamped !== undefined);
  }

  #shift(words: readonly number[], values: readonly number[], by: number): void {
    for (let index = 0; index < words.length; index++) {
      const value = values[index]! + by;
      const word = words[index]!;
      this.#words[word] = value;
      this.#words[word + 1] = value / 2 ** 32;
    }
  }

  #shifted(ahead: (timeline: Timeline) => number): SubmitBatch[] {
    const shift = (points: readonly TimelinePoint[] = []): TimelinePoint[] =>
      points.map(({ timeline, value }) => ({ timeline, value: value + ahead(timeline) }));
    return this.#batches.map(({ wait, signal, ...batch }) => ({ ...batch, wait: shift(wait), signal: shift(signal) }));
  }

  /** No call with them is under way. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#memory[Symbol.dispose]();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
