/** @file A plan → commands: every planned pass becomes a pass of the gpu's graph, which puts the barriers between them. */
import { Graph, type CommandBuffer, type Encoder, type Pass, type Plan, type Use } from '@halocline/gpu';
import { bindPass } from './bind-pass.ts';
import { GATE_MODES, reduceCode, scalarBytes, scalarCode } from './engine-kernels.ts';
import { declaredMemory, scopeNumber } from './declared-memory.ts';
import type { Program } from './program.ts';
import { reductionStages, stageOffset } from './reduction-plan.ts';
import { fieldKey } from './declarations.ts';
import type { CompiledStencil } from './compiler.ts';
import { copyOld, recordKernel, type KernelPass } from './kernel/record-kernel.ts';
import { passName, segmentName, type Part, type Segment, type SegmentPass } from './segments.ts';
import { hopTouches, isOneGraph, touchesOf } from './touches.ts';
import type { SpanLabel, Stamps } from './trace/stamps.ts';
import type { Copies, PlannedPass, Scope } from './step-plan.ts';
import { COUNT_BYTES, type LeafSet } from './member.ts';
import { scalarOfUntil, type UnitPass } from './units.ts';
import { endOfParameters, UNIFORMS_BYTES } from './uniforms.ts';
import { scalarWords } from './field-type.ts';
import { elementBytes, pushedWords, type GroupLeaves } from '@halocline/stencil';

/** Where a recording is to run: the step's slot, the messages' room of its first hop, and its timestamps if it is traced. */
export interface RecordingPlace {
  readonly slot: number;
  readonly turn: number;
  readonly stamps: Stamps | null;
}

/** Spans that a trace of these segments takes: each segment, its passes, and what it packs and unpacks. */
export function spanCount(segments: readonly Segment[]): number {
  return segments.reduce((sum, { passes }) => sum + 3 + passes.length, 0);
}

/** Records a plan, a command buffer a segment. */
export function recordPlan(program: Program, segments: readonly Segment[], place: RecordingPlace): CommandBuffer[] {
  const { slot, stamps } = place;
  const commands: CommandBuffer[] = [];
  const memory = declaredMemory(program);
  const plans = segmentPlans(program, segments, place);
  try {
    for (const [number, segment] of segments.entries()) {
      const stage = segmentName(number);
      commands.push(
        program.device.record('step', (encoder) => {
          if (number === 0) stamps?.recordReset(encoder);
          spanned(stamps, encoder, segmentLabel(segment, number), () => {
            plans[number]!.record(encoder, { memory, stage });
            if (number < segments.length - 1) return;
            program.faults.record(encoder, slot);
            program.speeds.record(encoder, slot);
          });
        }),
      );
    }
    return commands;
  } catch (error) {
    for (const each of commands) each[Symbol.dispose]();
    throw error;
  }
}

/** A segment, its number, and the room that it packs into. */
type Placed = Segment & { readonly number: number; readonly turn: number };

/**
 * For each segment the plan that it is a stage of. A step is one graph: a barrier stands where one pass hands something to another,
 * whichever submits they are of. Else (`isOneGraph`) each segment is a graph of its own, and begins with a barrier.
 */
export function segmentPlans(program: Program, segments: readonly Segment[], place: RecordingPlace): Plan<Encoder>[] {
  let { turn } = place;
  const placed: Placed[] = [];
  for (const [number, segment] of segments.entries()) {
    placed.push({ ...segment, number, turn });
    if (segment.after !== null) turn ^= 1;
  }
  const planOf = (of: readonly Placed[]): Plan<Encoder> => stepGraph(program, of, place).compile({ repeats: true });
  if (segments.length > 1 && !isOneGraph(program)) return placed.map((segment) => planOf([segment]));
  const whole = planOf(placed);
  return placed.map(() => whole);
}

