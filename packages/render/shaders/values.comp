#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Copies the 9x9x9 values of each brick out of the fields, two voxels a word. One workgroup a brick.
layout(local_size_x = 128) in;
#include "common.glsl"
#include "fields.glsl"

// Element number of a brick's voxel, 0 ... 8 on each axis.
uint elementOf(uint brick, uvec3 voxel) {
  uvec3 over = voxel >> 3;
  uint slot = Words(at.slots).v[brick * 8u + (over.x << 2 | over.y << 1 | over.z)];
  uvec3 l = voxel & 7u;
  return slot * 512u + (l.x << 6 | l.y << 3 | l.z);
}

void main() {
  uint brick = push.first + gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  if (brick >= min(Counters(at.counters).bricks, at.brickCapacity)) return;
  uint target = brick * VALUE_WORDS * (TEMPERATURE_TYPE == 9u ? 1u : 2u);
  for (uint word = gl_LocalInvocationID.x; word < VALUE_WORDS; word += 128u) {
    uint row = word >> 3;
    uvec3 voxel = uvec3(row / 9u, row % 9u, word & 7u);
    uint here = elementOf(brick, voxel);
    uint next = elementOf(brick, voxel + uvec3(0u, 0u, 1u));
    WritableWords(at.values).v[target + word] = packHalf2x16(vec2(shownDensity(here), shownDensity(next)));
    if (TEMPERATURE_TYPE == 9u) continue;
    vec2 heat = vec2(shownHeat(here), shownHeat(next));
    WritableWords(at.values).v[target + VALUE_WORDS + word] = packHalf2x16(heat);
  }
}
