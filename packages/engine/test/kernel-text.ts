/** @file The texts of kernels that do something in every voxel `v`. */

/** In GLSL: `body` in the walk over a thread's voxels; `threads` are those of a workgroup. */
export function kernelText(body: string, threads = 256): string {
  return `#include "halocline.glsl"
layout(local_size_x = ${threads}) in;
void main() {
  for (uint turn = 0; turn < turns(); turn++) {
    Voxel v;
    if (!takeVoxel(turn, v)) continue;
    ${body}
  }
}`;
}

/** The same in HLSL; `entry` is what its function is called. */
export function hlslText(body: string, { entry = 'main', threads = 256 } = {}): string {
  return `${threads === 256 ? '' : `#define WORKGROUP ${threads}\n`}#include "halocline.hlsl"
[numthreads(WORKGROUP, 1, 1)]
void ${entry}(uint3 group : SV_GroupID, uint thread : SV_GroupIndex) {
  for (uint turn = 0; turn < turns(); turn++) {
    Voxel v;
    if (!takeVoxel(group, thread, turn, v)) continue;
    ${body}
  }
}`;
}
