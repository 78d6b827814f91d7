/**
 * @file A step in segments: where members need something of each other, a step is cut, and each part is a submit of its own. A
 * segment may end by packing what others need, and begin by unpacking what they sent. What is sent is computed first:
 * the stencil that writes it runs over the **boundary** leaves, which others read, the message goes, and the **interior**
 * is computed while it travels.
 *
 *     begin  a over boundary  [pack u │   a over interior   │ unpack u]  b  reduce r  [pack r │ unpack r]  reduce r  c
 *
 * Each submit ends when its last workgroup does, and the next fills the card anew. A stencil that is long beside a hop goes on two queues
 * therefore: its interior on the one, and beside it the boundary, the packing and the unpacking on the other. The interior reads
 * nothing that is unpacked, and the boundary is done long before it.
 *
 *     compute  begin │ a over interior                     │ b
 *     side           │ a over boundary [pack u │ unpack u] │
 */
import type { PlannedPass, Scope, StepPlan } from './step-plan.ts';

/**
 * The leaves that a pass runs over: all of the subdomain's own or a part of them, the ghosts that are computed too with all of its
 * own (`extended`) or with the interior (`rest`).
 */
export type Part = 'all' | 'boundary' | 'interior' | 'extended' | 'rest';

/** A pass of a segment. */
export interface SegmentPass {
  readonly pass: PlannedPass;
  readonly part: Part;
}

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

/** Whether work hides messages: not, where it is worth it, or on two queues wherever it can be. */
export type Overlapping = boolean | 'beside';

/** Passes of one submit; the hops around them. */
export interface Segment {
  readonly before: Hop | null;
  readonly passes: readonly SegmentPass[];
  readonly after: Hop | null;
  readonly queue: 'compute' | 'side';
  /** It waits for the other queue's submit before it. */
  readonly waits: boolean;
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

/** What has been gathered for the segment at hand. */
interface Open {
  readonly before: Hop | null;
  readonly passes: readonly PlannedPass[];
  readonly waits: boolean;
}

/** Cuts a plan where something that `travels` tells of goes from member to member. */
export function splitPlan(
  plan: StepPlan,
  travels: (name: string) => boolean,
  overlap: Overlap = EVERYWHERE,
): Segment[] {
  const segments: Segment[] = [];
  let open: Open = { before: null, passes: [], waits: false };
  for (const pass of plan.passes) {
    const hop = hopOf(pass, travels);
    if (pass.kind !== 'share') open = { ...open, passes: [...open.passes, pass] };
    if (hop === null) continue;
    const cut = cutAt(open, pass, hop, overlap);
    segments.push(...cut.made);
    open = cut.open;
  }
  return [...segments, closed(open, null)];
}

/** A segment of all that is gathered. */
function closed({ before, passes, waits }: Open, after: Hop | null): Segment {
  return { before, passes: passes.map(whole), after, queue: 'compute', waits };
}

/** The segments that end with a hop, which `sender` asks for, and what comes behind them. */
function cutAt(
  open: Open,
  sender: PlannedPass,
  hop: Hop,
  { overlaps, isLong }: Overlap,
): { readonly made: readonly Segment[]; readonly open: Open } {
  const { passes } = open;
  const writer = passes.findLastIndex(
    (each) => each !== sender && each.uses.writes.some((name) => hop.names.includes(name)),
  );
  const pass = passes[writer];
  if (!mayBeCut(pass, overlaps)) return { made: [closed(open, hop)], open: { before: hop, passes: [], waits: false } };
  const sent = { ...hop, hidden: true };
  const later = passes.slice(writer + 1);
  const first = closed({ ...open, passes: passes.slice(0, writer) }, null);
  const boundary: SegmentPass = { pass, part: 'boundary' };
  const rest: Segment = {
    before: null,
    passes: [{ pass, part: runsInGhosts(pass) ? 'rest' : 'interior' }],
    after: null,
    queue: 'compute',
    waits: false,
  };
  if (isLong(pass) && !runsInGhosts(pass) && later.every(({ kind }) => kind === 'exchange')) {
    const beside: Segment = { before: null, passes: [boundary], after: sent, queue: 'side', waits: true };
    const unpack: Segment = { before: sent, passes: [], after: null, queue: 'side', waits: false };
    return { made: [first, beside, rest, unpack], open: { before: null, passes: later, waits: true } };
  }
  return {
    made: [
      { ...first, passes: [...first.passes, boundary], after: sent },
      { ...rest, passes: [...rest.passes, ...later.map(whole)] },
    ],
    open: { before: sent, passes: [], waits: false },
  };
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
