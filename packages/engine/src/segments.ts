/**
 * @file A step in segments: where members need something of each other, a step is cut, and each part is a submit of its own. A
 * segment ends by packing what others need, and the next begins by unpacking what they sent:
 *
 *     begin  a  [pack u │ unpack u]  b  reduce r  [pack r │ unpack r]  reduce r  c
 */
import type { PlannedPass, Scope, StepPlan } from './step-plan.ts';

/** What travels between two segments. */
export interface Hop {
  /** Copies (`density:1`), or one reduction (`sum total@0`). */
  readonly names: readonly string[];
  readonly scope: Scope;
  /** Resources that packing reads and unpacking writes. */
  readonly resources: readonly string[];
}

/** Passes of one submit; the hops around them. */
export interface Segment {
  readonly before: Hop | null;
  readonly passes: readonly PlannedPass[];
  readonly after: Hop | null;
}

/** Name of the share of a reduction. */
export function shareName(scalar: string, level: number): string {
  return `sum ${scalar}@${level}`;
}

/** Cuts a plan where something that `travels` tells of goes from member to member. */
export function splitPlan(plan: StepPlan, travels: (name: string) => boolean): Segment[] {
  const segments: Segment[] = [];
  let before: Hop | null = null;
  let passes: PlannedPass[] = [];
  for (const pass of plan.passes) {
    const hop = hopOf(pass, travels);
    if (pass.kind !== 'share') passes.push(pass);
    if (hop === null) continue;
    segments.push({ before, passes, after: hop });
    [before, passes] = [hop, []];
  }
  return [...segments, { before, passes, after: null }];
}

function hopOf(pass: PlannedPass, travels: (name: string) => boolean): Hop | null {
  if (pass.kind === 'share') {
    const names = [shareName(pass.reduction.scalar, pass.level)];
    return { names, scope: pass.scope, resources: pass.uses.writes };
  }
  if (pass.kind !== 'exchange') return null;
  const names = pass.sent.filter((name) => travels(name.slice(0, name.lastIndexOf(':'))));
  return names.length === 0 ? null : { names, scope: pass.scope, resources: names };
}
