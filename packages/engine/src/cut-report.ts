/** @file What each subdomain holds of level 0, in figures: how even a cut is, and how much of it is surface. */
import { activeVoxelsByLeaf } from './cut/cut.ts';
import type { Runtime } from './runtime.ts';
import { leafBoundsOf, type IndexBox } from './topology.ts';

/** One subdomain of level 0. */
export interface SubdomainReport {
  readonly index: number;
  /** Name of the device that computes it. */
  readonly device: string;
  /** Its own leaves, and the active voxels in them. */
  readonly leaves: number;
  readonly voxels: number;
  /** Leaves of others that it holds. */
  readonly ghosts: number;
  /** Subdomains that own those, ascending. */
  readonly neighbours: readonly number[];
  /** Inclusive box of its own leaves; boxes may overlap. Null where it owns none. */
  readonly box: IndexBox | null;
}

/** The subdomains as they are held now. Within the lane, after `prepare`. */
export function reportSubdomains(runtime: Runtime): SubdomainReport[] {
  const { topology } = runtime.domain.level(0);
  const { owners } = runtime.decomposition.cut(0);
  const voxels = activeVoxelsByLeaf(topology);
  return runtime.subdomains.map((subdomain) => {
    const { ranks, ownCount, topology: held } = subdomain.levels[0]!;
    const [own, ghosts] = [ranks.subarray(0, ownCount), ranks.subarray(ownCount)];
    const neighbours = [...new Set(Array.from(ghosts, (rank) => owners[rank]!))].sort((a, b) => a - b);
    return {
      index: subdomain.index,
      device: subdomain.device.name,
      leaves: ownCount,
      voxels: own.reduce((sum, rank) => sum + voxels[rank]!, 0),
      ghosts: ghosts.length,
      neighbours,
      box: leafBoundsOf({ origins: held.origins.subarray(0, 3 * ownCount), masks: held.masks }),
    };
  });
}
