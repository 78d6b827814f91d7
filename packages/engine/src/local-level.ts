/**
 * @file One level of what a subdomain holds: its own leaves first, then its ghosts, each ascending by rank. A leaf's place in this
 * list, plus one, is its slot. A simulation with one subdomain holds every leaf as its own, and place is rank.
 */
import type { Cut } from './cut/cut.ts';
import { edgeLeaves, findGhosts, ownLeaves } from './cut/ghosts.ts';
import type { DomainLevel } from './domain.ts';
import { LeafIndex } from './leaf-index.ts';
import { leafCountOf, type IndexBox, type Topology } from './topology.ts';

/** The leaves of one level that a subdomain holds. */
export interface LocalLevel {
  readonly domain: DomainLevel;
  /** Place → rank in the whole level. */
  readonly ranks: Uint32Array;
  /** Places below are the subdomain's own; the others are ghosts. */
  readonly ownCount: number;
  /** Origins and masks by place. */
  readonly topology: Topology;
}

/** A level of which one subdomain owns everything. */
export function wholeLevel(domain: DomainLevel): LocalLevel {
  const ranks = Uint32Array.from({ length: domain.leafCount }, (_, rank) => rank);
  return { domain, ranks, ownCount: domain.leafCount, topology: domain.topology };
}

/** Whose levels are held, and how much of them. */
export interface HeldOptions {
  readonly owner: number;
  /** Leaves of others that are held around what is read or computed. */
  readonly rings: number;
  /** Whether a level is held whole. */
  readonly isWhole?: (level: number) => boolean;
}

/**
 * What a subdomain holds of each level (finest first): its own leaves, and those of others that lie within `rings` leaves of
 * them, of what lies above its finer leaves, or of the children of its coarser ones; or all leaves of a level that is held whole.
 */
export function localLevels(
  domains: readonly DomainLevel[],
  cuts: readonly Cut[],
  { owner, rings, isWhole = () => false }: HeldOptions,
): LocalLevel[] {
  const indices = domains.map(({ topology }) => LeafIndex.of(topology.origins));
  const own = cuts.map(({ owners }) => ownLeaves(owners, owner));
  let above: Uint32Array = new Uint32Array();
  return domains.map((domain, k) => {
    const { owners } = cuts[k]!;
    if (isWhole(k)) {
      const others = Uint32Array.from(owners.keys()).filter((rank) => owners[rank] !== owner);
      const all = Uint32Array.from([...own[k]!, ...others]);
      return { domain, ranks: all, ownCount: own[k]!.length, topology: pickLeaves(domain.topology, all) };
    }
    above = leavesAbove(own[k]!, k === 0 ? null : { topology: domains[k - 1]!.topology, above }, indices[k]!);
    const children = k + 1 === domains.length ? [] : childRanks(domains[k + 1]!.topology, own[k + 1]!, indices[k]!);
    const from = children.length === 0 ? above : Uint32Array.from(new Set([...above, ...children]));
    // A coarse leaf more costs little, and lets twice as much be computed there between two messages.
    const deep = 8 * (k === 0 ? rings : rings + 1);
    const reach: IndexBox = { min: [-deep, -deep, -deep], max: [deep, deep, deep] };
    const index = indices[k]!;
    const edge = edgeLeaves(from, { topology: domain.topology, owners, owner, leaves: deep / 8, index });
    const { ranks } = findGhosts({ topology: domain.topology, owners, owner, from: edge, reach, index });
    const all = Uint32Array.from([...own[k]!, ...ranks]);
    return { domain, ranks: all, ownCount: own[k]!.length, topology: pickLeaves(domain.topology, all) };
  });
}

/**
 * Ranks of a level's leaves that a subdomain owns, or that lie above any that it owns on a finer level. `finer` has the same of
 * the level below; null where there is none.
 */
export function leavesAbove(
  own: Uint32Array,
  finer: { readonly topology: Topology; readonly above: Uint32Array } | null,
  index: LeafIndex,
): Uint32Array {
  return finer === null ? own : Uint32Array.from(new Set([...own, ...parentRanks(finer.topology, finer.above, index)]));
}

/** Ranks, on the coarser level that `index` knows, of the leaves above some leaves. */
export function parentRanks(fine: Topology, ranks: Uint32Array, index: LeafIndex): number[] {
  const { origins } = fine;
  const parents = Array.from(ranks, (rank) =>
    index.find(origins[3 * rank]! >> 4, origins[3 * rank + 1]! >> 4, origins[3 * rank + 2]! >> 4),
  );
  return [...new Set(parents)];
}

/** Ranks, on the finer level that `index` knows, of the leaves below some leaves. */
export function childRanks(coarse: Topology, ranks: Uint32Array, index: LeafIndex): number[] {
  const children: number[] = [];
  for (const rank of ranks) {
    const [x, y, z] = [0, 1, 2].map((axis) => (coarse.origins[3 * rank + axis]! >> 3) * 2) as [number, number, number];
    for (let octant = 0; octant < 8; octant++) {
      const child = index.find(x + (octant >> 2), y + ((octant >> 1) & 1), z + (octant & 1));
      if (child >= 0) children.push(child);
    }
  }
  return children;
}

function pickLeaves({ origins, masks }: Topology, ranks: Uint32Array): Topology {
  const picked = { origins: new Int32Array(3 * ranks.length), masks: new Uint32Array(16 * ranks.length) };
  // What a subdomain owns stands in runs.
  for (let place = 0, end = 0; place < ranks.length; place = end) {
    const rank = ranks[place]!;
    for (end = place + 1; end < ranks.length && ranks[end] === rank + end - place;) end++;
    const last = rank + end - place;
    picked.origins.set(origins.subarray(3 * rank, 3 * last), 3 * place);
    picked.masks.set(masks.subarray(16 * rank, 16 * last), 16 * place);
  }
  return picked;
}

/** The rings of ghost leaves that a halo of some voxels takes; one holds up to eight. */
export function ghostRings(thickness: number): number {
  return Math.max(1, Math.ceil(thickness / 8));
}

/** Place of each rank that is held; −1 where it isn't. */
export function placesByRank(level: LocalLevel): Int32Array<ArrayBuffer> {
  const places = new Int32Array(leafCountOf(level.domain.topology)).fill(-1);
  level.ranks.forEach((rank, place) => (places[rank] = place));
  return places;
}
