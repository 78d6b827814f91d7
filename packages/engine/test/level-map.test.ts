import { GridMap } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { coarserMap, isAligned } from '../src/level-map.ts';

test('a map of three sizes and a corner is aligned on every level', () => {
  const map = new GridMap([0.1, 0, 0, 0, -0.2, 0, 0, 0, 0.3], [1, 2, 3]);
  expect([map, coarserMap(map), coarserMap(coarserMap(map))].map(isAligned)).toEqual([true, true, true]);
});

test('one that turns, or shears by what a float32 can tell from 0, is not', () => {
  const turned = new GridMap([0, -0.1, 0, 0.1, 0, 0, 0, 0, 0.1]);
  const sheared = (by: number): GridMap => new GridMap([0.1, by, 0, 0, 0.1, 0, 0, 0, 0.1], [1, 2, 3]);
  expect([turned, sheared(1e-30), sheared(1e-60)].map(isAligned)).toEqual([false, false, true]);
});

test('one whose corner lies at −0 is not: −0 stays where nothing is added', () => {
  const at = (zero: number): GridMap => new GridMap([1, 0, 0, 0, 1, 0, 0, 0, 1], [5, zero, 5]);
  expect([isAligned(at(-0)), isAligned(at(3))]).toEqual([false, true]);
});
