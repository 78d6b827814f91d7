/**
 * @file Where barriers go: what a plan emits, and what the encoder, the null device and a test's list all take. One batch is
 * one vkCmdPipelineBarrier2: at most one global memory barrier, and any number of image barriers.
 */

import type { Usage } from '../access.ts';
import type { DeclaredUse } from '../tracking/tracker.ts';

/** A part of an image: mip levels and array layers, all by default. */
export interface ImagePart {
  readonly mip?: number;
  readonly mips?: number;
  readonly layer?: number;
  readonly layers?: number;
}

/** One image barrier; layouts are those that the usages imply. `I` is what an image is to the sink. */
export interface ImageBarrier<I> {
  readonly image: I;
  /** 'undefined': what the image held may be lost. */
  readonly before: 'undefined' | readonly Usage[];
  readonly after: readonly Usage[];
  readonly range?: ImagePart;
  /** What the image held may be lost, whatever it was used for before. */
  readonly discard?: boolean;
  /** The image is handed from one queue family to another; the same barrier stands on both queues. */
  readonly handOver?: { readonly from: number; readonly to: number };
}

/** What becomes one vkCmdPipelineBarrier2. */
export interface BarrierBatch<I = unknown> {
  readonly memory?: { readonly before: readonly Usage[]; readonly after: readonly Usage[] };
  readonly images?: readonly ImageBarrier<I>[];
  /** It comes from a graph, which knows why: checks don't ask whether it is of use. */
  readonly derived?: boolean;
}

/** Where a plan writes its barriers: an `Encoder` is one, and so is a test's list. */
export interface BarrierSink {
  /** One global memory barrier; `derived`: it comes from a graph, so nobody asks whether it is of use. */
  barrier(before: readonly Usage[], after: readonly Usage[], derived?: boolean): unknown;
  /** A batch that has image barriers; needed only where a graph touches images. */
  barriers?(batch: BarrierBatch<never>): unknown;
  /** Notes that what is recorded uses a buffer or an image, which its commands may not show: they may reach it by address. */
  uses?(resource: never): unknown;
  /** Whether `label` wants to be told what the pass declares. */
  readonly tracks?: boolean;
  /** Where there is one, each pass is recorded under its name: messages and a lost device's error tell it. */
  label?(name: string, body: () => void, declared?: readonly DeclaredUse[]): unknown;
}
