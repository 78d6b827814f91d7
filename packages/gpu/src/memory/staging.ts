/**
 * @file Staging: bytes up to the device and down from it, through two rings of mapped memory.
 *
 * Transfers are gathered into a batch, in the order in which they are asked for, and the batch is submitted at the end of
 * the microtask, or with the next submit of commands if that comes first: then in the same call. So what was uploaded is
 * seen by every later submit, and what is downloaded is as it was after every earlier one. Where the device has a queue
 * for transfers alone, batches run there, ordered by the timelines of both queues; else barriers at both ends order them.
 */

import * as V from '@halocline/vulkan';
import type { Access } from '../access.ts';
import { beginCommands, CommandPool, endCommands } from '../command/command-buffer.ts';
import { checkRange } from '../command/encoder.ts';
import type { Companion, Queue } from '../command/queue.ts';
import { recordBarrier } from '../command/barrier.ts';
import type { Driver } from '../device/driver.ts';
import { bytesText, VulkanError } from '../errors.ts';
import type { TimelinePoint } from '../sync/timeline.ts';
import type { Buffer, BufferOptions } from './buffer.ts';
import { Ring } from './ring.ts';
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

interface Landing {
  readonly ringOffset: number;
  readonly target: Uint8Array;
  readonly done: (error?: unknown) => void;
}

interface Batch {
  readonly commands: V.VkCommandBuffer;
  readonly landings: Landing[];
  /** For each buffer the hull of the bytes that the batch touches. */
  readonly touched: Map<Buffer, [start: number, end: number]>;
  readonly submitted: PromiseWithResolvers<void>;
  /** Waits for earlier commands. */
  ordered: boolean;
  /** Later commands wait for it. */
  awaited: boolean;
}

const ANY_TRANSFER: readonly Access[] = ['transfer-source', 'transfer-target'];
const ANY_DEVICE: readonly Access[] = ['storage-read', 'storage-write', 'indirect', ...ANY_TRANSFER];

/** Moves bytes between JavaScript and a device's buffers. */
export class Staging implements Companion {
  static {
    printsItself(this);
  }

