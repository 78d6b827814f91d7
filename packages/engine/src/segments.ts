/**
 * @file A step in segments: where members need something of each other, a step is cut, and each part is a submit of its own. A
 * segment may end by packing what others need, and begin by unpacking what they sent. What is sent is computed first:
 * the stencil that writes it runs over the **boundary** leaves, which others read, the message goes, and the **interior**
 * is computed while it travels.
 *
 *     begin  a over boundary  [pack u │   a over interior   │ unpack u]  b  reduce r  [pack r │ unpack r]  reduce r  c
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

const OVER: Readonly<Record<Part, string>> = Object.freeze({
  all: '',
  boundary: ' over the boundary',
  interior: ' over the interior',
  extended: ' with ghosts',
  rest: ' over the interior with ghosts',
});

/** The name of a pass and its part, which no other of the step has: `sweep over the boundary #4`. */
export function passName({ pass, part }: SegmentPass): string {
  return pass.name.replace(/( #\d+)?$/u, `${OVER[part]}$1`);
}

/** The name of a segment of this number, from 0. */
export function segmentName(number: number): string {
  return `submit ${number + 1}`;
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

/**
 * Cuts a plan where something that `travels` tells of goes from member to member. What is sent is computed first on the levels that
 * `overlaps` tells of.
 */
export function splitPlan(
  plan: StepPlan,
  travels: (name: string) => boolean,
  overlaps: (level: number) => boolean = () => true,
): Segment[] {
  const segments: Segment[] = [];
  let before: Hop | null = null;
  let passes: PlannedPass[] = [];
  for (const pass of plan.passes) {
    const hop = hopOf(pass, travels);
    if (pass.kind !== 'share') passes.push(pass);
    if (hop === null) continue;
    const writer = passes.findLastIndex(
      (each) => each.uses.writes.some((name) => hop.names.includes(name)) && each !== pass,
    );
    const made: Segment[] = mayBeCut(passes[writer], overlaps)
      ? sendFirst(before, passes, writer, { ...hop, hidden: true })
      : [{ before, passes: passes.map(whole), after: hop }];
    segments.push(...made);
    [before, passes] = [made[0]!.after, []];
  }
  return [...segments, { before, passes: passes.map(whole), after: null }];
}

/** The boundary of the pass at `writer`, the message, and then its interior with what follows. */
function sendFirst(before: Hop | null, passes: readonly PlannedPass[], writer: number, hop: Hop): Segment[] {
  const pass = passes[writer]!;
  return [
    { before, passes: [...passes.slice(0, writer).map(whole), { pass, part: 'boundary' }], after: hop },
    {
      before: null,
      passes: [{ pass, part: runsInGhosts(pass) ? 'rest' : 'interior' }, ...passes.slice(writer + 1).map(whole)],
      after: null,
    },
  ];
}

/** Whether a pass may run over the boundary first. */
function mayBeCut(pass: PlannedPass | undefined, overlaps: (level: number) => boolean): boolean {
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
