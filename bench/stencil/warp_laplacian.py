"""A 7-point Laplacian over an index grid in NVIDIA Warp: a rival of the stencil benchmark. Takes the number of voxels an
edge, and prints one JSON object a line."""
import json
import sys

import numpy as np
import warp as wp

wp.config.quiet = True
wp.init()
edge = int(sys.argv[1])


@wp.kernel
def laplacian(grid: wp.uint64, voxels: wp.array(dtype=wp.vec3i), a: wp.array(dtype=float), b: wp.array(dtype=float)):
    at = voxels[wp.tid()]
    i, j, k = at[0], at[1], at[2]
    own = wp.volume_lookup_index(grid, i, j, k)
    x0 = wp.volume_lookup_index(grid, i - 1, j, k)
    x1 = wp.volume_lookup_index(grid, i + 1, j, k)
    y0 = wp.volume_lookup_index(grid, i, j - 1, k)
    y1 = wp.volume_lookup_index(grid, i, j + 1, k)
    z0 = wp.volume_lookup_index(grid, i, j, k - 1)
    z1 = wp.volume_lookup_index(grid, i, j, k + 1)
    total = float(0.0)
    if x0 >= 0:
        total += a[x0]
    if x1 >= 0:
        total += a[x1]
    if y0 >= 0:
        total += a[y0]
    if y1 >= 0:
        total += a[y1]
    if z0 >= 0:
        total += a[z0]
    if z1 >= 0:
        total += a[z1]
    b[own] = total - 6.0 * a[own]


with wp.ScopedDevice("cuda:0"):
    leaf = 8 * np.stack(np.meshgrid(*[np.arange(edge // 8)] * 3, indexing="ij"), -1).reshape(-1, 3).astype(np.int32)
    within = np.stack(np.meshgrid(*[np.arange(8)] * 3, indexing="ij"), -1).reshape(-1, 3).astype(np.int32)
    points = wp.array((leaf[:, None, :] + within[None]).reshape(-1, 3), dtype=wp.int32)
    volume = wp.Volume.allocate_by_voxels(points, 1.0)
    voxels = volume.get_voxels()
    voxels = wp.array(voxels, dtype=wp.vec3i) if voxels.dtype != wp.vec3i else voxels
    count = volume.get_voxel_count()
    a = wp.array(np.random.default_rng(1).random(count, dtype=np.float32))
    b = wp.zeros(count, dtype=float)
    inputs = [volume.id, voxels, a, b]
    wp.launch(laplacian, count, inputs)
    best = float("inf")
    for _ in range(3):
        begin, end = wp.Event(enable_timing=True), wp.Event(enable_timing=True)
        wp.record_event(begin)
        for _ in range(10):
            wp.launch(laplacian, count, inputs)
        wp.record_event(end)
        best = min(best, wp.get_event_elapsed_time(begin, end))
    rate = count / (best * 1e-3 / 10)
    print(json.dumps({"name": "laplacian", "edge": edge, "way": f"Warp {wp.config.version}", "voxelsPerSecond": rate}))
