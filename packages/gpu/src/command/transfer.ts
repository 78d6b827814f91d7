/** @file Commands that move bytes and texels: copies, fills, blits, clears. Images must be in the layout of the transfer. */

import * as V from '@halocline/vulkan';
import { aspectOf, formatMeaning } from '../image/format.ts';
import type { Image } from '../image/image.ts';
import { subresourceRange, wholeRange } from '../image/view.ts';
import type { ImageRange } from '../image/view.ts';
import type { Buffer } from '../memory/buffer.ts';
import { valueText } from '../printing.ts';
import { checkImageUsage, checkRange, checkUsage } from './check-range.ts';
import type { TrackedResource, TouchedRange, UsageTracker } from '../tracking/tracker.ts';
import { checkRecordsDraws } from './queue-abilities.ts';
import type { CommandScope } from './scope.ts';
import { checkKind, checkNames } from '../given.ts';
import type { Names } from '../given.ts';

/** Three numbers in x, y, z; the last ones may be left out. */
export type Texels = readonly [x: number, y?: number, z?: number];

/** A box of texels of one mip level, in one or more layers. */
export interface ImageBox {
  /** Default 0. */
  readonly mip?: number;
  /** Default 0. */
  readonly layer?: number;
  /** Default 1. */
  readonly layers?: number;
  /** Its first texel. Default 0, 0, 0. */
  readonly origin?: Texels;
  /** Default: to the end of the mip level. */
  readonly size?: Texels;
}

/** A box of an image, and where its texels stand in a buffer: tightly packed, x fastest, then y, z, layer. */
export interface ImageRegion extends ImageBox {
  /** A multiple of the bytes of a texel. Default 0. */
  readonly byteOffset?: number;
}

/** What a blit reads and writes. */
export interface BlitOptions {
  /** Default: mip 0, layer 0, all of it. */
  readonly from?: ImageBox;
  readonly to?: ImageBox;
  /** Default 'linear'. */
  readonly filter?: 'linear' | 'nearest';
}

const IMAGE_BOX: Names<ImageBox> = Object.freeze({ mip: true, layer: true, layers: true, origin: true, size: true });
const IMAGE_REGION: Names<ImageRegion> = Object.freeze({ ...IMAGE_BOX, byteOffset: true });
const BOXES = Object.freeze({ from: true, to: true });
const BLIT_OPTIONS: Names<BlitOptions> = Object.freeze({ ...BOXES, filter: true });

/** What a clear writes: one number for depth, up to four for colour. */
export type ClearValue = number | readonly number[];

const SOURCE = V.VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
const TARGET = V.VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;

interface Box {
  readonly image: Image;
  readonly layers: Required<V.VkImageSubresourceLayers>;
  readonly offset: Required<V.VkOffset3D>;
  readonly extent: { readonly width: number; readonly height: number; readonly depth: number };
  readonly end: Required<V.VkOffset3D>;
  readonly texels: number;
}

function boxOf(verb: string, image: Image, box: ImageBox = {}, names: object = IMAGE_BOX): Box {
  checkKind(verb, image, 'image');
  const act = `Cannot ${verb} image "${image.label}"`;
  checkNames<object>(act, box, names, 'the numbers of its box');
  for (const name of ['origin', 'size'] as const) {
    if (box[name] === undefined || Array.isArray(box[name])) continue;
    throw new TypeError(`${act}: ${name} is ${valueText(box[name])}; give x, y and z, as in [16, 16]`);
  }
  const { mip = 0, layer = 0, layers = 1, origin = [0, 0, 0] } = box;
  wholeRange(image, { mip, mips: 1, layer, layers });
  const whole = image.sizeOf(mip);
  const [x, y, z] = [origin[0], origin[1] ?? 0, origin[2] ?? 0];
  const width = box.size?.[0] ?? whole[0] - x;
  const height = box.size?.[1] ?? whole[1] - y;
  const depth = box.size?.[2] ?? whole[2] - z;
  const fits = (at: number, count: number, all: number): boolean =>
    Number.isInteger(at) && Number.isInteger(count) && at >= 0 && count > 0 && at + count <= all;
  if (!fits(x, width, whole[0]) || !fits(y, height, whole[1]) || !fits(z, depth, whole[2])) {
    throw new RangeError(
      `${act}: ${width}×${height}×${depth} texels from ${x}, ${y}, ${z} are asked for; ` +
        `mip ${mip} has ${whole.join('×')}`,
    );
  }
  return {
    image,
    layers: { aspectMask: aspectOf(image.format), mipLevel: mip, baseArrayLayer: layer, layerCount: layers },
    offset: { x, y, z },
    extent: { width, height, depth },
    end: { x: x + width, y: y + height, z: z + depth },
    texels: width * height * depth * layers,
  };
}

