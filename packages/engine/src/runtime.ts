/**
 * @file What the simulation, its levels, fields and scalars share: the declarations, the domain, its subdomains, and the
 * program that runs now. Everything that touches the device goes through the lane, in the order of the calls.
 */
import { OutOfMemoryError, type Defragmentation, type Device } from '@halocline/gpu';
import { formatDebug, type BufferAccess, type DebugReport } from '@halocline/stencil';
import { Backgrounds, takingForeignAlong } from './background/backgrounds.ts';
import { Balance, type Cutter, type Rebalance } from './balance/balance.ts';
import { Moving } from './balance/moving.ts';
import { recut } from './balance/recut.ts';
import { CflRadii, placeMeasures } from './cfl/cfl-radius.ts';
import { Compiler, type CheckedStencil, type CompiledStencil } from './compiler.ts';
import { joinReports, type DebugBuffers } from './debug-buffers.ts';
import { byComponent, CurrentCopies } from './current-copies.ts';
import type { CutOrder } from './cut/curve.ts';
import { Declarations, type FieldDeclaration } from './declarations.ts';
import type { Domain } from './domain.ts';
import { farReaders } from './far-readers.ts';
import { Decomposition } from './decomposition.ts';
import { withGhostWork } from './ghost-work.ts';
import { HostNumbers } from './host-numbers.ts';
import { haloNeeds, type HaloNeeds, type ReadingStencil } from './halo-needs.ts';
import { ghostRings } from './local-level.ts';
import { createAll, Member } from './member.ts';
import type { FieldStore } from './field-store.ts';
import { gatherField } from './whole-field.ts';
import { checkTransients } from './fusion/lifetimes.ts';
import { planFusion, withoutFusion } from './fusion/plan.ts';
import { Lane } from './lane.ts';
import { didYouMean, listNames } from './names.ts';
import { componentNames, type PassFacts } from './pass-facts.ts';
import { withRoom } from './pools.ts';
import { slotOrderOf } from './shapes/bound-of.ts';
import { LossWatch } from './loss/loss-watch.ts';
import { onDevice, onDeviceNow } from './loss/on-device.ts';
import { prepareFields, Program, type ProgramParts } from './program.ts';
import { stepMessages } from './step-messages.ts';
import type { Copies } from './step-plan.ts';
import { flightOf, type Flight } from './steps-in-flight.ts';
import { Stepper } from './stepper.ts';
import type { StepNumbers } from './uniforms.ts';
import type { Subdomain } from './subdomain.ts';
import { Team } from './team.ts';
import type { Tracer } from './trace/tracer.ts';
import type { Routes } from './transport/routes.ts';
import { KeptStencils } from './memo/kept-stencils.ts';
import { StencilFiles } from './memo/stencil-files.ts';
import { checkUntil, orderUnits } from './units.ts';

/** What a runtime is made with. */
export interface RuntimeOptions {
  /** One for each member. */
  readonly devices: readonly Device[];
  readonly domain: Domain;
  /** At least as many as devices. */
  readonly subdomains: number;
  /** In which order leaves are cut. */
  readonly cutOrder: CutOrder;
  readonly routes: Routes;
  /** Whether what is sent is computed first. */
  readonly overlap: boolean;
  /** Levels above the first that have at most so many leaves are computed whole by each device. */
  readonly replicate: number;
  /** Whether stencils that can are run as one. */
  readonly fusion: boolean;
  /** How stencils reach memory. */
  readonly access: BufferAccess;
  readonly rebalance: Rebalance;
  /** Voxels; null where it isn't given. */
  readonly haloThickness: number | null;
  /** Steps that may be on their way at once; null where it isn't given. */
  readonly stepsInFlight: number | null;
  readonly log: (message: string) => void;
  /** Takes what is wrong: the log, or stderr. */
  readonly warn: (message: string) => void;
  /** Where what happens is noted, if it is. */
  readonly tracer: Tracer | null;
}

