/**
 * @file Tracking on a device: the pure states of `submits.ts`, and the command buffers that hold the barriers which they ask
 * for ahead of a recording.
 */

import type * as V from '@halocline/vulkan';
import { areWords } from '../access.ts';
import { recordBarrier, writtenBarrier } from '../command/barrier.ts';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import { recordBarriers } from '../command/image-barrier.ts';
import { CommandScope } from '../command/scope.ts';
import type { Driver } from '../device/driver.ts';
import type { BarrierBatch } from '../graph/sink.ts';
import type { Image } from '../image/image.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import type { Report } from './findings.ts';
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
  /** To be called when the submit was made, or failed. */
  done(): void;
}

const NOTHING: Recorded = { label: '', log: [], marks: [], leading: 0, tracks: new Map(), blind: true, uses: [] };

/** Follows everything that one device records and submits. */
export class Tracking {
  readonly #driver: Driver;
  readonly #submits: SubmitTracker;
  readonly #pools = new Map<number, CommandPool>();
  readonly #kept = new Map<string, V.VkCommandBuffer>();
  /** The barrier that was recorded last, of which there are often many in a row. */
  #last: BarrierBatch<TrackedResource> | undefined;
  #lastInfo: V.Pointer<V.VkDependencyInfo> = 0n as V.Pointer<V.VkDependencyInfo>;

  constructor(driver: Driver, { report, automatic }: TrackingOptions) {
    this.#driver = driver;
    const seen = (timeline: object): number => (timeline as Timeline).seen;
    this.#submits = new SubmitTracker({ report, automatic, seen });
  }

  /** A tracker for a recording into a command buffer; a nested one is executed by others. */
  begin(label: string, handle: V.VkCommandBuffer, nested: boolean = false): RecordingTracker {
    return this.#submits.begin(label, (batch) => this.#record(handle, label, batch), nested);
  }

  /** The staging wrote a range, in order with all that was and will be submitted. */
  uploaded(buffer: TrackedResource, range: ByteRange): void {
    this.#submits.external(buffer, range, true);
  }

  /** Takes a submit in, before it is made. */
  submit({ queue, wait, signal, commands }: QueueSubmit): Escort {
    const place = { timeline: queue.timeline, value: queue.timeline.last + 1 };
    const recordings = commands.map((each) => each.recorded ?? NOTHING);
    const remedy = this.#submits.submit({ place, wait, signal, recordings });
    const fresh: (() => void)[] = [];
    const ahead = remedy.barriers.map((batch) => batch && this.#ahead(queue.family, batch, fresh));
    const done = (): void => {
      for (const free of fresh) this.#driver.retire(free);
    };
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
    beginCommands(this.#driver, handle, 'barrier ahead', false);
    this.#record(handle, 'barrier ahead', batch);
    endCommands(this.#driver, handle, 'barrier ahead');
    if (key === undefined) fresh.push(() => pool.free(handle));
    else this.#kept.set(key, handle);
    return handle;
  }

  #record(handle: V.VkCommandBuffer, label: string, batch: BarrierBatch<TrackedResource>): void {
    const { commands } = this.#driver;
    if (batch === this.#last) {
      commands.vkCmdPipelineBarrier2(handle, this.#lastInfo);
      return;
    }
    const { memory, images } = batch;
    if (memory && !images && areWords(memory.before) && areWords(memory.after)) {
      this.#last = batch;
      this.#lastInfo = writtenBarrier(memory.before, memory.after);
      commands.vkCmdPipelineBarrier2(handle, this.#lastInfo);
    } else if (memory && !images) recordBarrier(commands, handle, memory.before, memory.after);
    else recordBarriers(new CommandScope(this.#driver, handle, label), batch as BarrierBatch<Image>);
  }
}

function memoryText({ memory }: BarrierBatch): string {
  const side = (usages: readonly unknown[] = []): string =>
    usages.map((each) => (typeof each === 'string' ? each : Object.values(each as object).join(':'))).join('+');
  return `${side(memory?.before)} > ${side(memory?.after)}`;
}
