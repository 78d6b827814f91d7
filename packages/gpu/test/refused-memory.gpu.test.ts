/** Memory that a driver doesn't give, or doesn't let the host see. */
import { gpuTest } from '@halocline/testing';
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
