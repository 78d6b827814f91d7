/**
 * @file Which voxels lie inside a closed mesh: where a line along z through each column of voxels meets the triangles.
 *
 * A triangle is run through row by row of columns, as a scan converter does. Whether an edge passes left of a column depends on the
 * edge alone, its ends taken in one order for all its triangles, so the triangles about an edge never both claim or both miss a
 * column: along every column of a closed mesh the signs of the crossings add up to nothing, whatever the rounding.
 */

/** How crossings tell inside from outside: an odd number of them, or signs that do not cancel (then overlapping parts are one body). */
export type InsideRule = 'even-odd' | 'winding';

const COLUMN_LIMIT = 2 ** 27;

/** Crossings of columns and triangles. */
export class Crossings {
  readonly #rule: InsideRule;
  readonly #x0: number;
  readonly #y0: number;
  readonly #nx: number;
  readonly #ny: number;
  /** Number of the last crossing of each column, or −1. */
  readonly #heads: Int32Array;
  #count = 0;
  #next = new Int32Array(1024);
  #z = new Float64Array(1024);
  #sign = new Int8Array(1024);

  /** `points`: 3 index coordinates a vertex. */
  constructor(points: Float64Array, triangles: Uint32Array, rule: InsideRule) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const v of triangles) {
      x0 = Math.min(x0, points[3 * v]!);
      x1 = Math.max(x1, points[3 * v]!);
      y0 = Math.min(y0, points[3 * v + 1]!);
      y1 = Math.max(y1, points[3 * v + 1]!);
    }
    this.#rule = rule;
    this.#x0 = Math.ceil(x0);
    this.#y0 = Math.ceil(y0);
    this.#nx = Math.max(0, Math.floor(x1) - this.#x0 + 1);
    this.#ny = Math.max(0, Math.floor(y1) - this.#y0 + 1);
    if (!(this.#nx * this.#ny <= COLUMN_LIMIT)) {
      const is = `it is ${this.#nx} × ${this.#ny} voxels wide, more than ${COLUMN_LIMIT} columns`;
      throw new RangeError(`Cannot tell the inside of a mesh: ${is}; give a larger voxelSize`);
    }
    this.#heads = new Int32Array(this.#nx * this.#ny).fill(-1);
    for (let t = 0; t < triangles.length; t += 3) {
      this.#addTriangle(points, triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
    }
  }

  /** Whether voxel (i, j, k) has its centre inside. */
  inside(i: number, j: number, k: number): boolean {
    const [x, y] = [i - this.#x0, j - this.#y0];
    if (x < 0 || y < 0 || x >= this.#nx || y >= this.#ny) return false;
    let [count, sum] = [0, 0];
    for (let c = this.#heads[x * this.#ny + y]!; c >= 0; c = this.#next[c]!) {
      if (this.#z[c]! <= k) continue;
      count++;
      sum += this.#sign[c]!;
    }
    return this.#rule === 'winding' ? sum !== 0 : count % 2 === 1;
  }

  #addTriangle(points: Float64Array, a: number, b: number, c: number): void {
    const [ay, by, cy] = [points[3 * a + 1]!, points[3 * b + 1]!, points[3 * c + 1]!];
    const last = Math.max(ay, by, cy);
    for (let y = Math.max(this.#y0, Math.ceil(Math.min(ay, by, cy))); y <= last; y++) {
      // Each edge that crosses the row: where, how high, and whether upwards. There are two of them or none.
      let [leftX, leftZ, rightX, rightZ, sign] = [Infinity, 0, -Infinity, 0, 0];
      for (let e = 0; e < 3; e++) {
        const from = e === 0 ? a : e === 1 ? b : c;
        const to = e === 0 ? b : e === 1 ? c : a;
        const fromAbove = points[3 * from + 1]! > y;
        if (fromAbove === points[3 * to + 1]! > y) continue;
        const p = 3 * Math.min(from, to);
        const q = 3 * Math.max(from, to);
        const part = (y - points[p + 1]!) / (points[q + 1]! - points[p + 1]!);
        const x = points[p]! + part * (points[q]! - points[p]!);
        const z = points[p + 2]! + part * (points[q + 2]! - points[p + 2]!);
        if (x >= rightX) [rightX, rightZ, sign] = [x, z, fromAbove ? -1 : 1];
        if (x < leftX) [leftX, leftZ] = [x, z];
      }
      const end = Math.min(rightX, this.#x0 + this.#nx);
      for (let x = Math.max(this.#x0, Math.ceil(leftX)); x < end; x++) {
        const z = leftZ + ((x - leftX) / (rightX - leftX)) * (rightZ - leftZ);
        this.#addCrossing((x - this.#x0) * this.#ny + y - this.#y0, z, sign);
      }
    }
  }

  #addCrossing(column: number, z: number, sign: number): void {
    const c = this.#count++;
    if (c === this.#z.length) {
      const [next, zs, signs] = [this.#next, this.#z, this.#sign];
      this.#next = new Int32Array(2 * c);
      this.#z = new Float64Array(2 * c);
      this.#sign = new Int8Array(2 * c);
      this.#next.set(next);
      this.#z.set(zs);
      this.#sign.set(signs);
    }
    this.#next[c] = this.#heads[column]!;
    this.#heads[column] = c;
    this.#z[c] = z;
    this.#sign[c] = sign;
  }
}
