import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph } from '../src/index.ts';
import type { CommandBuffer, Device, Encoder } from '../src/index.ts';
import { INCREMENT, SLOW, wordsPush } from './kernels.ts';
import { messageOf } from './message-of.ts';

async function words(device: Device, buffer: Parameters<Device['staging']['download']>[0]): Promise<Uint32Array> {
  return new Uint32Array((await device.staging.download(buffer)).buffer);
}

gpuTest('workgroups past the limit fold into y, and every word is reached once', {}, async ({ device }) => {
  const count = 64 * (device.limits.maxWorkgroups[0] > 70_000 ? 70_000 : device.limits.maxWorkgroups[0] + 3);
  using buffer = device.createBuffer({ label: 'words', byteLength: count * 4 });
  using pipeline = device.createPipeline({
    label: 'increment',
    spirv: await device.compile(INCREMENT, { label: 'increment' }),
  });
  await device.submitOnce('step', (encoder) =>
    encoder
      .fill(buffer, 0, count * 4, 41)
      .barrier(['transfer-target'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .push(wordsPush(buffer.address, count))
      .dispatch(count / 64),
  );
  expect((await words(device, buffer)).every((word) => word === 42)).toBe(true);
});

gpuTest('indirect dispatches take their size from memory', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 1024 });
  using size = device.createBuffer({ label: 'size', byteLength: 32 });
  using pipeline = device.createPipeline({
    label: 'increment',
    spirv: await device.compile(INCREMENT, { label: 'increment' }),
  });
  void device.staging.upload(size, 16, new Uint32Array([2, 1, 1]));
  void device.staging.upload(buffer, 0, new Uint32Array(256));
  await device.submitOnce('indirect', (encoder) =>
    encoder.pipeline(pipeline).push(wordsPush(buffer.address, 256)).dispatchIndirect(size, 16),
  );
  const result = await words(device, buffer);
  expect([result[127], result[128]]).toEqual([1, 0]);
});

gpuTest('buffers that a shader declares are bound by number', {}, async ({ device }) => {
  const source = `layout(local_size_x = 4) in;
    layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
    layout(set = 1, binding = 2) writeonly buffer To { uint to[]; };
    void main() { to[gl_LocalInvocationID.x] = from[gl_LocalInvocationID.x] * 2; }`;
  using from = device.createBuffer({ label: 'from', byteLength: 16 });
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  using pipeline = device.createPipeline({ label: 'double', spirv: await device.compile(source, { label: 'double' }) });
  void device.staging.upload(from, 0, new Uint32Array([1, 2, 3, 4]));
  await device.submitOnce('double', (encoder) =>
    encoder.pipeline(pipeline).bind(0, from).bind(2, to, { set: 1 }).dispatch(1),
  );
  expect([...(await words(device, to))]).toEqual([2, 4, 6, 8]);
  expect(() => device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(1, from))).toThrow(
    'Cannot bind buffer "from" to pipeline "double": the shader has no binding 0.1; it has 0.0 From, 1.2 To',
  );
  expect(() => device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(0, from).dispatch(1))).toThrow(
    'Cannot dispatch pipeline "double" in "bad": nothing is bound to 1.2 To; call encoder.bind',
  );
});

gpuTest('a recording is submitted while it still runs', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  using commands = device.record('slow', (encoder) =>
    encoder
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .push(wordsPush(buffer.address, 1))
      .dispatch(1),
  );
  void device.staging.upload(buffer, 0, new Uint32Array(16));
  const points = Array.from({ length: 10 }, () => device.compute.submit([commands]));
  await Promise.all(points.toReversed().map(({ timeline, value }) => timeline.wait(value)));
  expect((await words(device, buffer))[0]).toBe(10);
});

