/** @file Vectors of three numbers and affine maps in rows (m0 m1 m2 t), as the device layout writes them. */

/** Three numbers: x, y, z. */
export type Vec3 = readonly [x: number, y: number, z: number];

/** Three rows (m0 m1 m2 t) of an affine map, 12 numbers. */
export type Rows = readonly number[];

/** a + b·scale. */
export function add(a: Vec3, b: Vec3, scale = 1): Vec3 {
  return [a[0] + b[0] * scale, a[1] + b[1] * scale, a[2] + b[2] * scale];
}

/** a − b. */
export function subtract(a: Vec3, b: Vec3): Vec3 {
  return add(a, b, -1);
}

/** a·b. */
export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a × b. */
export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** |a|. */
export function length(a: Vec3): number {
  return Math.hypot(a[0], a[1], a[2]);
}

/** a/|a|; the zero vector stays. */
export function normalize(a: Vec3): Vec3 {
  const size = length(a);
  return size > 0 ? [a[0] / size, a[1] / size, a[2] / size] : a;
}

/** The map applied to a position. */
export function transform(rows: Rows, p: Vec3): Vec3 {
  const row = (at: number): number => rows[at]! * p[0] + rows[at + 1]! * p[1] + rows[at + 2]! * p[2] + rows[at + 3]!;
  return [row(0), row(4), row(8)];
}