/** Tells a tracker of a copy. */
function moves(
  tracker: UsageTracker,
  command: string,
  from: TrackedResource,
  fromRange: TouchedRange,
  to: TrackedResource,
  toRange: TouchedRange,
): void {
  tracker.touch(from, fromRange, 'transfer-source', command);
  tracker.touch(to, toRange, 'transfer-target', command);
  tracker.settle();
}

function partOf({ mip = 0, layer = 0, layers = 1 }: ImageBox = {}): TouchedRange {
  return { mip, mips: 1, layer, layers };
}

function bytesOf(image: Image, region: ImageRegion): TouchedRange {
  const byteLength = boxOf('copy', image, region, IMAGE_REGION).texels * formatMeaning(image.format).texelBytes;
  return { byteOffset: region.byteOffset ?? 0, byteLength };
}

/** Copies bytes between buffers; overlapping ranges of one buffer are refused. */
export function copyBuffer(
  scope: CommandScope,
  from: Buffer,
  fromOffset: number,
  to: Buffer,
  toOffset: number,
  byteLength: number,
): void {
  if (byteLength === 0) return;
  checkUsage('copy from', from, 'transfer-source');
  checkUsage('copy to', to, 'transfer-target');
  checkRange('copy from', from, fromOffset, byteLength);
  checkRange('copy to', to, toOffset, byteLength);
  if (from === to && fromOffset < toOffset + byteLength && toOffset < fromOffset + byteLength) {
    throw new RangeError(`Cannot copy within buffer "${from.label}": the ranges overlap; copy through another buffer`);
  }
  scope.use(from);
  scope.use(to);
  const tracker = scope.tracker;
  if (tracker) {
    moves(tracker, 'copy', from, { byteOffset: fromOffset, byteLength }, to, { byteOffset: toOffset, byteLength });
  }
  V.arena.scope(() => {
    const region = V.VkBufferCopy({ srcOffset: fromOffset, dstOffset: toOffset, size: byteLength });
    scope.driver.commands.vkCmdCopyBuffer(scope.handle, from.handle, to.handle, 1, region);
  });
}

/** Fills bytes with a uint32. */
export function fillBuffer(
  scope: CommandScope,
  buffer: Buffer,
  byteOffset: number,
  byteLength: number,
  word: number,
): void {
  if (byteLength === 0) return;
  checkUsage('fill', buffer, 'transfer-target');
  checkRange('fill', buffer, byteOffset, byteLength, 4);
  if (byteLength % 4 !== 0) {
    throw new RangeError(`Cannot fill buffer "${buffer.label}": ${byteLength} bytes; give a multiple of 4`);
  }
  if (!(Number.isInteger(word) && word >= 0 && word < 2 ** 32)) {
    throw new RangeError(
      `Cannot fill buffer "${buffer.label}": the word is ${valueText(word)}; give a whole number from 0 to ${2 ** 32 - 1}`,
    );
  }
  scope.use(buffer);
  scope.tracker?.touch(buffer, { byteOffset, byteLength }, 'transfer-target', 'fill');
  scope.tracker?.settle();
  scope.driver.commands.vkCmdFillBuffer(scope.handle, buffer.handle, byteOffset, byteLength, word);
}

function bufferRegion(verb: string, buffer: Buffer, image: Image, region: ImageRegion): V.VkBufferImageCopy {
  const box = boxOf(verb, image, region, IMAGE_REGION);
  const { byteOffset = 0 } = region;
  const { texelBytes } = formatMeaning(image.format);
  checkRange(verb, buffer, byteOffset, box.texels * texelBytes, texelBytes);
  return {
    bufferOffset: byteOffset,
    imageSubresource: box.layers,
    imageOffset: box.offset,
    imageExtent: box.extent,
  };
}

/** Copies texels out of a buffer into an image in layout 'transfer-target'. */
export function copyBufferToImage(scope: CommandScope, from: Buffer, to: Image, region: ImageRegion): void {
  checkUsage('copy from', from, 'transfer-source');
  const copy = bufferRegion('copy to', from, to, region);
  checkImageUsage('copy to', to, 'transfer-target');
  scope.use(from);
  scope.use(to);
  if (scope.tracker) moves(scope.tracker, 'copyBufferToImage', from, bytesOf(to, region), to, partOf(region));
  V.arena.scope(() => {
    const { commands } = scope.driver;
    commands.vkCmdCopyBufferToImage(scope.handle, from.handle, to.handle, TARGET, 1, V.VkBufferImageCopy(copy));
  });
}

