import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Heap } from '../src/index.ts';
import type { TimelinePoint } from '../src/index.ts';
import { INCREMENT, wordsPush } from './kernels.ts';

const MIB = 2 ** 20;

gpuTest('buffers of a pool share what it reserved, until it is full', {}, async ({ device }) => {
  using pool = device.createPool({ label: 'fields', byteLength: 8 * MIB });
  const before = device.heap.used;
  using a = pool.createBuffer({ label: 'a', byteLength: 4 * MIB });
  {
    using b = pool.createBuffer({ label: 'b', byteLength: 3 * MIB, owner: 'velocity' });
    using d = device.createBuffer({ label: 'd', byteLength: 64, owner: 'velocity' });
    expect(device.heap.report().labels.map((each) => [each.owner, each.byteLength])).toEqual([
      ['a', 4 * MIB],
      ['b', 3 * MIB],
      ['fields', MIB],
      [d.label, 64],
    ]);
    d[Symbol.dispose]();
    expect([pool.used, b.memory, device.heap.used - before]).toEqual([7 * MIB, 'device', 0]);
    expect(() => pool.createBuffer({ label: 'c', byteLength: 2 * MIB })).toThrow(
      'Cannot allocate buffer "c" in memory pool "fields": 2 MiB requested, 1 MiB free, the largest hole is 1 MiB; ' +
        'the biggest owners are a 4 MiB in 1 buffer, velocity 3 MiB in 1 buffer',
    );
  }
  using c = pool.createBuffer({ label: 'c', byteLength: 4 * MIB });
  expect(String(pool)).toBe('MemoryPool("fields", 8 MiB of 8 MiB used)');
  await device.staging.upload(a, 0, new Uint32Array([1, 2]));
  await device.staging.upload(c, 0, new Uint32Array([3, 4]));
  expect([...new Uint32Array((await device.staging.download(a, 0, 8)).buffer)]).toEqual([1, 2]);
});

gpuTest('a pool goes back to the heap with the last of its buffers', {}, async ({ device }) => {
  const pool = device.createPool({ label: 'halos', byteLength: MIB, memory: 'upload' });
  const buffer = pool.createBuffer({ label: 'a', byteLength: 4096 });
  buffer.mapped.fill(7);
  const [report] = device.heap.report().heaps;
  expect([report!.used, device.heap.report().owners[0]]).toEqual([
    MIB,
    { owner: 'halos', byteLength: MIB - 4096, buffers: 1 },
  ]);
  pool[Symbol.dispose]();
  expect(device.heap.used).toBe(MIB);
  expect(() => pool.createBuffer({ label: 'b', byteLength: 16 })).toThrow(
    'Cannot create buffer "b": memory pool "halos" was disposed; create it before',
  );
  buffer[Symbol.dispose]();
  await device.idle();
  expect(device.heap.used).toBe(0);
});

gpuTest('linear memory is given out in a row and given back at once', {}, ({ device }) => {
  using linear = device.createLinear({ label: 'step', byteLength: 1024, memory: 'upload' });
  const slices = [linear.take(10), linear.take(4), linear.take(100, 256)];
  expect(slices.map((each) => each.byteOffset)).toEqual([0, 16, 256]);
  expect(slices[1]!.address - linear.buffer.address).toBe(16n);
  slices[2]!.bytes![0] = 9;
  expect(linear.buffer.mapped[256]).toBe(9);
  expect(() => linear.take(1000)).toThrow(
    'Cannot take 1000 bytes of "step": 356 bytes of 1 KiB are in use; make it larger',
  );
  linear.reset();
  expect([linear.take(1000).byteOffset, linear.peak, String(linear)]).toEqual([
    0,
    1000,
    'LinearMemory("step", 1000 bytes of 1 KiB in use)',
  ]);
});

gpuTest('memory of a step is neither given out after its end nor aligned to parts of bytes', {}, ({ device }) => {
  using linear = device.createLinear({ label: 'step', byteLength: 1024 });
  using ring = device.createRing({ label: 'ring', byteLength: 1024 });
  for (const memory of [linear, ring]) {
    const { label } = memory.buffer;
    expect(() => memory.take(16, 0.5)).toThrow(`Cannot align a slice of "${label}" to 0.5: give a power of two`);
    memory[Symbol.dispose]();
    expect(() => memory.take(16)).toThrow(`Cannot take 16 bytes of "${label}": it was disposed; take them before`);
  }
});

gpuTest('a group of ring memory is closed with a point and nothing else', {}, async ({ device }) => {
  using ring = device.createRing({ label: 'ring', byteLength: 1024 });
  ring.take(1024);
  const { timeline } = device.compute;
  for (const point of [undefined, {}, { timeline }, { timeline: {}, value: 1 }, { timeline, value: 0.5 }]) {
    expect(() => ring.close(point as TimelinePoint)).toThrow(
      'Cannot close a group of "ring": no point of a timeline is given; give what submit returned',
    );
  }
  using commands = device.record('nothing', () => undefined);
  ring.close(device.compute.submit([commands]));
  expect((await ring.takeWhenFree(1024)).byteOffset).toBe(0);
});

gpuTest('ring memory comes back when the submits that use it are done', {}, async ({ device }) => {
  using ring = device.createRing({ label: 'ring', byteLength: 1024, memory: 'upload' });
  const spirv = await device.compile(INCREMENT, { label: 'increment' });
  using increment = device.createPipeline({ label: 'increment', spirv });
  for (let step = 0; step < 20; step++) {
    const words = await ring.takeWhenFree(400);
    new Uint32Array(words.bytes!.buffer, words.bytes!.byteOffset, 100).fill(step);
    using commands = device.record('step', (encoder) =>
      encoder
        .barrier(['storage-write'], ['storage-read', 'storage-write'])
        .pipeline(increment)
        .push(wordsPush(words.address, 100))
        .dispatch(2)
        .barrier(['storage-write'], ['host-read']),
    );
    ring.close(device.compute.submit([commands]));
    expect(ring.used).toBeLessThanOrEqual(1024);
  }
  await device.idle();
  expect(ring.take(1024)?.byteOffset).toBe(0);
  expect(ring.take(16)).toBe(undefined);
  await expect(ring.takeWhenFree(16)).rejects.toThrow(
    'Cannot take 16 bytes of "ring": 1 KiB of 1 KiB were taken since the last close; close it with each submit',
  );
  expect(() => ring.take(2048)).toThrow('Cannot take 2 KiB of "ring": it has 1 KiB; make it larger');
});

gpuTest('a pool or heap of no length says so by its own name', {}, ({ device }) => {
  const refused = (label: string, length: number): string =>
    `Cannot create memory pool "${label}": its length is ${length}; give a whole number of bytes above 0`;
  for (const byteLength of [0, -1, NaN]) {
    expect(() => device.createPool({ label: 'fields', byteLength })).toThrow(refused('fields', byteLength));
    expect(() => new Heap(device, { memoryType: 'device', byteLength })).toThrow(refused('heap', byteLength));
  }
});
