#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Moves words between subdomains. One row of workgroups an entry; threads stride along its list.
// A list whose address is 0 counts 0, 1, 2 …: one side of a message. A thread moves four words at once: lists begin on 16 bytes, and
// where a message does, its side is read and written 16 bytes at a time (over PCIe, words of 4 bytes are several times slower). So are
// four words of a field that stand side by side on 16 bytes, as those of a face across x or y do.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Quads { uvec4 at[]; };
layout(push_constant) uniform Push {
  uvec2 entries;   // 12 words each: source, target, source words, target words, count
  uvec2 args;      // of the scope: nothing happens where it is shut
} push;

uvec2 addressAt(uint word) { return uvec2(Words(push.entries).at[word], Words(push.entries).at[word + 1]); }

// Whether four words are a whole one of 16 bytes.
bool isQuad(uvec4 places) { return (places.x & 3u) == 0u && places == places.x + uvec4(0, 1, 2, 3); }

void main() {
  if (Words(push.args).at[2] == 0) return;
  uint entry = 12 * gl_WorkGroupID.y;
  Words source = Words(addressAt(entry));
  Words target = Words(addressAt(entry + 2));
  uvec2 sourceList = addressAt(entry + 4);
  uvec2 targetList = addressAt(entry + 6);
  uint count = Words(push.entries).at[entry + 8];
  bool evenIn = (addressAt(entry).x & 15u) == 0u;
  bool evenOut = (addressAt(entry + 2).x & 15u) == 0u;
  Quads sourceQuads = Quads(addressAt(entry));
  Quads targetQuads = Quads(addressAt(entry + 2));
  for (uint quad = gl_GlobalInvocationID.x; quad < (count + 3) / 4; quad += 256 * gl_NumWorkGroups.x) {
    uvec4 own = 4 * quad + uvec4(0, 1, 2, 3);
    uvec4 from = sourceList == uvec2(0) ? own : Quads(sourceList).at[quad];
    uvec4 to = targetList == uvec2(0) ? own : Quads(targetList).at[quad];
    bvec4 there = lessThan(own, uvec4(count));
    bool wholeIn = evenIn && there.w && isQuad(from);
    bool wholeOut = evenOut && there.w && isQuad(to);
    uvec4 words;
    if (wholeIn) words = sourceQuads.at[from.x >> 2];
    else {
      if (there.x) words.x = source.at[from.x];
      if (there.y) words.y = source.at[from.y];
      if (there.z) words.z = source.at[from.z];
      if (there.w) words.w = source.at[from.w];
    }
    if (wholeOut) targetQuads.at[to.x >> 2] = words;
    else {
      if (there.x) target.at[to.x] = words.x;
      if (there.y) target.at[to.y] = words.y;
      if (there.z) target.at[to.z] = words.z;
      if (there.w) target.at[to.w] = words.w;
    }
  }
}
