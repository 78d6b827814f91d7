/** @file Views: the part of an image, and the shape of it, that a shader or an attachment sees. An image keeps its views. */

import * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import type { ImagePart } from '../graph/sink.ts';
import { aspectOf, formatMeaning } from './format.ts';
import type { Image } from './image.ts';
import { checkKind, isOptions, notOptions } from '../given.ts';

/** A part of an image: mip levels and array layers. All that is left out means all from there on. */
export type ImageRange = ImagePart;

/** A part of an image with every number known. */
export interface WholeRange {
  readonly mip: number;
  readonly mips: number;
  readonly layer: number;
  readonly layers: number;
}

/** The shape that a shader declares for an image. */
export type ViewShape = '1d' | '2d' | '3d' | 'cube' | '1d-array' | '2d-array' | 'cube-array';

const VIEW_TYPE: Readonly<Record<ViewShape, number>> = Object.freeze({
  '1d': V.VK_IMAGE_VIEW_TYPE_1D,
  '2d': V.VK_IMAGE_VIEW_TYPE_2D,
  '3d': V.VK_IMAGE_VIEW_TYPE_3D,
  cube: V.VK_IMAGE_VIEW_TYPE_CUBE,
  '1d-array': V.VK_IMAGE_VIEW_TYPE_1D_ARRAY,
  '2d-array': V.VK_IMAGE_VIEW_TYPE_2D_ARRAY,
  'cube-array': V.VK_IMAGE_VIEW_TYPE_CUBE_ARRAY,
});

/** A part of an image as a shader sees it; lives as long as its image. */
export interface ImageView {
  readonly image: Image;
  readonly range: WholeRange;
  readonly shape: ViewShape;
  readonly handle: V.VkImageView;
}

/** The range with every number known; throws RangeError where the image doesn't reach. */
export function wholeRange(image: Image, range: ImageRange = {}): WholeRange {
  checkKind('take a part of', image, 'image');
  if (!isOptions(range)) throw notOptions(`Cannot take a part of image "${image.label}"`, range, 'its mips and layers');
  const { mip = 0, layer = 0 } = range;
  const { mips = image.mips - mip, layers = image.layers - layer } = range;
  const fits = (first: number, count: number, all: number): boolean =>
    Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count > 0 && first + count <= all;
  if (fits(mip, mips, image.mips) && fits(layer, layers, image.layers)) return { mip, mips, layer, layers };
  throw new RangeError(
    `Cannot take a part of image "${image.label}": ${mips} mips from ${mip} and ${layers} layers from ${layer} are asked for; ` +
      `it has ${image.mips} and ${image.layers}`,
  );
}

/** VkImageSubresourceRange of a range. */
export function subresourceRange(image: Image, range: WholeRange): V.VkImageSubresourceRange {
  return {
    aspectMask: aspectOf(image.format),
    baseMipLevel: range.mip,
    levelCount: range.mips,
    baseArrayLayer: range.layer,
    layerCount: range.layers,
  };
}

/** Whether faces of cubes may be made of its layers. */
export function isCubic({ dimensions, size, samples, layers }: Image): boolean {
  return dimensions === 2 && size[0] === size[1] && samples === 1 && layers >= 6;
}

/** What a part of an image can be viewed as: VkImageViewCreateInfo, "Image type and image view type compatibility requirements". */
function shapesOf(image: Image, { layers }: WholeRange): readonly ViewShape[] {
  if (image.dimensions === 3) return ['3d'];
  const shapes: ViewShape[] = layers === 1 ? ['2d', '2d-array'] : ['2d-array'];
  if (!isCubic(image) || layers % 6 !== 0) return shapes;
  if (layers === 6) shapes.push('cube');
  if (image.driver.features['imageCubeArray'] === true) shapes.push('cube-array');
  return shapes;
}

/** Throws unless a part of an image can be viewed so: drivers don't look, and some end the process over it. */
function checkShape(image: Image, range: WholeRange, shape: ViewShape): void {
  const shapes = shapesOf(image, range);
  if (shapes.includes(shape)) return;
  if (!Object.hasOwn(VIEW_TYPE, shape)) {
    const words = Object.keys(VIEW_TYPE).join(', ');
    throw new TypeError(`Cannot view image "${image.label}": shape "${shape}" is none of ${words}`);
  }
  const part = `${range.layers} ${range.layers === 1 ? 'layer' : 'layers'} of ${image.size.slice(0, image.dimensions).join('×')}`;
  throw new RangeError(
    `Cannot view image "${image.label}" as ${shape}: ${part} texels can be ${shapes.join(', ')}; view or declare it so`,
  );
}

/** Makes a view. */
export function createView(driver: Driver, image: Image, range: WholeRange, shape: ViewShape): ImageView {
  checkShape(image, range, shape);
  const handle = V.arena.scope(() => {
    const out = V.arena.u64();
    const info = V.VkImageViewCreateInfo({
      image: image.handle,
      viewType: VIEW_TYPE[shape],
      format: formatMeaning(image.format).vk,
      subresourceRange: subresourceRange(image, range),
    });
    const result = driver.commands.vkCreateImageView(driver.handle, info, V.NULL, out);
    const act = `Cannot view image "${image.label}" as ${shape}`;
    driver.check(result, 'vkCreateImageView', 'allocation', act, 'look at its size and layers', image.label);
    return V.arena.readU64<V.VkImageView>(out);
  });
  driver.setName(V.VK_OBJECT_TYPE_IMAGE_VIEW, handle, `${image.label}, ${shape}`);
  return { image, range, shape, handle };
}
