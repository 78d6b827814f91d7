/**
 * @file Which voxels are active: leaves and masks made from boxes, spheres and lists of coordinates.
 * Leaves come in the order of the format (by 4096³ block, then 128³, then 8³, each x-major).
 */
import { setBit } from './bits.ts';
import type { IndexBox } from './grid.ts';
import type { Vec3 } from './map.ts';

/** Leaves and their active voxels. */
export interface Topology {
  /** 3 numbers a leaf: index coordinates, multiples of 8. */
  readonly origins: Int32Array;
  /** 16 words a leaf: bit n set where voxel n is active. */
  readonly masks: Uint32Array;
}

/** Which voxels of a box to keep: a word on a whole leaf, and on single voxels where that word is 'some'. */
interface Shape {
  readonly leaf: (x: number, y: number, z: number) => 'all' | 'some' | 'none';
  readonly voxel: (x: number, y: number, z: number) => boolean;
}

const everything: Shape = { leaf: () => 'all', voxel: () => true };

/** All voxels of a box, both ends inclusive, given as integers. */
export function denseBoxTopology(box: IndexBox): Topology {
  return boxTopology(box, everything);
}

/** The voxels whose centres lie within `radius` voxels of `center` (index coordinates, may be fractions). */
export function sphereTopology(center: Vec3, radius: number): Topology {
  return shellTopology(center, -Infinity, radius);
}

/** The voxels whose distance from `center` lies in [inner, outer], all in voxels: the narrow band of a level set. */
export function shellTopology(center: Vec3, inner: number, outer: number): Topology {
  if (!(outer >= 0)) return { origins: new Int32Array(0), masks: new Uint32Array(0) };
  const min = center.map((v) => Math.ceil(v - outer)) as [number, number, number];
  const max = center.map((v) => Math.floor(v + outer)) as [number, number, number];
  const distance = (x: number, y: number, z: number): number => Math.hypot(x - center[0], y - center[1], z - center[2]);
  // Half the diagonal of a leaf's voxel centres, and a little for rounding.
  const extent = 3.5 * Math.sqrt(3) + 1e-6;
  return boxTopology(
    { min, max },
    {
      leaf: (x, y, z) => {
        const d = distance(x + 3.5, y + 3.5, z + 3.5);
        if (d + extent < inner || d - extent > outer) return 'none';
        return d - extent >= inner && d + extent <= outer ? 'all' : 'some';
      },
      voxel: (x, y, z) => {
        const d = distance(x, y, z);
        return d >= inner && d <= outer;
      },
    },
  );
}

/** The voxels of a list, 3 integers each; one that is named twice counts once. */
export function coordinatesTopology(coordinates: Int32Array): Topology {
  const table = new LeafTable();
  const { leaves } = table;
  let [leaf, lx, ly, lz] = [-1, 0, 0, 0];
  for (let i = 0; i + 2 < coordinates.length; i += 3) {
    const [x, y, z] = [coordinates[i]!, coordinates[i + 1]!, coordinates[i + 2]!];
    if (leaf < 0 || (x & ~7) !== lx || (y & ~7) !== ly || (z & ~7) !== lz) {
      [lx, ly, lz] = [x & ~7, y & ~7, z & ~7];
      leaf = table.at(lx, ly, lz);
    }
    setBit(leaves.masks, 16 * leaf, ((x & 7) << 6) | ((y & 7) << 3) | (z & 7));
  }
  return sortTopology(leaves.topology());
}

/** Leaves by origin: an open-addressing hash table over a list. */
export class LeafTable {
  readonly leaves: LeafList = new LeafList();
  #slots = new Int32Array(1024).fill(-1);

  /** The table of given leaves, numbered as they come; the arrays are copied. */
  static of(topology: Topology): LeafTable {
    const table = new LeafTable();
    const { leaves } = table;
    leaves.count = topology.origins.length / 3;
    const room = Math.max(256, Math.ceil(leaves.count * 1.5));
    leaves.origins = enlarge(topology.origins, new Int32Array(3 * room));
    leaves.masks = enlarge(topology.masks, new Uint32Array(16 * room));
    table.#rehash();
    return table;
  }

