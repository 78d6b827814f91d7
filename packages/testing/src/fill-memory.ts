/** @file Memory that is taken away from a test. */
import type { Buffer, Device } from '@halocline/gpu';

const LARGEST = 2 ** 24;
const SMALLEST = 2 ** 8;

/** Takes all memory that a device would still give, of every heap, down to pieces of 256 bytes; give the test a `memoryLimit`. */
export function fillMemory(device: Device): Buffer[] {
  const buffers: Buffer[] = [];
  for (let byteLength = LARGEST; byteLength >= SMALLEST;) {
    try {
      buffers.push(device.createBuffer({ label: 'filling', byteLength }));
    } catch {
      byteLength /= 2;
    }
  }
  return buffers;
}
