/**
 * @file The simulation as a user sees it: names fields, gives stencils, runs steps. Only what reads, writes or saves waits for the
 * GPU; acts that weren't awaited still happen in the order of the calls, steps with the numbers of the moment when they were called.
 * So a resume, which brings others, is awaited first. What is declared or removed counts from the first step on that hasn't begun.
 */
import type { Defragmentation, Device } from '@halocline/gpu';
import type { BufferAccess, DebugReport } from '@halocline/stencil';
import type { Grid, GridMap } from '@halocline/vdb';
import { printByToString } from './inspect.ts';
import { explainStencil } from './inspection/explain-stencil.ts';
import {
  checkCheckpointEnding,
  checkpointsOf,
  checkpointStep,
  copyJson,
  writeCheckpoint,
  type CheckpointRequest,
} from './checkpoint/write-checkpoint.ts';
import { resumeFrom, type Resumed } from './checkpoint/resume.ts';
import type { FieldOptions, RepeatOptions, StencilOptions } from './declarations.ts';
import { fieldKey } from './declarations.ts';
import { reportSubdomains, type SubdomainReport } from './cut-report.ts';
import type { CutChoice } from './cut/curve.ts';
import { heldGrid, ownersGrid } from './cut/subdomain-grid.ts';
import { makeDomain, type DomainOptions } from './domain-options.ts';
import { explainRuntime } from './explain.ts';
import type { Field } from './field.ts';
import { checkDoubles, heldScalar, type FieldValue } from './field-type.ts';
import { tryWhole, writeWhole } from './files.ts';
import { checkEnding, encodeGrids, readGridsFrom, type SaveOptions } from './grid-files.ts';
import { kernelHeader } from './kernel/header-of.ts';
import type { KernelAccess, KernelOptions } from './kernel/kernel-options.ts';
import { Level } from './level.ts';
import { checkRebalance, type Rebalance } from './balance/balance.ts';
import { didYouMean, listNames } from './names.ts';
import { checkOptions, shown } from './options/kinds.ts';
import {
  CHECKPOINT_OPTIONS,
  EXTRACT_OPTIONS,
  LOAD_OPTIONS,
  SAVE_OPTIONS,
  SIMULATION_OPTIONS,
} from './options/known.ts';
import { closeAll, openDevices, type DeviceChoice } from './open-devices.ts';
import { pairGrids } from './pair-grids.ts';
import { callingFile, usePlugin, type Plugin, type PluginUse } from './plugin/plugin.ts';
import { Runtime } from './runtime.ts';
import { Scalar } from './scalar.ts';
import type { IndexBox } from './topology.ts';
import { unheard } from './unheard.ts';
import { Tracer } from './trace/tracer.ts';
import { Routes } from './transport/routes.ts';
import { forcedTransport } from './transport/transports.ts';
import { parameterValue, type StepNumbers } from './uniforms.ts';
import { makeVolume, type VolumeView } from './volume.ts';

