/**
 * @file Work in ghosts: which passes compute voxels of others too, so that fewer messages are needed. A pass that runs `depth`
 * voxels deep into the ghosts has there the bits that the owner has, if what it reads is up to date a little deeper; then
 * nobody need send what it writes. Half sweeps of a solver go so from one message to the next:
 *
 *     residual 8 deep │ first 8 deep  black 7  red 6  black 5 │ prolong 4  black 3  red 2  black 1  red 0
 *
 * Depths are found backwards, from who reads to who writes, until more than the ghosts that are held would be asked for: there a
 * message stands. What reduces, reads at computed places or reads a finer level runs over its own leaves alone. On a level that
 * every subdomain holds whole everything runs over all leaves, reductions too: nothing travels but what comes from the level below.
 * What writes a field that kernels write runs over its own leaves alone anywhere: inactive voxels of the others aren't its to keep.
 *
 * Depths count from the subdomain's own leaves and what lies above those of finer levels (`around`, see `decomposition.ts`).
 */
import type { Reach } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import type { Decomposition, ReadFrom, ReadReach } from './decomposition.ts';
import type { GhostNeed, GhostPass } from './ghost-tracker.ts';
import { componentReads, type HaloNeeds } from './halo-needs.ts';
import type { IndexBox } from './topology.ts';
import type { Unit, UnitPass } from './units.ts';

/** The deepest that is computed on a level that isn't held whole, voxels: one ring of leaves, two on coarse levels. */
function mostDepth(level: number): number {
  return level === 0 ? 8 : 16;
}

/** What must be known of a stencil. */
export type PlacedStencil = Pick<CompiledStencil, 'stencil' | 'level' | 'facts' | 'bindings' | 'reads' | 'writes'>;

/** A component that a stencil reads, from where, and how far, voxels; Infinity where that isn't known. */
interface Tap {
  readonly component: string;
  readonly from: ReadFrom;
  readonly distance: number;
}

/** What is known of a stencil. */
interface Work {
  readonly level: number;
  readonly taps: readonly Tap[];
  /** Components that it writes; `partly` if some voxels keep what they had. */
  readonly writes: readonly { readonly component: string; readonly partly: boolean }[];
  /** Whether it may run in ghosts; on a level that is held whole, more may. */
  readonly may: 'never' | 'whole' | 'always';
  readonly readsFiner: boolean;
}

/** What is known of the levels. */
export interface GhostLevels {
  /** Whether every subdomain holds all leaves of a level. */
  isWhole(level: number): boolean;
  /** Whether a ring of ghosts is little beside what a subdomain owns of a level. */
  isCheap(level: number): boolean;
}

/** Ghosts that are computed are little beside this share of what a subdomain owns, or where they are no more than so many leaves. */
const CHEAP = Object.freeze({ share: 0.5, leaves: 1024 });

/** The levels of a decomposition. */
function ghostLevels(decomposition: Decomposition): GhostLevels {
  return {
    isWhole: (level) => decomposition.isWhole(level),
    isCheap(level) {
      const owned = new Uint32Array(decomposition.count);
      for (const owner of decomposition.cut(level).owners) owned[owner]!++;
      return owned.every((leaves, owner) => {
        const ghosts = decomposition.around(owner, level, mostDepth(level)).length;
        return ghosts <= Math.max(CHEAP.leaves, CHEAP.share * leaves);
      });
    },
  };
}

/** The passes that run in ghosts too, and what they need there. */
export type GhostWork = ReadonlyMap<UnitPass, GhostPass>;

/** Finds the work in ghosts of a step; what writes components of `foreign` has none. */
export function planGhostWork(
  units: readonly Unit[],
  compiled: ReadonlyMap<string, PlacedStencil>,
  levels: GhostLevels,
  foreign: ReadonlySet<string> = new Set(),
): GhostWork {
  const works = new Map([...compiled].map(([name, stencil]) => [name, workOf(stencil, foreign)]));
  const work = new Map<UnitPass, GhostPass>();
  let wanted: Wanted = new Map();
  for (const unit of units.toReversed()) {
    const once = planBody(unit, works, levels, wanted);
    // What the first pass of a body reads is what the last one wrote. Where depths grow with each turn, messages stand between turns.
    const twice = unit.repeat === null ? once : planBody(unit, works, levels, once.wanted);
    const thrice = unit.repeat === null ? once : planBody(unit, works, levels, twice.wanted);
    const settled = unit.passes.every((pass) => twice.work.get(pass)?.depth === thrice.work.get(pass)?.depth);
    const chosen = settled ? twice : planBody(unit, works, levels, new Map());
    for (const [pass, own] of chosen.work) work.set(pass, own);
    wanted = chosen.wanted;
  }
  return work;
}

/** How deep components must be good, voxels. */
type Wanted = ReadonlyMap<string, number>;

/** The work in ghosts of one turn of a unit, where so much is wanted after it, and what is wanted before it. */
function planBody(
  unit: Unit,
  works: ReadonlyMap<string, Work>,
  levels: GhostLevels,
  after: Wanted,
): { readonly work: GhostWork; readonly wanted: Wanted } {
  const work = new Map<UnitPass, GhostPass>();
  const wanted = new Map(after);
  for (const pass of unit.passes.toReversed()) {
    const each = works.get(pass.facts.name)!;
    const depth = depthOf(each, wanted, levels);
    if (depth >= 0) work.set(pass, ghostPass(each, depth));
    want(wanted, each, depth);
  }
  return { work, wanted };
}

