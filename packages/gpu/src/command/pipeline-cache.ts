/** @file The driver's compiled pipelines, kept on disk from run to run: keyed by the driver's own uuid and version. */

import * as V from '@halocline/vulkan';
import { readCache, writeCache } from '../disk-cache.ts';
import type { Driver } from '../device/driver.ts';

/** A VkPipelineCache that starts with what the last run left, and is kept when the device closes. */
export class PipelineCache {
  readonly handle: V.VkPipelineCache;
  readonly #driver: Driver;
  readonly #key: string;
  readonly #startedWith: number;
  readonly #log: ((line: string) => void) | undefined;

  /** `log` gets a line when a broken file is thrown away (default: stderr), or none can be kept (default: nobody). */
  constructor(driver: Driver, key: string, log?: (line: string) => void) {
    this.#driver = driver;
    this.#key = key;
    this.#log = log;
    const kept = readCache('pipelines', key, log);
    this.handle = this.#create(kept) ?? this.#create(undefined)!;
    this.#startedWith = this.#byteLength();
  }

  /** Writes the cache to disk, if it grew, together with what other processes have kept there since. */
  keep(): void {
    if (this.#byteLength() <= this.#startedWith) return;
    const { commands, handle: device } = this.#driver;
    try {
      this.#merge(readCache('pipelines', this.#key, this.#log));
      const bytes = V.enumerate('bytes', (size, data) =>
        commands.vkGetPipelineCacheData(device, this.handle, size, data),
      );
      writeCache('pipelines', this.#key, bytes, this.#log);
    } catch {
      // What can't be kept is compiled again by the next run.
    }
  }

  destroy(): void {
    this.#driver.commands.vkDestroyPipelineCache(this.#driver.handle, this.handle, V.NULL);
  }

  #merge(bytes: Uint8Array | undefined): void {
    const other = bytes && this.#create(bytes);
    if (other === undefined) return;
    const { commands, handle: device } = this.#driver;
    V.arena.scope(() => commands.vkMergePipelineCaches(device, this.handle, 1, V.arena.u64([other])));
    commands.vkDestroyPipelineCache(device, other, V.NULL);
  }

  #create(bytes: Uint8Array | undefined): V.VkPipelineCache | undefined {
    const driver = this.#driver;
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkPipelineCacheCreateInfo(bytes ? { pInitialData: bytes } : {});
      const result = driver.commands.vkCreatePipelineCache(driver.handle, info, V.NULL, out);
      if (result < 0 && bytes) return undefined;
      driver.check(
        result,
        'vkCreatePipelineCache',
        'device-creation',
        `Cannot open device "${driver.name}"`,
        'free some memory',
        driver.name,
      );
      const cache = V.arena.readU64<V.VkPipelineCache>(out);
      driver.setName(V.VK_OBJECT_TYPE_PIPELINE_CACHE, cache, 'pipelines');
      return cache;
    });
  }

  #byteLength(): number {
    const { commands, handle: device } = this.#driver;
    return V.arena.scope(() => {
      const size = V.arena.u64();
      const result = commands.vkGetPipelineCacheData(device, this.handle, size, V.NULL);
      return result === V.VK_SUCCESS ? Number(V.arena.readU64(size)) : 0;
    });
  }
}
