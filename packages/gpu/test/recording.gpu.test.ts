import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { VulkanError } from '../src/index.ts';
import type { Buffer, Device, ThreadedRecorder } from '../src/index.ts';
import { INCREMENT, trianglePipeline, wordsIn } from './kernels.ts';
import * as passes from './recorded-passes.ts';

const module = new URL('./recorded-passes.ts', import.meta.url);
const AFTER_COPY = [['transfer-target'], ['transfer-target']] as const;

async function addPipeline(device: Device): Promise<ReturnType<Device['createPipeline']>> {
  return device.createPipeline({ label: 'add', spirv: await device.compile(INCREMENT, { label: 'add' }) });
}

/** Records `count` marks, all of the same word: the last one stays. */
function marks(recorder: ThreadedRecorder, buffer: Buffer, count: number): void {
  for (let i = 0; i < count; i++) {
    const data: passes.Mark = { words: buffer, at: 0, word: i + 1 };
    recorder
      .encoderFor(`mark ${i}`)
      .inline((encoder) => encoder.barrier(...AFTER_COPY))
      .record({ module, export: 'mark', data });
  }
}

gpuTest('what threads record runs in the order of the passes', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 256 });
  await using recorder = device.createRecorder({ workers: 2 });
  for (let turn = 0; turn < 4; turn++) {
    const frame = await device.beginFrame();
    marks(recorder, buffer, 10 + turn);
    await recorder.finalize();
    device.endFrame(frame);
    expect((await wordsIn(device, buffer))[0]).toBe(10 + turn);
  }
});

gpuTest('threads dispatch and bind as the encoder does, two frames in flight', {}, async ({ device }) => {
  const source = `layout(local_size_x = 4) in;
    layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
    layout(set = 1, binding = 2) writeonly buffer To { uint to[]; };
    void main() { to[gl_LocalInvocationID.x] = from[gl_LocalInvocationID.x] * 2; }`;
  using from = device.createBuffer({ label: 'from', byteLength: 256 });
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  using add = await addPipeline(device);
  using double = device.createPipeline({ label: 'double', spirv: await device.compile(source, { label: 'double' }) });
  await using recorder = device.createRecorder({ workers: 2 });
  void device.staging.upload(from, 0, new Uint32Array(64));
  await device.idle();
  for (let i = 0; i < 6; i++) {
    const frame = await device.beginFrame();
    recorder
      .encoderFor('add')
      .inline((encoder) => encoder.barrier(['storage-read', 'storage-write'], ['storage-read', 'storage-write']))
      .record({ module, export: 'add', data: { pipeline: add, words: from, times: 3 } satisfies passes.Add })
      .record({ module, export: 'add', data: { pipeline: add, words: from, times: 4 } satisfies passes.Add });
    recorder.encoderFor('double').record({ module, export: 'double', data: { pipeline: double, from, to } });
    await recorder.finalize();
    device.endFrame(frame);
  }
  expect(await wordsIn(device, to)).toEqual([84, 84, 84, 84]);
});

gpuTest('a thread writes into the step memory of the frame', {}, async ({ device }) => {
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  recorder.encoderFor('copy').record({ module, export: 'fromStep', data: { slice: frame.linear.take(16), to } });
  await recorder.finalize();
  device.endFrame(frame);
  expect(await wordsIn(device, to)).toEqual([0x07070707, 0x07070707, 0x07070707, 0x07070707]);
});

gpuTest('threads draw within one rendering, in order', {}, async ({ device }) => {
  const stage = (main: string): string => `layout(push_constant) uniform Push { vec4 color; } push; ${main}`;
  const vertex = `void main() { gl_Position = vec4(gl_VertexIndex == 1 ? 3 : -1, gl_VertexIndex == 2 ? 3 : -1, 0, 1); }`;
  const fragment = stage('layout(location = 0) out vec4 color; void main() { color = push.color; }');
  using pipeline = await trianglePipeline(device, vertex, fragment);
  using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
  using pixels = device.createBuffer({ label: 'pixels', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 2 });
  const frame = await device.beginFrame();
  frame.record('begin', (encoder) => encoder.transition(image, { before: 'undefined', after: ['color-attachment'] }));
  const pass = recorder.encoderFor('draw', { rendering: { color: [{ image, clear: [0, 1, 0, 1] }] } });
  for (let i = 1; i <= 5; i++) pass.record({ module, export: 'triangle', data: { pipeline, red: i / 5 } });
  await recorder.finalize();
  frame.record('end', (encoder) =>
    encoder
      .transition(image, { before: ['color-attachment'], after: ['transfer-source'] })
      .copyImageToBuffer(image, pixels),
  );
  device.endFrame(frame);
  expect([...new Set(await wordsIn(device, pixels))]).toEqual([0xff0000ff]);
});

