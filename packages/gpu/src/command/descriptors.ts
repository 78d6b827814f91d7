/**
 * @file Descriptor sets: written from what is bound, pushed with the commands where the device can, else taken from pools.
 * A recording holds the pools that its sets come from; when it goes they are emptied and kept for the next one.
 */

import * as V from '@halocline/vulkan';
import { DESCRIPTOR_TYPE } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { layoutNumber } from '../image/layout.ts';
import type { Bound } from './bindable.ts';
import type { PipelineBinding, PipelineLayout } from './pipeline-layout.ts';

/** What stands at one binding, as many as it has places. */
export type BoundTo = readonly [PipelineBinding, readonly Bound[]];

const SETS_A_POOL = 64;
const USUAL_SIZES: ReadonlyMap<number, number> = new Map([
  [V.VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 256],
  [V.VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 128],
  [V.VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 64],
  [V.VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, 64],
  [V.VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 128],
  [V.VK_DESCRIPTOR_TYPE_SAMPLER, 32],
  [V.VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 16],
  [V.VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER, 16],
]);

/** VkWriteDescriptorSet of one binding; sets that are pushed have no handle. */
export function descriptorWrite([binding, bound]: BoundTo, dstSet: V.VkDescriptorSet): V.VkWriteDescriptorSet {
  return {
    dstSet,
    dstBinding: binding.binding,
    descriptorCount: bound.length,
    descriptorType: DESCRIPTOR_TYPE[binding.kind],
    ...contents(bound),
  };
}

function contents(bound: readonly Bound[]): V.VkWriteDescriptorSet {
  const [first] = bound;
  if (first?.kind === 'range') {
    const ranges = bound as readonly Extract<Bound, { kind: 'range' }>[];
    return {
      pBufferInfo: ranges.map((each) => ({
        buffer: each.buffer.handle,
        offset: each.byteOffset,
        range: each.byteLength,
      })),
    };
  }
  if (first?.kind === 'texels') {
    return { pTexelBufferView: (bound as readonly Extract<Bound, { kind: 'texels' }>[]).map((each) => each.view) };
  }
  return {
    pImageInfo: (bound as readonly Extract<Bound, { kind: 'view' }>[]).map(({ sampler, view, layout }) => ({
      sampler: sampler?.handle ?? V.VK_NULL_HANDLE,
      imageView: view?.handle ?? V.VK_NULL_HANDLE,
      imageLayout: layoutNumber(layout),
    })),
  };
}

/** Emptied pools of a device, for the next recordings. */
class PoolShelf {
  readonly #driver: Driver;
  readonly #free: V.VkDescriptorPool[] = [];

  constructor(driver: Driver) {
    this.#driver = driver;
    driver.closers.push(() => this.#close());
  }

  take(label: string): V.VkDescriptorPool {
    return this.#free.pop() ?? createPool(this.#driver, label, SETS_A_POOL, USUAL_SIZES);
  }

  putBack(pool: V.VkDescriptorPool): void {
    this.#driver.commands.vkResetDescriptorPool(this.#driver.handle, pool, 0);
    this.#free.push(pool);
  }

  #close(): void {
    for (const pool of this.#free.splice(0)) destroyDescriptorPool(this.#driver, pool);
  }
}

const shelves = new WeakMap<Driver, PoolShelf>();

function shelfOf(driver: Driver): PoolShelf {
  let shelf = shelves.get(driver);
  if (!shelf) {
    shelf = new PoolShelf(driver);
    shelves.set(driver, shelf);
  }
  return shelf;
}

/** Makes descriptor sets for one recording. */
export class DescriptorSets {
  readonly #driver: Driver;
  readonly #label: string;
  readonly #pools: V.VkDescriptorPool[] = [];
  /** Pools of one large set each, which nobody else has a use for. */
  readonly #own: V.VkDescriptorPool[] = [];

  constructor(driver: Driver, label: string) {
    this.#driver = driver;
    this.#label = label;
  }

