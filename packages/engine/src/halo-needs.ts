/**
 * @file What a program needs of others' leaves: for each component the ways in which stencils read it beyond their own voxels.
 * Each component has the box that the compiler found for it: a population of a lattice that is read at one offset goes one way
 * only. Where a computed coordinate may be anywhere, it is `neighborRadius`, or the halo's thickness.
 */
import { beyondRadiusAt, componentsOf, farthestActivity, type ComponentRead, type Reach } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import type { Declarations } from './declarations.ts';
import type { ReadFrom, ReadReach } from './decomposition.ts';
import type { GhostFacts, GhostNeed, GhostReads } from './ghost-tracker.ts';
import { componentName, relatedLevel } from './pass-facts.ts';
import type { Coordinate, IndexBox } from './topology.ts';

const HERE: Reach = { low: [0, 0, 0], high: [0, 0, 0] };

/** Voxels that a halo is thick at the least. */
const LEAST_THICKNESS = 2;

/** Components that are read around, and how. */
export interface HaloNeeds {
  /** Voxels that stencils reach, each by itself: how far they may ask whether a voxel is active. */
  readonly thickness: number;
  /** Component → the ways in which it is read beyond own voxels. */
  readonly reads: ReadonlyMap<string, readonly ReadReach[]>;
  /** Components whose inactive voxels change: they travel too, and only their owner computes them (`Backgrounds.foreign`). */
  readonly foreign: ReadonlySet<string>;
  /** Stencil → the components that it reads so, and how far. */
  readonly byStencil: GhostReads;
  /** What passes compute in ghosts. */
  readonly work: GhostFacts['work'];
  /** Stencil → voxels that its computed reads may go. */
  readonly radius: ReadonlyMap<string, number>;
}

/** Both copies of all that is read around: what may be stale where nothing is known. */
export function staleCopies({ reads }: Pick<HaloNeeds, 'reads'>): ReadonlySet<string> {
  return new Set([...reads.keys()].flatMap((component) => [`${component}:0`, `${component}:1`]));
}

/** What the stencils of a program need. */
export interface HeldNeeds extends HaloNeeds {
  /** Voxels that ghosts are held for: stencils that run as one may reach further than each by itself. */
  readonly held: number;
}

/** How a stencil reads each component, its own voxel alone included; `reach` is null where a coordinate may be anywhere. */
export function componentReads({
  level,
  reads,
}: Pick<CompiledStencil, 'level' | 'reads'>): { component: string; from: ReadFrom; reach: ComponentRead['reach'] }[] {
  return reads.flatMap((read) =>
    read.parts.map(({ component, reach, gather }) => ({
      component: componentName(read.field, relatedLevel(level, read.level), componentsOf(read.type), component),
      from: read.level,
      reach: gather || reach === null ? null : around(reach, read.level),
    })),
  );
}

/** What must be known of a stencil. */
export type ReadingStencil = Pick<CompiledStencil, 'name' | 'level' | 'stencil' | 'follows' | 'reads'>;

/** What halos hang on beside stencils. */
export interface HaloOptions {
  /** What the user asked for, voxels; null where nothing was. */
  readonly thickness: number | null;
  /** Radii that follow the flow, by what. */
  readonly followed?: ReadonlyMap<string, number>;
  /** The stencils as they were declared, before some became one: radii that nobody gave follow from them. Default: those that run. */
  readonly declared?: readonly ReadingStencil[];
  /** As `HaloNeeds` has it; default: none. */
  readonly foreign?: ReadonlySet<string>;
}

/** The halo of the stencils that run. */
export function haloNeeds(
  declarations: Declarations,
  compiled: ReadonlyMap<string, ReadingStencil>,
  { thickness, followed = new Map(), declared = [...compiled.values()], foreign = new Set() }: HaloOptions,
): HeldNeeds {
  const farthest = declared.flatMap(({ reads }) => reads.map(({ reach }) => (reach === null ? 0 : distance(reach))));
  const radii = { thick: thickness ?? Math.max(LEAST_THICKNESS, ...farthest), followed };
  const needs = needsOf(declarations, [...compiled.values()], radii);
  const apart = needsOf(declarations, declared, radii).thickness;
  return { ...needs, foreign, thickness: apart, held: Math.max(apart, needs.thickness) };
}

