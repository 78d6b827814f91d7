import { gpuTest } from '@halocline/testing';
import { addressOf } from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Buffer, Device } from '../src/index.ts';
import { createHostArray } from '../src/memory/host-array.ts';
import type { HostArray } from '../src/memory/host-array.ts';
import type { BufferMaker } from '../src/memory/buffer.ts';
import { INCREMENT, SLOW, wordsPush } from './kernels.ts';

const HOST = ['VK_EXT_external_memory_host'];

/** Records a kernel over words, seen by the host afterwards. */
async function recordKernel(device: Device, glsl: string, words: Buffer, count: number) {
  const spirv = await device.compile(glsl, { label: 'kernel' });
  using pipeline = device.createPipeline({ label: 'kernel', spirv });
  const commands = device.record('kernel', (encoder) =>
    encoder
      .pipeline(pipeline)
      .push(wordsPush(words.address, count))
      .dispatch(Math.ceil(count / 64))
      .barrier(['storage-write'], ['host-read']),
  );
  const { timeline, value } = device.compute.submit([commands]);
  commands[Symbol.dispose]();
  return timeline.wait(value);
}

function bytesOf({ array }: HostArray, at: number, byteLength: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array, at, byteLength);
}

gpuTest('a shader reads and writes an array of the host without a copy', { extensions: HOST }, async ({ device }) => {
  const count = 1000;
  using host = device.hostArray(count * 4, { label: 'words' });
  expect([host.array.byteLength, addressOf(host.array) % 4096n, String(host.buffer)]).toEqual([
    4000,
    0n,
    'Buffer("words", 3.91 KiB)',
  ]);
  const words = new Uint32Array(host.array);
  expect(words.every((word) => word === 0)).toBe(true);
  for (let i = 0; i < count; i++) words[i] = i * 3;
  const address = addressOf(host.array);
  await recordKernel(device, INCREMENT, host.buffer, count);
  expect([words[0], words[1], words[count - 1], addressOf(words.buffer)]).toEqual([1, 4, (count - 1) * 3 + 1, address]);
  expect(device.counters).toMatchObject({ submits: 1, uploads: 0, downloads: 0, bytesUp: 0, bytesDown: 0 });
  expect(device.heap.used).toBe(0);
});

gpuTest('a host array is copied from and to like any buffer', { extensions: HOST }, async ({ device }) => {
  using host = device.hostArray(64);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  new Uint32Array(host.array).fill(5);
  await device.submitOnce('there and back', (encoder) =>
    encoder
      .copy(host.buffer, 0, words, 0, 32)
      .barrier(['transfer-target'], ['transfer-source', 'transfer-target'])
      .copy(words, 0, host.buffer, 60, 4)
      .fill(host.buffer, 0, 8, 9)
      .barrier(['transfer-target'], ['host-read']),
  );
  expect([...new Uint32Array(host.array)].join(' ')).toBe('9 9 5 5 5 5 5 5 5 5 5 5 5 5 5 5');
});

gpuTest('bytes move within one host array only where they do not overlap', { extensions: HOST }, async ({ device }) => {
  using host = device.hostArray(64);
  const bytes = new Uint8Array(host.array).map((_, index) => index);
  new Uint8Array(host.array).set(bytes);
  expect(() => device.staging.upload(host.buffer, 8, bytesOf(host, 0, 32))).toThrow(
    'Cannot upload to buffer "host array": bytes 0 to 32 and 8 to 40 of one host array overlap; move them with copyWithin of a Uint8Array over it',
  );
  expect(() => device.staging.download(host.buffer, 8, 32, { into: bytesOf(host, 0, 32) })).toThrow(
    'Cannot download from buffer "host array": bytes 8 to 40 and 0 to 32 of one host array overlap; move them with copyWithin of a Uint8Array over it',
  );
  expect(device.counters).toMatchObject({ uploads: 0, downloads: 0, bytesUp: 0, bytesDown: 0 });
  await device.staging.upload(host.buffer, 32, bytesOf(host, 0, 32));
  await device.staging.download(host.buffer, 40, 8, { into: bytesOf(host, 0, 8) });
  expect([...bytesOf(host, 0, 8), ...bytesOf(host, 32, 4)]).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3]);
});

gpuTest(
  'memory outlives the work on it; the array is empty from its end on',
  { extensions: HOST },
  async ({ device }) => {
    const host = device.hostArray(4096);
    const words = new Uint32Array(host.array);
    const done = recordKernel(device, SLOW, host.buffer, 64);
    for (let turn = 0; device.counters.submits === 0 && turn < 10_000; turn++) await new Promise(setImmediate);
    host[Symbol.dispose]();
    expect([host.array.byteLength, words.length, device.counters.submits]).toEqual([0, 0, 1]);
    expect(() => host.buffer.mapped).toThrow('Cannot map buffer "host array": it was disposed');
    await done;
    await device.idle();
  },
);

gpuTest('a host array whose memory was transferred ends as others do', { extensions: HOST }, async ({ device }) => {
  const host = device.hostArray(4096);
  const elsewhere = host.array.transfer();
  host[Symbol.dispose]();
  await device.idle();
  expect([elsewhere.byteLength, host.buffer.disposed, device.children.size]).toEqual([4096, true, 0]);
});

gpuTest('a device that cannot use memory of the host says so', {}, ({ device }) => {
  const driver = { name: device.name, commands: { has: () => false } };
  expect(() => createHostArray({ driver } as unknown as BufferMaker, 64, { label: 'words' })).toThrow(
    `Cannot make host array "words": device "${device.name}" lacks VK_EXT_external_memory_host; use a buffer with memory 'upload' or 'download'`,
  );
});
