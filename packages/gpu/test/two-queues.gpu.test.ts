/** A device as a card is: a queue for transfers alone, and memory that the host doesn't see. */
import { vulkanTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { Graph } from '../src/index.ts';
import type { Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { acquireCopiers, releaseCopiers } from '../src/memory/copiers.ts';
import { changeCommands, failCall } from './changed-driver.ts';
import { wordsIn } from './kernels.ts';
import { openTwoQueues, unseen, watchSubmits } from './two-queues.ts';

const MiB = 2 ** 20;

function pattern(byteLength: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(byteLength / 4);
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + seed, 2654435761) ^ (at >>> 7);
  return new Uint8Array(words.buffer);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Returns when threads copy for transfers. */
async function copying(device: Device): Promise<void> {
  using buffer = unseen(device, 'first', 2 * MiB);
  await device.staging.upload(buffer, 0, new Uint8Array(2 * MiB));
  const copiers = acquireCopiers();
  while (!copiers.ready) await new Promise(setImmediate);
  await releaseCopiers();
}

vulkanTest('large transfers, and middling ones behind them, go by the queue of their own', async () => {
  await using device = openTwoQueues({ memoryLimit: 256 * MiB });
  const submits = watchSubmits(device);
  using large = unseen(device, 'large', 40 * MiB);
  for (let round = 0; round < 2; round++) {
    const data = pattern(40 * MiB, round);
    await device.staging.upload(large, 0, data);
    expect(same(await device.staging.download(large), data)).toBe(true);
  }
  await copying(device);
  // Half the ring of 16 MiB at once, each an eighth: by threads, before `upload` returns.
  const parts = Array.from({ length: 9 }, (_, at) => pattern(2 * MiB, 100 + at));
  const up = parts.map((part, at) => device.staging.upload(large, at * 2 * MiB, part));
  for (const [at, part] of parts.entries()) if (at < 4) part.fill(0);
  await Promise.all(up);
  const back = await Promise.all(parts.map((_, at) => device.staging.download(large, at * 2 * MiB, 2 * MiB)));
  expect(back.map((bytes, at) => same(bytes, pattern(2 * MiB, 100 + at)))).toEqual(parts.map(() => true));
  // Where a wait is long, a device is asked whether it lives, on both queues.
  expect(submits.filter((each) => each.startsWith('transfer ')).length).toBeGreaterThan(20);
});

for (const verb of ['upload to', 'download from'] as const) {
  vulkanTest(
    `a buffer that is disposed between two pieces ends its ${verb.split(' ')[0]}, and none other`,
    async () => {
      await using device = openTwoQueues({ memoryLimit: 64 * MiB });
      using kept = unseen(device, 'kept', 8 * MiB);
      const gone = unseen(device, 'gone', 8 * MiB);
      const data = pattern(8 * MiB, 1);
      const bare = makerOf(device).driver.commands.vkQueueSubmit2;
      const change = changeCommands(device, {
        vkQueueSubmit2: (...given) => {
          queueMicrotask(() => gone[Symbol.dispose]());
          return bare(...given);
        },
      });
      const moved: Promise<unknown> =
        verb === 'upload to' ? device.staging.upload(gone, 0, data) : device.staging.download(gone);
      await expect(moved).rejects.toThrow(
        `Cannot ${verb} buffer "gone": it was disposed; keep it until its transfers are done`,
      );
      change[Symbol.dispose]();
      await device.staging.upload(kept, 0, data);
      expect(same(await device.staging.download(kept), data)).toBe(true);
    },
  );
}

vulkanTest('commands for the queue of transfers run there, in the order that points give', async () => {
  await using device = openTwoQueues();
  const submits = watchSubmits(device);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using other = device.createBuffer({ label: 'other', byteLength: 64 });
  const queue = 'transfer';
  using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 64, 7), { queue });
  using more = device.record('more', (encoder) => encoder.fill(words, 0, 32, 8), { queue });
  using copy = device.record('copy', (encoder) => encoder.copy(words, 0, other, 0, 64));
  device.transfer.submit([fill]);
  const filled = device.transfer.submit([more]);
  device.compute.submit([copy], { wait: [filled] });
  expect(submits).toEqual(['transfer 1', 'transfer 2', 'compute 1 behind transfer 2']);
  expect(await wordsIn(device, other)).toEqual([8, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7, 7, 7, 7, 7, 7]);
});

