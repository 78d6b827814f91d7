/** @file What is known of a cell while the levels are walked: who touched it last, and what its next touch must wait for. */

import type { ImageLayout } from '../access.ts';
import { writesMemory } from '../convert.ts';
import { needsArrival } from './hazards.ts';
import type { ResourceNode, Touch } from './model.ts';
import { familyOf } from './queues.ts';
import type { QueueTable } from './queues.ts';
import type { Call, ImageEntry, StepPoint } from './steps.ts';
import { NO_SIDE } from './usage.ts';
import type { Side } from './usage.ts';

/** A touch that has its place; without a step it is from before the graph. */
export interface Placed {
  readonly name: string;
  readonly touch: Touch | undefined;
  readonly side: Side;
  readonly writes: boolean;
  readonly step: StepPoint | undefined;
}

/** How an image changes: its layout, its queue family, or both. */
export interface Move {
  readonly layouts: readonly [before: ImageLayout, after: ImageLayout];
  readonly handOver: { readonly from: number; readonly to: number } | undefined;
}

/** The state of one cell. */
export class CellState {
  /** Touches of the epoch that runs, and of the one before it. */
  members: Placed[] = [];
  previous: readonly Placed[] = [];
  /** What must happen to an image for this epoch, and, once it has its place, the barrier's entry. */
  move: Move | undefined = undefined;
  entry: ImageEntry | undefined = undefined;
  call: Call | undefined = undefined;
  /** The queue that had the image has released it. */
  released = false;
  #epoch = -1;
  #layout: ImageLayout = 'undefined';
  #family = 0;

  /** Goes on to the epoch of a touch, if that is a new one. `first` are what the first touch of all waits for. */
  enter(touch: Touch, lane: number, queues: QueueTable, first: () => readonly Placed[]): void {
    if (this.#epoch === touch.epoch) return;
    const begins = this.#epoch < 0;
    this.#epoch = touch.epoch;
    this.previous = begins ? first() : this.members;
    this.members = [];
    this.entry = undefined;
    this.call = undefined;
    this.released = false;
    this.move = undefined;
    if (touch.node.kind !== 'image') return;
    const family = familyOf(queues, lane);
    const before = begins ? arrivalLayout(touch.node) : this.#layout;
    if (begins ? needsMove(touch) : before !== touch.layout || family !== this.#family) {
      const lost = touch.discards || before === 'undefined';
      const handOver = begins || lost || family === this.#family ? undefined : { from: this.#family, to: family };
      this.move = { layouts: [lost ? 'undefined' : before, touch.layout], handOver };
    }
    this.#layout = touch.layout;
    this.#family = family;
  }

  /** The layout that the image is left in. */
  get layout(): ImageLayout {
    return this.#layout;
  }
}

function arrivalLayout({ arrives }: ResourceNode): ImageLayout {
  return arrives === undefined || arrives === 'undefined' ? 'undefined' : arrives.layout;
}

function needsMove(touch: Touch): boolean {
  return needsArrival(touch) && arrivalLayout(touch.node) !== touch.layout;
}

/** The state in which a resource comes, as a touch from before the graph; nothing if it doesn't matter. */
export function arrivalOf(touch: Touch, everything: Side, last: Side | undefined): readonly Placed[] {
  const { node } = touch;
  if (!needsArrival(touch) || node.arrives === undefined) return [];
  const placed = { name: '', touch: undefined, step: undefined };
  if (node.arrives !== 'undefined') {
    return [{ ...placed, side: node.arrives.side, writes: writesMemory(node.arrives.usage) }];
  }
  return [{ ...placed, side: node.origin === 'transient' ? (last ?? NO_SIDE) : everything, writes: true }];
}
