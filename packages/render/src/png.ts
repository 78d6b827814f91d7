/**
 * @file Writes PNG (W3C "Portable Network Graphics", third edition): a signature, then chunks of
 * length · type · bytes · CRC. Rows are filtered by the specification's own heuristic (§12.7: of the five filters,
 * the one whose residuals, read as signed bytes, have the least sum), then deflated.
 */
import { crc32, deflateSync } from 'node:zlib';
import type { Image } from './image.ts';
import { isOpaque } from './image.ts';

/** The first eight bytes of every PNG file. */
export const SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Colour types of PNG that are written here: RGB, palette, RGBA. */
export type ColorType = 2 | 3 | 6;

/** The bytes of a PNG file for an image: RGB when every pixel is opaque, RGBA else; sRGB is declared. */
export function encodePng(image: Image): Uint8Array<ArrayBuffer> {
  const { width, height, pixels } = image;
  if (![width, height].every((edge) => Number.isInteger(edge) && edge > 0 && edge < 2 ** 31)) {
    throw new RangeError(`Cannot write PNG: its size is ${width}×${height}; give whole numbers of pixels above 0`);
  }
  if (pixels.length !== 4 * width * height) {
    throw new RangeError(
      `Cannot write PNG: ${width}×${height} pixels take ${4 * width * height} bytes, and it has ${pixels.length}; give RGBA`,
    );
  }
  const opaque = isOpaque(image);
  const stride = opaque ? 3 : 4;
  const samples = opaque ? withoutAlpha(image.pixels) : image.pixels;
  return joinChunks([
    header(image.width, image.height, opaque ? 2 : 6),
    chunk('sRGB', Uint8Array.of(0)),
    chunk('IDAT', deflateRows(samples, image.width * stride, stride)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** A whole file: the signature, then the chunks in order. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, part) => sum + part.length, SIGNATURE.length));
  bytes.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const part of chunks) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** One chunk: length, type, payload, CRC of type and payload. */
export function chunk(type: string, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length);
  for (let at = 0; at < 4; at += 1) bytes[4 + at] = type.charCodeAt(at);
  bytes.set(payload, 8);
  view.setUint32(payload.length + 8, crc32(bytes.subarray(4, payload.length + 8)));
  return bytes;
}

/** IHDR: size in pixels, 8 bits a sample, no interlace. */
export function header(width: number, height: number, colorType: ColorType): Uint8Array {
  const payload = new Uint8Array(13);
  const view = new DataView(payload.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  payload[8] = 8;
  payload[9] = colorType;
  return chunk('IHDR', payload);
}

function withoutAlpha(pixels: Uint8Array): Uint8Array {
  const samples = new Uint8Array((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    samples[to] = pixels[from]!;
    samples[to + 1] = pixels[from + 1]!;
    samples[to + 2] = pixels[from + 2]!;
  }
  return samples;
}

/** Filters and deflates rows of `rowLength` bytes with `stride` bytes a pixel; a palette (`stride` 0) is not filtered. */
export function deflateRows(samples: Uint8Array, rowLength: number, stride: number): Uint8Array {
  const rows = samples.length / rowLength;
  const filtered = new Uint8Array(rows * (rowLength + 1));
  let before: Uint8Array = new Uint8Array(rowLength);
  for (let row = 0; row < rows; row += 1) {
    const line = samples.subarray(row * rowLength, (row + 1) * rowLength);
    const target = filtered.subarray(row * (rowLength + 1), (row + 1) * (rowLength + 1));
    if (stride === 0) target.set(line, 1);
    else filterRow(line, before, stride, target);
    before = line;
  }
  return deflateSync(filtered, { level: 9 });
}

/** The Paeth predictor (§9.4). */
export function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function residual(filter: number, byte: number, left: number, up: number, corner: number): number {
  if (filter === 0) return byte;
  if (filter === 1) return (byte - left) & 255;
  if (filter === 2) return (byte - up) & 255;
  if (filter === 3) return (byte - ((left + up) >> 1)) & 255;
  return (byte - paeth(left, up, corner)) & 255;
}

function filterRow(line: Uint8Array, before: Uint8Array, stride: number, target: Uint8Array): void {
  const candidate = new Uint8Array(line.length);
  let best = Number.POSITIVE_INFINITY;
  for (let filter = 0; filter < 5; filter += 1) {
    let sum = 0;
    for (let at = 0; at < line.length; at += 1) {
      const left = at < stride ? 0 : line[at - stride]!;
      const corner = at < stride ? 0 : before[at - stride]!;
      const value = residual(filter, line[at]!, left, before[at]!, corner);
      candidate[at] = value;
      sum += value < 128 ? value : 256 - value;
    }
    if (sum < best) {
      best = sum;
      target[0] = filter;
      target.set(candidate, 1);
    }
  }
}
