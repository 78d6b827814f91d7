import { expect, test } from 'vitest';
import { paced } from '../src/checkpoint/paced.ts';

test('work that takes long is told of every two seconds', () => {
  const words: string[] = [];
  let clock = 0;
  const tell = paced(
    (word) => words.push(word),
    () => clock,
  );
  for (clock = 0; clock < 7000; clock += 500) tell(() => `after ${clock} ms`);
  expect(words).toEqual(['after 2000 ms', 'after 4000 ms', 'after 6000 ms']);
});
