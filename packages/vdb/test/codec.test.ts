import * as fc from 'fast-check';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { decodeBlosc, decodeZip, encodeBlosc, encodeZip } from '../src/codec.ts';
import { FormatError } from '../src/errors.ts';
import { streamNanoVdb, streamVdb, writeNanoVdb, writeVdb } from '../src/index.ts';
import { decodeLz4, encodeLz4 } from '../src/lz4.ts';
import { bitUnshuffle, shuffle, unshuffle } from '../src/shuffle.ts';

/** Bytes with runs, repeats and noise: what compressors meet. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(255), fc.nat(3000)).map(([value, length]) => new Uint8Array(length).fill(value)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(400))
        .map(([piece, times]) => repeat(piece, times)),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece])));

function repeat(piece: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: piece.length * times }, (_, i) => piece[i % piece.length]!);
}

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** Any outcome but a FormatError or the bytes themselves is a fault. */
function survives(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

describe('zip', () => {
  test('gives back what it packed', () => {
    fc.assert(
      fc.property(bytes, (x) => {
        expect(decodeZip(encodeZip(x), x.length)).toEqual(x);
      }),
    );
  });

  test('unfolds a long stream in pieces', () => {
    const x = noise(300_000);
    expect(decodeZip(encodeZip(x), x.length)).toEqual(x);
  });

  test('refuses a stream of another length before it grows', () => {
    const packed = encodeZip(new Uint8Array(1000));
    expect(() => decodeZip(packed, 999)).toThrow(
      'Cannot read zip stream at byte 0: found more than that; expected a stream of 999 bytes',
    );
    expect(() => decodeZip(packed, 1001)).toThrow(
      'Cannot read zip stream at byte 0: found 1000 bytes; expected a stream of 1001 bytes',
    );
    expect(() => decodeZip(packed, 2 ** 40)).toThrow(
      `Cannot read zip stream at byte 0: found ${packed.length} bytes, which cannot unfold to that many; expected a stream of 1099511627776 bytes`,
    );
  });

  test('says when the checksum is another', () => {
    const packed = encodeZip(new Uint8Array([1, 2, 3]));
    packed[packed.length - 1]! ^= 1;
    expect(() => decodeZip(packed, 3)).toThrow(
      `Cannot read zip stream at byte ${packed.length - 4}: found 0x000d0006; expected checksum 0x000d0007`,
    );
  });

  test('a bomb stops early', () => {
    const packed = encodeZip(new Uint8Array(1 << 24));
    const start = performance.now();
    expect(() => decodeZip(packed.slice(), packed.length * 4)).toThrow(FormatError);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('a flipped byte is refused, or gives what zlib gives: an Adler-32 does not see everything', () => {
    const data = noise(500).map((v) => v & 7);
    const packed = encodeZip(data);
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = packed.slice();
        bad[at]! ^= flip;
        survives(() => expect(decodeZip(bad, 500)).toEqual(new Uint8Array(inflateSync(bad))));
      }),
    );
  });
});

describe('LZ4', () => {
  test('gives back what it packed', () => {
    fc.assert(
      fc.property(bytes, (x) => {
        const packed = new Uint8Array(x.length + Math.ceil(x.length / 255) + 16);
        const length = encodeLz4(x, packed);
        const back = new Uint8Array(x.length);
        decodeLz4(packed.subarray(0, length), back);
        expect(back).toEqual(x);
      }),
    );
  });

  test('packs zeros to a part in two hundred', () => {
    const target = new Uint8Array(100_000);
    expect(encodeLz4(new Uint8Array(100_000), target)).toBeLessThan(410);
  });

  test('says 0 where the target is too small', () => {
    expect(encodeLz4(noise(1000), new Uint8Array(1000))).toBe(0);
  });

  test('refuses a match before the start', () => {
    expect(() => decodeLz4(hex('10 41 02 00 00'), new Uint8Array(8))).toThrow(
      'Cannot read LZ4 block at byte 2: found 2; expected a distance from 1 to 1',
    );
  });

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), (x, length) => {
        survives(() => {
          const out = new Uint8Array(length);
          decodeLz4(x, out);
          return out;
        });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('shuffle', () => {
  test('gathers bytes of like weight and scatters them again', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 16 }), (x, typeSize) => {
        const [there, back] = [new Uint8Array(x.length), new Uint8Array(x.length)];
        shuffle(x, there, typeSize);
        unshuffle(there, back, typeSize);
        expect(back).toEqual(x);
      }),
    );
  });

  test('bits of like weight come back', () => {
    const rows = hex('01 00 00 00 00 00 00 80 ff 00 00 00 00 00 00 00');
    const out = new Uint8Array(16);
    bitUnshuffle(rows, out, 2);
    expect([...out]).toEqual([1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 128, 1]);
  });
});

describe('Blosc', () => {
  test('gives back what it packed', () => {
    const sizes = fc.record({
      typeSize: fc.integer({ min: 1, max: 20 }),
      blockSize: fc.integer({ min: 1, max: 9000 }),
    });
    fc.assert(
      fc.property(bytes, sizes, (x, options) => {
        expect(decodeBlosc(encodeBlosc(x, options))).toEqual(x);
      }),
    );
  });

  test('stores noise whole, and nothing as a header alone', () => {
    expect(encodeBlosc(noise(5000)).length).toBe(5016);
    expect(encodeBlosc(new Uint8Array(0)).length).toBe(16);
    expect(decodeBlosc(encodeBlosc(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  test('names an inner codec that it lacks', () => {
    const chunk = encodeBlosc(new Uint8Array(5000));
    chunk[2] = 0x81;
    expect(() => decodeBlosc(chunk)).toThrow(
      'Cannot read Blosc chunk at byte 2: found zstd; expected codec lz4 or zlib',
    );
  });

  test('refuses a length that so few bytes cannot hold', () => {
    const chunk = encodeBlosc(new Uint8Array(5000));
    new DataView(chunk.buffer).setUint32(4, 0x7fff0000, true);
    expect(() => decodeBlosc(chunk)).toThrow(
      `Cannot read Blosc chunk at byte 4: found 2147418112; expected a length that ${chunk.length} bytes can unfold to`,
    );
  });

  test('survives any flipped bytes and any cut', () => {
    const floats = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i / 50));
    const chunk = encodeBlosc(new Uint8Array(floats.buffer), { blockSize: 4096 });
    const change = fc.array(fc.tuple(fc.nat(chunk.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(change, fc.nat(chunk.length - 1), fc.boolean(), (changes, cut, head) => {
        const bad = chunk.slice();
        for (const [at, value] of changes) bad[head ? at % 40 : at] = value;
        survives(() => decodeBlosc(bad));
        expect(() => decodeBlosc(chunk.slice(0, cut))).toThrow(FormatError);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a codec that there is none of is refused, and none is what is taken without one', () => {
  const bad = { codec: 'lz4' as never };
  for (const write of [writeNanoVdb, (...given: Parameters<typeof streamNanoVdb>) => [...streamNanoVdb(...given)]]) {
    expect(() => write([], bad)).toThrow(
      new RangeError('Cannot write NanoVDB file: codec is "lz4"; give none, zip or blosc'),
    );
  }
  for (const write of [writeVdb, (...given: Parameters<typeof streamVdb>) => [...streamVdb(...given)]]) {
    expect(() => write([], bad)).toThrow(
      new RangeError('Cannot write OpenVDB file: codec is "lz4"; give none, zip or blosc'),
    );
  }
  expect(writeNanoVdb([], { codec: undefined as never })).toEqual(writeNanoVdb([], { codec: 'none' }));
});
