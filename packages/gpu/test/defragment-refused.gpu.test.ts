/** What a driver refuses in the middle of a defragmentation leaves everything where it was. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Buffer, Device } from '../src/index.ts';
import { failCall } from './changed-driver.ts';

const MiB = 2 ** 20;
const OUT_OF_MEMORY = V.VK_ERROR_OUT_OF_DEVICE_MEMORY;

/** Buffers with holes between, in two blocks: some leave theirs, some of those slide too. Each is full of its own number. */
async function scatter(device: Device, stack: DisposableStack, told: string[]): Promise<Buffer[]> {
  const made = Array.from({ length: 20 }, (_, i) =>
    device.createBuffer({ label: `b${i}`, byteLength: 300_000, onMoved: ({ label }) => told.push(label) }),
  );
  for (const each of made.filter((_, i) => i % 3 !== 0)) each[Symbol.dispose]();
  return await numbered(
    device,
    stack,
    made.filter((_, i) => i % 3 === 0),
    1,
  );
}

/** Fills each with a number, from `first` on. */
async function numbered(device: Device, stack: DisposableStack, buffers: Buffer[], first: number): Promise<Buffer[]> {
  await Promise.all(buffers.map((each, i) => device.staging.upload(each, 0, new Uint8Array(300_000).fill(first + i))));
  for (const each of buffers) stack.use(each);
  return buffers;
}

/** The number that a buffer is full of; −1 if it is not. */
async function numberIn(device: Device, buffer: Buffer): Promise<number> {
  const bytes = await device.staging.download(buffer);
  return bytes.every((byte) => byte === bytes[0]) ? bytes[0]! : -1;
}

const refusals = [
  ['vkCreateBuffer', 1],
  ['vkCreateBuffer', 5],
  ['vkBindBufferMemory2', 1],
  ['vkBindBufferMemory2', 5],
  ['vkCreateCommandPool', 1],
  ['vkAllocateCommandBuffers', 1],
  ['vkBeginCommandBuffer', 1],
  ['vkEndCommandBuffer', 1],
  ['vkQueueSubmit2', 1],
] as const;

for (const [command, call] of refusals) {
  const name = `a defragmentation whose ${command} number ${call} is refused moves nothing, and the next moves all`;
  gpuTest(name, { memoryLimit: 64 * MiB }, async ({ device }) => {
    using stack = new DisposableStack();
    const told: string[] = [];
    const kept = await scatter(device, stack, told);
    const numbers = () => Promise.all(kept.map((each) => numberIn(device, each)));
    const before = [kept.map(({ address }) => address), device.heap.report()];
    {
      await device.idle();
      using _ = failCall(device, command, call, OUT_OF_MEMORY);
      await expect(device.defragment()).rejects.toMatchObject({ command, result: 'VK_ERROR_OUT_OF_DEVICE_MEMORY' });
    }
    expect([kept.map(({ address }) => address), device.heap.report(), told]).toEqual([...before, []]);
    const fresh = Array.from({ length: 6 }, (_, i) => device.createBuffer({ label: `n${i}`, byteLength: 300_000 }));
    await numbered(device, stack, fresh, 100);
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const each of fresh) each[Symbol.dispose]();
    const { buffers } = await device.defragment();
    expect([buffers, told.length]).toEqual([5, 5]);
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
}

gpuTest('the copies of a defragmentation are told of though the wait for them fails', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const told: string[] = [];
  const kept = await scatter(device, stack, told);
  {
    await device.idle();
    using _ = failCall(device, 'vkWaitSemaphores', 1, OUT_OF_MEMORY);
    await expect(device.defragment()).rejects.toMatchObject({ command: 'vkWaitSemaphores' });
  }
  expect(told.length).toBeGreaterThan(0);
  const numbers = await Promise.all(kept.map((each) => numberIn(device, each)));
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

gpuTest('a buffer that can’t be moved says so', {}, async ({ device }) => {
  using stack = new DisposableStack();
  await scatter(device, stack, []);
  using _ = failCall(device, 'vkCreateBuffer', 1, OUT_OF_MEMORY);
  await expect(device.defragment()).rejects.toThrow(
    'Cannot move buffer "b3": vkCreateBuffer gave VK_ERROR_OUT_OF_DEVICE_MEMORY; free some memory',
  );
});
