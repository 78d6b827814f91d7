/**
 * @file A recording within a recording: secondary commands that a primary executes. What they meet and what they leave is known
 * from their own recording, as a submit knows it of a primary, so it takes a look at each resource and not at each command.
 */

import type { ImageLayout } from '../access.ts';
import { hazardText } from './findings.ts';
import type { Report } from './findings.ts';
import { addReader, bitsBehind, chains, isOrderedBefore, touchAgain } from './local.ts';
import type { Entry, Local, Recorded } from './local.ts';
import { fold, precedes } from './trace.ts';
import type { BarrierMark, BarrierNote, Toucher, Trace } from './trace.ts';
import type { TrackedResource } from './tracker.ts';
import { writesOf } from './usage-bits.ts';

/** The recording that executes others. */
export interface Outer {
  readonly log: BarrierNote[];
  readonly marks: BarrierMark[];
  readonly report: Report | undefined;
  /** Whether what is missing is recorded. */
  readonly automatic: boolean;
  /** The segments of a range of a resource, cut at its ends, with their traces. */
  segments(resource: TrackedResource, start: number, end: number): readonly Local[];
  /** A barrier is missing between these sets of usage bits. */
  lack(before: number, after: number): void;
  /** An image is in another layout than is needed. */
  relayout(
    resource: TrackedResource,
    segment: Local,
    bits: number,
    layout: ImageLayout,
    who: Toucher | undefined,
  ): void;
}

/** Holds what a nested recording meets against what the outer one did before. */
export function meetNested(outer: Outer, recorded: Recorded): void {
  for (const [resource, { list }] of recorded.tracks) {
    for (const { start, end, entries } of list) {
      if (entries.length === 0) continue;
      for (const segment of outer.segments(resource, start, end)) {
        for (const entry of entries) meetEntry(outer, recorded, resource, segment, entries, entry);
      }
    }
  }
}

function meetEntry(
  outer: Outer,
  recorded: Recorded,
  resource: TrackedResource,
  segment: Local,
  entries: readonly Entry[],
  entry: Entry,
): void {
  const { layout = 'undefined', handed, note, bit } = entry;
  if (layout !== 'undefined' && ![undefined, layout, handed].includes(segment.layout)) {
    outer.relayout(resource, segment, bitsBehind(entries, entry), layout, entry.who);
    return;
  }
  const { writer, readers } = segment;
  const lacks = (earlier: Trace, memory: boolean): number => {
    fold(earlier, outer.log);
    if (isOrdered(outer, recorded, earlier, entry, memory)) return 0;
    outer.lack(earlier.as, note ? note.before : bit);
    if (!outer.automatic)
      outer.report?.(hazardText({ resource, segment, earlier, bit, who: entry.who!, recording: recorded.label }));
    return earlier.as;
  };
  let lacking = 0;
  if (writesOf(bit) !== 0) for (const reader of readers) lacking |= lacks(reader, false);
  if (writer) fold(writer, outer.log);
  if (writer && (lacking === 0 || !chains(writer, lacking))) lacks(writer, true);
}

/** Whether the barriers before a nested recording's entry, its own ones included, order it behind an earlier access. */
function isOrdered({ automatic }: Outer, { log }: Recorded, earlier: Trace, entry: Entry, memory: boolean): boolean {
  const { at, note } = entry;
  const met: Trace = { ...earlier, at: 0, gains: earlier.gains && [...earlier.gains] };
  fold(met, log, at);
  if (note) return precedes(met, note, memory);
  return isOrderedBefore(entry, met, log, memory, automatic);
}

/** Takes in what a nested recording does: its barriers, what it met, and what it leaves behind. */
export function leaveNested(outer: Outer, recorded: Recorded): void {
  const before = outer.log.length;
  for (const note of recorded.log) outer.log.push(note);
  for (const mark of recorded.marks) outer.marks.push(mark);
  for (const [resource, { list }] of recorded.tracks) {
    for (const local of list) {
      if (local.entries.length === 0 && !local.writer) continue;
      for (const segment of outer.segments(resource, local.start, local.end))
        leave(segment, local, before, outer.log.length);
    }
  }
}

function leave(segment: Local, local: Local, before: number, at: number): void {
  if (!segment.writer) {
    for (const entry of local.entries) {
      const last = before + entry.last;
      if (!entry.note && segment.entries.some((each) => each.bit === entry.bit)) {
        touchAgain(segment.entries, entry.bit, last);
        continue;
      }
      const layout = entry.note || segment.entries.length === 0 ? entry.layout : undefined;
      segment.entries.push({ ...entry, at: before + entry.at, last, layout });
    }
  }
  if (local.writer) {
    segment.writer = traceAt(local.writer, at);
    segment.readers = local.readers.map((reader) => traceAt(reader, at));
  } else {
    for (const reader of local.readers) {
      addReader(segment.readers, reader.bit, at, reader.who);
      Object.assign(
        segment.readers.find((each) => each.bit === reader.bit)!,
        traceAt(reader, at),
      );
    }
  }
  segment.layout = local.layout ?? segment.layout;
  segment.written ||= local.written;
}

/** A trace of a nested recording, which has met all barriers of that; the recording keeps its own. */
function traceAt(trace: Trace, at: number): Trace {
  return { ...trace, gains: trace.gains && [...trace.gains], at };
}
