/** @file The domain that a user asks for: a box, or the active voxels of a grid. */
import { Grid, GridMap, voxelizeTiles } from '@halocline/vdb';
import { Domain } from './domain.ts';
import { boxTopology, leafCountOf, sortTopology, type IndexBox, type Topology } from './topology.ts';
import { readGridsFrom } from './grid-files.ts';
import { shown } from './options/kinds.ts';

/** Where a simulation takes place. Exactly one of `domain` and `grid` is given. */
export interface DomainOptions {
  /** Half-open box of voxels, [min, max). */
  readonly domain?: IndexBox;
  /** A grid, or the path of a file (its first grid): its active voxels and its map are taken. */
  readonly grid?: Grid | string;
  /** Edge of a voxel in metres; default 1, or the grid's map. */
  readonly voxelSize?: number;
  /** World position, in metres, of the centre of voxel (0, 0, 0). */
  readonly translation?: readonly [number, number, number];
  /** The same as `translation`. */
  readonly origin?: readonly [number, number, number];
}

/** Values that one component may have on a device: SPIR-V's indices are signed. */
const MAX_LEAVES = Math.floor((2 ** 31 - 1) / 512) - 1;

/** Makes level 0 of the domain; `act` is the beginning of what is said of wrong options. */
export async function makeDomain(options: DomainOptions, act: string): Promise<Domain> {
  const { domain, grid, voxelSize, translation, origin } = options;
  if ((domain === undefined) === (grid === undefined)) {
    const what = domain === undefined ? 'neither domain nor grid is given' : 'both domain and grid are given';
    throw new TypeError(`${act}: ${what}; give one of them`);
  }
  if (voxelSize !== undefined) {
    const isLength = Number.isFinite(voxelSize) && voxelSize > 0;
    const more = isLength ? ', which a float32 holds' : '';
    if (!isLength || !Number.isFinite(Math.fround(voxelSize)))
      throw new RangeError(`${act}: voxelSize is ${shown(voxelSize)}; give metres above 0${more}`);
  }
  const position = translation ?? origin;
  const source = grid === undefined ? null : await takeGrid(grid, act);
  const topology = source === null ? takeBox(domain!, act) : gridTopology(source, act);
  const given = voxelSize === undefined && position === undefined ? source?.map : undefined;
  const map =
    given ?? GridMap.scale(voxelSize ?? source?.map.voxelSize ?? 1, position ?? source?.map.translation ?? [0, 0, 0]);
  return new Domain(topology, map);
}

function takeBox(box: IndexBox, act: string): Topology {
  const { min, max } = box;
  if (!Array.isArray(min) || !Array.isArray(max)) {
    throw new TypeError(`${act}: the domain lacks min or max; give both, as in { min: [0, 0, 0], max: [64, 64, 64] }`);
  }
  const text = `[${min.join(', ')}] … [${max.join(', ')}]`;
  const fits = [...min, ...max].every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 28);
  if (min.length !== 3 || max.length !== 3 || !fits) {
    throw new TypeError(`${act}: domain ${text} isn't made of whole numbers below 2^28; give min and max of three`);
  }
  if (min.some((value, axis) => value >= max[axis]!)) {
    throw new RangeError(`${act}: domain ${text} holds no voxel; max is exclusive, and must be above min on each axis`);
  }
  const leaves = min.reduce((count, value, axis) => count * (((max[axis]! - 1) >> 3) - (value >> 3) + 1), 1);
  checkLeaves(leaves, act);
  return boxTopology(box);
}

async function takeGrid(grid: Grid | string, act: string): Promise<Grid> {
  if (typeof grid !== 'string') return grid;
  const first = (await readGridsFrom(grid))[0];
  if (first === undefined) throw new TypeError(`${act}: file "${grid}" holds no grid; give one that does`);
  return first;
}

function gridTopology(grid: Grid, act: string): Topology {
  if (grid.activeVoxelCount === 0) {
    throw new RangeError(`${act}: grid "${grid.name}" has no active voxel; give one that has, or a domain`);
  }
  checkLeaves(grid.activeVoxelCount / 512, act);
  const { origins, masks } = voxelizeTiles(grid).tree.leaf;
  const topology = sortTopology({ origins, masks });
  checkLeaves(leafCountOf(topology), act);
  return topology;
}

function checkLeaves(leaves: number, act: string): void {
  if (leaves <= MAX_LEAVES) return;
  throw new RangeError(
    `${act}: the domain has ${Math.ceil(leaves)} leaves of 8³ voxels, and a device takes ${MAX_LEAVES}; make it smaller`,
  );
}
