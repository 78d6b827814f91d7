/**
 * @file Staging: bytes up to the device and down from it, through two rings of mapped memory; memory that the device uses in
 * place (`device.hostArray`) goes straight.
 *
 * Transfers are gathered into a batch, in the order in which they are asked for, and the batch is submitted at the end of
 * the microtask, or with the next submit of commands if that comes first: then in the same call. So what was uploaded is
 * seen by every later submit, and what is downloaded is as it was after every earlier one. Where the device has a queue
 * for transfers alone, batches run there, ordered by the timelines of both queues; else barriers at both ends order them.
 *
 * Large uploads into memory that the host sees too (a processor's, an integrated device's) are one copy, without the device.
 * Other large transfers travel in pieces, a submit each, while threads fill or empty the pieces behind and before it: see
 * `copiers.ts`. What was tried beside this, and its figures, is in docs/memory.md.
 */

import { checkRange, checkUsage } from '../command/check-range.ts';
import type { Companion, Passenger, Queue } from '../command/queue.ts';
import type { BufferUsage } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { bytesText, OutOfMemoryError } from '../errors.ts';
import type { Buffer, BufferOptions } from './buffer.ts';
import { bytesFrom, checkAlive, checkApart, checkInto, checkKept, checkView } from './check-transfer.ts';
import { checkDownload, checkUpload } from './check-transfer.ts';
import { hostBufferOf } from './host-array.ts';
import { freshArray, HostCopies } from './host-copies.ts';
import { Ring } from './ring.ts';
import { BatchRecorder } from './transfer-batch.ts';
import type { Batch, BufferRange } from './transfer-batch.ts';
import { printsItself } from '../printing.ts';

/** How a transfer is ordered. */
export interface TransferOptions {
  /**
   * The caller promises that commands submitted before (for a download: also after) leave these bytes alone until the
   * transfer is done: it needn't wait for them, and runs beside them where the device has a transfer queue. Default false.
   */
  readonly concurrent?: boolean;
}

/** How a download is ordered, and where it goes. */
export interface DownloadOptions extends TransferOptions {
  /** Gets the bytes, instead of a new array; exactly as long as the download. Saves the cost of fresh pages. */
  readonly into?: Uint8Array<ArrayBuffer>;
}

/** A ring of one direction, made with the first transfer that needs it. */
interface RingBuffer {
  readonly ring: Ring;
  readonly buffer: Buffer;
}

/** A part of the ring of uploads. */
interface Place {
  readonly byteOffset: number;
  /** Bytes of the ring that it takes, skipped ones included. */
  readonly taken: number;
}

/** What a batch is wanted for. */
interface BatchWish {
  /** A piece, whose last one the batch before has. Default false. */
  readonly continues?: boolean;
  /** What was just taken of a ring. */
  readonly part?: { readonly ring: Ring; readonly bytes: number };
}

/** How a piece goes on its way. */
interface Sending {
  readonly place: Place;
  /** What it had when it got its place. */
  readonly byteLength: number;
  /** Resolves when the bytes are in their place; undefined where they are. */
  readonly filled: Promise<void> | undefined;
  /** The piece before. */
  readonly previous: Promise<void>;
  /** There is one before, and nothing between. */
  readonly continues: boolean;
}

/** What goes at once, without waiting its turn, as a part of the ring; and the pieces of what doesn't. */
const SMALL = 1 / 8;
const PIECE = 1 / 4;
/** The smallest ring, in bytes; and where not even so much is left. */
export const SMALLEST_RING: number = 2 ** 16;
const LEAST_RING = 2 ** 12;

/** Moves bytes between JavaScript and a device's buffers. */
export class Staging implements Companion {
  static {
    printsItself(this);
  }