  /** Number of the leaf at (x, y, z), multiples of 8, or −1. */
  find(x: number, y: number, z: number): number {
    return this.#slots[this.#find(x, y, z)]!;
  }

  /** Number of the leaf at (x, y, z), made when there was none. */
  at(x: number, y: number, z: number): number {
    const slot = this.#find(x, y, z);
    if (this.#slots[slot]! >= 0) return this.#slots[slot]!;
    const leaf = this.leaves.push(x, y, z);
    this.#slots[slot] = leaf;
    if (2 * this.leaves.count > this.#slots.length) this.#rehash();
    return leaf;
  }

  #find(x: number, y: number, z: number): number {
    const { origins } = this.leaves;
    const last = this.#slots.length - 1;
    let slot = Math.imul(x >> 3, 0x8da6b343) ^ Math.imul(y >> 3, 0xd8163841) ^ Math.imul(z >> 3, 0xcb1ab31f);
    slot = Math.imul(slot ^ (slot >>> 15), 0x2c1b3c6d);
    slot = (slot ^ (slot >>> 13)) & last;
    for (;;) {
      const leaf = this.#slots[slot]!;
      if (leaf < 0 || (origins[3 * leaf] === x && origins[3 * leaf + 1] === y && origins[3 * leaf + 2] === z))
        return slot;
      slot = (slot + 1) & last;
    }
  }

  #rehash(): void {
    const { origins, count } = this.leaves;
    let size = this.#slots.length;
    while (size < 4 * count) size *= 2;
    this.#slots = new Int32Array(size).fill(-1);
    for (let leaf = 0; leaf < count; leaf++) {
      this.#slots[this.#find(origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!)] = leaf;
    }
  }
}

function enlarge<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The leaves of a shape in a box, in the order of the format; leaves with no voxel are dropped. */
function boxTopology(box: IndexBox, shape: Shape): Topology {
  if (![...box.min, ...box.max].every((v) => Number.isInteger(v) && Math.abs(v) <= 2 ** 31 && v < 2 ** 31)) {
    const is = `the box is (${box.min.join(', ')}) … (${box.max.join(', ')})`;
    throw new RangeError(`Cannot make topology: ${is}; give integers from −2³¹ to 2³¹ − 1`);
  }
  const leaves = new LeafList();
  const mask = new Uint32Array(16);
  const visit = (span: number, within: IndexBox): void => {
    const low = within.min.map((v, a) => Math.max(v, Math.floor(box.min[a]! / span) * span)) as [
      number,
      number,
      number,
    ];
    const high = within.max.map((v, a) => Math.min(v, box.max[a]!)) as [number, number, number];
    for (let x = low[0]; x <= high[0]; x += span) {
      for (let y = low[1]; y <= high[1]; y += span) {
        for (let z = low[2]; z <= high[2]; z += span) {
          if (span > 8) {
            visit(span === 4096 ? 128 : 8, { min: [x, y, z], max: [x + span - 1, y + span - 1, z + span - 1] });
          } else if (fillMask(mask, [x, y, z], box, shape)) leaves.push(x, y, z, mask);
        }
      }
    }
  };
  visit(4096, { min: [-Infinity, -Infinity, -Infinity], max: [Infinity, Infinity, Infinity] });
  return leaves.topology();
}

/** Leaves in the order of adding. The arrays have room for more than `count`. */
export class LeafList {
  masks: Uint32Array = new Uint32Array(16 * 256);
  origins: Int32Array = new Int32Array(3 * 256);
  count = 0;

  /** Adds a leaf and returns its number. */
  push(x: number, y: number, z: number, mask?: Uint32Array): number {
    const leaf = this.count++;
    if (16 * this.count > this.masks.length) {
      this.masks = enlarge(this.masks, new Uint32Array(this.masks.length * 2));
      this.origins = enlarge(this.origins, new Int32Array(this.origins.length * 2));
    }
    this.origins[3 * leaf] = x;
    this.origins[3 * leaf + 1] = y;
    this.origins[3 * leaf + 2] = z;
    if (mask !== undefined) this.masks.set(mask, 16 * leaf);
    return leaf;
  }

