/**
 * @file Outboxes: what a step asks of the queues is gathered, and each queue hears it in as few calls as may be. A submit that is
 * gathered knows the point that it will end at, so that others of the same step may wait for it before it is made. Calls that told
 * copies in order, as what waits for them is after them, were no faster (docs/multi-gpu.md).
 *
 * In one call a queue reads each room of its messages at most once: two H200 that read a room again in one call computed other bits,
 * as if they had read what stood there before (docs/multi-gpu.md, Figures).
 */
import type { Queue, SubmitBatch, TimelinePoint } from '@halocline/gpu';
import { TURNS, type Link } from '../links.ts';
import type { MessageRange } from '../transport/channel.ts';

/** What goes to one queue in one call. */
export interface Outbox {
  readonly member: number;
  readonly queue: Queue;
  readonly batches: SubmitBatch[];
  /** Of the queue's timeline before any of them. */
  readonly from: number;
  /** Hops before the first whose messages may be read in it. */
  readonly hop: number;
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
  /** In the order in which they are to be submitted. */
  readonly boxes: Outbox[] = [];
  /** Hops so far. */
  hops = 0;
  readonly #alone: boolean;
  readonly #open = new Map<Queue, Outbox>();
  /** What each queue's timeline reaches with what was added so far. */
  readonly #last = new Map<Queue, number>();

  /** `alone`: there is one member, whose submits nobody waits for. */
  constructor(alone: boolean) {
    this.#alone = alone;
  }

  /** Adds a submit; what it gives is when that will be done, and of a quiet one, when the next that isn't will be. */
  add(member: number, queue: Queue, batch: SubmitBatch): TimelinePoint {
    let last = this.#last.get(queue);
    if (last === undefined) {
      // What would go along with the first of them goes ahead: then the values that follow are known.
      if (!this.#alone) queue.sendCompanion();
      last = queue.timeline.last;
    }
    let box = this.#open.get(queue);
    if (box === undefined || this.hops - box.hop > TURNS) {
      this.#open.set(queue, (box = { member, queue, batches: [], from: last, hop: Math.max(0, this.hops - 1) }));
      this.boxes.push(box);
    }
    box.batches.push(batch);
    if (batch.quiet !== true) last++;
    this.#last.set(queue, last);
    return { timeline: queue.timeline, value: batch.quiet === true ? last + 1 : last };
  }
}
