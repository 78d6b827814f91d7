/**
 * @file Tracking on a device: the pure states of `submits.ts`, and the command buffers that hold the barriers which they ask
 * for ahead of a recording.
 */

import type * as V from '@halocline/vulkan';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import type { Driver } from '../device/driver.ts';
import type { BarrierBatch } from '../graph/sink.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import type { Carried } from './carried.ts';
import type { Finding, Report } from './findings.ts';
import { Insertion } from './insertion.ts';
import { UNKNOWN } from './local.ts';
import type { Recorded } from './local.ts';
import type { RecordingTracker } from './recording.ts';
import { SubmitTracker } from './submits.ts';
import type { ByteRange, TrackedResource } from './tracker.ts';

/** What is tracked for. */
export interface TrackingOptions {
  /** Gets what is wrong; absent: nothing is checked. */
  readonly report: Report | undefined;
  /** Whether barriers that are missing are recorded. */
  readonly automatic: boolean;
}

/** The same for a thread that records: it can't be told whom to report to. */
export interface TrackingWishes {
  readonly checks: boolean;
  readonly automatic: boolean;
}

/** What a thread tells of a recording. */
export interface Tracked {
  readonly carried: Carried;
  readonly found: readonly Finding[];
}

/** A submit as a queue makes it. */
export interface QueueSubmit {
  readonly queue: { readonly timeline: Timeline; readonly family: number };
  readonly wait: readonly TimelinePoint[];
  readonly signal: readonly TimelinePoint[];
  readonly commands: readonly { readonly recorded?: Recorded | undefined }[];
}

/** What goes with a submit. */
export interface Escort {
  /** For each of its commands what must run right before. */
  readonly ahead: readonly (V.VkCommandBuffer | undefined)[];
  /** What it must wait for beside what was asked. */
  readonly wait: readonly TimelinePoint[];
  /** To be called when the submit was made, or failed; then all is as it was before. */
  done(isMade: boolean): void;
}

/** Follows everything that one device records and submits. */
export class Tracking {
  readonly #driver: Driver;
  readonly #submits: SubmitTracker;
  readonly #pools = new Map<number, CommandPool>();
  readonly #kept = new Map<string, V.VkCommandBuffer>();
  readonly #insertion: Insertion;
  /** What threads that record for the device shall follow. */
  readonly wishes: TrackingWishes;

  constructor(driver: Driver, { report, automatic }: TrackingOptions) {
    this.#driver = driver;
    this.#insertion = new Insertion(driver);
    this.wishes = { checks: report !== undefined, automatic };
    const seen = (timeline: object): number => (timeline as Timeline).seen;
    this.#submits = new SubmitTracker({ report, automatic, seen });
  }

  /** A tracker for a recording into a command buffer; a nested one is executed by others. */
  begin(label: string, handle: V.VkCommandBuffer, nested: boolean = false): RecordingTracker {
    return this.#submits.begin(label, (batch) => this.#insertion.record(handle, label, batch), nested);
  }

  /** A recording of another thread, whose resources have numbers; what was found there is reported. */
  adopt({ carried, found }: Tracked, resourceOf: (id: number) => TrackedResource | undefined): Recorded {
    return this.#submits.adopt(carried, found, resourceOf);
  }

  /**
   * The staging wrote a range, in order with all that was and will be submitted. What it gives is to be called, before anything else
   * is submitted, if it didn't after all.
   */
  uploaded(buffer: TrackedResource, range: ByteRange): () => void {
    return this.#submits.external(buffer, range);
  }

  /** Takes a submit in, before it is made. */
  submit({ queue, wait, signal, commands }: QueueSubmit): Escort {
    const place = { timeline: queue.timeline, value: queue.timeline.last + 1 };
    const recordings = commands.map((each) => each.recorded ?? UNKNOWN);
    const remedy = this.#submits.submit({ place, wait, signal, recordings });
    const fresh: (() => void)[] = [];
    const done = (isMade: boolean): void => {
      for (const free of fresh) this.#driver.retire(free);
      if (!isMade) remedy.undo();
    };
    let ahead: Escort['ahead'];
    try {
      ahead = remedy.barriers.map((batch) => batch && this.#ahead(queue.family, batch, fresh));
    } catch (error) {
      done(false);
      throw error;
    }
    return { ahead, wait: remedy.wait as readonly TimelinePoint[], done };
  }

  /** Reports the barriers that nobody needed, and gives everything back. The device is idle. */
  close(): void {
    this.#submits.close();
    for (const pool of this.#pools.values()) pool.destroy();
  }

  /** A command buffer with one barrier. Those of memory alone are few, and are kept. */
  #ahead(family: number, batch: BarrierBatch<TrackedResource>, fresh: (() => void)[]): V.VkCommandBuffer {
    const key = batch.images ? undefined : `${family} ${memoryText(batch)}`;
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept) return kept;
    let pool = this.#pools.get(family);
    if (!pool) this.#pools.set(family, (pool = new CommandPool(this.#driver, family, 'barriers ahead')));
    const handle = pool.allocate('barrier ahead');
    try {
      beginCommands(this.#driver, handle, 'barrier ahead', false);
      this.#insertion.record(handle, 'barrier ahead', batch);
      endCommands(this.#driver, handle, 'barrier ahead');
    } catch (error) {
      pool.free(handle);
      throw error;
    }
    if (key === undefined) fresh.push(() => pool.free(handle));
    else this.#kept.set(key, handle);
    return handle;
  }
}

function memoryText({ memory }: BarrierBatch): string {
  const side = (usages: readonly unknown[] = []): string =>
    usages.map((each) => (typeof each === 'string' ? each : Object.values(each as object).join(':'))).join('+');
  return `${side(memory?.before)} > ${side(memory?.after)}`;
}
