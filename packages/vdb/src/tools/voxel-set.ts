/**
 * @file Sets of voxels, as leaves with masks of 512 bits, and what can be done with them: all by words, nothing voxel by voxel.
 */
import { countBits, forEachBit, hasBit, leafBox } from '../bits.ts';
import type { Grid, IndexBox } from '../grid.ts';
import { inspectable } from '../inspect.ts';
import { formatBytes } from '../format-bytes.ts';
import { VOXELIZE_LIMIT } from '../tiles.ts';
import { coordinatesTopology, denseBoxTopology, LeafTable } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { coarsenTopology, refineTopology, splitTopology } from './halves.ts';
import { compact, dilateTopology, erodeTopology } from './morphology.ts';
import type { Neighbours } from './morphology.ts';

/** A set of voxels. Immutable. It is a `Topology`: `gridFromLeaves` and `withTopology` take it as it is. */
export class VoxelSet implements Topology {
  /** 3 numbers a leaf: index coordinates, multiples of 8, in the order of the format. No leaf is empty. */
  readonly origins: Int32Array;
  /** 16 words a leaf: bit n set where voxel n belongs to the set. */
  readonly masks: Uint32Array;
  #table: LeafTable | undefined;
  #count: number | undefined;

  /** Takes leaves in any order, each once, and the arrays with them. Leaves without voxels are dropped. */
  constructor(topology: Topology) {
    const count = topology.origins.length / 3;
    if (!Number.isInteger(count) || topology.masks.length !== 16 * count) {
      const is = `origins has ${topology.origins.length} numbers and masks ${topology.masks.length} words`;
      throw new RangeError(`Cannot make voxel set: ${is}; give 3 and 16 a leaf`);
    }
    const sorted = compact(topology.origins, topology.masks, count);
    this.origins = sorted.origins;
    this.masks = sorted.masks;
    for (let i = 3; i < this.origins.length; i += 3) {
      const [x, y, z] = [this.origins[i]!, this.origins[i + 1]!, this.origins[i + 2]!];
      if (x !== this.origins[i - 3] || y !== this.origins[i - 2] || z !== this.origins[i - 1]) continue;
      throw new RangeError(`Cannot make voxel set: the leaf (${x}, ${y}, ${z}) is given twice; give each once`);
    }
  }

  /** The active voxels of a grid, those of active tiles too (at most `limit` of them, 2²⁸ unless told otherwise). */
  static of(grid: Grid, limit: number = VOXELIZE_LIMIT): VoxelSet {
    return new VoxelSet(activeTopology(grid, limit));
  }

  /** All voxels of a box, both ends inclusive. */
  static box(box: IndexBox): VoxelSet {
    return new VoxelSet(denseBoxTopology(box));
  }

  /** The voxels of a list, 3 integers each. */
  static coordinates(coordinates: Int32Array): VoxelSet {
    return new VoxelSet(coordinatesTopology(coordinates));
  }

  /** Number of leaves. */
  get leafCount(): number {
    return this.origins.length / 3;
  }

