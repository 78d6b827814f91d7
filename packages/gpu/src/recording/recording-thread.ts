/** @file One recording thread as the main side holds it: the worker, its port, and its command pools, a frame each. */

import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import type * as V from '@halocline/vulkan';
import { CommandPool } from '../command/command-buffer.ts';
import { destroyDescriptorPool } from '../command/descriptors.ts';
import type { Driver } from '../device/driver.ts';
import { vulkanLoader } from '../device/instance.ts';
import { startThread } from '../thread.ts';
import type { ObjectRecord } from './crossing.ts';
import type { Failure, News, ThreadStart, Word } from './recording-worker.ts';

/** What a thread shares with its recorder. */
export interface ThreadPlace {
  readonly driver: Driver;
  readonly family: number;
  readonly table: SharedArrayBuffer;
  readonly messages: SharedArrayBuffer;
  readonly layouts: SharedArrayBuffer;
  /** Frames in flight. */
  readonly frames: number;
  readonly secondaries: number;
  /** How many threads there are. */
  readonly threads: number;
}

/** What a thread told. */
export interface Heard {
  readonly failures: Failure[];
  readonly tracked: NonNullable<Word['tracked']>[];
}

/** A worker that records. */
export class RecordingThread {
  readonly thread: number;
  /** Resolves when the worker has ended. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  /** Somebody waits for its end. */
  #ending = false;
  readonly #driver: Driver;
  readonly #port: MessagePort;
  readonly #pools: readonly CommandPool[];
  /** Those that the thread has made, as far as its words were heard. */
  readonly #descriptorPools = new Set<V.VkDescriptorPool>();

  constructor(
    place: ThreadPlace,
    thread: number,
    records: readonly ObjectRecord[],
    onEnd: (code: number, error: Error | undefined) => void,
  ) {
    const { driver, family, frames } = place;
    this.thread = thread;
    this.#driver = driver;
    this.#pools = Array.from(
      { length: frames },
      (_, slot) => new CommandPool(driver, family, `recording thread ${thread}, frame ${slot}`, { resetAsWhole: true }),
    );
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.unref();
    const start: ThreadStart = {
      thread,
      threads: place.threads,
      table: place.table,
      messages: place.messages,
      layouts: place.layouts,
      port: port2,
      loaderPath: vulkanLoader().path,
      instance: driver.instance.handle,
      physicalDevice: driver.physicalDevice,
      device: driver.handle,
      name: driver.name,
      limits: driver.limits,
      features: driver.features,
      extensions: driver.extensions,
      family: driver.family,
      named: driver.named,
      tracking: driver.tracking?.wishes,
      pools: this.#pools.map((pool) => pool.handle),
      secondaries: place.secondaries,
      records,
    };
    this.#worker = startThread('./recording-worker', import.meta.url, {
      name: `halocline recording ${thread}`,
      data: start,
      transferList: [port2],
    });
    let failure: Error | undefined;
    this.#worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        onEnd(code, failure);
        resolve();
      });
    });
    this.unref();
  }

  /** Node's number of it. */
  get threadId(): number {
    return this.#worker.threadId;
  }

  /** Ends it; resolves to its exit code. Until then it holds the process. */
  terminate(): Promise<number> {
    this.#ending = true;
    return this.#worker.terminate();
  }

  /** From now on it holds the process. */
  ref(): void {
    this.#worker.ref();
  }

  /** From now on it holds the process only if somebody waits for its end. */
  unref(): void {
    if (!this.#ending) this.#worker.unref();
  }

  tell(news: News): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's has no origin
    this.#port.postMessage(news);
  }

  /** What became of jobs since the last call: those that failed, and what others touch. */
  heard(): Heard {
    const found: Heard = { failures: [], tracked: [] };
    for (;;) {
      const heard = receiveMessageOnPort(this.#port);
      if (!heard) return found;
      const { failure, tracked, made, gone } = heard.message as Word;
      if (failure) found.failures.push(failure);
      if (tracked) found.tracked.push(tracked);
      if (made !== undefined) this.#descriptorPools.add(made);
      if (gone !== undefined) this.#descriptorPools.delete(gone);
    }
  }

  /** Gives its pools back when the device is done with them. The worker has ended. */
  destroy(): void {
    this.heard();
    this.#port.close();
    this.#driver.retire(() => {
      for (const pool of this.#pools) pool.destroy();
      for (const pool of this.#descriptorPools) destroyDescriptorPool(this.#driver, pool);
    });
  }
}