/** The halo of some stencils; who has no radius of its own may read as far as the halo is `thick`. */
function needsOf(
  declarations: Declarations,
  stencils: readonly ReadingStencil[],
  { thick, followed }: { readonly thick: number; readonly followed: ReadonlyMap<string, number> },
): Omit<HaloNeeds, 'foreign'> {
  const reads = new Map<string, ReadReach[]>();
  const byStencil = new Map<string, GhostNeed[]>();
  const radii = new Map<string, number>();
  // Of radii that follow the flow the caps count, so that what is held stays as it is while they change.
  const farthest = [thick];
  for (const { name, level, stencil, follows, reads: all } of stencils) {
    const around: GhostNeed[] = [];
    const most = stencil?.neighborRadius ?? declarations.stencils.get(name)?.options.neighborRadius ?? thick;
    // Whether voxels are active is known of what is held: nothing is sent for it.
    farthest.push(most, stencil === null ? 0 : farthestActivity(stencil));
    const voxels = (follows === undefined ? undefined : followed.get(follows)) ?? most;
    radii.set(name, voxels);
    for (const read of all) {
      const further = beyondRadiusAt(read.at);
      const from: ReadFrom = read.level;
      for (const part of read.parts) {
        const box = readBox(part, voxels + further, from);
        farthest.push(boxDistance(readBox(part, most + further, from)));
        if (from === 'same' && boxDistance(box) === 0) continue;
        const count = componentsOf(read.type);
        const component = componentName(read.field, relatedLevel(level, read.level), count, part.component);
        // What lies below coarse leaves may be others', however near it is.
        around.push({ component, depth: from === 'fine' ? Infinity : boxDistance(box) });
        addReach(reads, component, { from, reach: box });
      }
    }
    byStencil.set(name, around);
  }
  return {
    thickness: Math.max(...farthest),
    reads,
    byStencil,
    work: new Map(),
    radius: radii,
  };
}

function distance({ low, high }: { low: Coordinate; high: Coordinate }): number {
  return Math.max(...[...low, ...high].map(Math.abs));
}

function boxDistance({ min, max }: IndexBox): number {
  return distance({ low: min, high: max });
}

/** The box of a component, united with the cube that computed coordinates may reach where there are any. */
function readBox({ reach, gather }: ComponentRead, radius: number, from: ReadFrom): IndexBox {
  const near = reach === null ? HERE : around(reach, from);
  if (!gather) return { min: near.low, max: near.high };
  const low = near.low.map((distance) => Math.min(distance, -radius)) as unknown as Coordinate;
  const high = near.high.map((distance) => Math.max(distance, radius)) as unknown as Coordinate;
  return { min: low, max: high };
}

/** A reach around the voxels that belong to one: on the finer level these are two along each axis. */
function around({ low, high }: Reach, from: ReadFrom): Reach {
  if (from !== 'fine') return { low, high };
  return { low: atLeast(low, 0, -1), high: atLeast(high, 1, 1) };
}

/** How far an offset goes beyond another toward one side, at least not at all. */
function atLeast(offset: Coordinate, from: number, side: 1 | -1): Coordinate {
  return offset.map((each) => side * Math.max(0, side * (each - from))) as unknown as Coordinate;
}

function addReach(reads: Map<string, ReadReach[]>, component: string, read: ReadReach): void {
  const known = reads.get(component) ?? [];
  const alike = (other: ReadReach): boolean =>
    other.from === read.from && String([other.reach.min, other.reach.max]) === String([read.reach.min, read.reach.max]);
  if (!known.some(alike)) reads.set(component, [...known, read]);
}
