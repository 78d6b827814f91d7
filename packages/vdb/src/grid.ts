/**
 * @file A grid: a tree of voxels with a name, a class, a map to the world, and whatever the file said besides.
 */
import { countBits } from './bits.ts';
import { inspectable } from './inspect.ts';
import type { GridMap, Vec3 } from './map.ts';
import { activeCoordinates, nodesOf, tilesOf } from './nodes.ts';
import type { Tile, TreeNode } from './nodes.ts';
import { Numbering } from './numbering.ts';
import { describeGrid } from './print.ts';
import { computeStatistics } from './statistics.ts';
import type { Statistics } from './statistics.ts';
import type { Tree } from './tree.ts';
import type { GridClass, GridType, Scalar, Values } from './types.ts';
import { isVoxel, noVoxel } from './voxel.ts';

/** A box of voxels, by index coordinates i, j, k; both ends belong to it. */
export interface IndexBox {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** Whether the cube of edge `span` voxels at (x, y, z) and the box share a voxel. */
export function meets({ min, max }: IndexBox, x: number, y: number, z: number, span: number): boolean {
  return x <= max[0] && y <= max[1] && z <= max[2] && x + span > min[0] && y + span > min[1] && z + span > min[2];
}

/** Values that stand beside a grid in a `.nvdb` file, as bytes: channels of index grids, attributes of points. */
export interface Channel {
  readonly name: string;
  /** Type of an element by its number in NanoVDB's `GridType`: 1 float, 6 vec3f. */
  readonly typeId: number;
  /** NanoVDB's `GridBlindDataSemantic`. */
  readonly semantic: number;
  /** NanoVDB's `GridBlindDataClass`: 1 index array, 2 attributes, 4 channel. */
  readonly classId: number;
  /** Number of elements. */
  readonly count: number;
  /** Bytes of one element; 0 where the file does not say. */
  readonly elementBytes: number;
  readonly bytes: Uint8Array;
}

/** What a grid is made of besides its tree. */
export interface GridParts {
  readonly name: string;
  readonly tree: Tree;
  readonly map: GridMap;
  /** Voxel size in metres as the file gives it; by default the map's. */
  readonly voxelSize?: Vec3;
  readonly gridClass?: GridClass;
  /** OpenVDB metadata: numbers, strings, arrays of numbers. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly channels?: readonly Channel[];
  /** Whether the file's checksum fits its bytes; 'none' where there is none. */
  readonly checksum?: 'ok' | 'bad' | 'none';
  /** Format and version of the file that the grid came from, such as 'NanoVDB 32.9.2'. */
  readonly source?: string;
}

/** One leaf of a grid: views of the grid's arrays. */
export interface Leaf {
  /** Number of the leaf in the order of the format. */
  readonly index: number;
  /** Index coordinates of its least voxel, multiples of 8. */
  readonly origin: Vec3;
  /** 16 words: bit n set where voxel n is active. */
  readonly mask: Uint32Array;
  /** One array of 512 values a component, z fastest, inactive voxels too. */
  readonly values: readonly Values[];
}

/** A sparse volume. Immutable; other grids are made from it. */
export class Grid {
  readonly name: string;
  readonly gridClass: GridClass;
  readonly map: GridMap;
  readonly tree: Tree;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly channels: readonly Channel[];
  readonly checksum: 'ok' | 'bad' | 'none';
  readonly source: string;
  /** Edge lengths of a voxel in metres. NanoVDB files say it as the diagonal of a voxel, componentwise, which is kept. */
  readonly voxelSize: Vec3;
  #bounds: IndexBox | null | undefined;
  #voxelCount: number | undefined;
  #statistics: Statistics | undefined;
  #numbering: Numbering | undefined;

  constructor(parts: GridParts) {
    this.name = parts.name;
    this.gridClass = parts.gridClass ?? 'unknown';
    this.map = parts.map;
    this.voxelSize = parts.voxelSize ?? parts.map.voxelSize;
    this.tree = parts.tree;
    this.metadata = parts.metadata ?? {};
    this.channels = parts.channels ?? [];
    this.checksum = parts.checksum ?? 'none';
    this.source = parts.source ?? 'memory';
  }

  /** Type of the values. */
  get type(): GridType {
    return this.tree.type;
  }

  /** Value of everything outside leaves and tiles, one number a component. */
  get background(): readonly Scalar[] {
    return this.tree.background;
  }

  /** Number of active voxels, those of active tiles included. */
  get activeVoxelCount(): number {
    if (this.#voxelCount === undefined) {
      const [lower, upper, root] = this.tree.tileCounts;
      this.#voxelCount = this.tree.leafVoxelCount + lower * 512 + upper * 2 ** 21 + root * 2 ** 36;
    }
    return this.#voxelCount;
  }

  /** Number of leaves. */
  get leafCount(): number {
    return this.tree.leaf.count;
  }

