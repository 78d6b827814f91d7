/** @file What each subdomain holds of level 0, in figures: how even a cut is, how much of it is surface, and what it sends. */
import { cutFaces } from './cut/cut-faces.ts';
import type { CutOrder } from './cut/curve.ts';
import { activeVoxelsByLeaf } from './cut/cut.ts';
import type { Runtime } from './runtime.ts';
import { leafBoundsOf, type IndexBox } from './topology.ts';

/** One subdomain of level 0. */
export interface SubdomainReport {
  readonly index: number;
  /** Name of the device that computes it. */
  readonly device: string;
  /** Which of the simulation's devices that is, from 1: errors, logs and traces count so. */
  readonly deviceNumber: number;
  /** The order along which the domain was cut; the same of all. */
  readonly cutOrder: CutOrder;
  /** Its own leaves, and the active voxels in them. */
  readonly leaves: number;
  readonly voxels: number;
  /** Leaves of others that it holds. */
  readonly ghosts: number;
  /** Subdomains that own those, ascending. */
  readonly neighbours: readonly number[];
  /** Faces of its voxels whose other side is an active voxel of another. */
  readonly surface: number;
  /**
   * Bytes that it sends others for the halos of all levels: in a step, loops that end by a scalar taken as often as they ran in
   * the step before, or once. Null before the first `initialize`.
   */
  readonly sentBytes: number | null;
  /** Inclusive box of its own leaves; boxes may overlap. Null where it owns none. */
  readonly box: IndexBox | null;
}

/** The subdomains as they are held now. Within the lane, after `prepare`. */
export function reportSubdomains(runtime: Runtime): SubdomainReport[] {
  const { topology } = runtime.domain.level(0);
  const { owners } = runtime.decomposition.cut(0);
  const voxels = activeVoxelsByLeaf(topology);
  const faces = cutFaces(topology, runtime.decomposition.cut(0));
  const sent = sentBytes(runtime);
  return runtime.subdomains.map((subdomain) => {
    const { ranks, ownCount, topology: held } = subdomain.levels[0]!;
    const [own, ghosts] = [ranks.subarray(0, ownCount), ranks.subarray(ownCount)];
    const neighbours = [...new Set(Array.from(ghosts, (rank) => owners[rank]!))].sort((a, b) => a - b);
    return {
      index: subdomain.index,
      device: subdomain.device.name,
      deviceNumber: runtime.team.members.indexOf(runtime.team.memberOf(subdomain)) + 1,
      cutOrder: runtime.decomposition.order,
      leaves: ownCount,
      voxels: own.reduce((sum, rank) => sum + voxels[rank]!, 0),
      ghosts: ghosts.length,
      neighbours,
      surface: faces[subdomain.index]!,
      sentBytes: sent?.[subdomain.index] ?? null,
      box: leafBoundsOf({ origins: held.origins.subarray(0, 3 * ownCount), masks: held.masks }),
    };
  });
}

/** Turns that one stretch of a long loop has: what is sent repeats within it, as messages spare a few turns at most. */
const STRETCH = 120;

/** Bytes that each subdomain sends in a step. */
function sentBytes({ program, copies, iterations: ran, subdomains }: Runtime): number[] | null {
  if (program === null) return null;
  const { components } = program.parts;
  const turns = program.loops.map(({ name }) => ran.get(name) ?? 1);
  // Even numbers are planned; what a step begins with is what one before has left.
  const whole = turns.map((each) => Math.max(2, 2 * Math.ceil(each / 2)));
  // Of a long loop the second stretch stands for those that are left out.
  const leftOut = whole.map((each) => Math.max(0, Math.floor(each / STRETCH) - 3));
  const iterations = whole.map((each, loop) => each - STRETCH * leftOut[loop]!);
  const { after: start, stale } = program.plan({ start: copies, iterations });
  const plan = program.plan({ start, stale, iterations });
  const bytes = subdomains.map(() => 0);
  const ended = turns.map(() => 0);
  for (const pass of plan.passes) {
    if (pass.kind === 'gate' && pass.mode === 'iterate') ended[pass.loop]!++;
    if (pass.kind !== 'exchange') continue;
    const { scope } = pass;
    const loop = program.loops.findIndex(({ index }) => scope === `body ${index}`);
    const times = loop < 0 ? 1 : timesOf(ended[loop]!, turns[loop]!, leftOut[loop]!);
    const names = new Set(pass.sent.map((copy) => copy.slice(0, copy.lastIndexOf(':'))));
    for (const { name, pairs } of components) {
      if (!names.has(name)) continue;
      for (const { from, sources } of pairs) bytes[from]! += 4 * sources.length * times;
    }
  }
  return bytes;
}

/** For how many turns one that is planned stands, where so many stretches are left out: none, if it is beyond the last. */
function timesOf(planned: number, turns: number, leftOut: number): number {
  const stretch = Math.floor(planned / STRETCH);
  if (stretch === 1 && leftOut > 0) return 1 + leftOut;
  return planned + (stretch === 0 ? 0 : STRETCH * leftOut) < turns ? 1 : 0;
}
