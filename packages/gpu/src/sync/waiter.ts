/**
 * @file Waits for semaphores without blocking JavaScript: one worker thread a device makes the blocking calls, and the
 * main side sleeps in `Atomics.waitAsync`. koffi's own asynchronous calls would take libuv's four threads away from files.
 * The thread keeps the process alive only while somebody waits; when its device is closed it stays for the next.
 */

import type { Worker } from 'node:worker_threads';
import type { VkDevice, VkInstance } from '@halocline/vulkan';
import { startThread } from '../thread.ts';
import {
  BELL,
  CANCELLED,
  CANCELLING,
  FREE,
  KNOWN_TURN,
  PENDING,
  requestTable,
  SLOTS,
  TABLE_BYTES,
  TURN,
} from './waiter-table.ts';
import type { RequestTable } from './waiter-table.ts';

/** A worker that waits, with what it shares. */
class WaiterThread {
  readonly loaderPath: string;
  readonly worker: Worker;
  readonly table: RequestTable;
  failure: Error | undefined;

  constructor(loaderPath: string) {
    this.loaderPath = loaderPath;
    const buffer = new SharedArrayBuffer(TABLE_BYTES);
    this.table = requestTable(buffer);
    this.worker = startThread('./waiter-worker', import.meta.url, {
      name: 'halocline waiter',
      data: { table: buffer, loaderPath },
    });
    this.worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.unref();
  }

  ring(): void {
    const { control } = this.table;
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
  }

  /** Gives the thread a device. */
  give(instance: bigint, device: bigint): void {
    this.table.device.set([instance, device]);
    this.turn();
  }

  /** The next turn, by its number: a device's begins with an odd one, and ends with the even one behind. */
  turn(): number {
    const turn = Atomics.add(this.table.control, TURN, 1) + 1;
    this.ring();
    return turn;
  }

  /** The thread died: everybody who waits is told. */
  #fail(error: Error): void {
    this.failure = error;
    const { control, states } = this.table;
    for (let slot = 0; slot < SLOTS; slot++) {
      Atomics.store(states, slot, FREE);
      Atomics.notify(states, slot);
    }
    Atomics.store(control, KNOWN_TURN, Atomics.load(control, TURN));
    Atomics.notify(control, KNOWN_TURN);
  }
}

/**
 * Threads whose device was closed, for those that are opened next. A thread that loads koffi leaves some 40 KiB behind when it
 * ends, so none is ended: there are as many as devices were ever open at once.
 */
const idle: WaiterThread[] = [];

function takeThread(loaderPath: string): WaiterThread {
  const at = idle.findIndex((thread) => thread.loaderPath === loaderPath && !thread.failure);
  return at < 0 ? new WaiterThread(loaderPath) : idle.splice(at, 1)[0]!;
}

/** Milliseconds in which nothing that is waited for came: then somebody asks whether the device lives. */
export const LATE_MS = 1000;

/** What is waited for: a timeline. */
export interface AwaitedTimeline {
  readonly handle: bigint;
  /** The largest value that was promised. */
  readonly last: number;
  /** Waits that began before it went up were given up. */
  readonly generation: number;
  /** Is told 0, or the negative VkResult that the wait for a value ended with, or CANCELLED; may throw. */
  answer(value: number, result: number): void;
  /** The wait for a value has ended, however it did. */
  forget(value: number): void;
}

/** Waits of this thread, of all its devices; what keeps the process alive for them. */
let waits = 0;
const holding = new Set<Worker>();
/** Whether that is looked at when the present turn of the event loop is over. */
let looks = false;

function hold(worker: Worker): void {
  if (holding.has(worker)) return;
  holding.add(worker);
  worker.ref();
}

function letGo(worker: Worker): void {
  if (holding.delete(worker)) worker.unref();
}

/** A wait has ended: where none has begun by the end of this turn, the process may end. To hold it anew for each wait costs more. */
function endWait(): void {
  waits--;
  if (waits > 0 || looks) return;
  looks = true;
  setImmediate(look);
}

function look(): void {
  looks = false;
  if (waits === 0) for (const each of holding) letGo(each);
}

