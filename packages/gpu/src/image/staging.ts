/** @file Texels up to an image and down from it, through a mapped buffer of their size. */

import { VulkanError } from '../errors.ts';
import type { Usage } from '../access.ts';
import type { Encoder } from '../command/encoder.ts';
import type { Buffer, BufferOptions } from '../memory/buffer.ts';
import type { Image } from './image.ts';
import { checkKind, checkNamesOf } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';

/** Which texels, and what the image is used for around the transfer. */
export interface ImageTransferOptions {
  /** Default 0. */
  readonly mip?: number;
  /** Default: all layers. */
  readonly layer?: number;
}

/** What an upload does beside its copy. */
export interface ImageUploadOptions extends ImageTransferOptions {
  /** What the image is brought over to for. Default: 'sampled' where it allows that, else 'storage-read'. */
  readonly after?: Usage;
}

/** What a download does beside its copy. */
export interface ImageDownloadOptions extends ImageTransferOptions {
  /** What the image was used for before; it is brought back to that, unless it is 'transfer-source'. */
  readonly before: Usage;
}

const UPLOAD_OPTIONS: Names<ImageUploadOptions> = Object.freeze({ mip: true, layer: true, after: true });
const DOWNLOAD_OPTIONS: Names<ImageDownloadOptions> = Object.freeze({ mip: true, layer: true, before: true });

/** What transfers of images need of a device. */
export interface ImageStagingDevice {
  createBuffer(options: BufferOptions): Buffer;
  submitOnce(label: string, body: (encoder: Encoder) => void): Promise<void>;
}

/** Replaces the texels of one mip level. Waits for the device, without blocking. */
export async function uploadImage(
  device: ImageStagingDevice,
  image: Image,
  data: ArrayBufferView,
  options: ImageUploadOptions,
): Promise<void> {
  checkKind('upload to', image, 'image');
  checkNamesOf('Cannot upload to image', image.label, options, UPLOAD_OPTIONS);
  if (!ArrayBuffer.isView(data)) {
    throw new TypeError(
      `Cannot upload to image "${image.label}": ${valueText(data)} is given for its texels; give a typed array`,
    );
  }
  const { mip = 0, after = image.usage.includes('sampled') ? 'sampled' : 'storage-read' } = options;
  const { layer, layers } = layersOf(image, options);
  const byteLength = image.byteLengthOf(mip) * layers;
  if (data.byteLength !== byteLength) {
    throw new RangeError(
      `Cannot upload to image "${image.label}": ${data.byteLength} bytes are given; mip ${mip} has ${byteLength}`,
    );
  }
  checkSamples('upload to', image);
  const usage = ['transfer-source'] as const;
  using buffer = device.createBuffer({ label: image.label, owner: 'staging', byteLength, memory: 'upload', usage });
  buffer.mapped.set(new Uint8Array(data.buffer, data.byteOffset, byteLength));
  const range = { mip, mips: 1, layer, layers };
  await device.submitOnce(`upload ${image.label}`, (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'transfer-target', range })
      .copyBufferToImage(buffer, image, { mip, layer, layers })
      .transition(image, { before: 'transfer-target', after, range }),
  );
}

/** The texels of one mip level, tightly packed: x fastest, then y, z, layer. Waits for the device, without blocking. */
export async function downloadImage(
  device: ImageStagingDevice,
  image: Image,
  options: Partial<ImageDownloadOptions> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkKind('download from', image, 'image');
  checkNamesOf('Cannot download from image', image.label, options, DOWNLOAD_OPTIONS);
  const { mip = 0, before } = options;
  if (before === undefined) {
    throw new TypeError(
      `Cannot download from image "${image.label}": before is not given; give what it was used for, as in { before: 'sampled' }`,
    );
  }
  const { layer, layers } = layersOf(image, options);
  checkSamples('download from', image);
  const byteLength = image.byteLengthOf(mip) * layers;
  const usage = ['transfer-target'] as const;
  using buffer = device.createBuffer({ label: image.label, owner: 'staging', byteLength, memory: 'download', usage });
  const range = { mip, mips: 1, layer, layers };
  await device.submitOnce(`download ${image.label}`, (encoder) => {
    if (before !== 'transfer-source') encoder.transition(image, { before, after: 'transfer-source', range });
    encoder.copyImageToBuffer(image, buffer, { mip, layer, layers }).barrier(['transfer-target'], ['host-read']);
    if (before !== 'transfer-source') encoder.transition(image, { before: 'transfer-source', after: before, range });
  });
  return buffer.mapped.slice();
}

function layersOf(image: Image, { layer }: ImageTransferOptions): { layer: number; layers: number } {
  return layer === undefined ? { layer: 0, layers: image.layers } : { layer, layers: 1 };
}

function checkSamples(verb: string, image: Image): void {
  if (image.samples === 1) return;
  throw new VulkanError(
    `Cannot ${verb} image "${image.label}": it has ${image.samples} samples a texel; resolve it into another image first`,
    { kind: 'not-available', labels: [image.label] },
  );
}
