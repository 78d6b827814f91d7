/** @file What all commands of one recording share: where they go, what they use, and what goes with the recording. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { placeText, valueText } from '../printing.ts';
import type { UsageTracker } from '../tracking/tracker.ts';
import { foreign } from './foreign.ts';
import type { Used } from './command-buffer.ts';
import { WatchedPipeline } from './watched.ts';
import type { Followed, Swappable } from './watched.ts';

/** Who takes what is recorded: a queue, another recording, or a queue that does nothing but transfers. */
export type RecordingKind = 'primary' | 'secondary' | 'transfers';

/** Where commands are being recorded, for errors. */
export interface RecordingPlace {
  /** In words: `"frame"`, or `"graph", pass "tone"`. */
  readonly place: string;
  /** By labels: the recording's, then those of the passes that are open. */
  readonly labels: readonly string[];
}

/** One recording. */
export class CommandScope implements RecordingPlace {
  /** What commands go through; from the recording's end on, every use of them is an error. */
  driver: Driver;
  readonly handle: V.VkCommandBuffer;
  readonly label: string;
  /** What is used, for the command buffer's check. */
  readonly used: Set<Used> = new Set();
  /** What must be given back when the command buffer goes. */
  readonly releases: (() => void)[] = [];
  /** Watched pipelines, with the version that is recorded. */
  readonly followed: Map<Followed, number> = new Map();
  /** Each is called before every submit, and throws where the commands can't be submitted then. */
  readonly checks: (() => void)[] = [];

  /** Follows what the commands touch; most recordings have none. */
  readonly tracker: UsageTracker | undefined;
  /** Whether another recording executes it. */
  readonly secondary: boolean;
  /** Whether its queue does nothing but transfers. */
  readonly transfersAlone: boolean;
  /** Whether draws are being recorded: then only what draws may stand there. */
  rendering = false;
  /** Whether a word in memory decides over what is being recorded. */
  conditional = false;
  /** The passes that are open, from the outermost on. */
  readonly #passes: string[] = [];
  #ended = false;

  constructor(
    driver: Driver,
    handle: V.VkCommandBuffer,
    label: string,
    tracker?: UsageTracker,
    kind: RecordingKind = 'primary',
  ) {
    this.tracker = tracker;
    this.secondary = kind === 'secondary';
    this.transfersAlone = kind === 'transfers';
    this.driver = driver;
    this.handle = handle;
    this.label = label;
  }

  /** What is recorded as one pass alone bears one name. */
  get labels(): string[] {
    const { label } = this;
    const passes = this.#passes;
    if (passes.length === 0 || (passes.length === 1 && passes[0] === label)) return [label];
    return [label, ...passes].filter((each, at, all) => each !== all[at - 1]);
  }

  get place(): string {
    return placeText(this.labels);
  }

  /** Records `body` as a pass, which errors name, and the messages of the validation layer and captures. */
  pass(name: string, body: () => void): void {
    const { named, commands } = this.driver;
    if (named) {
      // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- a number would be taken for an address
      const pLabelName = String(name);
      V.arena.scope(() => commands.vkCmdBeginDebugUtilsLabelEXT(this.handle, V.VkDebugUtilsLabelEXT({ pLabelName })));
    }
    this.#passes.push(name);
    try {
      body();
    } finally {
      this.#passes.pop();
      if (named) commands.vkCmdEndDebugUtilsLabelEXT(this.handle);
    }
  }

  /** The recording has ended: who kept its encoder gets an error, where the driver would write into commands that are closed. */
  end(): void {
    const refuse = (): never => {
      throw this.#endedError();
    };
    this.#ended = true;
    // A copy: an object that inherits from the driver would give each device's driver a shape of its own, which slows down code that
    // meets several; with a proxy in this place every draw took twice as long. The copy lacks the driver's methods, and nobody comes to
    // them: who records either uses its commands first, or something of a device, or asks `open`.
    this.driver = Object.defineProperty({ ...this.driver }, 'commands', { get: refuse }) as Driver;
  }

  /** A pipeline as it is now. One that is watched is held, and followed. */
  present<P extends Swappable>(pipeline: P | WatchedPipeline<P>): P {
    this.open();
    if (!(pipeline instanceof WatchedPipeline)) return pipeline;
    this.use(pipeline);
    if (!this.followed.has(pipeline)) {
      this.followed.set(pipeline, pipeline.version);
      this.releases.push(pipeline.hold());
    }
    return pipeline.current;
  }

  /** Notes that the recording uses something; throws if that was disposed, or is of another device. */
  use(object: Used): void {
    if (typeof object !== 'object' || (object as unknown) === null || object.disposed === undefined) {
      throw new TypeError(
        `Cannot record ${this.place}: ${valueText(object)} is nothing that commands use; give a buffer or an image`,
      );
    }
    if (object.driver !== undefined && object.driver !== this.driver) {
      throw this.#ended ? this.#endedError() : foreign(`Cannot record ${this.place}`, object, ...this.labels);
    }
    if (object.disposed) {
      const what = `${object.kind} "${object.label}" was disposed; keep it while commands use it`;
      throw new VulkanError(`Cannot record ${this.place}: ${what}`, {
        kind: 'command-buffer',
        labels: [object.label, ...this.labels],
      });
    }
    this.used.add(object.stay ?? object);
  }

  /** Throws where the recording has ended. */
  open(): void {
    if (this.#ended) throw this.#endedError();
  }

  /** Throws within a rendering, for a command that may not stand there. */
  outside(command: string): void {
    if (!this.rendering) return;
    throw new VulkanError(
      `Cannot ${command} in ${this.place}: it stands within a rendering, where only draws may; record it before or behind`,
      { kind: 'command-buffer', labels: this.labels },
    );
  }

  #endedError(): VulkanError {
    return new VulkanError(
      `Cannot record in "${this.label}": its recording has ended; record within the function that got the encoder`,
      { kind: 'command-buffer', labels: [this.label] },
    );
  }
}

/** Throws where a body that records has returned a promise: what it records after waiting would come too late. */
export function refusePromise(label: string, returned: unknown): void {
  if (!(returned instanceof Promise)) return;
  returned.catch(() => undefined); // it goes on, and meets a recording that has ended
  throw new TypeError(
    `Cannot record "${label}": its function returned a promise; wait before, and record without waiting`,
  );
}
