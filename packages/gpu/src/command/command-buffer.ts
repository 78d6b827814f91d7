/** @file Recorded commands: recorded once, submitted as often as wished, also while they still run. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Recorded } from '../tracking/local.ts';
import { Encoder } from './encoder.ts';
import type { RecordingPlace } from './scope.ts';
import type { StampedPools } from './stamped.ts';
import type { Followed } from './watched.ts';
import { printsItself } from '../printing.ts';

/** Something that recorded commands use, and that must live when they are submitted. */
export interface Used {
  readonly kind: string;
  readonly label: string;
  readonly disposed: boolean;
  /** Of the device that it belongs to; none where it stands for something, in a recording or in a thread. */
  readonly driver?: Driver;
  /** What stands for it in a recording, where that may end before the thing itself does: a buffer's stay at a place. */
  readonly stay?: Used;
  /** How it ended, in words. Default 'was disposed'. */
  readonly end?: string | undefined;
}

/** What a queue submits: recorded commands, in whoever's keeping. */
export interface Submittable {
  readonly label: string;
  /** Of the device that it was recorded for. */
  readonly driver?: Driver;
  /** The queue family that it was recorded for. */
  readonly family: number;
  readonly handle: V.VkCommandBuffer;
  /** The labels that were recorded in it, in order. */
  readonly passes: readonly string[];
  /** What it touches, where the device tracks that. */
  readonly recorded?: Recorded | undefined;
  /** What it does to queries; undefined where it touches none. */
  readonly stamped?: StampedPools | undefined;
  /** Whether only disposals can make it unfit for a submit: it follows no edits, and nobody else checks it. Default false. */
  readonly steady?: boolean;
  /** Throws if it can't be submitted: it, or something that it uses, was disposed, or a check of whoever recorded it says so. */
  checkSubmittable(): void;
  /** Throws if it, or something that it uses, was disposed. Calls no code of others. */
  checkAlive(): void;
}

/** Throws if something that recorded commands use was disposed; `within` is the recording that executes them, else they are submitted. */
export function checkUsed(label: string, used: Iterable<Used>, within?: RecordingPlace): void {
  for (const each of used) {
    if (!each.disposed) continue;
    const act = within ? `execute "${label}" in ${within.place}` : `submit "${label}"`;
    throw new VulkanError(
      `Cannot ${act}: it uses ${each.kind} "${each.label}", which ${each.end ?? 'was disposed'}; record it again`,
      { kind: 'command-buffer', labels: [label, each.label, ...(within?.labels ?? [])] },
    );
  }
}

/** How a pool's command buffers are used again: each by itself, or all at once. */
export interface CommandPoolOptions {
  /** Its command buffers live shortly and go back to their beginning together, with `reset`. Default false. */
  readonly resetAsWhole?: boolean;
  /** Its family does nothing but transfers. Default false. */
  readonly transfersAlone?: boolean;
}

/** The pool that a queue family's command buffers come from. One thread at a time uses it. */
export class CommandPool {
  readonly label: string;
  readonly handle: V.VkCommandPool;
  /** The queue family that its commands are for. */
  readonly family: number;
  readonly transfersAlone: boolean;
  readonly #driver: Driver;

  constructor(driver: Driver, family: number, label: string, options: CommandPoolOptions = {}) {
    const { resetAsWhole = false, transfersAlone = false } = options;
    this.#driver = driver;
    this.label = label;
    this.family = family;
    this.transfersAlone = transfersAlone;
    this.handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkCommandPoolCreateInfo({
        flags: resetAsWhole
          ? V.VK_COMMAND_POOL_CREATE_TRANSIENT_BIT
          : V.VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        queueFamilyIndex: family,
      });
      const result = driver.commands.vkCreateCommandPool(driver.handle, info, V.NULL, out);
      driver.check(
        result,
        'vkCreateCommandPool',
        'command-buffer',
        `Cannot create command pool "${label}"`,
        'close other devices',
        label,
      );
      return V.arena.readU64<V.VkCommandPool>(out);
    });
    driver.setName(V.VK_OBJECT_TYPE_COMMAND_POOL, this.handle, label);
  }

  allocate(label: string): V.VkCommandBuffer {
    const driver = this.#driver;
    const handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkCommandBufferAllocateInfo({
        commandPool: this.handle,
        level: V.VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        commandBufferCount: 1,
      });
      const result = driver.commands.vkAllocateCommandBuffers(driver.handle, info, out);
      driver.check(
        result,
        'vkAllocateCommandBuffers',
        'command-buffer',
        `Cannot record "${label}"`,
        'dispose recorded commands that nobody needs',
        label,
      );
      return V.arena.readU64<V.VkCommandBuffer>(out);
    });
    driver.setName(V.VK_OBJECT_TYPE_COMMAND_BUFFER, handle, label);
    return handle;
  }

  /** Sends all its command buffers back to their beginning; their memory stays. The device is done with them. */
  reset(): void {
    const driver = this.#driver;
    const result = driver.commands.vkResetCommandPool(driver.handle, this.handle, 0);
    const act = `Cannot begin "${this.label}"`;
    driver.check(result, 'vkResetCommandPool', 'command-buffer', act, 'free some memory', this.label);
  }

  free(commandBuffer: V.VkCommandBuffer): void {
    V.arena.scope(() => {
      this.#driver.commands.vkFreeCommandBuffers(this.#driver.handle, this.handle, 1, V.arena.u64([commandBuffer]));
    });
  }

  destroy(): void {
    this.#driver.commands.vkDestroyCommandPool(this.#driver.handle, this.handle, V.NULL);
  }
}

