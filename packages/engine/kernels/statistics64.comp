#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Least, greatest and sum of the active, finite doubles of each leaf of one component. A leaf pass: two leaves a workgroup.
// 32 bytes a rank: min, max, sum (doubles), number of finite values | number of the others << 16.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Doubles { double at[]; };
layout(push_constant) uniform Push {
  uvec2 leaves;
  uvec2 count;
  uvec2 masks;
  uvec2 source;
  uvec2 target;
  uint type;    // not asked
} push;

shared double least[256];
shared double greatest[256];
shared double sums[256];
shared uint counts[256];

void main() {
  uint local = gl_LocalInvocationID.x;
  uint rank = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 2 + (local >> 7);
  bool exists = rank < Words(push.count).at[3];
  uint slot = exists ? Words(push.leaves).at[rank] : 0;
  double low = packDouble2x32(uvec2(0u, 0x7ff00000u));
  double high = packDouble2x32(uvec2(0u, 0xfff00000u));
  double sum = 0.0lf;
  uint count = 0;
  for (uint voxel = (local & 127) * 4; exists && voxel < (local & 127) * 4 + 4; voxel++) {
    if (((Words(push.masks).at[16 * slot + (voxel >> 5)] >> (voxel & 31)) & 1) == 0) continue;
    double value = Doubles(push.source).at[512 * slot + voxel];
    if (isnan(value) || isinf(value)) {
      count += 65536;
      continue;
    }
    low = min(low, value);
    high = max(high, value);
    sum += value;
    count += 1;
  }
  least[local] = low;
  greatest[local] = high;
  sums[local] = sum;
  counts[local] = count;
  for (uint stride = 64; stride > 0; stride /= 2) {
    barrier();
    if ((local & 127) < stride) {
      least[local] = min(least[local], least[local + stride]);
      greatest[local] = max(greatest[local], greatest[local + stride]);
      sums[local] += sums[local + stride];
      counts[local] += counts[local + stride];
    }
  }
  if (!exists || (local & 127) != 0) return;
  Doubles(push.target).at[4 * rank] = least[local];
  Doubles(push.target).at[4 * rank + 1] = greatest[local];
  Doubles(push.target).at[4 * rank + 2] = sums[local];
  Words(push.target).at[8 * rank + 6] = counts[local];
}
