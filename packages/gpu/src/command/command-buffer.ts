/** @file Recorded commands: recorded once, submitted as often as wished, also while they still run. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { Encoder } from './encoder.ts';
import { printsItself } from '../printing.ts';

/** Something that recorded commands use, and that must live when they are submitted. */
export interface Used {
  readonly kind: string;
  readonly label: string;
  readonly disposed: boolean;
  /** What stands for it in a recording, where that may end before the thing itself does: a buffer's stay at a place. */
  readonly stay?: Used;
  /** How it ended, in words. Default 'was disposed'. */
  readonly end?: string | undefined;
}

/** The pool that a queue family's command buffers come from. */
export class CommandPool {
  readonly handle: V.VkCommandPool;
  readonly #driver: Driver;

  constructor(driver: Driver, family: number, label: string) {
    this.#driver = driver;
    this.handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkCommandPoolCreateInfo({
        flags: V.VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
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

/** A primary command buffer of the compute queue. */
export class CommandBuffer implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'command buffer';
  readonly label: string;
  readonly handle: V.VkCommandBuffer;
  readonly #driver: Driver;
  readonly #pool: CommandPool;
  readonly #used: ReadonlySet<Used>;
  readonly #releases: readonly (() => void)[];
  /** The labels that were recorded in it, in order: the passes of a graph. */
  readonly passes: readonly string[];
  #checkedAt: number;
  #disposed = false;

  constructor(driver: Driver, pool: CommandPool, label: string, body: (encoder: Encoder) => void) {
    this.#driver = driver;
    this.#pool = pool;
    this.label = label;
    this.handle = pool.allocate(label);
    const encoder = new Encoder(driver, this.handle, label);
    try {
      beginCommands(driver, this.handle, label, false);
      encoder.label(label, body);
      endCommands(driver, this.handle, label);
    } catch (error) {
      pool.free(this.handle);
      for (const release of encoder.releases) release();
      throw error;
    }
    this.passes = encoder.passes.slice(1);
    this.#used = encoder.used;
    this.#releases = encoder.releases;
    this.#checkedAt = driver.disposals;
    driver.children.add(this);
  }

  /** Throws if it was disposed, or something that it uses was. Costs nothing while nobody disposes anything. */
  checkSubmittable(): void {
    if (this.#disposed) {
      throw new VulkanError(`Cannot submit "${this.label}": it was disposed; record it again`, {
        kind: 'command-buffer',
        labels: [this.label],
      });
    }
    if (this.#checkedAt === this.#driver.disposals) return;
    for (const each of this.#used) {
      if (!each.disposed) continue;
      throw new VulkanError(
        `Cannot submit "${this.label}": it uses ${each.kind} "${each.label}", which ${each.end ?? 'was disposed'}; record it again`,
        {
          kind: 'command-buffer',
          labels: [this.label, each.label],
        },
      );
    }
    this.#checkedAt = this.#driver.disposals;
  }

  toString(): string {
    return `CommandBuffer("${this.label}"${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#driver.children.delete(this);
    this.#driver.retire(() => {
      this.#pool.free(this.handle);
      for (const release of this.#releases) release();
    });
  }
}
