/**
 * @file Reads PNG as `encodePng` writes it (W3C "Portable Network Graphics", third edition): 8 bits a sample, RGB or RGBA, not
 * interlaced.
 */
import { crc32, inflateSync } from 'node:zlib';
import { createImage, type Image } from './image.ts';
import { paeth, SIGNATURE } from './png.ts';

/** Samples a pixel, by colour type. */
const SAMPLES: Readonly<Record<number, 3 | 4>> = { 2: 3, 6: 4 };

/** The picture in a PNG file; `name` is for messages. Throws where it is damaged, or of a kind that isn't read. */
export function decodePng(bytes: Uint8Array, name = 'picture'): Image {
  const fail = (what: string, remedy: string): never => {
    throw new RangeError(`Cannot read picture "${name}": ${what}; ${remedy}`);
  };
  const damaged = (): never => fail('it is cut off, damaged, or no PNG file', 'make it again');
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) damaged();
  const chunks = chunksOf(bytes) ?? damaged();
  const head = chunks.find(({ type }) => type === 'IHDR')?.payload ?? damaged();
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [width, height, samples] = [view.getUint32(0), view.getUint32(4), SAMPLES[head[9]!]];
  if (head[8] !== 8 || samples === undefined || head[12] !== 0) {
    return fail(
      `it has ${head[8]} bits a sample and colour type ${head[9]}`,
      'give RGB or RGBA of 8 bits, not interlaced',
    );
  }
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ payload }) => payload));
  let rows: Uint8Array;
  try {
    rows = inflateSync(packed, { maxOutputLength: height * (width * samples + 1) });
  } catch {
    return damaged();
  }
  return rows.length === height * (width * samples + 1) ? unfilter(rows, width, height, samples) : damaged();
}

/** Type and payload of each chunk; null where a length or a checksum doesn't fit. */
function chunksOf(bytes: Uint8Array): { type: string; payload: Uint8Array }[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { type: string; payload: Uint8Array }[] = [];
  for (let at = SIGNATURE.length; at < bytes.length;) {
    if (at + 12 > bytes.length) return null;
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length || view.getUint32(end) !== crc32(bytes.subarray(at + 4, end))) return null;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, payload: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks.at(-1)?.type === 'IEND' ? chunks : null;
}

/** Undoes the rows' filters (§9.2), and gives every pixel its alpha. */
function unfilter(rows: Uint8Array, width: number, height: number, samples: 3 | 4): Image {
  const stride = width * samples;
  const image = createImage(width, height);
  let before = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (stride + 1)]!;
    const line = Uint8Array.from(rows.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1)));
    for (let at = 0; at < stride; at++) {
      const left = at < samples ? 0 : line[at - samples]!;
      const corner = at < samples ? 0 : before[at - samples]!;
      line[at]! += guess(filter, left, before[at]!, corner);
    }
    for (let pixel = 0; pixel < width; pixel++) {
      const to = 4 * (row * width + pixel);
      image.pixels.set(line.subarray(samples * pixel, samples * (pixel + 1)), to);
      if (samples === 3) image.pixels[to + 3] = 255;
    }
    before = line;
  }
  return image;
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  return filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
}
