/** @file What a submit waits for and signals, looked at before it goes. */

import type { Driver } from '../device/driver.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import { checkSignal, checkAlive, checkWait } from '../sync/timeline-point.ts';
import { foreign } from './foreign.ts';

/** What one of several submits waits for and signals. */
interface Points {
  readonly wait?: readonly TimelinePoint[];
  readonly signal?: readonly TimelinePoint[];
}

/** Throws unless the points of submits that go together, in this order, are such that a queue of that label can take them. */
export function checkPoints(driver: Driver, queue: string, batches: readonly Points[]): void {
  const act = actOf(queue);
  let promised: Map<Timeline, number> | undefined;
  for (const { wait, signal } of batches) {
    if (wait !== undefined) {
      for (const point of wait) {
        checkWait(act, queue, point);
        checkOwn(driver, act, point.timeline);
      }
    }
    if (signal === undefined) continue;
    for (const point of signal) {
      promised ??= new Map();
      checkSignal(act, queue, point, promised.get(point?.timeline));
      checkOwn(driver, act, point.timeline);
      promised.set(point.timeline, point.value);
    }
  }
}

/** Throws if a timeline that a queue of that label waits for or signals was disposed. */
export function checkTimelineAlive(queue: string, timeline: Timeline): void {
  checkAlive(actOf(queue), queue, timeline);
}

function checkOwn(driver: Driver, act: string, timeline: Timeline): void {
  if (timeline.driver !== driver) throw foreign(act, timeline);
}

function actOf(queue: string): string {
  return `Cannot submit to queue "${queue}"`;
}
