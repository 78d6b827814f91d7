/**
 * @file The decomposition: the domain cut into subdomains on every level, and what each of them holds. It is pure; subdomains
 * bring their part to a device. Level 0 is cut by weight, each coarser level follows the finer one.
 */
import type { CutOrder } from './cut/curve.ts';
import { checkCount, coarsenCut, cutLeaves, type Cut, type CutOptions } from './cut/cut.ts';
import { boundaryLeaves, edgeLeaves, findGhosts, mergeGhosts, ownLeaves, type Ghosts } from './cut/ghosts.ts';
import { keptCut, type KeptCut } from './cut/kept-cut.ts';
import { checksumOf, topologyChecksum } from './cut/topology-checksum.ts';
import type { Domain } from './domain.ts';
import { childRanks, leavesAbove, localLevels, parentRanks, wholeLevel, type LocalLevel } from './local-level.ts';
import { LeafIndex } from './leaf-index.ts';
import type { SlotOrder } from './slots.ts';
import { buildTables, type LevelTables } from './tables.ts';
import { leafBoundsOf, type IndexBox } from './topology.ts';

/**
 * From where, seen from its own level, a stencil reads a component: the same level, or the one next to it. What is computed in
 * ghosts too is read `around` the subdomain's leaves and what lies above its finer ones, or over the `whole` level.
 */
export type ReadFrom = 'same' | 'coarse' | 'fine' | 'around' | 'whole';

const HERE: IndexBox = { min: [0, 0, 0], max: [0, 0, 0] };

/** One way in which a component is read: from which leaves, and how far around them (inclusive, in voxels of its own level). */
export interface ReadReach {
  readonly from: ReadFrom;
  readonly reach: IndexBox;
}

/** How a domain is decomposed. */
export interface DecompositionOptions extends CutOptions {
  /** Levels above the first that have at most so many leaves are held whole by every subdomain; default 0: none. */
  readonly wholeLeaves?: number;
  /** How leaves stand in the memory of subdomains that begin; default 'ranks'. */
  readonly slots?: SlotOrder;
}

/** Who owns which leaf of each level, and who needs which of others. */
export class Decomposition {
  readonly domain: Domain;
  /** Number of subdomains. */
  readonly count: number;
  #options: CutOptions;
  readonly #wholeLeaves: number;
  readonly #slots: SlotOrder;
  #mostRings: number | null = null;
  readonly #cuts: Cut[] = [];
  /** What is kept of a cut of so many levels. */
  #kept: { readonly of: Cut; readonly levels: number; readonly cut: KeptCut } | null = null;

  constructor(
    domain: Domain,
    count: number,
    { wholeLeaves = 0, slots = 'ranks', ...options }: DecompositionOptions = {},
  ) {
    checkCount(domain.levels[0]!.topology, count);
    this.domain = domain;
    this.count = count;
    this.#options = options;
    this.#wholeLeaves = wholeLeaves;
    this.#slots = slots;
  }

  /** Whether every subdomain holds all leaves of a level. */
  isWhole(level: number): boolean {
    return level > 0 && this.domain.levels[level]!.leafCount <= this.#wholeLeaves;
  }

  /** The cut of a level that the domain has. */
  cut(level: number): Cut {
    const { levels } = this.domain;
    for (let next = this.#cuts.length; next <= level; next++) {
      const { topology } = levels[next]!;
      const finer = this.#cuts[next - 1];
      this.#cuts.push(
        finer === undefined
          ? cutLeaves(topology, this.count, this.#options)
          : coarsenCut(levels[next - 1]!.topology, finer, topology),
      );
    }
    return this.#cuts[level]!;
  }

  /** The order along which leaves are cut. */
  get order(): CutOrder {
    return this.#options.order ?? 'morton';
  }

  /** What each subdomain takes of the whole, in comparison with the others. */
  get shares(): readonly number[] {
    return this.#options.shares ?? Array.from({ length: this.count }, () => 1);
  }