  readonly #driver: Driver;
  readonly #compute: Queue;
  readonly #queue: Queue;
  readonly #recorder: BatchRecorder;
  readonly #makeRing: (options: BufferOptions) => Buffer;
  readonly #ringBytes: number;
  readonly #separate: boolean;
  /** Threads that write into a buffer's own memory: while they do, what is disposed stays. */
  readonly #inPlace = { last: 0, done: 0, value: (): number => this.#inPlace.done };
  readonly #copies = new HostCopies();
  #up: RingBuffer | undefined;
  #down: RingBuffer | undefined;
  #batch: Batch | undefined;
  #flushAsked = false;
  #landings: Promise<void>[] = [];
  #lastLanding: Promise<void> = Promise.resolve();
  #slow: Promise<unknown> = Promise.resolve();
  #slowCount = 0;
  #awaitedValue = 0;
  #waitedValue = 0;

  constructor(
    driver: Driver,
    queues: { readonly compute: Queue; readonly transfer: Queue },
    ringBytes: number,
    makeRing: (options: BufferOptions) => Buffer,
  ) {
    this.#driver = driver;
    this.#compute = queues.compute;
    this.#queue = queues.transfer;
    this.#separate = queues.transfer !== queues.compute;
    this.#ringBytes = ringBytes;
    this.#makeRing = makeRing;
    this.#recorder = new BatchRecorder(driver, this.#queue, this.#separate);
    driver.progress.push(this.#inPlace);
  }

  /**
   * Copies bytes into a buffer. When the promise resolves, `data` may change and every later submit sees the bytes; small
   * uploads are ordered so at once, without `await`. Data larger than an eighth of the ring travels in pieces: until the
   * promise resolves it must neither change nor be transferred to another owner, and what must see it must not be submitted.
   * Data in a host array goes without a copy: it must not change until the promise resolves, which waits for the device.
   */
  upload(buffer: Buffer, byteOffset: number, data: ArrayBufferView, options: TransferOptions = {}): Promise<void> {
    checkUsage('upload to', buffer, 'transfer-target');
    checkView('upload to', buffer, data);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    checkUpload(buffer, options);
    checkRange('upload to', buffer, byteOffset, bytes.byteLength);
    checkAlive('upload to', buffer, this.#driver);
    const direct = this.#hostRange(bytes, 'transfer-source');
    if (direct) checkApart('upload to', direct, { buffer, byteOffset }, bytes.byteLength);
    this.#driver.counters.uploads++;
    this.#driver.counters.bytesUp += bytes.byteLength;
    if (bytes.byteLength === 0) return Promise.resolve();
    if (direct)
      return this.#inTurn(() => this.#direct(direct, { buffer, byteOffset }, bytes.byteLength, true, options));
    if (this.#isSmall(bytes.byteLength, this.#up) && this.#placeUpload(buffer, byteOffset, bytes, options)) {
      return this.#batch!.submitted.promise;
    }
    const { byteLength } = bytes;
    return this.#queueSlow(async () => {
      checkKept('upload to', buffer, bytes, byteLength);
      await this.#uploadPieces(buffer, byteOffset, bytes, options);
      checkKept('upload to', buffer, bytes, byteLength);
    });
  }

