/** @file The text of a kernel in GLSL that does something in every voxel `v`. */

/** `body` in the walk over a thread's voxels; `threads` are those of a workgroup. */
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
