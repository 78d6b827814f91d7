/** @file Samplers: how a shader reads between texels and beyond the edge. */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { printsItself } from '../printing.ts';
import { checkNames } from '../given.ts';
import type { Names } from '../given.ts';
import { COMPARE } from './depth-compare.ts';
import type { DepthCompare } from './depth-compare.ts';

/** What stands beyond an image's edge. */
export type EdgeMode = 'clamp' | 'repeat' | 'mirror';

/** How a sampler reads. */
export interface SamplerOptions {
  /** Its name in messages. */
  readonly label: string;
  /** Between texels, and between mip levels. Default 'linear'. */
  readonly filter?: 'linear' | 'nearest';
  /** Default 'clamp'. */
  readonly edge?: EdgeMode;
  /**
   * For shaders that compare a depth of their own with an image's (GLSL's `sampler2DShadow`): they get 1 where theirs is such, 0 where
   * it isn't, and 'linear' means the mean of that. Default: the sampler compares nothing.
   */
  readonly compare?: DepthCompare;
}

const SAMPLER_OPTIONS: Names<SamplerOptions> = Object.freeze({ label: true, filter: true, edge: true, compare: true });

const EDGES: Readonly<Record<EdgeMode, number>> = Object.freeze({
  clamp: V.VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE,
  repeat: V.VK_SAMPLER_ADDRESS_MODE_REPEAT,
  mirror: V.VK_SAMPLER_ADDRESS_MODE_MIRRORED_REPEAT,
});

/** A sampler of a device. */
export class Sampler implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'sampler';
  readonly label: string;
  readonly filter: 'linear' | 'nearest';
  /** How it compares depths; undefined where it doesn't. */
  readonly compare: DepthCompare | undefined;
  readonly handle: V.VkSampler;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  #disposed = false;

  constructor(driver: Driver, options: SamplerOptions) {
    driver.checkOpen();
    checkNames('Cannot create sampler', options, SAMPLER_OPTIONS);
    const { label, filter = 'linear', edge = 'clamp', compare } = options;
    for (const [name, word, words] of [
      ['filter', filter, ['linear', 'nearest']] as const,
      ['edge', edge, Object.keys(EDGES)] as const,
      ...(compare === undefined ? [] : [['compare', compare, Object.keys(COMPARE)] as const]),
    ]) {
      if (words.includes(word as never)) continue;
      throw new TypeError(`Cannot create sampler "${label}": ${name} "${word}" is none of ${words.join(', ')}`);
    }
    this.driver = driver;
    this.label = label;
    this.filter = filter;
    this.compare = compare;
    const linear = filter === 'linear';
    this.handle = V.arena.scope(() => {
      const out = V.arena.u64();
      const texels = linear ? V.VK_FILTER_LINEAR : V.VK_FILTER_NEAREST;
      const info = V.VkSamplerCreateInfo({
        magFilter: texels,
        minFilter: texels,
        mipmapMode: linear ? V.VK_SAMPLER_MIPMAP_MODE_LINEAR : V.VK_SAMPLER_MIPMAP_MODE_NEAREST,
        addressModeU: EDGES[edge],
        addressModeV: EDGES[edge],
        addressModeW: EDGES[edge],
        maxLod: V.VK_LOD_CLAMP_NONE,
        ...(compare === undefined ? {} : { compareEnable: V.VK_TRUE, compareOp: COMPARE[compare] }),
      });
      const result = driver.commands.vkCreateSampler(driver.handle, info, V.NULL, out);
      const act = `Cannot create sampler "${label}"`;
      driver.check(result, 'vkCreateSampler', 'allocation', act, 'dispose samplers that nobody needs', label);
      return V.arena.readU64<V.VkSampler>(out);
    });
    driver.setName(V.VK_OBJECT_TYPE_SAMPLER, this.handle, label);
    driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  toString(): string {
    return `Sampler("${this.label}"${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const driver = this.driver;
    driver.children.delete(this);
    driver.retire(() => driver.commands.vkDestroySampler(driver.handle, this.handle, V.NULL));
  }
}
