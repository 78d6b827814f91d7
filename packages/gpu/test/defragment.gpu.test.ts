import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, Heap } from '../src/index.ts';
import type { Buffer, Device } from '../src/index.ts';
import { INCREMENT, wordsPush } from './kernels.ts';

const MiB = 2 ** 20;

interface Filled {
  readonly buffer: Buffer;
  readonly bytes: Uint8Array;
}

/** Buffers that may move, each with bytes of its own; `told` are those whose owner heard of a move. */
async function fill(device: Device, sizes: readonly number[], told: string[]): Promise<Filled[]> {
  const filled = sizes.map((byteLength, i) => {
    const label = `b${i}`;
    const buffer = device.createBuffer({ label, byteLength, onMoved: (moved) => told.push(moved.label) });
    return { buffer, bytes: Uint8Array.from({ length: byteLength }, (_, at) => (at * 31 + i * 7) >> 3) };
  });
  await Promise.all(filled.map(({ buffer, bytes }) => device.staging.upload(buffer, 0, bytes)));
  return filled;
}

async function same(device: Device, { buffer, bytes }: Filled): Promise<boolean> {
  return equal(await device.staging.download(buffer), bytes);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

gpuTest(
  'defragmentation keeps every byte, makes the holes one, and gives empty blocks back',
  { memoryLimit: 64 * MiB },
  async ({ device }) => {
    const told: string[] = [];
    // Blocks are of 4 MiB here; the sizes make several of them.
    const sizes = Array.from({ length: 24 }, (_, i) => (i % 5) * 200_000 + 100_001);
    const filled = await fill(device, sizes, told);
    const kept = filled.filter((_, i) => i % 3 === 0);
    for (const { buffer } of filled.filter((_, i) => i % 3 !== 0)) buffer[Symbol.dispose]();
    const before = new Map(kept.map(({ buffer }) => [buffer.label, buffer.address]));
    const result = await device.defragment();
    expect(result.largestHole).toBeGreaterThan(result.largestHoleBefore);
    expect([result.givenBack > 0, result.buffers, told.length]).toEqual([true, told.length, told.length]);
    const moved = kept.filter(({ buffer }) => buffer.address !== before.get(buffer.label));
    expect(moved.map(({ buffer }) => buffer.label).sort()).toEqual([...told].sort());
    for (const each of kept) expect(await same(device, each)).toBe(true);
    expect((await device.defragment()).buffers).toBe(0);
    for (const { buffer } of kept) buffer[Symbol.dispose]();
  },
);

gpuTest('a buffer moves over itself bit for bit', {}, async ({ device }) => {
  const hole = device.createBuffer({ label: 'hole', byteLength: 65_536 });
  const [wide] = await fill(device, [900_000], []);
  const address = wide!.buffer.address;
  hole[Symbol.dispose]();
  expect(await device.defragment()).toMatchObject({ buffers: 1, byteLength: 900_000 });
  expect([wide!.buffer.address < address, await same(device, wide!)]).toEqual([true, true]);
  wide!.buffer[Symbol.dispose]();
});

gpuTest('every owner is told, also where others throw', {}, async ({ device }) => {
  using stack = new DisposableStack();
  const told: string[] = [];
  const create = (label: string, failure?: string): Buffer => {
    const onMoved = (): void => {
      told.push(label);
      if (failure !== undefined) throw new Error(failure);
    };
    return stack.use(device.createBuffer({ label, byteLength: 65_536, onMoved }));
  };
  const holes = [create('first hole')];
  create('a', 'a is tired');
  create('b');
  holes.push(create('second hole'));
  create('c', 'c is asleep');
  create('d');
  holes.shift()![Symbol.dispose]();
  const failure: unknown = await device.defragment().catch((thrown: unknown) => thrown);
  expect(told.splice(0).sort()).toEqual(['a', 'b', 'c', 'd', 'second hole']);
  expect(failure).toEqual(
    new AggregateError(
      [new Error('a is tired'), new Error('c is asleep')],
      'Cannot tell the owners of buffers "a", "c" that they were moved: each onMoved threw; see errors',
    ),
  );
  holes.shift()![Symbol.dispose]();
  await expect(device.defragment()).rejects.toThrow(new Error('c is asleep'));
  expect(told.sort()).toEqual(['c', 'd']);
});

gpuTest('a buffer whose owner is not told never moves', {}, async ({ device }) => {
  const hole = device.createBuffer({ label: 'hole', byteLength: 65_536 });
  using fixed = device.createBuffer({ label: 'fixed', byteLength: 65_536 });
  const { address, handle } = fixed;
  hole[Symbol.dispose]();
  expect((await device.defragment()).buffers).toBe(0);
  expect([fixed.address, fixed.handle]).toEqual([address, handle]);
});

gpuTest('commands that were recorded with a moved buffer are refused, and go when recorded again', {}, async (test) => {
  const { device } = test;
  const hole = device.createBuffer({ label: 'hole', byteLength: 65_536 });
  using words = device.createBuffer({ label: 'words', byteLength: 65_536, onMoved: () => undefined });
  const record = () => device.record('fill', (encoder) => encoder.fill(words, 0, 65_536, 7));
  using stale = record();
  device.compute.submit([stale]);
  hole[Symbol.dispose]();
  await device.defragment();
  expect(() => device.compute.submit([stale])).toThrow(
    'Cannot submit "fill": it uses buffer "words", which was moved by defragmentation; record it again',
  );
  expect((await device.staging.download(words, 0, 4)).join()).toBe('7,0,0,0');
  using fresh = record();
  device.compute.submit([fresh]);
  await device.idle();
});

gpuTest('secondary commands that were recorded with a moved buffer are executed no more', {}, async ({ device }) => {
  const hole = device.createBuffer({ label: 'hole', byteLength: 65_536 });
  using words = device.createBuffer({ label: 'words', byteLength: 65_536, onMoved: () => undefined });
  const brief = device.createBuffer({ label: 'brief', byteLength: 64 });
  using fill = device.recordSecondary('fill', (encoder) => encoder.fill(words, 0, 65_536, 7));
  using last = device.recordSecondary('last', (encoder) => encoder.fill(brief, 0, 64, 7));
  await device.submitOnce((encoder) => encoder.execute(fill).execute(last));
  brief[Symbol.dispose]();
  hole[Symbol.dispose]();
  await device.defragment();
  await expect(device.submitOnce((encoder) => encoder.execute(fill))).rejects.toThrow(
    'Cannot execute "fill" in "once": it uses buffer "words", which was moved by defragmentation; record it again',
  );
  await expect(device.submitOnce((encoder) => encoder.execute(last))).rejects.toMatchObject({
    message: 'Cannot execute "last" in "once": it uses buffer "brief", which was disposed; record it again',
    labels: ['last', 'brief', 'once'],
  });
});

gpuTest('a graph that reaches a buffer by address records again when it has moved', {}, async ({ device }) => {
  using increment = device.createPipeline({ label: 'add', spirv: await device.compile(INCREMENT, { label: 'add' }) });
  const graph = new Graph();
  const words = graph.importBuffer('words', { byteLength: 65_536, role: 'storage' });
  graph.pass({
    name: 'add',
    writes: [words],
    reads: [words],
    record: (encoder, at) =>
      encoder
        .pipeline(increment)
        .push(wordsPush(at.buffer(words).address, 64))
        .dispatch(1),
  });
  using plan = graph.compile();
  const hole = device.createBuffer({ label: 'hole', byteLength: 65_536 });
  const movable = { byteLength: 65_536, role: 'storage', onMoved: () => undefined } as const;
  using buffer = device.createBuffer({ label: 'words', ...movable });
  await device.staging.upload(buffer, 0, new Uint8Array(65_536));
  const run = () => plan.execute({ device, imports: { words: buffer }, reuse: true });
  await run();
  await run();
  hole[Symbol.dispose]();
  expect((await device.defragment()).buffers).toBe(1);
  await run();
  expect(new Uint32Array((await device.staging.download(buffer, 0, 8)).buffer).join()).toBe('3,3');
});

gpuTest('only memory of the device moves', {}, ({ device }) => {
  const make = () => device.createBuffer({ label: 'up', byteLength: 64, memory: 'upload', onMoved: () => undefined });
  expect(make).toThrow(
    `Cannot create buffer "up": onMoved is given, and 'upload' memory never moves; leave it out, or take 'device'`,
  );
});

gpuTest('a pool is defragmented for itself, when its owner asks', {}, async ({ device }) => {
  using pool = device.createPool({ label: 'fields', byteLength: MiB });
  const make = (label: string) => pool.createBuffer({ label, byteLength: 200_000, onMoved: () => undefined });
  const [a, b, c] = [make('a'), make('b'), make('c')];
  await device.staging.upload(c, 0, new Uint8Array(200_000).fill(9));
  a[Symbol.dispose]();
  b[Symbol.dispose]();
  const hole = pool.largestHole;
  expect((await device.defragment()).buffers).toBe(0);
  expect(await pool.defragment()).toMatchObject({ buffers: 1, byteLength: 200_000, givenBack: 0 });
  expect(pool.largestHole).toBeGreaterThan(hole);
  expect((await device.staging.download(c)).every((byte) => byte === 9)).toBe(true);
  c[Symbol.dispose]();
});

gpuTest('a heap of one type holds what was asked for and no more', {}, async ({ device }) => {
  using heap = new Heap(device, { label: 'builder', memoryType: 'upload', byteLength: MiB });
  using a = heap.createBuffer({ label: 'a', byteLength: 600_000 });
  a.mapped.fill(3);
  expect(heap.report()).toMatchObject({ byteLength: MiB, buffers: 1, blocks: 1 });
  expect(() => heap.createBuffer({ label: 'b', byteLength: 500_000 })).toThrow(
    /^Cannot allocate buffer "b" in memory pool "builder": 488 KiB requested, /u,
  );
  expect(String(heap)).toMatch(/^Heap\("builder", 58\d\.?\d* KiB of 1 MiB used\)$/u);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  await device.submitOnce('copy', (encoder) => encoder.copy(a, 0, words, 0, 64));
  expect((await device.staging.download(words)).every((byte) => byte === 3)).toBe(true);
});

gpuTest(
  'a pool that grows takes more, gives it back, and names itself when there is none',
  { memoryLimit: 32 * MiB },
  ({ device }) => {
    using pool = device.createPool({ label: 'fields', byteLength: MiB, grows: true });
    {
      using a = pool.createBuffer({ label: 'a', byteLength: 900_000 });
      using b = pool.createBuffer({ label: 'b', byteLength: 5 * MiB, owner: 'field b' });
      expect([pool.report().blocks, pool.byteLength / MiB, a.label]).toEqual([2, 6, 'a']);
      expect(() => pool.createBuffer({ label: 'c', byteLength: 30 * MiB })).toThrow(
        /^Cannot allocate buffer "c" in memory pool "fields": 30 MiB requested, .*the biggest owners are field b 5 MiB in 1 buffer, a /u,
      );
      expect(b.disposed).toBe(false);
    }
    expect([pool.report().blocks, pool.byteLength / MiB, pool.used]).toEqual([1, 1, 0]);
  },
);
