/**
 * @file What an encoder tells while it records: every touch of a resource, every barrier, every pass. A tracker that checks
 * holds them against what passes declared and against each other; one that is automatic records the barriers that are missing.
 * The encoder has none unless a device was opened with `checks` or `autoBarriers`: then all of this is one undefined check.
 *
 *     tracker.touch(buffer, { byteOffset: 0, byteLength: 64 }, 'indirect', 'dispatchIndirect');   // each thing that a command touches
 *     tracker.touch(image, undefined, 'storage-write', 'dispatchIndirect');
 *     tracker.settle();                                                                           // then, at once
 *     commands.vkCmdDispatchIndirect(…);                                                           // the command itself
 */

import type { ImageLayout, Usage } from '../access.ts';
import type { BarrierBatch, ImagePart } from '../graph/sink.ts';
import type { Local, Recorded } from './local.ts';

/** What is tracked, as a tracker sees it: a `Buffer` and an `Image` are, and so are a test's plain objects. */
export interface TrackedResource {
  readonly kind: string;
  /** Its name in messages. */
  readonly label: string;
  /** Buffers: their size in bytes. */
  readonly byteLength?: number;
  /** Buffers: where they live. In memory that the host sees, the host may have written everything. */
  readonly memory?: string;
  /** Images: mip levels. */
  readonly mips?: number;
  /** Images: array layers. */
  readonly layers?: number;
}

/** A range of a buffer in bytes. */
export interface ByteRange {
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** A part of a buffer or of an image; undefined means the whole. */
export type TouchedRange = ByteRange | ImagePart | undefined;

/** A use that a pass declares. A text stands for every resource of that label. */
export interface DeclaredUse {
  readonly resource: TrackedResource | string;
  readonly access: Usage;
  readonly range?: TouchedRange;
}

/** What stands at one place of a binding. */
export type BoundResource =
  | {
      readonly kind: 'range' | 'texels';
      readonly buffer: TrackedResource;
      readonly byteOffset: number;
      readonly byteLength: number;
      /** What `local` gave for the buffer. */
      readonly local?: Local | undefined;
    }
  | {
      readonly kind: 'view';
      readonly view: { readonly image: TrackedResource; readonly range: ImagePart } | undefined;
      /** The one that the shader is told of. */
      readonly layout: ImageLayout;
    };

/** Everything that is bound: for each binding, what stands at its places. The same array stands for the same things. */
export type BoundResources = readonly (readonly [unknown, readonly BoundResource[]])[];

/** How a pipeline's commands touch what is bound to one binding: as usages, and the same as bits of `usage-bits.ts`. */
export interface BindingTouch {
  readonly usages: readonly Usage[];
  readonly bits: readonly number[];
}

/** Follows one recording. */
export interface UsageTracker {
  /** The command that comes next touches a resource. A command that reads and writes it says both. */
  touch(resource: TrackedResource, range: TouchedRange, access: Usage, command: string): void;
  /** What the recording did to the beginning of a buffer, where that saves looking it up at each touch; undefined: nothing. */
  local(buffer: TrackedResource): Local | undefined;
  /** The command that comes next touches everything that is bound, in the order of the bindings. */
  bound(resources: BoundResources, touches: readonly BindingTouch[], command: string): void;
  /**
   * The command that comes next reaches memory that no binding shows: what was told by `touch` before, else what its pass
   * declares; else nobody knows.
   */
  byAddress(): void;
  /** Everything that the command touches was told; to be called just before it is recorded. */
  settle(): void;
  /** A barrier is recorded by hand. */
  barrier(batch: BarrierBatch<TrackedResource>): void;
  /** A pass begins; without `declared` it is only a name. */
  beginPass(name: string, declared?: readonly DeclaredUse[]): void;
  /** `failed`: it threw, and the command that comes next doesn't come. */
  endPass(failed?: boolean): void;
  /**
   * Nested recordings will be executed where no barrier may stand, within a rendering that begins soon: what they lack is recorded
   * now.
   */
  expects(nested: readonly Recorded[]): void;
  /** A nested recording is executed; `before` is called ahead of a barrier for it: what was executed before must stand there. */
  execute(recorded: Recorded, before: () => void): void;
  /**
   * Rendering begins or ends: no barrier may stand between. What was touched and not settled when it begins, its attachments
   * and what draws will reach, is settled then. `failed`: what was to be drawn threw, and the command that comes next doesn't come.
   */
  rendering(begun: boolean, failed?: boolean): void;
}
