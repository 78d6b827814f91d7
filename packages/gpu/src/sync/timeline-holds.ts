/**
 * @file Signals that are held back: their queue waits, with them or before them, for what nobody was told to signal yet, or for what
 * only signals do that are held back themselves. What comes until then may signal less (VkSubmitInfo2, rule 03882). All is known from
 * what was submitted; drivers are asked what was reached only when a smaller value comes, or when there are many.
 */

import type { Driver } from '../device/driver.ts';
import type { Timeline, TimelinePoint } from './timeline.ts';

/** A value that a submit signals when one of these points at least has come that hadn't then. */
export interface HeldSignal {
  readonly value: number;
  readonly by: object;
  readonly behind: readonly TimelinePoint[];
}

/** What is held back on one queue. */
interface QueueHolds {
  /** What its submits wait for: of each timeline the largest value, whose smaller ones come sooner. */
  behind: readonly TimelinePoint[];
  /** How many of its signals at most are held back. */
  held: number;
}

/** What is held back on one device. */
interface Holds {
  readonly queues: Map<object, QueueHolds>;
  readonly timelines: Set<Timeline>;
  /** How many signals at most are held back, and how many may be before drivers are asked. */
  count: number;
  limit: number;
  /** How many of them stand behind nothing any more. */
  loose: number;
}

const holds = new WeakMap<Driver, Holds>();
const MANY = 16;
/** Behind nothing. */
export const AT_ONCE: readonly TimelinePoint[] = Object.freeze([]);

/** Notes that a submit to a queue waits for points; what it gives is what its signals, and those of the queue's next, are held back by. */
export function noteWaits(
  driver: Driver,
  queue: object,
  wait: readonly TimelinePoint[] = AT_ONCE,
): readonly TimelinePoint[] {
  let known = holds.get(driver);
  let own = known?.queues.get(queue);
  const before = own?.behind ?? AT_ONCE;
  let behind = before.every(isOpenPoint) ? before : before.filter(isOpenPoint);
  // What came before it on the queue waits for no more than it does.
  if (behind.length === 0 && own !== undefined && own.held > 0) {
    known!.loose += own.held;
    own.held = 0;
  }
  for (const point of wait) {
    if (!isOpenPoint(point)) continue;
    const { timeline, value } = point;
    const same = behind.find((each) => each.timeline === timeline);
    if (same === undefined || same.value < value) behind = [...behind.filter((each) => each !== same), point];
  }
  if (behind === before) return behind;
  if (known === undefined) holds.set(driver, (known = newHolds()));
  if (own === undefined) known.queues.set(queue, (own = { behind, held: 0 }));
  own.behind = behind;
  return behind;
}

/** Notes that a timeline has a signal of a queue that is held back. */
export function noteHeld(timeline: Timeline, queue: object): void {
  let known = holds.get(timeline.driver);
  if (known === undefined) holds.set(timeline.driver, (known = newHolds()));
  known.timelines.add(timeline);
  known.count++;
  const own = known.queues.get(queue);
  if (own !== undefined) own.held++;
}

/** Lets timelines know which of a device's signals are held back no more. */
export function settleHolds(driver: Driver): void {
  const known = holds.get(driver);
  if (known === undefined) return;
  const reached = new Map<Timeline, number>();
  const stands = (point: TimelinePoint): boolean => {
    if (!isOpenPoint(point)) return false;
    const { timeline, value } = point;
    if (!reached.has(timeline)) reached.set(timeline, timeline.ask());
    return value > reached.get(timeline)!;
  };
  const { timelines, queues } = known;
  // What is held back no more may have held others back.
  for (let changed = true; changed;) {
    changed = false;
    for (const each of timelines) if (each.release(stands)) changed = true;
  }
  for (const each of timelines) if (each.disposed || each.held === 0) timelines.delete(each);
  for (const own of queues.values()) {
    own.behind = own.behind.filter(stands);
    if (own.behind.length === 0) own.held = 0;
  }
  known.loose = 0;
  known.count = 0;
  for (const { held } of timelines) known.count += held;
  known.limit = Math.max(MANY, 2 * known.count);
}

/** The same where many may be no more: what it takes to look at all of them is no more than a step for each that was ever held back. */
export function settleMany(driver: Driver): void {
  const known = holds.get(driver);
  if (known === undefined || known.count <= MANY) return;
  if (known.count > known.limit || 2 * known.loose > known.count) settleHolds(driver);
}

/** Whether a point is yet to be promised. Where other devices signal a timeline, too, nobody knows: then it is taken for promised. */
export function isOpen(timeline: Timeline, value: number): boolean {
  return value > timeline.promised && value > timeline.seen && !timeline.isShared && !timeline.disposed;
}

function isOpenPoint({ timeline, value }: TimelinePoint): boolean {
  return isOpen(timeline, value);
}

function newHolds(): Holds {
  return { queues: new Map(), timelines: new Set(), count: 0, limit: MANY, loose: 0 };
}
