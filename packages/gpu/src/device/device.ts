/**
 * @file The device: what everything is made from. It owns two queues at most, a heap, the staging and the pipeline cache;
 * what is made from it must be disposed before it.
 */

import { basename } from 'node:path';
import * as V from '@halocline/vulkan';
import { beginCommands, CommandBuffer, CommandPool, endCommands } from '../command/command-buffer.ts';
import type { Encoder } from '../command/encoder.ts';
import { GraphicsPipeline } from '../command/graphics-pipeline.ts';
import type { GraphicsPipelineOptions } from '../command/graphics-pipeline.ts';
import { createPipeline, createPipelines } from '../command/create-pipeline.ts';
import type { PipelineMaker } from '../command/create-pipeline.ts';
import type { ComputePipeline } from '../command/pipeline.ts';
import type { ComputePipelineOptions } from '../command/pipeline.ts';
import { PipelineCache } from '../command/pipeline-cache.ts';
import { QueryPool } from '../command/query-pool.ts';
import { WatchedPipeline } from '../command/watched.ts';
import type { FileCompiler, WatchedComputeOptions, WatchedGraphicsOptions } from '../command/watched.ts';
import type { RenderEncoder } from '../command/rendering.ts';
import { recordSecondary, recordSecondaryDraws } from '../command/secondary.ts';
import type { DrawTargets, SecondaryCommands } from '../command/secondary.ts';
import { Queue } from '../command/queue.ts';
import { checkDraws } from '../command/queue-abilities.ts';
import type { DeviceKind } from '../convert.ts';
import { VulkanError } from '../errors.ts';
import type { Frame } from '../frame/frame.ts';
import { frameOptions, Frames } from '../frame/frames.ts';
import type { FrameOptions } from '../frame/frames.ts';
import type { FrameDevice } from '../frame/frame-device.ts';
import { Image } from '../image/image.ts';
import type { ImageOptions } from '../image/image.ts';
import { Sampler } from '../image/sampler.ts';
import type { SamplerOptions } from '../image/sampler.ts';
import { downloadImage, uploadImage } from '../image/staging.ts';
import type { ImageDownloadOptions, ImageUploadOptions } from '../image/staging.ts';
import { Buffer, setMaker } from '../memory/buffer.ts';
import type { BufferMaker, BufferOptions } from '../memory/buffer.ts';
import { DeviceMemory } from '../memory/device-memory.ts';
import { defragment } from '../memory/defragment.ts';
import type { Defragmentation, Fragmented } from '../memory/defragment.ts';
import { DeviceHeap } from '../memory/heap.ts';
import { createHostArray, importHostMemory } from '../memory/host-array.ts';
import type { HostArray, HostArrayOptions } from '../memory/host-array.ts';
import { MemoryPool } from '../memory/pool.ts';
import type { PoolOptions } from '../memory/pool.ts';
import type { ImportOptions } from '../memory/shared-memory.ts';
import { SMALLEST_RING, Staging } from '../memory/staging.ts';
import { LinearMemory, RingMemory } from '../memory/step-memory.ts';
import { compileGlsl } from '../shader/compile.ts';
import type { CompileOptions } from '../shader/compile.ts';
import { Relay } from '../sync/relay.ts';
import { readDeviceClock } from '../sync/device-clock.ts';
import type { ClockReading } from '../sync/device-clock.ts';
import { canShareTimelines } from '../sync/shared-timeline.ts';
import { QueueTimeline, Timeline } from '../sync/timeline.ts';
import type { TimelinePoint, TimelineSharing } from '../sync/timeline.ts';
import { Waiter } from '../sync/waiter.ts';
import type { CreatedDevice } from './create.ts';
import { Driver } from './driver.ts';
import type { Child, Counters } from './driver.ts';
import { vulkanLoader } from './instance.ts';
import type { Instance, Validation } from './instance.ts';
import { RECORDER_OPTIONS } from '../recording/recorder-options.ts';
import type { ThreadedRecorderOptions } from '../recording/recorder-options.ts';
import { ThreadedRecorder } from '../recording/threaded-recorder.ts';
import { validationListener } from './options.ts';
import type { DeviceOptions } from './options.ts';
import type { DeviceLimits, DeviceReport, SurveyedDevice } from './survey.ts';
import { Tracking } from '../tracking/device-tracking.ts';
import { printsItself } from '../printing.ts';
import type { BufferRole, ImageRole } from '../role.ts';
import { checkFile, checkFunction, checkFunctions, checkNames, checkOptions, isOptions } from '../given.ts';
import type { Names } from '../given.ts';