/** The needs of a program that works in ghosts too. */
export function withGhostWork(
  needs: HaloNeeds,
  program: {
    readonly units: readonly Unit[];
    readonly compiled: ReadonlyMap<string, PlacedStencil>;
    readonly decomposition: Decomposition;
  },
): HaloNeeds {
  const work = planGhostWork(program.units, program.compiled, ghostLevels(program.decomposition), needs.foreign);
  const deepest = new Map<string, number>();
  for (const { needs: own } of work.values()) {
    for (const { component, depth } of own) deepest.set(component, Math.max(depth, deepest.get(component) ?? 0));
  }
  const reads = new Map(needs.reads);
  for (const [component, depth] of deepest) reads.set(component, [...(reads.get(component) ?? []), readAround(depth)]);
  return { ...needs, reads, work };
}

function readAround(depth: number): ReadReach {
  const [from, most] = Number.isFinite(depth) ? (['around', depth] as const) : (['whole', 0] as const);
  const reach: IndexBox = { min: [-most, -most, -most], max: [most, most, most] };
  return { from, reach };
}

/** How deep a pass runs in the ghosts, where so much is wanted after it; −1: not at all. */
function depthOf(work: Work, wanted: ReadonlyMap<string, number>, levels: GhostLevels): number {
  const { level, may, writes, readsFiner } = work;
  if (may === 'never') return -1;
  if (levels.isWhole(level)) return readsFiner && !levels.isWhole(level - 1) ? -1 : Infinity;
  if (may === 'whole' || readsFiner) return -1;
  const depth = Math.max(-1, ...writes.map(({ component }) => wanted.get(component) ?? -1));
  // Asked last: a level of a million leaves takes a while to look at.
  if (depth < 0 || !levels.isCheap(level)) return -1;
  const held = (component: string): number => {
    const on = levelOf(component);
    return levels.isWhole(on) ? Infinity : mostDepth(on);
  };
  return ghostPass(work, depth).needs.every((need) => need.depth <= held(need.component)) ? depth : -1;
}

function levelOf(component: string): number {
  return Number(/@(\d+)$/.exec(component)?.[1] ?? 0);
}

/** What a pass needs that runs so deep. */
function ghostPass({ taps, writes }: Work, depth: number): GhostPass {
  const needs = taps.map(({ component, from, distance }): GhostNeed => {
    const base = from === 'coarse' ? Math.ceil(depth / 2) : from === 'fine' ? 2 * depth : depth;
    return { component, depth: base + distance };
  });
  return { depth, needs, partly: writes.filter(({ partly }) => partly).map(({ component }) => component) };
}

/** What is wanted before a pass, in place of what is wanted after it. */
function want(wanted: Map<string, number>, work: Work, depth: number): void {
  for (const { component, partly } of work.writes) {
    if (!partly || depth < 0) wanted.delete(component);
    else wanted.set(component, depth);
  }
  if (depth >= 0) {
    for (const need of ghostPass(work, depth).needs) add(wanted, need.component, need.depth);
    return;
  }
  for (const { component, from, distance } of work.taps) {
    // What is read at computed places, or from the finer level, is sent.
    const near = distance <= mostDepth(levelOf(component)) && ((from === 'same' && distance > 0) || from === 'coarse');
    if (near) add(wanted, component, distance);
  }
}

function add(wanted: Map<string, number>, component: string, depth: number): void {
  wanted.set(component, Math.max(depth, wanted.get(component) ?? 0));
}

function workOf(compiled: PlacedStencil, foreign: ReadonlySet<string>): Work {
  const { stencil, level, facts, bindings, writes } = compiled;
  const taps = componentReads(compiled).map(({ component, from, reach }): Tap => {
    return { component, from, distance: reach === null ? Infinity : distanceOf(reach) };
  });
  const odd =
    stencil === null ||
    stencil.debug ||
    facts.writes.some(({ component }) => foreign.has(component)) ||
    bindings.some(({ kind }) => kind === 'faults' || kind === 'debug') ||
    taps.some(({ distance }) => distance === Infinity);
  const local = !odd && facts.reductions.length === 0 && !mentions([stencil.body, stencil.functions], 'isActive');
  const kept = new Map(writes.map(({ field, always }) => [field, !always || (stencil?.color ?? null) !== null]));
  return {
    level,
    taps,
    writes: facts.writes.map(({ component }) => ({ component, partly: kept.get(fieldOf(component)) ?? true })),
    may: odd ? 'never' : local ? 'always' : 'whole',
    readsFiner: taps.some(({ from }) => from === 'fine'),
  };
}

/** `velocity` of `velocity.x@1`. */
function fieldOf(component: string): string {
  return component.replace(/@\d+$/, '').replace(/(\.[xyzw]|\[\d+\])$/, '');
}

function distanceOf({ low, high }: Reach): number {
  return Math.max(...[...low, ...high].map(Math.abs));
}

/** Whether any node of a tree has this `op`. */
function mentions(node: unknown, op: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ((node as { op?: unknown }).op === op) return true;
  return Object.values(node).some((child) => mentions(child, op));
}