/** What a simulation is created with. */
export interface SimulationOptions extends DomainOptions, DeviceChoice, CutChoice {
  /** Whether devices compute what others need first, and the rest while it travels; default true. */
  readonly overlap?: boolean;
  /**
   * Of levels above the first, those that have at most so many leaves are held and computed whole by each of several devices, so that
   * nothing of them is sent but what comes from the finer one. Default 512; 0 replicates none.
   */
  readonly replicate?: number;
  /**
   * Whether stencils that can are run as one pass over memory; the results are the same bits (of quotients where the driver has one
   * way to round them). Default true.
   */
  readonly fusion?: boolean;
  /**
   * How stencils reach memory. 'descriptor' lets synchronization validation see what they read and write, which it does not by
   * address; it is slower, and for tests. Default 'address'.
   */
  readonly access?: BufferAccess;
  /** Voxels; default: as thick as the stencils reach. */
  readonly haloThickness?: number;
  /**
   * What the cut goes by: `voxels` (default) weighs active voxels, once; `time` shifts it by the time that each device takes for a
   * step, where that pays, with the same results. `off` is `voxels`: a domain doesn't change, so nothing else shifts its cut.
   */
  readonly rebalance?: Rebalance;
  /**
   * Steps that may be on their way to the devices at once: 2 to 16. When as many are, `runTimestep` waits until half of them
   * (rounded down) are done, so the host wakes once for several steps: with 8, for four. Default: 2 to begin with, which double up to 8
   * while many steps are waited for, as long as those under way take about a second at most; always 2 where a radius is 'cfl' or
   * `rebalance` is 'time', and again where a repeat ran out of recorded iterations. The price of more: what a step tells the host comes
   * so many steps later (reads that went too far, at the latest at `finish`; velocities for 'cfl' radii, which follow the flow of so
   * many steps before; times for `rebalance`; iterations of repeats, and a repeat that ran out of those recorded has all steps behind
   * it submitted again), what is set takes effect behind the steps under way, whatever ends or waits waits for them, and each has
   * recordings of its own in memory. The results are the same bits, except where `beyondRadius: 'clamp'` holds reads at a 'cfl' radius.
   */
  readonly stepsInFlight?: number;
  /**
   * Writes a checkpoint after every so many steps, to `checkpointFile`; those steps wait for the GPU. Where it can't be written
   * `runTimestep` throws, and says that the step is done: another call makes the next.
   */
  readonly checkpointEvery?: number;
  /** A `.nvdb` file; each checkpoint takes the place of the one before. Default: 'checkpoint.nvdb'. */
  readonly checkpointFile?: string;
  /**
   * A `.json` file: what devices and host did when, in Chrome's trace format, all on one clock. It is written when the
   * simulation is disposed. Each pass ends before the next begins while this is noted, which costs a little.
   */
  readonly trace?: string;
  /** Takes what is worth telling; without it, what is wrong goes to stderr: edits that are broken, voxels that were left out. */
  readonly log?: (message: string) => void;
}

/** Bytes on the device. */
export interface MemoryReport {
  readonly total: number;
  readonly fields: number;
  /** Tables of leaves, their neighbours and masks, and index grids, of all levels. */
  readonly topology: number;
  /** Pass blocks, numbers of steps, partial values of reductions, what exchanges keep. */
  readonly program: number;
  /** Second copies counted; of all subdomains. */
  readonly byField: readonly { readonly name: string; readonly bytes: number }[];
}

