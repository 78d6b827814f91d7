/**
 * @file A picture in memory, and the few things that are done with one: checked, shrunk, asked whether it is opaque.
 * Shrinking averages areas in linear light, because sRGB bytes are not proportional to light and edges would darken.
 */
import { linearToSrgb, srgbToLinear } from './color.ts';

/** A picture of 8-bit RGBA in sRGB: `width * height * 4` bytes, rows from the top, alpha not premultiplied. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** An image of the given size in pixels; the bytes are taken, not copied, and must be `width * height * 4`. */
export function createImage(width: number, height: number, pixels?: Uint8Array<ArrayBuffer>): Image {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(
      `Cannot make image "${width}x${height}": its size is no pair of whole numbers from 1; give pixels`,
    );
  }
  const bytes = pixels ?? new Uint8Array(width * height * 4);
  if (bytes.length !== width * height * 4) {
    throw new RangeError(
      `Cannot make image "${width}x${height}": it has ${bytes.length} bytes; RGBA needs ${width * height * 4}`,
    );
  }
  return { width, height, pixels: bytes };
}

/** Whether every pixel's alpha is 255. */
export function isOpaque(image: Image): boolean {
  for (let at = 3; at < image.pixels.length; at += 4) if (image.pixels[at] !== 255) return false;
  return true;
}

const LINEAR: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => srgbToLinear(byte / 255));

/** What part of each source pixel falls into each target pixel along one axis: [first source pixel, weights]. */
function coverage(source: number, target: number): [number, number[]][] {
  const ratio = source / target;
  return Array.from({ length: target }, (_, index) => {
    const from = index * ratio;
    const to = Math.min(source, from + ratio);
    const first = Math.floor(from);
    const weights: number[] = [];
    for (let at = first; at < to - 1e-9; at += 1) {
      weights.push((Math.min(to, at + 1) - Math.max(from, at)) / ratio);
    }
    return [first, weights];
  });
}

/** The image shrunk to width × height pixels by area averages; alpha weighs colour. A size that is not smaller is kept. */
export function shrinkImage(image: Image, width: number, height: number): Image {
  if (width >= image.width && height >= image.height) return image;
  const result = createImage(width, height);
  const columns = coverage(image.width, width);
  const rows = coverage(image.height, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) writeAverage(image, columns[x]!, rows[y]!, result.pixels, (y * width + x) * 4);
  }
  return result;
}

function writeAverage(
  image: Image,
  [left, across]: [number, number[]],
  [top, down]: [number, number[]],
  into: Uint8Array,
  at: number,
): void {
  let [red, green, blue, alpha, total] = [0, 0, 0, 0, 0];
  for (let row = 0; row < down.length; row += 1) {
    for (let column = 0; column < across.length; column += 1) {
      const source = ((top + row) * image.width + left + column) * 4;
      const weight = across[column]! * down[row]!;
      const opaque = (weight * image.pixels[source + 3]!) / 255;
      red += opaque * LINEAR[image.pixels[source]!]!;
      green += opaque * LINEAR[image.pixels[source + 1]!]!;
      blue += opaque * LINEAR[image.pixels[source + 2]!]!;
      alpha += opaque;
      total += weight;
    }
  }
  const scale = alpha > 0 ? 1 / alpha : 0;
  into[at] = Math.round(linearToSrgb(red * scale) * 255);
  into[at + 1] = Math.round(linearToSrgb(green * scale) * 255);
  into[at + 2] = Math.round(linearToSrgb(blue * scale) * 255);
  into[at + 3] = Math.round((alpha / total) * 255);
}
