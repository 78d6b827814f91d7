import { decode, encode } from 'fast-png';
import { expect, test } from 'vitest';
import { createImage, decodePng, encodePng, shrinkImage } from '../src/index.ts';
import type { Image } from '../src/index.ts';

function ramp(width: number, height: number, alpha: (x: number, y: number) => number): Image {
  const image = createImage(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1)
      image.pixels.set([x * 7, y * 11, (x * y) % 256, alpha(x, y)], (y * width + x) * 4);
  }
  return image;
}

test('an opaque image comes back as RGB from an independent decoder', () => {
  const image = ramp(33, 21, () => 255);
  const back = decode(encodePng(image), { checkCrc: true });
  expect([back.width, back.height, back.channels, back.depth]).toEqual([33, 21, 3, 8]);
  const kept = Array.from(image.pixels).filter((_, at) => at % 4 !== 3);
  expect(Array.from(back.data)).toEqual(kept);
});

test('an image with alpha comes back as RGBA', () => {
  const image = ramp(16, 9, (x) => x * 16);
  const back = decode(encodePng(image), { checkCrc: true });
  expect(back.channels).toBe(4);
  expect(Array.from(back.data)).toEqual(Array.from(image.pixels));
});

test('a smooth picture is filtered, so it is much smaller than its pixels', () => {
  const image = ramp(256, 256, () => 255);
  expect(encodePng(image).length).toBeLessThan((256 * 256 * 3) / 4);
});

test('shrinking averages light, not bytes', () => {
  const image = createImage(2, 1, Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255));
  expect(Array.from(shrinkImage(image, 1, 1).pixels)).toEqual([188, 188, 188, 255]);
});

test('shrinking by a fraction keeps a flat colour and the alpha', () => {
  const image = createImage(10, 6);
  for (let at = 0; at < image.pixels.length; at += 4) image.pixels.set([10, 200, 77, 128], at);
  const small = shrinkImage(image, 7, 4);
  expect([small.width, small.height]).toEqual([7, 4]);
  expect(Array.from(small.pixels.subarray(20, 24))).toEqual([10, 200, 77, 128]);
});

test('an image of a wrong byte length is refused', () => {
  expect(() => createImage(2, 2, new Uint8Array(5))).toThrow(
    new RangeError('Cannot make image "2x2": it has 5 bytes; RGBA needs 16'),
  );
});

test('what is written is read again, by any filter, and what an independent encoder writes', () => {
  for (const alpha of [() => 255, (x: number) => x % 256]) {
    const image = ramp(70, 41, alpha);
    expect(decodePng(encodePng(image))).toEqual(image);
    expect(decodePng(encode({ width: 70, height: 41, channels: 4, depth: 8, data: image.pixels }))).toEqual(image);
  }
});

test('a picture that is cut off, damaged or of another kind is refused', () => {
  const bytes = encodePng(ramp(20, 10, () => 255));
  const damaged = 'Cannot read picture "a.png": it is cut off, damaged, or no PNG file; make it again';
  for (const length of [0, 20, 60, bytes.length - 1]) {
    expect(() => decodePng(bytes.subarray(0, length), 'a.png')).toThrow(new RangeError(damaged));
  }
  const flipped = bytes.slice();
  flipped[70]! ^= 1;
  expect(() => decodePng(flipped, 'a.png')).toThrow(new RangeError(damaged));
  const grey = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 2) });
  expect(() => decodePng(grey)).toThrow(
    new RangeError(
      'Cannot read picture "picture": it has 8 bits a sample and colour type 0; give RGB or RGBA of 8 bits, not interlaced',
    ),
  );
});

test('an image without pixels, and pixels that are not its own, are told', () => {
  expect(() => encodePng({ width: 0, height: 2, pixels: new Uint8Array() })).toThrow(
    new RangeError('Cannot write PNG: its size is 0×2; give whole numbers of pixels above 0'),
  );
  expect(() => encodePng({ width: 2, height: 2, pixels: new Uint8Array(12) })).toThrow(
    new RangeError('Cannot write PNG: 2×2 pixels take 16 bytes, and it has 12; give RGBA'),
  );
});
