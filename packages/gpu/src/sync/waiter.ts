/**
 * @file Waits for semaphores without blocking JavaScript: one worker thread a device makes the blocking calls, and the
 * main side sleeps in `Atomics.waitAsync`. koffi's own asynchronous calls would take libuv's four threads away from files.
 * The thread keeps the process alive only while somebody waits.
 */

import { Worker } from 'node:worker_threads';
import type { VkDevice, VkInstance } from '@halocline/vulkan';
import { BELL, CANCELLED, CANCELLING, FREE, PENDING, QUIT, requestTable, SLOTS, TABLE_BYTES } from './waiter-table.ts';

/** The running text's ending: sources are started as sources, compiled files as compiled files. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Answers when a timeline semaphore reaches a value. */
export class Waiter {
  readonly #buffer = new SharedArrayBuffer(TABLE_BYTES);
  readonly #table = requestTable(this.#buffer);
  readonly #worker: Worker;
  readonly #taken = new Uint8Array(SLOTS);
  readonly #queue: (() => void)[] = [];
  #waiting = 0;
  #failure: Error | undefined;

  constructor(loaderPath: string, instance: VkInstance, device: VkDevice) {
    this.#worker = new Worker(new URL(`./waiter-worker${ENDING}`, import.meta.url), {
      name: 'halocline waiter',
      workerData: { table: this.#buffer, loaderPath, instance, device },
      execArgv: ENDING === '.ts' ? ['--conditions=@halocline/source'] : [],
    });
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.unref();
  }

  /**
   * Resolves with 0 when the semaphore has reached the value, or with the negative VkResult that the wait ended with, or with
   * CANCELLED: then the thread has let go of the semaphore.
   */
  async wait(semaphore: bigint, value: number, isCancelled: () => boolean = () => false): Promise<number> {
    this.#waiting++;
    this.#worker.ref();
    try {
      const slot = await this.#takeSlot();
      try {
        return isCancelled() ? CANCELLED : await this.#ask(slot, semaphore, value);
      } finally {
        this.#taken[slot] = 0;
        this.#queue.shift()?.();
      }
    } finally {
      if (--this.#waiting === 0) this.#worker.unref();
    }
  }

  /** Gives up the waits for a semaphore that have begun. */
  cancel(semaphore: bigint): void {
    const { control, states, semaphores } = this.#table;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (semaphores[slot] === semaphore) Atomics.compareExchange(states, slot, PENDING, CANCELLING);
    }
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
  }

  /** Ends the thread; returns when it has ended. Nobody may wait any more. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.ref();
    Atomics.store(this.#table.control, QUIT, 1);
    Atomics.add(this.#table.control, BELL, 1);
    Atomics.notify(this.#table.control, BELL);
    if (!this.#failure) await ended;
  }

  async #ask(slot: number, semaphore: bigint, value: number): Promise<number> {
    if (this.#failure) throw this.#failure;
    const { control, states, semaphores, values } = this.#table;
    semaphores[slot] = semaphore;
    values[slot] = BigInt(value);
    Atomics.store(states, slot, PENDING);
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    for (const state of [PENDING, CANCELLING]) await Atomics.waitAsync(states, slot, state).value;
    if (this.#failure) throw this.#failure;
    return Atomics.exchange(states, slot, FREE);
  }

  async #takeSlot(): Promise<number> {
    for (;;) {
      const slot = this.#taken.indexOf(0);
      if (slot >= 0) {
        this.#taken[slot] = 1;
        return slot;
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }

  /** The thread died: everybody who waits is told. */
  #fail(error: Error): void {
    this.#failure = error;
    const { states } = this.#table;
    for (let slot = 0; slot < SLOTS; slot++) {
      Atomics.store(states, slot, FREE);
      Atomics.notify(states, slot);
    }
  }
}
