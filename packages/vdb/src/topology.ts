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

/** All voxels of a box, both ends inclusive, given as integers. */
export function denseBoxTopology(box: IndexBox): Topology {
  return sortTopology(boxTopology(box, () => undefined));
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
  const inside = (x: number, y: number, z: number): boolean => {
    const d = Math.hypot(x - center[0], y - center[1], z - center[2]);
    return d >= inner && d <= outer;
  };
  return sortTopology(boxTopology({ min, max }, (x, y, z) => inside(x, y, z)));
}

/** The voxels of a list, 3 integers each; one that is named twice counts once. */
export function coordinatesTopology(coordinates: Int32Array): Topology {
  const leaves = new LeafTable();
  let [leaf, lx, ly, lz] = [-1, 0, 0, 0];
  for (let i = 0; i + 2 < coordinates.length; i += 3) {
    const [x, y, z] = [coordinates[i]!, coordinates[i + 1]!, coordinates[i + 2]!];
    if (leaf < 0 || (x & ~7) !== lx || (y & ~7) !== ly || (z & ~7) !== lz) {
      [lx, ly, lz] = [x & ~7, y & ~7, z & ~7];
      leaf = leaves.at(lx, ly, lz);
    }
    setBit(leaves.masks, 16 * leaf, ((x & 7) << 6) | ((y & 7) << 3) | (z & 7));
  }
  return sortTopology(leaves.topology());
}

/** Leaves by origin: an open-addressing hash table over growing arrays. */
class LeafTable {
  masks = new Uint32Array(16 * 256);
  #origins = new Int32Array(3 * 256);
  #slots = new Int32Array(1024).fill(-1);
  #count = 0;

  /** Number of the leaf at (x, y, z), made when there was none. */
  at(x: number, y: number, z: number): number {
    let slot = this.#find(x, y, z);
    if (this.#slots[slot]! >= 0) return this.#slots[slot]!;
    const leaf = this.#count++;
    if (16 * this.#count > this.masks.length) {
      this.masks = enlarge(this.masks, new Uint32Array(this.masks.length * 2));
      this.#origins = enlarge(this.#origins, new Int32Array(this.#origins.length * 2));
    }
    this.#origins[3 * leaf] = x;
    this.#origins[3 * leaf + 1] = y;
    this.#origins[3 * leaf + 2] = z;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    slot = this.#find(x, y, z);
    this.#slots[slot] = leaf;
    return leaf;
  }

  topology(): Topology {
    return { origins: this.#origins.slice(0, 3 * this.#count), masks: this.masks.slice(0, 16 * this.#count) };
  }

  #find(x: number, y: number, z: number): number {
    const last = this.#slots.length - 1;
    let slot = Math.imul(x >> 3, 0x8da6b343) ^ Math.imul(y >> 3, 0xd8163841) ^ Math.imul(z >> 3, 0xcb1ab31f);
    slot = (slot ^ (slot >>> 15)) & last;
    for (;;) {
      const leaf = this.#slots[slot]!;
      const o = this.#origins;
      if (leaf < 0 || (o[3 * leaf] === x && o[3 * leaf + 1] === y && o[3 * leaf + 2] === z)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const o = this.#origins;
    for (let leaf = 0; leaf < this.#count - 1; leaf++) {
      this.#slots[this.#find(o[3 * leaf]!, o[3 * leaf + 1]!, o[3 * leaf + 2]!)] = leaf;
    }
  }
}

function enlarge<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Leaves over a box, each voxel in the box kept where `keep` says true or undefined; leaves with nothing are dropped. */
function boxTopology(box: IndexBox, keep: (x: number, y: number, z: number) => boolean | undefined): Topology {
  const [x0, y0, z0] = box.min.map((v) => v >> 3) as [number, number, number];
  const [x1, y1, z1] = box.max.map((v) => v >> 3) as [number, number, number];
  const capacity = Math.max(0, x1 - x0 + 1) * Math.max(0, y1 - y0 + 1) * Math.max(0, z1 - z0 + 1);
  const origins = new Int32Array(3 * capacity);
  const masks = new Uint32Array(16 * capacity);
  let count = 0;
  for (let x = x0; x <= x1; x++) {
    for (let y = y0; y <= y1; y++) {
      for (let z = z0; z <= z1; z++) {
        origins.set([x << 3, y << 3, z << 3], 3 * count);
        if (fillMask(masks.subarray(16 * count, 16 * count + 16), [x << 3, y << 3, z << 3], box, keep)) count++;
      }
    }
  }
  return { origins: origins.slice(0, 3 * count), masks: masks.slice(0, 16 * count) };
}

function fillMask(
  mask: Uint32Array,
  origin: Vec3,
  box: IndexBox,
  keep: (x: number, y: number, z: number) => boolean | undefined,
): boolean {
  const low = origin.map((o, a) => Math.max(0, box.min[a]! - o));
  const high = origin.map((o, a) => Math.min(7, box.max[a]! - o));
  let any = false;
  for (let x = low[0]!; x <= high[0]!; x++) {
    for (let y = low[1]!; y <= high[1]!; y++) {
      for (let z = low[2]!; z <= high[2]!; z++) {
        if (keep(origin[0] + x, origin[1] + y, origin[2] + z) === false) continue;
        setBit(mask, 0, (x << 6) | (y << 3) | z);
        any = true;
      }
    }
  }
  return any;
}

/** The same leaves in the order of the format. */
export function sortTopology(topology: Topology): Topology {
  const { origins: o, masks } = topology;
  const count = o.length / 3;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const compare = (a: number, b: number): number => {
    for (let shift = 12; shift >= 3; shift -= shift === 12 ? 5 : 4) {
      for (let axis = 0; axis < 3; axis++) {
        const d = (o[3 * a + axis]! >> shift) - (o[3 * b + axis]! >> shift);
        if (d !== 0) return d;
      }
    }
    return 0;
  };
  order.sort(compare);
  const sorted = { origins: new Int32Array(o.length), masks: new Uint32Array(masks.length) };
  order.forEach((from, to) => {
    sorted.origins.set(o.subarray(3 * from, 3 * from + 3), 3 * to);
    sorted.masks.set(masks.subarray(16 * from, 16 * from + 16), 16 * to);
  });
  return sorted;
}
