import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { Queue } from '../src/command/queue.ts';
import type { Device } from '../src/index.ts';
import { Buffer, makerOf } from '../src/memory/buffer.ts';
import { Staging } from '../src/memory/staging.ts';
import { failCall } from './changed-driver.ts';
import { watchSubmits } from './two-queues.ts';

const KiB = 2 ** 10;
const MiB = 2 ** 20;

/** Staging as on a card: its transfers have a queue of their own, which here is another timeline over the driver's one queue. */
function ownTransfers(device: Device, stack: AsyncDisposableStack): { staging: Staging; submits: readonly string[] } {
  const maker = makerOf(device);
  const { driver } = maker;
  const timeline = device.createTimeline('transfer');
  const { family, handle } = device.compute;
  const transfer = new Queue(driver, family, handle, timeline, 'transfer');
  const staging = new Staging(driver, { compute: device.compute, transfer }, MiB, (ring) => new Buffer(maker, ring));
  const { companion } = device.compute;
  device.compute.companion = staging;
  stack.defer(async () => {
    device.compute.companion = companion;
    await staging.idle();
    await staging.endThreads();
    staging.destroy();
    driver.progress.splice(driver.progress.indexOf(timeline), 1);
    timeline[Symbol.dispose]();
  });
  return { staging, submits: watchSubmits(device, timeline) };
}

gpuTest('transfers on a queue of their own come behind commands, and commands behind them', {}, async ({ device }) => {
  await using stack = new AsyncDisposableStack();
  const { staging, submits } = ownTransfers(device, stack);
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using other = device.createBuffer({ label: 'other', byteLength: 64 });
  using fill = device.record('fill', (encoder) => encoder.fill(buffer, 0, 64, 5));
  using third = device.createBuffer({ label: 'third', byteLength: 64 });
  using clear = device.record('clear', (encoder) => encoder.fill(third, 0, 64, 0));
  using copy = device.record('copy', (encoder) => encoder.copy(buffer, 0, other, 0, 64));
  device.compute.submit([fill]);
  expect((await staging.download(buffer))[0]).toBe(5);
  void staging.upload(buffer, 0, new Uint32Array(16).fill(6));
  device.compute.submit([copy]);
  device.compute.submit([clear]);
  expect((await staging.download(other, 0, 64, { concurrent: true }))[0]).toBe(6);
  expect(submits).toEqual([
    'compute 1',
    'transfer 1 behind compute 1',
    'transfer 2 behind compute 1',
    'compute 2 behind transfer 2',
    'compute 3',
    'transfer 3',
  ]);
});

gpuTest('where a submit fails, the next waits for the transfer that it would have waited for', {}, async (test) => {
  const { device } = test;
  await using stack = new AsyncDisposableStack();
  const { staging, submits } = ownTransfers(device, stack);
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using copy = device.record('copy', (encoder) =>
    encoder.barrier(['transfer-target'], ['transfer-target']).copy(buffer, 0, buffer, 32, 32),
  );
  void staging.upload(buffer, 0, new Uint32Array(16).fill(6));
  staging.flush();
  {
    using _ = failCall(device, 'vkQueueSubmit2', 1, V.VK_ERROR_OUT_OF_HOST_MEMORY);
    expect(() => device.compute.submit([copy])).toThrow('vkQueueSubmit2 gave VK_ERROR_OUT_OF_HOST_MEMORY');
  }
  expect(device.compute.companion?.waiting).toBe(true);
  {
    using _ = failCall(device, 'vkQueueSubmit2', 1, V.VK_ERROR_OUT_OF_HOST_MEMORY);
    expect(() => device.compute.sendCompanion()).toThrow('vkQueueSubmit2 gave VK_ERROR_OUT_OF_HOST_MEMORY');
  }
  device.compute.submit([copy]);
  device.compute.submit([copy]);
  expect(submits).toEqual(['transfer 1', 'compute 1 behind transfer 1', 'compute 2']);
});

gpuTest('every piece of a large transfer comes behind commands, and commands behind the last', {}, async (test) => {
  const { device } = test;
  await using stack = new AsyncDisposableStack();
  const { staging, submits } = ownTransfers(device, stack);
  using buffer = device.createBuffer({ label: 'bytes', byteLength: 700 * KiB });
  Object.defineProperty(buffer, 'visible', { value: undefined });
  using fill = device.record('fill', (encoder) => encoder.fill(buffer, 0, 64, 5));
  const data = Uint8Array.from({ length: 700 * KiB }, (_, at) => (at * 7) % 251);
  device.compute.submit([fill]);
  await staging.upload(buffer, 0, data);
  const pieces = submits.length - 1;
  device.compute.submit([fill]);
  const back = await staging.download(buffer);
  data.fill(0, 0, 64);
  for (let at = 0; at < 64; at += 4) data[at] = 5;
  expect(back.findIndex((byte, at) => byte !== data[at])).toBe(-1);
  const downs = submits.length - 2 - pieces;
  expect(Math.min(pieces, downs)).toBeGreaterThan(3);
  expect(submits).toEqual([
    'compute 1',
    ...Array.from({ length: pieces }, (_, at) => `transfer ${at + 1} behind compute 1`),
    `compute 2 behind transfer ${pieces}`,
    ...Array.from({ length: downs }, (_, at) => `transfer ${pieces + at + 1} behind compute 2`),
  ]);
});
