#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Copies the leaves of one component from one copy to the other. A leaf pass: two leaves a workgroup.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Quads { uvec4 at[]; };
layout(push_constant) uniform Push {
  uvec2 leaves;
  uvec2 count;
  uvec2 source;
  uvec2 target;
  uint quads;    // of 16 bytes in a leaf's 512 values
} push;

void main() {
  uint rank = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 2 + (gl_LocalInvocationID.x >> 7);
  if (rank >= Words(push.count).at[3]) return;
  uint first = Words(push.leaves).at[rank] * push.quads;
  for (uint quad = gl_LocalInvocationID.x & 127; quad < push.quads; quad += 128) {
    Quads(push.target).at[first + quad] = Quads(push.source).at[first + quad];
  }
}
