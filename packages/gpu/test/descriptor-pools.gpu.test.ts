/** Pools of descriptors: what is too large for the usual ones, and those that run out before they should. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands, failCall } from './changed-driver.ts';
import { wordsIn } from './kernels.ts';
import { messageOf } from './message-of.ts';

/** Counts pools that are made from here on: all of them, and those that are there. */
function countPools(device: Device): Disposable & { made: number; there: number } {
  const { commands } = makerOf(device).driver;
  const change = changeCommands(device, {
    vkCreateDescriptorPool: (...given) => {
      counts.made++;
      counts.there++;
      return commands.vkCreateDescriptorPool(...given);
    },
    vkDestroyDescriptorPool: (...given) => {
      counts.there--;
      commands.vkDestroyDescriptorPool(...given);
    },
  });
  const counts = { made: 0, there: 0, [Symbol.dispose]: () => change[Symbol.dispose]() };
  return counts;
}

gpuTest('a set of more texel buffers than a pool has room for gets a pool of its own', {}, async ({ device }) => {
  const sum = Array.from({ length: 20 }, (_, at) => `texelFetch(from[${at}], 0).x`).join(' + ');
  const code = `layout(local_size_x = 1) in;
    layout(set = 1, binding = 0) uniform utextureBuffer from[20];
    layout(set = 1, binding = 1) buffer To { uint to[]; };
    void main() { to[0] += ${sum}; }`;
  using pipeline = device.createPipeline({ label: 'sum', spirv: await device.compile(code, { label: 'sum' }) });
  using stack = new DisposableStack();
  const from = Array.from({ length: 20 }, (_, at) => {
    const usage = ['texel', 'transfer-target'] as const;
    const buffer = stack.use(device.createBuffer({ label: `from ${at}`, byteLength: 16, usage }));
    void device.staging.upload(buffer, 0, Uint32Array.of(at * at));
    return buffer;
  });
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  await device.staging.upload(to, 0, new Uint32Array(4));
  using pools = countPools(device);
  for (let round = 0; round < 3; round++) {
    await device.submitOnce('sum', (encoder) =>
      encoder
        .barrier(['transfer-source'], ['storage-read', 'storage-write'])
        .pipeline(pipeline)
        .bind(0, from, { set: 1, format: 'r32uint' })
        .bind(1, to, { set: 1 })
        .dispatch(1),
    );
  }
  // 0² + 1² + … + 19² = 19 · 20 · 39 / 6.
  expect((await wordsIn(device, to))[0]).toBe(3 * 2470);
  await device.idle();
  expect([pools.made, pools.there]).toEqual([3, 0]);
});

const SECOND_SET = `layout(local_size_x = 1) in;
  layout(set = 1, binding = 0) buffer Words { uint at[]; };
  void main() { at[0] += 1; }`;

gpuTest('where a pool runs out before it should, the next one is taken', {}, async ({ device }) => {
  const spirv = await device.compile(SECOND_SET, { label: 'increment' });
  using pipeline = device.createPipeline({ label: 'increment', spirv });
  using words = device.createBuffer({ label: 'words', byteLength: 256 });
  await device.submitOnce('zero', (encoder) => encoder.fill(words, 0, 256, 0));
  using pools = countPools(device);
  const step = (label: string): Promise<void> =>
    device.submitOnce(label, (encoder) =>
      encoder
        .barrier(['transfer-target', 'transfer-source'], ['storage-read', 'storage-write'])
        .pipeline(pipeline)
        .bind(0, words, { set: 1 })
        .dispatch(1),
    );
  for (const result of [V.VK_ERROR_OUT_OF_POOL_MEMORY, V.VK_ERROR_FRAGMENTED_POOL]) {
    using call = failCall(device, 'vkAllocateDescriptorSets', 1, result);
    await step('step');
    expect(call.came).toBe(true);
  }
  expect((await wordsIn(device, words))[0]).toBe(2);
  expect(pools.made).toBe(2);
});

gpuTest('a pool that is empty and has no room all the same is an error with the recording’s name', {}, async (test) => {
  const { device } = test;
  const spirv = await device.compile(SECOND_SET, { label: 'increment' });
  using pipeline = device.createPipeline({ label: 'increment', spirv });
  using words = device.createBuffer({ label: 'words', byteLength: 256 });
  const record = (): string =>
    messageOf(() => {
      using _ = device.record('step', (encoder) => encoder.pipeline(pipeline).bind(0, words, { set: 1 }).dispatch(1));
    });
  {
    using _ = changeCommands(device, { vkAllocateDescriptorSets: () => V.VK_ERROR_OUT_OF_POOL_MEMORY });
    expect(record()).toBe(
      'Cannot record "step": vkAllocateDescriptorSets gave VK_ERROR_OUT_OF_POOL_MEMORY; use fewer bindings',
    );
  }
  expect(record()).toBe('no error');
});
