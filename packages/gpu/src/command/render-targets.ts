/** @file What a rendering draws to: images, how they begin and end, and whether all of them fit together. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { formatMeaning } from '../image/format.ts';
import type { ImageFormat } from '../image/format.ts';
import { Image } from '../image/image.ts';
import type { ImageView } from '../image/view.ts';
import { pipelineProperties } from './driver-properties.ts';
import type { TargetFormats } from './graphics-pipeline.ts';
import { checkRecordsDraws } from './queue-abilities.ts';
import type { RecordingPlace } from './scope.ts';
import { checkDepth, clearColor } from './transfer.ts';
import type { ClearValue } from './transfer.ts';
import { checkNames, checkObjects } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';

/** An image that is drawn to, in layout 'color-attachment' or 'depth-attachment'. */
export interface RenderTarget {
  /** One mip level of one layer; an image stands for its first. */
  readonly image: Image | ImageView;
  /** What is there at the beginning. Default: 'clear' if `clear` is given, else 'load'. */
  readonly load?: 'load' | 'clear' | 'discard';
  /** The value of a clear. Default 0, 0, 0, 1; for depth 1. */
  readonly clear?: ClearValue;
  /** Whether what was drawn is kept. Default true. */
  readonly store?: boolean;
  /** Of colours of several samples: an image of one sample and the same format, in layout 'color-attachment', that gets their mean. */
  readonly resolve?: Image | ImageView;
}

/** What is drawn to. */
export interface RenderingOptions {
  /** All images have the same number of samples a texel. */
  readonly color?: readonly RenderTarget[];
  readonly depth?: RenderTarget;
  /** Texels that are drawn to. Default: all that every target has. */
  readonly area?: readonly [x: number, y: number, width: number, height: number];
  /** Nothing is drawn but what `execute` brings. Default false. */
  readonly secondary?: boolean;
}

const RENDER_TARGET: Names<RenderTarget> = Object.freeze({
  image: true,
  load: true,
  clear: true,
  store: true,
  resolve: true,
});
const RENDERING_OPTIONS: Names<RenderingOptions> = Object.freeze({
  color: true,
  depth: true,
  area: true,
  secondary: true,
});

/** A rectangle of texels. */
export type Area = readonly [x: number, y: number, width: number, height: number];

/** One image of a rendering, as commands take it. */
interface Attachment {
  readonly target: RenderTarget;
  readonly view: ImageView;
  readonly resolve: ImageView | undefined;
}

/** The images of a rendering, which fit together. */
export interface Attachments {
  readonly color: readonly Attachment[];
  readonly depth: Attachment | undefined;
  readonly formats: TargetFormats;
  readonly area: Area;
}

/** What a rendering draws to; throws where that doesn't fit together. */
export function attachmentsOf(driver: Driver, where: RecordingPlace, options: RenderingOptions): Attachments {
  const act = `Cannot render in ${where.place}`;
  checkRecordsDraws(driver, 'render', where);
  checkNames(act, options, RENDERING_OPTIONS);
  const given = options.color ?? [];
  checkObjects(act, 'color', given);
  const colors = given.map((target) => attach(act, target, 'color'));
  const depth = (options.depth ?? undefined) === undefined ? undefined : attach(act, options.depth!, 'depth');
  const all = depth ? [...colors, depth] : colors;
  const image = all[0]?.view.image;
  if (!image) throw unfit(`${act}: no target is given; give color or depth`, ...where.labels);
  checkColorCount(driver, act, colors.length);
  if (colors.length > 1) checkDistinct(act, where, colors);
  const other = all.find(({ view }) => view.image.samples !== image.samples)?.view.image;
  if (other) {
    throw unfit(
      `${act}: image "${image.label}" has ${image.samples} samples a texel, image "${other.label}" ${other.samples}; give all the same`,
      ...where.labels,
    );
  }
  const color = colors.map(({ view }) => view.image.format);
  const formats = { color, depth: depth?.view.image.format, samples: image.samples };
  return { color: colors, depth, formats, area: areaOf(act, all, options.area) };
}

