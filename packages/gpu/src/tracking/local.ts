/**
 * @file What a recording does to a segment of a resource: the *entries* that meet whatever was before it, and the touches that
 * it leaves behind for others to wait for.
 */

import type { ImageLayout } from '../access.ts';
import type { Known } from './known-states.ts';
import type { Segment, Segments } from './segments.ts';
import { credit, fold, newTrace, renewTrace } from './trace.ts';
import type { BarrierMark, BarrierNote, Toucher, Trace } from './trace.ts';
import type { TrackedResource } from './tracker.ts';
import { covered, executed, TRANSITION, united } from './usage-bits.ts';

/** A touch that meets what was before the recording. */
export interface Entry {
  readonly bit: number;
  /** How many barriers of the recording stand before it. */
  readonly at: number;
  /** How many stand before the last touch of that usage that no write of the recording came before; kept where findings alone count. */
  readonly last: number;
  /** Of an image barrier: its own first scope. */
  readonly note: BarrierNote | undefined;
  readonly who: Toucher | undefined;
  /** The layout that it needs; undefined for buffers, 'undefined' where what was there may be lost. */
  readonly layout: ImageLayout | undefined;
  /** Of an image that is handed over: the layout that it has already if the other queue's half of this barrier came before. */
  readonly handed?: ImageLayout;
  /** It is no use unless something was written before. */
  readonly reads: boolean;
}

/** What a recording does to one segment of a resource. */
export interface Local extends Segment {
  writer: Trace | undefined;
  readers: Trace[];
  /** Stands for the writer and the readers while it is there; `whole-buffers.ts` keeps it, and resolves it. */
  known: Known | undefined;
  /** How many barriers of the log it has met. */
  at: number;
  entries: Entry[];
  layout: ImageLayout | undefined;
  written: boolean;
  /** Of a resource's first segment: the recording notes already that it uses the resource. */
  noted: boolean;
}

/** What a nested recording does with a part of a resource, for whoever declares what it may. */
export interface NestedUse extends Readonly<Segment> {
  readonly resource: TrackedResource;
  readonly bit: number;
  readonly command: string;
}

/** What is kept of a recording for its submits, and for recordings that execute it. */
export interface Recorded {
  readonly label: string;
  readonly log: readonly BarrierNote[];
  readonly marks: readonly BarrierMark[];
  /** How many of the marks stand before everything else, in a nested recording. */
  readonly leading: number;
  readonly tracks: ReadonlyMap<TrackedResource, Segments<Local>>;
  /** Something in it reaches memory that nobody declared. */
  readonly blind: boolean;
  /** Of a nested recording: each use once that no pass within it declares. Empty where nothing is checked. */
  readonly uses: readonly NestedUse[];
}

/** A recording that nobody followed. */
export const UNKNOWN: Recorded = Object.freeze({
  label: '',
  log: [],
  marks: [],
  leading: 0,
  tracks: new Map<TrackedResource, Segments<Local>>(),
  blind: true,
  uses: [],
});

/** A segment that nobody touched. */
export function untouched(start: number, end: number): Local {
  // What the common case looks at stands first, together in memory.
  const common = { start, end, known: undefined, at: 0, noted: false, layout: undefined };
  return { ...common, written: false, writer: undefined, readers: [], entries: [] };
}

/** A copy of a segment with everything that it knows. */
export const cut = (each: Local): Local => ({
  ...each,
  writer: each.writer && { ...each.writer },
  readers: each.readers.map((reader) => ({ ...reader })),
  entries: [...each.entries],
});

/** A segment after a change of layout. */
export function become(segment: Local, layout: ImageLayout, after: number, at: number, who: Toucher | undefined): void {
  segment.layout = layout;
  segment.readers = [];
  segment.writer = { ...newTrace(TRANSITION, at, who), as: after, visible: covered(after), ordered: executed(after) };
}

/** All that one command does to a segment in a layout: the barrier that changes the layout is for its reads and its writes. */
export function bitsIn(
  touches: readonly {
    readonly segments: readonly Local[];
    readonly layout: ImageLayout | undefined;
    readonly bit: number;
  }[],
  segment: Local,
  layout: ImageLayout,
): number {
  let bits = 0;
  for (const touch of touches) if (touch.layout === layout && touch.segments.includes(segment)) bits |= touch.bit;
  return bits;
}

/**
 * What a change of layout before an entry is for: of a touch, all that follow it in that layout too, since the barrier that changes it
 * is one with that which they would lack.
 */
export function bitsBehind(entries: readonly Entry[], entry: Entry): number {
  if (entry.note) return entry.note.before;
  let bits = 0;
  for (let index = entries.indexOf(entry); index < entries.length && !entries[index]!.note; index++)
    bits |= entries[index]!.bit;
  return bits;
}

/** Notes that a usage which has an entry touches the segment again, behind more barriers. What was one segment shares its entries. */
export function touchAgain(entries: Entry[], bit: number, last: number): void {
  const index = entries.findIndex((each) => each.bit === bit && !each.note);
  const entry = entries[index];
  if (entry && entry.last < last) entries[index] = { ...entry, last };
}

/**
 * Whether an earlier access, which met the barriers before an entry, is ordered before it; marks the barriers that did so as used. Where
 * nothing is recorded for the first touch, barriers between it and the last one of that usage may still serve those behind them.
 */
export function isOrderedBefore(
  { bit, last }: Entry,
  met: Trace,
  log: readonly BarrierNote[],
  memory: boolean,
  automatic: boolean,
): boolean {
  const isReached = (): boolean => reaches(met, bit, memory, automatic);
  const isOrdered = isReached();
  if (!automatic) fold(met, log, last);
  if (isReached()) credit(met, bit, memory);
  return isOrdered;
}

/** Whether what an access met suffices for a usage: of checks also where several barriers do so together. */
export function reaches({ visible, ordered }: Trace, bit: number, memory: boolean, automatic: boolean): boolean {
  const reached = memory ? visible : ordered;
  if ((reached & bit) === bit) return true;
  return !automatic && ((memory ? united(reached) : executed(reached)) & bit) === bit;
}

/** A read that others may wait for; of one kind only the last matters, since it runs after nothing less. */
export function addReader(readers: Trace[], bit: number, at: number, who: Toucher | undefined, spares?: Trace[]): void {
  for (let index = 0; index < readers.length; index++) {
    const reader = readers[index]!;
    if (reader.bit !== bit) continue;
    renewTrace(reader, bit, at, who);
    reader.place = undefined;
    return;
  }
  const spare = spares?.pop();
  if (spare) renewTrace(spare, bit, at, who);
  readers.push(spare ?? newTrace(bit, at, who));
}

/** Whether a barrier behind these usages also makes a write before visible on. */
export function chains(writer: Trace, before: number): boolean {
  return writer.visible !== 0 && (executed(writer.visible) & executed(before)) !== 0;
}

/** What touched a segment last, as one side of a barrier. */
export function lastUses({
  writer,
  readers,
}: {
  readonly writer: Trace | undefined;
  readonly readers: readonly Trace[];
}): number {
  let bits = 0;
  for (const reader of readers) bits |= reader.bit;
  if (!writer) return bits;
  return bits | writer.as;
}
