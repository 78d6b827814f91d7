/**
 * @file What a buffer went through since a recording began, as one object for each different state: the write that others may
 * wait for, the reads since, and what the barriers made of them. What a touch lacks, what it leaves behind and what a barrier
 * changes follow from the state alone, so each is found out once in a process and looked up from then on. There are few
 * states: they hold usages and nothing of the buffer, the recording or the moment.
 */

import { addReader, chains } from './local.ts';
import { fold, newTrace } from './trace.ts';
import type { BarrierNote, Trace } from './trace.ts';
import { writesOf } from './usage-bits.ts';

const UNKNOWN = -1;
const BITS = 31;

/** One state. Its traces are never changed: their `at` means nothing. */
export class Known {
  readonly writer: Trace | undefined;
  readonly readers: readonly Trace[];
  /** By the place of a usage's bit. */
  readonly #lacking: number[] = Array.from({ length: BITS }, () => UNKNOWN);
  readonly #after: (Known | undefined)[] = Array.from({ length: BITS }, () => undefined);
  readonly #met = new Map<BarrierNote, Known>();
  #lastNote: BarrierNote | undefined;
  #lastMet: Known = this;

  private constructor(writer: Trace | undefined, readers: readonly Trace[]) {
    this.writer = writer;
    this.readers = readers;
  }

  static readonly #states = new Map<string, Known>();

  /** The state of these traces. */
  static of(writer: Trace | undefined, readers: readonly Trace[]): Known {
    const key = [writer, ...readers]
      .map((trace) => (trace ? `${trace.bit} ${trace.as} ${trace.visible} ${trace.ordered}` : ''))
      .join();
    let known = Known.#states.get(key);
    if (!known) Known.#states.set(key, (known = new Known(writer, readers)));
    return known;
  }

  /** The usages that a barrier before a touch would have to name; 0 if none is missing. */
  lacking(bit: number): number {
    const at = 31 - Math.clz32(bit);
    const lacking = this.#lacking[at]!;
    return lacking === UNKNOWN ? (this.#lacking[at] = this.#findLacking(bit)) : lacking;
  }

  /** The state behind a touch. */
  after(bit: number): Known {
    const at = 31 - Math.clz32(bit);
    return (this.#after[at] ??= this.#findAfter(bit));
  }

  /** The state behind a barrier. */
  met(note: BarrierNote): Known {
    if (note === this.#lastNote) return this.#lastMet;
    let met = this.#met.get(note);
    if (!met) this.#met.set(note, (met = this.#findMet(note)));
    this.#lastNote = note;
    this.#lastMet = met;
    return met;
  }

  #findLacking(bit: number): number {
    const { writer, readers } = this;
    let lacking = 0;
    if (writesOf(bit) !== 0) for (const { ordered, as } of readers) if ((ordered & bit) !== bit) lacking |= as;
    // The barrier that ends a write after a read ends the write before, too, where that was visible to the read.
    if (!writer || (lacking !== 0 && chains(writer, lacking))) return lacking;
    return (writer.visible & bit) === bit ? lacking : lacking | writer.as;
  }

  #findAfter(bit: number): Known {
    const writes = writesOf(bit);
    if (writes !== 0) return Known.of(newTrace(writes, 0, undefined), []);
    const readers = this.readers.map((reader) => ({ ...reader }));
    addReader(readers, bit, 0, undefined);
    return Known.of(this.writer, readers);
  }

  #findMet(note: BarrierNote): Known {
    const behind = (trace: Trace): Trace => {
      const copy = { ...trace, at: 0 };
      fold(copy, [note]);
      return copy;
    };
    return Known.of(this.writer && behind(this.writer), this.readers.map(behind));
  }
}

/** Nothing touched it. */
export const UNTOUCHED: Known = Known.of(undefined, []);
