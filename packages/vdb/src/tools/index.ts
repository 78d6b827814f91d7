/** @file Work with grids: sets of voxels and their morphology, building, sampling, rays, checks. */
export { type InsideRule } from './mesh-inside.ts';
export { MESH_DEFAULTS, type MeshOptions, meshToLevelSet } from './mesh-level-set.ts';
export { type Mesh, readMesh } from './mesh.ts';
export { type Neighbours } from './morphology.ts';
export { VoxelSet } from './voxel-set.ts';
