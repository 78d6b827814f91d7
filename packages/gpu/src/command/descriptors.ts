/**
 * @file Descriptor sets by reflection, for shaders that declare buffer bindings instead of taking addresses. A recording owns
 * the pools that its sets come from; they go with the command buffer.
 */

import * as V from '@halocline/vulkan';
import { DESCRIPTOR_TYPE } from '../convert.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { ShaderBinding } from '../shader/reflection-types.ts';

/** A range of a buffer that stands at a binding; sizes in bytes. */
export interface BoundRange {
  readonly buffer: Buffer;
  readonly byteOffset: number;
  readonly byteLength: number;
}

const SETS_A_POOL = 64;
const DESCRIPTORS_A_POOL = 256;

/** One layout for each set from 0 to the last that the shader names; none if it has no bindings. Throws on kinds that aren't bound yet. */
export function createSetLayouts(
  driver: Driver,
  label: string,
  bindings: readonly ShaderBinding[],
): V.VkDescriptorSetLayout[] {
  const act = `Cannot create pipeline "${label}"`;
  for (const { kind, set, binding, count } of bindings) {
    if ((kind === 'storage-buffer' || kind === 'uniform-buffer') && count === 1) continue;
    const what = count === 1 ? `a ${kind}` : `an array of ${kind}s`;
    throw new VulkanError(`${act}: its binding ${set}.${binding} is ${what}; bind single buffers, or pass addresses`, {
      kind: 'pipeline-creation',
      labels: [label],
    });
  }
  const last = bindings.reduce((most, each) => Math.max(most, each.set), -1);
  const layouts: V.VkDescriptorSetLayout[] = [];
  for (let set = 0; set <= last; set++) {
    const pBindings = bindings
      .filter((each) => each.set === set)
      .map(({ binding, kind }) => ({
        binding,
        descriptorType: DESCRIPTOR_TYPE[kind],
        descriptorCount: 1,
        stageFlags: V.VK_SHADER_STAGE_COMPUTE_BIT,
      }));
    V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkDescriptorSetLayoutCreateInfo({ pBindings });
      const result = driver.commands.vkCreateDescriptorSetLayout(driver.handle, info, V.NULL, out);
      if (result < 0) destroySetLayouts(driver, layouts);
      driver.check(result, 'vkCreateDescriptorSetLayout', 'pipeline-creation', act, 'use fewer bindings', label);
      const layout = V.arena.readU64<V.VkDescriptorSetLayout>(out);
      driver.setName(V.VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, layout, `${label}, set ${set}`);
      layouts.push(layout);
    });
  }
  return layouts;
}

/** Gives set layouts back. */
export function destroySetLayouts(driver: Driver, layouts: readonly V.VkDescriptorSetLayout[]): void {
  for (const layout of layouts) driver.commands.vkDestroyDescriptorSetLayout(driver.handle, layout, V.NULL);
}

/** Makes descriptor sets for one recording. */
export class DescriptorSets {
  readonly #driver: Driver;
  readonly #label: string;
  readonly #pools: V.VkDescriptorPool[] = [];

  constructor(driver: Driver, label: string) {
    this.#driver = driver;
    this.#label = label;
  }

  /** Sets that hold these ranges, keyed by the shader's bindings; one for each layout, in order. */
  make(
    layouts: readonly V.VkDescriptorSetLayout[],
    ranges: readonly (readonly [ShaderBinding, BoundRange])[],
  ): V.VkDescriptorSet[] {
    const sets = this.#allocate(layouts);
    V.arena.scope(() => {
      const writes = ranges.map(([{ set, binding, kind }, { buffer, byteOffset, byteLength }]) => ({
        dstSet: sets[set]!,
        dstBinding: binding,
        descriptorCount: 1,
        descriptorType: DESCRIPTOR_TYPE[kind],
        pBufferInfo: [{ buffer: buffer.handle, offset: byteOffset, range: byteLength }],
      }));
      const { commands, handle } = this.#driver;
      commands.vkUpdateDescriptorSets(handle, writes.length, V.VkWriteDescriptorSet(writes), 0, V.NULL);
    });
    return sets;
  }

  destroy(): void {
    const { commands, handle } = this.#driver;
    for (const pool of this.#pools) commands.vkDestroyDescriptorPool(handle, pool, V.NULL);
  }

  #allocate(layouts: readonly V.VkDescriptorSetLayout[]): V.VkDescriptorSet[] {
    if (this.#pools.length === 0) this.#pools.push(this.#createPool());
    const driver = this.#driver;
    const attempt = (pool: V.VkDescriptorPool): V.VkDescriptorSet[] | number =>
      V.arena.scope(() => {
        const out = V.arena.u64(layouts.length);
        const info = V.VkDescriptorSetAllocateInfo({ descriptorPool: pool, pSetLayouts: layouts });
        const result = driver.commands.vkAllocateDescriptorSets(driver.handle, info, out);
        return result < 0 ? result : layouts.map((_, index) => V.arena.readU64<V.VkDescriptorSet>(out, index));
      });
    let sets = attempt(this.#pools.at(-1)!);
    if (sets === V.VK_ERROR_OUT_OF_POOL_MEMORY || sets === V.VK_ERROR_FRAGMENTED_POOL) {
      this.#pools.push(this.#createPool());
      sets = attempt(this.#pools.at(-1)!);
    }
    if (typeof sets !== 'number') return sets;
    driver.check(
      sets,
      'vkAllocateDescriptorSets',
      'command-buffer',
      `Cannot record "${this.#label}"`,
      'use fewer bindings',
      this.#label,
    );
    return [];
  }

  #createPool(): V.VkDescriptorPool {
    const driver = this.#driver;
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkDescriptorPoolCreateInfo({
        maxSets: SETS_A_POOL,
        pPoolSizes: [
          { type: V.VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, descriptorCount: DESCRIPTORS_A_POOL },
          { type: V.VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, descriptorCount: DESCRIPTORS_A_POOL },
        ],
      });
      const result = driver.commands.vkCreateDescriptorPool(driver.handle, info, V.NULL, out);
      driver.check(
        result,
        'vkCreateDescriptorPool',
        'command-buffer',
        `Cannot record "${this.#label}"`,
        'use fewer bindings',
        this.#label,
      );
      const pool = V.arena.readU64<V.VkDescriptorPool>(out);
      driver.setName(V.VK_OBJECT_TYPE_DESCRIPTOR_POOL, pool, this.#label);
      return pool;
    });
  }
}
