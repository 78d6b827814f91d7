/**
 * @file A relay: a thread that listens to one timeline and passes on what it hears to other devices: when a value is reached, it may
 * copy some bytes, and signals a timeline. That is how devices wait for each other where the driver lets them share
 * no semaphore. JavaScript's own thread has no part in it, so it may block or work meanwhile.
 */

import type { Worker } from 'node:worker_threads';
import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { VulkanErrorDetails } from '../errors.ts';
import { printsItself } from '../printing.ts';
import { cudaLibrary, resultName } from '../cuda/library.ts';
import { startThread } from '../thread.ts';
import {
  BELL,
  CUDA_FAILURE,
  DONE,
  FAILURE,
  POSTED,
  QUIT,
  relayTable,
  RING,
  TABLE_BYTES,
  WORDS,
} from './relay-table.ts';
import type { Signaller, Timeline, TimelinePoint } from './timeline.ts';
import { checkSignal, checkWait } from './timeline-point.ts';
import { checkOptions } from '../given.ts';

/** Bytes to be copied, between addresses that stay valid until the signal. */
export interface RelayCopy {
  readonly from: bigint;
  readonly to: bigint;
  readonly byteLength: number;
  /** CUDA copies, and the addresses are its own in these contexts (`CudaDevice.context`). Default: the processor copies. */
  readonly contexts?: { readonly from: bigint; readonly to: bigint };
}

/** What happens when the timeline has reached `value`. */
export interface RelayMessage {
  readonly value: number;
  readonly copy?: RelayCopy;
  /** Signalled after the copy; larger than all values before on its timeline. */
  readonly signal: TimelinePoint;
}

/** What a relay is made for. */
export interface RelayOptions {
  readonly label: string;
  readonly loaderPath: string;
  readonly instance: V.VkInstance;
  readonly timeline: Timeline;
}

/** Passes on what happens on one timeline. Close it before its device, and before the devices whose timelines it signals. */
export class Relay implements Child, Signaller, AsyncDisposable {
  static {
    printsItself(this);
  }

  readonly kind = 'relay';
  readonly label: string;
  readonly #driver: Driver;
  readonly #timeline: Timeline;
  readonly #buffer = new SharedArrayBuffer(TABLE_BYTES);
  readonly #table = relayTable(this.#buffer);
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  /** Messages that the ring has no room for yet. */
  readonly #line: bigint[][] = [];
  #moving: Promise<void> | null = null;
  #error: Error | undefined;
  #abandoned = false;
  #end: Promise<void> | undefined;

