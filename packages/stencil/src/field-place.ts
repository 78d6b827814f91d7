/**
 * @file Where in its voxel a field's value lives: at the centre, or on a lower face (the staggered grid of Harlow and
 * Welch, 1965; OpenVDB's grid class `staggered`). Voxel (i, j, k) has its centre at (i, j, k) in index space, its lower x
 * face at i − ½. A vec3 on `faces` has component x on the lower x face, y on the lower y face, z on the lower z face.
 */

/** Where a field's values live in their voxels. `faces` is for vec3 fields, each component on the face across its axis. */
export type FieldPlace = 'center' | 'face-x' | 'face-y' | 'face-z' | 'faces';

/** Every place, in the order in which errors list them. */
export const FIELD_PLACES: readonly FieldPlace[] = ['center', 'face-x', 'face-y', 'face-z', 'faces'];

const FACES = ['face-x', 'face-y', 'face-z'] as const;

/** Where component `component` of a field at `place` lives; −1 is the whole field. */
export function placeOfComponent(place: FieldPlace, component: number): FieldPlace {
  return place === 'faces' && component >= 0 ? FACES[component]! : place;
}

/** The axis across whose lower face a place is; −1 for centres. Of `faces`, that of one component. */
export function faceAxis(place: FieldPlace, component: number = -1): number {
  return (FACES as readonly FieldPlace[]).indexOf(placeOfComponent(place, component));
}
