/** @file Work with grids: sets of voxels and their morphology, building, sampling, rays, checks. */
export { GridEditor } from './editor.ts';
export {
  convertGrid,
  type DenseArray,
  denseFromGrid,
  type FillOptions,
  gridFromDense,
  gridFromFunction,
  type VoxelFunction,
} from './fill.ts';
export { type Histogram, histogram } from './histogram.ts';
export { levelSet, levelSetBox, type LevelSetOptions, levelSetTorus } from './level-set.ts';
export { type InsideRule } from './mesh-inside.ts';
export { MESH_DEFAULTS, type MeshOptions, meshToLevelSet } from './mesh-level-set.ts';
export { type Mesh, readMesh } from './mesh.ts';
export { type Neighbours } from './morphology.ts';
export { prune } from './prune.ts';
export { intersectSurface, type Ray, type RayHit, type RayStretch, rayStretches } from './ray.ts';
export { prolongGrid, type Prolongation, restrictGrid, type Restriction } from './resample.ts';
export { type SampleOrder, Sampler } from './sampler.ts';
export { type Problem, validate } from './validate.ts';
export { VoxelSet } from './voxel-set.ts';
