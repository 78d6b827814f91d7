#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Least, greatest and sum of the active, finite values of each leaf of one component. A leaf pass: two leaves a workgroup.
// Four words a rank: min, max, sum (floats), number of finite values | number of the others << 16.
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(push_constant) uniform Push {
  uvec2 leaves;
  uvec2 count;
  uvec2 masks;
  uvec2 source;
  uvec2 target;
  uint type;    // 0 float32, 1 float16, 2 int32, 3 uint32, 4 uint8
} push;

shared float least[256];
shared float greatest[256];
shared float sums[256];
shared uint counts[256];

float valueAt(uint at) {
  Words source = Words(push.source);
  if (push.type == 0) return uintBitsToFloat(source.at[at]);
  if (push.type == 1) return unpackHalf2x16(source.at[at >> 1])[at & 1];
  if (push.type == 2) return float(int(source.at[at]));
  if (push.type == 3) return float(source.at[at]);
  return float((source.at[at >> 2] >> (8 * (at & 3))) & 255);
}

void main() {
  uint local = gl_LocalInvocationID.x;
  uint rank = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 2 + (local >> 7);
  bool exists = rank < Words(push.count).at[3];
  uint slot = exists ? Words(push.leaves).at[rank] : 0;
  float low = uintBitsToFloat(0x7f800000u);
  float high = uintBitsToFloat(0xff800000u);
  float sum = 0.0;
  uint count = 0;
  for (uint voxel = (local & 127) * 4; exists && voxel < (local & 127) * 4 + 4; voxel++) {
    if (((Words(push.masks).at[16 * slot + (voxel >> 5)] >> (voxel & 31)) & 1) == 0) continue;
    float value = valueAt(512 * slot + voxel);
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
  Words target = Words(push.target);
  target.at[4 * rank] = floatBitsToUint(least[local]);
  target.at[4 * rank + 1] = floatBitsToUint(greatest[local]);
  target.at[4 * rank + 2] = floatBitsToUint(sums[local]);
  target.at[4 * rank + 3] = counts[local];
}
