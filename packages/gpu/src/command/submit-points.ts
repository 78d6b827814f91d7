/** @file What a submit waits for and signals, looked at before it goes. */

import type { Driver } from '../device/driver.ts';
import type { Timeline, TimelinePoint } from '../sync/timeline.ts';
import { noteWaits, settleMany } from '../sync/timeline-holds.ts';
import { checkSignal, checkAlive, checkWait } from '../sync/timeline-point.ts';
import { foreign } from './foreign.ts';
import { valueText } from '../printing.ts';

/** What one of several submits waits for and signals. */
interface Points {
  readonly wait?: readonly TimelinePoint[];
  readonly signal?: readonly TimelinePoint[];
}

/** A queue, as far as a submit's points go. */
interface Submitter {
  readonly label: string;
}

/** Throws unless the points of submits that go together, in this order, are such that a queue can take them. */
export function checkPoints(driver: Driver, submitter: Submitter, batches: readonly Points[]): void {
  const queue = submitter.label;
  const act = actOf(queue);
  settleMany(driver);
  let promised: Map<Timeline, number> | undefined;
  for (const { wait, signal } of batches) {
    if (wait !== undefined) {
      if (!Array.isArray(wait)) throw noPoints(act, 'waits for', wait);
      for (const point of wait) {
        checkWait(act, queue, point);
        checkOwn(driver, act, point.timeline);
      }
    }
    if (signal === undefined) continue;
    if (!Array.isArray(signal)) throw noPoints(act, 'signals', signal);
    for (const point of signal) {
      promised ??= new Map();
      checkSignal(act, queue, point, promised.get(point?.timeline), submitter);
      checkOwn(driver, act, point.timeline);
      promised.set(point.timeline, point.value);
    }
  }
}

/** Notes what a submit that was made waits for and signals, `own` the value of its queue's timeline, if that is signalled. */
export function notePoints(
  driver: Driver,
  submitter: Submitter & { readonly timeline: Timeline },
  { wait, signal = [] }: Points,
  own: number | undefined,
): void {
  const behind = noteWaits(driver, submitter, wait);
  if (own !== undefined) submitter.timeline.submitted(own, submitter, behind);
  for (const { timeline, value } of signal) timeline.submitted(value, submitter, behind);
}

/** Throws if a timeline that a queue of that label waits for or signals was disposed. */
export function checkTimelineAlive(queue: string, timeline: Timeline): void {
  checkAlive(actOf(queue), queue, timeline);
}

function noPoints(act: string, verb: string, given: unknown): TypeError {
  return new TypeError(`${act}: it ${verb} ${valueText(given)}; give a list of points, as in [{ timeline, value: 1 }]`);
}

function checkOwn(driver: Driver, act: string, timeline: Timeline): void {
  if (timeline.driver !== driver) throw foreign(act, timeline);
}

function actOf(queue: string): string {
  return `Cannot submit to queue "${queue}"`;
}