  /**
   * Copies bytes out of a buffer, as they are after everything that was submitted so far. Waits for the device, without
   * blocking. More than an eighth of the ring travels in pieces: until the promise resolves, submit nothing that writes there.
   */
  download(
    buffer: Buffer,
    byteOffset: number = 0,
    byteLength: number = bytesFrom(buffer, byteOffset),
    options: DownloadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkUsage('download from', buffer, 'transfer-source');
    checkDownload(buffer, options);
    checkRange('download from', buffer, byteOffset, byteLength);
    checkAlive('download from', buffer, this.#driver);
    if (options.into !== undefined) checkInto(buffer, options.into, byteLength);
    const target = options.into ?? freshArray(byteLength);
    const direct = this.#hostRange(target, 'transfer-target');
    if (direct) checkApart('download from', { buffer, byteOffset }, direct, byteLength);
    this.#driver.counters.downloads++;
    this.#driver.counters.bytesDown += byteLength;
    if (byteLength === 0) return Promise.resolve(target);
    if (direct) {
      const start = (): Promise<void> => this.#direct({ buffer, byteOffset }, direct, byteLength, false, options);
      return this.#inTurn(start).then(() => target);
    }
    if (this.#isSmall(byteLength, this.#down)) {
      const landed = this.#placeDownload(buffer, byteOffset, target, options);
      if (landed) return landed.then(() => target);
    }
    const pieces = this.#queueSlow(async () => {
      await this.#downloadPieces(buffer, byteOffset, target, options);
      checkKept('download from', buffer, target, byteLength);
    });
    return pieces.then(() => target);
  }

  /** Submits the transfers that were asked for so far. Doesn't wait. */
  flush(): void {
    const batch = this.#close();
    if (!batch) return;
    let value: number;
    try {
      const { timeline } = this.#compute;
      const ordered = this.#separate && batch.ordered && timeline.last > 0;
      const wait = ordered ? [{ timeline, value: timeline.last }] : [];
      value = this.#queue.submitHandles([batch.handle], wait, [], [batch]);
    } catch (error) {
      this.#unsubmitted(batch, error);
      throw error;
    }
    this.#noteWrites(batch);
    this.#submitted(batch, value);
  }

  /** Whether threads write into a buffer's own memory now. */
  get writesInPlace(): boolean {
    return this.#inPlace.done < this.#inPlace.last;
  }

  /** Waits, without blocking, until every transfer is done. */
  async idle(): Promise<void> {
    await this.#slow;
    this.flush();
    await this.#queue.timeline.wait(this.#queue.timeline.last);
    await this.#lastLanding;
  }

  /** Part of `Queue.submit`. */
  get waiting(): boolean {
    return this.#batch?.awaited === true || (this.#separate && this.#awaitedValue > this.#waitedValue);
  }

  /** Part of `Queue.submit`: what must run before the commands, or be waited for by them. */
  take(): Passenger | undefined {
    if (this.#separate) {
      this.flush();
      const value = this.#awaitedValue;
      if (value <= this.#waitedValue) return undefined;
      const wait = { timeline: this.#queue.timeline, value };
      return { wait, made: () => void (this.#waitedValue = value), failed: () => undefined };
    }
    const batch = this.#close();
    if (!batch) return undefined;
    const undo = this.#noteWrites(batch);
    return {
      commands: batch,
      made: (value) => this.#submitted(batch, value),
      failed: (error) => {
        undo();
        this.#unsubmitted(batch, error);
      },
    };
  }

  toString(): string {
    const { uploads, downloads } = this.#driver.counters;
    const rings = [this.#up, this.#down].map((each) => bytesText(each?.ring.byteLength ?? this.#ringBytes));
    return `Staging(${uploads} uploads, ${downloads} downloads, rings of ${rings.join(' and ')})`;
  }

  /** Ends the copiers' threads if no other device needs them; returns when they have ended. Nothing may be under way. */
  async endThreads(): Promise<void> {
    await this.#copies.close();
  }

  /** Frees the rings. Nothing may be under way. */
  destroy(): void {
    this.#up?.buffer[Symbol.dispose]();
    this.#down?.buffer[Symbol.dispose]();
    this.#recorder.destroy();
  }

  /** Whether a transfer goes at once. */
  #isSmall(byteLength: number, ring: RingBuffer | undefined): boolean {
    return this.#slowCount === 0 && byteLength <= (ring?.ring.byteLength ?? this.#ringBytes) * SMALL;
  }

  /** Large transfers take turns, and later small ones don't overtake them. */
  #queueSlow(body: () => Promise<void>): Promise<void> {
    this.#slowCount++;
    const done = this.#slow.then(body).finally(() => this.#slowCount--);
    this.#slow = done.catch(() => undefined);
    return done;
  }

  /** Begins a transfer at once, or, where large ones are under way, behind them. It needn't end before the next begins. */
  #inTurn(begin: () => Promise<void>): Promise<void> {
    if (this.#slowCount === 0) return begin();
    const begun = Promise.withResolvers<{ readonly done: Promise<void> }>();
    void this.#queueSlow(async () => begun.resolve({ done: begin() })).catch(begun.reject);
    return begun.promise.then(({ done }) => done);
  }

  /** Where bytes lie in memory that the device uses in place, and so; undefined where they don't. */
  #hostRange(bytes: Uint8Array, usage: BufferUsage): BufferRange | undefined {
    const buffer = hostBufferOf(bytes.buffer, this.#driver);
    return buffer?.usage.includes(usage) === true ? { buffer, byteOffset: bytes.byteOffset } : undefined;
  }

  /** Copies between buffers; resolves when the device is done. */
  async #direct(
    from: BufferRange,
    to: BufferRange,
    byteLength: number,
    up: boolean,
    options: TransferOptions,
  ): Promise<void> {
    // Either may have been disposed while the copy waited for its turn.
    checkAlive(up ? 'upload from' : 'download from', from.buffer);
    checkAlive(up ? 'upload to' : 'download into', to.buffer);
    const batch = this.#openBatch(options, up);
    const besideKernels = !up && options.concurrent === true;
    this.#recorder.copy(batch, from, to, byteLength, { shared: [from, to], besideKernels });
    const landed = Promise.withResolvers<void>();
    const done = (error?: unknown): void => (error === undefined ? landed.resolve() : landed.reject(error));
    batch.landings.push({ land: () => undefined, done });
    await landed.promise;
  }

  async #uploadPieces(buffer: Buffer, byteOffset: number, bytes: Uint8Array, options: TransferOptions): Promise<void> {
    this.#copies.prepare(bytes.byteLength);
    checkAlive('upload to', buffer);
    if (buffer.visible) return await this.#uploadInPlace(buffer, byteOffset, bytes, options);
    const sent: Promise<void>[] = [];
    const largest = this.#uploads.ring.byteLength * PIECE;
    let last: Promise<void> = Promise.resolve();
    try {
      let size = Math.max(largest / 8, 4096); // the first ones are smaller: the device begins earlier
      for (let at = 0; at < bytes.byteLength; at += size, size = Math.min(2 * size, largest)) {
        checkAlive('upload to', buffer); // it may have been disposed between two pieces
        const piece = bytes.subarray(at, at + size);
        const { byteLength } = piece;
        const place = await this.#room(byteLength, sent);
        const there = piece.byteLength === byteLength;
        const filled = there ? this.#copies.in(this.#up!.buffer.mapped, place.byteOffset, piece) : undefined;
        const how = { place, byteLength, filled, previous: last, continues: at > 0 };
        last = this.#send(how, { buffer, byteOffset: byteOffset + at }, piece, options);
        last.catch(() => undefined);
        sent.push(last);
      }
    } finally {
      await Promise.allSettled(sent);
    }
    await last;
  }

  /** Memory that the host sees too is written as it is, once the device has done what was submitted: one copy, not two. */
  async #uploadInPlace(buffer: Buffer, byteOffset: number, bytes: Uint8Array, options: TransferOptions): Promise<void> {
    this.flush();
    await this.#queue.timeline.wait(this.#queue.timeline.last);
    if (options.concurrent !== true) await this.#compute.timeline.wait(this.#compute.timeline.last);
    checkAlive('upload to', buffer);
    this.#inPlace.last++;
    try {
      await this.#copies.in(buffer.visible!, byteOffset, bytes);
    } finally {
      this.#inPlace.done++;
    }
    this.#driver.tracking?.uploaded(buffer, { byteOffset, byteLength: bytes.byteLength });
  }

  /** Room in the ring of uploads; waits for the device where there is none. `sent` are the pieces on their way. */
  async #room(byteLength: number, sent: readonly Promise<void>[]): Promise<Place> {
    const { ring } = this.#uploads;
    const { timeline } = this.#queue;
    for (let oldest = 0; ;) {
      const open = ring.open;
      let byteOffset = ring.reserve(byteLength);
      if (byteOffset < 0) {
        ring.release(timeline.value());
        byteOffset = ring.reserve(byteLength);
      }
      if (byteOffset >= 0) return { byteOffset, taken: ring.open - open };
      if (ring.oldestMark !== undefined) await timeline.wait(ring.oldestMark);
      else if (oldest < sent.length) await sent[oldest++];
      else this.flush();
    }
  }

  /** Submits a piece when it is filled and the one before is submitted. */
  async #send(
    { place, byteLength, filled, previous, continues }: Sending,
    target: BufferRange,
    piece: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    const { ring, buffer } = this.#up!;
    await filled;
    try {
      await previous;
      checkAlive('upload to', target.buffer);
      checkKept('upload to', target.buffer, piece, byteLength);
    } catch (error) {
      ring.drop(place.taken);
      throw error;
    }
    const batch = this.#openBatch(options, true, { continues, part: { ring, bytes: place.taken } });
    batch.upBytes += place.taken;
    this.#recorder.copy(batch, { buffer, byteOffset: place.byteOffset }, target, byteLength, { shared: [target] });
    this.flush();
  }

  async #downloadPieces(
    buffer: Buffer,
    byteOffset: number,
    target: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    this.#copies.prepare(target.byteLength);
    const landings: Promise<void>[] = [];
    const largest = this.#downloads.ring.byteLength * PIECE;
    for (let at = 0; at < target.byteLength;) {
      // The last ones are smaller: when the device is done, little is left to be copied out.
      const rest = 4096 * Math.ceil((target.byteLength - at) / 4 / 4096);
      const piece = target.subarray(at, at + Math.min(largest, Math.max(largest / 8, rest)));
      const { byteLength } = piece;
      for (;;) {
        checkKept('download from', buffer, piece, byteLength);
        const landed = this.#placeDownload(buffer, byteOffset + at, piece, options, at > 0);
        if (landed) {
          landed.catch(() => undefined);
          landings.push(landed);
          break;
        }
        this.flush();
        await this.#landings[0];
      }
      this.flush();
      at += byteLength;
    }
    await Promise.all(landings);
  }

  /** Puts bytes into the ring and their copy into the batch; false if the ring is full. */
  #placeUpload(buffer: Buffer, byteOffset: number, bytes: Uint8Array, options: TransferOptions): boolean {
    const up = this.#uploads;
    const open = up.ring.open;
    let at = up.ring.reserve(bytes.byteLength);
    if (at < 0) {
      up.ring.release(this.#queue.timeline.value());
      at = up.ring.reserve(bytes.byteLength);
      if (at < 0) return false;
    }
    this.#copies.inNow(up.buffer.mapped, at, bytes);
    const taken = up.ring.open - open;
    const batch = this.#openBatch(options, true, { part: { ring: up.ring, bytes: taken } });
    batch.upBytes += taken;
    const target = { buffer, byteOffset };
    this.#recorder.copy(batch, { buffer: up.buffer, byteOffset: at }, target, bytes.byteLength, { shared: [target] });
    return true;
  }

  #placeDownload(
    buffer: Buffer,
    byteOffset: number,
    target: Uint8Array,
    options: TransferOptions,
    continues: boolean = false,
  ): Promise<void> | undefined {
    checkAlive('download from', buffer);
    const down = this.#downloads;
    const { open } = down.ring;
    const at = down.ring.reserve(target.byteLength);
    if (at < 0) return undefined;
    const part = { ring: down.ring, bytes: down.ring.open - open };
    const batch = this.#openBatch(options, options.concurrent !== true, { continues, part });
    const source = { buffer, byteOffset };
    const { byteLength } = target;
    const besideKernels = options.concurrent === true;
    const place = { buffer: down.buffer, byteOffset: at };
    this.#recorder.copy(batch, source, place, byteLength, { shared: [source], besideKernels });
    const landed = Promise.withResolvers<void>();
    const done = (error?: unknown): void => (error === undefined ? landed.resolve() : landed.reject(error));
    const land = (): Promise<void> | undefined => {
      checkKept('download from', buffer, target, byteLength);
      return this.#copies.out(down.buffer.mapped, at, target);
    };
    batch.landings.push({ land, done });
    return landed.promise;
  }

  get #uploads(): RingBuffer {
    return (this.#up ??= this.#createRing('staging up', 'upload'));
  }

  get #downloads(): RingBuffer {
    return (this.#down ??= this.#createRing('staging down', 'download'));
  }

  /** A ring; a smaller one where memory is short. */
  #createRing(label: string, memory: 'upload' | 'download'): RingBuffer {
    const usage = [memory === 'upload' ? 'transfer-source' : 'transfer-target'] as const;
    for (let byteLength = this.#ringBytes; ; byteLength /= 2) {
      try {
        const buffer = this.#makeRing({ label, owner: 'staging', byteLength, memory, usage });
        this.#driver.children.delete(buffer);
        return { ring: new Ring(byteLength), buffer };
      } catch (error) {
        if (!(error instanceof OutOfMemoryError) || byteLength <= LEAST_RING) throw error;
      }
    }
  }

  /** The open batch, begun if there is none. Where it can't be, the part of a ring that it was wanted for is free again. */
  #openBatch(options: TransferOptions, awaited: boolean, { continues = false, part }: BatchWish = {}): Batch {
    try {
      this.#batch ??= this.#recorder.begin(continues && this.#separate);
    } catch (error) {
      part?.ring.drop(part.bytes);
      throw error;
    }
    const batch = this.#batch;
    batch.ordered ||= options.concurrent !== true;
    batch.awaited ||= awaited;
    if (!this.#flushAsked) {
      this.#flushAsked = true;
      queueMicrotask(() => this.#flushLater());
    }
    return batch;
  }

  /** Ends the open batch: it is to be submitted now. Undefined if there is none. */
  #close(): Batch | undefined {
    const batch = this.#batch;
    if (!batch) return undefined;
    this.#batch = undefined;
    try {
      this.#recorder.end(batch);
    } catch (error) {
      this.#unsubmitted(batch, error);
      throw error;
    }
    return batch;
  }

  /** Tells what follows resources what a batch writes; what it gives is to be called if the batch isn't submitted after all. */
  #noteWrites({ copies }: Batch): () => void {
    const { tracking } = this.#driver;
    if (!tracking) return () => undefined;
    const undos = copies
      .filter(({ to, shared }) => shared.includes(to))
      .map(({ to: { buffer, byteOffset }, byteLength }) => tracking.uploaded(buffer, { byteOffset, byteLength }));
    return () => {
      for (const undo of undos.toReversed()) undo();
    };
  }

  #submitted(batch: Batch, value: number): void {
    this.#recorder.recycle(batch, value);
    this.#up?.ring.close(value, batch.upBytes);
    if (batch.awaited) this.#awaitedValue = value;
    batch.submitted.resolve();
    if (batch.landings.length > 0) this.#land(batch, value);
  }

  /** The device never saw the batch: what it holds of the rings is free. */
  #unsubmitted(batch: Batch, error: unknown): void {
    this.#recorder.recycle(batch, 0);
    this.#up?.ring.drop(batch.upBytes);
    this.#down?.ring.drop();
    this.#failed(batch, error);
  }

  #failed(batch: Batch, error: unknown): void {
    batch.submitted.reject(error);
    for (const landing of batch.landings) landing.done(error);
  }

  /** When the device is done, copies out of the ring; that is given back in order, one batch after the other. */
  #land(batch: Batch, value: number): void {
    const ring = this.#down?.ring;
    ring?.close(value);
    const landed = this.#queue.timeline.wait(value).then(
      () => Promise.all(batch.landings.map(land)),
      (error: unknown) => this.#failed(batch, error),
    );
    const released = Promise.all([landed, this.#lastLanding]).then(() => ring?.release(value));
    this.#lastLanding = released;
    this.#landings.push(released);
    void released.finally(() => this.#landings.shift());
  }

  #flushLater(): void {
    this.#flushAsked = false;
    try {
      this.flush();
    } catch {
      // Whoever asked for a transfer of this batch gets the error through its promise.
    }
  }
}

async function land({ land: act, done }: Batch['landings'][number]): Promise<void> {
  try {
    await act();
    done();
  } catch (error) {
    done(error);
  }
}
