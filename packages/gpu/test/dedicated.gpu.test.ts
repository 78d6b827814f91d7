/** Memory of its own for what the driver wants to lie alone: Mesa's wants it of nothing, so what it says is changed here. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';

const MiB = 2 ** 20;

/** Lets the driver want memory for each thing alone from here on, and writes down for what it was taken: `image`, `buffer`, `block`. */
function wanting(device: Device, how: 'required' | 'better'): string[] {
  const { driver } = makerOf(device);
  const { commands } = driver;
  const taken: string[] = [];
  const want = (out: V.Pointer<V.VkMemoryRequirements2>): void => {
    const dedicated = V.VkMemoryRequirements2.read(out).pNext;
    V.VkMemoryDedicatedRequirements.write(dedicated, {
      prefersDedicatedAllocation: 1,
      requiresDedicatedAllocation: how === 'required' ? 1 : 0,
    });
  };
  driver.commands = Object.create(commands, {
    vkGetBufferMemoryRequirements2: {
      value: (...[handle, info, out]: Parameters<V.Device['vkGetBufferMemoryRequirements2']>) => {
        commands.vkGetBufferMemoryRequirements2(handle, info, out);
        want(out);
      },
    },
    vkGetImageMemoryRequirements2: {
      value: (...[handle, info, out]: Parameters<V.Device['vkGetImageMemoryRequirements2']>) => {
        commands.vkGetImageMemoryRequirements2(handle, info, out);
        want(out);
      },
    },
    vkAllocateMemory: {
      value: (...given: Parameters<V.Device['vkAllocateMemory']>) => {
        const { pNext } = V.VkMemoryAllocateInfo.read(given[1]);
        const own = V.VkMemoryAllocateFlagsInfo.read(pNext).pNext;
        const { image = 0n, buffer = 0n } = own === 0n ? {} : V.VkMemoryDedicatedAllocateInfo.read(own);
        taken.push(image !== 0n ? 'image' : buffer !== 0n ? 'buffer' : 'block');
        return commands.vkAllocateMemory(...given);
      },
    },
  }) as V.Device;
  return taken;
}

gpuTest('what the driver wants to lie alone has memory of its own, as large as it says', {}, async ({ device }) => {
  const taken = wanting(device, 'better');
  using words = device.createBuffer({ label: 'words', byteLength: 256 });
  using picture = device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm' });
  using movable = device.createBuffer({ label: 'movable', byteLength: 256, onMoved: () => undefined });
  expect(taken).toEqual(['buffer', 'image', 'block']);
  await device.staging.upload(words, 0, new Uint8Array(256).fill(3));
  await device.uploadImage(picture, new Uint8Array(256).fill(4));
  expect([(await device.staging.download(words))[9], movable.byteLength]).toEqual([3, 256]);
  expect((await device.downloadImage(picture, { before: 'sampled' }))[9]).toBe(4);
});

gpuTest(
  'where there is no memory for it alone, it lies with others unless it must not',
  { memoryLimit: 2 * MiB },
  ({ device }) => {
    using first = device.createBuffer({ label: 'first', byteLength: 64 });
    const { limit, taken: inBlocks } = device.heap.report();
    using rest = device.createBuffer({ label: 'rest', byteLength: limit - inBlocks });
    const taken = wanting(device, 'better');
    using picture = device.createImage({ label: 'picture', size: [8, 8], format: 'rgba8unorm' });
    expect([taken, picture.disposed, first.disposed, rest.disposed]).toEqual([[], false, false, false]);
    wanting(device, 'required');
    expect(() => device.createImage({ label: 'other', size: [8, 8], format: 'rgba8unorm' })).toThrow(
      /^Cannot allocate image "other": .* requested, .* free, /u,
    );
  },
);
