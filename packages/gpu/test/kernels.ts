/** @file Shaders and push constants that several device tests use. */

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
