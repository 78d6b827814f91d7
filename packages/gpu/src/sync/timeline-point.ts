/**
 * @file What is waited for and signalled, looked at before it goes. Drivers take any number: some lose the device over a value
 * that isn't larger than the one before, and a semaphore that is gone may be another's by now.
 */

import { VulkanError } from '../errors.ts';
import { QueueTimeline, Timeline } from './timeline.ts';
import type { TimelinePoint } from './timeline.ts';

/** Throws unless a point can be waited for; `act` is the sentence's beginning, and `by` the label of who waits. */
export function checkWait(act: string, by: string, point: TimelinePoint): void {
  const { timeline, value } = checkPoint(act, by, point);
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(
    `${act}: it waits for timeline "${timeline.label}" to reach ${String(value)}, which is no value of a timeline; give a whole number from 0`,
  );
}

/**
 * Throws unless a point can be signalled, by a queue or by something else, where its timeline was promised `last`, or nothing but what
 * it knows of.
 */
export function checkSignal(act: string, by: string, point: TimelinePoint, last: number = 0, queue?: object): void {
  const { timeline, value } = checkPoint(act, by, point);
  if (timeline instanceof QueueTimeline) {
    throw new VulkanError(
      `${act}: it signals timeline "${timeline.label}", which its queue alone does; signal one that createTimeline made`,
      { kind: 'synchronization', labels: [by, timeline.label] },
    );
  }
  const promised = Math.max(Number.isSafeInteger(value) ? timeline.floor(value, queue) : timeline.last, last);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(
      `${act}: it signals timeline "${timeline.label}" with ${String(value)}, which is no value of a timeline; give a whole number above ${promised}`,
    );
  }
  if (value > promised) return;
  throw new RangeError(
    `${act}: it signals timeline "${timeline.label}" with ${value}, which was promised ${promised}; a timeline only grows`,
  );
}

/** Throws if a timeline was disposed. */
export function checkAlive(act: string, by: string, { label, disposed }: Timeline): void {
  if (!disposed) return;
  throw new VulkanError(
    `${act}: it uses timeline "${label}", which was disposed; dispose it when nobody uses it any more`,
    { kind: 'synchronization', labels: [by, label] },
  );
}

function checkPoint(act: string, by: string, point: TimelinePoint): TimelinePoint {
  const timeline: unknown = (point as TimelinePoint | null | undefined)?.timeline;
  if (!(timeline instanceof Timeline)) {
    throw new TypeError(
      `${act}: what it waits for or signals is no point of a timeline; give such as { timeline, value: 1 }`,
    );
  }
  checkAlive(act, by, timeline);
  return point;
}
