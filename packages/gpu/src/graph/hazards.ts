/**
 * @file Hazards → barriers. Walks the levels with a small state for each resource: the accesses of its last writer, whom
 * that write was already made visible to, and who read it since. A hazard needs a barrier only if no barrier since has
 * ended it; the hazards of one level share one barrier, which is global: resources are memory reached by address, and a
 * driver treats a buffer barrier as a global one anyway.
 *
 * Terms are those of the Vulkan specification, chapter "Synchronization and Cache Control": a write must be made visible
 * to a later read or write of it; a write after a read needs only that the read has executed.
 */

import type { Access } from '../access.ts';
import { accessBit, accessesOf } from '../access.ts';
import type { Pass } from './graph.ts';

export type HazardKind = 'read after write' | 'write after read' | 'write after write' | 'asked for' | 'last run';

/** Why a barrier is there: `later` touches `resource` that `earlier` touched. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly resource: string;
  readonly earlier: string;
  readonly later: string;
}

/** One global memory barrier, before the passes of `level`. */
export interface GraphBarrier {
  readonly level: number;
  readonly before: readonly Access[];
  readonly after: readonly Access[];
  readonly reasons: readonly Hazard[];
}

interface Touch {
  readonly pass: string;
  readonly bits: number;
  readonly level: number;
}

interface ResourceState {
  writer: Touch | undefined;
  readers: Touch[];
}

interface Draft {
  before: number;
  after: number;
  readonly reasons: Hazard[];
}

/** The barriers of ordered levels. `wishes` are pairs of passes that wait without a resource; `repeats` adds one at the start against the last run. */
export function deriveBarriers(
  levels: readonly (readonly Pass<never>[])[],
  wishes: readonly (readonly [string, string])[],
  repeats: boolean,
): GraphBarrier[] {
  const states = new Map<string, ResourceState>();
  const drafts: (Draft | undefined)[] = [];
  const places = new Map<string, { pass: Pass<never>; level: number }>();
  if (repeats) drafts[0] = lastRun(levels);
  for (const [level, passes] of levels.entries()) {
    for (const pass of passes) places.set(pass.name, { pass, level });
    for (const pass of passes) meetHazards(pass, level, states, drafts);
    for (const pass of passes) noteTouches(pass, level, states);
  }
  for (const [before, after] of wishes) meetWish(places.get(before)!, places.get(after)!, drafts);
  const barriers: GraphBarrier[] = [];
  for (const [level, draft] of drafts.entries()) {
    if (!draft) continue;
    const { before, after, reasons } = draft;
    barriers.push({ level, before: accessesOf(before), after: accessesOf(after), reasons });
  }
  return barriers;
}

function meetHazards(
  pass: Pass<never>,
  level: number,
  states: ReadonlyMap<string, ResourceState>,
  drafts: (Draft | undefined)[],
): void {
  for (const { resource, access } of pass.reads ?? []) {
    const writer = states.get(resource)?.writer;
    if (writer) demand('read after write', resource, writer, pass.name, accessBit(access), level, drafts);
  }
  for (const { resource, access } of pass.writes ?? []) {
    const state = states.get(resource);
    if (!state) continue;
    for (const reader of state.readers)
      demand('write after read', resource, reader, pass.name, accessBit(access), level, drafts);
    if (state.writer && state.readers.length === 0) {
      demand('write after write', resource, state.writer, pass.name, accessBit(access), level, drafts);
    }
  }
}

/** Puts a hazard into the barrier before `level`, unless a barrier between the two passes ends it already. */
function demand(
  kind: HazardKind,
  resource: string,
  earlier: Touch,
  later: string,
  after: number,
  level: number,
  drafts: (Draft | undefined)[],
): void {
  for (let at = earlier.level + 1; at < level; at++) {
    const draft = drafts[at];
    if (draft && (draft.before & earlier.bits) === earlier.bits && (draft.after & after) === after) return;
  }
  const draft = (drafts[level] ??= { before: 0, after: 0, reasons: [] });
  draft.before |= earlier.bits;
  draft.after |= after;
  draft.reasons.push({ kind, resource, earlier: earlier.pass, later });
}

function noteTouches(pass: Pass<never>, level: number, states: Map<string, ResourceState>): void {
  const writes = bitsByResource(pass.writes);
  for (const [resource, bits] of writes)
    states.set(resource, { writer: { pass: pass.name, bits, level }, readers: [] });
  for (const [resource, bits] of bitsByResource(pass.reads)) {
    if (writes.has(resource)) continue;
    const state = states.get(resource);
    if (state) state.readers.push({ pass: pass.name, bits, level });
    else states.set(resource, { writer: undefined, readers: [{ pass: pass.name, bits, level }] });
  }
}

function bitsByResource(uses: Pass<never>['reads']): Map<string, number> {
  const bits = new Map<string, number>();
  for (const { resource, access } of uses ?? []) bits.set(resource, (bits.get(resource) ?? 0) | accessBit(access));
  return bits;
}

function meetWish(
  earlier: { pass: Pass<never>; level: number },
  later: { pass: Pass<never>; level: number },
  drafts: (Draft | undefined)[],
): void {
  const bits = touchBits(earlier.pass);
  const after = touchBits(later.pass);
  if (bits === 0 || after === 0) return;
  const touch = { pass: earlier.pass.name, bits, level: earlier.level };
  demand('asked for', '', touch, later.pass.name, after, later.level, drafts);
}

function touchBits(pass: Pass<never>): number {
  let bits = 0;
  for (const { access } of pass.reads ?? []) bits |= accessBit(access);
  for (const { access } of pass.writes ?? []) bits |= accessBit(access);
  return bits;
}

/** Everything that the plan does, before everything that it does: the run before is on the same resources. */
function lastRun(levels: readonly (readonly Pass<never>[])[]): Draft | undefined {
  let bits = 0;
  for (const pass of levels.flat()) bits |= touchBits(pass);
  const [first, last] = [levels[0]?.[0], levels.at(-1)?.at(-1)];
  if (bits === 0 || !first || !last) return undefined;
  const reason: Hazard = { kind: 'last run', resource: '', earlier: last.name, later: first.name };
  return { before: bits, after: bits, reasons: [reason] };
}
