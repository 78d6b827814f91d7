import { expect, test } from 'vitest';
import { planWindow, windowSize } from '../src/emit/window.ts';

const tap = (dx: number, dy: number, dz: number) => ({ field: 'f', component: 0, offset: [dx, dy, dz] as const });
const words = (loads: ReturnType<typeof planWindow>) =>
  loads.map(({ dx, dy, quad, parts }) => `${dx} ${dy} quad ${quad}: ${parts.join('')}`);

test('a tap at the voxel itself is one aligned load', () => {
  expect(words(planWindow([tap(0, 0, 0)]))).toEqual(['0 0 quad 0: 0123']);
});

test('neighbours along z add one value at each edge', () => {
  expect(words(planWindow([tap(0, 0, -1), tap(0, 0, 0), tap(0, 0, 1)]))).toEqual([
    '0 0 quad -1: 3',
    '0 0 quad 0: 0123',
    '0 0 quad 1: 0',
  ]);
});

test('a seven-point stencil keeps 22 values', () => {
  const taps = [tap(0, 0, 0), tap(1, 0, 0), tap(-1, 0, 0), tap(0, 1, 0), tap(0, -1, 0), tap(0, 0, 1), tap(0, 0, -1)];
  expect(windowSize(planWindow(taps))).toBe(22);
});

test('eight voxels along z reach over a whole quad', () => {
  expect(words(planWindow([tap(0, 0, 8), tap(0, 0, -5)]))).toEqual([
    '0 0 quad 2: 0123',
    '0 0 quad -2: 3',
    '0 0 quad -1: 012',
  ]);
});

test('half a quad loads pairs, and one value of the pair beside it', () => {
  expect(words(planWindow([tap(0, 0, -1), tap(0, 0, 0), tap(1, 0, 1)], { rows: 1, quads: 0.5 }))).toEqual([
    '0 0 quad -1: 1',
    '0 0 quad 0: 01',
    '1 0 quad 0: 1',
    '1 0 quad 1: 0',
  ]);
});
