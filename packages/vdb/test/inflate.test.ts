import * as fc from 'fast-check';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { FormatError } from '@halocline/vdb';
import { inflate } from '../src/inflate.ts';

/** Bytes with runs and repeats, as files have them. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 60 })
  .map((parts) => Buffer.concat(parts.flatMap(([part, times]) => Array.from({ length: times }, () => part))));

const options = fc.record({ level: fc.integer({ min: 0, max: 9 }), strategy: fc.integer({ min: 0, max: 4 }) });

/** What it unfolds to, or undefined where it is refused. */
function unfold(packed: Uint8Array, length: number): Buffer | undefined {
  const target = Buffer.alloc(length);
  try {
    inflate(packed, target);
    return target;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

test('streams of every level and strategy of zlib unfold to what they were, and to their last byte', () => {
  fc.assert(
    fc.property(bytes, options, (data, chosen) => {
      const packed = deflateRawSync(data, chosen);
      const target = Buffer.alloc(data.length);
      expect(inflate(packed, target)).toBe(packed.length);
      expect(target.equals(data)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('damaged streams are refused where zlib refuses them, and else unfold to the same', () => {
  const flip = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(7));
  fc.assert(
    fc.property(bytes, options, fc.array(flip, { minLength: 1, maxLength: 3 }), (data, chosen, flips) => {
      const packed = deflateRawSync(data, chosen);
      for (const [at, bit] of flips) packed[Math.floor(at * packed.length)]! ^= 1 << bit;
      let theirs: Buffer | undefined;
      try {
        theirs = inflateRawSync(packed, { maxOutputLength: data.length + 1 });
      } catch {
        // Refused, or too long.
      }
      const wanted = theirs?.length === data.length ? theirs.toString('hex') : undefined;
      expect(unfold(packed, data.length)?.toString('hex')).toBe(wanted);
    }),
    { numRuns: 500 },
  );
});

test('a stream cut off anywhere is refused', () => {
  const data = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i) >> 7));
  for (const level of [0, 1, 9]) {
    const packed = deflateRawSync(data, { level });
    for (let cut = 0; cut < packed.length; cut++) expect(unfold(packed.subarray(0, cut), data.length)).toBeUndefined();
  }
});

test('faults are told whole', () => {
  const fault = (packed: number[], length = 8): (() => unknown) => {
    return () => inflate(Uint8Array.from(packed), new Uint8Array(length));
  };
  expect(fault([7])).toThrow('Cannot read DEFLATE stream at byte 1: found 3; expected a block of kind 0, 1 or 2');
  expect(fault([1, 4, 0, 0, 0])).toThrow(
    'Cannot read DEFLATE stream at byte 1: found 4 and 0; expected a length and its complement',
  );
  expect(fault([1, 4, 0, 0xfb, 0xff, 1])).toThrow(
    'Cannot read DEFLATE stream at byte 1: found 4; expected a block of at most 1 bytes',
  );
  expect(fault([...deflateRawSync(Buffer.alloc(9))])).toThrow(
    'Cannot read DEFLATE stream at byte 0: found more than that; expected a stream of 8 bytes',
  );
  expect(fault([...deflateRawSync(Buffer.alloc(7))])).toThrow(
    'Cannot read DEFLATE stream at byte 0: found 7 bytes; expected a stream of 8 bytes',
  );
});
