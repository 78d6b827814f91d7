/** @file All that a device makes, made, used and dropped: what `leak-child.ts` does again and again. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compileGlsl, Graph, use } from '../src/index.ts';
import type { Buffer, ComputePipeline, Device } from '../src/index.ts';
import { INCREMENT, wordsPush } from './kernels.ts';

/** Bytes of each buffer. */
export const BYTES = 4096;

const POINT = 'void main() { gl_Position = vec4(0.0, 0.0, 0.0, 1.0); gl_PointSize = 4.0; }';
const RED = 'layout(location = 0) out vec4 color; void main() { color = vec4(1.0, 0.0, 0.0, 1.0); }';

/** The shaders of a round, and the folder of the one that is watched. */
export interface Shaders {
  readonly increment: Uint32Array;
  readonly point: Uint32Array;
  readonly red: Uint32Array;
  readonly folder: string;
}

/** Compiles the shaders once, so that rounds don't. */
export async function compileShaders(folder: string): Promise<Shaders> {
  writeFileSync(path.join(folder, 'increment.comp'), INCREMENT);
  return {
    increment: await compileGlsl(INCREMENT, { label: 'increment' }),
    point: await compileGlsl(POINT, { label: 'point', stage: 'vertex' }),
    red: await compileGlsl(RED, { label: 'red', stage: 'fragment' }),
    folder,
  };
}

/** What a device holds: what it made for itself once it was used, if all else was dropped. */
export interface Held {
  readonly children: number;
  /** Of its heap: bytes that buffers hold, buffers, bytes that were taken from the driver, and in how many blocks. */
  readonly used: number;
  readonly allocations: number;
  readonly taken: number;
  readonly blocks: number;
}

/** What a device holds now. */
export function heldBy(device: Device): Held {
  const { used, allocations, taken, blocks } = device.heap.report();
  return { children: device.children.size, used, allocations, taken, blocks };
}

/** Makes, uses and drops one of each kind; waits for the device. */
export async function useAll(device: Device, shaders: Shaders): Promise<void> {
  using pipeline = device.createPipeline({ label: 'increment', spirv: shaders.increment });
  await computeWith(device, pipeline);
  await memoryOf(device);
  await drawWith(device, shaders);
  using watched = await device.watchPipeline({ file: path.join(shaders.folder, 'increment.comp') });
  if (watched.version !== 1) throw new Error('Bug in the round: an edit that nobody made');
  await device.idle();
}

/** Buffers, a graph that is executed and recorded, timestamps, transfers. */
async function computeWith(device: Device, pipeline: ComputePipeline): Promise<void> {
  using words = device.createBuffer({ label: 'words', byteLength: BYTES });
  using other = device.createBuffer({ label: 'other', byteLength: BYTES });
  using queries = device.createQueryPool({ label: 'times', count: 2 });
  const graph = new Graph();
  const between = graph.transientBuffer('between', { byteLength: BYTES });
  graph
    .pass({
      name: 'increment',
      writes: [use(words, 'storage-write')],
      record: (encoder) => encoder.pipeline(pipeline).push(wordsPush(words.address, 1024)).dispatch(16),
    })
    .pass({
      name: 'copy',
      reads: [use(words, 'transfer-source')],
      writes: [use(between, 'transfer-target')],
      record: (encoder, at) => encoder.copy(words, 0, at.buffer(between), 0, BYTES),
    })
    .pass({
      name: 'copy on',
      reads: [use(between, 'transfer-source')],
      writes: [use(other, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(between), 0, other, 0, BYTES),
    });
  using plan = graph.compile();
  void device.staging.upload(words, 0, new Uint32Array(BYTES / 4).fill(40));
  await plan.execute({ device, reuse: true });
  await device.submitOnce('step', (encoder) => {
    encoder.resetQueries(queries).timestamp(queries, 0);
    plan.record(encoder, { device });
  });
  const [word] = new Uint32Array((await device.staging.download(other)).buffer);
  if (word !== 42) throw new Error(`Bug in the round: ${word} instead of 42`);
}

/** A pool, slices of linear memory and of a ring, and memory of the host's. */
async function memoryOf(device: Device): Promise<void> {
  using pool = device.createPool({ label: 'pool', byteLength: 2 ** 20 });
  using buffer = pool.createBuffer({ label: 'pooled', byteLength: BYTES });
  using linear = device.createLinear({ label: 'linear', byteLength: BYTES });
  using ring = device.createRing({ label: 'ring', byteLength: BYTES });
  for (const memory of [linear, ring]) memory.take(64);
  const imports = device.raw.extensions.includes('VK_EXT_external_memory_host');
  using array = imports ? device.hostArray(BYTES) : undefined;
  const buffers: Buffer[] = [buffer, ...(array ? [array.buffer] : [])];
  await device.submitOnce('fill', (encoder) => {
    for (const each of buffers) encoder.fill(each, 0, BYTES, 1);
  });
}

/** A frame that a thread records, and that draws where the device can. */
async function drawWith(device: Device, { point, red }: Shaders): Promise<void> {
  const draws = device.report.queues[device.compute.family]!.flags.includes('graphics');
  using pipeline = draws
    ? device.createGraphicsPipeline({
        label: 'points',
        vertex: { spirv: point },
        fragment: { spirv: red },
        color: ['rgba8unorm'],
        topology: 'points',
      })
    : undefined;
  using sampler = device.createSampler({ label: 'sampler' });
  using image = device.createImage({ label: 'image', size: [64, 64], format: 'rgba8unorm' });
  using words = device.createBuffer({ label: 'marked', byteLength: BYTES });
  await using recorder = device.createRecorder({ workers: 1 });
  const frame = await device.beginFrame();
  const module = new URL('./recorded-passes.ts', import.meta.url);
  recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at: 0, word: 1 } });
  await recorder.finalize();
  frame.record('draw', (encoder) => {
    if (!pipeline) return;
    encoder.transition(image, { before: 'undefined', after: 'color-attachment' });
    encoder.rendering({ color: [{ image, clear: [0, 0, 0, 1] }] }, (render) => render.pipeline(pipeline).draw(1));
  });
  const { timeline, value } = device.endFrame(frame);
  await timeline.wait(value);
  if (sampler.disposed) throw new Error('Bug in the round: it was dropped too early');
}
