/** @file Which of the queues that passes name are really one, and which belong to one family. */

import type { PassQueue } from './usage.ts';

/** A queue of a device: passes of equal `queue` run in one order; `family` is Vulkan's queue family. */
export interface QueuePlace {
  readonly queue: number;
  readonly family: number;
}

/** Where the passes of each queue run. */
export type QueueTable = Readonly<Record<Exclude<PassQueue, 'host'>, QueuePlace>>;

/** What is assumed where no device is at hand: one queue for everything but transfers, and one for these. */
export const USUAL_QUEUES: QueueTable = Object.freeze({
  compute: Object.freeze({ queue: 0, family: 0 }),
  graphics: Object.freeze({ queue: 0, family: 0 }),
  transfer: Object.freeze({ queue: 1, family: 1 }),
});

/** The lane of host passes, beside the numbers of queues. */
export const HOST_LANE = -1;

/** The queue's number, or `HOST_LANE`. */
export function laneOf(queues: QueueTable, queue: PassQueue): number {
  return queue === 'host' ? HOST_LANE : queues[queue].queue;
}

/** The family of a queue's number. */
export function familyOf(queues: QueueTable, lane: number): number {
  for (const place of [queues.compute, queues.graphics, queues.transfer]) if (place.queue === lane) return place.family;
  return HOST_LANE;
}

/** The word for a queue's number: the first that names it. */
export function queueName(queues: QueueTable, lane: number): PassQueue {
  for (const name of ['compute', 'graphics', 'transfer'] as const) if (queues[name].queue === lane) return name;
  return 'host';
}
