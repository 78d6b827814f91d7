/**
 * @file Squared distance from the voxels near a mesh to its nearest triangle: exact, triangle by triangle.
 *
 * For each triangle the voxels that can lie within the band are run through row by row along z; a row is cut to the ball about the
 * triangle and to the slab about its plane. The distance of a point to a triangle is Ericson's (Real-Time Collision Detection, 2005,
 * §5.1.5), with everything that belongs to the triangle alone reckoned beforehand.
 */
import { LeafTable } from '../topology.ts';

/** Leaves near the mesh, and the squared distance (voxels²) of each voxel, ∞ where it is not below the band's. */
export interface Distances {
  readonly table: LeafTable;
  /** 512 a leaf, z fastest. */
  readonly squared: Float32Array;
}

/** Distances of all voxels that lie nearer than `halfWidth` voxels to a triangle. `points`: 3 index coordinates a vertex. */
export function meshDistances(points: Float64Array, triangles: Uint32Array, halfWidth: number): Distances {
  const band = new Band(halfWidth);
  for (let t = 0; t < triangles.length; t += 3) band.add(points, triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
  return { table: band.table, squared: band.squared };
}

class Band {
  readonly table = new LeafTable();
  squared: Float32Array = new Float32Array(512 * 1024).fill(Infinity);
  readonly #halfWidth: number;
  #x = NaN;
  #y = NaN;
  #z = NaN;
  #start = 0;

  constructor(halfWidth: number) {
    this.#halfWidth = halfWidth;
  }

  /** Lowers the distances of the voxels near the triangle a, b, c. */
  add(points: Float64Array, a: number, b: number, c: number): void {
    const w = this.#halfWidth;
    const ax = points[3 * a]!;
    const ay = points[3 * a + 1]!;
    const az = points[3 * a + 2]!;
    const abx = points[3 * b]! - ax;
    const aby = points[3 * b + 1]! - ay;
    const abz = points[3 * b + 2]! - az;
    const acx = points[3 * c]! - ax;
    const acy = points[3 * c + 1]! - ay;
    const acz = points[3 * c + 2]! - az;
    const e = abx * abx + aby * aby + abz * abz;
    const f = abx * acx + aby * acy + abz * acz;
    const g = acx * acx + acy * acy + acz * acz;
    const nx = aby * acz - abz * acy;
    const ny = abz * acx - abx * acz;
    const nz = abx * acy - aby * acx;
    const nn = nx * nx + ny * ny + nz * nz;
    // Ball about the centroid, and half the slab about the plane, along z.
    const mx = (abx + acx) / 3;
    const my = (aby + acy) / 3;
    const mz = (abz + acz) / 3;
    const far = Math.sqrt(
      Math.max(
        mx * mx + my * my + mz * mz,
        (abx - mx) ** 2 + (aby - my) ** 2 + (abz - mz) ** 2,
        (acx - mx) ** 2 + (acy - my) ** 2 + (acz - mz) ** 2,
      ),
    );
    const ball = (far + w) ** 2;
    const steep = nz * nz > 1e-6 * nn;
    const slab = steep ? (w * Math.sqrt(nn)) / Math.abs(nz) + 1e-6 : Infinity;
    const x1 = Math.floor(ax + Math.max(0, abx, acx) + w);
    const y0 = Math.ceil(ay + Math.min(0, aby, acy) - w);
    const y1 = Math.floor(ay + Math.max(0, aby, acy) + w);
    const zLow = az + Math.min(0, abz, acz) - w;
    const zHigh = az + Math.max(0, abz, acz) + w;
    const limit = w * w;
    for (let x = Math.ceil(ax + Math.min(0, abx, acx) - w); x <= x1; x++) {
      const px = x - ax;
      for (let y = y0; y <= y1; y++) {
        const py = y - ay;
        const room = ball - (px - mx) * (px - mx) - (py - my) * (py - my);
        if (room < 0) continue;
        const half = Math.sqrt(room);
        let low = Math.max(zLow, az + mz - half);
        let high = Math.min(zHigh, az + mz + half);
        if (steep) {
          const plane = az - (nx * px + ny * py) / nz;
          low = Math.max(low, plane - slab);
          high = Math.min(high, plane + slab);
        }
        for (let z = Math.ceil(low); z <= high; z++) {
          const pz = z - az;
          const pp = px * px + py * py + pz * pz;
          const d1 = abx * px + aby * py + abz * pz;
          const d2 = acx * px + acy * py + acz * pz;
          const d3 = d1 - e;
          const d4 = d2 - f;
          const d5 = d1 - f;
          const d6 = d2 - g;
          let d: number;
          if (d1 <= 0 && d2 <= 0) d = pp;
          else if (d3 >= 0 && d4 <= d3) d = pp - 2 * d1 + e;
          else if (d6 >= 0 && d5 <= d6) d = pp - 2 * d2 + g;
          else if (d1 >= 0 && d3 <= 0 && d1 * d4 - d3 * d2 <= 0) d = pp - (d1 * d1) / e;
          else if (d2 >= 0 && d6 <= 0 && d5 * d2 - d1 * d6 <= 0) d = pp - (d2 * d2) / g;
          else if (d3 * d6 - d5 * d4 <= 0 && d4 >= d3 && d5 >= d6) {
            d = pp - 2 * d1 + e - ((d4 - d3) * (d4 - d3)) / (d4 - d3 + d5 - d6);
          } else {
            const n = nx * px + ny * py + nz * pz;
            d = (n * n) / nn;
          }
          if (d < limit) this.#lower(x, y, z, d < 0 ? 0 : d);
        }
      }
    }
  }

  #lower(x: number, y: number, z: number, d: number): void {
    if ((x & ~7) !== this.#x || (y & ~7) !== this.#y || (z & ~7) !== this.#z) {
      this.#x = x & ~7;
      this.#y = y & ~7;
      this.#z = z & ~7;
      this.#start = 512 * this.table.at(this.#x, this.#y, this.#z);
      if (this.#start >= this.squared.length) {
        const bigger = new Float32Array(2 * this.squared.length).fill(Infinity, this.squared.length);
        bigger.set(this.squared);
        this.squared = bigger;
      }
    }
    const n = this.#start + (((x & 7) << 6) | ((y & 7) << 3) | (z & 7));
    if (d < this.squared[n]!) this.squared[n] = d;
  }
}
