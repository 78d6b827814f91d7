/**
 * @file Velocity on faces (the MAC grid of Harlow and Welch, 1965), kept in a plain vec3 field by convention:
 * component x of voxel (i, j, k) is the flow through its face at i − ½, y at j − ½, z at k − ½. Divergence and gradient
 * are then differences of neighbours, and their product is the 7-point Laplacian that the projection solves.
 */

/** Where the flow brought a position from, by a midpoint step (second-order Runge-Kutta) in the centres' `flow`. */
export const traceBack = `
vec3 TraceBack(vec3 position, vec3 velocity) {
  return position - dt * SampleField("flow", position - 0.5 * dt * velocity);
}
`;

/** The velocity at the voxel's centre: the mean of its two faces on each axis. */
export const centerVelocity = `0.5 * vec3(
    ReadField("velocity_x", coord) + ReadField("velocity_x", coord + ivec3(1, 0, 0)),
    ReadField("velocity_y", coord) + ReadField("velocity_y", coord + ivec3(0, 1, 0)),
    ReadField("velocity_z", coord) + ReadField("velocity_z", coord + ivec3(0, 0, 1)))`;

/** The velocity at the middle of the voxel's lower faces: own component, and the mean of the four nearest of the others. */
export const lowerFaceVelocities = `
  vec3 own = ReadField("velocity", coord);
  vec3 atX = vec3(own.x,
    0.25 * (own.y + ReadField("velocity_y", coord + ivec3(-1, 0, 0)) + ReadField("velocity_y", coord + ivec3(0, 1, 0)) + ReadField("velocity_y", coord + ivec3(-1, 1, 0))),
    0.25 * (own.z + ReadField("velocity_z", coord + ivec3(-1, 0, 0)) + ReadField("velocity_z", coord + ivec3(0, 0, 1)) + ReadField("velocity_z", coord + ivec3(-1, 0, 1))));
  vec3 atY = vec3(
    0.25 * (own.x + ReadField("velocity_x", coord + ivec3(0, -1, 0)) + ReadField("velocity_x", coord + ivec3(1, 0, 0)) + ReadField("velocity_x", coord + ivec3(1, -1, 0))),
    own.y,
    0.25 * (own.z + ReadField("velocity_z", coord + ivec3(0, -1, 0)) + ReadField("velocity_z", coord + ivec3(0, 0, 1)) + ReadField("velocity_z", coord + ivec3(0, -1, 1))));
  vec3 atZ = vec3(
    0.25 * (own.x + ReadField("velocity_x", coord + ivec3(0, 0, -1)) + ReadField("velocity_x", coord + ivec3(1, 0, 0)) + ReadField("velocity_x", coord + ivec3(1, 0, -1))),
    0.25 * (own.y + ReadField("velocity_y", coord + ivec3(0, 0, -1)) + ReadField("velocity_y", coord + ivec3(0, 1, 0)) + ReadField("velocity_y", coord + ivec3(0, 1, -1))),
    own.z);
`;
