/** @file A step in words, for people: what runs in which order and why, what each stencil reads and writes. */
import type { Encoder, Plan } from '@halocline/gpu';
import { followed, measureName } from './cfl/cfl-radius.ts';
import { beyondIn } from './compiler.ts';
import type { FusedPass } from './fusion/plan.ts';
import { plainName } from './pass-facts.ts';
import type { Program } from './program.ts';
import type { Runtime } from './runtime.ts';
import { scalarOfUntil, type Unit } from './units.ts';
import { segmentPlans } from './recording.ts';
import type { PlanRequest } from './step-plan.ts';
import { segmentName, type Segment } from './segments.ts';

/** What the next step does. */
export function explainRuntime(runtime: Runtime): string {
  const { program } = runtime;
  if (program === null) return 'Nothing is compiled yet: call initialize()';
  const { schedule, units, fusion } = program.parts;
  const iterations = program.loops.map(() => 2);
  // Ghosts are as steps leave them: after two the copies are those of now again.
  let from: Pick<PlanRequest, 'start' | 'stale'> = { start: runtime.copies, stale: program.allStale };
  for (let before = 0; before < 2; before++) {
    const { after, stale } = program.plan({ ...from, iterations });
    from = { start: after, stale };
  }
  const plan = program.plan({ ...from, iterations });
  const segments = program.segments(plan);
  const recorded = [...new Set(segmentPlans(program, segments, { slot: 0, turn: 0, stamps: null }))];
  return [
    `order: ${String(schedule)}`,
    ...units.map(describeUnit),
    ...schedule.edges.map((edge) => `because ${edge.reason}`),
    ...fusion.fused.map(describeFused),
    ...fusion.apart.map(({ before, after, reason }) => `${before} and ${after} run apart: ${reason}`),
    ...(program.loops.length === 0 ? [] : ['one recording of two iterations of each loop:']),
    ...submits(program, segments, recorded),
    `${recorded.reduce((sum, { barriers }) => sum + barriers.length, 0)} barriers, ${plan.passes.length} passes`,
    ...(runtime.balance?.explain() ?? []),
    ...radii(runtime),
  ].join('\n');
}

function describeUnit(unit: Unit): string {
  const passes = unit.passes.map(({ label, facts }) => {
    const reads = [...facts.reads, ...facts.scalars];
    const writes = facts.writes.map(({ component, swaps }) => (swaps ? `${component} (second copy)` : component));
    const into = [...writes, ...facts.reductions.map(({ scalar, kind }) => `${kind} into ${scalar}`)];
    return `${label}${facts.level === 0 ? '' : ` on level ${facts.level}`}: ${reads.join(', ') || 'nothing'} → ${into.join(', ') || 'nothing'}`;
  });
  if (unit.repeat === null) return passes.join('\n');
  const { times, until } = unit.repeat;
  const below = until === null || typeof until === 'string' ? 'is not 0' : `is below ${until.below}`;
  const stop = until === null ? `${times} times` : `at most ${times} times, until ${scalarOfUntil(until)} ${below}`;
  return [`repeat ${unit.name}, ${stop}:`, ...passes.map((line) => `  ${line}`)].join('\n');
}

function describeFused({ name, unstored, savedBytes, again, needless }: FusedPass): string {
  const less = `${savedBytes} ${savedBytes === 1 ? 'byte' : 'bytes'} a voxel less`;
  const repeated = again.map(
    ({ key, voxels }) => `, ${key} computed again at ${voxels} ${voxels === 1 ? 'voxel' : 'voxels'} around each`,
  );
  return [
    name,
    ' run as one: ',
    less,
    unstored.length === 0 ? '' : `, ${unstored.join(', ')} not stored`,
    ...repeated,
    needless.length === 0 ? '' : `; were ${needless.join(', ')} transient, less would be stored`,
  ].join('');
}

/**
 * The submits that messages cut a step into, in the order of recording, a line where a barrier stands:
 * `| begin · sweep over the boundary | [pack u:1]`.
 */
function submits(program: Program, segments: readonly Segment[], plans: readonly Plan<Encoder>[]): string[] {
  const { decomposition, memberCount } = program.parts;
  if (decomposition.count === 1) return [];
  const alone = memberCount === 1;
  const where = alone ? `over ${decomposition.count} subdomains` : `on each of ${memberCount} devices`;
  const texts = new Map(segments.map((_, number) => [segmentName(number), '']));
  for (const { passes, finished } of plans.flatMap(({ compiled }) => compiled.steps)) {
    for (const [place, { name, pass }] of passes.entries()) {
      const before = texts.get(pass.stage!)!;
      const between = place === 0 && finished.before !== undefined ? ' | ' : before === '' ? ' ' : ' · ';
      texts.set(pass.stage!, `${before}${between}${name.replace(/ #\d+$/, '')}`);
    }
  }
  return [
    ...[...texts].map(([name, text]) => `${name} ${where}:${text}`),
    alone ? exchanges(program, segments) : messages(program, segments),
  ];
}

/** How often subdomains of one device take ghosts of each other, and how much in all: `2 exchanges: 2 u (1,024 bytes)`. */
function exchanges({ parts }: Program, segments: readonly Segment[]): string {
  const bytes = new Map(
    parts.components.map(({ name, pairs }) => [name, pairs.reduce((sum, { sources }) => sum + 4 * sources.length, 0)]),
  );
  const sent = segments.flatMap(({ passes }) =>
    passes.flatMap(({ pass }) => (pass.kind === 'exchange' ? [pass.sent] : [])),
  );
  return counted('exchange', sent, (names) => names.reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0));
}

/** How often members wait for each other, for what, and how much the one that sends the most of it sends: `2 hops: 2 u (1,024 bytes)`. */
function messages(program: Program, segments: readonly Segment[]): string {
  const members = [...Array(program.parts.memberCount).keys()];
  const hops = segments.flatMap(({ before }) => (before === null ? [] : [before]));
  return counted(
    'hop',
    hops.map(({ names }) => names),
    (names) => Math.max(...members.map((member) => program.packedBytes(names, member))),
  );
}

/** `2 hops: 2 u (1,024 bytes)`, of lists of what goes together. */
function counted(noun: string, sent: readonly (readonly string[])[], bytesOf: (names: string[]) => number): string {
  const alike = Map.groupBy(sent, (names) => names.map(plainName).join(', '));
  const each = [...alike].map(
    ([what, all]) => `${all.length} ${what} (${bytesOf(what.split(', ')).toLocaleString('en')} bytes)`,
  );
  return `${sent.length} ${noun}${sent.length === 1 ? '' : 's'}${each.length === 0 ? '' : `: ${each.join(', ')}`}`;
}

/** The radii of those whose reads are held within them, and that follow a flow. */
function radii({ declarations, decomposition, radii: { radii: now } }: Runtime): string[] {
  return [...declarations.stencils.values()].flatMap(({ name, level, cfl, options }) => {
    const isHeld = beyondIn(decomposition.count > 1, options.beyondRadius ?? 'error') !== null;
    if (cfl === undefined || !isHeld || !declarations.measures.has(measureName(cfl.cfl, level))) return [];
    const voxels = now.get(followed(cfl, level)) ?? cfl.cap;
    return [`radius of ${name}: ${voxels} of at most ${cfl.cap} voxels, as ${cfl.cfl} asks for`];
  });
}
