/**
 * @file Follows one recording. Inside it every hazard is known as it is recorded; what the recording finds when it begins is
 * not, since it may be submitted behind any other and again and again. So each segment of a resource keeps its *entries*, the
 * touches that collide with what was before, and what it leaves behind: `submits.ts` puts both together at each submit.
 */

import * as V from '@halocline/vulkan';
import { accessMask } from '../convert.ts';
import type { ImageLayout, Usage } from '../access.ts';
import type { BarrierBatch, ImageBarrier } from '../graph/sink.ts';
import { layoutOf } from '../graph/usage.ts';
import { VulkanError } from '../errors.ts';
import { Declarations } from './declarations.ts';
import { hazardText, layoutText } from './findings.ts';
import type { Report } from './findings.ts';
import { insertedBarrier } from './inserted.ts';
import { addReader, become, bitsIn, chains, cut, lastUses, reaches, touchAgain, untouched } from './local.ts';
import type { Local, NestedUse, Recorded } from './local.ts';
import { lineLength, partsOf, piecesOf, Segments } from './segments.ts';
import type { Segment } from './segments.ts';
import { leaveNested, meetNested } from './nested.ts';
import type { Outer } from './nested.ts';
import { findBit, PendingTouches, writesToo } from './pending.ts';
import type { Pending } from './pending.ts';
import { barrierNote, credit, fold, newTrace, precedes, renewTrace } from './trace.ts';
import type { BarrierMark, BarrierNote, Toucher, Trace } from './trace.ts';
import type {
  BindingTouch,
  BoundResources,
  DeclaredUse,
  TouchedRange,
  TrackedResource,
  UsageTracker,
} from './tracker.ts';
import { bitsOf, EVERYTHING, TRANSITION, usagesOfBits, writesOf } from './usage-bits.ts';
import { resolveKnown, WholeBuffers } from './whole-buffers.ts';

/** What a recording is followed for. */
export interface RecordingOptions {
  readonly label: string;
  /** Gets what is wrong; absent: nothing is checked. */
  readonly report?: Report | undefined;
  /** The mark of a barrier by its text: recordings of one label share theirs. */
  readonly markOf?: ((text: string) => BarrierMark) | undefined;
  /** Records a barrier that is missing; absent: none is. */
  readonly emit?: ((batch: BarrierBatch<TrackedResource>) => void) | undefined;
  /** Another recording executes it: what it touches is kept, to be held against what is declared there. */
  readonly nested?: boolean | undefined;
}

/** What a command lacks before it may run. */
interface Need {
  before: number;
  after: number;
  images: ImageBarrier<TrackedResource>[] | undefined;
  /** The changes of layouts. */
  readonly moved: Trace[];
  /** The first resource that it is for, where that is known. */
  about: TrackedResource | undefined;
}

/** The tracker of one recording. */
export class RecordingTracker implements UsageTracker {
  readonly #label: string;
  readonly #report: Report | undefined;
  readonly #emit: RecordingOptions['emit'];
  readonly #markOf: (text: string) => BarrierMark;
  readonly #log: BarrierNote[] = [];
  readonly #marks: BarrierMark[] = [];
  readonly #tracks = new Map<TrackedResource, Segments<Local>>();
  readonly #passes: Declarations;
  readonly #next = new PendingTouches();
  /** The touches of the command that comes next. */
  readonly #pending: readonly Pending[] = this.#next.list;
  /** Traces to be used again. */
  readonly #spare: Trace[] = [];
  /** Nobody is told of findings, and what is missing is recorded. */
  readonly #automatic: boolean;
  readonly #whole: WholeBuffers;
  readonly #nested: boolean;
  readonly #outer: Outer;
  /** What no pass within the recording declares or not, of a nested one. */
  readonly #uses: (NestedUse & Segment)[] | undefined;
  /** What the next command touches by its bindings, where that wasn't put among the pending touches. */
  #bound: BoundResources | undefined;
  #boundTouches: readonly BindingTouch[] = [];
  #command = '';
  readonly #need: Need = { before: 0, after: 0, images: undefined, moved: [], about: undefined };
  /** Barriers by hand before any touch. */
  #leading = 0;
  #rendering = false;
  #blind = false;
  #barriers = 0;

