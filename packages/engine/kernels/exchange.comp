#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Moves words between subdomains. One row of workgroups an entry; threads stride along its list.
// A list whose address is 0 counts 0, 1, 2 …: one side of a message.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(push_constant) uniform Push {
  uvec2 entries;   // 12 words each: source, target, source words, target words, count
  uvec2 args;      // of the scope: nothing happens where it is shut
} push;

uvec2 addressAt(uint word) { return uvec2(Words(push.entries).at[word], Words(push.entries).at[word + 1]); }

void main() {
  if (Words(push.args).at[2] == 0) return;
  uint entry = 12 * gl_WorkGroupID.y;
  Words source = Words(addressAt(entry));
  Words target = Words(addressAt(entry + 2));
  uvec2 sourceList = addressAt(entry + 4);
  uvec2 targetList = addressAt(entry + 6);
  uint count = Words(push.entries).at[entry + 8];
  for (uint at = gl_GlobalInvocationID.x; at < count; at += 256 * gl_NumWorkGroups.x) {
    uint from = sourceList == uvec2(0) ? at : Words(sourceList).at[at];
    uint to = targetList == uvec2(0) ? at : Words(targetList).at[at];
    target.at[to] = source.at[from];
  }
}
