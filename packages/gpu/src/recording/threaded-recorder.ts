/**
 * @file Recording on several threads. Each thread has a command pool and secondary command buffers for every frame in flight;
 * a pass names a function by module and export, and gives it plain data. Jobs go through shared memory, so a thread wakes in
 * microseconds; `finalize` collects what was recorded, in the order of the passes, into the open frame. Nothing on the main
 * thread blocks meanwhile: a message of the validation layer about a thread's call needs its event loop.
 */

import { availableParallelism } from 'node:os';
import { serialize } from 'node:v8';
import type { Used } from '../command/command-buffer.ts';
import type { Encoder } from '../command/encoder.ts';
import type { TargetFormats } from '../command/graphics-pipeline.ts';
import { attachmentsOf } from '../command/render-targets.ts';
import type { Area, RenderingOptions } from '../command/render-targets.ts';
import type { SecondaryCommands } from '../command/secondary.ts';
import { writesMemory } from '../convert.ts';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Frame } from '../frame/frame.ts';
import { Image } from '../image/image.ts';
import { printsItself, valueText } from '../printing.ts';
import type { Tracked } from '../tracking/device-tracking.ts';
import type { Recorded } from '../tracking/local.ts';
import type { DeclaredUse } from '../tracking/tracker.ts';
import { crossingSlip, Sender } from './crossing.ts';
import * as T from './job-table.ts';
import { RecordingThread } from './recording-thread.ts';
import type { ThreadPlace } from './recording-thread.ts';
import type { Failure, JobMessage } from './recording-worker.ts';
import { isImageAccess, LAYOUT_BYTES, SharedLayouts } from './shared-layouts.ts';
import type { ImageAccess } from './shared-layouts.ts';
import { checkNames } from '../given.ts';
import { PASS_OPTIONS } from './recorder-options.ts';
import type { PassEncoder, RecordedWork, RecorderThread } from './recorder-options.ts';
import type { ThreadedPassOptions, ThreadedRecorderOptions } from './recorder-options.ts';

interface Job {
  readonly index: number;
  readonly used: ReadonlySet<Used>;
}

interface Draws {
  readonly rendering: RenderingOptions;
  readonly targets: TargetFormats;
  readonly area: Area;
}

interface Pass {
  readonly label: string;
  readonly number: number;
  readonly draws: Draws | undefined;
  readonly declared: readonly DeclaredUse[] | undefined;
  readonly steps: (Job | ((encoder: Encoder) => void))[];
}

/** What a recorder needs of its device. */
export interface RecorderPlace {
  readonly driver: Driver;
  readonly family: number;
  readonly frames: number;
  /** The frame that was begun and not ended. */
  openFrame(): Frame | undefined;
  /** For each place of a frame 1 + the number of the last frame there that the device is done with; 0: of none. */
  doneFrames(): readonly number[];
}

const MOST_WORKERS = 8;
/** A thread that ends so often without having recorded anything can't be started. */
const MOST_STARTS = 3;

/** Records on threads. Use `device.createRecorder`; dispose it with `await using`. */
export class ThreadedRecorder implements Child, AsyncDisposable {
  static {
    printsItself(this);
  }

  readonly kind = 'recorder';
  readonly label: string;
  readonly workers: number;
  readonly #place: RecorderPlace;
  readonly #threadPlace: ThreadPlace;
  readonly #log: ((line: string) => void) | undefined;
  readonly #table: T.JobTable;
  readonly #messages: SharedArrayBuffer;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #threads: RecordingThread[] = [];
  readonly #sender: Sender;
  readonly #layouts: SharedLayouts;
  /** What images were last used for, as submitted frames leave them. */
  readonly #images = new WeakMap<Image, ImageAccess | 'undefined'>();
  /** The same as the open frame leaves them, where its passes change that. */
  #moved = new Map<Image, ImageAccess>();
  readonly #capacities: Int32Array;
  /** How often each thread ended since it, or all of a frame, was recorded. */
  readonly #ends: number[];
  readonly #failures: Failure[] = [];
  /** What jobs touch, where the device tracks that. */
  readonly #tracked = new Map<number, Tracked>();
  #passes: Pass[] = [];
  #frame: Frame | undefined;
  /** Lets go of what was disposed since the frame's first job. */
  #release: (() => void) | undefined;
  #top = 0;
  /** Threads that aren't started again. */
  #givenUp = 0;
  /** Why nothing is recorded any more. */
  #lost = '';
  #finalizing: Promise<void> | undefined;
  #disposed = false;
  #ending: Promise<void> | undefined;

