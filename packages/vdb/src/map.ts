/**
 * @file The map from index space to world space: world = M · (i, j, k) + t, M row-major, column vectors (NanoVDB's `Map`;
 * the transpose of OpenVDB's row-vector matrices). Voxel (i, j, k) has its centre at index position (i, j, k).
 */

import { inspectable } from './inspect.ts';

/** Three numbers, x, y, z. */
export type Vec3 = readonly [number, number, number];

/** An affine map from index coordinates (voxels) to world positions (metres). Immutable. */
export class GridMap {
  /** 9 numbers, row-major: world = matrix · index + translation. */
  readonly matrix: readonly number[];
  /** World position (metres) of index (0, 0, 0). */
  readonly translation: Vec3;
  /** 9 numbers, row-major: the inverse of `matrix`. */
  readonly inverse: readonly number[];

  /** Takes the 9 numbers of the matrix (row-major), the translation in metres, and the inverse where it is known. */
  constructor(matrix: readonly number[], translation: Vec3 = [0, 0, 0], inverse?: readonly number[]) {
    if (matrix.length !== 9) {
      throw new RangeError(`Cannot make map: the matrix has ${matrix.length} numbers; give 9, row by row`);
    }
    this.matrix = Object.freeze([...matrix]);
    this.translation = Object.freeze([translation[0], translation[1], translation[2]] as const);
    this.inverse = Object.freeze(inverse !== undefined && isInverse(matrix, inverse) ? [...inverse] : invert(matrix));
  }

  /** The map that scales by `voxelSize` metres (one number, or one for each axis) and then moves by `translation` metres. */
  static scale(voxelSize: number | Vec3, translation: Vec3 = [0, 0, 0]): GridMap {
    const [x, y, z] = typeof voxelSize === 'number' ? [voxelSize, voxelSize, voxelSize] : voxelSize;
    return new GridMap([x, 0, 0, 0, y, 0, 0, 0, z], translation);
  }

  /** Lengths of the images of the three index axes, in metres. */
  get voxelSize(): Vec3 {
    const m = this.matrix;
    const length = (c: number): number => {
      const [a, b, d] = [m[c]!, m[c + 3]!, m[c + 6]!];
      return b === 0 && d === 0
        ? Math.abs(a)
        : a === 0 && d === 0
          ? Math.abs(b)
          : a === 0 && b === 0
            ? Math.abs(d)
            : Math.hypot(a, b, d);
    };
    return [length(0), length(1), length(2)];
  }

  /** Volume of a voxel in cubic metres. */
  get voxelVolume(): number {
    return Math.abs(determinant(this.matrix));
  }

  /** World position (metres) of an index position. */
  indexToWorld(index: Vec3): [number, number, number] {
    const [x, y, z] = apply(this.matrix, index);
    return [x + this.translation[0], y + this.translation[1], z + this.translation[2]];
  }

  /** Index position of a world position (metres). */
  worldToIndex(world: Vec3): [number, number, number] {
    const t = this.translation;
    return apply(this.inverse, [world[0] - t[0], world[1] - t[1], world[2] - t[2]]);
  }

  /** Whether two maps have the same matrix and translation, bit for bit. */
  equals(other: GridMap): boolean {
    return (
      this.matrix.every((v, i) => Object.is(v, other.matrix[i])) &&
      this.translation.every((v, i) => Object.is(v, other.translation[i]))
    );
  }

  toString(): string {
    const m = this.matrix;
    const diagonal = m.every((v, i) => i % 4 === 0 || v === 0);
    const head = diagonal ? `scale ${m[0]}, ${m[4]}, ${m[8]}` : `matrix [${m.join(', ')}]`;
    return this.translation.every((v) => v === 0) ? head : `${head}, translate ${this.translation.join(', ')}`;
  }

  static {
    inspectable(this.prototype);
  }
}

function apply(m: readonly number[], v: Vec3): [number, number, number] {
  const [x, y, z] = v;
  return [m[0]! * x + m[1]! * y + m[2]! * z, m[3]! * x + m[4]! * y + m[5]! * z, m[6]! * x + m[7]! * y + m[8]! * z];
}

function determinant(m: readonly number[]): number {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

function invert(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  if (b === 0 && c === 0 && d === 0 && f === 0 && g === 0 && h === 0) return [1 / a, 0, 0, 0, 1 / e, 0, 0, 0, 1 / i];
  const s = 1 / determinant(m);
  return [
    (e * i - f * h) * s,
    (c * h - b * i) * s,
    (b * f - c * e) * s,
    (f * g - d * i) * s,
    (a * i - c * g) * s,
    (c * d - a * f) * s,
    (d * h - e * g) * s,
    (b * g - a * h) * s,
    (a * e - b * d) * s,
  ];
}

function isInverse(m: readonly number[], inverse: readonly number[]): boolean {
  if (inverse.length !== 9) return false;
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += m[r * 3 + k]! * inverse[k * 3 + c]!;
      if (!(Math.abs(sum - (r === c ? 1 : 0)) <= 1e-6)) return false;
    }
  }
  return true;
}
