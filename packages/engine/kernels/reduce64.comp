#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// One stage of a reduction of doubles over leaf ranks: a workgroup takes 1,024 values, adjacent pairs first, padded with the identity
// to a power of two and no further (one identity more would turn -0 into +0).
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Doubles { double at[]; };
layout(push_constant) uniform Push {
  uvec2 source;
  uvec2 target;
  uvec2 args;    // of the pass that made the partials: nothing happens where its scope is shut
  uvec2 count;   // word 3: the level's leaf count
  uint stage;
  uint kind;     // 0 sum, 1 min, 2 max
  uint type;     // 3 double
  uint first;    // chunk of the first workgroup
} push;

shared double values[1024];

double identity() {
  if (push.kind == 0) return 0.0lf;
  return packDouble2x32(uvec2(0u, push.kind == 1 ? 0x7ff00000u : 0xfff00000u));
}

// Of a NaN and a number, min and max give the number.
double combine(double a, double b) {
  if (push.kind == 0) return a + b;
  return a != a || (push.kind == 1 ? b < a : a < b) ? b : a;
}

void main() {
  if (Words(push.args).at[2] == 0) return;
  uint count = Words(push.count).at[3];
  for (uint stage = 0; stage < push.stage; stage++) count = (count + 1023) / 1024;
  uint chunk = push.first + gl_WorkGroupID.x;
  uint base = chunk * 1024;
  if (base >= count && chunk > 0) return;
  uint local = gl_LocalInvocationID.x;
  Doubles source = Doubles(push.source);
  for (uint at = local; at < 1024; at += 256) values[at] = base + at < count ? source.at[base + at] : identity();
  for (uint stride = 1; stride < 1024 && stride < count; stride *= 2) {
    barrier();
    for (uint pair = local; pair < 512 / stride; pair += 256) {
      uint at = pair * 2 * stride;
      values[at] = combine(values[at], values[at + stride]);
    }
  }
  barrier();
  if (local == 0) Doubles(push.target).at[chunk] = values[0];
}