  /** Cuts level 0 by other shares, and the coarser ones by it; tells how many leaves of level 0 have another owner. */
  recut(shares: readonly number[]): number {
    const options = { ...this.#options, shares };
    const before = this.cut(0).owners;
    const next = cutLeaves(this.domain.levels[0]!.topology, this.count, options);
    const moved = next.owners.reduce((sum, owner, rank) => sum + (owner === before[rank] ? 0 : 1), 0);
    if (moved === 0) return 0;
    this.#options = options;
    this.#cuts.splice(0, this.#cuts.length, next);
    return moved;
  }

  /** What is kept of these levels, cut as they are now. */
  get kept(): KeptCut {
    const { levels } = this.domain;
    const cut = this.cut(0);
    if (this.#kept?.of !== cut || this.#kept.levels !== levels.length) {
      const { topology } = levels[0]!;
      const key = `${topologyChecksum(topology)} ${checksumOf(cut.owners)} ${levels.length} ${this.#slots}`;
      this.#kept = { of: cut, levels: levels.length, cut: keptCut(key) };
    }
    return this.#kept.cut;
  }

  /** So many rings of ghost leaves, or as many as lead from any leaf to the farthest: more hold nothing more. */
  #within(rings: number): number {
    if (this.#mostRings === null) {
      const bounds = leafBoundsOf(this.domain.levels[0]!.topology);
      const lengths = bounds?.max.map((last, axis) => (last + 1 - bounds.min[axis]!) / 8) ?? [];
      this.#mostRings = Math.max(1, ...lengths.map((leaves) => leaves - 1));
    }
    return Math.min(rings, this.#mostRings);
  }

  /** What a subdomain holds of each level, with `wanted` rings of ghost leaves. */
  held(owner: number, wanted: number): LocalLevel[] {
    const { levels } = this.domain;
    if (this.count === 1) return levels.map(wholeLevel);
    const rings = this.#within(wanted);
    const held = this.kept.get(`held by ${owner}, ${rings} rings, ${this.#wholeLeaves}`, () =>
      localLevels(
        levels,
        levels.map((_, level) => this.cut(level)),
        { owner, rings, isWhole: (level) => this.isWhole(level) },
      ).map(({ ranks, ownCount, topology }) => ({ ranks, ownCount, topology })),
    );
    // Another simulation's levels may have another map.
    return held.map((rest, level) => ({ domain: levels[level]!, ...rest }));
  }

  /** The tables of what `held` tells. */
  tables(owner: number, rings: number): LevelTables[] {
    const make = (): LevelTables[] => buildTables(this.held(owner, rings), this.#slots);
    if (this.count === 1) return make();
    return this.kept.get(`tables of ${owner}, ${this.#within(rings)} rings, ${this.#wholeLeaves}`, make);
  }

  /** The voxels of others on `level` that a subdomain reads in any of these ways; only active ones, unless `inactive` is true. */
  ghosts(owner: number, level: number, reads: readonly ReadReach[], inactive = false): Ghosts {
    const { levels } = this.domain;
    const { topology } = levels[level]!;
    const { owners } = this.cut(level);
    const index = LeafIndex.of(topology.origins);
    return mergeGhosts(
      reads.map(({ from, reach }) => {
        const leaves = Math.max(...[...reach.min, ...reach.max].map((voxels) => Math.ceil(Math.abs(voxels) / 8)));
        const edge = this.kept.get(`edge of ${owner}, level ${level}, ${from}, ${leaves} leaves`, () =>
          edgeLeaves(this.#readers(owner, level, from, index), { topology, owners, owner, leaves, index }),
        );
        return findGhosts({ topology, owners, owner, from: edge, reach, index, inactive });
      }),
    );
  }

  /** Ranks of a subdomain's own leaves that others read within `reach`. */
  boundary(owner: number, level: number, reach: IndexBox): Uint32Array {
    return boundaryLeaves(this.domain.levels[level]!.topology, this.cut(level).owners, owner, reach);
  }

  /** Ranks of the leaves of others within `depth` voxels of a subdomain's own and of what lies above its finer ones; Infinity: all. */
  around(owner: number, level: number, depth: number): Uint32Array {
    const reach: IndexBox = { min: [-depth, -depth, -depth], max: [depth, depth, depth] };
    const read: ReadReach = Number.isFinite(depth) ? { from: 'around', reach } : { from: 'whole', reach: HERE };
    return this.kept.get(`around ${owner}, level ${level}, ${depth}`, () => this.ghosts(owner, level, [read]).ranks);
  }

  /** Leaves of `level` around which the subdomain's leaves (of the level that reads) look. */
  #readers(owner: number, level: number, from: ReadFrom, index: LeafIndex): Uint32Array {
    if (from === 'same') return ownLeaves(this.cut(level).owners, owner);
    if (from === 'whole') return Uint32Array.from(this.cut(level).owners.keys());
    if (from === 'around') return this.#above(owner, level);
    const reader = from === 'coarse' ? level - 1 : level + 1;
    const own = ownLeaves(this.cut(reader).owners, owner);
    const { topology } = this.domain.levels[reader]!;
    return Uint32Array.from(from === 'coarse' ? parentRanks(topology, own, index) : childRanks(topology, own, index));
  }

  /** The subdomain's own leaves of a level, and those above what it owns of finer ones. */
  #above(owner: number, level: number): Uint32Array {
    const own = ownLeaves(this.cut(level).owners, owner);
    if (level === 0) return own;
    const { levels } = this.domain;
    const finer = { topology: levels[level - 1]!.topology, above: this.#above(owner, level - 1) };
    return leavesAbove(own, finer, LeafIndex.of(levels[level]!.topology.origins));
  }
}
