/**
 * @file A program: what a step does on one device, compiled and ready to be recorded. It owns the buffers that only the
 * step needs, the pass blocks, and the recordings, one for each (current copies, step in flight, iterations of each loop).
 *
 *     ring      a slot for each step in flight, host-visible: uniforms of each level, scalars that the host set
 *     uniforms  the step's numbers, where stencils read them; the first pass takes them from the ring
 *     args      indirect arguments that gates open and shut: scopes × (subdomains × levels) × 16 bytes
 *     far reads a record of each stencil that may go too far: see `faults.ts`
 *     status    the stalled loop, and the iterations of each loop; copied to `report`, a slot for each step in flight
 */
import type { Buffer, CommandBuffer, Device } from '@halocline/gpu';
import type { BufferAccess } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import type { Declarations, FieldDeclaration } from './declarations.ts';
import type { Decomposition } from './decomposition.ts';
import { Speeds } from './cfl/speeds.ts';
import { Faults } from './faults.ts';
import type { FusionPlan } from './fusion/plan.ts';
import { Exchanges } from './exchanges.ts';
import { KernelGroups } from './kernel/record-kernel.ts';
import type { ComponentExchange } from './halo-lists.ts';
import type { Link } from './links.ts';
import type { Mail } from './mail/mail.ts';
import type { StepCalls } from './mail/step-calls.ts';
import type { MessageLayout } from './message-layout.ts';
import { shareName, splitPlan, type Segment } from './segments.ts';
import type { ChunkRun, SharedSums } from './shared-sums.ts';
import { staleCopies, type HaloNeeds } from './halo-needs.ts';
import type { LeafSet, Member } from './member.ts';
import { OwnedBuffers } from './owned-buffers.ts';
import { PassBlocks } from './pass-blocks.ts';
import { componentNames, plainName } from './pass-facts.ts';
import { recordPlan, spanCount } from './recording.ts';
import { partialsLength, reductionStages } from './reduction-plan.ts';
import type { Schedule } from './schedule.ts';
import {
  carriedComponents,
  loopsOf,
  planStep,
  StepStart,
  type Copies,
  type Loop,
  type PlanRequest,
  type StepPlan,
} from './step-plan.ts';
import type { Subdomain } from './subdomain.ts';
import type { Stamps } from './trace/stamps.ts';
import type { Tracer } from './trace/tracer.ts';
import type { Unit } from './units.ts';
import { SCALARS_BYTES, UNIFORMS_BYTES, writeLevels, type StepWords } from './uniforms.ts';
import { scalarBytes } from './engine-kernels.ts';

/** A coarse level of fewer leaves a member is done before a message is there: two dispatches would cost more than they hide. */
const WORTH_CUTTING = 8192;

/** What a program is made of. */
export interface ProgramParts {
  readonly declarations: Declarations;
  readonly decomposition: Decomposition;
  readonly member: Member;
  /** Its number, and how many there are. */
  readonly number: number;
  readonly memberCount: number;
  readonly needs: HaloNeeds;
  /** What components exchange, and where it stands in messages. */
  readonly components: readonly ComponentExchange[];
  readonly layout: MessageLayout;
  readonly links: readonly Link[];
  /** What brings messages over the links. */
  readonly mail: Mail;
  /** Whether what is sent is computed first, and the rest while it travels. */
  readonly overlap: boolean;
  /** Who reduces what, by level. */
  readonly sums: readonly SharedSums[];
  readonly compiled: ReadonlyMap<string, CompiledStencil>;
  readonly units: readonly Unit[];
  readonly schedule: Schedule;
  readonly fusion: FusionPlan;
  /** The copies that are current when it is made. */
  readonly start: Copies;
  /** How stencils reach memory. */
  readonly access: BufferAccess;
  /** Where what happens is noted, if it is. */
  readonly tracer: Tracer | null;
  /** Steps that may be on their way to the device at once: each has a slot. */
  readonly stepsInFlight: number;
}

