/**
 * @file The states of a device's resources across submits. At each submit a recording's entries are held against what earlier
 * submits left: in place of a barrier, a wait between queues or of the host orders everything before it. What is missing is
 * reported, or, on a device with `autoBarriers`, put into the submit ahead of the recording.
 */

import * as V from '@halocline/vulkan';
import type { Usage } from '../access.ts';
import type { BarrierBatch, ImageBarrier } from '../graph/sink.ts';
import { hazardText, layoutText, uselessText, unwrittenText, waitText } from './findings.ts';
import { cutHeld, leave, metBy, replaceWriter } from './held.ts';
import type { Held, Turn } from './held.ts';
import { uncarry } from './carried.ts';
import type { Carried } from './carried.ts';
import type { Finding, Report } from './findings.ts';
import { bitsBehind, chains, isOrderedBefore, lastUses } from './local.ts';
import type { Entry, Local, Recorded } from './local.ts';
import { RecordingTracker } from './recording.ts';
import type { RecordingOptions } from './recording.ts';
import { NO_MOMENTS, NOTHING, opened, raise, signalled } from './moments.ts';
import type { Moment, Moments, Past } from './moments.ts';
import { lineLength, partsOf, piecesOf, Segments } from './segments.ts';
import { barrierNote, finish, fold, newTrace, precedes } from './trace.ts';
import type { BarrierMark, BarrierNote, Place, Trace } from './trace.ts';
import type { TouchedRange, TrackedResource } from './tracker.ts';
import { covered, executed, TRANSITION, usageBit, usagesOfBits, writesOf } from './usage-bits.ts';

export type { Moment } from './moments.ts';

/** One submit. */
export interface TrackedSubmit {
  /** The queue's timeline, and the value that it will have when the submit is done. */
  readonly place: Moment;
  readonly wait: readonly Moment[];
  readonly signal: readonly Moment[];
  readonly recordings: readonly Recorded[];
}

/** What a submit needs more: a barrier ahead of each recording, by its index, and moments to wait for. */
export interface Remedy {
  readonly barriers: readonly (BarrierBatch<TrackedResource> | undefined)[];
  readonly wait: readonly Moment[];
  /** To be called if the submit isn't made after all, before another is taken in: everything is as it was before. */
  undo(): void;
}

/** How submits are tracked. */
export interface SubmitsOptions {
  readonly report?: Report | undefined;
  /** Whether what is missing is inserted. */
  readonly automatic: boolean;
  /** The value of a timeline that the host has seen reached. */
  readonly seen: (timeline: object) => number;
  /** So many recordings' barriers are kept of a queue before what they mean is worked in everywhere; default: 512. */
  readonly longest?: number;
}

/** What came of a submit; `opened`: it waits, by what was put in, for what nobody was told to signal. */
interface Entered extends Omit<Remedy, 'undo'> {
  readonly opened: boolean;
}

/** What one queue did. */
interface Line {
  /** The barriers of each recording submitted. */
  readonly logs: (readonly BarrierNote[])[];
  /** What its later submits come after, by timeline. */
  clock: Map<object, number>;
  /** What they come after besides, and nobody was told to signal yet. */
  open: readonly Moment[];
  /** The value of its last submit. */
  last: number;
}

interface Fix {
  before: number;
  after: number;
  readonly images: ImageBarrier<TrackedResource>[];
  /** The changes of layouts. */
  readonly moved: Trace[];
}

/** Reads of exactly the range that they name. */
const EXACT = usageBit('transfer-source') | usageBit('indirect') | usageBit('conditional');
const LONGEST = 512;
/** Behind a wait, for a change of layout to chain on. */
const WAITED_FOR = { stage: V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, access: V.VK_ACCESS_2_MEMORY_WRITE_BIT } as const;

