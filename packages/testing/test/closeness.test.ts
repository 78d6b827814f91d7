import { expect, test } from 'vitest';
import { closeTo, maxDifference, rootMeanSquare, ulpsBetween } from '../src/closeness.ts';

test('the largest difference has its place', () => {
  expect(maxDifference([1, 2, 3], [1, 2.5, 3.25])).toEqual({ absolute: 0.5, index: 1, actual: 2, expected: 2.5 });
  expect(maxDifference([1, Number.NaN], [1, Number.NaN])).toEqual({ absolute: 0, index: -1, actual: 0, expected: 0 });
  expect(maxDifference([Number.NaN], [1]).absolute).toBe(Infinity);
  expect(() => maxDifference([1], [1, 2])).toThrow('Cannot compare rows: one has 1 numbers, the other 2');
});

test('ulps count the floats between', () => {
  expect([ulpsBetween(1, 1), ulpsBetween(-0, 0), ulpsBetween(1, 1 + 2 ** -23), ulpsBetween(1, 1 - 2 ** -23)]).toEqual([
    0, 0, 1, 2,
  ]);
  expect(ulpsBetween(-(2 ** -149), 2 ** -149)).toBe(2);
  expect(ulpsBetween(Number.NaN, 1)).toBe(Infinity);
});

test('the root mean square of nothing is 0', () => {
  expect(rootMeanSquare([], [])).toBe(0);
  expect(rootMeanSquare([1, 5], [1, 2])).toBeCloseTo(Math.sqrt(4.5), 12);
});

test('a row too far says where', () => {
  closeTo([1, 100.1], [1, 100], { relative: 0.01 });
  expect(() => closeTo([1, 2], [1, 3], { absolute: 0.5 })).toThrow(
    'Cannot accept the row: at 1 it is 2, not 3 (allowed: 0.5 absolute, 0 relative)',
  );
  expect(() => closeTo([Number.NaN], [1], { absolute: 0.5 })).toThrow('at 0 it is NaN, not 1');
});
