/** What is disposed a second time, or used after it: harmless, or an error in words. */
import { gpuTest, vulkanTest } from '@halocline/testing';
import type * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { Graph, use } from '../src/index.ts';
import type { Device, Encoder, VulkanError } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands } from './changed-driver.ts';
import { wordsIn } from './kernels.ts';
import { openTwoQueues } from './two-queues.ts';

const BOUND = `layout(local_size_x = 1) in;
  layout(binding = 0) uniform sampler2D map;
  layout(binding = 1) buffer To { vec4 to; };
  void main() { to = texture(map, vec2(0)); }`;

/** Counts calls of commands from here on. */
function countCalls(device: Device, names: readonly (keyof V.Device)[]): Map<string, number> {
  const { commands } = makerOf(device).driver;
  const counts = new Map<string, number>(names.map((name) => [name, 0]));
  const values = names.map((name) => {
    const bare = commands[name] as (...words: readonly unknown[]) => unknown;
    const value = (...words: readonly unknown[]): unknown => {
      counts.set(name, counts.get(name)! + 1);
      return bare(...words);
    };
    return [name, value] as const;
  });
  changeCommands(device, Object.fromEntries(values));
  return counts;
}

function twice<T extends Disposable>(each: T): T {
  each[Symbol.dispose]();
  each[Symbol.dispose]();
  return each;
}

gpuTest('what is disposed twice goes once, and says that it has', {}, async ({ device }) => {
  const spirv = await device.compile(BOUND, { label: 'bound' });
  const ends = ['vkDestroySampler', 'vkDestroyQueryPool', 'vkDestroyPipeline', 'vkDestroyImage'] as const;
  const others = ['vkDestroySemaphore', 'vkFreeCommandBuffers'] as const;
  const counts = countCalls(device, [...ends, ...others, 'vkCreateBuffer', 'vkDestroyBuffer']);
  const size = [4, 4] as const;
  const gone = [
    twice(device.createSampler({ label: 'sampler' })),
    twice(device.createQueryPool({ label: 'queries', count: 2 })),
    twice(device.createPipeline({ label: 'pipeline', spirv })),
    twice(device.createImage({ label: 'image', size, format: 'rgba8unorm' })),
    twice(device.createBuffer({ label: 'buffer', byteLength: 64 })),
    twice(device.createTimeline('timeline')),
    twice(device.record('commands', () => undefined)),
    twice(device.recordSecondary('part', () => undefined)),
    twice(device.createPool({ label: 'pool', byteLength: 65_536 })),
  ];
  twice(device.createLinear({ label: 'linear', byteLength: 64 }));
  twice(device.createRing({ label: 'ring', byteLength: 64 }));
  expect(gone.map(String).filter((text) => !text.includes('disposed'))).toEqual([]);
  expect(device.children.size).toBe(0);
  await device.idle();
  expect(ends.map((name) => counts.get(name))).toEqual([1, 1, 1, 1]);
  expect(others.map((name) => counts.get(name))).toEqual([1, 2]);
  expect(counts.get('vkDestroyBuffer')).toBe(counts.get('vkCreateBuffer'));
});

/** The message of what recording throws. */
const refusal = (device: Device, body: (encoder: Encoder) => unknown): string => {
  try {
    using _ = device.record('step', (encoder) => void body(encoder));
    return 'no error';
  } catch (error) {
    return `${(error as VulkanError).kind}: ${(error as Error).message}`;
  }
};

gpuTest('what was disposed is not recorded with', {}, async ({ device }) => {
  using pipeline = device.createPipeline({ label: 'bound', spirv: await device.compile(BOUND, { label: 'bound' }) });
  using image = device.createImage({ label: 'image', size: [4, 4], format: 'rgba8unorm' });
  const sampler = twice(device.createSampler({ label: 'smooth' }));
  const queries = twice(device.createQueryPool({ label: 'times', count: 2 }));
  const part = twice(device.recordSecondary('part', () => undefined));
  const other = twice(
    device.createPipeline({ label: 'other', spirv: await device.compile(BOUND, { label: 'other' }) }),
  );
  const gone = (what: string): string =>
    `command-buffer: Cannot record "step": ${what} was disposed; keep it while commands use it`;
  expect(refusal(device, (encoder) => encoder.pipeline(pipeline).bind(0, image, { sampler }))).toBe(
    gone('sampler "smooth"'),
  );
  expect(refusal(device, (encoder) => encoder.resetQueries(queries))).toBe(gone('query pool "times"'));
  expect(refusal(device, (encoder) => encoder.timestamp(queries, 0))).toBe(gone('query pool "times"'));
  expect(refusal(device, (encoder) => encoder.execute(part))).toBe(gone('secondary commands "part"'));
  expect(refusal(device, (encoder) => encoder.pipeline(other))).toBe(gone('pipeline "other"'));
  const rest = 'query pool "times": it was disposed; dispose it when nobody uses it any more';
  expect(() => queries.ticks()).toThrow(`Cannot read ${rest}`);
  expect(() => queries.nanoseconds()).toThrow(`Cannot read ${rest}`);
  expect(() => queries.reset()).toThrow(`Cannot reset ${rest}`);
});

