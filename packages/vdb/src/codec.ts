/** @file The codecs of both file formats under one name. */
export { BloscBlocks, bloscHeadLength, type BloscOptions, bloscLength, decodeBlosc, encodeBlosc } from './blosc.ts';
export { decodeZip, encodeZip, zipPieces } from './zip.ts';

/** How the values of a grid are packed in a file. */
export type Codec = 'none' | 'zip' | 'blosc';

/** A codec that a caller gave, 'none' without one; throws RangeError for what is none: a file would say what it isn't packed with. */
export function givenCodec(format: string, codec: Codec = 'none'): Codec {
  if (['none', 'zip', 'blosc'].includes(codec)) return codec;
  throw new RangeError(`Cannot write ${format} file: codec is "${codec}"; give none, zip or blosc`);
}
