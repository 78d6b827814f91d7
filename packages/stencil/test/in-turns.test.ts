import { expect, test } from 'vitest';
import { inTurns } from '../src/emit/in-turns.ts';

const words = (opcode: number, ...operands: number[]): number[] => [
  ((operands.length + 1) << 16) | opcode,
  ...operands,
];
const [add, sub, label] = [words(129, 1, 2, 3, 4), words(131, 5, 6), words(248, 7)];

test('texts without control flow take turns, instruction by instruction', () => {
  const [one, other] = [
    [...add, ...sub, ...add],
    [...sub, ...add],
  ];
  expect(inTurns([one, other])).toEqual([...add, ...sub, ...sub, ...add, ...add]);
  expect(inTurns([])).toEqual([]);
});

test('where one has blocks of its own, each text stays as it is', () => {
  const [one, other] = [
    [...add, ...label, ...sub],
    [...sub, ...add],
  ];
  expect(inTurns([one, other])).toEqual([...one, ...other]);
});
