/** @file A topology in eight hexadecimal digits: equal leaves and masks, equal checksum. */
import { crc32 } from 'node:zlib';
import type { Topology } from '../topology.ts';

const known = new WeakMap<Topology, string>();

/** CRC-32 over the leaves' origins and masks; reckoned once a topology. */
export function topologyChecksum(topology: Topology): string {
  let checksum = known.get(topology);
  if (checksum === undefined) {
    checksum = crc32(bytesOf(topology.masks), crc32(bytesOf(topology.origins)))
      .toString(16)
      .padStart(8, '0');
    known.set(topology, checksum);
  }
  return checksum;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
