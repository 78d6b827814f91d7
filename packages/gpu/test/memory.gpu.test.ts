import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { OutOfMemoryError, VulkanError } from '../src/index.ts';
import type { Device } from '../src/index.ts';
import { SLOW, wordsPush } from './kernels.ts';

const MiB = 2 ** 20;

function thrownBy(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}

gpuTest('more memory than the limit is refused with figures', { memoryLimit: 64 * MiB }, ({ device }) => {
  using density = device.createBuffer({ label: 'density', owner: 'density', byteLength: 40 * MiB });
  const error = thrownBy(() => device.createBuffer({ label: 'pressure', byteLength: 100 * MiB }));
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error.message).toBe(
    'Cannot allocate buffer "pressure": 100 MiB requested, 24 MiB free, the largest hole is 24 MiB; the biggest owners are density 40 MiB in 1 buffer',
  );
  expect(density.address % 16n).toBe(0n);
  using small = device.createBuffer({ label: 'small', byteLength: 20 * MiB });
  expect(String(small)).toBe('Buffer("small", 20 MiB)');
});

gpuTest('a buffer that is disposed under running commands lives until they are done', {}, async ({ device }) => {
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  const buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  const commands = device.record('slow', (encoder) =>
    encoder.pipeline(pipeline).push(wordsPush(buffer.address, 1)).dispatch(1),
  );
  device.compute.submit([commands]);
  buffer[Symbol.dispose]();
  commands[Symbol.dispose]();
  await device.idle();
  expect([device.heap.used, device.children.size]).toEqual([0, 1]);
});

gpuTest(
  'memory in use by commands under way is waited for before giving up',
  { memoryLimit: 32 * MiB },
  async ({ device }) => {
    using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
    const first = device.createBuffer({ label: 'first', byteLength: 20 * MiB });
    using commands = device.record('slow', (encoder) =>
      encoder.pipeline(pipeline).push(wordsPush(first.address, 1)).dispatch(1),
    );
    device.compute.submit([commands]);
    first[Symbol.dispose]();
    using second = device.createBuffer({ label: 'second', byteLength: 20 * MiB });
    expect(second.byteLength).toBe(20 * MiB);
  },
);

gpuTest('commands that use something disposed are neither recorded nor submitted', {}, ({ device }) => {
  const buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using commands = device.record('zero', (encoder) => encoder.fill(buffer, 0, 64, 0));
  buffer[Symbol.dispose]();
  expect(() => device.compute.submit([commands])).toThrow(
    'Cannot submit "zero": it uses buffer "words", which was disposed; record it again',
  );
  expect(() => device.record('one', (encoder) => encoder.fill(buffer, 0, 64, 1))).toThrow(
    'Cannot record "one": buffer "words" was disposed; keep it while commands use it',
  );
});

gpuTest('a device with living children stays open and names them', {}, async ({ device }) => {
  const buffer = device.createBuffer({ label: 'density', byteLength: 64 });
  const timeline = device.createTimeline('halo');
  const error = await device[Symbol.asyncDispose]().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(VulkanError);
  expect((error as Error).message).toBe(
    `Cannot close device "${device.name}": buffer "density", timeline "halo" are alive; dispose them first`,
  );
  await device.staging.upload(buffer, 0, new Uint8Array(4));
  buffer[Symbol.dispose]();
  timeline[Symbol.dispose]();
});

const pattern = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => Math.imul(i, 2654435761));

/** One ring's quarter and much more than a ring. */
async function there(device: Device, length: number): Promise<boolean> {
  using buffer = device.createBuffer({ label: 'data', byteLength: length * 4 });
  const data = pattern(length);
  await device.staging.upload(buffer, 0, data);
  const back = new Uint32Array((await device.staging.download(buffer)).buffer);
  return back.every((word, i) => word === data[i]);
}

gpuTest('bytes of any size go up and come back', { memoryLimit: 32 * MiB }, async ({ device }) => {
  for (const length of [1, 1000, 131_072, 131_073, 3_000_001]) expect(await there(device, length)).toBe(true);
  expect(device.counters.bytesUp).toBe(device.counters.bytesDown);
});

gpuTest('transfers at once keep their order', { memoryLimit: 16 * MiB }, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 4 * MiB });
  const results: Promise<Uint8Array>[] = [];
  for (let round = 0; round < 20; round++) {
    const large = round % 5 === 0;
    void device.staging.upload(buffer, 0, new Uint8Array(large ? 4 * MiB : 1000).fill(round));
    results.push(device.staging.download(buffer, 500, large ? 3 * MiB : 8));
  }
  const seen = (await Promise.all(results)).map((bytes) => [bytes[0], bytes.at(-1)]);
  expect(seen.map(([first]) => first)).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