/** Copies texels of an image in layout 'transfer-source' into a buffer. */
export function copyImageToBuffer(scope: CommandScope, from: Image, to: Buffer, region: ImageRegion): void {
  checkUsage('copy to', to, 'transfer-target');
  const copy = bufferRegion('copy from', to, from, region);
  checkImageUsage('copy from', from, 'transfer-source');
  scope.use(from);
  scope.use(to);
  if (scope.tracker) moves(scope.tracker, 'copyImageToBuffer', from, partOf(region), to, bytesOf(from, region));
  V.arena.scope(() => {
    const { commands } = scope.driver;
    commands.vkCmdCopyImageToBuffer(scope.handle, from.handle, SOURCE, to.handle, 1, V.VkBufferImageCopy(copy));
  });
}

/** Copies texels from image to image, of formats with texels of one size; no texel is converted. */
export function copyImage(
  scope: CommandScope,
  from: Image,
  to: Image,
  boxes: { readonly from?: ImageBox; readonly to?: ImageBox },
): void {
  checkKind('copy from', from, 'image');
  checkKind('copy to', to, 'image');
  checkNames(`Cannot copy image "${from.label}" to image "${to.label}"`, boxes, BOXES, 'the boxes');
  const { from: source, to: target } = boxes;
  const [a, b] = [formatMeaning(from.format), formatMeaning(to.format)];
  if (a.texelBytes !== b.texelBytes || a.aspect !== b.aspect) {
    throw new RangeError(
      `Cannot copy image "${from.label}" to image "${to.label}": ${from.format} has texels of ${a.texelBytes} bytes, ` +
        `${to.format} of ${b.texelBytes}; blit instead, which converts`,
    );
  }
  const box = boxOf('copy from', from, source);
  const size: Texels = [box.extent.width, box.extent.height, box.extent.depth];
  const into = { ...target, layers: target?.layers ?? source?.layers ?? 1, size: target?.size ?? size };
  const place = boxOf('copy to', to, into);
  scope.use(from);
  scope.use(to);
  const act = `Cannot copy image "${from.label}" to image "${to.label}"`;
  if (!sameSize(box, place)) {
    throw new RangeError(`${act}: the boxes have ${textOf(box)} and ${textOf(place)}; give boxes of one size`);
  }
  if (from.samples !== to.samples) {
    throw new RangeError(
      `${act}: they have ${from.samples} and ${to.samples} samples a texel; resolve in a rendering instead`,
    );
  }
  checkApart(act, box, place);
  checkImageUsage('copy from', from, 'transfer-source');
  checkImageUsage('copy to', to, 'transfer-target');
  if (scope.tracker) moves(scope.tracker, 'copyImage', from, partOf(source), to, partOf(into));
  V.arena.scope(() => {
    const region = V.VkImageCopy({
      srcSubresource: box.layers,
      srcOffset: box.offset,
      dstSubresource: place.layers,
      dstOffset: place.offset,
      extent: box.extent,
    });
    scope.driver.commands.vkCmdCopyImage(scope.handle, from.handle, SOURCE, to.handle, TARGET, 1, region);
  });
}

function sameSize({ extent: a, layers }: Box, { extent: b, layers: others }: Box): boolean {
  const isSame = a.width === b.width && a.height === b.height && a.depth === b.depth;
  return isSame && layers.layerCount === others.layerCount;
}

/** Texels and layers of a box, as messages write them. */
function textOf({ extent: { width, height, depth }, layers: { layerCount } }: Box): string {
  return `${width}×${height}×${depth} texels in ${layerCount} ${layerCount === 1 ? 'layer' : 'layers'}`;
}

/** Throws where two boxes share texels: no command reads what it writes. */
function checkApart(act: string, a: Box, b: Box): void {
  if (a.image !== b.image || a.layers.mipLevel !== b.layers.mipLevel) return;
  const share = (first: number, end: number, other: number, otherEnd: number): boolean =>
    first < otherEnd && other < end;
  const [first, other] = [a.layers.baseArrayLayer, b.layers.baseArrayLayer];
  if (!share(first, first + a.layers.layerCount, other, other + b.layers.layerCount)) return;
  for (const axis of ['x', 'y', 'z'] as const) {
    if (!share(a.offset[axis], a.end[axis], b.offset[axis], b.end[axis])) return;
  }
  throw new RangeError(`${act}: the boxes overlap; go through another image`);
}

