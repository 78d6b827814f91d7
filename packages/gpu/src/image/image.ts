/**
 * @file Images: texels in the order that the device likes best, known by label, seen through views. Who uses one brings it
 * into the layout that the use implies (`encoder.transition`); the image itself doesn't know which one it is in.
 */

import * as V from '@halocline/vulkan';
import type { Child, Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import type { BufferMaker } from '../memory/buffer.ts';
import { findRoom, readAlone } from '../memory/find-room.ts';
import type { Alone } from '../memory/find-room.ts';
import { printsItself, valueText } from '../printing.ts';
import type { ImageRole } from '../role.ts';
import { formatMeaning } from './format.ts';
import type { ImageFormat } from './format.ts';
import { createView, isCubic, wholeRange } from './view.ts';
import type { ImageRange, ImageView, ViewShape } from './view.ts';
import { checkNames } from '../given.ts';
import type { Names } from '../given.ts';

/** What an image may be used for. */
export type ImageUsage =
  | 'sampled'
  | 'storage'
  | 'color-attachment'
  | 'depth-attachment'
  | 'transfer-source'
  | 'transfer-target';

/** What an image is made from. */
export interface ImageOptions<R extends ImageRole = ImageRole> {
  /** Its name in messages. */
  readonly label: string;
  /** Texels in x and y; a third number makes it three-dimensional. */
  readonly size: readonly [width: number, height: number] | readonly [width: number, height: number, depth: number];
  readonly format: ImageFormat;
  /** What it is for, which its type then carries. Default 'any'. */
  readonly role?: R;
  /** Default: what the role needs, and all that it allows and the device can do with the format. */
  readonly usage?: readonly ImageUsage[];
  /** Mip levels, or 'all' down to one texel. Default 1. */
  readonly mips?: number | 'all';
  /** Array layers. Default 1. */
  readonly layers?: number;
  /** Samples a texel: 1, 2, 4, … Default 1. */
  readonly samples?: number;
  /** Who holds it, in out-of-memory messages. Default: the label. */
  readonly owner?: string;
}

const IMAGE_OPTIONS: Names<ImageOptions> = Object.freeze({
  label: true,
  size: true,
  format: true,
  role: true,
  usage: true,
  mips: true,
  layers: true,
  samples: true,
  owner: true,
});

const USAGE: Readonly<Record<ImageUsage, { readonly usage: number; readonly feature: number }>> = Object.freeze({
  sampled: { usage: V.VK_IMAGE_USAGE_SAMPLED_BIT, feature: V.VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT },
  storage: { usage: V.VK_IMAGE_USAGE_STORAGE_BIT, feature: V.VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT },
  'color-attachment': {
    usage: V.VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
    feature: V.VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT,
  },
  'depth-attachment': {
    usage: V.VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT,
    feature: V.VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT,
  },
  'transfer-source': { usage: V.VK_IMAGE_USAGE_TRANSFER_SRC_BIT, feature: V.VK_FORMAT_FEATURE_TRANSFER_SRC_BIT },
  'transfer-target': { usage: V.VK_IMAGE_USAGE_TRANSFER_DST_BIT, feature: V.VK_FORMAT_FEATURE_TRANSFER_DST_BIT },
});
const ALL_USAGES = Object.keys(USAGE) as readonly ImageUsage[];
const TRANSFERS: readonly ImageUsage[] = ['transfer-source', 'transfer-target'];

/** What an image of a role can't do without, and what it may be used for besides. */
interface RoleUsage {
  readonly needs: readonly ImageUsage[];
  readonly allows: readonly ImageUsage[];
}

const ROLE_USAGE: Readonly<Record<ImageRole, RoleUsage>> = Object.freeze({
  any: { needs: [], allows: ALL_USAGES },
  texture: { needs: ['sampled'], allows: TRANSFERS },
  'storage-image': { needs: ['storage'], allows: ['sampled', ...TRANSFERS] },
  'render-target': { needs: ['color-attachment'], allows: ['sampled', ...TRANSFERS] },
  'depth-target': { needs: ['depth-attachment'], allows: ['sampled', ...TRANSFERS] },
});

/** Texels on the device. Dispose it when nothing records with it any more: what was submitted may still use it. */
export class Image<R extends ImageRole = ImageRole> implements Child {
  static {
    printsItself(this);
  }

  readonly kind = 'image';
  readonly label: string;
  /** Under which name its bytes are counted. */
  readonly owner: string;
  /** What it is for. `Image` alone, in a type, is an image of whatever role. */
  readonly role: R;
  /** Texels in x, y and z of mip level 0. */
  readonly size: readonly [width: number, height: number, depth: number];
  readonly dimensions: 2 | 3;
  readonly format: ImageFormat;
  /** Mip levels, each half as wide, high and deep as the one before. */
  readonly mips: number;
  /** Images of this size beside one another, of an array; 1 of any other. */
  readonly layers: number;
  /** Samples a texel. */
  readonly samples: number;
  readonly usage: readonly ImageUsage[];
  readonly handle: V.VkImage;
  /** Of the device that it belongs to. */
  readonly driver: Driver;
  readonly #maker: BufferMaker;
  readonly #place: ImagePlace;
  readonly #views = new Map<string, ImageView>();
  #disposed = false;

  /** `place`: memory that it is placed in instead of the device's heap. */
  constructor(maker: BufferMaker, options: ImageOptions<R>, place: PlaceImage = placeInHeap) {
    checkNames('Cannot create image', options, IMAGE_OPTIONS);
    const { label, size, format, role = 'any' as R, layers = 1, samples = 1, owner = label } = options;
    maker.driver.checkOpen();
    checkSize(label, size);
    this.#maker = maker;
    this.driver = maker.driver;
    this.label = label;
    this.owner = owner;
    this.role = role;
    this.size = [size[0], size[1], size[2] ?? 1];
    this.dimensions = size.length === 3 ? 3 : 2;
    this.format = format;
    this.mips = options.mips === 'all' ? 1 + Math.floor(Math.log2(Math.max(...size))) : (options.mips ?? 1);
    this.layers = layers;
    this.samples = samples;
    checkNumbers(this);
    checkWords(label, role, options.usage);
    this.usage = options.usage ?? usualUsage(maker.driver, this, role);
    this.handle = createHandle(maker.driver, this);
    try {
      this.#place = bind(maker, this, place(maker, this, readNeeds(maker.driver, this.handle)));
    } catch (error) {
      maker.driver.commands.vkDestroyImage(maker.driver.handle, this.handle, V.NULL);
      throw error;
    }
    maker.driver.setName(V.VK_OBJECT_TYPE_IMAGE, this.handle, label);
    maker.driver.children.add(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Bytes of the texels of one mip level of one layer, tightly packed, x fastest. */
  byteLengthOf(mip: number = 0): number {
    const [width, height, depth] = this.sizeOf(mip);
    return width * height * depth * formatMeaning(this.format).texelBytes * this.samples;
  }

  /** Texels of a mip level in x, y and z. */
  sizeOf(mip: number = 0): readonly [width: number, height: number, depth: number] {
    const at = (texels: number): number => Math.max(1, Math.floor(texels / 2 ** mip));
    return [at(this.size[0]), at(this.size[1]), at(this.size[2])];
  }

  /** A part of the image as a shader or an attachment sees it. Default: all of it, as it was made. Kept, so asking again is cheap. */
  view(range: ImageRange = {}, shape: ViewShape = this.#usualShape(range)): ImageView {
    if (this.#disposed) {
      throw new VulkanError(`Cannot view image "${this.label}": it was disposed; create it again`, {
        kind: 'allocation',
        labels: [this.label],
      });
    }
    const whole = wholeRange(this, range);
    const key = `${whole.mip} ${whole.mips} ${whole.layer} ${whole.layers} ${shape}`;
    let view = this.#views.get(key);
    if (!view) {
      view = createView(this.#maker.driver, this, whole, shape);
      this.#views.set(key, view);
    }
    return view;
  }

  toString(): string {
    const size = this.size.slice(0, this.dimensions).join('×');
    return `Image("${this.label}", ${size} ${this.format}${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { driver } = this.#maker;
    driver.children.delete(this);
    driver.retire(() => {
      for (const view of this.#views.values()) driver.commands.vkDestroyImageView(driver.handle, view.handle, V.NULL);
      driver.commands.vkDestroyImage(driver.handle, this.handle, V.NULL);
      this.#place.release();
    });
  }

  #usualShape(range: ImageRange): ViewShape {
    if (this.dimensions === 3) return '3d';
    return (range.layers ?? this.layers - (range.layer ?? 0)) > 1 ? '2d-array' : '2d';
  }
}

/** What types say of words, for those who have none. */
function checkWords(label: string, role: ImageRole, usages: readonly ImageUsage[] | undefined): void {
  const refuse = (what: string, word: string, words: readonly string[]): never => {
    throw new TypeError(`Cannot create image "${label}": ${what} "${word}" is none of ${words.join(', ')}`);
  };
  if (!Object.hasOwn(ROLE_USAGE, role)) refuse('role', role, Object.keys(ROLE_USAGE));
  if (usages !== undefined && !Array.isArray(usages)) {
    throw new TypeError(
      `Cannot create image "${label}": its usage is ${valueText(usages)}; give a list, or leave it out`,
    );
  }
  for (const usage of usages ?? []) if (!Object.hasOwn(USAGE, usage)) refuse('usage', usage, ALL_USAGES);
  if (usages?.length !== 0) return;
  throw new TypeError(`Cannot create image "${label}": its usage is empty; say what it is for, or leave usage out`);
}

function checkSize(label: string, size: unknown): void {
  if (Array.isArray(size) && (size.length === 2 || size.length === 3)) return;
  const given = Array.isArray(size) ? `[${size.join(', ')}]` : valueText(size);
  throw new TypeError(
    `Cannot create image "${label}": its size is ${given}; give [width, height] or [width, height, depth], in texels`,
  );
}

function checkNumbers(image: Image): void {
  const [numbers, names] = [[...image.size, image.mips, image.layers, image.samples], 'size, mips, layers and samples'];
  if (numbers.every((each) => Number.isSafeInteger(each) && each > 0)) {
    if (!Number.isInteger(Math.log2(image.samples))) {
      throw new RangeError(
        `Cannot create image "${image.label}": samples is ${image.samples}; give 1, 2, 4, 8, 16, 32 or 64`,
      );
    }
    if (image.samples === 1 || image.mips === 1) return;
    throw new RangeError(
      `Cannot create image "${image.label}": it has ${image.samples} samples a texel and ${image.mips} mips; give 1 of either`,
    );
  }
  throw new RangeError(
    `Cannot create image "${image.label}": its ${names} are ${image.size.slice(0, image.dimensions).join('×')}, ` +
      `${image.mips}, ${image.layers} and ${image.samples}; give whole numbers above 0`,
  );
}

/** What the role needs, and what it allows as far as the device can do that with the format and this many samples. */
function usualUsage(driver: Driver, image: Image, role: ImageRole): readonly ImageUsage[] {
  const { optimalTilingFeatures: features } = V.arena.scope(() => {
    const out = V.VkFormatProperties.allocate();
    driver.instance.vkGetPhysicalDeviceFormatProperties(driver.physicalDevice, formatMeaning(image.format).vk, out);
    return V.VkFormatProperties.read(out);
  });
  const { needs, allows } = ROLE_USAGE[role];
  const possible = allows.filter(
    (each) => (features & USAGE[each].feature) !== 0 && !(image.samples > 1 && each === 'storage'),
  );
  return [...needs, ...possible];
}

interface ImageNumbers {
  readonly format: number;
  readonly type: number;
  readonly tiling: number;
  readonly usage: number;
  readonly flags: number;
}

function numbersOf(image: Image): ImageNumbers {
  return {
    format: formatMeaning(image.format).vk,
    type: image.dimensions === 3 ? V.VK_IMAGE_TYPE_3D : V.VK_IMAGE_TYPE_2D,
    tiling: V.VK_IMAGE_TILING_OPTIMAL,
    usage: image.usage.reduce((bits, each) => bits | USAGE[each].usage, 0),
    flags: isCubic(image) ? V.VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT : 0,
  };
}

function createHandle(driver: Driver, image: Image): V.VkImage {
  const numbers = numbersOf(image);
  checkSupport(driver, image, numbers);
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const info = V.VkImageCreateInfo({
      flags: numbers.flags,
      imageType: numbers.type,
      format: numbers.format,
      extent: { width: image.size[0], height: image.size[1], depth: image.size[2] },
      mipLevels: image.mips,
      arrayLayers: image.layers,
      samples: image.samples,
      tiling: numbers.tiling,
      usage: numbers.usage,
      sharingMode: V.VK_SHARING_MODE_EXCLUSIVE,
      initialLayout: V.VK_IMAGE_LAYOUT_UNDEFINED,
    });
    const result = driver.commands.vkCreateImage(driver.handle, info, V.NULL, out);
    const act = `Cannot create image "${image.label}"`;
    driver.check(result, 'vkCreateImage', 'allocation', act, 'ask for less', image.label);
    return V.arena.readU64<V.VkImage>(out);
  });
}

/** Throws unless the device has images of this format, usage and size. */
function checkSupport(driver: Driver, image: Image, { format, type, tiling, usage, flags }: ImageNumbers): void {
  const refuse = (what: string): VulkanError =>
    new VulkanError(
      `Cannot create image "${image.label}": device "${driver.name}" has no ${image.format} image ${what}`,
      {
        kind: 'not-available',
        labels: [image.label],
      },
    );
  const most = V.arena.scope(() => {
    if (usage === 0) return undefined;
    const out = V.VkImageFormatProperties.allocate();
    const { instance, physicalDevice } = driver;
    const result = instance.vkGetPhysicalDeviceImageFormatProperties(
      physicalDevice,
      format,
      type,
      tiling,
      usage,
      flags,
      out,
    );
    return result < 0 ? undefined : V.VkImageFormatProperties.read(out);
  });
  if (!most) throw refuse(`for ${image.usage.join(', ') || 'any use'}; choose another format or usage`);
  const { width, height, depth } = most.maxExtent;
  if (image.size[0] > width || image.size[1] > height || image.size[2] > depth) {
    throw refuse(`of ${image.size.join('×')} texels; it allows ${width}×${height}×${depth}`);
  }
  const mips = Math.min(most.maxMipLevels, 1 + Math.floor(Math.log2(Math.max(...image.size))));
  if (image.mips > mips || image.layers > most.maxArrayLayers) {
    throw refuse(
      `of ${image.size.join('×')} texels with ${image.mips} mips and ${image.layers} layers; it allows ${mips} and ${most.maxArrayLayers}`,
    );
  }
  if ((most.sampleCounts & image.samples) === 0) {
    const counts = [1, 2, 4, 8, 16, 32, 64].filter((count) => (most.sampleCounts & count) !== 0);
    throw refuse(`of ${image.samples} samples a texel; it allows ${counts.join(', ')}`);
  }
  const storesSamples = driver.features['shaderStorageImageMultisample'] === true;
  if (image.samples > 1 && image.usage.includes('storage') && !storesSamples) {
    throw refuse(`of ${image.samples} samples a texel for storage; it lacks feature shaderStorageImageMultisample`);
  }
}

/** What the driver wants of an image's memory; sizes in bytes. */
export interface ImageNeeds {
  /** Whole pages. */
  readonly byteLength: number;
  /** Without what fills the last page. */
  readonly ownBytes: number;
  readonly alignment: number;
  /** A bit for each memory type that will do. */
  readonly memoryTypeBits: number;
  readonly alone: Alone;
}

/** Where an image lies. */
export interface ImagePlace {
  readonly memory: { readonly handle: bigint };
  readonly byteOffset: number;
  /** Called when nothing uses the memory any more. */
  release(): void;
}

/** Finds memory for an image. */
export type PlaceImage = (maker: BufferMaker, image: Image, needs: ImageNeeds) => ImagePlace;

/** In whole pages, since buffers may lie beside an image, and may not share one with it. */
function readNeeds(driver: Driver, image: V.VkImage): ImageNeeds {
  return V.arena.scope(() => {
    const dedicated = V.VkMemoryDedicatedRequirements.allocate();
    const out = V.VkMemoryRequirements2.allocate({ pNext: dedicated });
    driver.commands.vkGetImageMemoryRequirements2(driver.handle, V.VkImageMemoryRequirementsInfo2({ image }), out);
    const { size, alignment, memoryTypeBits } = V.VkMemoryRequirements2.read(out).memoryRequirements;
    const page = Math.max(Number(alignment), imagePage(driver));
    const ownBytes = Number(size);
    const byteLength = Math.ceil(ownBytes / page) * page;
    return { byteLength, ownBytes, alignment: page, memoryTypeBits, alone: readAlone(dedicated) };
  });
}

/** Memory of the device's heap. */
function placeInHeap(maker: BufferMaker, image: Image, needs: ImageNeeds): ImagePlace {
  const { owner, label, handle } = image;
  const { byteLength, ownBytes, alignment, memoryTypeBits, alone } = needs;
  const types = maker.memory.typesFor('device', memoryTypeBits);
  const request = { what: `image "${label}"`, owner, label, byteLength, alignment, types };
  const range = findRoom(maker, request, { to: { kind: 'image', handle }, byteLength: ownBytes, alone });
  return { memory: range.memory, byteOffset: range.byteOffset, release: () => maker.heap.release(range) };
}

/** Binds an image to its memory, and gives that back if the driver won't. */
function bind({ driver }: BufferMaker, image: Image, place: ImagePlace): ImagePlace {
  const memory = place.memory.handle as V.VkDeviceMemory;
  const result = driver.commands.vkBindImageMemory(driver.handle, image.handle, memory, place.byteOffset);
  if (result < 0) place.release();
  const act = `Cannot create image "${image.label}"`;
  driver.check(result, 'vkBindImageMemory', 'allocation', act, 'ask for less', image.label);
  return place;
}

const pages = new WeakMap<Driver, number>();

/** Bytes of the pages that an image and a buffer may not share (bufferImageGranularity). */
function imagePage(driver: Driver): number {
  let page = pages.get(driver);
  if (page === undefined) {
    page = V.arena.scope(() => {
      const out = V.VkPhysicalDeviceProperties.allocate();
      driver.instance.vkGetPhysicalDeviceProperties(driver.physicalDevice, out);
      return Number(V.VkPhysicalDeviceProperties.read(out).limits.bufferImageGranularity);
    });
    pages.set(driver, page);
  }
  return page;
}
