/**
 * @file A step in segments: where members need something of each other, a step is cut, and each part is a submit of its own. A
 * segment may end by packing what others need, and begin by unpacking what they sent. What is sent is computed first:
 * the stencil that writes it runs over the **boundary** leaves, which others read, the message goes, and the **interior**
 * is computed while it travels.
 *
 *     begin  a over boundary  [pack u │   a over interior   │ unpack u]  b  reduce r  [pack r │ unpack r]  reduce r  c
 *
 * A **long** stencil, beside which a hop is short, leaves no card half empty: its boundary goes with the leaves around it, and what packs and
 * unpacks runs beside other leaves of it, with no barrier between (`stretches.ts`).
 *
 *     begin  a near  [pack u with a packing │  a travelling  │ unpack u with a unpacking]  b
 */
import type { PlannedPass, Scope, StepPlan } from './step-plan.ts';
import type { Stretch } from './stretches.ts';

/**
 * The leaves that a pass runs over: all of the subdomain's own or a part of them, the ghosts that are computed too with all of its
 * own (`extended`) or with the interior (`rest`); or a stretch of a long pass.
 */
export type Part = 'all' | 'boundary' | 'interior' | 'extended' | 'rest' | Stretch;

/** A pass of a segment. */
export interface SegmentPass {
  readonly pass: PlannedPass;
  readonly part: Part;
}

/** Whether work hides messages: not, where it is worth it, or finely wherever it can be (`stretches.ts`). */
export type Overlapping = boolean | 'fine';

/** What travels between two segments. */
export interface Hop {
  /** Copies (`density:1`), or reductions (`sum total@0`). */
  readonly names: readonly string[];
  readonly scope: Scope;
  /** Resources that packing reads and unpacking writes. */
  readonly resources: readonly string[];
  /** Whether there is work between sending and reading: what is large travels beside it then. */
  readonly hidden: boolean;
}

/** Passes of one submit; the hops around them. */
export interface Segment {
  readonly before: Hop | null;
  readonly passes: readonly SegmentPass[];
  readonly after: Hop | null;
}

/** Name of the share of a reduction. */
export function shareName(scalar: string, level: number): string {
  return `sum ${scalar}@${level}`;
}

/** Which stencils are cut, and how. */
export interface Overlap {
  /** Of a level: whether what is sent is computed first. */
  readonly overlaps: (level: number) => boolean;
  /** Whether a stencil is long beside the hop that sends what it writes. */
  readonly isLong: (pass: PlannedPass) => boolean;
}

const EVERYWHERE: Overlap = Object.freeze({ overlaps: () => true, isLong: () => false });

/** A stencil in parts around a hop. */
interface Cut {
  readonly made: readonly Segment[];
  /** What is left for the segment that the hop comes before. */
  readonly opening: readonly SegmentPass[];
  readonly passes: readonly PlannedPass[];
}

/** What has been gathered for the segment at hand. */
interface Open {
  readonly before: Hop | null;
  readonly opening: readonly SegmentPass[];
  readonly passes: readonly PlannedPass[];
}

/** Cuts a plan where something that `travels` tells of goes from member to member. */
export function splitPlan(
  plan: StepPlan,
  travels: (name: string) => boolean,
  overlap: Overlap = EVERYWHERE,
): Segment[] {
  const segments: Segment[] = [];
  let open: Open = { before: null, opening: [], passes: [] };
  for (const pass of plan.passes) {
    const hop = hopOf(pass, travels);
    if (pass.kind !== 'share') open = { ...open, passes: [...open.passes, pass] };
    if (hop === null) continue;
    const { made, opening, passes } = cutAt(open, pass, hop, overlap);
    segments.push(...made);
    open = { before: made[0]!.after, opening, passes };
  }
  return [...segments, closed(open, null)];
}

/** A segment of all that is gathered. */
function closed({ before, opening, passes }: Open, after: Hop | null): Segment {
  return { before, passes: [...opening, ...passes.map(whole)], after };
}

function cutAt(open: Open, sender: PlannedPass, hop: Hop, { overlaps, isLong }: Overlap): Cut {
  const { passes } = open;
  const writer = passes.findLastIndex(
    (each) => each !== sender && each.uses.writes.some((name) => hop.names.includes(name)),
  );
  const pass = passes[writer];
  if (!mayBeCut(pass, overlaps)) return { made: [closed(open, hop)], opening: [], passes: [] };
  const hidden = { ...hop, hidden: true };
  const later = passes.slice(writer + 1);
  const first = closed({ ...open, passes: passes.slice(0, writer) }, hidden);
  const ending = (...parts: readonly Part[]): Segment => ({
    ...first,
    passes: [...first.passes, ...parts.map((part) => ({ pass, part }))],
  });
  if (isLong(pass) && !runsInGhosts(pass) && later.every(({ kind }) => kind === 'exchange')) {
    const meanwhile: Segment = { before: null, passes: [{ pass, part: 'travelling' }], after: null };
    return { made: [ending('near', 'packing'), meanwhile], opening: [{ pass, part: 'unpacking' }], passes: later };
  }
  const rest: SegmentPass = { pass, part: runsInGhosts(pass) ? 'rest' : 'interior' };
  const meanwhile: Segment = { before: null, passes: [rest, ...later.map(whole)], after: null };
  return { made: [ending('boundary'), meanwhile], opening: [], passes: [] };
}

/** Whether a pass may run over the boundary first. */
function mayBeCut(
  pass: PlannedPass | undefined,
  overlaps: (level: number) => boolean,
): pass is PlannedPass & { kind: 'stencil' } {
  return pass?.kind === 'stencil' && pass.pass.facts.whole !== true && overlaps(pass.pass.facts.level);
}

/** A pass with all the leaves that it runs over. */
export function whole(pass: PlannedPass): SegmentPass {
  return { pass, part: runsInGhosts(pass) ? 'extended' : 'all' };
}

function runsInGhosts(pass: PlannedPass): boolean {
  return pass.kind === 'stencil' && pass.inGhosts;
}

function hopOf(pass: PlannedPass, travels: (name: string) => boolean): Hop | null {
  if (pass.kind === 'share') {
    const names = pass.reductions.map(({ scalar }) => shareName(scalar, pass.level));
    return { names, scope: pass.scope, resources: pass.uses.writes, hidden: false };
  }
  if (pass.kind !== 'exchange') return null;
  const names = pass.sent.filter((name) => travels(name.slice(0, name.lastIndexOf(':'))));
  return names.length === 0 ? null : { names, scope: pass.scope, resources: names, hidden: false };
}