/** Follows a device's submits. */
export class SubmitTracker {
  readonly #options: SubmitsOptions;
  readonly #report: Report | undefined;
  readonly #tracks = new Map<TrackedResource, Segments<Held>>();
  readonly #lines = new Map<object, Line>();
  readonly #moments = new Map<object, Moments>();
  /** What the host came after, by queue: all that is submitted since does, too. */
  readonly #host = new Map<object, number>();
  /** Up to which value timelines' moments went, because the host saw them. */
  readonly #gone = new WeakMap<object, number>();
  readonly #marks = new Map<string, BarrierMark>();
  readonly #executed = new Set<BarrierMark>();
  readonly #said = new Set<string>();
  #blind = false;
  #wait: Moment[] = [];
  /** What the submit signals, with the largest value that was promised, or reached, below each. */
  #signals: readonly Moment[] = [];

  constructor(options: SubmitsOptions) {
    this.#options = options;
    const { report } = options;
    this.#report =
      report &&
      ((finding) => {
        if (this.#said.has(finding.message)) return;
        this.#said.add(finding.message);
        report(finding);
      });
  }

  /** A tracker for one recording. */
  begin(label: string, emit: RecordingOptions['emit'], nested: boolean = false): RecordingTracker {
    const { automatic } = this.#options;
    return new RecordingTracker({
      label,
      nested,
      report: this.#report,
      emit: automatic ? emit : undefined,
      markOf: (text) => this.#mark(text),
    });
  }

  /** A recording of another thread, and what was found there. */
  adopt(
    carried: Carried,
    found: readonly Finding[],
    resourceOf: (id: number) => TrackedResource | undefined,
  ): Recorded {
    for (const finding of found) this.#report?.(finding);
    return uncarry(carried, resourceOf, (text) => this.#mark(text));
  }

  /** Something that orders itself wrote a range: the staging, or the host. What it gives is to be called if it didn't after all. */
  external(resource: TrackedResource, range: TouchedRange): () => void {
    // Not behind this: what is undone must find the logs that it knew.
    if ([...this.#lines.values()].some((line) => this.#isLong(line))) this.#trim();
    const track = this.#track(resource);
    const pieces = piecesOf(resource, range);
    const undo = track.save(pieces);
    for (const { start, end } of pieces) {
      for (const held of track.within(start, end)) {
        held.writer = undefined;
        held.readers = [];
        held.written = true;
        held.below = undefined;
      }
    }
    return undo;
  }

  /** Takes a submit in; to be called before it is made. */
  submit({ place, wait, signal, recordings }: TrackedSubmit): Remedy {
    const line = this.#line(place.timeline);
    if (this.#isLong(line)) this.#trim();
    const enter = (more: readonly Moment[]): Entered & Pick<Remedy, 'undo'> => {
      const undo = this.#saved(line, [place, ...signal], recordings);
      try {
        return { ...this.#enterAll(line, { place, wait: [...wait, ...more], signal, recordings }), undo };
      } catch (error) {
        undo(); // whoever was told of a finding threw
        throw error;
      }
    };
    const entered = enter([]);
    if (!entered.opened) return entered;
    // What its first recordings leave depends on what it waits for, which the last ones told: now that is known.
    entered.undo();
    const again = enter(entered.wait);
    return { ...again, wait: [...entered.wait, ...again.wait] };
  }

  #enterAll(line: Line, { place, wait, signal, recordings }: TrackedSubmit): Entered {
    const { open } = line;
    line.open = NOTHING;
    for (const moment of open) this.#waited(line, moment, new Set());
    for (const moment of wait) this.#waited(line, moment);
    for (const [timeline, moments] of this.#moments) this.#saw(timeline, moments);
    for (const [queue, value] of this.#host) raise(line.clock, queue, value);
    this.#wait = [];
    this.#signals = [place, ...signal].map(({ timeline, value }) => ({
      timeline,
      value: Math.max(
        this.#options.seen(timeline),
        this.#moments.get(timeline)?.list.findLast((each) => each.value < value)?.value ?? 0,
      ),
    }));
    const known = line.open;
    const here: Place = { queue: place.timeline, value: place.value, open: known };
    const barriers = recordings.map((recorded) => this.#take(line, recorded, here));
    line.last = place.value;
    const past = { clock: new Map(line.clock).set(place.timeline, place.value), open: line.open };
    for (const { timeline, value } of [place, ...signal]) {
      this.#moments.set(
        timeline,
        signalled(this.#moments.get(timeline) ?? NO_MOMENTS, value, past, timeline === place.timeline),
      );
    }
    return { barriers, wait: this.#wait, opened: here.open !== known };
  }

  /** Keeps everything that a submit changes; what it gives brings it back. */
  #saved(line: Line, signalled: readonly Moment[], recordings: readonly Recorded[]): () => void {
    const { clock, open, last, logs } = line;
    const { length } = logs;
    line.clock = new Map(clock);
    const blind = this.#blind;
    const marks = recordings.flatMap((recorded) => recorded.marks.filter((mark) => !this.#executed.has(mark)));
    const saved = [...changedBy(recordings)].map(([resource, ranges]) => this.#track(resource).save(ranges));
    const moments = signalled.map(({ timeline }) => [timeline, this.#moments.get(timeline)] as const);
    return () => {
      Object.assign(line, { clock, open, last });
      logs.length = length;
      this.#blind = blind;
      for (const mark of marks) this.#executed.delete(mark);
      for (const [timeline, each] of moments) {
        if (each) this.#moments.set(timeline, each);
        else this.#moments.delete(timeline);
      }
      for (const each of saved) each();
    };
  }

  /** Reports the barriers that were of no use in any submit. */
  close(): void {
    for (const mark of this.#executed) if (!mark.used) this.#report?.(uselessText(mark));
  }

  #take(line: Line, recorded: Recorded, place: Place): BarrierBatch<TrackedResource> | undefined {
    const fix: Fix = { before: 0, after: 0, images: [], moved: [] };
    const turn = this.#turn(place);
    if (recorded.blind) this.#blind = true;
    for (const mark of recorded.marks) this.#executed.add(mark);
    for (const [resource, track] of recorded.tracks) {
      const whole = this.#track(resource);
      for (const local of track.list) {
        if (local.entries.length === 0) continue;
        for (const each of whole.within(local.start, local.end))
          this.#enter(line, recorded, resource, local, metBy(each, turn), place, fix);
      }
    }
    if (fix.after !== 0) line.logs.push([barrierNote(fix.before, fix.after)]);
    // Barriers of one call don't chain.
    for (const trace of fix.moved) trace.at = line.logs.length;
    if (recorded.log.length > 0) line.logs.push(recorded.log);
    for (const [resource, track] of recorded.tracks) {
      const whole = this.#track(resource);
      for (const local of track.list) {
        if (!changes(local)) continue;
        for (const each of whole.within(local.start, local.end))
          leave(metBy(each, turn), local, turn, line.logs.length);
      }
    }
    if (fix.after === 0 && fix.images.length === 0) return undefined;
    const memory = { before: usagesOfBits(fix.before), after: usagesOfBits(fix.after) };
    return { ...(fix.after !== 0 && { memory }), ...(fix.images.length > 0 && { images: fix.images }) };
  }

  /** Holds the entries of a recording's segment against the state of the resource. */
  #enter(
    line: Line,
    recorded: Recorded,
    resource: TrackedResource,
    local: Local,
    held: Held,
    place: Place,
    fix: Fix,
  ): void {
    const { writer, readers } = held;
    if (writer) this.#order(line, writer, place);
    for (const reader of readers) this.#order(line, reader, place);
    for (const entry of local.entries) {
      const { layout = 'undefined', handed } = entry;
      if (layout !== 'undefined' && layout !== held.layout && handed !== held.layout) {
        this.#relayout(resource, held, local.entries, entry, fix, line.logs.length, place, line);
        continue;
      }
      if (entry.reads && !held.written && this.#isUnwritten(recorded, resource, entry)) {
        this.#report?.(unwrittenText(resource, held, entry.bit, entry.who!));
      }
      const at = { recorded, resource, held, place, line };
      let lacking = 0;
      if (writesOf(entry.bit) !== 0)
        for (const reader of held.readers) lacking |= this.#collide(at, reader, entry, fix, false);
      if (held.writer && (lacking === 0 || isLoose(line, held.writer, place) || !chains(held.writer, lacking)))
        this.#collide(at, held.writer, entry, fix, true);
    }
  }

  /** What shaders are bound to they needn't read whole: of that only resources that nobody wrote anything of count. */
  #isUnwritten(recorded: Recorded, resource: TrackedResource, { bit }: Entry): boolean {
    if (this.#blind || (resource.memory ?? 'device') !== 'device') return false;
    if ((bit & EXACT) === bit) return true;
    const parts: readonly { readonly written: boolean }[] = [
      ...this.#track(resource).list,
      ...recorded.tracks.get(resource)!.list,
    ];
    return parts.every(({ written }) => !written);
  }

  /** Holds one entry against one access before; returns the usages that a barrier would have to name, 0 if none is missing. */
  #collide(
    at: {
      readonly recorded: Recorded;
      readonly resource: TrackedResource;
      readonly held: Held;
      readonly place: Place;
      readonly line: Line;
    },
    earlier: Trace,
    entry: Entry,
    fix: Fix,
    memory: boolean,
  ): number {
    const { recorded, resource, held, place, line } = at;
    if (this.#comesBefore(place, earlier)) return 0;
    const { automatic } = this.#options;
    const { note, bit } = entry;
    const foreign = earlier.place!.queue !== place.queue;
    const met: Trace = { ...earlier, at: 0, gains: earlier.gains && [...earlier.gains] };
    if (isAwaited(line, earlier)) finish(met);
    if (!foreign) fold(met, recorded.log, entry.at);
    const isWaitedFor = !isLoose(line, earlier, place);
    if (note && isWaitedFor) {
      if (met.ordered === -1 || precedes(met, note, memory)) return 0;
    } else if (isWaitedFor) {
      if (isOrderedBefore(entry, met, recorded.log, memory, automatic)) return 0;
    }
    const hazard = { resource, segment: held, earlier, bit, who: entry.who!, recording: recorded.label };
    if (foreign) {
      if (automatic) {
        this.#awaitMore(line, place, earlier);
      } else this.#report?.(waitText(hazard));
      return 0;
    }
    if (automatic) {
      fix.before |= earlier.as;
      fix.after |= note ? note.before : bit;
    } else this.#report?.(hazardText(hazard));
    return earlier.as;
  }

  #relayout(
    resource: TrackedResource,
    held: Held,
    entries: readonly Entry[],
    entry: Entry,
    fix: Fix,
    at: number,
    place: Place,
    line: Line,
  ): void {
    const to = entry.layout!;
    if (!this.#options.automatic) {
      this.#report?.(layoutText({ resource, segment: held, from: held.layout, to, who: entry.who! }));
      held.layout = to;
      return;
    }
    const bits = bitsBehind(entries, entry);
    for (const trace of held.writer ? [held.writer, ...held.readers] : held.readers) {
      if (isLoose(line, trace, place) && !this.#comesBefore(place, trace)) this.#awaitMore(line, place, trace);
    }
    const before = held.layout === 'undefined' ? ('undefined' as const) : usesOn(held, place);
    for (const range of partsOf(resource, held)) {
      fix.images.push({ image: resource, before, after: usagesOfBits(bits, to), range });
    }
    replaceWriter(held, this.#turn(place));
    held.layout = to;
    held.readers = held.readers.filter((each) => this.#comesBefore(place, each));
    held.writer = {
      ...newTrace(TRANSITION, at, entry.who),
      as: bits,
      visible: covered(bits),
      ordered: executed(bits),
      place,
    };
    fix.moved.push(held.writer);
  }

  /** Has the submit wait for another queue's. */
  #awaitMore(line: Line, here: Place, { place }: Trace): void {
    const moment = { timeline: place!.queue, value: place!.value };
    this.#wait.push(moment);
    this.#waited(line, moment);
    here.open = line.open;
  }

  /** Brings a trace up to the beginning of this submit. */
  #order(line: Line, trace: Trace, place: Place): void {
    const { queue } = trace.place!;
    if (queue === place.queue) {
      for (; trace.at < line.logs.length; trace.at++) {
        const { at } = trace;
        trace.at = 0;
        fold(trace, line.logs[at]!);
        trace.at = at;
      }
    }
  }

  #track(resource: TrackedResource): Segments<Held> {
    let track = this.#tracks.get(resource);
    if (!track) {
      const whole = { start: 0, end: lineLength(resource), layout: 'undefined' as const, written: false };
      track = new Segments<Held>({ ...whole, writer: undefined, readers: [], below: undefined }, cutHeld);
      this.#tracks.set(resource, track);
    }
    return track;
  }

  #line(timeline: object): Line {
    let line = this.#lines.get(timeline);
    if (!line) this.#lines.set(timeline, (line = { logs: [], clock: new Map(), open: NOTHING, last: 0 }));
    return line;
  }

  #mark(text: string): BarrierMark {
    let mark = this.#marks.get(text);
    if (!mark) this.#marks.set(text, (mark = { text, used: false }));
    return mark;
  }

  /**
   * Everything that came before a moment comes before what waits for it. Who signals a moment that no submit of this device does,
   * another device or the host, may have waited for all that was submitted: then checks find nothing, and nothing is left out.
   */
  #waited(line: Line, { timeline, value }: Moment, again?: Set<Past>): void {
    const { automatic } = this.#options;
    if (this.#isBehindHost({ timeline, value })) return;
    const moment = this.#pastOf({ timeline, value });
    for (const [other, reached] of moment?.clock ?? []) raise(line.clock, other, reached);
    const met = again ?? new Set();
    if (moment && !met.has(moment)) for (const each of moment.open) this.#waited(line, each, met.add(moment));
    if (moment) return;
    if (this.#isOpen({ timeline, value })) line.open = opened(line.open, [{ timeline, value }]);
    if (automatic || again) return;
    for (const [other, { last }] of this.#lines) raise(line.clock, other, last);
  }

  /**
   * Whether the host is known to come after a moment: then nothing but what it comes after is before that. What the host saw of other
   * devices' signals came after more, perhaps, which checks let pass.
   */
  #isBehindHost({ timeline, value }: Moment): boolean {
    return value <= (this.#options.automatic ? this.#options.seen(timeline) : (this.#gone.get(timeline) ?? 0));
  }

  /** What came before a moment; of one that is forgotten checks know that it came before the next one that is not. */
  #pastOf({ timeline, value }: Moment): Past | undefined {
    const { list, forgotten } = this.#moments.get(timeline) ?? NO_MOMENTS;
    return value > forgotten || !this.#options.automatic ? list.find((each) => each.value >= value) : undefined;
  }

  #turn(place: Place): Turn {
    return {
      place,
      comesBefore: (trace) => this.#comesBefore(place, trace),
      stillOpen: ({ open = NOTHING }) => (open.length === 0 ? open : open.filter((moment) => this.#isOpen(moment))),
    };
  }

  /** Whether nobody was told yet to signal a moment, as far as is known. */
  #isOpen({ timeline, value }: Moment): boolean {
    return value > Math.max(this.#moments.get(timeline)?.list.at(-1)?.value ?? 0, this.#options.seen(timeline));
  }

  /**
   * Whether the submit that is taken in signals what an earlier one on another queue waits for: then it runs before that, and to wait
   * for it would be to wait for ever.
   */
  #comesBefore({ queue }: Place, { place }: Trace): boolean {
    const { open = NOTHING } = place!;
    if (open.length === 0 || place!.queue === queue) return false;
    return open.some(({ timeline, value }) =>
      this.#signals.some((each) => each.timeline === timeline && each.value < value),
    );
  }

  /**
   * The host waited for a moment, or asked: what is submitted since comes after all that came before it. Of timelines that are no
   * queue's, each of which may be used once alone, nothing more needs to be known when the last moment was seen.
   */
  #saw(timeline: object, { list }: Moments): void {
    const value = this.#options.seen(timeline);
    const isQueue = this.#lines.has(timeline);
    if (isQueue && value <= (this.#host.get(timeline) ?? 0)) return;
    this.#hostFollows(list.findLast((each) => each.value <= value));
    if (isQueue) return raise(this.#host, timeline, value);
    const last = list.at(-1)?.value ?? 0;
    if (value < last) return;
    this.#gone.set(timeline, Math.max(last, this.#gone.get(timeline) ?? 0));
    this.#moments.delete(timeline);
  }

  /** Has the host come after what came before a moment, and what that waited for, whenever it was signalled. */
  #hostFollows(moment: Past | undefined, met: Set<Past> = new Set()): void {
    if (!moment || met.has(moment)) return;
    met.add(moment);
    for (const [queue, reached] of moment.clock) raise(this.#host, queue, reached);
    for (const each of moment.open) if (!this.#isBehindHost(each)) this.#hostFollows(this.#pastOf(each), met);
  }

  #isLong({ logs }: Line): boolean {
    return logs.length > (this.#options.longest ?? LONGEST);
  }

  /** Lets every trace meet the logs, so that they can go; what was disposed goes with them. */
  #trim(): void {
    for (const [resource, track] of this.#tracks) {
      if ((resource as { disposed?: boolean }).disposed === true) this.#tracks.delete(resource);
      else
        for (const each of track.list)
          for (let held: Held | undefined = each; held; held = held.below) this.#restAll(held);
    }
    for (const line of this.#lines.values()) line.logs.length = 0;
  }

  #restAll({ writer, readers }: Held): void {
    for (const trace of writer ? [writer, ...readers] : readers) this.#rest(trace);
  }

  #rest(trace: Trace): void {
    const queue = trace.place!.queue;
    this.#order(this.#line(queue), trace, { queue, value: 0 });
    trace.at = 0;
  }
}

/** What a queue did with an image last; of others' uses, which it waited for, it may not know the stages. */
function usesOn({ writer, readers, layout }: Held, { queue }: Place): readonly Usage[] {
  const isOwn = (trace: Trace): boolean => trace.place!.queue === queue;
  const bits = lastUses({ writer: writer && isOwn(writer) ? writer : undefined, readers: readers.filter(isOwn) });
  return bits === 0 ? [{ ...WAITED_FOR, layout }] : usagesOfBits(bits, layout);
}

/** Whether an access of another queue isn't waited for: what that queue's barriers order, others don't. */
function isLoose(line: Line, trace: Trace, { queue }: Place): boolean {
  return trace.place!.queue !== queue && !isAwaited(line, trace);
}

/** Whether a submit waits, or the host did, for what holds an access. Of each queue anew: one that waits does so for itself alone. */
function isAwaited({ clock }: Line, { place }: Trace): boolean {
  return place!.value <= (clock.get(place!.queue) ?? 0);
}

/** Whether a recording does anything to a segment. */
function changes({ entries, writer, readers, layout, written }: Local): boolean {
  return entries.length > 0 || writer !== undefined || readers.length > 0 || layout !== undefined || written;
}

/** What recordings touch of each resource, in order. */
function changedBy(recordings: readonly Recorded[]): ReadonlyMap<TrackedResource, readonly Local[]> {
  const changed = new Map<TrackedResource, readonly Local[]>();
  for (const { tracks } of recordings) {
    for (const [resource, { list }] of tracks) {
      const before = changed.get(resource);
      const locals = list.filter(changes);
      const all = before && [...before, ...locals].toSorted((a, b) => a.start - b.start);
      changed.set(resource, all ?? locals);
    }
  }
  return changed;
}
