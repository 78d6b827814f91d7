/**
 * @file What a submit waits for and signals, looked at before it goes. Drivers take any number: some lose the device over a value
 * that isn't larger than the one before, and a semaphore that is gone may be another's by now.
 */

import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { QueueTimeline, Timeline } from '../sync/timeline.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import { foreign } from './foreign.ts';

/** What one of several submits waits for and signals. */
interface Points {
  readonly wait?: readonly TimelinePoint[];
  readonly signal?: readonly TimelinePoint[];
}

/** Throws unless the points of submits that go together, in this order, are such that a queue of that label can take them. */
export function checkPoints(driver: Driver, queue: string, batches: readonly Points[]): void {
  const act = `Cannot submit to queue "${queue}"`;
  let promised: Map<Timeline, number> | undefined;
  for (const { wait, signal } of batches) {
    if (wait !== undefined) {
      for (const point of wait) {
        const { timeline, value } = checkTimeline(driver, queue, point);
        if (Number.isSafeInteger(value) && value >= 0) continue;
        throw new RangeError(
          `${act}: it waits for timeline "${timeline.label}" to reach ${String(value)}, which is no value of a timeline; give a whole number from 0`,
        );
      }
    }
    if (signal === undefined) continue;
    for (const point of signal) {
      const { timeline, value } = checkTimeline(driver, queue, point);
      if (timeline instanceof QueueTimeline) {
        throw new VulkanError(
          `${act}: it signals timeline "${timeline.label}", which its queue alone does; signal one that createTimeline made`,
          { kind: 'synchronization', labels: [queue, timeline.label] },
        );
      }
      promised ??= new Map();
      const last = Math.max(timeline.last, promised.get(timeline) ?? 0);
      if (!Number.isSafeInteger(value)) {
        throw new RangeError(
          `${act}: it signals timeline "${timeline.label}" with ${String(value)}, which is no value of a timeline; give a whole number above ${last}`,
        );
      }
      if (value <= last) {
        throw new RangeError(
          `${act}: it signals timeline "${timeline.label}" with ${value}, which was promised ${last}; a timeline only grows`,
        );
      }
      promised.set(timeline, value);
    }
  }
}

/** Throws if a timeline was disposed. */
export function checkTimelineAlive(queue: string, { label, disposed }: Timeline): void {
  if (!disposed) return;
  throw new VulkanError(
    `Cannot submit to queue "${queue}": it uses timeline "${label}", which was disposed; dispose it when nobody uses it any more`,
    { kind: 'synchronization', labels: [queue, label] },
  );
}

function checkTimeline(driver: Driver, queue: string, point: TimelinePoint): TimelinePoint {
  const timeline: unknown = (point as TimelinePoint | null | undefined)?.timeline;
  if (!(timeline instanceof Timeline)) {
    throw new TypeError(
      `Cannot submit to queue "${queue}": what it waits for or signals is no point of a timeline; give such as { timeline, value: 1 }`,
    );
  }
  if (timeline.driver !== driver) throw foreign(`Cannot submit to queue "${queue}"`, timeline);
  checkTimelineAlive(queue, timeline);
  return point;
}
