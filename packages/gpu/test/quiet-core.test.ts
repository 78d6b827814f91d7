import { expect, test } from 'vitest';
import { CoreSeeker } from '../src/recording/quiet-core.ts';

/** Cores by what a loop takes on them. The thread begins on core 0; each turn it records, looks, and goes where the seeker says. */
function threadOn(times: number[], first: number = 0) {
  const visits: number[] = [];
  let here = 0;
  const measure = (core: number): number => {
    visits.push(core);
    here = core;
    return times[core]!;
  };
  const time = (): number => times[here]!;
  const seeker = new CoreSeeker([...times.keys()], first, { here: () => here, time, measure });
  const seek = (taken: readonly number[] = [], idle: () => boolean = () => true): number | undefined =>
    seeker.seek((core) => taken.includes(core), idle);
  const turn = (...how: Parameters<typeof seek>): number | undefined => {
    visits.length = 0;
    seeker.look();
    here = seek(...how) ?? here;
    return here;
  };
  return { turn, seek, visits, times };
}

test('a thread looks at three other cores at first, and goes to the quietest', () => {
  const { turn, visits } = threadOn([18, 20, 13, 22, 13], 1);
  expect(turn()).toBe(2);
  expect(visits).toEqual([1, 2, 3]);
});

test('a thread stays where its core is quiet, and looks at none where it recorded nothing', () => {
  const { turn, seek, visits } = threadOn([13, 14, 13, 12], 1);
  turn();
  expect(turn()).toBe(3);
  expect(visits).toEqual([]);
  expect(seek()).toBeUndefined();
  expect(visits).toEqual([]);
});

test('a thread whose core is shared now goes on to the next that nobody has', () => {
  const { turn, visits, times } = threadOn([13, 13, 13, 13, 13, 13], 1);
  expect(turn()).toBe(0);
  times[0] = 20;
  expect(turn([4])).toBe(5);
  expect(visits).toEqual([5]);
});

test('a thread that finds nothing better stays, and one that has work again looks no further', () => {
  const { turn, visits, times } = threadOn([13, 13, 13, 13], 1);
  turn();
  times.splice(0, 4, 20, 21, 22, 23);
  expect(turn()).toBe(0);
  expect(visits).toEqual([1, 2]);
  expect(turn([], () => false)).toBe(0);
  expect(visits).toEqual([]);
});

test('a thread that was called away before it looked anywhere looks the next time', () => {
  const { turn, visits } = threadOn([20, 20, 13, 22], 1);
  expect(turn([], () => false)).toBe(0);
  expect(turn()).toBe(2);
  expect(visits).toEqual([1, 2, 3]);
});
