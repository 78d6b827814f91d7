/** Memory of its own for what the driver wants to lie alone: Mesa's wants it of nothing, so what it says is changed here. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Device, Image } from '../src/index.ts';
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
    using pictures = new DisposableStack();
    const picture = (label: string): Image => device.createImage({ label, size: [256, 256], format: 'rgba8unorm' });
    pictures.use(picture('first'));
    const taken = wanting(device, 'better');
    let before = -1;
    while (taken.length > before && before < 100) {
      before = taken.length;
      pictures.use(picture(`picture ${before}`));
    }
    // As many as there is room for have memory of their own, and the next one lies beside the first.
    expect([new Set(taken), before < 100]).toEqual([new Set(['image']), true]);
    wanting(device, 'required');
    // Where a device has other memory too, some lie there.
    const others = (): void => {
      for (let count = 0; count < 100; count++) pictures.use(picture('other'));
    };
    expect(others).toThrow(/^Cannot allocate image "other": .* requested, .* free, /u);
  },
);

gpuTest(
  'a pool that grows from nothing gives such buffers memory of their own, which stays',
  {},
  async ({ device }) => {
    using before = device.createBuffer({ label: 'before', byteLength: 256 });
    await device.staging.upload(before, 0, new Uint8Array(256));
    await device.staging.download(before);
    const held = device.heap.report().taken;
    const taken = wanting(device, 'better');
    using pool = device.createPool({ label: 'fields', byteLength: 0, grows: true });
    const stays = pool.createBuffer({ label: 'stays', byteLength: 3 * MiB, onMoved: () => undefined });
    const goes = pool.createBuffer({ label: 'goes', byteLength: MiB, onMoved: () => undefined });
    const { address } = stays;
    await device.staging.upload(stays, 0, new Uint8Array(256).fill(5));
    expect(taken).toEqual(['buffer', 'buffer']);
    expect(pool.report()).toEqual({
      byteLength: 4 * MiB,
      used: 4 * MiB,
      free: 0,
      largestHole: 0,
      holes: 0,
      buffers: 2,
      blocks: 2,
    });
    const labels = device.heap.report().labels.map(({ owner }) => owner);
    expect(labels.filter((label) => !label.startsWith('staging'))).toEqual(['stays', 'goes', 'before']);
    goes[Symbol.dispose]();
    await device.idle();
    expect((await pool.defragment()).buffers).toBe(0);
    expect([pool.byteLength, device.heap.report().taken - held, stays.address]).toEqual([3 * MiB, 3 * MiB, address]);
    expect((await device.staging.download(stays))[9]).toBe(5);
    stays[Symbol.dispose]();
    await device.idle();
    expect([pool.byteLength, device.heap.report().taken - held]).toEqual([0, 0]);
  },
);

gpuTest('a pool that has reserved memory places such buffers there, and so grows for others', {}, ({ device }) => {
  using pool = device.createPool({ label: 'own', byteLength: MiB, grows: true });
  const taken = wanting(device, 'better');
  using first = pool.createBuffer({ label: 'first', byteLength: MiB });
  using second = pool.createBuffer({ label: 'second', byteLength: MiB });
  expect([taken.filter((each) => each === 'buffer'), first.disposed, second.disposed]).toEqual([[], false, false]);
  expect([pool.report().blocks, pool.byteLength]).toEqual([2, 2 * MiB]);
});

gpuTest(
  'where a growing pool finds no memory for a buffer alone, it lies with others',
  { memoryLimit: 4 * MiB },
  ({ device }) => {
    using pool = device.createPool({ label: 'fields', byteLength: 0, grows: true });
    using small = pool.createBuffer({ label: 'small', byteLength: 64 });
    const { limit, taken: inBlocks } = device.heap.report();
    using rest = device.createBuffer({ label: 'rest', byteLength: limit - inBlocks });
    const taken = wanting(device, 'better');
    using other = pool.createBuffer({ label: 'other', byteLength: 64 });
    expect([taken, small.disposed, rest.disposed, other.disposed]).toEqual([[], false, false, false]);
    expect(() => pool.createBuffer({ label: 'large', byteLength: 2 * MiB })).toThrow(
      /^Cannot allocate buffer "large" in memory pool "fields": 2 MiB requested, /u,
    );
  },
);
