import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Buffer as DeviceBuffer, Device } from '../src/index.ts';
import { SLOW, wordsPush } from './kernels.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

function same(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let at = 0; at < a.byteLength; at += GiB) {
    const [x, y] = [a, b].map((array) => Buffer.from(array.buffer, at, Math.min(GiB, array.byteLength - at)));
    if (!x!.equals(y!)) return false;
  }
  return true;
}

function pattern(byteLength: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(byteLength / 4));
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 2654435761) ^ (i >>> 7);
  return new Uint8Array(words.buffer, 0, byteLength);
}

/** A buffer as on a card, whose memory the host doesn't see, also where it does. */
function onCard(device: Device, byteLength: number): DeviceBuffer {
  const buffer = device.createBuffer({ label: 'data', byteLength });
  return Object.defineProperty(buffer, 'visible', { value: undefined });
}

/** Up, down as a new array, and down into an array that was there. */
async function thereAndBack(device: Device, byteLength: number): Promise<boolean> {
  using buffer = onCard(device, byteLength);
  const data = pattern(byteLength);
  await device.staging.upload(buffer, 0, data);
  const fresh = await device.staging.download(buffer);
  const into = await device.staging.download(buffer, 0, byteLength, { into: new Uint8Array(byteLength) });
  return same(fresh, data) && same(into, data);
}

gpuTest('threads fill and empty the pieces of a large transfer, and nothing is lost', {}, async ({ device }) => {
  // The threads start with the first transfer, and take over while it runs or with the second.
  for (let round = 0; round < 4; round++) expect(await thereAndBack(device, 50 * MiB + 12_345)).toBe(true);
});

gpuTest('what can shrink or is shared goes up whole', {}, async ({ device }) => {
  using buffer = onCard(device, 20 * MiB);
  const shared = new Uint8Array(new SharedArrayBuffer(20 * MiB)).fill(3);
  const resizable = new Uint8Array(new ArrayBuffer(20 * MiB, { maxByteLength: 21 * MiB })).fill(4);
  for (const data of [shared, resizable]) {
    await device.staging.upload(buffer, 0, data);
    const back = await device.staging.download(buffer);
    expect(back.every((byte) => byte === data[0])).toBe(true);
  }
});

gpuTest('more than 4 GiB goes up and comes back', { deviceBytes: 16 * GiB, timeoutMs: 300_000 }, async ({ device }) => {
  expect(await thereAndBack(device, 5 * GiB + 12_345)).toBe(true);
});

gpuTest('bytes come down while a kernel runs', { transferQueue: true }, async ({ device }) => {
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using other = device.createBuffer({ label: 'other', byteLength: 20 * MiB });
  await device.staging.upload(other, 0, new Uint8Array(20 * MiB).fill(5));
  using commands = device.record('slow', (encoder) => {
    encoder.pipeline(pipeline).push(wordsPush(words.address, 1));
    for (let i = 0; i < 100; i++) encoder.dispatch(1).barrier(['storage-write'], ['storage-read', 'storage-write']);
  });
  using gate = device.createTimeline('gate');
  device.compute.submit([commands]);
  // What comes behind the kernel ends when the bytes are there, however long both take.
  const { timeline, value } = device.compute.submit([commands], { wait: [{ timeline: gate, value: 1 }] });
  const bytes = await device.staging.download(other, 0, 20 * MiB, { concurrent: true });
  expect(timeline.value()).toBeLessThan(value);
  expect(bytes.every((byte) => byte === 5)).toBe(true);
  gate.signal(1);
  await device.idle();
});

gpuTest(
  'pieces that could not be submitted leave room for later ones',
  { memoryLimit: 16 * MiB },
  async ({ device }) => {
    using buffer = onCard(device, MiB);
    const { transfer } = device;
    transfer.submitHandles = () => {
      throw new Error('the driver is out of order');
    };
    for (let round = 0; round < 4; round++) {
      const up = device.staging.upload(buffer, 0, new Uint8Array(MiB));
      await expect(up).rejects.toThrow('the driver is out of order');
      await expect(device.staging.download(buffer)).rejects.toThrow('the driver is out of order');
    }
    Reflect.deleteProperty(transfer, 'submitHandles');
    await device.staging.upload(buffer, 0, new Uint8Array(MiB).fill(9));
    expect((await device.staging.download(buffer)).every((byte) => byte === 9)).toBe(true);
  },
);

const HOST = ['VK_EXT_external_memory_host'];

gpuTest('bytes of a host array go straight up and down, in their turn', { extensions: HOST }, async ({ device }) => {
  using host = device.hostArray(3 * MiB);
  using buffer = onCard(device, 40 * MiB);
  const bytes = new Uint8Array(host.array);
  bytes.set(pattern(3 * MiB));
  const large = device.staging.upload(buffer, 0, new Uint8Array(40 * MiB).fill(7));
  const small = device.staging.upload(buffer, MiB, bytes.subarray(5, 2 * MiB));
  await Promise.all([large, small]);
  bytes.fill(0);
  const into = bytes.subarray(9, 9 + 2 * MiB - 5);
  expect(await device.staging.download(buffer, MiB, into.byteLength, { into })).toBe(into);
  expect(Buffer.from(into).equals(pattern(3 * MiB).subarray(5, 2 * MiB))).toBe(true);
  expect((await device.staging.download(buffer, MiB - 1, 1)).join()).toBe('7');
});

