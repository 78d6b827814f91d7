/**
 * @file What barriers do to accesses before them. A trace is one access that later ones may collide with: to whom it was
 * made visible since, and who waits for it. A log is the barriers of one recording in order.
 *
 * Terms are the Vulkan specification's, chapter "Synchronization and Cache Control": a barrier orders what its first scope
 * holds before its second (execution), makes the writes of its first scope available and what is available visible to its
 * second (memory), and barriers chain where the second scope of one meets the first of the next.
 */

import { covered, executed, sharing } from './usage-bits.ts';

/** One barrier of a recording, for as long as anybody asks whether it was of use. */
export interface BarrierMark {
  /** Where it stands: `barrier 2 of "step"`. */
  readonly text: string;
  used: boolean;
}

/** A global memory barrier, as sets of usage bits. */
export interface BarrierNote {
  readonly before: number;
  readonly after: number;
  /** What the first scope covers, with memory and by stages alone. */
  readonly coveredBefore: number;
  readonly executedBefore: number;
  readonly coveredAfter: number;
  readonly executedAfter: number;
  readonly mark: BarrierMark | undefined;
}

export function barrierNote(before: number, after: number, mark?: BarrierMark): BarrierNote {
  return {
    before,
    after,
    coveredBefore: covered(before),
    executedBefore: executed(before),
    coveredAfter: covered(after),
    executedAfter: executed(after),
    mark,
  };
}

/** Who touched a resource, for messages. */
export interface Toucher {
  /** The pass that it stands in, else the recording. */
  readonly pass: string;
  readonly command: string;
}

/** What one barrier did to a trace. */
interface Gain {
  readonly note: BarrierNote;
  readonly visible: number;
  readonly ordered: number;
}

/** An access and what became of it. */
export interface Trace {
  /** Usage bits of the access. */
  bit: number;
  /** The usages that a barrier names it by: itself, or, of a layout's change, those that the change is for. */
  as: number;
  /** Usages that see the write. */
  visible: number;
  /** Usages that wait for it. */
  ordered: number;
  /** How many barriers of the log it has met. */
  at: number;
  who: Toucher | undefined;
  /** Which barriers did it, where anybody asks. */
  gains: Gain[] | undefined;
  /** Where it was submitted; undefined in a recording. */
  place: Place | undefined;
}

/** A moment of a queue. */
export interface Place {
  readonly queue: object;
  readonly value: number;
  /** What it waited for that nobody was told to signal then. */
  open?: readonly { readonly timeline: object; readonly value: number }[];
}

export function newTrace(bit: number, at: number, who: Toucher | undefined): Trace {
  return { bit, as: bit, visible: 0, ordered: 0, at, who, gains: undefined, place: undefined };
}

/** Makes a trace that of another access. */
export function renewTrace(trace: Trace, bit: number, at: number, who: Toucher | undefined): void {
  trace.bit = bit;
  trace.as = bit;
  trace.visible = 0;
  trace.ordered = 0;
  trace.at = at;
  trace.who = who;
  trace.gains = undefined;
}

/** Lets a trace meet the barriers of a log that it hasn't met, up to `end`. */
export function fold(trace: Trace, log: readonly BarrierNote[], end: number = log.length): void {
  for (; trace.at < end; trace.at++) meet(trace, log[trace.at]!);
}

/**
 * Whether a write is available behind a barrier: that makes it so, or waits for what sees it already. What was ordered behind the write
 * alone won't do.
 */
function isAvailableBehind({ bit, visible }: Trace, { coveredBefore, executedBefore }: BarrierNote): boolean {
  return (coveredBefore & bit) === bit || (visible !== 0 && (executed(visible) & executedBefore) !== 0);
}

function meet(trace: Trace, note: BarrierNote): void {
  const chained = (trace.ordered & note.executedBefore) !== 0;
  if (!chained && (note.executedBefore & trace.bit) !== trace.bit) return;
  const visible = isAvailableBehind(trace, note) ? note.coveredAfter & ~trace.visible : 0;
  const ordered = note.executedAfter & ~trace.ordered;
  if ((visible | ordered) === 0) return;
  trace.visible |= visible;
  trace.ordered |= ordered;
  if (note.mark) (trace.gains ??= []).push({ note, visible, ordered });
}

/**
 * Whether an image barrier has an access before itself; `memory`: of a write that is available, too, since a change of layout reads and
 * writes what was there.
 */
export function precedes(trace: Trace, note: BarrierNote, memory: boolean): boolean {
  const { bit, ordered } = trace;
  const isDirect = (note.executedBefore & bit) === bit;
  const isChained = memory ? isAvailableBehind(trace, note) : (ordered & note.executedBefore) !== 0;
  if (note.mark && (isDirect || isChained)) note.mark.used = true;
  if (((memory ? note.coveredBefore : note.executedBefore) & bit) === bit) return true;
  if (isChained) credit(trace, note.executedBefore, memory);
  return isChained;
}

/**
 * Marks the barriers that made a trace visible to (or, of a read, waited for by) a usage as used, with those they chain on: of a write
 * also one that made it available.
 */
export function credit(trace: Trace, usage: number, memory: boolean): void {
  const { gains, bit } = trace;
  if (!gains) return;
  const reached = memory ? trace.visible : trace.ordered;
  const isDirect = ({ coveredBefore, executedBefore }: BarrierNote): boolean =>
    ((memory ? coveredBefore : executedBefore) & bit) === bit;
  // What none of them reaches alone all do that reach a part of it.
  let wanted = (reached & usage) === 0 ? sharing(usage, memory) : usage;
  let isAvailable = true;
  for (const { note, visible, ordered } of gains.toReversed()) {
    const gained = memory ? visible | ordered : ordered;
    if ((gained & wanted) === 0) continue;
    note.mark!.used = true;
    const direct = isDirect(note);
    if (!direct) wanted |= note.executedBefore;
    if (visible !== 0) isAvailable = direct;
  }
  if (!memory || isAvailable) return;
  const first = gains.find(({ note }) => isDirect(note));
  if (first) first.note.mark!.used = true;
}

/** What a submit keeps of a recording's trace, whose own stays as it is for the next submit; it has met its recording's barriers. */
export function copyTrace(trace: Trace, place: Place, at: number): Trace {
  return { ...trace, gains: trace.gains && [...trace.gains], at, place };
}

/** Nothing need wait for the access any more: a semaphore or the host did. */
export function finish(trace: Trace): void {
  trace.visible = -1;
  trace.ordered = -1;
}
