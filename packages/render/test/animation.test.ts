import UPNG from 'upng-js';
import { expect, test } from 'vitest';
import { Animation, createImage } from '../src/index.ts';
import type { Image } from '../src/index.ts';

/** A bright square that moves over a gradient. */
function frame(index: number, width = 48, height = 64): Image {
  const image = createImage(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inside = Math.abs(x - 10 - index * 3) < 5 && Math.abs(y - 30) < 5;
      image.pixels.set(inside ? [250, 240, 200, 255] : [20, 20 + y, 60, 255], (y * width + x) * 4);
    }
  }
  return image;
}

function encode(count: number, options: ConstructorParameters<typeof Animation>[0]): Uint8Array<ArrayBuffer> {
  const animation = new Animation(options);
  for (let index = 0; index < count; index += 1) animation.add(frame(index));
  expect(animation.frameCount).toBe(count);
  return animation.encode();
}

test('every frame comes back from an independent decoder within a few levels', () => {
  const back = UPNG.decode(encode(6, { width: 48 }).buffer);
  expect([back.width, back.height, back.frames.length, back.tabs.acTL!.num_plays]).toEqual([48, 64, 6, 0]);
  for (const [index, shown] of UPNG.toRGBA8(back).entries()) {
    const [pixels, expected] = [new Uint8Array(shown), frame(index).pixels];
    const errors = pixels.map((byte, at) => Math.abs(byte - expected[at]!));
    expect(pixels.length).toBe(48 * 64 * 4);
    expect(Math.max(...errors), `frame ${index}`).toBeLessThanOrEqual(8);
  }
});

test('frames say the rate that was asked for', () => {
  const delays = (frameRate: number): number[] =>
    UPNG.decode(encode(2, { width: 48, frameRate }).buffer).frames.map(({ delay }) => delay);
  expect(delays(20)).toEqual([50, 50]);
  expect(delays(12.5)).toEqual([80, 80]);
});

test('what does not change costs almost nothing', () => {
  expect(encode(24, { width: 48 }).length).toBeLessThan(encode(1, { width: 48 }).length + 24 * 400);
});

test('a byte limit makes it coarser until it fits', () => {
  const fine = encode(12, { width: 48 });
  const coarse = encode(12, { width: 48, maxBytes: Math.floor(fine.length / 3) });
  expect(coarse.length).toBeLessThanOrEqual(Math.floor(fine.length / 3));
  expect(UPNG.decode(coarse.buffer).frames.length).toBeGreaterThan(2);
});

test('frames are shrunk to the width on the way in', () => {
  const back = UPNG.decode(encode(2, { width: 24 }).buffer);
  expect([back.width, back.height]).toEqual([24, 32]);
});

test('a frame of another size is refused', () => {
  const animation = new Animation({ width: 256 });
  animation.add(createImage(8, 8));
  expect(() => animation.add(createImage(9, 8))).toThrow(
    new RangeError('Cannot add frame "1": it is 9x8, the first one 8x8; render all in one size'),
  );
});

test('no frames are no animation', () => {
  expect(() => new Animation().encode()).toThrow(
    new RangeError('Cannot encode animation "": it has no frames; add one first'),
  );
});