  readonly #driver: Driver;
  readonly #compute: Queue;
  readonly #queue: Queue;
  readonly #pool: CommandPool;
  readonly #makeRing: (options: BufferOptions) => Buffer;
  readonly #ringBytes: number;
  readonly #separate: boolean;
  #up: { ring: Ring; buffer: Buffer } | undefined;
  #down: { ring: Ring; buffer: Buffer } | undefined;
  #batch: Batch | undefined;
  #taken: Batch | undefined;
  #flushAsked = false;
  #free: { commands: V.VkCommandBuffer; value: number }[] = [];
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
    this.#pool = new CommandPool(driver, this.#queue.family, 'staging');
  }

  /**
   * Copies bytes into a buffer. When the promise resolves, `data` may change and every later submit sees the bytes; small
   * uploads are ordered so at once, without `await`. Data larger than a quarter of the ring travels in pieces: until the
   * promise resolves it must not change, and what must see it must not be submitted.
   */
  upload(buffer: Buffer, byteOffset: number, data: ArrayBufferView, options: TransferOptions = {}): Promise<void> {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    checkRange('upload to', buffer, byteOffset, bytes.byteLength);
    checkAlive('upload to', buffer);
    this.#driver.counters.uploads++;
    this.#driver.counters.bytesUp += bytes.byteLength;
    if (bytes.byteLength === 0) return Promise.resolve();
    if (this.#slowCount === 0 && bytes.byteLength <= this.#pieceBytes) {
      if (this.#placeUpload(buffer, byteOffset, bytes, options)) return this.#batch!.submitted.promise;
    }
    return this.#queueSlow(() => this.#uploadPieces(buffer, byteOffset, bytes, options));
  }

  /**
   * Copies bytes out of a buffer, as they are after everything that was submitted so far. Waits for the device, without
   * blocking. More than a quarter of the ring travels in pieces: until the promise resolves, submit nothing that writes there.
   */
  download(
    buffer: Buffer,
    byteOffset: number = 0,
    byteLength: number = buffer.byteLength - byteOffset,
    options: DownloadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkRange('download from', buffer, byteOffset, byteLength);
    checkAlive('download from', buffer);
    this.#driver.counters.downloads++;
    this.#driver.counters.bytesDown += byteLength;
    const target = options.into ?? new Uint8Array(byteLength);
    if (target.byteLength !== byteLength) {
      throw new RangeError(
        `Cannot download from buffer "${buffer.label}": ${byteLength} bytes into ${target.byteLength}; give an array of that length`,
      );
    }
    if (byteLength === 0) return Promise.resolve(target);
    if (this.#slowCount === 0 && byteLength <= this.#pieceBytes) {
      const landed = this.#placeDownload(buffer, byteOffset, target, options);
      if (landed) return landed.then(() => target);
    }
    return this.#queueSlow(() => this.#downloadPieces(buffer, byteOffset, target, options)).then(() => target);
  }

  /** Submits the transfers that were asked for so far. Doesn't wait. */
  flush(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    let value: number;
    try {
      this.#end(batch);
      const { timeline } = this.#compute;
      const ordered = this.#separate && batch.ordered && timeline.last > 0;
      const wait = ordered ? [{ timeline, value: timeline.last }] : [];
      value = this.#queue.submitHandles([batch.commands], wait, []);
    } catch (error) {
      this.#unsubmitted(batch, error);
      throw error;
    }
    this.#submitted(batch, value);
  }

  /** Waits, without blocking, until every transfer is done. */
  async idle(): Promise<void> {
    await this.#slow;
    this.flush();
    await this.#queue.timeline.wait(this.#queue.timeline.last);
    await this.#lastLanding;
  }

  /** Part of `Queue.submit`: what must run before the commands, or be waited for by them. */
  before(): { commands: V.VkCommandBuffer | undefined; wait: TimelinePoint | undefined } {
    if (this.#separate) {
      this.flush();
      const value = this.#awaitedValue;
      if (value <= this.#waitedValue) return { commands: undefined, wait: undefined };
      this.#waitedValue = value;
      return { commands: undefined, wait: { timeline: this.#queue.timeline, value } };
    }
    const batch = this.#batch;
    if (!batch) return { commands: undefined, wait: undefined };
    this.#batch = undefined;
    this.#taken = batch;
    this.#end(batch);
    return { commands: batch.commands, wait: undefined };
  }

  /** Part of `Queue.submit`. */
  after(value: number, error: unknown): void {
    const batch = this.#taken!;
    this.#taken = undefined;
    if (error === undefined) this.#submitted(batch, value);
    else this.#unsubmitted(batch, error);
  }

  toString(): string {
    const { uploads, downloads } = this.#driver.counters;
    return `Staging(${uploads} uploads, ${downloads} downloads, rings of ${bytesText(this.#ringBytes)})`;
  }

  /** Frees the rings. Nothing may be under way. */
  destroy(): void {
    this.#up?.buffer[Symbol.dispose]();
    this.#down?.buffer[Symbol.dispose]();
    this.#pool.destroy();
  }

  get #pieceBytes(): number {
    return this.#ringBytes / 4;
  }

  /** Large transfers take turns, and later small ones don't overtake them. */
  #queueSlow(body: () => Promise<void>): Promise<void> {
    this.#slowCount++;
    const done = this.#slow.then(body).finally(() => this.#slowCount--);
    this.#slow = done.catch(() => undefined);
    return done;
  }

  async #uploadPieces(buffer: Buffer, byteOffset: number, bytes: Uint8Array, options: TransferOptions): Promise<void> {
    let last: Promise<void> | undefined;
    for (let at = 0; at < bytes.byteLength; at += this.#pieceBytes) {
      const piece = bytes.subarray(at, at + this.#pieceBytes);
      while (!this.#placeUpload(buffer, byteOffset + at, piece, options)) {
        this.flush();
        const { timeline } = this.#queue;
        await timeline.wait(this.#up!.ring.oldestMark ?? timeline.last);
      }
      last = this.#batch!.submitted.promise;
      this.flush();
    }
    await last;
  }

  async #downloadPieces(
    buffer: Buffer,
    byteOffset: number,
    target: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    const landings: Promise<void>[] = [];
    for (let at = 0; at < target.byteLength; at += this.#pieceBytes) {
      const piece = target.subarray(at, at + this.#pieceBytes);
      for (;;) {
        const landed = this.#placeDownload(buffer, byteOffset + at, piece, options);
        if (landed) {
          landed.catch(() => undefined);
          landings.push(landed);
          break;
        }
        this.flush();
        await this.#landings[0];
      }
      this.flush();
    }
    await Promise.all(landings);
  }

  /** Puts a piece into the ring and its copy into the batch; false if the ring is full. */
  #placeUpload(buffer: Buffer, byteOffset: number, piece: Uint8Array, options: TransferOptions): boolean {
    checkAlive('upload to', buffer); // it may have been disposed between two pieces
    const up = (this.#up ??= this.#createRing('staging up', 'upload'));
    let at = up.ring.reserve(piece.byteLength);
    if (at < 0) {
      up.ring.release(this.#queue.timeline.value());
      at = up.ring.reserve(piece.byteLength);
      if (at < 0) return false;
    }
    up.buffer.mapped.set(piece, at);
    const batch = this.#openBatch(buffer, byteOffset, piece.byteLength);
    batch.ordered ||= options.concurrent !== true;
    batch.awaited = true;
    this.#copy(batch, up.buffer, at, buffer, byteOffset, piece.byteLength);
    return true;
  }

  #placeDownload(
    buffer: Buffer,
    byteOffset: number,
    piece: Uint8Array,
    options: TransferOptions,
  ): Promise<void> | undefined {
    checkAlive('download from', buffer);
    const down = (this.#down ??= this.#createRing('staging down', 'download'));
    const at = down.ring.reserve(piece.byteLength);
    if (at < 0) return undefined;
    const batch = this.#openBatch(buffer, byteOffset, piece.byteLength);
    batch.ordered ||= options.concurrent !== true;
    batch.awaited ||= options.concurrent !== true;
    this.#copy(batch, buffer, byteOffset, down.buffer, at, piece.byteLength);
    const landed = Promise.withResolvers<void>();
    const done = (error?: unknown): void => (error === undefined ? landed.resolve() : landed.reject(error));
    batch.landings.push({ ringOffset: at, target: piece, done });
    return landed.promise;
  }

  #createRing(label: string, memory: 'upload' | 'download'): { ring: Ring; buffer: Buffer } {
    const usage = [memory === 'upload' ? 'transfer-source' : 'transfer-target'] as const;
    const buffer = this.#makeRing({ label, owner: 'staging', byteLength: this.#ringBytes, memory, usage });
    this.#driver.children.delete(buffer);
    return { ring: new Ring(this.#ringBytes), buffer };
  }

  /** The open batch, begun if there is none; with a barrier if it touched these bytes before. */
  #openBatch(buffer: Buffer, start: number, byteLength: number): Batch {
    const batch = (this.#batch ??= this.#begin());
    if (!this.#flushAsked) {
      this.#flushAsked = true;
      queueMicrotask(() => this.#flushLater());
    }
    const end = start + byteLength;
    const hull = batch.touched.get(buffer);
    if (!hull) batch.touched.set(buffer, [start, end]);
    else if (start < hull[1] && hull[0] < end) {
      this.#barrier(batch.commands, ANY_TRANSFER, ANY_TRANSFER);
      batch.touched.clear();
      batch.touched.set(buffer, [start, end]);
    } else {
      hull[0] = Math.min(hull[0], start);
      hull[1] = Math.max(hull[1], end);
    }
    return batch;
  }

  #begin(): Batch {
    const reached = this.#queue.timeline.value();
    const index = this.#free.findIndex((each) => each.value <= reached);
    const commands = index >= 0 ? this.#free.splice(index, 1)[0]!.commands : this.#pool.allocate('staging');
    beginCommands(this.#driver, commands, 'staging', true);
    this.#barrier(commands, this.#separate ? ANY_TRANSFER : ANY_DEVICE, ANY_TRANSFER);
    const submitted = Promise.withResolvers<void>();
    submitted.promise.catch(() => undefined);
    return { commands, landings: [], touched: new Map(), submitted, ordered: false, awaited: false };
  }

  #end(batch: Batch): void {
    const after: Access[] = this.#separate ? [...ANY_TRANSFER] : [...ANY_DEVICE];
    if (batch.landings.length > 0) after.push('host-read');
    this.#barrier(batch.commands, ANY_TRANSFER, after);
    endCommands(this.#driver, batch.commands, 'staging');
  }

  #submitted(batch: Batch, value: number): void {
    this.#free.push({ commands: batch.commands, value });
    this.#up?.ring.close(value);
    if (batch.awaited) this.#awaitedValue = value;
    batch.submitted.resolve();
    if (batch.landings.length > 0) this.#land(batch, value);
  }

  /** The device never saw the batch: what it holds of the rings is free. */
  #unsubmitted(batch: Batch, error: unknown): void {
    this.#free.push({ commands: batch.commands, value: 0 });
    for (const half of [this.#up, this.#down]) {
      half?.ring.close(0);
      half?.ring.release(0);
    }
    this.#failed(batch, error);
  }

  #failed(batch: Batch, error: unknown): void {
    batch.submitted.reject(error);
    for (const landing of batch.landings) landing.done(error);
  }

  /** When the device is done, copies out of the ring; one batch after the other, since the ring is given back in order. */
  #land(batch: Batch, value: number): void {
    const { ring, buffer } = this.#down!;
    ring.close(value);
    const landed = Promise.all([this.#queue.timeline.wait(value), this.#lastLanding])
      .then(
        () => batch.landings.forEach((landing) => copyOut(buffer, landing)),
        (error: unknown) => this.#failed(batch, error),
      )
      .then(() => ring.release(value));
    this.#lastLanding = landed;
    this.#landings.push(landed);
    void landed.finally(() => this.#landings.shift());
  }

  #flushLater(): void {
    this.#flushAsked = false;
    try {
      this.flush();
    } catch {
      // Whoever asked for a transfer of this batch gets the error through its promise.
    }
  }

  #copy(batch: Batch, from: Buffer, fromOffset: number, to: Buffer, toOffset: number, byteLength: number): void {
    V.arena.scope(() => {
      const region = V.VkBufferCopy({ srcOffset: fromOffset, dstOffset: toOffset, size: byteLength });
      this.#driver.commands.vkCmdCopyBuffer(batch.commands, from.handle, to.handle, 1, region);
    });
  }

  #barrier(commands: V.VkCommandBuffer, before: readonly Access[], after: readonly Access[]): void {
    recordBarrier(this.#driver.commands, commands, before, after);
  }
}

function copyOut(ring: Buffer, { ringOffset, target, done }: Landing): void {
  try {
    target.set(ring.mapped.subarray(ringOffset, ringOffset + target.byteLength));
    done();
  } catch (error) {
    // The array was transferred elsewhere meanwhile.
    done(error);
  }
}

function checkAlive(verb: string, buffer: Buffer): void {
  if (buffer.disposed)
    throw new VulkanError(`Cannot ${verb} buffer "${buffer.label}": it was disposed`, {
      kind: 'buffer',
      labels: [buffer.label],
    });
}
