/** The driver's compiled pipelines, kept from run to run: by an imitated driver, since Mesa's software driver keeps nothing. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import * as V from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { PipelineCache } from '../src/command/pipeline-cache.ts';
import { Driver } from '../src/device/driver.ts';
import type { DeviceLimits, QueueFamilyReport } from '../src/device/survey.ts';
import { cacheFolder } from './cache-folder.ts';

/** A driver whose caches are sets of numbers, a byte each: the pipelines that it needn't compile. */
class CachingDriver {
  readonly caches = new Map<bigint, Set<number>>();
  /** Bytes that it takes for those of another driver. */
  foreign = -1;
  readonly driver: Driver;
  #next = 1n;

  constructor() {
    const commands = {
      handle: 1n,
      has: () => false,
      vkCreatePipelineCache: (_: bigint, info: bigint, __: bigint, out: bigint): number => {
        const { initialDataSize, pInitialData } = V.VkPipelineCacheCreateInfo.read(info);
        const bytes =
          initialDataSize === 0n ? [] : [...new Uint8Array(V.viewMemory(pInitialData, Number(initialDataSize)))];
        if (bytes.includes(this.foreign)) return V.VK_ERROR_INITIALIZATION_FAILED;
        this.caches.set(this.#next, new Set(bytes));
        new BigUint64Array(V.viewMemory(out, 8))[0] = this.#next++;
        return 0;
      },
      vkGetPipelineCacheData: (_: bigint, cache: bigint, size: bigint, data: bigint): number => {
        const bytes = [...this.caches.get(cache)!];
        new BigUint64Array(V.viewMemory(size, 8))[0] = BigInt(bytes.length);
        if (data !== 0n && bytes.length > 0) new Uint8Array(V.viewMemory(data, bytes.length)).set(bytes);
        return 0;
      },
      vkMergePipelineCaches: (_: bigint, into: bigint, __: number, others: bigint): number => {
        const other = new BigUint64Array(V.viewMemory(others, 8))[0]!;
        for (const each of this.caches.get(other)!) this.caches.get(into)!.add(each);
        return 0;
      },
      vkDestroyPipelineCache: (_: bigint, cache: bigint) => void this.caches.delete(cache),
    };
    this.driver = new Driver({
      instance: {} as V.Instance,
      physicalDevice: 0n as V.VkPhysicalDevice,
      commands: commands as unknown as V.Device,
      name: 'Card',
      limits: {} as DeviceLimits,
      features: {},
      extensions: [],
      family: {} as QueueFamilyReport,
      named: false,
    });
  }

  /** A run that starts with what is kept, and compiles these: what it had at its start. */
  run(...pipelines: readonly number[]): { readonly had: number[]; end(): void } {
    const cache = new PipelineCache(this.driver, 'key', (line) => this.lines.push(line));
    const set = this.caches.get(cache.handle)!;
    const had = [...set];
    for (const each of pipelines) set.add(each);
    return {
      had,
      end: () => {
        cache.keep();
        cache.destroy();
      },
    };
  }

  readonly lines: string[] = [];
}

test('what a run compiled, the next one has', () => {
  using _ = cacheFolder();
  const card = new CachingDriver();
  const first = card.run(3, 5);
  first.end();
  const second = card.run(8);
  second.end();
  expect([first.had, second.had, card.run().had]).toEqual([[], [3, 5], [3, 5, 8]]);
  expect(card.caches.size).toBe(1);
});

test('what two processes compile at once is kept together', () => {
  using _ = cacheFolder();
  const card = new CachingDriver();
  const [one, other] = [card.run(1), card.run(2)];
  one.end();
  other.end();
  expect(card.run().had).toEqual([2, 1]);
});

test('a run that compiles nothing writes nothing', () => {
  using cache = cacheFolder();
  const card = new CachingDriver();
  card.run().end();
  expect(cache.files('pipelines')).toEqual([]);
  card.run(7).end();
  const [file] = cache.files('pipelines');
  const { ino } = statSync(file!);
  card.run(7).end();
  expect(statSync(file!).ino).toBe(ino);
});

test('a file that was cut, and one that the driver refuses, are begun anew', () => {
  using cache = cacheFolder();
  const card = new CachingDriver();
  card.run(7, 9).end();
  const [file] = cache.files('pipelines');
  writeFileSync(file!, readFileSync(file!).subarray(0, 33));
  expect([card.run().had, card.lines]).toEqual([
    [],
    [`Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`],
  ]);
  card.run(7, 9).end();
  card.foreign = 9;
  const anew = card.run(4);
  anew.end();
  expect([anew.had, card.run().had]).toEqual([[], [4]]);
});
