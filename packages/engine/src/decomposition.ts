/**
 * @file The decomposition: the domain cut into subdomains on every level, and what each of them holds. It is pure; subdomains
 * bring their part to a device. Level 0 is cut by weight, each coarser level follows the finer one.
 */
import { coarsenCut, cutLeaves, type Cut, type CutOptions } from './cut/cut.ts';
import { boundaryLeaves, findGhosts, mergeGhosts, ownLeaves, type Ghosts } from './cut/ghosts.ts';
import { keptCut, type KeptCut } from './cut/kept-cut.ts';
import { checksumOf, topologyChecksum } from './cut/topology-checksum.ts';
import type { Domain } from './domain.ts';
import { childRanks, localLevels, parentRanks, wholeLevel, type LocalLevel } from './local-level.ts';
import { LeafIndex } from './leaf-index.ts';
import { buildTables, type LevelTables } from './tables.ts';
import type { IndexBox } from './topology.ts';

/** From where, seen from its own level, a stencil reads a component: the same level, or the one next to it. */
export type ReadFrom = 'same' | 'coarse' | 'fine';

/** One way in which a component is read: from which leaves, and how far around them (inclusive, in voxels of its own level). */
export interface ReadReach {
  readonly from: ReadFrom;
  readonly reach: IndexBox;
}

/** Who owns which leaf of each level, and who needs which of others. */
export class Decomposition {
  readonly domain: Domain;
  /** Number of subdomains. */
  readonly count: number;
  #options: CutOptions;
  readonly #cuts: Cut[] = [];
  #kept: { readonly key: string; readonly cut: KeptCut } | null = null;

  constructor(domain: Domain, count: number, options: CutOptions = {}) {
    this.domain = domain;
    this.count = count;
    this.#options = options;
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
    const { topology } = levels[0]!;
    const key = `${topologyChecksum(topology)} ${checksumOf(this.cut(0).owners)} ${levels.length}`;
    if (this.#kept?.key !== key) this.#kept = { key, cut: keptCut(key) };
    return this.#kept.cut;
  }

  /** What a subdomain holds of each level, with `rings` rings of ghost leaves. */
  held(owner: number, rings: number): LocalLevel[] {
    const { levels } = this.domain;
    if (this.count === 1) return levels.map(wholeLevel);
    const held = this.kept.get(`held by ${owner}, ${rings} rings`, () =>
      localLevels(
        levels,
        levels.map((_, level) => this.cut(level)),
        owner,
        rings,
      ).map(({ ranks, ownCount, topology }) => ({ ranks, ownCount, topology })),
    );
    // Another simulation's levels may have another map.
    return held.map((rest, level) => ({ domain: levels[level]!, ...rest }));
  }

  /** The tables of what `held` tells. */
  tables(owner: number, rings: number): LevelTables[] {
    const make = (): LevelTables[] => buildTables(this.held(owner, rings));
    return this.count === 1 ? make() : this.kept.get(`tables of ${owner}, ${rings} rings`, make);
  }

  /** The voxels of others on `level` that a subdomain reads in any of these ways. */
  ghosts(owner: number, level: number, reads: readonly ReadReach[]): Ghosts {
    const { levels } = this.domain;
    const { topology } = levels[level]!;
    const { owners } = this.cut(level);
    const index = new LeafIndex(topology.origins);
    return mergeGhosts(
      reads.map(({ from, reach }) => {
        const ranks = this.#readers(owner, level, from, index);
        return findGhosts({ topology, owners, owner, from: ranks, reach, index });
      }),
    );
  }

  /** Ranks of a subdomain's own leaves that others read within `reach`. */
  boundary(owner: number, level: number, reach: IndexBox): Uint32Array {
    return boundaryLeaves(this.domain.levels[level]!.topology, this.cut(level).owners, owner, reach);
  }

  /** Leaves of `level` around which the subdomain's leaves (of the level that reads) look. */
  #readers(owner: number, level: number, from: ReadFrom, index: LeafIndex): Uint32Array {
    if (from === 'same') return ownLeaves(this.cut(level).owners, owner);
    const reader = from === 'coarse' ? level - 1 : level + 1;
    const own = ownLeaves(this.cut(reader).owners, owner);
    const { topology } = this.domain.levels[reader]!;
    return Uint32Array.from(from === 'coarse' ? parentRanks(topology, own, index) : childRanks(topology, own, index));
  }
}
