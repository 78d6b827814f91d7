/**
 * @file Frames in flight, as an interface: what code that records a frame needs of the thing it records on. The device meets
 * it, and so does the null device of the tests, which writes commands down as text and needs no Vulkan.
 */

import type { Usage } from '../access.ts';
import type { BarrierSink } from '../graph/sink.ts';

/** Something that has a name: a pipeline, a buffer, an image. */
export interface Labelled {
  readonly label: string;
}

/** The commands that every frame's encoder knows, as `Encoder` has them; it knows more. Offsets and lengths in bytes. */
export interface FrameCommands extends BarrierSink {
  pipeline(pipeline: Labelled): this;
  push(bytes: ArrayBufferView, byteOffset?: number): this;
  bind(binding: number, buffer: Labelled, options?: object): this;
  dispatch(x: number, y?: number, z?: number): this;
  dispatchIndirect(buffer: Labelled, byteOffset?: number): this;
  copy(from: Labelled, fromOffset: number, to: Labelled, toOffset: number, byteLength: number): this;
  fill(buffer: Labelled, byteOffset: number, byteLength: number, word: number): this;
  barrier(before: readonly Usage[], after: readonly Usage[]): this;
  label(name: string, body: (encoder: this) => void): this;
}

/** A slice of a frame's own memory. */
export interface FrameSlice {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** The address that shaders reach it by. */
  readonly address: bigint;
  /** The memory itself, where the host sees it. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Memory for what lives as long as a frame: taken slice by slice, given back all at once when the frame's turn comes again. */
export interface FrameMemory {
  /** Bytes in use. */
  readonly used: number;
  /** The next bytes, from a multiple of `alignment` bytes on (16 where none is given). Throws where there are no more. */
  take(byteLength: number, alignment?: number): FrameSlice;
}

/** When the device has done a frame's work. */
export interface FramePoint {
  readonly timeline: { value(): number; wait(value: number): Promise<void> };
  readonly value: number;
}

/** One frame, from `beginFrame` to `endFrame`. `E` is what its commands are recorded with. */
export interface RecordedFrame<E = FrameCommands> {
  /** Which of the frames in flight it is: 0, 1, … and again 0. */
  readonly index: number;
  /** How many were begun before it. */
  readonly number: number;
  /** The frame's own memory. */
  readonly linear: FrameMemory;
  /** Records commands; what is recorded runs in this order when the frame ends. */
  record(label: string, body: (encoder: E) => void): void;
}

/**
 * What frames are begun and ended on. One frame is open at a time; several are in flight. `beginFrame` waits, without
 * blocking, only for the frame whose memory it takes over, and only if the device isn't done with it.
 */
export interface FrameDevice<E = FrameCommands> {
  /** `waits`: times that the host was asked to wait. */
  readonly counters: { readonly waits: number };
  beginFrame(): Promise<RecordedFrame<E>>;
  /** Submits all that the frame recorded. Doesn't wait. */
  endFrame(frame: RecordedFrame<E>): FramePoint;
}