gpuTest('what comes down beside kernels comes in many regions, and whole', { extensions: HOST }, async ({ device }) => {
  const byteLength = 257 * MiB + 12; // more regions than one call has
  using buffer = device.createBuffer({ label: 'data', byteLength: byteLength + 8 });
  using host = device.hostArray(byteLength + 8);
  const data = pattern(byteLength);
  await device.staging.upload(buffer, 4, data);
  const straight = new Uint8Array(host.array, 4, byteLength);
  await device.staging.download(buffer, 4, byteLength, { into: straight, concurrent: true });
  expect(same(straight.slice(), data)).toBe(true);
  expect(new Uint8Array(host.array, 0, 4)).toEqual(new Uint8Array(4));
  expect(new Uint8Array(host.array, byteLength + 4, 4)).toEqual(new Uint8Array(4));
  const through = await device.staging.download(buffer, 4, byteLength, { concurrent: true });
  expect(same(through, data)).toBe(true);
});

gpuTest('a host array that is not made for transfers is copied as other arrays', { extensions: HOST }, async (test) => {
  const { device } = test;
  using host = device.hostArray(64, { usage: ['storage'] });
  using buffer = device.createBuffer({ label: 'data', byteLength: 64 });
  const bytes = new Uint8Array(host.array).fill(3);
  await device.staging.upload(buffer, 0, bytes);
  bytes.fill(0);
  expect((await device.staging.download(buffer, 0, 64, { into: bytes }))[63]).toBe(3);
  // Both through rings.
  expect(device.heap.report().owners.find(({ owner }) => owner === 'staging')?.buffers).toBe(2);
});

for (const way of ['up', 'down'] as const) {
  const name = `a host array that is disposed while its transfer ${way} waits its turn ends the transfer`;
  gpuTest(name, { extensions: HOST }, async ({ device }) => {
    const host = device.hostArray(3 * MiB);
    using buffer = onCard(device, 40 * MiB);
    const large = device.staging.upload(buffer, 0, new Uint8Array(40 * MiB));
    const into = new Uint8Array(host.array);
    const waits: Promise<unknown> =
      way === 'up' ? device.staging.upload(buffer, 0, into) : device.staging.download(buffer, 0, 3 * MiB, { into });
    host[Symbol.dispose]();
    await expect(waits).rejects.toThrow(
      `Cannot ${way === 'up' ? 'upload from' : 'download into'} buffer "host array": it was disposed; keep it until its transfers are done`,
    );
    await large;
  });
}

gpuTest('an array that is transferred while it waits its turn ends its own transfer alone', {}, async ({ device }) => {
  using buffer = onCard(device, 20 * MiB);
  const large = device.staging.upload(buffer, 0, new Uint8Array(20 * MiB).fill(7));
  const [data, into] = [new Uint8Array(10 * MiB), new Uint8Array(10 * MiB)];
  const gone = [device.staging.upload(buffer, 0, data), device.staging.download(buffer, 0, 10 * MiB, { into })];
  structuredClone([data.buffer, into.buffer], { transfer: [data.buffer, into.buffer] });
  const failed = (await Promise.allSettled(gone)).map((each) =>
    each.status === 'rejected' ? String(each.reason) : '',
  );
  expect(failed).toEqual([
    'TypeError: Cannot upload to buffer "data": the array with its bytes was transferred or disposed; keep it until the promise resolves',
    'TypeError: Cannot download from buffer "data": the array for its bytes was transferred or disposed; keep it until the promise resolves',
  ]);
  await large;
  expect((await device.staging.download(buffer, 10 * MiB - 1, 1)).join()).toBe('7');
});

const TIGHT = { memoryLimit: 64 * MiB };

for (const way of ['up', 'down'] as const) {
  const name = `mapped memory that is disposed while it goes ${way} ends its transfer alone`;
  gpuTest(name, TIGHT, async ({ device }) => {
    using buffer = onCard(device, 16 * MiB);
    for (let round = 0; round < 24; round++) {
      using mapped = device.createBuffer({ label: 'mapped', byteLength: 16 * MiB, memory: 'upload' });
      const into = mapped.mapped.fill(round);
      const { staging } = device;
      const moved: Promise<unknown> =
        way === 'up' ? staging.upload(buffer, 0, into) : staging.download(buffer, 0, 16 * MiB, { into });
      const told = moved.catch(String);
      for (let turn = 0; turn < 3 * round; turn++) await new Promise(setImmediate);
      mapped[Symbol.dispose]();
      for (let turn = 0; turn < 20; turn++) {
        await new Promise(setImmediate);
        device.createBuffer({ label: 'next', byteLength: 64 })[Symbol.dispose]();
      }
      const text = await told;
      if (typeof text === 'string') expect(text).toContain('was transferred or disposed');
    }
    await device.staging.upload(buffer, 0, new Uint8Array(16 * MiB).fill(99));
    expect((await device.staging.download(buffer)).every((byte) => byte === 99)).toBe(true);
  });
}
