/**
 * @file Outboxes: what a step asks of the queues is gathered, and each queue hears all of it in one call. A submit that is gathered
 * knows the point that it will end at, so that others of the same step may wait for it before it is made.
 */
import type { Queue, SubmitBatch, TimelinePoint } from '@halocline/gpu';

/** Makes what was gathered for a queue of a member. */
export type Deliver = (member: number, queue: Queue, batches: readonly SubmitBatch[]) => readonly TimelinePoint[];

interface Outbox {
  readonly member: number;
  readonly batches: SubmitBatch[];
  /** Of the queue's timeline before any of them. */
  readonly from: number;
}

/** What is gathered and not submitted yet; nobody else has a turn between the first `add` and `deliver`. */
export class Outboxes {
  readonly #boxes = new Map<Queue, Outbox>();

  /** Adds a submit; what it gives is when that will be done. */
  add(member: number, queue: Queue, batch: SubmitBatch): TimelinePoint {
    let box = this.#boxes.get(queue);
    if (box === undefined) this.#boxes.set(queue, (box = { member, batches: [], from: queue.timeline.last }));
    return { timeline: queue.timeline, value: box.from + box.batches.push(batch) };
  }

  /** Makes all that was added, queue by queue. */
  deliver(deliver: Deliver): void {
    for (const [queue, { member, batches, from }] of this.#boxes) {
      const [first] = deliver(member, queue, batches);
      if (first!.value !== from + 1) throw new Error(`Bug in a step: something else was submitted to "${queue.label}"`);
    }
    this.#boxes.clear();
  }
}
