/** @file What a buffer is taken for, and a range of it, checked once for every command that takes one. */

import { VulkanError } from '../errors.ts';
import type { BufferUsage } from '../convert.ts';
import type { Image, ImageUsage } from '../image/image.ts';
import type { Buffer } from '../memory/buffer.ts';
import { checkKind } from '../given.ts';

/** Throws unless a buffer was made for a usage. */
export function checkUsage(verb: string, buffer: Buffer, usage: BufferUsage): void {
  checkKind(verb, buffer, 'buffer');
  if (buffer.usage.includes(usage)) return;
  throw new VulkanError(
    `Cannot ${verb} buffer "${buffer.label}": it was made without usage '${usage}'; create it with that`,
    { kind: 'buffer', labels: [buffer.label] },
  );
}

/** Throws unless an image was made for a usage. */
export function checkImageUsage(verb: string, image: Image, usage: ImageUsage): void {
  checkKind(verb, image, 'image');
  if (image.usage.includes(usage)) return;
  throw new VulkanError(
    `Cannot ${verb} image "${image.label}": it was made without usage '${usage}'; create it with that`,
    { kind: 'command-buffer', labels: [image.label] },
  );
}

/** Throws unless a range lies within a buffer, its offset on a multiple of `unit`. */
export function checkRange(
  verb: string,
  buffer: Buffer,
  byteOffset: number,
  byteLength: number,
  unit: number = 1,
): void {
  if (!Number.isSafeInteger(byteOffset) || !Number.isSafeInteger(byteLength) || byteOffset < 0 || byteLength < 0) {
    throw new RangeError(
      `Cannot ${verb} buffer "${buffer.label}": offset ${byteOffset}, length ${byteLength}; give whole numbers`,
    );
  }
  if (byteOffset % unit !== 0) {
    throw new RangeError(`Cannot ${verb} buffer "${buffer.label}": offset ${byteOffset} is no multiple of ${unit}`);
  }
  if (byteOffset + byteLength > buffer.byteLength) {
    throw new VulkanError(
      `Cannot ${verb} buffer "${buffer.label}": bytes ${byteOffset} to ${byteOffset + byteLength} are asked for, it has ${buffer.byteLength}`,
      { kind: 'buffer-too-small', labels: [buffer.label] },
    );
  }
}
