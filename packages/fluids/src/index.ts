/**
 * @file `@halocline/fluids`: solvers written on the engine's public surface alone. Each `add…` adds fields and stencils
 * to a simulation; `plume` puts them together.
 */
export { addAdvection, type AdvectionOptions } from './advection.ts';
export { addForces, type ForceOptions } from './forces.ts';
export { addClosedFaces, addObstacles, addStillAir, runOnce, type Ball, type ObstacleOptions } from './obstacles.ts';
export { createPlume, levelsOf, plume, type PlumeFrame, type PlumeOptions } from './plume.ts';
export { addHierarchy, addProjection, type ProjectionOptions } from './projection.ts';
export { addSource, type SourceOptions } from './source.ts';
