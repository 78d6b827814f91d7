/** @file What submits leave of a segment of a resource, for those that follow. */

import type { ImageLayout } from '../access.ts';
import type { Local } from './local.ts';
import type { Segment } from './segments.ts';
import { copyTrace } from './trace.ts';
import type { Place, Trace } from './trace.ts';

/** What is known of a segment. */
export interface Held extends Segment {
  writer: Trace | undefined;
  readers: Trace[];
  layout: ImageLayout;
  written: boolean;
  /**
   * What was before its writer, where that waits for what nobody was told to signal when it was submitted: who signals it, later,
   * runs ahead of the writer.
   */
  below: Held | undefined;
}

/**
 * So many states below each other are kept, where waits for signals to come stay open. Who runs ahead of more of them than this meets
 * none that is before it: barriers and waits that it needs behind what was there first are neither put in nor told of.
 */
const DEEPEST = 64;

const copied = (trace: Trace): Trace => copyTrace(trace, trace.place!, trace.at);

/** A copy of a segment with everything that is known of it. */
export function cutHeld(each: Held): Held {
  return {
    ...each,
    writer: each.writer && copied(each.writer),
    readers: each.readers.map(copied),
    below: each.below && cutHeld(each.below),
  };
}

/** How the submit that is taken in lies to others. */
export interface Turn {
  /** Its own. */
  readonly place: Place;
  /** Whether it signals what another waits for: then it runs ahead of that. */
  readonly comesBefore: (trace: Trace) => boolean;
  /** What a place waits for that nobody was told to signal yet. */
  readonly stillOpen: (place: Place) => Open;
}

type Open = NonNullable<Place['open']>;

/** What a submit meets: what was before all that it runs ahead of. */
export function metBy(held: Held, turn: Turn): Held {
  let met = held;
  while (met.below && met.writer && turn.comesBefore(met.writer)) {
    met = met.below;
    // The state that is met is of the segment as it is cut by now.
    [met.start, met.end] = [held.start, held.end];
  }
  return met;
}

/** To be called before another writer takes the place of a segment's. */
export function replaceWriter(held: Held, { place, stillOpen }: Turn): void {
  const open = stillOpen(place);
  if (open.length === 0) held.below = undefined;
  else if (!held.writer || !isSame(stillOpen(held.writer.place!), open)) {
    held.below = cutHeld(held);
    let deepest = held;
    for (let depth = 1; deepest.below && depth < DEEPEST; depth++) deepest = deepest.below;
    deepest.below = undefined;
  }
}

function isSame(a: Open, b: Open): boolean {
  const isThere = (one: Open[number]): boolean =>
    b.some(({ timeline, value }) => one.timeline === timeline && one.value === value);
  return a.length === b.length && a.every(isThere);
}

/** What a recording leaves of a segment; what it comes before stays behind it. */
export function leave(held: Held, local: Local, turn: Turn, at: number): void {
  const { place, comesBefore, stillOpen } = turn;
  if (held.writer && comesBefore(held.writer)) return;
  if (local.writer) {
    const behind = held.readers.filter(comesBefore);
    replaceWriter(held, turn);
    held.writer = copyTrace(local.writer, place, at);
    held.readers = [...local.readers.map((reader) => copyTrace(reader, place, at)), ...behind];
  } else {
    const open = stillOpen(place);
    // Of one kind only the last of each queue matters, as in a recording; other queues' run beside it. Who signals what one of them
    // waits for runs ahead of that one alone.
    const isReplaced = ({ bit, place: other }: Trace, by: Trace): boolean =>
      bit === by.bit && other!.queue === place.queue && isSame(stillOpen(other!), open);
    for (const reader of local.readers) {
      const same = held.readers.findIndex((each) => isReplaced(each, reader));
      held.readers.splice(same < 0 ? held.readers.length : same, 1, copyTrace(reader, place, at));
    }
  }
  held.layout = local.layout ?? held.layout;
  held.written ||= local.written;
}
