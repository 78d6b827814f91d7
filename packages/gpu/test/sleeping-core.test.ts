import { expect, test } from 'vitest';
import * as V from '@halocline/vulkan';
import { libc } from '../src/memory/libc.ts';
import { CORE_BYTES, coresOf, sleepingCore } from '../src/recording/sleeping-core.ts';

/** The cores that this thread may run on; undefined where a program has no say in it. */
function allowed(): number[] | undefined {
  const affinity = libc()?.affinity;
  const set = V.pinned(CORE_BYTES);
  if (!affinity || affinity.get(0, BigInt(CORE_BYTES), set.address) < 0) return undefined;
  return coresOf(new Uint8Array(set.buffer, 0, CORE_BYTES));
}

test('a set of cores is read bit by bit', () => {
  expect(coresOf(new Uint8Array([0b101, 0, 0b1000_0000]))).toEqual([0, 2, 23]);
  expect(coresOf(new Uint8Array(128))).toEqual([]);
});

test('a thread settles on its core, and roams on all that were allowed to it', (context) => {
  const all = allowed();
  if (!all || all.length < 2) return context.skip('one core alone, or no say in which');
  const core = sleepingCore(1, all.length)!;
  try {
    core.settle();
    expect(allowed()).toEqual([all[1]]);
    core.settle();
    expect(allowed()).toEqual([all[1]]);
  } finally {
    core.roam();
  }
  expect(allowed()).toEqual(all);
});

test('where cores are left over no thread has one of its own', (context) => {
  const all = allowed();
  if (!all || all.length < 2) return context.skip('one core alone, or no say in which');
  expect(sleepingCore(0, all.length - 1)).toBeUndefined();
});