/** What the programs of all members are made from. */
interface ProgramPlan extends Pick<ProgramParts, 'schedule' | 'fusion' | 'start'> {
  /** Of all stencils, before some became one. */
  readonly facts: Iterable<PassFacts>;
  readonly declared: readonly ReadingStencil[];
  /** What each member compiled. */
  readonly everywhere: readonly ReadonlyMap<string, CompiledStencil>[];
}

/** The machine room of a simulation. */
export class Runtime {
  readonly device: Device;
  readonly domain: Domain;
  readonly declarations: Declarations = new Declarations();
  /** What the host gives to steps. */
  readonly numbers: HostNumbers = new HostNumbers(this.declarations);
  readonly decomposition: Decomposition;
  readonly team: Team;
  readonly subdomains: readonly Subdomain[];
  readonly lane: Lane = new Lane();
  readonly log: (message: string) => void;
  readonly warn: (message: string) => void;
  /** Seconds of all steps submitted so far. */
  time = 0;
  /** Steps submitted so far. */
  frame = 0;
  /** What stencils that are debugged told of the last step. */
  debugReports: readonly DebugReport[] = [];
  readonly #haloThickness: number | null;
  readonly #overlap: boolean;
  readonly #fuses: boolean;
  readonly #access: BufferAccess;
  readonly #stepsInFlight: number | null;
  /** Of the program that runs now. */
  #flight: Flight;
  readonly #tracer: Tracer | null;
  readonly #files = new StencilFiles();
  readonly #kept: KeptStencils;
  /** One for each member. */
  readonly #compilers: readonly Compiler[];
  /** What is current of the fields of the program that runs now. */
  readonly #current = new CurrentCopies();
  #programs: readonly Program[] = [];
  #checked: ReadonlyMap<string, CheckedStencil> = new Map();
  #stepper: Stepper | null = null;
  #revision = -1;
  #levelCount = 0;
  #rings = 1;
  /** Holds whole fields for a renderer, where there are several subdomains. */
  #view: Member | null = null;
  /** Radii that follow the flow. */
  readonly radii: CflRadii = new CflRadii();
  /** What is known of inactive voxels. */
  readonly backgrounds: Backgrounds = new Backgrounds();
  /** What shifts the cut by time, if anything does. */
  readonly balance: Balance | null;
  /** Where stencils of now tell what they do: buffers of those members that have some. */
  #debugged: readonly DebugBuffers[] = [];
  /** Fields lie elsewhere than the program that runs now has it. */
  #moved = false;
  #closed = false;
  readonly #watch: LossWatch;

