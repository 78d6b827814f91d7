#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Moves words between subdomains. One row of workgroups an entry; threads stride along its list.
// A list whose address is 0 counts 0, 1, 2 …: one side of a message. A thread moves four words at once: lists begin on 16 bytes, and
// where a message does, its side is read and written 16 bytes at a time (over PCIe, words of 4 bytes are several times slower). So are
// four words of a field that stand side by side on 16 bytes, as those of a face across x or y do. An entry in which all of them do so, on
// both sides, lists one place for every four words, and a thread has several on their way at once: what it waits for is memory.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Quads { uvec4 at[]; };
layout(push_constant) uniform Push {
  uvec2 entries;   // 12 words each: source, target, source list, target list, count, whole
  uvec2 args;      // of the scope: nothing happens where it is shut
} push;

// What a thread of a whole entry has on its way.
const uint AT_ONCE = 4;

// Whether four words are a whole one of 16 bytes.
bool isQuad(uvec4 places) { return (places.x & 3u) == 0u && places == places.x + uvec4(0, 1, 2, 3); }

// `count` quads, at places that the lists tell.
void moveQuads(Quads source, Quads target, uvec2 sourceList, uvec2 targetList, uint count) {
  uint stride = 256 * gl_NumWorkGroups.x;
  for (uint first = gl_GlobalInvocationID.x; first < count; first += AT_ONCE * stride) {
    uint to[AT_ONCE];
    uvec4 words[AT_ONCE];
    for (uint n = 0; n < AT_ONCE; n++) {
      uint quad = first + n * stride;
      if (quad >= count) continue;
      uint from = sourceList == uvec2(0) ? quad : Words(sourceList).at[quad];
      to[n] = targetList == uvec2(0) ? quad : Words(targetList).at[quad];
      words[n] = source.at[from];
    }
    for (uint n = 0; n < AT_ONCE; n++) if (first + n * stride < count) target.at[to[n]] = words[n];
  }
}

// `count` words, at places that the lists tell, four at once where they stand so.
void moveWords(uvec2 source, uvec2 target, uvec2 sourceList, uvec2 targetList, uint count) {
  bool evenIn = (source.x & 15u) == 0u;
  bool evenOut = (target.x & 15u) == 0u;
  for (uint quad = gl_GlobalInvocationID.x; quad < (count + 3) / 4; quad += 256 * gl_NumWorkGroups.x) {
    uvec4 own = 4 * quad + uvec4(0, 1, 2, 3);
    uvec4 from = sourceList == uvec2(0) ? own : Quads(sourceList).at[quad];
    uvec4 to = targetList == uvec2(0) ? own : Quads(targetList).at[quad];
    bvec4 there = lessThan(own, uvec4(count));
    bool wholeIn = evenIn && there.w && isQuad(from);
    bool wholeOut = evenOut && there.w && isQuad(to);
    uvec4 words;
    if (wholeIn) words = Quads(source).at[from.x >> 2];
    else {
      if (there.x) words.x = Words(source).at[from.x];
      if (there.y) words.y = Words(source).at[from.y];
      if (there.z) words.z = Words(source).at[from.z];
      if (there.w) words.w = Words(source).at[from.w];
    }
    if (wholeOut) Quads(target).at[to.x >> 2] = words;
    else {
      if (there.x) Words(target).at[to.x] = words.x;
      if (there.y) Words(target).at[to.y] = words.y;
      if (there.z) Words(target).at[to.z] = words.z;
      if (there.w) Words(target).at[to.w] = words.w;
    }
  }
}

void main() {
  Quads entries = Quads(push.entries);
  uint entry = 3 * gl_WorkGroupID.y;
  uvec4 sides = entries.at[entry];
  uvec4 lists = entries.at[entry + 1];
  uvec4 more = entries.at[entry + 2];
  if (Words(push.args).at[2] == 0) return;
  if (more.y != 0) moveQuads(Quads(sides.xy), Quads(sides.zw), lists.xy, lists.zw, more.x / 4);
  else moveWords(sides.xy, sides.zw, lists.xy, lists.zw, more.x);
}
