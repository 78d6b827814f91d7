import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { encodeLz4, decodeLz4 } from '../src/lz4.ts';
import { shuffle } from '../src/shuffle.ts';
import { unpacker } from '../src/unpacker.ts';
import { generateUnpack } from '../wasm/build.ts';

/** Bytes with runs of every short pattern, repeats and noise. */
const bytes = fc
  .array(
    fc.oneof(
      fc.record({ pattern: fc.uint8Array({ minLength: 1, maxLength: 20 }), times: fc.nat(40) }),
      fc.record({ pattern: fc.uint8Array({ minLength: 1, maxLength: 200 }), times: fc.constant(1) }),
    ),
    { minLength: 1, maxLength: 20 },
  )
  .map((runs) =>
    Uint8Array.from(
      runs.flatMap(
        ({ pattern, times }) =>
          Array(times)
            .fill([...pattern])
            .flat() as number[],
      ),
    ),
  );

function packed(data: Uint8Array): Uint8Array {
  const room = new Uint8Array(2 * data.length + 64);
  return room.slice(0, encodeLz4(data, room));
}

/** What `decodeLz4` makes of a block; undefined where it refuses it. */
function unpackedBy(block: Uint8Array, byteLength: number): Uint8Array | undefined {
  const out = new Uint8Array(byteLength);
  try {
    decodeLz4(block, out);
    return out;
  } catch {
    return undefined;
  }
}

test('the committed module is what its source assembles to', async () => {
  expect(readFileSync(new URL('../src/generated/unpack.ts', import.meta.url), 'utf8')).toBe(await generateUnpack());
});

test('it unpacks what the loops in TypeScript unpack', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      const out = new Uint8Array(data.length);
      const block = packed(data);
      fc.pre(block.length < data.length); // Blosc stores what does not shrink
      expect(unpacker()!.unpack([block], out, false)).toBe(true);
      expect(Buffer.from(out).equals(data)).toBe(true);
    }),
  );
});

test('of damaged blocks it refuses the same, and gives the same of the others', () => {
  const damages = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(bytes, damages, fc.integer({ min: -3, max: 3 }), (data, changes, more) => {
      const block = packed(data);
      for (const [at, value] of changes) if (block.length > 0) block[at % block.length] = value;
      const byteLength = Math.max(block.length + 1, data.length + more);
      const reference = unpackedBy(block, byteLength);
      const out = new Uint8Array(byteLength);
      expect(unpacker()!.unpack([block], out, false)).toBe(reference !== undefined);
      if (reference !== undefined) expect(Buffer.from(out).equals(reference)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('four streams make values of four bytes again, whatever their number', () => {
  for (const count of [1, 3, 15, 16, 17, 1000, 4096]) {
    const values = Uint8Array.from({ length: 4 * count }, (_, i) => (i * i) >> 3);
    const rows = new Uint8Array(values.length);
    shuffle(values, rows, 4);
    const out = new Uint8Array(values.length);
    const streams = [0, 1, 2, 3].map((row) => rows.slice(row * count, (row + 1) * count));
    expect([count, unpacker()!.unpack(streams, out, true)]).toEqual([count, true]);
    expect(out).toEqual(values);
  }
});
