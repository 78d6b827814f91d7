/**
 * @file Dilation and erosion of voxel sets by n steps of the 6, 18 or 26 neighbours, a leaf at a time and without looking at voxels.
 *
 * A leaf and the n voxels around it are (8 + 2n)² rows along z, each one word of 8 + 2n bits: n ≤ 8 fits, and reaches no farther
 * than the 26 leaves around. A step ors every row with the rows beside it and with itself moved by one bit; after step s the
 * outermost s rows and bits are stale, so n steps leave the leaf's own 8 × 8 rows right. Erosion is the dilation of the complement.
 * More than 8 steps are made eight at a time.
 */
import { leafBox } from '../bits.ts';
import { LeafTable, sortTopology } from '../topology.ts';
import type { Topology } from '../topology.ts';

/** Which voxels are neighbours: those that share a face (6), a face or an edge (18), or anything (26). */
export type Neighbours = 6 | 18 | 26;

/** The voxels within `steps` steps of the set. */
export function dilateTopology(topology: Topology, steps: number, neighbours: Neighbours): Topology {
  let result = topology;
  for (let left = steps; left > 0; left -= 8) result = dilateOnce(result, Math.min(8, left), neighbours);
  return result;
}

/** The voxels of the set from which no `steps` steps lead out of it. */
export function erodeTopology(topology: Topology, steps: number, neighbours: Neighbours): Topology {
  let result = topology;
  for (let left = steps; left > 0; left -= 8) result = erodeOnce(result, Math.min(8, left), neighbours);
  return result;
}

function dilateOnce(topology: Topology, n: number, neighbours: Neighbours): Topology {
  const table = LeafTable.of(topology);
  const { leaves } = table;
  const given = leaves.count;
  const box = new Int32Array(6);
  for (let leaf = 0; leaf < given; leaf++) {
    if (!leafBox(leaves.masks, 16 * leaf, box)) continue;
    const x = leaves.origins[3 * leaf]!;
    const y = leaves.origins[3 * leaf + 1]!;
    const z = leaves.origins[3 * leaf + 2]!;
    const endX = box[3]! > 7 - n ? 8 : 0;
    const endY = box[4]! > 7 - n ? 8 : 0;
    const endZ = box[5]! > 7 - n ? 8 : 0;
    for (let dx = box[0]! < n ? -8 : 0; dx <= endX; dx += 8) {
      for (let dy = box[1]! < n ? -8 : 0; dy <= endY; dy += 8) {
        for (let dz = box[2]! < n ? -8 : 0; dz <= endZ; dz += 8) {
          if ((dx | dy | dz) === 0) continue;
          if (inRange(x + dx) && inRange(y + dy) && inRange(z + dz)) table.at(x + dx, y + dy, z + dz);
        }
      }
    }
  }
  const out = new Uint32Array(16 * leaves.count);
  const kernel = new Kernel(table, n, neighbours, 0);
  for (let leaf = 0; leaf < leaves.count; leaf++) kernel.run(leaf, out);
  return compact(leaves.origins, out, leaves.count);
}

function erodeOnce(topology: Topology, n: number, neighbours: Neighbours): Topology {
  const table = LeafTable.of(topology);
  const { leaves } = table;
  const out = new Uint32Array(16 * leaves.count);
  const kernel = new Kernel(table, n, neighbours, -1);
  for (let leaf = 0; leaf < leaves.count; leaf++) kernel.run(leaf, out);
  return compact(leaves.origins, out, leaves.count);
}

/** The last leaf of an axis begins at 2³¹ − 8; coordinates do not wrap. */
function inRange(v: number): boolean {
  return v === (v | 0);
}

/** The leaves with any voxel, in the order of the format; the arrays themselves where that is what they hold. */
export function compact(origins: Int32Array, masks: Uint32Array, count: number): Topology {
  const used = new Int32Array(count);
  let k = 0;
  for (let leaf = 0; leaf < count; leaf++) {
    let any = 0;
    for (let w = 16 * leaf; w < 16 * leaf + 16; w++) any |= masks[w]!;
    if (any !== 0) used[k++] = leaf;
  }
  if (k === count && origins.length === 3 * count && masks.length === 16 * count) {
    return sortTopology({ origins, masks });
  }
  const kept = { origins: new Int32Array(3 * k), masks: new Uint32Array(16 * k) };
  for (let to = 0; to < k; to++) {
    const from = used[to]!;
    for (let a = 0; a < 3; a++) kept.origins[3 * to + a] = origins[3 * from + a]!;
    for (let w = 0; w < 16; w++) kept.masks[16 * to + w] = masks[16 * from + w]!;
  }
  return sortTopology(kept);
}

