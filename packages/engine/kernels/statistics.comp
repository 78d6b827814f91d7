#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Least, greatest and sum of the active, finite values of each leaf of one component. A leaf pass: two leaves a workgroup.
// Five words a rank: min, max, sum, number of finite values | number of the others << 16, and 0. Of integers the first two are as
// they are, and the sum is exact: of what they are below 2^16, and in the last word of what they are above.
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

shared uint least[256]; // ordered, as are the greatest
shared uint greatest[256];
shared float sums[256];
shared uint lows[256];
shared uint highs[256];
shared uint counts[256];

bool integral() { return push.type > 1; }

// The 32 bits of a value; of a half, those of the float that it is.
uint bitsAt(uint at) {
  Words source = Words(push.source);
  if (push.type == 1) return floatBitsToUint(unpackHalf2x16(source.at[at >> 1])[at & 1]);
  if (push.type == 4) return (source.at[at >> 2] >> (8 * (at & 3))) & 255;
  return source.at[at];
}

// Bits whose order as whole numbers is that of the values, and back.
uint ordered(uint bits) {
  if (push.type > 2) return bits;
  if (push.type == 2) return bits ^ 0x80000000u;
  return (bits >> 31) == 0 ? bits | 0x80000000u : ~bits;
}

uint plain(uint key) {
  if (push.type > 2) return key;
  if (push.type == 2) return key ^ 0x80000000u;
  return (key >> 31) == 0 ? ~key : key & 0x7fffffffu;
}

void main() {
  uint local = gl_LocalInvocationID.x;
  uint rank = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 2 + (local >> 7);
  bool exists = rank < Words(push.count).at[3];
  uint slot = exists ? Words(push.leaves).at[rank] : 0;
  uint low = 0xffffffffu;
  uint high = 0;
  float sum = 0.0;
  uint lower = 0;
  uint upper = 0;
  uint count = 0;
  for (uint voxel = (local & 127) * 4; exists && voxel < (local & 127) * 4 + 4; voxel++) {
    if (((Words(push.masks).at[16 * slot + (voxel >> 5)] >> (voxel & 31)) & 1) == 0) continue;
    uint bits = bitsAt(512 * slot + voxel);
    if (!integral() && (bits & 0x7f800000u) == 0x7f800000u) {
      count += 65536;
      continue;
    }
    low = min(low, ordered(bits));
    high = max(high, ordered(bits));
    if (!integral()) sum += uintBitsToFloat(bits);
    lower += bits & 0xffff;
    upper += push.type == 2 ? uint(int(bits) >> 16) : bits >> 16;
    count += 1;
  }
  least[local] = low;
  greatest[local] = high;
  sums[local] = sum;
  lows[local] = lower;
  highs[local] = upper;
  counts[local] = count;
  for (uint stride = 64; stride > 0; stride /= 2) {
    barrier();
    if ((local & 127) < stride) {
      least[local] = min(least[local], least[local + stride]);
      greatest[local] = max(greatest[local], greatest[local + stride]);
      sums[local] += sums[local + stride];
      lows[local] += lows[local + stride];
      highs[local] += highs[local + stride];
      counts[local] += counts[local + stride];
    }
  }
  if (!exists || (local & 127) != 0) return;
  Words target = Words(push.target);
  target.at[5 * rank] = plain(least[local]);
  target.at[5 * rank + 1] = plain(greatest[local]);
  target.at[5 * rank + 2] = integral() ? lows[local] : floatBitsToUint(sums[local]);
  target.at[5 * rank + 3] = counts[local];
  target.at[5 * rank + 4] = integral() ? highs[local] : 0;
}