  constructor(options: RuntimeOptions) {
    this.device = options.devices[0]!;
    this.domain = options.domain;
    this.log = options.log;
    this.warn = options.warn;
    this.#haloThickness = options.haloThickness;
    this.#overlap = options.overlap;
    this.#fuses = options.fusion;
    this.#access = options.access;
    this.#stepsInFlight = options.stepsInFlight;
    this.#tracer = options.tracer;
    this.#kept = new KeptStencils(options.warn);
    const shared = { files: this.#files, kept: this.#kept, access: options.access };
    this.#compilers = options.devices.map((device) => new Compiler(device, shared));
    this.decomposition = new Decomposition(options.domain, options.subdomains, {
      order: options.cutOrder,
      wholeLeaves: options.replicate,
      slots: slotOrderOf(options.devices),
    });
    this.team = new Team(options.devices, this.decomposition, options);
    this.#watch = new LossWatch(this.team);
    this.subdomains = this.team.subdomains;
    const { devices, log, stepsInFlight } = options;
    const shares = this.team.members.map((member) => member.subdomains.length / this.decomposition.count);
    const shifts = options.rebalance === 'time' && devices.length > 1;
    this.#flight = flightOf(stepsInFlight, shifts);
    this.balance = shifts ? new Balance(devices, { shares, log, stepsInFlight: this.#flight.slots }) : null;
  }

  /** Runs an act when all that was asked for before is done; after a loss there is none but `close`. */
  run<T>(act: () => Promise<T>): Promise<T> {
    return this.lane.run(() => (this.#closed ? act() : this.#watch.run(act)));
  }

  /** The program that runs now, on the first member; null before the first `compile`. */
  get program(): Program | null {
    return this.#programs[0] ?? null;
  }

  /** What the stencils of that program mean, by name. */
  get checked(): ReadonlyMap<string, CheckedStencil> {
    return this.#checked;
  }

  /** Bytes of what belongs to the programs alone. */
  get programBytes(): number {
    return this.#programs.reduce((sum, program) => sum + program.byteLength, 0);
  }

  /** Whether anything was declared, removed or edited since the last `compile`. */
  get dirty(): boolean {
    const { declarations } = this;
    const levels = this.domain.levels.length;
    return (
      this.#moved ||
      this.#revision !== declarations.revision ||
      this.#levelCount !== levels ||
      this.backgrounds.stale ||
      this.#files.changed(declarations)
    );
  }

  /** Which copy of each component is current once all submitted steps are done. */
  get copies(): Copies {
    const copies: Copies = this.#stepper?.copies ?? new Map();
    const { fields, revision } = this.declarations;
    return this.#revision === revision ? this.#current.unmoved(copies) : this.#current.declared(copies, fields);
  }

  /** Compiles what was declared, where something changed. Within the lane. Waits for the device. */
  async compile(): Promise<void> {
    this.#checkWhole();
    if (!this.dirty) return;
    const { backgrounds, declarations, domain, team } = this;
    const cut = this.decomposition.count > 1;
    const logs = this.#compilers.map((_, member) => (member === 0 ? this.warn : (): void => undefined));
    this.#files.look();
    placeMeasures(declarations, cut);
    const found = this.#compilers.map((compiler, member) =>
      compiler.check(declarations, { haloThickness: this.#haloThickness, cut, log: logs[member]! }),
    );
    backgrounds.look(found[0]!.values(), declarations);
    const foreign = backgrounds.foreign(declarations, domain);
    const checked = found.map((stencils) => takingForeignAlong(stencils, foreign));
    const facts = new Map([...checked[0]!].map(([name, { facts }]) => [name, facts]));
    const order = orderUnits(declarations, facts);
    for (const unit of order.units) checkUntil(unit, declarations);
    checkTransients(order, declarations);
    const { schedule } = order;
    const fuse = (...parts: Parameters<KeptStencils['fused']>) => this.#kept.fused(...parts);
    const fusion = this.#fuses
      ? planFusion(order, checked[0]!, { declarations, backgrounds, domain, fuse, foreign })
      : withoutFusion(order, checked[0]!);
    const building = this.#compilers.map((compiler, member) => {
      const own = [...fusion.stencils].map(([name, one]) => [name, checked[member]!.get(name) ?? one] as const);
      return compiler.build(new Map(own), declarations, { cut, log: logs[member]!, backgrounds, domain });
    });
    // What is declared while the lines below wait belongs to the next program.
    const { revision } = declarations;
    const placed = byComponent(declarations.fields.values());
    const start = this.copies;
    const previous = this.#stepper?.iterations ?? new Map<string, number>();
    // Where one device can't, the others are not left in the middle.
    await Promise.allSettled(building);
    const everywhere = await Promise.all(building);
    this.#kept.settle([...checked.flatMap((each) => [...each.values()]), ...fusion.stencils.values()]);
    await this.#drain();
    this.#stepper?.tellFaultOnce();
    const declared = [...checked[0]!.values()].map((one) => ({ ...one, reads: (one.stencil ?? one.kernel!).reads }));
    this.#flight = flightOf(this.#stepsInFlight, this.balance !== null || declarations.measures.size > 0);
    const programs = await this.#makePrograms({ facts: facts.values(), declared, schedule, fusion, start, everywhere });
    this.numbers.beginNew();
    for (const program of this.#programs) program[Symbol.dispose]();
    for (const [number, compiler] of this.#compilers.entries()) compiler.retire(everywhere[number]!);
    this.#programs = programs;
    this.#checked = checked[0]!;
    this.#debugged = this.#compilers.map(({ debug }) => debug).filter(({ size }) => size > 0);
    const { balance } = this;
    balance?.renewed();
    this.#stepper = new Stepper(programs, {
      flight: this.#flight,
      log: this.log,
      previous,
      balance,
      radii: this.radii,
      whose: (fault) => farReaders(fault, fusion, checked[0]!),
    });
    this.#current.begin(placed);
    this.#moved = false;
    backgrounds.renewed();
    this.#revision = revision;
    this.#levelCount = team.levelCount;
    for (const each of [...this.subdomains, ...(this.#view?.subdomains ?? [])]) each.retire(declarations.fields);
  }

  /** Holds the ghosts that a program needs, and makes it. Nothing is in flight. Waits for the device. */
  async #makePrograms(plan: ProgramPlan): Promise<Program[]> {
    const { declarations, decomposition, team } = this;
    const { declared, everywhere } = plan;
    const { units } = plan.fusion;
    const compiled = everywhere[0]!;
    const sent = haloNeeds(declarations, compiled, {
      thickness: this.#haloThickness,
      followed: this.radii.radii,
      declared,
      foreign: this.backgrounds.foreign(declarations, this.domain),
    });
    const needs = team.members.length === 1 ? sent : withGhostWork(sent, { units, compiled, decomposition });
    const rings = ghostRings(sent.held);
    try {
      await this.#hold(Math.max(rings, this.#rings));
      return await this.#makeProgramsOver(needs, plan);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError) || rings >= this.#rings) throw error;
      // More ghosts are held than this program needs, since others needed them.
      await this.#hold(rings);
      return this.#makeProgramsOver(needs, plan);
    }
  }

  /** Gives fields their memory, opens links, and makes the program of each member. */
  async #makeProgramsOver(
    needs: HaloNeeds,
    { facts, schedule, fusion, start, everywhere }: ProgramPlan,
  ): Promise<Program[]> {
    const { declarations, decomposition, team } = this;
    const { units, unstored } = fusion;
    await this.#withRoom(async () => {
      for (const [number, { subdomains }] of team.members.entries()) {
        for (const subdomain of subdomains) {
          await onDevice(this.team.place(number), () =>
            prepareFields(subdomain, { declarations, compiled: everywhere[number]!, unstored }),
          );
        }
      }
    });
    const reductions = [...facts].flatMap((pass) =>
      pass.reductions.map(({ scalar, type }) => ({ scalar, type, level: pass.level })),
    );
    // Messages of the program that ran have arrived by now, and its links may go.
    const memberCount = team.members.length;
    const messages = memberCount === 1 ? [] : stepMessages(units, needs, { decomposition, members: memberCount });
    const traffic = await team.traffic(declarations.fields.values(), needs, reductions, messages);
    const [overlap, tracer] = [this.#overlap, this.#tracer];
    const shared = {
      declarations,
      decomposition,
      memberCount,
      overlap,
      access: this.#access,
      tracer,
      stepsInFlight: this.#flight.slots,
      needs,
      ...traffic,
      units,
      schedule,
      fusion,
      start: this.#current.unmoved(start),
    };
    return this.#withRoom(() =>
      createAll(team.members, (member, number) =>
        onDevice(this.team.place(number), () =>
          Program.create({ ...shared, member, number, compiled: everywhere[number]! }),
        ),
      ),
    );
  }

  /** Submits one step of `dt` seconds with the numbers that it was asked for with. Within the lane. */
  async step(dt: number, numbers: StepNumbers): Promise<void> {
    try {
      if (this.dirty) await this.compile();
      this.checkOpen();
      if (this.declarations.measures.size > 0) await this.#followFlow(dt);
      for (const debug of this.#debugged) await debug.prepare();
      this.#watch.check();
      const stepper = this.#stepper!;
      for (let room = stepper.room(); room !== null; room = stepper.room()) await room;
      const given = this.numbers.withFirst(numbers);
      stepper.step({ dt, time: this.time, frame: this.frame }, given);
      if (given !== numbers) this.numbers.haveFirst();
    } catch (error) {
      this.numbers.giveBack(numbers);
      throw error;
    }
    this.time += dt;
    this.frame++;
    if (this.#debugged.length > 0) await this.#listen();
    else if (this.debugReports.length > 0) this.debugReports = [];
    const { balance } = this;
    if (balance !== null) await balance.act(this.#cutter);
  }

  /** Takes up the radii that follow the flow, by the last step that is surely done. */
  async #followFlow(dt: number): Promise<void> {
    const stepper = this.#stepper!;
    for (let room = stepper.room(); room !== null; room = stepper.room()) await room;
    const known = this.frame - this.#flight.slots;
    if (!this.radii.follow(this.declarations, this.domain, { dt, known })) return;
    this.#moved = true;
    await this.compile();
  }

  /** Takes what stencils that are debugged told of the step; waits for it. */
  async #listen(): Promise<void> {
    this.debugReports = [];
    await this.settle();
    const reports = await Promise.all(this.#debugged.map((debug) => debug.take()));
    this.debugReports = joinReports(reports.flat());
    for (const report of this.debugReports) for (const line of formatDebug(report)) this.log(line);
  }

  /** Waits until every submitted step is done; throws where one read further than its halo. Within the lane. */
  async settle(): Promise<void> {
    await this.#drain();
    this.#stepper?.tellFault();
  }

  async #drain(): Promise<void> {
    await this.#watch.run(async () => this.#stepper?.settle());
  }

  /** Waits for steps that may have stalled; without loops the queue's order is enough. Within the lane. */
  async settleLoops(): Promise<void> {
    if (this.#stepper?.mayStall === true) await this.settle();
  }

  /** Brings levels that were made since to the device. Within the lane. */
  async prepare(): Promise<void> {
    this.#checkWhole();
    // Recordings that a stalled step may still need hold the tables as they are.
    if (this.team.levelCount < this.domain.levels.length) await this.#drain();
    await this.#hold(this.#rings);
  }

  /**
   * Holds every level with so many rings of ghosts. Several subdomains that hold others by now are made anew, with their fields; where
   * that fails they hold what they held.
   */
  async #hold(rings: number): Promise<void> {
    const { domain, subdomains, team } = this;
    const same = rings === this.#rings && team.levelCount === domain.levels.length;
    if (subdomains.length === 1 || same) await team.prepare(rings);
    else {
      await this.#drain();
      await this.#watch.run(async () => {
        using moving = this.#moving();
        await moving.carry(() => team.prepare(rings));
      });
    }
    this.#rings = rings;
  }

  /** What shifts the cut. */
  get #cutter(): Cutter {
    const sizes = this.subdomains.flatMap((each) =>
      [...this.declarations.fields.keys()].map((key) => each.existingField(key)?.byteLength ?? 0),
    );
    const fieldBytes = sizes.reduce((sum, size) => sum + size, 0);
    const parts = { rings: this.#rings, moving: () => this.#moving() };
    return { fieldBytes, frame: this.frame, log: this.log, recut: (shares) => recut(this, shares, parts) };
  }

  /** All fields that have memory, to be moved to subdomains that are made anew: the program is then, too. Nothing is in flight. */
  #moving(): Moving {
    this.#moved = true;
    return new Moving(this.team, this.declarations.fields.values(), {
      copiesOf: (field) => this.copiesOf(field),
      arrived: (field) => this.#current.moved(field),
    });
  }

  /**
   * A member that holds the whole of these fields, for who reads them all on one device: the simulation's own where it has one
   * subdomain, else one that they are gathered for. Within the lane. Waits for the device where it gathers.
   */
  async view(fields: readonly FieldDeclaration[]): Promise<Member> {
    if (this.subdomains.length === 1) return this.team.members[0]!;
    const place = this.team.place(0);
    const view = (this.#view ??= onDeviceNow(place, () => new Member(place, new Decomposition(this.domain, 1), [0])));
    await onDevice(place, () => view.prepare(1));
    await this.settle();
    for (const field of fields) {
      const store = await view.subdomains[0]!.field(field);
      await store.upload(await gatherField(this.subdomains, field, this.copiesOf(field)));
    }
    return view;
  }

  /** Lays the fields together, and makes the program anew where any moved. Within the lane. Waits for the device. */
  async defragment(): Promise<Defragmentation> {
    this.#checkWhole();
    await this.#drain();
    const done = await this.team.defragment();
    this.#moved ||= done.buffers > 0;
    if (this.#programs.length > 0) await this.compile();
    return done;
  }

  /** Takes memory; where there is none, once more after the fields were laid together. */
  async #withRoom<T>(body: () => Promise<T>): Promise<T> {
    const settled = (): Promise<void> => this.#drain();
    return withRoom(this.team, { settled, moved: () => (this.#moved = true) }, body);
  }

  /** Iterations that each repeat with `until` ran in the last step that is known to be done. */
  get iterations(): ReadonlyMap<string, number> {
    return this.#stepper?.iterations ?? new Map();
  }

  /** Counts steps and seconds on from here; repeats are recorded by what they ran then. Within the lane, compiled and settled. */
  resumeAt({
    time,
    frame,
    iterations,
  }: {
    time: number;
    frame: number;
    iterations: ReadonlyMap<string, number>;
  }): void {
    this.time = time;
    this.frame = frame;
    this.#stepper!.expect(iterations);
    // Radii that follow the flow are those of the checkpoint now.
    if (this.declarations.measures.size > 0) this.#moved = true;
  }

  /** The memory of a field on each subdomain. Within the lane. */
  async stores(field: FieldDeclaration): Promise<FieldStore[]> {
    if (this.declarations.fields.get(field.key) !== field) {
      throw new TypeError(`Cannot use field "${field.key}": it has been removed; add it again, and take the new one`);
    }
    if (field.transient) {
      throw new TypeError(
        `Cannot use field "${field.key}": it is transient, and has values within a step only; add it without transient`,
      );
    }
    this.#checkWhole();
    // Another level that finds no memory is no matter of this field's.
    if (field.level >= this.team.levelCount) await this.prepare();
    const stores: FieldStore[] = [];
    for (const subdomain of this.subdomains) {
      const known = subdomain.existingField(field.key);
      if (known !== undefined && known.declaration !== field) await this.settle();
      stores.push(await onDevice(this.team.placeOf(subdomain), () => this.#withRoom(() => subdomain.field(field))));
    }
    return stores;
  }

  /** The current copy of each component of a field. */
  copiesOf(field: FieldDeclaration): number[] {
    return componentNames(field).map((name) => this.copies.get(name) ?? 0);
  }

  /** A sentence for a name that nobody gave. */
  unknown(verb: string, kind: string, name: string, names: Iterable<string>): string {
    const all = [...names];
    return `Cannot ${verb} ${kind} "${name}": there is none of that name${didYouMean(name, all)}; the ${kind}s are ${listNames(all)}`;
  }

  /** Throws after `close`. */
  checkOpen(): void {
    if (this.#closed) throw new TypeError('Cannot use the simulation: it has been disposed; create another');
  }

  /** Throws after `close`, or once a device or fields were lost. */
  #checkWhole(): void {
    this.checkOpen();
    this.#watch.check();
  }

  /** Waits for the device and gives everything back; what steps told that nobody has heard is warned of. Within the lane. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#end();
    } finally {
      for (const program of this.#programs) program[Symbol.dispose]();
      for (const compiler of this.#compilers) compiler[Symbol.dispose]();
      this.#view?.[Symbol.dispose]();
      this.balance?.[Symbol.dispose]();
      await this.team[Symbol.asyncDispose]();
    }
  }

  /** Waits for what is in flight, and writes the trace in any case. */
  async #end(): Promise<void> {
    try {
      // Who lost a device has been told.
      if (this.#watch.loss === null) {
        await this.#drain();
        this.#logFault();
      }
    } catch (error) {
      await this.#tracer?.close().catch(({ message }: Error) => this.warn(message));
      throw error;
    }
    await this.#tracer?.close();
  }

  /** Throwing would hide what may be on its way through those who dispose. */
  #logFault(): void {
    try {
      this.#stepper?.tellFaultOnce();
    } catch (error) {
      this.warn((error as Error).message);
    }
  }
}