/** Which recording is wanted. */
export interface RecordingRequest {
  readonly start: StepStart;
  /** Which of the steps in flight it is. */
  readonly slot: number;
  readonly iterations: readonly number[];
  /** The room of messages that the first hop takes, 0 or 1. */
  readonly turn: number;
  readonly resume?: number;
}

/** A step's commands, a command buffer a segment. */
export interface Recording {
  readonly segments: readonly Segment[];
  readonly commands: readonly CommandBuffer[];
  /** What the next step begins with. */
  readonly next: StepStart;
  /** When each of it ran last, if that is traced. */
  readonly stamps: Stamps | null;
  readonly slot: number;
  readonly turn: number;
  /** The list that it was last asked for with. */
  iterations: readonly number[];
  /** Of the first member's: what was submitted behind it the last time. */
  follower: Recording | null;
  /** How often it was submitted; of the first member's, what does it again: all members' recordings, and the calls. */
  submits: number;
  again: { readonly recordings: readonly Recording[]; readonly calls: StepCalls } | null;
}

interface ProgramBuffers {
  readonly ring: Buffer;
  readonly uniforms: Buffer;
  readonly args: Buffer;
  readonly status: Buffer;
  readonly report: Buffer;
}

/** The step of one device. */
export class Program implements Disposable {
  readonly parts: ProgramParts;
  readonly loops: readonly Loop[];
  readonly buffers: ProgramBuffers;
  /** One buffer for each scalar that is reduced into: a value for each leaf rank, then the stages' scratch. */
  readonly partials: ReadonlyMap<string, Buffer>;
  /** Where stencils tell of reads that go too far. */
  readonly faults: Faults;
  readonly speeds: Speeds;
  /** Indirect arguments of kernels with workgroups of their own. */
  readonly groups: KernelGroups;
  readonly #blocks: PassBlocks;
  readonly #owned: OwnedBuffers;
  readonly #recordings = new Map<string, Recording>();
  /** By slot: its part of the ring, and of the report. */
  readonly #slots: readonly Uint32Array[];
  /** By slot: what was written there. */
  readonly #written: number[] = [];
  readonly #reports: readonly Uint32Array[];
  #blockBuffer: Buffer | null = null;
  #exchanges: Exchanges | null = null;

