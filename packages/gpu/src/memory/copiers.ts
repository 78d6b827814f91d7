/**
 * @file Threads that copy memory, for transfers that one thread would hold up: a processor's core moves 4 to 9 GB/s, a bus
 * to a card 25 to 50. Addresses cross threads, so the bytes themselves needn't be shared memory. One set of threads serves
 * all devices of the process; they start with the first large transfer, and end with the last device.
 */

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { BEGUN, BELL, copierTable, copyChunks, PENDING, QUIT, SLOTS, TABLE_BYTES } from './copier-table.ts';
import { startThread } from '../thread.ts';
import { libc } from './libc.ts';

const MOST_THREADS = 12;
const LARGEST_CHUNK = 2 ** 19;
const SMALLEST_CHUNK = 2 ** 16;

/**
 * Three quarters of the cores, at most 12: where a host shares its cores and memory with others 8 move less, and 15 of 16 hold each other up
 * (docs/memory.md).
 */
function copierCount(cores: number = availableParallelism()): number {
  return Math.min(MOST_THREADS, Math.max(1, Math.floor((3 * cores) / 4)));
}

/** Waits until a thread has ended by itself, and is alive meanwhile. */
async function ended(worker: Worker): Promise<void> {
  if (worker.threadId < 0) return;
  worker.ref();
  await once(worker, 'exit');
}

/** Copies memory by its address. The caller keeps both ends alive, and where they are, until a copy is done. */
export class Copiers {
  readonly #table = copierTable(new SharedArrayBuffer(TABLE_BYTES));
  readonly #threads: number;
  readonly #taken = new Uint8Array(SLOTS);
  #workers: Worker[] = [];
  #waiting = 0;

  constructor(threads: number = copierCount()) {
    this.#threads = threads;
  }

  /** Whether a thread runs. Before `start`, and for some 100 ms after it, none does. */
  get ready(): boolean {
    return Atomics.load(this.#table.control, BEGUN) > 0;
  }

  /** Starts the threads, if they aren't there. Doesn't wait for them. */
  start(): void {
    if (this.#workers.length > 0 || libc() === undefined) return;
    for (let i = 0; i < this.#threads; i++) {
      const worker = startThread('./copier-worker', import.meta.url, {
        name: 'halocline copier',
        data: { table: this.#table.control.buffer },
      });
      // A thread that couldn't start leaves its work to the others; without any, `ready` stays false.
      worker.on('error', () => undefined);
      worker.unref();
      this.#workers.push(worker);
    }
  }

  /**
   * Copies on the threads, `chunkBytes` at a time; waits, without blocking, until it is done. Where the target is fresh
   * memory, a chunk is best a page: threads that touch one page for the first time wait for one another.
   */
  async copy(target: bigint, source: bigint, byteLength: number, chunkBytes: number = LARGEST_CHUNK): Promise<void> {
    const slot = this.#begin(target, source, byteLength, chunkBytes);
    if (slot < 0) return void libc()!.memcpy(target, source, BigInt(byteLength));
    if (this.#waiting++ === 0) this.#workers[0]!.ref();
    await Atomics.waitAsync(this.#table.states, slot, PENDING).value;
    if (--this.#waiting === 0) this.#workers[0]!.unref();
    this.#taken[slot] = 0;
  }

  /** Copies on the threads and on the caller's own; returns when it is done. */
  copyNow(target: bigint, source: bigint, byteLength: number): void {
    const part = Math.ceil(byteLength / (2 * this.#threads + 2));
    const chunk = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, Math.ceil(part / 4096) * 4096));
    const slot = this.#begin(target, source, byteLength, chunk);
    const { memcpy } = libc()!;
    if (slot < 0) return void memcpy(target, source, BigInt(byteLength));
    copyChunks(this.#table, slot, memcpy);
    Atomics.wait(this.#table.states, slot, PENDING);
    this.#taken[slot] = 0;
  }

  /** Ends the copies that are under way, with the help of the caller's own thread: returns when they are done. */
  settle(): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#taken[slot] === 0) continue;
      copyChunks(this.#table, slot, libc()!.memcpy);
      Atomics.wait(this.#table.states, slot, PENDING);
    }
  }

  /** Ends the threads; returns when they have ended. Nothing may be under way. */
  async close(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    const { control } = this.#table;
    Atomics.store(control, QUIT, 1);
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    await Promise.all(workers.map(ended));
    Atomics.store(control, QUIT, 0);
    Atomics.store(control, BEGUN, 0);
  }

  /** Writes a job where threads will find it; −1 if there are too many. */
  #begin(target: bigint, source: bigint, byteLength: number, chunk: number): number {
    const slot = this.#taken.indexOf(0);
    if (slot < 0 || byteLength === 0) return -1;
    this.#taken[slot] = 1;
    const { control, states, untaken, left, jobs } = this.#table;
    const chunks = Math.ceil(byteLength / chunk);
    jobs.set([target, source, BigInt(byteLength), BigInt(chunk)], slot * 4);
    Atomics.store(left, slot, chunks);
    Atomics.store(states, slot, PENDING);
    Atomics.store(untaken, slot, chunks);
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    return slot;
  }
}

const shared = new Copiers();
let users = 0;

/** The process's copiers, for one more device. */
export function acquireCopiers(): Copiers {
  users++;
  return shared;
}

/** To be called before memory goes that threads may be copying from or to, for whichever device: they stop touching it. */
export function settleCopies(): void {
  shared.settle();
}

/** A device needs them no more; with the last, the threads end. */
export async function releaseCopiers(): Promise<void> {
  if (--users === 0) await shared.close();
}
