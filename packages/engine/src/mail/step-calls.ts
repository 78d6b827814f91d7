/**
 * @file The calls of a step that was submitted, to make them again: each queue's submits are written once (`PreparedSubmits`), and
 * every timeline moves on by as much as it has since. Those of queues count submits; all others count hops.
 */
import type { PreparedSubmits, Timeline } from '@halocline/gpu';
import type { Mail } from './mail.ts';
import type { Outboxes, Post } from './outboxes.ts';

/** Runs what makes a member's call. */
export type Deliver = (member: number, call: () => void) => void;

interface Call {
  readonly member: number;
  readonly prepared: PreparedSubmits;
  /** Of the queue's timeline before them, the first time. */
  readonly from: number;
}

/** Makes the gathered submits. */
export function deliverAll({ boxes }: Outboxes, deliver: Deliver): void {
  for (const { member, queue, batches, from } of boxes) {
    deliver(member, () => {
      const [first] = queue.submitAll(batches);
      if (first!.value !== from + 1)
        throw new Error(`Bug in a step: "${queue.label}" was given something else meanwhile`);
    });
  }
}

/** A step's submits and messages, to be made again. Dispose it with the recordings that it submits. */
export class StepCalls implements Disposable {
  readonly #calls: readonly Call[];
  readonly #posts: readonly Post[];
  readonly #hops: number;
  /** The hop that was the first, the first time. */
  readonly #hop: number;

  /** `outboxes` were delivered; `hop` is the number of their first hop. */
  constructor({ boxes, posts, hops }: Outboxes, hop: number) {
    this.#calls = boxes.map(({ member, queue, batches, from }) => ({
      member,
      prepared: queue.prepare(batches, from + 1),
      from,
    }));
    this.#posts = posts;
    this.#hops = hops;
    this.#hop = hop;
  }

  /** Hops of the step. */
  get hops(): number {
    return this.#hops;
  }

  /** Makes all of them once more. */
  submit(mail: Mail, deliver: Deliver): void {
    const ahead = new Map<Timeline, number>();
    for (const { prepared, from } of this.#calls) {
      const { queue } = prepared;
      if (ahead.has(queue.timeline)) continue;
      queue.sendCompanion();
      ahead.set(queue.timeline, queue.timeline.last - from);
    }
    const hops = mail.hop - this.#hop;
    const of = (timeline: Timeline): number => ahead.get(timeline) ?? hops;
    mail.repeat(this.#posts, this.#hops, of);
    for (const { member, prepared } of this.#calls) deliver(member, () => prepared.submit(of));
  }

  [Symbol.dispose](): void {
    for (const { prepared } of this.#calls) prepared[Symbol.dispose]();
  }
}