/** A graph of segments, a stage each. */
function stepGraph(program: Program, segments: readonly Placed[], place: RecordingPlace): Graph {
  const graph = new Graph();
  for (const [index, segment] of segments.entries()) {
    graph.stage(segmentName(segment.number), { after: index === 0 ? [] : [segmentName(segment.number - 1)] });
    addSegment(graph, program, segment, place);
  }
  const passes = segments.flatMap((segment) => segment.passes);
  return orderAsAsked(graph, program, passes);
}

/** The passes of one segment; what it packs goes to room `turn`, what it unpacks comes from the other. */
function addSegment(
  graph: Graph,
  program: Program,
  { before, passes, after, number, turn }: Placed,
  place: RecordingPlace,
): void {
  const { stamps } = place;
  const { exchanges } = program;
  const stage = segmentName(number);
  if (before !== null) {
    const { unpacked, args } = hopTouches(program, before);
    graph.pass({
      name: `[unpack ${before.names.join(', ')}] #${number}`,
      stage,
      reads: [{ resource: args, access: 'storage-read' }],
      writes: unpacked.map((resource) => ({ resource, access: 'storage-write' })),
      record: (encoder) =>
        spanned(stamps, encoder, { name: `unpack ${before.names.join(', ')}`, kind: 'unpack' }, () => {
          if (exchanges.reachesOut(before, 'in')) encoder.barrier(['host-write'], ['storage-read']);
          exchanges.recordUnpack(encoder, before, scopeAddress(program, before.scope), turn ^ 1);
        }),
    });
  }
  for (const { pass, part } of passes) {
    if (pass.kind === 'exchange' && !exchanges.hasLocal(pass.sent)) continue;
    graph.pass({ ...graphPass(program, { pass, part }, place), stage });
  }
  if (after !== null) {
    const { packed, args } = hopTouches(program, after);
    graph.pass({
      name: `[pack ${after.names.join(', ')}] #${number}`,
      stage,
      reads: [...packed, args].map((resource) => ({ resource, access: 'storage-read' })),
      writes: [{ resource: `messages ${turn}`, access: 'storage-write' }],
      record: (encoder) =>
        spanned(stamps, encoder, packLabel(program, after.names), () => {
          exchanges.recordPack(encoder, after, scopeAddress(program, after.scope), turn);
          if (exchanges.reachesOut(after, 'out')) encoder.barrier(['storage-write'], ['host-read']);
        }),
    });
  }
}

/** Records `body`, between two timestamps where the step is traced. */
function spanned(stamps: Stamps | null, encoder: Encoder, label: SpanLabel, body: () => void): void {
  if (stamps === null) body();
  else stamps.around(encoder, label, body);
}

function packLabel(program: Program, names: readonly string[]): SpanLabel {
  return { name: `pack ${names.join(', ')}`, kind: 'pack', about: { bytes: program.packedBytes(names) } };
}

function segmentLabel({ before, after }: Segment, number: number): SpanLabel {
  const about = {
    ...(before === null ? {} : { waits: before.names.join(', ') }),
    ...(after === null ? {} : { sends: after.names.join(', ') }),
  };
  return { name: segmentName(number), kind: 'submit', about };
}

/** What was asked for by `addDependency`, between the passes of two units. */
function orderAsAsked(graph: Graph, program: Program, passes: readonly SegmentPass[]): Graph {
  const { schedule, fusion } = program.parts;
  const asked = schedule.edges.filter((edge) => edge.reason.startsWith('addDependency'));
  for (const { from, to } of asked) {
    const before = passesOf(passes, fusion.became[schedule.order.indexOf(from)]!);
    const after = passesOf(passes, fusion.became[schedule.order.indexOf(to)]!);
    for (const last of before) {
      for (const first of after) {
        // Of one pass that both became, the parts keep their order anyway.
        if (last.pass !== first.pass) graph.order(passName(last), passName(first));
      }
    }
  }
  return graph;
}

