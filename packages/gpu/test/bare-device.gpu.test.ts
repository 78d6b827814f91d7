import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, shareDeviceMemory, use } from '../src/index.ts';
import { openBareDevice } from './bare-device.ts';
import { INCREMENT, wordsIn, wordsPush } from './kernels.ts';
import { messageOf } from './message-of.ts';

const BOUND = `layout(local_size_x = 4) in;
  layout(binding = 0) readonly buffer From { uint from[]; };
  layout(binding = 1) writeonly buffer To { uint to[]; };
  void main() { to[gl_LocalInvocationID.x] = from[gl_LocalInvocationID.x] * 2; }`;

vulkanTest('a device with nothing optional transfers, and binds sets', async () => {
  const said: string[] = [];
  {
    await using device = openBareDevice(said);
    expect(device.raw.extensions).toEqual([]);
    using from = device.createBuffer({ label: 'from', byteLength: 16 });
    using to = device.createBuffer({ label: 'to', byteLength: 16 });
    await device.staging.upload(from, 0, Uint32Array.of(1, 2, 3, 4));
    using pipeline = device.createPipeline({
      label: 'double',
      spirv: await device.compile(BOUND, { label: 'double' }),
    });
    await device.submitOnce('double', (encoder) => encoder.pipeline(pipeline).bind(0, from).bind(1, to).dispatch(1));
    expect(await wordsIn(device, to)).toEqual([2, 4, 6, 8]);
    using large = device.createBuffer({ label: 'large', byteLength: 9_000_000 });
    Object.defineProperty(large, 'visible', { value: undefined });
    await device.staging.upload(large, 0, new Uint8Array(9_000_000).fill(9));
    expect((await device.staging.download(large)).every((byte) => byte === 9)).toBe(true);
  }
  expect(said).toEqual([]);
});

vulkanTest('a device with nothing optional runs frames, graphs and what threads record', async () => {
  const said: string[] = [];
  {
    await using device = openBareDevice(said);
    using words = device.createBuffer({ label: 'words', byteLength: 256 });
    using copied = device.createBuffer({ label: 'copied', byteLength: 256 });
    using pipeline = device.createPipeline({ label: 'add', spirv: await device.compile(INCREMENT, { label: 'add' }) });
    await using recorder = device.createRecorder({ workers: 1 });
    const module = new URL('./recorded-passes.ts', import.meta.url);
    for (let round = 0; round < 3; round++) {
      const frame = await device.beginFrame();
      const declared = [{ resource: words, access: 'transfer-target' as const, writes: true }];
      const wait = ['storage-write', 'transfer-source', 'transfer-target'] as const;
      recorder.encoderFor('wait').inline((encoder) => encoder.barrier(wait, ['transfer-target']));
      const marks = recorder.encoderFor('marks', { declared });
      for (const at of [0, 63]) marks.record({ module, export: 'mark', data: { words, at, word: 10 * round } });
      await recorder.finalize();
      frame.record('add', (encoder) =>
        encoder
          .barrier(['transfer-target', 'storage-write'], ['storage-read', 'storage-write'])
          .pipeline(pipeline)
          .push(wordsPush(words.address, 64))
          .touches(words, 'storage-write')
          .dispatch(1),
      );
      device.endFrame(frame);
    }
    const graph = new Graph();
    const to = graph.importBuffer('to', { byteLength: 256 });
    graph.pass({
      name: 'copy',
      reads: [use(words, 'transfer-source')],
      writes: [use(to, 'transfer-target')],
      record: (encoder, at) =>
        encoder.barrier(['storage-write'], ['transfer-source']).copy(words, 0, at.buffer(to), 0, 256),
    });
    using plan = graph.compile();
    await plan.execute({ device, imports: { to: copied } });
    const read = await wordsIn(device, copied);
    expect([read[0], read[63]]).toEqual([21, 21]);
  }
  expect(said).toEqual([]);
});

vulkanTest('what hangs on an extension is refused in words by a device that has none', async () => {
  await using device = openBareDevice([]);
  using timeline = device.createTimeline('steps');
  expect([device.readClock(), device.sharesTimelines, timeline.value()]).toEqual([undefined, false, 0]);
  expect(messageOf(() => device.hostArray(4096, { label: 'shared' }))).toBe(
    `Cannot make host array "shared": device "${device.name}" lacks VK_EXT_external_memory_host; use a buffer with memory 'upload' or 'download'`,
  );
  expect(() => shareDeviceMemory([device, device], { label: 'fields', byteLength: 4096 })).toThrow(
    expect.objectContaining({ kind: 'not-available' }),
  );
});
