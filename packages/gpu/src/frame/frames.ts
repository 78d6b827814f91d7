/**
 * @file The frames of a device, in a ring: the host records one while the device works at those before. The next frame's
 * memory is free when the frame that had it last is done; only if it isn't does `begin` wait.
 */

import type { Queue } from '../command/queue.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { BufferOptions } from '../memory/buffer.ts';
import type { Buffer } from '../memory/buffer.ts';
import { LinearMemory } from '../memory/step-memory.ts';
import { checkNames } from '../given.ts';
import { valueText } from '../printing.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import { Frame, FrameSlot } from './frame.ts';

/** How many frames are in flight, and what each has. */
export interface FrameOptions {
  /** Frames in flight: 2 lets the host record while the device works; more smooth out uneven frames. Default 2. */
  readonly count?: number;
  /** Bytes of `frame.linear`, in memory that the host writes and shaders read. Default 1 MiB. */
  readonly byteLength?: number;
}

/** What frames are made with when nothing else is said. */
export const FRAME_DEFAULTS: Required<FrameOptions> = Object.freeze({ count: 2, byteLength: 2 ** 20 });

const MOST_FRAMES = 16;

/** The options with defaults; throws TypeError and RangeError. */
export function frameOptions(options: FrameOptions = {}): Required<FrameOptions> {
  checkNames('Cannot have frames in flight', options, FRAME_DEFAULTS, 'their options');
  const { count, byteLength } = { ...FRAME_DEFAULTS, ...options };
  if (!Number.isInteger(count) || count < 1 || count > MOST_FRAMES) {
    throw new RangeError(`Cannot have ${count} frames in flight: give a whole number from 1 to ${MOST_FRAMES}`);
  }
  return { count, byteLength };
}

/** The ring of frames. */
export class Frames {
  readonly slots: readonly FrameSlot[];
  readonly #queue: Queue;
  #number = 0;
  #open: Frame | undefined;
  #beginning = false;

  constructor(
    driver: Driver,
    queue: Queue,
    { count, byteLength }: Required<FrameOptions>,
    makeBuffer: (options: BufferOptions) => Buffer,
  ) {
    this.#queue = queue;
    using undo = new DisposableStack();
    this.slots = Array.from({ length: count }, (_, index) => {
      const buffer = makeBuffer({ label: `frame ${index}`, owner: 'frames', byteLength, memory: 'upload' });
      driver.children.delete(buffer);
      const linear = undo.use(new LinearMemory(buffer));
      const slot = new FrameSlot(driver, index, queue.family, linear);
      undo.defer(() => slot.pool.destroy());
      return slot;
    });
    undo.move();
  }

  /** The frame that was begun and not ended. */
  get open(): Frame | undefined {
    return this.#open;
  }

  async begin(): Promise<Frame> {
    if (this.#open || this.#beginning) {
      throw new VulkanError(
        `Cannot begin frame ${this.#number}: frame ${this.#number - (this.#open ? 1 : 0)} is open; end it first`,
        { kind: 'command-buffer', labels: [`frame ${this.#number - (this.#open ? 1 : 0)}`] },
      );
    }
    const slot = this.slots[this.#number % this.slots.length]!;
    this.#beginning = true;
    try {
      if (!slot.free) await slot.point!.timeline.wait(slot.point!.value);
    } finally {
      this.#beginning = false;
    }
    slot.reset();
    this.#open = new Frame(slot, this.#number++);
    return this.#open;
  }

  /** Submits what the frame recorded. Doesn't wait. */
  end(frame: Frame): TimelinePoint {
    if (!this.#open || frame !== this.#open) this.#refuse(frame);
    const recordings = frame.end();
    this.#open = undefined;
    let submitted = false;
    try {
      const point = this.#queue.submit(recordings);
      submitted = true;
      const slot = this.slots[frame.index]!;
      slot.point = point;
      slot.number = frame.number;
      return point;
    } finally {
      frame.settle(submitted);
    }
  }

  #refuse(frame: Frame): never {
    const { name } = this.slots[0]!.driver;
    if (!(frame instanceof Frame)) {
      throw new TypeError(
        `Cannot end a frame of device "${name}": ${valueText(frame)} is given; give the one that beginFrame resolved to`,
      );
    }
    frame.checkOpen('end', 'the frame');
    throw new VulkanError(
      `Cannot end frame ${frame.number}: it is of another device, "${frame.driver.name}"; end it there`,
      { kind: 'command-buffer', labels: [name, frame.driver.name] },
    );
  }

  /** Gives everything back. The device is idle. */
  destroy(): void {
    this.#open?.settle(false);
    for (const slot of this.slots) slot.destroy();
  }
}
