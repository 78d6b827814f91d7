/**
 * Threaded recording: threads record the dispatches of a frame, each a part, while this one goes on.
 *
 * Functions don't cross threads: a thread is told a module and the name of a function that it exports, and gets plain data;
 * buffers and pipelines in it cross as they are. This file is that module too.
 */
import { openDevice, type Buffer, type ComputePipeline, type DeviceOptions, type Encoder } from '@halocline/gpu';

const source = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 64) in;
layout(buffer_reference, std430) buffer Words { uint at[]; };
layout(push_constant) uniform Push { uvec2 address; uint first; } push;
void main() { uint i = push.first + gl_GlobalInvocationID.x; Words(push.address).at[i] = i * i; }`;

interface Part {
  readonly pipeline: ComputePipeline;
  readonly squares: Buffer;
  readonly first: number;
  readonly count: number;
}

/** Recorded on a thread: one dispatch for each 64 numbers. */
export function recordPart(encoder: Encoder, { pipeline, squares, first, count }: Part): void {
  const push = new Uint32Array([0, 0, 0]);
  push.set(new Uint32Array(new BigUint64Array([squares.address]).buffer));
  encoder.pipeline(pipeline);
  for (let i = first; i < first + count; i += 64) {
    push[2] = i;
    encoder.push(push).dispatch(1);
  }
}

/** The squares of all numbers below `count`, a multiple of 256, recorded on threads. */
export async function threadedSquares(count: number, options: DeviceOptions = {}): Promise<Uint32Array> {
  await using device = await openDevice(options);
  using squares = device.createBuffer({ label: 'squares', byteLength: count * 4 });
  using pipeline = device.createPipeline({ label: 'square', spirv: await device.compile(source, { label: 'square' }) });
  await using recorder = device.createRecorder({ workers: 2 });

  const frame = await device.beginFrame();
  const pass = recorder.encoderFor('squares');
  for (let part = 0; part < 4; part++) {
    const data: Part = { pipeline, squares, first: (count / 4) * part, count: count / 4 };
    pass.record({ module: new URL(import.meta.url), export: 'recordPart', data });
  }
  await recorder.finalize();
  device.endFrame(frame);
  return new Uint32Array((await device.staging.download(squares)).buffer);
}

if (import.meta.main) {
  const squares = await threadedSquares(65_536);
  process.stdout.write(`${squares.length / 64} dispatches, recorded on 2 threads; 255² is ${squares[255]}\n`);
}
