/** @file What may stand at a binding, checked against what the shader declares there. */

import * as V from '@halocline/vulkan';
import type { ImageLayout } from '../access.ts';
import type { Driver } from '../device/driver.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { Image } from '../image/image.ts';
import type { ImageUsage } from '../image/image.ts';
import { Sampler } from '../image/sampler.ts';
import type { ImageView } from '../image/view.ts';
import { Buffer } from '../memory/buffer.ts';
import { checkRange, checkUsage } from './check-range.ts';
import type { Local } from '../tracking/local.ts';
import type { Names } from '../given.ts';
import type { PipelineBinding } from './pipeline-layout.ts';
import type { CommandScope } from './scope.ts';
import { checkTexelBuffer, checkTexels } from './texels.ts';
import type { TexelBinding } from './texels.ts';

/** What a binding takes: a buffer, an image or a part of it, or a sampler. */
export type Bindable = Buffer | Image | ImageView | Sampler;

/** Which set and element, and which part of a buffer, in bytes; its offset is a multiple of the device's `bindingAlignment`. */
export interface BindOptions {
  readonly set?: number;
  readonly byteOffset?: number;
  readonly byteLength?: number;
  /** For a sampled image that the shader declares together with its sampler. */
  readonly sampler?: Sampler;
  /** For a texel buffer: how its bytes are read. */
  readonly format?: ImageFormat;
  /** For a sampled image that isn't in layout 'sampled'. */
  readonly layout?: ImageLayout;
}

/** The names of all of them. */
export const BIND_OPTIONS: Names<BindOptions> = Object.freeze({
  set: true,
  byteOffset: true,
  byteLength: true,
  sampler: true,
  format: true,
  layout: true,
});

/** What stands at one place of a binding. */
export type Bound =
  | {
      readonly kind: 'range';
      readonly buffer: Buffer;
      readonly byteOffset: number;
      readonly byteLength: number;
      /** What a tracker gave for it. */
      readonly local: Local | undefined;
    }
  | {
      readonly kind: 'texels';
      readonly buffer: Buffer;
      readonly byteOffset: number;
      readonly byteLength: number;
      readonly view: V.VkBufferView;
    }
  | {
      readonly kind: 'view';
      readonly view: ImageView | undefined;
      readonly sampler: Sampler | undefined;
      readonly layout: ImageLayout;
    };

/** Checks a resource against a binding; throws RangeError or VulkanError where it doesn't fit. */
export function boundOf(
  scope: CommandScope,
  pipeline: string,
  binding: PipelineBinding,
  resource: Bindable,
  options: BindOptions,
): Bound {
  const place = `${binding.set}.${binding.binding}`;
  const refuse = (what: string): RangeError =>
    new RangeError(`Cannot bind ${nameOf(resource)} to pipeline "${pipeline}": ${what}`);
  switch (binding.kind) {
    case 'storage-buffer':
    case 'uniform-buffer':
      if (resource instanceof Buffer) return rangeOf(scope, pipeline, binding, resource, options);
      throw refuse(`binding ${place} is a ${binding.kind}; give a buffer`);
    case 'uniform-texel-buffer':
    case 'storage-texel-buffer':
      if (resource instanceof Buffer && options.format) {
        checkTexels(binding, options.format, refuse);
        return texelsOf(scope, binding.kind, resource, options.format, options);
      }
      throw refuse(`binding ${place} is a ${binding.kind}; give a buffer, and the option format`);
    case 'sampler':
      if (!(resource instanceof Sampler)) throw refuse(`binding ${place} is a sampler; give one`);
      scope.use(resource);
      return { kind: 'view', view: undefined, sampler: resource, layout: 'undefined' };
    default: {
      if (resource instanceof Buffer || resource instanceof Sampler) {
        throw refuse(`binding ${place} is a ${binding.kind}; give an image or a view of one`);
      }
      const bound = viewOf(binding, resource, options, refuse);
      scope.use(bound.view!.image);
      if (bound.sampler) scope.use(bound.sampler);
      return bound;
    }
  }
}

/** `buffer "x"`, `image "x"`, … */
export function nameOf(resource: Bindable): string {
  return 'image' in resource ? `image "${resource.image.label}"` : `${resource.kind} "${resource.label}"`;
}