function unfit(message: string, ...labels: readonly string[]): VulkanError {
  return new VulkanError(message, { kind: 'command-buffer', labels });
}

function attach(act: string, target: RenderTarget, aspect: 'color' | 'depth'): Attachment {
  checkNames(act, target, RENDER_TARGET, `the options of its ${aspect}`);
  const view = viewOf(act, target.image, aspect);
  const { load = 'load' } = target;
  if (!Object.hasOwn(LOAD, load)) {
    const words = Object.keys(LOAD).join(', ');
    throw new TypeError(`${act}: load of image "${view.image.label}" is "${load}"; it is none of ${words}`);
  }
  if ((target.resolve ?? undefined) === undefined) return { target, view, resolve: undefined };
  const resolve = viewOf(act, target.resolve, 'color');
  const [from, to] = [view.image, resolve.image];
  const refuse = (why: string): VulkanError =>
    unfit(`${act}: it resolves image "${from.label}" into image "${to.label}", ${why}`, from.label, to.label);
  if (aspect === 'depth' || formatMeaning(from.format).reads !== 'float') {
    throw refuse(`and texels of ${from.format} have no mean; resolve colours of floats`);
  }
  if (from.samples === 1 || to.samples > 1) {
    throw refuse(`which have ${from.samples} and ${to.samples} samples a texel; resolve several into one`);
  }
  if (from.format !== to.format) throw refuse(`which are ${from.format} and ${to.format}; give images of one format`);
  return { target, view, resolve };
}

/** Throws where two colours, or what they resolve into, are one part of an image: which of them it would hold is undefined. */
function checkDistinct(act: string, where: RecordingPlace, colors: readonly Attachment[]): void {
  const views = colors.flatMap(({ view, resolve }) => (resolve ? [view, resolve] : [view]));
  for (const [index, { image, range }] of views.entries()) {
    const isSame = (other: ImageView): boolean =>
      other.image === image && other.range.mip === range.mip && other.range.layer === range.layer;
    if (!views.slice(0, index).some(isSame)) continue;
    const part = `image "${image.label}", mip ${range.mip} of layer ${range.layer},`;
    throw unfit(`${act}: ${part} is given as two of its targets; give an image for each`, ...where.labels, image.label);
  }
}

/** Throws unless a device draws to so many colours at once. */
export function checkColorCount(driver: Driver, act: string, count: number): void {
  if (count <= LEAST_COLORS) return;
  const most = pipelineProperties(driver).maxColors;
  if (count <= most) return;
  const there = `device "${driver.name}" allows ${most}`;
  throw new RangeError(`${act}: it draws to ${count} colours, and ${there}; draw to the rest in another rendering`);
}

/** Throws unless a number of samples a texel is one that Vulkan has. */
export function checkSamples(act: string, samples: number): void {
  if ([1, 2, 4, 8, 16, 32, 64].includes(samples)) return;
  throw new RangeError(`${act}: samples is ${samples}; give 1, 2, 4, 8, 16, 32 or 64`);
}

/** Throws unless a format has that aspect. */
export function checkAspect(act: string, format: ImageFormat, aspect: 'color' | 'depth'): void {
  const { aspect: has } = formatMeaning(format);
  if (has !== aspect) throw new RangeError(`${act}: ${format} is given as ${aspect}; give it as ${has}`);
}

/** Whether two draw to the same. */
export function sameTargets(a: TargetFormats, b: TargetFormats): boolean {
  return (
    a.samples === b.samples &&
    a.depth === b.depth &&
    a.color.length === b.color.length &&
    a.color.every((format, index) => format === b.color[index])
  );
}

/** Formats of targets as messages write them. */
export function targetsText({ color, depth, samples }: TargetFormats): string {
  const list = [...color, ...(depth ? [`depth ${depth}`] : [])].join(', ') || 'nothing';
  return samples > 1 ? `${list} with ${samples} samples` : list;
}

