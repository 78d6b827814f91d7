/** @file The codecs of both file formats under one name. */
export { BloscBlocks, bloscHeadLength, type BloscOptions, bloscLength, decodeBlosc, encodeBlosc } from './blosc.ts';
export { decodeZip, encodeZip, zipPieces } from './zip.ts';

/** How the values of a grid are packed in a file. */
export type Codec = 'none' | 'zip' | 'blosc';