/** Raw handles and commands, for what this runtime doesn't wrap. They are the device's own: nobody else destroys them. */
export interface RawDevice {
  readonly instance: V.Instance;
  readonly physicalDevice: V.VkPhysicalDevice;
  /** The device's commands; its handle is `commands.handle`. */
  readonly commands: V.Device;
  /** Names of those that are turned on. */
  readonly extensions: readonly string[];
}

/** What a row of timestamps is made for. */
export interface QueryPoolOptions {
  readonly label: string;
  /** Timestamps that it has room for. */
  readonly count: number;
  /** Where its timestamps are written; default 'compute'. */
  readonly queue?: 'compute' | 'transfer';
}

const QUERY_POOL_OPTIONS: Names<QueryPoolOptions> = Object.freeze({ label: true, count: true, queue: true });
const RECORDED_QUEUE = Object.freeze({ queue: true });
const LARGEST_RING = 2 ** 26;

/** What follows the recordings of a device, if anything shall. */
function openTracking(driver: Driver, options: DeviceOptions): Tracking | undefined {
  const { checks = false, autoBarriers = false } = options;
  if (!checks && !autoBarriers) return undefined;
  return new Tracking(driver, { report: checks ? validationListener(options) : undefined, automatic: autoBarriers });
}

/** An opened device. Close it with `await using` or `await device[Symbol.asyncDispose]()`. */
export class Device implements AsyncDisposable, FrameDevice<Encoder> {
  static {
    printsItself(this);
  }

  /** What the driver tells of it, as `listDevices` gave it. */
  readonly report: DeviceReport;
  readonly name: string;
  readonly kind: DeviceKind;
  /** 32 hexadecimal digits. */
  readonly uuid: string;
  readonly limits: DeviceLimits;
  /** The features that are turned on, by Vulkan's names. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Submits, waits and transfers since it was opened. */
  readonly counters: Counters;
  /** Where its buffers get their memory. */
  readonly heap: DeviceHeap;
  /** The queue that dispatches run on. */
  readonly compute: Queue;
  /** The queue that transfers run on; the compute queue itself where the device has none for them alone. */
  readonly transfer: Queue;
  /** Uploads and downloads of any size. */
  readonly staging: Staging;
  /** Handles and commands of Vulkan itself, for what the runtime doesn't know. */
  readonly raw: RawDevice;
  /** Whether the validation layer looks on. */
  readonly validation: Validation;
  readonly #instance: Instance;
  readonly #driver: Driver;
  readonly #maker: BufferMaker;
  readonly #log: ((line: string) => void) | undefined;
  readonly #waiter: Waiter;
  /** The queues' own. */
  readonly #timelines: QueueTimeline[] = [];
  readonly #pool: CommandPool;
  /** Made when something is first recorded for transfers. */
  #transferPool: CommandPool | undefined;
  readonly #cache: PipelineCache;
  readonly #frameOptions: Required<FrameOptions>;
  #frames: Frames | undefined;
  /** Commands that do nothing, made when it is first asked whether the device lives. */
  #nothing: V.VkCommandBuffer | undefined;
  #closing: Promise<void> | undefined;

