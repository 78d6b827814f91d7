/** @file Timestamps around what is recorded once and submitted many times: they are read after each time that it is done. */
import type { Device, Encoder, QueryPool } from '@halocline/gpu';
import type { Span } from './events.ts';

/** What is known of a span when it is recorded. */
export type SpanLabel = Pick<Span, 'name' | 'kind' | 'about'>;

/** A span as the device wrote it. */
export interface StampedSpan extends SpanLabel {
  readonly start: bigint;
  readonly end: bigint;
}

/** Room for the timestamps of so many spans. */
export class Stamps implements Disposable {
  readonly #pool: QueryPool;
  readonly #labels: SpanLabel[] = [];

  constructor(device: Device, options: { label: string; spans: number; queue?: 'compute' | 'transfer' }) {
    const { label, spans, queue = 'compute' } = options;
    this.#pool = device.createQueryPool({ label, count: 2 * spans, queue });
  }

  /** Makes all of them unset; recorded before the first. */
  recordReset(encoder: Encoder): void {
    encoder.resetQueries(this.#pool);
  }

  /** Makes all of them unset from the host: for queues that can't. */
  reset(): void {
    this.#pool.reset();
  }

  /** Records `body` between two timestamps. */
  around(encoder: Encoder, label: SpanLabel, body: () => void): void {
    const index = this.#labels.push(label) - 1;
    encoder.timestamp(this.#pool, 2 * index);
    body();
    encoder.timestamp(this.#pool, 2 * index + 1);
  }

  /** The spans of the last time, in the order of recording; it is done. */
  read(): StampedSpan[] {
    const ticks = this.#pool.ticks();
    return this.#labels.flatMap((label, index) => {
      const [start, end] = [ticks[2 * index], ticks[2 * index + 1]];
      return start === undefined || end === undefined ? [] : [{ ...label, start, end }];
    });
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}
