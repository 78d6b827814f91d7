/** @file Barriers between two sets of usage bits. There are few different ones, and each is made once. */

import type { BarrierBatch } from '../graph/sink.ts';
import { barrierNote } from './trace.ts';
import type { BarrierNote } from './trace.ts';
import type { TrackedResource } from './tracker.ts';
import { usagesKnown, usagesOfBits } from './usage-bits.ts';

/** A barrier of memory alone, as it is recorded and as traces meet it. */
export interface Inserted {
  readonly batch: BarrierBatch<TrackedResource>;
  readonly note: BarrierNote;
}

const inserted = new Map<number, Inserted>();
let last: Inserted | undefined;
let knownThen = 0;

/** A memory barrier between two sets of usage bits; there are few different ones. */
export function insertedBarrier(before: number, after: number): Inserted {
  if (knownThen !== usagesKnown()) forget();
  if (last && last.note.before === before && last.note.after === after) return last;
  const key = before * 2 ** 22 + after; // exact for words, and for the first raw usages; others meet rarely
  let known = inserted.get(key);
  if (known?.note.before !== before || known.note.after !== after) {
    const memory = { before: usagesOfBits(before), after: usagesOfBits(after) };
    known = { batch: { memory }, note: barrierNote(before, after) };
    inserted.set(key, known);
  }
  last = known;
  return known;
}

/** A usage that comes along for the first time may be covered by barriers that were there before. */
function forget(): void {
  knownThen = usagesKnown();
  inserted.clear();
  last = undefined;
}