  /** Sets that hold what is bound, for every set of the layout from `first` on. */
  make(layout: PipelineLayout, bound: readonly BoundTo[], first: number): V.VkDescriptorSet[] {
    const layouts = layout.setLayouts.slice(first);
    if (layouts.length === 0) return [];
    const sets = this.#allocate(layouts, bound);
    const driver = this.#driver;
    V.arena.scope(() => {
      const writes = bound
        .filter(([{ set }]) => set >= first)
        .map((each) => descriptorWrite(each, sets[each[0].set - first]!));
      driver.commands.vkUpdateDescriptorSets(driver.handle, writes.length, V.VkWriteDescriptorSet(writes), 0, V.NULL);
    });
    return sets;
  }

  /** Gives the pools back; nothing may use the sets any more. */
  release(): void {
    for (const pool of this.#pools.splice(0)) shelfOf(this.#driver).putBack(pool);
    for (const pool of this.#own.splice(0)) destroyDescriptorPool(this.#driver, pool);
  }

  #allocate(layouts: readonly V.VkDescriptorSetLayout[], bound: readonly BoundTo[]): V.VkDescriptorSet[] {
    const driver = this.#driver;
    const sizes = new Map<number, number>();
    for (const [{ kind, count }] of bound) {
      const type = DESCRIPTOR_TYPE[kind];
      sizes.set(type, (sizes.get(type) ?? 0) + count);
    }
    if ([...sizes].some(([type, count]) => count > (USUAL_SIZES.get(type) ?? 0))) {
      const pool = createPool(driver, this.#label, layouts.length, sizes);
      this.#own.push(pool);
      return this.#checked(attempt(driver, pool, layouts));
    }
    if (this.#pools.length === 0) this.#pools.push(shelfOf(driver).take(this.#label));
    let sets = attempt(driver, this.#pools.at(-1)!, layouts);
    if (sets === V.VK_ERROR_OUT_OF_POOL_MEMORY || sets === V.VK_ERROR_FRAGMENTED_POOL) {
      this.#pools.push(shelfOf(driver).take(this.#label));
      sets = attempt(driver, this.#pools.at(-1)!, layouts);
    }
    return this.#checked(sets);
  }

  #checked(sets: V.VkDescriptorSet[] | number): V.VkDescriptorSet[] {
    if (typeof sets !== 'number') {
      for (const each of sets) this.#driver.setName(V.VK_OBJECT_TYPE_DESCRIPTOR_SET, each, this.#label);
      return sets;
    }
    const act = `Cannot record "${this.#label}"`;
    this.#driver.check(sets, 'vkAllocateDescriptorSets', 'command-buffer', act, 'use fewer bindings', this.#label);
    return [];
  }
}

function attempt(
  driver: Driver,
  pool: V.VkDescriptorPool,
  layouts: readonly V.VkDescriptorSetLayout[],
): V.VkDescriptorSet[] | number {
  return V.arena.scope(() => {
    const out = V.arena.u64(layouts.length);
    const info = V.VkDescriptorSetAllocateInfo({ descriptorPool: pool, pSetLayouts: layouts });
    const result = driver.commands.vkAllocateDescriptorSets(driver.handle, info, out);
    return result < 0 ? result : layouts.map((_, index) => V.arena.readU64<V.VkDescriptorSet>(out, index));
  });
}

function createPool(
  driver: Driver,
  label: string,
  maxSets: number,
  sizes: ReadonlyMap<number, number>,
): V.VkDescriptorPool {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const pPoolSizes = [...sizes].map(([type, descriptorCount]) => ({ type, descriptorCount }));
    const info = V.VkDescriptorPoolCreateInfo({ maxSets, pPoolSizes });
    const result = driver.commands.vkCreateDescriptorPool(driver.handle, info, V.NULL, out);
    const act = `Cannot record "${label}"`;
    driver.check(result, 'vkCreateDescriptorPool', 'command-buffer', act, 'use fewer bindings', label);
    const pool = V.arena.readU64<V.VkDescriptorPool>(out);
    driver.descriptorPools?.made(pool);
    driver.setName(V.VK_OBJECT_TYPE_DESCRIPTOR_POOL, pool, 'descriptors');
    return pool;
  });
}

/** Destroys a pool. Nothing uses its sets any more. */
export function destroyDescriptorPool(driver: Driver, pool: V.VkDescriptorPool): void {
  driver.descriptorPools?.gone(pool);
  driver.commands.vkDestroyDescriptorPool(driver.handle, pool, V.NULL);
}
