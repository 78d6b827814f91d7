/**
 * @file Coarsening by two: voxel I of the coarse level covers voxels 2I and 2I + 1 of the fine one on each axis, and is
 * active where any of the eight is.
 */
import { VoxelSet } from '@halocline/vdb/tools';

import { sortTopology, type Topology } from './topology.ts';

/** The topology of the next coarser level, its leaves in Morton order. */
export function coarsenTopology(fine: Topology): Topology {
  return sortTopology(new VoxelSet(fine).coarsen());
}
