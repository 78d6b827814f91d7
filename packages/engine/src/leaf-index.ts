/**
 * @file Finds a leaf by its origin: an open-addressing hash table over integer triples, since a `Map` with string keys
 * takes some ten times as long for the 27 neighbours of 32,768 leaves (Node 26, one core of a Xeon).
 */

/** Number of entries at the least load; a power of two at least twice the leaf count. */
function tableSize(leafCount: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(leafCount, 4) * 2));
}

function hash(x: number, y: number, z: number): number {
  const mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(z, 0xc2b2ae3d);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Looks up leaves by leaf coordinates (index coordinate >> 3). The value is the leaf's position in `origins`. */
export class LeafIndex {
  readonly #origins: Int32Array;
  readonly #table: Int32Array;
  readonly #mask: number;

  /** `origins` holds n × 3 index coordinates, multiples of 8; of equal ones the first is kept. */
  constructor(origins: Int32Array) {
    const count = origins.length / 3;
    this.#origins = origins;
    this.#table = new Int32Array(tableSize(count)).fill(-1);
    this.#mask = this.#table.length - 1;
    for (let leaf = 0; leaf < count; leaf++) {
      const [x, y, z] = [origins[3 * leaf]! >> 3, origins[3 * leaf + 1]! >> 3, origins[3 * leaf + 2]! >> 3];
      if (this.find(x, y, z) >= 0) continue;
      let slot = hash(x, y, z) & this.#mask;
      while (this.#table[slot] !== -1) slot = (slot + 1) & this.#mask;
      this.#table[slot] = leaf;
    }
  }

  /** Position of the leaf at leaf coordinates x, y, z; −1 where there is none. */
  find(x: number, y: number, z: number): number {
    const origins = this.#origins;
    let slot = hash(x, y, z) & this.#mask;
    for (;;) {
      const leaf = this.#table[slot]!;
      if (leaf === -1) return -1;
      const at = 3 * leaf;
      if (origins[at]! >> 3 === x && origins[at + 1]! >> 3 === y && origins[at + 2]! >> 3 === z) return leaf;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Position of the leaf that holds voxel i, j, k; −1 where there is none. */
  findVoxel(i: number, j: number, k: number): number {
    return this.find(i >> 3, j >> 3, k >> 3);
  }
}