/** Works on one leaf after the other. `flip` is 0 to dilate, −1 to dilate the complement. */
class Kernel {
  readonly #table: LeafTable;
  readonly #bytes: Uint8Array;
  readonly #n: number;
  readonly #neighbours: Neighbours;
  readonly #flip: number;
  readonly #around = new Int32Array(27);
  #rows: Uint32Array;
  #next: Uint32Array;

  constructor(table: LeafTable, n: number, neighbours: Neighbours, flip: number) {
    const { masks } = table.leaves;
    this.#table = table;
    this.#bytes = new Uint8Array(masks.buffer, masks.byteOffset, masks.byteLength);
    this.#n = n;
    this.#neighbours = neighbours;
    this.#flip = flip;
    this.#rows = new Uint32Array((8 + 2 * n) ** 2);
    this.#next = new Uint32Array((8 + 2 * n) ** 2);
  }

  /** Writes the mask of leaf `leaf` after n steps into `out`. */
  run(leaf: number, out: Uint32Array): void {
    const { masks } = this.#table.leaves;
    let all = -1;
    for (let w = 0; w < 16; w++) all &= masks[16 * leaf + w]!;
    if (this.#flip === 0 && all === -1) {
      out.fill(0xffffffff, 16 * leaf, 16 * leaf + 16);
      return;
    }
    this.#gather(leaf);
    for (let s = 1; s <= this.#n; s++) {
      this.#step(s);
      [this.#rows, this.#next] = [this.#next, this.#rows];
    }
    const n = this.#n;
    const width = 8 + 2 * n;
    const flip = this.#flip;
    const rows = this.#rows;
    for (let x = 0; x < 8; x++) {
      const at = (x + n) * width + n;
      for (let half = 0; half < 2; half++) {
        let word = 0;
        for (let y = 0; y < 4; y++) word |= (((rows[at + 4 * half + y]! >>> n) ^ flip) & 255) << (8 * y);
        out[16 * leaf + 2 * x + half] = word;
      }
    }
  }

  /** Fills the rows from the leaf and those around it. */
  #gather(leaf: number): void {
    const { origins } = this.#table.leaves;
    const around = this.#around;
    for (let a = 0; a < 27; a++) {
      const x = origins[3 * leaf]! + 8 * (((a / 9) | 0) - 1);
      const y = origins[3 * leaf + 1]! + 8 * ((((a / 3) | 0) % 3) - 1);
      const z = origins[3 * leaf + 2]! + 8 * ((a % 3) - 1);
      const inside = inRange(x) && inRange(y) && inRange(z);
      around[a] = a === 13 ? leaf : inside ? this.#table.find(x, y, z) : -1;
    }
    const n = this.#n;
    const flip = this.#flip;
    const bytes = this.#bytes;
    const rows = this.#rows;
    let at = 0;
    for (let px = -n; px < 8 + n; px++) {
      for (let py = -n; py < 8 + n; py++) {
        const column = ((px >> 3) + 1) * 9 + ((py >> 3) + 1) * 3;
        const byte = ((px & 7) << 3) | (py & 7);
        const low = around[column]!;
        const own = around[column + 1]!;
        const high = around[column + 2]!;
        let row = 0;
        if (low >= 0) row = bytes[64 * low + byte]! >>> (8 - n);
        if (own >= 0) row |= bytes[64 * own + byte]! << n;
        if (high >= 0) row |= bytes[64 * high + byte]! << (n + 8);
        rows[at++] = row ^ flip;
      }
    }
  }

  /** One step, into `#next`; the outermost `s` rows are left alone. */
  #step(s: number): void {
    const width = 8 + 2 * this.#n;
    const rows = this.#rows;
    const next = this.#next;
    const neighbours = this.#neighbours;
    for (let px = s; px < width - s; px++) {
      const first = px * width + s;
      // Three rows in a line along y, and the lines (three rows along x) through them.
      let rowBefore = rows[first - 1]!;
      let row = rows[first]!;
      let lineBefore = rowBefore | rows[first - width - 1]! | rows[first + width - 1]!;
      let line = row | rows[first - width]! | rows[first + width]!;
      for (let p = first; p < first + width - 2 * s; p++) {
        const rowAfter = rows[p + 1]!;
        const lineAfter = rowAfter | rows[p + 1 - width]! | rows[p + 1 + width]!;
        const cross = line | rowBefore | rowAfter;
        const square = line | lineBefore | lineAfter;
        const moved = neighbours === 6 ? row : neighbours === 18 ? cross : square;
        next[p] = (neighbours === 6 ? cross : square) | (moved << 1) | (moved >>> 1);
        rowBefore = row;
        row = rowAfter;
        lineBefore = line;
        line = lineAfter;
      }
    }
  }
}