  topology(): Topology {
    return { origins: this.origins.slice(0, 3 * this.count), masks: this.masks.slice(0, 16 * this.count) };
  }
}

/** Sets the voxels of the leaf at `origin` that lie in box and shape, and tells whether there are any. */
function fillMask(mask: Uint32Array, origin: Vec3, box: IndexBox, shape: Shape): boolean {
  const [x, y, z] = origin;
  const word = shape.leaf(x, y, z);
  if (word === 'none') return false;
  const inside = [0, 1, 2].every((a) => box.min[a]! <= origin[a]! && origin[a]! + 7 <= box.max[a]!);
  mask.fill(word === 'all' && inside ? 0xffffffff : 0);
  if (word === 'all' && inside) return true;
  const low = origin.map((o, a) => Math.max(0, box.min[a]! - o));
  const high = origin.map((o, a) => Math.min(7, box.max[a]! - o));
  let any = false;
  for (let i = low[0]!; i <= high[0]!; i++) {
    for (let j = low[1]!; j <= high[1]!; j++) {
      for (let k = low[2]!; k <= high[2]!; k++) {
        if (word === 'some' && !shape.voxel(x + i, y + j, z + k)) continue;
        setBit(mask, 0, (i << 6) | (j << 3) | k);
        any = true;
      }
    }
  }
  return any;
}

/** The same leaves in the order of the format. */
export function sortTopology(topology: Topology): Topology {
  const { origins: o, masks } = topology;
  const order = formatOrder(o);
  if (order === undefined) return topology;
  const sorted = { origins: new Int32Array(o.length), masks: new Uint32Array(masks.length) };
  for (let to = 0; to < order.length; to++) {
    const from = order[to]!;
    for (let a = 0; a < 3; a++) sorted.origins[3 * to + a] = o[3 * from + a]!;
    for (let w = 0; w < 16; w++) sorted.masks[16 * to + w] = masks[16 * from + w]!;
  }
  return sorted;
}

/** Numbers of the leaves in the order of the format, or undefined when they stand in it. */
function formatOrder(o: Int32Array): Uint32Array | undefined {
  const compare = (a: number, b: number): number => {
    for (let shift = 12; shift >= 3; shift -= shift === 12 ? 5 : 4) {
      for (let axis = 0; axis < 3; axis++) {
        const d = (o[3 * a + axis]! >> shift) - (o[3 * b + axis]! >> shift);
        if (d !== 0) return d;
      }
    }
    return 0;
  };
  const count = o.length / 3;
  let sorted = true;
  for (let i = 1; i < count && sorted; i++) sorted = compare(i - 1, i) < 0;
  if (sorted) return undefined;
  const keys = packedKeys(o);
  if (keys !== undefined) return Uint32Array.from(keys.sort(), (key) => key % count);
  return Uint32Array.from({ length: count }, (_, i) => i).sort(compare);
}

/** Keys whose order is the format's, each times the number of leaves plus the leaf's number; undefined where 53 bits are too few. */
function packedKeys(o: Int32Array): Float64Array | undefined {
  const count = o.length / 3;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < o.length; i++) {
    const block = o[i]! >> 12;
    if (block < low[i % 3]!) low[i % 3] = block;
    if (block > high[i % 3]!) high[i % 3] = block;
  }
  const [nx, ny, nz] = [0, 1, 2].map((a) => high[a]! - low[a]! + 1) as [number, number, number];
  if (nx * ny * nz * 2 ** 27 * count > Number.MAX_SAFE_INTEGER) return undefined;
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [o[3 * i]!, o[3 * i + 1]!, o[3 * i + 2]!];
    const block = (((x >> 12) - low[0]!) * ny + (y >> 12) - low[1]!) * nz + (z >> 12) - low[2]!;
    const upper = (((x >> 7) & 31) << 10) | (((y >> 7) & 31) << 5) | ((z >> 7) & 31);
    const lower = (((x >> 3) & 15) << 8) | (((y >> 3) & 15) << 4) | ((z >> 3) & 15);
    keys[i] = ((block * 32768 + upper) * 4096 + lower) * count + i;
  }
  return keys;
}
