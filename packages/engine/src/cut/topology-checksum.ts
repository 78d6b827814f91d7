/** @file A topology in sixteen hexadecimal digits: equal leaves and masks, equal checksum. */
import { createHash } from 'node:crypto';
import type { Topology } from '../topology.ts';

const known = new WeakMap<Topology, string>();

/** The first 64 bits of SHA-256 over the leaves' origins and masks; reckoned once a topology. */
export function topologyChecksum(topology: Topology): string {
  let checksum = known.get(topology);
  if (checksum === undefined) {
    checksum = checksumOf(topology.origins, topology.masks);
    known.set(topology, checksum);
  }
  return checksum;
}

/** The first 64 bits of SHA-256 over arrays, in order. */
export function checksumOf(...arrays: readonly (Int32Array | Uint32Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex').slice(0, 16);
}