  constructor(place: RecorderPlace, options: ThreadedRecorderOptions = {}) {
    const { workers = Math.max(1, Math.min(MOST_WORKERS, availableParallelism() - 1)), secondaries = 16 } = options;
    for (const [name, value, most] of [
      ['workers', workers, T.THREADS] as const,
      ['secondaries', secondaries, 4096] as const,
    ]) {
      if (Number.isInteger(value) && value >= 1 && value <= most) continue;
      throw new RangeError(`Cannot create a recorder with ${value} ${name}: give a whole number from 1 to ${most}`);
    }
    this.label = options.label ?? 'recorder';
    this.workers = workers;
    this.#place = place;
    this.#log = options.log;
    const buffer = new SharedArrayBuffer(T.TABLE_BYTES);
    this.#table = T.jobTable(buffer);
    this.#messages = T.messageMemory();
    this.#bytes = new Uint8Array(this.#messages);
    const layouts = new SharedArrayBuffer(LAYOUT_BYTES);
    this.#layouts = new SharedLayouts(layouts);
    this.#capacities = new Int32Array(T.THREADS * T.SLOTS);
    this.#ends = Array.from({ length: workers }, () => 0);
    this.#sender = new Sender(place.driver, (record) => {
      for (const thread of this.#threads) thread.tell({ add: record });
      Atomics.add(this.#table.control, T.NEWS, 1);
    });
    const { driver, family, frames } = place;
    const memory = { table: buffer, messages: this.#messages, layouts };
    this.#threadPlace = { driver, family, frames, ...memory, secondaries, threads: workers };
    for (let thread = 0; thread < workers; thread++) this.#start(thread);
    driver.children.add(this);
  }

  /** The threads, for who wants to end one. */
  get threads(): readonly RecorderThread[] {
    return [...this.#threads];
  }

  /** The next pass of the open frame. Its work is recorded by the threads from now on, and runs in the order of the passes. */
  encoderFor(label: string, options: ThreadedPassOptions = {}): PassEncoder {
    checkNames(`Cannot record pass "${label}" on threads`, options, PASS_OPTIONS);
    const frame = this.#place.openFrame();
    const why = this.#closed ?? (this.#lost || (frame ? undefined : 'no frame is open; call device.beginFrame first'));
    if (why !== undefined || !frame) {
      throw new VulkanError(`Cannot record pass "${label}" on threads: ${why}`, {
        kind: 'command-buffer',
        labels: [label, this.label],
      });
    }
    if (this.#frame !== frame) this.#begin(frame);
    const draws = options.rendering && this.#drawsOf(label, options.rendering);
    const pass: Pass = { label, number: this.#passes.length, draws, declared: options.declared, steps: [] };
    const passes = this.#passes;
    passes.push(pass);
    const open = (): void => {
      const late = this.#closed ?? (this.#passes === passes ? undefined : 'it was finalized; call encoderFor again');
      if (late !== undefined) throw new TypeError(`Cannot record pass "${label}" on threads: ${late}`);
    };
    const encoder: PassEncoder = {
      label,
      record: (work) => {
        open();
        pass.steps.push(this.#post(pass, frame, work));
        return encoder;
      },
      inline: (body) => {
        open();
        const refuse = (why: string): TypeError => new TypeError(`Cannot record inline in pass "${label}": ${why}`);
        if (draws) throw refuse('it draws; use a pass before it');
        if (typeof body !== 'function') throw refuse(`${String(body)} is given; give a function`);
        pass.steps.push(body);
        return encoder;
      },
    };
    return encoder;
  }

  /**
   * Says what an image was used for before the threads' passes; 'undefined': what it holds may be lost. From then on the
   * recorder knows, as long as nobody else transitions it.
   */
  imageWas(image: Image, access: ImageAccess | 'undefined'): this {
    const act = `Cannot say what an image was in recorder "${this.label}"`;
    if (!(image instanceof Image)) throw new TypeError(`${act}: ${valueText(image)} is given; give an image`);
    if (access !== 'undefined' && !isImageAccess(access)) {
      throw new TypeError(
        `${act}: "${valueText(access)}" is nothing that an image is used for; give such as 'sampled'`,
      );
    }
    this.#moved.delete(image);
    this.#images.set(image, access);
    return this;
  }

  /**
   * Waits, without blocking, until everything is recorded, and puts it into the frame in the order of the passes. If some of
   * it can't be recorded nothing goes into the frame, and the error names the pass; the recorder and the frame go on. While it
   * waits, another call gives the same promise.
   */
  finalize(): Promise<void> {
    const frame = this.#frame;
    return frame ? (this.#finalizing ??= this.#finalize(frame)) : Promise.resolve();
  }

  async #finalize(frame: Frame): Promise<void> {
    const passes = this.#passes;
    const moved = new Map(this.#moved);
    try {
      await this.#recorded();
      this.#check(passes);
      frame.record(this.label, (encoder) => {
        for (const pass of passes) this.#collect(encoder, pass);
      });
      this.#ends.fill(0);
    } catch (error) {
      this.#moved = moved;
      throw error;
    } finally {
      this.#finalizing = undefined;
      this.#clear();
      if (!this.#disposed) this.#letGo();
      this.#report();
    }
  }

  toString(): string {
    return `ThreadedRecorder("${this.label}", ${this.workers} threads${this.#disposed ? ', disposed' : ''})`;
  }

  /** Ends the threads, without waiting for them. Wait with `await using` to see them ended. */
  [Symbol.dispose](): void {
    void this[Symbol.asyncDispose]();
  }

  /**
   * Ends the threads; waits for them. What they recorded and was submitted may still run; what nobody collected is dropped, and a
   * `finalize` that waits for it throws.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#disposed = true;
    const { control } = this.#table;
    if (this.#finalizing) {
      this.#lost = `recorder "${this.label}" was disposed; await its finalize first`;
      Atomics.notify(control, T.FINISHED);
    } else this.#clear();
    for (const thread of this.#threads) thread.ref();
    Atomics.store(control, T.QUIT, 1);
    Atomics.add(control, T.BELL, 1);
    Atomics.notify(control, T.BELL);
    await Promise.all(this.#threads.map(({ ended }) => ended));
    this.#letGo();
    this.#place.driver.children.delete(this);
  }

  /** Why no pass is taken now; undefined: one is. */
  get #closed(): string | undefined {
    if (this.#disposed) return `recorder "${this.label}" was disposed`;
    return this.#finalizing ? `recorder "${this.label}" is being finalized; wait for it` : undefined;
  }

  #drawsOf(label: string, rendering: RenderingOptions): Draws {
    const { formats: targets, area } = attachmentsOf(
      this.#place.driver,
      { place: `"${label}"`, labels: [label] },
      rendering,
    );
    return { rendering: { ...rendering, secondary: true }, targets, area };
  }

  #begin(frame: Frame): void {
    this.#clear();
    this.#frame = frame;
    frame.beforeEnd(() => {
      if (this.#frame !== frame || this.#passes.length === 0) return;
      throw new VulkanError(
        `Cannot end frame ${frame.number}: recorder "${this.label}" has passes that nobody collected; await its finalize first`,
        { kind: 'command-buffer', labels: [this.label] },
      );
    });
    frame.afterEnd((submitted) => {
      if (submitted) for (const [image, access] of this.#moved) this.#images.set(image, access);
      this.#moved.clear();
      this.#tidy();
    });
    const gone = this.#sender.forget();
    if (gone.length === 0) return;
    for (const thread of this.#threads) thread.tell({ forget: gone });
    Atomics.add(this.#table.control, T.NEWS, 1);
  }

  /** Lets idle threads take back what the device is done with, before the frame that wants it begins. */
  #tidy(): void {
    const { control, done } = this.#table;
    let news = false;
    for (const [slot, number] of this.#place.doneFrames().entries()) {
      if (Atomics.exchange(done, slot, number) !== number) news = true;
    }
    if (!news || this.#disposed) return;
    Atomics.add(control, T.BELL, 1);
    Atomics.notify(control, T.BELL);
  }

  /** Nobody has a job any more: the table is empty again. */
  #clear(): void {
    const { control, states } = this.#table;
    const posted = Atomics.load(control, T.POSTED);
    for (let job = 0; job < posted; job++) Atomics.store(states, job, T.FREE);
    Atomics.store(control, T.POSTED, 0);
    Atomics.store(control, T.NEXT, 0);
    Atomics.store(control, T.FINISHED, 0);
    this.#passes = [];
    this.#failures.length = 0;
    this.#tracked.clear();
    this.#layouts.clear();
    this.#top = 0;
    this.#frame = undefined;
  }

  /** No thread records: what was disposed meanwhile may go. */
  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /**
   * Gives a job out. The frame's first waits for its second, or for the frame's end, and both wake their threads at once: a thread that
   * wakes on this one's core holds it up, and then nobody could wake the other.
   */
  #post({ label, number, draws }: Pass, frame: Frame, work: RecordedWork): Job {
    const { control, states, begins, lengths } = this.#table;
    const index = Atomics.load(control, T.POSTED);
    const used = new Set<Used>();
    const refuse = (why: string): TypeError => new TypeError(`Cannot record pass "${label}" on threads: ${why}`);
    if (typeof (work as Partial<RecordedWork> | undefined)?.module?.href !== 'string') {
      throw refuse("its module is no URL; give one, as in new URL('./passes.ts', import.meta.url)");
    }
    if (index === T.JOBS) throw refuse(`${T.JOBS} functions wait already; give each more to record`);
    let bytes: Uint8Array;
    try {
      const { data, exact } = this.#sender.mark(work.data, used);
      const message: JobMessage = {
        pass: label,
        number,
        module: work.module.href,
        export: work.export,
        data,
        slot: frame.index,
        frame: frame.number,
        draws: draws && { targets: draws.targets, area: draws.area },
      };
      bytes = exact ? Buffer.from(JSON.stringify(message)) : serialize(message);
    } catch (cause) {
      throw refuse(crossingSlip(cause));
    }
    const end = this.#top + bytes.byteLength;
    if (end > this.#messages.byteLength) {
      if (end > this.#messages.maxByteLength) throw refuse('its data is too large; give typed arrays through buffers');
      this.#messages.grow(Math.min(this.#messages.maxByteLength, Math.max(end, this.#messages.byteLength * 2)));
    }
    this.#bytes.set(bytes, this.#top);
    begins[index] = this.#top;
    lengths[index] = bytes.byteLength;
    this.#top = end;
    this.#release ??= this.#place.driver.hold();
    Atomics.store(states, index, T.READY);
    Atomics.store(control, T.POSTED, index + 1);
    Atomics.add(control, T.BELL, 1);
    if (index > 0 || this.workers === 1) Atomics.notify(control, T.BELL, index === 1 ? 2 : 1);
    return { index, used };
  }

  /** Waits until no job is open. */
  async #recorded(): Promise<void> {
    const { control } = this.#table;
    const posted = Atomics.load(control, T.POSTED);
    if (posted === 1) Atomics.notify(control, T.BELL, 1);
    for (const thread of this.#threads) thread.ref();
    for (;;) {
      const finished = Atomics.load(control, T.FINISHED);
      if (finished >= posted || this.#lost !== '') break;
      await Atomics.waitAsync(control, T.FINISHED, finished).value;
    }
    // While it is disposed, the threads hold the process until they have ended.
    if (!this.#disposed) for (const thread of this.#threads) thread.unref();
  }

  /** Takes in what a thread told. */
  #hear(thread: RecordingThread): void {
    const { failures, tracked } = thread.heard();
    this.#failures.push(...failures);
    for (const each of tracked) this.#tracked.set(each.job, each);
  }

  /** Throws for the first pass that couldn't be recorded. */
  #check(passes: readonly Pass[]): void {
    const { states } = this.#table;
    for (const thread of this.#threads) this.#hear(thread);
    const failures = new Map(this.#failures.map((each) => [each.job, each]));
    for (const { label, steps } of passes) {
      for (const step of steps) {
        if (typeof step === 'function') continue;
        const state = Atomics.load(states, step.index);
        if (state === T.RECORDED) continue;
        const failure = failures.get(step.index);
        const why = failure?.message ?? (this.#lost || 'its thread ended while it recorded; record it again');
        const cause =
          failure && Object.assign(new Error(failure.message), { name: failure.name, stack: failure.stack });
        throw new VulkanError(`Cannot record pass "${label}" on a thread: ${why}`, {
          kind: 'command-buffer',
          labels: [label, this.label],
          ...(cause ? { cause } : {}),
        });
      }
    }
  }

  /** Puts a pass into the primary: runs of jobs are executed in one call. */
  #collect(encoder: Encoder, pass: Pass): void {
    const { label, number, declared } = pass;
    this.#transition(encoder, label, number);
    if (declared) encoder.label(label, () => this.#execute(encoder, pass), declared);
    else {
      encoder.passes.push(label);
      this.#execute(encoder, pass);
    }
  }

  #execute(encoder: Encoder, { label, draws, steps }: Pass): void {
    const run: SecondaryCommands[] = [];
    const flush = (): void => {
      if (run.length > 0) encoder.execute(...run.splice(0));
    };
    for (const step of steps) {
      if (typeof step === 'function') {
        flush();
        encoder.label(label, step);
      } else {
        const handle = this.#table.handles[step.index]!;
        const commands = {
          kind: 'secondary commands',
          label,
          handle,
          targets: draws?.targets,
          used: step.used,
          checks: [],
          recorded: this.#recordedOf(step),
          disposed: false,
        };
        run.push(commands as unknown as SecondaryCommands);
      }
    }
    if (draws) encoder.rendering(draws.rendering, (rendering) => void rendering.execute(...run.splice(0)));
    else flush();
  }

  #recordedOf({ index }: Job): Recorded | undefined {
    const tracked = this.#tracked.get(index);
    return tracked && this.#place.driver.tracking?.adopt(tracked, (id) => this.#sender.objectOf(id) as Image);
  }

  /** Brings images to what a pass expects of them. */
  #transition(encoder: Encoder, label: string, pass: number): void {
    for (const [id, access] of this.#layouts.of(pass)) {
      const image = this.#sender.objectOf(id) as Image;
      const was = this.#moved.get(image) ?? this.#images.get(image);
      if (was === undefined) {
        throw new VulkanError(
          `Cannot record pass "${label}" on a thread: nobody said what image "${image.label}" was used for; call recorder.imageWas`,
          { kind: 'command-buffer', labels: [label, image.label] },
        );
      }
      this.#moved.set(image, access);
      if (was === access && !writesMemory(access)) continue;
      encoder.transition(image, { before: was === 'undefined' ? was : [was], after: [access] });
    }
  }

  /** A word in the log for each pool that grew. */
  #report(): void {
    const { capacities } = this.#table;
    const { frames, secondaries } = this.#threadPlace;
    for (let thread = 0; thread < this.workers; thread++) {
      for (let slot = 0; slot < frames; slot++) {
        const at = thread * T.SLOTS + slot;
        const [before, now] = [Math.max(this.#capacities[at]!, secondaries), Atomics.load(capacities, at)];
        this.#capacities[at] = now;
        if (now <= before) continue;
        this.#log?.(
          `recorder "${this.label}": thread ${thread} grew from ${before} to ${now} secondary command buffers in frame ${slot}`,
        );
      }
    }
  }

  #start(thread: number): void {
    for (let slot = 0; slot < T.SLOTS; slot++) {
      this.#capacities[thread * T.SLOTS + slot] = 0;
      Atomics.store(this.#table.capacities, thread * T.SLOTS + slot, 0);
    }
    const started = new RecordingThread(this.#threadPlace, thread, this.#sender.records, (code, error) =>
      this.#ended(started, code, error),
    );
    this.#threads[thread] = started;
  }

  /** A thread ended: its job is lost, and unless that was asked for another thread takes its place. */
  #ended(ended: RecordingThread, code: number, error: Error | undefined): void {
    const { control, states } = this.#table;
    const { thread } = ended;
    this.#hear(ended);
    // What it recorded may stand in the open frame already: its pools stay until that is submitted.
    const frame = this.#place.openFrame();
    if (frame) frame.afterEnd(() => ended.destroy());
    else ended.destroy();
    if (this.#disposed) return;
    const posted = Atomics.load(control, T.POSTED);
    for (let job = 0; job < posted; job++) {
      if (Atomics.load(states, job) === T.CLAIMED + thread) T.finishJob(this.#table, job, T.LOST);
    }
    const why = error ? `: ${error.message}` : '';
    const proven = Atomics.exchange(this.#table.proven, thread, 0) === 1;
    this.#ends[thread] = proven ? 0 : this.#ends[thread]! + 1;
    if (this.#ends[thread] > MOST_STARTS) {
      const times = `thread ${thread} ended ${MOST_STARTS + 1} times${why}`;
      if (++this.#givenUp === this.workers) this.#lost = `${times}; make another recorder`;
      else this.#log?.(`recorder "${this.label}": ${times}; the others go on without it`);
      Atomics.add(control, T.BELL, 1);
      Atomics.notify(control, T.BELL); // it may have been the only one that was woken for a job
    } else {
      this.#start(thread);
      if (this.#finalizing) this.#threads[thread]!.ref();
      // Last: who hears it may dispose the recorder, which ends this thread too.
      this.#log?.(`recorder "${this.label}": thread ${thread} ended with code ${code}${why}; another takes its place`);
    }
    Atomics.notify(control, T.FINISHED);
  }
}