  /** Use `openDevice`. */
  constructor(instance: Instance, chosen: SurveyedDevice, created: CreatedDevice, options: DeviceOptions) {
    const { report } = chosen;
    const { commands, queues } = created;
    this.#log = options.log;
    this.#instance = instance;
    const driver = new Driver({
      instance: instance.commands,
      physicalDevice: chosen.handle,
      commands,
      name: report.name,
      limits: report.limits,
      features: created.features,
      extensions: created.extensions,
      family: report.queues[queues.compute]!,
      named: instance.validation !== false,
    });
    this.#driver = driver;
    driver.tracking = openTracking(driver, options);
    this.report = report;
    this.name = report.name;
    this.kind = report.kind;
    this.uuid = report.uuid;
    this.limits = report.limits;
    this.features = created.features;
    this.counters = driver.counters;
    this.#frameOptions = frameOptions(options.frames);
    this.validation = instance.validation;
    this.raw = { instance: instance.commands, physicalDevice: chosen.handle, commands, extensions: created.extensions };
    const undo: (() => unknown)[] = [() => this.#abandon(commands)];
    try {
      this.#waiter = new Waiter(vulkanLoader().path, instance.commands.handle, commands.handle, () => this.#probe());
      undo.push(() => void this.#waiter.close());
      this.compute = this.#openQueue(queues.compute, 'compute');
      undo.push(() => this.#dropTimelines());
      this.transfer = queues.transfer === queues.compute ? this.compute : this.#openQueue(queues.transfer, 'transfer');
      const memory = new DeviceMemory(driver, created.extensions);
      this.heap = new DeviceHeap(memory, options.memoryLimit);
      const families = [...new Set([queues.compute, queues.transfer])];
      this.#maker = {
        driver,
        heap: this.heap,
        memory,
        families,
        defragment: (what) => this.#defragment(what),
        reclaim: () => this.#reclaim(),
      };
      setMaker(this, this.#maker);
      const room = Math.min(this.heap.limitOf(memory.typesFor('upload', 0xffffffff)[0]!) / 16, LARGEST_RING);
      const ringBytes = Math.max(SMALLEST_RING, 2 ** Math.floor(Math.log2(room)));
      this.staging = new Staging(driver, this, ringBytes, (ring) => new Buffer(this.#maker, ring));
      this.compute.companion = this.staging;
      driver.beforeRetire = () => this.staging.flush();
      driver.probe = () => this.#askQueues();
      driver.onLost = () => this.#waiter.abandon(V.VK_ERROR_DEVICE_LOST);
      undo.push(() => this.staging.destroy());
      this.#pool = new CommandPool(driver, queues.compute, 'compute');
      undo.push(() => this.#pool.destroy());
      this.#cache = new PipelineCache(driver, `${chosen.pipelineCacheUuid}-${report.driver.version}`, this.#log);
    } catch (error) {
      driver.beforeRetire = () => undefined;
      driver.progress.length = 0;
      for (const step of undo.toReversed()) step();
      throw error;
    }
  }

  /** A range of memory. Throws OutOfMemoryError. */
  createBuffer<const R extends BufferRole = 'any'>(options: BufferOptions<R>): Buffer<R> {
    return new Buffer(this.#maker, options);
  }

  /**
   * Memory of JavaScript's own that the device reads and writes in place, without a copy: `byteLength` zeroed bytes. What the
   * host writes before a submit, the device sees; what the device writes, the host sees after a barrier to 'host-read' and
   * the submit's end. Throws VulkanError 'not-available' where the device can't.
   */
  hostArray(byteLength: number, options: HostArrayOptions = {}): HostArray {
    return createHostArray(this.#maker, byteLength, options);
  }

  /** A buffer over host memory that is there already; see `shareHostMemory`. */
  importHostMemory(options: ImportOptions): Buffer {
    return importHostMemory(this.#maker, options);
  }

  /** Memory that is reserved for buffers of one purpose. Throws OutOfMemoryError. */
  createPool(options: PoolOptions): MemoryPool {
    return new MemoryPool(this.#maker, options);
  }

  /**
   * Lays buffers of the heap that have `onMoved` together, so that holes become one and empty blocks go back to the driver;
   * pools have the same of their own. Call it between steps: what was recorded with a moved buffer is refused at its next
   * submit, and must be recorded again. Waits for the device: without blocking until it is idle, then blocking while it copies.
   */
  defragment(): Promise<Defragmentation> {
    return this.#defragment(this.heap);
  }

  /** Memory for what lives until a step begins again: slices of one buffer, which is made here. */
  createLinear(options: BufferOptions): LinearMemory {
    return new LinearMemory(this.createBuffer(options));
  }

  /** Memory for what lives until a submit is done: slices of one buffer, which is made here. */
  createRing(options: BufferOptions): RingMemory {
    return new RingMemory(this.createBuffer(options));
  }

  /** An image. Throws VulkanError 'not-available' where the device has none of its format, usage and size; OutOfMemoryError. */
  createImage<const R extends ImageRole = 'any'>(options: ImageOptions<R>): Image<R> {
    return new Image(this.#maker, options);
  }

  /** A sampler: how shaders read between texels. */
  createSampler(options: SamplerOptions): Sampler {
    return new Sampler(this.#driver, options);
  }

  /** Replaces the texels of one mip level of an image, tightly packed. Waits for the device, without blocking. */
  uploadImage(image: Image, data: ArrayBufferView, options: ImageUploadOptions = {}): Promise<void> {
    return uploadImage(this, image, data, options);
  }

  /** The texels of one mip level of an image, tightly packed. Waits for the device, without blocking. */
  downloadImage(image: Image, options: ImageDownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
    return downloadImage(this, image, options);
  }

  /** The queue that draws: the compute queue, where its family can. Throws VulkanError 'not-available' elsewhere. */
  get graphics(): Queue {
    checkDraws(this.#driver, 'Cannot draw', []);
    return this.compute;
  }

  /** A compute pipeline; what its shader declares is checked first, the rest is the driver's (see `spirv`). Throws ShaderError. */
  createPipeline(options: ComputePipelineOptions): ComputePipeline {
    return createPipeline(this.#pipelineMaker, options);
  }

  /**
   * Compute pipelines, compiled side by side in other threads (libuv's: four, unless UV_THREADPOOL_SIZE says otherwise; in this
   * one with validation): all of them, or none. Throws ShaderError. Waits for the driver's compiler, without blocking.
   */
  createPipelines(list: readonly ComputePipelineOptions[]): Promise<ComputePipeline[]> {
    return createPipelines(this.#pipelineMaker, list);
  }

  get #pipelineMaker(): PipelineMaker {
    return {
      driver: this.#driver,
      cache: this.#cache,
      submitOnce: (label, body) => this.submitOnce(label, body),
      validated: this.validation !== false,
    };
  }

  /** A pipeline that draws; its shaders are checked against the device first. Throws ShaderError. */
  createGraphicsPipeline(options: GraphicsPipelineOptions): GraphicsPipeline {
    this.#driver.checkOpen();
    return new GraphicsPipeline(this.#driver, this.#cache, options);
  }

  /**
   * A compute pipeline from a GLSL file that is watched, with what it includes: encoders follow its edits between two submits.
   * The first build must be good: throws ShaderError.
   */
  async watchPipeline(options: WatchedComputeOptions): Promise<WatchedPipeline<ComputePipeline>> {
    checkOptions('Cannot watch a pipeline', options);
    const { file, defines, log = this.#log, ...rest } = options;
    checkFile(file);
    const label = options.label ?? basename(file);
    const shader = { file, ...(defines ? { defines } : {}) };
    const build = async (compile: FileCompiler): Promise<ComputePipeline> =>
      this.createPipeline({ ...rest, label, spirv: await compile(shader, 'compute') });
    return WatchedPipeline.open(this.#driver, label, build, log);
  }

  /** A pipeline that draws, from GLSL files that are watched. */
  async watchGraphicsPipeline(options: WatchedGraphicsOptions): Promise<WatchedPipeline<GraphicsPipeline>> {
    checkOptions('Cannot watch a pipeline', options);
    const { vertex, fragment, log = this.#log, ...rest } = options;
    for (const shader of fragment ? [vertex, fragment] : [vertex]) checkFile(shader?.file);
    const build = async (compile: FileCompiler): Promise<GraphicsPipeline> =>
      this.createGraphicsPipeline({
        ...rest,
        vertex: { ...vertex, spirv: await compile(vertex, 'vertex') },
        ...(fragment ? { fragment: { ...fragment, spirv: await compile(fragment, 'fragment') } } : {}),
      });
    return WatchedPipeline.open(this.#driver, rest.label, build, log);
  }

  /** GLSL → SPIR-V, cached on disk. Throws ShaderError with line and caret. */
  compile(source: string, options: CompileOptions): Promise<Uint32Array> {
    return compileGlsl(source, isOptions(options) ? { ...options, log: options.log ?? this.#log } : options);
  }

  /**
   * Records commands for the compute queue, or for the queue of transfers, which copies and fills alone, to be submitted there as often
   * as wished.
   */
  record(
    label: string,
    body: (encoder: Encoder) => void,
    options: { readonly queue?: 'compute' | 'transfer' } = {},
  ): CommandBuffer {
    const act = `Cannot record "${label}"`;
    checkFunction(act, body);
    checkNames(act, options, RECORDED_QUEUE);
    const { queue = 'compute' } = options;
    if (this.#queueOf(queue, 'record', label) === this.compute) {
      return new CommandBuffer(this.#driver, this.#pool, label, body);
    }
    this.#transferPool ??= new CommandPool(this.#driver, this.transfer.family, 'transfer', {
      transfersAlone: true,
    });
    return new CommandBuffer(this.#driver, this.#transferPool, label, body);
  }

  /** Records commands that other recordings execute (`encoder.execute`): once recorded, in as many as wished. */
  recordSecondary(label: string, body: (encoder: Encoder) => void): SecondaryCommands {
    return recordSecondary(this.#driver, this.#pool, label, body);
  }

  /** Records draws that renderings to such targets execute: `encoder.rendering({ …, secondary: true }, (r) => r.execute(…))`. */
  recordDraws(label: string, targets: DrawTargets, body: (encoder: RenderEncoder) => void): SecondaryCommands {
    return recordSecondaryDraws(this.#driver, this.#pool, label, targets, body);
  }

  /** Records, submits and waits, without blocking; the commands are dropped afterwards. */
  submitOnce(body: (encoder: Encoder) => void): Promise<void>;
  submitOnce(label: string, body: (encoder: Encoder) => void): Promise<void>;
  async submitOnce(
    labelOrBody: string | ((encoder: Encoder) => void),
    maybeBody?: (encoder: Encoder) => void,
  ): Promise<void> {
    const named = typeof labelOrBody === 'string';
    using commands = this.record(named ? labelOrBody : 'once', named ? maybeBody! : labelOrBody);
    const { timeline, value } = this.compute.submit([commands]);
    await timeline.wait(value);
  }

  /** A timeline of the caller's own, for order across queues or devices. Throws 'not-available' for `sharing` without `sharesTimelines`. */
  createTimeline(label: string, sharing?: TimelineSharing): Timeline {
    this.#driver.checkOpen();
    const timeline = new Timeline(this.#driver, this.#waiter, label, sharing);
    this.#driver.children.add(timeline);
    return timeline;
  }

  /** Whether it is told what passes declare, as it has checks or automatic barriers. */
  get tracks(): boolean {
    return this.#driver.tracking !== undefined;
  }

  /** Whether the driver lets timelines be exported to, and imported from, other devices. */
  get sharesTimelines(): boolean {
    return canShareTimelines(this.#driver);
  }

  /** A thread that passes on what happens on the compute queue's timeline to other devices. Close it before this device. */
  createRelay(label: string): Relay {
    this.#driver.checkOpen();
    const { timeline } = this.compute;
    return new Relay({ label, loaderPath: vulkanLoader().path, instance: this.raw.instance.handle, timeline });
  }

  /** A row of timestamps on the compute queue, or on the queue of transfers. */
  createQueryPool(options: QueryPoolOptions): QueryPool {
    checkNames('Cannot create query pool', options, QUERY_POOL_OPTIONS);
    const { label, count, queue = 'compute' } = options;
    const { family } = this.#queueOf(queue, 'create query pool', label);
    return new QueryPool(this.#driver, label, count, this.report.queues[family]!.timestampBits);
  }

  /**
   * The device's clock and the host's at one moment; undefined where the driver has no VK_EXT_calibrated_timestamps, or knows
   * another host clock than Node's. Doesn't wait.
   */
  readClock(): ClockReading | undefined {
    return readDeviceClock(this.#driver);
  }

  /**
   * Begins the next frame. Waits, without blocking, only if the device still works at the frame whose memory this one takes
   * over: with two frames in flight, the one before the last.
   */
  beginFrame(): Promise<Frame> {
    return this.#openFrames().begin();
  }

  /** Threads that record passes of the open frame; started here. Dispose it with `await using`. */
  createRecorder(options: ThreadedRecorderOptions = {}): ThreadedRecorder {
    checkNames('Cannot create a recorder', options, RECORDER_OPTIONS);
    checkFunctions('Cannot create a recorder', options, ['log']);
    const frames = this.#openFrames();
    const place = {
      driver: this.#driver,
      family: this.compute.family,
      frames: frames.slots.length,
      openFrame: () => frames.open,
      doneFrames: () => frames.slots.map((slot) => slot.done),
    };
    return new ThreadedRecorder(place, { ...options, log: options.log ?? this.#log });
  }

  /** Submits all that the frame recorded, in one call. Doesn't wait; the point that it returns is when it is done. */
  endFrame(frame: Frame): TimelinePoint {
    return this.#openFrames().end(frame);
  }

  /** Waits, without blocking, until everything that was submitted is done, and frees what waited for it. */
  async idle(): Promise<void> {
    await this.staging.idle();
    await this.compute.timeline.wait(this.compute.timeline.last);
    this.#driver.collect();
  }

  /** What was made from the device and not disposed. */
  get children(): ReadonlySet<Child> {
    return this.#driver.children;
  }

  toString(): string {
    return `Device("${this.name}", ${this.kind}, ${this.#driver.children.size} objects, ${this.heap.used} bytes used)`;
  }

  /** Waits for the device and closes it. Throws, and leaves it open, if anything made from it is alive. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.#checkChildless();
    await (this.#closing ??= this.#close());
  }

  #checkChildless(): void {
    const { children } = this.#driver;
    if (children.size === 0) return;
    const living = this.#driver.living();
    const shown = living.slice(0, 10).join(', ') + (living.length > 10 ? ` and ${living.length - 10} more` : '');
    throw new VulkanError(
      `Cannot close device "${this.name}": ${shown} ${living.length === 1 ? 'is' : 'are'} alive; dispose them first`,
      { kind: 'device-creation', labels: [this.name, ...[...children].map((child) => child.label)] },
    );
  }

  async #close(): Promise<void> {
    const driver = this.#driver;
    driver.beginClose();
    await this.idle().catch(() => undefined);
    await this.staging.endThreads();
    await Promise.all(driver.endings);
    await this.#waiter.close();
    // A timeline that somebody still waits for would go after the device.
    for (const { timeline } of new Set([this.compute, this.transfer])) await timeline.quiet();
    this.#destroy();
  }

  /** The last step of undoing a device that couldn't be made whole. */
  #abandon(commands: V.Device): void {
    commands.vkDestroyDevice(commands.handle, V.NULL);
    this.#driver.scratch[Symbol.dispose]();
  }

  #destroy(): void {
    const driver = this.#driver;
    if (!driver.isLost) driver.commands.vkDeviceWaitIdle(driver.handle);
    driver.collect();
    driver.tracking?.close();
    driver.progress.length = 0;
    for (const close of driver.closers) close();
    this.#cache.keep();
    this.#cache.destroy();
    this.staging.destroy();
    this.#frames?.destroy();
    this.#pool.destroy();
    this.#transferPool?.destroy();
    this.heap.trim();
    this.#dropTimelines();
    driver.commands.vkDestroyDevice(driver.handle, V.NULL);
    driver.close();
    driver.scratch[Symbol.dispose]();
    this.#instance.release();
  }

  /** Throws if the driver, given something to do, says that the device is lost. */
  #askQueues(): void {
    if (this.#nothing === undefined) {
      this.#nothing = this.#pool.allocate('nothing');
      beginCommands(this.#driver, this.#nothing, 'nothing', false);
      endCommands(this.#driver, this.#nothing, 'nothing');
    }
    this.compute.probe([this.#nothing]);
    if (this.transfer !== this.compute) this.transfer.probe([]);
  }

  /** Nothing that is waited for came in a while. A loss that is found so ends the waits with its error. */
  #probe(): void {
    if (this.#closing) return;
    try {
      this.#driver.probe();
    } catch (error) {
      this.#log?.(String(error));
    }
  }

  #openFrames(): Frames {
    this.#driver.checkOpen();
    return (this.#frames ??= new Frames(this.#driver, this.compute, this.#frameOptions, (buffer) =>
      this.createBuffer(buffer),
    ));
  }

  #openQueue(family: number, label: string): Queue {
    const driver = this.#driver;
    const handle = V.arena.scope(() => {
      const out = V.arena.u64();
      driver.commands.vkGetDeviceQueue(driver.handle, family, 0, out);
      return V.arena.readU64<V.VkQueue>(out);
    });
    const timeline = new QueueTimeline(driver, this.#waiter, `${label} queue`);
    this.#timelines.push(timeline);
    return new Queue(driver, family, handle, timeline, label);
  }

  #queueOf(word: 'compute' | 'transfer', verb: string, label: string): Queue {
    if (word === 'compute' || word === 'transfer') return this[word];
    throw new TypeError(`Cannot ${verb} "${label}": queue "${String(word)}" is none of compute, transfer`);
  }

  #dropTimelines(): void {
    for (const each of this.#timelines) each.destroy();
  }

  async #defragment(what: Fragmented): Promise<Defragmentation> {
    do await this.idle();
    while (this.staging.writesInPlace);
    this.staging.flush();
    const { timeline } = this.transfer;
    const after = this.transfer === this.compute ? [] : [{ timeline, value: timeline.last }];
    return defragment(this.#maker, what, this.compute, after);
  }

  /** Memory is short: waits, blocking, for what is still in use by work that was submitted, and frees it. */
  #reclaim(): void {
    this.staging.flush();
    for (const queue of new Set([this.compute, this.transfer])) queue.timeline.waitBlocking(queue.timeline.last);
    this.#driver.collect();
  }
}
