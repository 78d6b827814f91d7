/** Memory that a driver doesn't give, or doesn't let the host see. */
import { fillMemory, gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { OutOfMemoryError } from '../src/index.ts';
import { changeCommands, failCall } from './changed-driver.ts';

const MiB = 2 ** 20;

for (const command of ['vkAllocateMemory', 'vkMapMemory'] as const) {
  const name = `a block that ${command} refuses is taken at half the size`;
  gpuTest(name, { memoryLimit: 64 * MiB }, async ({ device }) => {
    const result = command === 'vkMapMemory' ? V.VK_ERROR_MEMORY_MAP_FAILED : V.VK_ERROR_OUT_OF_DEVICE_MEMORY;
    using refused = failCall(device, command, 1, result);
    using words = device.createBuffer({ label: 'words', byteLength: 64, memory: 'upload' });
    expect([refused.came, device.heap.report().taken / MiB]).toEqual([true, 2]);
    words.mapped.fill(5);
    expect((await device.staging.download(words)).every((byte) => byte === 5)).toBe(true);
  });
}

gpuTest(
  'where memory is never mapped, that is told of the buffer that wanted it',
  { memoryLimit: 64 * MiB },
  (test) => {
    const { device } = test;
    using _ = changeCommands(device, { vkMapMemory: () => V.VK_ERROR_MEMORY_MAP_FAILED });
    const create = () => device.createBuffer({ label: 'words', byteLength: 64, memory: 'upload' });
    expect(create).toThrow(OutOfMemoryError);
    expect(create).toThrow(
      'Cannot allocate buffer "words": 64 bytes requested, 64 MiB free, the largest hole is 64 MiB, and vkMapMemory gave ' +
        'VK_ERROR_MEMORY_MAP_FAILED; nothing is allocated, so ask for less',
    );
    expect(create).toThrow(expect.objectContaining({ labels: ['words'] }));
    expect(device.heap.report()).toMatchObject({ used: 0, taken: 0, blocks: 0 });
  },
);

for (const [left, rings, told] of [
  [7 * MiB, 4 + 2, '4 MiB and 2 MiB'],
  [(3 * MiB) / 8, 1 / 4 + 1 / 8, '256 KiB and 128 KiB'],
  [14 * 1024, 12 / 1024, '8 KiB and 4 KiB'],
] as const) {
  const name = `transfers find their way through rings of ${rings} MiB where ${left / MiB} MiB of memory are left`;
  gpuTest(name, { memoryLimit: 64 * MiB }, async ({ device }) => {
    using buffer = device.createBuffer({ label: 'most', byteLength: 64 * MiB - left, memory: 'download' });
    using filling = new DisposableStack();
    {
      using _ = device.createBuffer({ label: 'left', byteLength: left, memory: 'download' });
      // Of every heap: a card's others would give rings of whole size.
      for (const each of fillMemory(device)) filling.use(each);
    }
    // As on a card: the host doesn't see it.
    Object.defineProperty(buffer, 'visible', { value: undefined });
    await device.staging.upload(buffer, 16, Uint32Array.of(1, 2, 3, 4));
    expect([...new Uint32Array((await device.staging.download(buffer, 16, 16)).buffer)]).toEqual([1, 2, 3, 4]);
    const owners = device.heap.report().owners.filter(({ owner }) => owner !== 'filling');
    expect(owners.map(({ owner, byteLength }) => [owner, byteLength / MiB])).toEqual([
      ['most', 64 - left / MiB],
      ['staging', rings],
    ]);
    expect(String(device.staging)).toBe(`Staging(1 uploads, 1 downloads, rings of ${told})`);
    for (const byteLength of [100_000, 3_000_000]) {
      const bytes = Uint8Array.from({ length: byteLength }, (_, at) => (at * 7) % 251);
      await device.staging.upload(buffer, 64, bytes);
      expect(Buffer.compare(await device.staging.download(buffer, 64, byteLength), bytes)).toBe(0);
    }
  });
}
