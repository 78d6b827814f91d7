/**
 * @file The domain: the whole simulated region, level by level. Level 0 is what the user gave; each further one is its
 * coarsening by two, made when it is first asked for. It is pure: subdomains bring it to devices.
 */
import { GridMap } from '@halocline/vdb';
import { coarsenTopology } from './coarsen.ts';
import { coarserMap } from './level-map.ts';
import {
  activeBoundsOf,
  activeVoxelsOf,
  leafBoundsOf,
  leafCountOf,
  raggedShareOf,
  type IndexBox,
  type Topology,
} from './topology.ts';

/** Levels that a simulation may have: the coarsest voxel is 2¹⁹ of the finest wide. */
const MAX_LEVELS = 20;

/** One level of the domain. */
export interface DomainLevel {
  readonly index: number;
  readonly topology: Topology;
  readonly map: GridMap;
  readonly leafCount: number;
  readonly activeVoxels: number;
  /** The share of leaves with inactive voxels, 0 to 1. */
  readonly raggedShare: number;
  /** Inclusive box of the active voxels. */
  readonly indexBounds: IndexBox;
  /** Inclusive box of whole leaves. */
  readonly leafBounds: IndexBox;
}

/** Levels, finest first. */
export class Domain {
  readonly #levels: DomainLevel[];

  constructor(topology: Topology, map: GridMap) {
    this.#levels = [makeLevel(0, topology, map)];
  }

  /** The levels that exist so far. */
  get levels(): readonly DomainLevel[] {
    return this.#levels;
  }

  /** Level k, made with those between where it doesn't exist yet. */
  level(index: number): DomainLevel {
    if (!Number.isInteger(index) || index < 0 || index >= MAX_LEVELS) {
      throw new RangeError(
        `Cannot take level ${index}: levels are whole numbers from 0 to ${MAX_LEVELS - 1}; 0 is the simulation's own`,
      );
    }
    for (let next = this.#levels.length; next <= index; next++) {
      const fine = this.#levels[next - 1]!;
      this.#levels.push(makeLevel(next, coarsenTopology(fine.topology), coarserMap(fine.map)));
    }
    return this.#levels[index]!;
  }
}

const NOWHERE: IndexBox = { min: [0, 0, 0], max: [-1, -1, -1] };

function makeLevel(index: number, topology: Topology, map: GridMap): DomainLevel {
  return {
    index,
    topology,
    map,
    leafCount: leafCountOf(topology),
    activeVoxels: activeVoxelsOf(topology),
    raggedShare: raggedShareOf(topology),
    indexBounds: activeBoundsOf(topology) ?? NOWHERE,
    leafBounds: leafBoundsOf(topology) ?? NOWHERE,
  };
}
