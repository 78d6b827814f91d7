/**
 * @file The common case of automatic barriers: a command that touches buffers that were never cut, with nobody to tell of
 * findings. A segment's traces are then one known state, and a command is a few look-ups: nothing is made but what a segment
 * sees for the first time.
 */

import { insertedBarrier } from './inserted.ts';
import type { Inserted } from './inserted.ts';
import { UNTOUCHED } from './known-states.ts';
import type { Known } from './known-states.ts';
import type { Local } from './local.ts';
import type { Segments } from './segments.ts';
import type { BarrierNote } from './trace.ts';
import type { BindingTouch, BoundResources } from './tracker.ts';
import { writesOf } from './usage-bits.ts';

/** Commands with more bindings are found out each time. */
const MOST_REPEATED = 8;

/** The touches of one command. */
export class WholeBuffers {
  readonly #log: readonly BarrierNote[];
  readonly #insert: (lack: Inserted, first?: Local) => void;
  /** How the last command touches its bindings, where it may be repeated: what they were, what it lacks, what they are then. */
  #repeated: readonly BindingTouch[] | undefined;
  #lack: Inserted | undefined;
  readonly #from: Known[] = [];
  readonly #to: Known[] = [];
  readonly #locals: Local[] = [];
  readonly #bits: number[] = [];
  #count = 0;

  /** `log` is the recording's; `insert` records a barrier and adds it there. */
  constructor(log: readonly BarrierNote[], insert: (lack: Inserted, first?: Local) => void) {
    this.#log = log;
    this.#insert = insert;
  }

  /** Adds a touch of a buffer; false if it isn't of the whole, or the buffer was ever touched in another way. */
  add({ list }: Segments<Local>, start: number, end: number, bit: number): boolean {
    const local = list[0]!;
    if (list.length !== 1 || local.layout !== undefined) return false;
    if (local.start !== start || local.end !== end) return false;
    if (local.known === undefined) {
      if (local.writer !== undefined || local.readers.length > 0) return false;
      local.known = UNTOUCHED;
      local.at = this.#log.length;
    }
    this.#locals[this.#count] = local;
    this.#bits[this.#count++] = bit;
    return true;
  }

  /** Forgets the touches. */
  drop(): void {
    this.#count = 0;
  }

  /**
   * Whether a command meets the states that the last one met, by bindings of the same pipeline: then it lacks what that lacked and
   * leaves behind what that left, and this is all.
   */
  again(resources: BoundResources, touches: readonly BindingTouch[]): boolean {
    if (touches !== this.#repeated) return false;
    const log = this.#log;
    const locals = this.#locals;
    const count = touches.length;
    for (let index = 0; index < count; index++) {
      const bound = resources[index]![1][0]!;
      if (bound.kind === 'view') return false;
      const { local, byteOffset } = bound;
      if (local === undefined || local.start !== byteOffset || local.end !== byteOffset + bound.byteLength)
        return false;
      if (local.known === undefined || present(local, log) !== this.#from[index]) return false;
      for (let before = 0; before < index; before++) if (locals[before] === local) return false;
      locals[index] = local;
    }
    if (this.#lack) this.#insert(this.#lack);
    for (let index = 0; index < count; index++) {
      const local = locals[index]!;
      local.known = this.#to[index];
      local.at = log.length;
    }
    return true;
  }

  /**
   * Records the barrier that they lack, and keeps them: reads first, since a shader may write what it read. `touches`, where they
   * are all touches of a command by its bindings: it may be repeated.
   */
  settle(touches?: readonly BindingTouch[]): void {
    const count = this.#count;
    const repeatable = touches !== undefined && this.#isRepeatable(touches);
    if (repeatable) this.#note(this.#from);
    const locals = this.#locals;
    const bits = this.#bits;
    const log = this.#log;
    let before = 0;
    let after = 0;
    let writes = 0;
    let first: Local | undefined;
    for (let index = 0; index < count; index++) {
      const bit = bits[index]!;
      const lacking = present(locals[index]!, log).lacking(bit);
      if (writesOf(bit) !== 0) writes++;
      if (lacking === 0) continue;
      first ??= locals[index]!;
      before |= lacking;
      after |= bit;
    }
    const lack = after === 0 ? undefined : insertedBarrier(before, after);
    if (lack) this.#insert(lack, first);
    for (let index = 0; index < count; index++)
      if (writesOf(bits[index]!) === 0) note(locals[index]!, bits[index]!, log);
    for (let index = 0; writes > 0; index++) {
      if (writesOf(bits[index]!) === 0) continue;
      note(locals[index]!, bits[index]!, log);
      locals[index]!.written = true;
      writes--;
    }
    this.#repeated = repeatable ? touches : undefined;
    this.#lack = lack;
    if (repeatable) this.#note(this.#to);
    this.#count = 0;
  }

  /** Writes down the states of what is touched. */
  #note(states: Known[]): void {
    for (let index = 0; index < this.#count; index++) states[index] = present(this.#locals[index]!, this.#log);
  }

  /** Whether each binding is one touch of a segment of its own, and none of them is an entry, which a segment keeps once. */
  #isRepeatable(touches: readonly BindingTouch[]): boolean {
    const count = this.#count;
    if (count > MOST_REPEATED || count !== touches.length) return false;
    for (let index = 0; index < count; index++) {
      if (touches[index]!.bits.length !== 1) return false;
      const bit = this.#bits[index]!;
      const local = this.#locals[index]!;
      const { writer, readers } = present(local, this.#log);
      if (writer === undefined && !readers.some((reader) => reader.bit === bit)) return false;
      for (let before = 0; before < index; before++) if (this.#locals[before] === local) return false;
    }
    return true;
  }
}

/** The state behind all barriers so far. */
function present(local: Local, log: readonly BarrierNote[]): Known {
  let known = local.known!;
  if (local.at === log.length) return known;
  for (; local.at < log.length; local.at++) known = known.met(log[local.at]!);
  local.known = known;
  return known;
}

/** Keeps a touch. */
function note(local: Local, bit: number, log: readonly BarrierNote[]): void {
  const known = present(local, log);
  if (known.writer === undefined && !local.entries.some((each) => each.bit === bit)) {
    const nothing = { note: undefined, who: undefined, layout: undefined };
    const at = log.length;
    local.entries.push({ bit, at, last: at, ...nothing, reads: false });
  }
  local.known = known.after(bit);
}

/** Turns a known state into traces, for what needs them. From then on the segment has none. */
export function resolveKnown(local: Local): void {
  const { known, at } = local;
  if (!known) return;
  local.known = undefined;
  local.writer = known.writer && { ...known.writer, at };
  local.readers = known.readers.map((reader) => ({ ...reader, at }));
}
