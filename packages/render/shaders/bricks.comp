#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// The table of bricks. Mode 0: each leaf claims the bricks in which its voxels show: its own, and those before it that reach
// into its first layers; and the larger cells around them. Mode 1: each leaf writes its slot into the bricks that read it.
//
// A claim is one 32-bit compare-and-swap of (rank, which of eight bricks, level), from which the cell can be worked out
// again: so keys have no 32-bit limit. Which leaf wins differs from run to run; what the table says does not.
layout(local_size_x = 256) in;
#include "common.glsl"
#include "fields.glsl"

shared uint shows[2]; // bit d: brick (own - d) has something of this leaf in it

ivec3 brickOf(uint slot, uint d) {
  uint o = slot * 32u + 27u;
  Integers origin = Integers(at.leafTable);
  ivec3 own = ivec3(origin.v[o], origin.v[o + 1u], origin.v[o + 2u]) >> 3;
  return own - ivec3(d >> 2, (d >> 1) & 1u, d & 1u);
}

bool claimIs(uint claim, ivec3 cell, uint level) {
  uint id = claim - 1u;
  if ((id & 3u) != level) return false;
  return (brickOf(Words(at.leaves).v[id >> 5], (id >> 2) & 7u) >> shiftOf(level)) == cell;
}

void insert(ivec3 cell, uint level, uint claim) {
  WritableWords claims = WritableWords(at.claims);
  Counters counters = Counters(at.counters);
  uint mask = at.tableMask;
  uint h = hashCell(cell, level) & mask;
  for (uint probe = 0u; probe < 64u; probe += 1u) {
    uint old = claims.v[h];
    if (old == 0u) old = atomicCompSwap(claims.v[h], 0u, claim);
    if (old == 0u) {
      uint number = 1u;
      if (level == 0u) {
        number = atomicAdd(counters.bricks, 1u) + 1u;
        if (number > at.brickCapacity) return; // too few; the host sees the count and makes room
        Entries(at.origins).v[number - 1u] = uvec4(uvec3(cell * 8), 0u);
      }
      Entries(at.table).v[h] = uvec4(uvec3(cell), level << 30 | number);
      return;
    }
    if (claimIs(old, cell, level)) return;
    h = (h + 1u) & mask;
  }
  atomicOr(counters.overflow, 1u);
}

bool isShown(uint n) {
  if (SKIP == 0u || amountOf(shownDensity(n)) > 0.0) return true;
  return TEMPERATURE_TYPE != 9u && shownHeat(n) > 0.0;
}

void main() {
  uint half_ = gl_LocalInvocationID.x >> 7;
  uint t = gl_LocalInvocationID.x & 127u;
  uint rank = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 2u + half_;
  bool there = rank < Words(at.count).v[3];
  uint slot = there ? Words(at.leaves).v[rank] : 0u;
  if (t == 0u) shows[half_] = 0u;
  barrier();
  if (push.mode == 0u && there) {
    uvec3 voxel = uvec3(t >> 4, (t >> 1) & 7u, (t & 1u) * 4u);
    uint bits = 0u;
    for (uint q = 0u; q < 4u; q += 1u) {
      uint n = slot * 512u + (voxel.x << 6 | voxel.y << 3 | voxel.z + q);
      if (!isShown(n)) continue;
      uint m = 1u;
      if (voxel.z + q == 0u) m |= m << 1;
      if (voxel.y == 0u) m |= m << 2;
      if (voxel.x == 0u) m |= m << 4;
      bits |= m;
    }
    if (bits != 0u) atomicOr(shows[half_], bits);
  }
  barrier();
  if (!there || t >= 8u) return;
  ivec3 brick = brickOf(slot, t);
  if (push.mode == 1u) {
    uint number = findCell(brick, 0u);
    if (number != 0u) WritableWords(at.slots).v[(number - 1u) * 8u + t] = slot;
    return;
  }
  if ((shows[half_] >> t & 1u) == 0u) return;
  for (uint level = 0u; level < 4u; level += 1u) {
    insert(brick >> shiftOf(level), level, (((rank * 8u + t) * 4u) | level) + 1u);
  }
}