function rangeOf(
  scope: CommandScope,
  pipeline: string,
  binding: PipelineBinding,
  buffer: Buffer,
  options: BindOptions,
): Bound {
  const { byteOffset = 0, byteLength = buffer.byteLength - byteOffset } = options;
  const { maxStorageBytes, maxUniformBytes, bindingAlignment, storageAlignment } = scope.driver.limits;
  const uniform = binding.kind === 'uniform-buffer';
  checkUsage('bind', buffer, uniform ? 'uniform' : 'storage');
  checkRange('bind', buffer, byteOffset, byteLength, uniform ? bindingAlignment : storageAlignment);
  const most = uniform ? maxUniformBytes : maxStorageBytes;
  const least = Math.max(1, binding.byteLength);
  if (byteLength > most || byteLength < least) {
    throw new RangeError(
      `Cannot bind buffer "${buffer.label}" to pipeline "${pipeline}": ${byteLength} bytes; binding ${binding.set}.${binding.binding} takes ${least} to ${most}`,
    );
  }
  const local = scope.tracker?.local(buffer);
  if (local?.noted !== true || buffer.disposed) scope.use(buffer);
  if (local) local.noted = true;
  return { kind: 'range', buffer, byteOffset, byteLength, local };
}

/** A view of a buffer's bytes as texels; it goes with the recording. */
function texelsOf(
  scope: CommandScope,
  kind: TexelBinding,
  buffer: Buffer,
  format: ImageFormat,
  options: BindOptions,
): Bound {
  const { byteOffset = 0, byteLength = buffer.byteLength - byteOffset } = options;
  const { vk, texelBytes } = formatMeaning(format);
  const alone = checkTexelBuffer(scope.driver, buffer, format, kind);
  checkRange('bind', buffer, byteOffset, byteLength, Math.max(scope.driver.limits.bindingAlignment, texelBytes));
  if (byteLength === 0 || byteLength % texelBytes !== 0) {
    throw new RangeError(
      `Cannot bind buffer "${buffer.label}": ${byteLength} bytes; give whole texels of ${texelBytes}`,
    );
  }
  scope.use(buffer);
  const { driver } = scope;
  const view = createBufferView(driver, buffer, alone, { format: vk, offset: byteOffset, range: byteLength });
  scope.releases.push(() => driver.commands.vkDestroyBufferView(driver.handle, view, V.NULL));
  return { kind: 'texels', buffer, byteOffset, byteLength, view };
}

/** `alone`: the one usage that the view is for, where that must be said. */
function createBufferView(
  driver: Driver,
  buffer: Buffer,
  alone: number | undefined,
  part: V.VkBufferViewCreateInfo,
): V.VkBufferView {
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const pNext = alone === undefined ? V.NULL : V.VkBufferUsageFlags2CreateInfo({ usage: BigInt(alone) });
    const info = V.VkBufferViewCreateInfo({ pNext, buffer: buffer.handle, ...part });
    const result = driver.commands.vkCreateBufferView(driver.handle, info, V.NULL, out);
    const act = `Cannot bind buffer "${buffer.label}" as texels`;
    driver.check(result, 'vkCreateBufferView', 'buffer', act, "create it with usage 'texel'", buffer.label);
    const view = V.arena.readU64<V.VkBufferView>(out);
    driver.setName(V.VK_OBJECT_TYPE_BUFFER_VIEW, view, `${buffer.label}, texels`);
    return view;
  });
}

function viewOf(
  binding: PipelineBinding,
  resource: Image | ImageView,
  options: BindOptions,
  refuse: (what: string) => RangeError,
): Extract<Bound, { kind: 'view' }> {
  const { kind, shape, set, binding: number } = binding;
  const place = `${set}.${number}`;
  const image = resource instanceof Image ? resource : resource.image;
  const view = resource instanceof Image ? resource.view({}, shape ?? '2d') : resource;
  if (shape !== null && view.shape !== shape) {
    throw refuse(`binding ${place} is of shape ${shape}, the view of shape ${view.shape}; view it as ${shape}`);
  }
  const storage = kind === 'storage-image';
  if (storage && view.range.mips > 1) {
    throw refuse(`binding ${place} is a storage-image, the view has ${view.range.mips} mips; view one of them`);
  }
  const needs: ImageUsage = storage ? 'storage' : 'sampled';
  if (!image.usage.includes(needs)) throw refuse(`it was made without usage '${needs}'; create it with that`);
  checkTexels(binding, image.format, refuse);
  if (binding.multisampled !== image.samples > 1) {
    throw refuse(
      `it has ${image.samples} samples a texel, binding ${place} is ${binding.multisampled ? '' : 'not '}multisampled; change either`,
    );
  }
  if ((kind === 'combined-image-sampler') !== (options.sampler !== undefined)) {
    const what = options.sampler
      ? 'takes no sampler; leave it out'
      : 'is sampled with a sampler; give the option sampler';
    throw refuse(`binding ${place} ${what}`);
  }
  const layout = options.layout ?? (storage ? 'general' : 'sampled');
  return { kind: 'view', view, sampler: options.sampler, layout };
}
