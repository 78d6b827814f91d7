/**
 * @file A frame: its command pool, its command buffers and its memory, all used again when its turn comes. The pool is reset
 * as a whole, and command buffers stay allocated: a steady frame allocates nothing.
 */

import type * as V from '@halocline/vulkan';
import { beginCommands, CommandPool, endCommands, checkUsed } from '../command/command-buffer.ts';
import type { Submittable, Used } from '../command/command-buffer.ts';
import { Encoder } from '../command/encoder.ts';
import type { StampedPools } from '../command/stamped.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { LinearMemory } from '../memory/step-memory.ts';
import { printsItself } from '../printing.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import type { Recorded } from '../tracking/local.ts';
import type { RecordedFrame } from './frame-device.ts';
import { checkFunction } from '../given.ts';

/** Commands that a frame recorded. They go with the frame, and are submitted once. */
class FrameRecording implements Submittable {
  readonly label: string;
  readonly family: number;
  readonly handle: V.VkCommandBuffer;
  readonly passes: readonly string[];
  readonly recorded: Recorded | undefined;
  readonly stamped: StampedPools | undefined;
  readonly driver: Driver;
  readonly #used: ReadonlySet<Used>;
  readonly #checks: readonly (() => void)[];
  readonly #recordedAt: number;

  constructor(driver: Driver, family: number, encoder: Encoder, recorded: Recorded | undefined) {
    this.driver = driver;
    this.family = family;
    this.recorded = recorded;
    this.stamped = encoder.stamped;
    this.#used = encoder.used;
    this.#checks = encoder.checks;
    this.#recordedAt = driver.disposals;
    this.label = encoder.passes[0]!;
    this.handle = encoder.handle;
    this.passes = encoder.passes.slice(1);
  }

  checkSubmittable(): void {
    this.checkAlive();
    for (const check of this.#checks) check();
  }

  checkAlive(): void {
    if (this.#recordedAt !== this.driver.disposals) checkUsed(this.label, this.#used);
  }
}

/** What a frame of this index keeps from turn to turn. */
export class FrameSlot {
  readonly index: number;
  readonly pool: CommandPool;
  readonly linear: LinearMemory;
  /** When the work of its last turn is done; undefined before the first. */
  point: TimelinePoint | undefined;
  /** The number of the frame that `point` belongs to. */
  number = -1;
  #done = 0;
  readonly recordings: FrameRecording[] = [];
  readonly driver: Driver;
  readonly #buffers: V.VkCommandBuffer[] = [];
  #begun = 0;
  readonly #releases: (() => void)[] = [];

  constructor(driver: Driver, index: number, family: number, linear: LinearMemory) {
    this.driver = driver;
    this.index = index;
    this.linear = linear;
    this.pool = new CommandPool(driver, family, `frame ${index}`, { resetAsWhole: true });
  }

  /** Whether the device is done with its last turn. */
  get free(): boolean {
    return this.point === undefined || this.driver.isLost || this.point.timeline.value() >= this.point.value;
  }

  /** 1 + the number of the last frame here that the device is known to be done with; 0 before the first. */
  get done(): number {
    if (this.#done <= this.number && this.free) this.#done = this.number + 1;
    return this.#done;
  }

  /** Takes back all that its last turn used. The device is done with it. */
  reset(): void {
    this.#release();
    this.recordings.length = 0;
    this.#begun = 0;
    this.pool.reset();
    this.linear.reset();
  }

  /** Records into the next command buffer. */
  record(label: string, body: (encoder: Encoder) => void): void {
    const driver = this.driver;
    const handle = (this.#buffers[this.#begun] ??= this.pool.allocate(`frame ${this.index}, ${this.#begun}`));
    this.#begun++;
    const tracker = driver.tracking?.begin(label, handle);
    const encoder = new Encoder(driver, handle, label, tracker);
    try {
      beginCommands(driver, handle, label, true);
      encoder.label(label, body);
      const recorded = tracker?.finish();
      endCommands(driver, handle, label);
      this.recordings.push(new FrameRecording(driver, this.pool.family, encoder, recorded));
    } finally {
      encoder.end();
      this.#releases.push(...encoder.releases);
    }
  }

  /** Gives everything back. The device is done with it. */
  destroy(): void {
    this.#release();
    this.pool.destroy();
    this.linear[Symbol.dispose]();
  }

  #release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}

/** A frame that was begun. Use `device.beginFrame`. */
export class Frame implements RecordedFrame<Encoder> {
  static {
    printsItself(this);
  }

  /** Which of the frames in flight it is, from 0. */
  readonly index: number;
  /** How many were begun before it. */
  readonly number: number;
  readonly #slot: FrameSlot;
  readonly #obstacles: (() => void)[] = [];
  readonly #leftovers: ((submitted: boolean) => void)[] = [];
  #ended = false;

  constructor(slot: FrameSlot, number: number) {
    this.#slot = slot;
    this.index = slot.index;
    this.number = number;
  }

  /** Memory for what lives as long as the frame. It is given back when the frame's turn comes again. Throws once the frame was ended. */
  get linear(): LinearMemory {
    this.checkOpen('use', 'linear');
    return this.#slot.linear;
  }

  /** Records commands for the compute queue; what is recorded runs in this order when the frame ends. */
  record(label: string, body: (encoder: Encoder) => void): void {
    this.checkOpen('record', label);
    this.#slot.record(label, body);
  }

  /** Throws if the frame was ended. */
  checkOpen(verb: string, label: string): void {
    if (!this.#ended) return;
    throw new VulkanError(`Cannot ${verb} "${label}" in frame ${this.number}: it was ended; begin another`, {
      kind: 'command-buffer',
      labels: [label],
    });
  }

  /** The device that it was begun on. */
  get driver(): Driver {
    return this.#slot.driver;
  }

  /** Calls `check` before the frame ends; it throws if something is left to do. */
  beforeEnd(check: () => void): void {
    checkFunction(`Cannot record in frame ${this.number}`, check, 'a check before its end');
    this.#obstacles.push(check);
  }

  /** Calls `release` when the frame is submitted, or given up, and says which: what it records may use something until then. */
  afterEnd(release: (submitted: boolean) => void): void {
    checkFunction(`Cannot record in frame ${this.number}`, release, 'what comes behind its end');
    this.#leftovers.push(release);
  }

  /** The frame is submitted, or given up. */
  settle(submitted: boolean): void {
    for (const release of this.#leftovers.splice(0)) release(submitted);
  }

  /** Closes it and gives what it recorded. */
  end(): readonly Submittable[] {
    this.checkOpen('end', 'the frame');
    for (const check of this.#obstacles) check();
    this.#ended = true;
    return this.#slot.recordings;
  }

  toString(): string {
    return `Frame(${this.number}, slot ${this.index}, ${this.#slot.recordings.length} recordings${this.#ended ? ', ended' : ''})`;
  }
}
