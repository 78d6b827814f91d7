/** @file What transient resources take, as far as can be said without a device; at execution the driver says. */

import { formatMeaning } from '../image/format.ts';
import type { MemoryNeeds } from './aliasing.ts';
import { GraphBuffer, GraphImage } from './resource.ts';

const ALIGNMENT = 256;

/** Bytes of a buffer as declared, of an image as its texels add up; on 256 bytes each. */
export const estimatedNeeds: MemoryNeeds = ({ object }) => {
  const bytes =
    object instanceof GraphBuffer ? object.byteLength : object instanceof GraphImage ? texelBytes(object) : 0;
  return { byteLength: Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, alignment: ALIGNMENT };
};

function texelBytes({ size, format, mips, layers, samples }: GraphImage): number {
  const { texelBytes } = formatMeaning(format);
  let texels = 0;
  for (let mip = 0; mip < mips; mip++) {
    texels += size.reduce((product, edge) => product * Math.max(1, Math.floor(edge / 2 ** mip)), 1);
  }
  return texels * layers * samples * texelBytes;
}