function passesOf(passes: readonly SegmentPass[], wanted: readonly UnitPass[]): SegmentPass[] {
  const own = new Set(wanted);
  return passes.filter(({ pass }) => pass.kind === 'stencil' && own.has(pass.pass));
}

function graphPass(program: Program, { pass, part }: SegmentPass, place: RecordingPlace): Pass<Encoder> {
  const { slot, stamps } = place;
  const touches = touchesOf(program, { pass, part });
  const indirect = pass.kind === 'stencil' || pass.kind === 'settle';
  const use = (resource: string, write: boolean): Use => {
    if (pass.kind === 'status') return { resource, access: 'transfer-source' };
    if (!write && indirect && resource.startsWith('args ')) return { resource, access: 'indirect' };
    return { resource, access: write ? 'storage-write' : 'storage-read' };
  };
  const more = commandUses(program, pass, part);
  return {
    name: passName({ pass, part }),
    reads: [...touches.reads.map((resource) => use(resource, false)), ...more.reads],
    writes: [...touches.writes.map((resource) => use(resource, true)), ...more.writes],
    record: (encoder) =>
      spanned(stamps, encoder, { name: pass.name.replace(/ #\d+$/, ''), kind: 'pass', about: { part } }, () =>
        recordPass(program, encoder, pass, part, slot),
      ),
  };
}

interface CommandUses {
  readonly reads: readonly Use[];
  readonly writes: readonly Use[];
}

const NO_USES: CommandUses = Object.freeze({ reads: [], writes: [] });

/** What a stencil's bindings show beside what its plan is about, where its memory is bound. */
function boundUses(
  program: Program,
  { name, kernel, bindings }: CompiledStencil,
  { part, written }: { readonly part: Part; readonly written: readonly string[] },
): CommandUses {
  if (program.parts.access !== 'descriptor' || kernel !== null) return NO_USES;
  const told = (['faults', 'debug'] as const).filter((kind) => bindings.some((binding) => binding.kind === kind));
  return {
    // Its bindings may be read, whatever the shader does.
    reads: [`tables ${part} ${name}`, ...written].map((resource) => ({ resource, access: 'storage-read' })),
    writes: told.map((kind) => ({ resource: `${kind} ${name}`, access: 'storage-write' })),
  };
}

/** What a pass's commands touch beside what its plan is about: where their own arguments come from, and where reports go. */
function commandUses(program: Program, pass: PlannedPass, part: Part): CommandUses {
  if (pass.kind === 'status') return { reads: [], writes: [{ resource: 'report', access: 'transfer-target' }] };
  if (pass.kind !== 'stencil') return NO_USES;
  const compiled = program.parts.compiled.get(pass.pass.facts.name)!;
  const bound = boundUses(program, compiled, { part, written: pass.uses.writes });
  if (pass.scope === 'count') {
    return { reads: [{ resource: 'args count', access: 'indirect' }, ...bound.reads], writes: bound.writes };
  }
  if (program.groups.memory(compiled) === null) return bound;
  const resource = `groups ${compiled.name}`;
  return {
    reads: [
      { resource: `args ${pass.scope}`, access: 'transfer-source' },
      { resource, access: 'indirect' },
    ],
    writes: [{ resource, access: 'transfer-target' }],
  };
}

function recordPass(program: Program, encoder: Encoder, pass: PlannedPass, part: Part, slot: number): void {
  switch (pass.kind) {
    case 'begin':
      return recordBegin(program, encoder, slot);
    case 'stencil': {
      const compiled = program.parts.compiled.get(pass.pass.facts.name)!;
      if (compiled.kernel !== null) return recordKernel(encoder, kernelPass(program, encoder, compiled, pass, part));
      copyOld(encoder, {
        member: program.parts.member,
        compiled,
        copies: pass.copies,
        part,
        dispatch: (leaves) => dispatchScope(program, encoder, pass.scope, leaves),
      });
      encoder.pipeline(compiled.pipeline);
      for (const [number, subdomain] of program.parts.member.subdomains.entries()) {
        const over = { subdomain, part };
        if (program.parts.access === 'descriptor') {
          if (number > 0 && encoder.tracks) tellApart(encoder, compiled);
          bindPass(program, encoder, { compiled, copies: pass.copies, over });
        } else encoder.push(pushedBy(program, compiled, pass.copies, over));
        dispatchScope(program, encoder, pass.scope, { subdomain, level: compiled.level, part }, compiled.groupLeaves);
      }
      return;
    }
    case 'exchange': {
      const args = scopeAddress(program, pass.scope);
      return program.exchanges.recordLocal(encoder, pass.sent, args);
    }
    case 'reduce':
      return recordReduce(program, encoder, pass);
    case 'share':
      throw new Error('Bug in the planner: a share is where a step is cut, and nothing is recorded for it');
    case 'gate':
      return recordGate(program, encoder, pass);
    case 'settle':
      return recordSettle(program, encoder, pass);
    case 'status': {
      const { status, report } = program.buffers;
      encoder.copy(status, 0, report, slot * program.statusBytes, program.statusBytes);
      // The next step writes it again, in a segment whose graph may know nothing of this one.
      encoder.barrier(['transfer-source', 'transfer-target'], ['storage-write', 'host-read']);
    }
  }
}

/**
 * Subdomains put what they reduce beside each other, where their leaves stand. The checks go by what is bound, which is the whole: for
 * them alone a barrier stands between.
 */
function tellApart(encoder: Encoder, { facts }: CompiledStencil): void {
  if (facts.reductions.length > 0) encoder.barrier(['storage-write'], ['storage-read', 'storage-write'], true);
}

/** What tells a stencil where all that it touches stands. */
function pushedBy(
  program: Program,
  compiled: CompiledStencil,
  copies: Copies,
  over: Omit<LeafSet, 'level'>,
): BigUint64Array<ArrayBuffer> {
  if (compiled.pushes === 'addresses') {
    const { bindings, level } = compiled;
    const leafCount = program.parts.member.leafCount({ ...over, level });
    return pushedWords(bindings, program.blockAddresses(compiled, copies, over), leafCount);
  }
  return BigUint64Array.of(program.blockAddress(compiled, copies, over));
}

/** What a kernel of the user's own is recorded with. */
function kernelPass(
  program: Program,
  encoder: Encoder,
  compiled: CompiledStencil,
  { scope, copies }: PlannedPass & { kind: 'stencil' },
  part: Part,
): KernelPass {
  const { member } = program.parts;
  const byteOffset = COUNT_BYTES * scopeNumber(scope) * member.entryCount;
  return {
    member,
    compiled,
    copies,
    part,
    block: (subdomain) => program.blockAddress(compiled, copies, { subdomain, part }),
    dispatch: (leaves) => dispatchScope(program, encoder, scope, leaves),
    gate: scope === 'count' ? null : { args: program.buffers.args, byteOffset, groups: program.groups },
  };
}

/** Address of a scope's first arguments: word 2 is 0 where the scope is shut. */
function scopeAddress(program: Program, scope: Scope): bigint {
  const { member } = program.parts;
  if (scope === 'count') return member.counts.address;
  return program.buffers.args.address + BigInt(COUNT_BYTES * scopeNumber(scope) * member.entryCount);
}

function dispatchScope(
  program: Program,
  encoder: Encoder,
  scope: Scope,
  leaves: LeafSet,
  groupLeaves: GroupLeaves = 2,
): void {
  const { member } = program.parts;
  const entry = member.entry(leaves, groupLeaves);
  if (scope === 'count') encoder.dispatchIndirect(member.counts, COUNT_BYTES * entry);
  else encoder.dispatchIndirect(program.buffers.args, COUNT_BYTES * (scopeNumber(scope) * member.entryCount + entry));
}

function recordBegin(program: Program, encoder: Encoder, slot: number): void {
  const { ring, uniforms, status } = program.buffers;
  const { declarations, member } = program.parts;
  const words = endOfParameters(declarations.parameters.values()) / 4;
  member.kernels.bind(encoder, 'begin', [
    ring.address + BigInt(slot * program.slotBytes),
    uniforms.address,
    member.scalars.address,
    status.address,
    member.levelCount,
    words,
    UNIFORMS_BYTES / 4,
    declarations.scalars.size,
    program.loops.length === 0 ? 0 : 1,
  ]);
  encoder.dispatch(1);
}

function recordReduce(program: Program, encoder: Encoder, pass: PlannedPass & { kind: 'reduce' }): void {
  const { reduction, level, stage, scope, part } = pass;
  const { member, decomposition, declarations } = program.parts;
  const { leafCount } = decomposition.domain.levels[level]!;
  const partials = program.partials.get(reduction.scalar)!.address;
  const stages = reductionStages(leafCount);
  const bytes = scalarBytes(reduction.type);
  const scalar = member.scalars.address + BigInt(declarations.scalars.get(reduction.scalar)!.byteOffset);
  const target = stage === stages.length - 1 ? scalar : partials + BigInt(bytes * stageOffset(leafCount, stage + 1));
  const chunks = part === 'all' ? ([[0, stages[stage]!.groups]] as const) : program.sharedChunks(level, part);
  for (const [first, end] of chunks) {
    member.kernels.bind(encoder, bytes === 8 ? 'reduce64' : 'reduce', [
      partials + BigInt(bytes * stageOffset(leafCount, stage)),
      target,
      scopeAddress(program, scope),
      member.totalAddress(level),
      stage,
      reduceCode(reduction.kind),
      scalarCode(reduction.type),
      first,
    ]);
    encoder.dispatch(end - first);
  }
}

function recordGate(program: Program, encoder: Encoder, pass: PlannedPass & { kind: 'gate' }): void {
  const { member, declarations } = program.parts;
  const { args, status, uniforms } = program.buffers;
  const loop = program.loops[pass.loop]!;
  const scalar = declarations.scalars.get(scalarOfUntil(loop.until))!;
  const below = typeof loop.until === 'string' ? 0 : loop.until.below;
  const parameter = typeof below === 'string' ? declarations.parameters.get(below)! : null;
  const [low, high = 0] = scalarWords(scalar.type, typeof below === 'number' ? below : 0);
  member.kernels.bind(encoder, 'gate', [
    member.counts.address,
    args.address,
    status.address,
    member.scalars.address + BigInt(scalar.byteOffset),
    uniforms.address + BigInt(parameter?.byteOffset ?? 0),
    GATE_MODES[pass.mode],
    pass.loop,
    program.loops.length,
    member.entryCount,
    loop.times,
    typeof loop.until === 'string' ? 0 : parameter === null ? 1 : 2,
    scalarCode(scalar.type),
    low!,
    high,
  ]);
  encoder.dispatch(1);
}

function recordSettle(program: Program, encoder: Encoder, pass: PlannedPass & { kind: 'settle' }): void {
  const { member } = program.parts;
  const { field, component } = program.componentOf(pass.component);
  for (const subdomain of member.subdomains) {
    const store = subdomain.existingField(fieldKey(field.name, field.level))!;
    member.kernels.bind(encoder, 'settle', [
      subdomain.levels[field.level]!.leaves.address,
      member.countAddress({ subdomain, level: field.level, part: 'all' }),
      store.address(component, pass.from),
      store.address(component, pass.to),
      (512 * elementBytes(field.type)) / 16,
    ]);
    dispatchScope(program, encoder, `settle ${pass.loop}`, { subdomain, level: field.level, part: 'all' });
  }
}
