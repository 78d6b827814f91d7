import { addressOf } from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { SLOTS } from '../src/memory/copier-table.ts';
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

test('more copies at once than threads have room for are all made, and one more at once', async ({ skip }) => {
  if (libc() === undefined) return skip('there is no C library to copy with');
  const copiers = new Copiers(1);
  copiers.start();
  while (!copiers.ready) await new Promise((resolve) => setTimeout(resolve, 1));
  const source = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
  const targets = Array.from({ length: SLOTS + 3 }, () => new Uint8Array(source.byteLength));
  const copied = targets
    .slice(1)
    .map((target) => copiers.copy(addressOf(target.buffer), addressOf(source.buffer), source.byteLength, 4096));
  copiers.copyNow(addressOf(targets[0]!.buffer), addressOf(source.buffer), source.byteLength);
  expect(Buffer.compare(targets[0]!, source)).toBe(0);
  await Promise.all(copied);
  expect(targets.filter((target) => Buffer.compare(target, source) !== 0)).toEqual([]);
  const later = new Uint8Array(3 * MiB + 5).fill(1);
  const long = new Uint8Array(later.byteLength).fill(9);
  copiers.copyNow(addressOf(later.buffer), addressOf(long.buffer), long.byteLength);
  expect(later.every((byte) => byte === 9)).toBe(true);
  await copiers.close();
});
