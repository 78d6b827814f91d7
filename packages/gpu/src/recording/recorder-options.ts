/** @file What a threaded recorder is told: how it is made, what its passes are, and what threads record. */

import type { Encoder } from '../command/encoder.ts';
import type { RenderingOptions } from '../command/render-targets.ts';
import type { Names } from '../given.ts';
import type { DeclaredUse } from '../tracking/tracker.ts';

/** How a threaded recorder is made. */
export interface ThreadedRecorderOptions {
  /** Its name in messages. Default 'recorder'. */
  readonly label?: string;
  /** Threads that record. Default: the processor's cores less one, at most 8. */
  readonly workers?: number;
  /** Secondary command buffers that each thread has for each frame, to begin with. Default 16. */
  readonly secondaries?: number;
  /** Gets a line when a pool grows or a thread is started again. Default: the device's `log`. */
  readonly log?: ((line: string) => void) | undefined;
}

/** The names of them all. */
export const RECORDER_OPTIONS: Names<ThreadedRecorderOptions> = Object.freeze({
  label: true,
  workers: true,
  secondaries: true,
  log: true,
});

/** A thread of a recorder. */
export interface RecorderThread {
  /** Node's number of it. */
  readonly threadId: number;
  /** Ends it; resolves to its exit code. Until then it holds the process. */
  terminate(): Promise<number>;
}

/** What a thread records: a function that a module exports, and its data. */
export interface RecordedWork {
  /** The module, such as `new URL('./passes.ts', import.meta.url)`. A thread loads it once. */
  readonly module: { readonly href: string };
  /** The name of the function: `(encoder, data) => void`, which records and doesn't wait. */
  readonly export: string;
  /** Plain data, with buffers, images, samplers and pipelines in it as they are. It is copied now. */
  readonly data?: unknown;
}

/** How a pass stands in the frame. */
export interface ThreadedPassOptions {
  /** The pass draws: its functions get the encoder of a rendering to these targets. */
  readonly rendering?: Omit<RenderingOptions, 'secondary'>;
  /** What the pass may touch, for a device with checks or automatic barriers; see `encoder.label`. */
  readonly declared?: readonly DeclaredUse[];
}

/** The names of them all. */
export const PASS_OPTIONS: Names<ThreadedPassOptions> = Object.freeze({ rendering: true, declared: true });

/** Gives work of one pass to the threads. */
export interface PassEncoder {
  readonly label: string;
  /** Gives a thread something to record, at once. What one pass records runs in the order of these calls. */
  record(work: RecordedWork): this;
  /** Records on this thread, into the primary, when `finalize` comes to it: barriers, mostly. Not in a pass that draws. */
  inline(body: (encoder: Encoder) => void): this;
}
