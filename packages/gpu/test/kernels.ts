/** @file Shaders, pipelines and push constants that several device tests use, and words of buffers. */
import type { Buffer, Device, GraphicsPipeline } from '../src/index.ts';

const HEAD = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 64) in;
layout(buffer_reference, std430) buffer Words { uint at[]; };
layout(push_constant) uniform Push { uvec2 address; uint count; } push;
uint index() { return (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 64 + gl_LocalInvocationID.x; }
`;

/** Adds 1 to each of `count` words. */
export const INCREMENT = `${HEAD}
void main() { if (index() < push.count) Words(push.address).at[index()] += 1; }`;

/** Keeps the device busy for a while in one workgroup, then adds 1 to word 0. */
export const SLOW = `${HEAD}
void main() {
  uint x = push.count;
  for (uint i = 0; i < 3000000; i++) x = x * 1664525u + 1013904223u;
  if (index() == 0) Words(push.address).at[0] += x == 0u ? 2u : 1u;
}`;

/** The push constants of both: a buffer's address and a count. */
export function wordsPush(address: bigint, count: number): DataView {
  const push = new DataView(new ArrayBuffer(12));
  push.setBigUint64(0, address, true);
  push.setUint32(8, count, true);
  return push;
}

/** The 32-bit words of a buffer, downloaded. */
export async function wordsIn(device: Device, buffer: Buffer): Promise<number[]> {
  return [...new Uint32Array((await device.staging.download(buffer)).buffer)];
}

/** A pipeline that draws triangles to images of four bytes a pixel; whoever asks for it disposes it. */
export async function trianglePipeline(device: Device, vertex: string, fragment: string): Promise<GraphicsPipeline> {
  return device.createGraphicsPipeline({
    label: 'triangle',
    vertex: { spirv: await device.compile(vertex, { label: 'vertex', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(fragment, { label: 'fragment', stage: 'fragment' }) },
    color: ['rgba8unorm'],
  });
}
