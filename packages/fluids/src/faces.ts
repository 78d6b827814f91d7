/**
 * @file Velocity on faces (the MAC grid of Harlow and Welch, 1965), kept in a plain vec3 field by convention:
 * component x of voxel (i, j, k) is the flow through its face at i − ½, y at j − ½, z at k − ½. Divergence and gradient
 * are then differences of neighbours, and their product is the 7-point Laplacian that the projection solves.
 */

/** The mean of a face field's two faces on each axis: its value at the voxel's centre. */
export const atCenter = (field: string): string => `0.5 * vec3(
    ReadField("${field}_x", coord) + ReadField("${field}_x", coord + ivec3(1, 0, 0)),
    ReadField("${field}_y", coord) + ReadField("${field}_y", coord + ivec3(0, 1, 0)),
    ReadField("${field}_z", coord) + ReadField("${field}_z", coord + ivec3(0, 0, 1)))`;

/** A centred field on the voxel's lower faces, each component on its own: the mean with the voxel before. */
export const atLowerFaces = (field: string): string => `0.5 * (ReadField("${field}", coord) + vec3(
    ReadField("${field}_x", coord - ivec3(1, 0, 0)),
    ReadField("${field}_y", coord - ivec3(0, 1, 0)),
    ReadField("${field}_z", coord - ivec3(0, 0, 1))))`;
