/**
 * @file The calls of a step that was submitted, to make them again: each queue's submits are written once (`PreparedSubmits`), and
 * every timeline moves on by as much as it has since. Those of queues count submits; all others count hops.
 */
import type { PreparedSubmits, Timeline } from '@halocline/gpu';
import { nameDevice, type Place } from '../loss/on-device.ts';
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
  /** Each queue's first. */
  readonly #firsts: readonly Call[];
  readonly #posts: readonly Post[];
  readonly #hops: number;
  /** The hop that was the first, the first time. */
  readonly #hop: number;
  /** By how much timelines of queues are further than the first time, and all others. */
  readonly #ahead = new Map<Timeline, number>();
  #hopsAhead = 0;

  /** `outboxes` were delivered; `hop` is the number of their first hop. */
  constructor({ boxes, posts, hops }: Outboxes, hop: number) {
    this.#calls = boxes.map(({ member, queue, batches, from }) => {
      const prepared = queue.prepare(batches, from + 1);
      return { member, prepared, from };
    });
    const queues = this.#calls.map(({ prepared }) => prepared.queue);
    this.#firsts = this.#calls.filter(({ prepared }, number) => queues.indexOf(prepared.queue) === number);
    this.#posts = posts;
    this.#hops = hops;
    this.#hop = hop;
  }

  /** Hops of the step. */
  get hops(): number {
    return this.#hops;
  }

  /**
   * Makes all of them once more. All are written before the first is made: a call of a driver takes microseconds, and leaves
   * JavaScript cold caches.
   */
  submit(mail: Mail, places: readonly Place[]): void {
    for (const { prepared, from } of this.#firsts) {
      const { queue } = prepared;
      queue.sendCompanion();
      this.#ahead.set(queue.timeline, queue.timeline.last - from);
    }
    if (this.#hops > 0) {
      this.#hopsAhead = mail.hop - this.#hop;
      mail.repeat(this.#posts, this.#hops, this.#aheadOf);
    }
    let member = 0;
    try {
      for (const call of this.#calls) {
        ({ member } = call);
        call.prepared.write(this.#aheadOf);
      }
      for (const call of this.#calls) {
        ({ member } = call);
        call.prepared.make();
      }
    } catch (error) {
      for (const { prepared } of this.#calls) prepared.queue.timeline.expectNothing();
      nameDevice(places[member]!, error);
      throw error;
    }
  }

  readonly #aheadOf = (timeline: Timeline): number => this.#ahead.get(timeline) ?? this.#hopsAhead;

  [Symbol.dispose](): void {
    for (const { prepared } of this.#calls) prepared[Symbol.dispose]();
  }
}