/** Answers when a timeline semaphore reaches a value. */
export class Waiter {
  readonly #thread: WaiterThread;
  readonly #taken = new Uint8Array(SLOTS);
  readonly #queue: ((slot: number) => void)[] = [];
  readonly #onLate: () => void;
  #waiting = 0;
  #answered = 0;
  #watched = false;
  #end: number | undefined;

  /** `onLate` is called each second in which somebody waits and nobody is answered. */
  constructor(loaderPath: string, instance: VkInstance, device: VkDevice, onLate: () => void = () => undefined) {
    this.#onLate = onLate;
    this.#thread = takeThread(loaderPath);
    this.#thread.give(instance, device);
  }

  /**
   * Resolves when a timeline has reached the value; else it throws what the timeline makes of the answer. When that is CANCELLED, the
   * thread has let go of the semaphore. The process is kept alive meanwhile, and until the turn of
   * the event loop is over in which the last wait ended.
   */
  async wait(timeline: AwaitedTimeline, value: number): Promise<void> {
    const { generation } = timeline;
    this.#waiting++;
    waits++;
    hold(this.#thread.worker);
    const slot = this.#takeSlot() ?? (await new Promise<number>((resolve) => this.#queue.push(resolve)));
    try {
      if (timeline.generation !== generation) return timeline.answer(value, CANCELLED);
      this.#ask(slot, timeline.handle, value);
      const { states } = this.#thread.table;
      for (let state = PENDING; state === PENDING || state === CANCELLING; state = Atomics.load(states, slot)) {
        await Atomics.waitAsync(states, slot, state).value;
      }
      if (this.#thread.failure) throw this.#thread.failure;
      timeline.answer(value, Atomics.exchange(states, slot, FREE));
    } finally {
      timeline.forget(value);
      this.#answered++;
      this.#passOn(slot);
      this.#waiting--;
      endWait();
    }
  }

  /** Ends every wait, those to come too, with a negative VkResult: the device is lost. */
  abandon(result: number): void {
    this.#end = result;
    const { states } = this.#thread.table;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (Atomics.compareExchange(states, slot, PENDING, result) === PENDING) Atomics.notify(states, slot);
    }
  }

  /** Gives up the waits for a semaphore that have begun. */
  cancel(semaphore: bigint): void {
    const { states, semaphores } = this.#thread.table;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (semaphores[slot] === semaphore) Atomics.compareExchange(states, slot, PENDING, CANCELLING);
    }
    this.#thread.ring();
  }

  /**
   * Lets the thread go; returns when it is in no call for the device any more. The device is idle, and nobody begins to wait; waits
   * that it didn't get to are answered.
   */
  async close(): Promise<void> {
    const thread = this.#thread;
    const { control } = thread.table;
    const turn = thread.turn();
    // Counted as a wait: neither one that ends meanwhile nor one that ended lets go before it.
    waits++;
    hold(thread.worker);
    while (!thread.failure) {
      const known = Atomics.load(control, KNOWN_TURN);
      if (known === turn) break;
      await Atomics.waitAsync(control, KNOWN_TURN, known).value;
    }
    letGo(thread.worker);
    endWait();
    if (!thread.failure) idle.push(thread);
  }

  /** Asks the thread, where it still answers. */
  #ask(slot: number, semaphore: bigint, value: number): void {
    const { states, semaphores, values } = this.#thread.table;
    if (this.#thread.failure || this.#end !== undefined) {
      Atomics.store(states, slot, this.#end ?? FREE);
      return;
    }
    if (!this.#watched) this.#watch();
    semaphores[slot] = semaphore;
    values[slot] = BigInt(value);
    Atomics.store(states, slot, PENDING);
    this.#thread.ring();
  }

  /** Looks, a second from now, whether somebody was answered. */
  #watch(): void {
    this.#watched = true;
    const answered = this.#answered;
    setTimeout(() => {
      this.#watched = false;
      if (this.#waiting === 0) return;
      if (this.#answered === answered) this.#onLate();
      this.#watch();
    }, LATE_MS).unref();
  }

  /** A slot, if there is one that nobody has. */
  #takeSlot(): number | undefined {
    const slot = this.#taken.indexOf(0);
    if (slot < 0) return undefined;
    this.#taken[slot] = 1;
    return slot;
  }

  #passOn(slot: number): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken[slot] = 0;
    else next(slot);
  }
}