gpuTest('a graph records passes with the barriers that they need', {}, async ({ device }) => {
  using a = device.createBuffer({ label: 'a', byteLength: 256 });
  using b = device.createBuffer({ label: 'b', byteLength: 256 });
  using pipeline = device.createPipeline({
    label: 'increment',
    spirv: await device.compile(INCREMENT, { label: 'increment' }),
  });
  const plan = new Graph()
    .pass({
      name: 'zero',
      writes: [{ resource: 'a', access: 'transfer-target' }],
      record: (encoder) => encoder.fill(a, 0, 256, 0),
    })
    .pass({
      name: 'add',
      reads: [{ resource: 'a', access: 'storage-read' }],
      writes: [{ resource: 'a', access: 'storage-write' }],
      record: (encoder) => encoder.pipeline(pipeline).push(wordsPush(a.address, 64)).dispatch(1),
    })
    .pass({
      name: 'keep',
      reads: [{ resource: 'a', access: 'transfer-source' }],
      writes: [{ resource: 'b', access: 'transfer-target' }],
      record: (encoder) => encoder.copy(a, 0, b, 0, 256),
    })
    .compile({ repeats: true });
  expect(plan.order).toBe('zero add keep');
  using commands = device.record('plan', (encoder) => plan.record(encoder));
  device.compute.submit([commands, commands]);
  device.compute.submit([commands]);
  expect([...new Set(await words(device, b))]).toEqual([1]);
});

gpuTest('timestamps grow', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using pool = device.createQueryPool({ label: 'times', count: 3 });
  using pipeline = device.createPipeline({ label: 'slow', spirv: await device.compile(SLOW, { label: 'slow' }) });
  await device.submitOnce('timed', (encoder) =>
    encoder
      .resetQueries(pool)
      .timestamp(pool, 0)
      .pipeline(pipeline)
      .push(wordsPush(buffer.address, 1))
      .dispatch(1)
      .timestamp(pool, 1),
  );
  const [first, second, third] = pool.nanoseconds();
  expect(first).toBe(0);
  expect(second).toBeGreaterThan(10_000);
  expect(third).toBeNaN();
});

gpuTest('a timestamp lies between two readings of the clocks, and unset queries have none', {}, async ({ device }) => {
  using pool = device.createQueryPool({ label: 'times', count: 2 });
  const before = device.readClock();
  if (before === undefined) return;
  await device.submitOnce('timed', (encoder) => encoder.resetQueries(pool).timestamp(pool, 0));
  const after = device.readClock()!;
  const [tick, none] = pool.ticks();
  expect(tick! > before.ticks && tick! < after.ticks).toBe(true);
  expect(after.hostNanoseconds > before.hostNanoseconds).toBe(true);
  expect(none).toBeUndefined();
  pool.reset();
  expect(pool.ticks()).toEqual([undefined, undefined]);
});

gpuTest('timestamps are written once after each time that their queries were unset', {}, async ({ device }) => {
  expect(() => device.createQueryPool({ label: 'times', count: 1e9 })).toThrow(
    'Cannot create query pool "times": it has 1000000000 queries; give 1 to 1048576',
  );
  using pool = device.createQueryPool({ label: 'times', count: 2 });
  using stamps = device.record('stamps', (encoder) => encoder.timestamp(pool, 0));
  expect(() => device.compute.submit([stamps])).toThrow(
    'Cannot submit "stamps": it writes timestamps of query pool "times", which nobody made unset; record encoder.resetQueries before',
  );
  using resets = device.record('resets', (encoder) => encoder.resetQueries(pool));
  device.compute.submit([resets, stamps]);
  await device.submitOnce('twice', (encoder) => {
    encoder.resetQueries(pool).timestamp(pool, 0).timestamp(pool, 1);
    expect(() => encoder.timestamp(pool, 1)).toThrow(
      'Cannot write timestamp 1 of query pool "times" in "twice": it is written there already; record encoder.resetQueries between',
    );
    encoder.resetQueries(pool).timestamp(pool, 1);
  });
  expect(pool.ticks().map((tick) => tick === undefined)).toEqual([true, false]);
  using apart = device.recordSecondary('apart', (encoder) => encoder.resetQueries(pool));
  await device.submitOnce('between', (encoder) => {
    encoder.resetQueries(pool).timestamp(pool, 0).timestamp(pool, 1).execute(apart).timestamp(pool, 0);
  });
  expect(pool.ticks().map((tick) => tick === undefined)).toEqual([false, true]);
});

