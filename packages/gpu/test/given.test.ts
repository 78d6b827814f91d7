import { expect, test } from 'vitest';
import { checkNames, checkNamesOf } from '../src/given.ts';
import { messageOf } from './message-of.ts';

const NAMES = { wait: true, signal: true };

test('options may inherit other names, and have none of their own', () => {
  const inherits: object = Object.create({ other: 1 });
  const odd = { toString: undefined };
  const told = [{}, { wait: 1 }, inherits, odd, { ...inherits, wate: 1 }].map((given) =>
    messageOf(() => checkNames('Cannot submit', given, NAMES)),
  );
  const stray = (name: string): string => `Cannot submit: "${name}" is no option of it; there are wait, signal`;
  expect(told).toEqual(['no error', 'no error', 'no error', stray('toString'), stray('wate')]);
});

test('the sentence about options that are none has the label of what they are for', () => {
  const told = [{ wait: 1 }, { wate: 1 }, 7].map((given) =>
    messageOf(() => checkNamesOf('Cannot submit to queue', 'copies', given, NAMES)),
  );
  expect(told).toEqual([
    'no error',
    'Cannot submit to queue "copies": "wate" is no option of it; there are wait, signal',
    'Cannot submit to queue "copies": its options are 7; give an object',
  ]);
});
