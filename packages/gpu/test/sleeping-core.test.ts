import { expect, test } from 'vitest';
import { coresOf } from '../src/recording/sleeping-core.ts';

test('a set of cores is read bit by bit', () => {
  expect(coresOf(new Uint8Array([0b101, 0, 0b1000_0000]))).toEqual([0, 2, 23]);
  expect(coresOf(new Uint8Array(128))).toEqual([]);
});
