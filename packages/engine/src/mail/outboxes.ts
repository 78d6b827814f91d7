/**
 * @file Outboxes: what a step asks of the queues is gathered, and each queue hears all of it in one call. A submit that is gathered
 * knows the point that it will end at, so that others of the same step may wait for it before it is made.
 */
import type { Queue, SubmitBatch, TimelinePoint } from '@halocline/gpu';
import type { Link } from '../links.ts';
import type { MessageRange } from '../transport/channel.ts';

/** What goes to one queue. */
export interface Outbox {
  readonly member: number;
  readonly queue: Queue;
  readonly batches: SubmitBatch[];
  /** Of the queue's timeline before any of them. */
  readonly from: number;
  /** And after all of them. */
  last: number;
}

/** A message of a link that orders itself. */
export interface Post {
  readonly link: Link;
  /** When it is packed. */
  readonly packed: TimelinePoint;
  readonly turn: number;
  readonly range: MessageRange;
}

/** What is gathered of one step and not submitted yet; nobody else has a turn between the first `add` and the submits. */
export class Outboxes {
  readonly posts: Post[] = [];
  /** Hops so far. */
  hops = 0;
  readonly #alone: boolean;
  readonly #boxes = new Map<Queue, Outbox>();

  /** `alone`: there is one member, whose submits nobody waits for. */
  constructor(alone: boolean) {
    this.#alone = alone;
  }

  /** What was gathered, queue by queue. */
  get boxes(): readonly Outbox[] {
    return [...this.#boxes.values()];
  }

  /** Adds a submit; what it gives is when that will be done, and of a quiet one, when the next that isn't will be. */
  add(member: number, queue: Queue, batch: SubmitBatch): TimelinePoint {
    let box = this.#boxes.get(queue);
    if (box === undefined) {
      // What would go along with the first of them goes ahead: then the values that follow are known.
      if (!this.#alone) queue.sendCompanion();
      box = { member, queue, batches: [], from: queue.timeline.last, last: queue.timeline.last };
      this.#boxes.set(queue, box);
    }
    box.batches.push(batch);
    if (batch.quiet !== true) box.last++;
    return { timeline: queue.timeline, value: batch.quiet === true ? box.last + 1 : box.last };
  }
}
