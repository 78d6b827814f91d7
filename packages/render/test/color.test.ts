import { expect, test } from 'vitest';
import { blackBodyColor, colorMap, colorMapNames, parseColor } from '../src/index.ts';
import { linearToSrgb, srgbToLinear } from '../src/color.ts';

const luminance = ([red, green, blue]: readonly number[]): number => 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
const bytes = (color: readonly number[]): number[] => color.map((channel) => Math.round(linearToSrgb(channel) * 255));

test('sRGB and linear light are inverse to each other', () => {
  for (const value of [0, 0.003, 0.04, 0.2, 0.5, 1]) expect(linearToSrgb(srgbToLinear(value))).toBeCloseTo(value, 6);
});

test('a black body is red when cool, near white at 6,500 K, bluish beyond, always of luminance 1', () => {
  const [cool, day, hot] = [blackBodyColor(1000), blackBodyColor(6500), blackBodyColor(15_000)];
  expect(cool[0]).toBeGreaterThan(3 * cool[1]);
  expect(cool[2]).toBe(0);
  for (const channel of day) expect(Math.abs(channel - 1)).toBeLessThan(0.08);
  expect(hot[2]).toBeGreaterThan(hot[0]);
  expect(luminance(day)).toBeCloseTo(1, 2);
  expect(() => blackBodyColor(300)).toThrow(
    new RangeError('Cannot glow at "300" K: nothing is visible there; give a temperature from 500 K'),
  );
});

test('viridis has the colours that matplotlib publishes', () => {
  const published: [number, number[]][] = [
    [0, [68, 1, 84]],
    [0.5, [33, 145, 140]],
    [1, [253, 231, 37]],
  ];
  for (const [at, color] of published) {
    bytes(colorMap('viridis', at)).forEach((channel, index) =>
      expect(Math.abs(channel - color[index]!)).toBeLessThan(8),
    );
  }
});

test('sequential maps grow lighter all the way; cool-warm is lightest in the middle', () => {
  for (const name of colorMapNames.filter((name) => name !== 'cool-warm')) {
    const ladder = Array.from({ length: 11 }, (_, at) => luminance(colorMap(name, at / 10)));
    expect(ladder, name).toEqual(ladder.toSorted((a, b) => a - b));
  }
  expect(luminance(colorMap('cool-warm', 0.5))).toBeGreaterThan(luminance(colorMap('cool-warm', 0.2)));
  expect(luminance(colorMap('cool-warm', 0.5))).toBeGreaterThan(luminance(colorMap('cool-warm', 0.8)));
});

test('a colour reads from text', () => {
  expect(bytes(parseColor('#ff8000'))).toEqual([255, 128, 0]);
  expect(() => parseColor('red')).toThrow(
    new RangeError('Cannot read colour "red": it is not of the form #rrggbb; write six hexadecimal digits'),
  );
});
