/** @file Work with grids: sets of voxels and their morphology, building, sampling, rays, checks. */
export { type Neighbours } from './morphology.ts';
export { VoxelSet } from './voxel-set.ts';
