/** @file What recording threads record in tests. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { queryObjects } from 'node:v8';
import { threadId } from 'node:worker_threads';
import type {
  Buffer,
  ComputePipeline,
  Encoder,
  GraphicsPipeline,
  Image,
  MemorySlice,
  RenderEncoder,
  ThreadPass,
} from '../src/index.ts';
import { wordsPush } from './kernels.ts';

export interface Mark {
  readonly words: Buffer;
  readonly at: number;
  readonly word: number;
}

/** Writes a word. */
export function mark(encoder: Encoder, { words, at, word }: Mark): void {
  encoder.fill(words, at * 4, 4, word);
}

/** Copies an image onto itself, which needs a queue that draws. */
export function blit(encoder: Encoder, { image }: { readonly image: Image }): void {
  encoder.blit(image, image);
}

export interface Add {
  readonly pipeline: ComputePipeline;
  readonly words: Buffer;
  readonly times: number;
}

/** Adds 1 to the first 64 words, so many times. */
export function add(encoder: Encoder, { pipeline, words, times }: Add): void {
  encoder.pipeline(pipeline).push(wordsPush(words.address, 64));
  for (let i = 0; i < times; i++) encoder.dispatch(1).barrier(['storage-write'], ['storage-read', 'storage-write']);
}

/** Copies one buffer into another by a shader that has bindings. */
export function double(encoder: Encoder, data: { pipeline: ComputePipeline; from: Buffer; to: Buffer }): void {
  encoder.pipeline(data.pipeline).bind(0, data.from).bind(2, data.to, { set: 1 }).dispatch(1);
}

/** Writes step memory from the thread, and copies it. */
export function fromStep(encoder: Encoder, { slice, to }: { slice: MemorySlice; to: Buffer }): void {
  slice.bytes!.fill(7);
  encoder.copy(slice.buffer, slice.byteOffset, to, 0, slice.byteLength);
}

/** Draws a triangle over everything. */
export function triangle(encoder: RenderEncoder, { pipeline, red }: { pipeline: GraphicsPipeline; red: number }): void {
  encoder
    .pipeline(pipeline)
    .push(new Float32Array([red, 0, 0, 1]))
    .draw(3);
}

/** Appends to a file which thread this is and on which cores it may run, and waits so many milliseconds. */
export function tellCores(_: Encoder, { file, wait = 0 }: { file: string; wait?: number }): void {
  appendFileSync(file, `${threadId} ${allowedCores('/proc/thread-self/status')}\n`);
  if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
}

/** What Linux says of the cores that a thread may run on: "0-3,6". */
export function allowedCores(status: string): string {
  return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync(status, 'utf8'))![1]!;
}

export function fail(): never {
  throw new RangeError('there is nothing here');
}

/** Says what came. */
export function tell(_: Encoder, data: unknown): never {
  throw new RangeError(inspect(data, { depth: 5, breakLength: Infinity }));
}

/** Wants to be asked before submits, which no thread can be. */
export function checked(encoder: Encoder): void {
  encoder.beforeSubmit(() => undefined);
}

export async function late(): Promise<void> {
  await Promise.resolve();
}

/** Records, says so, and doesn't end until somebody ends the thread. */
export function forever(encoder: Encoder, { words, slice }: { words: Buffer; slice: MemorySlice }): never {
  encoder.fill(words, 0, 4, 1);
  const bytes = slice.bytes!;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(4, threadId, true);
  for (;;) bytes[0] = 1;
}

/** Clears an image, or copies it, each expecting what it needs. */
export function clear(encoder: Encoder, { image, to }: { image: Image; to: number }, pass: ThreadPass): void {
  pass.expect(image, 'transfer-target');
  encoder.clear(image, [to, 0, 0, 1]);
}

export function copyOut(encoder: Encoder, data: { image: Image; buffer: Buffer; at: number }, pass: ThreadPass): void {
  pass.expect(data.image, 'transfer-source');
  encoder.copyImageToBuffer(data.image, data.buffer, { byteOffset: data.at });
}

export function both(_: Encoder, { image }: { image: Image }, pass: ThreadPass): void {
  pass.expect(image, 'sampled');
  pass.expect(image, 'transfer-source');
}

/** Draws a triangle whose corners stand in a buffer. */
export function corners(encoder: RenderEncoder, data: { pipeline: GraphicsPipeline; vertices: Buffer }): void {
  encoder.pipeline(data.pipeline).vertexBuffer(data.vertices).draw(3);
}

/** Copies a word of one buffer to another, so many times over, and says no barrier. */
export function chain(encoder: Encoder, { buffers, times }: { buffers: readonly Buffer[]; times: number }): void {
  for (let i = 0; i < times; i++) {
    for (let at = 1; at < buffers.length; at++) encoder.copy(buffers[at - 1]!, 0, buffers[at]!, 0, 16);
  }
}

/** Waits for more than it need. */
export function cautious(encoder: Encoder, { words }: { words: Buffer }): void {
  encoder
    .fill(words, 0, 16, 1)
    .barrier(['storage-write'], ['indirect'])
    .barrier(['transfer-target'], ['transfer-source', 'transfer-target']);
}

/** Disposes what is the main thread's. */
export function disposing(_: Encoder, { words }: { words: Buffer }): void {
  words[Symbol.dispose]();
}

/** Says a barrier that the validation layer refuses: compute shaders transfer nothing. */
export function wrong(encoder: Encoder): void {
  encoder.barrier([{ stage: 0x800n, access: 0x800n }], ['storage-read']);
}

/** Ends its thread. */
export function exit(): never {
  process.exit(3);
}

/** Says that it is there, waits to be told, and fills. */
export function fillWhenTold(encoder: Encoder, { words, slice }: { words: Buffer; slice: MemorySlice }): void {
  const bytes = slice.bytes!;
  bytes[0] = 1;
  while (bytes[1] === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  encoder.fill(words, 0, 4, 1);
}

/** Fills; behind that its thread is where nobody can end it for a second. A file says so. */
export function fillAndWait(encoder: Encoder, { words, file }: { words: Buffer; file: string }): void {
  encoder.fill(words, 0, 4, 1);
  const wait = `fs.writeFileSync(${JSON.stringify(file)}, ''); setTimeout(() => undefined, 1000)`;
  queueMicrotask(() => spawnSync(process.execPath, ['-e', wait]));
}

/** Writes how many characters a text has. */
export function measure(encoder: Encoder, { words, text }: { words: Buffer; text: string }): void {
  encoder.fill(words, 0, 4, text.length);
}

/** Writes how many buffers this thread knows. */
export function countBuffers(encoder: Encoder, { words }: { words: Buffer }): void {
  const own = Object.getPrototypeOf(words) as Buffer;
  encoder.fill(words, 0, 4, queryObjects(own.constructor, { format: 'count' }));
}
