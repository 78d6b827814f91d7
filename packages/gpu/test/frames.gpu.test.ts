import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { makerOf } from '../src/memory/buffer.ts';
import { INCREMENT, SLOW, wordsPush } from './kernels.ts';

gpuTest('frames run in order, and their memory lasts until their turn comes again', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 256 });
  using pipeline = device.createPipeline({ label: 'add', spirv: await device.compile(INCREMENT, { label: 'add' }) });
  void device.staging.upload(words, 0, new Uint32Array(64));
  await device.idle();
  for (let i = 0; i < 10; i++) {
    const frame = await device.beginFrame();
    expect([frame.index, frame.number, frame.linear.used]).toEqual([i % 2, i, 0]);
    frame.linear.take(256);
    frame.record('add', (encoder) =>
      encoder
        .barrier(['storage-write'], ['storage-read', 'storage-write'])
        .pipeline(pipeline)
        .push(wordsPush(words.address, 64))
        .dispatch(1),
    );
    device.endFrame(frame);
  }
  expect([...new Set(new Uint32Array((await device.staging.download(words)).buffer))]).toEqual([10]);
});

gpuTest('nothing waits until the memory of a frame would be used again', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  void device.staging.upload(words, 0, new Uint32Array(16));
  await device.idle();
  const before = device.counters.waits;
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    const frame = await device.beginFrame();
    waits.push(device.counters.waits - before);
    frame.record('slow', (encoder) => {
      encoder.pipeline(pipeline).push(wordsPush(words.address, 1));
      for (let k = 0; k < 40; k++) {
        encoder.dispatch(1).barrier(['storage-write'], ['storage-read', 'storage-write']);
      }
    });
    device.endFrame(frame);
  }
  expect(waits).toEqual([0, 0, 1]);
});

gpuTest('slips with frames are named', {}, async ({ device }) => {
  const frame = await device.beginFrame();
  await expect(device.beginFrame()).rejects.toThrow('Cannot begin frame 1: frame 0 is open; end it first');
  const words = device.createBuffer({ label: 'words', byteLength: 64 });
  frame.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
  words[Symbol.dispose]();
  expect(() => device.endFrame(frame)).toThrow(
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
  );
  expect(() => frame.record('late', () => undefined)).toThrow(
    'Cannot record "late" in frame 0: it was ended; begin another',
  );
  device.endFrame(await device.beginFrame());
});

gpuTest('what is recorded is held against its check before each submit', {}, async ({ device }) => {
  let open = true;
  let asked = 0;
  const check = (): void => {
    asked++;
    if (!open) throw new Error('Cannot pass: the gate is closed; open it');
  };
  using part = device.recordSecondary('part', (encoder) => encoder.beforeSubmit(check));
  using commands = device.record('step', (encoder) => encoder.execute(part).beforeSubmit(check));
  device.compute.submit([commands]);
  expect(asked).toBe(2);
  open = false;
  expect(() => device.compute.submit([commands])).toThrow('Cannot pass: the gate is closed; open it');
  const frame = await device.beginFrame();
  frame.record('step', (encoder) => encoder.beforeSubmit(check));
  expect(() => device.endFrame(frame)).toThrow('Cannot pass: the gate is closed; open it');
});

gpuTest('frames that cannot all be made leave nothing behind, and are made at the next try', {}, async ({ device }) => {
  const { driver } = makerOf(device);
  const { commands } = driver;
  let pools = 0;
  const value: typeof commands.vkCreateCommandPool = (...args) =>
    ++pools === 2 ? -2 : commands.vkCreateCommandPool(...args);
  driver.commands = Object.create(commands, { vkCreateCommandPool: { value } }) as typeof commands;
  const before = device.heap.used;
  expect(() => device.beginFrame()).toThrow('vkCreateCommandPool gave VK_ERROR_OUT_OF_DEVICE_MEMORY');
  expect([pools, device.heap.used - before]).toEqual([2, 0]);
  driver.commands = commands;
  // The layer would name at the device's end what is left.
  device.endFrame(await device.beginFrame());
});
