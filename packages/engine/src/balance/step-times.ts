/**
 * @file How long each device works for a step: timestamps before and after each of its submits, so that what it waits for
 * of others doesn't count. They stand in command buffers of their own, beside what is recorded of the step.
 */
import type { CommandBuffer, Device, QueryPool } from '@halocline/gpu';

/** Submits whose timestamps share a pool. */
const CHUNK = 64;

interface Stamps {
  readonly pool: QueryPool;
  /** By place in the chunk. */
  readonly pairs: { readonly before: CommandBuffer; readonly after: CommandBuffer }[];
}

/** The clocks of a team's devices. */
export class StepTimes implements Disposable {
  readonly #devices: readonly Device[];
  /** By device and step in flight: chunk by chunk. */
  readonly #chunks = new Map<string, Stamps[]>();
  /** By device and step in flight: submits of the last step. */
  readonly #used = new Map<string, number>();

  constructor(devices: readonly Device[]) {
    this.#devices = devices;
  }

  /** The commands of a step's submit number `index` on a device, between timestamps. `slot` is the step in flight. */
  around(device: number, slot: number, index: number, commands: CommandBuffer): CommandBuffer[] {
    const key = `${device} ${slot}`;
    this.#used.set(key, index + 1);
    const chunks = this.#chunks.get(key) ?? [];
    this.#chunks.set(key, chunks);
    const number = Math.floor(index / CHUNK);
    const place = index % CHUNK;
    const opened = this.#devices[device]!;
    const label = `times of step ${slot}`;
    const chunk = (chunks[number] ??= { pool: opened.createQueryPool({ label, count: 2 * CHUNK }), pairs: [] });
    const pair = (chunk.pairs[place] ??= {
      before: opened.record(label, (encoder) => {
        if (place === 0) encoder.resetQueries(chunk.pool);
        encoder.timestamp(chunk.pool, 2 * place);
      }),
      after: opened.record(label, (encoder) => void encoder.timestamp(chunk.pool, 2 * place + 1)),
    });
    return [pair.before, commands, pair.after];
  }

  /** The commands of a step's submits, so many, run once more on each device as `around` gave them. */
  again(slot: number, submits: number): void {
    for (const device of this.#devices.keys()) this.#used.set(`${device} ${slot}`, submits);
  }

  /** Milliseconds that each device worked for the step that was last in `slot`, which is done. */
  read(slot: number): number[] {
    return this.#devices.map((_, device) => {
      const key = `${device} ${slot}`;
      let rest = this.#used.get(key) ?? 0;
      let nanoseconds = 0;
      for (const { pool } of this.#chunks.get(key) ?? []) {
        const stamps = pool.nanoseconds();
        for (let place = 0; place < Math.min(rest, CHUNK); place++) {
          nanoseconds += stamps[2 * place + 1]! - stamps[2 * place]!;
        }
        rest = Math.max(0, rest - CHUNK);
      }
      return nanoseconds / 1e6;
    });
  }

  /** Nothing of it is in flight. */
  [Symbol.dispose](): void {
    for (const chunks of this.#chunks.values()) {
      for (const { pool, pairs } of chunks) {
        for (const { before, after } of pairs) {
          before[Symbol.dispose]();
          after[Symbol.dispose]();
        }
        pool[Symbol.dispose]();
      }
    }
    this.#chunks.clear();
  }
}
