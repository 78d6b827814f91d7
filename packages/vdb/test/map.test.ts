import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { GridMap } from '../src/index.ts';

test('a map prints itself as what it does', () => {
  expect(inspect(GridMap.scale(0.5))).toBe('scale 0.5, 0.5, 0.5');
  expect(inspect(GridMap.scale([1, 2, 3], [4, 0, 0]))).toBe('scale 1, 2, 3, translate 4, 0, 0');
  expect(inspect(new GridMap([1, 0.5, 0, 0, 1, 0, 0, 0, 1]))).toBe('matrix [1, 0.5, 0, 0, 1, 0, 0, 0, 1]');
});
