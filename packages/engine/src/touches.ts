/**
 * @file What the passes of a step touch, for the graph that puts barriers between them. Over several devices a copy of a component
 * has three parts on each: the boundary, which others read, the interior, and the ghosts; so what fills ghosts needn't wait for what
 * is computed meanwhile:
 *
 *     sweep over the boundary    reads all of u:0     writes the boundary of u:1
 *     pack u:1                   reads the boundary of u:1
 *     sweep over the interior    reads all of u:0     writes the interior of u:1      beside packing
 *     unpack u:1                                      writes the ghosts of u:1        beside the interior
 *
 * Where what is recorded is checked, or memory is bound, copies stay whole: checks and layers go by bindings, which show no parts. So
 * they do where a step isn't one graph.
 */
import { componentReads } from './halo-needs.ts';
import { plainName } from './pass-facts.ts';
import type { Program } from './program.ts';
import type { Hop, Part, SegmentPass } from './segments.ts';
import type { PlannedPass, PlannedUses } from './step-plan.ts';

/** A part of a copy that passes touch apart. */
type Share = 'boundary' | 'interior' | 'ghosts';

const OWN: readonly Share[] = Object.freeze(['boundary', 'interior']);
const ALL: readonly Share[] = Object.freeze(['boundary', 'interior', 'ghosts']);

/** The shares that a pass computes. */
const COMPUTED: Readonly<Record<Part, readonly Share[]>> = Object.freeze({
  all: OWN,
  boundary: ['boundary'],
  interior: ['interior'],
  extended: ALL,
  rest: ['interior', 'ghosts'],
});

/**
 * Whether a step is one graph, whatever it is cut into: where nothing travels but copies of fields, and nothing is computed in ghosts.
 * Others have a graph for each submit, which begins with a barrier (docs/multi-gpu.md).
 */
export function isOneGraph({ parts: { units, needs }, loops }: Program): boolean {
  const passes = units.flatMap((unit) => unit.passes);
  return loops.length === 0 && needs.work.size === 0 && passes.every(({ facts }) => facts.reductions.length === 0);
}

/** Whether the parts of copies are told apart. */
function areApart(program: Program): boolean {
  const { memberCount, access, member } = program.parts;
  return memberCount > 1 && isOneGraph(program) && access !== 'descriptor' && !member.device.tracks;
}

/** What a pass touches over a part of the leaves, as names. */
export function touchesOf(program: Program, { pass, part }: SegmentPass): PlannedUses {
  const { reads, writes } = pass.kind === 'stencil' ? boundTouches(program, pass) : pass.uses;
  if (!areApart(program)) return { reads, writes };
  const [from, into] = sharesOf(program, pass, part);
  return {
    reads: reads.flatMap((name) => inShares(name, from(name))),
    writes: writes.flatMap((name) => inShares(name, into)),
  };
}

/** What packing reads and unpacking writes, as names. */
export function hopTouches(
  program: Program,
  { resources, scope }: Hop,
): { packed: string[]; unpacked: string[]; args: string } {
  const of = (shares: readonly Share[]): string[] =>
    areApart(program) ? resources.flatMap((name) => inShares(name, shares)) : [...resources];
  return { packed: of(['boundary']), unpacked: of(['ghosts']), args: `args ${scope}` };
}

function inShares(name: string, shares: readonly Share[]): string[] {
  return plainName(name) !== name ? shares.map((share) => `${name} ${share}`) : [name];
}

/** A stencil waits for the step's numbers where it has them bound. */
function boundTouches(program: Program, { pass, uses }: PlannedPass & { kind: 'stencil' }): PlannedUses {
  const { kernel, bindings } = program.parts.compiled.get(pass.facts.name)!;
  if (kernel !== null) return uses;
  const isBound = (block: string): boolean => bindings.some(({ kind }) => kind === block);
  return {
    reads: uses.reads.filter((name) => (name !== 'uniforms' && name !== 'scalars') || isBound(name)),
    writes: uses.writes,
  };
}

/** The shares that a pass reads of a copy, and that it writes. */
function sharesOf(
  program: Program,
  pass: PlannedPass,
  part: Part,
): [from: (copy: string) => readonly Share[], into: readonly Share[]] {
  if (pass.kind === 'exchange') return [() => OWN, ['ghosts']];
  if (pass.kind !== 'stencil') return [() => OWN, OWN];
  const compiled = program.parts.compiled.get(pass.pass.facts.name)!;
  const computed = COMPUTED[part];
  if (compiled.kernel !== null) return [() => ALL, computed];
  const around = new Set(
    componentReads(compiled)
      .filter(
        ({ from, reach }) =>
          from !== 'same' || reach === null || [...reach.low, ...reach.high].some((each) => each !== 0),
      )
      .map(({ component }) => component),
  );
  return [(copy) => (around.has(plainName(copy)) ? ALL : computed), computed];
}
