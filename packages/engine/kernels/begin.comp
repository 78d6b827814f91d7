#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// The first pass of a step: takes its numbers from the ring of steps in flight to where the stencils read them.
// One workgroup. The ring's slot: a block of uniforms a level, then (flag, two words, zero) for each scalar that the host may have set.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(push_constant) uniform Push {
  uvec2 source;    // the ring's slot
  uvec2 uniforms;
  uvec2 scalars;   // four words each
  uvec2 status;    // word 0: the loop that stalled, plus one; 0 while all is well
  uint levels;
  uint words;      // of a level's block that are in use
  uint stride;     // words from one level's block to the next
  uint scalarCount;
  uint gated;      // whether there is a status
} push;

void main() {
  Words source = Words(push.source);
  Words uniforms = Words(push.uniforms);
  for (uint level = 0; level < push.levels; level++) {
    uint at = level * push.stride;
    for (uint word = gl_LocalInvocationID.x; word < push.words; word += 256) uniforms.at[at + word] = source.at[at + word];
  }
  // A step behind a stalled one does nothing now, and is submitted again: its scalars must wait as well.
  if (push.gated != 0 && Words(push.status).at[0] != 0) return;
  Words scalars = Words(push.scalars);
  uint first = push.levels * push.stride;
  for (uint scalar = gl_LocalInvocationID.x; scalar < push.scalarCount; scalar += 256) {
    if (source.at[first + 4 * scalar] == 0) continue;
    scalars.at[4 * scalar] = source.at[first + 4 * scalar + 1];
    scalars.at[4 * scalar + 1] = source.at[first + 4 * scalar + 2];
  }
}
