/** @file Timestamps: the device's clock, written between commands. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { printsItself } from '../printing.ts';

/** Larger pools are slips: drivers that are asked for more end the process. */
const MOST = 2 ** 20;

/** A row of timestamps. Record `resetQueries`, then `timestamp`s; read them when the submit is done. */
export class QueryPool implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'query pool';
  readonly label: string;
  /** How many queries it has. */
  readonly count: number;
  readonly handle: V.VkQueryPool;
  /** Those that submitted commands write since all were made unset. Part of the queues. */
  written: Set<number> = new Set();
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #mask: bigint;
  #reset = false;
  #disposed = false;

  /** `validBits` are the bits of a timestamp that the queue fills. */
  constructor(driver: Driver, label: string, count: number, validBits: number) {
    driver.checkOpen();
    if (!Number.isInteger(count) || count < 1 || count > MOST) {
      throw new RangeError(`Cannot create query pool "${label}": it has ${count} queries; give 1 to ${MOST}`);
    }
    if (validBits === 0) {
      throw new VulkanError(
        `Cannot create query pool "${label}": device "${driver.name}" has no timestamps on that queue`,
        {
          kind: 'not-available',
          labels: [label],
        },
      );
    }
    this.driver = driver;
    this.#mask = (1n << BigInt(validBits)) - 1n;
    this.label = label;
    this.count = count;
    this.handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkQueryPoolCreateInfo({ queryType: V.VK_QUERY_TYPE_TIMESTAMP, queryCount: count });
      const result = driver.commands.vkCreateQueryPool(driver.handle, info, V.NULL, out);
      driver.check(
        result,
        'vkCreateQueryPool',
        'execution',
        `Cannot create query pool "${label}"`,
        'ask for fewer queries',
        label,
      );
      return V.arena.readU64<V.VkQueryPool>(out);
    });
    driver.setName(V.VK_OBJECT_TYPE_QUERY_POOL, this.handle, label);
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Makes all queries unset, from the host; nothing that is submitted may still write them. Throws 'not-available' without
   * hostQueryReset.
   */
  reset(): void {
    this.#checkAlive('reset');
    if (this.driver.features['hostQueryReset'] !== true) {
      throw new VulkanError(
        `Cannot reset query pool "${this.label}": device "${this.driver.name}" has no hostQueryReset; record resetQueries instead`,
        { kind: 'not-available', labels: [this.label] },
      );
    }
    this.driver.commands.vkResetQueryPool(this.driver.handle, this.handle, 0, this.count);
    this.#reset = true;
    this.written = new Set();
  }

  /** Commands that make all queries unset are recorded. Part of the encoder. */
  resets(): void {
    this.#reset = true;
  }

  /** Throws where nothing ever made the queries unset, from the host or in commands: such can't be written. Part of the encoder. */
  checkReset(label: string): void {
    if (this.#reset) return;
    throw new VulkanError(
      `Cannot submit "${label}": it writes timestamps of query pool "${this.label}", which nobody made unset; record encoder.resetQueries before`,
      { kind: 'execution', labels: [label, this.label] },
    );
  }

  /** Each timestamp as the device's clock has it (see `Device.readClock`); undefined where none was written yet. Doesn't wait. */
  ticks(): (bigint | undefined)[] {
    this.#checkAlive('read');
    const driver = this.driver;
    return V.arena.scope(() => {
      const size = this.count * 16;
      const out = V.arena.bytes(size);
      const flags = V.VK_QUERY_RESULT_64_BIT | V.VK_QUERY_RESULT_WITH_AVAILABILITY_BIT;
      const result = driver.commands.vkGetQueryPoolResults(
        driver.handle,
        this.handle,
        0,
        this.count,
        size,
        out,
        16,
        flags,
      );
      driver.check(
        result,
        'vkGetQueryPoolResults',
        'execution',
        `Cannot read query pool "${this.label}"`,
        'read it after its submit',
        this.label,
      );
      return Array.from({ length: this.count }, (_, index) =>
        V.arena.readU64(out, index * 2 + 1) === 0n ? undefined : V.arena.readU64(out, index * 2) & this.#mask,
      );
    });
  }

  /** Nanoseconds of each timestamp since the first of them that is set; NaN where none was written yet. Doesn't wait. */
  nanoseconds(): Float64Array {
    const ticks = this.ticks();
    const first = ticks.find((each) => each !== undefined);
    const { timestampPeriod } = this.driver.limits;
    return Float64Array.from(ticks, (each) =>
      each === undefined ? Number.NaN : Number((each - first!) & this.#mask) * timestampPeriod,
    );
  }

  #checkAlive(verb: string): void {
    if (!this.#disposed) return;
    throw new VulkanError(
      `Cannot ${verb} query pool "${this.label}": it was disposed; dispose it when nobody uses it any more`,
      { kind: 'execution', labels: [this.label] },
    );
  }

  toString(): string {
    return `QueryPool("${this.label}", ${this.count} timestamps${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const driver = this.driver;
    driver.children.delete(this);
    driver.retire(() => driver.commands.vkDestroyQueryPool(driver.handle, this.handle, V.NULL));
  }
}
