/** Boxes of numbers on the host: what the tests reckon with, in double precision, apart from the engine. */
import type { Simulation } from '@halocline/engine';

export type Triple = readonly [number, number, number];

/** Numbers over the voxels of a box that starts at 0; 0 outside. */
export class Dense {
  readonly size: Triple;
  readonly values: Float64Array;

  constructor(size: Triple, value: (i: number, j: number, k: number) => number = () => 0) {
    this.size = size;
    this.values = new Float64Array(size[0] * size[1] * size[2]);
    this.each((i, j, k, at) => (this.values[at] = value(i, j, k)));
  }

  get(i: number, j: number, k: number): number {
    const [nx, ny, nz] = this.size;
    const within = i >= 0 && i < nx && j >= 0 && j < ny && k >= 0 && k < nz;
    return within ? this.values[(i * ny + j) * nz + k]! : 0;
  }

  each(body: (i: number, j: number, k: number, at: number) => void): void {
    const [nx, ny, nz] = this.size;
    let at = 0;
    for (let i = 0; i < nx; i++) for (let j = 0; j < ny; j++) for (let k = 0; k < nz; k++) body(i, j, k, at++);
  }

  dot(other: Dense): number {
    return this.values.reduce((sum, value, at) => sum + value * other.values[at]!, 0);
  }

  /** The largest |value|. */
  get peak(): number {
    return this.values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  }
}

/** A field's components, read back over the box of the simulation. */
export async function readDense(simulation: Simulation, name: string): Promise<Dense[]> {
  const grid = await simulation.field(name).read();
  const { max } = simulation.indexBounds;
  const size: Triple = [max[0] + 1, max[1] + 1, max[2] + 1];
  const components = simulation.field(name).default.length;
  const boxes = Array.from({ length: components }, () => new Dense(size));
  for (const leaf of grid.leaves()) {
    for (let n = 0; n < 512; n++) {
      const [i, j, k] = [leaf.origin[0] + (n >> 6), leaf.origin[1] + ((n >> 3) & 7), leaf.origin[2] + (n & 7)];
      if (i >= size[0] || j >= size[1] || k >= size[2]) continue;
      boxes.forEach((box, c) => (box.values[(i * size[1] + j) * size[2] + k] = Number(leaf.values[c]![n])));
    }
  }
  return boxes;
}

/** Numbers in −1 … 1 that are the same every time (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

const steps: readonly Triple[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Net flow out of voxel (i, j, k), of a velocity on lower faces. */
export function outflow(velocity: readonly Dense[], i: number, j: number, k: number): number {
  return steps.reduce(
    (sum, [x, y, z], axis) => sum + velocity[axis]!.get(i + x, j + y, k + z) - velocity[axis]!.get(i, j, k),
    0,
  );
}

/** A solid ball, in voxels, that stands in a box whose lowest layer is solid: what flow may cross, told by geometry. */
export class Scene {
  readonly size: Triple;
  readonly #ball: { readonly center: Triple; readonly radius: number };

  constructor(size: Triple, ball: { readonly center: Triple; readonly radius: number }) {
    this.size = size;
    this.#ball = ball;
  }

  solid(i: number, j: number, k: number): boolean {
    const { center, radius } = this.#ball;
    return j <= 0 || Math.hypot(i - center[0], j - center[1], k - center[2]) < radius;
  }

  fluid(i: number, j: number, k: number): boolean {
    const inside = [i, j, k].every((at, axis) => at > 0 && at < this.size[axis]! - 1);
    return inside && !this.solid(i, j, k);
  }

  /** Whether flow may cross the lower face of (i, j, k) on an axis. */
  open(axis: number, i: number, j: number, k: number): boolean {
    const [x, y, z] = steps[axis]!;
    const before: Triple = [i - x, j - y, k - z];
    if (this.solid(i, j, k) || this.solid(...before)) return false;
    return this.fluid(i, j, k) || this.fluid(...before);
  }

  /** The 7-point Laplacian's negative with closed and open faces, dense and plain: Σ over open faces of (φ − φₙ). */
  operator(phi: Dense): Dense {
    return new Dense(this.size, (i, j, k) => {
      if (!this.fluid(i, j, k)) return 0;
      return steps.reduce((sum, [x, y, z], axis) => {
        const lower = this.open(axis, i, j, k) ? phi.get(i, j, k) - phi.get(i - x, j - y, k - z) : 0;
        const upper = this.open(axis, i + x, j + y, k + z) ? phi.get(i, j, k) - phi.get(i + x, j + y, k + z) : 0;
        return sum + lower + upper;
      }, 0);
    });
  }

  /** Closes the faces and makes the rest free of divergence by plain conjugate gradients, to rounding. */
  project(velocity: readonly Dense[]): Dense[] {
    const closed = velocity.map(
      (each, axis) => new Dense(this.size, (i, j, k) => (this.open(axis, i, j, k) ? each.get(i, j, k) : 0)),
    );
    const right = new Dense(this.size, (i, j, k) => (this.fluid(i, j, k) ? -outflow(closed, i, j, k) : 0));
    const phi = this.#solve(right);
    return closed.map(
      (each, axis) =>
        new Dense(this.size, (i, j, k) => {
          const [x, y, z] = steps[axis]!;
          const slope = phi.get(i, j, k) - phi.get(i - x, j - y, k - z);
          return each.get(i, j, k) - (this.open(axis, i, j, k) ? slope : 0);
        }),
    );
  }

  #solve(right: Dense): Dense {
    const phi = new Dense(this.size);
    const residual = new Dense(this.size, (i, j, k) => right.get(i, j, k));
    const direction = new Dense(this.size, (i, j, k) => right.get(i, j, k));
    let weight = residual.dot(residual);
    for (let n = 0; n < 1000 && residual.peak > 1e-12; n++) {
      const image = this.operator(direction);
      const stride = weight / direction.dot(image);
      phi.values.forEach((_, at) => (phi.values[at]! += stride * direction.values[at]!));
      residual.values.forEach((_, at) => (residual.values[at]! -= stride * image.values[at]!));
      const next = residual.dot(residual);
      direction.values.forEach((old, at) => (direction.values[at] = residual.values[at]! + (next / weight) * old));
      weight = next;
    }
    return phi;
  }
}
