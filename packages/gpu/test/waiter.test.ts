import { expect, test } from 'vitest';
import { Waiter } from '../src/sync/waiter.ts';
import { SLOTS } from '../src/sync/waiter-table.ts';

test('a waiter whose thread died tells everybody who waits, and everybody who comes later', async () => {
  const waiter = new Waiter('/nowhere/libvulkan.so', 1n as never, 1n as never);
  const timeline = { handle: 1n, last: 0, generation: 0, answer: () => undefined, forget: () => undefined };
  const waits = Array.from({ length: SLOTS + 2 }, (_, value) => waiter.wait(timeline, value));
  const outcomes = await Promise.allSettled(waits);
  expect(new Set(outcomes.map((each) => each.status))).toEqual(new Set(['rejected']));
  await expect(waiter.wait(timeline, 1)).rejects.toThrow('/nowhere/libvulkan.so');
  await waiter.close();
});
