/** What passes expect of images, in memory that threads share. */
import { expect, test } from 'vitest';
import { LAYOUT_BYTES, SharedLayouts } from '../src/recording/shared-layouts.ts';

test('passes and images of any number have expectations of their own', () => {
  const buffer = new SharedArrayBuffer(LAYOUT_BYTES);
  const [layouts, others] = [new SharedLayouts(buffer), new SharedLayouts(buffer)];
  expect(layouts.expect(0, 65_537, 'sampled')).toBe('sampled');
  expect(layouts.expect(1, 1, 'transfer-source')).toBe('transfer-source');
  expect(layouts.expect(65_536, 4_294_967_295, 'transfer-target')).toBe('transfer-target');
  expect(others.expect(0, 65_537, 'storage-read')).toBe('sampled');
  expect(layouts.of(0)).toEqual([[65_537, 'sampled']]);
  expect(layouts.of(1)).toEqual([[1, 'transfer-source']]);
  expect(layouts.of(65_536)).toEqual([[4_294_967_295, 'transfer-target']]);
});

test('as many expectations as there is room for are taken, and no more', () => {
  const layouts = new SharedLayouts(new SharedArrayBuffer(LAYOUT_BYTES));
  for (let at = 0; at < 1024; at++) layouts.expect(at >> 5, 1 + (at & 31), 'sampled');
  expect(layouts.of(31)).toEqual(Array.from({ length: 32 }, (_, at) => [1 + at, 'sampled']));
  expect(layouts.expect(31, 32, 'sampled')).toBe('sampled');
  expect(() => layouts.expect(32, 1, 'sampled')).toThrow(
    '1024 images are expected already; expect fewer between two finalizes',
  );
  layouts.clear();
  expect(layouts.of(31)).toEqual([]);
  expect(() => layouts.expect(0, 4_294_967_296, 'sampled')).toThrow(
    '4294967295 objects crossed before it; make another recorder',
  );
});