  /** Number of voxels. */
  get voxelCount(): number {
    return (this.#count ??= countBits(this.masks));
  }

  /** Box of the voxels, both ends inclusive; null when there is none. */
  get bounds(): IndexBox | null {
    if (this.leafCount === 0) return null;
    const min: [number, number, number] = [Infinity, Infinity, Infinity];
    const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
    const box = new Int32Array(6);
    for (let leaf = 0; leaf < this.leafCount; leaf++) {
      leafBox(this.masks, 16 * leaf, box);
      for (let a = 0; a < 3; a++) {
        min[a] = Math.min(min[a]!, this.origins[3 * leaf + a]! + box[a]!);
        max[a] = Math.max(max[a]!, this.origins[3 * leaf + a]! + box[3 + a]!);
      }
    }
    return { min, max };
  }

  /** Whether voxel (i, j, k) belongs to the set. */
  has(i: number, j: number, k: number): boolean {
    const leaf = this.#find(i & ~7, j & ~7, k & ~7);
    return leaf >= 0 && hasBit(this.masks, 16 * leaf, ((i & 7) << 6) | ((j & 7) << 3) | (k & 7));
  }

  /** Calls `visit` with each voxel, in the order of the format. */
  forEach(visit: (i: number, j: number, k: number) => void): void {
    for (let leaf = 0; leaf < this.leafCount; leaf++) {
      const [x, y, z] = [this.origins[3 * leaf]!, this.origins[3 * leaf + 1]!, this.origins[3 * leaf + 2]!];
      forEachBit(this.masks, 16 * leaf, 16, (n) => visit(x + (n >> 6), y + ((n >> 3) & 7), z + (n & 7)));
    }
  }

  /** The voxels that belong to either set. */
  union(other: Topology): VoxelSet {
    const table = LeafTable.of(this);
    for (let leaf = 0; leaf < other.origins.length / 3; leaf++) {
      const [x, y, z] = leafAt(other, leaf);
      const to = table.at(x, y, z);
      for (let w = 0; w < 16; w++) table.leaves.masks[16 * to + w]! |= other.masks[16 * leaf + w]!;
    }
    return new VoxelSet(table.leaves.topology());
  }

  /** The voxels that belong to both sets. */
  intersection(other: Topology): VoxelSet {
    return this.#combine(other, (own, others) => own & others);
  }

  /** The voxels that belong to this set and not to the other. */
  difference(other: Topology): VoxelSet {
    return this.#combine(other, (own, others) => own & ~others);
  }

  /** The voxels at most `steps` steps away, each step to one of the 6, 18 or 26 neighbours. Coordinates do not wrap. */
  dilate(steps: number, neighbours: Neighbours = 6): VoxelSet {
    return new VoxelSet(dilateTopology(this, checked('dilate', steps), neighbours));
  }

  /** The voxels from which `steps` steps never leave the set. */
  erode(steps: number, neighbours: Neighbours = 6): VoxelSet {
    return new VoxelSet(erodeTopology(this, checked('erode', steps), neighbours));
  }

  /** The voxels of twice the edge that hold any voxel of the set: voxel I covers 2I and 2I + 1 on each axis. */
  coarsen(): VoxelSet {
    return new VoxelSet(coarsenTopology(this));
  }

  /** The voxels of half the edge that lie in voxels of the set. */
  refine(): VoxelSet {
    return new VoxelSet(refineTopology(this));
  }

  /** `parts` sets of whole leaves that follow one another in Morton order; their leaf counts differ by at most one. */
  split(parts: number): VoxelSet[] {
    if (!Number.isInteger(parts) || parts < 1) {
      throw new RangeError(`Cannot split voxel set: ${parts} parts are asked for; give an integer from 1 on`);
    }
    return splitTopology(this, parts).map((piece) => new VoxelSet(piece));
  }

  /** Whether the other set has the same voxels. */
  equals(other: VoxelSet): boolean {
    return (
      this.masks.length === other.masks.length &&
      this.origins.every((v, i) => v === other.origins[i]) &&
      this.masks.every((v, i) => v === other.masks[i])
    );
  }

  toString(): string {
    const box = this.bounds;
    const where = box === null ? 'empty' : `index box (${box.min.join(', ')}) … (${box.max.join(', ')})`;
    const bytes = formatBytes(this.origins.byteLength + this.masks.byteLength);
    return `VoxelSet: ${where}, ${count(this.voxelCount)} voxels, ${count(this.leafCount)} leaves, ${bytes}`;
  }

  #find(x: number, y: number, z: number): number {
    return (this.#table ??= LeafTable.of(this)).find(x, y, z);
  }

  #combine(other: Topology, words: (own: number, others: number) => number): VoxelSet {
    const table = LeafTable.of(other);
    const masks = new Uint32Array(this.masks.length);
    for (let leaf = 0; leaf < this.leafCount; leaf++) {
      const from = table.find(...leafAt(this, leaf));
      for (let w = 0; w < 16; w++) {
        masks[16 * leaf + w] = words(this.masks[16 * leaf + w]!, from < 0 ? 0 : other.masks[16 * from + w]!);
      }
    }
    return new VoxelSet({ origins: this.origins, masks });
  }

  static {
    inspectable(this.prototype);
  }
}

function leafAt({ origins }: Topology, leaf: number): [number, number, number] {
  return [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
}

function checked(verb: string, steps: number): number {
  if (Number.isInteger(steps) && steps >= 0) return steps;
  throw new RangeError(`Cannot ${verb} voxel set: ${steps} steps are asked for; give an integer from 0 on`);
}

const count = (n: number): string => n.toLocaleString('en-US');

/** Leaves of the active voxels, active tiles included. */
function activeTopology(grid: Grid, limit: number): Topology {
  const { tree } = grid;
  const [lower, upper, root] = tree.tileCounts;
  const voxels = lower * 512 + upper * 2 ** 21 + root * 2 ** 36;
  if (voxels > limit) {
    const is = `its active tiles hold ${voxels} voxels, more than ${limit}`;
    throw new RangeError(`Cannot take voxels of grid "${grid.name}": ${is}; give a larger limit`);
  }
  if (voxels === 0) return tree.leaf;
  const table = LeafTable.of(tree.leaf);
  const full = new Uint32Array(16).fill(0xffffffff);
  tree.forEachTile((span, x, y, z, _tile, active) => {
    if (!active) return;
    for (let i = 0; i < span; i += 8) {
      for (let j = 0; j < span; j += 8) {
        for (let k = 0; k < span; k += 8) table.leaves.push(x + i, y + j, z + k, full);
      }
    }
  });
  return table.leaves.topology();
}
