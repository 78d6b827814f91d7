import { addressOf } from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { Copiers } from '../src/memory/copiers.ts';
import { libc } from '../src/memory/libc.ts';

const MiB = 2 ** 20;

test('copies that are under way are done when they are settled, whatever the threads are at', async ({ skip }) => {
  if (libc() === undefined) return skip('there is no C library to copy with');
  const copiers = new Copiers(1);
  copiers.start();
  while (!copiers.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  const source = new Uint8Array(32 * MiB).fill(7);
  const targets = Array.from({ length: 3 }, () => new Uint8Array(32 * MiB));
  const copied = targets.map((target) =>
    copiers.copy(addressOf(target.buffer), addressOf(source.buffer), source.byteLength),
  );
  copiers.settle();
  expect(targets.map((target) => Buffer.from(target.buffer).equals(source))).toEqual([true, true, true]);
  await Promise.all(copied);
  await copiers.close();
});