gpuTest('a pool that runs out grows, and says so', {}, async ({ device }) => {
  const lines: string[] = [];
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 1, log: (line) => lines.push(line) });
  for (let turn = 0; turn < 4; turn++) {
    const frame = await device.beginFrame();
    marks(recorder, buffer, 17);
    await recorder.finalize();
    device.endFrame(frame);
  }
  expect(lines).toEqual([
    'recorder "recorder": thread 0 grew from 16 to 32 secondary command buffers in frame 0',
    'recorder "recorder": thread 0 grew from 16 to 32 secondary command buffers in frame 1',
  ]);
});

gpuTest('an error in a thread arrives with the name of its pass, and the frame goes on', {}, async ({ device }) => {
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 2 });
  const frame = await device.beginFrame();
  const failing = async (name: string): Promise<unknown> => {
    marks(recorder, buffer, 3);
    recorder.encoderFor('broken').record({ module, export: name });
    return recorder.finalize().catch((error: unknown) => error);
  };
  const error = (await failing('fail')) as VulkanError;
  expect(error.message).toBe('Cannot record pass "broken" on a thread: there is nothing here');
  expect((error.cause as Error).stack).toContain('recorded-passes.ts');
  expect(String(await failing('late'))).toContain('function "late" returned a promise; record without waiting');
  expect(String(await failing('checked'))).toContain('it holds a check before submits; record that on the main thread');
  expect(String(await failing('nothing'))).toContain('exports no function "nothing"');
  const later = (): unknown => recorder.encoderFor('x').record({ module, export: 'mark', data: { at: () => 1 } });
  expect(later).toThrow('Cannot record pass "x" on threads: functions do not cross threads; name an export instead');
  const circle: Record<string, unknown> = {};
  circle['me'] = circle;
  const given = (data: unknown) => (): unknown => recorder.encoderFor('x').record({ module, export: 'mark', data });
  expect(given(circle)).toThrow(
    'Cannot record pass "x" on threads: its data is within itself; give data without circles',
  );
  expect(given({ all: new Map([['buffer', buffer]]) })).toThrow(
    'Cannot record pass "x" on threads: its data holds what is no plain data, as a Map of buffers; give objects and lists',
  );
  const text = './passes.ts' as unknown as URL;
  expect(() => recorder.encoderFor('x').record({ module: text, export: 'mark' })).toThrow(
    'Cannot record pass "x" on threads: its module is no URL; give one, as in new URL(\'./passes.ts\', import.meta.url)',
  );
  expect(() => device.endFrame(frame)).toThrow(
    'Cannot end frame 0: recorder "recorder" has passes that nobody collected; await its finalize first',
  );
  await recorder.finalize();
  marks(recorder, buffer, 5);
  await recorder.finalize();
  device.endFrame(frame);
  expect((await wordsIn(device, buffer))[0]).toBe(5);
  expect(() => recorder.encoderFor('y')).toThrow(
    'Cannot record pass "y" on threads: no frame is open; call device.beginFrame first',
  );
});

gpuTest('plain data arrives as it was given', {}, async ({ device }) => {
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  const arrived = async (data: unknown): Promise<string> => {
    recorder.encoderFor('tell').record({ module, export: 'tell', data });
    return recorder.finalize().then(
      () => '',
      (error: Error) => error.message,
    );
  };
  const sentence = 'Cannot record pass "tell" on a thread: ';
  expect(await arrived({ a: [1, 'é', null, true], b: { c: 1e300 } })).toBe(
    `${sentence}{ a: [ 1, 'é', null, true ], b: { c: 1e+300 } }`,
  );
  expect(await arrived([-0, Number.NaN, Infinity, undefined, 2n])).toBe(
    `${sentence}[ -0, NaN, Infinity, undefined, 2n ]`,
  );
  expect(await arrived({ none: undefined, words: new Uint32Array([7]), set: new Set([1]) })).toBe(
    `${sentence}{ none: undefined, words: Uint32Array(1) [ 7 ], set: Set(1) { 1 } }`,
  );
  expect(await arrived(undefined)).toBe(`${sentence}undefined`);
  device.endFrame(frame);
});