  constructor({ label, report, emit, markOf = (text) => ({ text, used: false }), nested = false }: RecordingOptions) {
    this.#label = label;
    this.#report = report;
    this.#emit = emit;
    this.#markOf = markOf;
    this.#passes = new Declarations(label, report);
    this.#automatic = emit !== undefined && report === undefined;
    this.#whole = new WholeBuffers(this.#log, (lack, first) => {
      if (this.#rendering) this.#refuse(this.#command, this.#resourceOf(first));
      this.#emit!(lack.batch);
      this.#log.push(lack.note);
    });
    this.#nested = nested;
    this.#uses = nested && report ? [] : undefined;
    this.#outer = {
      log: this.#log,
      marks: this.#marks,
      report,
      automatic: emit !== undefined,
      segments: (resource, start, end) => {
        const track = this.#track(resource);
        resolveKnown(track.list[0]!);
        return track.within(start, end);
      },
      lack: (before, after) => {
        this.#need.before |= before;
        this.#need.after |= after;
      },
      relayout: (resource, segment, bits, layout, who) => this.#relayout(resource, segment, bits, layout, who),
    };
  }

  touch(resource: TrackedResource, range: TouchedRange, access: Usage, command: string, layout?: ImageLayout): void {
    this.#await(resource, range, access, command, layout);
    if (this.#passes.declared) this.#passes.touched(resource, access);
  }

  local(buffer: TrackedResource): Local | undefined {
    return this.#automatic ? this.#tracks.get(buffer)?.first : undefined;
  }

  bound(resources: BoundResources, touches: readonly BindingTouch[], command: string): void {
    if (this.#automatic && !this.#passes.declared) {
      this.#bound = resources;
      this.#boundTouches = touches;
      this.#command = command;
    } else this.#touchBound(resources, touches, command);
  }

  byAddress(): void {
    if (this.#report && !this.#passes.declared && this.#pending.length === 0) this.#blind = true;
  }

  settle(): void {
    this.#settle(this.#rendering);
  }

  barrier(batch: BarrierBatch<TrackedResource>): void {
    this.#barriers++;
    const mark = this.#report ? this.#newMark(batch) : undefined;
    const { memory, images = [] } = batch;
    // Barriers of one call don't chain: each meets what was before all of them, and is met by what comes behind them.
    const behind = this.#log.length + (memory ? 1 : 0);
    for (const image of images) this.#transition(image, mark, behind);
    if (memory) this.#log.push(noteOf(bitsOf(memory.before), bitsOf(memory.after), mark));
  }

  beginPass(name: string, declared?: readonly DeclaredUse[]): void {
    this.settle();
    this.#passes.begin(name, declared, this.#log.length);
    if (!this.#emit || !declared) return;
    for (const use of declared) this.#declare(use);
    this.#next.resolve(false);
    for (const each of this.#pending) this.#meet(each);
    this.#insert(name);
    this.#next.drain();
  }

  endPass(failed: boolean = false): void {
    if (failed) this.#forget();
    this.settle();
    for (const use of this.#passes.untouched()) this.#declare(use);
    this.#next.resolve(false);
    if (!this.#emit) for (const each of this.#pending) this.#meet(each);
    // Nobody knows by which of its commands; barriers within are taken for theirs where nothing is recorded for them.
    const at = this.#emit ? this.#passes.current?.begun : undefined;
    for (const each of this.#pending) if (writesOf(each.bit) === 0) this.#note(each, true, at);
    for (const each of this.#pending) if (writesOf(each.bit) !== 0) this.#note(each, false, at);
    this.#next.drain();
    this.#passes.end();
  }

  rendering(begun: boolean, failed: boolean = false): void {
    if (failed) this.#forget();
    this.#settle(true);
    this.#rendering = begun;
  }

  expects(nested: readonly Recorded[]): void {
    if (!this.#emit) return;
    this.settle();
    for (const recorded of nested) meetNested(this.#outer, recorded);
    this.#insert(this.#passes.name);
  }

  execute(recorded: Recorded, before: () => void): void {
    const told = this.#pending.length > 0;
    this.#settle(this.#rendering);
    if (this.#tracks.size === 0) {
      if (this.#nested) this.#leading += recorded.leading;
      else for (const mark of recorded.marks.slice(0, recorded.leading)) mark.used = true;
    }
    for (const use of recorded.uses) this.#passes.take(use);
    for (const resource of recorded.tracks.keys()) this.#passes.takeAny(resource);
    meetNested(this.#outer, recorded);
    if (this.#emit && (this.#need.after !== 0 || this.#need.images)) before();
    this.#insert(recorded.label);
    leaveNested(this.#outer, recorded);
    if (!recorded.blind || !this.#report) return;
    if (!told && !this.#passes.declared) this.#blind = true;
  }

  /** The recording is over: what its submits need to know. */
  finish(): Recorded {
    this.settle();
    for (const track of this.#tracks.values()) {
      for (const local of track.list) {
        resolveKnown(local);
        const { writer, readers } = local;
        if (writer) fold(writer, this.#log);
        for (const reader of readers) fold(reader, this.#log);
      }
    }
    if (this.#blind) for (const mark of this.#marks) mark.used = true;
    const [label, log, marks, tracks, blind] = [this.#label, this.#log, this.#marks, this.#tracks, this.#blind];
    return { label, log, marks, leading: this.#leading, tracks, blind, uses: this.#uses ?? [] };
  }

  #track(resource: TrackedResource): Segments<Local> {
    let track = this.#tracks.get(resource);
    if (!track) {
      track = new Segments<Local>(untouched(0, lineLength(resource)), cut);
      this.#tracks.set(resource, track);
    }
    return track;
  }

  #declare({ resource, access, range }: DeclaredUse): void {
    if (typeof resource !== 'string') this.#await(resource, range, access, 'its declaration');
  }

  #await(resource: TrackedResource, range: TouchedRange, usage: Usage, command: string, given?: ImageLayout): void {
    const track = this.#track(resource);
    if (resource.kind !== 'image') {
      const start = range && 'byteOffset' in range ? range.byteOffset : 0;
      const end = range && 'byteOffset' in range ? start + range.byteLength : lineLength(resource);
      return this.#next.add(resource, track, start, end, usage, undefined, command);
    }
    const layout = given ?? layoutOf(usage);
    for (const { start, end } of piecesOf(resource, range)) {
      this.#next.add(resource, track, start, end, usage, layout, command);
    }
  }

  #settle(drawing: boolean): void {
    const pending = this.#pending;
    if (this.#bound) {
      const bound = this.#bound;
      this.#bound = undefined;
      if (pending.length === 0) {
        if (this.#whole.again(bound, this.#boundTouches)) return;
        if (this.#addBound(bound, this.#boundTouches)) return this.#whole.settle(this.#boundTouches);
      }
      this.#touchBound(bound, this.#boundTouches, this.#command);
    }
    if (pending.length === 0) return;
    if (this.#automatic && this.#addPending(pending, drawing)) return this.#whole.settle();
    this.#next.resolve(drawing);
    if (this.#report) this.#checkCommand(pending);
    for (const each of pending) this.#meet(each);
    this.#insert(pending[0]!.command);
    let writes = 0;
    for (const each of pending) {
      if (writesOf(each.bit) !== 0) writes++;
      else this.#note(each, this.#report !== undefined && !writesToo(pending, each));
    }
    if (writes > 0) for (const each of pending) if (writesOf(each.bit) !== 0) this.#note(each, false);
    this.#next.drain();
  }

  /** The command that comes next doesn't come. */
  #forget(): void {
    this.#bound = undefined;
    this.#whole.drop();
    this.#next.drain();
  }

  #touchBound(resources: BoundResources, touches: readonly BindingTouch[], command: string): void {
    for (let index = 0; index < resources.length; index++) {
      const { usages } = touches[index]!;
      for (const bound of resources[index]![1]) {
        const resource = bound.kind === 'view' ? bound.view?.image : bound.buffer;
        if (!resource) continue;
        const [range, layout] = bound.kind === 'view' ? [bound.view?.range, bound.layout] : [bound];
        // What isn't `writeonly` counts as read, which messages about the read say.
        const isTold = usages.length > 1 && this.#report && !this.#automatic;
        const reading = isTold ? `${command} (its binding isn't writeonly)` : command;
        for (const [at, usage] of usages.entries()) {
          this.touch(resource, range, usage, at === 0 ? reading : command, layout);
        }
      }
    }
  }

  /** Whether all that is bound are whole buffers, which then are added. */
  #addBound(resources: BoundResources, touches: readonly BindingTouch[]): boolean {
    const whole = this.#whole;
    for (let index = 0; index < resources.length; index++) {
      const { bits } = touches[index]!;
      const places = resources[index]![1];
      for (let place = 0; place < places.length; place++) {
        const bound = places[place]!;
        if (bound.kind === 'view') {
          if (!bound.view) continue;
          whole.drop();
          return false;
        }
        const track = this.#tracks.get(bound.buffer) ?? this.#track(bound.buffer);
        for (let at = 0; at < bits.length; at++) {
          if (whole.add(track, bound.byteOffset, bound.byteOffset + bound.byteLength, bits[at]!)) continue;
          whole.drop();
          return false;
        }
      }
    }
    return true;
  }

  /** Whether all pending touches are of whole buffers, which then are added, and pending no more. */
  #addPending(pending: readonly Pending[], drawing: boolean): boolean {
    for (let index = 0; index < pending.length; index++) {
      const each = pending[index]!;
      findBit(each, drawing);
      if (each.layout === undefined && this.#whole.add(each.track, each.start, each.end, each.bit)) continue;
      this.#whole.drop();
      return false;
    }
    this.#command = pending[0]!.command;
    this.#next.drain();
    return true;
  }

  #who(command: string): Toucher | undefined {
    return this.#report ? { pass: this.#passes.name, command } : undefined;
  }

  /** Uses that nobody declared, and reads of what the recording itself knows to hold nothing. */
  #checkCommand(pending: readonly Pending[]): void {
    for (const each of pending) {
      if (writesOf(each.bit) === 0 && writesToo(pending, each)) continue;
      this.#passes.check(each);
      if (this.#uses && !this.#passes.declared) this.#addUse(each);
    }
  }

  #addUse({ resource, start, end, bit, command }: Pending): void {
    const isBeside = (use: Segment): boolean => use.start <= end && start <= use.end;
    const known = this.#uses!.find((use) => use.resource === resource && use.bit === bit && isBeside(use));
    if (!known) this.#uses!.push({ resource, start, end, bit, command });
    else [known.start, known.end] = [Math.min(known.start, start), Math.max(known.end, end)];
  }

  /** Holds a touch against what the recording did before; what is missing goes into the need, or is reported. */
  #meet({ resource, segments, bit, layout, command }: Pending): void {
    const writes = writesOf(bit);
    for (const segment of segments) {
      if (layout !== undefined && segment.layout !== undefined && segment.layout !== layout) {
        this.#relayout(resource, segment, bitsIn(this.#pending, segment, layout), layout, this.#who(command));
        continue;
      }
      const { writer, readers } = segment;
      let lacking = 0;
      if (writes !== 0)
        for (const reader of readers) lacking |= this.#meetTrace(resource, segment, reader, bit, command, false);
      if (writer) fold(writer, this.#log);
      // The barrier that ends a write after a read ends the write before, too, where that was visible to the read.
      if (writer && (lacking === 0 || !chains(writer, lacking)))
        this.#meetTrace(resource, segment, writer, bit, command, true);
    }
  }

  #meetTrace(
    resource: TrackedResource,
    segment: Segment,
    trace: Trace,
    bit: number,
    command: string,
    memory: boolean,
  ): number {
    if (trace.at < this.#log.length) fold(trace, this.#log);
    if (reaches(trace, bit, memory, this.#emit !== undefined)) {
      credit(trace, bit, memory);
      return 0;
    }
    this.#need.about ??= resource;
    this.#need.before |= trace.as;
    this.#need.after |= bit;
    if (!this.#emit)
      this.#report?.(
        hazardText({ resource, segment, earlier: trace, bit, who: this.#who(command)!, recording: this.#label }),
      );
    return trace.as;
  }

  #relayout(
    resource: TrackedResource,
    segment: Local,
    bit: number,
    layout: ImageLayout,
    who: Toucher | undefined,
  ): void {
    const from = segment.layout!;
    if (!this.#emit) {
      this.#report?.(layoutText({ resource, segment, from, to: layout, who: who! }));
      segment.layout = layout;
      return;
    }
    const before = lastUses(segment);
    const images = (this.#need.images ??= []);
    this.#need.about ??= resource;
    for (const range of partsOf(resource, segment)) {
      const after = usagesOfBits(bit, layout);
      images.push({ image: resource, before: usagesOfBits(before, from), after, range });
    }
    const at = this.#log.length;
    if (!segment.writer) {
      // What came before the recording is read no more behind this, either.
      const note = barrierNote(before, bit);
      segment.entries.push({ bit: TRANSITION, at, last: at, note, who, layout: undefined, reads: false });
    }
    become(segment, layout, bit, at, undefined);
    this.#need.moved.push(segment.writer!);
  }

  /** Records what is missing, as one barrier. */
  #insert(command: string): void {
    const need = this.#need;
    if (this.#emit && (need.after !== 0 || need.images)) {
      if (this.#rendering) this.#refuse(command, need.about);
      const known = need.after === 0 ? undefined : insertedBarrier(need.before, need.after);
      if (known && !need.images) this.#emit(known.batch);
      else this.#emit({ ...known?.batch, ...(need.images && { images: need.images }) });
      if (known) this.#log.push(known.note);
      // Barriers of one call don't chain.
      for (const trace of this.#need.moved) trace.at = this.#log.length;
    }
    need.before = 0;
    need.after = 0;
    need.images = undefined;
    need.about = undefined;
    need.moved.length = 0;
  }

  #refuse(command: string, about: TrackedResource | undefined): never {
    const what = about ? ` for ${about.kind} "${about.label}"` : '';
    const labels = about ? [this.#label, about.label] : [this.#label];
    throw new VulkanError(
      `Cannot ${command} in "${this.#passes.name}": it needs a barrier${what}, and none can stand within rendering; ` +
        `say encoder.touches before the rendering begins`,
      { kind: 'command-buffer', labels },
    );
  }

  #resourceOf(local: Local | undefined): TrackedResource | undefined {
    for (const [resource, { first }] of this.#tracks) if (first === local) return resource;
    return undefined;
  }

  /**
   * Keeps a touch. `reads`: it is no use unless something was written before; `from`: how many barriers stand before it for certain, if
   * not all.
   */
  #note({ segments, bit, layout, command }: Pending, reads: boolean, from?: number): void {
    const writes = writesOf(bit);
    const who = this.#who(command);
    for (const segment of segments) this.#noteOn(segment, bit, writes, layout, who, reads, from);
  }

  #noteOn(
    segment: Local,
    bit: number,
    writes: number,
    layout: ImageLayout | undefined,
    who: Toucher | undefined,
    reads: boolean,
    from: number = this.#log.length,
  ): void {
    const at = this.#log.length;
    if (!segment.writer && !segment.entries.some((each) => each.bit === bit)) {
      const first = segment.entries.length === 0;
      segment.entries.push({
        bit,
        at: from,
        last: at,
        note: undefined,
        who,
        layout: first ? layout : undefined,
        reads,
      });
    } else if (!segment.writer && !this.#emit) touchAgain(segment.entries, bit, at);
    if (layout !== undefined) segment.layout = layout;
    if (writes === 0) {
      addReader(segment.readers, bit, at, who, this.#spare);
      return;
    }
    if (segment.writer) renewTrace(segment.writer, writes, at, who);
    else segment.writer = newTrace(writes, at, who);
    for (let reader = segment.readers.pop(); reader; reader = segment.readers.pop()) this.#spare.push(reader);
    segment.written = true;
  }

  /** An image barrier by hand. It writes the image itself, after its first scope and before its second. */
  #transition(
    { image, before, after, range, discard, handOver }: ImageBarrier<TrackedResource>,
    mark: BarrierMark | undefined,
    behind: number,
  ): void {
    const from = before === 'undefined' || discard === true ? 'undefined' : sideLayout(before);
    const to = sideLayout(after);
    const note = barrierNote(before === 'undefined' ? EVERYTHING : bitsOf(before), bitsOf(after), mark);
    if (mark && from !== to) mark.used = true;
    const who = this.#who('a layout transition');
    const entry = { bit: TRANSITION, note, who, layout: from, ...(handOver && { handed: to }), reads: false };
    for (const { start, end } of piecesOf(image, range)) {
      for (const segment of this.#track(image).within(start, end)) {
        const { layout: now = 'undefined' } = segment;
        const isOther = now !== from && !(handOver && now === to);
        if (segment.layout !== undefined && from !== 'undefined' && isOther)
          this.#report?.(layoutText({ resource: image, segment, from: now, to: from, who: who! }));
        this.#meetTransition(image, segment, note, who);
        const at = this.#log.length;
        if (!segment.writer) segment.entries.push({ ...entry, at, last: at });
        become(segment, to, note.after, behind, who);
        if (from === 'undefined') segment.written = false;
      }
    }
  }

  #meetTransition(image: TrackedResource, segment: Local, note: BarrierNote, who: Toucher | undefined): void {
    if (!this.#report) return;
    const { writer, readers } = segment;
    for (const trace of writer ? [writer, ...readers] : readers) {
      fold(trace, this.#log);
      if (precedes(trace, note, trace === writer)) continue;
      const recording = this.#label;
      this.#report(hazardText({ resource: image, segment, earlier: trace, bit: TRANSITION, who: who!, recording }));
    }
  }

  /** The mark of a barrier by hand; what the host does isn't seen, so what waits for it or it waits for counts as used. */
  #newMark({ memory, derived }: BarrierBatch<TrackedResource>): BarrierMark {
    const mark = this.#markOf(`barrier ${this.#barriers} of "${this.#label}"`);
    // A leading one is for what was submitted before, perhaps; of a nested recording it leads where that does.
    if (this.#tracks.size === 0 && this.#nested) this.#leading++;
    else if (this.#tracks.size === 0) mark.used = true;
    if (derived === true) mark.used = true;
    if (memory && (touchesHost(memory.before) || touchesHost(memory.after))) mark.used = true;
    this.#marks.push(mark);
    return mark;
  }
}

function touchesHost(usages: readonly Usage[]): boolean {
  return (accessMask(usages).stages & V.VK_PIPELINE_STAGE_2_HOST_BIT) !== 0n;
}

/** A barrier by hand; one that nobody asks about is the same for each pair of sides. */
function noteOf(before: number, after: number, mark: BarrierMark | undefined): BarrierNote {
  return mark ? barrierNote(before, after, mark) : insertedBarrier(before, after).note;
}

/** The layout that the usages of one side imply. */
function sideLayout(usages: readonly Usage[]): ImageLayout {
  for (const usage of usages) {
    const layout = layoutOf(usage);
    if (layout !== undefined) return layout;
  }
  return 'general';
}
