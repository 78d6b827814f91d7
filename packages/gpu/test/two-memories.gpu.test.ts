/** A card's memory: its own, which the host doesn't see, and the host's. */
import { vulkanTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { OutOfMemoryError } from '../src/index.ts';
import type { Buffer as DeviceBuffer, Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands } from './changed-driver.ts';
import { openTwoMemories } from './two-memories.ts';

const MiB = 2 ** 20;

/** Makes buffers of 300,000 bytes, each of which then holds its own number. */
async function filled(device: Device, stack: DisposableStack, count: number): Promise<readonly number[]> {
  const buffers = Array.from({ length: count }, (_, at) =>
    stack.use(device.createBuffer({ label: `buffer ${at}`, byteLength: 300_000 })),
  );
  await Promise.all(buffers.map((buffer, at) => device.staging.upload(buffer, 0, new Uint8Array(300_000).fill(at))));
  const back = await Promise.all(buffers.map((buffer) => device.staging.download(buffer)));
  return back.map((bytes) => (bytes.every((byte) => byte === bytes[0]) ? bytes[0]! : -1));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** In how many blocks each heap is used. */
function heapsOf(device: Device): string[] {
  return device.heap.report().heaps.map(({ heap, blocks }) => `heap ${heap}: ${blocks}`);
}

vulkanTest('buffers lie in memory of the device’s own, and mapped ones in the host’s', async () => {
  await using device = openTwoMemories();
  using stack = new DisposableStack();
  using own = device.createBuffer({ label: 'own', byteLength: 8 * MiB });
  expect([own.visible, ...heapsOf(device)]).toEqual([undefined, 'heap 0: 1']);
  using up = device.createBuffer({ label: 'up', byteLength: 64, memory: 'upload' });
  using down = device.createBuffer({ label: 'down', byteLength: 64, memory: 'download' });
  expect([up.mapped.byteLength, down.mapped.byteLength, ...heapsOf(device)]).toEqual([
    64,
    64,
    'heap 0: 1',
    'heap 1: 1',
  ]);
  expect(await filled(device, stack, 8)).toEqual(numbers(8));
  const data = new Uint8Array(8 * MiB);
  for (let at = 0; at < data.length; at++) data[at] = at % 251;
  await device.staging.upload(own, 0, data);
  expect(Buffer.compare(await device.staging.download(own), data)).toBe(0);
});

vulkanTest('where the device’s own memory is refused, buffers lie in the host’s', async () => {
  await using device = openTwoMemories({ refuses: (type) => type === 0 });
  using stack = new DisposableStack();
  expect(await filled(device, stack, 8)).toEqual(numbers(8));
  expect(device.heap.report().heaps.map(({ heap }) => heap)).toEqual([1]);
});

vulkanTest('where large allocations are refused, blocks are as small as they must be', async () => {
  const most = 1_500_000;
  await using device = openTwoMemories({ refuses: (_, byteLength) => byteLength > most });
  using stack = new DisposableStack();
  expect(await filled(device, stack, 12)).toEqual(numbers(12));
  const [own] = device.heap.report().heaps;
  // Four buffers of 300,000 bytes fit into 1.5 MB.
  expect([own!.heap, own!.blocks >= 3, own!.taken <= own!.blocks * most]).toEqual([0, true, true]);
  let told: unknown;
  try {
    stack.use(device.createBuffer({ label: 'large', byteLength: 2 * MiB }));
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(OutOfMemoryError);
  expect(told).toMatchObject({
    command: 'vkAllocateMemory',
    result: 'VK_ERROR_OUT_OF_DEVICE_MEMORY',
    labels: ['large'],
  });
});

vulkanTest('buffers lie where the driver wants them aligned to', async () => {
  await using device = openTwoMemories({ alignment: MiB });
  const { commands } = makerOf(device).driver;
  const offsets: number[] = [];
  using _ = changeCommands(device, {
    vkBindBufferMemory2: (handle, count, infos) => {
      offsets.push(...V.VkBindBufferMemoryInfo.readArray(infos, count).map(({ memoryOffset }) => Number(memoryOffset)));
      return commands.vkBindBufferMemory2(handle, count, infos);
    },
  });
  using stack = new DisposableStack();
  const make = (byteLength: number): DeviceBuffer => stack.use(device.createBuffer({ label: 'each', byteLength }));
  for (const byteLength of [64, 100, 3 * MiB + 1, 64]) make(byteLength);
  expect(offsets.map((offset) => offset % MiB)).toEqual([0, 0, 0, 0]);
  expect(new Set(offsets).size).toBe(4);
});
