/** @file Iteration over what a tree is made of: active voxels, tiles and nodes, in the order of the format. */
import { countBits, forEachBit } from './bits.ts';
import type { Vec3 } from './map.ts';
import type { NodeLevel, Tree } from './tree.ts';
import type { Scalar } from './types.ts';

/** A tile: one value for a whole block of voxels. */
export interface Tile {
  /** Edge in voxels: 8, 128 or 4096. */
  readonly span: number;
  /** Index coordinates of its least voxel. */
  readonly origin: Vec3;
  /** One number a component. */
  readonly value: readonly Scalar[];
  readonly active: boolean;
}

/** A node of the tree. */
export interface TreeNode {
  readonly level: 'upper' | 'lower' | 'leaf';
  /** Number of the node in its level. */
  readonly index: number;
  /** Index coordinates of its least voxel. */
  readonly origin: Vec3;
  /** Edge in voxels: 4096, 128 or 8. */
  readonly span: number;
  /** Number of children; 0 for a leaf. */
  readonly childCount: number;
  /** Active tiles of an internal node, active voxels of a leaf. */
  readonly activeCount: number;
}

/** Every tile that is active or differs from the background, from the root down. */
export function* tilesOf(tree: Tree): Generator<Tile, void, undefined> {
  const tiles: Tile[] = [];
  tree.forEachTile((span, x, y, z, tile, active) => {
    tiles.push({ span, origin: [x, y, z], value: tree.tileValues.map((array) => array[tile]!), active });
  });
  yield* tiles;
}

/** Every node, level by level: upper, lower, leaves. */
export function* nodesOf(tree: Tree): Generator<TreeNode, void, undefined> {
  yield* internal(tree.upper, 'upper');
  yield* internal(tree.lower, 'lower');
  const { count, origins, masks } = tree.leaf;
  for (let index = 0; index < count; index++) {
    const activeCount = countBits(masks, 16 * index, 16);
    yield { level: 'leaf', index, origin: originOf(origins, index), span: 8, childCount: 0, activeCount };
  }
}

function* internal(nodes: NodeLevel, level: 'upper' | 'lower'): Generator<TreeNode, void, undefined> {
  const words = level === 'upper' ? 1024 : 128;
  for (let index = 0; index < nodes.count; index++) {
    yield {
      level,
      index,
      origin: originOf(nodes.origins, index),
      span: level === 'upper' ? 4096 : 128,
      childCount: countBits(nodes.childMask, words * index, words),
      activeCount: countBits(nodes.valueMask, words * index, words),
    };
  }
}

function originOf(origins: Int32Array, n: number): Vec3 {
  return [origins[3 * n]!, origins[3 * n + 1]!, origins[3 * n + 2]!];
}

/** Coordinates of every active voxel of the leaves, 3 integers each, in the order of the format. Tiles are passed over. */
export function activeCoordinates(tree: Tree): Int32Array {
  const out = new Int32Array(3 * tree.leafVoxelCount);
  const { count, origins, masks } = tree.leaf;
  let at = 0;
  for (let leaf = 0; leaf < count; leaf++) {
    const [x, y, z] = [origins[3 * leaf]!, origins[3 * leaf + 1]!, origins[3 * leaf + 2]!];
    forEachBit(masks, 16 * leaf, 16, (n) => {
      out[at++] = x + (n >> 6);
      out[at++] = y + ((n >> 3) & 7);
      out[at++] = z + (n & 7);
    });
  }
  return out;
}
