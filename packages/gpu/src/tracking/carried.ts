/**
 * @file What a recording uses as plain data, for another thread: resources by number, barriers and marks by their place. Bits of
 * words are the same in every thread; those of raw usages are dealt out as they come along, so they are told with their usages.
 */

import type { ImageLayout, Usage } from '../access.ts';
import type { Entry, Local, Recorded } from './local.ts';
import { Segments } from './segments.ts';
import { barrierNote } from './trace.ts';
import type { BarrierMark, BarrierNote, Toucher, Trace } from './trace.ts';
import type { TrackedResource } from './tracker.ts';
import { insertedBarrier } from './inserted.ts';
import { cut } from './local.ts';
import { rawUsages, translated } from './usage-bits.ts';

/** A barrier: its sides, and the place of its mark; −1: nobody asks about it. */
type CarriedNote = readonly [before: number, after: number, mark: number];

interface CarriedTrace {
  readonly bit: number;
  readonly as: number;
  readonly visible: number;
  readonly ordered: number;
  readonly who: Toucher | undefined;
  /** Which barriers of the log did it. */
  readonly gains: readonly (readonly [note: number, visible: number, ordered: number])[] | undefined;
}

interface CarriedEntry extends Omit<Entry, 'note'> {
  readonly note: CarriedNote | undefined;
}

interface CarriedSegment {
  readonly start: number;
  readonly end: number;
  readonly layout: ImageLayout | undefined;
  readonly written: boolean;
  readonly writer: CarriedTrace | undefined;
  readonly readers: readonly CarriedTrace[];
  readonly entries: readonly CarriedEntry[];
}

/** A recording, as it crosses. */
export interface Carried {
  readonly label: string;
  readonly blind: boolean;
  readonly log: readonly CarriedNote[];
  readonly marks: readonly (readonly [text: string, used: boolean])[];
  readonly leading: number;
  readonly tracks: readonly (readonly [resource: number, segments: readonly CarriedSegment[]])[];
  readonly uses: readonly (readonly [resource: number, start: number, end: number, bit: number, command: string])[];
  /** Raw usages in the order of their bits. */
  readonly raw: readonly Usage[];
}

/** A recording as plain data; `idOf` numbers its resources. One without a number makes the recording blind. */
export function carry(recorded: Recorded, idOf: (resource: TrackedResource) => number | undefined): Carried {
  const marks = new Map(recorded.marks.map((mark, index) => [mark, index]));
  const places = new Map(recorded.log.map((note, index) => [note, index]));
  const noteOf = ({ before, after, mark }: BarrierNote): CarriedNote => [before, after, mark ? marks.get(mark)! : -1];
  const traceOf = ({ bit, as, visible, ordered, who, gains }: Trace): CarriedTrace => ({
    bit,
    as,
    visible,
    ordered,
    who,
    gains: gains?.map((gain) => [places.get(gain.note)!, gain.visible, gain.ordered]),
  });
  const tracks: [number, CarriedSegment[]][] = [];
  let strangers = 0;
  for (const [resource, { list }] of recorded.tracks) {
    const id = idOf(resource);
    if (id === undefined) strangers++;
    else {
      const segments = list.map(({ start, end, layout, written, writer, readers, entries }) => ({
        start,
        end,
        layout,
        written,
        writer: writer && traceOf(writer),
        readers: readers.map(traceOf),
        entries: entries.map((entry) => ({ ...entry, note: entry.note && noteOf(entry.note) })),
      }));
      tracks.push([id, segments]);
    }
  }
  return {
    label: recorded.label,
    blind: recorded.blind || strangers > 0,
    log: recorded.log.map(noteOf),
    marks: recorded.marks.map(({ text, used }) => [text, used]),
    leading: recorded.leading,
    tracks,
    uses: recorded.uses.flatMap(({ resource, start, end, bit, command }) => {
      const id = idOf(resource);
      return id === undefined ? [] : [[id, start, end, bit, command] as const];
    }),
    raw: rawUsages(),
  };
}

/** The recording again; `resourceOf` finds what a number stands for, and `markOf` the mark of a barrier. */
export function uncarry(
  carried: Carried,
  resourceOf: (id: number) => TrackedResource | undefined,
  markOf: (text: string) => BarrierMark,
): Recorded {
  const { label, raw, leading } = carried;
  const bits = (set: number): number => translated(set, raw);
  const marks = carried.marks.map(([text, used]) => {
    const mark = markOf(text);
    mark.used ||= used;
    return mark;
  });
  const noteOf = ([before, after, mark]: CarriedNote): BarrierNote =>
    mark < 0 ? insertedBarrier(bits(before), bits(after)).note : barrierNote(bits(before), bits(after), marks[mark]);
  const log = carried.log.map(noteOf);
  const traceOf = (trace: CarriedTrace): Trace => ({
    bit: bits(trace.bit),
    as: bits(trace.as),
    visible: bits(trace.visible),
    ordered: bits(trace.ordered),
    at: log.length,
    who: trace.who,
    gains: trace.gains?.map(([note, visible, ordered]) => ({
      note: log[note]!,
      visible: bits(visible),
      ordered: bits(ordered),
    })),
    place: undefined,
  });
  const localOf = (segment: CarriedSegment): Local => ({
    ...segment,
    writer: segment.writer && traceOf(segment.writer),
    readers: segment.readers.map(traceOf),
    entries: segment.entries.map((entry) => ({
      ...entry,
      bit: bits(entry.bit),
      note: entry.note && noteOf(entry.note),
    })),
    known: undefined,
    noted: false,
    at: log.length,
  });
  const tracks = new Map<TrackedResource, Segments<Local>>();
  let strangers = 0;
  for (const [id, [first, ...others]] of carried.tracks) {
    const resource = resourceOf(id);
    if (!resource) strangers++;
    else {
      const segments = new Segments<Local>(localOf(first!), cut);
      for (const segment of others) segments.list.push(localOf(segment));
      tracks.set(resource, segments);
    }
  }
  const uses = carried.uses.flatMap(([id, start, end, bit, command]) => {
    const resource = resourceOf(id);
    return resource ? [{ resource, start, end, bit: bits(bit), command }] : [];
  });
  return { label, log, marks, leading, tracks, blind: carried.blind || strangers > 0, uses };
}