gpuTest('a timestamp that an earlier submit wrote is written again only once it was unset', {}, async ({ device }) => {
  using pool = device.createQueryPool({ label: 'times', count: 2 });
  const stamps = (index: number) => (encoder: Encoder) => encoder.timestamp(pool, index);
  using resets = device.record('resets', (encoder) => encoder.resetQueries(pool));
  using part = device.recordSecondary('part', stamps(0));
  using first = device.record('first', (encoder) => encoder.execute(part));
  using second = device.record('second', stamps(1));
  using anew = device.record('anew', (encoder) => encoder.resetQueries(pool).timestamp(pool, 1));
  const submit = (...commands: CommandBuffer[]): string => messageOf(() => device.compute.submit(commands));
  const twice = (label: string, index: number): string =>
    `Cannot submit "${label}": it writes timestamp ${index} of query pool "times", which was written since it was made unset; record encoder.resetQueries before`;
  expect(submit(resets, first)).toBe('no error');
  expect(submit(first)).toBe(twice('first', 0));
  expect(submit(second, first)).toBe(twice('first', 0));
  expect(submit(second)).toBe('no error');
  expect(submit(resets, first, first)).toBe(twice('first', 0));
  expect(submit(anew, first)).toBe('no error');
  expect(submit(second)).toBe(twice('second', 1));
  const frame = await device.beginFrame();
  frame.record('frame', stamps(1));
  expect(messageOf(() => device.endFrame(frame))).toBe(twice('frame', 1));
  await device.idle();
  if (device.features['hostQueryReset'] === true) {
    pool.reset();
    expect(submit(second)).toBe('no error');
  }
  expect(messageOf(() => device.record('both', (encoder) => stamps(0)(encoder).execute(part)))).toBe(
    'Cannot write timestamp 0 of query pool "times" in "both": it is written there already; record encoder.resetQueries between',
  );
  await device.idle();
});

gpuTest('slips of a recording are named where they are made', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  using pipeline = device.createPipeline({
    label: 'increment',
    spirv: await device.compile(INCREMENT, { label: 'increment' }),
  });
  const slip = (body: (encoder: Encoder) => void): string => {
    try {
      device.record('step', body)[Symbol.dispose]();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  };
  expect(slip((encoder) => encoder.dispatch(1))).toBe(
    'Cannot dispatch in "step": no pipeline is set; call encoder.pipeline first',
  );
  expect(slip((encoder) => encoder.pipeline(pipeline).dispatch(1))).toBe(
    'Cannot dispatch pipeline "increment" in "step": 0 of 12 bytes of push constants are set; call encoder.push after encoder.pipeline',
  );
  expect(slip((encoder) => encoder.pipeline(pipeline).push(new Uint32Array(4)))).toBe(
    'Cannot push constants of pipeline "increment": bytes 0 to 16 are given, the shader declares 12; give whole words within them',
  );
  expect(slip((encoder) => encoder.fill(buffer, 60, 8, 0))).toBe(
    'Cannot fill buffer "words": bytes 60 to 68 are asked for, it has 64',
  );
  expect(slip((encoder) => encoder.copy(buffer, 0, buffer, 8, 16))).toBe(
    'Cannot copy within buffer "words": the ranges overlap; copy through another buffer',
  );
  expect(
    slip((encoder) =>
      encoder
        .pipeline(pipeline)
        .push(new Uint32Array(3))
        .dispatch(1, 2 ** 31),
    ),
  ).toMatch(/^Cannot dispatch pipeline "increment": 2147483648 workgroups in y; the device allows 0 to \d+$/);
  const [width, height] = device.limits.maxWorkgroups;
  const ready = (encoder: Encoder): Encoder => encoder.pipeline(pipeline).push(new Uint32Array(3));
  for (const groups of [Infinity, width * height + 1, width + 0.5, -1]) {
    expect(slip((encoder) => ready(encoder).dispatch(groups))).toBe(
      `Cannot dispatch pipeline "increment": ${groups} workgroups in x; the device allows 0 to ${width * height}`,
    );
  }
  expect(slip((encoder) => ready(encoder).dispatchThreads(Infinity))).toMatch(/: Infinity workgroups in x; /u);
});