  constructor({ label, loaderPath, instance, timeline }: RelayOptions) {
    this.label = label;
    this.#driver = timeline.driver;
    this.#timeline = timeline;
    this.#worker = startThread('./relay-worker', import.meta.url, {
      name: 'halocline relay',
      data: {
        table: this.#buffer,
        loaderPath,
        instance,
        device: timeline.device,
        semaphore: timeline.handle,
      },
    });
    this.#worker.on('error', (error) => {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#line.length = 0;
      Atomics.notify(this.#table.control, DONE);
    });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.unref();
    this.#driver.children.add(this);
  }

  /**
   * Adds a message behind those posted so far; values must not fall, and may be of submits to come. Doesn't wait: where 8,192 are
   * on their way, it goes when the thread has room.
   */
  post(message: RelayMessage): void {
    checkOptions(`Cannot relay "${this.label}"`, message, 'the numbers of its message');
    const { value, copy, signal } = message;
    this.check();
    const act = `Cannot relay "${this.label}"`;
    if (this.#end) throw new VulkanError(`${act}: it was closed; post before`, this.#details);
    checkWait(act, this.label, { timeline: this.#timeline, value });
    checkSignal(act, this.label, signal);
    if (copy && !(Number.isSafeInteger(copy.byteLength) && copy.byteLength >= 0)) {
      throw new RangeError(`${act}: it copies ${copy.byteLength} bytes; give a whole number from 0`);
    }
    const words = [
      BigInt(value),
      copy?.from ?? 0n,
      copy?.to ?? 0n,
      BigInt(copy?.byteLength ?? 0),
      signal.timeline.device,
      signal.timeline.handle,
      BigInt(signal.value),
      copy?.contexts?.from ?? 0n,
      copy?.contexts?.to ?? 0n,
    ];
    signal.timeline.promise(signal.value, this);
    if (this.#line.length === 0 && !this.#isFull) return this.#write(words);
    this.#line.push(words);
    this.#moving ??= this.#moveUp().finally(() => (this.#moving = null));
  }

  get #isFull(): boolean {
    const { control } = this.#table;
    return ((Atomics.load(control, POSTED) - Atomics.load(control, DONE)) | 0) >= RING;
  }

  #write(words: readonly bigint[]): void {
    const { control, messages } = this.#table;
    const posted = Atomics.load(control, POSTED);
    messages.set(words, ((posted >>> 0) % RING) * WORDS);
    Atomics.store(control, POSTED, (posted + 1) | 0);
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
  }

  /** Brings what stands in line into the ring as it empties. */
  async #moveUp(): Promise<void> {
    const { control } = this.#table;
    this.#worker.ref(); // nothing else may keep the process alive meanwhile
    while (this.#line.length > 0) {
      const done = Atomics.load(control, DONE);
      if (this.#isFull) await Atomics.waitAsync(control, DONE, done).value;
      else this.#write(this.#line.shift()!);
    }
    this.#worker.unref();
  }

  /** Throws if the thread died, or a wait, copy or signal of its failed. */
  check(): void {
    const { control } = this.#table;
    const [failure, copying] = [Atomics.load(control, FAILURE), Atomics.load(control, CUDA_FAILURE)];
    if (this.#error === undefined && failure === 0 && copying === 0) return;
    const result =
      failure !== 0 ? V.resultName(failure) : copying !== 0 ? resultName(cudaLibrary(), copying) : undefined;
    const why = this.#error?.message ?? `the ${failure === 0 ? 'copy' : 'wait'} ended with ${result}`;
    throw new VulkanError(`Cannot relay "${this.label}": ${why}; close the devices and open them again`, {
      ...this.#details,
      ...(result === undefined ? {} : { result }),
    });
  }

  get #details(): VulkanErrorDetails {
    return { kind: 'synchronization', labels: [this.label] };
  }

  /**
   * The device that it listens to is lost, or what it waits for doesn't come: it waits no more, copies nothing, and signals whoever was
   * promised a signal.
   */
  abandon(): void {
    this.#abandoned = true;
    Atomics.compareExchange(this.#table.control, FAILURE, 0, V.VK_ERROR_DEVICE_LOST);
  }

  /** Whether it was abandoned: what is posted now isn't passed on as it should be. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Resolves when all that was posted by now was passed on, or its thread has died; undefined where it was. */
  settling(): Promise<void> | undefined {
    const { control } = this.#table;
    const last = (Atomics.load(control, POSTED) + this.#line.length) | 0;
    return last === Atomics.load(control, DONE) ? undefined : this.#settle(last);
  }

  async #settle(last: number): Promise<void> {
    const { control } = this.#table;
    while (this.#error === undefined) {
      const done = Atomics.load(control, DONE);
      if (((last - done) | 0) <= 0) break;
      await Atomics.waitAsync(control, DONE, done).value;
    }
  }

  /**
   * Waits with the thread blocked until all that was posted was passed on, at most `timeoutMs` milliseconds; false if the time ran out.
   * For ends and emergencies.
   */
  waitBlocking(timeoutMs: number): boolean {
    const { control } = this.#table;
    const end = performance.now() + timeoutMs;
    for (;;) {
      const done = Atomics.load(control, DONE);
      if (this.#line.length === 0 && done === Atomics.load(control, POSTED)) return true;
      const rest = end - performance.now();
      if (rest <= 0 || Atomics.wait(control, DONE, done, rest) === 'timed-out') return false;
    }
  }

  toString(): string {
    return `Relay("${this.label}"${this.#end ? ', closed' : ''})`;
  }

  /** Ends the thread, without waiting for it. Wait with `await using` to see it ended. */
  [Symbol.dispose](): void {
    void this[Symbol.asyncDispose]();
  }

  /** Ends the thread when it has passed on all that was posted; waits for that. */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#end ??= this.#close());
  }

  async #close(): Promise<void> {
    const { control } = this.#table;
    await this.#moving;
    this.#worker.ref();
    Atomics.store(control, QUIT, 1);
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    if (this.#error === undefined) await this.#ended;
    this.#driver.children.delete(this);
  }
}