/** Fields and stencils over a sparse domain, stepped on a device. */
export class Simulation implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #levels: Level[];
  readonly #ownDevices: readonly Device[];
  readonly #checkpoints: { readonly every: number; readonly file: string } | null;
  /** What it was created with beside its domain, as it was given. */
  readonly options: Omit<SimulationOptions, 'domain' | 'grid'>;
  /** What the scene itself wants kept between steps, as JSON: checkpoints hold it, and `resume` puts it back. */
  readonly state: Record<string, unknown> = {};

  private constructor(runtime: Runtime, ownDevices: readonly Device[], options: SimulationOptions) {
    this.#runtime = runtime;
    this.#levels = [new Level(runtime, 0)];
    this.#ownDevices = ownDevices;
    this.#checkpoints = checkpointsOf(options);
    const { domain: _, grid: __, ...others } = options;
    this.options = Object.freeze(others);
  }

  /** Opens the devices and makes the domain. */
  static async create(options: SimulationOptions): Promise<Simulation> {
    checkOptions('Cannot create simulation', options, SIMULATION_OPTIONS, 'mistyped');
    const {
      haloThickness = null,
      overlap = true,
      replicate = 512,
      fusion = true,
      access = 'address',
      cutOrder = 'morton',
      rebalance = 'voxels',
      stepsInFlight = null,
      log = () => undefined,
    } = options;
    const warn = options.log ?? unheard;
    checkRebalance(rebalance);
    if (haloThickness !== null && !(Number.isInteger(haloThickness) && haloThickness >= 0)) {
      throw new RangeError(
        `Cannot create simulation: haloThickness is ${shown(haloThickness)}; give whole voxels, at least 0`,
      );
    }
    const kept = checkpointsOf(options);
    if (kept !== null) await tryWhole(kept.file);
    forcedTransport();
    const domain = await makeDomain(options, 'Cannot create simulation');
    const { devices, own, subdomains } = await openDevices(options, options.log);
    if (rebalance === 'time' && devices.length === 1) {
      warn("rebalance 'time' shifts the cut between devices, and there is one: the cut stays as it is");
    }
    try {
      const routes = new Routes(devices, log, warn);
      await routes.prepare();
      const tracer = options.trace === undefined ? null : await Tracer.open(options.trace, devices, log);
      return new Simulation(
        new Runtime({
          devices,
          domain,
          subdomains,
          cutOrder,
          routes,
          overlap,
          replicate: devices.length > 1 ? replicate : 0,
          fusion,
          access,
          rebalance,
          haloThickness,
          stepsInFlight,
          log,
          warn,
          tracer,
        }),
        own,
        options,
      );
    } catch (error) {
      await closeAll(own);
      throw error;
    }
  }

  /**
   * Declares a field over the domain, with its background: a number, or one for each component. `{ at: 'faces' }` puts the
   * components of a vec3 on the lower faces of their voxels.
   */
  addField(name: string, type: string, value: FieldValue = 0, options: FieldOptions = {}): Field {
    return this.#levels[0]!.addField(name, type, value, options);
  }

  /** Declares a stencil; declaration order is program order. It is compiled by `initialize` or the next step. */
  addStencil(name: string, options: StencilOptions): this {
    this.#levels[0]!.addStencil(name, options);
    return this;
  }

  /**
   * Declares a kernel of one's own, a compute shader in GLSL, HLSL or SPIR-V: it stands among the stencils, and is ordered with
   * them by the fields that it reads and writes. It is compiled by `initialize` or the next step.
   */
  registerKernel(name: string, options: KernelOptions): this {
    this.#levels[0]!.registerKernel(name, options);
    return this;
  }

  /**
   * The text that a kernel includes, for people and for compilers elsewhere: of a kernel that was registered, in its language
   * (SPIR-V: GLSL), or of what one would touch. The fields are declared.
   */
  kernelHeader(kernel: string | KernelAccess, language?: 'glsl' | 'hlsl'): string {
    return kernelHeader(this.#runtime, kernel, language);
  }

  /** Takes a field away that no stencil names; its memory is given back by the next step or `initialize`. */
  removeField(name: string): this {
    this.#levels[0]!.removeField(name);
    return this;
  }

  /** Takes a stencil or kernel of any level away; its fields stay. */
  removeStencil(name: string): this {
    this.#runtime.declarations.removeStencil(name);
    return this;
  }

  /** Makes stencil (or repeat) `after` follow `before`: a stencil, a repeat, or a field, which means its writers. */
  addDependency(before: string, after: string): this {
    this.#runtime.declarations.addDependency(before, after);
    return this;
  }

  /** Declares a number, or a vector of them, that stencils of all levels may name and `set` changes. */
  addParameter(name: string, type: string, value: number | boolean | readonly number[]): this {
    this.#runtime.numbers.check(`add parameter "${name}"`);
    checkDoubles(`parameter "${name}"`, type, this.#runtime.team.members);
    this.#runtime.declarations.addParameter(name, type, value);
    return this;
  }

  /** Declares a number on the device that stencils reduce into and read. */
  addScalar(name: string, type: string, initial: number = 0): Scalar {
    this.#runtime.numbers.check(`add scalar "${name}"`);
    checkDoubles(`scalar "${name}"`, type, this.#runtime.team.members);
    this.#runtime.declarations.addScalar(name, type, initial);
    return this.scalar(name);
  }

  /** Sets a parameter or a scalar, for the steps from the next one on. */
  set(name: string, value: number | boolean | readonly number[]): this {
    this.#runtime.numbers.check(`set "${name}"`);
    const { parameters, scalars } = this.#runtime.declarations;
    const parameter = parameters.get(name);
    const scalar = scalars.get(name);
    if (parameter !== undefined) {
      const values = parameterValue(name, parameter.type, value);
      this.#runtime.declarations.setParameter({ ...parameter, value: values });
    } else if (scalar !== undefined) {
      const [number] = parameterValue(name, scalar.type, value);
      this.#runtime.numbers.set(name, heldScalar(scalar.type, number!));
    } else {
      const names = [...parameters.keys(), ...scalars.keys()];
      throw new TypeError(
        `Cannot set "${name}": there is no parameter or scalar of that name${didYouMean(name, names)}; there are ${listNames(names)}`,
      );
    }
    return this;
  }

  /** Runs stencils as a loop within each step, at the place of the first declared of them. */
  repeat(options: RepeatOptions): this {
    this.#runtime.declarations.repeat(options);
    return this;
  }

  /** Takes a repeat away; its stencils then run by themselves. */
  removeRepeat(name: string): this {
    this.#runtime.declarations.removeRepeat(name);
    return this;
  }

  /**
   * Lets a plug-in add what it brings: an object with `register(simulation)`, or the name of a package (or path of a module) that
   * exports that, looked for from the file that calls. Waits for it.
   */
  async use(plugin: string | Plugin, { from, options }: PluginUse = {}): Promise<this> {
    this.#runtime.checkOpen();
    await usePlugin(this, plugin, { from: from ?? callingFile(import.meta.filename), options });
    return this;
  }

  /** Level k: 0 is the simulation's own, each further one coarser by two. */
  level(index: number): Level {
    this.#runtime.domain.level(index);
    for (let next = this.#levels.length; next <= index; next++) this.#levels.push(new Level(this.#runtime, next));
    return this.#levels[index]!;
  }

  /** Compiles, orders and allocates. A step does it too, whenever something has changed. */
  async initialize(): Promise<void> {
    await this.#runtime.run(() => this.#runtime.compile());
  }

  /** Submits one step of `dt` seconds; doesn't wait for the GPU to do it, only for there to be room. */
  runTimestep(step: number | { readonly dt: number }): Promise<void> {
    const dt = typeof step === 'object' ? (step as { readonly dt: number } | null)?.dt : step;
    if (typeof dt !== 'number' || !Number.isFinite(dt)) return Promise.reject(noSeconds(typeof step === 'object', dt));
    const runtime = this.#runtime;
    const why = runtime.numbers.whyNot('run a step');
    if (why !== null) return Promise.reject(why);
    const numbers = runtime.numbers.take();
    if (this.#checkpoints !== null) return this.#stepAndKeep(dt, numbers, this.#checkpoints);
    return runtime.run(() => runtime.step(dt, numbers));
  }

  async #stepAndKeep(
    dt: number,
    numbers: StepNumbers,
    { file, every }: { file: string; every: number },
  ): Promise<void> {
    const runtime = this.#runtime;
    const kept = this.#request(file, null);
    await runtime.run(async () => {
      await runtime.step(dt, numbers);
      if (this.frame % every === 0) await checkpointStep(runtime, kept);
    });
  }

  /** Waits until the GPU has done every step submitted. */
  async finish(): Promise<void> {
    await this.#runtime.run(() => this.#runtime.settle());
  }

  /** A field of level 0. */
  field(name: string): Field {
    return this.#levels[0]!.field(name);
  }

  /** A scalar. */
  scalar(name: string): Scalar {
    const { scalars } = this.#runtime.declarations;
    if (!scalars.has(name)) throw new TypeError(this.#runtime.unknown('find', 'scalar', name, scalars.keys()));
    return new Scalar(this.#runtime, name);
  }

  /** Iterations that a repeat with `until` ran in the last step. Waits for the GPU. */
  async iterations(repeat: string): Promise<number> {
    return this.#runtime.run(async () => {
      const { repeats } = this.#runtime.declarations;
      const known = repeats.get(repeat);
      if (known === undefined) throw new TypeError(this.#runtime.unknown('find', 'repeat', repeat, repeats.keys()));
      await this.#runtime.settle();
      if (known.until === undefined) return known.times;
      return this.#runtime.iterations.get(repeat) ?? 0;
    });
  }

  /** Writes fields of level 0 (by default all but transient ones) to a `.nvdb` or `.vdb` file, whole or not at all. Waits for the GPU. */
  async save(file: string, fields?: readonly string[], options: SaveOptions = {}): Promise<void> {
    checkEnding('save', file);
    checkOptions(`Cannot save "${file}"`, options, SAVE_OPTIONS);
    const chosen = fields?.map((name) => this.field(name)) ?? this.fields.filter((field) => !field.transient);
    if (chosen.length === 0) throw new TypeError(`Cannot save "${file}": there is no field to save; name at least one`);
    await this.#runtime.run(async () => {
      const grids: Grid[] = [];
      for (const field of chosen) grids.push(await field.readNow());
      await writeWhole(file, encodeGrids(file, grids, options));
    });
  }

  /**
   * Reads grids of a `.nvdb` or `.vdb` file into the fields of their names, or those that `fields` (grid → field) gives; tells
   * the fields that were written. Waits for the GPU.
   */
  async load(file: string, options: { readonly fields?: Readonly<Record<string, string>> } = {}): Promise<string[]> {
    checkOptions(`Cannot load "${file}"`, options, LOAD_OPTIONS);
    return this.#runtime.run(async () => {
      const grids = await readGridsFrom(file);
      const pairs = pairGrids(file, grids, options.fields, this.#levels[0]!);
      for (const { grid, field } of pairs) await field.writeNow(grid);
      return pairs.map(({ field }) => field.name);
    });
  }

  /**
   * Writes all that the next step depends on to a `.nvdb` file, whole or not at all: every field bit for bit, scalars,
   * parameters, time, `state`, and `about`, which `resume` gives back. Waits for the GPU.
   */
  async checkpoint(file: string, options: { readonly about?: unknown } = {}): Promise<void> {
    checkCheckpointEnding('write checkpoint', file);
    checkOptions(`Cannot write checkpoint "${file}"`, options, CHECKPOINT_OPTIONS);
    this.#runtime.numbers.check(`write checkpoint "${file}"`);
    const request = this.#request(file, options.about ?? null);
    await this.#runtime.run(() => writeCheckpoint(this.#runtime, request));
  }

  /**
   * Goes on from a checkpoint of the same scene, however either is cut into subdomains: the steps that follow have the bits that they
   * would have had. Where the file is refused for what it is of, nothing has changed; where its values turn out to be damaged, some
   * have come in. Waits for the GPU; until it is over, steps, checkpoints and what adds, sets or reads parameters and scalars are
   * refused, and what is written to `state` is replaced.
   */
  async resume(file: string): Promise<Resumed> {
    checkCheckpointEnding('resume from', file);
    const resume = this.#runtime.run(async () => {
      const { state, ...resumed } = await resumeFrom(this.#runtime, file);
      for (const key of Object.keys(this.state)) delete this.state[key];
      Object.assign(this.state, state);
      return resumed;
    });
    return this.#runtime.numbers.resuming(resume);
  }

  /** What a checkpoint that is asked for now holds besides what the devices have. */
  #request(file: string, about: unknown): CheckpointRequest {
    checkCheckpointEnding('write checkpoint', file);
    const numbers = this.#runtime.numbers.now;
    return { file, numbers, state: copyJson(file, 'state', this.state), about: copyJson(file, 'about', about) };
  }

  /** A view of level 0 for a renderer. Waits for the GPU the first time, when the look-up grid is built. */
  async volume(fields: readonly string[]): Promise<VolumeView> {
    for (const name of fields) this.field(name);
    const { declarations } = this.#runtime;
    return this.#runtime.run(() =>
      makeVolume(
        this.#runtime,
        fields.map((name) => declarations.fields.get(fieldKey(name, 0))!),
      ),
    );
  }

  /** Fields of level 0 in order of declaration, those that stencils made included. */
  get fields(): readonly Field[] {
    return this.#levels[0]!.fields;
  }

  /** Its device; the first of several. It is closed with the simulation that opened it. */
  get device(): Device {
    return this.#runtime.device;
  }

  /** Index → world, metres. */
  get map(): GridMap {
    return this.#levels[0]!.map;
  }

  /** Metres. */
  get voxelSize(): number {
    return this.#levels[0]!.voxelSize;
  }

  /** Of level 0. */
  get activeVoxels(): number {
    return this.#levels[0]!.activeVoxels;
  }

  /** Leaves of level 0, 8³ voxels each. */
  get leafCount(): number {
    return this.#levels[0]!.leafCount;
  }

  /** Inclusive box of the active voxels. */
  get indexBounds(): IndexBox {
    return this.#levels[0]!.indexBounds;
  }

  /** What stencils with `debug` told of the last step. */
  get debugReports(): readonly DebugReport[] {
    return this.#runtime.debugReports;
  }

  /** Seconds of all steps submitted so far. */
  get time(): number {
    return this.#runtime.time;
  }

  /** Number of steps submitted so far. */
  get frame(): number {
    return this.#runtime.frame;
  }

  /** Bytes on the device, by what holds them. */
  memory(): MemoryReport {
    const { subdomains, team, declarations, programBytes: own } = this.#runtime;
    const byField = [...declarations.fields.values()].map(({ key }) => {
      const bytes = subdomains.reduce((sum, each) => sum + (each.existingField(key)?.byteLength ?? 0), 0);
      return { name: key, bytes };
    });
    const fields = byField.reduce((sum, { bytes }) => sum + bytes, 0);
    const { topologyBytes: topology } = team;
    return { total: fields + topology + own, fields, topology, program: own, byField };
  }

  /**
   * Lays the fields' memory together, so that a large field finds room; where memory runs out this happens by itself. The
   * addresses of fields are others then. Waits for the GPU.
   */
  async defragment(): Promise<Defragmentation> {
    return this.#runtime.run(() => this.#runtime.defragment());
  }

  /** What each subdomain holds: leaves, voxels, ghosts, neighbours, box. Waits for the tables to be on the devices. */
  async subdomains(): Promise<SubdomainReport[]> {
    return this.#runtime.run(async () => {
      await this.#runtime.prepare();
      return reportSubdomains(this.#runtime);
    });
  }

  /**
   * What a subdomain holds of level 0, its own leaves and its ghosts, as a grid of int32: a voxel's value is the subdomain that owns
   * it. With `field`, that field's values as the subdomain has them, ghosts as old as they are. Waits for the GPU.
   */
  async extractSubdomain(index: number, options: { readonly field?: string } = {}): Promise<Grid> {
    const runtime = this.#runtime;
    const subdomain = runtime.subdomains[index];
    if (subdomain === undefined) {
      const last = runtime.subdomains.length - 1;
      throw new RangeError(`Cannot extract subdomain ${index}: there are 0 to ${last}; give one of them`);
    }
    checkOptions(`Cannot extract subdomain ${index}`, options, EXTRACT_OPTIONS);
    if (options.field !== undefined) this.field(options.field);
    return runtime.run(async () => {
      await runtime.prepare();
      if (options.field === undefined) return ownersGrid(runtime, subdomain);
      await runtime.settle();
      return heldGrid(runtime, subdomain, runtime.declarations.fields.get(fieldKey(options.field, 0))!);
    });
  }

  /**
   * A stencil or kernel in words: its text, IR and reach, the bytes that it moves a voxel, registers and spills where the driver
   * tells, and its shader as GLSL. Compiles what has changed, and waits for that.
   */
  async explainStencil(name: string): Promise<string> {
    return this.#runtime.run(async () => {
      await this.#runtime.compile();
      return explainStencil(this.#runtime, name);
    });
  }

  /** The step in words: the order of the stencils and why, their copies, loops, barriers. After `initialize`. */
  explain(): string {
    return explainRuntime(this.#runtime);
  }

  toString(): string {
    const { declarations } = this.#runtime;
    const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
    const parts = [count(this.activeVoxels, 'voxel'), count(this.leafCount, 'leaf').replace('leafs', 'leaves')];
    parts.push(
      count(declarations.fields.size, 'field'),
      count(declarations.stencils.size, 'stencil'),
      `step ${this.frame}`,
    );
    return `Simulation(${parts.join(', ')}, on ${this.device.name})`;
  }

  /**
   * Waits for the GPU, and gives back memory and, if the simulation opened it, the device. A read that went too far in steps that
   * nothing has waited for is told to the log.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    // All of them are closed, whatever fails before: a trace that can't be written must not keep a device.
    await using devices = new AsyncDisposableStack();
    for (const device of this.#ownDevices) devices.use(device);
    await this.#runtime.lane.run(() => this.#runtime.close());
  }

  static {
    printByToString(this.prototype);
  }
}

function noSeconds(isObject: boolean, dt: unknown): TypeError {
  const given = isObject ? `{ dt: ${String(dt)} }` : String(dt);
  return new TypeError(
    `Cannot run a step of ${given}: dt is ${typeof dt === 'string' ? `"${dt}"` : String(dt)}; give seconds, as in runTimestep(0.016)`,
  );
}
