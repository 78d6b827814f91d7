/**
 * @file Values between voxels. Voxel (i, j, k) stands at index position (i, j, k).
 *
 * Trilinear: the eight voxels about the position, interpolated along z, then y, then x. Quadratic: the 27 voxels about the nearest one,
 * a parabola through three values along each axis in the same order; it gives polynomials of second degree exactly, and jumps by a
 * third-order term where the nearest voxel changes. Gradients are those of the interpolants.
 */
import { Accessor } from '../accessor.ts';
import type { Grid } from '../grid.ts';
import { inspectable } from '../inspect.ts';
import type { Vec3 } from '../map.ts';

/** How values between voxels are made. */
export type SampleOrder = 'nearest' | 'trilinear' | 'quadratic';

/** Reads a grid at positions. Inactive voxels and tiles count with their values. */
export class Sampler {
  readonly grid: Grid;
  readonly order: SampleOrder;
  readonly #accessor: Accessor;
  /** Weights along x, y, z of up to three voxels each, and those of the derivatives. */
  readonly #weights = new Float64Array(9);
  readonly #slopes = new Float64Array(9);
  readonly #base = new Int32Array(3);

  constructor(grid: Grid, order: SampleOrder = 'trilinear') {
    this.grid = grid;
    this.order = order;
    this.#accessor = new Accessor(grid.tree);
  }

  /** Component `component` of the value at an index position. */
  at(x: number, y: number, z: number, component = 0): number {
    if (this.order === 'nearest') return this.#accessor.get(Math.round(x), Math.round(y), Math.round(z), component);
    if (this.order === 'trilinear') return this.#trilinear(x, y, z, component);
    this.#weigh(x, y, z);
    return this.#sum(component, -1);
  }

  /** Value at a world position (metres): a number, or one number a component. */
  atWorld(position: Vec3): number | number[] {
    const [x, y, z] = this.grid.map.worldToIndex(position);
    const count = this.grid.tree.tileValues.length;
    if (count === 1) return this.at(x, y, z);
    return Array.from({ length: count }, (_, c) => this.at(x, y, z, c));
  }

  /** Derivatives along i, j, k at an index position, per voxel. With order 'nearest' those of the trilinear interpolant. */
  gradient(x: number, y: number, z: number, component = 0): [number, number, number] {
    this.#weigh(x, y, z);
    return [this.#sum(component, 0), this.#sum(component, 1), this.#sum(component, 2)];
  }

  /** Gradient at a world position, per metre along the world's axes. */
  gradientAtWorld(position: Vec3, component = 0): [number, number, number] {
    const { map } = this.grid;
    const [x, y, z] = map.worldToIndex(position);
    const g = this.gradient(x, y, z, component);
    const m = map.inverse;
    const along = (a: number): number => m[a]! * g[0] + m[a + 3]! * g[1] + m[a + 6]! * g[2];
    return [along(0), along(1), along(2)];
  }

  toString(): string {
    return `Sampler (${this.order}) of\n${this.grid.toString()}`;
  }

  #trilinear(x: number, y: number, z: number, c: number): number {
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [u, v, w] = [x - i, y - j, z - k];
    const a = this.#accessor;
    const column = (i: number, j: number): number => {
      const low = a.get(i, j, k, c);
      return low + w * (a.get(i, j, k + 1, c) - low);
    };
    const face = (i: number): number => {
      const low = column(i, j);
      return low + v * (column(i, j + 1) - low);
    };
    const low = face(i);
    return low + u * (face(i + 1) - low);
  }

  /** Fills weights and slopes: of two voxels from the floor, or of three about the nearest. */
  #weigh(x: number, y: number, z: number): void {
    const quadratic = this.order === 'quadratic';
    [x, y, z].forEach((p, a) => {
      const base = quadratic ? Math.round(p) : Math.floor(p);
      const t = p - base;
      this.#base[a] = quadratic ? base - 1 : base;
      this.#weights.set(quadratic ? [(t * (t - 1)) / 2, 1 - t * t, (t * (t + 1)) / 2] : [1 - t, t, 0], 3 * a);
      this.#slopes.set(quadratic ? [t - 0.5, -2 * t, t + 0.5] : [-1, 1, 0], 3 * a);
    });
  }

  /** Weighted sum of the voxels; along `axis` with the slopes. */
  #sum(component: number, axis: number): number {
    const [i, j, k] = this.#base as unknown as [number, number, number];
    const width = this.order === 'quadratic' ? 3 : 2;
    const of = (a: number): Float64Array => (a === axis ? this.#slopes : this.#weights);
    const [wx, wy, wz] = [of(0), of(1), of(2)];
    let sum = 0;
    for (let x = 0; x < width; x++) {
      let face = 0;
      for (let y = 0; y < width; y++) {
        let row = 0;
        for (let z = 0; z < width; z++) row += wz[6 + z]! * this.#accessor.get(i + x, j + y, k + z, component);
        face += wy[3 + y]! * row;
      }
      sum += wx[x]! * face;
    }
    return sum;
  }

  static {
    inspectable(this.prototype);
  }
}
