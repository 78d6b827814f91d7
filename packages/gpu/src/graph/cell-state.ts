/** @file What is known of a cell while the levels are walked: who touched it last, and what its next touch must wait for. */

import type { ImageLayout } from '../access.ts';
import { writesMemory } from '../convert.ts';
import { needsMove } from './hazards.ts';
import type { ResourceNode, Touch } from './model.ts';
import { familyOf } from './queues.ts';
import type { QueueTable } from './queues.ts';
import type { Call, ImageEntry, StepPoint } from './steps.ts';
import { bitsOf, joinSides, NO_SIDE } from './usage.ts';
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
  /** What came before the graph, on another queue than this epoch's. */
  elsewhere: readonly Placed[] = [];
  /** What must happen to an image for this epoch, and, once it has its place, the barrier's entry. */
  move: Move | undefined = undefined;
  entry: ImageEntry | undefined = undefined;
  call: Call | undefined = undefined;
  /** The queue that had the image has released it. */
  released = false;
  #epoch = -1;
  /** Of the first touch of all. */
  #lane = 0;
  #layout: ImageLayout = 'undefined';
  #family = 0;

  /** Goes on to the epoch of a touch, if that is a new one. `first` are what the first touch of all waits for. */
  enter(touch: Touch, lane: number, queues: QueueTable, first: () => readonly Placed[]): void {
    if (this.#epoch === touch.epoch) return;
    const begins = this.#epoch < 0;
    this.#epoch = touch.epoch;
    const arrivals = begins ? first() : [];
    if (begins) this.#lane = lane;
    // What came before on another queue comes before what that queue is waited for; it is that which lets the image go.
    this.previous = begins ? arrivals : this.members.filter(({ step }) => step !== undefined || lane === this.#lane);
    this.elsewhere = begins ? [] : this.members.filter(({ step }) => step === undefined && lane !== this.#lane);
    // A read that came before is one of the first reads: what writes behind these waits for it, too.
    this.members = touch.writes
      ? []
      : arrivals.filter(({ touch: earlier, writes }) => earlier === undefined && !writes);
    this.entry = undefined;
    this.call = undefined;
    this.released = false;
    this.move = undefined;
    if (touch.node.kind !== 'image') return;
    const family = familyOf(queues, lane);
    const before = begins ? arrivalLayout(touch.node) : this.#layout;
    if (begins ? needsMove(touch) : before !== touch.layout || family !== this.#family) {
      this.members = [];
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

/** The state in which a resource comes, as a touch from before the graph; nothing if none was told. `needsArrival`: whether it matters. */
export function arrivalOf({ node }: Touch, everything: Side, last: Side | undefined): readonly Placed[] {
  if (node.arrives === undefined || (node.arrives === 'undefined' && node.kind !== 'image')) return [];
  const placed = { name: '', touch: undefined, step: undefined };
  if (node.arrives !== 'undefined') {
    // Barriers of one call don't chain, so an image's own has the last run before itself, too; as bits, which imply no layout.
    const side = last && node.kind === 'image' ? joinSides(node.arrives.side, bitsOf(last)) : node.arrives.side;
    return [{ ...placed, side, writes: writesMemory(node.arrives.usage) }];
  }
  return [{ ...placed, side: node.origin === 'transient' ? (last ?? NO_SIDE) : everything, writes: true }];
}