/** What every device draws to at once (VkPhysicalDeviceLimits::maxColorAttachments is 4 at the least). */
const LEAST_COLORS = 4;

function viewOf(act: string, given: Image | ImageView | undefined, aspect: 'color' | 'depth'): ImageView {
  if (!(given instanceof Image) && !(given?.image instanceof Image)) {
    throw new TypeError(`${act}: a target's image is ${valueText(given)}; give an image or a view of one`);
  }
  const view = given instanceof Image ? given.view({ mips: 1, layers: 1 }) : given;
  const { image, range } = view;
  checkAspect(`Cannot draw to image "${image.label}"`, image.format, aspect);
  if (range.mips > 1 || range.layers > 1) {
    throw new RangeError(
      `Cannot draw to image "${image.label}": the view has ${range.mips} mips and ${range.layers} layers; give one of each`,
    );
  }
  if (image.usage.includes(`${aspect}-attachment`)) return view;
  throw new VulkanError(
    `Cannot draw to image "${image.label}": it was made without usage '${aspect}-attachment'; create it with that`,
    { kind: 'command-buffer', labels: [image.label] },
  );
}

function sizeOf({ image, range }: ImageView): readonly [width: number, height: number, depth: number] {
  return image.sizeOf(range.mip);
}

/** The texels that are drawn to: all targets have them, and what they are resolved into. */
function areaOf(act: string, attachments: readonly Attachment[], given: Area | undefined): Area {
  const sizes = attachments.map(({ view }) => sizeOf(view));
  const size = [Math.min(...sizes.map((each) => each[0])), Math.min(...sizes.map((each) => each[1]))] as const;
  if ((given ?? undefined) !== undefined && !Array.isArray(given)) {
    throw new TypeError(`${act}: its area is ${valueText(given)}; give x, y, width and height, as in [0, 0, 640, 480]`);
  }
  const [x, y, width, height] = given ?? [0, 0, ...size];
  const what = `${act}: its area is ${width}×${height} at (${x}, ${y})`;
  const whole = [x, y, width, height].every((each) => Number.isInteger(each) && each >= 0);
  if (!whole || x + width > size[0] || y + height > size[1]) {
    throw new RangeError(`${what}; the targets have ${size.join('×')}`);
  }
  if (width === 0 || height === 0) throw new RangeError(`${what}; give a width and a height above 0`);
  for (const { resolve } of attachments) {
    if (!resolve) continue;
    const [most, deepest] = sizeOf(resolve);
    if (x + width <= most && y + height <= deepest) continue;
    throw new RangeError(`${what}; image "${resolve.image.label}", which it resolves into, has ${most}×${deepest}`);
  }
  return [x, y, width, height];
}

const LOAD = Object.freeze({
  load: V.VK_ATTACHMENT_LOAD_OP_LOAD,
  clear: V.VK_ATTACHMENT_LOAD_OP_CLEAR,
  discard: V.VK_ATTACHMENT_LOAD_OP_DONT_CARE,
});

/** An attachment as Vulkan takes it. */
export function attachmentNumbers({ target, view, resolve }: Attachment): V.VkRenderingAttachmentInfo {
  const { clear, load = clear === undefined ? 'load' : 'clear', store = true } = target;
  const depth = formatMeaning(view.image.format).aspect === 'depth';
  const value = depth
    ? { depthStencil: { depth: checkDepth(view.image, clear ?? 1) } }
    : { color: clearColor(view.image, clear ?? 0) };
  const [COLOR, DEPTH] = [
    V.VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
    V.VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL,
  ];
  return {
    imageView: view.handle,
    imageLayout: depth ? DEPTH : COLOR,
    loadOp: LOAD[load],
    storeOp: store ? V.VK_ATTACHMENT_STORE_OP_STORE : V.VK_ATTACHMENT_STORE_OP_DONT_CARE,
    clearValue: value,
    ...(resolve
      ? { resolveMode: V.VK_RESOLVE_MODE_AVERAGE_BIT, resolveImageView: resolve.handle, resolveImageLayout: COLOR }
      : {}),
  };
}
