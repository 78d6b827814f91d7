import { expect, test } from 'vitest';
import { GridMap } from '@halocline/vdb';
import { Declarations } from '../src/declarations.ts';
import { HostNumbers } from '../src/host-numbers.ts';
import { SCALARS_BYTES, StepWords, UNIFORMS_BYTES, writeLevels } from '../src/uniforms.ts';

test('a step has the numbers of the moment when it was asked for', () => {
  const declarations = new Declarations();
  declarations.addParameter('heat', 'float', 300);
  declarations.addScalar('mass', 'float', 1);
  const numbers = new HostNumbers(declarations);
  const first = numbers.take();
  numbers.set('mass', 2);
  const second = numbers.take();
  declarations.setParameter({ ...declarations.parameters.get('heat')!, value: [600] });
  const third = numbers.take();
  expect([first, second, third].map(({ scalars }) => [...scalars])).toEqual([[], [['mass', 2]], []]);
  expect(second.parameters).toBe(first.parameters);
  expect([first, third].map(({ parameters }) => parameters.get('heat'))).toEqual([[300], [600]]);
});

test('words of a step stand where every level of a slot has them, and what never changes stays', () => {
  const declarations = new Declarations();
  declarations.addParameter('wind', 'vec3', [1, 2, 3]);
  declarations.addScalar('mass', 'float', 1);
  declarations.addScalar('count', 'int', 0);
  const slot = new Uint32Array((2 * UNIFORMS_BYTES + SCALARS_BYTES) / 4);
  const floats = new Float32Array(slot.buffer);
  const level = UNIFORMS_BYTES / 4;
  const maps = [0.5, 1].map((size) => new GridMap([size, 0, 0, 0, size, 0, 0, 0, size], [7, 8, 9]));
  writeLevels(slot, maps);
  const words = new StepWords(declarations);
  const parameters = new Map([['wind', [4, 5, 6]]]);
  words.set({ dt: 0.25, time: 2, frame: 3 }, { parameters, scalars: new Map([['count', -1]]) });
  words.write(slot);
  for (const [at, size] of [
    [0, 0.5],
    [level, 1],
  ] as const) {
    expect([...floats.subarray(at, at + 2), slot[at + 2], floats[at + 3]]).toEqual([0.25, 2, 3, size]);
    expect([...floats.subarray(at + 4, at + 8)]).toEqual([size, 0, 0, 7]);
    expect([...floats.subarray(at + 16, at + 20)]).toEqual([1 / size, 0, 0, -7 / size]);
    expect([...floats.subarray(at + 32, at + 35)]).toEqual([4, 5, 6]);
  }
  expect([...slot.subarray(2 * level, 2 * level + 8)]).toEqual([0, 0, 0, 0, 1, 0xffffffff, 0, 0]);
  words.set({ dt: 0.25, time: 2.25, frame: 4 }, { parameters, scalars: new Map() });
  words.write(slot);
  expect([...floats.subarray(level, level + 2), slot[level + 2], floats[level + 3]]).toEqual([0.25, 2.25, 4, 1]);
  expect([...slot.subarray(2 * level, 2 * level + 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test('a step before which nothing was set brings its clock alone to a slot that has the rest', () => {
  const declarations = new Declarations();
  declarations.addParameter('heat', 'float', 300);
  declarations.addScalar('mass', 'float', 1);
  const numbers = new HostNumbers(declarations);
  const words = new StepWords(declarations);
  const slots = [0, 1].map(() => new Uint32Array((UNIFORMS_BYTES + SCALARS_BYTES) / 4));
  const held = [0, 0];
  const step = (frame: number): void => {
    words.set({ dt: 1, time: frame, frame }, numbers.take());
    held[frame % 2] = words.write(slots[frame % 2]!, held[frame % 2]);
  };
  const [frames, heats, set] = [[2], [32], [UNIFORMS_BYTES / 4]].map(
    ([at]) =>
      () =>
        slots.map((slot) => slot[at!]),
  ) as [() => number[], () => number[], () => number[]];
  numbers.set('mass', 2);
  step(0);
  step(1);
  expect([frames(), set()]).toEqual([
    [0, 1],
    [1, 0],
  ]);
  for (const slot of slots) slot[32] = 7;
  step(2); // this slot still has the scalar
  step(3);
  expect([frames(), set()]).toEqual([
    [2, 3],
    [0, 0],
  ]);
  expect(heats().map((word) => word === 7)).toEqual([false, true]);
  declarations.setParameter({ ...declarations.parameters.get('heat')!, value: [600] });
  step(4);
  step(5);
  expect(heats()).toEqual(heats().map(() => new Uint32Array(Float32Array.of(600).buffer)[0]));
});
