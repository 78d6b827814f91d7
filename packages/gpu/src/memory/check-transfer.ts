/** @file What transfers are refused for: buffers that are gone, and arrays that hold no bytes or hold them no longer. */

import { isUint8Array } from 'node:util/types';
import { foreign } from '../command/foreign.ts';
import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';
import { checkKind, checkNamesOf } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';
import type { Buffer } from './buffer.ts';
import type { DownloadOptions, TransferOptions } from './staging.ts';
import type { BufferRange } from './transfer-batch.ts';

const UPLOAD_OPTIONS: Names<TransferOptions> = Object.freeze({ concurrent: true });
const DOWNLOAD_OPTIONS: Names<DownloadOptions> = Object.freeze({ into: true, concurrent: true });

/** Throws TypeError unless these are options of an upload. */
export function checkUpload({ label }: Buffer, options: TransferOptions): void {
  checkNamesOf('Cannot upload to buffer', label, options, UPLOAD_OPTIONS);
}

/** Throws TypeError unless these are options of a download. */
export function checkDownload({ label }: Buffer, options: DownloadOptions): void {
  checkNamesOf('Cannot download from buffer', label, options, DOWNLOAD_OPTIONS);
}

/** Throws unless a buffer is alive, and of this device where one is given. */
export function checkAlive(verb: string, buffer: Buffer, driver?: Driver): void {
  if (driver !== undefined && buffer.driver !== driver) throw foreign(`Cannot ${verb} device "${driver.name}"`, buffer);
  if (buffer.disposed)
    throw new VulkanError(
      `Cannot ${verb} buffer "${buffer.label}": it was disposed; keep it until its transfers are done`,
      {
        kind: 'buffer',
        labels: [buffer.label],
      },
    );
}

/** Throws unless it is a typed array or a DataView: a plain array has no bytes. */
export function checkView(verb: string, buffer: Buffer, given: unknown): asserts given is ArrayBufferView {
  if (!ArrayBuffer.isView(given)) {
    throw new TypeError(
      `Cannot ${verb} buffer "${buffer.label}": ${valueText(given)} is given for its bytes; give a typed array, as in Float32Array.of(1, 2)`,
    );
  }
  if (given.buffer instanceof ArrayBuffer && given.buffer.detached) throw goneElsewhere(verb, buffer);
}

/** Bytes from an offset to a buffer's end; NaN from what is no number, which is refused for that. Throws unless it is a buffer. */
export function bytesFrom(buffer: Buffer, byteOffset: unknown): number {
  checkKind('download from', buffer, 'buffer');
  return typeof byteOffset === 'number' ? buffer.byteLength - byteOffset : Number.NaN;
}

/** Throws unless a download can go there. */
export function checkInto(buffer: Buffer, given: unknown, byteLength: number): void {
  if (isUint8Array(given)) {
    if (given.byteLength === byteLength) return;
    throw new RangeError(
      `Cannot download from buffer "${buffer.label}": ${byteLength} bytes into ${given.byteLength}; give an array of that length`,
    );
  }
  throw new TypeError(
    `Cannot download from buffer "${buffer.label}": ${valueText(given)} is given for its bytes; ` +
      'give a Uint8Array, as in new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)',
  );
}

/** Throws where bytes would move within one host array onto themselves, which no copy of Vulkan's may do. */
export function checkApart(verb: string, from: BufferRange, to: BufferRange, byteLength: number): void {
  if (from.buffer !== to.buffer || Math.abs(from.byteOffset - to.byteOffset) >= byteLength) return;
  const part = ({ byteOffset }: BufferRange): string => `${byteOffset} to ${byteOffset + byteLength}`;
  throw new RangeError(
    `Cannot ${verb} buffer "${to.buffer.label}": bytes ${part(from)} and ${part(to)} of one host array overlap; ` +
      'move them with copyWithin of a Uint8Array over it',
  );
}

/** Throws if the bytes went away while the transfer needed them: transferred, or with their host array. */
export function checkKept(verb: string, buffer: Buffer, bytes: Uint8Array, byteLength: number): void {
  if (bytes.byteLength !== byteLength) throw goneElsewhere(verb, buffer);
}

function goneElsewhere(verb: string, buffer: Buffer): TypeError {
  const whose = verb.startsWith('upload') ? 'the array with its bytes' : 'the array for its bytes';
  return new TypeError(
    `Cannot ${verb} buffer "${buffer.label}": ${whose} was transferred or disposed; keep it until the promise resolves`,
  );
}