/** Begins recording: for one submit, or for many that may overlap. */
export function beginCommands(driver: Driver, commandBuffer: V.VkCommandBuffer, label: string, once: boolean): void {
  const flags = once ? V.VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT : V.VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT;
  const result = V.arena.scope(() =>
    driver.commands.vkBeginCommandBuffer(commandBuffer, V.VkCommandBufferBeginInfo({ flags })),
  );
  driver.check(result, 'vkBeginCommandBuffer', 'command-buffer', `Cannot record "${label}"`, 'record less', label);
}

/** Ends recording. */
export function endCommands(driver: Driver, commandBuffer: V.VkCommandBuffer, label: string): void {
  const result = driver.commands.vkEndCommandBuffer(commandBuffer);
  driver.check(result, 'vkEndCommandBuffer', 'command-buffer', `Cannot record "${label}"`, 'record less', label);
}

/** What one recording holds. */
interface Recording {
  readonly handle: V.VkCommandBuffer;
  readonly used: ReadonlySet<Used>;
  readonly releases: readonly (() => void)[];
  readonly followed: ReadonlyMap<Followed, number>;
  readonly checks: readonly (() => void)[];
  readonly recorded: Recorded | undefined;
  readonly stamped: StampedPools | undefined;
  readonly passes: readonly string[];
}

/** A primary command buffer. */
export class CommandBuffer implements Child, Submittable {
  static {
    printsItself(this);
  }

  readonly kind = 'command buffer';
  readonly label: string;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #pool: CommandPool;
  readonly #body: (encoder: Encoder) => void;
  #recording: Recording;
  #followed: ReadonlyMap<Followed, number>;
  #checkedAt: number;
  #disposed = false;

  constructor(driver: Driver, pool: CommandPool, label: string, body: (encoder: Encoder) => void) {
    this.driver = driver;
    this.#pool = pool;
    this.label = label;
    this.#body = body;
    driver.checkOpen();
    this.#recording = this.#record();
    this.#followed = this.#recording.followed;
    this.#checkedAt = driver.disposals;
    driver.children.add(this);
  }

  get family(): number {
    return this.#pool.family;
  }

  /** Another one after a watched pipeline that it uses was edited. */
  get handle(): V.VkCommandBuffer {
    return this.#recording.handle;
  }

  /** The labels that were recorded in it, in order: the passes of a graph. */
  get passes(): readonly string[] {
    return this.#recording.passes;
  }

  /** What a tracker made of it. */
  get recorded(): Recorded | undefined {
    return this.#recording.recorded;
  }

  get stamped(): StampedPools | undefined {
    return this.#recording.stamped;
  }

  get steady(): boolean {
    return this.#recording.followed.size === 0 && this.#recording.checks.length === 0;
  }

  checkSubmittable(): void {
    if (this.#followed.size > 0 && !this.#disposed) this.#followEdits();
    this.checkAlive();
    for (const check of this.#recording.checks) check();
  }

  /** Throws if it was disposed, or something that it uses was. Costs nothing while nobody disposes anything. */
  checkAlive(): void {
    if (this.#disposed) {
      throw new VulkanError(`Cannot submit "${this.label}": it was disposed; record it again`, {
        kind: 'command-buffer',
        labels: [this.label],
      });
    }
    if (this.#checkedAt === this.driver.disposals) return;
    checkUsed(this.label, this.#recording.used);
    this.#checkedAt = this.driver.disposals;
  }

  #record(): Recording {
    const driver = this.driver;
    const handle = this.#pool.allocate(this.label);
    const tracker = driver.tracking?.begin(this.label, handle);
    const encoder = new Encoder(
      driver,
      handle,
      this.label,
      tracker,
      this.#pool.transfersAlone ? 'transfers' : 'primary',
    );
    try {
      beginCommands(driver, handle, this.label, false);
      encoder.label(this.label, this.#body);
      const recorded = tracker?.finish();
      endCommands(driver, handle, this.label);
      const { used, releases, followed, checks, stamped } = encoder;
      return { handle, used, releases, followed, checks, recorded, stamped, passes: encoder.passes.slice(1) };
    } catch (error) {
      this.#pool.free(handle);
      for (const release of encoder.releases) release();
      throw error;
    } finally {
      encoder.end();
    }
  }

  /** Records again if a watched pipeline has changed; what still runs keeps the old one. Where that fails, the old one stays. */
  #followEdits(): void {
    const changed = [...this.#followed].filter(([watched, version]) => watched.version !== version);
    if (changed.length === 0) return;
    const old = this.#recording;
    try {
      this.#recording = this.#record();
      this.#followed = this.#recording.followed;
    } catch (error) {
      this.#followed = new Map([...this.#followed.keys()].map((watched) => [watched, watched.version]));
      for (const [watched] of changed) watched.refuse(error);
      return;
    }
    this.#drop(old);
  }

  #drop({ handle, releases }: Recording): void {
    this.driver.retire(() => {
      this.#pool.free(handle);
      for (const release of releases) release();
    });
  }

  toString(): string {
    return `CommandBuffer("${this.label}"${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.driver.children.delete(this);
    this.#drop(this.#recording);
  }
}