  /** Box of the active voxels, both ends inclusive; null when there is none. */
  get indexBounds(): IndexBox | null {
    if (this.#bounds === undefined) this.#bounds = this.tree.bounds();
    return this.#bounds;
  }

  /** World box (metres) of the index box from its min to its max + 1, as NanoVDB reckons it; null when nothing is active. */
  get worldBounds(): { readonly min: Vec3; readonly max: Vec3 } | null {
    const box = this.indexBounds;
    if (box === null) return null;
    const min: [number, number, number] = [Infinity, Infinity, Infinity];
    const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
    for (let corner = 0; corner < 8; corner++) {
      const at = (a: 0 | 1 | 2): number => ((corner >> a) & 1 ? box.max[a] + 1 : box.min[a]);
      const world = this.map.indexToWorld([at(0), at(1), at(2)]);
      world.forEach((v, a) => {
        min[a] = Math.min(min[a]!, v);
        max[a] = Math.max(max[a]!, v);
      });
    }
    return { min, max };
  }

  /**
   * Value at voxel (i, j, k): a number, or an array of one number a component. An int64 beyond ±2⁵³ is rounded; `leaves()` has it
   * exactly.
   */
  get(i: number, j: number, k: number): number | number[] {
    if (!isVoxel(i, j, k)) throw noVoxel('get', this.name, i, j, k);
    const count = this.tree.tileValues.length;
    if (count === 1) return this.tree.get(i, j, k);
    return Array.from({ length: count }, (_, c) => this.tree.get(i, j, k, c));
  }

  /** Whether voxel (i, j, k) is active. */
  isActive(i: number, j: number, k: number): boolean {
    if (!isVoxel(i, j, k)) throw noVoxel('get', this.name, i, j, k);
    return this.tree.isActive(i, j, k);
  }

  /** Value and state at voxel (i, j, k). */
  probe(i: number, j: number, k: number): { readonly value: number | number[]; readonly active: boolean } {
    return { value: this.get(i, j, k), active: this.isActive(i, j, k) };
  }

  /** Iterates over the leaves in the order of the format. Active tiles have none: see `voxelizeTiles`. */
  *leaves(): Generator<Leaf, void, undefined> {
    const { count, origins, masks } = this.tree.leaf;
    for (let index = 0; index < count; index++) {
      yield {
        index,
        origin: [origins[3 * index]!, origins[3 * index + 1]!, origins[3 * index + 2]!],
        mask: masks.subarray(16 * index, 16 * index + 16),
        values: this.tree.leafValues(index),
      };
    }
  }

  /** Calls `visit(i, j, k, n)` for each active voxel of the leaves; `n` is its place in `tree.values`. Tiles are passed over. */
  forEachActive(visit: (i: number, j: number, k: number, n: number) => void): void {
    const { count, origins, masks } = this.tree.leaf;
    for (let leaf = 0; leaf < count; leaf++) {
      if (countBits(masks, 16 * leaf, 16) === 0) continue;
      const [x, y, z] = [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
      for (let w = 0; w < 16; w++) {
        let word = masks[16 * leaf + w]!;
        while (word !== 0) {
          const n = (w << 5) + 31 - Math.clz32(word & -word);
          visit(x + (n >> 6), y + ((n >> 3) & 7), z + (n & 7), leaf * 512 + n);
          word &= word - 1;
        }
      }
    }
  }

  /** Iterates over the tiles that are active or differ from the background, from the root down. */
  tiles(): Generator<Tile, void, undefined> {
    return tilesOf(this.tree);
  }

  /** Iterates over the nodes: upper, then lower, then leaves. */
  nodes(): Generator<TreeNode, void, undefined> {
    return nodesOf(this.tree);
  }

  /** Coordinates of the active voxels of the leaves, 3 integers each, in the order of the format. Tiles are passed over. */
  activeCoordinates(): Int32Array {
    return activeCoordinates(this.tree);
  }

  /** Number that an index grid gives to voxel (i, j, k); 0 where it gives none. */
  indexOf(i: number, j: number, k: number): number {
    return this.#numbers.indexOf(i, j, k);
  }

  /** Numbers of the voxels of a list, 3 integers each; 0 where an index grid gives none. */
  indicesOf(coordinates: Int32Array): Float64Array {
    return this.#numbers.indicesOf(coordinates);
  }

  /** The voxel to which an index grid gives a number (a tile's least voxel); null where the number is nobody's. */
  coordOf(index: number): Vec3 | null {
    return this.#numbers.coordOf(index);
  }

  /** The voxels to which an index grid gives the numbers of a list, 3 integers each. A number that is nobody's is refused. */
  coordsOf(indices: ArrayLike<number>): Int32Array {
    return this.#numbers.coordsOf(indices);
  }

  get #numbers(): Numbering {
    return (this.#numbering ??= new Numbering(this.tree));
  }

  /** Count, least, greatest, mean and deviation of the active values, tiles weighted by their voxels. Reckoned once. */
  statistics(): Statistics {
    return (this.#statistics ??= computeStatistics(this.tree));
  }

  /** A grid with another name, class, map, metadata or tree, and else the same. */
  with(parts: Partial<GridParts>): Grid {
    return new Grid({
      name: this.name,
      gridClass: this.gridClass,
      map: this.map,
      metadata: this.metadata,
      channels: this.channels,
      source: this.source,
      tree: this.tree,
      ...(parts.map === undefined ? { voxelSize: this.voxelSize } : {}),
      ...parts,
    });
  }

  toString(): string {
    return describeGrid(this);
  }

  static {
    inspectable(this.prototype);
  }
}
