/**
 * @file Finds a leaf by its origin: blocks of 4³ leaves in an open-addressing hash table over integer triples, and in each a place for
 * every leaf. What is near a leaf is near in memory then, where leaves come in Morton order.
 */

/** Leaves of a block along each axis, as a power of two. */
const BLOCK_BITS = 2;
const BLOCK_LEAVES = 2 ** (3 * BLOCK_BITS);
/** Leaves of a block along each axis. */
export const BLOCK_EDGE: number = 2 ** BLOCK_BITS;
/** Bits of a leaf coordinate that tell its place in a block. */
const WITHIN = 2 ** BLOCK_BITS - 1;
const HERE = [0, 0, 0] as const;

function hash(x: number, y: number, z: number): number {
  const mixed = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(z, 0xc2b2ae3d);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** By the origins themselves. */
const known = new WeakMap<Int32Array, LeafIndex>();

/** Looks up leaves by leaf coordinates (index coordinate >> 3). The value is the leaf's position in `origins`. */
export class LeafIndex {
  /** Block coordinates by block. */
  #blocks = new Int32Array(3 * 16);
  #blockCount = 0;
  /** Slot of the hash table → block, or −1; a power of two at least twice as long as there are blocks. */
  #table = new Int32Array(32).fill(-1);
  /** Leaves by block and place in it, or −1. */
  #cells = new Int32Array(BLOCK_LEAVES * 16).fill(-1);
  /** The block that was found last. */
  #last = 0;

  /** The index of these origins, made once for as long as they are there. From then on nobody may write into them. */
  static of(origins: Int32Array): LeafIndex {
    let index = known.get(origins);
    if (index === undefined) known.set(origins, (index = new LeafIndex(origins)));
    return index;
  }

  /** `origins` holds n × 3 index coordinates, multiples of 8; of equal ones the first is kept. */
  constructor(origins: Int32Array) {
    const count = origins.length / 3;
    for (let leaf = 0; leaf < count; leaf++) {
      const [x, y, z] = [origins[3 * leaf]! >> 3, origins[3 * leaf + 1]! >> 3, origins[3 * leaf + 2]! >> 3];
      const cell = BLOCK_LEAVES * this.#takeBlock(x >> BLOCK_BITS, y >> BLOCK_BITS, z >> BLOCK_BITS) + placeOf(x, y, z);
      if (this.#cells[cell] === -1) this.#cells[cell] = leaf;
    }
  }

  /** Position of the leaf at leaf coordinates x, y, z; −1 where there is none. */
  find(x: number, y: number, z: number): number {
    const block = this.#findBlock(x >> BLOCK_BITS, y >> BLOCK_BITS, z >> BLOCK_BITS);
    return block < 0 ? -1 : this.#cells[BLOCK_LEAVES * block + placeOf(x, y, z)]!;
  }

  /** How many blocks hold leaves; their numbers are 0 to one less. */
  get blockCount(): number {
    return this.#blockCount;
  }

  /** Number of the block that lies so many blocks, 0 by default, from that of leaf x, y, z; −1 where it holds no leaf. */
  blockAt(x: number, y: number, z: number, [dx, dy, dz]: readonly [number, number, number] = HERE): number {
    return this.#findBlock((x >> BLOCK_BITS) + dx, (y >> BLOCK_BITS) + dy, (z >> BLOCK_BITS) + dz);
  }

  /** Position of the leaf that holds voxel i, j, k; −1 where there is none. */
  findVoxel(i: number, j: number, k: number): number {
    return this.find(i >> 3, j >> 3, k >> 3);
  }

  #findBlock(x: number, y: number, z: number): number {
    const blocks = this.#blocks;
    const last = 3 * this.#last;
    if (this.#blockCount > 0 && blocks[last] === x && blocks[last + 1] === y && blocks[last + 2] === z)
      return this.#last;
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hash(x, y, z) & mask; ; slot = (slot + 1) & mask) {
      const block = table[slot]!;
      if (block === -1) return -1;
      const at = 3 * block;
      if (blocks[at] === x && blocks[at + 1] === y && blocks[at + 2] === z) return (this.#last = block);
    }
  }

  #takeBlock(x: number, y: number, z: number): number {
    const found = this.#findBlock(x, y, z);
    if (found >= 0) return found;
    const block = this.#blockCount++;
    if (2 * this.#blockCount > this.#table.length) this.#grow();
    this.#blocks.set([x, y, z], 3 * block);
    this.#enter(block);
    return (this.#last = block);
  }

  #enter(block: number): void {
    const mask = this.#table.length - 1;
    let slot = hash(this.#blocks[3 * block]!, this.#blocks[3 * block + 1]!, this.#blocks[3 * block + 2]!) & mask;
    while (this.#table[slot] !== -1) slot = (slot + 1) & mask;
    this.#table[slot] = block;
  }

  /** Room for twice as many blocks. */
  #grow(): void {
    const room = this.#table.length;
    const [blocks, cells] = [this.#blocks, this.#cells];
    this.#blocks = new Int32Array(3 * room);
    this.#blocks.set(blocks);
    this.#cells = new Int32Array(BLOCK_LEAVES * room).fill(-1, cells.length);
    this.#cells.set(cells);
    this.#table = new Int32Array(2 * room).fill(-1);
    for (let block = 0; block < this.#blockCount - 1; block++) this.#enter(block);
  }
}

function placeOf(x: number, y: number, z: number): number {
  return ((x & WITHIN) << (2 * BLOCK_BITS)) | ((y & WITHIN) << BLOCK_BITS) | (z & WITHIN);
}
