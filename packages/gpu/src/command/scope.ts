/** @file What all commands of one recording share: where they go, what they use, and what goes with the recording. */

import type * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { UsageTracker } from '../tracking/tracker.ts';
import type { Used } from './command-buffer.ts';
import { WatchedPipeline } from './watched.ts';
import type { Followed, Swappable } from './watched.ts';

/** One recording. */
export class CommandScope {
  readonly driver: Driver;
  readonly handle: V.VkCommandBuffer;
  readonly label: string;
  /** What is used, for the command buffer's check. */
  readonly used: Set<Used> = new Set();
  /** What must be given back when the command buffer goes. */
  readonly releases: (() => void)[] = [];
  /** Watched pipelines, with the version that is recorded. */
  readonly followed: Map<Followed, number> = new Map();

  /** Follows what the commands touch; most recordings have none. */
  readonly tracker: UsageTracker | undefined;

  constructor(driver: Driver, handle: V.VkCommandBuffer, label: string, tracker?: UsageTracker) {
    this.tracker = tracker;
    this.driver = driver;
    this.handle = handle;
    this.label = label;
  }

  /** A pipeline as it is now. One that is watched is held, and followed. */
  present<P extends Swappable>(pipeline: P | WatchedPipeline<P>): P {
    if (!(pipeline instanceof WatchedPipeline)) return pipeline;
    this.use(pipeline);
    if (!this.followed.has(pipeline)) {
      this.followed.set(pipeline, pipeline.version);
      this.releases.push(pipeline.hold());
    }
    return pipeline.current;
  }

  /** Notes that the recording uses something; throws if that was disposed. */
  use(object: Used): void {
    if (object.disposed) {
      throw new VulkanError(`Cannot record "${this.label}": ${object.kind} "${object.label}" was disposed`, {
        kind: 'command-buffer',
        labels: [object.label, this.label],
      });
    }
    this.used.add(object.stay ?? object);
  }
}
