import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { floatToHalf, halfToFloat } from '../src/half.ts';

const allHalves = Uint16Array.from({ length: 65536 }, (_, i) => i);

test('every half gives its float, as Float16Array says, and comes back bit for bit', () => {
  const floats = halfToFloat(new Uint8Array(allHalves.buffer));
  const reference = Float32Array.from(new Float16Array(allHalves.buffer));
  for (let i = 0; i < 65536; i++) {
    if (!Object.is(floats[i], reference[i])) expect(floats[i], `half 0x${i.toString(16)}`).toBe(reference[i]);
  }
  expect(floatToHalf(floats)).toEqual(allHalves);
});

test('a float goes to the nearest half, ties to even', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), fc.integer({ min: -2, max: 2 }), (x, ulps) => {
      const bits = new Uint32Array(new Float32Array([x, Math.f16round(x) + ulps * 2 ** -13]).buffer);
      const floats = new Float32Array(bits.buffer);
      const halves = floatToHalf(floats);
      const back = halfToFloat(new Uint8Array(halves.buffer));
      expect([...back]).toEqual([...floats].map(Math.f16round));
    }),
    { numRuns: 1000 },
  );
});

test('the ends: 65519 stays, 65520 is infinite, 2⁻²⁵ is zero, just above is the least half', () => {
  const floats = Float32Array.of(
    65519,
    65520,
    -65520,
    2 ** -25,
    Math.fround(2 ** -25 * 1.0001),
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
  );
  expect([...floatToHalf(floats)]).toEqual([0x7bff, 0x7c00, 0xfc00, 0, 1, 0x3c00, 0x3c02]);
});

test('NaN stays NaN', () => {
  const bits = Uint32Array.of(0x7f800001, 0xffc00000);
  expect([...floatToHalf(new Float32Array(bits.buffer))]).toEqual([0x7c01, 0xfe00]);
});