gpuTest('a download sees every submit before it and none after', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  const fill = (value: number) =>
    device.record(`fill ${value}`, (encoder) =>
      encoder.barrier(['transfer-target'], ['transfer-target']).fill(buffer, 0, 64, value),
    );
  using one = fill(1);
  using two = fill(2);
  device.compute.submit([one]);
  const first = device.staging.download(buffer, 0, 4);
  device.compute.submit([two]);
  const second = device.staging.download(buffer, 0, 4);
  expect([(await first)[0], (await second)[0]]).toEqual([1, 2]);
});

gpuTest('mapped memory is written and read in place', {}, async ({ device }) => {
  using up = device.createBuffer({ label: 'up', byteLength: 64, memory: 'upload' });
  using down = device.createBuffer({ label: 'down', byteLength: 64, memory: 'download' });
  up.bytes!.set([1, 2, 3]);
  await device.submitOnce('copy', (encoder) =>
    encoder.copy(up, 0, down, 0, 64).barrier(['transfer-target'], ['host-read']),
  );
  expect([...down.bytes!.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
  expect(device.counters).toMatchObject({ uploads: 0, downloads: 0, submits: 1 });
});

gpuTest('a buffer that was disposed shows no memory, whatever became of it', {}, async ({ device }) => {
  for (const memory of ['upload', 'device'] as const) {
    const buffer = device.createBuffer({ label: 'words', byteLength: 80 * MiB, memory });
    if (memory === 'upload') expect(buffer.visible?.byteLength).toBe(80 * MiB);
    buffer[Symbol.dispose]();
    expect(buffer.visible).toBeUndefined();
    await device.idle();
    device.heap.trim();
    expect(buffer.visible).toBeUndefined();
  }
});

gpuTest('ranges outside a buffer are refused', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  expect(() => device.staging.upload(buffer, 60, new Uint8Array(5))).toThrow(
    'Cannot upload to buffer "words": bytes 60 to 65 are asked for, it has 64',
  );
  expect(() => device.staging.download(buffer, -1, 5)).toThrow(
    'Cannot download from buffer "words": offset -1, length 5; give whole numbers',
  );
  expect(() => device.createBuffer({ label: 'none', byteLength: 0 })).toThrow(
    'Cannot create buffer "none": its length is 0; give a whole number of bytes above 0',
  );
});

gpuTest(
  'transfers that could not be submitted leave room for later ones',
  { memoryLimit: 16 * MiB },
  async ({ device }) => {
    using buffer = device.createBuffer({ label: 'words', byteLength: MiB });
    const { transfer } = device;
    transfer.submitHandles = () => {
      throw new Error('the driver is out of order');
    };
    // More than the rings hold, piece by piece.
    for (let at = 0; at < 24; at++) {
      const up = device.staging.upload(buffer, 0, new Uint8Array(MiB / 8));
      const down = device.staging.download(buffer, 0, MiB / 8);
      await expect(up).rejects.toThrow('the driver is out of order');
      await expect(down).rejects.toThrow('the driver is out of order');
    }
    Reflect.deleteProperty(transfer, 'submitHandles');
    await device.staging.upload(buffer, 0, new Uint8Array(MiB / 4).fill(9));
    expect((await device.staging.download(buffer, 0, 4)).join()).toBe('9,9,9,9');
  },
);

gpuTest('a download into an array that went elsewhere fails alone', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  await device.staging.upload(buffer, 0, new Uint8Array(64).fill(3));
  const into = new Uint8Array(64);
  const [gone, kept] = [device.staging.download(buffer, 0, 64, { into }), device.staging.download(buffer, 0, 4)];
  structuredClone(into.buffer, { transfer: [into.buffer] });
  await expect(gone).rejects.toThrow(
    new TypeError(
      'Cannot download from buffer "words": the array for its bytes was transferred or disposed; keep it until the promise resolves',
    ),
  );
  expect(() => device.staging.upload(buffer, 0, into)).toThrow(
    'Cannot upload to buffer "words": the array with its bytes was transferred or disposed; keep it until the promise resolves',
  );
  expect((await kept).join()).toBe('3,3,3,3');
  expect((await device.staging.download(buffer, 60)).join()).toBe('3,3,3,3');
});

gpuTest(
  'a buffer that is disposed between two pieces of a transfer ends it',
  { memoryLimit: 16 * MiB },
  async ({ device }) => {
    const buffer = device.createBuffer({ label: 'words', byteLength: 8 * MiB });
    const up = device.staging.upload(buffer, 0, new Uint8Array(8 * MiB));
    const down = device.staging.download(buffer);
    buffer[Symbol.dispose]();
    await expect(up).rejects.toThrow(
      'Cannot upload to buffer "words": it was disposed; keep it until its transfers are done',
    );
    await expect(down).rejects.toThrow(
      'Cannot download from buffer "words": it was disposed; keep it until its transfers are done',
    );
  },
);