vulkanTest('automatic barriers make one queue wait for what it reads of the other', async () => {
  await using device = openTwoQueues({ autoBarriers: true });
  const submits = watchSubmits(device);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using other = device.createBuffer({ label: 'other', byteLength: 64 });
  using third = device.createBuffer({ label: 'third', byteLength: 64 });
  const queue = 'transfer';
  using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 64, 7), { queue });
  using apart = device.record('apart', (encoder) => encoder.fill(third, 0, 64, 1));
  using copy = device.record('copy', (encoder) => encoder.copy(words, 0, other, 0, 64));
  device.transfer.submit([fill]);
  device.compute.submit([apart]);
  device.compute.submit([copy]);
  device.transfer.submit([fill]);
  expect(submits).toEqual(['transfer 1', 'compute 1', 'compute 2 behind transfer 1', 'transfer 2 behind compute 2']);
  expect((await wordsIn(device, other))[15]).toBe(7);
});

vulkanTest('a graph gives the queue of transfers stages of its own, also for what comes and is left', async () => {
  await using device = openTwoQueues();
  const submits = watchSubmits(device);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using image = device.createImage({ label: 'photo', size: [4, 4], format: 'rgba8unorm', role: 'texture' });
  await device.submitOnce((encoder) => encoder.transition(image, { before: 'undefined', after: 'sampled' }));
  const sides: (readonly bigint[])[] = [];
  const { vkCmdPipelineBarrier2: bare } = device.raw.commands;
  using _barriers = changeCommands(device, {
    vkCmdPipelineBarrier2: (commands, info) => {
      const { memoryBarrierCount, pMemoryBarriers, imageMemoryBarrierCount, pImageMemoryBarriers } =
        V.VkDependencyInfo.read(info);
      const memory = memoryBarrierCount === 0 ? [] : V.VkMemoryBarrier2.readArray(pMemoryBarriers, memoryBarrierCount);
      const images =
        imageMemoryBarrierCount === 0
          ? []
          : V.VkImageMemoryBarrier2.readArray(pImageMemoryBarriers, imageMemoryBarrierCount);
      for (const { srcStageMask, dstStageMask } of [...memory, ...images]) sides.push([srcStageMask, dstStageMask]);
      bare(commands, info);
    },
  });
  const graph = new Graph();
  const cells = graph.importBuffer('cells', { byteLength: 64, arrives: 'storage-write', leaves: 'uniform' });
  const photo = graph.importImage('photo', { size: [4, 4], format: 'rgba8unorm', role: 'texture' });
  graph.pass({
    name: 'copy',
    queue: 'transfer',
    reads: [cells],
    writes: [photo],
    record: (encoder, at) => encoder.copyBufferToImage(at.buffer(cells), at.image(photo)),
  });
  using plan = graph.compile();
  await plan.execute({ device, imports: { cells: words, photo: image } });
  const [copies, all] = [V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, V.VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT];
  expect(submits.at(-1)).toBe('transfer 1');
  expect(sides).toEqual([
    [all | copies, copies],
    [all | copies, copies],
    [all, all],
    [copies, all],
  ]);
});

vulkanTest('a device is asked on both of its queues whether it lives', async () => {
  await using device = openTwoQueues();
  const { driver } = makerOf(device);
  driver.probe();
  const before = device.counters.submits;
  driver.probe();
  expect([device.counters.submits - before, driver.isLost]).toEqual([0, false]);
  using call = failCall(device, 'vkQueueSubmit2', 2, V.VK_ERROR_DEVICE_LOST);
  expect(() => driver.probe()).toThrow(expect.objectContaining({ name: 'DeviceLostError' }));
  expect([call.came, driver.isLost]).toEqual([true, true]);
});

for (const waits of [true, false]) {
  vulkanTest(
    `a barrier goes ahead of a copy also where transfers waited for the same meanwhile${waits ? '' : ' by themselves'}`,
    async () => {
      await using device = openTwoQueues({ autoBarriers: true });
      const submits = watchSubmits(device);
      let barriers = 0;
      const { vkCmdPipelineBarrier2: bare } = device.raw.commands;
      using _barriers = changeCommands(device, {
        vkCmdPipelineBarrier2: (commands, info) => {
          barriers++;
          bare(commands, info);
        },
      });
      using x = device.createBuffer({ label: 'x', byteLength: 64 });
      using y = device.createBuffer({ label: 'y', byteLength: 64 });
      using z = device.createBuffer({ label: 'z', byteLength: 64 });
      using filled = device.record('fill', (encoder) => encoder.fill(x, 0, 64, 5));
      using away = device.record('away', (encoder) => encoder.copy(x, 0, y, 0, 64), { queue: 'transfer' });
      using again = device.record('again', (encoder) => encoder.copy(x, 0, z, 0, 64));
      const done = device.compute.submit([filled]);
      device.transfer.submit([away], waits ? { wait: [done] } : {});
      expect([submits.at(-1), barriers]).toEqual(['transfer 1 behind compute 1', 0]);
      device.compute.submit([again]);
      expect(barriers).toBe(1);
      await device.idle();
    },
  );
}