/** Throws where texels of one image can't become those of another. */
function checkBlit(source: Box, target: Box, filter: string): void {
  const [from, to] = [source.image, target.image];
  const act = `Cannot blit image "${from.label}" to image "${to.label}"`;
  const [a, b] = [formatMeaning(from.format), formatMeaning(to.format)];
  if (a.aspect !== b.aspect || a.reads !== b.reads || (a.aspect === 'depth' && from.format !== to.format)) {
    throw new RangeError(
      `${act}: ${from.format} does not become ${to.format}; blit depth to its own format, and integers to integers of their kind`,
    );
  }
  if (filter !== 'nearest' && filter !== 'linear') {
    throw new TypeError(`${act}: filter "${filter}" is none of linear, nearest`);
  }
  if (filter === 'linear' && (a.aspect === 'depth' || a.reads !== 'float')) {
    throw new RangeError(`${act}: texels of ${from.format} have no mean; say filter: 'nearest'`);
  }
  if (from.samples > 1 || to.samples > 1) {
    throw new RangeError(
      `${act}: they have ${from.samples} and ${to.samples} samples a texel; resolve in a rendering instead`,
    );
  }
  const [given, taken] = [source.layers.layerCount, target.layers.layerCount];
  if (given !== taken) throw new RangeError(`${act}: the boxes have ${given} and ${taken} layers; give as many`);
  checkApart(act, source, target);
}

/** Copies texels from image to image, scaled to the target's box and converted to its format. */
export function blitImage(scope: CommandScope, from: Image, to: Image, options: BlitOptions): void {
  checkNames('Cannot blit an image', options, BLIT_OPTIONS);
  const { filter = 'linear' } = options;
  checkRecordsDraws(scope.driver, 'blit', scope);
  const source = boxOf('blit from', from, options.from);
  const target = boxOf('blit to', to, options.to);
  scope.use(from);
  scope.use(to);
  checkBlit(source, target, filter);
  checkImageUsage('blit from', from, 'transfer-source');
  checkImageUsage('blit to', to, 'transfer-target');
  if (scope.tracker) moves(scope.tracker, 'blit', from, partOf(options.from), to, partOf(options.to));
  V.arena.scope(() => {
    const region = V.VkImageBlit({
      srcSubresource: source.layers,
      srcOffsets: [source.offset, source.end],
      dstSubresource: target.layers,
      dstOffsets: [target.offset, target.end],
    });
    const vk = filter === 'linear' ? V.VK_FILTER_LINEAR : V.VK_FILTER_NEAREST;
    scope.driver.commands.vkCmdBlitImage(scope.handle, from.handle, SOURCE, to.handle, TARGET, 1, region, vk);
  });
}

/** Writes one value into every texel of an image in layout 'transfer-target'. */
export function clearImage(scope: CommandScope, image: Image, value: ClearValue, range: ImageRange): void {
  const whole = subresourceRange(image, wholeRange(image, range));
  checkImageUsage('clear', image, 'transfer-target');
  scope.use(image);
  scope.tracker?.touch(image, range, 'transfer-target', 'clear');
  scope.tracker?.settle();
  const { commands } = scope.driver;
  V.arena.scope(() => {
    const part = V.VkImageSubresourceRange(whole);
    if (formatMeaning(image.format).aspect === 'depth') {
      checkRecordsDraws(scope.driver, 'clear depths', scope);
      const depth = V.VkClearDepthStencilValue({ depth: checkDepth(image, value) });
      commands.vkCmdClearDepthStencilImage(scope.handle, image.handle, TARGET, depth, 1, part);
    } else {
      const color = V.VkClearColorValue(clearColor(image, value));
      commands.vkCmdClearColorImage(scope.handle, image.handle, TARGET, color, 1, part);
    }
  });
}

/** What a clear writes into colours: floats, or integers where the format has them; what is left out is 0, alpha 1. */
export function clearColor(image: Image, value: ClearValue): V.VkClearColorValue {
  const given = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(given)) {
    throw new TypeError(
      `Cannot clear image "${image.label}": the value is ${valueText(given)}; give up to 4 numbers, as in [0, 0, 0, 1]`,
    );
  }
  const four = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0, given[3] ?? 1];
  if (given.length > 4 || four.some((each) => typeof each !== 'number')) {
    throw new RangeError(`Cannot clear image "${image.label}": ${given.length} numbers are given; give up to 4`);
  }
  const { reads } = formatMeaning(image.format);
  return reads === 'float' ? { float32: four } : { uint32: four.map((each) => Math.trunc(each) >>> 0) };
}

/** The depth that a clear writes, from 0 to 1. */
export function checkDepth(image: Image, value: ClearValue): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new RangeError(`Cannot clear image "${image.label}": the depth is ${String(value)}; give a number from 0 to 1`);
}