gpuTest('memory that was disposed is reset, closed and compacted in vain', {}, async ({ device }) => {
  const linear = twice(device.createLinear({ label: 'linear', byteLength: 64 }));
  linear.reset();
  const ring = twice(device.createRing({ label: 'ring', byteLength: 64 }));
  ring.close({ timeline: device.compute.timeline, value: 1 });
  expect([linear.used, String(ring)]).toEqual([0, 'RingMemory("ring", 0 bytes of 64 bytes in use)']);
  const pool = device.createPool({ label: 'pool', byteLength: 65_536 });
  using stays = pool.createBuffer({ label: 'stays', byteLength: 64 });
  twice(pool);
  pool.trim();
  expect((await pool.defragment()).buffers).toBe(0);
  await device.staging.upload(stays, 0, new Uint32Array(16).fill(5));
  expect([...new Set(await wordsIn(device, stays))]).toEqual([5]);
});

gpuTest('a plan that is disposed under way ends as it would have, and may be started again', {}, async (test) => {
  const { device } = test;
  const graph = new Graph();
  const kept = graph.transientBuffer('kept', { byteLength: 4096 });
  const to = graph.importBuffer('to', { byteLength: 4096 });
  let word = 3;
  graph
    .pass({
      name: 'fill',
      writes: [use(kept, 'transfer-target')],
      record: (encoder, at) => encoder.fill(at.buffer(kept), 0, 4096, word),
    })
    .pass({
      name: 'copy',
      reads: [use(kept, 'transfer-source')],
      writes: [use(to, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(kept), 0, at.buffer(to), 0, 4096),
    });
  using words = device.createBuffer({ label: 'words', byteLength: 4096 });
  const plan = graph.compile();
  for (word of [3, 4]) {
    const { done } = plan.start({ device, imports: { to: words } });
    twice(plan);
    await done;
    expect([...new Set(await wordsIn(device, words))]).toEqual([word]);
    await device.submitOnce('between', (encoder) =>
      encoder.barrier(['transfer-target', 'transfer-source'], ['transfer-source', 'transfer-target']),
    );
  }
});

vulkanTest('a plan that is disposed while a host pass runs goes on where it needs nothing of the plan', async () => {
  await using device = openTwoQueues();
  const calls = countCalls(device, ['vkCreateCommandPool']);
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  for (const [round, kept] of ([false, false, true] as const).entries()) {
    let held = Promise.resolve();
    const graph = new Graph();
    const to = kept ? graph.transientBuffer('kept', { byteLength: 64 }) : graph.importBuffer('to', { byteLength: 64 });
    graph.pass({ name: 'host', queue: 'host', writes: ['order'], run: () => held }).pass({
      name: 'fill',
      queue: 'transfer',
      reads: ['order'],
      writes: [to],
      sideEffects: true,
      record: (encoder, at) => encoder.fill(at.buffer(to), 0, 64, round + 1),
    });
    const plan = graph.compile();
    const options = { device, imports: kept ? {} : { to: words } };
    if (round > 0) await plan.execute(options);
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const { done } = plan.start(options);
    await new Promise(setImmediate);
    twice(plan);
    resolve();
    const said = await done.then(
      () => 'done',
      ({ message }: Error) => message,
    );
    expect(said).toBe(
      kept ? 'Cannot record "graph": buffer "kept" was disposed; keep it while commands use it' : 'done',
    );
    expect([...new Set(await wordsIn(device, words))]).toEqual([kept ? round : round + 1]);
  }
  expect(calls.get('vkCreateCommandPool')).toBe(1);
});

gpuTest('a graph of no passes is executed on a device, with nothing submitted', {}, async ({ device }) => {
  const before = device.counters.submits;
  using plan = new Graph().compile();
  await plan.execute({ device });
  await plan.execute({ device });
  expect(device.counters.submits).toBe(before);
});
