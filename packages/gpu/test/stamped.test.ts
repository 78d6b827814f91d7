import { expect, test } from 'vitest';
import type { Submittable } from '../src/command/command-buffer.ts';
import type { QueryPool } from '../src/command/query-pool.ts';
import { checkStamps, Stamped } from '../src/command/stamped.ts';
import { messageOf } from './message-of.ts';

function poolOf(...written: number[]): QueryPool {
  return { label: 'times', written: new Set(written) } as QueryPool;
}

function writes(pool: QueryPool, ...indices: number[]): Submittable {
  const stamped = new Stamped();
  for (const index of indices) stamped.write(index);
  return { label: 'stamp', stamped: new Map([[pool, stamped]]) } as unknown as Submittable;
}

function resets(pool: QueryPool, ...indices: number[]): Submittable {
  const stamped = new Stamped();
  stamped.reset();
  for (const index of indices) stamped.write(index);
  return { label: 'anew', stamped: new Map([[pool, stamped]]) } as unknown as Submittable;
}

const never = (): boolean => false;

/** How many entries `body` adds to sets. */
function added(body: () => void): number {
  // oxlint-disable-next-line typescript/unbound-method -- called on the set that it was called on
  const { add } = Set.prototype;
  let count = 0;
  // oxlint-disable-next-line no-extend-native -- put back at once
  Set.prototype.add = function counted(value: unknown): Set<unknown> {
    count++;
    return add.call(this, value);
  };
  try {
    body();
  } finally {
    // oxlint-disable-next-line no-extend-native
    Set.prototype.add = add;
  }
  return count;
}

test('what is checked at submits takes as long as what they write, however much was written', () => {
  const pool = poolOf(...Array.from({ length: 1000 }, (_, index) => index));
  const commands = Array.from({ length: 256 }, (_, index) => writes(pool, 1000 + index));
  expect(added(() => checkStamps(commands, never)())).toBe(512);
  expect(pool.written.size).toBe(1256);
  const anew = [resets(pool, 0), ...commands];
  expect(added(() => checkStamps(anew, never)())).toBe(257);
  expect(pool.written.size).toBe(257);
});

test('a submit that is noted leaves what its recordings hold as it is', () => {
  const pool = poolOf();
  const [anew, stamp] = [resets(pool, 0), writes(pool, 1)];
  for (let round = 0; round < 3; round++) checkStamps([anew, stamp], never)();
  expect([...pool.written]).toEqual([0, 1]);
  checkStamps([anew], never)();
  expect([...pool.written]).toEqual([0]);
});

test('a submit that is refused notes nothing, and one that is held back all that it writes', () => {
  const pool = poolOf(0);
  const both = [writes(pool, 1), writes(pool, 1, 0, 2)];
  expect(messageOf(() => checkStamps(both, never))).toBe(
    'Cannot submit "stamp": it writes timestamp 1 of query pool "times", which was written since it was made unset; record encoder.resetQueries before',
  );
  expect([...pool.written]).toEqual([0]);
  checkStamps(both, () => true)();
  expect([...pool.written].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});