  private constructor(parts: ProgramParts) {
    this.parts = parts;
    this.loops = loopsOf(parts.units);
    const { stepsInFlight } = parts;
    const { device, levelCount, entryCount } = parts.member;
    const { statusBytes } = this;
    this.#owned = new OwnedBuffers(device, 'program');
    using undo = new DisposableStack();
    undo.use(this.#owned);
    const make = (label: string, byteLength: number, memory: 'device' | 'upload' | 'download' = 'device'): Buffer =>
      this.#owned.make({ label, byteLength, memory });
    this.buffers = {
      ring: make('steps in flight', stepsInFlight * this.slotBytes, 'upload'),
      uniforms: make('uniforms', levelCount * UNIFORMS_BYTES),
      args: make('arguments', (1 + 2 * this.loops.length) * entryCount * 16),
      status: make('status', statusBytes),
      report: make('report', stepsInFlight * statusBytes, 'download'),
    };
    this.#slots = slotsOf(this.buffers.ring, stepsInFlight, this.slotBytes);
    this.#reports = slotsOf(this.buffers.report, stepsInFlight, statusBytes);
    const maps = parts.member.subdomains[0]!.levels.map(({ domain }) => domain.map);
    for (const slot of this.#slots) writeLevels(slot, maps);
    this.partials = makePartials(parts, this.#owned);
    this.faults = new Faults(parts.compiled, parts.member.subdomains, this.#owned, stepsInFlight);
    this.speeds = new Speeds(parts.declarations, parts.member.scalars, this.#owned, stepsInFlight);
    this.groups = new KernelGroups(parts.compiled, this.#owned, this.loops.length > 0);
    this.#blocks = new PassBlocks({
      member: parts.member,
      uniforms: this.buffers.uniforms,
      partials: this.partials,
      faults: this.faults,
    });
    undo.move();
  }

  /** Makes the program; `prepareFields` has been called for every subdomain. Waits for the device. */
  static async create(parts: ProgramParts): Promise<Program> {
    const program = new Program(parts);
    try {
      await program.#upload();
    } catch (error) {
      program[Symbol.dispose]();
      throw error;
    }
    return program;
  }

  get device(): Device {
    return this.parts.member.device;
  }

  /** Bytes of one slot of the ring. */
  get slotBytes(): number {
    return this.parts.member.levelCount * UNIFORMS_BYTES + SCALARS_BYTES;
  }

  /** Bytes of the status: the stalled loop, then a count for each loop. */
  get statusBytes(): number {
    return 16 * Math.ceil((1 + this.loops.length) / 4);
  }

  /** Bytes of what belongs to the program alone. */
  get byteLength(): number {
    return this.#owned.byteLength + this.exchanges.byteLength;
  }

  /** What brings ghosts up to date. */
  get exchanges(): Exchanges {
    return this.#exchanges!;
  }

  /** Every copy that has ghosts: what is stale where nothing is known. */
  get allStale(): ReadonlySet<string> {
    const { decomposition, needs } = this.parts;
    if (decomposition.count === 1) return new Set();
    return staleCopies(needs);
  }

  /** Address of a stencil's pass block for leaves of a subdomain. */
  blockAddress(compiled: CompiledStencil, copies: Copies, over: Omit<LeafSet, 'level'>): bigint {
    return this.#blockBuffer!.address + BigInt(this.#blocks.offsetOf(compiled, copies, over));
  }

  /** The addresses that the pass block holds, in the order of the stencil's bindings. */
  blockAddresses(compiled: CompiledStencil, copies: Copies, over: Omit<LeafSet, 'level'>): bigint[] {
    return this.#blocks.addressesOf(compiled, copies, over);
  }

  /** Those of them that are tables, which no pass writes. */
  tableAddresses(compiled: CompiledStencil, over: Omit<LeafSet, 'level'>): bigint[] {
    return this.#blocks.tablesOf(compiled, over);
  }

  /** The field that a component belongs to, and its number there. */
  componentOf(name: string): { field: FieldDeclaration; component: number } {
    for (const field of this.parts.declarations.fields.values()) {
      const component = componentNames(field).indexOf(name);
      if (component >= 0) return { field, component };
    }
    throw new Error(`Bug in the planner: no field has a component "${name}"`);
  }

  /** Writes a step's numbers into its slot; the device must be done with the step that had it before. */
  writeSlot(slot: number, words: StepWords): void {
    this.#written[slot] = words.write(this.#slots[slot]!, this.#written[slot]);
  }

  /** Number of the loop that ran out of recorded iterations in the step in `slot`, which the device is done with; or null. */
  stalled(slot: number): number | null {
    const stalled = this.#reports[slot]![0]!;
    return stalled === 0 ? null : stalled - 1;
  }

  /** Iterations that each loop ran in that step; `before` itself, where it says the same. */
  iterations<T extends number | null>(slot: number, before: readonly T[]): readonly (T | number)[] {
    const report = this.#reports[slot]!;
    for (let loop = 0; loop < this.loops.length; loop++) {
      if (before[loop] !== report[1 + loop]) return [...report.subarray(1, 1 + this.loops.length)];
    }
    return before;
  }

  /** The commands of a step, recorded where they aren't yet, and the copies that are current after it. */
  recording(request: RecordingRequest): Recording {
    const { start, slot, iterations, turn, resume } = request;
    const key = `${slot} ${turn} ${resume ?? ''} ${iterations.join()} ${start.name}`;
    let recording = this.#recordings.get(key);
    if (recording === undefined) {
      this.#forget(key);
      const plan = this.plan({ ...request, start: start.copies, stale: start.stale });
      const segments = this.segments(plan);
      recording = this.#record(plan, segments, slot, turn);
      this.#recordings.set(key, recording);
    }
    return recording;
  }

  #record(plan: StepPlan, segments: Segment[], slot: number, turn: number): Recording {
    const { tracer, number } = this.parts;
    const stamps = tracer?.stamps(number, { label: 'step', spans: spanCount(segments) }) ?? null;
    const record = (): CommandBuffer[] => recordPlan(this, segments, { slot, turn, stamps });
    try {
      const commands = tracer === null ? record() : tracer.host(`record device ${number + 1}`, 'record', record);
      const next = new StepStart(plan.after, plan.stale);
      return { next, segments, commands, stamps, slot, turn, iterations: [], follower: null, submits: 0, again: null };
    } catch (error) {
      stamps?.[Symbol.dispose]();
      throw error;
    }
  }

  /** A plan, cut where something travels between members. */
  segments(plan: StepPlan): Segment[] {
    const travelling = new Set(this.parts.layout.parcels.map(({ name }) => name));
    const { overlap, decomposition, memberCount } = this.parts;
    const { levels } = decomposition.domain;
    const overlaps = (level: number): boolean =>
      overlap && (level === 0 || levels[level]!.leafCount >= WORTH_CUTTING * memberCount);
    return splitPlan(plan, (name) => travelling.has(name), overlaps);
  }

  /** Bytes that a member, this one by default, sends to all others when these copies, or this reduction, travel. */
  packedBytes(names: readonly string[], member: number = this.parts.number): number {
    const plain = new Set(names.map(plainName));
    const own = this.parts.layout.parcels.filter(({ from, name }) => from === member && plain.has(name));
    return own.reduce((sum, { sources }) => sum + 4 * sources.length, 0);
  }

  /** Chunks of a level's first reduction stage that this member takes alone, or that all do after the share. */
  sharedChunks(level: number, part: 'own' | 'borders'): readonly ChunkRun[] {
    const sums = this.parts.sums[level]!;
    return part === 'own' ? sums.own[this.parts.number]! : sums.borders;
  }

  /** The passes of a recording. */
  plan(request: Pick<PlanRequest, 'start' | 'iterations' | 'stale' | 'resume'>): StepPlan {
    const { decomposition, needs, units, memberCount } = this.parts;
    const stages = decomposition.domain.levels.map(({ leafCount }) => reductionStages(leafCount).length);
    if (decomposition.count === 1) return planStep(units, { ...request, stages });
    const ghosts = { reads: needs.byStencil, work: needs.work };
    const bordered = this.parts.sums.map(({ borders }) => borders.length > 0);
    const shared = { stages, ghosts, members: memberCount, bordered };
    // Across members a message is hidden only where there is work between its sending and its reading.
    const carried =
      memberCount === 1 ? new Set<string>() : carriedComponents(units, { ...shared, stale: this.allStale });
    return planStep(units, { ...request, ...shared, carried });
  }

  /**
   * A count of iterations that wanders leaves recordings behind: the oldest of the slot go. Nothing of theirs is in flight by then, but
   * what stands behind a step that stalled: that does nothing, and is kept until it has ended.
   * Where the number of slots is odd, each has steps of both parities of swapped copies, and so twice as many. (Where it changes, slots
   * may change parity, and are recorded once more.)
   */
  #forget(key: string): void {
    const alike = [...this.#recordings.keys()].filter((other) => other.split(' ')[0] === key.split(' ')[0]);
    if (alike.length < (this.parts.stepsInFlight % 2 === 0 ? 8 : 16)) return;
    const oldest = this.#recordings.get(alike[0]!)!;
    for (const each of this.#recordings.values()) if (each.follower === oldest) each.follower = null;
    disposeRecording(oldest);
    this.#recordings.delete(alike[0]!);
  }

  async #upload(): Promise<void> {
    const { staging } = this.device;
    const { member } = this.parts;
    const partials = new Map(
      [...this.partials].flatMap(([scalar, { address }]) =>
        this.parts.sums.map((_, level) => [shareName(scalar, level), address] as const),
      ),
    );
    this.#exchanges = await Exchanges.create({ ...this.parts, partials: (name) => partials.get(name)! });
    const iterations = this.loops.map(() => 2);
    let start = this.parts.start;
    for (let parity = 0; parity < 2; parity++) {
      const plan = this.plan({ start, iterations });
      for (const pass of plan.passes) {
        if (pass.kind !== 'stencil') continue;
        const compiled = this.parts.compiled.get(pass.pass.facts.name)!;
        for (const subdomain of member.subdomains) {
          for (const part of member.parts) this.#blocks.offsetOf(compiled, pass.copies, { subdomain, part });
        }
      }
      start = plan.after;
    }
    const { words } = this.#blocks;
    const byteLength = Math.max(16, words.byteLength);
    this.#blockBuffer = this.#owned.make({ label: 'pass blocks', byteLength });
    if (words.length > 0) await staging.upload(this.#blockBuffer, 0, words);
    await this.faults.upload(staging, this.parts.needs);
    await this.groups.upload(member);
    await staging.upload(this.buffers.status, 0, new Uint8Array(this.statusBytes));
  }

  [Symbol.dispose](): void {
    for (const recording of this.#recordings.values()) disposeRecording(recording);
    this.#recordings.clear();
    this.#exchanges?.[Symbol.dispose]();
    this.#owned[Symbol.dispose]();
  }
}

function disposeRecording({ commands, stamps, again }: Recording): void {
  again?.calls[Symbol.dispose]();
  for (const each of commands) each[Symbol.dispose]();
  stamps?.[Symbol.dispose]();
}

/** Memory of fields (but those that are not stored), second copies and look-up grids on one subdomain. */
export async function prepareFields(
  subdomain: Subdomain,
  { declarations, compiled, unstored }: Pick<ProgramParts, 'declarations' | 'compiled'> & Pick<FusionPlan, 'unstored'>,
): Promise<void> {
  for (const field of declarations.fields.values()) if (!unstored.has(field.key)) await subdomain.field(field);
  for (const { writes, level, bindings } of compiled.values()) {
    for (const write of writes) {
      if (!write.doubleBuffered) continue;
      const key = [...declarations.fields.values()].find((f) => f.name === write.field && f.level === level)!;
      await (await subdomain.field(key)).ensureSecondCopy();
    }
    for (const binding of bindings) {
      if (binding.kind !== 'grid') continue;
      await subdomain.grid(binding.level === 'coarse' ? level + 1 : binding.level === 'fine' ? level - 1 : level);
    }
  }
}

/** The slots of a buffer that the host reaches, one for each step in flight. */
function slotsOf({ mapped: { buffer, byteOffset } }: Buffer, length: number, byteLength: number): Uint32Array[] {
  return Array.from({ length }, (_, slot) => new Uint32Array(buffer, byteOffset + slot * byteLength, byteLength / 4));
}

function makePartials({ compiled, decomposition }: ProgramParts, owned: OwnedBuffers): Map<string, Buffer> {
  const words = new Map<string, number>();
  for (const { facts } of compiled.values()) {
    const needed = partialsLength(decomposition.domain.levels[facts.level]!.leafCount);
    for (const { scalar, type } of facts.reductions) {
      words.set(scalar, Math.max(words.get(scalar) ?? 0, (needed * scalarBytes(type)) / 4));
    }
  }
  return new Map(
    [...words].map(([scalar, count]) => {
      const label = `partials of ${scalar}`;
      return [scalar, owned.make({ label, byteLength: 4 * count })];
    }),
  );
}