// Its dispatches write the same words, and nobody reads them: the checks would say so.
gpuTest('killing a worker thread gives back the descriptors that it took', { checks: false }, async ({ device }) => {
  const source = `layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
    layout(set = 1, binding = 2) writeonly buffer To { uint to[]; };
    void main() { to[0] = from[0]; }`;
  using from = device.createBuffer({ label: 'from', byteLength: 16 });
  using to = device.createBuffer({ label: 'to', byteLength: 16 });
  using pipeline = device.createPipeline({ label: 'copy', spirv: await device.compile(source, { label: 'copy' }) });
  await using recorder = device.createRecorder({ workers: 1 });
  void device.staging.upload(from, 0, new Uint32Array([1, 2, 3, 4]));
  for (const copied of [true, false]) {
    const frame = await device.beginFrame();
    const record = (): unknown =>
      recorder.encoderFor('copy').record({ module, export: 'double', data: { pipeline, from, to } });
    record();
    if (copied) await recorder.finalize();
    else {
      const finalized = recorder.finalize();
      await recorder.threads[0]!.terminate();
      await finalized.catch(() => undefined);
      record();
      await recorder.finalize();
    }
    device.endFrame(frame);
  }
  expect((await wordsIn(device, to))[0]).toBe(1);
  // The test fails if the validation layer finds a pool alive when the device is closed.
});

gpuTest('killing a worker thread in the middle of recording leaves the device usable', {}, async ({ device }) => {
  const lines: string[] = [];
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 2, log: (line) => lines.push(line) });
  const frame = await device.beginFrame();
  // Collected first: neither thread has anything else to lose, however slow the machine is.
  marks(recorder, buffer, 4);
  await recorder.finalize();
  const slice = frame.linear.take(16);
  slice.bytes![0] = 0;
  recorder.encoderFor('endless').record({ module, export: 'forever', data: { words: buffer, slice } });
  const finalized = recorder.finalize().catch((error: Error) => error.message);
  while (slice.bytes![0] === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  // It alone is killed: one that is still loading koffi would take the process with it.
  const id = new DataView(slice.bytes!.buffer, slice.bytes!.byteOffset).getUint32(4, true);
  void recorder.threads.find((worker) => worker.threadId === id)!.terminate();
  expect(await finalized).toBe(
    'Cannot record pass "endless" on a thread: its thread ended while it recorded; record it again',
  );
  expect(lines[0]).toMatch(/^recorder "recorder": thread [01] ended with code 1; another takes its place$/);
  marks(recorder, buffer, 9);
  await recorder.finalize();
  device.endFrame(frame);
  expect((await wordsIn(device, buffer))[0]).toBe(9);
});

gpuTest('what several threads expect of an image makes one transition', {}, async ({ device }) => {
  using image = device.createImage({ label: 'picture', size: [2, 2], format: 'rgba8unorm' });
  using buffer = device.createBuffer({ label: 'pixels', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 2 });
  const frame = await device.beginFrame();
  const copies = (): void => {
    const pass = recorder.encoderFor('copy');
    for (let i = 0; i < 4; i++) pass.record({ module, export: 'copyOut', data: { image, buffer, at: i * 16 } });
  };
  recorder.encoderFor('clear').record({ module, export: 'clear', data: { image, to: 1 } });
  copies();
  await expect(recorder.finalize()).rejects.toThrow(
    'Cannot record pass "clear" on a thread: nobody said what image "picture" was used for; call recorder.imageWas',
  );
  recorder.imageWas(image, 'undefined');
  recorder.encoderFor('two').record({ module, export: 'both', data: { image } });
  await expect(recorder.finalize()).rejects.toThrow(
    'Cannot record pass "two" on a thread: it expects image "picture" as sampled and as transfer-source; make two passes of it',
  );
  recorder.encoderFor('clear').record({ module, export: 'clear', data: { image, to: 1 } });
  copies();
  await recorder.finalize();
  device.endFrame(frame);
  expect([...new Set(await wordsIn(device, buffer))]).toEqual([0xff0000ff]);
});

gpuTest('a thread can’t dispose what is the main thread’s', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  recorder.encoderFor('free').record({ module, export: 'disposing', data: { words } });
  await expect(recorder.finalize()).rejects.toThrow(
    'Cannot record pass "free" on a thread: Cannot dispose buffer "words" on a thread: ' +
      "it is the main thread's; dispose it there",
  );
  device.endFrame(frame);
});

gpuTest('a recorder that is disposed ends the finalize that waits, and drops what waits for one', {}, async (test) => {
  const { device } = test;
  using buffer = device.createBuffer({ label: 'words', byteLength: 64 });
  const frame = await device.beginFrame();
  const first = device.createRecorder({ workers: 1 });
  marks(first, buffer, 3);
  const finalized = first.finalize();
  await Promise.all([
    expect(finalized).rejects.toThrow(
      'Cannot record pass "mark 0" on a thread: recorder "recorder" was disposed; await its finalize first',
    ),
    first[Symbol.asyncDispose](),
  ]);
  const second = device.createRecorder({ workers: 1 });
  marks(second, buffer, 3);
  await second[Symbol.asyncDispose]();
  await second.finalize();
  device.endFrame(frame);
});
